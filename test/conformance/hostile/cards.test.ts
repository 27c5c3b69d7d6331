/**
 * Hostile cases about cards: what is long or strange is stored whole or refused, and no conversion loses anything.
 */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import { corpus } from '../../formats/vcard/cards.ts';
import { card } from '../../support/builders.ts';
import { hostile } from '../../support/conformance.ts';
import { addressData, having, multiget, query } from '../rfc6352/bodies.ts';

const FAMILY = '\u{1F469}\u200D\u{1F469}\u200D\u{1F467}\u200D\u{1F466}';

hostile('D7 a card with a UID of 4,000 characters is stored whole, found, and holds its place', async ({ alice }) => {
  const UID = randomBytes(2000).toString('hex');
  const path = `${alice.addressbook}long.vcf`;
  const body = card({ UID });
  await alice.put(path, body).expect(201);
  assert.equal((await alice.get(path).expect(200)).text, body);
  await alice.put(`${alice.addressbook}other.vcf`, body).expectPrecondition('CR:no-uid-conflict', 409);
  await alice.report(alice.addressbook, query(having('UID', UID, 'match-type="equals"')), '1').expectMembers([path]);
  await alice.report(alice.addressbook, query(having('UID', UID.slice(3_000))), '1').expectMembers([path]);
  await alice.report(alice.addressbook, query(having('UID', `${UID}0`)), '1').expectMembers([]);
  for (const version of ['3.0', '4.0']) {
    const { text } = await alice.get(path, { Accept: `text/vcard;version=${version}` }).expect(200);
    assert.ok(text.replaceAll('\r\n ', '').includes(`\r\nUID:${UID}\r\n`), version);
  }
});

hostile('D7 emoji joined by zero-width joiners stand in every field, in every version', async ({ alice }) => {
  const names = ['FN', 'N', 'NICKNAME', 'ORG', 'TITLE', 'NOTE', 'ADR', 'EMAIL', 'TEL', 'URL', 'CATEGORIES', 'X-A'];
  const lines = Object.fromEntries(names.map((name) => [`${name};X-P=${FAMILY}`, FAMILY.repeat(20)]));
  const path = `${alice.addressbook}${encodeURIComponent(FAMILY)}.vcf`;
  const body = card({ UID: `uid-${FAMILY}`, ...lines });
  await alice.put(path, body).expect(201);
  assert.equal((await alice.get(path)).text, body);
  await alice.report(alice.addressbook, query(having('FN', FAMILY)), '1').expectMembers([path]);
  const answer = (
    await alice.report(alice.addressbook, multiget([path], [addressData('', 'version="4.0"')]))
  ).multistatus();
  const converted = answer.value(path, '{urn:ietf:params:xml:ns:carddav}address-data').replaceAll('\r\n ', '');
  for (const [head, value] of Object.entries(lines)) assert.ok(converted.includes(`\r\n${head}:${value}\r\n`), head);
  for (const line of (await alice.get(path, { Accept: 'text/vcard;version=4.0' })).text.split('\r\n')) {
    assert.ok(Buffer.byteLength(line) <= 75, line);
  }
});

hostile('D7 a card of 5 MB is refused, and what was there stays whole', async ({ alice }) => {
  const path = `${alice.addressbook}large.vcf`;
  const before = card({ UID: 'large' });
  await alice.put(path, before).expect(201);
  const photo = randomBytes(3_750_000).toString('base64').replace(/.{74}/g, '$&\r\n ');
  const body = card({ UID: 'large', 'PHOTO;ENCODING=b;TYPE=JPEG': photo });
  assert.ok(body.length > 5_000_000);
  await alice.put(path, body).expect(403, 413);
  assert.equal((await alice.get(path)).text, before);
});

hostile('D15 cards as all clients write them lose nothing to clients of the other version', async ({ alice }) => {
  for (const { name, text } of corpus()) {
    const own = text.includes('VERSION:4.0') ? '4.0' : '3.0';
    const other = own === '4.0' ? '3.0' : '4.0';
    const path = `${alice.addressbook}${name}`;
    await alice.put(path, text).expect(201);
    const first = await alice.get(path, { Accept: `text/vcard;version=${other}` }).expect(200);
    assert.equal((await alice.get(path, { Accept: `text/vcard;version=${own}` })).text, text, name);
    // A client of the other version opens the card, adds a note, and saves it.
    await alice.put(path, first.text.replace(/END:VCARD\r\n$/, 'X-ADDED:yes\r\n$&')).expect(204);
    const { text: back } = await alice.get(path, { Accept: `text/vcard;version=${own}` }).expect(200);
    const [lines, sent] = [linesOf(back), linesOf(text)];
    assert.deepEqual(lines, [...sent.slice(0, -1), 'X-ADDED:yes', ...sent.slice(-1)], name);
  }
});

hostile('D15 a change made in the other version holds, and undoes nothing else', async ({ alice }) => {
  const path = `${alice.addressbook}a.vcf`;
  const body = card({
    UID: 'a',
    'TEL;HOME;VOICE': '+43 1',
    'item1.EMAIL;TYPE=INTERNET': 'ada@example.com',
    'item1.X-ABLABEL': '_$!<Other>!$_',
    'X-AIM': 'ada',
    CLASS: 'PRIVATE',
  });
  await alice.put(path, body).expect(201);
  const { text } = await alice.get(path, { Accept: 'text/vcard;version=4.0' });
  await alice.put(path, text.replace(':+43 1', ':+43 2').replace('aim:ada', 'aim:grace')).expect(204);
  const back = (await alice.get(path, { Accept: 'text/vcard;version=3.0' })).text.replaceAll('\r\n ', '').split('\r\n');
  assert.ok(back.includes('TEL;HOME;VOICE:+43 2'), back.join('\n'));
  assert.ok(back.some((line) => /^IMPP.*:aim:grace$/.test(line)) && !back.some((line) => line.endsWith(':ada')));
  for (const line of body.split('\r\n').filter((one) => /^(item1|CLASS)/.test(one)))
    assert.ok(back.includes(line), line);
});

/** Content lines, unfolded, what stands before the colon in upper case. */
function linesOf(text: string): readonly string[] {
  return text
    .replaceAll('\r\n ', '')
    .split('\r\n')
    .filter((line) => line !== '')
    .map((line) => line.replace(/^[^:]*/, (head) => head.toUpperCase().replaceAll('"', '')));
}
