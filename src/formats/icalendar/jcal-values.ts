/**
 * The values of properties in jCal, both ways; xCal writes the same ones otherwise. What is written wrongly in iCalendar stays the text that
 * it was, and becomes that text again. RFC 7265 section 3.6.
 */
import { Buffer } from 'node:buffer';
import type { Property } from './component.ts';
import { isBase64, UNKNOWN } from './jcal-types.ts';
import { escapeText, splitText, unescapeText } from './values.ts';

/** What JSON can say, but for null, which jCal has no use for. */
export type Json = string | number | boolean | readonly Json[] | { readonly [name: string]: Json };

/** Texts that are lists. RFC 5545 section 3.1.1, RFC 9073 section 6.1. */
const TEXT_LISTS: ReadonlySet<string> = new Set(['CATEGORIES', 'RESOURCES', 'LOCATION-TYPE']);

/** In their values a comma can only stand between two. */
const LISTS: ReadonlySet<string> = new Set([
  'boolean',
  'date',
  'date-time',
  'duration',
  'float',
  'integer',
  'period',
  'time',
  'utc-offset',
]);

/** Their values have parts, with semicolons between. RFC 7265 section 3.4.1. */
const STRUCTURED: ReadonlySet<string> = new Set(['GEO', 'REQUEST-STATUS']);

// --- from iCalendar ------------------------------------------------------------------------------------------------------------------

/** The elements of a jCal property behind its type: one for each value. RFC 7265 section 3.4. */
export function jcalValues(property: Property, type: string): readonly Json[] {
  const { name, value } = property;
  if (type === 'text') {
    const decoded = decodedText(property);
    if (decoded !== undefined) return [decoded];
    if (STRUCTURED.has(name)) return [splitAt(value, ';').map(unescapeText)];
    return TEXT_LISTS.has(name) ? splitText(value).map(unescapeText) : [unescapeText(value)];
  }
  if (type === 'float' && STRUCTURED.has(name)) {
    const parts = value.split(';').map((part) => jcalValue(part, type));
    return parts.length === 2 && parts.every((part) => typeof part === 'number') ? [parts] : [value];
  }
  return LISTS.has(type) ? value.split(',').map((one) => jcalValue(one, type)) : [jcalValue(value, type)];
}

/** The text of a value that is no binary but encoded as such all the same: RFC 7265 section 3.1. */
export function decodedText(property: Property): string | undefined {
  if (!isBase64(property)) return undefined;
  const encoded = property.value.replace(/\s/g, '');
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(encoded)) return undefined;
  try {
    return DECODER.decode(Buffer.from(encoded, 'base64'));
  } catch {
    return undefined;
  }
}

const DECODER = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function jcalValue(raw: string, type: string): Json {
  switch (type) {
    case 'boolean':
      return /^true$/i.test(raw) ? true : /^false$/i.test(raw) ? false : raw;
    case 'date':
    case 'date-time':
      return extended(raw);
    case 'float':
      return /^[+-]?\d{1,300}(\.\d+)?$/.test(raw) ? Number(raw) : raw;
    case 'integer':
      return integer(raw);
    case 'period': {
      const [start, end, ...more] = raw.split('/');
      return start === undefined || end === undefined || more.length > 0 ? raw : [extended(start), extended(end)];
    }
    case 'recur':
      return rule(raw) ?? raw;
    case 'time':
      return raw.replace(/^(\d\d)(\d\d)(\d\d)(Z?)$/i, (_, h, m, s, z) => `${h}:${m}:${s}${z.toUpperCase()}`);
    case 'utc-offset':
      return raw.replace(/^([+-]\d\d)(\d\d)(\d\d)?$/, (_, h, m, s) => `${h}:${m}${s === undefined ? '' : `:${s}`}`);
    default:
      return raw;
  }
}

/** A DATE or a DATE-TIME with the separators of the extended format; anything else as it is. */
function extended(raw: string): string {
  const [all, year, month, day, time, hour, minute, second, zone] =
    /^\s*(\d{4})(\d\d)(\d\d)(T(\d\d)(\d\d)(\d\d)(Z?))?\s*$/i.exec(raw) ?? [];
  if (all === undefined) return raw;
  const date = `${year}-${month}-${day}`;
  return time === undefined ? date : `${date}T${hour}:${minute}:${second}${zone?.toUpperCase() ?? ''}`;
}

function integer(raw: string): Json {
  const value = /^[+-]?\d+$/.test(raw) ? Number(raw) : Number.NaN;
  return Number.isSafeInteger(value) ? value : raw;
}

/** Parts of a rule whose values are words, not numbers. */
const WORDS = /^(freq|wkst|byday|rscale|skip)$/;

