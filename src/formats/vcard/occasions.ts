/**
 * The days of the year that a card tells of: birthday, anniversary, day of death; and the name of whose they are. Of version 3.0, which has
 * a birthday only, what programs write for the others is understood.
 * RFC 2426 section 3.1.5, RFC 6350 section 6.2.5, RFC 6350 section 6.2.6, RFC 6474 section 2.3.
 */
import { daysInMonth } from '../icalendar/civil.ts';
import { type Component, type Property, parameterOf, propertyOf } from '../icalendar/component.ts';
import { splitText, unescapeText } from '../icalendar/values.ts';
import { splitFields } from './card.ts';
import { convertCard } from './convert.ts';
import { labelFor, labelsIn } from './three-to-four.ts';
import { ANNIVERSARIES, ANNIVERSARY_LABEL, CARRIED, NO_YEAR, OMIT_YEAR } from './version-words.ts';

/** What comes again every year. */
export type Occasion = 'birthday' | 'anniversary' | 'death';

/** A day of the year, which exists in leap years at least. */
export interface YearlyDay {
  readonly occasion: Occasion;
  /** 1 to 9999, proleptic Gregorian; undefined where the card does not say. */
  readonly year: number | undefined;
  readonly month: number;
  readonly day: number;
}

const OCCASIONS: ReadonlyMap<string, Occasion> = new Map([
  ['BDAY', 'birthday'],
  [`${CARRIED}BDAY`, 'birthday'],
  ...[...ANNIVERSARIES, `${CARRIED}ANNIVERSARY`, 'X-ABDATE'].map((name) => [name, 'anniversary'] as const),
  ...['DEATHDATE', 'X-DEATHDATE', `${CARRIED}DEATHDATE`].map((name) => [name, 'death'] as const),
]);

/** One for each occasion of which the card tells month and day, the first that can be read. Groups have none. */
export function yearlyDays(card: Component): readonly YearlyDay[] {
  const told = card.properties.filter(({ name }) => OCCASIONS.has(name));
  if (told.length === 0 || isGroup(card)) return [];
  const labels = labelsIn(card.properties);
  const found = new Map<Occasion, YearlyDay>();
  for (const property of told) {
    const occasion = OCCASIONS.get(property.name);
    if (occasion === undefined || found.has(occasion)) continue;
    // Apple's programs keep any date under this name; what it is says its label.
    const isOther = property.name === 'X-ABDATE' && labelFor(property, labels)?.toLowerCase() !== ANNIVERSARY_LABEL;
    const date = isOther ? undefined : dateOf(property);
    if (date !== undefined) found.set(occasion, { occasion, ...date });
  }
  return [...found.values()];
}

function isGroup(card: Component): boolean {
  const kind = propertyOf(card, 'KIND') ?? propertyOf(card, 'X-ADDRESSBOOKSERVER-KIND');
  return kind?.value.trim().toLowerCase() === 'group';
}

const FULL = /^(\d{4})-?(\d\d)-?(\d\d)(?:T.*)?$/i;
const YEARLESS = /^--(\d\d)-?(\d\d)(?:T.*)?$/i;

/** A year alone, a year with its month, a day without its month, a time, a text and another calendar are no day of the year. */
function dateOf(property: Property): Omit<YearlyDay, 'occasion'> | undefined {
  if (parameterOf(property, 'VALUE')?.toLowerCase() === 'text') return undefined;
  if ((parameterOf(property, 'CALSCALE') ?? 'gregorian').toLowerCase() !== 'gregorian') return undefined;
  const text = property.value.trim();
  const full = FULL.exec(text);
  const [, months, days] = full?.slice(1) ?? [undefined, ...(YEARLESS.exec(text)?.slice(1) ?? [])];
  const [written, month, day] = [full?.[1], Number(months), Number(days)];
  const none = [NO_YEAR, '0000', parameterOf(property, OMIT_YEAR)];
  const year = written === undefined || none.includes(written) ? undefined : Number(written);
  const exists = month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year ?? LEAP_YEAR, month);
  return exists ? { year, month, day } : undefined;
}

const LEAP_YEAR = 2000;

/** The name of whom a card is of, in one line: as it is displayed, else put together, else a nickname, an organisation, an address. */
export function nameIn(card: Component): string | undefined {
  const properties = card.properties.filter(({ name }) => name === 'VERSION' || NAMES.includes(name));
  const plain = convertCard({ ...card, properties }, '4.0');
  for (const name of NAMES) {
    for (const property of plain.properties) {
      const text = property.name === name ? inOneLine(nameFrom(property)) : '';
      if (text !== '') return text;
    }
  }
  return undefined;
}

/** In this order. */
const NAMES: readonly string[] = ['FN', 'N', 'NICKNAME', 'ORG', 'EMAIL'];

function nameFrom({ name, value }: Property): string {
  if (name === 'N') {
    const [family = '', given = '', additional = ''] = splitFields(value).map(textOfField);
    return `${given} ${additional} ${family}`;
  }
  if (name === 'ORG') return unescapeText(splitFields(value)[0] ?? '');
  return name === 'NICKNAME' ? unescapeText(splitText(value)[0] ?? '') : unescapeText(value);
}

const textOfField = (field: string): string => splitText(field).map(unescapeText).join(' ');

/** UTF-16 units of a name. */
const LONGEST = 200;

/** Control characters, and those that turn what stands behind them round, say nothing in a name. */
function inOneLine(text: string): string {
  const plain = text.slice(0, 10 * LONGEST).replace(/[\p{Cc}\u2028-\u202e\u2066-\u2069\s]+/gu, ' ');
  const short = plain.trim();
  return (short.length <= LONGEST ? short : `${short.slice(0, LONGEST - 1)}…`).toWellFormed();
}
