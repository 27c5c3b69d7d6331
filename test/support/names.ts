/**
 * XML names as the specifications print them: `D:getetag`, `C:calendar-data`.
 */
import {
  APPLE_ICAL,
  CALDAV,
  CALENDARSERVER,
  CARDDAV,
  DAV,
  localOf,
  namespaceOf,
  SABREDAV,
  type XmlName,
} from '../../src/formats/xml/name.ts';

const NAMESPACES: Readonly<Record<string, string>> = {
  D: DAV,
  C: CALDAV,
  CR: CARDDAV,
  CS: CALENDARSERVER,
  ICAL: APPLE_ICAL,
  S: SABREDAV,
  X: 'http://example.com/ns/',
};

/** Declarations of all prefixes, to stand in a root element of a request. */
export const XMLNS: string = Object.entries(NAMESPACES)
  .map(([prefix, namespace]) => `xmlns:${prefix}="${namespace}"`)
  .join(' ');

/** `D:getetag` to Clark notation; Clark notation stays as it is. @throws RangeError for an unknown prefix */
export function clark(name: string): XmlName {
  if (name.startsWith('{')) return name as XmlName;
  const colon = name.indexOf(':');
  const namespace = NAMESPACES[name.slice(0, colon)];
  if (namespace === undefined) throw new RangeError(`${name} has no known prefix`);
  return `{${namespace}}${name.slice(colon + 1)}`;
}

/** Clark notation to `D:getetag`, for people. */
export function short(name: XmlName): string {
  for (const [prefix, namespace] of Object.entries(NAMESPACES)) {
    if (namespace === namespaceOf(name)) return `${prefix}:${localOf(name)}`;
  }
  return name;
}

/** An empty element of that name, self-contained: `<x:foo xmlns:x="…"/>`. */
export function emptyXml(name: string): string {
  const full = clark(name);
  return `<p:${localOf(full)} xmlns:p="${namespaceOf(full)}"/>`;
}

/** An element with XML text inside. */
export function xmlOf(name: string, inside: string): string {
  const full = clark(name);
  return `<p:${localOf(full)} xmlns:p="${namespaceOf(full)}">${inside}</p:${localOf(full)}>`;
}

/** Text made safe for XML. */
export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
