/**
 * CALDAV:calendar-data of a report.
 */
import type { Component } from '../../formats/icalendar/component.ts';
import type { TimeRange, ZoneResolver } from '../../formats/icalendar/moment.ts';
import type { XmlElement } from '../../formats/xml/element.ts';
import type { ObjectView } from './instance-budget.ts';

/** Which properties and components within it a component is returned with. RFC 4791 section 9.6.1. */
export interface CompRequest {
  /** By name in upper case; `'all'` for all; whether without their values. */
  readonly props: ReadonlyMap<string, { readonly noValue: boolean }> | 'all';
  readonly comps: ReadonlyMap<string, CompRequest> | 'all';
}

/** What a request wants of calendar data. RFC 4791 section 9.6. */
export interface CalendarDataRequest {
  /** Of VCALENDAR; undefined for everything. */
  readonly comp: CompRequest | undefined;
  readonly expand: TimeRange | undefined;
  readonly limitRecurrenceSet: TimeRange | undefined;
  readonly limitFreeBusySet: TimeRange | undefined;
}

/** Reads CALDAV:calendar-data of a request. @throws PreconditionViolated supported-calendar-data @throws DavError 400 */
export function parseCalendarData(_element: XmlElement): CalendarDataRequest {
  return { comp: undefined, expand: undefined, limitRecurrenceSet: undefined, limitFreeBusySet: undefined };
}

/**
 * The data of one object as a request wants them: as they are `stored` when it wants all of them, and then `parsed` is not called.
 * @throws TooManyInstances
 */
export function calendarData(
  _request: CalendarDataRequest,
  _parsed: () => { readonly calendar: Component; readonly zones: ZoneResolver },
  stored: string,
  _view: Pick<ObjectView, 'floating' | 'budget'>,
): string {
  return stored;
}
