/**
 * Recurrence as a client sees it through queries and expansion: rules, dates, exceptions, zones, and times at the edges of the calendar.
 * RFC 5545 section 3.3.10, RFC 5545 section 3.8.5.
 */
import assert from 'node:assert/strict';
import { calendarOf, component, event, type Lines, newUid } from '../../support/builders.ts';
import { hostile, must, quirk, should } from '../../support/conformance.ts';
import { calendarWith, comp, finds, range } from '../rfc4791/queries.ts';
import { expands, startsAt } from './expanded.ts';

const BERLIN = 'TZID=Europe/Berlin';

/** A series with what belongs to it, all under one UID. */
function series(lines: Lines, ...overrides: readonly Lines[]): string {
  const at = { UID: newUid(), DTSTAMP: '20260101T000000Z' };
  return calendarOf(...[lines, ...overrides].map((one) => component('VEVENT', { ...at, ...one })));
}

/** A series from 5 January 2026, 9:00 UTC, by a rule. */
function byRule(rule: string, lines: Lines = {}): string {
  return series({ DTSTART: '20260105T090000Z', DURATION: 'PT1H', RRULE: rule, ...lines });
}

const RULES: readonly (readonly [string, string, string])[] = [
  ['FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1', '20260201/20260501', '20260227 20260331 20260430'],
  ['FREQ=MONTHLY;BYMONTHDAY=-1', '20260201/20260501', '20260228 20260331 20260430'],
  ['FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13', '20260201/20270101', '20260213 20260313 20261113'],
  ['FREQ=YEARLY;BYWEEKNO=1,-1;BYDAY=MO;WKST=MO', '20261201/20280201', '20261228 20270104 20271227 20280103'],
  ['FREQ=YEARLY;BYYEARDAY=-1,60', '20270101/20290101', '20270301 20271231 20280229 20281231'],
  ['FREQ=YEARLY;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8', '20260201/20290101', '20261103 20271102 20281107'],
  ['FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU;WKST=SU', '20260105/20260201', '20260105 20260118 20260119'],
  ['FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU;WKST=MO', '20260105/20260201', '20260105 20260111 20260119 20260125'],
];

must('RFC 5545 section 3.3.10', 'every part of a rule selects the days that it names', async ({ alice }) => {
  for (const [rule, within, days] of RULES) {
    const [from, to] = within.split('/').map((day) => `${day}T000000Z`);
    const expected = days.replaceAll(/\d{8}/g, (day) => `${day}T090000Z`);
    await expands(alice, byRule(rule), `${from}/${to}`, expected);
  }
});

must('RFC 5545 section 3.3.10', 'what does not exist is passed over and not counted', async ({ alice }) => {
  await expands(
    alice,
    series({ DTSTART: '20260131T090000Z', RRULE: 'FREQ=MONTHLY;COUNT=3' }),
    '20260101T000000Z/20270101T000000Z',
    '20260131T090000Z 20260331T090000Z 20260531T090000Z',
  );
  await expands(
    alice,
    series({ [`DTSTART;${BERLIN}`]: '20260328T023000', RRULE: 'FREQ=DAILY;COUNT=3' }),
    '20260101T000000Z/20270101T000000Z',
    '20260328T013000Z 20260330T003000Z 20260331T003000Z',
  );
});

must('RFC 5545 section 3.3.5', 'a time that a zone has twice happens at first, once', async ({ alice }) => {
  await expands(
    alice,
    series({ [`DTSTART;${BERLIN}`]: '20261024T023000', RRULE: 'FREQ=DAILY;COUNT=3' }),
    '20261001T000000Z/20270101T000000Z',
    '20261024T003000Z 20261025T003000Z 20261026T013000Z',
  );
});

must('RFC 5545 section 3.3.10', 'UNTIL is inclusive, as a date of whole days and in UTC', async ({ alice }) => {
  await expands(
    alice,
    series({ 'DTSTART;VALUE=DATE': '20260105', RRULE: 'FREQ=DAILY;UNTIL=20260107' }),
    '20260101T000000Z/20270101T000000Z',
    '20260105 20260106 20260107',
  );
  const until = (text: string) =>
    series({ [`DTSTART;${BERLIN}`]: '20260105T230000', RRULE: `FREQ=DAILY;UNTIL=${text}` });
  const first = '20260105T220000Z 20260106T220000Z';
  await expands(alice, until('20260107T220000Z'), '20260101T000000Z/20270101T000000Z', `${first} 20260107T220000Z`);
  await expands(alice, until('20260107T215959Z'), '20260101T000000Z/20270101T000000Z', first);
});

quirk('Q-A-18', 'an UNTIL and an EXDATE of the other type are understood', async ({ alice }) => {
  await expands(
    alice,
    series({
      [`DTSTART;${BERLIN}`]: '20260105T230000',
      RRULE: 'FREQ=DAILY;UNTIL=20260107',
      'EXDATE;VALUE=DATE': '20260106',
    }),
    '20260101T000000Z/20270101T000000Z',
    '20260105T220000Z 20260107T220000Z',
  );
  await expands(
    alice,
    series({
      'DTSTART;VALUE=DATE': '20260105',
      RRULE: 'FREQ=DAILY;UNTIL=20260107T000000Z',
      EXDATE: '20260106T000000Z',
    }),
    '20260101T000000Z/20270101T000000Z',
    '20260105 20260107',
  );
});

