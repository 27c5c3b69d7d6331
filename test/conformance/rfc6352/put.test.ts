/**
 * What address books take. RFC 6352 section 5.1, RFC 6352 section 6.3.2.
 */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { childrenOf, elementsOf, textOf } from '../../../src/formats/xml/element.ts';
import { card, event } from '../../support/builders.ts';
import type { Client } from '../../support/client.ts';
import { must, quirk } from '../../support/conformance.ts';
import { TEST_LIMITS } from '../../support/service.ts';

async function conflictOf(alice: Client, path: string, body: string): Promise<readonly string[]> {
  const answer = await alice.put(path, body).expectPrecondition('CR:no-uid-conflict', 409);
  const [condition] = elementsOf(answer.xml());
  return condition === undefined ? [] : childrenOf(condition, '{DAV:}href').map(textOf);
}

must(
  'RFC 6352 section 6.3.2.3',
  'a card comes back as it was sent, under the ETag that PUT gave',
  async ({ alice }) => {
    for (const [name, body] of [
      ['a.vcf', card({ NOTE: 'Line\\nbreaks\\, commas' })],
      ['b.vcf', card({ VERSION: '4.0', KIND: 'group', MEMBER: 'urn:uuid:1' })],
      [
        'c.vcf',
        card({ 'X-ADDRESSBOOKSERVER-KIND': 'group', 'X-ADDRESSBOOKSERVER-MEMBER': 'urn:uuid:1' }).replaceAll(
          '\r\n',
          '\n',
        ),
      ],
      ['d.vcf', card({ 'PHOTO;ENCODING=b;TYPE=JPEG': `${'QUJD'.repeat(15)}\r\n ${'QUJD'.repeat(15)}` })],
      ['e.vcf', card({ 'TEL;TYPE=HOME;PREF=1': '+44 1', FN: undefined, N: undefined })],
    ] as const) {
      const path = `${alice.addressbook}${name}`;
      const put = await alice.put(path, body).expect(201);
      const got = await alice
        .get(path)
        .expect(200)
        .expectHeader('Content-Type', /^text\/vcard; *charset=utf-8/i);
      assert.equal(got.text, body);
      assert.equal(got.etag, put.etag);
      assert.doesNotMatch(put.etag, /^W\//);
      await alice.propfind(path, '0', ['D:getetag']).expectProperties(path, { 'D:getetag': put.etag });
    }
  },
);

must('RFC 6352 section 6.3.2.1', 'another media type is refused with supported-address-data', async ({ alice }) => {
  const path = `${alice.addressbook}a.vcf`;
  for (const type of ['text/calendar', 'application/json', 'image/jpeg']) {
    await alice.put(path, card(), { 'Content-Type': type }).expectPrecondition('CR:supported-address-data', 403);
  }
  await alice.get(path).expect(404);
});

must(
  'RFC 6352 section 6.3.2.1',
  'a version other than 3.0 and 4.0 is refused with supported-address-data',
  async ({ alice }) => {
    for (const version of ['2.1', '5.0', 'x']) {
      await alice
        .put(`${alice.addressbook}a.vcf`, card({ VERSION: version }))
        .expectPrecondition('CR:supported-address-data', 403);
    }
  },
);

must(
  'RFC 6352 section 6.3.2.1',
  'what is no card is refused with valid-address-data, and the line',
  async ({ alice }) => {
    const path = `${alice.addressbook}a.vcf`;
    const invalid = (body: string | Uint8Array) =>
      alice.put(path, body).expectPrecondition('CR:valid-address-data', 403);
    await invalid('');
    await invalid('Hello');
    await invalid(event());
    await invalid(card().replace('END:VCARD\r\n', ''));
    await invalid(card().replace('FN:', 'FN ')).expectText('Line 3');
    await invalid(Buffer.from(card({ NOTE: 'Zoë' }), 'latin1')).expectText('not UTF-8');
    await alice.get(path).expect(404);
  },
);

must('RFC 6352 section 5.1', 'one resource holds one card', async ({ alice }) => {
  await alice.put(`${alice.addressbook}a.vcf`, card() + card()).expectPrecondition('CR:valid-address-data', 403);
});

must('RFC 6352 section 5.1', 'a card needs exactly one UID', async ({ alice }) => {
  const path = `${alice.addressbook}a.vcf`;
  const invalid = (body: string) => alice.put(path, body).expectPrecondition('CR:valid-address-data', 403);
  await invalid(card({ UID: undefined })).expectText('UID');
  await invalid(card({ UID: '' }));
  await invalid(card({ UID: '\\n' }));
  await invalid(card({ UID: ['a', 'b'] }));
});

must('RFC 6352 section 6.3.2.1', 'a UID stands once in an address book', async ({ alice }) => {
  const path = `${alice.addressbook}ada lovelace.vcf`.replace(' ', '%20');
  await alice.put(path, card({ UID: 'ada' })).expect(201);
  assert.deepEqual(await conflictOf(alice, `${alice.addressbook}b.vcf`, card({ UID: 'ada' })), [path]);
  await alice.get(`${alice.addressbook}b.vcf`).expect(404);
  const other = await alice.newAddressbook('other');
  await alice.put(`${other}b.vcf`, card({ UID: 'ada' })).expect(201);
});

must('RFC 6352 section 6.3.2.1', 'a card is not replaced by one with another UID', async ({ alice }) => {
  const [a, b] = [`${alice.addressbook}a.vcf`, `${alice.addressbook}b.vcf`];
  await alice.put(a, card({ UID: 'a' })).expect(201);
  await alice.put(b, card({ UID: 'b' })).expect(201);
  assert.deepEqual(await conflictOf(alice, a, card({ UID: 'c' })), [a]);
  assert.deepEqual(await conflictOf(alice, a, card({ UID: 'b' })), [b]);
  await alice.put(a, card({ UID: 'a', NOTE: 'changed' })).expect(204);
});

quirk('Q-0-10', 'a UID is free again once its card is deleted', async ({ alice }) => {
  await alice.put(`${alice.addressbook}a.vcf`, card({ UID: 'a' })).expect(201);
  await alice.delete(`${alice.addressbook}a.vcf`).expect(204);
  await alice.put(`${alice.addressbook}b.vcf`, card({ UID: 'a' })).expect(201);
});

must(
  'RFC 6352 section 6.3.2.1',
  'a card larger than max-resource-size is refused with that condition',
  async ({ alice }) => {
    const path = `${alice.addressbook}a.vcf`;
    const { multistatus } = await alice.propfind(alice.addressbook, '0', ['CR:max-resource-size']);
    const most = Number(multistatus().value(alice.addressbook, '{urn:ietf:params:xml:ns:carddav}max-resource-size'));
    assert.equal(most, TEST_LIMITS.addressObject);
    const padded = (octets: number): string =>
      card({ UID: 'a', NOTE: 'x'.repeat(octets - card({ UID: 'a', NOTE: '' }).length) });
    await alice.put(path, padded(most + 1)).expectPrecondition('CR:max-resource-size', 403);
    await alice.put(path, padded(most)).expect(201);
  },
);

quirk('Q-9-14', 'a card under a general media type, or none, is judged by itself', async ({ alice }) => {
  const types = ['application/octet-stream', 'text/plain', 'text/x-vcard', 'text/vcard; version=3.0', undefined];
  for (const [at, type] of types.entries()) {
    await alice.put(`${alice.addressbook}${at}.vcf`, card(), { 'Content-Type': type }).expect(201);
  }
  await alice
    .put(`${alice.addressbook}x.vcf`, 'Hello', { 'Content-Type': 'text/plain' })
    .expectPrecondition('CR:valid-address-data', 403);
});
