/**
 * The If header. RFC 4918 section 10.4.
 */
import { event } from '../../support/builders.ts';
import { type Client, type Headers, lockToken } from '../../support/client.ts';
import { must } from '../../support/conformance.ts';

/** An object, its tag, and a request that changes it under conditions. */
async function scene(alice: Client) {
  const path = `${alice.calendar}a.ics`;
  const body = event();
  const { etag } = await alice.put(path, body).expect(201);
  const change = (If: string, headers: Headers = {}) =>
    alice.proppatch(path, { set: { 'X:mood': 'good' } }, { If, ...headers });
  return { path, body, etag, change };
}

const MADE_UP = '<urn:uuid:11111111-2222-4333-8444-555555555555>';

must('RFC 4918 section 10.4.3', 'a list holds when all in it does, the header when a list does', async ({ alice }) => {
  const { etag, change } = await scene(alice);
  await change(`([${etag}])`).expect(207);
  await change(`([${etag}] ["other"])`).expect(412);
  await change(`(["other"]) ([${etag}])`).expect(207);
  await change(`(["other"]) (["another"])`).expect(412);
  await change(`(Not ["other"])`).expect(207);
  await change(`(Not [${etag}])`).expect(412);
  await change(`([${etag}] Not ["other"] Not ${MADE_UP})`).expect(207);
  await change(MADE_UP).expect(400);
  await change('(').expect(400);
});

must('RFC 4918 section 10.4.4', 'a weak entity tag matches nothing', async ({ alice }) => {
  const { etag, change } = await scene(alice);
  await change(`([W/${etag}])`).expect(412);
});

must('RFC 4918 section 10.4.4', 'a state token that nobody gave matches nothing', async ({ alice }) => {
  const { etag, change } = await scene(alice);
  await change(`(${MADE_UP})`).expect(412);
  await change(`(${MADE_UP} [${etag}])`).expect(412);
  await change(`(${MADE_UP}) ([${etag}])`).expect(207);
});

must('RFC 4918 section 10.4.8', 'DAV:no-lock makes a condition that always holds', async ({ alice }) => {
  const { path, change } = await scene(alice);
  const token = lockToken(await alice.lock(path).expect(200));
  await change(`(<${token}>) (Not <DAV:no-lock>)`).expect(207);
  await change(`(<DAV:no-lock>)`).expect(412);
});

must('RFC 4918 section 10.4.4', 'a lock’s token matches wherever the lock reaches', async ({ alice }) => {
  const { path, change } = await scene(alice);
  const token = lockToken(await alice.lock(alice.calendar).expect(200));
  await change(`(<${token}>)`).expect(207);
  await change(`<${path}> (<${token}>)`).expect(207);
  await change(`<${alice.calendar}> (<${token}>)`).expect(207);
  await change(`<${alice.calendars}> (<${token}>)`).expect(412);
  await change(`<${alice.calendars}tasks/> (<${token}>)`).expect(412);
});

must('RFC 4918 section 10.4.4', 'also the lock of somebody else, which it does not open', async ({ alice, bob }) => {
  const { path, change } = await scene(alice);
  await alice.acl(alice.calendar, [[bob.principal, 'D:read', 'D:write']]).expect(200);
  const token = lockToken(await bob.lock(path).expect(200));
  await change(`(<${token}>)`).expectPrecondition('D:lock-token-submitted', 423);
  await change(`(Not <${token}>)`).expect(412);
});

must('RFC 4918 section 10.4.1', 'a token is given wherever it stands, also in a list that fails', async ({ alice }) => {
  const { path, etag, change } = await scene(alice);
  const token = lockToken(await alice.lock(path).expect(200));
  await change(`([${etag}])`).expectPrecondition('D:lock-token-submitted', 423);
  await change(`(["other"] <${token}>) ([${etag}])`).expect(207);
  await change(`<${alice.calendars}> (Not <${token}>)`).expect(207);
  await change(`(["other"] <${token}>)`).expect(412);
});

must('RFC 4918 section 10.4.3', 'a tagged list is about the resource that it names', async ({ alice, service }) => {
  const { path, etag, change } = await scene(alice);
  const other = `${alice.calendar}b.ics`;
  const tag = (await alice.put(other, event()).expect(201)).etag;
  await change(`<${other}> ([${tag}])`).expect(207);
  await change(`<${other}> ([${etag}])`).expect(412);
  await change(`<${service.origin}${other}> ([${tag}])`).expect(207);
  await change(`<${other.replace('@', '%40')}> ([${tag}])`).expect(207);
  await change(`<${path}> (["x"]) <${other}> (["x"]) ([${tag}])`).expect(207);
  await change(`<https://elsewhere.example.org${other}> ([${tag}])`).expect(412);
  await change(`<mailto:a@example.com> ([${tag}])`).expect(412);
});

must('RFC 4918 section 10.4.11', 'what is not there has no state, and so not that one', async ({ alice }) => {
  const { etag, change } = await scene(alice);
  const nothing = `${alice.calendar}none.ics`;
  await change(`<${nothing}> ([${etag}])`).expect(412);
  await change(`<${nothing}> (Not [${etag}])`).expect(207);
  await change(`</nowhere/at/all> (Not [${etag}])`).expect(207);
  await change(`<//> ([${etag}])`).expect(412);
});

