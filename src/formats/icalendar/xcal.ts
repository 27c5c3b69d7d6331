/**
 * xCal: iCalendar as XML, both ways. What the tree of components holds comes back from xCal, but for what jCal does not keep either, and for
 * the control characters that XML cannot carry. RFC 6321 section 3, RFC 6321 section 4.
 */
import { elementsOf, textOf, type XmlElement } from '../xml/element.ts';
import { localOf, namespaceOf } from '../xml/name.ts';
import { readXml, XML_LIMITS, XmlError } from '../xml/read.ts';
import { escapeText as escapeXml } from '../xml/write.ts';
import type { Component, Parameter, Property } from './component.ts';
import { ContentError } from './content-line.ts';
import { defaultType, UNKNOWN } from './jcal-types.ts';
import { isRecord, type Json, numeral } from './jcal-values.ts';
import type { ReadLimits } from './read.ts';
import { NAME, propertyOfTyped, typedProperty } from './typed-property.ts';
import { foreignElement, foreignProperty } from './xml-property.ts';

/** RFC 6321 section 7.1. */
const NAMESPACE = 'urn:ietf:params:xml:ns:icalendar-2.0';

/** What stands before the one vcalendar, and behind it. RFC 6321 section 3.2. */
export const XCAL_HEAD = `<?xml version="1.0" encoding="utf-8"?>\n<icalendar xmlns="${NAMESPACE}">`;
export const XCAL_TAIL = '</icalendar>';

/** Names of the parts of a value that has any, by the name and the type of the property. RFC 6321 section 3.4.1. */
const PARTS: Readonly<Record<string, readonly string[]>> = {
  'geo float': ['latitude', 'longitude'],
  'request-status text': ['code', 'description', 'data'],
};

/** The last line is that of RFC 7986 section 6, RFC 9073 section 5 and RFC 9253 section 6. */
const PARAMETER_NAMES: Readonly<Record<string, string>> = {
  text:
    'CN CUTYPE ENCODING FMTTYPE FBTYPE LANGUAGE PARTSTAT RANGE RELATED RELTYPE ROLE TZID ' +
    'DISPLAY EMAIL FEATURE LABEL',
  uri: 'ALTREP DIR SCHEMA',
  'cal-address': 'DELEGATED-FROM DELEGATED-TO MEMBER SENT-BY',
  boolean: 'RSVP DERIVED',
  integer: 'ORDER',
  duration: 'GAP',
};

/** Those that are not here are unknown: RFC 6321 section 5. */
const PARAMETER_TYPES: ReadonlyMap<string, string> = new Map(
  Object.entries(PARAMETER_NAMES).flatMap(([type, names]) =>
    names.split(' ').map((name): [string, string] => [name, type]),
  ),
);

/** A component as an XML document. RFC 6321 section 3.2. */
export function writeXcal(calendar: Component): string {
  return XCAL_HEAD + xcalOf(calendar) + XCAL_TAIL;
}

/** A component as the text of an element, the namespace being that of what it stands in. RFC 6321 section 3.3. */
export function xcalOf({ name, properties, components }: Component): string {
  let inside = properties.length === 0 ? '' : around('properties', properties.map(propertyElement).join(''));
  if (components.length > 0) inside += around('components', components.map(xcalOf).join(''));
  return around(tagOf(name), inside);
}

/** RFC 6321 section 3.4. */
function propertyElement(property: Property): string {
  const foreign = foreignElement(property, NAMESPACE);
  if (foreign !== undefined) return foreign;
  const { name, parameters, type, values } = typedProperty(property);
  let inside = parameters.length === 0 ? '' : around('parameters', parameters.map(parameterElement).join(''));
  const parts = PARTS[`${name} ${type}`];
  for (const value of values) {
    if (parts !== undefined && Array.isArray(value))
      inside += value.map((one, index) => around(parts[index] ?? 'data', leaf(one))).join('');
    else inside += around(typeTag(type), valueContent(value, type, property));
  }
  return around(tagOf(name), inside);
}

/** RFC 6321 section 3.5, RFC 6321 section 5. */
function parameterElement({ name, values }: Parameter): string {
  const type = PARAMETER_TYPES.get(name) ?? UNKNOWN;
  const written = (value: string): string =>
    type === 'boolean' && /^(true|false)$/i.test(value) ? value.toLowerCase() : escapeXml(value);
  return around(tagOf(name), values.map((value) => around(type, written(value))).join(''));
}

