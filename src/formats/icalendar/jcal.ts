/**
 * jCal: iCalendar as JSON, both ways. What the tree of components holds comes back from jCal, but for what iCalendar does not tell apart: a
 * VALUE that says what holds anyway, the place of a parameter among the others, one name twice among them, and needless escapes and zeros.
 * RFC 7265 section 3, RFC 7265 section 4.
 */
import type { Component, Parameter, Property } from './component.ts';
import { ContentError } from './content-line.ts';
import { defaultType, typeOf, UNKNOWN } from './jcal-types.ts';
import { decodedText, isRecord, type Json, jcalValues, rawValue } from './jcal-values.ts';
import type { ReadLimits } from './read.ts';

/** `[name, parameters, type, value, …]`. RFC 7265 section 3.4. */
export type JcalProperty = readonly [
  name: string,
  parameters: Readonly<Record<string, Json>>,
  type: string,
  ...values: readonly Json[],
];

/** `[name, properties, components]`. RFC 7265 section 3.3. */
export type Jcal = readonly [name: string, properties: readonly JcalProperty[], components: readonly Jcal[]];

/** A component as JSON text. RFC 7265 section 3.2. */
export function writeJcal(component: Component): string {
  return JSON.stringify(jcalOf(component));
}

/** A component as the arrays of jCal. RFC 7265 section 3.3. */
export function jcalOf({ name, properties, components }: Component): Jcal {
  return [name.toLowerCase(), properties.map(jcalProperty), components.map(jcalOf)];
}

/** RFC 7265 section 3.4, RFC 7265 section 3.5. */
function jcalProperty(property: Property): JcalProperty {
  const type = typeOf(property);
  const dropped = type === 'text' && decodedText(property) !== undefined ? /^(VALUE|ENCODING)$/ : /^VALUE$/;
  const parameters = new Map<string, readonly string[]>();
  for (const { name, values } of property.parameters) {
    if (dropped.test(name)) continue;
    const key = name.toLowerCase();
    parameters.set(key, [...(parameters.get(key) ?? []), ...values]);
  }
  const { group, name } = property;
  return [
    (group === undefined ? name : `${group}.${name}`).toLowerCase(),
    Object.fromEntries(
      Array.from(parameters, ([key, values]) => [key, values.length === 1 ? (values[0] ?? '') : values]),
    ),
    type,
    ...jcalValues(property, type),
  ];
}

// --- reading -------------------------------------------------------------------------------------------------------------------------

const DEFAULT_PROPERTIES = 200_000;
const DEFAULT_DEPTH = 8;
const NAME = /^[A-Za-z0-9_-]+$/;
const DECODER = new TextDecoder('utf-8', { fatal: true });

interface Left {
  properties: number;
}

/** The one vcalendar of a jCal text. @throws ContentError when there is none, or it has no meaning in iCalendar */
export function readJcal(data: Uint8Array | string, limits: ReadLimits = {}): Component {
  const value = parsed(data);
  const calendar = componentOf(value, limits.depth ?? DEFAULT_DEPTH, {
    properties: limits.properties ?? DEFAULT_PROPERTIES,
  });
  if (calendar.name !== 'VCALENDAR')
    throw fault(`the outermost component is vcalendar, not ${calendar.name.toLowerCase()}`);
  return calendar;
}

function parsed(data: Uint8Array | string): unknown {
  try {
    return JSON.parse(typeof data === 'string' ? data : DECODER.decode(data));
  } catch {
    throw fault('the text is not JSON in UTF-8');
  }
}

function fault(reason: string): ContentError {
  return new ContentError(`jCal: ${reason}.`, 0);
}

function componentOf(value: unknown, depth: number, left: Left): Component {
  if (depth === 0) throw fault('components lie too deep in each other');
  spend(left);
  if (!Array.isArray(value) || value.length !== 3)
    throw fault('a component is an array of a name, properties and components');
  const [name, properties, components]: readonly unknown[] = value;
  if (typeof name !== 'string' || !NAME.test(name))
    throw fault('a component has a name of letters, digits and hyphens');
  if (!Array.isArray(properties) || !Array.isArray(components)) {
    throw fault(`the properties and the components of ${name} are arrays`);
  }
  return {
    name: name.toUpperCase(),
    properties: properties.map((one: unknown) => propertyOf(one, left)),
    components: components.map((one: unknown) => componentOf(one, depth - 1, left)),
    line: 0,
  };
}

function spend(left: Left): void {
  if (--left.properties < 0) throw fault('the text has more properties than are allowed');
}

function propertyOf(value: unknown, left: Left): Property {
  spend(left);
  if (!Array.isArray(value) || value.length < 4) {
    throw fault('a property is an array of a name, parameters, a type and one value or several');
  }
  const [fullName, parameters, givenType, ...values]: readonly unknown[] = value;
  if (typeof fullName !== 'string') throw fault('a property has a name');
  const [, group, name = ''] = /^(?:([A-Za-z0-9_-]+)\.)?(.*)$/s.exec(fullName) ?? [];
  if (!NAME.test(name) || /^(BEGIN|END)$/i.test(name))
    throw fault('a property has a name of letters, digits and hyphens');
  if (!isRecord(parameters)) throw fault(`the parameters of ${name} are an object`);
  if (typeof givenType !== 'string' || !NAME.test(givenType)) throw fault(`the type of ${name} is a word`);
  const type = givenType.toLowerCase();
  const upper = name.toUpperCase();
  const raw = rawValue(upper, type, values);
  if (raw === undefined) throw fault(`${name} has a value that is no ${type}`);
  const said: Parameter[] =
    type === UNKNOWN || type === defaultType(upper) ? [] : [parameter('VALUE', type.toUpperCase())];
  const others = parametersOf(parameters, name);
  // RFC 5545 section 3.3.1: inline binary always says how it is encoded.
  if (type === 'binary' && !others.some((one) => one.name === 'ENCODING')) said.push(parameter('ENCODING', 'BASE64'));
  const property = { name: upper, parameters: [...others, ...said], value: raw, line: 0 };
  return group === undefined ? property : { ...property, group };
}

function parameter(name: string, value: string): Parameter {
  return { name, values: [value] };
}

/** RFC 7265 section 3.5. */
function parametersOf(parameters: Readonly<Record<string, unknown>>, property: string): readonly Parameter[] {
  const found: Parameter[] = [];
  for (const [name, value] of Object.entries(parameters)) {
    if (!NAME.test(name)) throw fault(`a parameter of ${property} has no readable name`);
    // The type says it.
    if (name.toUpperCase() === 'VALUE') continue;
    const values = (Array.isArray(value) ? value : [value]).map((one: unknown) => {
      if (typeof one === 'string') return one;
      if (typeof one === 'number' || typeof one === 'boolean') return String(one);
      throw fault(`the parameter ${name} of ${property} is a text`);
    });
    found.push({ name: name.toUpperCase(), values });
  }
  return found;
}
