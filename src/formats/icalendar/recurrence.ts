/**
 * The engine of recurrence: from a rule and a start to the starts of its instances, as wall clocks in seconds, lazily and in order. It works
 * on integers alone, jumps over what nobody asks for, and gives up after a bounded number of steps without a result.
 * RFC 5545 section 3.3.10.
 */
import { DAY, LAST_SECOND, weekdayOf } from './civil.ts';
import {
  allowsDay,
  anchorOf,
  candidateDays,
  dayCost,
  daysOfMonth,
  daysOfWeek,
  daysOfYear,
  limitsDays,
  nextAllowedDay,
  yearOf,
} from './recurrence-days.ts';
import type { RecurrenceRule } from './recurrence-rule.ts';

export type { Frequency, RecurrenceRule, WeekdayNumber } from './recurrence-rule.ts';
export { parseRule } from './recurrence-rule.ts';

/** Counts the work behind results, so that a rule that never matches costs little; one may serve several rules. */
export interface StepBudget {
  /** Steps allowed from one result to the next. */
  readonly limit: number;
  /** Steps of all rules together; the further they go beyond, the fewer are allowed from one result to the next. */
  readonly most: number;
  /** All steps so far. */
  spent: number;
  /** Set once a rule was given up: there may be instances that were not found. */
  exhausted: boolean;
  /** Which ones: for another stretch of time they are not followed again. */
  readonly givenUp: WeakSet<RecurrenceRule>;
}

/** A fresh budget. A hundred thousand steps, some milliseconds, reach every instance of any rule that a person would write. */
export function stepBudget(limit = 100_000, most = Number.POSITIVE_INFINITY): StepBudget {
  return { limit, most, spent: 0, exhausted: false, givenUp: new WeakSet() };
}

/** Steps from one result to the next that are always allowed: enough for a Friday the thirteenth. */
const SCARCE = 2000;

/** How a rule is to be expanded; bounds are wall clocks, both inclusive. */
export interface StartsOptions {
  /** DTSTART is a DATE: only midnights are starts, and BYHOUR, BYMINUTE and BYSECOND are ignored. */
  readonly isDate: boolean;
  /** Earlier starts are passed over, by arithmetic where no COUNT forbids it. */
  readonly from?: number;
  /** Ends the sequence. Replaces the UNTIL of the rule: a caller gives the earlier of its own bound and that UNTIL as a wall clock. */
  readonly until?: number;
  /** Whether a wall clock does not exist in the zone; such a start is left out and not counted. Absent where none are skipped. */
  readonly isSkipped?: (local: number) => boolean;
  /** Steps that asking for it costs in every further year. */
  readonly effort?: number;
  readonly budget?: StepBudget;
}

const UNIT = { SECONDLY: 1, MINUTELY: 60, HOURLY: 3600 } as const;
const MIDNIGHT = [0];

/** The starts of one period: every day with every hour, minute and second; all ascending. */
interface Period {
  days: readonly number[];
  hours: readonly number[];
  minutes: readonly number[];
  seconds: readonly number[];
}

/** Fills in the period that follows; false at the end. */
type Advance = (period: Period) => boolean;

function firstFrom(values: readonly number[], low: number): number {
  let index = 0;
  while (index < values.length && values[index]! < low) index++;
  return index;
}

/** The place, among the starts of a period, of one that is not after the first start at or after `low`, and close before it. */
function placeOf(period: Period, low: number): number {
  const { days, hours, minutes, seconds } = period;
  const lowDay = Math.floor(low / DAY);
  const day = firstFrom(days, lowDay);
  const perHour = minutes.length * seconds.length;
  const place = day * hours.length * perHour;
  if (days[day] !== lowDay) return place;
  const lowHour = Math.floor((low - lowDay * DAY) / 3600);
  const hour = firstFrom(hours, lowHour);
  if (hours[hour] !== lowHour) return place + hour * perHour;
  const minute = firstFrom(minutes, Math.floor((low - lowDay * DAY - lowHour * 3600) / 60));
  return place + hour * perHour + minute * seconds.length;
}

