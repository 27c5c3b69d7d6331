/**
 * The zone in which a calendar's dates and floating times are read: its calendar-timezone, its calendar-timezone-id, or UTC.
 * The two properties are one thing said in two ways. RFC 4791 section 7.3, RFC 7809 section 3.1.5.
 */
import { type Component, propertyOf } from '../../formats/icalendar/component.ts';
import type { TimeZone } from '../../formats/icalendar/moment.ts';
import { readCalendar } from '../../formats/icalendar/read.ts';
import { ianaZone, utcZone, vtimezoneFor, zoneResolver } from '../../formats/icalendar/timezones.ts';
import { writeComponent } from '../../formats/icalendar/write.ts';
import { CALDAV } from '../../formats/xml/name.ts';
import type { CollectionRecord } from '../../store/records.ts';

/** The zone of a VCALENDAR that holds exactly one VTIMEZONE; undefined when it does not. */
export function zoneOfCalendar(calendar: Component): TimeZone | undefined {
  const [zone, ...others] = calendar.components;
  if (zone?.name !== 'VTIMEZONE' || others.length > 0) return undefined;
  const tzid = propertyOf(zone, 'TZID');
  return tzid === undefined ? undefined : zoneResolver(calendar)(tzid.value);
}

const TIMEZONE = `{${CALDAV}}calendar-timezone` as const;
const TIMEZONE_ID = `{${CALDAV}}calendar-timezone-id` as const;

/** calendar-timezone: as it was set, or made for the zone that was set by its name. RFC 7809 section 3.1.5. */
export function timezoneOf({ properties }: CollectionRecord): string | undefined {
  const id = properties[TIMEZONE_ID];
  return properties[TIMEZONE] ?? (id === undefined ? undefined : timezoneNamed(id));
}

/** calendar-timezone-id: as it was set, or the TZID of the calendar-timezone that was set. RFC 7809 section 3.1.5. */
export function timezoneIdOf({ properties }: CollectionRecord): string | undefined {
  const text = properties[TIMEZONE];
  return properties[TIMEZONE_ID] ?? (text === undefined ? undefined : readZone(text).tzid);
}

/** A VCALENDAR with the VTIMEZONE of that name. */
function timezoneNamed(id: string): string | undefined {
  const component = vtimezoneFor(id);
  if (component === undefined) return undefined;
  const line = (name: string, value: string) => ({ name, parameters: [], value, line: 0 });
  const properties = [line('VERSION', '2.0'), line('PRODID', '-//Davit//EN')];
  return writeComponent({ name: 'VCALENDAR', properties, components: [component], line: 0 });
}

const KEPT = 256;
const zones = new Map<string, TimeZone>();

function readZone(text: string): TimeZone {
  let zone = zones.get(text);
  if (zone === undefined) {
    zone = zoneOfCalendar(readCalendar(text.trim())) ?? utcZone;
    if (zones.size >= KEPT) zones.clear();
    zones.set(text, zone);
  }
  return zone;
}

/** The zone of a calendar's dates and floating times. */
export function floatingZoneOf({ properties }: CollectionRecord): TimeZone {
  const text = properties[TIMEZONE];
  if (text !== undefined) return readZone(text);
  const id = properties[TIMEZONE_ID];
  return (id === undefined ? undefined : ianaZone(id)) ?? utcZone;
}
