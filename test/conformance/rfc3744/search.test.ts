/**
 * principal-property-search and principal-search-property-set. RFC 3744 section 9.4, RFC 3744 section 9.5.
 */
import assert from 'node:assert/strict';
import { childOf, childrenOf, elementsOf, textOf, type XmlElement } from '../../../src/formats/xml/element.ts';
import { hostile, must } from '../../support/conformance.ts';
import { clark, emptyXml, escaped, short, XMLNS } from '../../support/names.ts';

interface Term {
  readonly in: readonly string[];
  readonly for: string;
}

const search = (terms: readonly Term[], inside = '<D:apply-to-principal-collection-set/>'): string => {
  const one = (term: Term): string =>
    `<D:property-search><D:prop>${term.in.map(emptyXml).join('')}</D:prop><D:match>${escaped(term.for)}</D:match></D:property-search>`;
  return `<D:principal-property-search ${XMLNS}>${terms.map(one).join('')}<D:prop><D:displayname/></D:prop>${inside}</D:principal-property-search>`;
};
const EVERYWHERE = ['D:displayname', 'C:calendar-user-address-set', 'CS:email-address-set'];

must('RFC 3744 section 9.4', 'it finds by parts of names and addresses, caseless', async ({ alice, bob }) => {
  const [local = ''] = bob.address.split('@');
  const finds: readonly (readonly [string, string])[] = [
    ['CS:email-address-set', bob.address],
    ['CS:email-address-set', `${local.slice(1).toUpperCase()}@EXAMPLE`],
    ['CS:email-address-set', `${local}-ALSO@`],
    ['C:calendar-user-address-set', `mailto:${bob.address}`],
    ['C:calendar-user-address-set', bob.principal],
    ['C:calendar-user-address-set', `${local}@`],
  ];
  for (const [property, text] of finds) {
    const answer = await alice
      .report('/principals/', search([{ in: [property], for: text }]), '0')
      .expectMembers([bob.principal]);
    assert.equal(answer.multistatus().value(bob.principal, clark('D:displayname')), 'bob');
  }
});

must('RFC 3744 section 9.4', 'several conditions must all hold', async ({ alice, bob, team }) => {
  const [local] = bob.address.split('@');
  const address: Term = { in: ['CS:email-address-set'], for: `${local}@` };
  const asks = (...terms: readonly Term[]) => alice.report('/principals/', search(terms));
  await asks(address, { in: ['D:displayname'], for: 'BO' }).expectMembers([bob.principal]);
  await asks(address, { in: ['D:displayname'], for: 'alice' }).expectMembers([]);
  await asks(address, { in: ['C:calendar-user-type'], for: 'individual' }).expectMembers([bob.principal]);
  await asks(address, { in: ['C:calendar-user-type'], for: 'group' }).expectMembers([]);
  await asks({ in: ['CS:email-address-set', 'C:calendar-user-address-set'], for: `${local}@` }).expectMembers([
    bob.principal,
  ]);
  await asks({ in: ['CS:email-address-set', 'D:displayname'], for: `${local}@` }).expectMembers([]);
  await asks({ in: ['CS:email-address-set'], for: team.address }, { in: ['D:displayname'], for: 'team' }).expectMembers(
    [team.principal],
  );
});

must('RFC 3744 section 9.4', 'what cannot be searched matches nobody; nobody is an empty answer', async ({ alice }) => {
  await alice.report('/principals/', search([{ in: ['D:owner'], for: 'a' }])).expectMembers([]);
  await alice
    .report(
      '/principals/',
      search([
        { in: ['D:displayname'], for: 'alice' },
        { in: ['X:shoe-size'], for: '4' },
      ]),
    )
    .expectMembers([]);
  await alice.report('/principals/', search([{ in: ['D:displayname'], for: 'no such person' }])).expectMembers([]);
});

must(
  'RFC 3744 section 9.4',
  'it searches below its URL, or in all collections of principals',
  async ({ alice, bob }) => {
    const terms = [{ in: ['CS:email-address-set'], for: bob.address }];
    for (const path of ['/', '/principals/'])
      await alice.report(path, search(terms, '')).expectMembers([bob.principal]);
    for (const path of [alice.calendars, alice.calendar, alice.principal]) {
      await alice.report(path, search(terms, '')).expectMembers([]);
      await alice.report(path, search(terms)).expectMembers([bob.principal]);
    }
  },
);

must('RFC 3744 section 9.4', 'its depth is 0, and it says what to search', async ({ alice }) => {
  await alice.report('/principals/', search([{ in: ['D:displayname'], for: 'alice' }]), '1').expect(400);
  await alice.report('/principals/', search([])).expect(400);
  const halves = ['<D:property-search><D:prop><D:displayname/></D:prop></D:property-search>', '<D:property-search/>'];
  for (const half of halves) await alice.report('/principals/', search([], half)).expect(400);
});

hostile('S10 a search is bounded: long texts and many of them are refused', async ({ alice }) => {
  const long = [{ in: ['D:displayname'], for: 'x'.repeat(1001) }];
  await alice.report('/principals/', search(long)).expect(413);
  const many = Array.from({ length: 51 }, () => ({ in: ['D:displayname'], for: 'x' }));
  await alice.report('/principals/', search(many)).expect(413);
});

