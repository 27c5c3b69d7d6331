/**
 * The addressbook-query report. RFC 6352 section 8.6, RFC 6352 section 10.5.
 */
import assert from 'node:assert/strict';
import { elementsOf } from '../../../src/formats/xml/element.ts';
import { card, type Lines } from '../../support/builders.ts';
import type { Client } from '../../support/client.ts';
import { must, quirk, should } from '../../support/conformance.ts';
import { XMLNS } from '../../support/names.ts';
import { addressData, having, query } from './bodies.ts';

const DATA = '{urn:ietf:params:xml:ns:carddav}address-data';

async function putAll(client: Client, cards: Readonly<Record<string, Lines>>): Promise<void> {
  for (const [name, lines] of Object.entries(cards)) {
    await client.put(`${client.addressbook}${name}.vcf`, card(lines)).expect(201);
  }
}

/** The names of cards, without their ending, that a filter finds. */
async function found(client: Client, filter: string, attributes = ''): Promise<readonly string[]> {
  const answer = await client.report(client.addressbook, query(filter, ['D:getetag'], { attributes }), '1');
  return [...answer.multistatus().responses.keys()].map((path) => path.slice(client.addressbook.length, -4));
}

const PEOPLE: Readonly<Record<string, Lines>> = {
  ada: {
    FN: 'Ada Lovelace',
    N: 'Lovelace;Ada;;;',
    'item1.EMAIL;TYPE=HOME': 'ada@example.com',
    ORG: 'Analytical;Engines',
  },
  bob: { FN: 'Bob Bobson', N: 'Bobson;Bob;;;', 'EMAIL;TYPE=WORK': 'bob@example.org', NICKNAME: 'Bobby,Rob' },
  zoe: { FN: 'Zoë Straße', N: 'Straße;Zoë;;;', 'item2.TEL;TYPE=WORK': '+49 30 1', NOTE: 'a, b' },
};

must('RFC 6352 section 8.6', 'cards that match are answered with what is asked of them', async ({ alice }) => {
  await putAll(alice, PEOPLE);
  const body = query(having('FN', 'lovelace'), ['D:getetag', 'CR:address-data', 'X:nothing']);
  const answer = alice.report(alice.addressbook, body, '1').expectMembers([`${alice.addressbook}ada.vcf`]);
  const { etag, text } = await alice.get(`${alice.addressbook}ada.vcf`);
  await answer.expectProperties(`${alice.addressbook}ada.vcf`, {
    'D:getetag': etag,
    'CR:address-data': text,
    'X:nothing': undefined,
  });
});

must('RFC 6352 section 8.6', 'no match is an empty multistatus', async ({ alice }) => {
  await putAll(alice, PEOPLE);
  assert.deepEqual(await found(alice, having('FN', 'nobody')), []);
});

must('RFC 6352 section 10.5', 'an empty filter matches all cards, with and without their data', async ({ alice }) => {
  await putAll(alice, PEOPLE);
  assert.deepEqual(await found(alice, ''), ['ada', 'bob', 'zoe']);
  const answer = (await alice.report(alice.addressbook, query('', ['CR:address-data']), '1')).multistatus();
  assert.equal(answer.responses.size, 3);
  assert.match(answer.value(`${alice.addressbook}bob.vcf`, DATA), /FN:Bob Bobson/);
  const without = `<CR:addressbook-query ${XMLNS}><D:prop><D:getetag/></D:prop></CR:addressbook-query>`;
  await alice
    .report(alice.addressbook, without, '1')
    .expectMembers(['ada', 'bob', 'zoe'].map((name) => `${alice.addressbook}${name}.vcf`));
});

must('RFC 6352 section 10.5', 'one of the property filters is enough, unless all must match', async ({ alice }) => {
  await putAll(alice, PEOPLE);
  const two = having('FN', 'ada') + having('EMAIL', 'example.org');
  assert.deepEqual(await found(alice, two), ['ada', 'bob']);
  assert.deepEqual(await found(alice, two, 'test="anyof"'), ['ada', 'bob']);
  assert.deepEqual(await found(alice, two, 'test="allof"'), []);
  assert.deepEqual(await found(alice, having('FN', 'ada') + having('EMAIL', 'example.com'), 'test="allof"'), ['ada']);
  assert.deepEqual(await found(alice, having('FN', 'ada') + having('NOTE', 'a, b')), ['ada', 'zoe']);
});

must('RFC 6352 section 10.5.1', 'presence, absence and several conditions on one property', async ({ alice }) => {
  await putAll(alice, PEOPLE);
  const prop = (name: string, inside = '', attributes = '') =>
    `<CR:prop-filter name="${name}" ${attributes}>${inside}</CR:prop-filter>`;
  assert.deepEqual(await found(alice, prop('nickname')), ['bob']);
  assert.deepEqual(await found(alice, prop('EMAIL', '<CR:is-not-defined/>')), ['zoe']);
  const home = '<CR:param-filter name="TYPE"><CR:text-match match-type="equals">home</CR:text-match></CR:param-filter>';
  const atExample = '<CR:text-match>example</CR:text-match>';
  assert.deepEqual(await found(alice, prop('EMAIL', home)), ['ada']);
  assert.deepEqual(await found(alice, prop('EMAIL', atExample + home)), ['ada', 'bob']);
  assert.deepEqual(await found(alice, prop('EMAIL', atExample + home, 'test="allof"')), ['ada']);
});

