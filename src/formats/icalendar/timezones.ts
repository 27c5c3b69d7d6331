/**
 * From a TZID to a zone. Within a calendar object its own VTIMEZONE decides; then the zone database, then the names that Windows uses,
 * then names that carry one of the database at their end. RFC 5545 section 3.2.19, RFC 7809 section 3.1.3.
 */
import { tzlib_get_ical_block } from 'timezones-ical-library';
import { WINDOWS_TO_IANA_MAP } from 'windows-iana';
import { type Component, propertyOf } from './component.ts';
import { ianaName, ianaZone } from './iana-zones.ts';
import type { Moment, TimeZone, ZoneResolver } from './moment.ts';
import { readComponents } from './read.ts';
import { zoneOfVtimezone } from './vtimezone.ts';

export { ianaZone, utcZone } from './iana-zones.ts';

/** The same VTIMEZONE comes with thousands of objects: those used last are kept evaluated, by their text. */
const evaluated = new Map<string, TimeZone | undefined>();
const MOST_EVALUATED = 256;
const LONGEST_KEY = 65_536;

/** The rules of all VTIMEZONEs that one calendar object may have evaluated; a zone needs less than ten. Further ones go by their name. */
const MOST_RULES = 200;

/** The UTC instant of a moment in seconds. A date and a floating time, and a time in a zone nobody knows, are taken in `floating`. */
export function instantOf(moment: Moment, zones: ZoneResolver, floating: TimeZone): number {
  if (moment.kind === 'utc') return moment.local;
  if (moment.kind === 'zoned' && moment.tzid !== undefined) return (zones(moment.tzid) ?? floating).toUtc(moment.local);
  return floating.toUtc(moment.local);
}

/** Finds the zones of a calendar object; without one, those that have a known name. Each TZID is looked for once. */
export function zoneResolver(calendar: Component | undefined): ZoneResolver {
  const found = new Map<string, TimeZone | undefined>();
  let own: ReadonlyMap<string, Component> | undefined;
  let rulesLeft = MOST_RULES;

  function ownZone(tzid: string): TimeZone | undefined {
    own ??= vtimezonesOf(calendar);
    const vtimezone = own.get(tzid.trim());
    if (vtimezone === undefined) return undefined;
    rulesLeft -= countRules(vtimezone);
    return rulesLeft < 0 ? undefined : evaluate(vtimezone, tzid);
  }

  return (tzid) => {
    if (found.has(tzid)) return found.get(tzid);
    const zone = ownZone(tzid) ?? namedZone(tzid);
    found.set(tzid, zone);
    return zone;
  };
}

/** The VTIMEZONEs of a calendar object by TZID, the first of each. */
function vtimezonesOf(calendar: Component | undefined): ReadonlyMap<string, Component> {
  const own = new Map<string, Component>();
  for (const component of calendar?.components ?? []) {
    if (component.name !== 'VTIMEZONE') continue;
    const tzid = propertyOf(component, 'TZID')?.value.trim();
    if (tzid !== undefined && !own.has(tzid)) own.set(tzid, component);
  }
  return own;
}

function countRules(vtimezone: Component): number {
  let count = 0;
  for (const { properties } of vtimezone.components) {
    for (const { name } of properties) if (name === 'RRULE') count++;
  }
  return count;
}

function evaluate(vtimezone: Component, tzid: string): TimeZone | undefined {
  const key = keyOf(vtimezone, tzid);
  if (key.length > LONGEST_KEY) return zoneOfVtimezone(vtimezone, tzid);
  if (evaluated.has(key)) {
    const zone = evaluated.get(key);
    evaluated.delete(key);
    evaluated.set(key, zone);
    return zone;
  }
  const zone = zoneOfVtimezone(vtimezone, tzid);
  const [oldest] = evaluated.keys();
  if (evaluated.size >= MOST_EVALUATED && oldest !== undefined) evaluated.delete(oldest);
  evaluated.set(key, zone);
  return zone;
}

