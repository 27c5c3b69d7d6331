/**
 * The addressbook-multiget report. RFC 6352 section 8.7.
 */
import assert from 'node:assert/strict';
import { card } from '../../support/builders.ts';
import { must, quirk, should } from '../../support/conformance.ts';
import { XMLNS } from '../../support/names.ts';
import { TEST_LIMITS } from '../../support/service.ts';
import { addressData, multiget } from './bodies.ts';

must('RFC 6352 section 8.7', 'each card that is named is answered, in the order of the request', async ({ alice }) => {
  const bodies = ['c', 'a', 'b'].map(
    (name) => [`${alice.addressbook}${name}.vcf`, card({ FN: `Mr ${name} <&>` })] as const,
  );
  const etags = new Map<string, string>();
  for (const [path, body] of bodies) etags.set(path, (await alice.put(path, body).expect(201)).etag);
  const paths = bodies.map(([path]) => path);
  const answer = (
    await alice.report(alice.addressbook, multiget(paths, ['D:getetag', 'CR:address-data']))
  ).multistatus();
  assert.deepEqual([...answer.responses.keys()], paths);
  for (const [path, body] of bodies) {
    assert.equal(answer.value(path, '{DAV:}getetag'), etags.get(path));
    assert.equal(answer.value(path, '{urn:ietf:params:xml:ns:carddav}address-data'), body);
  }
});

must('RFC 6352 section 8.7', 'what is not there is 404 in its own response', async ({ alice }) => {
  const [a, gone, z] = ['a', 'gone', 'z'].map((name) => `${alice.addressbook}${name}.vcf`) as [string, string, string];
  await alice.put(a, card()).expect(201);
  await alice.put(z, card()).expect(201);
  const { responses, at } = (await alice.report(alice.addressbook, multiget([gone, z, a]))).multistatus();
  assert.deepEqual([...responses.keys()], [gone, z, a]);
  assert.equal(at(gone).status, 404);
  assert.equal(at(z).properties.get('{DAV:}getetag')?.status, 200);
});

must('RFC 6352 section 8.7', 'what lies elsewhere is 404, be it one’s own or another’s', async ({ alice, bob }) => {
  const other = await alice.newAddressbook('other');
  const paths = [
    `${other}a.vcf`,
    `${bob.addressbook}a.vcf`,
    `${alice.addressbook}../other/a.vcf`,
    `${alice.addressbook}%2e%2e/other/a.vcf`,
    `${alice.addressbook}inner/a.vcf`,
    alice.calendar,
    alice.addressbook,
    `https://other.example.org${alice.addressbook}a.vcf`,
    'a.vcf',
    '',
    '::',
    '/%ff',
  ];
  await alice.put(`${alice.addressbook}a.vcf`, card()).expect(201);
  await alice.put(`${other}a.vcf`, card({ NOTE: 'secret' })).expect(201);
  await bob.put(`${bob.addressbook}a.vcf`, card({ NOTE: 'secret' })).expect(201);
  for (const path of paths) {
    const answer = await alice.report(alice.addressbook, multiget([path], ['CR:address-data'])).expect(207);
    const [response, ...more] = answer.multistatus().responses.values();
    assert.equal(response?.status, 404, path);
    assert.deepEqual(more, []);
    assert.doesNotMatch(answer.text, /BEGIN:VCARD/);
  }
});

must('RFC 6352 section 8.7', 'the Depth header may be 0, 1, infinity or missing', async ({ alice }) => {
  const path = `${alice.addressbook}a.vcf`;
  await alice.put(path, card()).expect(201);
  for (const depth of ['0', '1', 'infinity', undefined]) {
    await alice.report(alice.addressbook, multiget([path]), depth).expectProperties(path, { 'D:getetag': true });
  }
});

quirk(
  'Q-9-5',
  'a card is found by any spelling of its path, and answered once, in ours',
  async ({ alice, service }) => {
    const plain = `${alice.addressbook}zoë & co@x.vcf`;
    const path = encodeURI(plain).replaceAll('&', '%26');
    await alice.put(path, card()).expect(201);
    const listed = (await alice.propfind(alice.addressbook, '1', ['D:getetag'])).multistatus();
    const ours = [...listed.responses.values()].map(({ href }) => href).find((href) => href.endsWith('.vcf'));
    const spellings = [
      path,
      plain,
      path.replaceAll('@', '%40'),
      path.replaceAll('.', '%2E'),
      path.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
      alice.address.toUpperCase() === alice.address ? path : path.replace(alice.address, alice.address.toUpperCase()),
      `${service.origin}${path}`,
      `${service.origin.toUpperCase()}${path}`,
      ` ${path}\n`,
    ];
    for (const spelling of spellings) {
      const { responses } = (await alice.report(alice.addressbook, multiget([spelling]))).multistatus();
      const [response, ...more] = responses.values();
      assert.equal(response?.href, ours, spelling);
      assert.equal(response?.properties.get('{DAV:}getetag')?.status, 200, spelling);
      assert.deepEqual(more, []);
    }
    const { responses } = (await alice.report(alice.addressbook, multiget(spellings))).multistatus();
    assert.equal(responses.size, 1);
  },
);

