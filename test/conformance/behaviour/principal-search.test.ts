/**
 * What Apple's clients add to the search of principals, and their own search: no document describes either.
 */
import assert from 'node:assert/strict';
import { may } from '../../support/conformance.ts';
import { clark, escaped, XMLNS } from '../../support/names.ts';

const BEHAVIOUR = 'behaviour: principal-property-search as Apple clients send it';
const COMPLETION = 'behaviour: the search by which Apple clients complete attendees and locations';

interface Asked {
  readonly name: string;
  readonly text: string;
  readonly match?: string;
}

function search(terms: readonly Asked[], attributes = '', inside = ''): string {
  const one = ({ name, text, match = '' }: Asked): string =>
    `<D:property-search><D:prop><${name}/></D:prop><D:match ${match}>${escaped(text)}</D:match></D:property-search>`;
  return `<D:principal-property-search ${XMLNS} ${attributes}>${terms.map(one).join('')}<D:prop><D:displayname/></D:prop>${inside}</D:principal-property-search>`;
}

may(BEHAVIOUR, 'the DAV header names it', async ({ alice }) => {
  await alice.options('/principals/').expectHeader('DAV', /(^|, )calendarserver-principal-property-search(,|$)/);
});

may(BEHAVIOUR, 'test says whether all or any of the terms must match', async ({ alice, bob }) => {
  const terms = [alice, bob].map(({ address }) => ({ name: 'CS:email-address-set', text: address }));
  const unsearchable = { name: 'X:shoe-size', text: '4' };
  await alice
    .report('/principals/', search([...terms, unsearchable], 'test="anyof"'))
    .expectMembers([alice.principal, bob.principal]);
  for (const attributes of ['', 'test="allof"']) {
    await alice.report('/principals/', search(terms, attributes)).expectMembers([]);
    await alice.report('/principals/', search([terms[0]!], attributes)).expectMembers([alice.principal]);
  }
  await alice.report('/principals/', search(terms, 'test="someof"')).expect(400);
});

may(BEHAVIOUR, 'type narrows to people, groups, rooms or resources', async ({ alice, team }) => {
  const terms = [alice.address, team.address].map((text) => ({ name: 'CS:email-address-set', text }));
  const asks = (type: string) => alice.report('/principals/', search(terms, `test="anyof" type="${type}"`));
  await asks('INDIVIDUAL').expectMembers([alice.principal]);
  await asks('GROUP').expectMembers([team.principal]);
  await asks('ROOM').expectMembers([]);
  await asks('RESOURCE').expectMembers([]);
  await asks('ROBOT').expect(400);
});

may(BEHAVIOUR, 'each term says how it matches', async ({ alice }) => {
  const [local = ''] = alice.address.split('@');
  const finds = async (text: string, match: string): Promise<boolean> => {
    const answer = await alice
      .report('/principals/', search([{ name: 'CS:email-address-set', text, match }]))
      .expect(207);
    return answer.multistatus().responses.has(alice.principal);
  };
  assert.ok(await finds(local.slice(2), 'match-type="contains"'));
  assert.ok(!(await finds(local.slice(2), 'match-type="starts-with"')));
  assert.ok(await finds(local, 'match-type="starts-with"'));
  assert.ok(!(await finds(local, 'match-type="equals"')));
  assert.ok(await finds(alice.address.toUpperCase(), 'match-type="equals" caseless="yes"'));
  assert.ok(!(await finds(alice.address.toUpperCase(), 'match-type="equals" caseless="no"')));
  assert.ok(await finds(alice.address, 'match-type="equals" caseless="no"'));
  for (const match of ['match-type="sounds-like"', 'caseless="maybe"']) {
    const term = { name: 'CS:email-address-set', text: local, match };
    await alice.report('/principals/', search([term])).expect(400);
  }
});

