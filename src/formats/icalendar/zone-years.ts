/**
 * A time zone out of its offsets year by year: whoever knows the changes of one year (a VTIMEZONE, the zone database) gets the mapping
 * between wall clocks and instants from here. Years are made when first asked for, so that 1900 and 9999 cost what this year costs.
 * RFC 5545 section 3.3.5.
 */
import { civilFromDays, DAY, daysFromCivil, FIRST_SECOND, LAST_SECOND } from './civil.ts';
import type { TimeZone } from './moment.ts';

/**
 * The offsets within one year of UTC. `at[i]` is the instant from which `offset[i]` (seconds east) holds; `at[0]` is the first second of
 * the year, the rest follow in order.
 */
export interface ZoneYear {
  readonly at: readonly number[];
  readonly offset: readonly number[];
}

/** The first second of a year in UTC. */
export function startOfYear(year: number): number {
  return daysFromCivil(year, 1, 1) * DAY;
}

/** More years than this are forgotten and made anew. */
const MOST_YEARS = 600;

/** What is outside of the years 1 to 9999 takes the offset of their edge. */
const FIRST_INSTANT = FIRST_SECOND - 2 * DAY;
const LAST_INSTANT = LAST_SECOND + 2 * DAY;

/** No zone of the zone database has changed its offset before the first of these years, or gets a new one after the last. */
const FIRST_CHANGING_YEAR = 1830;
const LAST_CHANGING_YEAR = 2040;

/**
 * The zone whose years `yearOf` knows; it is asked once for each of years 0 to 10000, when needed. Offsets are less than a day. All of them are
 * given where they are known; else they are those of the zone database's years.
 */
export function zoneOfYears(tzid: string, yearOf: (year: number) => ZoneYear, offsets?: readonly number[]): TimeZone {
  const years = new Map<number, ZoneYear>();
  const offsetsByYear = new Map<number, readonly number[]>();
  // The year looked at last, which most often is the next one too: from `start` up to `end`.
  let start = 0;
  let end = 0;
  let current: ZoneYear = { at: [], offset: [] };

  function inYear(year: number): ZoneYear {
    let found = years.get(year);
    if (found === undefined) {
      found = yearOf(year);
      if (years.size >= MOST_YEARS) years.clear();
      years.set(year, found);
    }
    return found;
  }

  function open(utc: number): void {
    if (utc >= start && utc < end) return;
    const { year } = civilFromDays(Math.floor(utc / DAY));
    current = inYear(year);
    start = startOfYear(year);
    end = startOfYear(year + 1);
  }

  function offsetAt(utc: number): number {
    open(Math.min(Math.max(utc, FIRST_INSTANT), LAST_INSTANT));
    const { at, offset } = current;
    let index = at.length - 1;
    while (index > 0 && (at[index] ?? 0) > utc) index--;
    return offset[index] ?? 0;
  }

  /** Walks the stretches of constant offset until one contains the wall clock or begins behind it. */
  function toUtc(local: number): number {
    if (!(local >= FIRST_SECOND && local <= LAST_SECOND)) return local - offsetAt(local);
    open(local - DAY);
    let before = current.offset[0] ?? 0;
    for (;;) {
      const { at, offset } = current;
      for (let index = 0; index < at.length; index++) {
        const here = offset[index] ?? 0;
        if (local < (at[index] ?? 0) + here) return local - before;
        if (local < (at[index + 1] ?? end) + here) return local - here;
        before = here;
      }
      open(end);
    }
  }

  function offsetsSince(utc: number): readonly number[] {
    if (offsets !== undefined) return offsets;
    const { year } = civilFromDays(Math.floor(Math.min(Math.max(utc, FIRST_INSTANT), LAST_INSTANT) / DAY));
    const from = Math.min(Math.max(year, FIRST_CHANGING_YEAR), LAST_CHANGING_YEAR);
    let found = offsetsByYear.get(from);
    if (found === undefined) {
      const all = new Set<number>();
      for (let each = from; each <= LAST_CHANGING_YEAR; each++) for (const one of inYear(each).offset) all.add(one);
      found = [...all];
      offsetsByYear.set(from, found);
    }
    return found;
  }

  return {
    tzid,
    toUtc,
    offsetAt,
    offsetsSince,
    isSkipped(local) {
      const utc = toUtc(local);
      return utc + offsetAt(utc) !== local;
    },
  };
}