function startAt(period: Period, place: number): number {
  const { days, hours, minutes, seconds } = period;
  const second = seconds[place % seconds.length]!;
  let rest = Math.floor(place / seconds.length);
  const minute = minutes[rest % minutes.length]!;
  rest = Math.floor(rest / minutes.length);
  const hour = hours[rest % hours.length]!;
  return days[Math.floor(rest / hours.length)]! * DAY + hour * 3600 + minute * 60 + second;
}

/** Which of `size` starts BYSETPOS selects, ascending. */
export function selectedPlaces(positions: readonly number[], size: number): readonly number[] {
  const places = new Set<number>();
  for (const position of positions) {
    const place = position > 0 ? position - 1 : size + position;
    if (place >= 0 && place < size) places.add(place);
  }
  return [...places].sort((a, b) => a - b);
}

function isBare(rule: RecurrenceRule): boolean {
  return (
    !limitsDays(rule) && rule.bySecond.length + rule.byMinute.length + rule.byHour.length + rule.bySetPos.length === 0
  );
}

/** Whether every period has exactly one start, so that a COUNT is a matter of division. */
function isRegular(rule: RecurrenceRule, start: number, options: StartsOptions): boolean {
  if (options.isSkipped !== undefined || !isBare(rule)) return false;
  if (rule.freq in UNIT) return !options.isDate;
  if (rule.freq !== 'MONTHLY' && rule.freq !== 'YEARLY') return true;
  const { scale } = rule;
  const { month, day } = scale.dateOf(Math.floor(start / DAY));
  // Every year of every calendar has its months up to the twelfth, leap months aside.
  return day <= scale.shortestMonth && (rule.freq === 'MONTHLY' || (Number.isInteger(month) && month <= 12));
}

/** Whether so many steps since the last result are allowed. */
export function isAllowed(pending: number, { limit, most, spent }: StepBudget): boolean {
  return pending <= limit && (pending <= SCARCE || spent <= most || pending * spent <= limit * most);
}

/** Counts the steps of one rule: `step` is false when the budget is used up, `found` begins anew. */
interface Stepper {
  step(cost: number): boolean;
  found(): void;
}

function stepper(budget: StepBudget, rule: RecurrenceRule): Stepper {
  let pending = 0;
  return {
    step(cost) {
      pending += cost;
      budget.spent += cost;
      if (isAllowed(pending, budget)) return true;
      budget.exhausted = true;
      budget.givenUp.add(rule);
      return false;
    },
    found() {
      pending = 0;
    },
  };
}

/** The place of the month of a day among all months. */
function monthOf({ scale }: RecurrenceRule, day: number): number {
  const { year, month } = scale.dateOf(day);
  return scale.monthIndex(year, month);
}

