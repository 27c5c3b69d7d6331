/** Rules that are made to keep a service busy. Case S8; what they cost in steps is in the tests of recurrence. */
import { calendarOf, component, event, type Lines } from '../../support/builders.ts';
import { hostile } from '../../support/conformance.ts';
import { calendarWith, comp, finds, freeBusyQuery, query, range } from '../rfc4791/queries.ts';

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index).join(',');
const EVERY_TIME = `BYHOUR=${upTo(24)};BYMINUTE=${upTo(60)};BYSECOND=${upTo(60)}`;

function by(rule: string, lines: Lines = {}): string {
  return event({ DTSTART: '20260101T000000Z', DTEND: '20260101T000001Z', RRULE: rule, ...lines });
}

hostile('S8 rules with a billion instances, or one for every second, are stored and found', async ({ alice }) => {
  const path = await calendarWith(alice, {
    billion: by('FREQ=DAILY;COUNT=1000000000'),
    seconds: by('FREQ=SECONDLY'),
    dense: by(`FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;${EVERY_TIME}`),
    single: by(`FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;${EVERY_TIME};COUNT=1`),
  });
  await finds(alice, path, comp('VEVENT', range('20860704T123456Z', '20860704T123457Z')), ['seconds', 'dense']);
  await finds(alice, path, comp('VEVENT', range('20860704T000000Z', '20860704T000001Z')), [
    'billion',
    'seconds',
    'dense',
  ]);
  await finds(alice, path, comp('VEVENT', range('20260101T000000Z', '20260101T000001Z')), [
    'billion',
    'seconds',
    'dense',
    'single',
  ]);
});

hostile('S8 rules that never match are stored, and found where they start alone', async ({ alice }) => {
  const path = await calendarWith(alice, {
    a: by('FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30'),
    b: by('FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;BYWEEKNO=20'),
    c: by('FREQ=HOURLY;BYHOUR=3;BYSETPOS=2'),
    d: by('RSCALE=CHINESE;FREQ=SECONDLY;BYMONTH=13'),
    e: by('FREQ=YEARLY;BYYEARDAY=366;BYMONTHDAY=1;BYMONTH=1;COUNT=1000000000'),
  });
  await finds(alice, path, comp('VEVENT', range('20260101T000000Z', '20260102T000000Z')), ['a', 'b', 'c', 'd', 'e']);
  await finds(alice, path, comp('VEVENT', range('20260102T000000Z', '')), []);
});

hostile('S8 a zone of its own skips whole days, and a rule has its instances in them alone', async ({ alice }) => {
  const observance = (name: string, start: string, from: string, to: string, rule: string) =>
    component(name, { DTSTART: start, TZOFFSETFROM: from, TZOFFSETTO: to, RRULE: rule });
  const zone = component(
    'VTIMEZONE',
    { TZID: 'Leap' },
    observance('DAYLIGHT', '19700101T000000', '-1130', '+1130', 'FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=1'),
    observance('STANDARD', '19700301T000000', '+1130', '-1130', 'FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=1'),
  );
  const rule = `FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=1;BYHOUR=${upTo(23)};BYMINUTE=${upTo(60)};BYSECOND=${upTo(60)}`;
  const lines = { UID: 'leap@example.com', DTSTAMP: '20260101T000000Z', 'DTSTART;TZID=Leap': '20251231T120000' };
  const skipped = calendarOf(zone, component('VEVENT', { ...lines, DURATION: 'PT1S', RRULE: rule }));
  const path = await calendarWith(alice, { skipped });
  await finds(alice, path, comp('VEVENT', range('20251231T000000Z', '20260101T000000Z')), ['skipped']);
  await finds(alice, path, comp('VEVENT', range('20260102T000000Z', '')), []);
});

hostile('S8 a zone has ninety rules, and a rule counts nine thousand years in it', async ({ alice }) => {
  const observances = Array.from({ length: 90 }, (_, at) =>
    component('STANDARD', {
      DTSTART: `1970010${1 + (at % 9)}T000000`,
      TZOFFSETFROM: '+0100',
      TZOFFSETTO: '+0200',
      RRULE: at % 2 === 0 ? 'FREQ=YEARLY;BYMONTHDAY=31;BYYEARDAY=2' : 'FREQ=YEARLY;BYDAY=53MO',
    }),
  );
  const zone = component('VTIMEZONE', { TZID: 'Many' }, ...observances);
  const lines = { UID: 'many@example.com', DTSTAMP: '20260101T000000Z', 'DTSTART;TZID=Many': '20260101T000000' };
  const counted = component('VEVENT', { ...lines, DURATION: 'PT1H', RRULE: 'FREQ=YEARLY;COUNT=9000' });
  const path = await calendarWith(alice, { counted: calendarOf(zone, counted) });
  await alice.report(path, query(comp('VEVENT', range('90000101T000000Z', '90020101T000000Z'))), '1').expect(207);
  await finds(alice, path, comp('VEVENT', range('20290101T000000Z', '20300101T000000Z')), ['counted']);
});

hostile('S8 hundreds of parts of an availability have rules that never match', async ({ alice }) => {
  const rules = ['MO', 'TU', 'WE', 'FR'].map((day) => `FREQ=DAILY;INTERVAL=7;BYDAY=${day}`);
  const times = { DTSTAMP: '20260101T000000Z', DTSTART: '20260101T000000Z', DURATION: 'PT1H', RRULE: rules };
  const parts = Array.from({ length: 400 }, (_, at) => component('AVAILABLE', { UID: `${at}@example.com`, ...times }));
  const lines = { UID: 'hours@example.com', DTSTAMP: '20260101T000000Z' };
  const path = await calendarWith(alice, { hours: calendarOf(component('VAVAILABILITY', lines, ...parts)) });
  await alice.report(path, freeBusyQuery(range('20260101T000000Z', '')), '1').expect(200);
});

hostile('S8 rules that are none are refused', async ({ alice }) => {
  for (const rule of [
    'FREQ=MONTHLY;BYDAY=0TH',
    'FREQ=DAILY;COUNT=0',
    'FREQ=DAILY;INTERVAL=0',
    'FREQ=DAILY;COUNT=-1',
    'FREQ=YEARLY;BYMONTH=0',
  ]) {
    await alice.put(`${alice.calendar}none.ics`, by(rule)).expectPrecondition('C:valid-calendar-data', 403);
  }
});
