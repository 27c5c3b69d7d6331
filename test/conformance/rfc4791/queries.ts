/**
 * Bodies of the calendar reports, and objects to ask about, for the tests beside this file. RFC 4791 section 7.8, RFC 4791 section 9.
 */
import type { Client } from '../../support/client.ts';
import { clark, emptyXml, escaped, XMLNS } from '../../support/names.ts';

/** What goes into a calendar-query beside its filter. */
export interface QueryOptions {
  /** XML inside DAV:prop; the entity tag alone unless said otherwise. */
  readonly prop?: string;
  /** XML after the filter: a time zone. */
  readonly after?: string;
}

const ETAG = emptyXml('D:getetag');

/** calendar-query; `filter` is XML inside the comp-filter of VCALENDAR. */
export function query(filter: string, { prop = ETAG, after = '' }: QueryOptions = {}): string {
  const root = `<C:comp-filter name="VCALENDAR">${filter}</C:comp-filter>`;
  return `<C:calendar-query ${XMLNS}><D:prop>${prop}</D:prop><C:filter>${root}</C:filter>${after}</C:calendar-query>`;
}

/** calendar-multiget. */
export function multiget(hrefs: readonly string[], prop = `${ETAG}<C:calendar-data/>`): string {
  const all = hrefs.map((href) => `<D:href>${escaped(href)}</D:href>`).join('');
  return `<C:calendar-multiget ${XMLNS}><D:prop>${prop}</D:prop>${all}</C:calendar-multiget>`;
}

/** free-busy-query. */
export function freeBusyQuery(range: string): string {
  return `<C:free-busy-query ${XMLNS}>${range}</C:free-busy-query>`;
}

/** A comp-filter. */
export function comp(name: string, inside = ''): string {
  return `<C:comp-filter name="${name}">${inside}</C:comp-filter>`;
}

/** A prop-filter. */
export function prop(name: string, inside = ''): string {
  return `<C:prop-filter name="${name}">${inside}</C:prop-filter>`;
}

/** A param-filter. */
export function param(name: string, inside = ''): string {
  return `<C:param-filter name="${name}">${inside}</C:param-filter>`;
}

/** A text-match; `attributes` as they stand in the tag. */
export function text(value: string, attributes = ''): string {
  return `<C:text-match ${attributes}>${escaped(value)}</C:text-match>`;
}

/** A time-range; a bound that is empty is left out. */
export function range(start: string, end: string): string {
  const from = start === '' ? '' : ` start="${start}"`;
  return `<C:time-range${from}${end === '' ? '' : ` end="${end}"`}/>`;
}

/** What is not there. */
export const NOT_DEFINED = '<C:is-not-defined/>';

/** Makes a calendar for all components with these objects, by name without ending, and gives its path. */
export async function calendarWith(client: Client, objects: Readonly<Record<string, string>>): Promise<string> {
  const path = await client.newCalendar('queried');
  for (const [name, body] of Object.entries(objects)) await client.put(`${path}${name}.ics`, body).expect(201);
  return path;
}

/** Asks the calendar, and verifies that exactly these objects are the answer. */
export async function finds(
  client: Client,
  path: string,
  filter: string,
  names: readonly string[],
  options: QueryOptions = {},
): Promise<void> {
  await client.report(path, query(filter, options), '1').expectMembers(names.map((name) => `${path}${name}.ics`));
}

/** The calendar-data of one object, as a report answers it; XML inside, and attributes of, the element say which part. */
export async function dataOf(client: Client, path: string, inside: string, attributes = ''): Promise<string> {
  const wanted = `<C:calendar-data ${attributes}>${inside}</C:calendar-data>`;
  const collection = path.slice(0, path.lastIndexOf('/') + 1);
  const answer = await client.report(collection, multiget([path], wanted)).expect(207);
  return answer.multistatus().value(path, clark('C:calendar-data'));
}

/** The components of that name in iCalendar text, each as its unfolded lines without BEGIN and END. */
export function componentsIn(calendar: string, name: string): readonly (readonly string[])[] {
  const lines = calendar.replaceAll(/\r\n[ \t]/g, '').split('\r\n');
  const found: string[][] = [];
  let current: string[] | undefined;
  for (const line of lines) {
    if (line === `BEGIN:${name}`) {
      current = [];
      found.push(current);
    } else if (line === `END:${name}`) current = undefined;
    else current?.push(line);
  }
  return found;
}

/** The lines of that property, with its parameters, in each of the components. */
export function linesOf(calendar: string, component: string, property: string): readonly string[] {
  return componentsIn(calendar, component).flatMap((lines) =>
    lines.filter((line) => line.startsWith(`${property}:`) || line.startsWith(`${property};`)),
  );
}

/** A VCALENDAR with one VTIMEZONE an hour or more off UTC all the year. */
export function fixedZone(tzid: string, offset: string): string {
  return (
    'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Example Corp.//Tests//EN\r\n' +
    `${fixedZoneComponent(tzid, offset)}END:VCALENDAR\r\n`
  );
}

/** The VTIMEZONE alone. */
export function fixedZoneComponent(tzid: string, offset: string): string {
  return (
    `BEGIN:VTIMEZONE\r\nTZID:${tzid}\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\n` +
    `TZOFFSETFROM:${offset}\r\nTZOFFSETTO:${offset}\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n`
  );
}