/** Periods of a day and longer: all of BYHOUR, BYMINUTE and BYSECOND expand. */
function advanceByDays(
  rule: RecurrenceRule,
  start: number,
  first: number,
  bound: number,
  step: (cost: number) => boolean,
): Advance {
  const { scale, interval } = rule;
  const startDay = Math.floor(start / DAY);
  const anchor = anchorOf(scale, startDay);
  const lastDay = Math.floor(bound / DAY);
  const isMonthly = rule.freq === 'MONTHLY';
  const placeOfDay = isMonthly ? (day: number) => monthOf(rule, day) : (day: number) => yearOf(rule, day);
  const startPlace = placeOfDay(startDay);
  const lastPlace = placeOfDay(lastDay);
  const week = startDay - ((weekdayOf(startDay) - rule.weekStart + 7) % 7);
  const limited = limitsDays(rule);
  let index = first;

  if (rule.freq === 'DAILY') {
    const cost = dayCost(rule);
    return (period) => {
      let day = startDay + index * interval;
      while (limited && day <= lastDay && !(step(cost) && allowsDay(rule, day))) {
        const next = nextAllowedDay(rule, day + 1, lastDay, step);
        if (next === Number.POSITIVE_INFINITY) return false;
        index = Math.ceil((next - startDay) / interval);
        day = startDay + index * interval;
      }
      index++;
      period.days = [day];
      return day <= lastDay && step(1);
    };
  }
  const candidates = candidateDays(rule);
  const months = rule.freq === 'YEARLY' ? 12 : isMonthly ? 1 : 0;
  const cost = 1 + candidates + months * scale.cost + (months === 0 && limited ? Math.ceil(scale.cost / 4) : 0);
  return (period) => {
    const offset = index++ * interval;
    if (rule.freq === 'WEEKLY') {
      const begin = week + offset * 7;
      if (begin > lastDay) return false;
      period.days = daysOfWeek(rule, anchor, begin);
      return step(cost);
    }
    const place = startPlace + offset;
    if (place > lastPlace) return false;
    if (isMonthly) {
      const { year, month } = scale.monthAt(place);
      period.days = daysOfMonth(rule, anchor, year, month);
    } else period.days = daysOfYear(rule, anchor, place);
    return step(cost);
  };
}

/** Periods shorter than a day: parts for longer times limit, and what they rule out is crossed in one step. */
function advanceByTime(
  rule: RecurrenceRule,
  base: number,
  first: number,
  unit: number,
  bound: number,
  period: Period,
  step: (cost: number) => boolean,
): Advance {
  const limited = limitsDays(rule);
  const cost = limited ? dayCost(rule) : 1;
  const lastDay = Math.floor(bound / DAY);
  const hours = period.hours;
  const minutes = period.minutes;
  const seconds = period.seconds;
  const origin = base * unit;
  const stride = rule.interval * unit;
  let index = first;
  return (next) => {
    for (;;) {
      const time = origin + index * stride;
      if (time > bound || !step(cost)) return false;
      const day = Math.floor(time / DAY);
      const hour = Math.floor((time - day * DAY) / 3600);
      const minute = Math.floor((time - day * DAY) / 60) % 60;
      const second = time - Math.floor(time / 60) * 60;
      let target = time;
      if (limited && !allowsDay(rule, day)) target = nextAllowedDay(rule, day + 1, lastDay, step) * DAY;
      else if (rule.byHour.length > 0 && !hours.includes(hour)) {
        target = day * DAY + (hours[firstFrom(hours, hour)] ?? 24) * 3600;
      } else if (unit < 3600 && rule.byMinute.length > 0 && !minutes.includes(minute)) {
        target = day * DAY + hour * 3600 + (minutes[firstFrom(minutes, minute)] ?? 60) * 60;
      } else if (unit === 1 && rule.bySecond.length > 0 && !seconds.includes(second)) {
        target = time - second + (seconds[firstFrom(seconds, second)] ?? 60);
      }
      if (target === time) {
        next.days = [day];
        next.hours = [hour];
        if (unit < 3600) next.minutes = [minute];
        if (unit === 1) next.seconds = [second];
        index++;
        return true;
      }
      if (target > bound) return false;
      // Hours and minutes are longer than the unit or equal to it, so the period that holds the target begins at it or is cut by the start.
      index = Math.ceil((target - origin) / stride);
    }
  };
}

