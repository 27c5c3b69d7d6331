/**
 * The storage contract, part: write locks. RFC 4918 section 6.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { LockRecord } from '../../src/store/records.ts';
import type { Store } from '../../src/store/store.ts';
import type { NewPlace, World } from './world.ts';
import { AT, addAccount, inWorld } from './world.ts';

/** A lock on one member of the calendar, for a minute. */
function lockOf({ account, calendar }: World, token: string, given: Partial<LockRecord> = {}): LockRecord {
  return {
    ...{ account, token: `urn:uuid:${token}`, collection: calendar.id, name: 'a.ics' },
    ...{ path: ['calendars', 'default', 'a.ics'], depth: 0, scope: 'exclusive', holder: account, owner: '' },
    ...{ created: AT, expires: AT + 60 },
    ...given,
  };
}

async function add({ write }: World, ...locks: readonly LockRecord[]): Promise<void> {
  for (const lock of locks) await write((tx) => tx.locks.add(lock));
}

const NEVER = { tombstones: 0, history: 0, locks: 0, attachments: 0, contents: 0 };

async function tokens({ store, account }: Pick<World, 'store' | 'account'>, at = AT): Promise<readonly string[]> {
  return (await store.read((tx) => tx.locks.of(account, at))).map((lock) => lock.token.slice('urn:uuid:'.length));
}

