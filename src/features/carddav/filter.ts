/**
 * CARDDAV:filter: what an addressbook-query looks for, read from XML once. RFC 6352 section 10.5.
 */
import { DavError } from '../../dav/errors.ts';
import { type Collation, collation, type MatchType } from '../../formats/collation.ts';
import { attributeOf, elementsOf, textOf, type XmlElement } from '../../formats/xml/element.ts';
import { CARDDAV, localOf, namespaceOf } from '../../formats/xml/name.ts';
import { supportedCollation, supportedFilter } from './preconditions.ts';

/** Logical or, or logical and. */
export type Test = 'anyof' | 'allof';

/** Which cards are meant; without property filters all are. */
export interface Filter {
  readonly test: Test;
  readonly properties: readonly PropertyFilter[];
}

/** A property name as requests give it. RFC 6352 section 10.5.1. */
export interface PropertyName {
  /** In lower case; undefined matches properties with any group and with none. */
  readonly group: string | undefined;
  /** In upper case. */
  readonly name: string;
}

/** True of a card when one of its properties of that name passes, or when there is none and `absent` is set. */
export interface PropertyFilter extends PropertyName {
  readonly absent: boolean;
  readonly test: Test;
  readonly texts: readonly TextMatch[];
  readonly parameters: readonly ParameterFilter[];
}

/** RFC 6352 section 10.5.2 */
export interface ParameterFilter {
  /** In upper case. */
  readonly name: string;
  readonly absent: boolean;
  readonly text: TextMatch | undefined;
}

/** RFC 6352 section 10.5.4 */
export interface TextMatch {
  readonly collation: Collation;
  /** Folded by the collation. */
  readonly pattern: string;
  readonly type: MatchType;
  readonly negate: boolean;
}

/** Matches every card. */
export const EVERYTHING: Filter = { test: 'anyof', properties: [] };

/** Conditions in one filter: each is tried on each card. */
const MOST = 200;

/** Reads a CARDDAV:filter. @throws PreconditionViolated, DavError 400 */
export function readFilter(filter: XmlElement): Filter {
  const conditions = { left: MOST };
  const properties = partsOf(filter, ['prop-filter'], conditions).map((part) => propertyFilter(part, conditions));
  return { test: testOf(filter), properties };
}

/** The name in a `name` attribute, its group apart. @throws DavError 400 */
export function propertyName(element: XmlElement): PropertyName {
  const name = nameOf(element);
  const dot = name.indexOf('.');
  if (dot < 0) return { group: undefined, name: name.toUpperCase() };
  return { group: name.slice(0, dot).toLowerCase(), name: name.slice(dot + 1).toUpperCase() };
}

interface Budget {
  left: number;
}

/**
 * The conditions inside an element. What belongs to the protocol and is not known there is refused, for passing over it would find too
 * much; extensions of others are passed over, as RFC 4918 section 17 says.
 */
function partsOf(parent: XmlElement, known: readonly string[], conditions: Budget): readonly XmlElement[] {
  const parts = elementsOf(parent).filter((part) => namespaceOf(part.name) === CARDDAV);
  const strange = parts.find((part) => !known.includes(localOf(part.name)));
  if (strange !== undefined) {
    const reason = `a ${localOf(strange.name)} in a ${localOf(parent.name)} is nothing that can be searched for`;
    throw supportedFilter(reason, ...(localOf(parent.name) === 'filter' ? [] : [{ ...parent, children: [] }]));
  }
  conditions.left -= parts.length;
  if (conditions.left < 0) throw supportedFilter(`a filter may have ${MOST} conditions`);
  return parts;
}

function propertyFilter(filter: XmlElement, conditions: Budget): PropertyFilter {
  const parts = partsOf(filter, ['is-not-defined', 'text-match', 'param-filter'], conditions);
  return {
    ...propertyName(filter),
    absent: isAbsent(filter, parts),
    test: testOf(filter),
    texts: parts.filter((part) => localOf(part.name) === 'text-match').map(textMatch),
    parameters: parts
      .filter((part) => localOf(part.name) === 'param-filter')
      .map((part) => parameterFilter(part, conditions)),
  };
}

function parameterFilter(filter: XmlElement, conditions: Budget): ParameterFilter {
  const parts = partsOf(filter, ['is-not-defined', 'text-match'], conditions);
  const absent = isAbsent(filter, parts);
  const [text, second] = parts;
  if (second !== undefined) throw new DavError(400, 'a param-filter holds one condition at most');
  return {
    name: nameOf(filter).toUpperCase(),
    absent,
    text: absent || text === undefined ? undefined : textMatch(text),
  };
}

function isAbsent(filter: XmlElement, parts: readonly XmlElement[]): boolean {
  if (!parts.some((part) => localOf(part.name) === 'is-not-defined')) return false;
  if (parts.length === 1) return true;
  throw new DavError(400, `is-not-defined in a ${localOf(filter.name)} stands alone`);
}

function textMatch(match: XmlElement): TextMatch {
  const named = collationOf(match);
  return {
    collation: named,
    pattern: named.fold(textOf(match)),
    type: choice(match, 'match-type', ['contains', 'equals', 'starts-with', 'ends-with']),
    negate: choice(match, 'negate-condition', ['no', 'yes']) === 'yes',
  };
}

/** `default` and no collation are i;unicode-casemap. RFC 6352 section 8.3. */
function collationOf(match: XmlElement): Collation {
  const asked = attributeOf(match, 'collation') ?? 'default';
  const found = collation(asked === 'default' ? 'i;unicode-casemap' : asked);
  if (found === undefined) throw supportedCollation(`there is no collation ${asked.slice(0, 100)} here`);
  return found;
}

function testOf(filter: XmlElement): Test {
  return choice(filter, 'test', ['anyof', 'allof']);
}

/** The value of an attribute that has a few; the first is what its absence means. */
function choice<Value extends string>(
  element: XmlElement,
  attribute: string,
  values: readonly [Value, ...Value[]],
): Value {
  const written = attributeOf(element, attribute);
  if (written === undefined) return values[0];
  const value = values.find((one) => one === written);
  if (value !== undefined) return value;
  const where = `${attribute} of a ${localOf(element.name)}`;
  throw new DavError(400, `the ${where} is ${values.join(' or ')}, not ${written.slice(0, 100)}`);
}

function nameOf(element: XmlElement): string {
  const name = attributeOf(element, 'name')?.trim() ?? '';
  if (name === '') throw new DavError(400, `a ${localOf(element.name)} needs a name`);
  return name;
}
