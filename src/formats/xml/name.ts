/**
 * XML names in Clark notation, `{namespace}local`, and the namespaces of this field, each written once.
 */

/** An expanded XML name: `{DAV:}getetag`. */
export type XmlName = `{${string}}${string}`;

/** RFC 4918 section 21.1 */
export const DAV = 'DAV:';
/** RFC 4791 section 9 */
export const CALDAV = 'urn:ietf:params:xml:ns:caldav';
/** RFC 6352 section 10 */
export const CARDDAV = 'urn:ietf:params:xml:ns:carddav';
/** The extensions of Apple's calendar server: getctag, sharing, notifications. */
export const CALENDARSERVER = 'http://calendarserver.org/ns/';
/** calendar-color and calendar-order. */
export const APPLE_ICAL = 'http://apple.com/ns/ical/';
/** The plain sync-token that long-lived clients read. */
export const SABREDAV = 'http://sabredav.org/ns';

/** The prefixes that answers use. */
export const PREFIXES: ReadonlyMap<string, string> = new Map([
  [DAV, 'd'],
  [CALDAV, 'cal'],
  [CARDDAV, 'card'],
  [CALENDARSERVER, 'cs'],
  [APPLE_ICAL, 'ical'],
  [SABREDAV, 's'],
]);

/** The namespace of a Clark name. */
export function namespaceOf(name: XmlName): string {
  return name.slice(1, name.indexOf('}'));
}

/** The local part of a Clark name. */
export function localOf(name: XmlName): string {
  return name.slice(name.indexOf('}') + 1);
}
