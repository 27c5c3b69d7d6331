/**
 * The values of properties in jCard, both ways, and which type each has. What is written wrongly in vCard stays the text that it was, and
 * becomes that text again. RFC 7095 section 3.5, RFC 6350 section 4.
 */
import type { Property } from '../icalendar/component.ts';
import type { Json } from '../icalendar/jcal-values.ts';
import { escapeText, splitText, unescapeText } from '../icalendar/values.ts';
import { splitFields } from './card.ts';
import { valuesOf } from './parameters.ts';

/** What is not converted: the text stands as it is. RFC 7095 section 5.1. */
export const UNKNOWN = 'unknown';

/** RFC 6350 section 6, RFC 6474 section 2, RFC 6715 section 2, RFC 8605 section 2, RFC 9554 section 3. */
const NAMES: Readonly<Record<string, string>> = {
  text:
    'VERSION KIND XML FN N NICKNAME GENDER ADR TEL EMAIL TZ TITLE ROLE ORG CATEGORIES NOTE PRODID CLIENTPIDMAP ' +
    'BIRTHPLACE DEATHPLACE EXPERTISE HOBBY INTEREST GRAMGENDER PRONOUNS',
  uri:
    'SOURCE PHOTO IMPP GEO LOGO MEMBER RELATED SOUND UID URL KEY FBURL CALADRURI CALURI ORG-DIRECTORY CONTACT-URI ' +
    'SOCIALPROFILE',
  'date-and-or-time': 'BDAY ANNIVERSARY DEATHDATE',
  timestamp: 'REV CREATED',
  'language-tag': 'LANG LANGUAGE',
};

const DEFAULTS: ReadonlyMap<string, string> = new Map(
  Object.entries(NAMES).flatMap(([type, names]) => names.split(' ').map((name): [string, string] => [name, type])),
);

/** The type of a property of that (upper case) name that says nothing of it; UNKNOWN when there is none. RFC 7095 section 3.4.1. */
export function defaultType(name: string): string {
  return DEFAULTS.get(name) ?? UNKNOWN;
}

/** The type of a property's value. RFC 7095 section 3.4.1. */
export function typeOf(property: Property): string {
  const said = valuesOf(property, 'VALUE')[0]?.trim().toLowerCase() ?? '';
  return said === '' ? defaultType(property.name) : said;
}

/** Their values have parts. RFC 7095 section 3.3.1.3. */
const STRUCTURED: ReadonlySet<string> = new Set(['N', 'ADR', 'ORG', 'GENDER', 'CLIENTPIDMAP']);

/** Texts that are lists. RFC 6350 section 3.3. */
const TEXT_LISTS: ReadonlySet<string> = new Set(['NICKNAME', 'CATEGORIES']);

/** In their values a comma can only stand between two. */
const LISTS: ReadonlySet<string> = new Set([
  ...['boolean', 'date', 'date-and-or-time', 'date-time', 'float', 'integer', 'time', 'timestamp', 'utc-offset'],
]);

// --- from vCard ----------------------------------------------------------------------------------------------------------------------

/** The elements of a jCard property behind its type: one for each value. RFC 7095 section 3.3. */
export function jcardValues({ name, value }: Property, type: string): readonly Json[] {
  if (type === 'text') {
    if (STRUCTURED.has(name)) return [structured(value)];
    return TEXT_LISTS.has(name) ? splitText(value).map(unescapeText) : [unescapeText(value)];
  }
  return LISTS.has(type) ? value.split(',').map((one) => jcardValue(one, type)) : [value];
}

/** A single part stands without an array. */
function structured(raw: string): Json {
  const parts = splitFields(raw).map((part): Json => {
    const values = splitText(part).map(unescapeText);
    return values.length === 1 ? (values[0] ?? '') : values;
  });
  return parts.length === 1 && typeof parts[0] === 'string' ? parts[0] : parts;
}

function jcardValue(raw: string, type: string): Json {
  switch (type) {
    case 'boolean':
      return /^true$/i.test(raw) ? true : /^false$/i.test(raw) ? false : raw;
    case 'integer':
      return /^[+-]?\d{1,15}$/.test(raw) ? Number(raw) : raw;
    case 'float':
      return /^[+-]?\d{1,15}(\.\d{1,15})?$/.test(raw) ? Number(raw) : raw;
    case 'utc-offset':
      return zoned(raw);
    case 'time':
      return extendedTime(raw);
    default:
      return moment(raw, extendedDay, extendedTime);
  }
}

function moment(text: string, day: (text: string) => string, time: (text: string) => string): string {
  const at = text.indexOf('T');
  return at < 0 ? day(text) : `${day(text.slice(0, at))}T${time(text.slice(at + 1))}`;
}

function extendedDay(raw: string): string {
  return raw.replace(/^(\d{4}|--)(\d\d)(\d\d)$/, (_, year, month, day) =>
    year === '--' ? `--${month}-${day}` : `${year}-${month}-${day}`,
  );
}

function extendedTime(raw: string): string {
  const [all, minus, first, second, third, zone = ''] =
    /^(-?)(\d\d)(\d\d)?(\d\d)?(Z|[+-]\d\d(?:\d\d)?)?$/.exec(raw) ?? [];
  if (all === undefined) return raw.replace(/([+-]\d\d)(\d\d)$/, '$1:$2');
  return `${minus}${[first, second, third].filter((part) => part !== undefined).join(':')}${zoned(zone)}`;
}

function zoned(raw: string): string {
  return raw.replace(/^([+-]\d\d)(\d\d)$/, '$1:$2');
}

// --- to vCard ------------------------------------------------------------------------------------------------------------------------

/** The raw value of a property of that (upper case) name. Undefined for what no vCard value can be. */
export function rawValue(type: string, values: readonly unknown[]): string | undefined {
  const raws: string[] = [];
  for (const value of values) {
    const raw = Array.isArray(value) ? rawParts(value, type) : rawOf(value, type);
    if (raw === undefined) return undefined;
    raws.push(raw);
  }
  if (raws.length > 1 && type !== 'text' && type !== UNKNOWN && !LISTS.has(type)) return undefined;
  return raws.join(',');
}

function rawParts(parts: readonly unknown[], type: string): string | undefined {
  const raws: string[] = [];
  for (const part of parts) {
    const values: readonly unknown[] = Array.isArray(part) ? part : [part];
    const texts = values.map((one) => rawOf(one, type));
    if (texts.includes(undefined)) return undefined;
    raws.push(texts.join(','));
  }
  return raws.join(';');
}

function rawOf(value: unknown, type: string): string | undefined {
  if (typeof value === 'boolean') return value ? 'TRUE' : 'FALSE';
  if (typeof value === 'number') return numeral(value, type);
  if (typeof value !== 'string') return undefined;
  switch (type) {
    case 'text':
      return escapeText(value);
    case 'time':
      return value.replaceAll(':', '');
    case 'utc-offset':
      return value.replace(':', '');
    case 'date':
    case 'date-time':
    case 'date-and-or-time':
    case 'timestamp':
      return moment(value, basicDay, (time) => time.replaceAll(':', ''));
    default:
      return value;
  }
}

function basicDay(text: string): string {
  return text.replace(/^(\d{4}|--(?=\d\d-))-?(\d\d)-(\d\d)$/, '$1$2$3');
}

/** Integers have no decimals and nothing has an exponent. RFC 7095 section 3.5.9. */
function numeral(value: number, type: string): string {
  const number = type === 'integer' ? Math.trunc(value) : value;
  const text = String(number);
  return text.includes('e') ? number.toFixed(20).replace(/\.?0+$/, '') : text;
}
