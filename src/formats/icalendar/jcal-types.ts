/**
 * Which type the value of a property has when the property does not say so itself, in the words of jCal: lower case. A property that is not
 * here has none, and then neither has its value: RFC 7265 section 5.1. RFC 5545 section 8.3.2, and those that later documents define.
 */
import { type Property, parameterOf } from './component.ts';

/** What is not converted: the text stands as it is. RFC 7265 section 5. */
export const UNKNOWN = 'unknown';

/**
 * Properties that must name their type (IMAGE, SOURCE, CONFERENCE, REFRESH-INTERVAL, STYLED-DESCRIPTION, STRUCTURED-DATA, LINK) are left out.
 * The last two lines are those of RFC 6321 section 4.2, RFC 7808 section 7, RFC 7953 section 3.2, RFC 7986 section 5, RFC 9073 section 6,
 * RFC 9074 section 6.1, RFC 9074 section 8.1 and RFC 9253 section 8.
 */
const NAMES: Readonly<Record<string, string>> = {
  text:
    'CALSCALE METHOD PRODID VERSION CATEGORIES CLASS COMMENT DESCRIPTION LOCATION RESOURCES STATUS SUMMARY TRANSP TZID TZNAME CONTACT ' +
    'RELATED-TO UID ACTION REQUEST-STATUS ' +
    'NAME COLOR BUSYTYPE LOCATION-TYPE PARTICIPANT-TYPE RESOURCE-TYPE PROXIMITY REFID TZID-ALIAS-OF XML',
  uri: 'ATTACH TZURL URL CONCEPT',
  float: 'GEO',
  integer: 'PERCENT-COMPLETE PRIORITY REPEAT SEQUENCE',
  'date-time':
    'COMPLETED CREATED DTEND DTSTAMP DTSTART DUE EXDATE LAST-MODIFIED RDATE RECURRENCE-ID ACKNOWLEDGED TZUNTIL',
  duration: 'DURATION TRIGGER',
  period: 'FREEBUSY',
  'utc-offset': 'TZOFFSETFROM TZOFFSETTO',
  'cal-address': 'ATTENDEE ORGANIZER CALENDAR-ADDRESS',
  recur: 'RRULE EXRULE',
};

const DEFAULTS: ReadonlyMap<string, string> = new Map(
  Object.entries(NAMES).flatMap(([type, names]) => names.split(' ').map((name): [string, string] => [name, type])),
);

/** The type of a property of that (upper case) name that says nothing of it; UNKNOWN when there is none. RFC 7265 section 3.5.1. */
export function defaultType(name: string): string {
  return DEFAULTS.get(name) ?? UNKNOWN;
}

/**
 * The type of a property's value. Two things that clients leave out are put in: that a bare date is a date, and that an attachment in base64
 * is no URI. RFC 7265 section 3.5.1.
 */
export function typeOf(property: Property): string {
  const said = parameterOf(property, 'VALUE')?.trim().toLowerCase() ?? '';
  if (said !== '') return said;
  const type = defaultType(property.name);
  if (type === 'date-time' && /^\s*\d{8}(,\d{8})*\s*$/.test(property.value)) return 'date';
  return type === 'uri' && isBase64(property) ? 'binary' : type;
}

/** RFC 5545 section 3.2.7. */
export function isBase64(property: Property): boolean {
  return parameterOf(property, 'ENCODING')?.trim().toUpperCase() === 'BASE64';
}
