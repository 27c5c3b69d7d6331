/**
 * What makes a calendar object fit to be stored. Refused is only what would mislead or break whoever reads it next; everything else is kept
 * as it was sent: a missing DTSTAMP, a TZID without VTIMEZONE, DTEND before DTSTART, a date where a time belongs, texts of unknown form.
 * RFC 4791 section 4.1, RFC 4791 section 5.3.2.1.
 */
import { type Component, propertiesOf, propertyOf } from './component.ts';
import { parseRule } from './recurrence.ts';
import { utcZone, zoneResolver } from './timezones.ts';
import { parseMoment } from './values.ts';

/** Why a calendar object is refused. */
export interface CalendarFault {
  /** The precondition it fails, an element of the CalDAV namespace. RFC 4791 section 5.3.2.1. */
  readonly rule: 'valid-calendar-data' | 'valid-calendar-object-resource' | 'supported-calendar-component';
  /** One sentence for a person. */
  readonly reason: string;
  /** 1-based number of the line where it was found; 0 for what was not read from a text. */
  readonly line: number;
}

/** What a calendar object is about. */
export interface CalendarSubject {
  /** VEVENT, VTODO, VJOURNAL, VFREEBUSY or VAVAILABILITY; another name for what we do not know, '' for nothing. */
  readonly component: string;
  /** The UID of its components, '' when they have none. */
  readonly uid: string;
  /** The component without RECURRENCE-ID; absent when only overrides were sent, as for an invitation to single instances. */
  readonly master: Component | undefined;
  /** Those with RECURRENCE-ID, in order. */
  readonly overrides: readonly Component[];
}

/** Components that may be what an object is about. RFC 5545 section 3.6, RFC 7953 section 3.1. */
const KNOWN = new Set(['VEVENT', 'VTODO', 'VJOURNAL', 'VFREEBUSY', 'VAVAILABILITY']);

/** Finds the subject. For an object with faults it is that of its first component. */
export function calendarSubject(calendar: Component): CalendarSubject {
  const subjects = subjectsOf(calendar);
  const [first] = subjects;
  return {
    component: first?.name ?? '',
    uid: first === undefined ? '' : uidOf(first),
    master: subjects.find((subject) => propertyOf(subject, 'RECURRENCE-ID') === undefined),
    overrides: subjects.filter((subject) => propertyOf(subject, 'RECURRENCE-ID') !== undefined),
  };
}

/** The faults of a calendar object, at most one for each rule; empty when it may be stored. `calendar` is a VCALENDAR as it was read. */
export function faultsOf(calendar: Component): readonly CalendarFault[] {
  const subjects = subjectsOf(calendar);
  const faults: CalendarFault[] = [];
  for (const { rule, check } of RULES) {
    const finding = check(calendar, subjects);
    if (finding !== undefined) faults.push({ rule, ...finding });
  }
  return faults;
}

interface Finding {
  readonly reason: string;
  readonly line: number;
}

interface CalendarRule {
  readonly spec: string;
  readonly rule: CalendarFault['rule'];
  /** The first thing that breaks the rule. */
  readonly check: (calendar: Component, subjects: readonly Component[]) => Finding | undefined;
}

