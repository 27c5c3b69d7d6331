/**
 * The calendar of birthdays that follows from the cards in one's own address books.
 */
import assert from 'node:assert/strict';
import { card, event } from '../../support/builders.ts';
import type { Client } from '../../support/client.ts';
import { hostile, must } from '../../support/conformance.ts';
import { clark } from '../../support/names.ts';

const CALENDAR = 'behaviour: the birthdays in a user’s own address books are a calendar';
const DERIVED = 'behaviour: a birthday changes in the same transaction as the card';

const TYPES = ['C:calendar', '{urn:x-davit}birthdays'];

/** Switches them on, and says where they are. */
async function switchedOn(client: Client): Promise<string> {
  const path = `${client.calendars}birthdays/`;
  await client.mkcol(path, TYPES).expect(201);
  return path;
}

interface Shown {
  readonly path: string;
  readonly etag: string;
  readonly text: string;
}

/** All events, in order of what they are called. */
async function events(client: Client, path: string): Promise<readonly Shown[]> {
  const query =
    '<C:calendar-query xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:prop><D:getetag/><C:calendar-data/></D:prop>' +
    '<C:filter><C:comp-filter name="VCALENDAR"/></C:filter></C:calendar-query>';
  const answer = await client.report(path, query, '1').expect(207);
  const { responses, value } = answer.multistatus();
  return [...responses.values()]
    .map(({ href }) => ({
      path: href,
      etag: value(href, clark('D:getetag')),
      text: value(href, clark('C:calendar-data')),
    }))
    .toSorted((one, other) => (summaryOf(one) < summaryOf(other) ? -1 : 1));
}

function summaryOf({ text }: Shown): string {
  return lineOf(text, 'SUMMARY');
}

function lineOf(text: string, name: string): string {
  return new RegExp(`^${name}(?:;[^:]*)?:(.*)\r$`, 'm').exec(text)?.[1] ?? '';
}

async function summaries(client: Client, path: string): Promise<readonly string[]> {
  return (await events(client, path)).map(summaryOf);
}

async function token(client: Client, path: string): Promise<string> {
  const answer = await client.propfind(path, '0', ['D:sync-token']).expect(207);
  return answer.multistatus().value(path, clark('D:sync-token'));
}

function ada(lines: Readonly<Record<string, string>> = {}): string {
  return card({ UID: 'ada', FN: 'Ada Lovelace', BDAY: '1815-12-10', ...lines });
}

function bea(): string {
  return card({ UID: 'bea', FN: 'Bea Example', 'BDAY;X-APPLE-OMIT-YEAR=1604': '1604-02-29' });
}

// --- the calendar --------------------------------------------------------------------------------------------------------------------

must(CALENDAR, 'it is there once it was made, and has what the cards say already', async ({ alice }) => {
  await alice.put(`${alice.addressbook}a.vcf`, ada({ DEATHDATE: '1852-11-27' })).expect(201);
  await alice.put(`${alice.addressbook}b.vcf`, bea()).expect(201);
  const home = await alice.propfind(alice.calendars, '1', ['D:displayname']).expect(207);
  assert.ok(
    [...home.multistatus().responses.values()].every(({ href }) => !href.includes('birthdays')),
    'not before',
  );
  const path = await switchedOn(alice);
  assert.deepEqual(await summaries(alice, path), ['🎂 Ada Lovelace (1815)', '🎂 Bea Example', '🕯️ Ada Lovelace (1852)']);
  await alice.propfind(path, '0', ['D:displayname', 'D:resourcetype']).expectProperties(path, {
    'D:displayname': 'Birthdays',
    'D:resourcetype': ['D:collection', ...TYPES],
  });
  await alice
    .propfind(path, '0', ['C:schedule-calendar-transp', 'C:supported-calendar-component-set'])
    .expectProperties(path, {
      'C:schedule-calendar-transp': ['C:transparent'],
      'C:supported-calendar-component-set': ['C:comp'],
    });
});

