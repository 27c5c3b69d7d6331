/**
 * Which days a recurrence rule selects within one year, month or week, and whether it allows a given day: the date half of the
 * expand and limit table. Days are numbers since 1970-01-01. RFC 5545 section 3.3.10, RFC 7529 section 4.1.
 */
import { civilFromDays, daysFromCivil, daysInMonth, isLeapYear, weekdayOf } from './civil.ts';
import type { RecurrenceRule, WeekdayNumber } from './recurrence-rule.ts';

/** What a rule takes from DTSTART where it says nothing itself. */
export interface DayAnchor {
  readonly month: number;
  readonly day: number;
  readonly weekday: number;
}

/** The anchor that a start day gives. */
export function anchorOf(day: number): DayAnchor {
  const date = civilFromDays(day);
  return { month: date.month, day: date.day, weekday: weekdayOf(day) };
}

// The limits still to be applied to candidate days, as bits.
const MONTH = 1;
const WEEK_NUMBER = 2;
const YEAR_DAY = 4;
const MONTH_DAY = 8;
const WEEKDAY = 16;

/** No day of a whole Gregorian cycle matching means that none ever does. */
const CYCLE = 146_097;

function yearLength(year: number): number {
  return isLeapYear(year) ? 366 : 365;
}

/** The first day of week number one: the week with 4 January in it, wherever weeks start. */
function firstWeek(year: number, weekStart: number): number {
  const day = daysFromCivil(year, 1, 4);
  return day - ((weekdayOf(day) - weekStart + 7) % 7);
}

function isInWeekNumber(rule: RecurrenceRule, day: number, year: number): boolean {
  let begin = firstWeek(year, rule.weekStart);
  let next = firstWeek(year + 1, rule.weekStart);
  if (day < begin) {
    next = begin;
    begin = firstWeek(year - 1, rule.weekStart);
  } else if (day >= next) {
    begin = next;
    next = firstWeek(year + 2, rule.weekStart);
  }
  const number = Math.floor((day - begin) / 7) + 1;
  return rule.byWeekNo.includes(number) || rule.byWeekNo.includes(number - (next - begin) / 7 - 1);
}

/** BYDAY numbers count within a month or a year only; RFC 5545 section 3.3.10 forbids them elsewhere, where they are passed over. */
function countsWeekdays(rule: RecurrenceRule): boolean {
  return rule.freq === 'MONTHLY' || (rule.freq === 'YEARLY' && rule.byWeekNo.length === 0);
}

function isOnWeekday(rule: RecurrenceRule, day: number, first: number, length: number): boolean {
  const weekday = weekdayOf(day);
  const counted = countsWeekdays(rule);
  for (const entry of rule.byDay) {
    if (entry.weekday !== weekday) continue;
    if (entry.nth === undefined || !counted) return true;
    const place = day - first;
    if (
      entry.nth > 0 ? Math.floor(place / 7) + 1 === entry.nth : Math.floor((length - 1 - place) / 7) + 1 === -entry.nth
    ) {
      return true;
    }
  }
  return false;
}

function allows(rule: RecurrenceRule, day: number, limits: number): boolean {
  const date = civilFromDays(day);
  if (limits & MONTH && rule.byMonth.length > 0 && !rule.byMonth.includes(date.month)) return false;
  if (limits & MONTH_DAY && rule.byMonthDay.length > 0) {
    const length = daysInMonth(date.year, date.month);
    if (!rule.byMonthDay.includes(date.day) && !rule.byMonthDay.includes(date.day - length - 1)) return false;
  }
  if (limits & YEAR_DAY && rule.byYearDay.length > 0) {
    const place = day - daysFromCivil(date.year, 1, 1) + 1;
    if (!rule.byYearDay.includes(place) && !rule.byYearDay.includes(place - yearLength(date.year) - 1)) return false;
  }
  if (limits & WEEK_NUMBER && rule.byWeekNo.length > 0 && !isInWeekNumber(rule, day, date.year)) return false;
  if (limits & WEEKDAY && rule.byDay.length > 0) {
    const inMonth = rule.freq === 'MONTHLY' || rule.byMonth.length > 0;
    const first = inMonth ? day - date.day + 1 : daysFromCivil(date.year, 1, 1);
    return isOnWeekday(rule, day, first, inMonth ? daysInMonth(date.year, date.month) : yearLength(date.year));
  }
  return true;
}

