/**
 * jCal: iCalendar as JSON, both ways. What the tree of components holds comes back from jCal, but for what iCalendar does not tell apart: a
 * VALUE that says what holds anyway, the place of a parameter among the others, one name twice among them, and needless escapes and zeros.
 * RFC 7265 section 3, RFC 7265 section 4.
 */

import type { Component, Parameter, Property } from './component.ts';
import { ContentError } from './content-line.ts';
import { isRecord, type Json } from './jcal-values.ts';
import { jsonParameters, parameterValues, readJson } from './json-properties.ts';
import type { ReadLimits } from './read.ts';
import { NAME, propertyOfTyped, typedProperty } from './typed-property.ts';

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
  const typed = typedProperty(property);
  return [typed.name, jsonParameters(typed.parameters), typed.type, ...typed.values];
}

// --- reading -------------------------------------------------------------------------------------------------------------------------

const DEFAULT_PROPERTIES = 200_000;
const DEFAULT_DEPTH = 8;

interface Left {
  properties: number;
}

/** The one vcalendar of a jCal text. @throws ContentError when there is none, or it has no meaning in iCalendar */
export function readJcal(data: Uint8Array | string, limits: ReadLimits = {}): Component {
  const value = readJson(data);
  if (value === undefined) throw fault('the text is not JSON in UTF-8');
  const calendar = componentOf(value, limits.depth ?? DEFAULT_DEPTH, {
    properties: limits.properties ?? DEFAULT_PROPERTIES,
  });
  if (calendar.name !== 'VCALENDAR')
    throw fault(`the outermost component is vcalendar, not ${calendar.name.toLowerCase()}`);
  return calendar;
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
  const [name, parameters, type, ...values]: readonly unknown[] = value;
  if (typeof name !== 'string') throw fault('a property has a name');
  if (!isRecord(parameters)) throw fault(`the parameters of ${name} are an object`);
  if (typeof type !== 'string') throw fault(`the type of ${name} is a word`);
  return propertyOfTyped(name, parametersOf(parameters, name), type, values);
}

/** RFC 7265 section 3.5. */
function parametersOf(parameters: Readonly<Record<string, unknown>>, property: string): readonly Parameter[] {
  return Object.entries(parameters).map(([name, value]) => {
    const values = parameterValues(value);
    if (values === undefined) throw fault(`the parameter ${name} of ${property} is a text`);
    return { name, values };
  });
}
