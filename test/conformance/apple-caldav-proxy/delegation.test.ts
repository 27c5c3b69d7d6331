/**
 * Delegation: those who act for somebody, and what they may. apple/caldav-proxy section 5.
 */
import assert from 'node:assert/strict';
import { childrenOf, textOf, type XmlElement } from '../../../src/formats/xml/element.ts';
import { hrefsIn } from '../../support/answer.ts';
import { card, event } from '../../support/builders.ts';
import type { Client } from '../../support/client.ts';
import { hostile, must } from '../../support/conformance.ts';
import { clark } from '../../support/names.ts';

const are =
  (...paths: readonly string[]) =>
  (value: XmlElement): void =>
    assert.deepEqual(hrefsIn(value).toSorted(), paths.toSorted());

const members = (...paths: readonly string[]): string =>
  paths.map((path) => `<D:href xmlns:D="DAV:">${path}</D:href>`).join('');

type Access = 'read' | 'write';

const below = ({ principal }: Client, access: Access): string => `${principal}calendar-proxy-${access}/`;

/** Says who acts for the owner. */
async function delegate(owner: Client, access: Access, ...paths: readonly string[]): Promise<void> {
  const path = below(owner, access);
  await owner
    .proppatch(path, { set: { 'D:group-member-set': members(...paths) } })
    .expectProperties(path, { 'D:group-member-set': 200 });
}

must('apple/caldav-proxy section 5.1', 'the DAV header names calendar-proxy', async ({ alice }) => {
  for (const path of ['/', alice.principal, below(alice, 'read'), alice.calendars]) {
    await alice.options(path).expectHeader('DAV', /(^|, )calendar-proxy(,|$)/);
  }
});

must(
  'apple/caldav-proxy section 5.2',
  'a principal is a collection with two principals in it; a group has none',
  async ({ alice, team }) => {
    const [read, write] = [below(alice, 'read'), below(alice, 'write')];
    await alice
      .propfind(alice.principal, '1', ['D:resourcetype', 'D:displayname', 'D:alternate-URI-set', 'D:principal-URL'])
      .expectMembers([alice.principal, read, write])
      .expectProperties(alice.principal, { 'D:resourcetype': ['D:principal', 'D:collection'] })
      .expectProperties(read, {
        'D:resourcetype': ['D:principal', 'CS:calendar-proxy-read'],
        'D:displayname': /^alice: ./,
        'D:alternate-URI-set': '',
        'D:principal-URL': are(read),
      })
      .expectProperties(write, { 'D:resourcetype': ['D:principal', 'CS:calendar-proxy-write'] });
    await alice.propfind(`${team.principal}calendar-proxy-read/`, '0').expect(404);
    await alice.propfind(team.principal, '1', ['D:resourcetype']).expectMembers([team.principal]);
    await alice.propfind(`${read}more/`, '0').expect(404);
  },
);

must(
  'apple/caldav-proxy section 5.2',
  'the owner sets the lists, and they show in the membership of the delegates',
  async ({ alice, bob, team }) => {
    await delegate(alice, 'write', bob.principal);
    await alice
      .propfind(below(alice, 'write'), '0', ['D:group-member-set'])
      .expectProperties(below(alice, 'write'), { 'D:group-member-set': are(bob.principal) });
    await bob
      .propfind(bob.principal, '0', ['D:group-membership'])
      .expectProperties(bob.principal, { 'D:group-membership': are(team.principal, below(alice, 'write')) });
    await delegate(alice, 'read', bob.principal);
    await bob.propfind(bob.principal, '0', ['D:group-membership']).expectProperties(bob.principal, {
      'D:group-membership': are(team.principal, below(alice, 'read'), below(alice, 'write')),
    });
    await alice
      .proppatch(below(alice, 'write'), { remove: ['D:group-member-set'] })
      .expectProperties(below(alice, 'write'), { 'D:group-member-set': 200 });
    await bob
      .propfind(bob.principal, '0', ['D:group-membership'])
      .expectProperties(bob.principal, { 'D:group-membership': are(team.principal, below(alice, 'read')) });
  },
);

