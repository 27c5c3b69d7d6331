/**
 * CALDAV:calendar-data of a report: which part of a calendar object a client asked for, and that part. RFC 4791 section 9.6.
 */
import { DavError } from '../../dav/errors.ts';
import { CALENDAR_TYPES, calendarFormat } from '../../formats/icalendar/calendar-formats.ts';
import type { Component } from '../../formats/icalendar/component.ts';
import { readOr } from '../../formats/icalendar/content-line.ts';
import type { TimeRange, TimeZone, ZoneResolver } from '../../formats/icalendar/moment.ts';
import { readCalendar } from '../../formats/icalendar/read.ts';
import { parseMomentText } from '../../formats/icalendar/values.ts';
import { writeComponent } from '../../formats/icalendar/write.ts';
import { withZoneDefinitions, type ZoneDefinitions } from '../../formats/icalendar/zone-definitions.ts';
import { attributeOf, childrenOf, elementsOf, type XmlElement } from '../../formats/xml/element.ts';
import { CALDAV, localOf } from '../../formats/xml/name.ts';
import { type CompRequest, selected, WHOLE } from './component-part.ts';
import { expanded } from './expand.ts';
import { type InstanceBudget, TooManyInstances } from './instance-budget.ts';
import { withinFreeBusySet, withinRecurrenceSet } from './limit-sets.ts';
import { supportedCalendarData } from './preconditions.ts';

/** What a request wants of calendar data; nothing of it means the whole object. RFC 4791 section 9.6. */
export interface CalendarDataRequest {
  /** One of CALENDAR_TYPES. */
  readonly contentType: string;
  /** Of VCALENDAR. */
  readonly comp: CompRequest | undefined;
  readonly expand: TimeRange | undefined;
  readonly limitRecurrenceSet: TimeRange | undefined;
  readonly limitFreeBusySet: TimeRange | undefined;
}

/** How a report looks at the objects whose data it answers. */
export interface CalendarDataView {
  /** The zone of dates and floating times. RFC 4791 section 7.3. */
  readonly floating: TimeZone;
  readonly budget: InstanceBudget;
  /** Which VTIMEZONEs should stand in whole objects; undefined for those that do. RFC 7809 section 3.1.3. */
  readonly definitions?: ZoneDefinitions | undefined;
}

/**
 * Reads CALDAV:calendar-data of a request.
 *
 * @throws PreconditionViolated supported-calendar-data
 * @throws DavError 400 for what the grammar does not allow
 */
export function parseCalendarData(element: XmlElement): CalendarDataRequest {
  const type = attributeOf(element, 'content-type') ?? 'text/calendar';
  const version = attributeOf(element, 'version') ?? '2.0';
  const contentType = CALENDAR_TYPES.find((one) => one === type.split(';')[0]?.trim().toLowerCase());
  if (contentType === undefined || version.trim() !== '2.0') {
    throw supportedCalendarData(
      `calendar data are ${CALENDAR_TYPES.join(' or ')} in version 2.0, not ${type} in version ${version}`,
    );
  }
  const comp = onlyChild(element, 'comp');
  if (comp !== undefined && nameOf(comp) !== 'VCALENDAR') {
    throw new DavError(400, `the outermost comp of calendar-data is VCALENDAR, not ${nameOf(comp)}`);
  }
  const expand = rangeIn(element, 'expand');
  const limitRecurrenceSet = rangeIn(element, 'limit-recurrence-set');
  if (expand !== undefined && limitRecurrenceSet !== undefined) {
    throw new DavError(400, 'calendar-data holds expand or limit-recurrence-set, not both');
  }
  return {
    contentType,
    comp: comp && compRequest(comp),
    expand,
    limitRecurrenceSet,
    limitFreeBusySet: rangeIn(element, 'limit-freebusy-set'),
  };
}

/** Whether all of an object is asked for, byte for byte, so that nobody need look into it. */
export function isVerbatim(request: CalendarDataRequest, view: CalendarDataView): boolean {
  return request.contentType === 'text/calendar' && isWhole(request, view);
}

