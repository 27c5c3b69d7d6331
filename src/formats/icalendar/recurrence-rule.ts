/**
 * The RECUR value, from text to a record in which every list is sorted and every default filled in.
 * RFC 5545 section 3.3.10, RFC 7529 section 4.
 */
import { type CalendarScale, gregorian, scaleNamed } from './calendar-scale.ts';
import type { Moment } from './moment.ts';
import { parseMomentText } from './values.ts';

const FREQUENCIES = ['SECONDLY', 'MINUTELY', 'HOURLY', 'DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY'] as const;

/** The period in which a rule repeats. */
export type Frequency = (typeof FREQUENCIES)[number];

/** One BYDAY value. */
export interface WeekdayNumber {
  /** 0 is Sunday, 6 is Saturday. */
  readonly weekday: number;
  /** Which one of the month or year; negative from its end; absent for all of them. */
  readonly nth?: number;
}

/** A recurrence rule. Lists are sorted and free of duplicates; an empty one was not given. RFC 5545 section 3.3.10. */
export interface RecurrenceRule {
  readonly freq: Frequency;
  readonly interval: number;
  readonly count?: number;
  /** Inclusive, as written: it may be a DATE or in UTC where DTSTART is not. */
  readonly until?: Moment;
  readonly bySecond: readonly number[];
  readonly byMinute: readonly number[];
  readonly byHour: readonly number[];
  readonly byDay: readonly WeekdayNumber[];
  readonly byMonthDay: readonly number[];
  readonly byYearDay: readonly number[];
  readonly byWeekNo: readonly number[];
  /** A leap month such as `5L` is 5.5. RFC 7529 section 4.2. */
  readonly byMonth: readonly number[];
  readonly bySetPos: readonly number[];
  /** WKST: 0 is Sunday, 6 is Saturday; Monday unless given. */
  readonly weekStart: number;
  /** The calendar in which years and months are counted. RFC 7529 section 4. */
  readonly scale: CalendarScale;
  /** An RSCALE that is not known here, in upper case: such a rule yields nothing beyond its start. RFC 7529 section 6. */
  readonly unknownScale?: string;
  /** What becomes of 30 February; without it, nothing. RFC 7529 section 4.1. */
  readonly skip?: 'BACKWARD' | 'FORWARD';
}

const WEEKDAYS = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'];

/** An INTERVAL or COUNT above this many digits is beyond any year that can be written. */
const POSITIVE = /^\d{1,10}$/;

function positive(text: string): number | undefined {
  return POSITIVE.test(text) && Number(text) > 0 ? Number(text) : undefined;
}

/** A list of integers whose magnitudes lie between two bounds; `signed` allows a sign. */
function integers(text: string, low: number, high: number, signed: boolean): number[] | undefined {
  const found = new Set<number>();
  for (const entry of text.split(',')) {
    if (!(signed ? /^[+-]?\d{1,3}$/ : /^\d{1,2}$/).test(entry)) return undefined;
    const value = Number(entry);
    const size = Math.abs(value);
    if (size < low || size > high) return undefined;
    found.add(value);
  }
  return [...found].sort((a, b) => a - b);
}

function weekdayNumbers(text: string, most: number): WeekdayNumber[] | undefined {
  const found = new Map<string, WeekdayNumber>();
  for (const entry of text.split(',')) {
    const match = /^([+-]?\d{1,2})?(SU|MO|TU|WE|TH|FR|SA)$/.exec(entry);
    if (match?.[2] === undefined) return undefined;
    const weekday = WEEKDAYS.indexOf(match[2]);
    if (match[1] === undefined) {
      found.set(match[2], { weekday });
      continue;
    }
    const nth = Number(match[1]);
    if (nth === 0 || Math.abs(nth) > most) return undefined;
    found.set(`${nth}${match[2]}`, { weekday, nth });
  }
  return [...found.values()];
}

/** The months of a calendar other than the Gregorian may be thirteen, or leap months such as `5L`. RFC 7529 section 4.2. */
function months(text: string, isGregorian: boolean): number[] | undefined {
  if (isGregorian) return integers(text, 1, 12, false);
  const found = new Set<number>();
  for (const entry of text.split(',')) {
    if (!/^\d{1,2}L?$/.test(entry)) return undefined;
    const number = Number.parseInt(entry, 10);
    if (number < 1 || number > 13) return undefined;
    found.add(entry.endsWith('L') ? number + 0.5 : number);
  }
  return [...found].sort((a, b) => a - b);
}