must('RFC 5545 section 3.8.5.2', 'an RDATE adds, and as a PERIOD brings its own length', async ({ alice }) => {
  const body = byRule('FREQ=WEEKLY;COUNT=2', {
    'RDATE;VALUE=PERIOD': '20260107T090000Z/20260107T230000Z,20260108T090000Z/PT20H',
    'RDATE;TZID=America/New_York': '20260109T040000',
  });
  await expands(
    alice,
    body,
    '20260101T000000Z/20270101T000000Z',
    '20260105T090000Z 20260107T090000Z 20260108T090000Z 20260109T090000Z 20260112T090000Z',
  );
  const path = await calendarWith(alice, { a: body });
  await finds(alice, path, comp('VEVENT', range('20260107T220000Z', '20260107T223000Z')), ['a']);
  await finds(alice, path, comp('VEVENT', range('20260109T030000Z', '20260109T040000Z')), ['a']);
  await finds(alice, path, comp('VEVENT', range('20260109T100000Z', '20260109T110000Z')), []);
});

must('RFC 5545 section 3.8.5.1', 'an EXDATE takes out by its instant, in any zone', async ({ alice }) => {
  await expands(
    alice,
    series({
      [`DTSTART;${BERLIN}`]: '20260105T090000',
      RRULE: 'FREQ=DAILY;COUNT=5',
      'EXDATE;TZID=Asia/Tokyo': '20260106T170000,20260108T170000',
      EXDATE: '20260107T080000Z',
    }),
    '20260101T000000Z/20270101T000000Z',
    '20260105T080000Z 20260109T080000Z',
  );
});

must('RFC 5545 section 3.2.13', 'THISANDFUTURE moves that instance and all that follow', async ({ alice }) => {
  await expands(
    alice,
    series(
      { [`DTSTART;${BERLIN}`]: '20260105T090000', RRULE: 'FREQ=WEEKLY' },
      { [`RECURRENCE-ID;RANGE=THISANDFUTURE;${BERLIN}`]: '20260119T090000', [`DTSTART;${BERLIN}`]: '20260120T140000' },
    ),
    '20260101T000000Z/20260206T000000Z',
    '20260105T080000Z 20260112T080000Z 20260120T130000Z 20260127T130000Z 20260203T130000Z',
  );
});

/** A zone of a name that the database has, with other rules: three hours off, and an hour more from April on. */
const OWN_RULES =
  'BEGIN:VTIMEZONE\r\nTZID:Europe/Berlin\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0300\r\nTZOFFSETTO:+0300\r\n' +
  'END:STANDARD\r\nBEGIN:DAYLIGHT\r\nDTSTART:20260401T000000\r\nTZOFFSETFROM:+0300\r\nTZOFFSETTO:+0400\r\nEND:DAYLIGHT\r\nEND:VTIMEZONE\r\n';

must('RFC 5545 section 3.6.5', 'the VTIMEZONE of the object decides, whatever the name says', async ({ alice }) => {
  const lines = {
    UID: newUid(),
    DTSTAMP: '20260101T000000Z',
    [`DTSTART;${BERLIN}`]: '20260331T090000',
    RRULE: 'FREQ=DAILY;COUNT=3',
  };
  await expands(
    alice,
    calendarOf(OWN_RULES, component('VEVENT', lines)),
    '20260101T000000Z/20270101T000000Z',
    '20260331T060000Z 20260401T050000Z 20260402T050000Z',
  );
});

quirk('Q-O-7', 'a zone by the name that Windows gives it is that zone', async ({ alice }) => {
  await expands(
    alice,
    series({ 'DTSTART;TZID=W. Europe Standard Time': '20260328T090000', RRULE: 'FREQ=DAILY;COUNT=2' }),
    '20260101T000000Z/20270101T000000Z',
    '20260328T080000Z 20260329T070000Z',
  );
});

should(
  'RFC 5545 section 3.8.5.3',
  'a DTSTART that its rule does not give is an instance, and counts',
  async ({ alice }) => {
    await expands(
      alice,
      series({ DTSTART: '20260107T090000Z', RRULE: 'FREQ=WEEKLY;BYDAY=MO;COUNT=3' }),
      '20260101T000000Z/20270101T000000Z',
      '20260107T090000Z 20260112T090000Z 20260119T090000Z',
    );
  },
);