must(
  'apple/caldav-proxy section 5.2',
  'only users and groups of the tenant can act, and nobody for themselves',
  async ({ alice, bob, carol }) => {
    const path = below(alice, 'write');
    const refused: readonly (readonly [string, string])[] = [
      ['/principals/nobody@example.com/', 'D:recognized-principal'],
      [carol.principal, 'D:recognized-principal'],
      [below(bob, 'write'), 'D:recognized-principal'],
      [bob.calendar, 'D:recognized-principal'],
      [alice.principal, 'D:allowed-principal'],
    ];
    for (const [one, condition] of refused) {
      const answer = await alice.proppatch(path, { set: { 'D:group-member-set': members(bob.principal, one) } });
      const value = answer.multistatus().at(path).properties.get('{DAV:}group-member-set');
      assert.equal(value?.status, 403, one);
      assert.deepEqual(value.conditions, [clark(condition)], one);
    }
    await alice.propfind(path, '0', ['D:group-member-set']).expectProperties(path, { 'D:group-member-set': '' });
  },
);

must(
  'apple/caldav-proxy section 5.3.1',
  'for whom one acts stands on one’s principal: protected, not in allprop, through groups too',
  async ({ alice, bob, carol, team }) => {
    const names = ['CS:calendar-proxy-read-for', 'CS:calendar-proxy-write-for'];
    await bob.propfind(bob.principal, '0', names).expectProperties(bob.principal, { [names[0]!]: '', [names[1]!]: '' });
    await delegate(alice, 'read', team.principal);
    await delegate(alice, 'write', bob.principal);
    await bob
      .propfind(bob.principal, '0', names)
      .expectProperties(bob.principal, { [names[0]!]: are(alice.principal), [names[1]!]: are(alice.principal) });
    await bob
      .proppatch(bob.principal, { set: { [names[1]!]: members(carol.principal) } })
      .expectProperties(bob.principal, { [names[1]!]: 403 });
    const all = await bob.propfind(bob.principal, '0').expect(207);
    assert.ok(!all.text.includes('calendar-proxy'));
    await alice.propfind(bob.principal, '0', names).expectProperties(bob.principal, { [names[1]!]: 404 });
    await bob
      .propfind(team.principal, '0', ['D:group-membership'])
      .expectProperties(team.principal, { 'D:group-membership': are(below(alice, 'read')) });
  },
);

must(
  'apple/caldav-proxy section 5.3.2',
  'expand-property over those for whom one acts tells of each what a client shows',
  async ({ alice, bob }) => {
    await delegate(alice, 'write', bob.principal);
    const inside =
      '<A:property name="displayname"/>' +
      '<A:property name="calendar-user-address-set" namespace="urn:ietf:params:xml:ns:caldav"/>' +
      '<A:property name="email-address-set" namespace="http://calendarserver.org/ns/"/>';
    const proxyFor = (access: Access): string =>
      `<A:property name="calendar-proxy-${access}-for" namespace="http://calendarserver.org/ns/">${inside}</A:property>`;
    const body = `<A:expand-property xmlns:A="DAV:">${proxyFor('write')}${proxyFor('read')}</A:expand-property>`;
    const answer = await bob.report(bob.principal, body, '0').expect(207);
    const { properties } = answer.multistatus().at(bob.principal);
    const value = properties.get(clark('CS:calendar-proxy-write-for'));
    assert.ok(value?.status === 200);
    const responses = childrenOf(value.element, '{DAV:}response');
    assert.deepEqual(responses.flatMap(hrefsIn), [alice.principal]);
    assert.match(answer.text, /<d:displayname>alice<\/d:displayname>/);
    assert.ok(answer.text.includes(`<d:href>mailto:${alice.address}</d:href>`));
    assert.ok(answer.text.includes(`<cs:email-address>${alice.address}</cs:email-address>`));
    const none = properties.get(clark('CS:calendar-proxy-read-for'));
    assert.ok(none?.status === 200 && textOf(none.element) === '');
  },
);

