/**
 * getctag and its kin: one value that changes whenever something in a collection does. apple/caldav-ctag section 4.1.
 */
import assert from 'node:assert/strict';
import { card, event } from '../../support/builders.ts';
import type { Client } from '../../support/client.ts';
import { must, quirk } from '../../support/conformance.ts';
import { clark } from '../../support/names.ts';

const NAMES = ['CS:getctag', 'D:sync-token', 'S:sync-token'] as const;

async function tagsOf(client: Client, path: string): Promise<readonly string[]> {
  const answer = await client.propfind(path, '0', NAMES).expect(207);
  return NAMES.map((name) => answer.multistatus().value(path, clark(name)));
}

/** Every value is another one. */
function allChanged(before: readonly string[], after: readonly string[]): void {
  for (const [at, name] of NAMES.entries()) assert.notEqual(after[at], before[at], name);
}

must('apple/caldav-ctag section 4.1', 'every collection has one, also homes and the inbox', async ({ alice }) => {
  const names = ['inbox/', 'outbox/', 'notifications/', 'tasks/'].map((name) => `${alice.calendars}${name}`);
  for (const path of [alice.calendars, alice.calendar, ...names, alice.addressbooks, alice.addressbook]) {
    for (const tag of await tagsOf(alice, path)) assert.notEqual(tag, '');
  }
});

must('apple/caldav-ctag section 4.1', 'it changes with every change inside, and only then', async ({ alice }) => {
  const path = `${alice.calendar}a.ics`;
  const changes: readonly (() => PromiseLike<unknown>)[] = [
    () => alice.put(path, event({ UID: 'a' })).expect(201),
    () => alice.put(path, event({ UID: 'a', SUMMARY: 'Changed' })).expect(204),
    () => alice.request('MOVE', path, { headers: { Destination: `${alice.calendar}b.ics` } }).expect(201),
    () => alice.delete(`${alice.calendar}b.ics`).expect(204),
  ];
  let before = await tagsOf(alice, alice.calendar);
  for (const change of changes) {
    await change();
    const after = await tagsOf(alice, alice.calendar);
    allChanged(before, after);
    assert.deepEqual(await tagsOf(alice, alice.calendar), after);
    before = after;
  }
  await alice.put(path, 'nothing of the kind').expect(403);
  await alice.get(path).expect(404);
  await alice.delete(path).expect(404);
  await alice.put(`${alice.addressbook}a.vcf`, card()).expect(201);
  assert.deepEqual(await tagsOf(alice, alice.calendar), before);
});

quirk('Q-A-7', 'that of the home changes when calendars come and go', async ({ alice }) => {
  const before = await tagsOf(alice, alice.calendars);
  const path = await alice.newCalendar('other');
  const made = await tagsOf(alice, alice.calendars);
  allChanged(before, made);
  await alice.delete(path).expect(204);
  allChanged(made, await tagsOf(alice, alice.calendars));
});

quirk('Q-A-8', 'getctag is in allprop, and changes together with sync-token', async ({ alice }) => {
  await alice.propfind(alice.calendar, '0').expectProperties(alice.calendar, { 'CS:getctag': true });
  const [ctag, token] = await tagsOf(alice, alice.calendar);
  await alice.put(`${alice.calendar}a.ics`, event()).expect(201);
  const answer = await alice.sync(alice.calendar, token ?? '').expectMembers([`${alice.calendar}a.ics`]);
  const [newCtag, newToken] = await tagsOf(alice, alice.calendar);
  assert.equal(answer.multistatus().syncToken, newToken);
  assert.notEqual(newCtag, ctag);
});

must('apple/caldav-ctag section 4.1', 'it cannot be set', async ({ alice }) => {
  for (const name of NAMES) {
    await alice.proppatch(alice.calendar, { set: { [name]: '1' } }).expectProperties(alice.calendar, { [name]: 403 });
  }
});
