/**
 * What the index can answer of a filter. It may find too much, never too little: whatever is not certain is left to `matches`.
 * RFC 4791 section 7.8.
 */
import { collation } from '../../formats/collation.ts';
import type { Component } from '../../formats/icalendar/component.ts';
import { piecesOf } from '../../formats/icalendar/extent.ts';
import type { TimeRange, TimeZone } from '../../formats/icalendar/moment.ts';
import { unescapeText } from '../../formats/icalendar/values.ts';
import { type Prefilter, type RangeCondition, type TextCondition, UNBOUNDED } from '../../store/records.ts';
import type { CalendarFilter, CompFilter, PropFilter } from './filter.ts';

/** Properties whose text the index keeps. */
export const INDEXED_TEXTS: readonly string[] = ['SUMMARY', 'LOCATION', 'CATEGORIES', 'UID'];

const UNICODE = collation('i;unicode-casemap')!;

/** What a calendar object may be about: these names stand in the index. RFC 5545 section 3.6, RFC 7953 section 3.1. */
const MAIN: ReadonlySet<string> = new Set(['VEVENT', 'VTODO', 'VJOURNAL', 'VFREEBUSY', 'VAVAILABILITY']);

/**
 * What the index keeps of the texts of a calendar object: by property, the values in all its components but time zones, each without escapes
 * and folded by i;unicode-casemap, joined by a line feed.
 */
export function calendarTexts(calendar: Component): Readonly<Record<string, string>> {
  const values = new Map<string, Set<string>>();
  for (const { name, properties } of calendar.components) {
    if (name === 'VTIMEZONE') continue;
    for (const property of properties) {
      if (!INDEXED_TEXTS.includes(property.name)) continue;
      const value = UNICODE.fold(unescapeText(property.value));
      const known = values.get(property.name);
      // The overrides of a series repeat its texts.
      if (known === undefined) values.set(property.name, new Set([value]));
      else known.add(value);
    }
  }
  return Object.fromEntries(Array.from(values, ([property, texts]) => [property, [...texts].join('\n')]));
}

/** The question to the index that every matching object passes; `floating` is the zone of dates and floating times. */
export function prefilterOf(filter: CalendarFilter, floating: TimeZone): Prefilter {
  if (filter.notDefined) return { components: [] };
  const wanted = filter.comps.filter(({ notDefined }) => !notDefined);
  const names = [...new Set(wanted.map(({ name }) => name).filter((name) => MAIN.has(name)))];
  const range = wanted.find((comp) => comp.range !== undefined)?.range;
  const conditions = wanted.filter(({ name }) => name !== 'VTIMEZONE').flatMap(textConditions);
  return {
    // An object is about one thing: about two, there is none.
    ...(names.length === 0 ? {} : { components: names.length === 1 ? names : [] }),
    ...(range === undefined ? {} : { range: rangeCondition(range, floating) }),
    ...(conditions.length === 0 ? {} : { texts: { test: 'allof', conditions } }),
  };
}

/** Whether a filter asks for nothing but what the index says exactly: objects need not be read to decide. */
export function decidedByIndex(filter: CalendarFilter): boolean {
  if (filter.notDefined || filter.props.length > 0) return false;
  return filter.comps.every(
    ({ name, notDefined, range, props, comps }) =>
      MAIN.has(name) && !notDefined && range === undefined && props.length + comps.length === 0,
  );
}

/** What the index is asked for a range; `floating` is the zone of dates and floating times. RFC 4791 section 9.9. */
export function rangeCondition(range: TimeRange, floating: TimeZone): RangeCondition {
  return {
    start: Math.max(range.start, UNBOUNDED.first),
    end: Math.min(range.end, UNBOUNDED.last),
    pieces: piecesOf(range, floating),
  };
}

/** What the texts of a component must contain for a comp-filter; what is said of its alarms is not in the index. */
function textConditions({ props }: CompFilter): readonly TextCondition[] {
  return props.flatMap((prop) => textCondition(prop) ?? []);
}

function textCondition({ name, text }: PropFilter): TextCondition | undefined {
  if (text === undefined || text.negated || !INDEXED_TEXTS.includes(name)) return undefined;
  const folded = UNICODE.fold(text.text);
  // Another collation finds `é` before a second mark too, where folding has put that one in between.
  const contains = text.collation === UNICODE ? folded : folded.replace(/^\p{M}+|\p{M}+$/gu, '');
  return contains === '' ? undefined : { property: name, contains };
}
