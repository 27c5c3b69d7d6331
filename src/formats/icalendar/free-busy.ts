/**
 * Busy time: from calendar objects to periods, merged, and to the VFREEBUSY that answers a request.
 * RFC 4791 section 7.10, RFC 5545 section 3.6.4.
 */
import { type Component, type Property, parameterOf, propertiesOf, propertyOf } from './component.ts';
import { instantsOf } from './instance-times.ts';
import { type InstanceView, instancesOf } from './instances.ts';
import type { TimeRange } from './moment.ts';
import { formatMoment, parsePeriod } from './values.ts';

/** In descending weight: where periods overlap, the first of these types holds. */
const TYPES = ['BUSY', 'BUSY-UNAVAILABLE', 'BUSY-TENTATIVE'] as const;

/** An FBTYPE of time that is not free. RFC 5545 section 3.2.9. */
export type BusyType = (typeof TYPES)[number];

/** Half open, in seconds since 1970-01-01T00:00:00Z. */
export interface BusyPeriod {
  readonly start: number;
  readonly end: number;
  readonly type: BusyType;
}

/** How many instances of one object count unless the view says otherwise: one each quarter of an hour over a year. */
const MOST_INSTANCES = 35_040;

/** How a VEVENT keeps its attendee busy; undefined for not at all. RFC 4791 section 7.10. */
function busyTypeOf(event: Component): BusyType | undefined {
  if (propertyOf(event, 'TRANSP')?.value.trim().toUpperCase() === 'TRANSPARENT') return undefined;
  const status = propertyOf(event, 'STATUS')?.value.trim().toUpperCase();
  if (status === 'CANCELLED') return undefined;
  return status === 'TENTATIVE' ? 'BUSY-TENTATIVE' : 'BUSY';
}

/** The type of a FREEBUSY property; one that is not known is busy. RFC 5545 section 3.2.9. */
function typeOf(property: Property): BusyType | undefined {
  const type = parameterOf(property, 'FBTYPE')?.toUpperCase();
  return type === 'FREE' ? undefined : (TYPES.find((known) => known === type) ?? 'BUSY');
}

function ofFreeBusy(freeBusy: Component, view: InstanceView, periods: BusyPeriod[]): void {
  for (const property of propertiesOf(freeBusy, 'FREEBUSY')) {
    const type = typeOf(property);
    if (type === undefined) continue;
    for (const text of property.value.split(',')) {
      const period = parsePeriod(text, parameterOf(property, 'TZID'));
      if (period === undefined) continue;
      const { start, end } = instantsOf(period, view);
      if (end > start && start < view.range.end && end > view.range.start) periods.push({ start, end, type });
    }
  }
}

/**
 * The busy periods of one calendar object that overlap the range of the view: of its VEVENT instances and its VFREEBUSY components; not
 * merged, not cut. An instance without length takes no time. RFC 4791 section 7.10.
 */
export function busyOf(calendar: Component, view: InstanceView): readonly BusyPeriod[] {
  const periods: BusyPeriod[] = [];
  const types = new Map<Component, BusyType>();
  for (const component of calendar.components) {
    if (component.name === 'VFREEBUSY') ofFreeBusy(component, view, periods);
    const type = component.name === 'VEVENT' ? busyTypeOf(component) : undefined;
    if (type !== undefined) types.set(component, type);
  }
  if (types.size === 0) return periods;
  for (const instance of instancesOf(calendar, { ...view, limit: view.limit ?? MOST_INSTANCES }, 'VEVENT')) {
    const type = types.get(instance.component);
    if (type === undefined || instance.endsAt <= instance.startsAt) continue;
    periods.push({ start: instance.startsAt, end: instance.endsAt, type });
  }
  return periods;
}

/** Joins periods that overlap or touch. They must be sorted by their starts. */
export function coalesced(periods: readonly TimeRange[]): TimeRange[] {
  const joined: { start: number; end: number }[] = [];
  for (const { start, end } of periods) {
    const last = joined.at(-1);
    if (last !== undefined && start <= last.end) last.end = Math.max(last.end, end);
    else joined.push({ start, end });
  }
  return joined;
}

