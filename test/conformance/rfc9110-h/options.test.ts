/**
 * What OPTIONS says of each resource. RFC 9110 section 9.3.7, RFC 9110 section 10.2.1.
 */
import assert from 'node:assert/strict';
import { card, event } from '../../support/builders.ts';
import type { Client } from '../../support/client.ts';
import { must } from '../../support/conformance.ts';

async function allowed(client: Client, path: string): Promise<ReadonlySet<string>> {
  const { headers } = await client.options(path).expect(200);
  return new Set((headers.allow ?? '').split(/,\s*/));
}

must('RFC 4918 section 10.1', 'every resource says DAV and Allow', async ({ alice }) => {
  const object = `${alice.calendar}a.ics`;
  await alice.put(object, event()).expect(201);
  await alice.put(`${alice.files}a.txt`, 'a').expect(201);
  const named = ['inbox', 'outbox', 'notifications'].map((name) => `${alice.calendars}${name}/`);
  const paths = [
    '/',
    '/principals/',
    '/calendars/',
    '/addressbooks/',
    alice.principal,
    alice.calendars,
    alice.addressbooks,
  ];
  const words = (await alice.options('/').expect(200)).headers.dav ?? '';
  for (const path of [
    ...paths,
    alice.calendar,
    alice.addressbook,
    alice.files,
    object,
    `${alice.files}a.txt`,
    ...named,
  ]) {
    const { headers } = await alice.options(path).expect(200);
    assert.equal(headers.dav, words, path);
    assert.match(headers.allow ?? '', /\bPROPFIND\b.*/, path);
    assert.match(headers.allow ?? '', /\bOPTIONS\b/, path);
  }
  assert.doesNotMatch(words, /calendar-schedule/);
  assert.equal(new Set(words.split(/,\s*/)).size, words.split(/,\s*/).length);
});

must('RFC 9110 section 10.2.1', 'Allow of a free name says what can be made there', async ({ alice }) => {
  const inCalendar = await allowed(alice, `${alice.calendar}free`);
  assert.ok(inCalendar.has('PUT'));
  for (const name of ['MKCOL', 'MKCALENDAR']) assert.ok(!inCalendar.has(name), name);
  const inHome = await allowed(alice, `${alice.calendars}free`);
  for (const name of ['MKCOL', 'MKCALENDAR']) assert.ok(inHome.has(name), name);
  assert.ok(!inHome.has('PUT'));
  const inFiles = await allowed(alice, `${alice.files}free`);
  for (const name of ['MKCOL', 'PUT']) assert.ok(inFiles.has(name), name);
  const inInbox = await allowed(alice, `${alice.calendars}inbox/free`);
  for (const name of ['MKCOL', 'MKCALENDAR', 'PUT', 'LOCK']) assert.ok(!inInbox.has(name), name);
});

must('RFC 9110 section 10.2.1', 'Allow names nothing that never works on a resource', async ({ alice }) => {
  for (const path of [alice.calendars, `${alice.calendars}inbox/`, alice.files]) {
    const names = await allowed(alice, path);
    for (const name of ['DELETE', 'MOVE', 'COPY', 'PUT']) assert.ok(!names.has(name), `${name} on ${path}`);
  }
  for (const path of ['/', '/principals/']) {
    const names = await allowed(alice, path);
    for (const name of ['DELETE', 'MOVE', 'COPY', 'PUT', 'PROPPATCH', 'MKCOL', 'POST'])
      assert.ok(!names.has(name), `${name} on ${path}`);
  }
  const calendar = await allowed(alice, alice.calendar);
  for (const name of ['DELETE', 'MOVE', 'PROPPATCH', 'REPORT', 'POST']) assert.ok(calendar.has(name), name);
  const object = `${alice.calendar}a.ics`;
  await alice.put(object, event()).expect(201);
  const names = await allowed(alice, object);
  assert.ok(!names.has('MKCOL'));
  assert.ok(names.has('POST'));
  const other = `${alice.addressbook}a.vcf`;
  await alice.put(other, card()).expect(201);
  const ofCard = await allowed(alice, other);
  for (const name of ['POST', 'MKCOL']) assert.ok(!ofCard.has(name), name);
});

must(
  'RFC 9110 section 9.3.7',
  'somebody who is not logged in gets an answer, and learns of nothing',
  async ({ alice, anonymous }) => {
    await alice.options(alice.calendar).expect(200);
    for (const path of ['/', '/principals/', '/calendars/']) {
      await anonymous
        .options(path)
        .expect(200)
        .expectHeader('DAV', /\b1\b/)
        .expectHeader('Allow', /\bPROPFIND\b/);
    }
    const there = await anonymous
      .options(alice.calendar)
      .expect(200)
      .expectHeader('DAV', /\bcalendar-access\b/);
    const nowhere = await anonymous.options('/calendars/nobody@example.com/default/').expect(200);
    assert.deepEqual(there.headers.allow, nowhere.headers.allow);
  },
);

must(
  'RFC 9110 section 9.3.7',
  'a preflight of a browser is told apart, and allows no page of another origin anything',
  async ({ anonymous }) => {
    const headers = { Origin: 'https://www.example.net', 'Access-Control-Request-Method': 'PROPFIND' };
    await anonymous
      .request('OPTIONS', '/calendars/', { headers })
      .expect(204)
      .expectHeader('Access-Control-Allow-Origin', undefined)
      .expectHeader('DAV', undefined)
      .expectHeader('Vary', /Origin/);
    await anonymous
      .request('OPTIONS', '/calendars/', { headers: { Origin: 'https://www.example.net' } })
      .expect(200)
      .expectHeader('DAV', /\b1\b/);
  },
);
