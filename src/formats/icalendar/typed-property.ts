/**
 * A property as jCal and xCal have it: its type is always said, its values are taken apart. The two differ only in how they write that.
 * RFC 7265 section 3.4, RFC 6321 section 3.4.
 */
import type { Parameter, Property } from './component.ts';
import { ContentError } from './content-line.ts';
import { defaultType, typeOf, UNKNOWN } from './jcal-types.ts';
import { decodedText, type Json, jcalValues, rawValue } from './jcal-values.ts';

/** Letters, digits and hyphens: what components, properties, parameters and types are called. */
export const NAME = /^[A-Za-z0-9_-]+$/;

export interface TypedProperty {
  /** In lower case, with the group before it. */
  readonly name: string;
  /** Without VALUE, which the type says. */
  readonly parameters: readonly Parameter[];
  /** In lower case. */
  readonly type: string;
  readonly values: readonly Json[];
}

/** RFC 7265 section 3.5, RFC 6321 section 3.5. */
export function typedProperty(property: Property): TypedProperty {
  const { group, name, parameters } = property;
  const type = typeOf(property);
  const dropped = type === 'text' && decodedText(property) !== undefined ? /^(VALUE|ENCODING)$/ : /^VALUE$/;
  return {
    name: (group === undefined ? name : `${group}.${name}`).toLowerCase(),
    parameters: parameters.filter((one) => !dropped.test(one.name)),
    type,
    values: jcalValues(property, type),
  };
}

/**
 * The property of which a client said that; names in either case.
 *
 * @throws ContentError when it is none of iCalendar
 */
export function propertyOfTyped(
  fullName: string,
  parameters: readonly Parameter[],
  givenType: string,
  values: readonly unknown[],
): Property {
  const [, group, name = ''] = /^(?:([A-Za-z0-9_-]+)\.)?(.*)$/s.exec(fullName) ?? [];
  if (!NAME.test(name) || /^(BEGIN|END)$/i.test(name))
    throw new ContentError('A property has a name of letters, digits and hyphens.', 0);
  if (!NAME.test(givenType)) throw new ContentError(`The type of ${name} is a word.`, 0);
  const type = givenType.toLowerCase();
  const upper = name.toUpperCase();
  const raw = rawValue(upper, type, values);
  if (raw === undefined) throw new ContentError(`${name} has a value that is no ${type}.`, 0);
  const all: Parameter[] = [];
  for (const one of parameters) {
    if (!NAME.test(one.name)) throw new ContentError(`A parameter of ${name} has no readable name.`, 0);
    // The type says it.
    if (one.name.toUpperCase() !== 'VALUE') all.push({ name: one.name.toUpperCase(), values: one.values });
  }
  if (type !== UNKNOWN && type !== defaultType(upper)) all.push({ name: 'VALUE', values: [type.toUpperCase()] });
  // RFC 5545 section 3.3.1: inline binary always says how it is encoded.
  if (type === 'binary' && !all.some((one) => one.name === 'ENCODING'))
    all.push({ name: 'ENCODING', values: ['BASE64'] });
  const property = { name: upper, parameters: all, value: raw, line: 0 };
  return group === undefined ? property : { ...property, group };
}
