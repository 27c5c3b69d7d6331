/**
 * When a component takes place: its start, its length, and how both carry over to another instance of it.
 * RFC 5545 section 3.6.1, RFC 5545 section 3.8.5.3, RFC 4791 section 9.9.
 */
import { DAY } from './civil.ts';
import { type Component, propertyOf } from './component.ts';
import type { Moment, TimeRange, TimeZone, ZoneResolver } from './moment.ts';
import { utcZone } from './timezones.ts';
import { type Period, parseDuration, parseMoment } from './values.ts';

/** How wall clocks become instants: the zones of the object, and the zone of the reader for what has none. */
export interface Clock {
  readonly zones: ZoneResolver;
  readonly floating: TimeZone;
}

/** Which row of the tables in RFC 4791 section 9.9 an instance is tested by. */
export type OverlapRow = 'span' | 'todo-duration' | 'todo-due' | 'todo-start' | 'due';

/** The time of a component. */
export interface Timing {
  readonly start: Moment;
  readonly startZone: TimeZone;
  /** Its length: first whole days of the wall clock, then exact seconds. Neither is negative. */
  readonly days: number;
  readonly seconds: number;
  /** What the end is written in. */
  readonly endKind: Moment['kind'];
  readonly endTzid: string | undefined;
  readonly endZone: TimeZone;
  readonly row: OverlapRow;
}

/** The zone in which a moment is to be read. */
export function zoneOf(moment: Moment, clock: Clock): TimeZone {
  if (moment.kind === 'utc') return utcZone;
  if (moment.tzid === undefined) return clock.floating;
  return clock.zones(moment.tzid) ?? clock.floating;
}

/** Whether the instant of a moment is the same for every reader: not with dates, floating times and zones that nobody knows. */
export function isFixed(moment: Moment, zones: ZoneResolver): boolean {
  return moment.kind === 'utc' || (moment.tzid !== undefined && zones(moment.tzid) !== undefined);
}

/** The wall clock of an instant in a zone. */
export function localOf(instant: number, zone: TimeZone): number {
  return instant + zone.offsetAt(instant);
}

/** A moment of the given kind at a wall clock. */
export function momentAt(kind: Moment['kind'], tzid: string | undefined, local: number): Moment {
  return kind === 'zoned' && tzid !== undefined ? { kind, local, tzid } : { kind, local };
}

/** The moment of a property, or undefined when it is missing or unreadable. */
export function momentOf(component: Component, name: string): Moment | undefined {
  const property = propertyOf(component, name);
  return property === undefined ? undefined : parseMoment(property);
}

/** A period as instants. */
export interface InstantPeriod {
  readonly start: number;
  readonly end: number;
}

/** The instants of a PERIOD; one that ends before it starts is empty. RFC 5545 section 3.3.9. */
export function instantsOf(period: Period, clock: Clock): InstantPeriod {
  const zone = zoneOf(period.start, clock);
  const start = zone.toUtc(period.start.local);
  const end =
    'end' in period
      ? zoneOf(period.end, clock).toUtc(period.end.local)
      : zone.toUtc(period.start.local + period.duration.days * DAY) + period.duration.seconds;
  return { start, end: Math.max(start, end) };
}

function rowOf(component: Component): OverlapRow {
  if (component.name !== 'VTODO') return 'span';
  const due = propertyOf(component, 'DUE') !== undefined;
  if (propertyOf(component, 'DTSTART') === undefined) return due ? 'due' : 'todo-start';
  if (due) return 'todo-due';
  return propertyOf(component, 'DURATION') === undefined ? 'todo-start' : 'todo-duration';
}

