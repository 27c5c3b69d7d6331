/**
 * Writes to what is locked. RFC 4918 section 7.
 */
import assert from 'node:assert/strict';
import { childrenOf, elementsOf, textOf } from '../../../src/formats/xml/element.ts';
import type { Answer } from '../../support/answer.ts';
import { event } from '../../support/builders.ts';
import { type Client, type Headers, lockToken } from '../../support/client.ts';
import { must } from '../../support/conformance.ts';

/** The URLs in DAV:lock-token-submitted. */
function lockedIn(answer: Answer): readonly string[] {
  return elementsOf(answer.xml()).flatMap((condition) => childrenOf(condition, '{DAV:}href').map(textOf));
}

const CONDITION = 'D:lock-token-submitted';

/** Every way to change an object, or a calendar around it. */
const WRITES: Readonly<Record<string, (alice: Client, calendar: string, headers: Headers) => Promise<Answer>>> = {
  'PUT of what is there': (alice, calendar, headers) => alice.put(`${calendar}a.ics`, event({ UID: 'same' }), headers),
  'PROPPATCH of a member': (alice, calendar, headers) =>
    alice.proppatch(`${calendar}a.ics`, { set: { 'X:mood': 'x' } }, headers),
  'MOVE of a member': (alice, calendar, headers) =>
    alice.move(`${calendar}a.ics`, `${alice.calendar}moved.ics`, headers),
  'DELETE of a member': (alice, calendar, headers) => alice.delete(`${calendar}a.ics`, headers),
  'PUT of a new member': (alice, calendar, headers) => alice.put(`${calendar}b.ics`, event(), headers),
  'POST of a new member': (alice, calendar, headers) =>
    alice.request('POST', `${calendar}?action=add-member`, {
      headers: { 'Content-Type': 'text/calendar', ...headers },
      body: event(),
    }),
  'COPY into it': (alice, calendar, headers) => alice.copy(`${alice.calendar}there.ics`, `${calendar}c.ics`, headers),
  'MOVE into it': (alice, calendar, headers) => alice.move(`${alice.calendar}there.ics`, `${calendar}m.ics`, headers),
  'LOCK of a name in it': (alice, calendar, headers) => alice.lock(`${calendar}n.ics`, { scope: 'shared', headers }),
  'PROPPATCH of it': (alice, calendar, headers) =>
    alice.proppatch(calendar, { set: { 'D:displayname': 'x' } }, headers),
  'ACL of it': (alice, calendar, headers) =>
    alice.request('ACL', calendar, { headers, body: '<D:acl xmlns:D="DAV:"/>' }),
  'MOVE of it': (alice, calendar, headers) => alice.move(calendar, `${alice.calendars}renamed/`, headers),
  'DELETE of it': (alice, calendar, headers) => alice.delete(calendar, headers),
};
/** What a lock of Depth 0 on the calendar leaves free. */
const OF_MEMBERS = ['PUT of what is there', 'PROPPATCH of a member'];

async function scene(alice: Client, name: string): Promise<string> {
  const calendar = await alice.newCalendar(name);
  await alice.put(`${calendar}a.ics`, event({ UID: 'same' })).expect(201);
  await alice.put(`${alice.calendar}there.ics`, event({ UID: 'there' })).expect(201, 204);
  return calendar;
}

for (const [name, write] of Object.entries(WRITES)) {
  must('RFC 4918 section 7.4', `${name}: not without the token of a lock on the collection`, async ({ alice }) => {
    for (const depth of ['0', 'infinity']) {
      const calendar = await scene(alice, `work-${depth}`);
      const token = lockToken(await alice.lock(calendar, { depth, scope: 'shared' }).expect(200));
      const free = depth === '0' && OF_MEMBERS.includes(name);
      const plain = await write(alice, calendar, {});
      assert.equal(plain.status === 423, !free, `Depth ${depth}: ${plain.status}`);
      if (!free) {
        assert.equal(elementsOf(plain.xml())[0]?.name, '{DAV:}lock-token-submitted');
        assert.deepEqual(lockedIn(plain), [calendar]);
        const other = await write(alice, calendar, { If: '(Not <urn:uuid:other>)' });
        assert.equal(other.status, 423);
      }
      const given = await write(alice, calendar, { If: `<${calendar}> (<${token}>)` });
      assert.ok(given.status < 300, `Depth ${depth}: ${given.status} ${given.text}`);
    }
  });
}