function partsOf(text: string): Map<string, string> | undefined {
  const parts = new Map<string, string>();
  for (const part of text.toUpperCase().split(';')) {
    const trimmed = part.trim();
    // A stray semicolon loses nothing.
    if (trimmed === '') continue;
    const equals = trimmed.indexOf('=');
    if (equals < 1) return undefined;
    const name = trimmed.slice(0, equals);
    if (parts.has(name)) return undefined;
    parts.set(name, trimmed.slice(equals + 1));
  }
  return parts;
}

/**
 * Reads an RRULE or EXRULE value. Undefined when it is no rule: no FREQ, a part twice, a value out of its bounds. Parts with
 * names that are not known are ignored. RFC 5545 section 3.3.10.
 */
export function parseRule(text: string): RecurrenceRule | undefined {
  const parts = partsOf(text);
  if (parts === undefined) return undefined;
  const freq = FREQUENCIES.find((name) => name === parts.get('FREQ'));
  if (freq === undefined) return undefined;

  const rscale = parts.get('RSCALE');
  const scale = rscale === undefined ? gregorian : scaleNamed(rscale);
  const isGregorian = scale === gregorian;
  const skip = parts.get('SKIP') ?? 'OMIT';
  if (skip !== 'OMIT' && skip !== 'BACKWARD' && skip !== 'FORWARD') return undefined;

  const list = <T>(name: string, read: (value: string) => T[] | undefined): readonly T[] | undefined => {
    const value = parts.get(name);
    return value === undefined ? [] : read(value);
  };
  const count = parts.get('COUNT');
  const untilText = parts.get('UNTIL');
  const until = untilText === undefined ? undefined : parseMomentText(untilText);
  const interval = positive(parts.get('INTERVAL') ?? '1');
  const limit = count === undefined ? undefined : positive(count);
  const weekStart = WEEKDAYS.indexOf(parts.get('WKST') ?? 'MO');
  const bySecond = list('BYSECOND', (value) => integers(value, 0, 60, false));
  const byMinute = list('BYMINUTE', (value) => integers(value, 0, 59, false));
  const byHour = list('BYHOUR', (value) => integers(value, 0, 23, false));
  const byDay = list('BYDAY', (value) => weekdayNumbers(value, isGregorian ? 53 : 55));
  const byMonthDay = list('BYMONTHDAY', (value) => integers(value, 1, 31, true));
  const byYearDay = list('BYYEARDAY', (value) => integers(value, 1, isGregorian ? 366 : 385, true));
  const byWeekNo = list('BYWEEKNO', (value) => integers(value, 1, isGregorian ? 53 : 55, true));
  const byMonth = list('BYMONTH', (value) => months(value, isGregorian));
  const bySetPos = list('BYSETPOS', (value) => integers(value, 1, isGregorian ? 366 : 385, true));

  if (interval === undefined || weekStart < 0) return undefined;
  if ((count !== undefined && limit === undefined) || (untilText !== undefined && until === undefined))
    return undefined;
  if (!bySecond || !byMinute || !byHour || !byDay || !byMonthDay || !byYearDay || !byWeekNo || !byMonth || !bySetPos) {
    return undefined;
  }
  // Second 60 is second 59 where leap seconds are not kept: RFC 5545 section 3.3.5.
  const seconds = bySecond.includes(60) ? [...new Set(bySecond.map((second) => Math.min(second, 59)))] : bySecond;
  return {
    freq,
    interval,
    ...(limit === undefined ? {} : { count: limit }),
    ...(until === undefined ? {} : { until }),
    bySecond: seconds,
    byMinute,
    byHour,
    byDay,
    byMonthDay,
    byYearDay,
    byWeekNo,
    byMonth,
    bySetPos,
    weekStart,
    scale: scale ?? gregorian,
    ...(scale !== undefined || rscale === undefined ? {} : { unknownScale: rscale }),
    // SKIP has a meaning only beside RSCALE: RFC 7529 section 4.1.
    ...(rscale === undefined || skip === 'OMIT' ? {} : { skip }),
  };
}
