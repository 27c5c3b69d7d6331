/**
 * The observances of a zone in a stretch of time: from when to when which offset holds. RFC 7808 section 5.4.
 */
import { formatDateTime } from '../../formats/date-time.ts';
import { DAY } from '../../formats/icalendar/civil.ts';
import { type Component, propertyOf } from '../../formats/icalendar/component.ts';
import type { TimeRange, TimeZone } from '../../formats/icalendar/moment.ts';
import { parseUtcOffset } from '../../formats/icalendar/values.ts';

/** RFC 7808 section 6.3. */
export interface Observance {
  readonly name: string;
  readonly onset: string;
  readonly 'utc-offset-from': number;
  readonly 'utc-offset-to': number;
}

/** Offsets are looked at this often; no two changes that undo each other are known to lie closer. */
const STEP = 7 * DAY;

/** Those in a range with finite bounds, in order; the first is the one in effect at its start. `vtimezone` is asked for their names. */
export function observancesOf(zone: TimeZone, vtimezone: Component, { start, end }: TimeRange): readonly Observance[] {
  const found = [observance(start, zone.offsetAt(start - 1), zone.offsetAt(start), vtimezone)];
  let from = start;
  while (from < end) {
    const to = Math.min(from + STEP, end);
    let before = zone.offsetAt(from);
    while (from < to && zone.offsetAt(to) !== before) {
      from = firstOther(zone, from, to, before);
      const after = zone.offsetAt(from);
      if (from < end) found.push(observance(from, before, after, vtimezone));
      before = after;
    }
    from = to;
  }
  return found;
}

/** The first second after `low`, up to `high`, at which the offset is no longer `before`. */
function firstOther(zone: TimeZone, low: number, high: number, before: number): number {
  let same = low;
  let other = high;
  while (other - same > 1) {
    const middle = Math.floor((same + other) / 2);
    if (zone.offsetAt(middle) === before) same = middle;
    else other = middle;
  }
  return other;
}

function observance(onset: number, from: number, to: number, vtimezone: Component): Observance {
  return { name: nameOf(to, vtimezone), onset: formatDateTime(onset), 'utc-offset-from': from, 'utc-offset-to': to };
}

/** What the zone calls an offset; of one that it has not any more, the offset itself. */
function nameOf(offset: number, { components }: Component): string {
  for (const component of components) {
    const value = propertyOf(component, 'TZOFFSETTO')?.value;
    if (value === undefined || parseUtcOffset(value) !== offset) continue;
    const name = propertyOf(component, 'TZNAME')?.value;
    if (name !== undefined) return name;
  }
  const minutes = Math.floor(Math.abs(offset) / 60);
  const two = (value: number) => String(value).padStart(2, '0');
  return `UTC${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}
