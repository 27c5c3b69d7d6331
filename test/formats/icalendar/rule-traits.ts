/**
 * What rules have that some implementations of recurrence get wrong, and the sentences which these do not follow.
 * RFC 5545 section 3.3.10.
 */
import { DAY } from '../../../src/formats/icalendar/civil.ts';
import type { Frequency } from '../../../src/formats/icalendar/recurrence.ts';
import { LENGTH, type Part, type RuleCase } from './rule-cells.ts';

/** Sentences of RFC 5545, by what they are about. */
export const SENTENCES = {
  table:
    'The table below summarizes the dependency of BYxxx rule part expand or limit behavior on the FREQ rule part value.',
  invalid: 'Such recurrence instances MUST be ignored and MUST NOT be counted as part of the recurrence set.',
  weeks: 'This corresponds to weeks according to week numbering as defined in [ISO.8601.2004].',
  firstWeek:
    'Week number one of the calendar year is the first week that contains at least four (4) days in that calendar year.',
  positions: 'BYSETPOS operates on a set of recurrence instances in one interval of the recurrence rule.',
  interval:
    'The INTERVAL rule part contains a positive integer representing at which intervals the recurrence rule repeats.',
  fromStart: 'This information would be the same as what is specified for "DTSTART".',
  fromEnd: 'For example, -10 represents the tenth to the last day of the month.',
  numbered: 'Each BYDAY value can also be preceded by a positive (+n) or negative (-n) integer.',
  withoutNumber:
    'If an integer modifier is not present, it means all days of this type within the specified frequency.',
  duplicates: 'Duplicate instances are ignored.',
} as const;

/** Whether a rule has one of these parts. */
export function has(one: RuleCase, ...parts: readonly Part[]): boolean {
  return parts.some((part) => one.parts.includes(part));
}

/** The values of a part, or '' where it is not there. */
export function valuesOf(one: RuleCase, part: string): string {
  return new RegExp(`;${part}=([^;]*)`).exec(one.text)?.[1] ?? '';
}

/** Whether BYDAY names weekdays with a number beside others without one. */
export function mixesNumbered(one: RuleCase): boolean {
  return /\d/.test(valuesOf(one, 'BYDAY')) && /(^|,)[A-Z]/.test(valuesOf(one, 'BYDAY'));
}

const TIME_PARTS = ['BYHOUR', 'BYMINUTE', 'BYSECOND'] as const;

/** The parts by which a period of a rule has more instances than one. */
const EXPANDING_PARTS: Readonly<Record<Frequency, readonly Part[]>> = {
  YEARLY: ['BYMONTH', 'BYWEEKNO', 'BYYEARDAY', 'BYMONTHDAY', 'BYDAY', 'NUMBERED', ...TIME_PARTS],
  MONTHLY: ['BYMONTHDAY', 'BYDAY', 'NUMBERED', ...TIME_PARTS],
  WEEKLY: ['BYDAY', ...TIME_PARTS],
  DAILY: TIME_PARTS,
  HOURLY: ['BYMINUTE', 'BYSECOND'],
  MINUTELY: ['BYSECOND'],
  SECONDLY: [],
};

/**
 * Whether BYSETPOS may leave something out: it has not all places of the set of one period. Sets of a month or a year, which may be of any
 * size, always count as left out from.
 */
export function leavesOut(one: RuleCase): boolean {
  if (!has(one, 'BYSETPOS')) return false;
  const parts = EXPANDING_PARTS[one.freq];
  if ((one.freq === 'YEARLY' || one.freq === 'MONTHLY') && has(one, ...parts)) return true;
  const size = parts.reduce((product, part) => product * valuesOf(one, part).split(',').length, 1);
  const places = valuesOf(one, 'BYSETPOS').split(',').map(Number);
  const whole = Array.from({ length: size }, (_, index) => index + 1);
  return !whole.every((place) => places.includes(place)) && !whole.every((place) => places.includes(-place));
}

/** Whether a rule faster than DAILY names hours, minutes or seconds of its own FREQ, and DTSTART is not at the first of them. */
export function startsWithin(one: RuleCase): boolean {
  const second = one.start % DAY;
  const [part, at] =
    one.freq === 'HOURLY'
      ? ['BYHOUR', Math.floor(second / 3600)]
      : one.freq === 'MINUTELY'
        ? ['BYMINUTE', Math.floor(second / 60) % 60]
        : ['BYSECOND', second % 60];
  if (LENGTH[one.freq] >= DAY) return false;
  const named = valuesOf(one, part);
  return named !== '' && Number.parseInt(named, 10) !== at;
}
