/**
 * When users are available. RFC 7953 section 7.
 */
import assert from 'node:assert/strict';
import { calendarOf, component, event, type Lines, newUid } from '../../support/builders.ts';
import type { Client } from '../../support/client.ts';
import { must, should } from '../../support/conformance.ts';
import { clark } from '../../support/names.ts';
import {
  calendarWith,
  comp,
  finds,
  fixedZoneComponent,
  freeBusyQuery,
  linesOf,
  prop,
  range,
  text,
} from '../rfc4791/queries.ts';

const PROPERTY = 'C:calendar-availability';
const TWIN = 'CS:calendar-availability';
/** A Thursday. */
const DAY = range('20260702T000000Z', '20260703T000000Z');

const inboxOf = ({ calendars }: Client): string => `${calendars}inbox/`;

/** An AVAILABLE part. */
function available(lines: Lines): string {
  return component('AVAILABLE', { UID: newUid(), DTSTAMP: '20260601T000000Z', ...lines });
}

/** A calendar object with one VAVAILABILITY. */
function availability(lines: Lines, ...parts: readonly string[]): string {
  return calendarOf(component('VAVAILABILITY', { UID: newUid(), DTSTAMP: '20260601T000000Z', ...lines }, ...parts));
}

/** Every weekday from nine to five in UTC. */
function officeHours(lines: Lines = {}): string {
  const hours = {
    DTSTART: '20260601T090000Z',
    DTEND: '20260601T170000Z',
    RRULE: 'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR',
    SUMMARY: 'In the office',
    LOCATION: 'Room 7',
  };
  return availability(lines, available(hours));
}

/** The lines of free-busy as `BUSY 20260702T100000Z/20260702T110000Z`, in order. */
async function busy(client: Client, path: string, times = DAY): Promise<readonly string[]> {
  const answer = await client.report(path, freeBusyQuery(times), '1').expect(200);
  return linesOf(answer.text, 'VFREEBUSY', 'FREEBUSY').map((line) =>
    line.replace(/^FREEBUSY;FBTYPE=([A-Z-]+):/, '$1 '),
  );
}

const AT_NIGHT = [
  'BUSY-UNAVAILABLE 20260702T000000Z/20260702T090000Z',
  'BUSY-UNAVAILABLE 20260702T170000Z/20260703T000000Z',
];

must('RFC 7953 section 7.2.1', 'the DAV header names calendar-availability', async ({ alice }) => {
  for (const path of ['/', alice.calendars, alice.calendar, inboxOf(alice)]) {
    await alice
      .options(path)
      .expectHeader('DAV', /(^|, )calendar-access, (?:.+, )?calendar-availability(, .+)?, addressbook/);
  }
});

must('RFC 7953 section 7.2.4', 'the inbox takes, keeps and gives back calendar-availability', async ({ alice }) => {
  const inbox = inboxOf(alice);
  await alice.propfind(inbox, '0', [PROPERTY]).expectProperties(inbox, { [PROPERTY]: undefined });
  const value = officeHours();
  await alice.proppatch(inbox, { set: { [PROPERTY]: value } }).expectProperties(inbox, { [PROPERTY]: true });
  const answer = await alice.propfind(inbox, '0', [PROPERTY]).expect(207);
  assert.equal(answer.multistatus().value(inbox, clark(PROPERTY)).replaceAll(/\r?\n/g, '\r\n'), value);
  await alice.proppatch(inbox, { remove: [PROPERTY] }).expectProperties(inbox, { [PROPERTY]: true });
  await alice.propfind(inbox, '0', [PROPERTY]).expectProperties(inbox, { [PROPERTY]: undefined });
});

should('RFC 7953 section 7.2.4', 'allprop leaves it out', async ({ alice }) => {
  const inbox = inboxOf(alice);
  await alice.proppatch(inbox, { set: { [PROPERTY]: officeHours() } }).expectProperties(inbox, { [PROPERTY]: true });
  const { properties } = (await alice.propfind(inbox, '0').expect(207)).multistatus().at(inbox);
  assert.ok(!properties.has(clark(PROPERTY)));
  assert.ok(!properties.has(clark(TWIN)));
});

should(
  'RFC 7953 section 7.2.4',
  'the older name of the property says the same, whichever was set',
  async ({ alice }) => {
    const inbox = inboxOf(alice);
    for (const [one, other] of [
      [PROPERTY, TWIN],
      [TWIN, PROPERTY],
    ] as const) {
      const [uid, second] = [newUid(), newUid()];
      await alice
        .proppatch(inbox, { set: { [one]: officeHours({ UID: uid }) } })
        .expectProperties(inbox, { [one]: true });
      for (const name of [one, other])
        await alice.propfind(inbox, '0', [name]).expectProperties(inbox, { [name]: new RegExp(`UID:${uid}`) });
      await alice.proppatch(inbox, { set: { [other]: officeHours({ UID: second }) } }).expect(207);
      for (const name of [one, other])
        await alice.propfind(inbox, '0', [name]).expectProperties(inbox, { [name]: new RegExp(`UID:${second}`) });
      await alice.proppatch(inbox, { remove: [one] }).expect(207);
      await alice.propfind(inbox, '0', [one, other]).expectProperties(inbox, { [one]: undefined, [other]: undefined });
    }
  },
);

