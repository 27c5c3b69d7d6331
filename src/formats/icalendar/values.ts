/**
 * The values of properties as text: DATE, DATE-TIME, DURATION, PERIOD, UTC-OFFSET and TEXT, read leniently where real data asks for it and
 * written strictly. What cannot be a value is `undefined`, never a guess. RFC 5545 section 3.3.
 */
import { civilFromDays, DAY, daysFromCivil, daysInMonth } from './civil.ts';
import { type Property, parameterOf } from './component.ts';
import type { Moment } from './moment.ts';

/**
 * A DURATION. Days (a week is seven of them) move the wall clock, seconds move the instant: over a change of offset they differ.
 * Both carry the sign. RFC 5545 section 3.3.6.
 */
export interface Duration {
  readonly days: number;
  readonly seconds: number;
}

/** A PERIOD by its end or by its length. RFC 5545 section 3.3.9. */
export type Period =
  | { readonly start: Moment; readonly end: Moment }
  | { readonly start: Moment; readonly duration: Duration };

const ZERO = 0x30;
/** Longer durations than the calendar has days are not durations. */
const LONGEST_DAYS = 3_660_000;

/** The number that `length` digits at `from` write, or -1 when one of them is no digit. */
function digitsAt(text: string, from: number, length: number): number {
  let value = 0;
  for (let index = from; index < from + length; index++) {
    const digit = text.charCodeAt(index) - ZERO;
    if (!(digit >= 0 && digit <= 9)) return -1;
    value = value * 10 + digit;
  }
  return value;
}

/** Days since 1970-01-01 of the eight digits at `from`; undefined when that day does not exist. */
function dateAt(text: string, from: number): number | undefined {
  const year = digitsAt(text, from, 4);
  const month = digitsAt(text, from + 4, 2);
  const day = digitsAt(text, from + 6, 2);
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined;
  return daysFromCivil(year, month, day);
}

/**
 * Reads a DATE or a DATE-TIME by its form. A TZID beside a DATE or a UTC time says nothing and is left out; a leap second becomes the
 * second before it. Undefined for what no calendar has: month 13, 31 February, hour 24. RFC 5545 section 3.3.5.
 */
export function parseMomentText(text: string, tzid?: string): Moment | undefined {
  const trimmed = text.trim();
  const days = dateAt(trimmed, 0);
  if (days === undefined) return undefined;
  if (trimmed.length === 8) return { kind: 'date', local: days * DAY };
  const utc = trimmed.length === 16;
  if ((!utc && trimmed.length !== 15) || (trimmed.charCodeAt(8) | 0x20) !== 0x74) return undefined;
  if (utc && (trimmed.charCodeAt(15) | 0x20) !== 0x7a) return undefined;
  const hour = digitsAt(trimmed, 9, 2);
  const minute = digitsAt(trimmed, 11, 2);
  const second = digitsAt(trimmed, 13, 2);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60) return undefined;
  const local = days * DAY + hour * 3600 + minute * 60 + Math.min(second, 59);
  if (utc) return { kind: 'utc', local };
  return tzid === undefined || tzid === '' ? { kind: 'floating', local } : { kind: 'zoned', local, tzid };
}

/**
 * The DATE or DATE-TIME of a property such as DTSTART, with its TZID. Of `VALUE=DATE` before a DATE-TIME only the date counts; a bare date
 * without `VALUE=DATE` is a date all the same. Undefined when it is neither, so for a PERIOD or a list too.
 */
export function parseMoment(property: Property): Moment | undefined {
  return momentWith(property, property.value);
}

/** Every DATE or DATE-TIME of a list such as EXDATE; entries that are neither (a PERIOD of RDATE) are left out. */
export function momentsOf(property: Property): readonly Moment[] {
  if (!property.value.includes(',')) {
    const only = momentWith(property, property.value);
    return only === undefined ? [] : [only];
  }
  const moments: Moment[] = [];
  for (const entry of property.value.split(',')) {
    const moment = momentWith(property, entry);
    if (moment !== undefined) moments.push(moment);
  }
  return moments;
}

function momentWith(property: Property, text: string): Moment | undefined {
  const moment = parseMomentText(text, parameterOf(property, 'TZID'));
  if (moment === undefined || moment.kind === 'date') return moment;
  if (parameterOf(property, 'VALUE')?.toUpperCase() !== 'DATE') return moment;
  return { kind: 'date', local: Math.floor(moment.local / DAY) * DAY };
}

function padded(value: number, length: number): string {
  return String(value).padStart(length, '0');
}

/** The text of a moment; its TZID, if it has one, belongs into a parameter. Years 1 to 9999. RFC 5545 section 3.3.5. */
export function formatMoment(moment: Moment): string {
  const days = Math.floor(moment.local / DAY);
  const date = civilFromDays(days);
  const text = padded(date.year, 4) + padded(date.month, 2) + padded(date.day, 2);
  if (moment.kind === 'date') return text;
  const second = moment.local - days * DAY;
  const time =
    padded(Math.floor(second / 3600), 2) + padded(Math.floor(second / 60) % 60, 2) + padded(Math.floor(second % 60), 2);
  return `${text}T${time}${moment.kind === 'utc' ? 'Z' : ''}`;
}

/**
 * Reads a DURATION such as `-P1DT2H`, `P2W` or `PT0S`. Units may be left out but not repeated or swapped; weeks beside days, which the
 * grammar forbids and clients send, add up. Undefined for everything else. RFC 5545 section 3.3.6.
 */
