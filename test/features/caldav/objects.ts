/**
 * Calendar objects and XML for the tests of calendar reports, each in a few characters.
 */

import { instanceBudget, type ObjectView } from '../../../src/features/caldav/instance-budget.ts';
import type { Component } from '../../../src/formats/icalendar/component.ts';
import type { TimeZone } from '../../../src/formats/icalendar/moment.ts';
import { readCalendar } from '../../../src/formats/icalendar/read.ts';
import { ianaZone, utcZone, zoneResolver } from '../../../src/formats/icalendar/timezones.ts';
import type { XmlElement } from '../../../src/formats/xml/element.ts';
import { CALDAV } from '../../../src/formats/xml/name.ts';
import { readXml } from '../../../src/formats/xml/read.ts';

/** The text of a component: its name, then properties, and components that `component` made. */
export function component(name: string, ...lines: readonly string[]): string {
  return [`BEGIN:${name}`, ...lines, `END:${name}`].join('\r\n');
}

/** The text of a calendar object. */
export function object(...components: readonly string[]): string {
  return `${component('VCALENDAR', 'VERSION:2.0', 'PRODID:-//Example//Test//EN', ...components)}\r\n`;
}

/** An event with a UID and what is given. */
export function event(...lines: readonly string[]): string {
  return component('VEVENT', 'UID:one@example.com', ...lines);
}

/** A task with a UID and what is given. */
export function todo(...lines: readonly string[]): string {
  return component('VTODO', 'UID:one@example.com', ...lines);
}

/** A calendar object as a tree, around which a view is made. */
export function read(...components: readonly string[]): Component {
  return readCalendar(object(...components));
}

export function view(calendar: Component, floating: TimeZone = utcZone, instances = 10_000): ObjectView {
  return { zones: zoneResolver(calendar), floating, budget: instanceBudget(instances) };
}

export function zone(name: string): TimeZone {
  const found = ianaZone(name);
  if (found === undefined) throw new RangeError(`no zone ${name}`);
  return found;
}

/** An element of CalDAV from XML text without namespaces. */
export function xml(text: string): XmlElement {
  return readXml(text.replace(/^<([a-z-]+)/, `<$1 xmlns="${CALDAV}"`));
}

/** CALDAV:filter with these conditions in the comp-filter of VCALENDAR. */
export function filterXml(inside: string): XmlElement {
  return xml(`<filter><comp-filter name="VCALENDAR">${inside}</comp-filter></filter>`);
}
