/**
 * Whose a resource is, and what one may do with it. RFC 3744 section 3, RFC 3744 section 5, RFC 3744 section 7.1.1.
 */
import assert from 'node:assert/strict';
import { childrenOf, elementsOf, type XmlElement } from '../../../src/formats/xml/element.ts';
import type { XmlName } from '../../../src/formats/xml/name.ts';
import { hrefsIn } from '../../support/answer.ts';
import { card, event } from '../../support/builders.ts';
import type { Client } from '../../support/client.ts';
import { must, quirk } from '../../support/conformance.ts';
import { clark } from '../../support/names.ts';

/** The privileges in a list of DAV:privilege. */
function privilegesIn(value: XmlElement): readonly XmlName[] {
  return childrenOf(value, '{DAV:}privilege')
    .flatMap((one) => elementsOf(one).map(({ name }) => name))
    .toSorted();
}

function named(...names: readonly string[]): readonly XmlName[] {
  return names.map(clark).toSorted();
}

const READING = named('D:read', 'C:read-free-busy', 'D:read-current-user-privilege-set');
const ALL = [
  ...READING,
  ...named(
    'D:all',
    'D:write',
    'D:write-properties',
    'D:write-content',
    'D:bind',
    'D:unbind',
    'D:unlock',
    'D:read-acl',
    'D:write-acl',
  ),
].toSorted();

const DELIVER = named(
  'C:schedule-deliver',
  'C:schedule-deliver-invite',
  'C:schedule-deliver-reply',
  'C:schedule-query-freebusy',
);
const SEND = named('C:schedule-send', 'C:schedule-send-invite', 'C:schedule-send-reply', 'C:schedule-send-freebusy');

/** What there is on a resource: scheduling has its own where messages come and go. */
function allOn(path: string): readonly XmlName[] {
  const more = path.endsWith('/inbox/') ? DELIVER : path.endsWith('/outbox/') ? SEND : [];
  return [...ALL, ...more].toSorted();
}

const LANG: XmlName = '{http://www.w3.org/XML/1998/namespace}lang';

/** What is one's own, one resource of every kind. */
async function ownResources(alice: Client): Promise<readonly string[]> {
  await alice.put(`${alice.calendar}a.ics`, event()).expect(201);
  await alice.put(`${alice.addressbook}a.vcf`, card()).expect(201);
  return [
    alice.principal,
    alice.calendars,
    alice.calendar,
    `${alice.calendar}a.ics`,
    `${alice.calendars}inbox/`,
    `${alice.calendars}outbox/`,
    `${alice.calendars}notifications/`,
    alice.addressbooks,
    alice.addressbook,
    `${alice.addressbook}a.vcf`,
  ];
}

must('RFC 3744 section 5.1', 'owner is the principal whose resource it is', async ({ alice }) => {
  const self = (value: XmlElement): void => assert.deepEqual(hrefsIn(value), [alice.principal]);
  for (const path of await ownResources(alice)) {
    await alice.propfind(path, '0', ['D:owner']).expectProperties(path, { 'D:owner': self });
  }
  await alice
    .proppatch(alice.calendar, { set: { 'D:owner': 'me' } })
    .expectProperties(alice.calendar, { 'D:owner': 403 });
});

must('RFC 3744 section 5.4', 'one’s own resources grant every privilege, aggregates and parts', async ({ alice }) => {
  for (const path of await ownResources(alice)) {
    const all = (value: XmlElement): void => assert.deepEqual(privilegesIn(value), allOn(path));
    await alice
      .propfind(path, '0', ['D:current-user-privilege-set'])
      .expectProperties(path, { 'D:current-user-privilege-set': all });
  }
});

must(
  'RFC 3744 section 5.4',
  'the service’s own collections, and groups, grant reading alone',
  async ({ alice, team }) => {
    const reading = (value: XmlElement): void => assert.deepEqual(privilegesIn(value), READING);
    for (const path of ['/', '/principals/', '/calendars/', '/addressbooks/', team.principal]) {
      await alice
        .propfind(path, '0', ['D:current-user-privilege-set'])
        .expectProperties(path, { 'D:current-user-privilege-set': reading });
    }
  },
);

