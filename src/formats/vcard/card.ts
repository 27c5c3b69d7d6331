/**
 * What Davit needs to know of a vCard: its UID, its version, and the texts by which people look for it. RFC 6350 section 6.
 */
import { type Component, type Property, propertyOf } from '../icalendar/component.ts';
import { splitText, unescapeText } from '../icalendar/values.ts';

/** The properties that cardTexts takes. */
export const INDEXED_PROPERTIES = ['FN', 'N', 'NICKNAME', 'EMAIL', 'TEL', 'ORG', 'UID'] as const;

/** The UID as compared: unescaped, without blanks around it; undefined when there is none. RFC 6350 section 6.7.6. */
export function uidOf(card: Component): string | undefined {
  const property = propertyOf(card, 'UID');
  const uid = property === undefined ? '' : unescapeText(property.value).trim();
  return uid === '' ? undefined : uid;
}

/**
 * The texts an index wants, by property: for FN, EMAIL, TEL and UID the unescaped value, for N, NICKNAME and ORG each of its parts
 * (family name, given name and so on), blank ones left out, in order. Groups do not matter. Properties without a text are absent.
 */
export function cardTexts(card: Component): ReadonlyMap<string, readonly string[]> {
  const texts = new Map<string, string[]>();
  for (const property of card.properties) {
    const parts = PARTS.get(property.name);
    if (parts === undefined) continue;
    for (const part of parts(property)) {
      const text = part.trim();
      if (text === '') continue;
      const known = texts.get(property.name);
      if (known === undefined) texts.set(property.name, [text]);
      else known.push(text);
    }
  }
  return texts;
}

const whole = (property: Property): readonly string[] => [unescapeText(property.value)];
const structured = (property: Property): readonly string[] =>
  splitFields(property.value).flatMap(splitText).map(unescapeText);

const PARTS: ReadonlyMap<string, (property: Property) => readonly string[]> = new Map(
  INDEXED_PROPERTIES.map((name) => [name, name === 'N' || name === 'ORG' || name === 'NICKNAME' ? structured : whole]),
);

/** The fields between semicolons of a structured value, still escaped. RFC 6350 section 3.4. */
export function splitFields(raw: string): readonly string[] {
  if (!raw.includes(';')) return [raw];
  const fields: string[] = [];
  let start = 0;
  for (let at = 0; at < raw.length; at++) {
    if (raw[at] === '\\') at++;
    else if (raw[at] === ';') {
      fields.push(raw.slice(start, at));
      start = at + 1;
    }
  }
  fields.push(raw.slice(start));
  return fields;
}
