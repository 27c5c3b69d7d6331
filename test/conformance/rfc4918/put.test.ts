/**
 * PUT of objects, and the conditions under which it happens. RFC 4918 section 9.7, RFC 9110 section 13.
 */
import assert from 'node:assert/strict';
import { card, event } from '../../support/builders.ts';
import { must, should } from '../../support/conformance.ts';

must('RFC 4918 section 9.7.1', 'a new object answers 201, a replaced one 204', async ({ alice }) => {
  const path = `${alice.calendar}a.ics`;
  const object = event();
  await alice.put(path, object).expect(201);
  await alice.put(path, object.replace('Meeting', 'Party')).expect(204);
  await alice.get(path).expect(200).expectText('Party');
});

must(
  'RFC 4791 section 5.3.4',
  'the answer has the strong ETag of what is stored, byte for byte as sent',
  async ({ alice }) => {
    const path = `${alice.calendar}a.ics`;
    const object = event({ 'X-UNUSUAL;X-PARAM=1': 'kept', SUMMARY: 'Grüße\\, Ω' });
    const { etag } = await alice.put(path, object).expect(201);
    assert.match(etag, /^"[^"]+"$/);
    const stored = await alice.get(path).expect(200).expectHeader('ETag', etag);
    assert.equal(stored.text, object);
  },
);

must('RFC 4918 section 9.7.1', 'without the collection that would hold it a PUT answers 409', async ({ alice }) => {
  await alice.put(`${alice.calendars}nothing/a.ics`, event()).expect(409);
});

must('RFC 4918 section 9.7.2', 'PUT to a collection is refused', async ({ alice }) => {
  await alice.put(alice.calendar, event(), { 'Content-Type': 'text/calendar' }).expect(405);
});

must('RFC 4918 section 9.7.1', 'a home takes no objects', async ({ alice }) => {
  await alice.put(`${alice.calendars}a.ics`, event()).expect(403, 405, 409);
  await alice.get(`${alice.calendars}a.ics`).expect(404);
});

must('RFC 9110 section 9.3.4', 'PUT of a part is refused with 400', async ({ alice }) => {
  await alice.put(`${alice.calendar}a.ics`, event(), { 'Content-Range': 'bytes 0-9/100' }).expect(400);
  await alice.get(`${alice.calendar}a.ics`).expect(404);
});

must(
  'RFC 9110 section 13.1.1',
  'If-Match with the current ETag replaces, with another answers 412 and changes nothing',
  async ({ alice }) => {
    const path = `${alice.calendar}a.ics`;
    const object = event();
    const { etag } = await alice.put(path, object).expect(201);
    const changed = await alice.put(path, object.replace('Meeting', 'Party'), { 'If-Match': etag }).expect(204);
    assert.notEqual(changed.etag, etag);
    await alice.put(path, object, { 'If-Match': etag }).expect(412);
    await alice.get(path).expectText('Party');
  },
);

must('RFC 9110 section 13.1.1', 'If-Match never creates: 412 where nothing is', async ({ alice }) => {
  await alice.put(`${alice.calendar}a.ics`, event(), { 'If-Match': '*' }).expect(412);
  await alice.put(`${alice.calendar}a.ics`, event(), { 'If-Match': '"x"' }).expect(412);
  await alice.get(`${alice.calendar}a.ics`).expect(404);
});

must('RFC 9110 section 13.1.1', 'a weak ETag never matches If-Match', async ({ alice }) => {
  const path = `${alice.calendar}a.ics`;
  const object = event();
  const { etag } = await alice.put(path, object).expect(201);
  await alice.put(path, object, { 'If-Match': `W/${etag}` }).expect(412);
});

must('RFC 9110 section 13.1.2', 'If-None-Match: * creates once', async ({ alice }) => {
  const path = `${alice.calendar}a.ics`;
  const object = event();
  await alice.put(path, object, { 'If-None-Match': '*' }).expect(201);
  await alice.put(path, object.replace('Meeting', 'Party'), { 'If-None-Match': '*' }).expect(412);
  await alice.get(path).expectText('Meeting');
});

