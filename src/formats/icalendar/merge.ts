/**
 * Many calendar objects as one iCalendar object, as an export of a calendar is. Every time zone stands in it once, before what first needs
 * it, so that the text can be written while the objects come. Definitions of one TZID that contradict one another where it matters are kept
 * apart under names of their own: no event moves. RFC 5545 section 3.4, RFC 5545 section 3.6.5.
 */
import { DAY } from './civil.ts';
import { type Component, type Property, propertyOf } from './component.ts';
import type { TimeZone } from './moment.ts';
import { databaseZone, vtimezoneFor } from './timezones.ts';
import { zoneOfVtimezone } from './vtimezone.ts';
import { writeComponent } from './write.ts';
import type { ZoneDefinitions } from './zone-definitions.ts';
import { startOfYear } from './zone-years.ts';

/** One iCalendar object in the making: `head`, then what `add` answers for each object, then `tail`. */
export interface CalendarMerge {
  /** From BEGIN:VCALENDAR to its last property. */
  readonly head: string;
  readonly tail: string;
  /**
   * The text of a calendar object within the whole: the time zones that it needs and that are not there yet, then its components. A TZID
   * without VTIMEZONE gets the one of the zone database; time zones that nothing names, and the properties of the object itself, go.
   */
  add(calendar: Component): string;
}

/**
 * Begins a merge; `properties` say what the whole is, besides VERSION and PRODID. With `definitions` unknown, zones of the zone database go
 * by their names alone. RFC 7986 section 5, RFC 7809 section 3.1.3.
 */
export function mergeCalendars(
  properties: readonly Property[] = [],
  definitions: ZoneDefinitions = 'all',
): CalendarMerge {
  const whole = { name: 'VCALENDAR', properties: [...OURS, ...properties], components: [], line: 0 };
  const zones = zoneNames();
  return {
    head: writeComponent(whole).slice(0, -TAIL.length),
    tail: TAIL,
    add(calendar) {
      const parts = calendar.components.filter(({ name }) => name !== 'VTIMEZONE');
      const renamed = new Map<string, string>();
      let text = '';
      for (const [tzid, years] of zonesNamed(parts)) {
        if (definitions === 'unknown' && databaseZone(tzid.trim()) !== undefined) continue;
        const own = vtimezoneOf(calendar, tzid);
        const definition = own ?? vtimezoneFor(tzid);
        if (definition === undefined) continue;
        const { name, isNew } = zones.nameFor(definition, tzid, years);
        if (isNew) text += writeComponent(name === tzid ? definition : withTzid(definition, name));
        if (name !== tzid) renamed.set(tzid, name);
      }
      for (const part of parts) text += writeComponent(renamed.size === 0 ? part : withZones(part, renamed));
      return text;
    },
  };
}

const TAIL = 'END:VCALENDAR\r\n';
const OURS: readonly Property[] = [made('VERSION', '2.0'), made('PRODID', '-//Davit//EN')];

function made(name: string, value: string): Property {
  return { name, parameters: [], value, line: 0 };
}

// --- which zones an object names, and when ---------------------------------------------------------------------------------------------

/** Years in which a zone matters to an object. */
interface Years {
  readonly first: number;
  readonly last: number;
}

/** What goes on for ever is followed to here; rules no longer change then. */
const LAST_YEAR = 2100;
/** A date that no calendar has, far in the past, is not followed further back than this. */
const FIRST_YEAR = 1850;

/** The TZIDs that components name, each with the years of the times in it. */
function zonesNamed(parts: readonly Component[]): ReadonlyMap<string, Years> {
  const named = new Map<string, Years>();
  // A rule or a duration leads from a time to later ones.
  let goesOn = false;
  const visit = ({ properties, components }: Component): void => {
    for (const property of properties) {
      if (property.name === 'RRULE' || property.name === 'DURATION') goesOn = true;
      for (const { name, values } of property.parameters) {
        const tzid = name === 'TZID' ? values[0] : undefined;
        if (tzid === undefined) continue;
        const { first, last } = yearsOf(property.value);
        const known = named.get(tzid);
        named.set(tzid, {
          first: Math.min(first, known?.first ?? first),
          last: Math.max(last, known?.last ?? last),
        });
      }
    }
    for (const one of components) visit(one);
  };
  for (const part of parts) visit(part);
  if (goesOn) for (const [tzid, { first }] of named) named.set(tzid, { first, last: LAST_YEAR });
  return named;
}

/** The years of the dates in a value, and the ones beside them, which a zone's offset may reach. */
function yearsOf(value: string): Years {
  let first = LAST_YEAR;
  let last = FIRST_YEAR;
  for (const [, digits] of value.matchAll(/(\d{4})\d{4}T/gi)) {
    first = Math.min(first, Number(digits) - 1);
    last = Math.max(last, Number(digits) + 1);
  }
  return last < first ? { first: FIRST_YEAR, last: LAST_YEAR } : { first: Math.max(first, FIRST_YEAR), last };
}

