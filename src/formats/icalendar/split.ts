/**
 * Takes an iCalendar file with many events and tasks apart into calendar objects: each has the components of one UID, a series with its
 * overrides, and the time zones that they name. What cannot be read is named, with the rest of its object, and nothing is left out.
 * RFC 4791 section 4.1, RFC 5545 section 3.6.
 */
import { Buffer } from 'node:buffer';
import { type Component, type Property, propertyOf } from './component.ts';
import { readOr } from './content-line.ts';
import { readComponents } from './read.ts';
import { type Part, type Scan, type Stretch, textAt } from './scan.ts';
import { writeComponent } from './write.ts';

/** An object of a file, ready to be stored. */
export interface SplitObject {
  readonly ok: true;
  /** 1-based number of the line of the file on which it begins. */
  readonly line: number;
  readonly uid: string;
  /** The main component in upper case: VEVENT, VCARD. */
  readonly component: string;
  readonly data: Uint8Array;
}

/** What cannot be read, or belongs to nothing. */
export interface SplitFault {
  readonly ok: false;
  readonly line: number;
  readonly uid: string | undefined;
  /** Empty where that cannot be said. */
  readonly component: string;
  /** A sentence or a part of one, for a person; lines are those of the file. */
  readonly reason: string;
  /** As it stands in the file, so that it can be mended and tried once more: a component of a calendar within one. */
  readonly text: string;
}

/** Gives what has no UID one, made of its text: the same text gets the same. */
export type UidMaker = (text: string) => string;

/** The calendar objects of a file in order of their first lines, and what belongs to nothing; cards are left to `splitCards`. Never throws. */
export function* splitCalendars(scan: Scan, newUid: UidMaker): Generator<SplitObject | SplitFault> {
  const { data } = scan;
  const zones = zonesOf(scan);
  yield* zones.faults;
  const groups = groupsOf(scan);
  const calendars = scan.properties.map((stretches) => propertiesIn(data, stretches));
  const alone = groups.length === 1 && scan.properties.length === 1;
  for (const part of scan.parts) if (part.kind === 'stray') yield strayFault(data, part);
  for (const group of groups) {
    const [first] = group;
    if (first === undefined) continue;
    const { line, name: component, calendar } = first;
    const parts: Component[] = [];
    let fault: string | undefined;
    for (const part of group) {
      const read = readPart(data, part);
      if (typeof read !== 'string') parts.push(first.uid === undefined ? withUid(read, newUid) : read);
      else fault ??= read;
    }
    const properties = calendars[calendar] ?? [];
    if (propertyOf({ ...NOTHING, properties }, 'VERSION')?.value.trim() === '1.0')
      fault ??= 'vCalendar 1.0 is not iCalendar';
    if (fault !== undefined) {
      const raw = group.map((part) => textAt(data, part)).join('');
      yield { ok: false, line, uid: first.uid, component, reason: fault, text: calendarWith(zones.textFor(raw) + raw) };
      continue;
    }
    const uid = first.uid ?? propertyOf(parts[0] ?? NOTHING, 'UID')?.value ?? '';
    const distinct = withoutRepeats(parts);
    if (alone && first.uid !== undefined && distinct.length === parts.length && isOneCalendar(scan, properties)) {
      yield { ok: true, line, uid, component, data };
      continue;
    }
    const components = [...tzidsIn(parts)].flatMap((tzid) => zones.zoneFor(calendar, tzid) ?? []);
    const object = {
      ...NOTHING,
      properties: headOf(properties, alone),
      components: [...components, ...distinct],
    };
    yield { ok: true, line, uid, component, data: Buffer.from(writeComponent(object)) };
  }
}

/** What a file says of its calendars as wholes: properties of the first. RFC 7986 section 5. */
export function calendarProperties({ data, properties: [first = []] }: Scan): readonly Property[] {
  return propertiesIn(data, first);
}

const NOTHING: Component = { name: 'VCALENDAR', properties: [], components: [], line: 0 };

// --- parts ---------------------------------------------------------------------------------------------------------------------------

/** Parts of one UID and name belong together; those without UID stand alone. In order of their first parts. */
function groupsOf({ parts }: Scan): readonly (readonly Part[])[] {
  const groups: Part[][] = [];
  const byUid = new Map<string, Part[]>();
  for (const part of parts) {
    if (part.kind !== 'component' || part.name === 'VTIMEZONE') continue;
    const key = part.uid === undefined ? undefined : `${part.name} ${part.uid}`;
    const known = key === undefined ? undefined : byUid.get(key);
    if (known !== undefined) {
      known.push(part);
      continue;
    }
    const group = [part];
    groups.push(group);
    if (key !== undefined) byUid.set(key, group);
  }
  return groups;
}

/** Nothing that large can be stored; a text of it would hardly fit into memory. */
const LARGEST = 64 * 1024 * 1024;

