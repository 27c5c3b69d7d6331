/**
 * What somebody may do to whom one calendar was granted, and what not. The grants are put into the store.
 * RFC 3744 section 3; hostile cases S1, S2.
 */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { READING, WRITING } from '../../../src/dav/privilege.ts';
import type { XmlName } from '../../../src/formats/xml/name.ts';
import { event } from '../../support/builders.ts';
import type { Client } from '../../support/client.ts';
import { openTestStore } from '../../support/engine.ts';
import { grantCalendar } from '../../support/grants.ts';
import { inProcess } from '../../support/in-process.ts';
import { lateBodies } from '../../support/late-body.ts';
import { XMLNS } from '../../support/names.ts';
import { type World, withWorld } from '../../support/world.ts';

const store = await openTestStore();
const service = await inProcess(store, {});
after(() => service.close());
const sendLate = lateBodies(store);

/** Grants access to the default calendar of `owner`, or takes it away. */
function grant(owner: Client, grantee: Client, privileges: readonly XmlName[]): Promise<void> {
  return grantCalendar(store, owner, grantee, privileges);
}

function inWorld(title: string, body: (world: World) => Promise<void>): void {
  test(title, () => withWorld(service, body));
}

for (const [access, privileges] of [
  ['read', READING],
  ['read and write', WRITING],
] as const) {
  inWorld(`S1 who may ${access} one calendar knows nothing of its siblings`, async ({ alice, bob }) => {
    await grant(bob, alice, privileges);
    await bob.newCalendar('private');
    await bob.put(`${bob.calendars}private/a.ics`, event()).expect(201);
    const pairs = [
      ['private/', 'missing/'],
      ['private/a.ics', 'missing/a.ics'],
      ['inbox/', 'missing/'],
      ['outbox/', 'missing/'],
      ['notifications/', 'missing/'],
      ['', 'missing/'],
    ] as const;
    for (const [there, missing] of pairs) {
      for (const method of [
        'OPTIONS',
        'GET',
        'PROPFIND',
        'PUT',
        'DELETE',
        'MKCALENDAR',
        'MKCOL',
        'PROPPATCH',
        'REPORT',
        'COPY',
        'MOVE',
      ]) {
        const told = async (name: string): Promise<string> => {
          const path = `${bob.calendars}${name}`;
          const { status, headers, text } = await alice.request(method, path, {
            headers: { Destination: `${alice.calendar}x.ics`, 'Content-Type': 'text/calendar' },
          });
          return JSON.stringify([status, headers, text]).replaceAll(path, 'PATH');
        };
        assert.equal(await told(there), await told(missing), `${method} ${there}`);
      }
      const destination = (name: string) =>
        alice.request('COPY', alice.calendar, { headers: { Destination: `${bob.calendars}${name}` } });
      assert.equal((await destination(there)).status, (await destination(missing)).status, there);
    }
    const hrefs = ['private/a.ics', 'missing/a.ics'].map((name) => `<D:href>${bob.calendars}${name}</D:href>`).join('');
    const body = `<C:calendar-multiget ${XMLNS}><D:prop><D:getetag/></D:prop>${hrefs}</C:calendar-multiget>`;
    const { responses } = (await alice.report(bob.calendar, body)).multistatus();
    assert.deepEqual(
      [...responses.values()].map(({ status }) => status),
      [404, 404],
    );
  });

  inWorld(
    `S1 who may ${access} one calendar does not delete, rename, copy over or extend it`,
    async ({ alice, bob }) => {
      await grant(bob, alice, privileges);
      await bob.put(`${bob.calendar}a.ics`, event()).expect(201);
      const own = await alice.newCalendar('own');
      await alice.delete(bob.calendar).expect(403);
      await alice.request('MOVE', bob.calendar, { headers: { Destination: `${alice.calendars}taken/` } }).expect(403);
      await alice
        .request('MOVE', bob.calendar, { headers: { Destination: `${bob.calendars}other/` } })
        .expect(403, 409);
      await alice.request('COPY', own, { headers: { Destination: bob.calendar } }).expect(403);
      await alice.mkcalendar(`${bob.calendar}inside/`).expect(403);
      await alice.request('ACL', bob.calendar, { body: `<D:acl ${XMLNS}/>` }).expect(403);
      await alice.request('POST', bob.calendar, { body: `<x/>` }).expect(405);
      await alice.get(`${bob.calendar}a.ics`).expect(200);
      await bob.get(`${bob.calendar}a.ics`).expect(200);
    },
  );
}