must(
  'RFC 6352 section 10.5.1',
  'a name without a group stands for all groups, one with a group for that only',
  async ({ alice }) => {
    await putAll(alice, PEOPLE);
    assert.deepEqual(await found(alice, having('EMAIL', 'example')), ['ada', 'bob']);
    assert.deepEqual(await found(alice, having('item1.EMAIL', 'example')), ['ada']);
    assert.deepEqual(await found(alice, having('item2.EMAIL', 'example')), []);
  },
);

must('RFC 6352 section 10.5.4', 'match types and negation', async ({ alice }) => {
  await putAll(alice, PEOPLE);
  assert.deepEqual(await found(alice, having('FN', 'bob', 'match-type="starts-with"')), ['bob']);
  assert.deepEqual(await found(alice, having('FN', 'lace', 'match-type="ends-with"')), ['ada']);
  assert.deepEqual(await found(alice, having('FN', 'bob', 'match-type="equals"')), []);
  assert.deepEqual(await found(alice, having('FN', 'bob bobson', 'match-type="equals"')), ['bob']);
  assert.deepEqual(await found(alice, having('FN', 'b', 'match-type="contains"')), ['bob']);
  assert.deepEqual(await found(alice, having('FN', 'bob', 'negate-condition="yes"')), ['ada', 'zoe']);
});

must('RFC 6352 section 10.5.4', 'a text may reach across the parts of a structured value', async ({ alice }) => {
  await putAll(alice, PEOPLE);
  assert.deepEqual(await found(alice, having('N', 'lovelace;ada')), ['ada']);
  assert.deepEqual(await found(alice, having('ORG', 'engines')), ['ada']);
  assert.deepEqual(await found(alice, having('NICKNAME', 'bobby,rob')), ['bob']);
  assert.deepEqual(await found(alice, having('NICKNAME', 'rob')), ['bob']);
});

must(
  'RFC 6352 section 8.3',
  'texts are compared by i;unicode-casemap unless the client names another collation',
  async ({ alice }) => {
    await putAll(alice, PEOPLE);
    assert.deepEqual(await found(alice, having('FN', 'ZOË')), ['zoe']);
    assert.deepEqual(await found(alice, having('FN', 'ZOË', 'collation="i;unicode-casemap"')), ['zoe']);
    assert.deepEqual(await found(alice, having('FN', 'ZOË', 'collation="i;ascii-casemap"')), []);
    assert.deepEqual(await found(alice, having('FN', 'ZOë', 'collation="i;ascii-casemap"')), ['zoe']);
    assert.deepEqual(await found(alice, having('FN', 'ZOë', 'collation="i;octet"')), []);
    assert.deepEqual(await found(alice, having('FN', 'Zoë', 'collation="i;octet"')), ['zoe']);
    await alice
      .report(alice.addressbook, query(having('FN', 'a', 'collation="i;klingon"')), '1')
      .expectPrecondition('CR:supported-collation', 403);
  },
);

must('RFC 6352 section 8.6', 'a condition that is not known is refused with supported-filter', async ({ alice }) => {
  const body = query('<CR:prop-filter name="BDAY"><CR:time-range start="20260101T000000Z"/></CR:prop-filter>');
  const answer = await alice.report(alice.addressbook, body, '1').expectPrecondition('CR:supported-filter', 403);
  const named = elementsOf(answer.xml()).flatMap(elementsOf);
  assert.deepEqual(
    named.map(({ name, attributes }) => [name, attributes]),
    [['{urn:ietf:params:xml:ns:carddav}prop-filter', [{ name: '{}name', value: 'BDAY' }]]],
  );
});

must('RFC 6352 section 8.5', 'properties and parameters that no document names can be searched', async ({ alice }) => {
  await putAll(alice, { a: { 'X-SHOE;X-FOOT=left': '38' }, b: { 'X-SHOE': '42' } });
  assert.deepEqual(await found(alice, having('X-SHOE', '4')), ['b']);
  const left = '<CR:prop-filter name="X-SHOE"><CR:param-filter name="X-FOOT"/></CR:prop-filter>';
  assert.deepEqual(await found(alice, left), ['a']);
});

must('RFC 6352 section 8.6.2', 'a client’s limit cuts the answer and says so', async ({ alice }) => {
  await putAll(alice, PEOPLE);
  const limited = async (limit: string) =>
    (await alice.report(alice.addressbook, query(having('N', ';'), ['D:getetag'], { limit }), '1')).multistatus();
  const two = await limited('2');
  assert.deepEqual([...two.responses.values()].filter(({ status }) => status === undefined).length, 2);
  assert.equal(two.at(alice.addressbook).status, 507);
  assert.deepEqual(two.at(alice.addressbook).conditions, ['{DAV:}number-of-matches-within-limits']);
  assert.equal((await limited('3')).responses.size, 3);
  assert.equal((await limited('1000')).responses.size, 3);
  assert.deepEqual([...(await limited('0')).responses.keys()], [alice.addressbook]);
  await alice.report(alice.addressbook, query('', [], { limit: 'some' }), '1').expect(400);
});

