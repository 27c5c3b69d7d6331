/**
 * What each part of a recurrence rule does beside each FREQ, and how rules, dates, exceptions and overrides go together, as a client sees it.
 * RFC 5545 section 3.3.10, RFC 5545 section 3.8.5.
 */
import { calendarOf, component, type Lines, newUid } from '../../support/builders.ts';
import { must } from '../../support/conformance.ts';
import { calendarWith, comp, finds, range } from '../rfc4791/queries.ts';
import { expands } from './expanded.ts';

const BERLIN = 'TZID=Europe/Berlin';
const YEAR_2026 = '20260101T000000Z/20270101T000000Z';

/** A series with its overrides, all under one UID. */
function series(lines: Lines, ...overrides: readonly Lines[]): string {
  const at = { UID: newUid(), DTSTAMP: '20260101T000000Z' };
  return calendarOf(...[lines, ...overrides].map((one) => component('VEVENT', { ...at, ...one })));
}

function byRule(start: string, rule: string): string {
  return series({ DTSTART: start, RRULE: rule });
}

/** A start, a rule, and its instances in a range. */
type Expansion = readonly [start: string, rule: string, within: string, starts: string];

const POSITIONS: readonly Expansion[] = [
  [
    '20260105T090000Z',
    'FREQ=YEARLY;BYDAY=MO;BYSETPOS=1,-1',
    '20260101T000000Z/20280101T000000Z',
    '20260105T090000Z 20261228T090000Z 20270104T090000Z 20271227T090000Z',
  ],
  [
    '20260129T090000Z',
    'FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2',
    '20260101T000000Z/20260401T000000Z',
    '20260129T090000Z 20260226T090000Z 20260330T090000Z',
  ],
  [
    '20260109T090000Z',
    'FREQ=WEEKLY;BYDAY=MO,WE,FR;BYSETPOS=-1',
    '20260101T000000Z/20260125T000000Z',
    '20260109T090000Z 20260116T090000Z 20260123T090000Z',
  ],
  [
    '20260105T120000Z',
    'FREQ=DAILY;BYHOUR=6,12,18;BYSETPOS=2',
    '20260105T000000Z/20260107T000000Z',
    '20260105T120000Z 20260106T120000Z',
  ],
  [
    '20260105T094000Z',
    'FREQ=HOURLY;BYMINUTE=0,20,40;BYSETPOS=-1',
    '20260105T090000Z/20260105T120000Z',
    '20260105T094000Z 20260105T104000Z 20260105T114000Z',
  ],
  [
    '20260105T090030Z',
    'FREQ=MINUTELY;BYSECOND=0,30;BYSETPOS=-1',
    '20260105T090000Z/20260105T090300Z',
    '20260105T090030Z 20260105T090130Z 20260105T090230Z',
  ],
  [
    '20260105T090015Z',
    'FREQ=SECONDLY;BYSECOND=15,45;BYSETPOS=1',
    '20260105T090000Z/20260105T090130Z',
    '20260105T090015Z 20260105T090045Z 20260105T090115Z',
  ],
  ['20260105T090015Z', 'FREQ=SECONDLY;BYSECOND=15,45;BYSETPOS=2', YEAR_2026, '20260105T090015Z'],
];

must('RFC 5545 section 3.3.10', 'BYSETPOS picks from what one period has, for every FREQ', async ({ alice }) => {
  for (const [start, rule, within, starts] of POSITIONS) await expands(alice, byRule(start, rule), within, starts);
});

