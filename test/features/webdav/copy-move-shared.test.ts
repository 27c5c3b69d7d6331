/**
 * COPY and MOVE between the calendars of two accounts, of which one has granted the other something. The
 * grants are put into the store. RFC 4918 section 9.8, RFC 4918 section 9.9, RFC 3744 section 7.1.1.
 */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { READING, WRITING } from '../../../src/dav/privilege.ts';
import type { XmlName } from '../../../src/formats/xml/name.ts';
import { event } from '../../support/builders.ts';
import type { Client, Headers } from '../../support/client.ts';
import { openTestStore } from '../../support/engine.ts';
import { grantCalendar } from '../../support/grants.ts';
import { inProcess } from '../../support/in-process.ts';
import { clark } from '../../support/names.ts';
import { type World, withWorld } from '../../support/world.ts';

const store = await openTestStore();
const service = await inProcess(store, {});
after(() => service.close());

/** Grants access to the default calendar of `owner`, or takes it away. */
function grant(owner: Client, grantee: Client, privileges: readonly XmlName[]): Promise<void> {
  return grantCalendar(store, owner, grantee, privileges);
}

function transfer(client: Client, manner: string, from: string, to: string, headers: Headers = {}) {
  return client.request(manner, from, { headers: { Destination: to, ...headers } });
}

async function holds(client: Client, collection: string, names: readonly string[]): Promise<void> {
  await client
    .propfind(collection, '1', ['D:getetag'])
    .expectMembers([collection, ...names.map((name) => collection + name)]);
}

function inWorld(title: string, body: (world: World) => Promise<void>): void {
  test(title, () => withWorld(service, body));
}

for (const manner of ['COPY', 'MOVE'] as const) {
  inWorld(`${manner} into a calendar that one may write`, async ({ alice, bob }) => {
    await grant(bob, alice, WRITING);
    const body = event({ SUMMARY: 'Given' });
    await alice.put(`${alice.calendar}a.ics`, body).expect(201);
    await bob.put(`${bob.calendar}b.ics`, event()).expect(201);
    const before = (await bob.sync(bob.calendar, '')).multistatus().syncToken ?? '';
    await transfer(alice, manner, `${alice.calendar}a.ics`, `${bob.calendar}a.ics`).expect(201);
    await holds(bob, bob.calendar, ['a.ics', 'b.ics']);
    await holds(alice, alice.calendar, manner === 'COPY' ? ['a.ics'] : []);
    assert.equal((await bob.get(`${bob.calendar}a.ics`)).text, body);
    await bob.sync(bob.calendar, before).expectMembers([`${bob.calendar}a.ics`]);
  });

  inWorld(`${manner} onto an object of a calendar that one may write`, async ({ alice, bob }) => {
    await grant(bob, alice, WRITING);
    await alice.put(`${alice.calendar}a.ics`, event({ SUMMARY: 'New' })).expect(201);
    await bob.put(`${bob.calendar}b.ics`, event({ SUMMARY: 'Old' })).expect(201);
    await transfer(alice, manner, `${alice.calendar}a.ics`, `${bob.calendar}b.ics`, { Overwrite: 'F' }).expect(412);
    await transfer(alice, manner, `${alice.calendar}a.ics`, `${bob.calendar}b.ics`).expect(204);
    await bob.get(`${bob.calendar}b.ics`).expectText('SUMMARY:New');
    await holds(alice, alice.calendar, manner === 'COPY' ? ['a.ics'] : []);
  });

  inWorld(`${manner} into a calendar that one may only read is refused`, async ({ alice, bob }) => {
    await grant(bob, alice, READING);
    await alice.put(`${alice.calendar}a.ics`, event()).expect(201);
    await bob.put(`${bob.calendar}b.ics`, event()).expect(201);
    for (const name of ['a.ics', 'b.ics']) {
      await transfer(alice, manner, `${alice.calendar}a.ics`, bob.calendar + name).expectPrecondition(
        'D:need-privileges',
        403,
      );
    }
    await holds(bob, bob.calendar, ['b.ics']);
    await holds(alice, alice.calendar, ['a.ics']);
  });

  inWorld(
    `${manner} of a UID that the other’s calendar has is refused, and nothing is lost`,
    async ({ alice, bob }) => {
      await grant(bob, alice, WRITING);
      await alice.put(`${alice.calendar}a.ics`, event({ UID: 'same' })).expect(201);
      await bob.put(`${bob.calendar}b.ics`, event({ UID: 'same' })).expect(201);
      await transfer(alice, manner, `${alice.calendar}a.ics`, `${bob.calendar}a.ics`).expectPrecondition(
        'C:no-uid-conflict',
        409,
      );
      await holds(alice, alice.calendar, ['a.ics']);
      await holds(bob, bob.calendar, ['b.ics']);
    },
  );

  inWorld(`${manner} of a granted calendar itself: one may take a copy, and no more`, async ({ alice, bob }) => {
    await grant(bob, alice, WRITING);
    await bob.put(`${bob.calendar}b.ics`, event()).expect(201);
    const mine = `${alice.calendars}mine/`;
    await transfer(alice, manner, bob.calendar, mine).expect(manner === 'COPY' ? 201 : 403);
    await transfer(alice, manner, `${alice.calendars}tasks/`, bob.calendar).expect(403);
    if (manner === 'COPY') await holds(alice, mine, ['b.ics']);
    else await alice.propfind(mine, '0').expect(404);
    await holds(bob, bob.calendar, ['b.ics']);
  });
}

inWorld('COPY from a calendar that one may only read goes through, MOVE does not', async ({ alice, bob }) => {
  await grant(bob, alice, READING);
  await bob.put(`${bob.calendar}b.ics`, event()).expect(201);
  await transfer(alice, 'MOVE', `${bob.calendar}b.ics`, `${alice.calendar}b.ics`).expectPrecondition(
    'D:need-privileges',
    403,
  );
  await transfer(alice, 'COPY', `${bob.calendar}b.ics`, `${alice.calendar}b.ics`).expect(201);
  await holds(bob, bob.calendar, ['b.ics']);
  await holds(alice, alice.calendar, ['b.ics']);
});

inWorld('MOVE from a calendar that one may write takes the object away there', async ({ alice, bob }) => {
  await grant(bob, alice, WRITING);
  await bob.put(`${bob.calendar}b.ics`, event()).expect(201);
  await transfer(alice, 'MOVE', `${bob.calendar}b.ics`, `${alice.calendar}b.ics`).expect(201);
  await holds(bob, bob.calendar, []);
  await holds(alice, alice.calendar, ['b.ics']);
});

inWorld('RFC 3744 section 5.4: a grant shows in the privileges', async ({ alice, bob }) => {
  const held = async (): Promise<readonly string[]> => {
    const answer = await alice.propfind(bob.calendar, '0', ['D:current-user-privilege-set']).expect(207);
    const value = answer.multistatus().at(bob.calendar).properties.get(clark('D:current-user-privilege-set'));
    const names = [
      'D:all',
      'D:read',
      'C:read-free-busy',
      'D:write',
      'D:write-content',
      'D:bind',
      'D:unbind',
      'D:write-acl',
    ];
    const text = JSON.stringify(value?.element);
    return names.filter((name) => text.includes(`"${clark(name)}"`));
  };
  await grant(bob, alice, READING);
  assert.deepEqual(await held(), ['D:read', 'C:read-free-busy']);
  await grant(bob, alice, WRITING);
  assert.deepEqual(await held(), ['D:read', 'C:read-free-busy', 'D:write', 'D:write-content', 'D:bind', 'D:unbind']);
});
