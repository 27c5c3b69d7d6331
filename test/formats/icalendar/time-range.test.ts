import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Component } from '../../../src/formats/icalendar/component.ts';
import { alarmsInRange, componentInRange, overlapsRange } from '../../../src/formats/icalendar/time-range.ts';
import { utcZone, zoneResolver } from '../../../src/formats/icalendar/timezones.ts';
import { matchesTimeRange } from './in-range.ts';
import { calendar, component, event, range, zone } from './instance-calendars.ts';

function matches(object: Component, name: string, within: string, floating = utcZone): boolean {
  return matchesTimeRange(object, name, range(within), zoneResolver(object), floating);
}

function alarms(object: Component, name: string, within: string): boolean {
  return alarmsInRange(object, name, range(within), { zones: zoneResolver(object), floating: utcZone });
}

/** Rows: [the properties, ranges that overlap, ranges that do not]. */
type Row = readonly [string, readonly string[], readonly string[]];

function rows(name: string, table: readonly Row[]): void {
  for (const [lines, inside, outside] of table) {
    test(`${name}: ${lines.replaceAll(/\s*\n\s*/g, ', ') || 'nothing'}`, () => {
      const object = calendar(component(name, lines));
      const [only] = object.components;
      for (const within of [...inside, ...outside]) {
        const expected = inside.includes(within);
        assert.equal(matches(object, name, within), expected, within);
        assert.equal(componentInRange(only!, range(within), zoneResolver(object), utcZone), expected, within);
      }
    });
  }
}

// 10 to 12 o'clock on 5 January where there is a length, 10 o'clock where there is none.
const BEFORE = '20260105T080000/20260105T100000';
const AT_TEN = '20260105T100000/20260105T100001';
const JUST_AFTER_TEN = '20260105T100001/20260105T100002';
const WITHIN = '20260105T110000/20260105T113000';
const AROUND = '20260101/20260201';
const AFTER = '20260105T120000/20260105T130000';
const LONG_AFTER = '20260301/';
const LONG_BEFORE = '/20251201';

describe('RFC 4791 section 9.9: VEVENT', () => {
  rows('VEVENT', [
    [
      'DTSTART:20260105T100000Z\nDTEND:20260105T120000Z',
      [AT_TEN, WITHIN, AROUND, '20260105T115959/'],
      [BEFORE, AFTER, LONG_AFTER, LONG_BEFORE],
    ],
    ['DTSTART:20260105T100000Z\nDURATION:PT2H', [AT_TEN, WITHIN, AROUND], [BEFORE, AFTER]],
    ['DTSTART:20260105T100000Z\nDURATION:PT0S', [AT_TEN, AROUND], [BEFORE, JUST_AFTER_TEN, WITHIN]],
    ['DTSTART:20260105T100000Z', [AT_TEN, AROUND], [BEFORE, JUST_AFTER_TEN, WITHIN]],
    [
      'DTSTART;VALUE=DATE:20260105',
      ['20260105/20260105T000001', '20260105T235959/', WITHIN],
      ['20260106/', '/20260105'],
    ],
    ['SUMMARY:no start', [], [AROUND, '/', LONG_AFTER]],
  ]);

  test('any instance matches, and an excluded one does not', () => {
    const object = calendar(event('DTSTART:20260105T100000Z\nRRULE:FREQ=WEEKLY\nEXDATE:20260119T100000Z'));
    assert.equal(matches(object, 'VEVENT', '20260112/20260113'), true);
    assert.equal(matches(object, 'VEVENT', '20260119/20260120'), false);
    assert.equal(matches(object, 'VEVENT', '20860101/20860108'), true);
    assert.equal(matches(object, 'VTODO', '20260112/20260113'), false);
  });

  test('a date is a day of the reader', () => {
    const object = calendar(event('DTSTART;VALUE=DATE:20260105'));
    assert.equal(matches(object, 'VEVENT', '20260104T233000/20260104T234000', zone('Europe/Berlin')), true);
    assert.equal(matches(object, 'VEVENT', '20260104T233000/20260104T234000'), false);
  });
});

