/**
 * Recurrence expanded: one component for each instance in a range, without recurrence properties and without time zones. What instances
 * have in common is written once, so that the cost is that of their times. RFC 4791 section 9.6.5.
 */
import { DAY } from '../../formats/icalendar/civil.ts';
import { type Component, type Property, parameterOf, propertyOf } from '../../formats/icalendar/component.ts';
import { type Instance, instancesOf } from '../../formats/icalendar/instances.ts';
import type { Moment, TimeRange } from '../../formats/icalendar/moment.ts';
import { componentInRange } from '../../formats/icalendar/time-range.ts';
import { instantOf } from '../../formats/icalendar/timezones.ts';
import { formatDuration, formatMoment, parseDuration, parseMoment } from '../../formats/icalendar/values.ts';
import { writeComponent } from '../../formats/icalendar/write.ts';
import { type CompRequest, type PropRequest, selected, within } from './component-part.ts';
import { type InstanceBudget, type ObjectView, TooManyInstances } from './instance-budget.ts';

const RECURRENCE = /^(RRULE|RDATE|EXDATE|EXRULE)$/;
const TIMES = /^(DTSTART|DTEND|DUE|DURATION|RECURRENCE-ID)$/;

/**
 * The text of a calendar object with its recurrence expanded. Times in a zone become UTC; dates and floating times stay what they are. Each
 * instance of a recurring object has its RECURRENCE-ID, the first too. What has no time of its own, other than time zones, is kept.
 *
 * @throws TooManyInstances
 */
export function expanded(calendar: Component, range: TimeRange, request: CompRequest, view: ObjectView): string {
  const { zones, floating } = view;
  // The parts of an availability recur within it, in the zone of the wall clock: they cannot be said otherwise.
  if (calendar.components.some(({ name }) => name === 'VAVAILABILITY'))
    return writeComponent(selected(calendar, request));
  const shell = selected({ ...calendar, components: [] }, request);
  const [begin, end] = ends(writeComponent(shell), calendar.name);
  let text = begin;
  const templates = new Map<Component, Template>();
  for (const component of calendar.components) {
    const wanted = component.name === 'VTIMEZONE' ? undefined : within(request, component.name);
    if (wanted === undefined) continue;
    if (hasInstances(component)) {
      templates.set(component, templateOf(component, wanted, view));
    } else if (component.name !== 'VTODO' || componentInRange(component, range, zones, floating)) {
      text += writeComponent(withoutZones(selected(withoutRecurrence(component), wanted), view));
    }
  }
  if (templates.size === 0) return text + end;
  for (const instance of instancesOf(calendar, { zones, floating, range, budget: view.budget.steps })) {
    const template = templates.get(instance.component);
    if (template === undefined) continue;
    const own = instanceText(template, instance, view);
    // A single event is no larger for being expanded.
    if (instance.recurrenceId !== undefined) spend(view.budget, own);
    text += own;
  }
  return text + end;
}

/** Cuts the text of a component before its END. */
function ends(text: string, name: string): readonly [string, string] {
  const end = `END:${name}\r\n`;
  return [text.slice(0, -end.length), end];
}

function spend(budget: InstanceBudget, text: string): void {
  budget.text -= text.length;
  if (--budget.instances < 0 || budget.text < 0) throw new TooManyInstances();
}

/** A task without a start and an end is not planned; a journal without a start is nowhere. */
function hasInstances(component: Component): boolean {
  if (component.name !== 'VTODO') return component.name === 'VEVENT' || component.name === 'VJOURNAL';
  return ['DTSTART', 'DUE', 'RECURRENCE-ID'].some((name) => propertyOf(component, name) !== undefined);
}

function withoutRecurrence(component: Component): Component {
  if (!component.properties.some(({ name }) => RECURRENCE.test(name))) return component;
  return { ...component, properties: component.properties.filter(({ name }) => !RECURRENCE.test(name)) };
}

/** With its times, and those of the components in it, in UTC. */
function withoutZones(component: Component, view: ObjectView): Component {
  return {
    ...component,
    properties: component.properties.map((property) => withoutZone(property, view)),
    components: component.components.map((inner) => withoutZones(inner, view)),
  };
}

function withoutZone(property: Property, { zones, floating }: ObjectView): Property {
  if (parameterOf(property, 'TZID') === undefined) return property;
  const parameters = property.parameters.filter(({ name }) => name !== 'TZID');
  const moment = parseMoment(property);
  if (moment?.kind !== 'zoned') return { ...property, parameters };
  return { ...property, parameters, value: utcText(instantOf(moment, zones, floating)) };
}

