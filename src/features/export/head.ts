/**
 * What a calendar says of itself in an export: in the registered properties, and in those that were there before and are read more widely.
 * RFC 7986 section 5.
 */
import type { Property } from '../../formats/icalendar/component.ts';
import { escapeText } from '../../formats/icalendar/values.ts';
import { textOf } from '../../formats/xml/element.ts';
import { APPLE_ICAL, CALDAV, DAV, type XmlName } from '../../formats/xml/name.ts';
import { readXml } from '../../formats/xml/read.ts';
import type { CollectionRecord } from '../../store/records.ts';
import { timezoneIdOf } from '../caldav/index.ts';

/** The properties of the VCALENDAR besides VERSION and PRODID. */
export function calendarHead(collection: CollectionRecord): readonly Property[] {
  const name = said(collection, `{${DAV}}displayname`);
  const description = said(collection, `{${CALDAV}}calendar-description`);
  const texts: readonly (readonly [name: string, text: string | undefined])[] = [
    ['NAME', name],
    ['X-WR-CALNAME', name],
    ['DESCRIPTION', description],
    ['X-WR-CALDESC', description],
    ['X-WR-TIMEZONE', timezoneIdOf(collection)],
    ['X-APPLE-CALENDAR-COLOR', colourOf(collection)],
  ];
  return texts.flatMap(([property, text]) =>
    text === undefined || text === '' ? [] : [{ name: property, parameters: [], value: escapeText(text), line: 0 }],
  );
}

/** `#RRGGBB`, whatever else a client has stored of it: symbolic names, how opaque it is. */
function colourOf(collection: CollectionRecord): string | undefined {
  return /^\s*(#[0-9a-f]{6})([0-9a-f]{2})?\s*$/i.exec(said(collection, `{${APPLE_ICAL}}calendar-color`) ?? '')?.[1];
}

/** The text of a stored property; a dead one is stored as the XML of its element. */
function said({ properties }: CollectionRecord, name: XmlName): string | undefined {
  const value = properties[name];
  const isDead = name.startsWith(`{${APPLE_ICAL}}`) && value?.startsWith('<') === true;
  return isDead ? textOf(readXml(value)) : value;
}
