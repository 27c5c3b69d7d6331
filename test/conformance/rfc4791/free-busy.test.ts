/**
 * free-busy-query: when the owner of a calendar is busy. RFC 4791 section 7.10.
 */
import assert from 'node:assert/strict';
import { calendarOf, component, event, type Lines, newUid, todo } from '../../support/builders.ts';
import type { Client } from '../../support/client.ts';
import { may, must } from '../../support/conformance.ts';
import { calendarWith, comp, componentsIn, fixedZone, freeBusyQuery, linesOf, query, range } from './queries.ts';

const DAY = range('20260702T000000Z', '20260703T000000Z');

/** The FREEBUSY periods of the answer: `BUSY 20260702T100000Z/20260702T110000Z`, in order. */
async function busy(client: Client, path: string, times = DAY, depth?: string): Promise<readonly string[]> {
  const { text } = await client
    .report(path, freeBusyQuery(times), depth)
    .expect(200)
    .expectHeader('Content-Type', /^text\/calendar/);
  assert.equal(componentsIn(text, 'VFREEBUSY').length, 1, text);
  return linesOf(text, 'VFREEBUSY', 'FREEBUSY')
    .flatMap((line) => {
      const colon = line.indexOf(':');
      const type = /FBTYPE=([A-Z-]+)/.exec(line.slice(0, colon))?.[1] ?? 'BUSY';
      return line
        .slice(colon + 1)
        .split(',')
        .map((period) => `${type} ${endSaid(period)}`);
    })
    .toSorted();
}

/** A period with its end instead of a duration. */
function endSaid(period: string): string {
  const [, start, hours] = /^(\d{8}T\d{6}Z)\/PT(\d+)H$/.exec(period) ?? [];
  if (start === undefined || hours === undefined) return period;
  const end = String(Number(start.slice(9, 11)) + Number(hours)).padStart(2, '0');
  return `${start}/${start.slice(0, 9)}${end}${start.slice(11)}`;
}

/** An hour of 2 July 2026. */
function at(hour: string, lines: Lines = {}): string {
  return event({ DTSTART: `20260702T${hour}0000Z`, DTEND: undefined, DURATION: 'PT1H', ...lines });
}

must(
  'RFC 4791 section 7.10',
  'the answer is one VFREEBUSY for the range, also when nothing is on',
  async ({ alice }) => {
    const { text } = await alice.report(alice.calendar, freeBusyQuery(DAY)).expect(200);
    const [lines = []] = componentsIn(text, 'VFREEBUSY');
    assert.ok(lines.includes('DTSTART:20260702T000000Z'), text);
    assert.ok(lines.includes('DTEND:20260703T000000Z'), text);
    assert.equal(linesOf(text, 'VFREEBUSY', 'DTSTAMP').length, 1);
    assert.equal(linesOf(text, 'VFREEBUSY', 'FREEBUSY').length, 0);
    assert.match(text, /^BEGIN:VCALENDAR\r\n/);
    assert.match(text, /\r\nVERSION:2\.0\r\n/);
    assert.match(text, /\r\nPRODID:/);
  },
);

must(
  'RFC 4791 section 7.10',
  'opaque events are busy, by their status; transparent and cancelled ones are not',
  async ({ alice }) => {
    const path = await calendarWith(alice, {
      plain: at('08'),
      opaque: at('10', { TRANSP: 'OPAQUE', STATUS: 'CONFIRMED' }),
      tentative: at('12', { STATUS: 'TENTATIVE' }),
      transparent: at('14', { TRANSP: 'TRANSPARENT' }),
      cancelled: at('16', { STATUS: 'CANCELLED' }),
      'transparent-tentative': at('18', { TRANSP: 'TRANSPARENT', STATUS: 'TENTATIVE' }),
      task: todo({ DTSTART: '20260702T200000Z', DUE: '20260702T210000Z' }),
    });
    assert.deepEqual(await busy(alice, path), [
      'BUSY 20260702T080000Z/20260702T090000Z',
      'BUSY 20260702T100000Z/20260702T110000Z',
      'BUSY-TENTATIVE 20260702T120000Z/20260702T130000Z',
    ]);
  },
);

