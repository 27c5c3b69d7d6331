/**
 * Evaluates a VTIMEZONE: its STANDARD and DAYLIGHT observances say from when which offset holds. Rules are worked out for one year at a
 * time, with what observances use of RRULE and no more. RFC 5545 section 3.6.5.
 */
import { civilFromDays, DAY, daysFromCivil, daysInMonth, isLeapYear, weekdayOf } from './civil.ts';
import { type Component, propertiesOf, propertyOf } from './component.ts';
import type { TimeZone } from './moment.ts';
import { parseMoment, parseMomentText, parsePeriod, parseUtcOffset } from './values.ts';
import { startOfYear, type ZoneYear, zoneOfYears } from './zone-years.ts';

/** An instant at which the offset changes `from` … `to`, all in seconds. */
interface Onset {
  readonly utc: number;
  readonly from: number;
  readonly to: number;
}

/** A yearly rule of an observance. */
interface OnsetRule {
  readonly from: number;
  readonly to: number;
  readonly firstYear: number;
  readonly interval: number;
  /** The first onset, which no other precedes, and the last one, in UTC. */
  readonly first: number;
  last: number;
  /** The wall clock of every onset, in seconds of its day. */
  readonly timeOfDay: number;
  readonly months: ReadonlySet<number>;
  readonly monthDays: ReadonlySet<number>;
  readonly yearDays: ReadonlySet<number>;
  /** As `weekdayKey` makes them. */
  readonly weekdays: ReadonlySet<number>;
  readonly positions: ReadonlySet<number>;
  /** The days of a year that it names, from 0, by the kind of the year: its length and the weekday on which it begins. */
  readonly daysByKind: (readonly number[] | undefined)[];
}

/** Observances with rules and without; a zone has a few rules and at most some hundred changes beside them. More are a hostile text. */
const MOST_OBSERVANCES = 1000;
const MOST_RULES = 100;
/** A rule with more onsets in one year is none of a time zone. */
const MOST_ONSETS = 12;
/** Rules without an onset for so many years have none: 29 February is away for eight. */
const BARREN_YEARS = 40;
/** COUNT is followed for so many years; a rule that lasts longer lasts for ever. */
const COUNTED_YEARS = 100;

const WEEKDAYS = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'];

/**
 * The zone that a VTIMEZONE describes. Before its first onset the TZOFFSETFROM of that onset holds. Undefined when it has no observance, an
 * unreadable one, or a rule that observances do not have: then its TZID is the better source.
 */
export function zoneOfVtimezone(vtimezone: Component, tzid: string): TimeZone | undefined {
  const observances = vtimezone.components.filter(({ name }) => name === 'STANDARD' || name === 'DAYLIGHT');
  if (observances.length === 0 || observances.length > MOST_OBSERVANCES) return undefined;
  const fixed: Onset[] = [];
  const rules: OnsetRule[] = [];
  for (const observance of observances) if (!readObservance(observance, fixed, rules)) return undefined;
  fixed.sort((one, other) => one.utc - other.utc);
  // Each observance is among them, with its rule or without.
  const offsets = new Set(fixed.flatMap(({ from, to }) => [from, to]));
  return { ...zoneOfYears(tzid, (year) => zoneYear(fixed, rules, year), [...offsets]), effort: rules.length };
}

function zoneYear(fixed: readonly Onset[], rules: readonly OnsetRule[], year: number): ZoneYear {
  const start = startOfYear(year);
  const end = startOfYear(year + 1);
  const split = firstAfter(fixed, start);
  let latest = fixed[split - 1];
  const onsets: Onset[] = [];
  for (let index = split; index < fixed.length && (fixed[index]?.utc ?? end) < end; index++) {
    const onset = fixed[index];
    if (onset !== undefined) onsets.push(onset);
  }
  for (const rule of rules) {
    const previous = lastOnset(rule, start);
    if (previous !== undefined && (latest === undefined || previous > latest.utc)) {
      latest = { utc: previous, from: rule.from, to: rule.to };
    }
    // The wall clock of an onset may stand in the year before or after that of UTC.
    for (let local = year - 1; local <= year + 1; local++) {
      for (const utc of onsetsIn(rule, local)) {
        if (utc > start && utc < end) onsets.push({ utc, from: rule.from, to: rule.to });
      }
    }
  }
  onsets.sort((one, other) => one.utc - other.utc);
  const at = [start];
  const offset = [latest?.to ?? fixed[0]?.from ?? 0];
  for (const onset of onsets) {
    at.push(onset.utc);
    offset.push(onset.to);
  }
  return { at, offset };
}