must('RFC 4918 section 10.4.4', 'what one may not see has no state either', async ({ alice, bob }) => {
  const { change } = await scene(alice);
  const hidden = `${bob.calendar}b.ics`;
  const { etag } = await bob.put(hidden, event()).expect(201);
  const token = lockToken(await bob.lock(hidden).expect(200));
  await change(`<${hidden}> ([${etag}])`).expect(412);
  await change(`<${hidden}> (<${token}>)`).expect(412);
  await bob.acl(bob.calendar, [[alice.principal, 'D:read']]).expect(200);
  await change(`<${hidden}> ([${etag}])`).expect(207);
  await change(`<${hidden}> (<${token}>)`).expect(207);
});

must(
  'RFC 4918 section 10.4.4',
  'what one may not read has no state but the locks that one has oneself',
  async ({ alice, bob }) => {
    const { path, etag, change } = await scene(bob);
    await bob.acl(bob.calendar, [[alice.principal, 'D:write-content', 'D:bind']]).expect(200);
    const other = await scene(alice);
    const syncToken = (await bob.propfind(bob.calendar, '0', ['D:sync-token']))
      .multistatus()
      .value(bob.calendar, '{DAV:}sync-token');
    await change(`<${bob.calendar}> (<${syncToken}>)`).expect(207);
    const probe = other.change;
    const now = (await bob.propfind(bob.calendar, '0', ['D:sync-token']))
      .multistatus()
      .value(bob.calendar, '{DAV:}sync-token');
    await probe(`<${path}> ([${etag}])`).expect(412);
    await probe(`<${path}> (Not [${etag}])`).expect(207);
    await probe(`<${bob.calendar}> (<${now}>)`).expect(412);
    const theirs = lockToken(await bob.lock(path, { scope: 'shared' }).expect(200));
    await probe(`<${path}> (<${theirs}>)`).expect(412);
    const own = lockToken(await alice.lock(path, { scope: 'shared' }).expect(200));
    await probe(`<${path}> (<${own}>)`).expect(207);
    await bob.acl(bob.calendar, [[alice.principal, 'D:read']]).expect(200);
    await probe(`<${path}> ([${etag}])`).expect(207);
    await probe(`<${path}> (<${theirs}>)`).expect(207);
  },
);

must('RFC 4918 section 7.3', 'the token of a name that is kept matches there', async ({ alice }) => {
  const path = `${alice.calendar}new.ics`;
  const token = lockToken(await alice.lock(path).expect(201));
  await alice.put(path, event(), { If: '(<urn:uuid:other>)' }).expect(412);
  await alice.put(path, event(), { If: `(<${token}>)` }).expect(201);
});

must('RFC 6578 section 5', 'a sync token is a state of its collection', async ({ alice }) => {
  const { change } = await scene(alice);
  const tokenOf = async (path: string): Promise<string> =>
    (await alice.propfind(path, '0', ['D:sync-token'])).multistatus().value(path, '{DAV:}sync-token');
  const before = await tokenOf(alice.calendar);
  await change(`<${alice.calendars}tasks/> (<${before}>)`).expect(412);
  await change(`<${alice.calendar}> (<${before}>)`).expect(207);
  await change(`<${alice.calendar}> (<${before}>)`).expect(412);
  const now = await tokenOf(alice.calendar);
  const displayname = { set: { 'D:displayname': 'Changed' } };
  await alice.proppatch(alice.calendar, displayname, { If: `(<${before}>)` }).expect(412);
  await alice.proppatch(alice.calendar, displayname, { If: `(<${now}>)` }).expect(207);
});

must('RFC 4918 section 10.4.9', 'on COPY and MOVE lists may be about either end', async ({ alice }) => {
  const { path, etag } = await scene(alice);
  const other = await alice.newCalendar('other');
  const there = `${other}b.ics`;
  const tag = (await alice.put(there, event()).expect(201)).etag;
  await alice.copy(path, there, { If: `<${there}> ([${etag}])` }).expect(412);
  await alice.copy(path, there, { If: `<${path}> ([${tag}])` }).expect(412);
  await alice.copy(path, there, { If: `<${there}> ([${tag}])` }).expect(204);
  await alice.move(path, there, { If: `([${etag}])` }).expect(204);
});

must('RFC 4918 section 10.4.1', 'GET is conditional too', async ({ alice }) => {
  const { path, etag } = await scene(alice);
  const token = lockToken(await alice.lock(path).expect(200));
  await alice.get(path, { If: `([${etag}] <${token}>)` }).expect(200);
  await alice.get(path, { If: `(Not <${token}>)` }).expect(412);
  await alice.get(path, { If: '(["other"])' }).expect(412);
});

must('RFC 4918 section 10.4.2', 'a header about too many resources is refused', async ({ alice }) => {
  const { change } = await scene(alice);
  const tags = Array.from({ length: 60 }, (_, i) => `<${alice.calendar}${i}> (["x"])`);
  await change(tags.join(' ')).expect(400);
});
