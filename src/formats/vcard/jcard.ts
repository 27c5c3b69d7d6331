/**
 * jCard: vCard 4.0 as JSON, both ways. What the tree of a card holds comes back from jCard, but for what vCard does not tell apart: the case
 * of groups, a VALUE that says what holds anyway, the place of a parameter among the others, one name twice among them, and needless
 * escapes. RFC 7095 section 3, RFC 7095 section 4.
 */
import type { Component, Parameter, Property } from '../icalendar/component.ts';
import { ContentError } from '../icalendar/content-line.ts';
import { isRecord, type Json } from '../icalendar/jcal-values.ts';
import { jsonParameters, parameterValues, readJson } from '../icalendar/json-properties.ts';
import type { ReadLimits } from '../icalendar/read.ts';
import { convertCard } from './convert.ts';
import { defaultType, jcardValues, rawValue, typeOf, UNKNOWN } from './jcard-values.ts';

/** The media type. */
export const JCARD = 'application/vcard+json';

type JcardProperty = readonly [
  name: string,
  parameters: Readonly<Record<string, Json>>,
  type: string,
  ...values: readonly Json[],
];

/** The type, and the group, say these. */
const SAID_ELSEWHERE = /^(VALUE|GROUP)$/i;

/** A card as JSON text; one of version 3.0 as it is in 4.0. RFC 7095 section 3.2. */
export function writeJcard(card: Component): string {
  const { properties } = convertCard(card, '4.0');
  const version = properties.find(({ name }) => name === 'VERSION');
  const others = properties.filter((property) => property !== version);
  return JSON.stringify(['vcard', [...(version === undefined ? [] : [version]), ...others].map(jcardProperty)]);
}

/** RFC 7095 section 3.3, RFC 7095 section 3.4. */
function jcardProperty(property: Property): JcardProperty {
  const type = typeOf(property);
  const group = property.group === undefined ? [] : [{ name: 'group', values: [property.group.toLowerCase()] }];
  const others = property.parameters.filter(({ name }) => !SAID_ELSEWHERE.test(name));
  const parameters = jsonParameters([...group, ...others]);
  return [property.name.toLowerCase(), parameters, type, ...jcardValues(property, type)];
}

// --- reading -------------------------------------------------------------------------------------------------------------------------

const DEFAULT_PROPERTIES = 200_000;
const NAME = /^[A-Za-z0-9_-]+$/;
/** With what stands in names of properties besides: CARD_NAME_CHARACTERS. */
const PROPERTY_NAME = /^[A-Za-z0-9_/-]+$/;

/** The one card of a jCard text. @throws ContentError when there is none, or it has no meaning in vCard */
export function readJcard(data: Uint8Array | string, limits: ReadLimits = {}): Component {
  const value = readJson(data);
  if (value === undefined) throw fault('the text is not JSON in UTF-8');
  const [name, properties]: readonly unknown[] = Array.isArray(value) && value.length === 2 ? value : [];
  if (typeof name !== 'string' || name.toLowerCase() !== 'vcard' || !Array.isArray(properties))
    throw fault('a card is an array of "vcard" and its properties');
  if (properties.length > (limits.properties ?? DEFAULT_PROPERTIES))
    throw fault('the text has more properties than are allowed');
  return { name: 'VCARD', properties: properties.map(propertyOf), components: [], line: 0 };
}

function fault(reason: string): ContentError {
  return new ContentError(`jCard: ${reason}.`, 0);
}

function propertyOf(value: unknown): Property {
  if (!Array.isArray(value) || value.length < 4)
    throw fault('a property is an array of a name, parameters, a type and one value or several');
  const [name, parameters, givenType, ...values]: readonly unknown[] = value;
  if (typeof name !== 'string' || !PROPERTY_NAME.test(name) || /^(BEGIN|END)$/i.test(name))
    throw fault('a property has a name of letters, digits and hyphens');
  if (!isRecord(parameters)) throw fault(`the parameters of ${name} are an object`);
  if (typeof givenType !== 'string' || !NAME.test(givenType)) throw fault(`the type of ${name} is a word`);
  const type = givenType.toLowerCase();
  const upper = name.toUpperCase();
  const raw = rawValue(type, values);
  if (raw === undefined) throw fault(`${name} has a value that is no ${type}`);
  const said: readonly Parameter[] =
    type === UNKNOWN || type === defaultType(upper) ? [] : [{ name: 'VALUE', values: [type] }];
  const property = { name: upper, parameters: [...said, ...parametersOf(parameters, name)], value: raw, line: 0 };
  const group = groupOf(parameters, name);
  return group === undefined ? property : { ...property, group };
}

/** RFC 7095 section 3.3.1.2.1. */
function groupOf(parameters: Readonly<Record<string, unknown>>, property: string): string | undefined {
  const entry = Object.entries(parameters).find(([name]) => name.toLowerCase() === 'group');
  if (entry === undefined) return undefined;
  const [, group] = entry;
  if (typeof group !== 'string' || !NAME.test(group)) throw fault(`the group of ${property} is a word`);
  return group;
}

/** RFC 7095 section 3.4. */
function parametersOf(parameters: Readonly<Record<string, unknown>>, property: string): readonly Parameter[] {
  return Object.entries(parameters).flatMap(([name, value]) => {
    if (!NAME.test(name)) throw fault(`a parameter of ${property} has no readable name`);
    if (SAID_ELSEWHERE.test(name)) return [];
    const values = parameterValues(value);
    if (values === undefined) throw fault(`the parameter ${name} of ${property} is a text`);
    return [{ name: name.toUpperCase(), values }];
  });
}
