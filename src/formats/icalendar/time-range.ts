/**
 * The time-range filter of CalDAV: whether the components of a calendar object, their instances, or their alarms overlap a range.
 * RFC 4791 section 9.9, RFC 7953 section 7.2.2.
 */
import { availabilityTime } from './availability.ts';
import { DAY } from './civil.ts';
import { type Component, parameterOf, propertiesOf, propertyOf } from './component.ts';
import { type Clock, endOf, instantsOf, momentOf, rowOverlaps, timingOf, zoneOf } from './instance-times.ts';
import { type Instance, instancesOf } from './instances.ts';
import type { Moment, TimeRange, TimeZone, ZoneResolver } from './moment.ts';
import type { StepBudget } from './recurrence.ts';
import { type Duration, parseDuration, parseMoment, parsePeriod } from './values.ts';

export { overlapsRange } from './instance-times.ts';

/** How many instances are looked at for their alarms: with most alarms so near to them, more means a rule that fires all the time. */
const MOST_INSTANCES = 5000;

/** Instances of one component that are looked at for their alarms and cost nothing: most alarms are near to them. */
const FREE_INSTANCES = 100;

/** How alarms are looked for. */
export interface AlarmView extends Clock {
  /** What remains for all objects of a report. */
  readonly budget?: { instances: number; readonly steps: StepBudget };
}

function instantNamed(component: Component, name: string, clock: Clock): number | undefined {
  const moment = momentOf(component, name);
  return moment === undefined ? undefined : zoneOf(moment, clock).toUtc(moment.local);
}

/** The last four rows of the VTODO table: neither DTSTART nor DUE. */
function undatedTodoInRange(todo: Component, range: TimeRange, clock: Clock): boolean {
  const completed = instantNamed(todo, 'COMPLETED', clock);
  const created = instantNamed(todo, 'CREATED', clock);
  if (completed !== undefined) {
    const other = created ?? completed;
    return range.start <= Math.max(other, completed) && range.end >= Math.min(other, completed);
  }
  return created === undefined || range.end > created;
}

function freeBusyInRange(freeBusy: Component, range: TimeRange, clock: Clock): boolean {
  const start = instantNamed(freeBusy, 'DTSTART', clock);
  const end = instantNamed(freeBusy, 'DTEND', clock);
  if (start !== undefined && end !== undefined) return range.start <= end && range.end > start;
  for (const property of propertiesOf(freeBusy, 'FREEBUSY')) {
    for (const text of property.value.split(',')) {
      const period = parsePeriod(text, parameterOf(property, 'TZID'));
      if (period === undefined) continue;
      const instants = instantsOf(period, clock);
      if (range.start < instants.end && range.end > instants.start) return true;
    }
  }
  return false;
}

/** The bounds are those of the component itself, whatever its parts say. RFC 7953 section 7.2.2. */
function availabilityInRange(availability: Component, range: TimeRange, clock: Clock): boolean {
  const { start, end } = availabilityTime(availability, clock);
  return range.start < end && range.end > start;
}

/**
 * Whether one component, taken by itself without recurrence, overlaps a range. For components of which the section says nothing it is true.
 * RFC 4791 section 9.9.
 */
export function componentInRange(
  component: Component,
  range: TimeRange,
  zones: ZoneResolver,
  floating: TimeZone,
): boolean {
  const clock = { zones, floating };
  if (component.name === 'VFREEBUSY') return freeBusyInRange(component, range, clock);
  if (component.name === 'VAVAILABILITY') return availabilityInRange(component, range, clock);
  if (!/^V(EVENT|TODO|JOURNAL)$/.test(component.name)) return true;
  const timing = timingOf(component, clock);
  if (timing === undefined) return component.name === 'VTODO' && undatedTodoInRange(component, range, clock);
  const startsAt = timing.startZone.toUtc(timing.start.local);
  const endsAt = endOf(timing, timing.start.local, startsAt);
  return rowOverlaps(timing.row, startsAt, endsAt, range);
}

/** When an alarm triggers: at an instant, or so long after the start or the end of an instance; then every so many seconds again. */
interface Trigger {
  readonly absolute: Moment | undefined;
  readonly offset: Duration;
  readonly fromEnd: boolean;
  readonly repeat: number;
  readonly every: number;
}