must(CALENDAR, 'MKCALENDAR with its resource type makes it too', async ({ alice }) => {
  const type = '<D:resourcetype><D:collection/><C:calendar/><B:birthdays xmlns:B="urn:x-davit"/></D:resourcetype>';
  const body = `<C:mkcalendar xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:set><D:prop>${type}</D:prop></D:set></C:mkcalendar>`;
  const path = `${alice.calendars}birthdays/`;
  await alice.request('MKCALENDAR', path, { headers: { 'Content-Type': 'application/xml' }, body }).expect(201);
  await alice.put(`${alice.addressbook}a.vcf`, ada()).expect(201);
  assert.deepEqual(await summaries(alice, path), ['🎂 Ada Lovelace (1815)']);
});

must(CALENDAR, 'it has its one name, and lies in the calendar home', async ({ alice }) => {
  await alice.mkcol(`${alice.calendars}others/`, TYPES).expectPrecondition('C:calendar-collection-location-ok', 403);
  await alice.mkcol(`${alice.addressbooks}birthdays/`, TYPES).expect(403);
});

must(CALENDAR, 'DELETE switches them off, and they can be switched on again', async ({ alice }) => {
  await alice.put(`${alice.addressbook}a.vcf`, ada()).expect(201);
  const path = await switchedOn(alice);
  const before = await events(alice, path);
  await alice.delete(path).expect(204);
  await alice.get(before[0]?.path ?? '').expect(404);
  await alice.put(`${alice.addressbook}b.vcf`, bea()).expect(201);
  await switchedOn(alice);
  const after = await events(alice, path);
  assert.deepEqual(after.map(summaryOf), ['🎂 Ada Lovelace (1815)', '🎂 Bea Example']);
  assert.deepEqual(after[0], before[0], 'the same event, with its name, its UID and its entity tag');
});

must(CALENDAR, 'nobody writes into it, its owner neither', async ({ alice }) => {
  const path = await switchedOn(alice);
  await alice.put(`${alice.addressbook}a.vcf`, ada()).expect(201);
  const [one] = await events(alice, path);
  const member = one?.path ?? '';
  await alice.put(`${path}a.ics`, event()).expectPrecondition('D:need-privileges', 403);
  await alice.put(member, event()).expectPrecondition('D:need-privileges', 403);
  await alice.delete(member).expectPrecondition('D:need-privileges', 403);
  await alice
    .request('POST', `${path}?action=add-member`, { body: event() })
    .expectPrecondition('D:need-privileges', 403);
  await alice.put(`${alice.calendar}a.ics`, event()).expect(201);
  await alice.copy(`${alice.calendar}a.ics`, `${path}a.ics`).expectPrecondition('D:need-privileges', 403);
  await alice.move(`${alice.calendar}a.ics`, member).expectPrecondition('D:need-privileges', 403);
  await alice.move(member, `${alice.calendar}b.ics`).expectPrecondition('D:need-privileges', 403);
  await alice.lock(path).expectPrecondition('D:need-privileges', 403);
  await alice.lock(member).expectPrecondition('D:need-privileges', 403);
  assert.deepEqual(await events(alice, path), [one]);
});

must(CALENDAR, 'its owner gives it a name and a colour', async ({ alice }) => {
  const path = await switchedOn(alice);
  const set = { 'D:displayname': 'Geburtstage', 'ICAL:calendar-color': '#FF00FFFF' };
  await alice.proppatch(path, { set }).expect(207);
  await alice.put(`${alice.addressbook}a.vcf`, ada()).expect(201);
  await alice.propfind(path, '0', Object.keys(set)).expectProperties(path, set);
});