must(
  'RFC 7953 section 7.2.4',
  'it holds exactly one VAVAILABILITY and time zones, or is refused with valid-calendar-data',
  async ({ alice }) => {
    const inbox = inboxOf(alice);
    const one = component('VAVAILABILITY', { UID: newUid(), DTSTAMP: '20260601T000000Z' });
    for (const value of [
      '',
      'Monday to Friday',
      event(),
      calendarOf(),
      calendarOf(fixedZoneComponent('Example/East', '+0500')),
      calendarOf(one, component('VAVAILABILITY', { UID: newUid(), DTSTAMP: '20260601T000000Z' })),
      calendarOf(one, component('VEVENT', { UID: newUid(), DTSTAMP: '20260601T000000Z', DTSTART: '20260702T100000Z' })),
      availability({ UID: undefined }),
      availability({}, available({ DTSTART: '20260631T090000Z' })),
      availability({}, available({ RRULE: 'FREQ=DAILY' })),
    ]) {
      for (const name of [PROPERTY, TWIN]) {
        const answer = await alice
          .proppatch(inbox, { set: { [name]: value } })
          .expectProperties(inbox, { [name]: 403 });
        const refused = answer.multistatus().at(inbox).properties.get(clark(name));
        assert.deepEqual(refused?.conditions, [clark('C:valid-calendar-data')], value);
      }
    }
    const zoned = calendarOf(fixedZoneComponent('Example/East', '+0500'), one);
    await alice.proppatch(inbox, { set: { [PROPERTY]: zoned } }).expectProperties(inbox, { [PROPERTY]: true });
  },
);

must('RFC 7953 section 8', 'only who may write the properties of the inbox sets it', async ({ alice, bob }) => {
  const inbox = inboxOf(alice);
  await bob.proppatch(inbox, { set: { [PROPERTY]: officeHours() } }).expect(404);
  await alice.acl(inbox, [[bob.principal, 'D:read']]).expect(200);
  await bob.proppatch(inbox, { set: { [PROPERTY]: officeHours() } }).expectPrecondition('D:need-privileges', 403);
  await alice.propfind(inbox, '0', [PROPERTY]).expectProperties(inbox, { [PROPERTY]: undefined });
});

must('RFC 7953 section 8', 'the number of AVAILABLE parts is limited', async ({ alice }) => {
  const many = Array.from({ length: 2000 }, () => available({ DTSTART: '20260601T090000Z', DURATION: 'PT1H' }));
  const inbox = inboxOf(alice);
  await alice
    .proppatch(inbox, { set: { [PROPERTY]: availability({}, ...many) } })
    .expectProperties(inbox, { [PROPERTY]: 403 });
  const path = await calendarWith(alice, {});
  await alice.put(`${path}many.ics`, availability({}, ...many)).expect(403);
});

must('RFC 7953 section 8', 'free-busy considers a bounded number of AVAILABLE instances', async ({ alice }) => {
  const restless = available({ DTSTART: '20260101T000000Z', DURATION: 'PT1S', RRULE: 'FREQ=SECONDLY;INTERVAL=2' });
  const path = await calendarWith(alice, { restless: availability({}, restless) });
  await alice.report(path, freeBusyQuery(DAY), '1').expect(507);
  assert.equal((await busy(alice, path, range('20260702T000000Z', '20260702T000010Z'))).length, 5);
});

must(
  'RFC 7953 section 7.1',
  'a calendar for all components says that it takes VAVAILABILITY, and does',
  async ({ alice }) => {
    const path = await alice.newCalendar('all');
    const set = 'C:supported-calendar-component-set';
    const answer = await alice.propfind(path, '0', [set]).expect(207);
    assert.match(answer.text, /comp name="VAVAILABILITY"/);
    await alice.put(`${path}hours.ics`, officeHours()).expect(201);
    const value = '<C:comp xmlns:C="urn:ietf:params:xml:ns:caldav" name="VEVENT"/>';
    const only = await alice.newCalendar('events', { [set]: value });
    await alice.put(`${only}hours.ics`, officeHours()).expectPrecondition('C:supported-calendar-component', 403);
  },
);

must('RFC 7953 section 7.2.3', 'free-busy-query combines VAVAILABILITY with events', async ({ alice }) => {
  const path = await calendarWith(alice, {
    hours: officeHours(),
    lunch: event({ DTSTART: '20260702T120000Z', DTEND: '20260702T130000Z' }),
    late: event({ DTSTART: '20260702T190000Z', DTEND: '20260702T200000Z' }),
    maybe: event({ DTSTART: '20260702T160000Z', DTEND: '20260702T180000Z', STATUS: 'TENTATIVE' }),
  });
  assert.deepEqual(await busy(alice, path), [
    'BUSY-UNAVAILABLE 20260702T000000Z/20260702T090000Z',
    'BUSY 20260702T120000Z/20260702T130000Z',
    'BUSY-TENTATIVE 20260702T160000Z/20260702T180000Z',
    'BUSY-UNAVAILABLE 20260702T180000Z/20260702T190000Z',
    'BUSY 20260702T190000Z/20260702T200000Z',
    'BUSY-UNAVAILABLE 20260702T200000Z/20260703T000000Z',
  ]);
});

