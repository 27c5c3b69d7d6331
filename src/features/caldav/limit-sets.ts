/**
 * Calendar objects reduced to what matters in a range: limit-recurrence-set and limit-freebusy-set. RFC 4791 section 9.6.6,
 * RFC 4791 section 9.6.7.
 */
import { type Component, type Property, parameterOf, propertyOf } from '../../formats/icalendar/component.ts';
import {
  type Clock,
  endOf,
  instantsOf,
  rowOverlaps,
  type Timing,
  timingOf,
  zoneOf,
} from '../../formats/icalendar/instance-times.ts';
import { groupsOf, type InstanceGroup, type Override, overridesOf } from '../../formats/icalendar/instances.ts';
import type { TimeRange } from '../../formats/icalendar/moment.ts';
import { recurrenceAt } from '../../formats/icalendar/recurrence-set.ts';
import { parsePeriod } from '../../formats/icalendar/values.ts';

/** Without the overrides that neither take place in the range nor were planned to; the calendar itself when there are none. */
export function withinRecurrenceSet(calendar: Component, range: TimeRange, clock: Clock): Component {
  const elsewhere = new Set<Component>();
  for (const group of groupsOf(calendar)) addElsewhere(elsewhere, group, range, clock);
  if (elsewhere.size === 0) return calendar;
  return { ...calendar, components: calendar.components.filter((component) => !elsewhere.has(component)) };
}

function addElsewhere(elsewhere: Set<Component>, group: InstanceGroup, range: TimeRange, clock: Clock): void {
  if (group.overrides.length === 0) return;
  const planned = group.master && timingOf(group.master, clock);
  for (const override of overridesOf(group, clock)) {
    if (!matters(override, planned, range, clock)) elsewhere.add(override.component);
  }
}

function matters(
  { recurrenceId, timing, andFuture }: Override,
  planned: Timing | undefined,
  range: TimeRange,
  clock: Clock,
) {
  const startsAt = timing.startZone.toUtc(timing.start.local);
  const original =
    planned === undefined
      ? { local: recurrenceId.local, at: zoneOf(recurrenceId, clock).toUtc(recurrenceId.local) }
      : recurrenceAt(planned, recurrenceId, clock);
  // It changes whatever follows it.
  if (andFuture) return Math.min(startsAt, original.at) < range.end;
  if (rowOverlaps(timing.row, startsAt, endOf(timing, timing.start.local, startsAt), range)) return true;
  const { row } = planned ?? timing;
  return rowOverlaps(row, original.at, endOf(planned ?? timing, original.local, original.at), range);
}

/** Without the FREEBUSY values outside of the range; the calendar itself when there are none. */
export function withinFreeBusySet(calendar: Component, range: TimeRange, clock: Clock): Component {
  if (!calendar.components.some((component) => propertyOf(component, 'FREEBUSY') !== undefined)) return calendar;
  const components = calendar.components.map((component) => {
    if (component.name !== 'VFREEBUSY') return component;
    const properties = component.properties.flatMap((property) => periodsWithin(property, range, clock));
    const isWhole = properties.every((property, at) => property === component.properties[at]);
    return isWhole && properties.length === component.properties.length ? component : { ...component, properties };
  });
  return components.every((component, at) => component === calendar.components[at])
    ? calendar
    : { ...calendar, components };
}

function periodsWithin(property: Property, range: TimeRange, clock: Clock): readonly Property[] {
  if (property.name !== 'FREEBUSY') return [property];
  const texts = property.value.split(',');
  const within = texts.filter((text) => {
    const period = parsePeriod(text, parameterOf(property, 'TZID'));
    if (period === undefined) return false;
    const { start, end } = instantsOf(period, clock);
    return range.start < end && range.end > start;
  });
  if (within.length === texts.length) return [property];
  return within.length === 0 ? [] : [{ ...property, value: within.join(',') }];
}
