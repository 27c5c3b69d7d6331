/**
 * What an index keeps of a calendar object so that a search by time reads few of them: from when to when its instances reach, and what the days
 * and hours that they touch are like. Both may promise too much, never too little. RFC 4791 section 9.9.
 */

import { availabilityTime } from './availability.ts';
import { DAY, FIRST_SECOND, LAST_SECOND } from './civil.ts';
import { type Component, parameterOf, propertiesOf, propertyOf } from './component.ts';
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
import type { Moment, TimeRange, TimeZone, ZoneResolver } from './moment.ts';
import { type RecurrenceRule, startsOf, stepBudget } from './recurrence.ts';
import { recurrenceAt, recurrenceSetOf, untilOf } from './recurrence-set.ts';
import { addRule } from './rule-traits.ts';
import { utcZone } from './timezones.ts';
import {
  addEverything,
  addSpan as addTraits,
  keepDates,
  type TraitSet,
  type Traits,
  traitSet,
  traitsIn,
  traitsOfRange,
} from './traits.ts';
import { momentsOf, parsePeriod } from './values.ts';

/** The `first` of an object that may match any range, however early: 0001-01-01T00:00:00Z. */
export const OPEN_START = FIRST_SECOND;

/** The `last` of an object that recurs for ever or may match any range, however late: 10000-01-01T00:00:00Z. */
export const OPEN_END = LAST_SECOND + 1;

/** Whose clock the traits of an object are told by: where all its times are dates or floating, the reader's wall clock. */
export type ExtentClock = 'utc' | 'reader';

/** Where the instances of a calendar object can be. Alarms are not in it. */
export interface Extent {
  /** An object can overlap a range only where `first < range.end` and `range.start < last`. Seconds since 1970-01-01T00:00:00Z. */
  readonly first: number;
  readonly last: number;
  /** And only where it has all traits of one of the pieces that the range has on this clock: `piecesOf(range, floating)[clock]`. */
  readonly clock: ExtentClock;
  readonly traits: Traits;
}

/** No zone is further from UTC: a date or floating time happens up to so much earlier or later, as its reader lives. */
const FARTHEST = 14 * 3600;
/** Starts that a COUNT is followed for; beyond, its end is left open. */
const MOST_STARTS = 5000;
/** And in a calendar that is not arithmetic. */
const MOST_STARTS_ELSEWHERE = 120;
/** Objects of rules that reach no further than this have the dates between their ends alone. */
const YEAR = 371 * DAY;
/** By so much clocks have been put back since 1970; before, a whole day was had twice in Kwajalein. */
const PUT_BACK = 3 * 3600;
/** What a reader's zone does to a range is looked for this far around its ends: clocks are changed by a day at most. */
const AROUND = DAY + 3600;
/** In instances of more seconds than this a change may lie further from what is asked for. */
const LONG = 20 * 3600;

/** The pieces of a range by clock: see `Extent`. `floating` is the zone of the reader. */
export function piecesOf(range: TimeRange, floating: TimeZone): Readonly<Record<ExtentClock, readonly Traits[]>> {
  const utc = traitsOfRange(range);
  const { start, end } = range;
  if (!Number.isFinite(start) || !Number.isFinite(end)) return { utc, reader: utc };
  const offsets = [start - AROUND, start, start + AROUND, end - AROUND, end].map((at) => floating.offsetAt(at));
  const [least, most] = [Math.min(...offsets), Math.max(...offsets)];
  return {
    utc,
    reader: least === 0 && most === 0 ? utc : traitsOfRange({ start: start + least, end: end + most }),
  };
}

interface Reach {
  first: number;
  last: number;
  readonly clock: ExtentClock;
  readonly traits: TraitSet;
  /** Whether a rule has added to it. */
  ruled: boolean;
}

function addSpan(reach: Reach, start: number, end: number): void {
  reach.first = Math.min(reach.first, start);
  reach.last = Math.max(reach.last, end);
  addTraits(reach.traits, start, end);
}

function addAll(reach: Reach): void {
  addSpan(reach, OPEN_START, OPEN_END);
}

/** The seconds before the start of an instance and after its end that a range may touch, as the rows of the tables have it. */
function boundsOf(component: Component, length: number): { readonly before: number; readonly after: number } {
  // Of an event the end is no longer in it; a to-do is found at its ends too.
  if (component.name === 'VTODO') return { before: 1, after: 1 };
  return { before: 0, after: length > 0 ? -1 : 0 };
}

/** Adds one instance; `slack` is by how much it may be elsewhere for another reader. */
function addInstance(reach: Reach, component: Component, start: number, end: number, slack: number, stretch = 0): void {
  const { before, after } = boundsOf(component, end - start);
  const until = Math.max(start, end);
  reach.first = Math.min(reach.first, start - before - slack);
  reach.last = Math.max(reach.last, until + Math.max(after, end <= start ? 1 : 0) + slack);
  const apart = reach.clock === 'reader' ? 0 : slack;
  addTraits(reach.traits, start - before - apart, until + after + stretch + apart);
}

/** The moments of a component that say when it takes place; of periods, their starts. */
function* momentsIn(component: Component): Generator<Moment> {
  for (const property of component.properties) {
    if (!/^(DTSTART|DTEND|DUE|RECURRENCE-ID|RDATE)$/.test(property.name)) continue;
    const isPeriod = property.value.includes('/');
    for (const text of isPeriod ? property.value.split(',') : []) {
      const period = parsePeriod(text, parameterOf(property, 'TZID'));
      if (period !== undefined) yield period.start;
    }
    yield* momentsOf(property);
  }
}