function utcText(instant: number): string {
  return formatMoment({ kind: 'utc', local: instant });
}

/** What all instances of a component have in common. */
interface Template {
  /** Its BEGIN line, and everything after the times. */
  readonly begin: string;
  readonly rest: string;
  readonly hasStart: boolean;
  /** The property that says when it ends, or where there is none would say so; undefined when it cannot have any. */
  readonly end: 'DTEND' | 'DUE' | undefined;
  /** Its DURATION, with the seconds that it means on a wall clock. */
  readonly duration: { readonly text: string; readonly seconds: number } | undefined;
  /** The component says when it ends by that property. */
  readonly hasEnd: boolean;
  /** Of the times: those that are wanted. */
  readonly wanted: (name: string) => PropRequest | undefined;
}

const WANTED: PropRequest = { noValue: false };

function templateOf(component: Component, request: CompRequest, view: ObjectView): Template {
  const { name } = component;
  const has = (property: string) => propertyOf(component, property) !== undefined;
  const properties = component.properties.filter((one) => !RECURRENCE.test(one.name) && !TIMES.test(one.name));
  const begin = `BEGIN:${name}\r\n`;
  const end = name === 'VTODO' ? 'DUE' : name === 'VEVENT' ? 'DTEND' : undefined;
  const text = has(end ?? 'DTEND') ? undefined : propertyOf(component, 'DURATION')?.value;
  const duration = text === undefined ? undefined : parseDuration(text);
  const { props } = request;
  return {
    begin,
    rest: writeComponent(withoutZones(selected({ ...component, properties }, request), view)).slice(begin.length),
    hasStart: name !== 'VTODO' || has('DTSTART') || !has('DUE'),
    end,
    duration:
      text === undefined || duration === undefined
        ? undefined
        : { text: text.trim(), seconds: duration.days * DAY + duration.seconds },
    hasEnd: end !== undefined && has(end),
    wanted: (property) => (props === 'all' ? WANTED : props.get(property)),
  };
}

function instanceText(template: Template, instance: Instance, view: ObjectView): string {
  const { begin, rest, hasStart, wanted } = template;
  const { recurrenceId, start, startsAt } = instance;
  let text = begin;
  const wantsStart = hasStart ? wanted('DTSTART') : undefined;
  if (wantsStart !== undefined) text += timeLine('DTSTART', start, startsAt, wantsStart);
  text += endLine(template, instance);
  if (recurrenceId !== undefined) {
    // An instance of the series as planned starts when it was planned: in an hour that comes twice, this says which of them.
    const at = instance.isOverride ? instantOf(recurrenceId, view.zones, view.floating) : startsAt;
    text += timeLine('RECURRENCE-ID', recurrenceId, at, wanted('RECURRENCE-ID') ?? WANTED);
  }
  return text + rest;
}

function timeLine(name: string, moment: Moment, instant: number, { noValue }: PropRequest): string {
  const parameters = moment.kind === 'date' ? ';VALUE=DATE' : '';
  if (noValue) return `${name}${parameters}:\r\n`;
  const isLocal = moment.kind === 'date' || moment.kind === 'floating';
  return `${name}${parameters}:${isLocal ? formatMoment(moment) : utcText(instant)}\r\n`;
}

/** When an instance ends, said as its component says it. */
function endLine(template: Template, { start, end: until, startsAt, endsAt }: Instance): string {
  const { end, hasEnd, duration, wanted } = template;
  if (end === undefined) return '';
  const isLocal = start.kind === 'date' || start.kind === 'floating';
  const length = isLocal ? until.local - start.local : endsAt - startsAt;
  const asked = wanted(duration === undefined ? end : 'DURATION');
  if (asked === undefined) return '';
  if (duration === undefined) {
    const implied = end === 'DTEND' && start.kind === 'date' ? DAY : 0;
    return hasEnd || length !== implied ? timeLine(end, until, endsAt, asked) : '';
  }
  if (asked.noValue) return 'DURATION:\r\n';
  // A day of the wall clock may have 23 hours, which no day in UTC has; a PERIOD of RDATE has a length of its own.
  const isSaid = start.kind === 'date' || length === duration.seconds;
  return `DURATION:${isSaid ? duration.text : formatDuration({ days: 0, seconds: length })}\r\n`;
}
