/** Calendar objects from short texts, and their instances as texts, for the tests of instances. */
import assert from 'node:assert/strict';
import type { Component } from '../../../src/formats/icalendar/component.ts';
import { type Instance, instancesOf } from '../../../src/formats/icalendar/instances.ts';
import type { Moment, TimeRange, TimeZone } from '../../../src/formats/icalendar/moment.ts';
import { readCalendar } from '../../../src/formats/icalendar/read.ts';
import { ianaZone, utcZone, zoneResolver } from '../../../src/formats/icalendar/timezones.ts';
import { formatMoment } from '../../../src/formats/icalendar/values.ts';
import { wall } from './recurrence-rules.ts';

/** One component of a name with these lines; VALARM and the like may be among them. */
export function component(name: string, lines: string): string {
  const trimmed = lines.trim().split(/\s*\n\s*/);
  return [`BEGIN:${name}`, 'UID:one@example.com', 'DTSTAMP:20260101T000000Z', ...trimmed, `END:${name}`].join('\r\n');
}

export function event(lines: string): string {
  return component('VEVENT', lines);
}

export function calendar(...components: readonly string[]): Component {
  return readCalendar(['BEGIN:VCALENDAR', 'VERSION:2.0', ...components, 'END:VCALENDAR', ''].join('\r\n'));
}

/** `20260101/20260201T120000` in UTC; either side may be empty. */
export function range(text: string): TimeRange {
  const [start = '', end = ''] = text.split('/');
  return {
    start: start === '' ? Number.NEGATIVE_INFINITY : wall(start),
    end: end === '' ? Number.POSITIVE_INFINITY : wall(end),
  };
}

export function zone(name: string): TimeZone {
  const found = ianaZone(name);
  assert.ok(found, name);
  return found;
}

export const EVER = '/';

export function list(object: Component, within = EVER, floating: TimeZone = utcZone, limit = 1000): Instance[] {
  return [...instancesOf(object, { zones: zoneResolver(object), floating, range: range(within), limit })];
}

export function momentText(moment: Moment | undefined): string {
  if (moment === undefined) return '-';
  return moment.tzid === undefined ? formatMoment(moment) : `${moment.tzid}:${formatMoment(moment)}`;
}

/** The starts as they are written, without a zone. */
export function startTexts(object: Component, within = EVER, floating: TimeZone = utcZone, limit = 1000): string[] {
  return list(object, within, floating, limit).map((instance) => formatMoment(instance.start));
}
