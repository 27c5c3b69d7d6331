/**
 * The zones of the zone database, read from the runtime's own copy: it tells the offset at an instant, and the changes of a year are found
 * between instants whose offsets differ. RFC 7808 section 3.6.
 */
import { tzlib_get_timezones } from 'timezones-ical-library';
import { DAY } from './civil.ts';
import type { TimeZone } from './moment.ts';
import { startOfYear, type ZoneYear, zoneOfYears } from './zone-years.ts';

/** Offsets are looked at this often; no two changes that undo each other are known to lie closer. */
const STEP = 7 * DAY;

/** Rules no longer change from here on, and the calendar repeats after 400 years, which are whole weeks. */
const FIRST_REPEATING_YEAR = 2100;
const CALENDAR_CYCLE = 400;
const CALENDAR_CYCLE_SECONDS = 146_097 * DAY;

const zones = new Map<string, TimeZone>();
let names: Map<string, string> | undefined;

/**
 * A name of the zone database as it is spelled there; undefined for others. The runtime lists only canonical names, the library of
 * VTIMEZONEs the aliases too; the runtime's own abbreviations, such as PST or IST, mean several zones and are left out.
 */
export function ianaName(name: string): string | undefined {
  return namesByFold().get(name.toLowerCase());
}

/** All names of the zone database, aliases among them. */
export function ianaNames(): readonly string[] {
  return [...namesByFold().values()];
}

function namesByFold(): ReadonlyMap<string, string> {
  names ??= new Map(
    [...[...tzlib_get_timezones(false)].filter(isName), ...Intl.supportedValuesOf('timeZone')].map((known) => [
      known.toLowerCase(),
      known,
    ]),
  );
  return names;
}

/** The library has abbreviations of its own among its names, such as CT: they are single words that the runtime does not know. */
function isName(name: string): boolean {
  if (name.includes('/')) return true;
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: name }) !== undefined;
  } catch {
    return false;
  }
}

const UTC_OFFSETS = [0];

/** UTC itself. */
export const utcZone: TimeZone = {
  tzid: 'UTC',
  toUtc: (local) => local,
  isSkipped: () => false,
  offsetAt: () => 0,
  offsetsSince: () => UTC_OFFSETS,
};

/** The zone of that name or alias in the zone database, upper and lower case being the same; undefined when it has none. */
export function ianaZone(name: string): TimeZone | undefined {
  const known = ianaName(name);
  if (known === undefined) return undefined;
  const zone = zones.get(known) ?? makeZone(known);
  return zone === undefined || zone.tzid === name ? zone : { ...zone, tzid: name };
}

function makeZone(name: string): TimeZone | undefined {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', { timeZone: name, day: 'numeric', timeZoneName: 'longOffset' });
  } catch {
    // A name newer than the runtime's copy of the database.
    names?.delete(name.toLowerCase());
    return undefined;
  }
  const zone = zoneOfFormat(name, format);
  zones.set(name, zone);
  return zone;
}

function zoneOfFormat(name: string, format: Intl.DateTimeFormat): TimeZone {
  return zoneOfYears(name, (year) => {
    if (year < FIRST_REPEATING_YEAR + CALENDAR_CYCLE) return changesOf(format, year);
    const cycles = Math.floor((year - FIRST_REPEATING_YEAR) / CALENDAR_CYCLE);
    const found = changesOf(format, year - cycles * CALENDAR_CYCLE);
    return { at: found.at.map((instant) => instant + cycles * CALENDAR_CYCLE_SECONDS), offset: found.offset };
  });
}

function changesOf(format: Intl.DateTimeFormat, year: number): ZoneYear {
  const end = startOfYear(year + 1);
  let from = startOfYear(year);
  let before = offsetBy(format, from);
  const at = [from];
  const offset = [before];
  while (from < end) {
    const to = Math.min(from + STEP, end);
    const after = offsetBy(format, to);
    // A step may hold several changes: each search finds one of them, and goes on behind it.
    while (before !== after && from < to) {
      from = firstOther(format, from, to, before);
      // A change in the first second of the next year belongs to that one.
      if (from >= end) break;
      before = offsetBy(format, from);
      at.push(from);
      offset.push(before);
    }
    from = to;
  }
  return { at, offset };
}

/** The first second after `low`, up to `high`, at which the offset is no longer `before`. */
function firstOther(format: Intl.DateTimeFormat, low: number, high: number, before: number): number {
  let same = low;
  let other = high;
  while (other - same > 1) {
    const middle = Math.floor((same + other) / 2);
    if (offsetBy(format, middle) === before) same = middle;
    else other = middle;
  }
  return other;
}

/** The offset at an instant, out of text such as `1, GMT-03:30` or `1, GMT+00:53:28` or `1, GMT`. */
function offsetBy(format: Intl.DateTimeFormat, utc: number): number {
  const text = format.format(utc * 1000);
  const signAt = text.indexOf('GMT') + 3;
  const sign = text[signAt];
  if (sign === undefined) return 0;
  const hours = Number(text.slice(signAt + 1, signAt + 3));
  const minutes = Number(text.slice(signAt + 4, signAt + 6));
  const seconds = Number(text.slice(signAt + 7, signAt + 9));
  const offset = hours * 3600 + minutes * 60 + seconds;
  return sign === '+' ? offset : -offset;
}