/** The index of the first onset after an instant. */
function firstAfter(onsets: readonly Onset[], instant: number): number {
  let low = 0;
  let high = onsets.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((onsets[middle]?.utc ?? 0) > instant) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The last onset of a rule at or before an instant. */
function lastOnset(rule: OnsetRule, instant: number): number | undefined {
  const limit = Math.min(instant, rule.last);
  if (limit < rule.first) return undefined;
  const latest = civilFromDays(Math.floor(limit / DAY)).year + 1;
  let year = latest - ((latest - rule.firstYear) % rule.interval);
  for (let tries = 0; tries < BARREN_YEARS && year >= rule.firstYear; tries++, year -= rule.interval) {
    const found = onsetsIn(rule, year).findLast((utc) => utc <= limit);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Adds an observance; false when it cannot be read. */
function readObservance(observance: Component, fixed: Onset[], rules: OnsetRule[]): boolean {
  const from = parseUtcOffset(propertyOf(observance, 'TZOFFSETFROM')?.value ?? '');
  const to = parseUtcOffset(propertyOf(observance, 'TZOFFSETTO')?.value ?? '');
  const dtstart = propertyOf(observance, 'DTSTART');
  const start = dtstart === undefined ? undefined : parseMoment(dtstart);
  if (from === undefined || to === undefined || start === undefined) return false;
  const instantOf = (local: number, kind: string) => (kind === 'utc' ? local : local - from);
  const first = instantOf(start.local, start.kind);
  fixed.push({ utc: first, from, to });
  for (const property of propertiesOf(observance, 'RDATE')) {
    for (const text of property.value.split(',')) {
      const moment = parseMomentText(text) ?? parsePeriod(text)?.start;
      if (moment !== undefined) fixed.push({ utc: instantOf(moment.local, moment.kind), from, to });
    }
  }
  const local = first + from;
  for (const property of propertiesOf(observance, 'RRULE')) {
    const rule = readRule(property.value, { from, to, first, local });
    if (rule === undefined || rules.length >= MOST_RULES) return false;
    rules.push(rule);
  }
  return true;
}

interface ObservanceStart {
  readonly from: number;
  readonly to: number;
  readonly first: number;
  readonly local: number;
}

function readRule(text: string, observance: ObservanceStart): OnsetRule | undefined {
  const parts = new Map<string, string>();
  for (const part of text.trim().toUpperCase().split(';')) {
    const equals = part.indexOf('=');
    if (equals > 0) parts.set(part.slice(0, equals), part.slice(equals + 1));
  }
  const known = [
    'FREQ',
    'INTERVAL',
    'UNTIL',
    'COUNT',
    'WKST',
    'BYMONTH',
    'BYMONTHDAY',
    'BYYEARDAY',
    'BYDAY',
    'BYSETPOS',
  ];
  for (const name of parts.keys()) if (!known.includes(name)) return undefined;
  const interval = Number(parts.get('INTERVAL') ?? '1');
  const monthly = parts.get('FREQ') === 'MONTHLY';
  if (!monthly && parts.get('FREQ') !== 'YEARLY') return undefined;
  if (!Number.isInteger(interval) || interval < 1) return undefined;
  // A monthly rule names the same days as a yearly one in each of its months, but its positions and steps are others.
  if (monthly && (interval > 1 || parts.has('BYSETPOS'))) return undefined;
  const months = numbers(parts.get('BYMONTH'), 1, 12);
  const monthDays = numbers(parts.get('BYMONTHDAY'), -31, 31);
  const yearDays = numbers(parts.get('BYYEARDAY'), -366, 366);
  const positions = numbers(parts.get('BYSETPOS'), -366, 366);
  const weekdays = weekdayKeys(parts.get('BYDAY'));
  if (!months || !monthDays || !yearDays || !positions || !weekdays) return undefined;
  const day = Math.floor(observance.local / DAY);
  const civil = civilFromDays(day);
  const named = monthDays.size + yearDays.size + weekdays.size > 0;
  const rule: OnsetRule = {
    from: observance.from,
    to: observance.to,
    firstYear: civil.year,
    interval,
    first: observance.first,
    last: Number.POSITIVE_INFINITY,
    timeOfDay: observance.local - day * DAY,
    months: months.size > 0 || monthly || named ? months : new Set([civil.month]),
    monthDays: named ? monthDays : new Set([civil.day]),
    yearDays,
    weekdays,
    positions,
    daysByKind: [],
  };
  return isModest(rule) && limitRule(rule, parts.get('UNTIL'), parts.get('COUNT')) ? rule : undefined;
}

/** Whether a rule has no more onsets in a year than a zone can have. One that never has any ends here with its first onset. */
function isModest(rule: OnsetRule): boolean {
  let fullest = 0;
  for (let step = 0; step <= BARREN_YEARS && (step < 2 || fullest === 0); step++) {
    fullest = Math.max(fullest, onsetsIn(rule, rule.firstYear + step * rule.interval).length);
  }
  if (fullest === 0) rule.last = rule.first;
  return fullest <= MOST_ONSETS;
}

/** Sets the last onset of a rule; false when UNTIL or COUNT cannot be read. */
function limitRule(rule: OnsetRule, until: string | undefined, count: string | undefined): boolean {
  if (until !== undefined) {
    const moment = parseMomentText(until);
    if (moment === undefined) return false;
    // Instants are what the specification asks for; wall clocks and dates, which the whole day is meant by, are found.
    rule.last =
      moment.kind === 'utc' ? moment.local : moment.local + (moment.kind === 'date' ? DAY - 1 : 0) - rule.from;
  }
  if (count !== undefined) {
    const wanted = Number(count);
    if (!Number.isInteger(wanted) || wanted < 1) return false;
    // DTSTART is the first of them.
    let left = wanted - 1;
    if (left === 0) rule.last = rule.first;
    for (let year = rule.firstYear; left > 0 && year < rule.firstYear + COUNTED_YEARS; year++) {
      for (const utc of onsetsIn(rule, year)) if (utc > rule.first && left-- === 1) rule.last = utc;
    }
  }
  return true;
}

/** A list of numbers, 0 not among them; empty without a text, undefined when it cannot be read. */
function numbers(text: string | undefined, least: number, most: number): ReadonlySet<number> | undefined {
  if (text === undefined) return new Set();
  const found = new Set(text.split(',').map(Number));
  for (const value of found)
    if (!Number.isInteger(value) || value === 0 || value < least || value > most) return undefined;
  return found;
}

function weekdayKey(weekday: number, ordinal: number): number {
  return weekday + 7 * ordinal;
}

/** BYDAY; an ordinal of 0 stands for every such weekday. */
function weekdayKeys(text: string | undefined): ReadonlySet<number> | undefined {
  const keys = new Set<number>();
  if (text === undefined) return keys;
  for (const entry of text.split(',')) {
    const weekday = WEEKDAYS.indexOf(entry.trim().slice(-2));
    const number = entry.trim().slice(0, -2);
    const ordinal = number === '' ? 0 : Number(number);
    if (weekday < 0 || !Number.isInteger(ordinal) || Math.abs(ordinal) > 53 || (number !== '' && ordinal === 0))
      return undefined;
    keys.add(weekdayKey(weekday, ordinal));
  }
  return keys;
}

/** The onsets of a rule whose wall clock stands in that year, in UTC and in order. */
function onsetsIn(rule: OnsetRule, year: number): readonly number[] {
  if (year < rule.firstYear || (year - rule.firstYear) % rule.interval !== 0) return [];
  // No onset of such a year can lie after the last one.
  if (startOfYear(year) - DAY > rule.last) return [];
  const yearStart = daysFromCivil(year, 1, 1);
  const kind = weekdayOf(yearStart) + (isLeapYear(year) ? 7 : 0);
  let days = rule.daysByKind[kind];
  if (days === undefined) {
    days = daysIn(rule, year, yearStart);
    rule.daysByKind[kind] = days;
  }
  return days
    .map((day) => (yearStart + day) * DAY + rule.timeOfDay - rule.from)
    .filter((utc) => utc >= rule.first && utc <= rule.last);
}

/** The days of a year that a rule names, as `daysByKind` has them. */
function daysIn(rule: OnsetRule, year: number, yearStart: number): readonly number[] {
  const days: number[] = [];
  const wholeYear = rule.months.size === 0 && rule.monthDays.size === 0;
  const yearLength = isLeapYear(year) ? 366 : 365;
  for (let month = 1; month <= 12; month++) {
    if (rule.months.size > 0 && !rule.months.has(month)) continue;
    const length = daysInMonth(year, month);
    const monthStart = daysFromCivil(year, month, 1);
    for (let day = 1; day <= length; day++) {
      if (!names(rule.monthDays, day, length)) continue;
      const number = monthStart + day - 1;
      const yearDay = number - yearStart + 1;
      if (!names(rule.yearDays, yearDay, yearLength)) continue;
      const inSpan = wholeYear ? yearDay : day;
      if (isNamedWeekday(rule, weekdayOf(number), inSpan, wholeYear ? yearLength : length)) days.push(yearDay - 1);
    }
  }
  return days.filter((_, index) => names(rule.positions, index + 1, days.length));
}

/** Whether a list is empty or has the place in a span of that length, counted from its start or, negative, from its end. */
function names(list: ReadonlySet<number>, place: number, length: number): boolean {
  return list.size === 0 || list.has(place) || list.has(place - length - 1);
}

/** Whether BYDAY names the day that is number `day` of a month or year of `length` days. */
function isNamedWeekday(rule: OnsetRule, weekday: number, day: number, length: number): boolean {
  if (rule.weekdays.size === 0 || rule.weekdays.has(weekdayKey(weekday, 0))) return true;
  const fromStart = Math.floor((day - 1) / 7) + 1;
  const fromEnd = -(Math.floor((length - day) / 7) + 1);
  return rule.weekdays.has(weekdayKey(weekday, fromStart)) || rule.weekdays.has(weekdayKey(weekday, fromEnd));
}
