/**
 * What was seen while real clients were driven against servers. Numbers are those of our list of client behaviour.
 */
import assert from 'node:assert/strict';
import { elementsOf } from '../../../src/formats/xml/element.ts';
import { hrefsIn } from '../../support/answer.ts';
import { calendarOf, card, component, event, newUid, todo } from '../../support/builders.ts';
import { quirk } from '../../support/conformance.ts';
import { pathKey } from '../../support/multistatus.ts';
import { clark, XMLNS } from '../../support/names.ts';

quirk('Q-9-1', 'well-known redirects GET with 302 and PROPFIND with 308, without a password', async ({ anonymous }) => {
  await anonymous.get('/.well-known/caldav').expect(301, 302);
  await anonymous.propfind('/.well-known/caldav', '0', ['D:current-user-principal']).expect(308);
});

quirk('Q-9-2', 'the root answers PROPFIND with current-user-principal', async ({ alice }) => {
  await alice.propfind('/', '0', ['D:current-user-principal']).expectProperties('/', {
    'D:current-user-principal': (value) => assert.deepEqual(hrefsIn(value), [alice.principal]),
  });
});

quirk('Q-9-3', 'every 401 carries the same Basic realm', async ({ alice, anonymous }) => {
  const wrong = alice.as({ user: alice.address, password: 'wrong' });
  const challenges = new Set<string | undefined>();
  for (const client of [anonymous, wrong, anonymous]) {
    for (const path of ['/calendars/', alice.calendar]) {
      const { headers } = await client.propfind(path, '0', ['D:resourcetype']).expect(401);
      challenges.add(headers['www-authenticate']);
    }
  }
  assert.equal(challenges.size, 1);
  assert.match([...challenges][0] ?? '', /^Basic realm="/);
});

quirk('Q-9-4', 'OPTIONS on the principal promises calendars and address books', async ({ alice }) => {
  await alice
    .options(alice.principal)
    .expectHeader('DAV', /\bcalendar-access\b/)
    .expectHeader('DAV', /\baddressbook\b/);
});

quirk('Q-9-5', 'a home lists itself too; @ and %40 are one path', async ({ alice }) => {
  const answer = await alice.propfind(alice.calendars, '1', ['D:resourcetype']).expect(207);
  const { responses } = answer.multistatus();
  assert.ok(responses.has(alice.calendars));
  for (const { href } of responses.values()) {
    assert.ok(href.endsWith('/'));
    await alice.propfind(href, '0', ['D:resourcetype']).expectMembers([pathKey(href)]);
  }
  await alice.propfind(alice.calendar.replace('@', '%40'), '0', ['D:resourcetype']).expectMembers([alice.calendar]);
});

quirk('Q-9-6', 'each calendar carries owner, privileges and components', async ({ alice }) => {
  await alice
    .propfind(alice.calendars, '1', ['D:owner', 'D:current-user-privilege-set', 'C:supported-calendar-component-set'])
    .expectProperties(alice.calendar, {
      'D:owner': true,
      'D:current-user-privilege-set': true,
      'C:supported-calendar-component-set': true,
    });
});

quirk('Q-9-7', 'a display name keeps ampersands, quotes and emoji', async ({ alice }) => {
  const name = `Tom & "Jerry" <3 'n' 👩‍👩‍👧 ]]>`;
  await alice.proppatch(alice.calendar, { set: { 'D:displayname': name } }).expect(207);
  await alice
    .propfind(alice.calendar, '0', ['D:displayname'])
    .expectProperties(alice.calendar, { 'D:displayname': name });
});

quirk('Q-9-8', 'GET of a calendar answers 2xx; homes have getctag and sync-token', async ({ alice }) => {
  await alice.get(alice.calendar).expect(200);
  await alice
    .propfind(alice.calendars, '0', ['CS:getctag', 'D:sync-token'])
    .expectProperties(alice.calendars, { 'CS:getctag': true, 'D:sync-token': true });
});

quirk('Q-9-9', 'DELETE of the default address book leaves an empty one', async ({ alice }) => {
  await alice.put(`${alice.addressbook}a.vcf`, card()).expect(201);
  await alice.delete(alice.addressbook).expect(204);
  await alice.propfind(alice.addressbook, '1', ['D:getetag']).expectMembers([alice.addressbook]);
  await alice.put(`${alice.addressbook}b.vcf`, card()).expect(201);
});

quirk('Q-9-10', 'reports come with the Depth that each client likes', async ({ alice }) => {
  const path = `${alice.calendar}a.ics`;
  await alice.put(path, event()).expect(201);
  const prop = '<D:prop><D:getetag/></D:prop>';
  const multiget = `<C:calendar-multiget ${XMLNS}>${prop}<D:href>${path}</D:href></C:calendar-multiget>`;
  const query = `<C:calendar-query ${XMLNS}>${prop}<C:filter><C:comp-filter name="VCALENDAR"/></C:filter></C:calendar-query>`;
  for (const depth of [undefined, '0', '1']) await alice.report(alice.calendar, multiget, depth).expectMembers([path]);
  for (const depth of [undefined, '1']) await alice.report(alice.calendar, query, depth).expectMembers([path]);
  for (const depth of [undefined, '0', '1']) {
    await alice.sync(alice.calendar, '', { headers: { Depth: depth } }).expectMembers([path]);
  }
  const cards = `<CR:addressbook-query ${XMLNS}>${prop}<CR:filter/></CR:addressbook-query>`;
  await alice.put(`${alice.addressbook}a.vcf`, card()).expect(201);
  await alice.report(alice.addressbook, cards, undefined).expectMembers([`${alice.addressbook}a.vcf`]);
});

quirk(
  'Q-9-11',
  'a bogus token is 403 with valid-sync-token; a deletion is a status 404 without propstat',
  async ({ alice }) => {
    await alice.sync(alice.calendar, 'bogus').expectPrecondition('D:valid-sync-token', 403);
    await alice.put(`${alice.calendar}a.ics`, event()).expect(201);
    const { syncToken } = (await alice.sync(alice.calendar, '')).multistatus();
    await alice.delete(`${alice.calendar}a.ics`).expect(204);
    const answer = await alice.sync(alice.calendar, syncToken ?? '').expect(207);
    assert.equal(answer.multistatus().at(`${alice.calendar}a.ics`).status, 404);
  },
);

quirk('Q-9-12', 'ETags are strong and the same in PUT, PROPFIND, sync and multiget', async ({ alice }) => {
  const path = `${alice.addressbook}a.vcf`;
  const { etag } = await alice.put(path, card()).expect(201);
  assert.match(etag, /^"/);
  const multiget = `<CR:addressbook-multiget ${XMLNS}><D:prop><D:getetag/></D:prop><D:href>${path}</D:href></CR:addressbook-multiget>`;
  await alice.propfind(path, '0', ['D:getetag']).expectProperties(path, { 'D:getetag': etag });
  await alice.sync(alice.addressbook, '').expectProperties(path, { 'D:getetag': etag });
  await alice.report(alice.addressbook, multiget).expectProperties(path, { 'D:getetag': etag });
});

quirk('Q-9-13', 'PROPPATCH takes what Apple and DAVx5 set, with return=minimal', async ({ alice }) => {
  const zone = component(
    'VTIMEZONE',
    { TZID: 'Europe/Vienna' },
    component('STANDARD', STANDARD),
    component('DAYLIGHT', DAYLIGHT),
  );
  const set = {
    'ICAL:calendar-color': '#44A703FF',
    'ICAL:calendar-order': '3',
    'C:calendar-timezone': calendarOf(zone),
    'C:default-alarm-vevent-date': 'BEGIN:VALARM\r\nACTION:NONE\r\nEND:VALARM',
    'C:calendar-timezone-id': 'Europe/Vienna',
    'C:schedule-calendar-transp': `<transparent xmlns="urn:ietf:params:xml:ns:caldav"/>`,
  };
  await alice.proppatch(alice.calendar, { set }, { Prefer: 'return=minimal' }).expect(200, 204);
  await alice.propfind(alice.calendar, '0', Object.keys(set)).expectProperties(alice.calendar, {
    'ICAL:calendar-color': '#44A703FF',
    'ICAL:calendar-order': '3',
    'C:calendar-timezone': true,
    'C:default-alarm-vevent-date': true,
    'C:calendar-timezone-id': 'Europe/Vienna',
    'C:schedule-calendar-transp': ['C:transparent'],
  });
});

quirk('Q-9-13', 'MKCALENDAR takes resourcetype, symbolic colours and the zone by name', async ({ alice }) => {
  const path = `${alice.calendars}work/`;
  const color =
    '<p:calendar-color xmlns:p="http://apple.com/ns/ical/" symbolic-color="custom">#44A703FF</p:calendar-color>';
  const body =
    `<C:mkcalendar ${XMLNS}><D:set><D:prop><D:resourcetype><D:collection/><C:calendar/></D:resourcetype>` +
    `<D:displayname>Work</D:displayname>${color}<C:calendar-timezone-id>Europe/Vienna</C:calendar-timezone-id>` +
    `<C:supported-calendar-component-set><C:comp name="VEVENT"/></C:supported-calendar-component-set></D:prop></D:set></C:mkcalendar>`;
  await alice.request('MKCALENDAR', path, { headers: { 'Content-Type': 'text/xml' }, body }).expect(201);
  await alice
    .propfind(path, '0', [
      'D:displayname',
      'ICAL:calendar-color',
      'C:calendar-timezone-id',
      'C:supported-calendar-component-set',
    ])
    .expectProperties(path, {
      'D:displayname': 'Work',
      'ICAL:calendar-color': (value) => assert.ok(value.attributes.some((one) => one.value === 'custom')),
      'C:calendar-timezone-id': 'Europe/Vienna',
      'C:supported-calendar-component-set': (value) => assert.equal(elementsOf(value).length, 1),
    });
});

quirk('Q-9-14', 'Accept never leads to 406, and a general type on PUT is judged by the body', async ({ alice }) => {
  const path = `${alice.calendar}a.ics`;
  await alice.put(path, event(), { 'Content-Type': 'application/octet-stream' }).expect(201);
  await alice.put(`${alice.calendar}b.ics`, event(), { 'Content-Type': undefined }).expect(201);
  await alice.put(`${alice.calendar}c.ics`, event(), { 'Content-Type': 'text/plain' }).expect(201);
  await alice
    .get(path, { Accept: 'text/plain' })
    .expect(200)
    .expectHeader('Content-Type', /^text\/calendar/);
  await alice.propfind(alice.calendar, '1', ['D:getetag'], { Accept: 'text/plain' }).expect(207);
});

quirk('Q-9-15', 'getcontentlength is the size of GET, getlastmodified a date', async ({ alice }) => {
  const path = `${alice.calendar}a.ics`;
  await alice.put(path, event({ SUMMARY: 'äöü' })).expect(201);
  const { body } = await alice.get(path).expect(200);
  await alice.propfind(path, '0', ['D:getcontentlength', 'D:getlastmodified']).expectProperties(path, {
    'D:getcontentlength': String(body.length),
    'D:getlastmodified': (value) => assert.ok(!Number.isNaN(Date.parse(value.children.join('')))),
  });
});

quirk(
  'Q-9-16',
  'text-match with i;octet, EXDATE in a time range, RECURRENCE-ID in expanded instances',
  async ({ alice }) => {
    const daily = event({ SUMMARY: 'Daily', RRULE: 'FREQ=DAILY;COUNT=3', EXDATE: '20260703T100000Z' });
    await alice.put(`${alice.calendar}a.ics`, daily).expect(201);
    const range = (start: string, end: string, prop = '<D:getetag/>'): string =>
      `<C:calendar-query ${XMLNS}><D:prop>${prop}</D:prop><C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">` +
      `<C:time-range start="${start}" end="${end}"/></C:comp-filter></C:comp-filter></C:filter></C:calendar-query>`;
    await alice.report(alice.calendar, range('20260703T000000Z', '20260704T000000Z'), '1').expectMembers([]);
    const expand = '<C:calendar-data><C:expand start="20260702T000000Z" end="20260705T000000Z"/></C:calendar-data>';
    const expanded = await alice
      .report(alice.calendar, range('20260702T000000Z', '20260705T000000Z', expand), '1')
      .expect(207);
    assert.equal([...expanded.text.matchAll(/BEGIN:VEVENT/g)].length, 2);
    assert.match(expanded.text, /RECURRENCE-ID:20260704T100000Z/);
    const match = (text: string): string =>
      `<C:calendar-query ${XMLNS}><D:prop><D:getetag/></D:prop><C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">` +
      `<C:prop-filter name="SUMMARY"><C:text-match collation="i;octet">${text}</C:text-match></C:prop-filter></C:comp-filter></C:comp-filter></C:filter></C:calendar-query>`;
    await alice.report(alice.calendar, match('Daily'), '1').expectMembers([`${alice.calendar}a.ics`]);
    await alice.report(alice.calendar, match('daily'), '1').expectMembers([]);
  },
);

quirk('Q-9-17', 'a list of to-dos refuses events; one UID may lie in two calendars', async ({ alice }) => {
  await alice.put(`${alice.calendars}tasks/a.ics`, todo()).expect(201);
  await alice.put(`${alice.calendars}tasks/b.ics`, event()).expectPrecondition('C:supported-calendar-component', 403);
  const UID = newUid();
  const other = await alice.newCalendar('other');
  await alice.put(`${alice.calendar}c.ics`, event({ UID })).expect(201);
  await alice.put(`${other}c.ics`, event({ UID })).expect(201);
});

quirk('Q-9-18', 'calendar-user-address-set holds the mailto address', async ({ alice }) => {
  await alice.propfind(alice.principal, '0', ['C:calendar-user-address-set']).expectProperties(alice.principal, {
    'C:calendar-user-address-set': (value) => assert.ok(hrefsIn(value).includes(`mailto:${alice.address}`)),
  });
});

quirk('Q-9-18', 'the principal leads to the inbox and the outbox, which exist', async ({ alice }) => {
  const names = ['C:schedule-inbox-URL', 'C:schedule-outbox-URL', 'CS:notification-URL'] as const;
  const answer = await alice.propfind(alice.principal, '0', names).expect(207);
  for (const [i, type] of ['C:schedule-inbox', 'C:schedule-outbox', 'CS:notification'].entries()) {
    const value = answer.multistatus().at(alice.principal).properties.get(clark(names[i]!));
    const [path = ''] = hrefsIn(value!.element);
    await alice
      .propfind(path, '0', ['D:resourcetype'])
      .expectProperties(path, { 'D:resourcetype': ['D:collection', type] });
  }
});

const STANDARD = {
  DTSTART: '19961027T030000',
  TZOFFSETFROM: '+0200',
  TZOFFSETTO: '+0100',
  RRULE: 'FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU',
} as const;
const DAYLIGHT = {
  DTSTART: '19960331T020000',
  TZOFFSETFROM: '+0100',
  TZOFFSETTO: '+0200',
  RRULE: 'FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU',
} as const;
