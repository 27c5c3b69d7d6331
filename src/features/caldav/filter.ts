/**
 * CALDAV:filter as a value. What it cannot say, or what nobody can search for, is refused while it is read: a condition that is passed over
 * would find too much. RFC 4791 section 9.7, RFC 4791 section 9.9.
 */
import { type Collation, collation, type MatchType } from '../../formats/collation.ts';
import type { TimeRange } from '../../formats/icalendar/moment.ts';
import { parseMomentText } from '../../formats/icalendar/values.ts';
import { attributeOf, elementsOf, textOf, type XmlElement } from '../../formats/xml/element.ts';
import { CALDAV, localOf, namespaceOf } from '../../formats/xml/name.ts';
import { supportedCollation, supportedFilter, validFilter } from './preconditions.ts';

/** The comp-filter on VCALENDAR. */
export type CalendarFilter = CompFilter;

/** All that is given must hold for one and the same component. RFC 4791 section 9.7.1. */
export interface CompFilter {
  /** In upper case. */
  readonly name: string;
  /** There is no such component; the rest is then empty. */
  readonly notDefined: boolean;
  readonly range: TimeRange | undefined;
  readonly props: readonly PropFilter[];
  readonly comps: readonly CompFilter[];
}

/** All that is given must hold for one and the same property. RFC 4791 section 9.7.2. */
export interface PropFilter {
  /** In upper case. */
  readonly name: string;
  readonly notDefined: boolean;
  readonly range: TimeRange | undefined;
  readonly text: TextMatch | undefined;
  readonly params: readonly ParamFilter[];
}

/** RFC 4791 section 9.7.3. */
export interface ParamFilter {
  /** In upper case. */
  readonly name: string;
  readonly notDefined: boolean;
  readonly text: TextMatch | undefined;
}

/** RFC 4791 section 9.7.5. */
export interface TextMatch {
  readonly collation: Collation;
  /** As the client wrote it. */
  readonly text: string;
  /** Folded by the collation. */
  readonly pattern: string;
  /** `contains`, unless the client says otherwise as in RFC 6352 section 10.5.4. */
  readonly type: MatchType;
  readonly negated: boolean;
}

/** comp-filters within each other; the deepest thing that iCalendar has is the alarm of an AVAILABLE part. */
const DEEPEST = 4;
/** Conditions of one filter. */
const MOST_CONDITIONS = 100;
/** UTF-16 units of one text; longer ones make comparing slow. */
const LONGEST_TEXT = 1024;

/** Where components lie. A name that is not here may be asked for anywhere. RFC 5545 section 3.6, RFC 7953 section 3.1. */
const WITHIN: ReadonlyMap<string, readonly string[]> = new Map([
  ...['VEVENT', 'VTODO', 'VJOURNAL', 'VFREEBUSY', 'VTIMEZONE', 'VAVAILABILITY'].map((name): [string, string[]] => [
    name,
    ['VCALENDAR'],
  ]),
  ['VALARM', ['VEVENT', 'VTODO', 'AVAILABLE']],
  ['STANDARD', ['VTIMEZONE']],
  ['DAYLIGHT', ['VTIMEZONE']],
  ['AVAILABLE', ['VAVAILABILITY']],
  ['VCALENDAR', []],
]);

/** Components that time ranges are defined for. RFC 4791 section 9.9, RFC 7953 section 7.2.2. */
const TIMED_COMPONENTS: ReadonlySet<string> = new Set([
  'VEVENT',
  'VTODO',
  'VJOURNAL',
  'VFREEBUSY',
  'VAVAILABILITY',
  'VALARM',
]);

/** Properties that time ranges are defined for. RFC 4791 section 9.9. */
const TIMED_PROPERTIES: ReadonlySet<string> = new Set([
  'COMPLETED',
  'CREATED',
  'DTEND',
  'DTSTAMP',
  'DTSTART',
  'DUE',
  'LAST-MODIFIED',
]);

const MATCH_TYPES: readonly MatchType[] = ['contains', 'equals', 'starts-with', 'ends-with'];

/** Reads a CALDAV:filter. @throws PreconditionViolated valid-filter, supported-filter or supported-collation */
export function parseFilter(filter: XmlElement): CalendarFilter {
  const [root, ...others] = elementsOf(filter);
  if (root === undefined || others.length > 0 || root.name !== `{${CALDAV}}comp-filter`) {
    throw validFilter('a filter holds exactly one comp-filter, that of VCALENDAR');
  }
  if (nameOf(root) !== 'VCALENDAR') {
    throw validFilter(`the outermost comp-filter is that of VCALENDAR, not of ${nameOf(root)}`);
  }
  return compFilter(root, undefined, 1, { left: MOST_CONDITIONS });
}

/** Reads a CALDAV:time-range; a side without a bound is infinite. @throws PreconditionViolated valid-filter */
export function parseTimeRange(range: XmlElement): TimeRange {
  const start = bound(range, 'start') ?? Number.NEGATIVE_INFINITY;
  const end = bound(range, 'end') ?? Number.POSITIVE_INFINITY;
  if (start === Number.NEGATIVE_INFINITY && end === Number.POSITIVE_INFINITY) {
    throw validFilter('a time-range has a start, an end, or both');
  }
  if (end <= start) throw validFilter('a time-range ends after it starts');
  return { start, end };
}

