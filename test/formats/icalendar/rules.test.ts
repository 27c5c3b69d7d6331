import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Component } from '../../../src/formats/icalendar/component.ts';
import { readCalendar } from '../../../src/formats/icalendar/read.ts';
import { calendarSubject, faultsOf } from '../../../src/formats/icalendar/rules.ts';

function component(name: string, ...lines: readonly string[]): string {
  return [`BEGIN:${name}`, ...lines, `END:${name}`].join('\r\n');
}

function calendar(...lines: readonly string[]): Component {
  return readCalendar(component('VCALENDAR', 'VERSION:2.0', ...lines));
}

/** An event with UID and DTSTART beside what is given. */
function event(...lines: readonly string[]): string {
  return component('VEVENT', 'UID:a@example.com', 'DTSTART:20260701T120000Z', ...lines);
}

/** Each fault as `rule line`. */
function faults(...lines: readonly string[]): string[] {
  return faultsOf(calendar(...lines)).map(({ rule, line }) => `${rule} ${line}`);
}

describe('RFC 4791 section 4.1: a calendar object', () => {
  test('is one event, task, journal, free-busy time or availability, with its zones', () => {
    assert.deepEqual(faults(component('VTIMEZONE', 'TZID:X'), event()), []);
    for (const name of ['VTODO', 'VJOURNAL', 'VFREEBUSY', 'VAVAILABILITY']) {
      assert.deepEqual(faults(component(name, 'UID:a')), [], name);
    }
  });

  test('may have overrides, with or without the series they belong to', () => {
    const override = event('RECURRENCE-ID:20260702T120000Z');
    assert.deepEqual(faults(event('RRULE:FREQ=DAILY'), override), []);
    assert.deepEqual(faults(override, event('RECURRENCE-ID:20260703T120000Z')), []);
  });

  test('has no METHOD', () => {
    assert.deepEqual(faults('METHOD:REQUEST', event()), ['valid-calendar-object-resource 3']);
  });

  test('is not empty, not of zones only, and of one type', () => {
    assert.deepEqual(faults(), ['valid-calendar-object-resource 1']);
    assert.deepEqual(faults(component('VTIMEZONE', 'TZID:X')), ['valid-calendar-object-resource 1']);
    assert.deepEqual(faults(event(), component('VTODO', 'UID:a@example.com')), ['valid-calendar-object-resource 7']);
    assert.deepEqual(faults(component('VPOLL', 'UID:a')), ['supported-calendar-component 3']);
    assert.deepEqual(faults(event(), component('X-EXTRA', 'X-A:1')), []);
  });

  test('has one UID, in every component', () => {
    const uid = (value: string, ...lines: readonly string[]) =>
      component('VEVENT', ...(value === '' ? [] : [`UID:${value}`]), 'DTSTART:20260701T120000Z', ...lines);
    assert.deepEqual(faults(uid('')), ['valid-calendar-object-resource 3']);
    assert.deepEqual(faults(uid(' ')), ['valid-calendar-object-resource 3']);
    const override = 'RECURRENCE-ID:20260701T120000Z';
    assert.deepEqual(faults(uid('a'), uid('b', override)), ['valid-calendar-object-resource 8']);
    assert.deepEqual(faults(uid('a', 'UID:b')), ['valid-calendar-object-resource 6']);
    assert.deepEqual(faults(uid('a'), uid('', override)), ['valid-calendar-object-resource 7']);
  });

  test('has at most one component without RECURRENCE-ID', () => {
    assert.deepEqual(faults(event(), event()), ['valid-calendar-object-resource 7']);
  });

  test('names each instance once, in whatever zone', () => {
    const one = event('RECURRENCE-ID:20260702T120000Z');
    assert.deepEqual(faults(one, one), ['valid-calendar-object-resource 11']);
    const same = event('RECURRENCE-ID;TZID=Europe/Berlin:20260702T140000');
    assert.deepEqual(faults(one, same), ['valid-calendar-object-resource 11']);
    const others = [
      'RECURRENCE-ID;TZID=Nowhere:20260702T120000',
      'RECURRENCE-ID:20260702T120000',
      'RECURRENCE-ID;VALUE=DATE:20260702',
    ];
    assert.deepEqual(faults(one, ...others.map((line) => event(line))), []);
  });
});