/** A RECUR as an object; undefined for what has no names for its parts, or one name twice. RFC 7265 section 3.6.10. */
function rule(raw: string): Json | undefined {
  const parts = new Map<string, Json>();
  for (const part of raw.split(';')) {
    if (part === '') continue;
    const equals = part.indexOf('=');
    const name = part.slice(0, equals).trim().toLowerCase();
    if (equals < 0 || name === '' || parts.has(name)) return undefined;
    const value = part.slice(equals + 1);
    if (name === 'until') parts.set(name, extended(value));
    else if (!name.startsWith('by')) parts.set(name, WORDS.test(name) ? value : integer(value));
    else {
      const values = value.split(',').map((one) => (WORDS.test(name) ? one : integer(one)));
      parts.set(name, values.length === 1 ? (values[0] ?? '') : values);
    }
  }
  return Object.fromEntries(parts);
}

// --- to iCalendar --------------------------------------------------------------------------------------------------------------------

/** The raw value of a property of that (upper case) name. Undefined for what no iCalendar value can be. */
export function rawValue(name: string, type: string, values: readonly unknown[]): string | undefined {
  const raws: string[] = [];
  for (const value of values) {
    const raw = Array.isArray(value) ? rawParts(value, type) : rawOf(value, type);
    if (raw === undefined) return undefined;
    raws.push(raw);
  }
  // What is no list, and comes as several values, is no value of a property that is known.
  if (raws.length > 1 && !TEXT_LISTS.has(name) && !LISTS.has(type) && type !== 'text' && type !== UNKNOWN)
    return undefined;
  return raws.join(',');
}

function rawParts(parts: readonly unknown[], type: string): string | undefined {
  const raws: string[] = [];
  for (const part of parts) {
    const raw = typeof part === 'object' ? undefined : type === 'period' ? rawMoment(part) : rawOf(part, type);
    if (raw === undefined) return undefined;
    raws.push(raw);
  }
  return raws.join(type === 'period' ? '/' : ';');
}

function rawOf(value: unknown, type: string): string | undefined {
  if (typeof value === 'boolean') return value ? 'TRUE' : 'FALSE';
  if (typeof value === 'number') return numeral(value);
  if (type === 'recur' && isRecord(value)) return rawRule(value);
  if (typeof value !== 'string') return undefined;
  switch (type) {
    case 'text':
      return escapeText(value);
    case 'date':
    case 'date-time':
      return rawMoment(value);
    case 'time':
      return value.replace(/^(\d\d):(\d\d):(\d\d)(Z?)$/, '$1$2$3$4');
    case 'utc-offset':
      return value.replace(/^([+-]\d\d):(\d\d)(?::(\d\d))?$/, '$1$2$3');
    default:
      return value;
  }
}

function rawMoment(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  return value.replace(
    /^(\d{4})-(\d\d)-(\d\d)(?:(T\d\d):(\d\d):(\d\d)(Z?))?$/,
    (_, ...[year, month, day, hour = '', minute = '', second = '', zone = '']) =>
      `${year}${month}${day}${hour}${minute}${second}${zone}`,
  );
}

/** Without an exponent, which iCalendar has not. RFC 5545 section 3.3.7. */
export function numeral(value: number): string {
  const text = String(value);
  return text.includes('e') ? value.toFixed(20).replace(/\.?0+$/, '') : text;
}

function rawRule(parts: Readonly<Record<string, unknown>>): string | undefined {
  const raws: string[] = [];
  for (const [name, value] of Object.entries(parts)) {
    const values: readonly unknown[] = Array.isArray(value) ? value : [value];
    const texts = values.map((one) => (name.toLowerCase() === 'until' ? rawMoment(one) : rawWord(one)));
    if (!/^[\w-]+$/.test(name) || texts.includes(undefined)) return undefined;
    raws.push(`${name.toUpperCase()}=${texts.join(',')}`);
  }
  return raws.join(';');
}

/** What could begin another part of a rule is none of this one. */
function rawWord(value: unknown): string | undefined {
  if (typeof value === 'number') return numeral(value);
  return typeof value === 'string' && !value.includes(';') ? value : undefined;
}

/** An object that is no array. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The parts between unescaped separators; they keep their escapes. */
function splitAt(raw: string, separator: string): readonly string[] {
  const parts: string[] = [];
  let from = 0;
  for (let at = 0; at < raw.length; at++) {
    if (raw[at] === '\\') at++;
    else if (raw[at] === separator) {
      parts.push(raw.slice(from, at));
      from = at + 1;
    }
  }
  parts.push(raw.slice(from));
  return parts;
}