const FAR: readonly (readonly [string, Lines, string, string])[] = [
  ['1900', { DTSTART: '19000301T090000Z', DTEND: '19000301T100000Z' }, '19000301T093000Z', '19000301T094500Z'],
  ['after 2038', { DTSTART: '20380120T031400Z', DTEND: '20380120T041400Z' }, '20380120T040000Z', '20380120T050000Z'],
  ['after 2106', { DTSTART: '21060208T062800Z', DTEND: '21060208T072800Z' }, '21060208T070000Z', '21060208T080000Z'],
  ['9999', { DTSTART: '99991231T090000Z', DTEND: '99991231T100000Z' }, '99991231T093000Z', '99991231T235959Z'],
  ['floating', { DTSTART: '20380120T120000', DTEND: '20380120T130000' }, '20380120T120000Z', '20380120T121500Z'],
  ['a day', { 'DTSTART;VALUE=DATE': '21060208', DTEND: undefined }, '21060208T120000Z', '21060208T130000Z'],
  ['no length', { DTSTART: '20380120T031400Z', DTEND: undefined }, '20380120T031400Z', '20380120T031500Z'],
  [
    'an end elsewhere',
    { 'DTSTART;TZID=Asia/Tokyo': '20380120T090000', 'DTEND;TZID=America/New_York': '20380119T220000' },
    '20380120T023000Z',
    '20380120T030000Z',
  ],
];

hostile(
  'D8 times of 1900 to 9999, floating, of whole days, without length or across zones are kept and found',
  async ({ alice }) => {
    for (const [index, [name, lines, from, to]] of FAR.entries()) {
      const body = event(lines);
      const path = await alice.newCalendar(`far-${index}`);
      await alice.put(`${path}a.ics`, body).expect(201);
      assert.equal((await alice.get(`${path}a.ics`).expect(200)).text, body, name);
      await finds(alice, path, comp('VEVENT', range(from, to)), ['a']);
      await finds(alice, path, comp('VEVENT', range('20000101T000000Z', '20000102T000000Z')), []);
    }
  },
);

hostile('D9 a series without end is found sixty years later, at the right time of the day', async ({ alice }) => {
  const path = await calendarWith(alice, {
    daily: series({ [`DTSTART;${BERLIN}`]: '20260105T090000', DURATION: 'PT1H', RRULE: 'FREQ=DAILY' }),
    days: series({ 'DTSTART;VALUE=DATE': '20260106', RRULE: 'FREQ=WEEKLY;INTERVAL=2' }),
    leap: series({ 'DTSTART;VALUE=DATE': '20240229', RRULE: 'FREQ=YEARLY' }),
  });
  const events = (from: string, to: string) => comp('VEVENT', range(from, to));
  await finds(alice, path, events('20860704T070000Z', '20860704T073000Z'), ['daily']);
  await finds(alice, path, events('20861204T070000Z', '20861204T073000Z'), []);
  await finds(alice, path, events('20861204T080000Z', '20861204T083000Z'), ['daily']);
  await finds(alice, path, events('20840229T120000Z', '20840229T120001Z'), ['leap', 'days']);
  await finds(alice, path, events('20850301T120000Z', '20850301T120001Z'), []);
  assert.deepEqual(await startsAt(alice, `${path}daily.ics`, '20860330T000000Z', '20860402T000000Z'), [
    '20860330T080000Z',
    '20860331T070000Z',
    '20860401T070000Z',
  ]);
});

hostile(
  'D10 an exception before its master, dates in and out, and a split series lose no other instance',
  async ({ alice }) => {
    const at = { UID: newUid(), DTSTAMP: '20260101T000000Z' };
    const moved = component('VEVENT', { ...at, 'RECURRENCE-ID': '20260106T090000Z', DTSTART: '20260106T150000Z' });
    const path = await calendarWith(alice, { a: calendarOf(moved) });
    assert.deepEqual(await startsAt(alice, `${path}a.ics`, '20260101T000000Z', '20270101T000000Z'), [
      '20260106T150000Z',
    ]);
    const master = component('VEVENT', {
      ...at,
      DTSTART: '20260105T090000Z',
      RRULE: 'FREQ=DAILY;COUNT=4',
      EXDATE: '20260107T090000Z',
      RDATE: '20260107T200000Z',
    });
    await alice.put(`${path}a.ics`, calendarOf(moved, master)).expect(204);
    assert.deepEqual(await startsAt(alice, `${path}a.ics`, '20260101T000000Z', '20270101T000000Z'), [
      '20260105T090000Z',
      '20260106T150000Z',
      '20260107T200000Z',
      '20260108T090000Z',
    ]);
    const cut = (rule: string) => series({ DTSTART: '20260105T090000Z', RRULE: rule });
    const split = await alice.newCalendar('split');
    await alice.put(`${split}before.ics`, cut('FREQ=DAILY;UNTIL=20260107T085959Z')).expect(201);
    await alice.put(`${split}after.ics`, series({ DTSTART: '20260107T110000Z', RRULE: 'FREQ=DAILY' })).expect(201);
    const day = (from: string) => comp('VEVENT', range(`${from}T000000Z`, `${from}T235959Z`));
    await finds(alice, split, day('20260106'), ['before']);
    await finds(alice, split, day('20260107'), ['after']);
    await finds(alice, split, day('20260108'), ['after']);
  },
);
