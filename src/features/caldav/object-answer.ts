/**
 * What calendar-query and calendar-multiget share: the CALDAV:calendar-data of each object, and the zone and budget of the request.
 */
import { DavError } from '../../dav/errors.ts';
import type { Context } from '../../dav/method.ts';
import { statusResponse } from '../../dav/multistatus.ts';
import {
  type ExtraProperties,
  type ExtraProperty,
  type PropertyReader,
  propertyReader,
  requestedProperties,
} from '../../dav/properties.ts';
import type { CollectionResource, ObjectResource, Resource } from '../../dav/resource.ts';
import { readOr } from '../../formats/icalendar/content-line.ts';
import type { TimeZone } from '../../formats/icalendar/moment.ts';
import { readCalendar } from '../../formats/icalendar/read.ts';
import { ianaZone } from '../../formats/icalendar/timezones.ts';
import { writeComponent } from '../../formats/icalendar/write.ts';
import { zoneDefinitionsIn } from '../../formats/icalendar/zone-definitions.ts';
import { utf8Text } from '../../formats/utf8.ts';
import { childOf, textOf, type XmlElement } from '../../formats/xml/element.ts';
import { CALDAV, DAV } from '../../formats/xml/name.ts';
import { escapeText } from '../../formats/xml/write.ts';
import type { CollectionRecord, StoredObject } from '../../store/records.ts';
import { numberOfMatchesWithinLimits } from '../collection-sync/index.ts';
import {
  type CalendarDataRequest,
  type CalendarDataView,
  calendarData,
  isVerbatim,
  parseCalendarData,
} from './calendar-data.ts';
import { floatingZoneOf, zoneOfCalendar } from './floating-zone.ts';
import { type InstanceBudget, instanceBudget, TooManyInstances } from './instance-budget.ts';
import { type ParsedObject, parsedObject } from './parsed-objects.ts';
import { validCalendarData, validTimezone } from './preconditions.ts';
import { TIME_ZONES } from './resource-types.ts';

/** How one request looks at calendar objects. */
export interface ObjectAnswer {
  readonly reader: PropertyReader;
  readonly floating: TimeZone;
  readonly budget: InstanceBudget;
  /** Whether the bytes of the objects are asked for. */
  readonly wantsData: boolean;
  /** Makes what will be answered of an object while its tree is at hand, unless that takes no tree. @throws TooManyInstances */
  prepare(object: StoredObject, parsed: ParsedObject): void;
}

/** @throws PreconditionViolated for a calendar-data or time zone that cannot be served */
export function objectAnswer(body: XmlElement, collection: CollectionRecord, context: Context): ObjectAnswer {
  const floating = requestedZone(body) ?? floatingZoneOf(collection);
  const budget = instanceBudget(context.limits.instances);
  const definitions = zoneDefinitionsIn(context.headers?.[TIME_ZONES.toLowerCase()]);
  const element = childOf(childOf(body, `{${DAV}}prop`) ?? body, `{${CALDAV}}calendar-data`);
  const request = element === undefined ? undefined : parseCalendarData(element);
  const view: CalendarDataView = { floating, budget, definitions };
  const prepared: Prepared = new WeakMap();
  const extras: ExtraProperties =
    request === undefined ? new Map() : new Map([[CALENDAR_DATA, calendarDataProperty(request, view, prepared)]]);
  const minimal = context.preferences.return === 'minimal';
  const reader = propertyReader(requestedProperties(body), context, minimal, extras);
  return {
    reader,
    floating,
    budget,
    wantsData: request !== undefined,
    prepare(object, parsed) {
      if (request === undefined || isVerbatim(request, view)) return;
      prepared.set(
        object,
        calendarText(request, object, () => parsed, view),
      );
    },
  };
}

/** The calendar data of objects that were looked into already. */
type Prepared = WeakMap<StoredObject, string>;

const CALENDAR_DATA = `{${CALDAV}}calendar-data` as const;

/** What is not the default is said with the data. RFC 4791 section 9.6. */
function calendarDataProperty(request: CalendarDataRequest, view: CalendarDataView, prepared: Prepared): ExtraProperty {
  const inside = (resource: Resource) => dataOf(request, resource, view, prepared);
  const { contentType } = request;
  return contentType === 'text/calendar'
    ? { inside }
    : { inside, attributes: ` content-type="${contentType}" version="2.0"` };
}

function dataOf(
  request: CalendarDataRequest,
  resource: Resource,
  view: CalendarDataView,
  prepared: Prepared,
): string | undefined {
  if (resource.shape !== 'object' || !('data' in resource.object)) return undefined;
  const object: StoredObject = resource.object;
  return escapeText(prepared.get(object) ?? calendarText(request, object, () => parsedObject(object), view));
}

function calendarText(
  request: CalendarDataRequest,
  object: StoredObject,
  parsed: () => ParsedObject,
  view: CalendarDataView,
): string {
  // Only where a fold cuts a character in two, which XML cannot carry, the lines are folded anew.
  const stored = utf8Text(object.data) ?? writeComponent(parsed().calendar);
  return calendarData(request, parsed, stored, view);
}

/** The zone that a request names for dates and floating times. RFC 4791 section 9.8, RFC 7809 section 3.1.6. */
function requestedZone(body: XmlElement): TimeZone | undefined {
  const id = childOf(body, `{${CALDAV}}timezone-id`);
  if (id !== undefined) {
    const name = textOf(id).trim();
    const zone = ianaZone(name);
    if (zone === undefined) throw validTimezone(`${name} is not a time zone of the zone database`);
    return zone;
  }
  const element = childOf(body, `{${CALDAV}}timezone`);
  if (element === undefined) return undefined;
  const zone = readZone(textOf(element));
  if (zone === undefined) throw validCalendarData('a CALDAV:timezone is a VCALENDAR with exactly one VTIMEZONE');
  return zone;
}

function readZone(data: string): TimeZone | undefined {
  return readOr(
    () => zoneOfCalendar(readCalendar(data.trim())),
    () => undefined,
  );
}

/**
 * Turns a spent budget into what clients know: a refusal, or, once the answer has begun, its end with a response that says for `href`, what
 * was asked, that there is more. RFC 4791 section 7.8.
 */
export async function* withinBudget(pieces: AsyncIterable<string>, href: string): AsyncGenerator<string> {
  let begun = false;
  try {
    for await (const piece of pieces) {
      yield piece;
      begun = true;
    }
  } catch (error) {
    if (!(error instanceof TooManyInstances)) throw error;
    const refusal = numberOfMatchesWithinLimits(error.message);
    if (!begun) throw refusal;
    yield statusResponse(href, refusal.status, refusal.condition);
  }
}

/** The collection of what a report on a calendar or one of its objects is about. */
export function addressed(at: Resource): CollectionResource | ObjectResource {
  if (at.shape === 'collection' || at.shape === 'object') return at;
  throw new DavError(403, `${at.href} is neither a calendar nor a calendar object`);
}
