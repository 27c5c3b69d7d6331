/**
 * What an index lets through against what is answered: calendars of one kind of series each, asked for hours, days, weeks and months. RFC 4791
 * section 9.9.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Component } from '../../../src/formats/icalendar/component.ts';
import { type Extent, extentOf, piecesOf } from '../../../src/formats/icalendar/extent.ts';
import type { TimeRange } from '../../../src/formats/icalendar/moment.ts';
import { parseRule, startsOf } from '../../../src/formats/icalendar/recurrence.ts';
import { zoneResolver } from '../../../src/formats/icalendar/timezones.ts';
import type { Traits } from '../../../src/formats/icalendar/traits.ts';
import { matchesTimeRange } from './in-range.ts';
import { calendar, event, zone } from './instance-calendars.ts';
import { wall, wallText } from './recurrence-rules.ts';

const two = (value: number): string => String(value).padStart(2, '0');
const WEEKDAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];
const HOUR = 3600;
const DAY = 24 * HOUR;

/** The forms that starts have. */
const FORMS: Readonly<Record<string, (day: string, hour: string) => string>> = {
  'in UTC': (day, hour) => `DTSTART:${day}${hour}Z\nDURATION:PT1H`,
  'in a zone': (day, hour) => `DTSTART;TZID=America/New_York:${day}${hour}\nDURATION:PT1H`,
  floating: (day, hour) => `DTSTART:${day}${hour}\nDURATION:PT1H`,
  'all day': (day) => `DTSTART;VALUE=DATE:${day}`,
  'of two days': (day, hour) => `DTSTART:${day}${hour}Z\nDURATION:P2D`,
};

/** The rules, without an end; of each kind so many that all its days, and all its hours, are in use. */
const RULES: Readonly<Record<string, (at: number) => string>> = {
  single: () => '',
  ...Object.fromEntries(
    ['DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY'].flatMap((frequency) =>
      [1, 2, 3, 4, 5, 6].map((interval) => [
        `${frequency}, every ${interval}`,
        () => `RRULE:FREQ=${frequency};INTERVAL=${interval}`,
      ]),
    ),
  ),
  'DAILY, on workdays': () => 'RRULE:FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR',
  'DAILY, in two months': (at) => `RRULE:FREQ=DAILY;BYMONTH=${1 + (at % 12)},${1 + ((at + 1) % 12)}`,
  'DAILY, every 10': () => 'RRULE:FREQ=DAILY;INTERVAL=10',
  'DAILY, every 28': () => 'RRULE:FREQ=DAILY;INTERVAL=28',
  'WEEKLY, on three days': () => 'RRULE:FREQ=WEEKLY;BYDAY=MO,WE,FR',
  'WEEKLY, every 3, on two days': (at) =>
    `RRULE:FREQ=WEEKLY;INTERVAL=3;BYDAY=${WEEKDAYS[at % 7]},${WEEKDAYS[(at + 2) % 7]}`,
  'MONTHLY by weekday': (at) => `RRULE:FREQ=MONTHLY;BYDAY=${(at % 5) - 1 || 4}${WEEKDAYS[at % 7]}`,
  'MONTHLY, the last day': () => 'RRULE:FREQ=MONTHLY;BYMONTHDAY=-1',
  'MONTHLY, the last workday': () => 'RRULE:FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1',
  'YEARLY by weekday': (at) =>
    `RRULE:FREQ=YEARLY;BYMONTH=${1 + (at % 12)};BYDAY=${(at % 5) - 1 || 4}${WEEKDAYS[at % 7]}`,
  'YEARLY by week': (at) => `RRULE:FREQ=YEARLY;BYWEEKNO=${1 + (at % 52)}`,
  'YEARLY by day of the year': (at) => `RRULE:FREQ=YEARLY;BYYEARDAY=${at % 2 === 0 ? '' : '-'}${1 + ((at * 7) % 365)}`,
  'counted weeks': () => 'RRULE:FREQ=WEEKLY;COUNT=10',
};

