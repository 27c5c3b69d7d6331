/**
 * What an index keeps of a calendar object so that a search by time reads few of them: from when to when its instances reach, and which weeks
 * of the year they touch. Both may promise too much, never too little. RFC 4791 section 9.9.
 */

import { availabilityTime } from './availability.ts';
import { gregorian } from './calendar-scale.ts';
import { civilFromDays, DAY, daysFromCivil, FIRST_SECOND, LAST_SECOND } from './civil.ts';
import { type Component, parameterOf, propertiesOf } from './component.ts';
import {
  type Clock,
  endOf,
  instantsOf,
  isFixed,
  longest,
  momentOf,
  type Timing,
  timingOf,
  zoneOf,
} from './instance-times.ts';
import { groupsOf, type InstanceGroup, type Override, overridesOf } from './instances.ts';
import type { Moment, TimeRange, ZoneResolver } from './moment.ts';
import { type RecurrenceRule, selectedPlaces, startsOf, stepBudget } from './recurrence.ts';
import { anchorOf, daysOfMonth, daysOfYear } from './recurrence-days.ts';
import { recurrenceAt, recurrenceSetOf, untilOf } from './recurrence-set.ts';
import { utcZone } from './timezones.ts';
import { momentsOf, parsePeriod } from './values.ts';

/** The `first` of an object that may match any range, however early: 0001-01-01T00:00:00Z. */
export const OPEN_START = FIRST_SECOND;

/** The `last` of an object that recurs for ever or may match any range, however late: 10000-01-01T00:00:00Z. */
export const OPEN_END = LAST_SECOND + 1;

/** Where the instances of a calendar object can be. Alarms are not in it. */
export interface Extent {
  /** An object can overlap a range only where `first < range.end` and `range.start < last`. Seconds since 1970-01-01T00:00:00Z. */
  readonly first: number;
  readonly last: number;
  /** And only where it has a bit in common with `weeksOfRange(range)`: bit n stands for the days 7n to 7n + 6 of any year in UTC, from 0. */
  readonly weeks: number;
}

const WEEKS = 53;
/** A range this long touches all weeks of the year. */
const YEAR = 371 * DAY;
/** No zone is further from UTC: a date or floating time happens up to so much earlier or later, as its reader lives. */
const FARTHEST = 14 * 3600;
/** Starts that a COUNT is followed for; beyond, its end is left open. */
const MOST_STARTS = 5000;
/** And in a calendar that is not arithmetic. */
const MOST_STARTS_ELSEWHERE = 120;
/** In these years every combination of leap years and weekdays occurs: RFC 5545 section 3.3.10 rules depend on nothing else of a year. */
const SAMPLE_START = 2000;
const SAMPLE_YEARS = 28;

interface Reach {
  first: number;
  last: number;
  readonly weeks: Uint8Array;
}

/** Marks the weeks of a span; both ends inclusive. */
function addWeeks(weeks: Uint8Array, start: number, end: number): void {
  if (!(end - start < YEAR)) {
    weeks.fill(1);
    return;
  }
  const lastDay = Math.floor(end / DAY);
  let day = Math.floor(start / DAY);
  while (day <= lastDay) {
    const { year } = civilFromDays(day);
    const first = daysFromCivil(year, 1, 1);
    const next = daysFromCivil(year + 1, 1, 1);
    const to = Math.min(lastDay, next - 1);
    for (let week = Math.floor((day - first) / 7); week <= Math.floor((to - first) / 7); week++) weeks[week] = 1;
    day = next;
  }
}

function maskOf(weeks: Uint8Array): number {
  let mask = 0;
  for (let week = WEEKS - 1; week >= 0; week--) mask = mask * 2 + (weeks[week] === 1 ? 1 : 0);
  return mask;
}

/** The weeks of the year that a range touches, as bits; see `Extent`. */
export function weeksOfRange(range: TimeRange): number {
  const weeks = new Uint8Array(WEEKS);
  addWeeks(weeks, range.start, range.end);
  return maskOf(weeks);
}

function addSpan(reach: Reach, start: number, end: number): void {
  reach.first = Math.min(reach.first, start);
  reach.last = Math.max(reach.last, end);
  addWeeks(reach.weeks, start, end);
}

function addAll(reach: Reach): void {
  addSpan(reach, OPEN_START, OPEN_END);
}

/** Adds one instance. A second more on each side makes up for the rows of the tables that include a bound. */
function addInstance(reach: Reach, component: Component, start: number, end: number, slack: number): void {
  const before = component.name === 'VTODO' ? 1 : 0;
  const after = component.name === 'VTODO' || end <= start ? 1 : 0;
  addSpan(reach, start - before - slack, Math.max(start, end) + after + slack);
}