quirk('Q-0-7', 'every collection of a home says what one may do', async ({ alice }) => {
  const answer = await alice.propfind(alice.calendars, '1', ['D:current-user-privilege-set']).expect(207);
  const { responses } = answer.multistatus();
  assert.ok(responses.size > 3);
  for (const [path, { properties }] of responses) {
    const value = properties.get(clark('D:current-user-privilege-set'));
    assert.ok(value?.status === 200, path);
    for (const name of ['D:write', 'D:write-content', 'D:write-properties', 'D:bind', 'D:unbind']) {
      assert.ok(privilegesIn(value.element).includes(clark(name)), `${name} on ${path}`);
    }
  }
});

must(
  'RFC 3744 section 5.3',
  'supported-privilege-set is a tree with all privileges, each described',
  async ({ alice, team }) => {
    const tree =
      (path: string) =>
      (value: XmlElement): void => {
        const [all, ...others] = childrenOf(value, '{DAV:}supported-privilege');
        assert.ok(all !== undefined && others.length === 0);
        assert.deepEqual(privilegesIn(all), named('D:all'));
        const seen: XmlName[] = [];
        const walk = (one: XmlElement): void => {
          const privileges = privilegesIn(one);
          assert.equal(privileges.length, 1);
          seen.push(...privileges);
          const descriptions = childrenOf(one, '{DAV:}description');
          assert.equal(descriptions.length, 1);
          const language = descriptions[0]?.attributes.find(({ name }) => name === LANG);
          assert.equal(language?.value, 'en');
          for (const part of childrenOf(one, '{DAV:}supported-privilege')) walk(part);
        };
        walk(all);
        assert.deepEqual(seen.toSorted(), allOn(path));
        const partsOf = (name: string) =>
          childrenOf(all, '{DAV:}supported-privilege')
            .filter((one) => privilegesIn(one)[0] === clark(name))
            .flatMap((one) => childrenOf(one, '{DAV:}supported-privilege').flatMap(privilegesIn))
            .toSorted();
        assert.deepEqual(partsOf('D:write'), named('D:write-properties', 'D:write-content', 'D:bind', 'D:unbind'));
        assert.deepEqual(partsOf('D:read'), named('C:read-free-busy'));
      };
    for (const path of ['/', '/principals/', team.principal, ...(await ownResources(alice))]) {
      await alice
        .propfind(path, '0', ['D:supported-privilege-set'])
        .expectProperties(path, { 'D:supported-privilege-set': tree(path) });
    }
  },
);

must('RFC 3744 section 5', 'what is said of access stays out of allprop', async ({ alice }) => {
  const answer = await alice.propfind(alice.calendar, '0').expect(207);
  const { properties } = answer.multistatus().at(alice.calendar);
  for (const name of [
    'D:owner',
    'D:current-user-privilege-set',
    'D:supported-privilege-set',
    'D:principal-collection-set',
  ]) {
    assert.ok(!properties.has(clark(name)), name);
  }
});

must(
  'RFC 3744 section 7.1.1',
  'what one may see but not do is refused with need-privileges, which says what lacks',
  async ({ alice, team }) => {
    const answer = await alice
      .proppatch(team.principal, { set: { 'D:displayname': 'Ours' } })
      .expectPrecondition('D:need-privileges', 403);
    const [condition] = elementsOf(answer.xml());
    const [resource] = condition === undefined ? [] : childrenOf(condition, '{DAV:}resource');
    assert.ok(resource !== undefined, answer.text);
    assert.deepEqual(hrefsIn(resource), [team.principal]);
    assert.deepEqual(privilegesIn(resource), named('D:write-properties'));
    await alice.proppatch('/', { set: { 'D:displayname': 'Mine' } }).expectPrecondition('D:need-privileges', 403);
  },
);

must('RFC 3744 section 7.1.1', 'what one may not know is not there, whatever the method', async ({ alice, bob }) => {
  const path = `${bob.calendar}a.ics`;
  await bob.put(path, event()).expect(201);
  for (const one of [bob.calendars, bob.calendar, path, bob.addressbook]) {
    await alice.propfind(one, '0', ['D:owner']).expect(404);
    await alice.proppatch(one, { set: { 'D:displayname': 'Mine' } }).expect(404);
    await alice.delete(one).expect(404);
  }
  await alice.get(path).expect(404);
  await alice.put(path, event()).expect(404, 409);
  await alice.put(`${bob.calendar}b.ics`, event()).expect(404, 409);
  await alice.mkcalendar(`${bob.calendars}c/`).expect(404, 409);
  await bob.get(path).expect(200);
  await bob.propfind(bob.calendar, '1', ['D:getetag']).expectMembers([bob.calendar, path]);
});
