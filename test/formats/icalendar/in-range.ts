/**
 * The time-range filter on a whole calendar object, as its parts answer it: any component of that name, by any of its instances.
 */
import { type Component, propertyOf } from '../../../src/formats/icalendar/component.ts';
import { instancesOf } from '../../../src/formats/icalendar/instances.ts';
import type { TimeRange, TimeZone, ZoneResolver } from '../../../src/formats/icalendar/moment.ts';
import { alarmsInRange, componentInRange } from '../../../src/formats/icalendar/time-range.ts';

/** `VALARM` means the alarms of all components. RFC 4791 section 9.9. */
export function matchesTimeRange(
  calendar: Component,
  name: string,
  range: TimeRange,
  zones: ZoneResolver,
  floating: TimeZone,
): boolean {
  if (name === 'VALARM')
    return ['VEVENT', 'VTODO'].some((one) => alarmsInRange(calendar, one, range, { zones, floating }));
  const recurs = /^V(EVENT|TODO|JOURNAL)$/.test(name);
  if (recurs && instancesOf(calendar, { zones, floating, range, limit: 1 }, name).next().done !== true) return true;
  const alone = calendar.components.filter((one) => one.name === name && (!recurs || isUndatedTodo(one)));
  return alone.some((one) => componentInRange(one, range, zones, floating));
}

function isUndatedTodo(component: Component): boolean {
  const dated = ['DTSTART', 'DUE', 'RECURRENCE-ID'].some((name) => propertyOf(component, name) !== undefined);
  return component.name === 'VTODO' && !dated;
}