must(CALENDAR, 'no property of a client’s says how far it is filled', async ({ alice }) => {
  await alice.put(`${alice.addressbook}a.vcf`, ada()).expect(201);
  const path = await switchedOn(alice);
  // A name without a namespace is a name like others.
  const property = '<filled-to xmlns="">nothing</filled-to>';
  const update = `<D:propertyupdate xmlns:D="DAV:"><D:set><D:prop>${property}</D:prop></D:set></D:propertyupdate>`;
  await alice.proppatch(path, update).expect(207);
  await alice.put(`${alice.addressbook}b.vcf`, bea()).expect(201);
  const asked = '<D:propfind xmlns:D="DAV:"><D:prop><filled-to xmlns=""/></D:prop></D:propfind>';
  await alice.propfind(path, '0', asked).expectProperties(path, { '{}filled-to': 'nothing' });
  assert.equal((await events(alice, path)).length, 2);
});

must(CALENDAR, 'what can be done is what the privileges say', async ({ alice }) => {
  const path = await switchedOn(alice);
  await alice.put(`${alice.addressbook}a.vcf`, ada()).expect(201);
  const [one] = await events(alice, path);
  for (const href of [path, one?.path ?? '']) {
    const answer = await alice.propfind(href, '0', ['D:current-user-privilege-set']).expect(207);
    const { text } = answer;
    for (const held of ['read', 'write-properties', 'write-acl']) assert.match(text, new RegExp(`<d:${held}/>`));
    for (const other of ['all', 'write', 'write-content', 'bind', 'unbind'])
      assert.doesNotMatch(text, new RegExp(`<d:${other}/>`));
  }
  const { headers } = await alice.options(path).expect(200);
  assert.doesNotMatch(headers.allow ?? '', /COPY|MOVE/);
  assert.match(headers.allow ?? '', /DELETE/);
});

must(CALENDAR, 'it is neither copied, moved nor replaced, and what is in it can be copied', async ({ alice, bob }) => {
  const path = await switchedOn(alice);
  await alice.put(`${alice.addressbook}a.vcf`, ada()).expect(201);
  const [one] = await events(alice, path);
  await alice.copy(path, `${alice.calendars}copy/`).expect(403);
  await alice.move(path, `${alice.calendars}copy/`).expect(403);
  await alice.move(alice.calendar, path).expect(403);
  await bob.copy(bob.calendar, `${bob.calendars}birthdays/`).expect(201);
  await alice.copy(one?.path ?? '', `${alice.calendar}copy.ics`).expect(201);
  await alice.get(`${alice.calendar}copy.ics`).expect(200).expectText('Ada Lovelace');
});

must(CALENDAR, 'it is queried, searched and exported like any other, and nobody is busy', async ({ alice }) => {
  const path = await switchedOn(alice);
  await alice.put(`${alice.addressbook}a.vcf`, ada()).expect(201);
  await alice.put(`${alice.addressbook}b.vcf`, bea()).expect(201);
  const [one, two] = await events(alice, path);
  const range = (start: string, end: string): string =>
    `<C:calendar-query xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:prop><D:getetag/></D:prop><C:filter>` +
    `<C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT"><C:time-range start="${start}" end="${end}"/>` +
    '</C:comp-filter></C:comp-filter></C:filter></C:calendar-query>';
  await alice.report(path, range('20261210T000000Z', '20261211T000000Z'), '1').expectMembers([one?.path ?? '']);
  await alice.report(path, range('20270228T120000Z', '20270228T130000Z'), '1').expectMembers([two?.path ?? '']);
  await alice.report(path, range('20280228T120000Z', '20280228T130000Z'), '1').expectMembers([]);
  await alice.report(path, range('20280229T120000Z', '20280229T130000Z'), '1').expectMembers([two?.path ?? '']);
  await alice.get(`${path}?export`).expect(200).expectText('Ada Lovelace').expectText('Bea Example');
  const busy =
    '<C:free-busy-query xmlns:C="urn:ietf:params:xml:ns:caldav"><C:time-range start="20261201T000000Z" end="20270401T000000Z"/></C:free-busy-query>';
  const answer = await alice.report(path, busy, '1').expect(200);
  assert.doesNotMatch(answer.text, /^FREEBUSY/m);
});