quirk('Q-9-10', 'without Depth the cards of the address book are searched', async ({ alice }) => {
  await putAll(alice, PEOPLE);
  const ada = [`${alice.addressbook}ada.vcf`];
  for (const depth of [undefined, '1', 'infinity']) {
    await alice.report(alice.addressbook, query(having('FN', 'ada')), depth).expectMembers(ada);
  }
});

must('RFC 6352 section 8.6', 'Depth 0 is the address book itself, which is no card', async ({ alice }) => {
  await putAll(alice, PEOPLE);
  await alice.report(alice.addressbook, query(''), '0').expectMembers([]);
});

must('RFC 6352 section 8.6', 'on a card the query is about that card', async ({ alice }) => {
  await putAll(alice, PEOPLE);
  const ada = `${alice.addressbook}ada.vcf`;
  await alice.report(ada, query(having('FN', 'ada')), '0').expectMembers([ada]);
  await alice.report(ada, query('', ['CR:address-data']), '0').expectProperties(ada, { 'CR:address-data': /Ada/ });
  await alice.report(ada, query(having('FN', 'bob')), '0').expectMembers([]);
});

must('RFC 6352 section 8.6.3', 'parts of cards are given as they are asked for', async ({ alice }) => {
  await putAll(alice, { bob: { ...PEOPLE.bob, UID: 'bob' } });
  const asked = addressData('<CR:prop name="UID"/><CR:prop name="NICKNAME"/>');
  await alice
    .report(alice.addressbook, query(having('NICKNAME', 'rob'), [asked]), '1')
    .expectProperties(`${alice.addressbook}bob.vcf`, {
      'CR:address-data': 'BEGIN:VCARD\r\nVERSION:3.0\r\nUID:bob\r\nNICKNAME:Bobby,Rob\r\nEND:VCARD\r\n',
    });
});

must('RFC 6352 section 8.6', 'a changed card is found by what it says now', async ({ alice }) => {
  await putAll(alice, { a: { UID: 'a', FN: 'Before' } });
  const path = `${alice.addressbook}a.vcf`;
  await alice.put(path, card({ UID: 'a', FN: 'After' })).expect(204);
  assert.deepEqual(await found(alice, having('FN', 'before')), []);
  assert.deepEqual(await found(alice, having('FN', 'after')), ['a']);
  await alice.delete(path).expect(204);
  assert.deepEqual(await found(alice, having('FN', 'after')), []);
});

must(
  'behaviour: a filter finds what has another name in the other version of vCard',
  'groups are found as Apple’s clients call them and as vCard 4.0 does, whoever made them',
  async ({ alice }) => {
    await putAll(alice, {
      four: { VERSION: '4.0', KIND: 'group', MEMBER: 'urn:uuid:1' },
      three: { 'X-ADDRESSBOOKSERVER-KIND': 'group', 'X-ADDRESSBOOKSERVER-MEMBER': 'urn:uuid:1' },
      person: { VERSION: '4.0', KIND: 'individual' },
      other: {},
    });
    for (const name of ['KIND', 'X-ADDRESSBOOKSERVER-KIND']) {
      assert.deepEqual(await found(alice, having(name, 'group', 'match-type="equals"')), ['four', 'three']);
      assert.deepEqual(await found(alice, `<CR:prop-filter name="${name}"><CR:is-not-defined/></CR:prop-filter>`), [
        'other',
      ]);
    }
    assert.deepEqual(await found(alice, having('X-ADDRESSBOOKSERVER-MEMBER', 'urn:uuid:1')), ['four', 'three']);
  },
);

should(
  'RFC 6352 section 8.6',
  'a search through more cards than are read at once finds each of them once',
  async ({ alice }) => {
    const names = Array.from({ length: 130 }, (_, number) => `card-${String(number).padStart(3, '0')}`);
    await putAll(alice, Object.fromEntries(names.map((name, number) => [name, { FN: name, NOTE: `${number % 2}` }])));
    assert.deepEqual(await found(alice, ''), names);
    assert.deepEqual(
      await found(alice, having('NOTE', '1')),
      names.filter((_, number) => number % 2 === 1),
    );
    assert.deepEqual(await found(alice, having('FN', 'card-12')), names.slice(120));
    assert.deepEqual(await found(alice, having('NOTE', 'nothing')), []);
    const body = query('', ['CR:address-data'], { limit: '110' });
    assert.equal((await alice.report(alice.addressbook, body, '1')).multistatus().responses.size, 111);
  },
);

must('RFC 6352 section 8.6', 'another user’s address book cannot be searched', async ({ alice, bob }) => {
  await putAll(bob, PEOPLE);
  await alice.report(bob.addressbook, query(''), '1').expect(404);
});
