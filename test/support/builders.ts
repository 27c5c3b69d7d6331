/**
 * Calendar objects and cards for tests: valid, small, and said in a line. RFC 5545 section 3.6, RFC 2426 section 2, RFC 6350 section 6.
 */

/** Lines to add or replace, by property name with its parameters: `{ SUMMARY: 'Lunch', 'DTSTART;VALUE=DATE': '20260704' }`. */
export type Lines = Readonly<Record<string, string | readonly string[] | undefined>>;

let numbers = 0;

/** A UID that no other object of this run has. */
export function newUid(): string {
  return `uid-${++numbers}@example.com`;
}

/** VCALENDAR around components given as text. */
export function calendarOf(...components: readonly string[]): string {
  return `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Example Corp.//Tests//EN\r\n${components.join('')}END:VCALENDAR\r\n`;
}

/** A component with its lines. A value given as undefined leaves a default out. */
export function component(name: string, lines: Lines, ...inside: readonly string[]): string {
  return `BEGIN:${name}\r\n${contentLines(lines)}${inside.join('')}END:${name}\r\n`;
}

/** A calendar with one event: an hour on 2 July 2026 unless said otherwise. */
export function event(lines: Lines = {}, ...inside: readonly string[]): string {
  return calendarOf(component('VEVENT', { ...EVENT, UID: newUid(), ...replacing(EVENT, lines) }, ...inside));
}

/** A calendar with one to-do, without dates unless said otherwise. */
export function todo(lines: Lines = {}, ...inside: readonly string[]): string {
  return calendarOf(component('VTODO', { ...TODO, UID: newUid(), ...replacing(TODO, lines) }, ...inside));
}

/** A calendar with one journal entry. */
export function journal(lines: Lines = {}): string {
  return calendarOf(component('VJOURNAL', { ...JOURNAL, UID: newUid(), ...replacing(JOURNAL, lines) }));
}

/** A vCard, version 3.0 unless said otherwise. */
export function card(lines: Lines = {}): string {
  const all: Lines = { ...CARD, UID: newUid(), ...replacing(CARD, lines) };
  return `BEGIN:VCARD\r\n${contentLines(all)}END:VCARD\r\n`;
}

const EVENT: Lines = {
  DTSTAMP: '20260701T080000Z',
  DTSTART: '20260702T100000Z',
  DTEND: '20260702T110000Z',
  SUMMARY: 'Meeting',
};
const TODO: Lines = { DTSTAMP: '20260701T080000Z', SUMMARY: 'Buy milk' };
const JOURNAL: Lines = { DTSTAMP: '20260701T080000Z', 'DTSTART;VALUE=DATE': '20260702', SUMMARY: 'Notes' };
const CARD: Lines = { VERSION: '3.0', FN: 'Ada Example', N: 'Example;Ada;;;' };

/** A property given with other parameters takes the place of the default one. */
function replacing(defaults: Lines, lines: Lines): Lines {
  const dropped: Record<string, undefined> = {};
  for (const name of Object.keys(lines)) {
    const bare = name.split(';')[0]!;
    if (bare !== name && bare in defaults) dropped[bare] = undefined;
    if (bare === 'DURATION') dropped.DTEND = undefined;
    if (name === 'DTSTART;VALUE=DATE') dropped.DTEND = undefined;
  }
  return { ...dropped, ...lines };
}

function contentLines(lines: Lines): string {
  let text = '';
  for (const [name, value] of Object.entries(lines)) {
    if (value === undefined) continue;
    for (const one of typeof value === 'string' ? [value] : value) text += `${name}:${one}\r\n`;
  }
  return text;
}