must('RFC 4918 section 7.5', 'reading a locked resource, and copying it away, need no token', async ({ alice }) => {
  const calendar = await scene(alice, 'work');
  await alice.lock(calendar).expect(200);
  await alice.get(`${calendar}a.ics`).expect(200);
  await alice.propfind(calendar, '1', ['D:getetag']).expect(207);
  await alice.sync(calendar, '').expect(207);
  await alice.copy(`${calendar}a.ics`, `${alice.calendar}copy.ics`).expect(201);
  await alice.copy(calendar, `${alice.calendars}copy/`).expect(201);
});

must('RFC 4918 section 7.4', 'a member that is locked by itself needs its own token too', async ({ alice }) => {
  const calendar = await scene(alice, 'work');
  const path = `${calendar}a.ics`;
  const own = lockToken(await alice.lock(path).expect(200));
  const around = lockToken(await alice.lock(calendar, { depth: '0' }).expect(200));
  const one = await alice.delete(path, { If: `(<${own}>)` }).expectPrecondition(CONDITION, 423);
  assert.deepEqual(lockedIn(one), [calendar]);
  const two = await alice.delete(path, { If: `<${calendar}> (<${around}>)` }).expectPrecondition(CONDITION, 423);
  assert.deepEqual(lockedIn(two), [path]);
  await alice.put(path, event({ UID: 'same' }), { If: `(<${own}>)` }).expect(204);
  await alice.delete(path, { If: `<${calendar}> (<${around}>) <${path}> (<${own}>)` }).expect(204);
});

must('RFC 4918 section 6.2', 'of those who share a lock each may write with the own token', async ({ alice, bob }) => {
  await alice.acl(alice.calendar, [[bob.principal, 'D:read', 'D:write']]).expect(200);
  const path = `${alice.calendar}a.ics`;
  await alice.put(path, event({ UID: 'same' })).expect(201);
  const mine = lockToken(await alice.lock(path, { scope: 'shared' }).expect(200));
  const yours = lockToken(await bob.lock(path, { scope: 'shared' }).expect(200));
  for (const [client, token] of [
    [alice, mine],
    [bob, yours],
  ] as const) {
    await client.put(path, event({ UID: 'same' }), { If: `(<${token}>)` }).expect(204);
    await client.put(path, event({ UID: 'same' })).expectPrecondition(CONDITION, 423);
  }
  await alice.put(path, event({ UID: 'same' }), { If: `(<${yours}>)` }).expectPrecondition(CONDITION, 423);
});

must('RFC 4918 section 6.4', 'a token opens nothing for another user', async ({ alice, bob }) => {
  await alice.acl(alice.calendar, [[bob.principal, 'D:all']]).expect(200);
  const path = `${alice.calendar}a.ics`;
  await alice.put(path, event({ UID: 'same' })).expect(201);
  const token = lockToken(await alice.lock(path).expect(200));
  await bob.put(path, event({ UID: 'same' }), { If: `(<${token}>)` }).expectPrecondition(CONDITION, 423);
  await bob.delete(path, { If: `(<${token}>)` }).expectPrecondition(CONDITION, 423);
});