const MANY = 40;
const MORE = 240;

/** The same for each run: whole numbers below what is asked for. */
function numbers(): (below: number) => number {
  let state = 1;
  return (below) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
}

interface Candidate {
  readonly object: Component;
  readonly extent: Extent;
}

function candidates(form: string, rule: string): readonly Candidate[] {
  const random = numbers();
  return Array.from({ length: /DAILY|WEEKLY/.test(rule) ? MANY : MORE }, (_, at) => {
    const year = /single|counted/.test(rule) ? 2027 : 2000 + random(20);
    const day = `${year}${two(1 + random(12))}${two(1 + random(28))}`;
    const recurs = RULES[rule]?.(at) ?? '';
    const time = `T${two(random(24))}${two(random(60))}00`;
    // A series starts with an instance of its rule, as it should: RFC 5545 section 3.8.5.3.
    const parsed = parseRule(recurs.slice('RRULE:'.length));
    const first =
      parsed === undefined ? undefined : [...startsOf({ ...parsed, count: 2 }, wall(day), { isDate: true })][1];
    const start = FORMS[form]?.(first === undefined ? day : wallText(first).slice(0, 8), time) ?? '';
    const object = calendar(event([start, recurs].filter((line) => line !== '').join('\n')));
    return { object, extent: extentOf(object, zoneResolver(object)) };
  });
}

/** Ranges of one length, spread over a year and its weekdays. */
const RANGES: Readonly<Record<string, readonly [count: number, apart: number, length: number]>> = {
  hours: [18, 20 * DAY + 7 * HOUR, HOUR],
  days: [36, 10 * DAY, DAY],
  weeks: [9, 36 * DAY, 7 * DAY],
  months: [12, 30 * DAY, 31 * DAY],
};

function admits({ first, last, clock, traits }: Extent, near: TimeRange, pieces: Record<string, readonly Traits[]>) {
  const isIn = (piece: number, all: number) => (BigInt(piece) & ~BigInt(all)) === 0n;
  return (
    first < near.end &&
    near.start < last &&
    pieces[clock]?.some(
      ({ years, days, hours }) => isIn(years, traits.years) && isIn(days, traits.days) && isIn(hours, traits.hours),
    )
  );
}

/** The reader's days are not those of UTC. */
const READER = zone('Europe/Berlin');
const FROM = READER.toUtc(wall('20270104'));

/** Objects let through, and objects answered. */
function cost(all: readonly Candidate[], ranges: readonly TimeRange[]): readonly [number, number] {
  let read = 0;
  let answered = 0;
  for (const near of ranges) {
    const pieces = piecesOf(near, READER);
    for (const { object, extent } of all) {
      const isAdmitted = admits(extent, near, pieces);
      if (isAdmitted) read++;
      if (isAdmitted && matchesTimeRange(object, 'VEVENT', near, zoneResolver(object), READER)) answered++;
    }
  }
  return [read, answered];
}

/** An instance of many days has several values of each trait, and an index lets each of them go with each. */
const BOUNDS: Readonly<Record<string, number>> = { 'of two days': 4 };

/** So many more may be let through where little is answered. */
const SLACK = 10;

describe('objects let through are at most twice those answered', () => {
  for (const form of Object.keys(FORMS)) {
    for (const rule of Object.keys(RULES)) {
      test(`${rule}, ${form}`, () => {
        const all = candidates(form, rule);
        for (const [name, [count, apart, length]] of Object.entries(RANGES)) {
          const ranges = Array.from({ length: count }, (_, at) => ({
            start: FROM + at * apart,
            end: FROM + at * apart + length,
          }));
          const [read, answered] = cost(all, ranges);
          const bound = (BOUNDS[form] ?? 2) * answered + SLACK;
          assert.ok(read <= bound, `${name}: ${read} let through, ${answered} answered`);
        }
      });
    }
  }
});