/** The timing with this start and an end moment, or undefined for none. */
function upTo(start: Moment, end: Moment | undefined, row: OverlapRow, isTodo: boolean, clock: Clock): Timing {
  const startZone = zoneOf(start, clock);
  const plain = { start, startZone, endKind: start.kind, endTzid: start.tzid, endZone: startZone, row };
  // A day without a DTEND lasts a day, and so does one whose DTEND is no later, as some clients write it: RFC 5545 section 3.6.1.
  const least = start.kind === 'date' && !isTodo ? 1 : 0;
  if (end === undefined) return { ...plain, days: least, seconds: 0 };
  if (start.kind === 'date' && end.kind === 'date') {
    return { ...plain, days: Math.max(least, (end.local - start.local) / DAY), seconds: 0 };
  }
  const endZone = zoneOf(end, clock);
  const seconds = Math.max(0, endZone.toUtc(end.local) - startZone.toUtc(start.local));
  if (start.kind === 'date' || end.kind === 'date') return { ...plain, days: 0, seconds };
  return { ...plain, days: 0, seconds, endKind: end.kind, endTzid: end.tzid, endZone };
}

/**
 * The time of a component: of a VTODO without DTSTART that of its DUE. Undefined when it has none. `fallback` is the start of one that does
 * not say: the RECURRENCE-ID of an override.
 */
export function timingOf(component: Component, clock: Clock, fallback?: Moment): Timing | undefined {
  const isTodo = component.name === 'VTODO';
  const row = rowOf(component);
  const end = component.name === 'VJOURNAL' ? undefined : momentOf(component, isTodo ? 'DUE' : 'DTEND');
  const start = momentOf(component, 'DTSTART') ?? (isTodo ? end : undefined) ?? fallback;
  if (start === undefined) return undefined;
  if (end !== undefined || component.name === 'VJOURNAL') return upTo(start, end, row, isTodo, clock);
  const duration = parseDuration(propertyOf(component, 'DURATION')?.value ?? '');
  const timing = upTo(start, undefined, row, isTodo, clock);
  if (duration === undefined) return timing;
  return { ...timing, days: Math.max(0, duration.days), seconds: Math.max(0, duration.seconds) };
}

/** The instant at which an instance with this start ends. */
export function endOf(timing: Timing, local: number, startsAt: number): number {
  if (timing.days === 0) return startsAt + timing.seconds;
  return Math.max(startsAt, timing.startZone.toUtc(local + timing.days * DAY) + timing.seconds);
}

/** The end of an instance as a moment, in whatever the end of its component is written in. */
export function endMoment(timing: Timing, local: number, endsAt: number): Moment {
  if (timing.endKind === 'date') {
    return timing.seconds === 0
      ? { kind: 'date', local: local + timing.days * DAY }
      : { kind: 'floating', local: localOf(endsAt, timing.endZone) };
  }
  return momentAt(timing.endKind, timing.endTzid, localOf(endsAt, timing.endZone));
}

/** No instance is longer than this many seconds; what a change of offset may add to whole days is in it. */
export function longest(timing: Timing): number {
  return timing.days === 0 ? timing.seconds : (timing.days + 1) * DAY + timing.seconds;
}

/** Whether an instance overlaps a range by a row of the tables. RFC 4791 section 9.9. */
export function rowOverlaps(row: OverlapRow, startsAt: number, endsAt: number, range: TimeRange): boolean {
  const { start, end } = range;
  switch (row) {
    case 'span':
      return end > startsAt && (endsAt > startsAt ? start < endsAt : start <= startsAt);
    case 'todo-duration':
      return start <= endsAt && (end > startsAt || end >= endsAt);
    case 'todo-due':
      return (start < endsAt || start <= startsAt) && (end > startsAt || end >= endsAt);
    case 'todo-start':
      return start <= startsAt && end > startsAt;
    case 'due':
      return start < endsAt && end >= endsAt;
  }
}

/**
 * Whether one instance of a VEVENT, VTODO or VJOURNAL with these instants overlaps a range, by the properties that the component has. A
 * VTODO with neither DTSTART nor DUE is not tested here. RFC 4791 section 9.9.
 */
export function overlapsRange(component: Component, startsAt: number, endsAt: number, range: TimeRange): boolean {
  return rowOverlaps(rowOf(component), startsAt, endsAt, range);
}