/** RFC 6321 section 3.6. */
function valueContent(value: Json, type: string, property: Property): string {
  if (type === 'period' && Array.isArray(value)) {
    const [start = '', end = ''] = value.map(leaf);
    return around('start', start) + around(/^[+-]?P/i.test(end) ? 'duration' : 'end', end);
  }
  if (Array.isArray(value)) return value.map(leaf).join(';');
  if (!isRecord(value)) return leaf(value);
  const entries = Object.entries(value);
  // What cannot be the name of an element stays in the text that it came in.
  if (!entries.every(([name]) => /^[a-z][\w-]*$/.test(name))) return escapeXml(property.value);
  return entries
    .flatMap(([name, one]) => (Array.isArray(one) ? one : [one]).map((each: Json) => around(name, leaf(each))))
    .join('');
}

function leaf(value: unknown): string {
  return escapeXml(typeof value === 'number' ? numeral(value) : String(value));
}

function around(tag: string, inside: string): string {
  return inside === '' ? `<${tag}/>` : `<${tag}>${inside}</${tag}>`;
}

/** Names that XML has not, since they begin with a digit or a hyphen, get an underscore before them, and so do those that have one. */
function tagOf(name: string): string {
  const tag = name.toLowerCase();
  return /^[a-z]/.test(tag) ? tag : `_${tag}`;
}

/** The type, but for one that is no name: RFC 6321 section 3.5.1 has no other way to say it. */
function typeTag(type: string): string {
  return /^[a-z][\w-]*$/.test(type) && type !== 'parameters' ? type : UNKNOWN;
}

// --- reading -------------------------------------------------------------------------------------------------------------------------

const DEFAULT_PROPERTIES = 200_000;
const DEFAULT_DEPTH = 8;
/** Elements and texts of a property with two parameters, white space not counted. */
const NODES = 10;

/** White space around a value of these types says nothing. */
const TRIMMED =
  /^(boolean|date|date-time|duration|float|integer|period|recur|time|utc-offset|latitude|longitude|start|end|freq|until|count|interval|wkst|by.*)$/;

/** The one vcalendar of an xCal text. @throws ContentError when there is none, or it has no meaning in iCalendar */
export function readXcal(data: Uint8Array | string, limits: ReadLimits = {}): Component {
  const root = parsed(data, (limits.properties ?? DEFAULT_PROPERTIES) * NODES);
  if (nameOf(root) !== 'icalendar') throw fault(`the outermost element is icalendar in the namespace ${NAMESPACE}`);
  const [calendar, second] = childrenIn(root);
  if (calendar === undefined || second !== undefined || nameOf(calendar) !== 'vcalendar')
    throw fault('icalendar holds one vcalendar');
  return componentOf(calendar, limits.depth ?? DEFAULT_DEPTH);
}

function parsed(data: Uint8Array | string, nodes: number): XmlElement {
  try {
    return readXml(data, { ...XML_LIMITS, nodes });
  } catch (error) {
    if (!(error instanceof XmlError)) throw error;
    throw new ContentError(`xCal: ${error.reason}.`, error.line);
  }
}

function fault(reason: string): ContentError {
  return new ContentError(`xCal: ${reason}.`, 0);
}

/** The name of an element of xCal; undefined for that of another namespace. */
function nameOf({ name }: XmlElement): string | undefined {
  return namespaceOf(name) === NAMESPACE ? localOf(name) : undefined;
}

/** Those of xCal in an element that holds nothing else; of another namespace there may be some, which say nothing. RFC 6321 section 4.1. */
function childrenIn(parent: XmlElement): readonly XmlElement[] {
  if (textOf(parent).trim() !== '') throw fault(`${localOf(parent.name)} holds elements, not text`);
  return ownElements(parent);
}

function ownElements(parent: XmlElement): readonly XmlElement[] {
  return elementsOf(parent).filter((child) => nameOf(child) !== undefined);
}

