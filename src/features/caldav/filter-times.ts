/**
 * Whether one component of a calendar object, or an alarm in it, takes place in a range by any of its own instances. What else a filter says
 * is said of a single component, so a series and its overrides are told apart here. RFC 4791 section 9.7.1, RFC 4791 section 9.9.
 */
import { type Component, type Property, parameterOf, propertyOf } from '../../formats/icalendar/component.ts';
import { instancesOf } from '../../formats/icalendar/instances.ts';
import type { TimeRange } from '../../formats/icalendar/moment.ts';
import { alarmsInRange, componentInRange } from '../../formats/icalendar/time-range.ts';
import type { InstanceBudget, ObjectView } from './instance-budget.ts';

/** The components of one name in a calendar object: of a series, its master and its overrides. */
export interface Series {
  readonly name: string;
  readonly components: readonly Component[];
  /** The first instance of the master alone: what an override may take over from it. */
  readonly first: Component | undefined;
}

/** The series of that name. */
export function seriesOf(calendar: Component, name: string): Series {
  const components = calendar.components.filter((component) => component.name === name);
  const master = components.length > 1 ? components.find((component) => !isOverride(component)) : undefined;
  return { name, components, first: master && unrepeated(master) };
}

/** Whether an instance of this component of a series overlaps the range. */
export function overlaps(series: Series, component: Component, range: TimeRange, view: ObjectView): boolean {
  const { zones, floating, budget } = view;
  if (isTakenByItself(component)) return componentInRange(component, range, zones, floating);
  const calendar = surroundings(series, component, component, budget);
  if (calendar === undefined) return true;
  const only = (one: Component) => one === component;
  const own = instancesOf(calendar, { zones, floating, range, only, budget: budget.steps }, component.name);
  return own.next().done !== true;
}

/** Whether one of these alarms of a component of a series triggers in the range. */
export function alarmsOverlap(
  series: Series,
  component: Component,
  alarms: readonly Component[],
  range: TimeRange,
  { zones, floating, budget }: ObjectView,
): boolean {
  const calendar = surroundings(series, component, { ...component, components: alarms }, budget);
  return calendar === undefined || alarmsInRange(calendar, component.name, range, { zones, floating, budget });
}

/** Free-busy and availability do not recur, and a task without a start, an end and a series has no instances. */
function isTakenByItself(component: Component): boolean {
  if (component.name !== 'VTODO') return component.name === 'VFREEBUSY' || component.name === 'VAVAILABILITY';
  return !['DTSTART', 'DUE', 'RECURRENCE-ID'].some((name) => propertyOf(component, name) !== undefined);
}

/**
 * A calendar in which `component`, in the shape of `replacement`, has the instances that it has in its series. An override has the one that
 * it says, whatever the master does; only the length may be that of the master. Undefined where the budget ends.
 */
function surroundings(
  { components, first }: Series,
  component: Component,
  replacement: Component,
  budget: InstanceBudget,
): Component | undefined {
  if (components.length === 1) return calendarOf([replacement]);
  const recurrenceId = propertyOf(component, 'RECURRENCE-ID');
  if (recurrenceId !== undefined && !isAndFuture(recurrenceId)) {
    return calendarOf(first === undefined ? [replacement] : [first, replacement]);
  }
  // Each such look goes through all overrides; the one for the master does so once.
  if (recurrenceId !== undefined) budget.instances -= components.length;
  if (budget.instances < 0) return undefined;
  return calendarOf(components.map((other) => (other === component ? replacement : withoutAlarms(other))));
}

function calendarOf(components: readonly Component[]): Component {
  return { name: 'VCALENDAR', properties: [], components, line: 0 };
}

function isOverride(component: Component): boolean {
  return propertyOf(component, 'RECURRENCE-ID') !== undefined;
}

function isAndFuture(recurrenceId: Property): boolean {
  return parameterOf(recurrenceId, 'RANGE')?.toUpperCase() === 'THISANDFUTURE';
}

function unrepeated(master: Component): Component {
  const properties = master.properties.filter(({ name }) => /^(UID|DTSTART|DTEND|DUE|DURATION)$/.test(name));
  return { ...master, properties, components: [] };
}

function withoutAlarms(component: Component): Component {
  return component.components.length === 0 ? component : { ...component, components: [] };
}