/** The component or card, or why it cannot be read: lines are counted from the beginning of the file. */
export function readPart(data: Uint8Array, part: Part): Component | string {
  if (part.to - part.from > LARGEST) return 'it has more than 64 MiB';
  const octets = data.subarray(part.from, part.to);
  const read = readOr(
    () => readComponents(octets),
    () => undefined,
  );
  if (read !== undefined) return read[0] ?? 'there is nothing in it';
  return readOr(
    () => {
      // Once more with as many empty lines before it as it has lines before it.
      readComponents(Buffer.concat([Buffer.alloc(part.line - 1, '\n'), octets]));
      return 'it cannot be read';
    },
    ({ reason }) => reason,
  );
}

/** A calendar with what stands there. */
function calendarWith(text: string): string {
  return `BEGIN:VCALENDAR\r\nVERSION:2.0\r\n${text.replace(/\n?$/, '\n')}END:VCALENDAR\r\n`;
}

/** Lines outside of everything. */
function strayFault(data: Uint8Array, part: Part): SplitFault {
  const reason = 'these lines lie outside of any event, task or card';
  return { ok: false, line: part.line, uid: undefined, component: '', reason, text: textAt(data, part) };
}

/** With the UID that its text gives it. */
export function withUid(component: Component, newUid: UidMaker): Component {
  const others = component.properties.filter(({ name }) => name !== 'UID');
  const uid = { name: 'UID', parameters: [], value: newUid(writeComponent(component)), line: 0 };
  return { ...component, properties: [...others, uid] };
}

/** Some programs write the same event several times. */
function withoutRepeats(parts: readonly Component[]): readonly Component[] {
  if (parts.length === 1) return parts;
  return [...new Map(parts.map((part) => [writeComponent(part), part])).values()];
}

// --- the calendar around them ----------------------------------------------------------------------------------------------------------

function propertiesIn(data: Uint8Array, stretches: readonly Stretch[]): readonly Property[] {
  return stretches.flatMap((stretch) => {
    const text = `BEGIN:X\r\n${textAt(data, stretch)}\r\nEND:X`;
    const read = readOr(
      () => readComponents(text),
      () => [],
    );
    return read.flatMap(({ properties }) => properties);
  });
}

/** Whether a file is nothing but one calendar that can be stored as it is. */
function isOneCalendar({ data, parts }: Scan, properties: readonly Property[]): boolean {
  const end = textAt(data, { from: Math.max(0, data.length - 100), to: data.length });
  return (
    parts.every(({ kind, calendar }) => kind === 'component' && calendar === 0) &&
    !properties.some(isDropped) &&
    /\nEND:VCALENDAR\s*$/i.test(end)
  );
}

/** What a stored object does not have: RFC 4791 section 4.1. */
function isDropped({ name }: Property): boolean {
  return name === 'METHOD' || name === REJECTED;
}

/** Marks, in a file of what was refused, why. */
export const REJECTED = 'X-DAVIT-REJECTED';

const OF_EACH: ReadonlySet<string> = new Set(['PRODID', 'VERSION', 'CALSCALE']);

/** What each object keeps of the properties of the whole; one that is alone in its file keeps all. */
function headOf(properties: readonly Property[], alone: boolean): readonly Property[] {
  const kept = properties.filter((one) => !isDropped(one) && (alone || OF_EACH.has(one.name)));
  const missing = [made('VERSION', '2.0'), made('PRODID', '-//Davit//EN')].filter(
    ({ name }) => !kept.some((one) => one.name === name),
  );
  return [...missing, ...kept];
}

function made(name: string, value: string): Property {
  return { name, parameters: [], value, line: 0 };
}

// --- time zones ------------------------------------------------------------------------------------------------------------------------

function zonesOf({ data, parts }: Scan) {
  const zones = new Map<string, Component>();
  const named: { readonly tzid: string; readonly part: Part }[] = [];
  const faults: SplitFault[] = [];
  for (const part of parts) {
    if (part.kind !== 'component' || part.name !== 'VTIMEZONE') continue;
    const read = readPart(data, part);
    if (typeof read === 'string') {
      const { line, name: component } = part;
      const text = calendarWith(textAt(data, part));
      faults.push({ ok: false, line, uid: undefined, component, reason: read, text });
      continue;
    }
    const tzid = propertyOf(read, 'TZID')?.value.trim() ?? '';
    if (!zones.has(tzid)) named.push({ tzid, part });
    for (const key of [`${part.calendar} ${tzid}`, tzid]) if (!zones.has(key)) zones.set(key, read);
  }
  return {
    faults,
    /** The zones, as they stand in the file, whose names are in a text that cannot be read. */
    textFor(text: string): string {
      return named.flatMap(({ tzid, part }) => (text.includes(tzid) ? textAt(data, part) : [])).join('');
    },
    /** The one of the same calendar, or else the first in the file. */
    zoneFor: (calendar: number, tzid: string) => zones.get(`${calendar} ${tzid.trim()}`) ?? zones.get(tzid.trim()),
  };
}

function tzidsIn(parts: readonly Component[], found = new Set<string>()): ReadonlySet<string> {
  for (const { properties, components } of parts) {
    for (const { parameters } of properties) {
      for (const { name, values } of parameters) if (name === 'TZID' && values[0] !== undefined) found.add(values[0]);
    }
    tzidsIn(components, found);
  }
  return found;
}
