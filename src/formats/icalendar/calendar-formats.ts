/**
 * The forms of calendar data beside text/calendar, once for all who give or take them: GET, reports, exports, writes, time zones.
 * RFC 7265 section 3, RFC 6321 section 3.
 */
import type { Component } from './component.ts';
import { jcalOf, readJcal, writeJcal } from './jcal.ts';
import { readXcal, writeXcal, XCAL_HEAD, XCAL_TAIL, xcalOf } from './xcal.ts';

export interface CalendarFormat {
  /** In lower case, without parameters. */
  readonly mediaType: string;
  /** In one word of small letters: in entity tags, and at the end of the names of files. */
  readonly name: string;
  /** @throws ContentError for what has no meaning in iCalendar */
  read(data: Uint8Array): Component;
  write(calendar: Component): string;
  /** A calendar whose components come later: what stands before them, between two of them and behind them. */
  frame(calendar: Component): { readonly head: string; readonly between: string; readonly tail: string };
  /** One component within that. */
  part(component: Component): string;
}

const jcal: CalendarFormat = {
  mediaType: 'application/calendar+json',
  name: 'json',
  read: readJcal,
  write: writeJcal,
  frame(calendar) {
    const [name, properties] = jcalOf(calendar);
    return { head: `[${JSON.stringify(name)},${JSON.stringify(properties)},[`, between: ',\n', tail: ']]' };
  },
  part: writeJcal,
};

const COMPONENTS = '</components></vcalendar>';

const xcal: CalendarFormat = {
  mediaType: 'application/calendar+xml',
  name: 'xml',
  read: readXcal,
  write: writeXcal,
  frame(calendar) {
    const open = xcalOf({ ...calendar, components: [] }).slice(0, -'</vcalendar>'.length);
    return { head: `${XCAL_HEAD}${open}<components>`, between: '\n', tail: COMPONENTS + XCAL_TAIL };
  },
  part: xcalOf,
};

/** In the order in which they are listed. */
export const CALENDAR_FORMATS: readonly CalendarFormat[] = [jcal, xcal];

/** text/calendar, then the others: the media types of calendar data. */
export const CALENDAR_TYPES: readonly string[] = [
  'text/calendar',
  ...CALENDAR_FORMATS.map(({ mediaType }) => mediaType),
];

/** The format of that media type (in lower case); undefined for text/calendar, and for what is none. */
export function calendarFormat(mediaType: string | undefined): CalendarFormat | undefined {
  return CALENDAR_FORMATS.find((format) => format.mediaType === mediaType);
}