export function parseDuration(text: string): Duration | undefined {
  const trimmed = text.trim().toUpperCase();
  let at = 0;
  const sign = trimmed[0] === '-' ? -1 : 1;
  if (trimmed[0] === '-' || trimmed[0] === '+') at++;
  if (trimmed[at++] !== 'P') return undefined;
  let days = 0;
  let seconds = 0;
  // The place of the last unit in this order; 2 is the T before hours.
  const order = 'WDTHMS';
  let place = -1;
  let units = 0;
  while (at < trimmed.length) {
    if (trimmed[at] === 'T') {
      if (place >= 2) return undefined;
      place = 2;
      at++;
      continue;
    }
    const from = at;
    while (digitsAt(trimmed, at, 1) >= 0) at++;
    if (at === from || at - from > 12) return undefined;
    const amount = digitsAt(trimmed, from, at - from);
    const unit = trimmed[at++];
    const next = unit === undefined || unit === 'T' ? -1 : order.indexOf(unit);
    if (next <= place || next > 2 !== place >= 2) return undefined;
    place = next;
    units++;
    if (unit === 'W') days += amount * 7;
    else if (unit === 'D') days += amount;
    else seconds += amount * (unit === 'H' ? 3600 : unit === 'M' ? 60 : 1);
  }
  if (units === 0 || days > LONGEST_DAYS || seconds > LONGEST_DAYS * DAY) return undefined;
  // Adding zero keeps -0 out.
  return { days: sign * days + 0, seconds: sign * seconds + 0 };
}

/**
 * The text of a DURATION. Days and seconds must not have opposite signs, for one sign stands before both; should they, the days are
 * written as 24 hours each. RFC 5545 section 3.3.6.
 */
export function formatDuration(duration: Duration): string {
  if (duration.days * duration.seconds < 0) {
    return formatDuration({ days: 0, seconds: duration.days * DAY + duration.seconds });
  }
  const days = Math.abs(duration.days);
  const seconds = Math.abs(duration.seconds);
  const sign = duration.days < 0 || duration.seconds < 0 ? '-' : '';
  if (seconds === 0 && days > 0) return days % 7 === 0 ? `${sign}P${days / 7}W` : `${sign}P${days}D`;
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  const rest = seconds % 60;
  // Hours and seconds need the minutes between them: dur-hour is followed by dur-minute only.
  let time = hours > 0 ? `${hours}H` : '';
  if (minutes > 0 || (hours > 0 && rest > 0)) time += `${minutes}M`;
  if (rest > 0 || time === '') time += `${rest}S`;
  return `${sign}P${days > 0 ? `${days}D` : ''}T${time}`;
}

/** Reads one PERIOD; both ends take the TZID. Undefined unless both halves can be read. RFC 5545 section 3.3.9. */
export function parsePeriod(text: string, tzid?: string): Period | undefined {
  const slash = text.indexOf('/');
  if (slash < 0) return undefined;
  const start = parseMomentText(text.slice(0, slash), tzid);
  if (start === undefined || start.kind === 'date') return undefined;
  const rest = text.slice(slash + 1);
  const duration = parseDuration(rest);
  if (duration !== undefined) return { start, duration };
  const end = parseMomentText(rest, tzid);
  return end === undefined || end.kind === 'date' ? undefined : { start, end };
}

/** Seconds east of UTC of `+0100`, `-0330` or `+005328`; undefined when it is no offset. RFC 5545 section 3.3.14. */
export function parseUtcOffset(text: string): number | undefined {
  const trimmed = text.trim();
  const sign = trimmed[0] === '-' ? -1 : trimmed[0] === '+' ? 1 : 0;
  if (sign === 0 || (trimmed.length !== 5 && trimmed.length !== 7)) return undefined;
  const hours = digitsAt(trimmed, 1, 2);
  const minutes = digitsAt(trimmed, 3, 2);
  const seconds = trimmed.length === 7 ? digitsAt(trimmed, 5, 2) : 0;
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59 || seconds < 0 || seconds > 59) return undefined;
  return sign * (hours * 3600 + minutes * 60 + seconds) + 0;
}

/** Splits a list of TEXT at its unescaped commas; the parts keep their escapes. RFC 5545 section 3.1.1. */
export function splitText(raw: string): string[] {
  const parts: string[] = [];
  let from = 0;
  for (let at = 0; at < raw.length; at++) {
    const character = raw[at];
    if (character === '\\') at++;
    else if (character === ',') {
      parts.push(raw.slice(from, at));
      from = at + 1;
    }
  }
  parts.push(raw.slice(from));
  return parts;
}

/** Undoes the escapes of TEXT: `\n` and `\N` become a line feed, any other escaped character stands for itself. RFC 5545 section 3.3.11. */
export function unescapeText(raw: string): string {
  if (!raw.includes('\\')) return raw;
  return raw.replace(/\\([\s\S])/g, (_, escaped: string) => (escaped === 'n' || escaped === 'N' ? '\n' : escaped));
}

/** Escapes a TEXT; line ends of every kind become `\n`. RFC 5545 section 3.3.11. */
export function escapeText(text: string): string {
  return text.replace(/\r\n?|[\\;,\n]/g, (found) => (/[\r\n]/.test(found) ? '\\n' : `\\${found}`));
}