/** Whether a component takes place at the same instants for every reader. */
function isCommon(component: Component, zones: ZoneResolver): boolean {
  for (const moment of momentsIn(component)) if (!isFixed(moment, zones)) return false;
  return true;
}

/** Whether an object takes place by the wall clock of its reader, with all that it says of time. */
function isReaders(calendar: Component, groups: readonly InstanceGroup[], { zones }: Clock): boolean {
  if (calendar.components.some(({ name }) => name === 'VFREEBUSY' || name === 'VAVAILABILITY')) return false;
  for (const { master, overrides } of groups) {
    for (const component of master === undefined ? overrides : [master, ...overrides]) {
      let dated = false;
      for (const moment of momentsIn(component)) {
        if (isFixed(moment, zones)) return false;
        dated = true;
      }
      if (!dated) return false;
    }
  }
  return groups.length > 0;
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
    ...(skips ? { isSkipped: (wall: number) => zone.isSkipped(wall), effort: zone.effort ?? 0 } : {}),
  })) {
    if (--left < 0) return OPEN_END;
  }
  return budget.exhausted ? OPEN_END : zone.toUtc(local);
}

/**
 * By how much an instance may be longer on the reader's wall clock than it is written: the zone of the reader, which is not known, may change
 * its offset between the ends of the first instance, which say the length, or of this.
 */
function stretchOf(reach: Reach, component: Component, timing: Timing, isFirst: boolean): number {
  if (reach.clock === 'utc' || timing.seconds === 0) return 0;
  if (timing.seconds > LONG) return DAY;
  const has = (name: string) => propertyOf(component, name) !== undefined;
  if (has('DURATION') || (isFirst && (has('DTEND') || has('DUE')))) return 0;
  return timing.start.local < 0 ? DAY : PUT_BACK;
}

function addRuleTraits(reach: Reach, component: Component, rule: RecurrenceRule, timing: Timing, slack: number): void {
  reach.ruled = true;
  const length = timing.days * DAY + timing.seconds;
  const { before, after } = boundsOf(component, length);
  const isReaders = reach.clock === 'reader';
  const apart = isReaders ? 0 : slack;
  addRule(reach.traits, rule, {
    start: timing.start.local,
    isDate: timing.start.kind === 'date',
    before: before + apart,
    after: length + after + apart + stretchOf(reach, component, timing, false),
    // A wall clock in a gap is read with the offset before it.
    offsets: isReaders ? [0] : timing.startZone.offsetsSince(timing.startZone.toUtc(timing.start.local) - 2 * DAY),
  });
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
  const end = endOf(timing, local, startsAt);
  addInstance(reach, master, startsAt, end, slack, stretchOf(reach, master, timing, true));
  const stretch = stretchOf(reach, master, timing, false);
  let lastStart = startsAt;
  for (const date of set.dates) {
    lastStart = Math.max(lastStart, date.at);
    const end = date.endsAt ?? endOf(timing, date.local, date.at);
    addInstance(reach, master, date.at, end, slack, date.endsAt === undefined ? stretch : DAY);
  }
  for (const rule of set.rules) {
    if (rule.unknownScale !== undefined) continue;
    const latest = latestStart(rule, timing, clock, slack);
    if (latest <= startsAt) continue;
    lastStart = Math.max(lastStart, latest);
    addRuleTraits(reach, master, rule, timing, slack);
    reach.last = Math.max(reach.last, latest + longest(timing) + slack + 1);
  }
  for (const { timing: changed, recurrenceId, andFuture } of overrides) {
    if (!andFuture) continue;
    // All that follow are shifted with it: no earlier than it is itself, and where to is not worth knowing.
    const shift = changed.startZone.toUtc(changed.start.local) - recurrenceAt(timing, recurrenceId, clock).at;
    reach.last = Math.max(reach.last, lastStart + shift + longest(changed) + 2 * DAY + slack);
    addEverything(reach.traits);
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
    const end = endOf(timing, timing.start.local, startsAt);
    addInstance(reach, component, startsAt, end, slack, stretchOf(reach, component, timing, true));
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
  const clock = { zones, floating: utcZone };
  const groups = groupsOf(calendar);
  const reach: Reach = {
    first: Number.POSITIVE_INFINITY,
    last: Number.NEGATIVE_INFINITY,
    clock: isReaders(calendar, groups, clock) ? 'reader' : 'utc',
    traits: traitSet(),
    ruled: false,
  };
  for (const group of groups) addGroup(reach, group, clock);
  for (const component of calendar.components) {
    if (component.name === 'VFREEBUSY') addFreeBusy(reach, component, clock);
    if (component.name === 'VAVAILABILITY') addAvailability(reach, component, clock);
  }
  if (reach.first > reach.last) addAll(reach);
  const first = Math.max(OPEN_START, Math.min(reach.first, OPEN_END));
  const last = Math.min(OPEN_END, Math.max(reach.last, OPEN_START));
  if (reach.ruled && last - first < YEAR) {
    const spanned = traitSet();
    addTraits(spanned, first, last);
    keepDates(reach.traits, spanned);
  }
  return { first, last, clock: reach.clock, traits: traitsIn(reach.traits) };
}