describe('RFC 4791 section 9.9: VTODO', () => {
  const DUE = 'DUE:20260105T120000Z';
  const CREATED = 'CREATED:20260105T100000Z';
  const COMPLETED = 'COMPLETED:20260105T120000Z';
  const AT_NOON = '20260105T120000/20260105T120001';
  const UP_TO_NOON = '20260105T113000/20260105T120000';
  const LATER = '20260105T120001/';
  rows('VTODO', [
    ['DTSTART:20260105T100000Z\nDURATION:PT2H', [AT_TEN, WITHIN, AROUND, AT_NOON, UP_TO_NOON], [BEFORE, LATER]],
    [`DTSTART:20260105T100000Z\n${DUE}`, [AT_TEN, WITHIN, AROUND, UP_TO_NOON], [BEFORE, AT_NOON, LATER]],
    [`DTSTART:20260105T120000Z\n${DUE}`, [AT_NOON, AROUND, UP_TO_NOON], [BEFORE, WITHIN, LATER]],
    ['DTSTART:20260105T100000Z', [AT_TEN, AROUND], [BEFORE, JUST_AFTER_TEN]],
    [DUE, [UP_TO_NOON, AROUND, '20260105T115959/'], [AT_NOON, LATER, WITHIN]],
    [`${CREATED}\n${COMPLETED}`, [BEFORE, AT_TEN, WITHIN, AT_NOON, AROUND], [LATER, LONG_BEFORE]],
    [COMPLETED, [AT_NOON, UP_TO_NOON, AROUND], [LATER, WITHIN]],
    [CREATED, [AT_TEN, LATER, AROUND, LONG_AFTER], [BEFORE, LONG_BEFORE]],
    ['SUMMARY:some day', [BEFORE, LATER, LONG_AFTER, LONG_BEFORE], []],
  ]);
});

describe('RFC 4791 section 9.9: VJOURNAL and VFREEBUSY', () => {
  rows('VJOURNAL', [
    ['DTSTART:20260105T100000Z', [AT_TEN, AROUND], [BEFORE, JUST_AFTER_TEN]],
    ['DTSTART;VALUE=DATE:20260105', [WITHIN, AROUND], ['20260106/', '/20260105']],
    ['SUMMARY:no start', [], [AROUND, '/']],
  ]);
  rows('VFREEBUSY', [
    [
      'DTSTART:20260105T100000Z\nDTEND:20260105T120000Z\nFREEBUSY:20270101T000000Z/PT1H',
      [AT_TEN, AFTER, AROUND],
      [BEFORE, '20270101/20270102', '20260105T120001/'],
    ],
    [
      'FREEBUSY;FBTYPE=FREE:20260105T100000Z/PT1H,20260105T110000Z/20260105T120000Z',
      [AT_TEN, WITHIN, AROUND],
      [BEFORE, AFTER],
    ],
    ['DTSTART:20260105T100000Z\nDURATION:PT2H', [], [AROUND, WITHIN]],
  ]);

  test('overlapsRange goes by the properties of the component', () => {
    const [due] = calendar(component('VTODO', 'DUE:20260105T120000Z')).components;
    const [point] = calendar(event('DTSTART:20260105T120000Z')).components;
    assert.equal(overlapsRange(due!, 100, 100, { start: 90, end: 100 }), true);
    assert.equal(overlapsRange(point!, 100, 100, { start: 90, end: 100 }), false);
    assert.equal(overlapsRange(point!, 100, 100, { start: 100, end: 110 }), true);
  });
});

