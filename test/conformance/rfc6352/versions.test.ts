/**
 * Cards in the version that a client asks for, by GET and by reports. RFC 6352 section 5.1.1, RFC 6352 section 8.7.2.
 */
import assert from 'node:assert/strict';
import { attributeOf } from '../../../src/formats/xml/element.ts';
import { card } from '../../support/builders.ts';
import type { Client } from '../../support/client.ts';
import { must, quirk } from '../../support/conformance.ts';
import { clark } from '../../support/names.ts';
import { addressData, multiget, query } from './bodies.ts';

const DATA = clark('CR:address-data');
const THREE = { 'TEL;type=HOME;type=pref': '+44 1', 'X-ADDRESSBOOKSERVER-KIND': 'group' };
const FOUR = { VERSION: '4.0', 'TEL;TYPE=home;PREF=1': '+44 1', KIND: 'group' };

/** Puts a card of each version and gives the paths and texts. */
async function both(alice: Client) {
  const three = { path: `${alice.addressbook}3.vcf`, text: card(THREE).replaceAll('\r\n', '\n') };
  const four = { path: `${alice.addressbook}4.vcf`, text: card(FOUR).replaceAll('\r\n', '\n') };
  for (const { path, text } of [three, four]) await alice.put(path, text).expect(201);
  return { three, four };
}

must(
  'RFC 6352 section 5.1.1',
  'GET gives the version that Accept names, converted where it must be',
  async ({ alice }) => {
    const { three, four } = await both(alice);
    for (const accept of [
      'text/vcard; version=4.0',
      'text/vcard;charset=utf-8;version="4.0"',
      'text/vcard;version=3.0;q=0.5, text/vcard;q=0.9;version=4.0',
      'text/vcard;version=4.0, text/vcard;version=3.0;q=0, */*;q=0.1',
    ]) {
      const answer = await alice
        .get(three.path, { Accept: accept })
        .expect(200)
        .expectHeader('Content-Type', 'text/vcard; version=4.0; charset=utf-8');
      assert.match(answer.text, /^BEGIN:VCARD\r\nVERSION:4\.0\r\n/);
      assert.match(answer.text, /\r\nTEL;TYPE=HOME;PREF=1:\+44 1\r\n/);
      assert.match(answer.text, /\r\nKIND:group\r\n/);
      assert.equal((await alice.get(four.path, { Accept: accept }).expect(200)).text, four.text);
    }
    const answer = await alice.get(four.path, { Accept: 'text/vcard;version=3.0' }).expect(200);
    assert.match(answer.text, /\r\nTEL;TYPE=home;TYPE=pref:\+44 1\r\n/);
    assert.equal((await alice.get(three.path, { Accept: 'text/vcard;version=3.0' })).text, three.text);
  },
);

must('RFC 6352 section 6.3.2.3', 'a card comes as it was sent to who names no version', async ({ alice }) => {
  const { three, four } = await both(alice);
  for (const { path, text } of [three, four]) {
    for (const accept of [undefined, '*/*', 'text/vcard', 'text/*', 'text/vcard, application/vcard+json;q=0.5']) {
      const answer = await alice
        .get(path, { Accept: accept })
        .expect(200)
        .expectHeader('Content-Type', 'text/vcard; charset=utf-8')
        .expectHeader('Vary', /^Accept$/);
      assert.equal(answer.text, text);
    }
  }
});

quirk('Q-9-14', 'a card that is asked for in an unknown form comes as it is stored, never 406', async ({ alice }) => {
  const { three } = await both(alice);
  for (const accept of [
    'text/plain',
    'text/vcard;version=2.1',
    'application/vcard+xml',
    'text/vcard;q=0',
    'nonsense',
  ]) {
    const { text } = await alice
      .get(three.path, { Accept: accept })
      .expect(200)
      .expectHeader('Content-Type', 'text/vcard; charset=utf-8');
    assert.equal(text, three.text);
  }
});

