/**
 * Principals: people and groups, and who may see them. RFC 3744 section 4, RFC 3744 section 5.8.
 */
import assert from 'node:assert/strict';
import type { XmlElement } from '../../../src/formats/xml/element.ts';
import { childrenOf, textOf } from '../../../src/formats/xml/element.ts';
import { hrefsIn } from '../../support/answer.ts';
import { event } from '../../support/builders.ts';
import { must } from '../../support/conformance.ts';
import { clark } from '../../support/names.ts';

const are =
  (...paths: readonly string[]) =>
  (value: XmlElement): void =>
    assert.deepEqual(hrefsIn(value), paths);

must('RFC 3744 section 2', 'a principal is one by its resource type, and has a name', async ({ alice, team }) => {
  await alice
    .propfind(alice.principal, '0', ['D:resourcetype', 'D:displayname', 'D:creationdate'])
    .expectProperties(alice.principal, {
      'D:resourcetype': ['D:collection', 'D:principal'],
      'D:displayname': 'alice',
      'D:creationdate': /^\d{4}-/,
    });
  await alice
    .propfind(team.principal, '0', ['D:resourcetype', 'D:displayname'])
    .expectProperties(team.principal, { 'D:resourcetype': ['D:collection', 'D:principal'], 'D:displayname': 'team' });
});

must('RFC 3744 section 4.1', 'alternate-URI-set holds all addresses', async ({ alice, team }) => {
  const [local, domain] = alice.address.split('@');
  const addresses = [`mailto:${alice.address}`, `mailto:${local}-also@${domain}`];
  await alice
    .propfind(alice.principal, '0', ['D:alternate-URI-set'])
    .expectProperties(alice.principal, { 'D:alternate-URI-set': are(...addresses) });
  await alice
    .propfind(team.principal, '0', ['D:alternate-URI-set'])
    .expectProperties(team.principal, { 'D:alternate-URI-set': are(`mailto:${team.address}`) });
});

must('RFC 3744 section 4.2', 'principal-URL is the path of the principal itself', async ({ alice, team }) => {
  await alice
    .propfind(alice.principal, '0', ['D:principal-URL'])
    .expectProperties(alice.principal, { 'D:principal-URL': are(alice.principal) });
  await alice
    .propfind(team.principal, '0', ['D:principal-URL'])
    .expectProperties(team.principal, { 'D:principal-URL': are(team.principal) });
});

must('RFC 3744 section 4.3', 'a group says who belongs to it, a person does not', async ({ alice, bob, team }) => {
  await alice
    .propfind(team.principal, '0', ['D:group-member-set', 'D:group-membership'])
    .expectProperties(team.principal, {
      'D:group-member-set': are(alice.principal, bob.principal),
      'D:group-membership': '',
    });
  await alice
    .propfind(alice.principal, '0', ['D:group-member-set'])
    .expectProperties(alice.principal, { 'D:group-member-set': undefined });
});

must('RFC 3744 section 4.4', 'a person says which groups it belongs to', async ({ alice, bob, carol, team }) => {
  for (const one of [alice, bob]) {
    await one
      .propfind(one.principal, '0', ['D:group-membership'])
      .expectProperties(one.principal, { 'D:group-membership': are(team.principal) });
  }
  await carol
    .propfind(carol.principal, '0', ['D:group-membership'])
    .expectProperties(carol.principal, { 'D:group-membership': '' });
});

must('RFC 3744 section 5.8', 'every resource names the collection of principals', async ({ alice, team }) => {
  await alice.put(`${alice.calendar}a.ics`, event()).expect(201);
  const paths = ['/', '/principals/', alice.principal, team.principal, alice.calendars, alice.calendar];
  for (const path of [...paths, `${alice.calendar}a.ics`, `${alice.calendars}inbox/`, alice.addressbook]) {
    await alice
      .propfind(path, '0', ['D:principal-collection-set'])
      .expectProperties(path, { 'D:principal-collection-set': are('/principals/') });
  }
});

must(
  'RFC 3744 section 5.8',
  'the collection of principals lists oneself and one’s groups, and nobody else',
  async ({ alice, carol, team }) => {
    await alice
      .propfind('/principals/', '1', ['D:resourcetype'])
      .expectMembers(['/principals/', alice.principal, team.principal]);
    await carol.propfind('/principals/', '1', ['D:resourcetype']).expectMembers(['/principals/', carol.principal]);
  },
);