const RULES: readonly CalendarRule[] = [
  {
    spec: 'RFC 4791 section 4.1',
    rule: 'valid-calendar-object-resource',
    check: (calendar) => {
      const method = propertyOf(calendar, 'METHOD');
      return method && found(method, `A stored calendar object has no METHOD; this one has ${shown(method.value)}.`);
    },
  },
  {
    spec: 'RFC 4791 section 4.1',
    rule: 'valid-calendar-object-resource',
    check: (calendar, subjects) =>
      subjects.length > 0
        ? undefined
        : found(calendar, 'The calendar holds nothing but time zones: no event, task or journal.'),
  },
  {
    spec: 'RFC 4791 section 4.1',
    rule: 'valid-calendar-object-resource',
    check: (_, subjects) => {
      const other = subjects.find(({ name }) => name !== subjects[0]?.name);
      return (
        other &&
        found(other, `The object mixes ${subjects[0]?.name} and ${other.name}; all its components are of one type.`)
      );
    },
  },
  {
    spec: 'RFC 4791 section 5.2.3',
    rule: 'supported-calendar-component',
    check: (_, subjects) => {
      const unknown = subjects.find(({ name }) => !KNOWN.has(name));
      return unknown && found(unknown, `Components of the type ${unknown.name} are not stored here.`);
    },
  },
  {
    spec: 'RFC 4791 section 4.1',
    rule: 'valid-calendar-object-resource',
    check: (_, subjects) => {
      const nameless = subjects.find((subject) => uidOf(subject) === '');
      return nameless && found(nameless, `The ${nameless.name} has no UID.`);
    },
  },
  {
    spec: 'RFC 4791 section 4.1',
    rule: 'valid-calendar-object-resource',
    check: (_, subjects) => {
      const uid = subjects[0] === undefined ? '' : uidOf(subjects[0]);
      for (const subject of subjects) {
        const other = propertiesOf(subject, 'UID').find(({ value }) => value.trim() !== '' && value.trim() !== uid);
        if (other !== undefined)
          return found(other, 'The object has components with different UIDs; one object has one UID.');
      }
      return undefined;
    },
  },
  {
    spec: 'RFC 4791 section 4.1',
    rule: 'valid-calendar-object-resource',
    check: (_, subjects) => {
      const alike = subjects.filter(({ name }) => name === subjects[0]?.name);
      const second = alike.filter((subject) => propertyOf(subject, 'RECURRENCE-ID') === undefined)[1];
      return second && found(second, 'Two components have no RECURRENCE-ID; only one of them can be the series.');
    },
  },
  {
    spec: 'RFC 5545 section 3.8.2.4',
    rule: 'valid-calendar-data',
    check: (_, subjects) => impossibleMoment(subjects, 'DTSTART'),
  },
  {
    spec: 'RFC 5545 section 3.6.1',
    rule: 'valid-calendar-data',
    check: (_, subjects) => {
      const timeless = subjects.find(({ name, properties }) => name === 'VEVENT' && !properties.some(isStart));
      return timeless && found(timeless, 'The VEVENT has no DTSTART.');
    },
  },
  {
    spec: 'RFC 5545 section 3.8.2.2',
    rule: 'valid-calendar-data',
    check: (_, subjects) => impossibleMoment(subjects, 'DTEND'),
  },
  {
    spec: 'RFC 5545 section 3.8.2.3',
    rule: 'valid-calendar-data',
    check: (_, subjects) => impossibleMoment(subjects, 'DUE'),
  },
  {
    spec: 'RFC 5545 section 3.8.5.3',
    rule: 'valid-calendar-data',
    check: (_, subjects) => {
      for (const property of propertiesWithin(subjects, 'RRULE')) {
        if (parseRule(property.value) === undefined) {
          return found(
            property,
            `Line ${property.line}: ${shown(property.value)} is no recurrence rule that can be followed.`,
          );
        }
      }
      return undefined;
    },
  },
  {
    spec: 'RFC 5545 section 3.8.4.4',
    rule: 'valid-calendar-data',
    check: (_, subjects) => impossibleMoment(subjects, 'RECURRENCE-ID'),
  },
  {
    spec: 'RFC 5545 section 3.8.4.4',
    rule: 'valid-calendar-object-resource',
    check: duplicateInstance,
  },
  {
    spec: 'RFC 7953 section 3.1',
    rule: 'valid-calendar-data',
    check: (_, subjects) => {
      const timeless = availableParts(subjects).find(
        ({ properties }) => !properties.some(({ name }) => name === 'DTSTART' || name === 'RECURRENCE-ID'),
      );
      return timeless && found(timeless, `Line ${timeless.line}: the AVAILABLE has no DTSTART.`);
    },
  },
  {
    spec: 'RFC 7953 section 8',
    rule: 'valid-calendar-object-resource',
    check: (_, subjects) => {
      const excess = availableParts(subjects)[MOST_AVAILABLE];
      return excess && found(excess, `A VAVAILABILITY has at most ${MOST_AVAILABLE} AVAILABLE parts here.`);
    },
  },
];

/** AVAILABLE parts of an availability: one for each hour of a week, and their exceptions. Each is a series to be followed on its own. */
const MOST_AVAILABLE = 500;

/** Everything in a VCALENDAR but time zones, and experimental components, which say nothing about the object. */
function subjectsOf(calendar: Component): readonly Component[] {
  return calendar.components.filter(({ name }) => name !== 'VTIMEZONE' && !name.startsWith('X-'));
}

function availableParts(subjects: readonly Component[]): readonly Component[] {
  return subjects.flatMap(({ components }) => components.filter(({ name }) => name === 'AVAILABLE'));
}

function uidOf(subject: Component): string {
  return propertyOf(subject, 'UID')?.value.trim() ?? '';
}

function isStart(property: { readonly name: string }): boolean {
  return property.name === 'DTSTART';
}

function found(place: { readonly line: number }, reason: string): Finding {
  return { reason, line: place.line };
}

function shown(value: string): string {
  return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
}

/** The properties of that name in the subjects and, for a VAVAILABILITY, in its AVAILABLE parts. RFC 7953 section 3.1. */
function* propertiesWithin(subjects: readonly Component[], name: string) {
  for (const subject of subjects) {
    yield* propertiesOf(subject, name);
    for (const part of subject.components) if (part.name === 'AVAILABLE') yield* propertiesOf(part, name);
  }
}

function impossibleMoment(subjects: readonly Component[], name: string): Finding | undefined {
  for (const property of propertiesWithin(subjects, name)) {
    if (parseMoment(property) === undefined) {
      return found(
        property,
        `Line ${property.line}: ${name} is ${shown(property.value)}, which is no date or time that exists.`,
      );
    }
  }
  return undefined;
}

/** A RECURRENCE-ID names one instance; two overrides of it, also in different zones, would leave open which one counts. */
function duplicateInstance(calendar: Component, subjects: readonly Component[]): Finding | undefined {
  const zones = zoneResolver(calendar);
  const seen = new Set<string>();
  for (const subject of subjects) {
    const property = propertyOf(subject, 'RECURRENCE-ID');
    const moment = property && parseMoment(property);
    if (property === undefined || moment === undefined) continue;
    const zone = moment.kind === 'utc' ? utcZone : moment.tzid === undefined ? undefined : zones(moment.tzid);
    const key =
      zone === undefined ? `${moment.kind} ${moment.local} ${moment.tzid ?? ''}` : `${zone.toUtc(moment.local)}`;
    if (seen.has(key))
      return found(property, `Line ${property.line}: another component has the same RECURRENCE-ID already.`);
    seen.add(key);
  }
  return undefined;
}