/** Whether a rule limits days at all. */
export function limitsDays(rule: RecurrenceRule): boolean {
  return (
    rule.byMonth.length + rule.byMonthDay.length + rule.byYearDay.length + rule.byWeekNo.length + rule.byDay.length > 0
  );
}

/** Whether a rule that repeats daily or faster has instances on a day. */
export function allowsDay(rule: RecurrenceRule, day: number): boolean {
  return allows(rule, day, MONTH | WEEK_NUMBER | YEAR_DAY | MONTH_DAY | WEEKDAY);
}

/**
 * The first allowed day from `day` on, for a rule that repeats daily or faster; `Infinity` when there is none. Calls `step` before every day
 * that it looks at, and gives `Infinity` as soon as that says false. Months that do not count are crossed in one step.
 */
export function nextAllowedDay(rule: RecurrenceRule, day: number, step: () => boolean): number {
  const end = day + CYCLE;
  let current = day;
  while (current < end) {
    if (!step()) return Number.POSITIVE_INFINITY;
    if (allowsDay(rule, current)) return current;
    const date = civilFromDays(current);
    if (rule.byMonth.length > 0 && !rule.byMonth.includes(date.month)) {
      current += daysInMonth(date.year, date.month) - date.day + 1;
    } else current++;
  }
  return Number.POSITIVE_INFINITY;
}

function keep(rule: RecurrenceRule, candidates: number[], limits: number): number[] {
  if (candidates.length > 1) candidates.sort((a, b) => a - b);
  let kept = 0;
  for (const day of candidates) {
    if (kept > 0 && candidates[kept - 1] === day) continue;
    if (limits !== 0 && !allows(rule, day, limits)) continue;
    candidates[kept++] = day;
  }
  candidates.length = kept;
  return candidates;
}

/** Adds day `number` (from 1, or from -1 backwards) of a span, or what SKIP puts in the place of one that it does not have. */
function addNumbered(rule: RecurrenceRule, first: number, length: number, number: number, days: number[]): void {
  const place = number > 0 ? number - 1 : length + number;
  if (place >= 0 && place < length) days.push(first + place);
  else if (rule.skip === 'FORWARD') days.push(place < 0 ? first : first + length);
  else if (rule.skip === 'BACKWARD') days.push(place < 0 ? first - 1 : first + length - 1);
}

function addWeekdays(first: number, length: number, entry: WeekdayNumber, days: number[]): void {
  const offset = (entry.weekday - weekdayOf(first) + 7) % 7;
  if (entry.nth === undefined) {
    for (let place = offset; place < length; place += 7) days.push(first + place);
    return;
  }
  const number = entry.nth > 0 ? entry.nth - 1 : Math.floor((length - 1 - offset) / 7) + 1 + entry.nth;
  const place = offset + number * 7;
  if (number >= 0 && place < length) days.push(first + place);
}

/** The days of a week (given by its first day) that a WEEKLY rule selects, ascending. */
export function daysOfWeek(rule: RecurrenceRule, anchor: DayAnchor, first: number): number[] {
  const days: number[] = [];
  const begin = weekdayOf(first);
  if (rule.byDay.length === 0) days.push(first + ((anchor.weekday - begin + 7) % 7));
  else for (const entry of rule.byDay) days.push(first + ((entry.weekday - begin + 7) % 7));
  // The rest of these are forbidden here by RFC 5545 section 3.3.10; limiting is the mildest reading.
  return keep(rule, days, limitsDays(rule) ? MONTH | WEEK_NUMBER | YEAR_DAY | MONTH_DAY : 0);
}

