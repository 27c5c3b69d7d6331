/**
 * What is known of somebody, as a vCard 3.0: that every client reads. Values come from elsewhere and are taken for what they are, text:
 * control characters go, what is too long or too much is left out. RFC 2426 section 3.
 */
import type { Component, Property } from '../../formats/icalendar/component.ts';
import { escapeText } from '../../formats/icalendar/values.ts';
import { writeCards } from '../../formats/vcard/write.ts';

/** Somebody, or something, in the words of vCard. Empty lists and texts say nothing. */
export interface Person {
  readonly uid: string;
  readonly name: string;
  readonly family?: string;
  readonly given?: string;
  readonly nicknames?: readonly string[];
  readonly emails?: readonly string[];
  /** By the types of RFC 2426 section 3.3.1: `CELL`, `WORK,VOICE`. */
  readonly phones?: readonly { readonly types: readonly string[]; readonly number: string }[];
  readonly organization?: string;
  readonly units?: readonly string[];
  readonly title?: string;
  readonly address?: Address;
  readonly urls?: readonly string[];
  readonly note?: string;
  readonly photo?: { readonly type: 'JPEG' | 'PNG' | 'GIF'; readonly data: Uint8Array };
  /** Not a person: `location` for a room, `device` for a thing. RFC 6473 section 3. */
  readonly kind?: 'location' | 'device';
}

/** A postal address at work. RFC 2426 section 3.2.1. */
export interface Address {
  readonly street: string;
  readonly city: string;
  readonly region: string;
  readonly code: string;
  readonly country: string;
}

/** Values of one sort that a card gets. */
const MOST_VALUES = 20;
/** Characters of one value; of a note. */
const LONGEST = 1_000;
const LONGEST_NOTE = 10_000;

/** The card, in octets. */
export function cardOf(person: Person): Uint8Array {
  const name = line(person.name);
  const parts = person.family === undefined && person.given === undefined ? partsOf(name) : person;
  const properties: Property[] = [
    made('VERSION', '3.0'),
    made('UID', escapeText(line(person.uid))),
    made('FN', text(name)),
    made('N', fields([parts.family ?? '', parts.given ?? '', '', '', ''])),
    ...(person.kind === undefined ? [] : [made('X-ADDRESSBOOKSERVER-KIND', person.kind)]),
    ...list('NICKNAME', person.nicknames),
    ...several(person.emails).map((email) => made('EMAIL', text(email), [['TYPE', ['INTERNET']]])),
    ...(person.phones ?? [])
      .slice(0, MOST_VALUES)
      .filter(({ number }) => line(number) !== '')
      .map(({ types, number }) => made('TEL', text(line(number)), [['TYPE', types]])),
    ...organization(person),
    ...single('TITLE', person.title),
    ...address(person.address),
    ...several(person.urls).map((url) => made('URL', url)),
    ...(person.note === undefined || lines(person.note) === ''
      ? []
      : [made('NOTE', escapeText(lines(person.note).slice(0, LONGEST_NOTE).toWellFormed()))]),
    ...photo(person.photo),
  ];
  const card: Component = { name: 'VCARD', properties, components: [], line: 0 };
  return new TextEncoder().encode(writeCards([card]));
}

/** On one line, without control characters and blanks around it. */
export function line(value: string): string {
  return value
    .toWellFormed()
    .replace(/[\s\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim();
}

/** The same on several lines. */
function lines(value: string): string {
  return value
    .replace(/\r\n?|\u2028|\u2029/g, '\n')
    .split('\n')
    .map(line)
    .join('\n')
    .trim();
}

/** The family name is what stands before a comma, or the last word. */
function partsOf(name: string): { readonly family: string; readonly given: string } {
  const comma = name.indexOf(', ');
  if (comma > 0) return { family: name.slice(0, comma), given: name.slice(comma + 2) };
  const blank = name.lastIndexOf(' ');
  return blank < 0 ? { family: '', given: name } : { family: name.slice(blank + 1), given: name.slice(0, blank) };
}

function made(
  name: string,
  value: string,
  parameters: readonly (readonly [string, readonly string[]])[] = [],
): Property {
  return { name, parameters: parameters.map(([one, values]) => ({ name: one, values })), value, line: 0 };
}

function text(value: string): string {
  return escapeText(value.slice(0, LONGEST).toWellFormed());
}

function fields(values: readonly string[]): string {
  return values.map((value) => text(line(value))).join(';');
}

function several(values: readonly string[] = []): readonly string[] {
  const known = new Set(values.map(line).filter((value) => value !== '' && value.length <= LONGEST));
  return [...known].slice(0, MOST_VALUES);
}

function single(name: string, value: string | undefined): readonly Property[] {
  const given = line(value ?? '');
  return given === '' ? [] : [made(name, text(given))];
}

function list(name: string, values: readonly string[] | undefined): readonly Property[] {
  const all = several(values);
  return all.length === 0 ? [] : [made(name, all.map(text).join(','))];
}

function organization({ organization: name = '', units }: Person): readonly Property[] {
  const all = [line(name), ...several(units)];
  return all.every((one) => one === '') ? [] : [made('ORG', all.map(text).join(';'))];
}

function address(given: Address | undefined): readonly Property[] {
  if (given === undefined) return [];
  const { street, city, region, code, country } = given;
  const known = [lines(street), line(city), line(region), line(code), line(country)];
  if (known.every((one) => one === '')) return [];
  return [made('ADR', ['', '', ...known.map(text)].join(';'), [['TYPE', ['WORK']]])];
}

function photo(given: Person['photo']): readonly Property[] {
  if (given === undefined) return [];
  const parameters = [
    ['ENCODING', ['b']],
    ['TYPE', [given.type]],
  ] as const;
  return [made('PHOTO', Buffer.from(given.data).toString('base64'), parameters)];
}
