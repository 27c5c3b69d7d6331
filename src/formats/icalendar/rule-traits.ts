/**
 * Which traits the instances of a recurrence rule have, without a look at the instances: of rules by month and year from the days they select in
 * sample years, of those by week, day and less from how far apart they are. Too many at times, never too few. RFC 5545 section 3.3.10.
 */
import { gregorian } from './calendar-scale.ts';
import { civilFromDays, DAY, daysFromCivil, weekdayOf } from './civil.ts';
import { type RecurrenceRule, selectedPlaces } from './recurrence.ts';
import { allowsDay, anchorOf, type DayAnchor, daysOfMonth, daysOfYear, yearOf } from './recurrence-days.ts';
import {
  addDate,
  addDaysApart,
  addEveryDate,
  addEveryMonth,
  addEveryNumber,
  addEverything,
  addEveryWeekday,
  addEveryYear,
  addHours,
  addMonthDay,
  addMonthsApart,
  addYearsApart,
  hasEveryDate,
  type TraitSet,
} from './traits.ts';

/** How far the instances of a rule reach from the wall clocks at which they start. */
export interface InstanceReach {
  /** DTSTART as a wall clock; whether it is a DATE. */
  readonly start: number;
  readonly isDate: boolean;
  /** Seconds before a start and after it that an instance touches. */
  readonly before: number;
  readonly after: number;
  /** The least and the most that the wall clock is ahead of UTC, and all between that it ever is. Of the reader's wall clock: 0. */
  readonly offsets: readonly number[];
}

/** In these years every combination of leap years and weekdays occurs: RFC 5545 section 3.3.10 rules depend on nothing else of a year. */
const SAMPLE_START = 2000;
const SAMPLE_YEARS = 28;
/** Instances that touch more days than this are not worth telling apart. */
const MOST_DAYS = 27;

/** Adds the traits of all instances of a rule. */
export function addRule(set: TraitSet, rule: RecurrenceRule, reach: InstanceReach): void {
  const times = timesOfDay(rule, reach);
  const least = Math.min(...reach.offsets);
  const most = Math.max(...reach.offsets);
  // The first and the last day that an instance touches, from the one on which it starts by its own clock.
  const first = Math.floor((Math.min(...times.map(({ from }) => from)) - reach.before - most) / DAY);
  const last = Math.floor((Math.max(...times.map(({ to }) => to)) + reach.after - least) / DAY);
  if (last - first > MOST_DAYS) {
    addEverything(set);
    return;
  }
  for (const { from, to } of times) {
    for (const offset of reach.offsets) addHours(set, from - reach.before - offset, to + reach.after - offset);
  }
  const touched: Touched = { first, last };
  if (rule.freq === 'YEARLY' || rule.freq === 'MONTHLY') addSelected(set, rule, reach, touched);
  else addRegular(set, rule, reach, touched);
}

interface Touched {
  readonly first: number;
  readonly last: number;
}

/** The times of day at which a rule may start, in seconds: by hour, from the first to the last. */
function timesOfDay(
  { freq, byHour, byMinute, bySecond }: RecurrenceRule,
  { start, isDate }: InstanceReach,
): readonly { readonly from: number; readonly to: number }[] {
  if (isDate) return [{ from: 0, to: 0 }];
  const own = start - Math.floor(start / DAY) * DAY;
  const isShort = freq === 'HOURLY' || freq === 'MINUTELY' || freq === 'SECONDLY';
  if (isShort && byHour.length === 0) return [{ from: 0, to: DAY - 1 }];
  const hours = byHour.length > 0 ? byHour : [Math.floor(own / 3600)];
  if (isShort) return hours.map((hour) => ({ from: hour * 3600, to: hour * 3600 + 3599 }));
  const minutes = byMinute.length > 0 ? byMinute : [Math.floor(own / 60) % 60];
  const seconds = bySecond.length > 0 ? bySecond : [own % 60];
  // They are sorted.
  const [low, high] = [minutes[0]! * 60 + seconds[0]!, minutes.at(-1)! * 60 + seconds.at(-1)!];
  return hours.map((hour) => ({ from: hour * 3600 + low, to: hour * 3600 + high }));
}

// --- by year and month -----------------------------------------------------------------------------------------------------------------

/** The days that a rule selects in one of its years or months; `year` and `month` (from year 0) are what it belongs to. */
interface Selection {
  readonly days: readonly number[];
  readonly year: number;
  readonly month: number;
}

/** What a rule may select in any year, whatever its INTERVAL leaves out. */
function* samples(rule: RecurrenceRule, anchor: DayAnchor): Generator<Selection> {
  // Counting 12 months a year, an interval reaches the months that lie a multiple of this apart.
  let apart = 12;
  for (let rest = rule.interval % 12; rest !== 0; ) [apart, rest] = [rest, apart % rest];
  for (let year = SAMPLE_START; year < SAMPLE_START + SAMPLE_YEARS; year++) {
    if (rule.freq === 'YEARLY') yield { days: daysOfYear(rule, anchor, year), year, month: year * 12 };
    else {
      for (let month = ((anchor.month - 1) % apart) + 1; month <= 12; month += apart)
        yield { days: daysOfMonth(rule, anchor, year, month), year, month: year * 12 + month - 1 };
    }
  }
}

