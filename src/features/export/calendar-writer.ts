/**
 * A whole calendar as one iCalendar object, each time zone in it once; in another form for who likes that better. RFC 5545 section 3.4,
 * RFC 7265 section 3, RFC 6321 section 3.
 */
import type { DavRequest } from '../../dav/method.ts';
import { preferredType } from '../../formats/http/accept.ts';
import { CALENDAR_TYPES, type CalendarFormat, calendarFormat } from '../../formats/icalendar/calendar-formats.ts';
import type { Component } from '../../formats/icalendar/component.ts';
import { readOr } from '../../formats/icalendar/content-line.ts';
import { mergeCalendars } from '../../formats/icalendar/merge.ts';
import { readCalendar, readComponents } from '../../formats/icalendar/read.ts';
import { type ZoneDefinitions, zoneDefinitionsIn } from '../../formats/icalendar/zone-definitions.ts';
import type { CollectionRecord, StoredObject } from '../../store/records.ts';
import { TIME_ZONES } from '../caldav/index.ts';
import { calendarHead } from './head.ts';
import type { Writer } from './writer.ts';

/** As the headers Accept and CalDAV-Timezones say. */
export function calendarWriter({ headers }: DavRequest, collection: CollectionRecord): Writer {
  const format = calendarFormat(preferredType(headers.accept ?? '', CALENDAR_TYPES));
  const definitions = zoneDefinitionsIn(headers[TIME_ZONES.toLowerCase()]) ?? 'all';
  return format === undefined ? textWriter(collection, definitions) : formatWriter(format, collection, definitions);
}

function textWriter(collection: CollectionRecord, definitions: ZoneDefinitions): Writer {
  const { head, tail, add } = mergeCalendars(calendarHead(collection), definitions);
  return {
    contentType: 'text/calendar; charset=utf-8',
    ...common('.ics', definitions),
    ...{ head, tail },
    add(object) {
      const tree = readable(object);
      return tree === undefined ? '' : add(tree);
    },
  };
}

function formatWriter(format: CalendarFormat, collection: CollectionRecord, definitions: ZoneDefinitions): Writer {
  const merge = mergeCalendars(calendarHead(collection), definitions);
  const { head, between, tail } = format.frame(readCalendar(merge.head + merge.tail));
  let isFirst = true;
  return {
    contentType: format.mediaType,
    ...common(`.${format.name}`, definitions),
    ...{ head, tail },
    add(object) {
      const tree = readable(object);
      if (tree === undefined) return '';
      let text = '';
      for (const component of readComponents(merge.add(tree))) {
        text += (isFirst ? '' : between) + format.part(component);
        isFirst = false;
      }
      return text;
    },
  };
}

function common(suffix: string, definitions: ZoneDefinitions): Pick<Writer, 'suffix' | 'form' | 'vary' | 'fallback'> {
  const form = definitions === 'all' ? suffix : `${suffix}.nozones`;
  return { suffix, form, vary: `Accept, ${TIME_ZONES}`, fallback: 'calendar' };
}

function readable({ data }: StoredObject): Component | undefined {
  return readOr(
    () => readCalendar(data),
    () => undefined,
  );
}
