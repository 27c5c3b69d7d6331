/**
 * Which time zones a calendar object brings with it: those of the zone database can go by their names. RFC 7809 section 3.1.3.
 */
import { type Component, propertyOf } from './component.ts';
import { databaseZone, vtimezoneFor } from './timezones.ts';

/**
 * Which VTIMEZONEs stand in calendar data: `all` that are referred to, or only those `unknown` to who has the zone database.
 * RFC 7809 section 7.1.
 */
export type ZoneDefinitions = 'all' | 'unknown';

/** Reads the value of a CalDAV-Timezones header; undefined for none, and for one that means nothing. RFC 7809 section 7.1. */
export function zoneDefinitionsIn(header: string | undefined): ZoneDefinitions | undefined {
  const value = header?.trim().toUpperCase();
  return value === 'T' ? 'all' : value === 'F' ? 'unknown' : undefined;
}

/**
 * The calendar object with these VTIMEZONEs; the very same when it has them as it is. What it says of a zone stays as it says it; a TZID
 * without a VTIMEZONE gets the one of the zone database. RFC 7809 section 3.1.3.
 */
export function withZoneDefinitions(calendar: Component, wanted: ZoneDefinitions): Component {
  return wanted === 'all' ? withAll(calendar) : withUnknown(calendar);
}

function withUnknown(calendar: Component): Component {
  const components = calendar.components.filter((one) => one.name !== 'VTIMEZONE' || !isStandard(one));
  return components.length === calendar.components.length ? calendar : { ...calendar, components };
}

function isStandard(vtimezone: Component): boolean {
  return databaseZone(tzidOf(vtimezone)) !== undefined;
}

function tzidOf(vtimezone: Component): string {
  return propertyOf(vtimezone, 'TZID')?.value.trim() ?? '';
}

function withAll(calendar: Component): Component {
  const missing = new Set<string>();
  for (const one of calendar.components) if (one.name !== 'VTIMEZONE') addNamed(one, missing);
  for (const one of calendar.components) if (one.name === 'VTIMEZONE') missing.delete(tzidOf(one));
  const added = [...missing].map(vtimezoneFor).filter((one) => one !== undefined);
  return added.length === 0 ? calendar : { ...calendar, components: [...added, ...calendar.components] };
}

/** Adds the TZIDs that a component and those in it refer to. */
function addNamed({ properties, components }: Component, named: Set<string>): void {
  for (const { parameters } of properties) {
    for (const { name, values } of parameters)
      if (name === 'TZID' && values[0] !== undefined) named.add(values[0].trim());
  }
  for (const one of components) addNamed(one, named);
}
