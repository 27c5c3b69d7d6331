/**
 * A whole address book as one file: GET with ?export.
 */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { scanFile } from '../../../src/formats/icalendar/scan.ts';
import { splitCards } from '../../../src/formats/vcard/split.ts';
import { corpus } from '../../formats/vcard/cards.ts';
import { card } from '../../support/builders.ts';
import { hostile, must } from '../../support/conformance.ts';

const SPEC = 'behaviour: a whole address book by GET with ?export';

/** A card with a character that its fold cuts in two, as old programs write it. */
function cutInTwo(): Buffer {
  const [before, after] = card({ UID: 'cut', FN: 'Zo|e' }).split('|');
  return Buffer.concat([
    Buffer.from(before ?? ''),
    Buffer.from([0xc3, 0x0d, 0x0a, 0x20, 0xab]),
    Buffer.from(after ?? ''),
  ]);
}

must(SPEC, 'each card comes as it is stored, on lines of its own', async ({ alice }) => {
  const path = await alice.newAddressbook('whole', { 'D:displayname': 'Kith & kin' });
  const first = card({ UID: 'a', NOTE: 'Line\\nbreaks\\, commas', 'item1.X-Own;type=HOME': '1' });
  const second = card({ UID: 'b', VERSION: '4.0', PHOTO: `data:image/png;base64,${'QUJD'.repeat(40)}` });
  await alice.put(`${path}a.vcf`, `\uFEFF${first.trimEnd()}`).expect(201);
  await alice.put(`${path}b.vcf`, `${second}\r\n\r\n`).expect(201);
  await alice.put(`${path}c.vcf`, cutInTwo(), { 'Content-Type': 'text/vcard' }).expect(201);
  const answer = await alice
    .get(`${path}?export`)
    .expect(200)
    .expectHeader('Content-Type', 'text/vcard; charset=utf-8')
    .expectHeader('Content-Disposition', 'attachment; filename="Kith & kin.vcf"');
  assert.ok(answer.text.startsWith(first + second), answer.text.slice(0, 600));
  assert.match(answer.text, /FN:Zoëe\r\n/);
});

must(SPEC, 'an empty address book is an empty file', async ({ alice }) => {
  const path = await alice.newAddressbook('empty');
  const { text } = await alice.get(`${path}?export`).expect(200);
  assert.equal(text, '');
});

must(SPEC, 'all cards come in the version that a client likes better', async ({ alice }) => {
  const path = await alice.newAddressbook('versions');
  for (const { name, text } of corpus()) await alice.put(path + name, text).expect(201);
  const stored = (await alice.get(`${path}?export`)).text;
  for (const version of ['3.0', '4.0']) {
    const { text, etag } = await alice
      .get(`${path}?export`, { Accept: `text/vcard; version=${version}, text/vcard;q=0.5` })
      .expect(200)
      .expectHeader('Content-Type', `text/vcard; version=${version}; charset=utf-8`)
      .expectHeader('Vary', /^Accept\b/);
    const said = text.match(/^VERSION:.*$/gm) ?? [];
    assert.deepEqual(new Set(said), new Set([`VERSION:${version}`]));
    assert.equal(said.length, corpus().length);
    await alice.get(`${path}?export`, { 'If-None-Match': etag, Accept: '*/*' }).expect(200);
  }
  for (const Accept of ['*/*', 'text/vcard', 'application/json', 'text/vcard;version=2.1']) {
    assert.equal((await alice.get(`${path}?export`, { Accept })).text, stored);
  }
});

must(SPEC, 'what comes out can be taken in again, card by card', async ({ alice }) => {
  const path = await alice.newAddressbook('again');
  const sent = new Map(corpus().map(({ name, text }) => [name, text.replaceAll(/\r?\n/g, '\r\n')]));
  for (const [name, text] of sent) await alice.put(path + name, text).expect(201);
  const { text } = await alice.get(`${path}?export`).expect(200);
  const found = [...splitCards(scanFile(Buffer.from(text)), () => 'made')];
  const taken = found.map((one) => (one.ok ? Buffer.from(one.data).toString() : one.reason));
  assert.deepEqual(taken.sort(), [...sent.values()].sort());
});

must(
  'RFC 9110 section 13.1.2',
  'a client that has the whole address book is told so, until a card changes',
  async ({ alice }) => {
    const path = await alice.newAddressbook('kept');
    await alice.put(`${path}a.vcf`, card({ UID: 'a' })).expect(201);
    const { etag } = await alice.get(`${path}?export`).expect(200);
    await alice.get(`${path}?export`, { 'If-None-Match': etag }).expect(304);
    await alice.head(`${path}?export`).expect(200).expectHeader('ETag', etag);
    await alice.put(`${path}a.vcf`, card({ UID: 'a', NOTE: 'new' })).expect(204);
    await alice.get(`${path}?export`, { 'If-None-Match': etag }).expect(200).expectText('NOTE:new');
  },
);

hostile('S1 nobody exports an address book that is not theirs to read', async ({ alice, bob, carol, anonymous }) => {
  const path = `${alice.addressbook}?export`;
  await alice.put(`${alice.addressbook}a.vcf`, card()).expect(201);
  for (const other of [bob, carol]) await other.get(path).expect(404);
  await anonymous.get(path).expect(401);
  await alice.acl(alice.addressbook, [[bob.principal, 'D:read']]).expect(200);
  await bob.get(path).expect(200).expectText('BEGIN:VCARD');
});

hostile('S15 the name of an address book makes no header, and nothing in it is shown as a page', async ({ alice }) => {
  const evil = card({ UID: 'a', NOTE: '<script>alert(1)</script>' });
  await alice.put(`${alice.addressbook}a.vcf`, evil).expect(201);
  await alice.proppatch(alice.addressbook, { set: { 'D:displayname': '../a"b\u202Efdp.exe; x' } }).expect(207);
  const answer = await alice
    .get(`${alice.addressbook}?export`)
    .expect(200)
    .expectHeader('Content-Disposition', /^attachment; filename="[^"/\\]*\.vcf"/)
    .expectHeader('Content-Security-Policy', /default-src 'none'; sandbox/)
    .expectHeader('X-Content-Type-Options', 'nosniff');
  assert.match(answer.headers['content-disposition'] ?? '', /^[ -~]+$/);
  await alice.proppatch(alice.addressbook, { set: { 'D:displayname': '\u202e' } }).expect(207);
  await alice
    .get(`${alice.addressbook}?export`)
    .expectHeader('Content-Disposition', 'attachment; filename="contacts.vcf"');
});