export function locksContract(place: NewPlace): void {
  describe('locks', () => {
    test(
      'are read back as they were written, oldest first, until they expire',
      inWorld(place, async (here) => {
        const { store, account } = here;
        const owner = '<D:owner xmlns:D="DAV:" xml:lang="de">\n <a xmlns="urn:example">Ä &amp; ö</a></D:owner>';
        const path = ['calendars', 'a/b', '.', '%2F', 'é 😀'];
        const young = lockOf(here, 'a', { created: AT + 2, expires: AT + 10, owner, path, name: 'é 😀' });
        const old = lockOf(here, 'b', { created: AT + 1, depth: 'infinity', scope: 'shared', name: '', path: [] });
        await add(here, young, old);
        assert.deepEqual(await store.read((tx) => tx.locks.of(account, AT + 9)), [old, young]);
        assert.deepEqual(await tokens(here, AT + 10), ['b']);
        assert.deepEqual(await tokens(here, AT + 60), []);
      }),
    );

    test(
      'are refreshed and removed by their token',
      inWorld(place, async (here) => {
        const { write, account } = here;
        await add(here, lockOf(here, 'a'), lockOf(here, 'b'));
        const refresh = (token: string) => write((tx) => tx.locks.refresh(account, token, AT + 600));
        const remove = (token: string) => write((tx) => tx.locks.remove(account, token));
        assert.equal(await refresh('urn:uuid:a'), true);
        assert.equal(await refresh('urn:uuid:x'), false);
        assert.deepEqual(await tokens(here, AT + 599), ['a']);
        assert.equal(await remove('urn:uuid:a'), true);
        assert.equal(await remove('urn:uuid:a'), false);
        assert.deepEqual(await tokens(here), ['b']);
      }),
    );

    test(
      'of all accounts are listed in pages',
      inWorld(place, async (here) => {
        const { store, write, tenant, account: ann } = here;
        const bob = (await write((tx) => addAccount(tx, tenant, 'bob@example.com'))).id;
        const locks = [lockOf(here, '2'), lockOf(here, '3'), lockOf(here, '1', { account: bob, holder: ann })];
        await add(here, ...locks.toReversed(), lockOf(here, '4', { expires: AT - 1 }));
        const list = (limit: number, after?: LockRecord) =>
          store.read((tx) => tx.locks.list(AT, { limit, ...(after === undefined ? {} : { after }) }));
        assert.deepEqual(await list(9), locks);
        const first = await list(2);
        assert.deepEqual(first, locks.slice(0, 2));
        assert.deepEqual(await list(2, first.at(-1)), locks.slice(2));
        assert.deepEqual(await list(2, locks.at(-1)), []);
      }),
    );

    test(
      'end with the member that they are on, not with another one',
      inWorld(place, async (here) => {
        const { put, write, calendar } = here;
        for (const name of ['a.ics', 'b.ics']) await put(name);
        await add(here, lockOf(here, 'a'), lockOf(here, 'b', { name: 'b.ics' }), lockOf(here, 'c', { name: '' }));
        await put('a.ics', 'again');
        assert.deepEqual(await tokens(here), ['a', 'b', 'c']);
        await write((tx) => tx.objects.remove(calendar, 'a.ics'));
        assert.deepEqual(await tokens(here), ['b', 'c']);
      }),
    );

    test(
      'end with their collection and with the one above',
      inWorld(place, async (here) => {
        const { write, account, home, calendar } = here;
        const other = await write((tx) =>
          tx.collections.add(account, { parent: home.id, name: 'other', kind: 'calendar', properties: {} }),
        );
        const all = [
          ...[lockOf(here, '1'), lockOf(here, '2', { name: '', depth: 'infinity' })],
          ...[lockOf(here, '3', { collection: other.id }), lockOf(here, '4', { collection: home.id, name: 'new' })],
        ];
        await add(here, ...all);
        await write((tx) => tx.collections.remove(calendar));
        assert.deepEqual(await tokens(here), ['3', '4']);
        await write((tx) => tx.collections.remove(home));
        assert.deepEqual(await tokens(here), []);
      }),
    );

    test(
      'end when their collection moves',
      inWorld(place, async (here) => {
        const { write, home, calendar } = here;
        await add(here, lockOf(here, '1'), lockOf(here, '2', { name: '' }));
        await add(here, lockOf(here, '3', { collection: home.id, name: '' }));
        await write((tx) => tx.collections.move(calendar, { parent: home.id, name: 'moved' }));
        assert.deepEqual(await tokens(here), ['3']);
      }),
    );

    test(
      'end with the account, and with the one who holds them',
      inWorld(place, async (here) => {
        const { store, write, tenant, account: ann } = here;
        const bob = (await write((tx) => addAccount(tx, tenant, 'bob@example.com'))).id;
        await add(here, lockOf(here, '1'), lockOf(here, '2', { holder: bob }), lockOf(here, '3', { account: bob }));
        await write((tx) => tx.directory.removeAccount(bob));
        assert.deepEqual(await tokens(here), ['1']);
        await write((tx) => tx.directory.removeAccount(ann));
        assert.deepEqual(await store.read((tx) => tx.locks.list(0, { limit: 9 })), []);
      }),
    );

    test(
      'that expired before are pruned, a few at a time',
      inWorld(place, async (here) => {
        const { store, write, tenant } = here;
        const bob = (await write((tx) => addAccount(tx, tenant, 'bob@example.com'))).id;
        const expired = [lockOf(here, '1'), lockOf(here, '2'), lockOf(here, '1', { account: bob })];
        await add(here, ...expired, lockOf(here, '3', { expires: AT + 61 }));
        const prune = async (locks: number, limit: number) => (await store.prune({ ...NEVER, locks }, limit)).locks;
        assert.equal(await prune(AT + 60, 9), 0);
        assert.equal(await prune(AT + 61, 2), 2);
        assert.equal(await prune(AT + 61, 2), 1);
        assert.equal(await prune(AT + 61, 2), 0);
        assert.deepEqual(await tokens(here, 0), ['3']);
      }),
    );

    test(
      'are kept when the store is opened again',
      inWorld(place, async (here, { open }) => {
        await add(here, lockOf(here, '1'));
        const again: Store = await open();
        try {
          assert.deepEqual(await tokens({ store: again, account: here.account }), ['1']);
        } finally {
          await again.close();
        }
      }),
    );
  });
}