must('RFC 3744 section 9.4', 'more than the service answers at once is said to be more', async ({ alice, team }) => {
  const terms = [{ in: ['D:displayname'], for: 'alice' }];
  const limit = '<CS:limit><CS:nresults>0</CS:nresults></CS:limit>';
  assert.ok(team.address);
  const answer = await alice.report('/principals/', search(terms, limit)).expectMembers(['/principals/']);
  const { status, conditions } = answer.multistatus().at('/principals/');
  assert.equal(status, 507);
  assert.deepEqual(conditions, [clark('D:number-of-matches-within-limits')]);
});

hostile(
  'S4 a search tells nothing of other tenants, and finds no lists of delegates',
  async ({ alice, bob, carol }) => {
    await bob.options('/').expect(200);
    for (const property of EVERYWHERE) {
      await carol.report('/principals/', search([{ in: [property], for: bob.address }])).expectMembers([]);
      await alice.report('/principals/', search([{ in: [property], for: carol.address }])).expectMembers([]);
    }
    const found = await alice.report('/principals/', search([{ in: ['D:displayname'], for: '' }])).expect(207);
    assert.ok(!found.text.includes('calendar-proxy') && !found.text.includes('@example.org'));
  },
);

hostile('S4 where users see only acquaintances, a search finds no others', async ({ carol, service, another }) => {
  const [friend, stranger] = [another('carol'), another('carol')];
  await Promise.all([friend.exists, stranger.exists]);
  const path = ({ address }: { readonly address: string }): string => `/principals/${address}/`;
  const asks = (text: string) => carol.report('/principals/', search([{ in: ['CS:email-address-set'], for: text }]));
  await asks(stranger.address).expectMembers([path(stranger)]);
  await service.directory('example.org', 'acquaintances');
  try {
    await asks(stranger.address).expectMembers([]);
    await asks(friend.address).expectMembers([]);
    await asks(carol.address).expectMembers([carol.principal]);
    await carol.acl(carol.calendar, []).expect(200);
  } finally {
    await service.directory('example.org', 'everyone');
  }
  await carol.acl(carol.calendar, [[path(friend), 'D:read']]).expect(200);
  await service.directory('example.org', 'acquaintances');
  try {
    await asks(friend.address).expectMembers([path(friend)]);
    await asks(stranger.address).expectMembers([]);
    const other = carol.as({ user: friend.address, password: friend.password });
    await other
      .report('/principals/', search([{ in: ['CS:email-address-set'], for: carol.address }]))
      .expectMembers([carol.principal]);
  } finally {
    await service.directory('example.org', 'everyone');
  }
});

const PROPERTIES = `<D:principal-search-property-set ${XMLNS}/>`;
const LANG = '{http://www.w3.org/XML/1998/namespace}lang';

must('RFC 3744 section 9.5', 'the collection of principals says what can be searched', async ({ alice }) => {
  const answer = await alice.report('/principals/', PROPERTIES, '0').expect(200);
  const root = answer.xml();
  assert.equal(root.name, clark('D:principal-search-property-set'));
  const names = childrenOf(root, '{DAV:}principal-search-property').map((one: XmlElement) => {
    const description = childOf(one, '{DAV:}description');
    assert.ok(description !== undefined && textOf(description) !== '');
    assert.equal(description.attributes.find(({ name }) => name === LANG)?.value, 'en');
    const [property, ...others] = elementsOf(childOf(one, '{DAV:}prop')!);
    assert.ok(property !== undefined && others.length === 0);
    return short(property.name);
  });
  assert.deepEqual(names, [
    'D:displayname',
    'CS:email-address-set',
    'C:calendar-user-address-set',
    'CS:first-name',
    'CS:last-name',
    'C:calendar-user-type',
  ]);
  // What can be searched is a property that principals have.
  const values = await alice.propfind(alice.principal, '0', names).expect(207);
  const { properties } = values.multistatus().at(alice.principal);
  const texts = names.filter((name) => properties.get(clark(name))?.status === 200);
  assert.deepEqual(
    texts,
    names.filter((name) => name !== 'CS:last-name'),
  );
  for (const name of texts) {
    const text = name === 'C:calendar-user-type' ? 'INDIVIDUAL' : 'alice';
    const found = await alice.report(
      '/principals/',
      search([
        { in: [name], for: text },
        { in: ['CS:email-address-set'], for: alice.address },
      ]),
    );
    assert.ok(found.multistatus().responses.has(alice.principal), name);
  }
  await alice.report('/principals/', PROPERTIES, '1').expect(400);
  const full = PROPERTIES.replace('/>', '><D:prop/></D:principal-search-property-set>');
  await alice.report('/principals/', full).expect(400);
});

must(
  'RFC 3253 section 3.1.5',
  'supported-report-set lists the reports about principals where they work',
  async ({ alice }) => {
    const reports = async (path: string): Promise<string> =>
      (await alice.propfind(path, '0', ['D:supported-report-set']).expect(207)).text;
    const all = await reports('/principals/');
    for (const name of [
      'principal-match',
      'principal-property-search',
      'principal-search-property-set',
      'expand-property',
    ]) {
      assert.ok(all.includes(`<d:report><d:${name}/></d:report>`), name);
    }
    assert.ok(all.includes('<cs:calendarserver-principal-search/>'));
    assert.ok(!(await reports(alice.calendar)).includes('principal-search-property-set'));
  },
);