/** The number of the period with which to begin so that nothing at or after `from` is missed. */
function firstPeriod(rule: RecurrenceRule, start: number, from: number): number {
  if (from <= start) return 0;
  const startDay = Math.floor(start / DAY);
  const fromDay = Math.floor(from / DAY);
  if (rule.freq === 'SECONDLY' || rule.freq === 'MINUTELY' || rule.freq === 'HOURLY') {
    const unit = UNIT[rule.freq];
    return Math.floor((Math.floor(from / unit) - Math.floor(start / unit)) / rule.interval);
  }
  if (rule.freq === 'DAILY') return Math.floor((fromDay - startDay) / rule.interval);
  if (rule.freq === 'WEEKLY') {
    const week = startDay - ((weekdayOf(startDay) - rule.weekStart + 7) % 7);
    return Math.floor((fromDay - week) / (7 * rule.interval));
  }
  const apart =
    rule.freq === 'MONTHLY'
      ? monthOf(rule, fromDay) - monthOf(rule, startDay)
      : yearOf(rule, fromDay) - yearOf(rule, startDay);
  // SKIP=FORWARD may push the last day of a period into the one after it.
  return Math.max(0, Math.floor(apart / rule.interval) - (rule.skip === undefined ? 0 : 1));
}

/**
 * The starts of the instances of a rule, ascending, without duplicates. The start itself always is the first one and counts, whether or not
 * the rule would give it. A rule in a calendar that is not known yields the start alone (RFC 7529 section 6).
 */
export function* startsOf(rule: RecurrenceRule, start: number, options: StartsOptions): Generator<number, void> {
  const from = options.from ?? Number.NEGATIVE_INFINITY;
  const bound = Math.min(options.until ?? rule.until?.local ?? LAST_SECOND, LAST_SECOND);
  if (start >= from && start <= bound) yield start;
  if (rule.unknownScale !== undefined || start >= bound) return;

  const budget = options.budget ?? stepBudget();
  if (budget.givenUp.has(rule)) return;
  const { step, found } = stepper(budget, rule);
  const counts = rule.count !== undefined;
  const jumps = !counts || isRegular(rule, start, options);
  const first = jumps ? firstPeriod(rule, start, from) : 0;
  let counted = Math.max(1, jumps ? first : 0);

  const timeOfDay = start - Math.floor(start / DAY) * DAY;
  const part = (values: readonly number[], own: number) =>
    options.isDate ? MIDNIGHT : values.length > 0 ? values : [own];
  const period: Period = {
    days: [],
    hours: part(rule.byHour, Math.floor(timeOfDay / 3600)),
    minutes: part(rule.byMinute, Math.floor(timeOfDay / 60) % 60),
    seconds: part(rule.bySecond, timeOfDay % 60),
  };
  let advance: Advance;
  if (rule.freq === 'SECONDLY' || rule.freq === 'MINUTELY' || rule.freq === 'HOURLY') {
    const unit = UNIT[rule.freq];
    const timed = options.isDate ? { ...rule, byHour: MIDNIGHT, byMinute: MIDNIGHT, bySecond: MIDNIGHT } : rule;
    advance = advanceByTime(timed, Math.floor(start / unit), first, unit, bound, period, step);
  } else advance = advanceByDays(rule, start, first, bound, step);

  const effort = options.effort ?? 0;
  let effortUntil = Number.NEGATIVE_INFINITY;
  let previous = start;
  while ((!counts || counted < rule.count) && advance(period)) {
    const size = period.days.length * period.hours.length * period.minutes.length * period.seconds.length;
    const places = rule.bySetPos.length > 0 ? selectedPlaces(rule.bySetPos, size) : undefined;
    const low = counts ? previous + 1 : Math.max(previous + 1, from);
    const end = places?.length ?? size;
    for (let at = places === undefined ? placeOf(period, low) : 0; at < end; at++) {
      const local = startAt(period, places === undefined ? at : places[at]!);
      if (local <= previous) continue;
      if (local > bound) return;
      previous = local;
      if (effort > 0 && local >= effortUntil) {
        if (!step(effort)) return;
        effortUntil = local + 365 * DAY;
      }
      if (options.isSkipped?.(local)) {
        // A zone of its own may leave out whole days of a rule, year after year.
        if (!step(1)) return;
        continue;
      }
      counted++;
      if (local >= from) {
        found();
        yield local;
      } else if (!step(1)) return;
      if (counts && counted >= rule.count) return;
    }
  }
}
