/**
 * Calendar homes, calendars, and the objects in them. RFC 4791 section 4, RFC 4791 section 6.2.1.
 */
import type { ObjectResource, OtherForm, ResourceType } from '../../dav/resource.ts';
import { CALENDAR_FORMATS, calendarFormat } from '../../formats/icalendar/calendar-formats.ts';
import { writeComponent } from '../../formats/icalendar/write.ts';
import { withZoneDefinitions, zoneDefinitionsIn } from '../../formats/icalendar/zone-definitions.ts';
import { CALDAV, CALENDARSERVER, DAV } from '../../formats/xml/name.ts';
import type { StoredObject } from '../../store/records.ts';
import { parsedObject } from './parsed-objects.ts';

/** The header by which clients say whether calendar data come with time zones. RFC 7809 section 7.1. */
export const TIME_ZONES = 'CalDAV-Timezones';

/** `/calendars/` */
export const calendarRoot: ResourceType<'service'> = {
  kind: 'calendar-root',
  shape: 'service',
  spec: 'RFC 6764 section 5',
  label: 'collection of calendar homes',
  elements: [`{${DAV}}collection`],
};

/** `/calendars/USER/`: holds calendars, and the inbox and outbox. RFC 4791 section 6.2.1. */
export const calendarHome: ResourceType<'collection'> = {
  kind: 'calendar-home',
  shape: 'collection',
  spec: 'RFC 4791 section 6.2.1',
  label: 'calendar home',
  elements: [`{${DAV}}collection`],
};

const contentType = ({ object }: ObjectResource) =>
  `text/calendar; charset=utf-8; component=${object.component.toLowerCase()}`;

/** With the VTIMEZONEs that a client asks for. RFC 7809 section 3.1.3. */
function withZonesAsked(value: string, asked: OtherForm | undefined, object: StoredObject): OtherForm | undefined {
  const wanted = zoneDefinitionsIn(value);
  const { calendar: stored } = parsedObject(object);
  const changed = wanted === undefined ? stored : withZoneDefinitions(stored, wanted);
  if (changed === stored) return asked;
  const suffix = wanted === 'all' ? 'zones' : 'nozones';
  const format = calendarFormat(asked?.mediaType);
  if (asked !== undefined && format !== undefined)
    return { ...asked, name: asked.name + suffix, make: () => format.write(changed) };
  return { mediaType: 'text/calendar', name: suffix, contentType, make: () => writeComponent(changed) };
}

/** An event with its overrides, a to-do, a journal entry. RFC 4791 section 4.1. */
export const calendarObject: ResourceType<'object'> = {
  kind: 'calendar-object',
  shape: 'object',
  spec: 'RFC 4791 section 4.1',
  label: 'calendar object',
  elements: [],
  contentType,
  forms: {
    stored: 'text/calendar',
    others: CALENDAR_FORMATS.map(({ mediaType, name, write }) => ({
      mediaType,
      name,
      contentType: ({ object }) => `${mediaType}; component=${object.component.toLowerCase()}`,
      make: (object) => write(parsedObject(object).calendar),
    })),
    adapted: { header: TIME_ZONES, form: withZonesAsked },
  },
};

/** A calendar collection. RFC 4791 section 4.2. */
export const calendar: ResourceType<'collection'> = {
  kind: 'calendar',
  shape: 'collection',
  spec: 'RFC 4791 section 4.2',
  label: 'calendar',
  elements: [`{${DAV}}collection`, `{${CALDAV}}calendar`],
  also: ({ collection }) => (collection.shared ? SHARED : NONE),
  members: calendarObject,
};

/** Whoever asks at this address owns it, and shares it: apple/caldav-sharing section 5.2.1. */
const SHARED = [`{${CALENDARSERVER}}shared-owner`] as const;
const NONE = [] as const;