inWorld('S1 who may read a calendar writes nothing into it', async ({ alice, bob }) => {
  await grant(bob, alice, READING);
  await bob.put(`${bob.calendar}a.ics`, event()).expect(201);
  await alice.put(`${alice.calendar}b.ics`, event()).expect(201);
  await alice.put(`${bob.calendar}a.ics`, event()).expectPrecondition('D:need-privileges', 403);
  await alice.put(`${bob.calendar}b.ics`, event()).expectPrecondition('D:need-privileges', 403);
  await alice.delete(`${bob.calendar}a.ics`).expectPrecondition('D:need-privileges', 403);
  for (const path of [bob.calendar, `${bob.calendar}a.ics`])
    await alice.proppatch(path, { set: { 'D:displayname': 'x' } }).expectPrecondition('D:need-privileges', 403);
  for (const to of ['a.ics', 'b.ics'])
    await alice
      .request('COPY', `${alice.calendar}b.ics`, { headers: { Destination: bob.calendar + to } })
      .expectPrecondition('D:need-privileges', 403);
  await alice
    .request('MOVE', `${bob.calendar}a.ics`, { headers: { Destination: `${alice.calendar}a.ics` } })
    .expectPrecondition('D:need-privileges', 403);
});

inWorld('S2 a grant that is taken away counts at once, with old hrefs and tokens', async ({ alice, bob }) => {
  await grant(bob, alice, WRITING);
  await alice.put(`${bob.calendar}a.ics`, event()).expect(201);
  const token = (await alice.sync(bob.calendar, '')).multistatus().syncToken ?? '';
  await grant(bob, alice, []);
  await alice.sync(bob.calendar, token).expect(404);
  await alice.get(`${bob.calendar}a.ics`).expect(404);
  await alice.put(`${bob.calendar}a.ics`, event()).expect(409);
});

inWorld('S2 a grant that is taken away while a body comes lets nothing be written', async ({ alice, bob }) => {
  await grant(bob, alice, WRITING);
  await bob.put(`${bob.calendar}a.ics`, event()).expect(201);
  const late = async (method: string, path: string, body: string, privileges: readonly XmlName[]): Promise<number> => {
    await grant(bob, alice, WRITING);
    return sendLate(alice, [method, path, body], () => grant(bob, alice, privileges));
  };
  const update = `<D:propertyupdate ${XMLNS}><D:set><D:prop><X:a>1</X:a></D:prop></D:set></D:propertyupdate>`;
  for (const [privileges, status] of [
    [[], 404],
    [READING, 403],
  ] as const) {
    assert.equal(await late('PUT', `${bob.calendar}a.ics`, event(), privileges), status);
    assert.equal(await late('PUT', `${bob.calendar}b.ics`, event(), privileges), status);
    assert.equal(await late('PROPPATCH', bob.calendar, update, privileges), status);
    assert.equal(await late('PROPPATCH', `${bob.calendar}a.ics`, update, privileges), status);
  }
  await bob.propfind(bob.calendar, '1', ['D:getetag']).expectMembers([bob.calendar, `${bob.calendar}a.ics`]);
});

inWorld(
  'S4 of the groups of somebody who granted something, one learns only one’s own',
  async ({ alice, bob, carol, team }) => {
    await grant(bob, carol, READING);
    await bob.propfind(bob.principal, '0', ['D:group-membership']).expectText(team.address);
    const answer = await carol.propfind(bob.principal, '0', ['D:group-membership']).expect(207);
    assert.ok(!answer.text.includes(team.address));
    await grant(bob, alice, READING);
    await alice.propfind(bob.principal, '0', ['D:group-membership']).expectText(team.address);
  },
);