must('RFC 4918 section 7.4', 'what comes into a locked collection is locked with it', async ({ alice }) => {
  const calendar = await scene(alice, 'work');
  const token = lockToken(await alice.lock(calendar).expect(200));
  const headers = { If: `<${calendar}> (<${token}>)` };
  await alice.put(`${calendar}b.ics`, event({ UID: 'new' }), headers).expect(201);
  await alice.put(`${calendar}b.ics`, event({ UID: 'new' })).expectPrecondition(CONDITION, 423);
  await alice.move(`${alice.calendar}there.ics`, `${calendar}c.ics`, headers).expect(201);
  await alice.delete(`${calendar}c.ics`).expectPrecondition(CONDITION, 423);
});

must('RFC 4918 section 7.6', 'no lock goes along with COPY or MOVE', async ({ alice }) => {
  const calendar = await scene(alice, 'work');
  const path = `${calendar}a.ics`;
  const token = lockToken(await alice.lock(path).expect(200));
  const [copied, moved] = [`${alice.calendar}copied.ics`, `${alice.calendar}moved.ics`];
  await alice.copy(path, copied).expect(201);
  await alice.delete(copied).expect(204);
  await alice.move(path, moved, { If: `(<${token}>)` }).expect(201);
  await alice.put(moved, event({ UID: 'same' })).expect(204);
  await alice.unlock(moved, token).expect(409);
  await alice.put(path, event()).expect(201);
});

must('RFC 4918 section 7.6', 'what is moved out of a locked collection leaves its lock', async ({ alice }) => {
  const calendar = await scene(alice, 'work');
  const token = lockToken(await alice.lock(calendar).expect(200));
  const moved = `${alice.calendar}moved.ics`;
  await alice.move(`${calendar}a.ics`, moved, { If: `(<${token}>)` }).expect(201);
  await alice.delete(moved).expect(204);
});

must('RFC 4918 section 7.6', 'a lock at the destination is of what arrives there', async ({ alice }) => {
  const calendar = await scene(alice, 'work');
  const [from, to] = [`${alice.calendar}there.ics`, `${calendar}a.ics`];
  const token = lockToken(await alice.lock(to).expect(200));
  await alice.move(from, to).expectPrecondition(CONDITION, 423);
  await alice.copy(from, to).expectPrecondition(CONDITION, 423);
  await alice.move(from, to, { If: `<${to}> (<${token}>)` }).expect(204);
  await alice.put(to, event({ UID: 'there' })).expectPrecondition(CONDITION, 423);
  await alice.put(to, event({ UID: 'there' }), { If: `(<${token}>)` }).expect(204);
});

must('RFC 4918 section 9.6', 'what is deleted takes its locks along', async ({ alice }) => {
  const calendar = await scene(alice, 'work');
  const path = `${calendar}a.ics`;
  await alice.delete(path, { If: `(<${lockToken(await alice.lock(path).expect(200))}>)` }).expect(204);
  await alice.put(path, event()).expect(201);
  await alice.delete(path).expect(204);
  await alice.delete(calendar, { If: `(<${lockToken(await alice.lock(calendar).expect(200))}>)` }).expect(204);
  await alice.mkcalendar(calendar).expect(201);
  await alice.put(path, event()).expect(201);
});

must('RFC 4918 section 7.4', 'a folder that is locked keeps what is in its folders', async ({ alice }) => {
  const [top, below] = [`${alice.files}top/`, `${alice.files}top/below/`];
  await alice.mkcol(top).expect(201);
  const token = lockToken(await alice.lock(top).expect(200));
  await alice.mkcol(below).expectPrecondition(CONDITION, 423);
  await alice.mkcol(below, undefined, undefined, { If: `<${top}> (<${token}>)` }).expect(201);
  const refused = await alice.put(`${below}a.txt`, 'a').expectPrecondition(CONDITION, 423);
  assert.deepEqual(lockedIn(refused), [top]);
  await alice.put(`${below}a.txt`, 'a', { If: `<${below}> (<${token}>)` }).expect(201);
  await alice.put(`${alice.files}beside.txt`, 'a').expect(201);
  await alice.put(`${alice.files}top.txt`, 'a').expect(201);
});
