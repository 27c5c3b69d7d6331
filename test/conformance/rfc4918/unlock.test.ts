/**
 * UNLOCK. RFC 4918 section 9.11.
 */
import assert from 'node:assert/strict';
import { event } from '../../support/builders.ts';
import { lockToken } from '../../support/client.ts';
import { must } from '../../support/conformance.ts';

must('RFC 4918 section 9.11', 'UNLOCK ends the lock, from any resource that it covers', async ({ alice }) => {
  const path = `${alice.calendar}a.ics`;
  await alice.put(path, event()).expect(201);
  for (const at of [path, alice.calendar]) {
    const token = lockToken(await alice.lock(alice.calendar).expect(200));
    await alice.delete(path).expect(423);
    await alice.unlock(at, token).expect(204);
    await alice.unlock(at, token).expectPrecondition('D:lock-token-matches-request-uri', 409);
  }
  await alice.delete(path).expect(204);
});

must('RFC 4918 section 9.11.1', 'without a Lock-Token, or with one that is none, 400', async ({ alice }) => {
  await alice.lock(alice.calendar).expect(200);
  for (const token of [undefined, '', 'urn:uuid:1', '<>', '<a> <b>']) {
    await alice.request('UNLOCK', alice.calendar, { headers: { 'Lock-Token': token } }).expect(400);
  }
});

must('RFC 4918 section 9.11.1', 'a token of a lock that does not cover the URL: 409', async ({ alice }) => {
  const path = `${alice.calendar}a.ics`;
  await alice.put(path, event()).expect(201);
  const condition = 'D:lock-token-matches-request-uri';
  const token = lockToken(await alice.lock(path).expect(200));
  await alice.unlock(alice.calendar, token).expectPrecondition(condition, 409);
  await alice.unlock(`${alice.calendar}none.ics`, token).expectPrecondition(condition, 409);
  await alice.unlock(path, 'urn:uuid:made-up').expectPrecondition(condition, 409);
  const single = lockToken(await alice.lock(alice.calendar, { depth: '0' }).expect(200));
  await alice.unlock(path, single).expectPrecondition(condition, 409);
  await alice.unlock(path, token).expect(204);
});

must('RFC 4918 section 9.11', 'only the named lock ends', async ({ alice }) => {
  const one = lockToken(await alice.lock(alice.calendar, { scope: 'shared' }).expect(200));
  await alice.lock(alice.calendar, { scope: 'shared' }).expect(200);
  await alice.unlock(alice.calendar, one).expect(204);
  await alice.put(`${alice.calendar}a.ics`, event()).expect(423);
});

must('RFC 4918 section 9.11.1', 'who did not make the lock needs DAV:unlock', async ({ alice, bob }) => {
  const path = `${alice.calendar}a.ics`;
  await alice.put(path, event({ UID: 'same' })).expect(201);
  await alice.acl(alice.calendar, [[bob.principal, 'D:read', 'D:write']]).expect(200);
  const token = lockToken(await alice.lock(path).expect(200));
  await bob.unlock(path, token).expectPrecondition('D:need-privileges', 403);
  await alice.put(path, event({ UID: 'same' })).expect(423);
  await alice.acl(alice.calendar, [[bob.principal, 'D:read', 'D:unlock']]).expect(200);
  await bob.unlock(path, token).expect(204);
  await alice.put(path, event({ UID: 'same' })).expect(204);
});

must('RFC 3744 section 3.5', 'an owner breaks the lock of a guest', async ({ alice, bob }) => {
  await alice.acl(alice.calendar, [[bob.principal, 'D:read', 'D:write']]).expect(200);
  const token = lockToken(await bob.lock(alice.calendar).expect(200));
  await alice.put(`${alice.calendar}a.ics`, event(), { If: `<${alice.calendar}> (<${token}>)` }).expect(423);
  await alice.unlock(alice.calendar, token).expect(204);
  await alice.put(`${alice.calendar}a.ics`, event()).expect(201);
});

must(
  'RFC 3744 section 3.5',
  'DAV:unlock on a member does not break the lock of what holds it',
  async ({ alice, bob }) => {
    const [top, sub] = [`${alice.files}top/`, `${alice.files}top/sub/`];
    for (const path of [top, sub]) await alice.mkcol(path).expect(201);
    await alice.acl(sub, [[bob.principal, 'D:read', 'D:unlock']]).expect(200);
    const token = lockToken(await alice.lock(top).expect(200));
    const refused = await bob.unlock(sub, token).expectPrecondition('D:need-privileges', 403);
    assert.match(refused.text, /top\/</);
    await alice.put(`${sub}a`, 'a').expect(423);
    await alice.acl(alice.files, [[bob.principal, 'D:unlock']]).expect(200);
    await bob.unlock(sub, token).expect(204);
    await alice.put(`${sub}a`, 'a').expect(201);
  },
);

must('RFC 4918 section 9.11', 'a name that is kept is let go', async ({ alice }) => {
  const path = `${alice.calendar}new.ics`;
  const token = lockToken(await alice.lock(path).expect(201));
  await alice.unlock(path, token).expect(204);
  await alice.put(path, event()).expect(201);
  const home = `${alice.calendars}new/`;
  await alice.unlock(home, lockToken(await alice.lock(home).expect(201))).expect(204);
  await alice.mkcalendar(home).expect(201);
});

must('RFC 4918 section 10.4.1', 'an If header that does not hold keeps a lock', async ({ alice }) => {
  const token = lockToken(await alice.lock(alice.calendar).expect(200));
  const request = (condition: string) =>
    alice.request('UNLOCK', alice.calendar, { headers: { 'Lock-Token': `<${token}>`, If: condition } });
  await request('(<urn:uuid:other>)').expect(412);
  await request(`(<${token}>)`).expect(204);
});
