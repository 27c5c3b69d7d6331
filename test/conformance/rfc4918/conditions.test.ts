/**
 * Conditional requests, on every method that writes. RFC 9110 section 13.2.2.
 */
import { event } from '../../support/builders.ts';
import type { Client, Headers } from '../../support/client.ts';
import { must } from '../../support/conformance.ts';

const LONG_AGO = 'Thu, 01 Jan 1998 00:00:00 GMT';
const FAR_AHEAD = 'Thu, 01 Jan 2099 00:00:00 GMT';

/** Each changes an object, with these headers. */
const WRITES: Readonly<Record<string, (alice: Client, path: string, headers: Headers) => PromiseLike<unknown>>> = {
  PUT: (alice, path, headers) => alice.put(path, event({ UID: 'same' }), headers).expect(412),
  PROPPATCH: (alice, path, headers) => alice.proppatch(path, { set: { 'X:mood': 'x' } }, headers).expect(412),
  COPY: (alice, path, headers) => alice.copy(path, `${alice.calendars}tasks/a.ics`, headers).expect(412),
  MOVE: (alice, path, headers) => alice.move(path, `${alice.calendar}b.ics`, headers).expect(412),
  LOCK: (alice, path, headers) => alice.lock(path, { headers }).expect(412),
  DELETE: (alice, path, headers) => alice.delete(path, headers).expect(412),
};

for (const [method, refused] of Object.entries(WRITES)) {
  must('RFC 9110 section 13.2.2', `${method} is not done when a condition fails`, async ({ alice }) => {
    const path = `${alice.calendar}a.ics`;
    const { etag, body } = await alice
      .put(path, event({ UID: 'same' }))
      .expect(201)
      .then(async (stored) => ({
        etag: stored.etag,
        body: (await alice.get(path)).text,
      }));
    for (const headers of [
      { 'If-Match': '"other"' },
      { 'If-Match': `W/${etag}` },
      { 'If-None-Match': '*' },
      { 'If-None-Match': etag },
      { 'If-None-Match': `W/${etag}` },
      { 'If-Unmodified-Since': LONG_AGO },
      // The order: If-Match, and then If-None-Match, in which If-Unmodified-Since does not count.
      { 'If-Match': etag, 'If-None-Match': etag },
      { 'If-Match': '"other"', 'If-Unmodified-Since': FAR_AHEAD },
      { 'If-Match': etag, If: '(["other"])' },
      { 'If-Match': '"other"', If: `([${etag}])` },
    ]) {
      await refused(alice, path, headers);
    }
    await alice.get(path).expect(200).expectText(body);
    await alice.propfind(path, '0', ['X:mood', 'D:lockdiscovery']).expectProperties(path, {
      'X:mood': undefined,
      'D:lockdiscovery': [],
    });
  });
}

must('RFC 9110 section 13.2.2', 'with If-Match, If-Unmodified-Since does not count', async ({ alice }) => {
  const path = `${alice.calendar}a.ics`;
  const { etag } = await alice.put(path, event({ UID: 'same' })).expect(201);
  const headers = { 'If-Match': etag, 'If-Unmodified-Since': LONG_AGO };
  await alice.put(path, event({ UID: 'same' }), headers).expect(204);
});

must('RFC 9110 section 13.1.2', 'MKCALENDAR and MKCOL are conditional too', async ({ alice }) => {
  const path = `${alice.calendars}new/`;
  await alice.mkcalendar(path, undefined, { 'If-Match': '*' }).expect(412);
  await alice.mkcol(path, ['C:calendar'], {}, { If: '(["x"])' }).expect(412);
  await alice.propfind(path, '0').expect(404);
  await alice.mkcalendar(path, undefined, { 'If-None-Match': '*' }).expect(201);
});

must('RFC 4918 section 10.6', 'who lacks privileges learns nothing from conditions', async ({ alice, bob }) => {
  const path = `${alice.calendar}a.ics`;
  await alice.put(path, event()).expect(201);
  await alice.acl(alice.calendar, [[bob.principal, 'D:read']]).expect(200);
  await bob.put(path, event(), { 'If-Match': '"other"' }).expect(403);
  await bob.delete(path, { 'If-Match': '"other"' }).expect(403);
  await bob.copy(`${bob.calendar}a.ics`, path, { Overwrite: 'F' }).expect(404);
  await bob.put(`${bob.calendar}a.ics`, event()).expect(201);
  await bob.copy(`${bob.calendar}a.ics`, path, { Overwrite: 'F' }).expectPrecondition('D:need-privileges', 403);
});