function isCommon(component: Component, zones: ZoneResolver): boolean {
  for (const property of component.properties) {
    if (!/^(DTSTART|DTEND|DUE|RECURRENCE-ID|RDATE)$/.test(property.name)) continue;
    const isPeriod = property.value.includes('/');
    for (const text of isPeriod ? property.value.split(',') : []) {
      const period = parsePeriod(text, parameterOf(property, 'TZID'));
      if (period !== undefined && !isFixed(period.start, zones)) return false;
    }
    if (!momentsOf(property).every((moment: Moment) => isFixed(moment, zones))) return false;
  }
  return true;
}

/** No start by the rule is later than this instant. `slack` is 0 where the instants are the same for every reader. */
function latestStart(rule: RecurrenceRule, timing: Timing, clock: Clock, slack: number): number {
  const until = untilOf(rule, timing, clock);
  if (Number.isFinite(until.at)) return until.at;
  if (Number.isFinite(until.local)) return timing.startZone.toUtc(until.local) + (slack === 0 ? 0 : DAY);
  if (rule.count === undefined) return OPEN_END;
  const zone = timing.startZone;
  const budget = stepBudget();
  const isDate = timing.start.kind === 'date';
  const skips = timing.start.kind === 'zoned' && slack === 0;
  let local = timing.start.local;
  let left = rule.scale.cost === 0 ? MOST_STARTS : MOST_STARTS_ELSEWHERE;
  for (local of startsOf(rule, local, {
    isDate,
    budget,
    ...(skips ? { isSkipped: (wall: number) => zone.isSkipped(wall) } : {}),
  })) {
    if (--left < 0) return OPEN_END;
  }
  return budget.exhausted ? OPEN_END : zone.toUtc(local);
}

/** The days of a sample year that a MONTHLY or YEARLY rule may select in any year, whatever its INTERVAL leaves out. */
function* sampleDays(rule: RecurrenceRule, timing: Timing): Generator<readonly number[]> {
  const startDay = Math.floor(timing.start.local / DAY);
  const anchor = anchorOf(rule.scale, startDay);
  // Counting 12 months a year, an interval reaches the months that lie a multiple of this apart.
  let apart = 12;
  for (let rest = rule.interval % 12; rest !== 0; ) [apart, rest] = [rest, apart % rest];
  for (let year = SAMPLE_START; year < SAMPLE_START + SAMPLE_YEARS; year++) {
    if (rule.freq === 'YEARLY') yield daysOfYear(rule, anchor, year);
    else
      for (let month = ((anchor.month - 1) % apart) + 1; month <= 12; month += apart)
        yield daysOfMonth(rule, anchor, year, month);
  }
}

function addRuleWeeks(reach: Reach, rule: RecurrenceRule, timing: Timing): void {
  const length = longest(timing);
  const wanders = rule.scale !== gregorian || (rule.freq !== 'YEARLY' && rule.freq !== 'MONTHLY');
  if (wanders || length > 300 * DAY) {
    reach.weeks.fill(1);
    return;
  }
  const isOneTime =
    timing.start.kind === 'date' || Math.max(rule.byHour.length, rule.byMinute.length, rule.bySecond.length) <= 1;
  // Where it is a day of wall clocks, it may be the day before or after in UTC. A long instance may have a leap day in it or not.
  const slack = timing.start.kind === 'utc' ? 1 : DAY;
  const extra = length > 28 * DAY ? DAY : 0;
  for (const days of sampleDays(rule, timing)) {
    if (!reach.weeks.includes(0)) return;
    const positions = isOneTime && rule.bySetPos.length > 0 ? selectedPlaces(rule.bySetPos, days.length) : undefined;
    for (const day of positions === undefined ? days : positions.map((position) => days[position]!)) {
      addWeeks(reach.weeks, day * DAY - slack, (day + 1) * DAY + length + slack + extra);
    }
  }
}

function addMaster(reach: Reach, master: Component, overrides: readonly Override[], clock: Clock, slack: number): void {
  const timing = timingOf(master, clock);
  if (timing === undefined) {
    addUndated(reach, master, clock);
    return;
  }
  const set = recurrenceSetOf(master, timing, clock);
  const local = timing.start.local;
  const startsAt = timing.startZone.toUtc(local);
  addInstance(reach, master, startsAt, endOf(timing, local, startsAt), slack);
  let lastStart = startsAt;
  for (const date of set.dates) {
    lastStart = Math.max(lastStart, date.at);
    addInstance(reach, master, date.at, date.endsAt ?? endOf(timing, date.local, date.at), slack);
  }
  for (const rule of set.rules) {
    if (rule.unknownScale !== undefined) continue;
    const latest = latestStart(rule, timing, clock, slack);
    if (latest <= startsAt) continue;
    lastStart = Math.max(lastStart, latest);
    addRuleWeeks(reach, rule, timing);
    reach.last = Math.max(reach.last, latest + longest(timing) + slack + 1);
  }
  for (const { timing: changed, recurrenceId, andFuture } of overrides) {
    if (!andFuture) continue;
    // All that follow are shifted with it: no earlier than it is itself, and where to within the year is not worth knowing.
    const shift = changed.startZone.toUtc(changed.start.local) - recurrenceAt(timing, recurrenceId, clock).at;
    reach.last = Math.max(reach.last, lastStart + shift + longest(changed) + 2 * DAY + slack);
    reach.weeks.fill(1);
  }
}