const NEGATIVE: readonly Expansion[] = [
  [
    '20260301T090000Z',
    'FREQ=MONTHLY;BYMONTHDAY=-31',
    '20260201T000000Z/20260901T000000Z',
    '20260301T090000Z 20260501T090000Z 20260701T090000Z 20260801T090000Z',
  ],
  [
    '20260101T090000Z',
    'FREQ=YEARLY;BYYEARDAY=-365,-366',
    '20260101T000000Z/20290101T000000Z',
    '20260101T090000Z 20270101T090000Z 20280101T090000Z 20280102T090000Z',
  ],
  [
    '20191230T090000Z',
    'FREQ=YEARLY;BYWEEKNO=-53;BYDAY=MO',
    '20190101T000000Z/20330101T000000Z',
    // A year of 53 weeks is one in which the 53rd from the end is the first.
    '20191230T090000Z 20251229T090000Z 20311229T090000Z',
  ],
  ['20260329T090000Z', 'FREQ=YEARLY;BYMONTH=3,10;BYDAY=-1SU', YEAR_2026, '20260329T090000Z 20261025T090000Z'],
  [
    '20260126T090000Z',
    'FREQ=MONTHLY;BYDAY=-1MO,-5MO',
    '20260101T000000Z/20260401T000000Z',
    '20260126T090000Z 20260223T090000Z 20260302T090000Z 20260330T090000Z',
  ],
  [
    '20260130T090000Z',
    'FREQ=DAILY;BYMONTHDAY=-1,-2',
    '20260101T000000Z/20260301T000000Z',
    '20260130T090000Z 20260131T090000Z 20260227T090000Z 20260228T090000Z',
  ],
];

must('RFC 5545 section 3.3.10', 'negative values count from the end', async ({ alice }) => {
  for (const [start, rule, within, starts] of NEGATIVE) await expands(alice, byRule(start, rule), within, starts);
});

must('RFC 5545 section 3.3.10', 'WKST says which week is the first of a year', async ({ alice }) => {
  const rule = 'FREQ=YEARLY;BYWEEKNO=1;BYDAY=SU;WKST=';
  const within = '20260101T000000Z/20281201T000000Z';
  await expands(
    alice,
    byRule('20260104T090000Z', `${rule}MO`),
    within,
    '20260104T090000Z 20270110T090000Z 20280109T090000Z',
  );
  await expands(
    alice,
    byRule('20260104T090000Z', `${rule}SU`),
    within,
    '20260104T090000Z 20270103T090000Z 20280102T090000Z',
  );
});

must('RFC 5545 section 3.8.5.3', 'COUNT counts what EXDATE takes out, and not what RDATE adds', async ({ alice }) => {
  await expands(
    alice,
    series({
      DTSTART: '20260105T090000Z',
      RRULE: 'FREQ=DAILY;COUNT=4',
      EXDATE: '20260106T090000Z',
      RDATE: '20260120T090000Z,20260107T090000Z',
    }),
    YEAR_2026,
    '20260105T090000Z 20260107T090000Z 20260108T090000Z 20260120T090000Z',
  );
});

must('RFC 5545 section 3.8.5.2', 'an RDATE can be taken out and be overridden, of days too', async ({ alice }) => {
  await expands(
    alice,
    series(
      {
        DTSTART: '20260105T090000Z',
        'RDATE;VALUE=PERIOD': '20260107T090000Z/PT3H,20260108T090000Z/PT3H',
        [`EXDATE;${BERLIN}`]: '20260107T100000',
      },
      { 'RECURRENCE-ID': '20260108T090000Z', DTSTART: '20260109T120000Z' },
    ),
    YEAR_2026,
    '20260105T090000Z 20260109T120000Z',
  );
  await expands(
    alice,
    series({
      'DTSTART;VALUE=DATE': '20260105',
      'RDATE;VALUE=DATE': '20260301,20260228',
      'EXDATE;VALUE=DATE': '20260228',
    }),
    YEAR_2026,
    '20260105 20260301',
  );
});

must('RFC 5545 section 3.8.4.4', 'an override is where it was moved, into a range or out of it', async ({ alice }) => {
  const moved = () =>
    series(
      { [`DTSTART;${BERLIN}`]: '20260302T090000', DURATION: 'PT1H', RRULE: 'FREQ=WEEKLY' },
      { [`RECURRENCE-ID;${BERLIN}`]: '20260309T090000', [`DTSTART;${BERLIN}`]: '20260720T200000', DURATION: 'PT1H' },
      { 'RECURRENCE-ID': '20260720T070000Z', 'DTSTART;TZID=Asia/Tokyo': '20260310T090000', DURATION: 'PT1H' },
    );
  await expands(alice, moved(), '20260309T000000Z/20260316T000000Z', '20260310T000000Z');
  await expands(alice, moved(), '20260720T000000Z/20260727T000000Z', '20260720T180000Z');
  const path = await calendarWith(alice, { a: moved() });
  await finds(alice, path, comp('VEVENT', range('20260310T000000Z', '20260310T010000Z')), ['a']);
  await finds(alice, path, comp('VEVENT', range('20260309T080000Z', '20260309T090000Z')), []);
  await finds(alice, path, comp('VEVENT', range('20260720T070000Z', '20260720T080000Z')), []);
});