must('apple/caldav-proxy section 5.4', 'a reader reads all calendars, and changes none', async ({ alice, bob }) => {
  await alice.put(`${alice.calendar}a.ics`, event()).expect(201);
  const work = await alice.newCalendar('work');
  await bob.get(`${alice.calendar}a.ics`).expect(404);
  await delegate(alice, 'read', bob.principal);
  await bob.get(`${alice.calendar}a.ics`).expect(200);
  await bob.propfind(alice.calendars, '1', ['D:resourcetype']).expect(207);
  await bob.sync(work, '').expect(207);
  await bob.put(`${work}a.ics`, event()).expectPrecondition('D:need-privileges', 403);
  await bob.delete(`${alice.calendar}a.ics`).expectPrecondition('D:need-privileges', 403);
  await bob.mkcalendar(`${alice.calendars}new/`).expectPrecondition('D:need-privileges', 403);
});

must(
  'apple/caldav-proxy section 5.4',
  'a delegate changes all calendars, makes new ones, and may schedule',
  async ({ alice, bob }) => {
    await delegate(alice, 'write', bob.principal);
    await bob.put(`${alice.calendar}a.ics`, event()).expect(201);
    await bob.mkcalendar(`${alice.calendars}new/`).expect(201);
    await bob.put(`${alice.calendars}new/a.ics`, event()).expect(201);
    await bob.proppatch(alice.calendar, { set: { 'D:displayname': 'Ours' } }).expect(207);
    await bob.delete(`${alice.calendars}new/`).expect(204);
    const held = async (path: string): Promise<string> =>
      (await bob.propfind(path, '0', ['D:current-user-privilege-set']).expect(207)).text;
    assert.match(await held(`${alice.calendars}outbox/`), /<cal:schedule-send\/>.*<cal:schedule-send-invite\/>/);
    assert.match(await held(`${alice.calendars}inbox/`), /<cal:schedule-deliver\/>/);
    assert.doesNotMatch(await held(alice.calendar), /schedule-|write-acl|read-acl|unlock/);
    await bob.propfind(alice.principal, '0', ['C:calendar-home-set']).expect(207);
  },
);

hostile(
  'S2 a delegate loses everything with the next request after being taken off the list',
  async ({ alice, bob }) => {
    await delegate(alice, 'write', bob.principal);
    await bob.put(`${alice.calendar}a.ics`, event()).expect(201);
    await delegate(alice, 'write');
    await bob.get(`${alice.calendar}a.ics`).expect(404);
    await bob.put(`${alice.calendar}b.ics`, event()).expect(404, 409);
    await bob.propfind(below(alice, 'write'), '0').expect(404);
  },
);

hostile(
  'S1 a delegate may not change who may do what, nor see who else acts, nor anything that is no calendar',
  async ({ alice, bob, another }) => {
    const other = another('bob');
    await other.exists;
    await delegate(alice, 'write', bob.principal, `/principals/${other.address}/`);
    await bob.acl(alice.calendar, [[bob.principal, 'D:all']]).expectPrecondition('D:need-privileges', 403);
    await bob.propfind(alice.calendar, '0', ['D:acl']).expectProperties(alice.calendar, { 'D:acl': 403 });
    const path = below(alice, 'write');
    await bob
      .proppatch(path, { set: { 'D:group-member-set': members(bob.principal) } })
      .expectPrecondition('D:need-privileges', 403);
    await bob
      .propfind(path, '0', ['D:group-member-set'])
      .expectProperties(path, { 'D:group-member-set': are(bob.principal) });
    await bob.propfind(below(alice, 'read'), '0').expect(404);
    await alice.put(`${alice.addressbook}a.vcf`, card()).expect(201);
    for (const one of [alice.addressbooks, alice.addressbook, `${alice.addressbook}a.vcf`, alice.files]) {
      await bob.propfind(one, '0').expect(404);
    }
  },
);

hostile('S1 the delegate of a delegate gets nothing', async ({ alice, bob, another }) => {
  const account = another('bob');
  await account.exists;
  const third = bob.as({ user: account.address, password: account.password });
  await delegate(alice, 'write', bob.principal);
  await delegate(bob, 'write', third.principal);
  await third.propfind(bob.calendar, '0').expect(207);
  await third.propfind(alice.calendar, '0').expect(404);
  await third
    .propfind(third.principal, '0', ['CS:calendar-proxy-write-for'])
    .expectProperties(third.principal, { 'CS:calendar-proxy-write-for': are(bob.principal) });
  await third
    .propfind(bob.principal, '0', ['CS:calendar-proxy-write-for'])
    .expectProperties(bob.principal, { 'CS:calendar-proxy-write-for': 404 });
});
