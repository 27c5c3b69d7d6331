/**
 * Cards as jCard: asked for by GET and by reports, and sent. RFC 7095.
 */
import assert from 'node:assert/strict';
import { attributeOf } from '../../../src/formats/xml/element.ts';
import { card } from '../../support/builders.ts';
import { hostile, must } from '../../support/conformance.ts';
import { clark } from '../../support/names.ts';
import { TEST_LIMITS } from '../../support/service.ts';
import { addressData, multiget, query } from '../rfc6352/bodies.ts';

const JCARD = 'application/vcard+json';
const ASKED = { Accept: JCARD };
const SENT = { 'Content-Type': JCARD };

function jcard(uid: string, name: string, ...more: readonly unknown[]): string {
  return JSON.stringify([
    'vcard',
    [['version', {}, 'text', '4.0'], ['uid', {}, 'uri', uid], ['fn', {}, 'text', name], ...more],
  ]);
}

const MORE = [
  ['n', {}, 'text', ['Lovelace', 'Ada', '', '', '']],
  ['bday', {}, 'date-and-or-time', '1815-12-10'],
  ['tel', { type: ['home', 'voice'], pref: '1' }, 'uri', 'tel:+44-1'],
  ['nickname', {}, 'text', 'Ada', 'A, L'],
];

must('RFC 7095 section 3', 'GET gives jCard to who likes that better, of either version', async ({ alice }) => {
  const path = `${alice.addressbook}a.vcf`;
  const three = card({ UID: 'a', FN: 'Tom\\, Jerry', 'TEL;type=HOME;type=pref': '1' });
  await alice.put(path, three).expect(201);
  const answer = await alice.get(path, ASKED).expect(200).expectHeader('Content-Type', JCARD);
  const [name, properties] = JSON.parse(answer.text);
  assert.equal(name, 'vcard');
  assert.deepEqual(properties[0], ['version', {}, 'text', '4.0']);
  const found = new Map(properties.map((one: readonly unknown[]) => [one[0], one]));
  assert.deepEqual(found.get('fn'), ['fn', {}, 'text', 'Tom, Jerry']);
  assert.deepEqual(found.get('tel'), ['tel', { type: 'HOME', pref: '1' }, 'text', '1']);
  assert.equal((await alice.get(path, { Accept: `text/vcard, ${JCARD}` })).text, three);
});

must('RFC 7095 section 4', 'PUT of jCard stores vCard, and gives no ETag for what was not sent', async ({ alice }) => {
  const path = `${alice.addressbook}a.vcf`;
  await alice
    .put(path, jcard('a', 'Ada', ...MORE), SENT)
    .expect(201)
    .expectHeader('ETag', undefined);
  const stored = await alice.get(path).expect(200).expectHeader('Content-Type', 'text/vcard; charset=utf-8');
  assert.match(
    stored.text,
    /^BEGIN:VCARD\r\nVERSION:4\.0\r\nUID:a\r\nFN:Ada\r\nN:Lovelace;Ada;;;\r\nBDAY:18151210\r\n/,
  );
  assert.match(stored.text, /\r\nNICKNAME:Ada,A\\, L\r\n/);
  const { text, etag } = await alice.get(path, ASKED);
  assert.deepEqual(JSON.parse(text), JSON.parse(jcard('a', 'Ada', ...MORE)));
  await alice.put(path, jcard('a', 'Grace'), { ...SENT, 'If-Match': etag }).expect(204);
  await alice.get(path).expectText('FN:Grace');
});

must(
  'RFC 6352 section 6.3.2.1',
  'what comes as jCard meets the preconditions of everything else',
  async ({ alice }) => {
    const put = (name: string, body: string) => alice.put(`${alice.addressbook}${name}.vcf`, body, SENT);
    await put('a', jcard('a', 'Ada')).expect(201);
    await put('b', jcard('a', 'Ada')).expectPrecondition('CR:no-uid-conflict', 409);
    await put('c', card()).expectPrecondition('CR:valid-address-data', 403);
    await put('c', '["vcard",[]]').expectPrecondition('CR:valid-address-data', 403);
    await put('c', jcard('c', 'x').replace('4.0', '5.0')).expectPrecondition('CR:supported-address-data', 403);
    await put('c', jcard('c', 'x'.repeat(TEST_LIMITS.addressObject))).expectPrecondition('CR:max-resource-size', 403);
    await alice.get(`${alice.addressbook}c.vcf`).expect(404);
  },
);

must('RFC 6352 section 10.4', 'a report gives jCard where its content-type asks for that', async ({ alice }) => {
  const path = `${alice.addressbook}a.vcf`;
  await alice.put(path, jcard('a', 'Tom & <Jerry>', ...MORE), SENT).expect(201);
  const whole = addressData('', `content-type="${JCARD}"`);
  for (const body of [multiget([path], [whole]), query('', [whole])]) {
    const answer = (await alice.report(alice.addressbook, body, '1')).multistatus();
    assert.deepEqual(
      JSON.parse(answer.value(path, clark('CR:address-data'))),
      JSON.parse(jcard('a', 'Tom & <Jerry>', ...MORE)),
    );
    const element = answer.at(path).properties.get(clark('CR:address-data'))?.element;
    assert.equal(element && attributeOf(element, 'content-type'), JCARD);
  }
  const part = addressData('<CR:prop name="FN"/>', `content-type="${JCARD}" version="4.0"`);
  const answer = (await alice.report(alice.addressbook, multiget([path], [part]))).multistatus();
  assert.deepEqual(JSON.parse(answer.value(path, clark('CR:address-data'))), [
    'vcard',
    [
      ['version', {}, 'text', '4.0'],
      ['fn', {}, 'text', 'Tom & <Jerry>'],
    ],
  ]);
});

hostile('S15 texts and parameters in jCard make no lines of their own', async ({ alice }) => {
  const evil = 'a\r\nEND:VCARD\r\nBEGIN:VCARD\r\nUID:evil';
  const path = `${alice.addressbook}a.vcf`;
  const body = jcard('a', evil, ['x-a', { 'x-p': evil }, 'unknown', evil], ['tel', {}, 'uri', evil]);
  await alice.put(path, body, SENT).expect(201);
  const { text } = await alice.get(path);
  assert.equal(text.match(/^UID:/gm)?.length, 1);
  assert.equal(text.match(/^END:VCARD/gm)?.length, 1);
});
