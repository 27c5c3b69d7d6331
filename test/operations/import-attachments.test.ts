/**
 * Managed attachments on their way through files: what another server managed becomes an ordinary reference, what is here stays.
 * RFC 8607 section 3.12.7.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { verifyStore } from '../../src/operations/verify.ts';
import type { TestAdministration } from './an-administration.ts';
import { calendar, collectionAt, event, imported, JANE, lines, stored, withUsers } from './some-files.ts';

/** Jane has an attachment. */
async function attach(admin: TestAdministration, id: string): Promise<void> {
  const { account } = await collectionAt(admin, 'calendars/default');
  const given = { id, content: undefined, etag: 'e', size: 0, mediaType: 'text/plain', name: '' };
  await admin.store.write(admin.origin(), (tx) => tx.attachments.add(account, given));
}

test('RFC 8607 section 3.12.7: what is not here loses its MANAGED-ID, what is here keeps it', () =>
  withUsers(async (admin) => {
    await attach(admin, 'known');
    const text = calendar(
      event('a', 'ATTACH;MANAGED-ID=foreign;SIZE=3:https://example.org/a'),
      event('b', 'ATTACH;MANAG\r\n ED-ID=other:https://example.org/b', 'ATTACH;managed-id=known:https://example.com/c'),
      event('c', 'SUMMARY:MANAGED-ID'),
    );
    const items = await imported(admin, [text]);
    assert.deepEqual([...new Set(items.map(({ status }) => status))], ['added']);
    const objects = await stored(admin, 'calendars/default');
    assert.match(objects.get('a.ics') ?? '', /\r\nATTACH;SIZE=3:https:\/\/example\.org\/a\r\n/);
    assert.match(objects.get('b.ics') ?? '', /\r\nATTACH:https:\/\/example\.org\/b\r\nATTACH;MANAGED-ID=known:/);
    const again = await imported(admin, [text]);
    assert.deepEqual([...new Set(again.map(({ status }) => status))], ['unchanged'], lines(again).join('\n'));
    const { account } = await collectionAt(admin, 'calendars/default');
    assert.equal((await admin.store.read((tx) => tx.attachments.usedIn(account, 'known'))).length, 1);
    for await (const { faults } of verifyStore(admin, JANE)) assert.deepEqual(faults, []);
  }));