must('RFC 7953 section 4', 'objects of higher priority say the day anew', async ({ alice }) => {
  const path = await calendarWith(alice, {
    a: officeHours(),
    b: availability({ PRIORITY: '5', BUSYTYPE: 'BUSY', DTSTART: '20260702T100000Z', DTEND: '20260702T140000Z' }),
    c: availability(
      { PRIORITY: '3', BUSYTYPE: 'BUSY-TENTATIVE', DTSTART: '20260702T120000Z', DURATION: 'PT8H' },
      available({ DTSTART: '20260702T180000Z', DTEND: '20260702T190000Z' }),
    ),
  });
  assert.deepEqual(await busy(alice, path), [
    'BUSY-UNAVAILABLE 20260702T000000Z/20260702T090000Z',
    'BUSY 20260702T100000Z/20260702T120000Z',
    'BUSY-TENTATIVE 20260702T120000Z/20260702T180000Z',
    'BUSY-TENTATIVE 20260702T190000Z/20260702T200000Z',
    'BUSY-UNAVAILABLE 20260702T200000Z/20260703T000000Z',
  ]);
});

must('RFC 7953 section 7.2.4', 'free-busy-query uses what the inbox says, too', async ({ alice }) => {
  const inbox = inboxOf(alice);
  const path = await calendarWith(alice, { lunch: event({ DTSTART: '20260702T120000Z', DTEND: '20260702T130000Z' }) });
  const all = [AT_NIGHT[0], 'BUSY 20260702T120000Z/20260702T130000Z', AT_NIGHT[1]];
  assert.deepEqual(await busy(alice, path), ['BUSY 20260702T120000Z/20260702T130000Z']);
  for (const name of [PROPERTY, TWIN]) {
    await alice.proppatch(inbox, { set: { [name]: `\n${officeHours()}` } }).expectProperties(inbox, { [name]: true });
    assert.deepEqual(await busy(alice, path), all);
  }
});

must('RFC 7953 section 9', 'free-busy says nothing but when', async ({ alice, bob }) => {
  const path = await calendarWith(alice, { hours: officeHours({ SUMMARY: 'My week', LOCATION: 'Vienna' }) });
  await alice.acl(path, [[bob.principal, 'C:read-free-busy']]).expect(200);
  const { text: said } = await bob.report(path, freeBusyQuery(DAY)).expect(200);
  assert.match(said, /FREEBUSY;FBTYPE=BUSY-UNAVAILABLE/);
  assert.doesNotMatch(said, /week|Vienna|office|Room|SUMMARY|LOCATION/);
});

must('RFC 7953 section 7.2.2', 'calendar-query finds VAVAILABILITY by its time', async ({ alice }) => {
  const path = await calendarWith(alice, {
    'start-end': availability({ DTSTART: '20260702T100000Z', DTEND: '20260702T120000Z' }),
    'start-duration': availability({ DTSTART: '20260702T140000Z', DURATION: 'PT2H' }),
    start: availability({ DTSTART: '20260702T180000Z' }),
    end: availability({ DTEND: '20260702T080000Z' }),
    neither: availability({ DURATION: 'PT1H' }),
    event: event(),
  });
  const asked: readonly (readonly [start: string, end: string, found: readonly string[]])[] = [
    ['20260701T000000Z', '20260702T070000Z', ['end', 'neither']],
    ['20260702T080000Z', '20260702T100000Z', ['neither']],
    ['20260702T075959Z', '20260702T100001Z', ['end', 'neither', 'start-end']],
    ['20260702T120000Z', '20260702T140000Z', ['neither']],
    ['20260702T155959Z', '20260702T180000Z', ['neither', 'start-duration']],
    ['20260702T160000Z', '20260702T180001Z', ['neither', 'start']],
    ['20300101T000000Z', '20300102T000000Z', ['neither', 'start']],
    ['20260702T160000Z', '', ['neither', 'start']],
    ['', '20260702T100000Z', ['end', 'neither']],
  ];
  for (const [start, end, found] of asked) await finds(alice, path, comp('VAVAILABILITY', range(start, end)), found);
});

must('RFC 7953 section 7.2.2', 'with what else a filter says', async ({ alice }) => {
  const path = await calendarWith(alice, { hours: officeHours({ SUMMARY: 'My week' }), other: officeHours() });
  const week = prop('SUMMARY', text('week'));
  await finds(alice, path, comp('VAVAILABILITY', range('20260702T000000Z', '20260703T000000Z') + week), ['hours']);
  await finds(alice, path, comp('VAVAILABILITY', comp('AVAILABLE', prop('LOCATION', text('room 7')))), [
    'hours',
    'other',
  ]);
});