must('RFC 5545 section 3.2.13', 'what follows a THISANDFUTURE is found where it moved', async ({ alice }) => {
  const path = await calendarWith(alice, {
    a: series(
      { DTSTART: '20260105T090000Z', DURATION: 'PT1H', RRULE: 'FREQ=WEEKLY' },
      { 'RECURRENCE-ID;RANGE=THISANDFUTURE': '20260119T090000Z', DTSTART: '20260119T150000Z', DURATION: 'PT2H' },
      { 'RECURRENCE-ID': '20260202T090000Z', DTSTART: '20260204T060000Z', DURATION: 'PT1H' },
    ),
  });
  const events = (from: string, to: string) => comp('VEVENT', range(from, to));
  await finds(alice, path, events('20260112T090000Z', '20260112T100000Z'), ['a']);
  await finds(alice, path, events('20260126T090000Z', '20260126T100000Z'), []);
  await finds(alice, path, events('20260126T163000Z', '20260126T164500Z'), ['a']);
  await finds(alice, path, events('20260202T000000Z', '20260203T000000Z'), []);
  await finds(alice, path, events('20260204T060000Z', '20260204T070000Z'), ['a']);
  await finds(alice, path, events('20760106T163000Z', '20760106T164500Z'), ['a']);
});

must(
  'RFC 5545 section 3.3.10',
  'a leap day comes in leap years alone, which 1900 and 2100 are not',
  async ({ alice }) => {
    const days = { 'DTSTART;VALUE=DATE': '20960229', RRULE: 'FREQ=YEARLY' };
    await expands(alice, series(days), '20950101T000000Z/21100101T000000Z', '20960229 21040229 21080229');
    const last = { 'DTSTART;VALUE=DATE': '20260228', RRULE: 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1' };
    await expands(alice, series(last), '20260101T000000Z/20290101T000000Z', '20260228 20270228 20280229');
  },
);

must('RFC 5545 section 3.8.5.3', 'a series reaches from 1900 to 9999', async ({ alice }) => {
  const yearly = () => series({ DTSTART: '19000101T120000Z', RRULE: 'FREQ=YEARLY;BYMONTH=1,12' });
  await expands(alice, yearly(), '19000101T000000Z/19010101T000000Z', '19000101T120000Z 19001201T120000Z');
  await expands(
    alice,
    yearly(),
    '99981115T000000Z/99991231T235959Z',
    '99981201T120000Z 99990101T120000Z 99991201T120000Z',
  );
});

/** Daily at a time that a zone leaves out on the second day. */
const GAPS: readonly (readonly [zone: string, start: string, starts: string])[] = [
  ['Australia/Lord_Howe', '20261003T021500', '20261002T154500Z 20261004T151500Z 20261005T151500Z'],
  ['America/New_York', '20260307T023000', '20260307T073000Z 20260309T063000Z 20260310T063000Z'],
  ['Pacific/Apia', '20111229T090000', '20111229T190000Z 20111230T190000Z 20111231T190000Z'],
];

must('RFC 5545 section 3.3.10', 'gaps of half an hour, an hour and a day are passed over', async ({ alice }) => {
  for (const [zone, start, starts] of GAPS) {
    const body = series({ [`DTSTART;TZID=${zone}`]: start, RRULE: 'FREQ=DAILY;COUNT=3' });
    await expands(alice, body, '20110101T000000Z/20270101T000000Z', starts);
  }
  const hourly = series({ [`DTSTART;${BERLIN}`]: '20260329T003000', RRULE: 'FREQ=HOURLY;COUNT=4' });
  await expands(alice, hourly, YEAR_2026, '20260328T233000Z 20260329T003000Z 20260329T013000Z 20260329T023000Z');
});

must('RFC 5545 section 3.3.5', 'an overlap of half an hour has the earlier of the two', async ({ alice }) => {
  const body = series({ 'DTSTART;TZID=Australia/Lord_Howe': '20260404T014500', RRULE: 'FREQ=DAILY;COUNT=3' });
  await expands(alice, body, YEAR_2026, '20260403T144500Z 20260404T144500Z 20260405T151500Z');
});