/** A component without a start: a VTODO then goes by COMPLETED and CREATED; with neither, and a VJOURNAL, any range may find it. */
function addUndated(reach: Reach, component: Component, clock: Clock): void {
  const instants = ['COMPLETED', 'CREATED'].map((name) => {
    const moment = component.name === 'VTODO' ? momentOf(component, name) : undefined;
    return moment === undefined ? undefined : zoneOf(moment, clock).toUtc(moment.local);
  });
  const [completed, created] = instants;
  if (completed !== undefined) {
    const other = created ?? completed;
    addInstance(reach, component, Math.min(completed, other), Math.max(completed, other), FARTHEST);
  } else addSpan(reach, created === undefined ? OPEN_START : created - FARTHEST, OPEN_END);
}

function addGroup(reach: Reach, group: InstanceGroup, clock: Clock): void {
  const components = group.master === undefined ? group.overrides : [group.master, ...group.overrides];
  // What the reader's zone decides in one component may decide what another one replaces or shifts.
  const slack = components.every((component) => isCommon(component, clock.zones)) ? 0 : 2 * FARTHEST;
  const overrides = overridesOf(group, clock);
  for (const { component, timing } of overrides) {
    const startsAt = timing.startZone.toUtc(timing.start.local);
    addInstance(reach, component, startsAt, endOf(timing, timing.start.local, startsAt), slack);
  }
  if (group.master !== undefined) addMaster(reach, group.master, overrides, clock, slack);
}

function addFreeBusy(reach: Reach, freeBusy: Component, clock: Clock): void {
  const start = momentOf(freeBusy, 'DTSTART');
  const end = momentOf(freeBusy, 'DTEND');
  if (start !== undefined && end !== undefined) {
    const startsAt = zoneOf(start, clock).toUtc(start.local);
    // The table includes DTEND.
    addSpan(reach, startsAt - FARTHEST, Math.max(startsAt, zoneOf(end, clock).toUtc(end.local)) + FARTHEST);
  }
  for (const property of propertiesOf(freeBusy, 'FREEBUSY')) {
    for (const text of property.value.split(',')) {
      const period = parsePeriod(text, parameterOf(property, 'TZID'));
      if (period === undefined) continue;
      const instants = instantsOf(period, clock);
      addSpan(reach, instants.start - FARTHEST, instants.end + FARTHEST);
    }
  }
}

function addAvailability(reach: Reach, availability: Component, clock: Clock): void {
  const { start, end } = availabilityTime(availability, clock);
  addSpan(reach, Math.max(OPEN_START, start - FARTHEST), Math.min(OPEN_END, end + FARTHEST));
}

/**
 * The extent of a calendar object: over its instances, its overrides, its VFREEBUSY and VAVAILABILITY components, for readers in any zone. EXDATE and what
 * overrides replace are not taken out. An object that says nothing about time gets the extent of everything.
 */
export function extentOf(calendar: Component, zones: ZoneResolver): Extent {
  const reach: Reach = {
    first: Number.POSITIVE_INFINITY,
    last: Number.NEGATIVE_INFINITY,
    weeks: new Uint8Array(WEEKS),
  };
  const clock = { zones, floating: utcZone };
  for (const group of groupsOf(calendar)) addGroup(reach, group, clock);
  for (const component of calendar.components) {
    if (component.name === 'VFREEBUSY') addFreeBusy(reach, component, clock);
    if (component.name === 'VAVAILABILITY') addAvailability(reach, component, clock);
  }
  if (reach.first > reach.last) addAll(reach);
  const first = Math.max(OPEN_START, Math.min(reach.first, OPEN_END));
  const last = Math.min(OPEN_END, Math.max(reach.last, OPEN_START));
  if (last - first < YEAR) {
    const spanned = new Uint8Array(WEEKS);
    addWeeks(spanned, first, last);
    for (let week = 0; week < WEEKS; week++) if (spanned[week] === 0) reach.weeks[week] = 0;
  }
  return { first, last, weeks: maskOf(reach.weeks) };
}