describe('RFC 4791 section 9.9: VALARM', () => {
  const alarm = (lines: string) => `BEGIN:VALARM\nACTION:DISPLAY\n${lines}\nEND:VALARM`;
  const meeting = (lines: string, more = '') =>
    calendar(event(`DTSTART:20260105T100000Z\nDTEND:20260105T120000Z\n${more}\n${alarm(lines)}`.replace('\n\n', '\n')));

  test('a trigger is relative to the start, or to the end, of the instance', () => {
    assert.equal(alarms(meeting('TRIGGER:-PT15M'), 'VEVENT', '20260105T094500/20260105T094501'), true);
    assert.equal(alarms(meeting('TRIGGER:-PT15M'), 'VEVENT', '20260105T094501/20260105T120000'), false);
    assert.equal(alarms(meeting('TRIGGER;RELATED=END:PT5M'), 'VEVENT', '20260105T120500/20260105T120501'), true);
    assert.equal(alarms(meeting('TRIGGER;RELATED=END:PT5M'), 'VEVENT', '20260105T120000/20260105T120500'), false);
    assert.equal(matches(meeting('TRIGGER:-PT15M'), 'VALARM', '20260105T094500/20260105T094501'), true);
  });

  test('every repetition counts', () => {
    const repeated = meeting('TRIGGER:-PT1H\nREPEAT:3\nDURATION:PT10M');
    assert.equal(alarms(repeated, 'VEVENT', '20260105T092900/20260105T093001'), true);
    assert.equal(alarms(repeated, 'VEVENT', '20260105T092100/20260105T092900'), false);
    assert.equal(alarms(repeated, 'VEVENT', '20260105T093100/20260105T110000'), false);
  });

  test('an absolute trigger counts once, whatever recurs', () => {
    const absolute = meeting('TRIGGER;VALUE=DATE-TIME:20260110T080000Z', 'RRULE:FREQ=DAILY');
    assert.equal(alarms(absolute, 'VEVENT', '20260110T080000/20260110T080001'), true);
    assert.equal(alarms(absolute, 'VEVENT', '20260111/20260120'), false);
  });

  test('a relative trigger is looked for at all instances, days being those of the wall clock', () => {
    const weekly = calendar(
      event(`DTSTART;TZID=Europe/Berlin:20260105T090000\nRRULE:FREQ=WEEKLY\n${alarm('TRIGGER:-P1D')}`),
    );
    // The day before 30 March 2026 in Berlin has 23 hours.
    assert.equal(alarms(weekly, 'VEVENT', '20260329T070000/20260329T070001'), true);
    assert.equal(alarms(weekly, 'VEVENT', '20260329T060000/20260329T065959'), false);
    assert.equal(alarms(weekly, 'VEVENT', '20260331/20260405'), false);
  });

  test('alarms of an override are its own', () => {
    const object = calendar(
      event(`DTSTART:20260105T100000Z\nRRULE:FREQ=DAILY;COUNT=3\n${alarm('TRIGGER:-PT15M')}`),
      event(`RECURRENCE-ID:20260106T100000Z\nDTSTART:20260106T100000Z\n${alarm('TRIGGER:-PT5M')}`),
    );
    assert.equal(alarms(object, 'VEVENT', '20260106T094500/20260106T094501'), false);
    assert.equal(alarms(object, 'VEVENT', '20260106T095500/20260106T095501'), true);
    assert.equal(alarms(object, 'VEVENT', '20260107T094500/20260107T094501'), true);
  });

  test('a due to-do has alarms before it is due', () => {
    const todo = calendar(component('VTODO', `DUE:20260105T120000Z\n${alarm('TRIGGER;RELATED=END:-PT30M')}`));
    assert.equal(alarms(todo, 'VTODO', '20260105T113000/20260105T113001'), true);
    assert.equal(alarms(todo, 'VEVENT', '/'), false);
  });

  test('no alarm, no match', () => {
    assert.equal(alarms(calendar(event('DTSTART:20260105T100000Z')), 'VEVENT', '/'), false);
    assert.equal(alarms(meeting('SUMMARY:no trigger'), 'VEVENT', '/'), false);
  });
});
