/**
 * The recurrence set of one component: DTSTART, RRULE and RDATE, less EXDATE, as a lazy ascending sequence.
 * RFC 5545 section 3.8.5, RFC 5545 section 3.8.4.4.
 */
import { DAY } from './civil.ts';
import { type Component, type Property, parameterOf, propertiesOf } from './component.ts';
import { type Clock, instantsOf, isFixed, localOf, type Timing, zoneOf } from './instance-times.ts';
import type { Moment } from './moment.ts';
import { parseRule, type RecurrenceRule, type StepBudget, startsOf } from './recurrence.ts';
import { momentsOf, parsePeriod } from './values.ts';

/** RRULE should not be there twice (RFC 5545 section 3.8.5.3); each one may cost its budget, so that no more than these are followed. */
const MOST_RULES = 4;

/** One member of a recurrence set. */
export interface Recurrence {
  /** Its wall clock in the zone of DTSTART, and the instant. */
  readonly local: number;
  readonly at: number;
  /** Given by an RDATE that is a PERIOD: the instant at which it ends. */
  readonly endsAt?: number;
}

/** Instants, and days where a DATE was given for a DATE-TIME: which recurrence somebody means. */
export interface Marks<T> {
  readonly instants: Map<number, T>;
  readonly days: Map<number, T>;
}

/** What describes a recurrence set. */
export interface RecurrenceSet {
  readonly timing: Timing;
  readonly rules: readonly RecurrenceRule[];
  /** By RDATE, ascending. */
  readonly dates: readonly Recurrence[];
  readonly excluded: Marks<true>;
}

/** Both sides inclusive. */
export interface Window {
  readonly low: number;
  readonly high: number;
}

function dayOf(local: number): number {
  return Math.floor(local / DAY) * DAY;
}

/** The wall clock, in the zone of DTSTART, that a moment from RDATE, EXDATE or RECURRENCE-ID means. */
function localIn(timing: Timing, moment: Moment, clock: Clock): number {
  // Clients write DATE-TIME values for a series of whole days, midnights in UTC among them.
  if (timing.start.kind === 'date') {
    return dayOf(moment.kind === 'utc' ? localOf(moment.local, clock.floating) : moment.local);
  }
  if (moment.kind === timing.start.kind && moment.tzid === timing.start.tzid) return moment.local;
  return localOf(zoneOf(moment, clock).toUtc(moment.local), timing.startZone);
}

/** The recurrence that a moment means. A DATE in a series of DATE-TIME values is that day at the time of DTSTART. */
export function recurrenceAt(timing: Timing, moment: Moment, clock: Clock): Recurrence {
  const start = timing.start;
  if (start.kind !== 'date' && moment.kind === 'date') {
    const local = moment.local + start.local - dayOf(start.local);
    return { local, at: timing.startZone.toUtc(local) };
  }
  const local = localIn(timing, moment, clock);
  // Instants are compared, so in the hour that happens twice the one that was written counts.
  const at = start.kind === 'date' ? timing.startZone.toUtc(local) : zoneOf(moment, clock).toUtc(moment.local);
  return { local, at };
}

/** Remembers a value for the recurrence that a moment means. */
export function mark<T>(marks: Marks<T>, timing: Timing, moment: Moment, clock: Clock, value: T): void {
  if (timing.start.kind !== 'date' && moment.kind === 'date') marks.days.set(moment.local, value);
  else marks.instants.set(recurrenceAt(timing, moment, clock).at, value);
}

/** What is remembered for a recurrence. */
export function marked<T>(marks: Marks<T>, recurrence: Recurrence): T | undefined {
  const value = marks.instants.size > 0 ? marks.instants.get(recurrence.at) : undefined;
  if (value !== undefined || marks.days.size === 0) return value;
  return marks.days.get(dayOf(recurrence.local));
}

function datesOf(property: Property, timing: Timing, clock: Clock, dates: Recurrence[]): void {
  for (const moment of momentsOf(property)) dates.push(recurrenceAt(timing, moment, clock));
  if (!property.value.includes('/')) return;
  for (const text of property.value.split(',')) {
    const period = parsePeriod(text, parameterOf(property, 'TZID'));
    if (period === undefined) continue;
    const recurrence = recurrenceAt(timing, period.start, clock);
    dates.push(timing.start.kind === 'date' ? recurrence : { ...recurrence, endsAt: instantsOf(period, clock).end });
  }
}

/** Reads the recurrence set of a master. Rules that cannot be read are passed over: the component does not recur by them. */
export function recurrenceSetOf(master: Component, timing: Timing, clock: Clock): RecurrenceSet {
  const rules: RecurrenceRule[] = [];
  const dates: Recurrence[] = [];
  const excluded: Marks<true> = { instants: new Map(), days: new Map() };
  for (const property of master.properties) {
    if (property.name === 'RRULE') {
      const rule = rules.length < MOST_RULES ? parseRule(property.value) : undefined;
      if (rule !== undefined) rules.push(rule);
    } else if (property.name === 'RDATE') datesOf(property, timing, clock, dates);
    else if (property.name === 'EXDATE') {
      for (const moment of momentsOf(property)) mark(excluded, timing, moment, clock, true);
    }
  }
  dates.sort((a, b) => a.at - b.at);
  return { timing, rules, dates, excluded };
}

/** Whether a component has recurrence properties at all. RFC 5545 section 3.8.5. */
export function recurs(component: Component): boolean {
  return propertiesOf(component, 'RRULE').length + propertiesOf(component, 'RDATE').length > 0;
}

