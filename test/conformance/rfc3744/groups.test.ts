/**
 * Groups, nested groups, and administrators of a domain, who hold everything in it. RFC 3744 section 4.3.
 */
import assert from 'node:assert/strict';
import type { XmlElement } from '../../../src/formats/xml/element.ts';
import { hrefsIn } from '../../support/answer.ts';
import { card, event } from '../../support/builders.ts';
import { hostile, must } from '../../support/conformance.ts';
import type { World } from '../../support/world.ts';

const are =
  (...paths: readonly string[]) =>
  (value: XmlElement): void =>
    assert.deepEqual(hrefsIn(value), paths.toSorted());

const members = (...paths: readonly string[]): string =>
  paths.map((path) => `<D:href xmlns:D="DAV:">${path}</D:href>`).join('');

/** Alice administers example.com while the body runs. */
async function administered({ alice, service }: World, body: () => Promise<void>): Promise<void> {
  await alice.options('/').expect(200);
  await service.administrators('example.com', [alice.address]);
  try {
    await body();
  } finally {
    await service.administrators('example.com', []);
  }
}

/** Another group, outside the world of the test. */
async function anotherTeam({ service }: World, number: number): Promise<string> {
  const { address, exists } = service.team(number, []);
  await exists;
  return `/principals/${address}/`;
}

must('RFC 3744 section 4.3', 'members and administrators know who is in a group, nobody else', async (world) => {
  const { alice, bob, team } = world;
  const others = await anotherTeam(world, 191);
  await bob
    .propfind(team.principal, '0', ['D:group-member-set'])
    .expectProperties(team.principal, { 'D:group-member-set': are(alice.principal, bob.principal) });
  for (const one of [alice, bob]) {
    await one
      .propfind(others, '0', ['D:displayname', 'D:group-member-set'])
      .expectProperties(others, { 'D:displayname': 'team', 'D:group-member-set': 404 });
  }
  await administered(world, async () => {
    await alice.propfind(others, '0', ['D:group-member-set']).expectProperties(others, { 'D:group-member-set': true });
  });
});

must('RFC 3744 section 4.3', 'administrators set the members of a group', async (world) => {
  const { alice, bob, carol, team } = world;
  const set = (...paths: readonly string[]) =>
    alice.proppatch(team.principal, { set: { 'D:group-member-set': members(...paths) } });
  await administered(world, async () => {
    await set(bob.principal).expectProperties(team.principal, { 'D:group-member-set': 200 });
    await alice
      .propfind(team.principal, '0', ['D:group-member-set'])
      .expectProperties(team.principal, { 'D:group-member-set': are(bob.principal) });
    const refused = async (path: string, condition: string): Promise<void> => {
      const answer = await set(alice.principal, path).expect(207);
      const value = answer.multistatus().at(team.principal).properties.get('{DAV:}group-member-set');
      assert.equal(value?.status, 403);
      assert.deepEqual(value.conditions, [`{DAV:}${condition}`]);
    };
    await refused('/principals/nobody@example.com/', 'recognized-principal');
    await refused(carol.principal, 'recognized-principal');
    await refused(`${bob.principal}calendar-proxy-read/`, 'recognized-principal');
    await refused(team.principal, 'allowed-principal');
  });
  await bob
    .propfind(team.principal, '0', ['D:group-member-set'])
    .expectProperties(team.principal, { 'D:group-member-set': are(bob.principal) });
  await set(alice.principal).expectPrecondition('D:need-privileges', 403);
});

must(
  'RFC 3744 section 4.4',
  'groups nest: access reaches members of members, and no group is in itself',
  async (world) => {
    const { alice, bob, carol, team } = world;
    const outer = await anotherTeam(world, 192);
    await administered(world, async () => {
      await alice
        .proppatch(outer, { set: { 'D:group-member-set': members(team.principal) } })
        .expectProperties(outer, { 'D:group-member-set': 200 });
      await alice
        .proppatch(team.principal, { set: { 'D:group-member-set': members(outer) } })
        .expectProperties(team.principal, { 'D:group-member-set': 403 });
    });
    await alice.put(`${alice.calendar}a.ics`, event()).expect(201);
    await alice.acl(alice.calendar, [[outer, 'D:read']]).expect(200);
    await bob.get(`${alice.calendar}a.ics`).expect(200);
    await carol.get(`${alice.calendar}a.ics`).expect(404);
    await bob
      .propfind(bob.principal, '0', ['D:group-membership'])
      .expectProperties(bob.principal, { 'D:group-membership': are(team.principal) });
    await bob
      .propfind(team.principal, '0', ['D:group-membership'])
      .expectProperties(team.principal, { 'D:group-membership': are(outer) });
  },
);

must('RFC 3744 section 3.11', 'an administrator of a domain holds everything in it, and it is seen', async (world) => {
  const { alice, bob, carol } = world;
  await bob.put(`${bob.calendar}a.ics`, event()).expect(201);
  await carol.put(`${carol.addressbook}a.vcf`, card()).expect(201);
  await administered(world, async () => {
    await alice.get(`${bob.calendar}a.ics`).expect(200);
    await alice.acl(bob.addressbook, [[alice.principal, 'D:read']]).expect(200);
    await alice.propfind(`${bob.principal}calendar-proxy-write/`, '0', ['D:group-member-set']).expect(207);
    const acl = await bob.propfind(bob.calendar, '0', ['D:acl']).expect(207);
    assert.ok(acl.text.includes(`<d:principal><d:href>${alice.principal}</d:href></d:principal>`));
    await alice.get(`${carol.addressbook}a.vcf`).expect(404);
    await alice.propfind(carol.principal, '0').expect(404);
  });
  await alice.get(`${bob.calendar}a.ics`).expect(404);
});

hostile('S4 an administrator of one tenant puts nobody of another into a group', async (world) => {
  const { alice, carol, team } = world;
  await administered(world, async () => {
    const answer = await alice.proppatch(team.principal, {
      set: { 'D:group-member-set': members(carol.principal) },
    });
    const missing = await alice.proppatch(team.principal, {
      set: { 'D:group-member-set': members('/principals/nobody@example.com/') },
    });
    assert.equal(answer.text.replaceAll(carol.address, '…'), missing.text.replaceAll('nobody@example.com', '…'));
  });
});
