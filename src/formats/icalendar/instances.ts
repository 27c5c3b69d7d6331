/**
 * The instances of a calendar object in a time range: the recurrence set of its master, with overrides in the place of what they replace.
 * RFC 5545 section 3.8.4.4, RFC 4791 section 9.9.
 */
import { DAY } from './civil.ts';
import { type Component, parameterOf, propertyOf } from './component.ts';
import {
  type Clock,
  endMoment,
  endOf,
  localOf,
  longest,
  momentAt,
  momentOf,
  rowOverlaps,
  type Timing,
  timingOf,
} from './instance-times.ts';
import type { Moment, TimeRange, TimeZone, ZoneResolver } from './moment.ts';
import { isAllowed, type StepBudget } from './recurrence.ts';
import {
  type Marks,
  mark,
  marked,
  merged,
  type Recurrence,
  type RecurrenceSet,
  recurrenceAt,
  recurrenceSetOf,
  recurrencesOf,
  recurs,
  type Window,
} from './recurrence-set.ts';

/** One instance of a calendar object: of a VEVENT, VTODO or VJOURNAL. */
export interface Instance {
  /** Whose properties it has: the master, or an override. */
  readonly component: Component;
  /** Undefined when the object does not recur. Of an override as it stands there, else in what DTSTART is written in. */
  readonly recurrenceId: Moment | undefined;
  readonly start: Moment;
  readonly end: Moment;
  /** Seconds since 1970-01-01T00:00:00Z. */
  readonly startsAt: number;
  readonly endsAt: number;
  /** The component is not the master: it replaces this instance, or this one and those after it (THISANDFUTURE). */
  readonly isOverride: boolean;
}

/** THISANDFUTURE overrides beyond these are overrides of their own instance alone: each one is another pass over the rule. */
const MOST_CHANGES = 32;

/** In what way instances are looked at. */
export interface InstanceView {
  readonly zones: ZoneResolver;
  /** The zone of the reader, for dates and floating times. */
  readonly floating: TimeZone;
  readonly range: TimeRange;
  /** At most so many; without it the sequence may be endless where the range is. */
  readonly limit?: number;
  /** Whose instances are wanted: of all components where it is absent. Those of others are not made. */
  readonly only?: (component: Component) => boolean;
  /** Tells afterwards whether a rule was given up. */
  readonly budget?: StepBudget;
}

/** The components of one recurring or single thing. */
export interface InstanceGroup {
  readonly master: Component | undefined;
  readonly overrides: readonly Component[];
}

/** An override that can be placed. */
export interface Override {
  readonly component: Component;
  readonly recurrenceId: Moment;
  readonly timing: Timing;
  /** RANGE=THISANDFUTURE: RFC 5545 section 3.2.13. */
  readonly andFuture: boolean;
}

/** Groups the components of a name (or of all names that have instances) by UID: in a calendar object, one group. */
export function groupsOf(calendar: Component, name?: string): readonly InstanceGroup[] {
  const groups = new Map<string, { master: Component | undefined; overrides: Component[] }>();
  for (const component of calendar.components) {
    if (name !== undefined ? component.name !== name : !/^V(EVENT|TODO|JOURNAL)$/.test(component.name)) continue;
    const key = `${component.name}:${propertyOf(component, 'UID')?.value ?? ''}`;
    let group = groups.get(key);
    if (group === undefined) {
      group = { master: undefined, overrides: [] };
      groups.set(key, group);
    }
    if (propertyOf(component, 'RECURRENCE-ID') !== undefined) group.overrides.push(component);
    else group.master ??= component;
  }
  return [...groups.values()];
}

/** The overrides of a group that can be placed. One that says neither DTSTART nor an end takes place when it was planned, as long as planned. */
export function overridesOf(group: InstanceGroup, clock: Clock): readonly Override[] {
  const found: Override[] = [];
  const planned = group.master === undefined ? undefined : timingOf(group.master, clock);
  for (const component of group.overrides) {
    const recurrenceId = momentOf(component, 'RECURRENCE-ID');
    let timing = timingOf(component, clock, recurrenceId);
    if (recurrenceId === undefined || timing === undefined) continue;
    if (planned !== undefined && !['DTSTART', 'DTEND', 'DUE', 'DURATION'].some((name) => propertyOf(component, name))) {
      timing = { ...timing, days: planned.days, seconds: planned.seconds, row: planned.row };
    }
    const range = parameterOf(propertyOf(component, 'RECURRENCE-ID')!, 'RANGE');
    found.push({ component, recurrenceId, timing, andFuture: range?.toUpperCase() === 'THISANDFUTURE' });
  }
  return found;
}

/** The instance of a component that starts at a wall clock of its own zone. */
function instanceAt(
  component: Component,
  timing: Timing,
  local: number,
  startsAt: number,
  endsAt: number,
  recurrenceId: Moment | undefined,
  isOverride: boolean,
): Instance {
  const { start } = timing;
  return {
    component,
    recurrenceId,
    start: momentAt(start.kind, start.tzid, local),
    end: endMoment(timing, local, endsAt),
    startsAt,
    endsAt,
    isOverride,
  };
}

function ofOverride({ component, recurrenceId, timing }: Override): Instance {
  const local = timing.start.local;
  const startsAt = timing.startZone.toUtc(local);
  return instanceAt(component, timing, local, startsAt, endOf(timing, local, startsAt), recurrenceId, true);
}

/** What the instances of one stretch of a recurrence set look like: as the master, or shifted by an override for all that follow. */
interface Stretch {
  readonly component: Component;
  readonly timing: Timing;
  /** Instants of the recurrences: from (inclusive) and up to (exclusive). */
  readonly from: number;
  readonly to: number;
  /** Seconds on the wall clock from where a recurrence was planned to where it takes place; undefined for the master. */
  readonly shift: number | undefined;
}