must('RFC 6352 section 8.7', 'on a card the report answers for that card, named or not', async ({ alice }) => {
  const [a, b] = [`${alice.addressbook}a.vcf`, `${alice.addressbook}b.vcf`];
  await alice.put(a, card({ FN: 'A' })).expect(201);
  await alice.put(b, card({ FN: 'B' })).expect(201);
  for (const hrefs of [[], [a]]) {
    const answer = (await alice.report(a, multiget(hrefs, ['CR:address-data']), '0')).multistatus();
    assert.deepEqual([...answer.responses.keys()], [a]);
    assert.match(answer.value(a, '{urn:ietf:params:xml:ns:carddav}address-data'), /FN:A/);
  }
  const { at, responses } = (await alice.report(a, multiget([b, a]), '0')).multistatus();
  assert.equal(at(b).status, 404);
  assert.equal(responses.size, 2);
});

must('RFC 6352 section 8.7', 'no hrefs on an address book are no cards', async ({ alice }) => {
  await alice.put(`${alice.addressbook}a.vcf`, card()).expect(201);
  await alice.report(alice.addressbook, multiget([])).expectMembers([]);
});

must('RFC 6352 section 8.7', 'other properties are answered as PROPFIND does', async ({ alice }) => {
  const path = `${alice.addressbook}a.vcf`;
  await alice.put(path, card()).expect(201);
  await alice
    .report(alice.addressbook, multiget([path], ['D:getcontenttype', 'D:resourcetype', 'X:nothing']))
    .expectProperties(path, { 'D:getcontenttype': /^text\/vcard/, 'D:resourcetype': [], 'X:nothing': undefined });
  const all = `<CR:addressbook-multiget ${XMLNS}><D:allprop/><D:href>${path}</D:href></CR:addressbook-multiget>`;
  await alice.report(alice.addressbook, all).expectProperties(path, { 'D:getetag': true });
  const minimal = await alice
    .report(alice.addressbook, multiget([path], ['D:getetag', 'X:nothing']), undefined, { Prefer: 'return=minimal' })
    .expectHeader('Preference-Applied', 'return=minimal');
  assert.doesNotMatch(minimal.text, /nothing/);
});

must(
  'RFC 6352 section 8.7',
  'a media type that no card has is refused with supported-address-data',
  async ({ alice }) => {
    for (const attributes of [
      'content-type="text/calendar"',
      'content-type="application/vcard+xml"',
      'version="2.1"',
      'content-type="application/vcard+json" version="3.0"',
      'content-type="text/vcard; version=5.0"',
    ]) {
      await alice
        .report(alice.addressbook, multiget([`${alice.addressbook}a.vcf`], [addressData('', attributes)]))
        .expectPrecondition('CR:supported-address-data', 403);
    }
  },
);

must('RFC 6352 section 8.4', 'only the properties asked for are in the card', async ({ alice }) => {
  const path = `${alice.addressbook}a.vcf`;
  await alice.put(path, card({ UID: 'a', FN: 'Ada', 'item1.TEL;TYPE=HOME': '+44 1', NOTE: 'x' })).expect(201);
  const asked = addressData('<CR:prop name="FN"/><CR:prop name="TEL" novalue="yes"/>');
  const answer = (await alice.report(alice.addressbook, multiget([path], [asked]))).multistatus();
  assert.equal(
    answer.value(path, '{urn:ietf:params:xml:ns:carddav}address-data'),
    'BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ada\r\nitem1.TEL;TYPE=HOME:\r\nEND:VCARD\r\n',
  );
});

must('RFC 6352 section 10.4', 'address-data is no property: PROPFIND does not know it', async ({ alice }) => {
  const path = `${alice.addressbook}a.vcf`;
  await alice.put(path, card()).expect(201);
  await alice.propfind(path, '0', ['CR:address-data']).expectProperties(path, { 'CR:address-data': undefined });
});

should(
  'RFC 6352 section 8.7',
  'hundreds of cards come in one answer, and more than the limit are refused',
  async ({ alice }) => {
    const paths = Array.from({ length: TEST_LIMITS.hrefs }, (_, number) => `${alice.addressbook}${number}.vcf`);
    const there = paths.filter((_, number) => number % 4 === 1);
    for (const path of there) await alice.put(path, card()).expect(201);
    const { responses } = (await alice.report(alice.addressbook, multiget(paths))).multistatus();
    assert.deepEqual([...responses.keys()], paths);
    assert.deepEqual(
      [...responses].flatMap(([path, { status }]) => (status === 404 ? [] : [path])),
      there,
    );
    await alice.report(alice.addressbook, multiget([...paths, `${alice.addressbook}more.vcf`])).expect(413);
  },
);

must('RFC 6352 section 8.7', 'another user’s address book has no report', async ({ alice, bob }) => {
  const path = `${bob.addressbook}a.vcf`;
  await bob.put(path, card()).expect(201);
  await alice.report(bob.addressbook, multiget([path])).expect(404);
  await alice.report(path, multiget([path])).expect(404);
});