must(CALENDAR, 'whoever may read it sees it, and may do no more', async ({ alice, bob }) => {
  const path = await switchedOn(alice);
  await alice.put(`${alice.addressbook}a.vcf`, ada()).expect(201);
  const [one] = await events(alice, path);
  await bob.get(one?.path ?? '').expect(404);
  await alice.acl(path, [[bob.principal, 'D:all']]).expect(200);
  await bob
    .get(one?.path ?? '')
    .expect(200)
    .expectText('Ada Lovelace');
  await bob.delete(one?.path ?? '').expectPrecondition('D:need-privileges', 403);
  await bob.put(`${path}a.ics`, event()).expectPrecondition('D:need-privileges', 403);
  await bob.delete(path).expectPrecondition('D:need-privileges', 403);
});

// --- what follows from what ----------------------------------------------------------------------------------------------------------

must(DERIVED, 'whatever is done to a card is seen by the next sync', async ({ alice }) => {
  const path = await switchedOn(alice);
  const changes = async (since: string): Promise<readonly string[]> => {
    const answer = await alice.sync(path, since).expect(207);
    return [...answer.multistatus().responses.values()].map(({ status }) => String(status ?? 'changed')).toSorted();
  };
  let since = await token(alice, path);
  const step = async (expected: readonly string[], shown: readonly string[]): Promise<void> => {
    assert.deepEqual(await changes(since), expected);
    assert.deepEqual(await summaries(alice, path), shown);
    since = await token(alice, path);
  };
  const book = await alice.newAddressbook('friends');
  await alice.put(`${alice.addressbook}a.vcf`, ada()).expect(201);
  await step(['changed'], ['🎂 Ada Lovelace (1815)']);
  await alice.put(`${alice.addressbook}a.vcf`, ada({ NOTE: 'Countess' })).expect(204);
  await step([], ['🎂 Ada Lovelace (1815)']);
  await alice.put(`${alice.addressbook}a.vcf`, ada({ 'X-ANNIVERSARY': '1835-07-08' })).expect(204);
  await step(['changed'], ['🎂 Ada Lovelace (1815)', '💍 Ada Lovelace (1835)']);
  await alice.put(`${alice.addressbook}a.vcf`, ada({ FN: 'Ada King' })).expect(204);
  await step(['404', 'changed'], ['🎂 Ada King (1815)']);
  await alice.copy(`${alice.addressbook}a.vcf`, `${book}a.vcf`).expect(201);
  await step(['changed'], ['🎂 Ada King (1815)', '🎂 Ada King (1815)']);
  await alice.delete(`${alice.addressbook}a.vcf`).expect(204);
  await step(['404'], ['🎂 Ada King (1815)']);
  await alice.move(`${book}a.vcf`, `${book}b.vcf`).expect(201);
  await step(['404', 'changed'], ['🎂 Ada King (1815)']);
  await alice.move(`${book}b.vcf`, `${alice.addressbook}b.vcf`).expect(201);
  await step(['404', 'changed'], ['🎂 Ada King (1815)']);
  await alice
    .request('POST', `${book}?action=add-member`, { headers: { 'Content-Type': 'text/vcard' }, body: bea() })
    .expect(201);
  await step(['changed'], ['🎂 Ada King (1815)', '🎂 Bea Example']);
  await alice.delete(`${alice.addressbook}`).expect(204);
  await step(['404'], ['🎂 Bea Example']);
  await alice.copy(book, `${alice.addressbooks}copy/`).expect(201);
  await step(['changed'], ['🎂 Bea Example', '🎂 Bea Example']);
  await alice.move(`${alice.addressbooks}copy/`, `${alice.addressbooks}moved/`).expect(201);
  await step([], ['🎂 Bea Example', '🎂 Bea Example']);
  await alice.delete(`${alice.addressbooks}moved/`).expect(204);
  await step(['404'], ['🎂 Bea Example']);
  await alice.delete(book).expect(204);
  await step(['404'], []);
});

