/**
 * Time ranges over recurring objects. RFC 4791 section 9.9, RFC 4791 section 7.8.6.
 */
import { calendarOf, component, event, type Lines, newUid, todo } from '../../support/builders.ts';
import { must, quirk } from '../../support/conformance.ts';
import { calendarWith, comp, finds, fixedZone, range } from './queries.ts';

function events(start: string, end: string): string {
  return comp('VEVENT', range(start, end));
}

/** A series of one hour each from 1 June 2026, 10:00 UTC, with its overrides. */
function series(rule: string, lines: Lines, ...overrides: readonly Lines[]): string {
  const uid = newUid();
  const at = { UID: uid, DTSTAMP: '20260501T080000Z' };
  const master = component('VEVENT', { ...at, DTSTART: '20260601T100000Z', DURATION: 'PT1H', RRULE: rule, ...lines });
  return calendarOf(master, ...overrides.map((override) => component('VEVENT', { ...at, ...override })));
}

must('RFC 4791 section 9.9', 'every instance of a series counts, and nothing between', async ({ alice }) => {
  const path = await calendarWith(alice, {
    daily: series('FREQ=DAILY;COUNT=10', {}),
    weekly: series('FREQ=WEEKLY;UNTIL=20260630T000000Z', {}),
    forever: series('FREQ=DAILY', {}),
  });
  await finds(alice, path, events('20260601T000000Z', '20260602T000000Z'), ['daily', 'weekly', 'forever']);
  await finds(alice, path, events('20260603T100000Z', '20260603T110000Z'), ['daily', 'forever']);
  await finds(alice, path, events('20260603T110000Z', '20260604T100000Z'), []);
  await finds(alice, path, events('20260615T000000Z', '20260616T000000Z'), ['weekly', 'forever']);
  await finds(alice, path, events('20260706T000000Z', '20260707T000000Z'), ['forever']);
  await finds(alice, path, events('20260501T000000Z', '20260601T100000Z'), []);
});

quirk('Q-0-11', 'a series that began decades ago is found today, and decades from now', async ({ alice }) => {
  const path = await calendarWith(alice, {
    birthday: event({ 'DTSTART;VALUE=DATE': '19530702', RRULE: 'FREQ=YEARLY' }),
    leap: event({ 'DTSTART;VALUE=DATE': '19480229', RRULE: 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29' }),
    weekly: event({ DTSTART: '19990104T090000Z', DTEND: '19990104T100000Z', RRULE: 'FREQ=WEEKLY;BYDAY=MO' }),
  });
  await finds(alice, path, events('20260702T000000Z', '20260703T000000Z'), ['birthday']);
  await finds(alice, path, events('20880702T120000Z', '20880703T000000Z'), ['birthday']);
  await finds(alice, path, events('20280229T000000Z', '20280301T000000Z'), ['leap']);
  await finds(alice, path, events('20270228T000000Z', '20270301T000000Z'), []);
  await finds(alice, path, events('20540706T093000Z', '20540706T094500Z'), ['weekly']);
  await finds(alice, path, events('20540707T000000Z', '20540708T000000Z'), []);
});

quirk('Q-0-11', 'a range without an end finds every series that goes on', async ({ alice }) => {
  const path = await calendarWith(alice, {
    over: series('FREQ=DAILY;COUNT=3', {}),
    forever: series('FREQ=MONTHLY', {}),
  });
  await finds(alice, path, events('20270101T000000Z', ''), ['forever']);
  await finds(alice, path, events('', '20260601T103000Z'), ['over', 'forever']);
  await finds(alice, path, events('', '20260601T100000Z'), []);
});

quirk('Q-9-16', 'instances that are left out do not count', async ({ alice }) => {
  const path = await calendarWith(alice, {
    holed: series('FREQ=DAILY;COUNT=5', { EXDATE: '20260602T100000Z,20260604T100000Z' }),
    more: series('FREQ=DAILY;COUNT=1', { RDATE: '20260604T200000Z', EXDATE: '20260601T100000Z' }),
  });
  await finds(alice, path, events('20260601T000000Z', '20260602T000000Z'), ['holed']);
  await finds(alice, path, events('20260602T000000Z', '20260603T000000Z'), []);
  await finds(alice, path, events('20260604T000000Z', '20260605T000000Z'), ['more']);
});

must('RFC 4791 section 9.9', 'an instance that was moved counts where it is, not where it was', async ({ alice }) => {
  const path = await calendarWith(alice, {
    moved: series(
      'FREQ=DAILY;COUNT=3',
      {},
      {
        'RECURRENCE-ID': '20260602T100000Z',
        DTSTART: '20260720T150000Z',
        DTEND: '20260720T160000Z',
      },
    ),
    alone: calendarOf(
      component('VEVENT', {
        UID: newUid(),
        DTSTAMP: '20260501T080000Z',
        'RECURRENCE-ID': '20260602T100000Z',
        DTSTART: '20260721T150000Z',
        DTEND: '20260721T160000Z',
      }),
    ),
  });
  await finds(alice, path, events('20260602T000000Z', '20260603T000000Z'), []);
  await finds(alice, path, events('20260603T000000Z', '20260604T000000Z'), ['moved']);
  await finds(alice, path, events('20260720T150000Z', '20260720T160000Z'), ['moved']);
  await finds(alice, path, events('20260721T150000Z', '20260721T160000Z'), ['alone']);
});

must('RFC 4791 section 9.9', 'a series of days lies in the zone of the calendar', async ({ alice }) => {
  const path = await calendarWith(alice, { days: event({ 'DTSTART;VALUE=DATE': '20260601', RRULE: 'FREQ=WEEKLY' }) });
  await finds(alice, path, events('20260609T010000Z', '20260609T020000Z'), []);
  await alice.proppatch(path, { set: { 'C:calendar-timezone': fixedZone('Example/West', '-0500') } }).expect(207);
  await finds(alice, path, events('20260609T010000Z', '20260609T020000Z'), ['days']);
  await finds(alice, path, events('20260608T010000Z', '20260608T020000Z'), []);
  await finds(alice, path, events('20260609T010000Z', '20260609T020000Z'), [], {
    after: `<C:timezone>${fixedZone('Example/East', '+0500')}</C:timezone>`,
  });
});

must('RFC 4791 section 9.9', 'a series keeps its local time over the change of the clocks', async ({ alice }) => {
  const path = await calendarWith(alice, {
    berlin: event({
      'DTSTART;TZID=Europe/Berlin': '20260302T100000',
      'DTEND;TZID=Europe/Berlin': '20260302T110000',
      DTEND: undefined,
      RRULE: 'FREQ=WEEKLY',
    }),
  });
  await finds(alice, path, events('20260323T090000Z', '20260323T091500Z'), ['berlin']);
  await finds(alice, path, events('20260330T080000Z', '20260330T081500Z'), ['berlin']);
  await finds(alice, path, events('20260330T090000Z', '20260330T091500Z'), []);
});

must('RFC 4791 section 9.9', 'a recurring task counts by its instances', async ({ alice }) => {
  const path = `${alice.calendars}tasks/`;
  await alice
    .put(`${path}a.ics`, todo({ DTSTART: '20260601T100000Z', DUE: '20260601T110000Z', RRULE: 'FREQ=WEEKLY' }))
    .expect(201);
  const tasks = (start: string, end: string) => comp('VTODO', range(start, end));
  await finds(alice, path, tasks('20260608T100000Z', '20260608T103000Z'), ['a']);
  await finds(alice, path, tasks('20260609T000000Z', '20260610T000000Z'), []);
});
