import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Component, parameterOf, propertyOf } from '../../../src/formats/icalendar/component.ts';
import { mergeCalendars } from '../../../src/formats/icalendar/merge.ts';
import { readCalendar } from '../../../src/formats/icalendar/read.ts';
import { vtimezoneFor } from '../../../src/formats/icalendar/timezones.ts';
import { writeComponent } from '../../../src/formats/icalendar/write.ts';

/** From March to October an hour more, since a year, as small programs write it. */
function berlin(since: number): string {
  return [
    'BEGIN:VTIMEZONE',
    'TZID:Europe/Berlin',
    `BEGIN:STANDARD\r\nDTSTART:${since}1025T030000\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100`,
    'RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\nEND:STANDARD',
    `BEGIN:DAYLIGHT\r\nDTSTART:${since}0329T020000\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200`,
    'RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r\nEND:DAYLIGHT',
    'END:VTIMEZONE',
  ].join('\r\n');
}

function fixed(offset: string, tzid = 'Europe/Berlin'): string {
  const standard = `BEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:${offset}\r\nTZOFFSETTO:${offset}\r\nEND:STANDARD`;
  return `BEGIN:VTIMEZONE\r\nTZID:${tzid}\r\n${standard}\r\nEND:VTIMEZONE`;
}

function event(uid: string, ...lines: readonly string[]): string {
  return ['BEGIN:VEVENT', `UID:${uid}`, ...lines, 'END:VEVENT'].join('\r\n');
}

function at(year: number, tzid = 'Europe/Berlin'): string {
  return `DTSTART;TZID=${tzid}:${year}0601T100000`;
}

function object(...parts: readonly string[]): Component {
  return readCalendar(['BEGIN:VCALENDAR', 'VERSION:2.0', 'X-OWN:1', ...parts, 'END:VCALENDAR', ''].join('\r\n'));
}

function merged(...objects: readonly Component[]): Component {
  const merge = mergeCalendars();
  return readCalendar(merge.head + objects.map(merge.add).join('') + merge.tail);
}

/** Zones by their TZID, events by the TZID of their DTSTART, in order. */
function outline({ components }: Component): readonly string[] {
  return components.map((one) => {
    if (one.name === 'VTIMEZONE') return `zone ${propertyOf(one, 'TZID')?.value}`;
    const start = propertyOf(one, 'DTSTART');
    return `event ${start === undefined ? '' : (parameterOf(start, 'TZID') ?? '')}`;
  });
}

describe('RFC 5545 section 3.4: many calendar objects as one', () => {
  test('nothing is a calendar too, with the properties that are given', () => {
    const merge = mergeCalendars([{ name: 'NAME', parameters: [], value: 'Home', line: 0 }]);
    assert.equal(
      merge.head + merge.tail,
      'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Davit//EN\r\nNAME:Home\r\nEND:VCALENDAR\r\n',
    );
  });

  test('components stay as they are, what is said of the single object goes', () => {
    const one = object(
      event('a', 'x-own;A="b;c":d'),
      event('a', 'RECURRENCE-ID:20260101T000000Z'),
      'BEGIN:X-B\r\nEND:X-B',
    );
    const whole = merged(one);
    assert.deepEqual(whole.components.map(writeComponent), one.components.map(writeComponent));
    assert.equal(propertyOf(whole, 'X-OWN'), undefined);
  });
});

describe('RFC 5545 section 3.6.5: time zones', () => {
  test('stand once, before what first needs them', () => {
    const whole = merged(
      object(event('a', 'DTSTART:20260101T000000Z')),
      object(berlin(1996), event('b', at(2026))),
      object(berlin(1996), event('c', at(2026))),
    );
    assert.deepEqual(outline(whole), ['event ', 'zone Europe/Berlin', 'event Europe/Berlin', 'event Europe/Berlin']);
  });

  test('that nothing names are left out, and those that an alarm names are not', () => {
    const alarm = 'BEGIN:VALARM\r\nX-AT;TZID=Used:20260101T000000\r\nEND:VALARM';
    const whole = merged(object(fixed('+0100', 'Used'), fixed('+0200', 'Unused'), event('a', alarm)));
    assert.deepEqual(outline(whole), ['zone Used', 'event ']);
  });

  test('RFC 7809 section 3.1.3: that are not there come from the zone database', () => {
    const whole = merged(object(event('a', at(2026))), object(event('b', at(2026, 'Nowhere'))));
    assert.deepEqual(outline(whole), ['zone Europe/Berlin', 'event Europe/Berlin', 'event Nowhere']);
    assert.deepEqual(whole.components[0]?.components.length, vtimezoneFor('Europe/Berlin')?.components.length);
  });

  test('that are written differently and say the same of the times in question are one', () => {
    const whole = merged(
      object(berlin(1996), event('a', at(2026), 'RRULE:FREQ=DAILY')),
      object(berlin(2007), event('b', at(2026), 'RRULE:FREQ=DAILY')),
      object(event('c', at(2026), 'RRULE:FREQ=DAILY')),
    );
    assert.deepEqual(
      outline(whole).filter((one) => one.startsWith('zone')),
      ['zone Europe/Berlin'],
    );
  });

  test('that contradict one another at the times in question are kept apart', () => {
    const whole = merged(
      object(berlin(1996), event('a', at(2026))),
      object(fixed('+0500'), event('b', at(2026), `X-ALSO;TZID=Europe/Berlin:1`)),
      object(fixed('+0500'), event('c', at(2026))),
      object(fixed('+0600'), event('d', at(2026))),
      object(fixed('+0700', 'Europe/Berlin (2)'), event('e', at(2026, 'Europe/Berlin (2)'))),
    );
    assert.deepEqual(outline(whole), [
      ...['zone Europe/Berlin', 'event Europe/Berlin'],
      ...['zone Europe/Berlin (2)', 'event Europe/Berlin (2)', 'event Europe/Berlin (2)'],
      ...['zone Europe/Berlin (3)', 'event Europe/Berlin (3)'],
      ...['zone Europe/Berlin (2) (2)', 'event Europe/Berlin (2) (2)'],
    ]);
    const renamed = whole.components.find((one) => propertyOf(one, 'UID')?.value === 'b');
    const also = renamed === undefined ? undefined : propertyOf(renamed, 'X-ALSO');
    assert.equal(also === undefined ? undefined : parameterOf(also, 'TZID'), 'Europe/Berlin (2)');
  });

  test('that contradict one another at other times only are one, and apart for a series that reaches there', () => {
    const zones = (start: string, ...rule: readonly string[]) =>
      outline(merged(object(berlin(1996), event('a', at(2026))), object(berlin(2007), event('b', start, ...rule))))
        .length;
    assert.equal(zones(at(2010)), 3);
    assert.equal(zones(at(2000)), 4);
    assert.equal(zones(at(2000), 'RRULE:FREQ=YEARLY'), 4);
  });

  test('a thousand definitions of one TZID are kept apart without comparing each with each', () => {
    const merge = mergeCalendars();
    const offset = (number: number) =>
      `+${String(Math.floor(number / 60)).padStart(2, '0')}${String(number % 60).padStart(2, '0')}`;
    let zones = 0;
    for (let number = 0; number < 1000; number++) {
      zones += merge.add(object(fixed(offset(number)), event('a', at(2026)))).split('BEGIN:VTIMEZONE').length - 1;
    }
    assert.equal(zones, 1000);
  });
});