must('RFC 3744 section 2', 'principals of other tenants look like nobody', async ({ alice, bob, carol, team }) => {
  const nobody = await alice.propfind('/principals/nobody@example.com/', '0', ['D:displayname']).expect(404);
  const answer = await alice.propfind(carol.principal, '0', ['D:displayname']).expect(404);
  assert.equal(answer.text.replaceAll(carol.address, '…'), nobody.text.replaceAll('nobody@example.com', '…'));
  for (const path of [alice.principal, bob.principal, team.principal]) await carol.propfind(path, '0').expect(404);
});

must(
  'RFC 3744 section 2',
  'a tenant’s users can look each other up, but for what is theirs',
  async ({ alice, bob }) => {
    await alice
      .propfind(bob.principal, '0', ['D:displayname', 'D:group-membership', 'D:acl', 'CS:calendar-proxy-write-for'])
      .expectProperties(bob.principal, {
        'D:displayname': 'bob',
        'D:group-membership': '',
        'D:acl': 403,
        'CS:calendar-proxy-write-for': 404,
      });
    await alice.propfind(bob.principal, '1', ['D:displayname']).expectMembers([bob.principal]);
    await alice
      .proppatch(bob.principal, { set: { 'D:displayname': 'Rob' } })
      .expectPrecondition('D:need-privileges', 403);
  },
);

must(
  'RFC 3744 section 2',
  'where that is the policy, only acquaintances are there',
  async ({ carol, service, another }) => {
    const stranger = another('carol');
    const friend = another('carol');
    await Promise.all([stranger.exists, friend.exists]);
    const path = (address: string): string => `/principals/${address}/`;
    await carol.acl(carol.calendar, [[path(friend.address), 'D:read']]).expect(200);
    await service.directory('example.org', 'acquaintances');
    try {
      await carol.propfind(path(stranger.address), '0', ['D:displayname']).expect(404);
      await carol.propfind(path(friend.address), '0', ['D:displayname']).expect(207);
      const other = carol.as({ user: friend.address, password: friend.password });
      await other.propfind(carol.principal, '0', ['D:displayname']).expect(207);
    } finally {
      await service.directory('example.org', 'everyone');
    }
    await carol.propfind(path(stranger.address), '0', ['D:displayname']).expect(207);
  },
);

must('RFC 3744 section 4', 'what is said of a principal cannot be set', async ({ alice, bob, team }) => {
  for (const name of ['D:displayname', 'D:principal-URL', 'D:group-membership', 'D:alternate-URI-set', 'D:owner']) {
    await alice
      .proppatch(alice.principal, { set: { [name]: 'Mallory' } })
      .expectProperties(alice.principal, { [name]: 403 });
  }
  await alice
    .proppatch(team.principal, { set: { 'D:group-member-set': `<D:href xmlns:D="DAV:">${alice.principal}</D:href>` } })
    .expectPrecondition('D:need-privileges', 403);
  await alice
    .propfind(team.principal, '0', ['D:group-member-set'])
    .expectProperties(team.principal, { 'D:group-member-set': are(alice.principal, bob.principal) });
});

must('RFC 3253 section 3.8', 'expand-property follows the hrefs of a principal', async ({ alice, bob, team }) => {
  const body =
    '<D:expand-property xmlns:D="DAV:"><D:property name="group-membership"><D:property name="displayname"/>' +
    '<D:property name="group-member-set"><D:property name="displayname"/></D:property></D:property></D:expand-property>';
  const answer = await alice.report(alice.principal, body).expect(207);
  const within = (value: XmlElement | undefined, name: string) => {
    const responses = value === undefined ? [] : childrenOf(value, '{DAV:}response');
    return responses.map((response) => {
      const properties = childrenOf(response, '{DAV:}propstat').flatMap((one) => childrenOf(one, '{DAV:}prop'));
      const [property] = properties.flatMap((one) => childrenOf(one, clark(name)));
      return { href: hrefsIn(response)[0], property };
    });
  };
  const membership = answer.multistatus().at(alice.principal).properties.get(clark('D:group-membership'))?.element;
  assert.deepEqual(
    within(membership, 'D:displayname').map(({ href, property }) => [href, property && textOf(property)]),
    [[team.principal, 'team']],
  );
  const [group] = within(membership, 'D:group-member-set');
  assert.deepEqual(
    within(group?.property, 'D:displayname').map(({ href, property }) => [href, property && textOf(property)]),
    [
      [alice.principal, 'alice'],
      [bob.principal, 'bob'],
    ],
  );
});