/** Undefined without a TRIGGER that can be read. RFC 5545 section 3.8.6.3, RFC 5545 section 3.8.6.2. */
function triggerOf(alarm: Component): Trigger | undefined {
  const property = propertyOf(alarm, 'TRIGGER');
  if (property === undefined) return undefined;
  const duration = parseDuration(property.value);
  const absolute = duration === undefined ? parseMoment(property) : undefined;
  if (duration === undefined && absolute === undefined) return undefined;
  const pause = parseDuration(propertyOf(alarm, 'DURATION')?.value ?? '');
  const every = pause === undefined ? 0 : pause.days * DAY + pause.seconds;
  const repeat = /^\d{1,9}$/.exec(propertyOf(alarm, 'REPEAT')?.value.trim() ?? '');
  return {
    absolute,
    offset: duration ?? { days: 0, seconds: 0 },
    fromEnd: parameterOf(property, 'RELATED')?.toUpperCase() === 'END',
    repeat: repeat === null || every <= 0 ? 0 : Number(repeat[0]),
    every,
  };
}

/** Whether any of the times of a trigger, the first being given, lies in the range. */
function triggersWithin(trigger: Trigger, first: number, range: TimeRange): boolean {
  if (trigger.repeat === 0 || first >= range.start) return first >= range.start && first < range.end;
  const times = Math.ceil((range.start - first) / trigger.every);
  return times <= trigger.repeat && first + times * trigger.every < range.end;
}

function firesWithin(trigger: Trigger, instance: Instance, range: TimeRange, clock: Clock): boolean {
  const moment = trigger.fromEnd ? instance.end : instance.start;
  const base = trigger.fromEnd ? instance.endsAt : instance.startsAt;
  const { days, seconds } = trigger.offset;
  const first = (days === 0 ? base : zoneOf(moment, clock).toUtc(moment.local + days * DAY)) + seconds;
  return triggersWithin(trigger, first, range);
}

function triggersOf(component: Component): Trigger[] {
  const triggers: Trigger[] = [];
  for (const alarm of component.components) {
    const trigger = alarm.name === 'VALARM' ? triggerOf(alarm) : undefined;
    if (trigger !== undefined) triggers.push(trigger);
  }
  return triggers;
}

/**
 * Whether any alarm of the components of that name (VEVENT or VTODO) triggers in a range, at first or repeated. An absolute trigger counts
 * once, whatever recurs. Where the budget ends before that is known, they do. RFC 4791 section 9.9, RFC 5545 section 3.8.6.3.
 */
export function alarmsInRange(calendar: Component, componentName: string, range: TimeRange, clock: AlarmView): boolean {
  const { zones, floating, budget } = clock;
  const byComponent = new Map<Component, Trigger[]>();
  let earliest = Number.POSITIVE_INFINITY;
  let latest = Number.NEGATIVE_INFINITY;
  for (const component of calendar.components) {
    if (component.name !== componentName) continue;
    const relative: Trigger[] = [];
    for (const trigger of triggersOf(component)) {
      if (trigger.absolute !== undefined) {
        const first = zoneOf(trigger.absolute, clock).toUtc(trigger.absolute.local);
        if (triggersWithin(trigger, first, range)) return true;
        continue;
      }
      const offset = trigger.offset.days * DAY + trigger.offset.seconds;
      earliest = Math.min(earliest, offset);
      latest = Math.max(latest, offset + trigger.repeat * trigger.every);
      relative.push(trigger);
    }
    if (relative.length > 0) byComponent.set(component, relative);
  }
  if (byComponent.size === 0) return false;
  // Whole days of an offset are days of the wall clock: one day more covers every change of it.
  const near = { start: range.start - latest - DAY, end: range.end - earliest + DAY };
  const only = (component: Component) => byComponent.has(component);
  const view = { zones, floating, range: near, limit: MOST_INSTANCES, only, ...(budget && { budget: budget.steps }) };
  let free = FREE_INSTANCES;
  for (const instance of instancesOf(calendar, view, componentName)) {
    const triggers = byComponent.get(instance.component);
    if (triggers?.some((trigger) => firesWithin(trigger, instance, range, clock))) return true;
    if (budget !== undefined && --free < 0 && --budget.instances < 0) return true;
  }
  return false;
}