must('RFC 4791 section 7.10', 'periods that touch or overlap are merged', async ({ alice }) => {
  const path = await calendarWith(alice, {
    a: at('08'),
    b: at('09'),
    c: event({ DTSTART: '20260702T093000Z', DTEND: '20260702T120000Z' }),
    d: at('10'),
    e: at('13'),
  });
  assert.deepEqual(await busy(alice, path), [
    'BUSY 20260702T080000Z/20260702T120000Z',
    'BUSY 20260702T130000Z/20260702T140000Z',
  ]);
});

must('RFC 4791 section 7.10', 'every instance of a series counts, with its overrides', async ({ alice }) => {
  const stamped = { UID: newUid(), DTSTAMP: '20260501T080000Z' };
  const path = await calendarWith(alice, {
    series: calendarOf(
      component('VEVENT', {
        ...stamped,
        DTSTART: '20260601T100000Z',
        DURATION: 'PT1H',
        RRULE: 'FREQ=DAILY',
        EXDATE: '20260704T100000Z',
      }),
      component('VEVENT', {
        ...stamped,
        'RECURRENCE-ID': '20260703T100000Z',
        DTSTART: '20260703T150000Z',
        DURATION: 'PT1H',
      }),
      component('VEVENT', {
        ...stamped,
        'RECURRENCE-ID': '20260705T100000Z',
        DTSTART: '20260705T100000Z',
        DURATION: 'PT1H',
        STATUS: 'CANCELLED',
      }),
    ),
  });
  assert.deepEqual(await busy(alice, path, range('20260702T000000Z', '20260707T000000Z')), [
    'BUSY 20260702T100000Z/20260702T110000Z',
    'BUSY 20260703T150000Z/20260703T160000Z',
    'BUSY 20260706T100000Z/20260706T110000Z',
  ]);
});

must('RFC 4791 section 7.10', 'stored free-busy counts with its types', async ({ alice }) => {
  const periods = component('VFREEBUSY', {
    UID: newUid(),
    DTSTAMP: '20260701T080000Z',
    FREEBUSY: '20260702T080000Z/PT1H',
    'FREEBUSY;FBTYPE=BUSY-UNAVAILABLE': '20260702T100000Z/20260702T110000Z',
    'FREEBUSY;FBTYPE=FREE': '20260702T120000Z/PT1H',
  });
  const path = await calendarWith(alice, { busy: calendarOf(periods) });
  assert.deepEqual(await busy(alice, path), [
    'BUSY 20260702T080000Z/20260702T090000Z',
    'BUSY-UNAVAILABLE 20260702T100000Z/20260702T110000Z',
  ]);
});

must('RFC 4791 section 7.10', 'days lie in the zone of the calendar', async ({ alice }) => {
  const path = await calendarWith(alice, { day: event({ 'DTSTART;VALUE=DATE': '20260702', TRANSP: 'OPAQUE' }) });
  const days = range('20260701T000000Z', '20260704T000000Z');
  assert.deepEqual(await busy(alice, path, days), ['BUSY 20260702T000000Z/20260703T000000Z']);
  await alice.proppatch(path, { set: { 'C:calendar-timezone': fixedZone('Example/East', '+0500') } }).expect(207);
  assert.deepEqual(await busy(alice, path, days), ['BUSY 20260701T190000Z/20260702T190000Z']);
});

must('RFC 6638 section 9.1', 'the events of a transparent calendar are not busy', async ({ alice }) => {
  const path = await calendarWith(alice, { a: at('08') });
  assert.equal((await busy(alice, path)).length, 1);
  await alice
    .proppatch(path, {
      set: { 'C:schedule-calendar-transp': '<C:transparent xmlns:C="urn:ietf:params:xml:ns:caldav"/>' },
    })
    .expect(207);
  assert.deepEqual(await busy(alice, path), []);
});

may('RFC 4791 section 7.10', 'on a home it sums up the opaque calendars in it, with a depth', async ({ alice }) => {
  await alice.put(`${alice.calendar}a.ics`, at('08')).expect(201);
  const work = await calendarWith(alice, { b: at('09'), c: at('12', { STATUS: 'TENTATIVE' }) });
  const quiet = await alice.newCalendar('quiet', {
    'C:schedule-calendar-transp': '<C:transparent xmlns:C="urn:ietf:params:xml:ns:caldav"/>',
  });
  await alice.put(`${quiet}d.ics`, at('16')).expect(201);
  for (const depth of ['1', 'infinity']) {
    assert.deepEqual(await busy(alice, alice.calendars, DAY, depth), [
      'BUSY 20260702T080000Z/20260702T100000Z',
      'BUSY-TENTATIVE 20260702T120000Z/20260702T130000Z',
    ]);
  }
  for (const depth of [undefined, '0']) {
    assert.deepEqual(await busy(alice, alice.calendars, DAY, depth), []);
    assert.deepEqual(await busy(alice, work, DAY, depth), await busy(alice, work, DAY, '1'));
  }
});