must(
  'RFC 9110 section 8.8.3',
  'a converted card has an ETag of its own, and either guards a change',
  async ({ alice }) => {
    const { three } = await both(alice);
    const asked = { Accept: 'text/vcard;version=4.0' };
    const { etag: plain } = await alice.get(three.path);
    const { etag: other } = await alice.get(three.path, asked);
    assert.notEqual(other, plain);
    await alice.propfind(three.path, '0', ['D:getetag']).expectProperties(three.path, { 'D:getetag': plain });
    await alice.get(three.path, { ...asked, 'If-None-Match': other }).expect(304);
    await alice.get(three.path, { ...asked, 'If-None-Match': plain }).expect(200);
    assert.equal((await alice.head(three.path, asked).expect(200)).etag, other);
    const changed = three.text.replace('+44 1', '+44 2');
    await alice.put(three.path, changed, { 'If-Match': other }).expect(204);
    await alice.put(three.path, three.text, { 'If-Match': other }).expect(412);
  },
);

must('RFC 6352 section 8.7.2', 'a report gives each card in the version that it asks for', async ({ alice }) => {
  const { three, four } = await both(alice);
  const paths = [three.path, four.path];
  for (const [asked, stored, converted] of [
    ['4.0', four, three],
    ['3.0', three, four],
  ] as const) {
    for (const attributes of [`version="${asked}"`, `content-type="text/vcard; version=${asked}"`]) {
      const data = addressData('', attributes);
      for (const body of [multiget(paths, ['D:getetag', data]), query('', ['D:getetag', data])]) {
        const answer = (await alice.report(alice.addressbook, body, '1')).multistatus();
        assert.equal(answer.value(stored.path, DATA), stored.text.replaceAll('\r\n', '\n'));
        assert.match(answer.value(converted.path, DATA), new RegExp(`^BEGIN:VCARD\r?\nVERSION:${asked}\r?\n`));
        assert.equal(answer.value(converted.path, clark('D:getetag')), (await alice.get(converted.path)).etag);
        const element = answer.at(converted.path).properties.get(DATA)?.element;
        assert.equal(element && attributeOf(element, 'version'), asked);
      }
    }
  }
  const unnamed = (await alice.report(alice.addressbook, multiget(paths, ['CR:address-data']))).multistatus();
  for (const { path, text } of [three, four]) assert.equal(unnamed.value(path, DATA), text);
});

must(
  'RFC 6352 section 10.4.2',
  'a part of a card has its VERSION, and the names of that version',
  async ({ alice }) => {
    const { three } = await both(alice);
    const asked = addressData('<CR:prop name="KIND"/>', 'version="4.0"');
    await alice
      .report(alice.addressbook, multiget([three.path], [asked]))
      .expectProperties(three.path, { 'CR:address-data': 'BEGIN:VCARD\r\nVERSION:4.0\r\nKIND:group\r\nEND:VCARD\r\n' });
  },
);

must(
  'RFC 6352 section 8.7.2',
  'a card that cannot be converted says so in its own response, and the others come',
  async ({ alice, service }) => {
    const [good, bad] = [`${alice.addressbook}good.vcf`, `${alice.addressbook}bad.vcf`];
    for (const path of [good, bad]) await alice.put(path, card()).expect(201);
    if (service.spoil === undefined) {
      console.log('skipped: nothing unreadable can be stored in this mode');
      return;
    }
    await service.spoil(alice.address, ['addressbooks', 'default', 'bad.vcf'], 'no card');
    const asked = addressData('', 'version="4.0"');
    const answer = (await alice.report(alice.addressbook, multiget([good, bad], [asked]))).multistatus();
    assert.deepEqual(answer.at(bad).conditions, [clark('CR:supported-address-data-conversion')]);
    assert.equal(answer.at(bad).status, 415);
    assert.match(answer.value(good, DATA) ?? '', /VERSION:4\.0/);
  },
);