/** The days of a month that a MONTHLY rule selects, ascending. */
export function daysOfMonth(rule: RecurrenceRule, anchor: DayAnchor, year: number, month: number): number[] {
  const days: number[] = [];
  if (rule.byMonth.length > 0 && !rule.byMonth.includes(month)) return days;
  const first = daysFromCivil(year, month, 1);
  const length = daysInMonth(year, month);
  const others = rule.byYearDay.length + rule.byWeekNo.length > 0 ? YEAR_DAY | WEEK_NUMBER : 0;
  if (rule.byMonthDay.length > 0) {
    for (const number of rule.byMonthDay) addNumbered(rule, first, length, number, days);
    return keep(rule, days, others | (rule.byDay.length > 0 ? WEEKDAY : 0));
  }
  if (rule.byDay.length > 0) for (const entry of rule.byDay) addWeekdays(first, length, entry, days);
  else addNumbered(rule, first, length, anchor.day, days);
  return keep(rule, days, others);
}

/** Whether a YEARLY rule counts in weeks: its years then begin with week number one, in December or January. */
function countsWeeks(rule: RecurrenceRule): boolean {
  return rule.byWeekNo.length > 0 && rule.byYearDay.length + rule.byMonthDay.length === 0;
}

/** The year to whose interval a day belongs under a YEARLY rule. */
export function yearOf(rule: RecurrenceRule, day: number): number {
  const { year } = civilFromDays(day);
  if (!countsWeeks(rule)) return year;
  if (day < firstWeek(year, rule.weekStart)) return year - 1;
  return day < firstWeek(year + 1, rule.weekStart) ? year : year + 1;
}

/** The days of the numbered weeks of a year. Where the rule names no weekday, it is that of DTSTART. */
function addWeeks(rule: RecurrenceRule, anchor: DayAnchor, year: number, days: number[]): void {
  const begin = firstWeek(year, rule.weekStart);
  const count = (firstWeek(year + 1, rule.weekStart) - begin) / 7;
  for (const number of rule.byWeekNo) {
    const place = number > 0 ? number - 1 : count + number;
    if (place < 0 || place >= count) continue;
    const at = (weekday: number) => begin + place * 7 + ((weekday - rule.weekStart + 7) % 7);
    if (rule.byDay.length === 0) days.push(at(anchor.weekday));
    else for (const entry of rule.byDay) days.push(at(entry.weekday));
  }
}

/** The days of a year that a YEARLY rule selects, ascending; those of numbered weeks may lie in the years beside it. */
export function daysOfYear(rule: RecurrenceRule, anchor: DayAnchor, year: number): number[] {
  const days: number[] = [];
  const first = daysFromCivil(year, 1, 1);
  const length = yearLength(year);
  if (rule.byYearDay.length > 0) {
    for (const number of rule.byYearDay) addNumbered(rule, first, length, number, days);
    return keep(rule, days, MONTH | WEEK_NUMBER | MONTH_DAY | WEEKDAY);
  }
  const simple = rule.byMonthDay.length + rule.byWeekNo.length + rule.byDay.length === 0;
  if (rule.byMonthDay.length > 0 || simple) {
    for (let month = 1; month <= 12; month++) {
      if (rule.byMonth.length > 0 ? !rule.byMonth.includes(month) : simple && month !== anchor.month) continue;
      const monthFirst = daysFromCivil(year, month, 1);
      const monthLength = daysInMonth(year, month);
      if (simple) addNumbered(rule, monthFirst, monthLength, anchor.day, days);
      else for (const number of rule.byMonthDay) addNumbered(rule, monthFirst, monthLength, number, days);
    }
    return keep(rule, days, simple ? 0 : WEEK_NUMBER | WEEKDAY);
  }
  if (rule.byWeekNo.length > 0) {
    addWeeks(rule, anchor, year, days);
    return keep(rule, days, MONTH);
  }
  if (rule.byMonth.length === 0) for (const entry of rule.byDay) addWeekdays(first, length, entry, days);
  for (const month of rule.byMonth) {
    for (const entry of rule.byDay) {
      addWeekdays(daysFromCivil(year, month, 1), daysInMonth(year, month), entry, days);
    }
  }
  return keep(rule, days, 0);
}