must(
  'RFC 4791 section 7.10',
  'other collections than calendars and their homes refuse it with 403',
  async ({ alice }) => {
    for (const path of [
      `${alice.calendars}inbox/`,
      `${alice.calendars}outbox/`,
      alice.addressbook,
      alice.principal,
      '/',
    ])
      await alice.report(path, freeBusyQuery(DAY), '1').expectPrecondition('D:supported-report', 403);
  },
);

must('RFC 4791 section 6.1.1', 'read-free-busy gives this and nothing else', async ({ alice, bob }) => {
  const path = await calendarWith(alice, { a: at('08', { SUMMARY: 'Secret' }) });
  await alice.acl(path, [[bob.principal, 'C:read-free-busy']]).expect(200);
  assert.deepEqual(await busy(bob, path), ['BUSY 20260702T080000Z/20260702T090000Z']);
  await bob.get(`${path}a.ics`).expect(403);
  await bob.head(`${path}a.ics`).expect(403);
  await bob.put(`${path}a.ics`, at('10')).expect(403);
  await bob.put(`${path}b.ics`, at('10')).expect(403);
  await bob.delete(`${path}a.ics`).expect(403);
  await bob.propfind(path, '1', ['D:getetag']).expect(403);
  await bob.proppatch(path, { set: { 'X:a': '1' } }).expect(403);
  await bob.sync(path, '').expect(403);
  await bob.report(path, query(comp('VEVENT')), '1').expect(403);
  await bob.report(alice.calendars, freeBusyQuery(DAY), '1').expect(404);
  await bob.report(alice.calendar, freeBusyQuery(DAY), '1').expect(404);
});

must(
  'RFC 4791 section 7.10',
  'without read-free-busy there is nothing, whatever else is granted',
  async ({ alice, bob }) => {
    const path = await calendarWith(alice, { a: at('08') });
    await alice.acl(path, [[bob.principal, 'D:bind']]).expect(200);
    await bob.report(path, freeBusyQuery(DAY)).expect(404);
    await alice.acl(path, [[bob.principal, 'D:read']]).expect(200);
    assert.equal((await busy(bob, path)).length, 1);
  },
);

must('RFC 4791 section 7.10', 'on a calendar object it is refused with 403', async ({ alice }) => {
  await alice.put(`${alice.calendar}a.ics`, event()).expect(201);
  await alice.report(`${alice.calendar}a.ics`, freeBusyQuery(DAY)).expect(403);
});

must('RFC 4791 section 7.10', 'to others the calendar is not there', async ({ alice, bob, carol, anonymous }) => {
  const path = await calendarWith(alice, { a: at('08') });
  for (const other of [bob, carol]) await other.report(path, freeBusyQuery(DAY)).expect(404);
  await anonymous.report(path, freeBusyQuery(DAY)).expect(401);
});

must(
  'RFC 4791 section 7.10',
  'without a range that can be searched it is refused with valid-filter',
  async ({ alice }) => {
    for (const times of [
      '',
      range('', ''),
      range('20260703T000000Z', '20260702T000000Z'),
      range('20260702', '20260703'),
    ]) {
      await alice.report(alice.calendar, freeBusyQuery(times)).expectPrecondition('C:valid-filter', 403);
    }
  },
);

must('RFC 4791 section 7.10', 'more busy periods than the service counts are refused with 507', async ({ alice }) => {
  const path = await calendarWith(alice, {
    a: event({ DTSTART: '20260702T000000Z', DTEND: undefined, DURATION: 'PT1M', RRULE: 'FREQ=MINUTELY;INTERVAL=2' }),
  });
  await alice.report(path, freeBusyQuery(range('20260702T000000Z', '20360702T000000Z'))).expect(507);
  assert.equal((await busy(alice, path, range('20260702T000000Z', '20260702T010000Z'))).length, 30);
});