describe('Values that cannot be', () => {
  test('RFC 5545 section 3.6.1: an event without DTSTART', () => {
    assert.deepEqual(faults(component('VEVENT', 'UID:a')), ['valid-calendar-data 3']);
  });

  test('RFC 5545 section 3.3.5: dates that do not exist, where instances depend on them', () => {
    for (const line of ['DTSTART:20260231T000000Z', 'DTSTART:tomorrow', 'DTSTART:']) {
      assert.deepEqual(faults(component('VEVENT', 'UID:a', line)), ['valid-calendar-data 5'], line);
    }
    assert.deepEqual(faults(event('DTEND:20261301')), ['valid-calendar-data 6']);
    assert.deepEqual(faults(component('VTODO', 'UID:a', 'DUE:x')), ['valid-calendar-data 5']);
    assert.deepEqual(faults(event('RECURRENCE-ID:20260229')), ['valid-calendar-data 6']);
    const available = component('AVAILABLE', 'UID:b', 'DTSTART:x');
    assert.deepEqual(faults(component('VAVAILABILITY', 'UID:a', available)), ['valid-calendar-data 7']);
  });

  test('RFC 5545 section 3.3.10: recurrence rules that cannot be followed', () => {
    const impossible = [
      '',
      'INTERVAL=2',
      'FREQ=OFTEN',
      'FREQ=DAILY;INTERVAL=0',
      'FREQ=MONTHLY;BYDAY=0TH',
      'FREQ=DAILY;COUNT=x',
      'FREQ=DAILY;UNTIL=20261301',
    ];
    for (const rule of impossible) assert.deepEqual(faults(event(`RRULE:${rule}`)), ['valid-calendar-data 6'], rule);
  });

  test('are told with a sentence that shows them, shortened', () => {
    const [fault] = faultsOf(calendar(event(`DTEND:${'9'.repeat(1000)}`)));
    assert.match(fault?.reason ?? '', /^Line 6: DTEND is "9{60}…"/);
  });
});

test('Everything else is kept as it was sent', () => {
  const tolerated = [
    'LAST-MODIFIED;X-VOBJ-FLOATINGTIME-ALLOWED=TRUE:20200503T203005',
    'DTEND:20260601T120000Z',
    'DURATION:nonsense',
    'CREATED:nonsense',
    'EXDATE;VALUE=DATE:20260702',
    'EXDATE:nonsense',
    'RDATE:nonsense',
    'RRULE:FREQ=DAILY;UNTIL=20260801',
    'RECURRENCE-ID;VALUE=DATE:20260702',
    'ATTENDEE:nonsense',
    'SEQUENCE:many',
    'X-WHATEVER:1',
  ];
  for (const line of tolerated) assert.deepEqual(faults(event(line)), [], line);
  assert.deepEqual(faults(component('VEVENT', 'UID:a', 'DTSTART;TZID=Nowhere:20260701T120000')), []);
  const alarm = component('VALARM', 'ACTION:NONE', 'TRIGGER;VALUE=DATE-TIME:19760401T005545Z');
  assert.deepEqual(faults(event(alarm)), []);
});

describe('The subject of a calendar object', () => {
  test('is its type, its UID, its series and its overrides', () => {
    const subject = calendarSubject(
      calendar(component('VTIMEZONE', 'TZID:X'), event('RECURRENCE-ID:20260702T120000Z'), event('RRULE:FREQ=DAILY')),
    );
    assert.equal(subject.component, 'VEVENT');
    assert.equal(subject.uid, 'a@example.com');
    assert.equal(subject.master?.line, 11);
    assert.deepEqual(
      subject.overrides.map(({ line }) => line),
      [6],
    );
  });

  test('has no series when only instances were sent, and nothing when there is nothing', () => {
    assert.equal(calendarSubject(calendar(event('RECURRENCE-ID:20260702T120000Z'))).master, undefined);
    assert.deepEqual(calendarSubject(calendar()), { component: '', uid: '', master: undefined, overrides: [] });
  });
});

test('RFC 7953 section 3.1: an AVAILABLE part says when it begins, and there are not too many of them', () => {
  const part = (...lines: readonly string[]) => component('AVAILABLE', 'UID:p', ...lines);
  const availability = (...parts: readonly string[]) => component('VAVAILABILITY', 'UID:a', ...parts);
  const timed = part('DTSTART:20260701T120000Z');
  assert.deepEqual(faults(availability(timed, part('RECURRENCE-ID:20260701T120000Z'))), []);
  assert.deepEqual(faults(availability(timed, part('RRULE:FREQ=DAILY'))), ['valid-calendar-data 9']);
  assert.deepEqual(faults(availability(...Array.from({ length: 500 }, () => timed))), []);
  assert.deepEqual(faults(availability(...Array.from({ length: 501 }, () => timed))), [
    'valid-calendar-object-resource 2005',
  ]);
});