/** The first RSCALE in the components of a calendar object, or in their parts, that is not known here. RFC 7529 section 10. */
export function unknownScaleIn(calendar: Component): { readonly name: string; readonly line: number } | undefined {
  for (const component of calendar.components) {
    // A time zone with such a rule goes by its name.
    if (component.name === 'VTIMEZONE') continue;
    for (const property of component.properties) {
      const name = property.name === 'RRULE' ? parseRule(property.value)?.unknownScale : undefined;
      if (name !== undefined) return { name, line: property.line };
    }
    const within = unknownScaleIn(component);
    if (within !== undefined) return within;
  }
  return undefined;
}

/**
 * The bounds that UNTIL sets: a wall clock and an instant, both inclusive. A DATE for a DATE-TIME lets in all of that day; a UTC time for a
 * series of whole days is the day which the reader has then. RFC 5545 section 3.3.10.
 */
export function untilOf(rule: RecurrenceRule, timing: Timing, clock: Clock): { local: number; at: number } {
  const until = rule.until;
  const open = Number.POSITIVE_INFINITY;
  if (until === undefined) return { local: open, at: open };
  if (timing.start.kind === 'date') return { local: localIn(timing, until, clock), at: open };
  if (until.kind === 'date') return { local: until.local + DAY - 1, at: open };
  return until.kind === 'utc' ? { local: open, at: until.local } : { local: until.local, at: open };
}

/** Wall clocks between which all instants of a window lie, however the offset changes nearby. */
function localWindow(window: Window, timing: Timing): Window {
  const { low, high } = window;
  const zone = timing.startZone;
  return {
    low: Number.isFinite(low) ? low + Math.min(zone.offsetAt(low), zone.offsetAt(low + DAY)) : low,
    high: Number.isFinite(high) ? high + Math.max(zone.offsetAt(high), zone.offsetAt(high - DAY)) : high,
  };
}

function* byRule(
  rule: RecurrenceRule,
  timing: Timing,
  window: Window,
  clock: Clock,
  budget: StepBudget | undefined,
): Generator<Recurrence, void> {
  const zone = timing.startZone;
  const until = untilOf(rule, timing, clock);
  const highest = Math.min(window.high, until.at);
  const bounds = localWindow({ low: window.low, high: highest }, timing);
  // A floating time has no zone in which it could be skipped, so the set is the same for every reader.
  const skips = timing.start.kind === 'zoned' && isFixed(timing.start, clock.zones);
  const starts = startsOf(rule, timing.start.local, {
    isDate: timing.start.kind === 'date',
    from: bounds.low,
    until: Math.min(bounds.high, until.local),
    ...(skips ? { isSkipped: (local: number) => zone.isSkipped(local), effort: zone.effort ?? 0 } : {}),
    ...(budget === undefined ? {} : { budget }),
  });
  for (const local of starts) {
    const at = zone.toUtc(local);
    if (at > highest) return;
    if (at >= window.low) yield { local, at };
  }
}

function* within(dates: Iterable<Recurrence>, window: Window): Generator<Recurrence, void> {
  // A PERIOD may be longer than the component, so an early start rules nothing out.
  for (const date of dates) {
    if (date.at > window.high) return;
    if (date.at >= window.low || date.endsAt !== undefined) yield date;
  }
}

/** Merges ascending sequences; equal keys keep the order of the sequences. */
export function* merged<T>(sequences: readonly Iterator<T>[], keyOf: (value: T) => number): Generator<T, void> {
  const heads: { readonly sequence: Iterator<T>; value: T; key: number }[] = [];
  for (const sequence of sequences) {
    const first = sequence.next();
    if (!first.done) heads.push({ sequence, value: first.value, key: keyOf(first.value) });
  }
  while (heads.length > 0) {
    let least = 0;
    for (let at = 1; at < heads.length; at++) if (heads[at]!.key < heads[least]!.key) least = at;
    const head = heads[least]!;
    yield head.value;
    const next = head.sequence.next();
    if (next.done) heads.splice(least, 1);
    else {
      head.value = next.value;
      head.key = keyOf(next.value);
    }
  }
}

/**
 * The members of a recurrence set whose instants lie in a window, ascending, each once. Members by a PERIOD are given from before the window
 * too.
 */
export function* recurrencesOf(
  set: RecurrenceSet,
  window: Window,
  clock: Clock,
  budget?: StepBudget,
): Generator<Recurrence, void> {
  const { timing, rules, dates, excluded } = set;
  const sequences: Iterator<Recurrence>[] = [];
  // A PERIOD comes first, so that of two equal starts the one that brings a length is kept.
  if (dates.length > 0) sequences.push(within(dates, window));
  for (const rule of rules) sequences.push(byRule(rule, timing, window, clock, budget));
  if (rules.length === 0) {
    const local = timing.start.local;
    sequences.push(within([{ local, at: timing.startZone.toUtc(local) }], window));
  }
  const excludes = excluded.instants.size + excluded.days.size > 0;
  let previous = Number.NaN;
  const all = sequences.length === 1 ? sequences[0]! : merged(sequences, (recurrence) => recurrence.at);
  for (let next = all.next(); !next.done; next = all.next()) {
    const recurrence = next.value;
    if (recurrence.at === previous) continue;
    previous = recurrence.at;
    if (excludes && marked(excluded, recurrence)) continue;
    yield recurrence;
  }
}
