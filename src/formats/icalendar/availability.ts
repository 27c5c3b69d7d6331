/**
 * When somebody can be reached: VAVAILABILITY with its AVAILABLE parts, and what several of them say together. What lies within the time of
 * a VAVAILABILITY is busy but for its AVAILABLE parts; one of higher priority says it anew. RFC 7953 section 3.1, RFC 7953 section 4.
 */
import { DAY } from './civil.ts';
import { type Component, propertyOf } from './component.ts';
import { type BusyPeriod, type BusyType, byStart, coalesced, joined, mergeBusy, without } from './free-busy.ts';
import { type Clock, momentOf, zoneOf } from './instance-times.ts';
import { type InstanceView, instancesOf } from './instances.ts';
import type { TimeRange } from './moment.ts';
import { parseDuration } from './values.ts';

/** What one VAVAILABILITY says of a range. */
export interface Availability {
  /** 0, the lowest, to 9, the highest: a PRIORITY of 9 is rank 1, that of 1 is rank 9, and none is 0. */
  readonly rank: number;
  /** What the time that is not free is. */
  readonly type: BusyType;
  /** The part of the range that it is about. */
  readonly during: TimeRange;
  /** Its AVAILABLE instances in that part, cut to it; as they come, so they may overlap. */
  readonly free: readonly TimeRange[];
}

/** How many instances of one VAVAILABILITY count unless the view says otherwise: one each quarter of an hour over a year. */
const MOST_INSTANCES = 35_040;

/** PRIORITY counts down from 1 to 9; 0, none, and what is no priority is the lowest of all. RFC 7953 section 4. */
function rankOf(availability: Component): number {
  const text = propertyOf(availability, 'PRIORITY')?.value.trim() ?? '';
  return /^[1-9]$/.test(text) ? 10 - Number(text) : 0;
}

/** A type that is not known is busy: RFC 5545 section 3.2.9. */
function typeOf(availability: Component): BusyType {
  const text = propertyOf(availability, 'BUSYTYPE')?.value.trim().toUpperCase();
  if (text === undefined || text === 'BUSY-UNAVAILABLE') return 'BUSY-UNAVAILABLE';
  return text === 'BUSY-TENTATIVE' ? text : 'BUSY';
}

/**
 * The time that a VAVAILABILITY is about, open where it has no DTSTART, or neither DTEND nor DURATION. Without a DTSTART a DURATION has no
 * meaning. It is empty where the end is no later than the start. RFC 7953 section 3.1.
 */
export function availabilityTime(availability: Component, clock: Clock): TimeRange {
  const from = momentOf(availability, 'DTSTART');
  const to = momentOf(availability, 'DTEND');
  const start = from === undefined ? Number.NEGATIVE_INFINITY : zoneOf(from, clock).toUtc(from.local);
  if (to !== undefined) return { start, end: Math.max(start, zoneOf(to, clock).toUtc(to.local)) };
  const duration = parseDuration(propertyOf(availability, 'DURATION')?.value ?? '');
  if (from === undefined || duration === undefined) return { start, end: Number.POSITIVE_INFINITY };
  const end = zoneOf(from, clock).toUtc(from.local + duration.days * DAY) + duration.seconds;
  return { start, end: Math.max(start, end) };
}

/**
 * What the VAVAILABILITY components of a calendar object say of the range of the view; those that say nothing of it are left out. The limit
 * of the view counts AVAILABLE instances. RFC 7953 section 5.
 */
export function availabilitiesOf(calendar: Component, view: InstanceView): readonly Availability[] {
  const found: Availability[] = [];
  let left = view.limit ?? MOST_INSTANCES;
  for (const component of calendar.components) {
    if (component.name !== 'VAVAILABILITY') continue;
    const during = common(availabilityTime(component, view), view.range);
    if (during === undefined) continue;
    const free: TimeRange[] = [];
    for (const { startsAt, endsAt } of instancesOf(component, { ...view, range: during, limit: left }, 'AVAILABLE')) {
      const cut = common({ start: startsAt, end: endsAt }, during);
      if (cut !== undefined) free.push(cut);
      left--;
    }
    found.push({ rank: rankOf(component), type: typeOf(component), during, free });
  }
  return found;
}

/** What two ranges have in common; undefined for nothing. */
function common(a: TimeRange, b: TimeRange): TimeRange | undefined {
  const start = Math.max(a.start, b.start);
  const end = Math.min(a.end, b.end);
  return start < end ? { start, end } : undefined;
}

/**
 * When somebody is not available, by all that is said: from the lowest rank to the highest, each first makes its time busy, whatever the
 * lower ones said of it, and then its AVAILABLE parts free. Of one rank, what any says is free is free, and of the types of the rest BUSY
 * holds, then BUSY-UNAVAILABLE: their order says nothing. In order, without overlaps. RFC 7953 section 4.
 */
export function unavailableTime(availabilities: readonly Availability[]): readonly BusyPeriod[] {
  let busy: readonly BusyPeriod[] = [];
  for (let rank = 0; rank <= 9; rank++) {
    const equals = availabilities.filter((one) => one.rank === rank);
    if (equals.length === 0) continue;
    const covered = coalesced(equals.map(({ during }) => during).sort(byStart));
    const free = coalesced(equals.flatMap((one) => one.free).sort(byStart));
    const own = mergeBusy(
      equals.map(({ during, type }) => ({ ...during, type })),
      { start: Number.NEGATIVE_INFINITY, end: Number.POSITIVE_INFINITY },
    );
    busy = [...without(busy, covered), ...without(own, free)].sort(byStart);
  }
  return joined(busy);
}