/** @throws PreconditionViolated valid-filter */
function bound(range: XmlElement, attribute: 'start' | 'end'): number | undefined {
  const text = attributeOf(range, attribute);
  if (text === undefined) return undefined;
  const moment = parseMomentText(text);
  if (moment?.kind === 'utc') return moment.local;
  throw validFilter(`the ${attribute} of a time-range is a time in UTC such as 20260131T120000Z, not ${shown(text)}`);
}

interface Conditions {
  left: number;
}

/** The parts of a comp-filter, prop-filter or param-filter by their local names. */
interface Parts {
  readonly isNotDefined: boolean;
  readonly of: (local: string) => readonly XmlElement[];
}

function partsOf(filter: XmlElement, possible: readonly string[], conditions: Conditions): Parts {
  if (--conditions.left < 0) throw validFilter(`a filter has at most ${MOST_CONDITIONS} conditions`);
  const test = attributeOf(filter, 'test') ?? 'allof';
  if (test !== 'allof') throw supportedFilter('all conditions of a filter must hold: there is no other test', filter);
  const parts = elementsOf(filter);
  for (const part of parts) {
    if (namespaceOf(part.name) !== CALDAV) {
      throw supportedFilter(`${part.name} is no condition that is known here`, filter);
    }
    if (!possible.includes(localOf(part.name))) {
      throw validFilter(`a ${localOf(filter.name)} holds no ${localOf(part.name)}`);
    }
  }
  const of = (local: string) => parts.filter((part) => localOf(part.name) === local);
  const isNotDefined = of('is-not-defined').length > 0;
  if (isNotDefined && parts.length > 1) throw validFilter('is-not-defined stands alone');
  for (const single of ['time-range', 'text-match']) {
    if (of(single).length > 1) throw validFilter(`a ${localOf(filter.name)} holds one ${single}`);
  }
  return { isNotDefined, of };
}

function compFilter(filter: XmlElement, parent: string | undefined, depth: number, conditions: Conditions): CompFilter {
  const name = nameOf(filter);
  if (depth > DEEPEST) throw validFilter(`comp-filters lie at most ${DEEPEST} deep in each other`);
  if (parent !== undefined && WITHIN.has(parent) && WITHIN.get(name)?.includes(parent) === false) {
    throw validFilter(`there is no ${name} in a ${parent}`);
  }
  const { isNotDefined, of } = partsOf(
    filter,
    ['is-not-defined', 'time-range', 'prop-filter', 'comp-filter'],
    conditions,
  );
  const [range] = of('time-range');
  if (range !== undefined && !TIMED_COMPONENTS.has(name)) throw validFilter(`time ranges are not defined for ${name}`);
  return {
    name,
    notDefined: isNotDefined,
    range: range && parseTimeRange(range),
    props: of('prop-filter').map((inner) => propFilter(inner, conditions)),
    comps: of('comp-filter').map((inner) => compFilter(inner, name, depth + 1, conditions)),
  };
}

function propFilter(filter: XmlElement, conditions: Conditions): PropFilter {
  const name = nameOf(filter);
  const { isNotDefined, of } = partsOf(
    filter,
    ['is-not-defined', 'time-range', 'text-match', 'param-filter'],
    conditions,
  );
  const [range] = of('time-range');
  const [text] = of('text-match');
  if (range !== undefined && text !== undefined) throw validFilter('a prop-filter holds a time-range or a text-match');
  if (range !== undefined && !TIMED_PROPERTIES.has(name)) throw validFilter(`time ranges are not defined for ${name}`);
  return {
    name,
    notDefined: isNotDefined,
    range: range && parseTimeRange(range),
    text: text && textMatch(text),
    params: of('param-filter').map((inner) => paramFilter(inner, conditions)),
  };
}

function paramFilter(filter: XmlElement, conditions: Conditions): ParamFilter {
  const { isNotDefined, of } = partsOf(filter, ['is-not-defined', 'text-match'], conditions);
  const [text] = of('text-match');
  return { name: nameOf(filter), notDefined: isNotDefined, text: text && textMatch(text) };
}

function textMatch(match: XmlElement): TextMatch {
  const text = textOf(match);
  if (text.length > LONGEST_TEXT) throw validFilter(`a text-match has at most ${LONGEST_TEXT} characters`);
  const asked = attributeOf(match, 'collation') ?? 'default';
  // The default of CalDAV: RFC 4791 section 7.5.
  const compared = collation(asked === 'default' ? 'i;ascii-casemap' : asked);
  if (compared === undefined) throw supportedCollation(`texts are not compared by ${shown(asked)} here`);
  const negate = attributeOf(match, 'negate-condition') ?? 'no';
  if (negate !== 'yes' && negate !== 'no') throw validFilter(`negate-condition is yes or no, not ${shown(negate)}`);
  const wanted = attributeOf(match, 'match-type') ?? 'contains';
  const type = MATCH_TYPES.find((known) => known === wanted);
  if (type === undefined) throw validFilter(`match-type is one of ${MATCH_TYPES.join(', ')}, not ${shown(wanted)}`);
  return { collation: compared, text, pattern: compared.fold(text), type, negated: negate === 'yes' };
}

function nameOf(filter: XmlElement): string {
  const name = attributeOf(filter, 'name')?.trim().toUpperCase() ?? '';
  if (name === '') throw validFilter(`a ${localOf(filter.name)} has a name`);
  return name;
}

function shown(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
