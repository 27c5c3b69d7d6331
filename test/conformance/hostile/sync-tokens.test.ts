/**
 * Hostile cases about sync tokens: what is forgotten is never passed over in silence, pages hold everything while others write, and each
 * way to make something go is seen by everybody who keeps a mirror.
 */
import assert from 'node:assert/strict';
import { card, event } from '../../support/builders.ts';
import type { Client } from '../../support/client.ts';
import { hostile } from '../../support/conformance.ts';
import { XMLNS } from '../../support/names.ts';
import type { ServiceUnderTest } from '../../support/service.ts';

type Level = '1' | 'infinite';

async function tokenOf(client: Client, path: string, level: Level = '1'): Promise<string> {
  const { syncToken } = (await client.sync(path, '', { level }).expect(207)).multistatus();
  assert.ok(syncToken !== undefined);
  return syncToken;
}

/** False where the service under test cannot be told to forget. */
async function pruned(service: ServiceUnderTest): Promise<boolean> {
  if (service.prune === undefined) console.log('skipped: tombstones cannot be pruned in this mode');
  await service.prune?.();
  return service.prune !== undefined;
}

hostile('D1 a token from before what was pruned is refused, in that collection alone', async ({ alice, service }) => {
  const other = await alice.newCalendar('other');
  await alice.put(`${alice.calendar}a.ics`, event()).expect(201);
  await alice.put(`${other}a.ics`, event()).expect(201);
  const old = await tokenOf(alice, alice.calendar);
  const fromOther = await tokenOf(alice, other);
  await alice.delete(`${alice.calendar}a.ics`).expect(204);
  const young = await tokenOf(alice, alice.calendar);
  if (!(await pruned(service))) return;
  await alice.sync(alice.calendar, old).expectPrecondition('D:valid-sync-token', 403);
  await alice.sync(alice.calendar, young).expectMembers([]);
  await alice.sync(other, fromOther).expectMembers([]);
  await alice.sync(alice.calendar, '').expectMembers([]);
});

hostile(
  'D1 what was pruned in a collection below makes a token of the whole home too old',
  async ({ alice, service }) => {
    await alice.mkcol(`${alice.files}a/`).expect(201);
    await alice.mkcol(`${alice.files}a/b/`).expect(201);
    await alice.put(`${alice.files}a/b/x.txt`, 'x').expect(201);
    const old = await tokenOf(alice, alice.files, 'infinite');
    const one = await tokenOf(alice, alice.files);
    await alice.delete(`${alice.files}a/b/x.txt`).expect(204);
    const young = await tokenOf(alice, alice.files, 'infinite');
    if (!(await pruned(service))) return;
    await alice.sync(alice.files, old, { level: 'infinite' }).expectPrecondition('D:valid-sync-token', 403);
    await alice.sync(alice.files, young, { level: 'infinite' }).expectMembers([]);
    await alice.sync(alice.files, one).expect(207);
  },
);

for (const level of ['1', 'infinite'] as const) {
  hostile(
    `D2 a first sync leads to its end where much has been pruned, at level ${level}`,
    async ({ alice, service }) => {
      const names = ['a', 'b', 'c', 'd'].map((name) => `${alice.files}${name}.txt`);
      for (const path of [...names, `${alice.files}z.txt`]) await alice.put(path, 'x').expect(201);
      await alice.mkcol(`${alice.files}y/`).expect(201);
      await alice.delete(`${alice.files}y/`).expect(204);
      await alice.delete(`${alice.files}z.txt`).expect(204);
      if (!(await pruned(service))) return;
      const seen: string[] = [];
      let token = '';
      for (let more = true; more; ) {
        const { responses, syncToken } = (
          await alice.sync(alice.files, token, { limit: 1, level }).expect(207)
        ).multistatus();
        token = syncToken ?? '';
        more = responses.get(alice.files)?.status === 507;
        for (const [path, { status }] of responses) if (path !== alice.files && status === undefined) seen.push(path);
      }
      assert.deepEqual(seen.sort(), names);
    },
  );

  hostile(`D2 pages hold exactly what is there while others write, at level ${level}`, async ({ alice }) => {
    const home = alice.files;
    const below = level === '1' ? home : `${home}a/`;
    if (level === 'infinite') await alice.mkcol(below).expect(201);
    const path = (i: number): string => `${below}${String(i).padStart(2, '0')}.txt`;
    for (let i = 0; i < 10; i++) await alice.put(path(i), `${i}`).expect(201);
    const mirror = new Map<string, string>();
    let token = '';
    let wrote = 0;
    for (let more = true; more; wrote++) {
      const answer = await alice.sync(home, token, { limit: 3, level }).expect(207);
      const { responses, syncToken } = answer.multistatus();
      more = responses.get(home)?.status === 507;
      token = syncToken ?? '';
      for (const [member, { status, properties }] of responses) {
        if (status === 404) mirror.delete(member);
        else if (member !== home) mirror.set(member, JSON.stringify(properties.get('{DAV:}getetag')?.element.children));
      }
      if (wrote > 4) continue;
      // One that was told already, one that was not, and one that is new.
      await alice.delete(path(wrote)).expect(204);
      await alice.put(path(9 - wrote), `changed ${wrote}`).expect(204, 201);
      await alice.put(path(20 + wrote), 'new').expect(201);
    }
    const there = (await alice.propfind(home, 'infinity', ['D:getetag']).expect(207)).multistatus();
    const expected = [...there.responses].filter(([member]) => member !== home);
    assert.deepEqual(
      [...mirror].sort(),
      expected
        .map(([member, { properties }]) => [member, JSON.stringify(properties.get('{DAV:}getetag')?.element.children)])
        .sort(),
    );
  });
}