must('RFC 9110 section 13.1.4', 'If-Unmodified-Since before the last change answers 412', async ({ alice }) => {
  const path = `${alice.calendar}a.ics`;
  const object = event();
  await alice.put(path, object).expect(201);
  await alice.put(path, object, { 'If-Unmodified-Since': 'Thu, 01 Jan 1998 00:00:00 GMT' }).expect(412);
});

must('RFC 9110 section 8.8.3', 'the ETag follows the content: same bytes, same tag', async ({ alice }) => {
  const path = `${alice.calendar}a.ics`;
  const object = event();
  const first = await alice.put(path, object).expect(201);
  const second = await alice.put(path, object.replace('Meeting', 'Party')).expect(204);
  const third = await alice.put(path, object).expect(204);
  assert.notEqual(second.etag, first.etag);
  assert.equal(third.etag, first.etag);
});

must('RFC 4791 section 5.3.2', 'a client names its objects as it likes', async ({ alice }) => {
  for (const name of ['no-ending', 'mit%20Leerzeichen.ics', '%E4%BC%9A%E8%AD%B0.ics', 'a;b,c=d.ics', '100%25.ics']) {
    const path = `${alice.calendar}${name}`;
    const object = event();
    await alice.put(path, object, { 'Content-Type': 'text/calendar' }).expect(201);
    assert.equal((await alice.get(path).expect(200)).text, object, name);
  }
});

must('RFC 4918 section 9.7.1', 'PUT of a name that became a folder is refused', async ({ alice }) => {
  await alice.mkcol(`${alice.files}a/`).expect(201);
  await alice.put(`${alice.files}a`, 'a').expect(405);
  await alice.put(`${alice.files}b/`, 'b').expect(409);
  const answers = await Promise.all([alice.mkcol(`${alice.files}c/`), alice.put(`${alice.files}c`, 'c')]);
  assert.deepEqual(answers.map(({ status }) => status).sort(), [201, 405]);
});

should('RFC 8144 section 3.1', 'return=representation gives back what is stored', async ({ alice }) => {
  const path = `${alice.calendar}a.ics`;
  const object = event();
  const Prefer = 'return=representation';
  for (const [status, body] of [
    [201, object],
    [200, object.replace('Meeting', 'Party')],
  ] as const) {
    const answer = await alice
      .put(path, body, { Prefer })
      .expect(status)
      .expectHeader('Preference-Applied', Prefer)
      .expectHeader('Content-Type', /^text\/calendar; charset=utf-8/)
      .expectHeader('Content-Location', path);
    assert.equal(answer.text, body);
    await alice.get(path).expectHeader('ETag', answer.etag);
  }
  await alice.put(path, object).expect(204).expectHeader('Preference-Applied', undefined);
});

should('RFC 8144 section 3.2', 'with a condition that fails it gives what is there', async ({ alice, bob }) => {
  const path = `${alice.calendar}a.ics`;
  const object = event();
  const { etag } = await alice.put(path, object).expect(201);
  const headers = { Prefer: 'return=representation', 'If-Match': '"other"' };
  const answer = await alice.put(path, object.replace('Meeting', 'Party'), headers).expect(412);
  assert.equal(answer.text, object);
  assert.equal(answer.etag, etag);
  assert.equal(answer.headers['preference-applied'], 'return=representation');
  await alice
    .put(`${alice.calendar}none.ics`, object, headers)
    .expect(412)
    .expectHeader('Preference-Applied', undefined);
  await alice.acl(alice.calendar, [[bob.principal, 'D:write-content']]).expect(200);
  const blind = await bob.put(path, object, headers).expect(412);
  assert.ok(!blind.text.includes('VCALENDAR'));
});

must('RFC 6352 section 6.3.2', 'a card is stored as sent and answers with its ETag', async ({ alice }) => {
  const path = `${alice.addressbook}a.vcf`;
  const object = card();
  const { etag } = await alice.put(path, object).expect(201);
  const stored = await alice
    .get(path)
    .expect(200)
    .expectHeader('ETag', etag)
    .expectHeader('Content-Type', /^text\/vcard/);
  assert.equal(stored.text, object);
});
