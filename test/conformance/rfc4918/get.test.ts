/**
 * GET and HEAD. RFC 9110 section 9.3.1, RFC 4918 section 9.4.
 */
import assert from 'node:assert/strict';
import { event } from '../../support/builders.ts';
import { must, should } from '../../support/conformance.ts';

must('RFC 9110 section 9.3.1', 'GET answers the object with type, ETag and date', async ({ alice }) => {
  const path = `${alice.calendar}a.ics`;
  const object = event();
  const { etag } = await alice.put(path, object).expect(201);
  const answer = await alice
    .get(path)
    .expect(200)
    .expectHeader('ETag', etag)
    .expectHeader('Content-Type', /^text\/calendar; ?charset=utf-8; ?component=vevent$/i)
    .expectHeader('Last-Modified', /GMT$/)
    .expectHeader('X-Content-Type-Options', 'nosniff');
  assert.equal(answer.text, object);
});

must('RFC 9110 section 9.3.2', 'HEAD answers as GET does, without a body', async ({ alice }) => {
  const path = `${alice.calendar}a.ics`;
  await alice.put(path, event()).expect(201);
  const get = await alice.get(path).expect(200);
  const head = await alice.head(path).expect(200);
  assert.equal(head.body.length, 0);
  for (const name of ['etag', 'content-type', 'last-modified'])
    assert.equal(head.headers[name], get.headers[name], name);
});

must('RFC 9110 section 9.3.2', 'HEAD of a collection answers as its GET', async ({ alice }) => {
  const get = await alice.get(alice.calendar).expect(200);
  const head = await alice.head(alice.calendar).expect(200);
  assert.equal(head.body.length, 0);
  assert.equal(head.headers['content-type'], get.headers['content-type']);
});

must('RFC 9110 section 13.1.2', 'If-None-Match with the current ETag answers 304 without a body', async ({ alice }) => {
  const path = `${alice.calendar}a.ics`;
  const { etag } = await alice.put(path, event()).expect(201);
  const answer = await alice.get(path, { 'If-None-Match': etag }).expect(304).expectHeader('ETag', etag);
  assert.equal(answer.body.length, 0);
  await alice.get(path, { 'If-None-Match': `W/${etag}` }).expect(304);
  await alice.get(path, { 'If-None-Match': '"other"' }).expect(200);
});

must('RFC 9110 section 13.1.3', 'If-Modified-Since counts only without If-None-Match', async ({ alice }) => {
  const path = `${alice.calendar}a.ics`;
  await alice.put(path, event()).expect(201);
  const { headers } = await alice.get(path).expect(200);
  await alice.get(path, { 'If-Modified-Since': headers['last-modified'] }).expect(304);
  await alice.get(path, { 'If-Modified-Since': headers['last-modified'], 'If-None-Match': '"other"' }).expect(200);
});

must('RFC 9110 section 15.5.5', 'what is not there answers 404', async ({ alice }) => {
  await alice.get(`${alice.calendar}nothing.ics`).expect(404);
  await alice.head(`${alice.calendar}nothing.ics`).expect(404);
});

should('RFC 9111 section 5.2.2.7', 'objects are for their owner: no shared cache keeps them', async ({ alice }) => {
  const path = `${alice.calendar}a.ics`;
  await alice.put(path, event()).expect(201);
  await alice.get(path).expectHeader('Cache-Control', /private/);
});

should(
  'RFC 4918 section 9.4',
  'GET of a collection shows a page for people, whatever users wrote in it as text',
  async ({ alice }) => {
    await alice.proppatch(alice.calendar, { set: { 'D:displayname': '<script>alert(1)</script>' } }).expect(207);
    for (const path of ['/', alice.principal, alice.calendars, alice.calendar, alice.addressbook]) {
      const page = await alice
        .get(path)
        .expect(200)
        .expectHeader('Content-Type', /^text\/html/);
      assert.ok(!page.text.includes('<script>alert'), path);
    }
  },
);

must(
  'RFC 9110 section 15.5.6',
  'a method that does not work there answers 405 and says which do',
  async ({ alice }) => {
    await alice.put(`${alice.calendar}a.ics`, event()).expect(201);
    const answer = await alice.request('MKACTIVITY', `${alice.calendar}a.ics`).expect(405);
    const allowed = (answer.headers.allow ?? '').split(', ');
    for (const method of ['GET', 'HEAD', 'PUT', 'DELETE', 'PROPFIND', 'PROPPATCH', 'OPTIONS']) {
      assert.ok(allowed.includes(method), `${method} in ${allowed.join(' ')}`);
    }
  },
);