/** Ways in which `a.ics` of a calendar goes; `other` is another calendar. */
const GOING: Readonly<Record<string, (alice: Client, object: string, other: string) => Promise<unknown>>> = {
  DELETE: (alice, object) => alice.delete(object).expect(204),
  'MOVE to another calendar': (alice, object, other) =>
    alice.request('MOVE', object, { headers: { Destination: `${other}a.ics` } }).expect(201),
  'MOVE to another name': (alice, object) =>
    alice.request('MOVE', object, { headers: { Destination: object.replace('a.ics', 'b.ics') } }).expect(201),
  'DELETE while it is locked, with the token': async (alice, object) => {
    const { headers } = await alice.lock(object).expect(200);
    await alice.delete(object, { If: `(${headers['lock-token']})` }).expect(204);
  },
};

for (const [way, go] of Object.entries(GOING)) {
  hostile(`D3 what goes by ${way} is gone for the owner, and for whom it is shared with`, async ({ alice, bob }) => {
    const calendar = await alice.newCalendar('shared');
    const other = await alice.newCalendar('other');
    const object = `${calendar}a.ics`;
    await alice.put(object, event()).expect(201);
    const grant = '<D:grant><D:privilege><D:read/></D:privilege></D:grant>';
    const ace = `<D:ace><D:principal><D:href>${bob.principal}</D:href></D:principal>${grant}</D:ace>`;
    const headers = { 'Content-Type': 'application/xml' };
    await alice.request('ACL', calendar, { headers, body: `<D:acl ${XMLNS}>${ace}</D:acl>` }).expect(200);
    const [ofAlice, ofBob] = [await tokenOf(alice, calendar), await tokenOf(bob, calendar)];
    const ofHome = await tokenOf(alice, alice.calendars, 'infinite');
    await go(alice, object, other);
    for (const [client, token] of [
      [alice, ofAlice],
      [bob, ofBob],
    ] as const) {
      const { responses } = (await client.sync(calendar, token).expect(207)).multistatus();
      assert.equal(responses.get(object)?.status, 404);
    }
    const home = (await alice.sync(alice.calendars, ofHome, { level: 'infinite' }).expect(207)).multistatus();
    assert.equal(home.at(object).status, 404);
  });
}

hostile('D3 what is overwritten by a collection that is moved, or emptied, is gone', async ({ alice }) => {
  const [one, two] = [await alice.newCalendar('one'), await alice.newCalendar('two')];
  await alice.put(`${one}a.ics`, event()).expect(201);
  await alice.put(`${two}b.ics`, event()).expect(201);
  const home = await tokenOf(alice, alice.calendars);
  const inTwo = await tokenOf(alice, two);
  await alice.request('MOVE', one, { headers: { Destination: two, Overwrite: 'T' } }).expect(204);
  const { at } = (await alice.sync(alice.calendars, home).expect(207)).multistatus();
  assert.equal(at(one).status, 404);
  assert.equal(at(two).status, undefined);
  // Another collection lies there now.
  await alice.sync(two, inTwo).expectPrecondition('D:valid-sync-token', 403);

  await alice.put(`${alice.addressbook}a.vcf`, card()).expect(201);
  const book = await tokenOf(alice, alice.addressbook);
  await alice.delete(alice.addressbook).expect(204);
  const emptied = (await alice.sync(alice.addressbook, book).expect(207)).multistatus();
  assert.equal(emptied.at(`${alice.addressbook}a.vcf`).status, 404);
});

hostile('D3 a lock on a name that is free in a calendar is nothing that a mirror holds', async ({ alice }) => {
  const token = await tokenOf(alice, alice.calendar);
  const ofHome = await tokenOf(alice, alice.calendars, 'infinite');
  await alice.lock(`${alice.calendar}free.ics`).expect(201);
  await alice.sync(alice.calendar, token).expectMembers([]);
  await alice.sync(alice.calendars, ofHome, { level: 'infinite' }).expectMembers([]);
  await alice.sync(alice.calendar, '').expectMembers([]);
});