/** RFC 6321 section 3.3. */
function componentOf(element: XmlElement, depth: number): Component {
  if (depth === 0) throw fault('components lie too deep in each other');
  const name = plainName(element);
  if (!NAME.test(name)) throw fault('a component has a name of letters, digits and hyphens');
  const properties: Property[] = [];
  const components: Component[] = [];
  for (const part of childrenIn(element)) {
    const kind = nameOf(part);
    if (kind === 'components') components.push(...childrenIn(part).map((one) => componentOf(one, depth - 1)));
    else if (kind === 'properties') properties.push(...propertiesIn(part));
    else throw fault(`${name} holds properties and components, not ${kind}`);
  }
  return { name: name.toUpperCase(), properties, components, line: 0 };
}

function propertiesIn(part: XmlElement): readonly Property[] {
  childrenIn(part);
  return elementsOf(part).map((one) => {
    if (nameOf(one) !== undefined) return propertyFrom(one);
    if (namespaceOf(one.name) === '') throw fault(`the property ${localOf(one.name)} is in no namespace`);
    return foreignProperty(one);
  });
}

/** RFC 6321 section 3.4. */
function propertyFrom(element: XmlElement): Property {
  const name = plainName(element);
  const inside = ownElements(element);
  const [first, ...rest] = inside;
  const withParameters = first !== undefined && nameOf(first) === 'parameters';
  const parameters = withParameters ? childrenIn(first).map(parameterFrom) : [];
  const [value, ...others] = withParameters ? rest : inside;
  if (value === undefined) {
    // So is a TZID in RFC 6321 section B.2.2.
    const text = textOf(element).trim();
    if (text === '') throw fault(`${name} has no value`);
    return propertyOfTyped(name, parameters, defaultType(name.toUpperCase()), [text]);
  }
  childrenIn(element);
  const type = localOf(value.name);
  for (const [key, parts] of Object.entries(PARTS)) {
    const [property = '', partType = ''] = key.split(' ');
    if (name.toLowerCase() !== property || !parts.includes(type)) continue;
    return propertyOfTyped(name, parameters, partType, [partsOf([value, ...others], parts, name)]);
  }
  if (others.some((one) => localOf(one.name) !== type)) throw fault(`the values of ${name} are of one type`);
  return propertyOfTyped(
    name,
    parameters,
    type,
    [value, ...others].map((one) => valueFrom(one, type)),
  );
}

/** In their order, whatever that of the elements is; only the last kind may be absent, or be there more than once. */
function partsOf(elements: readonly XmlElement[], parts: readonly string[], name: string): readonly string[] {
  const found = parts.flatMap((part) => elements.filter((one) => localOf(one.name) === part).map(textIn));
  if (found.length !== elements.length) throw fault(`${name} has ${parts.join(', ')}`);
  return found;
}

/** RFC 6321 section 3.5. */
function parameterFrom(element: XmlElement): Parameter {
  const values = childrenIn(element).map((value) => {
    const text = textIn(value);
    return localOf(value.name) === 'boolean' && /^(true|false)$/.test(text) ? text.toUpperCase() : text;
  });
  return { name: plainName(element).toUpperCase(), values };
}

/** What the same value is in jCal. RFC 6321 section 3.6. */
function valueFrom(element: XmlElement, type: string): unknown {
  const parts = ownElements(element);
  if (parts.length > 0 && type === 'period') {
    const names = childrenIn(element).map((part) => localOf(part.name));
    if (!/^start (end|duration)$/.test(names.join(' '))) throw fault('a period has a start and an end or a duration');
    return parts.map(textIn);
  }
  if (parts.length > 0 && type === 'recur') {
    const rule = new Map<string, string[]>();
    for (const part of childrenIn(element)) {
      const key = localOf(part.name);
      const values = rule.get(key);
      if (values === undefined) rule.set(key, [textIn(part)]);
      else values.push(textIn(part));
    }
    return Object.fromEntries(rule);
  }
  const text = textIn(element);
  if (type === 'binary') return text.replace(/\s/g, '');
  if (type === 'boolean' && /^(true|false|0|1)$/.test(text)) return text === 'true' || text === '1';
  return text;
}

/** The text of an element that holds nothing else. */
function textIn(element: XmlElement): string {
  if (ownElements(element).length > 0) throw fault(`${localOf(element.name)} holds text, not elements`);
  const text = textOf(element);
  return TRIMMED.test(localOf(element.name)) ? text.trim() : text;
}

/** Without what tagOf puts before a name. */
function plainName({ name }: XmlElement): string {
  return localOf(name).replace(/^_/, '');
}
