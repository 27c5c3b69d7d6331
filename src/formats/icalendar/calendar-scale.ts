/**
 * The calendars in which a recurrence rule may count its years and months, named by RSCALE: the Gregorian by arithmetic, the others as the
 * runtime's ICU has them. Days stay numbers since 1970-01-01 in all of them, and so do weeks and times. RFC 7529 section 4.
 */
import { type CivilDate, civilFromDays, daysFromCivil, daysInMonth } from './civil.ts';
import { scaleOfIntl } from './intl-scale.ts';

/** The years and months of a calendar. A leap month after the fifth, written `5L`, is 5.5. RFC 7529 section 4.2. */
export interface CalendarScale {
  /** The date of a day. Only the Gregorian year has the number that people know it by; in all of them the next year has the next one. */
  dateOf(day: number): CivilDate;
  /** The first day of a year. */
  yearStart(year: number): number;
  /** The months that a year has, in their order. */
  monthsOf(year: number): readonly number[];
  /** The first day of a month that the year has. */
  monthStart(year: number, month: number): number;
  /** The days of a month that the year has. */
  monthLength(year: number, month: number): number;
  /** The place of a month in the sequence of all months, those of leap years counted. */
  monthIndex(year: number, month: number): number;
  /** The month at a place of that sequence. */
  monthAt(index: number): { readonly year: number; readonly month: number };
  /** No month is shorter. */
  readonly shortestMonth: number;
  /** The steps of a `StepBudget` that a month costs beyond being looked at; 0 where it is arithmetic. */
  readonly cost: number;
}

const MONTHS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];

/** The proleptic Gregorian calendar. RFC 5545 section 3.3.4. */
export const gregorian: CalendarScale = {
  dateOf: civilFromDays,
  yearStart: (year) => daysFromCivil(year, 1, 1),
  monthsOf: () => MONTHS,
  monthStart: (year, month) => daysFromCivil(year, month, 1),
  monthLength: daysInMonth,
  monthIndex: (year, month) => year * 12 + month - 1,
  monthAt(index) {
    const year = Math.floor(index / 12);
    return { year, month: index - year * 12 + 1 };
  },
  shortestMonth: 28,
  cost: 0,
};

/** Calendars that differ from the Gregorian in how they number years and in nothing else: a rule does not tell them apart. */
const GREGORIAN_NAMES = ['gregory', 'gregorian', 'iso8601', 'buddhist', 'japanese', 'roc'];

/** Other names of calendars, and one that is deprecated. RFC 7529 section 5. */
const ALIASES = new Map([
  ['islamicc', 'islamic-civil'],
  ['ethiopic-amete-alem', 'ethioaa'],
]);

let names: readonly string[] | undefined;

/** The calendars of the runtime, as CLDR names them. */
function known(): readonly string[] {
  names ??= Intl.supportedValuesOf('calendar');
  return names;
}

/** The values of RSCALE that rules may have, in upper case, the Gregorian calendar first. RFC 7529 section 10.1. */
export function supportedScales(): readonly string[] {
  return ['GREGORIAN', ...known().flatMap((name) => (name === 'gregory' ? [] : [name.toUpperCase()]))];
}

const scales = new Map<string, CalendarScale>();

/** The calendar of an RSCALE value, in whatever case; undefined for one that is not known here. RFC 7529 section 5. */
export function scaleNamed(rscale: string): CalendarScale | undefined {
  const lower = rscale.toLowerCase();
  const name = ALIASES.get(lower) ?? lower;
  if (GREGORIAN_NAMES.includes(name)) return gregorian;
  if (!known().includes(name)) return undefined;
  let scale = scales.get(name);
  if (scale === undefined) {
    scale = scaleOfIntl(name);
    scales.set(name, scale);
  }
  return scale;
}
