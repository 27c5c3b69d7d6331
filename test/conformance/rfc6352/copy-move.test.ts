/**
 * What COPY and MOVE may bring into an address book: what PUT may. RFC 6352 section 6.3.2.1.
 */
import assert from 'node:assert/strict';
import { childrenOf, elementsOf, textOf } from '../../../src/formats/xml/element.ts';
import { card, event } from '../../support/builders.ts';
import type { Client } from '../../support/client.ts';
import { must } from '../../support/conformance.ts';
import { TEST_LIMITS } from '../../support/service.ts';

const MANNERS = ['copy', 'move'] as const;

async function conflictOf(client: Client, manner: (typeof MANNERS)[number], from: string, to: string) {
  const answer = await client[manner](from, to).expectPrecondition('CR:no-uid-conflict', 409);
  return elementsOf(answer.xml()).flatMap((condition) => childrenOf(condition, '{DAV:}href').map(textOf));
}

must('RFC 6352 section 6.3.2.1', 'COPY within an address book would double the UID', async ({ alice }) => {
  const path = `${alice.addressbook}a.vcf`;
  await alice.put(path, card({ UID: 'a' })).expect(201);
  assert.deepEqual(await conflictOf(alice, 'copy', path, `${alice.addressbook}b.vcf`), [path]);
  await alice.move(path, `${alice.addressbook}b.vcf`).expect(201);
});

must(
  'RFC 6352 section 6.3.2.1',
  'a UID that the other address book has already is refused, with its href',
  async ({ alice }) => {
    const other = await alice.newAddressbook('other');
    const [from, there] = [`${alice.addressbook}a.vcf`, `${other}there.vcf`];
    await alice.put(from, card({ UID: 'same', NOTE: 'new' })).expect(201);
    await alice.put(there, card({ UID: 'same', NOTE: 'old' })).expect(201);
    for (const manner of MANNERS) {
      assert.deepEqual(await conflictOf(alice, manner, from, `${other}a.vcf`), [there]);
    }
    await alice.get(from).expect(200);
    await alice.move(from, there).expect(204);
    await alice.get(there).expectText('NOTE:new');
  },
);

must('RFC 6352 section 6.3.2.1', 'what is no card, or too large, comes in by no way', async ({ alice }) => {
  const meeting = `${alice.calendar}a.ics`;
  await alice.put(meeting, event()).expect(201);
  const text = `${alice.files}a.vcf`;
  await alice.put(text, 'Hello', { 'Content-Type': 'text/vcard' }).expect(201);
  const old = `${alice.files}old.vcf`;
  await alice.put(old, card({ VERSION: '2.1' }), { 'Content-Type': 'text/vcard' }).expect(201);
  const large = `${alice.files}large.vcf`;
  await alice.put(large, card({ NOTE: 'x'.repeat(TEST_LIMITS.addressObject) })).expect(201);
  for (const manner of MANNERS) {
    await alice[manner](meeting, `${alice.addressbook}a.vcf`).expectPrecondition('CR:valid-address-data', 403);
    await alice[manner](text, `${alice.addressbook}b.vcf`).expectPrecondition('CR:valid-address-data', 403);
    await alice[manner](old, `${alice.addressbook}c.vcf`).expectPrecondition('CR:supported-address-data', 403);
    await alice[manner](large, `${alice.addressbook}d.vcf`).expectPrecondition('CR:max-resource-size', 403);
  }
  await alice.propfind(alice.addressbook, '1', ['D:getetag']).expectMembers([alice.addressbook]);
});

must('RFC 6352 section 6.3.2.3', 'a card keeps its bytes and its ETag on its way', async ({ alice }) => {
  const other = await alice.newAddressbook('other');
  const body = card({ UID: 'a', 'item1.X-ABLabel': 'Boat', 'item1.TEL;type=pref': '1' }).replaceAll('\r\n', '\n');
  const { etag } = await alice.put(`${alice.addressbook}a.vcf`, body).expect(201);
  await alice.copy(`${alice.addressbook}a.vcf`, `${other}copy.vcf`).expect(201);
  await alice.move(`${other}copy.vcf`, `${other}moved.vcf`).expect(201);
  const got = await alice.get(`${other}moved.vcf`).expect(200);
  assert.deepEqual([got.text, got.etag], [body, etag]);
});