function vtimezoneOf(calendar: Component, tzid: string): Component | undefined {
  const wanted = tzid.trim();
  return calendar.components.find(
    (one) => one.name === 'VTIMEZONE' && propertyOf(one, 'TZID')?.value.trim() === wanted,
  );
}

// --- names ---------------------------------------------------------------------------------------------------------------------------

/** A VTIMEZONE as some object brought it. */
interface Definition {
  readonly zone: TimeZone | undefined;
  /** Its TZID in the whole, once it stands there. */
  name: string | undefined;
  /** By year, whether it has the same offsets as another one. */
  readonly alike: Map<Definition, Map<number, boolean>>;
}

/** With so many definitions of one TZID a further one is compared; hostile calendars have more, and each of those stands by itself. */
const MOST_COMPARED = 8;
/** More definitions than this are forgotten, unless they stand in the whole. */
const MOST_DEFINITIONS = 1000;

/** Decides which definitions stand in the whole, and under which TZID. */
function zoneNames() {
  const written = new Map<string, Definition[]>();
  const names = new Set<string>();
  /** By TZID and text. */
  const definitions = new Map<string, Definition>();

  function definitionOf(vtimezone: Component, tzid: string): Definition {
    const key = `${tzid}\n${writeComponent({ ...vtimezone, properties: [] })}`;
    let definition = definitions.get(key);
    if (definition === undefined) {
      if (definitions.size >= MOST_DEFINITIONS) definitions.clear();
      definition = { zone: zoneOfVtimezone(vtimezone, tzid), name: undefined, alike: new Map() };
      definitions.set(key, definition);
    }
    return definition;
  }

  return {
    /** The TZID under which the object finds this zone, and whether it must be written first. */
    nameFor(vtimezone: Component, tzid: string, years: Years): { readonly name: string; readonly isNew: boolean } {
      const definition = definitionOf(vtimezone, tzid);
      if (definition.name !== undefined) return { name: definition.name, isNew: false };
      const others = written.get(tzid) ?? [];
      const alike = others.slice(0, MOST_COMPARED).find((other) => isAlike(definition, other, years));
      if (alike?.name !== undefined) return { name: alike.name, isNew: false };
      let name = tzid;
      for (let number = Math.max(2, others.length + 1); names.has(name); number++) name = `${tzid} (${number})`;
      names.add(name);
      definition.name = name;
      others.push(definition);
      written.set(tzid, others);
      return { name, isNew: true };
    },
  };
}

/** Whether two definitions have the same offset at every time of these years; each year is compared once. */
function isAlike(one: Definition, other: Definition, { first, last }: Years): boolean {
  if (one.zone === undefined || other.zone === undefined) return false;
  let compared = one.alike.get(other);
  if (compared === undefined) {
    compared = new Map();
    one.alike.set(other, compared);
  }
  for (let year = first; year <= last; year++) {
    const alike = compared.get(year) ?? isAlikeIn(one.zone, other.zone, year);
    compared.set(year, alike);
    if (!alike) return false;
  }
  return true;
}

/** Zones are looked at once a day; on a day on which the offset changes, each quarter of an hour. */
const STEP = DAY;
const FINE_STEP = DAY / 96;

function isAlikeIn(one: TimeZone, other: TimeZone, year: number): boolean {
  const end = startOfYear(year + 1);
  let offset = one.offsetAt(startOfYear(year));
  for (let at = startOfYear(year); at < end; at += STEP) {
    if (other.offsetAt(at) !== offset) return false;
    const next = one.offsetAt(at + STEP);
    if (next !== offset) {
      for (let fine = at; fine < at + STEP; fine += FINE_STEP) {
        if (one.offsetAt(fine) !== other.offsetAt(fine)) return false;
      }
    }
    offset = next;
  }
  return true;
}

function withTzid(vtimezone: Component, name: string): Component {
  const properties = vtimezone.properties.map((one) => (one.name === 'TZID' ? { ...one, value: name } : one));
  return { ...vtimezone, properties };
}

/** The component with other names in its TZID parameters. */
function withZones(component: Component, names: ReadonlyMap<string, string>): Component {
  const properties = component.properties.map((property) => {
    if (!property.parameters.some(({ name }) => name === 'TZID')) return property;
    const parameters = property.parameters.map((parameter) => {
      const name = parameter.name === 'TZID' ? names.get(parameter.values[0] ?? '') : undefined;
      return name === undefined ? parameter : { name: 'TZID', values: [name] };
    });
    return { ...property, parameters };
  });
  return { ...component, properties, components: component.components.map((one) => withZones(one, names)) };
}
