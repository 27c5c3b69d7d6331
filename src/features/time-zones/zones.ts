/**
 * The zones that the service distributes: those of the zone database, each with its aliases, and the search in them. They are those of the
 * program, so nothing changes while it runs. RFC 7808 section 5.2, RFC 7808 section 5.5.
 */
import { etagOf } from '../../dav/etag.ts';
import { formatDateTime } from '../../formats/date-time.ts';
import { propertyOf } from '../../formats/icalendar/component.ts';
import { ianaNames } from '../../formats/icalendar/iana-zones.ts';
import { canonicalName, databaseZone } from '../../formats/icalendar/timezones.ts';
import { parseMoment } from '../../formats/icalendar/values.ts';
import { writeComponent } from '../../formats/icalendar/write.ts';

/** Who publishes the data. */
export const PUBLISHER = 'IANA Time Zone Database';

/** One zone in lists. RFC 7808 section 6.2. */
export interface ZoneSummary {
  readonly tzid: string;
  readonly etag: string;
  readonly 'last-modified': string;
  readonly publisher: string;
  readonly version: string;
  readonly aliases?: readonly string[];
}

/** All zones, and what changes when any of them does. */
export interface ZoneList {
  readonly synctoken: string;
  readonly timezones: readonly ZoneSummary[];
}

const encoder = new TextEncoder();

/** The tag of a text, without quotes. RFC 7808 section 4.1.4. */
export function tagOf(text: string): string {
  return etagOf(encoder.encode(text));
}

/**
 * A VCALENDAR with the zone of that name, an alias being told apart by TZID-ALIAS-OF; undefined where the service has none.
 * RFC 7808 section 5.3, RFC 7808 section 7.2.
 */
export function zoneText(tzid: string): string | undefined {
  const vtimezone = databaseZone(tzid);
  if (vtimezone === undefined) return undefined;
  const line = (name: string, value: string) => ({ name, parameters: [], value, line: 0 });
  const canonical = canonicalName(tzid);
  const zone =
    canonical === undefined || canonical === tzid
      ? vtimezone
      : { ...vtimezone, properties: [...vtimezone.properties, line('TZID-ALIAS-OF', canonical)] };
  const properties = [line('VERSION', '2.0'), line('PRODID', '-//Davit//EN')];
  return writeComponent({ name: 'VCALENDAR', properties, components: [zone], line: 0 });
}

function makeList(): ZoneList {
  const aliases = new Map<string, string[]>();
  for (const name of ianaNames().toSorted()) {
    const canonical = canonicalName(name);
    if (canonical === undefined) continue;
    const known = aliases.get(canonical) ?? [];
    aliases.set(canonical, known);
    if (name !== canonical) known.push(name);
  }
  const timezones = Array.from(aliases, ([tzid, others]): ZoneSummary => {
    const modified = modifiedAt(tzid);
    return {
      tzid,
      etag: tagOf(zoneText(tzid) ?? ''),
      'last-modified': modified,
      publisher: PUBLISHER,
      version: modified.slice(0, 10),
      ...(others.length === 0 ? {} : { aliases: others }),
    };
  });
  return { synctoken: tagOf(JSON.stringify(timezones)), timezones };
}

/** When the package of the zones was made: the data have no other version. */
function modifiedAt(tzid: string): string {
  const zone = databaseZone(tzid);
  const property = zone && propertyOf(zone, 'LAST-MODIFIED');
  const moment = property && parseMoment(property);
  return formatDateTime(moment?.local ?? 0);
}

let list: ZoneList | undefined;

/** All zones, in the order of their names. RFC 7808 section 5.2. */
export function zoneList(): ZoneList {
  list ??= makeList();
  return list;
}

/** A pattern as a condition on names; undefined for what is none: an asterisk or a backslash in the wrong place. RFC 7808 section 5.5. */
export function patternOf(pattern: string): ((name: string) => boolean) | undefined {
  const parts = /^(\*?)((?:[^*\\]|\\[*\\])*?)(\*?)$/.exec(pattern);
  if (parts === null || pattern === '') return undefined;
  const [, before, inner = '', after] = parts;
  const wanted = folded(inner.replace(/\\([*\\])/g, '$1'));
  if (before !== '' && after !== '') return (name) => folded(name).includes(wanted);
  if (before !== '') return (name) => folded(name).endsWith(wanted);
  if (after !== '') return (name) => folded(name).startsWith(wanted);
  return (name) => folded(name) === wanted;
}

/** Names are compared without regard to ASCII case, an underscore being a space. RFC 7808 section 5.5. */
function folded(name: string): string {
  return name.replaceAll('_', ' ').replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** The zones of which the name or an alias matches. RFC 7808 section 5.5. */
export function matching(matches: (name: string) => boolean): ZoneList {
  const { synctoken, timezones } = zoneList();
  return { synctoken, timezones: timezones.filter(({ tzid, aliases = [] }) => [tzid, ...aliases].some(matches)) };
}