/** What remains of periods outside of others; both are sorted and without overlaps. */
export function without<P extends TimeRange>(periods: readonly P[], others: readonly TimeRange[]): P[] {
  const rest: P[] = [];
  let at = 0;
  for (const period of periods) {
    let start = period.start;
    while (at < others.length && others[at]!.end <= start) at++;
    for (let next = at; next < others.length && others[next]!.start < period.end; next++) {
      const other = others[next]!;
      if (other.start > start) rest.push({ ...period, start, end: other.start });
      start = Math.max(start, other.end);
    }
    if (start < period.end) rest.push({ ...period, start });
  }
  return rest;
}

/** For sorting. */
export const byStart = (a: TimeRange, b: TimeRange) => a.start - b.start;

/**
 * Merges busy periods of many calendar objects: cut to the range, those of one type joined, no two overlapping (of two types BUSY holds, then
 * BUSY-UNAVAILABLE), in order. RFC 4791 section 7.10.
 */
export function mergeBusy(periods: Iterable<BusyPeriod>, range: TimeRange): readonly BusyPeriod[] {
  const byType: Record<BusyType, TimeRange[]> = { BUSY: [], 'BUSY-UNAVAILABLE': [], 'BUSY-TENTATIVE': [] };
  for (const period of periods) {
    const start = Math.max(period.start, range.start);
    const end = Math.min(period.end, range.end);
    if (start < end) byType[period.type].push({ start, end });
  }
  const merged: BusyPeriod[] = [];
  let taken: TimeRange[] = [];
  for (const type of TYPES) {
    const own = without(coalesced(byType[type].sort(byStart)), taken);
    for (const period of own) merged.push({ ...period, type });
    taken = coalesced([...taken, ...own].sort(byStart));
  }
  return merged.sort(byStart);
}

/** Periods with others laid over them: where both are, the upper ones hold. Both are sorted and without overlaps, and so is the result. */
export function overlaid(upper: readonly BusyPeriod[], lower: readonly BusyPeriod[]): readonly BusyPeriod[] {
  if (upper.length === 0 || lower.length === 0) return upper.length === 0 ? lower : upper;
  return joined([...without(lower, upper), ...upper].sort(byStart));
}

/** The same periods, those of one type that touch being one. They must be sorted and without overlaps. */
export function joined(periods: readonly BusyPeriod[]): readonly BusyPeriod[] {
  const all: BusyPeriod[] = [];
  for (const period of periods) {
    const last = all.at(-1);
    if (last?.end === period.start && last.type === period.type) all[all.length - 1] = { ...last, end: period.end };
    else all.push(period);
  }
  return all;
}

function utcText(seconds: number): string {
  return formatMoment({ kind: 'utc', local: Math.floor(seconds) });
}

function property(name: string, value: string, parameters: Property['parameters'] = []): Property {
  return { name, parameters, value, line: 0 };
}

/**
 * The VFREEBUSY of a range, in UTC throughout: one FREEBUSY line for each period. A side of the range that is open is left out. `now` is in
 * seconds since 1970-01-01T00:00:00Z; `organizer` a URI, whose times they are, for what is published. RFC 5545 section 3.6.4.
 */
export function writeFreeBusy(
  range: TimeRange,
  periods: readonly BusyPeriod[],
  now: number,
  uid: string,
  organizer?: string,
): Component {
  const properties = [property('UID', uid), property('DTSTAMP', utcText(now))];
  if (organizer !== undefined) properties.push(property('ORGANIZER', organizer));
  if (Number.isFinite(range.start)) properties.push(property('DTSTART', utcText(range.start)));
  if (Number.isFinite(range.end)) properties.push(property('DTEND', utcText(range.end)));
  for (const { start, end, type } of periods) {
    const parameters = [{ name: 'FBTYPE', values: [type] }];
    properties.push(property('FREEBUSY', `${utcText(start)}/${utcText(end)}`, parameters));
  }
  return { name: 'VFREEBUSY', properties, components: [], line: 0 };
}