/** The wall clock of a recurrence in the zone, and as the kind of time, of an override. */
function plannedLocal(recurrence: Recurrence, set: RecurrenceSet, timing: Timing): number {
  const planned = set.timing.start;
  const same = planned.kind === 'date' || (planned.kind === timing.start.kind && planned.tzid === timing.start.tzid);
  const local = same ? recurrence.local : localOf(recurrence.at, timing.startZone);
  return timing.start.kind === 'date' ? Math.floor(local / DAY) * DAY : local;
}

function stretchesOf(master: Component, set: RecurrenceSet, overrides: readonly Override[], clock: Clock): Stretch[] {
  const changes = overrides
    .filter((override) => override.andFuture)
    .map((override) => ({ override, recurrence: recurrenceAt(set.timing, override.recurrenceId, clock) }))
    .sort((a, b) => a.recurrence.at - b.recurrence.at)
    .slice(0, MOST_CHANGES);
  const until = (index: number) => changes[index]?.recurrence.at ?? Number.POSITIVE_INFINITY;
  const stretches: Stretch[] = [
    { component: master, timing: set.timing, from: Number.NEGATIVE_INFINITY, to: until(0), shift: undefined },
  ];
  for (const [index, { override, recurrence }] of changes.entries()) {
    const { component, timing } = override;
    const shift = timing.start.local - plannedLocal(recurrence, set, timing);
    stretches.push({ component, timing, from: recurrence.at, to: until(index + 1), shift });
  }
  return stretches;
}

/** The recurrences that may, in this stretch, overlap the range. */
function windowOf(stretch: Stretch, range: TimeRange): Window {
  // A shift is on the wall clock: two days are more than any change of offset or of zone adds to it.
  const slack = stretch.shift === undefined ? 0 : 2 * DAY;
  const shift = stretch.shift ?? 0;
  return {
    low: Math.max(stretch.from, range.start - longest(stretch.timing) - shift - slack),
    high: Math.min(stretch.to, range.end - shift + slack),
  };
}

function* ofStretch(
  stretch: Stretch,
  set: RecurrenceSet,
  replaced: Marks<true>,
  isRecurring: boolean,
  view: InstanceView,
): Generator<Instance, void> {
  const { component, timing, shift } = stretch;
  const { start } = set.timing;
  const replaces = replaced.instants.size + replaced.days.size > 0;
  const { budget } = view;
  let passed = 0;
  for (const recurrence of recurrencesOf(set, windowOf(stretch, view.range), view, budget)) {
    if (budget !== undefined) {
      // Around a change of all that follows, a rule for every second has hundreds of thousands that are not in the range.
      budget.spent++;
      if (!isAllowed(passed++, budget)) return;
    }
    if (recurrence.at < stretch.from || recurrence.at >= stretch.to) continue;
    if (replaces && marked(replaced, recurrence)) continue;
    const local = shift === undefined ? recurrence.local : plannedLocal(recurrence, set, timing) + shift;
    const startsAt = shift === undefined ? recurrence.at : timing.startZone.toUtc(local);
    const endsAt =
      shift === undefined && recurrence.endsAt !== undefined ? recurrence.endsAt : endOf(timing, local, startsAt);
    if (!rowOverlaps(timing.row, startsAt, endsAt, view.range)) continue;
    const recurrenceId = isRecurring ? momentAt(start.kind, start.tzid, recurrence.local) : undefined;
    passed = 0;
    yield instanceAt(component, timing, local, startsAt, endsAt, recurrenceId, shift !== undefined);
  }
}

function sequencesOf(group: InstanceGroup, view: InstanceView): Iterator<Instance>[] {
  const { master } = group;
  const overrides = group.overrides.length === 0 ? [] : overridesOf(group, view);
  const sequences: Iterator<Instance>[] = [];
  const wanted = view.only ?? (() => true);
  const own = overrides
    .filter(({ component }) => wanted(component))
    .map((override) => ({ override, instance: ofOverride(override) }))
    .filter(({ override, instance }) =>
      rowOverlaps(override.timing.row, instance.startsAt, instance.endsAt, view.range),
    )
    .map(({ instance }) => instance)
    .sort((a, b) => a.startsAt - b.startsAt);
  if (own.length > 0) sequences.push(own.values());
  const timing = master === undefined ? undefined : timingOf(master, view);
  if (master === undefined || timing === undefined) return sequences;
  const set = recurrenceSetOf(master, timing, view);
  const replaced: Marks<true> = { instants: new Map(), days: new Map() };
  for (const override of overrides) mark(replaced, timing, override.recurrenceId, view, true);
  const isRecurring = group.overrides.length > 0 || recurs(master);
  for (const stretch of stretchesOf(master, set, overrides, view)) {
    if (!wanted(stretch.component)) continue;
    sequences.push(ofStretch(stretch, set, replaced, isRecurring, view));
  }
  return sequences;
}

/**
 * The instances that overlap the range by RFC 4791 section 9.9, in the order of their starts, lazily. An override is an instance whether or
 * not the set has what it replaces, even when an EXDATE names the same: it says when it takes place. Components without a time have no
 * instances.
 */
export function* instancesOf(calendar: Component, view: InstanceView, name?: string): Generator<Instance, void> {
  const sequences = groupsOf(calendar, name).flatMap((group) => sequencesOf(group, view));
  let left = view.limit ?? Number.POSITIVE_INFINITY;
  if (left <= 0) return;
  const all = sequences.length === 1 ? sequences[0]! : merged(sequences, (instance) => instance.startsAt);
  for (let next = all.next(); !next.done; next = all.next()) {
    yield next.value;
    if (--left <= 0) return;
  }
}
