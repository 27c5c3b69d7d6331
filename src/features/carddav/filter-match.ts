/**
 * Whether a card matches a filter. RFC 6352 section 10.5.
 */
import { type Fold, foldOnce, matchesFolded } from '../../formats/collation.ts';
import type { Component, Property } from '../../formats/icalendar/component.ts';
import { unescapeText } from '../../formats/icalendar/values.ts';
import type { Filter, ParameterFilter, PropertyFilter, PropertyName, TextMatch } from './filter.ts';

/** Whether the card is one of those the filter means. */
export function matchesFilter(card: Component, { test, properties }: Filter): boolean {
  if (properties.length === 0) return true;
  const fold = foldOnce();
  const holds = (filter: PropertyFilter): boolean => matchesProperties(card, filter, fold);
  return test === 'anyof' ? properties.some(holds) : properties.every(holds);
}

/** A name without a group is that of properties in any group and in none. */
function isNamed(property: Property, { group, name }: PropertyName): boolean {
  return property.name === name && (group === undefined || property.group?.toLowerCase() === group);
}

function matchesProperties(card: Component, filter: PropertyFilter, fold: Fold): boolean {
  const named = card.properties.filter((property) => isNamed(property, filter));
  return filter.absent ? named.length === 0 : named.some((property) => matchesProperty(property, filter, fold));
}

/** All conditions are about one and the same property: of two numbers, the one of TYPE work must be the one that begins with +49. */
function matchesProperty(property: Property, { test, texts, parameters }: PropertyFilter, fold: Fold): boolean {
  if (texts.length === 0 && parameters.length === 0) return true;
  const value = texts.length === 0 ? '' : unescapeText(property.value);
  const textHolds = (match: TextMatch): boolean => matchesText([value], match, fold);
  const parameterHolds = (filter: ParameterFilter): boolean => matchesParameter(property, filter, fold);
  return test === 'anyof'
    ? texts.some(textHolds) || parameters.some(parameterHolds)
    : texts.every(textHolds) && parameters.every(parameterHolds);
}

/** `TYPE=home,work` and `TYPE=home;TYPE=work` are one parameter with two values. RFC 6350 section 5. */
function matchesParameter(property: Property, { name, absent, text }: ParameterFilter, fold: Fold): boolean {
  const named = property.parameters.filter((parameter) => parameter.name === name);
  if (absent || named.length === 0) return absent && named.length === 0;
  return (
    text === undefined ||
    matchesText(
      named.flatMap((parameter) => parameter.values),
      text,
      fold,
    )
  );
}

/** One of the values matches; with negate-condition none does. */
function matchesText(values: readonly string[], { collation, pattern, type, negate }: TextMatch, fold: Fold): boolean {
  return values.some((value) => matchesFolded(fold(collation, value), pattern, type)) !== negate;
}