may(BEHAVIOUR, 'first and last name can be searched', async ({ alice, carol, another }) => {
  const [first] = [another('alice')];
  await first.exists;
  await alice
    .report(
      '/principals/',
      search([
        { name: 'CS:first-name', text: 'ALICE' },
        { name: 'CS:email-address-set', text: first.address },
      ]),
    )
    .expectMembers([`/principals/${first.address}/`]);
  await alice
    .propfind(alice.principal, '0', ['CS:first-name', 'CS:last-name', 'CS:record-type'])
    .expectProperties(alice.principal, { 'CS:first-name': 'alice', 'CS:last-name': 404, 'CS:record-type': 'users' });
  await carol
    .propfind(carol.principal, '0', ['CS:first-name', 'CS:last-name'])
    .expectProperties(carol.principal, { 'CS:first-name': 'carol', 'CS:last-name': 'example' });
  const terms = ['CS:last-name', 'CS:email-address-set'].map((name, at) => ({
    name,
    text: ['EXAMPLE', carol.address][at] ?? '',
  }));
  await carol.report('/principals/', search(terms)).expectMembers([carol.principal]);
});

may(BEHAVIOUR, 'a limit cuts the answer, and says so', async ({ alice, bob }) => {
  const terms = [alice, bob].map(({ address }) => ({ name: 'CS:email-address-set', text: address }));
  const asks = (number: string) =>
    alice.report(
      '/principals/',
      search(terms, 'test="anyof"', `<CS:limit><CS:nresults>${number}</CS:nresults></CS:limit>`),
    );
  const { responses } = (await asks('1').expect(207)).multistatus();
  assert.equal(responses.size, 2);
  assert.equal(responses.get('/principals/')?.status, 507);
  assert.deepEqual(responses.get('/principals/')?.conditions, [clark('D:number-of-matches-within-limits')]);
  await asks('2').expectMembers([alice.principal, bob.principal]);
  for (const number of ['many', '', '-1']) await asks(number).expect(400);
});

function complete(words: readonly string[], attributes = 'context="attendee"', inside = ''): string {
  const tokens = words.map((word) => `<CS:search-token>${escaped(word)}</CS:search-token>`).join('');
  return `<CS:calendarserver-principal-search ${XMLNS} ${attributes}>${tokens}${inside}<D:prop><D:displayname/></D:prop></CS:calendarserver-principal-search>`;
}

may(COMPLETION, 'all words must be in the name or in an address', async ({ alice, bob, team }) => {
  const [local = ''] = bob.address.split('@');
  const asks = (...words: readonly string[]) => alice.report('/principals/', complete(words), '0');
  await asks(`${local}@`).expectMembers([bob.principal]);
  await asks('bo', `${local.toUpperCase()}@`).expectMembers([bob.principal]);
  await asks('alice', `${local}@`).expectMembers([]);
  await asks('example.com').expectMembers([]);
  await asks(team.address).expectMembers([team.principal]);
});

may(COMPLETION, 'the context says for what', async ({ alice, bob, team }) => {
  const asks = (word: string, context: string) =>
    alice.report('/principals/', complete([word], `context="${context}"`));
  await asks(bob.address, 'user').expectMembers([bob.principal]);
  await asks(bob.address, 'group').expectMembers([]);
  await asks(team.address, 'group').expectMembers([team.principal]);
  for (const context of ['location', 'resource']) await asks(bob.address, context).expectMembers([]);
  await asks(bob.address, 'anything').expect(400);
  await asks(bob.address, 'toString').expect(400);
  await alice.report('/principals/', complete([bob.address], '')).expectMembers([bob.principal]);
});

may(COMPLETION, 'words of one letter are too short; its depth is 0; other tenants are not found', async (world) => {
  const { alice, carol } = world;
  await alice.report('/principals/', complete(['a'])).expect(403);
  await alice.report('/principals/', complete([])).expect(403);
  await alice.report('/principals/', complete(['alice']), '1').expect(400);
  await alice.report('/principals/', complete([carol.address])).expectMembers([]);
  await alice.report(alice.calendars, complete([alice.address])).expectMembers([]);
  const everywhere = '<D:apply-to-principal-collection-set/>';
  await alice.report(alice.calendars, complete([alice.address], '', everywhere)).expectMembers([alice.principal]);
});