must(DERIVED, 'what arrives from another account, or leaves for it, changes both calendars', async ({ alice, bob }) => {
  const [hers, his] = [await switchedOn(alice), await switchedOn(bob)];
  await alice.put(`${alice.addressbook}a.vcf`, ada()).expect(201);
  const book = await alice.newAddressbook('shared');
  await alice.put(`${book}b.vcf`, bea()).expect(201);
  await bob.acl(bob.addressbook, [[alice.principal, 'D:all']]).expect(200);
  await bob.acl(bob.addressbooks, [[alice.principal, 'D:all']]).expect(200);
  await alice.move(`${alice.addressbook}a.vcf`, `${bob.addressbook}a.vcf`).expect(201);
  assert.deepEqual(await summaries(alice, hers), ['🎂 Bea Example']);
  assert.deepEqual(await summaries(bob, his), ['🎂 Ada Lovelace (1815)']);
  await alice.move(book, `${bob.addressbooks}shared/`).expect(201);
  assert.deepEqual(await summaries(alice, hers), []);
  assert.deepEqual(await summaries(bob, his), ['🎂 Ada Lovelace (1815)', '🎂 Bea Example']);
});

must(DERIVED, 'a card that is refused changes nothing', async ({ alice }) => {
  const path = await switchedOn(alice);
  await alice.put(`${alice.addressbook}a.vcf`, ada()).expect(201);
  const since = await token(alice, path);
  await alice.put(`${alice.addressbook}b.vcf`, ada({ FN: 'Another' })).expectPrecondition('CR:no-uid-conflict');
  await alice.put(`${alice.addressbook}a.vcf`, ada({ FN: 'Another' }), { 'If-Match': '"other"' }).expect(412);
  await alice.delete(`${alice.addressbook}a.vcf`, { 'If-Match': '"other"' }).expect(412);
  assert.equal(await token(alice, path), since);
});

must(DERIVED, 'UID and entity tag stay while the event does', async ({ alice }) => {
  const path = await switchedOn(alice);
  await alice.put(`${alice.addressbook}a.vcf`, ada()).expect(201);
  const [first] = await events(alice, path);
  await alice.put(`${alice.addressbook}a.vcf`, ada({ BDAY: '1815-12-11' })).expect(204);
  const [second] = await events(alice, path);
  assert.equal(second?.path, first?.path);
  assert.equal(lineOf(second?.text ?? '', 'UID'), lineOf(first?.text ?? '', 'UID'));
  assert.notEqual(second?.etag, first?.etag);
  await alice.put(`${alice.addressbook}a.vcf`, ada({ TITLE: 'Countess' })).expect(204);
  assert.deepEqual(await events(alice, path), [first]);
});

must(DERIVED, 'a card is stored where its birthday has no room left', async ({ alice, service }) => {
  const path = await switchedOn(alice);
  if (service.quota === undefined) return console.log('skipped: the quota of one account cannot be set in this mode');
  const text = ada();
  await service.quota(alice.address, Buffer.byteLength(text));
  await alice.put(`${alice.addressbook}a.vcf`, text).expect(201);
  assert.deepEqual(await summaries(alice, path), ['🎂 Ada Lovelace (1815)']);
  await alice.put(`${alice.addressbook}b.vcf`, bea()).expectPrecondition('D:quota-not-exceeded', 507);
  assert.deepEqual(await summaries(alice, path), ['🎂 Ada Lovelace (1815)']);
  await alice.delete(`${alice.addressbook}a.vcf`).expect(204);
  assert.deepEqual(await summaries(alice, path), []);
});