function addSelected(set: TraitSet, rule: RecurrenceRule, reach: InstanceReach, touched: Touched): void {
  addEveryNumber(set);
  if (rule.scale !== gregorian) {
    addAnyDate(set);
    return;
  }
  const anchor = anchorOf(rule.scale, Math.floor(reach.start / DAY));
  const isOneTime = reach.isDate || Math.max(rule.byHour.length, rule.byMinute.length, rule.bySecond.length) <= 1;
  const yearsAway = new Set<number>();
  const monthsAway = new Set<number>();
  for (const { days, year, month } of samples(rule, anchor)) {
    if (hasEveryDate(set)) {
      addAnyDate(set);
      return;
    }
    const places = isOneTime && rule.bySetPos.length > 0 ? selectedPlaces(rule.bySetPos, days.length) : undefined;
    for (const day of places === undefined ? days : places.map((place) => days[place]!)) {
      for (let away = touched.first; away <= touched.last; away++) {
        const at = addDate(set, day + away);
        yearsAway.add(at.year - year);
        monthsAway.add(at.month - month);
      }
    }
  }
  addPeriods(set, rule, reach, yearsAway, monthsAway);
}

/** Any day of any year. */
function addAnyDate(set: TraitSet): void {
  addEveryDate(set);
  addEveryWeekday(set);
  addEveryYear(set);
  addEveryMonth(set);
}

/** Adds the years and months that INTERVAL reaches, and those into which its days stretch. */
function addPeriods(
  set: TraitSet,
  rule: RecurrenceRule,
  { start }: InstanceReach,
  yearsAway: ReadonlySet<number>,
  monthsAway: ReadonlySet<number>,
): void {
  const startDay = Math.floor(start / DAY);
  const { interval } = rule;
  const { year, month } = civilFromDays(startDay);
  if (rule.freq === 'YEARLY') {
    addEveryMonth(set);
    for (const away of yearsAway) addYearsApart(set, yearOf(rule, startDay) + away, interval);
    return;
  }
  for (const away of monthsAway) addMonthsApart(set, year * 12 + month - 1 + away, interval);
  if (interval % 12 !== 0) addEveryYear(set);
  else for (const away of yearsAway) addYearsApart(set, year + away, interval / 12);
}

// --- by week and day -------------------------------------------------------------------------------------------------------------------

/** A year of each length, one after the other. */
const LEAP_YEAR = daysFromCivil(2000, 1, 1);
const BOTH_YEARS = 366 + 365;

function addRegular(set: TraitSet, rule: RecurrenceRule, { start }: InstanceReach, touched: Touched): void {
  addEveryYear(set);
  addEveryMonth(set);
  const startDay = Math.floor(start / DAY);
  for (const { day, period } of sequencesOf(rule, startDay)) {
    for (let away = touched.first; away <= touched.last; away++) addDaysApart(set, day + away, period);
  }
  const { byMonth, byMonthDay, byYearDay } = rule;
  if (byMonth.length + byMonthDay.length + byYearDay.length === 0 || rule.scale !== gregorian) {
    addEveryDate(set);
    return;
  }
  // The weekdays are known, and have no part in this.
  const dates = { ...rule, byDay: [], byWeekNo: [] };
  for (let day = LEAP_YEAR; day < LEAP_YEAR + BOTH_YEARS; day++) {
    if (!allowsDay(dates, day)) continue;
    for (let away = touched.first; away <= touched.last; away++) addMonthDay(set, day + away);
  }
}

/** Days that lie a period apart, for ever, of which the rule selects some or all. */
function* sequencesOf(
  { freq, interval, byDay, weekStart }: RecurrenceRule,
  startDay: number,
): Generator<{ readonly day: number; readonly period: number }> {
  const weekdays = byDay.map(({ weekday }) => weekday);
  if (freq === 'WEEKLY') {
    const begin = startDay - ((weekdayOf(startDay) - weekStart + 7) % 7);
    for (const weekday of weekdays.length > 0 ? weekdays : [weekdayOf(startDay)])
      yield { day: begin + ((weekday - weekStart + 7) % 7), period: 7 * interval };
    return;
  }
  const period = freq === 'DAILY' ? interval : 1;
  if (weekdays.length === 0) {
    yield { day: startDay, period };
    return;
  }
  const whole = period % 7 === 0 ? period : period * 7;
  for (let day = startDay; day < startDay + whole; day += period)
    if (weekdays.includes(weekdayOf(day))) yield { day, period: whole };
}