/** What the evaluation reads, as one text: line feeds are in no value. */
function keyOf(vtimezone: Component, tzid: string): string {
  let key = tzid;
  for (const observance of vtimezone.components) {
    key += `\n${observance.name}`;
    for (const { name, value } of observance.properties) {
      if (name !== 'TZNAME' && name !== 'COMMENT') key += `\n${name}:${value}`;
    }
  }
  return key;
}

/** The zone that a name means without a VTIMEZONE. */
function namedZone(tzid: string): TimeZone | undefined {
  const name = databaseName(tzid);
  const zone = name === undefined ? undefined : ianaZone(name);
  return zone === undefined || zone.tzid === tzid ? zone : { ...zone, tzid };
}

/** The name in the zone database that a TZID means: itself, one that Windows calls so, or the one at its end. */
function databaseName(tzid: string): string | undefined {
  const name = tzid.trim().replace(/^"|"$/g, '');
  if (ianaZone(name) !== undefined) return name;
  const fromWindows = windowsNames().get(name.toLowerCase());
  if (fromWindows !== undefined) return fromWindows;
  // Such as /mozilla.org/20050126_1/Europe/Berlin. One word alone is trusted only after a slash in front: RFC 5545 section 3.2.19.
  const parts = name.slice(-100).split('/');
  for (let length = Math.min(3, parts.length - 1); length > 0; length--) {
    if (length === 1 && !name.startsWith('/') && !name.includes('://')) break;
    const end = parts.slice(-length).join('/');
    if (ianaZone(end) !== undefined) return end;
  }
  return undefined;
}

let windows: Map<string, string> | undefined;

function windowsNames(): ReadonlyMap<string, string> {
  if (windows === undefined) {
    windows = new Map();
    for (const { windowsName, territory, iana } of WINDOWS_TO_IANA_MAP) {
      const [name] = iana;
      // 001, the world, is the territory of the default.
      if (territory === '001' && name !== undefined) windows.set(windowsName.toLowerCase(), name);
    }
  }
  return windows;
}

const vtimezones = new Map<string, Component>();

/**
 * A VTIMEZONE for a TZID that has none, with exactly this TZID: its rules as far as the zone database of the library reaches back.
 * Undefined when the name means no zone. RFC 7809 section 3.1.3.
 */
export function vtimezoneFor(tzid: string): Component | undefined {
  return renamed(libraryZone(databaseName(tzid) ?? ''), tzid);
}

/** The VTIMEZONE of a name in the zone database, alias or not, spelled as it is there; undefined for all else. RFC 7808 section 5.3. */
export function databaseZone(name: string): Component | undefined {
  return ianaName(name) === name ? renamed(libraryZone(name), name) : undefined;
}

function renamed(vtimezone: Component | undefined, tzid: string): Component | undefined {
  if (vtimezone === undefined) return undefined;
  const properties = vtimezone.properties.map((property) =>
    property.name === 'TZID' ? { ...property, value: tzid } : property,
  );
  return { ...vtimezone, properties };
}

/** The name in the zone database of which a name in it is an alias, or the name itself; undefined for other names. RFC 7808 section 3.7. */
export function canonicalName(name: string): string | undefined {
  const vtimezone = libraryZone(name);
  return vtimezone && propertyOf(vtimezone, 'TZID')?.value;
}

/** The VTIMEZONE of a name in the zone database as the library has it: with the TZID of the zone, also for an alias. */
function libraryZone(name: string): Component | undefined {
  const known = ianaName(name);
  if (known === undefined) return undefined;
  let vtimezone = vtimezones.get(known);
  if (vtimezone === undefined) {
    const [block] = tzlib_get_ical_block(known, false);
    [vtimezone] = readComponents(block ?? '');
    if (vtimezone === undefined) return undefined;
    vtimezones.set(known, vtimezone);
  }
  return vtimezone;
}