must(
  DERIVED,
  'whoever may write into a shared address book changes its owner’s birthdays and no others',
  async ({ alice, bob }) => {
    const [hers, his] = [await switchedOn(alice), await switchedOn(bob)];
    await alice.acl(alice.addressbook, [[bob.principal, 'D:read', 'D:write']]).expect(200);
    await bob.put(`${alice.addressbook}a.vcf`, ada()).expect(201);
    assert.deepEqual(await summaries(alice, hers), ['🎂 Ada Lovelace (1815)']);
    assert.deepEqual(await summaries(bob, his), []);
    await bob.propfind(hers, '0', ['D:displayname']).expect(404);
  },
);

must(DERIVED, 'cards written at the same time all have their birthdays', async ({ alice }) => {
  const path = await switchedOn(alice);
  const book = await alice.newAddressbook('friends');
  const names = Array.from({ length: 12 }, (_, at) => `Person ${String(at).padStart(2, '0')}`);
  await Promise.all(
    names.map((FN, at) =>
      alice.put(`${at % 2 === 0 ? book : alice.addressbook}${at}.vcf`, card({ FN, BDAY: '--0704' })).expect(201),
    ),
  );
  assert.deepEqual(
    await summaries(alice, path),
    names.map((name) => `🎂 ${name}`),
  );
});

must(DERIVED, 'cards written while the calendar is made have their birthdays', async ({ alice }) => {
  const names = Array.from({ length: 60 }, (_, at) => `Person ${String(at).padStart(2, '0')}`);
  const put = (FN: string) =>
    alice.put(`${alice.addressbook}${FN.slice(7)}.vcf`, card({ FN, BDAY: '--0704' })).expect(201);
  for (const name of names.slice(0, 40)) await put(name);
  const [path] = await Promise.all([switchedOn(alice), ...names.slice(40).map(put)]);
  assert.deepEqual(
    await summaries(alice, path),
    names.map((name) => `🎂 ${name}`),
  );
});

// --- hostile -------------------------------------------------------------------------------------------------------------------------

hostile('D15 a name cannot put lines of its own into the event', async ({ alice }) => {
  const path = await switchedOn(alice);
  const FN = 'Eve\\nATTENDEE:mailto:eve@example.org\\, \\; \\\\\u202e Example';
  await alice.put(`${alice.addressbook}a.vcf`, card({ FN, BDAY: '2000-01-01' })).expect(201);
  const [one] = await events(alice, path);
  assert.doesNotMatch(one?.text ?? '', /^ATTENDEE/m);
  assert.equal(
    lineOf((one?.text ?? '').replace(/\r\n /g, ''), 'SUMMARY'),
    '🎂 Eve ATTENDEE:mailto:eve@example.org\\, \\; \\\\ Example (2000)',
  );
});

hostile('D15 what is no day of the year, or nobody’s, makes no event', async ({ alice }) => {
  const path = await switchedOn(alice);
  const four = { VERSION: '4.0', FN: 'Nobody' };
  const none = [
    { ...four, BDAY: '1985' },
    { ...four, BDAY: '1985-04' },
    { ...four, BDAY: '---12' },
    { ...four, BDAY: 'T102200' },
    { ...four, 'BDAY;VALUE=text': 'circa 1800' },
    { ...four, 'BDAY;CALSCALE=hebrew': '57601204' },
    { ...four, BDAY: '19000229' },
    { ...four, BDAY: '19001301' },
    { ...four, BDAY: '--0230' },
    { ...four, BDAY: '20000101', KIND: 'group' },
    { FN: 'Nobody', BDAY: '2000-01-01', 'X-ADDRESSBOOKSERVER-KIND': 'group' },
    { FN: ' ', N: ';;;;', BDAY: '2000-01-01' },
  ];
  for (const [at, lines] of none.entries()) await alice.put(`${alice.addressbook}${at}.vcf`, card(lines)).expect(201);
  assert.deepEqual(await summaries(alice, path), []);
});