function isWhole(request: CalendarDataRequest, { definitions }: CalendarDataView): boolean {
  const { comp, expand, limitRecurrenceSet, limitFreeBusySet } = request;
  return [definitions, comp, expand, limitRecurrenceSet, limitFreeBusySet].every((part) => part === undefined);
}

/** What a client asked for, in the format that it asked for. @throws TooManyInstances */
export function calendarData(
  request: CalendarDataRequest,
  parsed: Parsed,
  stored: string,
  view: CalendarDataView,
): string {
  const text = partOf(request, parsed, stored, view);
  const format = calendarFormat(request.contentType);
  if (format === undefined) return text;
  return format.write(text === stored ? parsed().calendar : readOr(() => readCalendar(text), tooMuch));
}

/** What is expanded may have more properties than any text that is read. */
function tooMuch(): never {
  throw new TooManyInstances();
}

/** Gives the object as a tree. */
type Parsed = () => { readonly calendar: Component; readonly zones: ZoneResolver };

/**
 * The data of one object as a request wants them. Where that is all of it, it is `stored`, byte for byte, and `parsed` is called only if a
 * range must be looked at.
 *
 * @throws TooManyInstances
 */
function partOf(request: CalendarDataRequest, parsed: Parsed, stored: string, view: CalendarDataView): string {
  if (isWhole(request, view)) return stored;
  const { comp, expand, limitRecurrenceSet, limitFreeBusySet } = request;
  const { calendar, zones } = parsed();
  const clock = { zones, floating: view.floating };
  let part = view.definitions === undefined ? calendar : withZoneDefinitions(calendar, view.definitions);
  if (limitFreeBusySet !== undefined) part = withinFreeBusySet(part, limitFreeBusySet, clock);
  if (expand !== undefined) return expanded(part, expand, comp ?? WHOLE, { ...clock, budget: view.budget });
  if (limitRecurrenceSet !== undefined) part = withinRecurrenceSet(part, limitRecurrenceSet, clock);
  if (comp !== undefined) part = selected(part, comp);
  return part === calendar ? stored : writeComponent(part);
}

function compRequest(comp: XmlElement): CompRequest {
  const parts = elementsOf(comp);
  // What names nothing wants all: RFC 4791 section 7.8.1 asks for whole time zones so.
  if (parts.length === 0) return WHOLE;
  const has = (local: string) => parts.some(({ name }) => name === `{${CALDAV}}${local}`);
  const props = childrenOf(comp, `{${CALDAV}}prop`).map((prop): [string, { noValue: boolean }] => [
    nameOf(prop),
    { noValue: attributeOf(prop, 'novalue') === 'yes' },
  ]);
  const comps = childrenOf(comp, `{${CALDAV}}comp`).map((inner): [string, CompRequest] => [
    nameOf(inner),
    compRequest(inner),
  ]);
  return { props: has('allprop') ? 'all' : new Map(props), comps: has('allcomp') ? 'all' : new Map(comps) };
}

function onlyChild(parent: XmlElement, local: string): XmlElement | undefined {
  const [child, ...others] = childrenOf(parent, `{${CALDAV}}${local}`);
  if (others.length > 0) throw new DavError(400, `${localOf(parent.name)} holds one ${local}`);
  return child;
}

function nameOf(element: XmlElement): string {
  const name = attributeOf(element, 'name')?.trim().toUpperCase() ?? '';
  if (name === '') throw new DavError(400, `a ${localOf(element.name)} in calendar-data has a name`);
  return name;
}

/** A range with both bounds: RFC 4791 section 9.6.5. */
function rangeIn(parent: XmlElement, local: string): TimeRange | undefined {
  const element = onlyChild(parent, local);
  if (element === undefined) return undefined;
  const start = parseMomentText(attributeOf(element, 'start') ?? '');
  const end = parseMomentText(attributeOf(element, 'end') ?? '');
  if (start?.kind !== 'utc' || end?.kind !== 'utc' || end.local <= start.local) {
    throw new DavError(400, `${local} has a start and a later end, both in UTC such as 20260131T120000Z`);
  }
  return { start: start.local, end: end.local };
}
