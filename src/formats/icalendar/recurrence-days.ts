/**
 * Which days a recurrence rule selects within one year, month or week, and whether it allows a given day: the date half of the
 * expand and limit table. Days are numbers since 1970-01-01. RFC 5545 section 3.3.10, RFC 7529 section 4.1.
 */
import type { CalendarScale } from './calendar-scale.ts';
import { weekdayOf } from './civil.ts';
import type { RecurrenceRule, WeekdayNumber } from './recurrence-rule.ts';

/** What a rule takes from DTSTART where it says nothing itself. */
export interface DayAnchor {
  readonly month: number;
  readonly day: number;
  readonly weekday: number;
}

/** The anchor that a start day gives in the calendar of a rule. */
export function anchorOf(scale: CalendarScale, day: number): DayAnchor {
  const date = scale.dateOf(day);
  return { month: date.month, day: date.day, weekday: weekdayOf(day) };
}

// The limits still to be applied to candidate days, as bits.
const MONTH = 1;
const WEEK_NUMBER = 2;
const YEAR_DAY = 4;
const MONTH_DAY = 8;
const WEEKDAY = 16;

/** No day of a whole Gregorian cycle matching means that none ever does; elsewhere none is looked for further. */
const CYCLE = 146_097;

function yearLength(scale: CalendarScale, year: number): number {
  return scale.yearStart(year + 1) - scale.yearStart(year);
}

/** The first day of week number one: the week with the fourth day of the year in it, wherever weeks start. */
function firstWeek({ scale, weekStart }: RecurrenceRule, year: number): number {
  const day = scale.yearStart(year) + 3;
  return day - ((weekdayOf(day) - weekStart + 7) % 7);
}

