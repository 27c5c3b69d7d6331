/**
 * Whether a card matches a filter. RFC 6352 section 10.5.
 *
 * A card is searched as it is stored. A property that it does not have is looked for in the other version too, where that may have it under
 * this name: who asks for groups by KIND finds those that Apple's clients have written, and the other way round.
 */
import { type Fold, foldOnce, matchesFolded } from '../../formats/collation.ts';
import type { Component, Property } from '../../formats/icalendar/component.ts';
import { unescapeText } from '../../formats/icalendar/values.ts';
import { NAMED_OTHERWISE, namedOtherwise } from '../../formats/vcard/convert.ts';
import type { Filter, ParameterFilter, PropertyFilter, PropertyName, TextMatch } from './filter.ts';

/** How all conditions of a filter look at one card. */
interface Look {
  readonly fold: Fold;
  /** Values and parameters that may still be looked at; beyond them every condition holds. */
  left: number;
  /** What the card has in the other version; undefined until it is asked for. */
  otherwise: readonly Property[] | undefined;
  /** The properties of a card with very many; undefined until they are asked for. */
  byName: ReadonlyMap<string, readonly Property[]> | undefined;
}

/** Values and parameters of one card that are looked at, by all conditions together: real cards have some dozens. */
const MOST_COMPARED = 100_000;

/** Whether the card is one of those the filter means. */
export function matchesFilter(card: Component, { test, properties }: Filter): boolean {
  if (properties.length === 0) return true;
  const look: Look = { fold: foldOnce(), left: MOST_COMPARED, otherwise: undefined, byName: undefined };
  const holds = (filter: PropertyFilter): boolean => matchesProperties(card, filter, look);
  return test === 'anyof' ? properties.some(holds) : properties.every(holds);
}

/** A name without a group is that of properties in any group and in none. */
function isNamed(property: Property, { group, name }: PropertyName): boolean {
  return property.name === name && (group === undefined || property.group?.toLowerCase() === group);
}

function propertiesNamed(card: Component, name: PropertyName, look: Look): readonly Property[] {
  const stored = candidates(card, name, look).filter((property) => isNamed(property, name));
  if (stored.length > 0 || !NAMED_OTHERWISE.has(name.name)) return stored;
  look.otherwise ??= namedOtherwise(card);
  return look.otherwise.filter((property) => isNamed(property, name));
}

/** Properties of a card that every condition may look through. */
const FEW = 1_000;

function candidates({ properties }: Component, { name }: PropertyName, look: Look): readonly Property[] {
  if (properties.length <= FEW) return properties;
  look.byName ??= Map.groupBy(properties, (one) => one.name);
  return look.byName.get(name) ?? [];
}

function matchesProperties(card: Component, filter: PropertyFilter, look: Look): boolean {
  const named = propertiesNamed(card, filter, look);
  return filter.absent ? named.length === 0 : named.some((property) => matchesProperty(property, filter, look));
}

/** All conditions are about one and the same property: of two numbers, the one of TYPE work must be the one that begins with +49. */
function matchesProperty(property: Property, { test, texts, parameters }: PropertyFilter, look: Look): boolean {
  if (texts.length === 0 && parameters.length === 0) return true;
  if (--look.left < 0) return true;
  const value = texts.length === 0 ? '' : unescapeText(property.value);
  const textHolds = (match: TextMatch): boolean => matchesText([value], match, look);
  const parameterHolds = (filter: ParameterFilter): boolean => matchesParameter(property, filter, look);
  return test === 'anyof'
    ? texts.some(textHolds) || parameters.some(parameterHolds)
    : texts.every(textHolds) && parameters.every(parameterHolds);
}

/** `TYPE=home,work` and `TYPE=home;TYPE=work` are one parameter with two values. RFC 6350 section 5. */
function matchesParameter(property: Property, { name, absent, text }: ParameterFilter, look: Look): boolean {
  look.left -= property.parameters.length;
  if (look.left < 0) return true;
  const named = property.parameters.filter((parameter) => parameter.name === name);
  if (absent || named.length === 0) return absent && named.length === 0;
  return (
    text === undefined ||
    matchesText(
      named.flatMap((parameter) => parameter.values),
      text,
      look,
    )
  );
}

/** One of the values matches; with negate-condition none does. */
function matchesText(values: readonly string[], { collation, pattern, type, negate }: TextMatch, look: Look): boolean {
  look.left -= values.length;
  if (look.left < 0) return true;
  return values.some((value) => matchesFolded(look.fold(collation, value), pattern, type)) !== negate;
}
