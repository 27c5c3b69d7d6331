/**
 * The zone in which a calendar's dates and floating times are read: its calendar-timezone, its calendar-timezone-id, or UTC.
 * RFC 4791 section 7.3, RFC 7809 section 5.2.
 */
import { type Component, propertyOf } from '../../formats/icalendar/component.ts';
import type { TimeZone } from '../../formats/icalendar/moment.ts';
import { readCalendar } from '../../formats/icalendar/read.ts';
import { ianaZone, utcZone, zoneResolver } from '../../formats/icalendar/timezones.ts';
import { CALDAV } from '../../formats/xml/name.ts';
import type { CollectionRecord } from '../../store/records.ts';

/** The zone of a VCALENDAR that holds exactly one VTIMEZONE; undefined when it does not. */
export function zoneOfCalendar(calendar: Component): TimeZone | undefined {
  const [zone, ...others] = calendar.components;
  if (zone?.name !== 'VTIMEZONE' || others.length > 0) return undefined;
  const tzid = propertyOf(zone, 'TZID');
  return tzid === undefined ? undefined : zoneResolver(calendar)(tzid.value);
}

const KEPT = 256;
const zones = new Map<string, TimeZone>();

/** The zone of a calendar's dates and floating times. */
export function floatingZoneOf(collection: CollectionRecord): TimeZone {
  const text = collection.properties[`{${CALDAV}}calendar-timezone`];
  if (text === undefined) {
    const id = collection.properties[`{${CALDAV}}calendar-timezone-id`];
    return (id === undefined ? undefined : ianaZone(id)) ?? utcZone;
  }
  let zone = zones.get(text);
  if (zone === undefined) {
    zone = zoneOfCalendar(readCalendar(text)) ?? utcZone;
    if (zones.size >= KEPT) zones.clear();
    zones.set(text, zone);
  }
  return zone;
}