function isInWeekNumber(rule: RecurrenceRule, day: number, year: number): boolean {
  let begin = firstWeek(rule, year);
  let next = firstWeek(rule, year + 1);
  if (day < begin) {
    next = begin;
    begin = firstWeek(rule, year - 1);
  } else if (day >= next) {
    begin = next;
    next = firstWeek(rule, year + 2);
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

/** The month of a year that a number means: itself, or what SKIP puts in the place of one that the year does not have. */
function monthIn(rule: RecurrenceRule, year: number, month: number): { year: number; month: number } | undefined {
  const months = rule.scale.monthsOf(year);
  if (months.includes(month)) return { year, month };
  if (rule.skip === undefined) return undefined;
  const other = rule.skip === 'FORWARD' ? months.find((one) => one > month) : months.findLast((one) => one < month);
  if (other !== undefined) return { year, month: other };
  return rule.skip === 'FORWARD' ? { year: year + 1, month: 1 } : undefined;
}

/** Whether BYMONTH names a month. A month that SKIP puts in the place of another one counts where months expand: in a YEARLY rule. */
function namesMonth(rule: RecurrenceRule, year: number, month: number): boolean {
  if (rule.byMonth.includes(month)) return true;
  if (rule.skip === undefined || rule.freq !== 'YEARLY') return false;
  return rule.byMonth.some((named) => {
    const found = monthIn(rule, year, named);
    return found?.year === year && found.month === month;
  });
}

function allows(rule: RecurrenceRule, day: number, limits: number): boolean {
  const { scale } = rule;
  const date = scale.dateOf(day);
  if (limits & MONTH && rule.byMonth.length > 0 && !namesMonth(rule, date.year, date.month)) return false;
  if (limits & MONTH_DAY && rule.byMonthDay.length > 0) {
    const length = scale.monthLength(date.year, date.month);
    if (!rule.byMonthDay.includes(date.day) && !rule.byMonthDay.includes(date.day - length - 1)) return false;
  }
  if (limits & YEAR_DAY && rule.byYearDay.length > 0) {
    const place = day - scale.yearStart(date.year) + 1;
    if (!rule.byYearDay.includes(place) && !rule.byYearDay.includes(place - yearLength(scale, date.year) - 1)) {
      return false;
    }
  }
  if (limits & WEEK_NUMBER && rule.byWeekNo.length > 0 && !isInWeekNumber(rule, day, date.year)) return false;
  if (limits & WEEKDAY && rule.byDay.length > 0) {
    const inMonth = rule.freq === 'MONTHLY' || rule.byMonth.length > 0;
    const first = inMonth ? day - date.day + 1 : scale.yearStart(date.year);
    const length = inMonth ? scale.monthLength(date.year, date.month) : yearLength(scale, date.year);
    return isOnWeekday(rule, day, first, length);
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

/** What looking at a day costs in steps: of what its month costs, the part of a day. */
export function dayCost(rule: RecurrenceRule): number {
  return 1 + Math.ceil(rule.scale.cost / 30);
}

/**
 * The days that are looked at in one week, month or year of a rule, of which some are kept: what a period costs in steps. Weekdays
 * without a number are taken at their mean.
 */
export function candidateDays(rule: RecurrenceRule): number {
  const { freq, byDay, byMonth, byMonthDay, byYearDay, byWeekNo } = rule;
  const weekdays = (weeks: number) => byDay.reduce((sum, { nth }) => sum + (nth === undefined ? weeks : 1), 0);
  if (freq === 'WEEKLY') return byDay.length || 1;
  if (freq === 'MONTHLY') return byMonthDay.length || weekdays(4) || 1;
  if (byYearDay.length > 0) return byYearDay.length;
  if (byMonthDay.length > 0) return byMonthDay.length * (byMonth.length || 12);
  if (byWeekNo.length > 0) return byWeekNo.length * (byDay.length || 1);
  if (byDay.length > 0) return byMonth.length > 0 ? byMonth.length * weekdays(4) : weekdays(52);
  return byMonth.length || 1;
}

/**
 * The first allowed day from `day` up to `last`, for a rule that repeats daily or faster; `Infinity` when there is none. Calls `step` with the
 * cost of every day that it looks at, and gives `Infinity` as soon as that says false. Months that do not count are crossed in one go.
 */
export function nextAllowedDay(
  rule: RecurrenceRule,
  day: number,
  last: number,
  step: (cost: number) => boolean,
): number {
  const { scale } = rule;
  const end = Math.min(day + CYCLE, last + 1);
  const cost = dayCost(rule);
  let current = day;
  while (current < end) {
    if (!step(cost)) return Number.POSITIVE_INFINITY;
    if (allowsDay(rule, current)) return current;
    const date = scale.dateOf(current);
    if (rule.byMonth.length > 0 && !rule.byMonth.includes(date.month)) {
      if (!step(scale.cost)) return Number.POSITIVE_INFINITY;
      current += scale.monthLength(date.year, date.month) - date.day + 1;
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
  const first = rule.scale.monthStart(year, month);
  const length = rule.scale.monthLength(year, month);
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
  const { year } = rule.scale.dateOf(day);
  if (!countsWeeks(rule)) return year;
  if (day < firstWeek(rule, year)) return year - 1;
  return day < firstWeek(rule, year + 1) ? year : year + 1;
}

/** The days of the numbered weeks of a year. Where the rule names no weekday, it is that of DTSTART. */
function addWeeks(rule: RecurrenceRule, anchor: DayAnchor, year: number, days: number[]): void {
  const begin = firstWeek(rule, year);
  const count = (firstWeek(rule, year + 1) - begin) / 7;
  for (const number of rule.byWeekNo) {
    const place = number > 0 ? number - 1 : count + number;
    if (place < 0 || place >= count) continue;
    const at = (weekday: number) => begin + place * 7 + ((weekday - rule.weekStart + 7) % 7);
    if (rule.byDay.length === 0) days.push(at(anchor.weekday));
    else for (const entry of rule.byDay) days.push(at(entry.weekday));
  }
}

/** The months of a year that a YEARLY rule with BYMONTHDAY, or with no day at all, looks at. */
function monthsOfYear(rule: RecurrenceRule, anchor: DayAnchor, year: number): readonly number[] {
  if (rule.byMonth.length > 0) return rule.byMonth;
  return rule.byMonthDay.length > 0 ? rule.scale.monthsOf(year) : [anchor.month];
}

/** The days of a year that a YEARLY rule selects, ascending; those of numbered weeks may lie in the years beside it. */
export function daysOfYear(rule: RecurrenceRule, anchor: DayAnchor, year: number): number[] {
  const { scale } = rule;
  const days: number[] = [];
  if (rule.byYearDay.length > 0) {
    const first = scale.yearStart(year);
    const length = yearLength(scale, year);
    for (const number of rule.byYearDay) addNumbered(rule, first, length, number, days);
    return keep(rule, days, MONTH | WEEK_NUMBER | MONTH_DAY | WEEKDAY);
  }
  const simple = rule.byMonthDay.length + rule.byWeekNo.length + rule.byDay.length === 0;
  if (rule.byMonthDay.length > 0 || simple) {
    for (const number of monthsOfYear(rule, anchor, year)) {
      const found = monthIn(rule, year, number);
      if (found === undefined) continue;
      const first = scale.monthStart(found.year, found.month);
      const length = scale.monthLength(found.year, found.month);
      if (simple) addNumbered(rule, first, length, anchor.day, days);
      else for (const day of rule.byMonthDay) addNumbered(rule, first, length, day, days);
    }
    return keep(rule, days, simple ? 0 : WEEK_NUMBER | WEEKDAY);
  }
  if (rule.byWeekNo.length > 0) {
    addWeeks(rule, anchor, year, days);
    return keep(rule, days, MONTH);
  }
  if (rule.byMonth.length === 0) {
    for (const entry of rule.byDay) addWeekdays(scale.yearStart(year), yearLength(scale, year), entry, days);
  }
  for (const number of rule.byMonth) {
    const found = monthIn(rule, year, number);
    if (found === undefined) continue;
    const first = scale.monthStart(found.year, found.month);
    const length = scale.monthLength(found.year, found.month);
    for (const entry of rule.byDay) addWeekdays(first, length, entry, days);
  }
  return keep(rule, days, 0);
}
