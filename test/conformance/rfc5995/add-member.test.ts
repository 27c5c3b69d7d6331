/**
 * POST to make a member whose name the server gives. RFC 5995.
 */
import assert from 'node:assert/strict';
import type { Answer } from '../../support/answer.ts';
import { hrefsIn } from '../../support/answer.ts';
import { card, event, newUid } from '../../support/builders.ts';
import type { Client } from '../../support/client.ts';
import { declined, must, should } from '../../support/conformance.ts';
import { clark } from '../../support/names.ts';

const CALENDAR = { 'Content-Type': 'text/calendar; charset=utf-8' };
const CARD = { 'Content-Type': 'text/vcard; charset=utf-8' };

async function addMemberOf(client: Client, path: string): Promise<string> {
  const answer = (await client.propfind(path, '0', ['D:add-member']).expect(207)).multistatus().at(path);
  const value = answer.properties.get(clark('D:add-member'));
  assert.equal(value?.status, 200);
  const [href] = hrefsIn(value.element);
  assert.ok(href !== undefined);
  return href;
}

/** Where the new member is, as a path. */
function location({ headers }: Answer): string {
  const url = new URL(headers.location ?? '');
  return url.pathname;
}

must(
  'RFC 5995 section 3.1',
  'calendars, address books, and folders take members by POST, and say where they are',
  async ({ alice }) => {
    const places = [
      [alice.calendar, CALENDAR, event(), /\.ics$/],
      [alice.addressbook, CARD, card(), /\.vcf$/],
      [alice.files, { 'Content-Type': 'image/png' }, 'no picture', /./],
    ] as const;
    for (const [collection, headers, body, name] of places) {
      const answer = await alice.request('POST', await addMemberOf(alice, collection), { headers, body }).expect(201);
      const path = location(answer);
      assert.ok(decodeURIComponent(path).startsWith(collection), path);
      assert.match(path, name);
      const { headers: got } = await alice.get(path).expect(200).expectText(body);
      assert.equal(got.etag, answer.etag);
    }
  },
);

must('RFC 5995 section 3.1', 'each POST makes another member', async ({ alice }) => {
  const uri = await addMemberOf(alice, alice.calendar);
  const answers = await Promise.all(
    Array.from({ length: 5 }, () => alice.request('POST', uri, { headers: CALENDAR, body: event() }).expect(201)),
  );
  assert.equal(new Set(answers.map(location)).size, 5);
});

must('RFC 5995 section 3.2.1', 'add-member is protected, and in supported-live-property-set', async ({ alice }) => {
  const answer = await alice
    .proppatch(alice.calendar, { set: { 'D:add-member': '<D:href xmlns:D="DAV:">/</D:href>' } })
    .expect(207);
  assert.equal(answer.multistatus().at(alice.calendar).properties.get(clark('D:add-member'))?.status, 403);
  const live = await alice.propfind(alice.calendar, '0', ['D:supported-live-property-set']).expect(207);
  assert.match(live.text, /<d:supported-live-property><d:prop><d:add-member\/><\/d:prop><\/d:supported-live-property>/);
});

should('RFC 5995 section 3.2.1', 'allprop does not return add-member', async ({ alice }) => {
  const answer = (await alice.propfind(alice.calendar, '0').expect(207)).multistatus().at(alice.calendar);
  assert.ok(!answer.properties.has(clark('D:add-member')));
});

must('RFC 5995 section 3.2.1', 'what takes no members of clients has no add-member', async ({ alice }) => {
  for (const path of [alice.calendars, alice.addressbooks, `${alice.calendars}inbox/`, alice.principal, '/']) {
    await alice.propfind(path, '0', ['D:add-member']).expectProperties(path, { 'D:add-member': undefined });
    await alice.request('POST', `${path}?action=add-member`, { headers: CALENDAR, body: event() }).expect(405);
  }
});

must('RFC 5995 section 3.1', 'what PUT refuses POST refuses in the same way', async ({ alice }) => {
  const uri = await addMemberOf(alice, alice.calendar);
  const UID = newUid();
  await alice.put(`${alice.calendar}a.ics`, event({ UID })).expect(201);
  const post = (body: string, headers: Readonly<Record<string, string>> = CALENDAR) =>
    alice.request('POST', uri, { headers, body });
  await post(event({ UID })).expectPrecondition('C:no-uid-conflict', 409);
  await post('BEGIN:VCALENDAR').expectPrecondition('C:valid-calendar-data', 403);
  await post(event(), CARD).expectPrecondition('C:supported-calendar-data', 403);
  await post(event({ DESCRIPTION: 'x'.repeat(300_000) })).expectPrecondition('C:max-resource-size', 403);
  await post(event(), { ...CALENDAR, 'Content-Range': 'bytes 0-9/10' }).expect(400);
});

must('RFC 5995 section 5', 'POST needs the privilege to bind members', async ({ alice, bob, anonymous }) => {
  const uri = await addMemberOf(alice, alice.calendar);
  await bob.request('POST', uri, { headers: CALENDAR, body: event() }).expect(404);
  await anonymous.request('POST', uri, { headers: CALENDAR, body: event() }).expect(401);
});

must('RFC 5995 section 3.1', 'conditions of the request are about the collection', async ({ alice }) => {
  const uri = await addMemberOf(alice, alice.calendar);
  const token = (await alice.propfind(alice.calendar, '0', ['D:sync-token']).expect(207))
    .multistatus()
    .value(alice.calendar, clark('D:sync-token'));
  const headers = { ...CALENDAR, If: `(<${token}>)` };
  await alice.request('POST', uri, { headers, body: event() }).expect(201);
  await alice.request('POST', uri, { headers, body: event() }).expect(412);
  await alice.request('POST', uri, { headers: { ...CALENDAR, 'If-None-Match': '*' }, body: event() }).expect(412);
});

should('RFC 8144 section 3.1', 'a client that prefers the representation gets what was stored', async ({ alice }) => {
  const body = event();
  const headers = { ...CALENDAR, Prefer: 'return=representation' };
  const uri = await addMemberOf(alice, alice.calendar);
  const answer = await alice
    .request('POST', uri, { headers, body })
    .expect(201)
    .expectHeader('Preference-Applied', 'return=representation')
    .expectHeader('Content-Type', /^text\/calendar/)
    .expectText(body);
  assert.equal(answer.headers['content-location'], location(answer));
  assert.ok(answer.etag !== '');
});

declined(
  'RFC 5995 section 3.3',
  'a name from the Slug header',
  'names are the server’s own: a guess at a better one gains nothing',
);
