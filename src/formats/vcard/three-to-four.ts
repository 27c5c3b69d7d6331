/**
 * What the properties of a card of version 3.0 are in version 4.0, one by one. Whether nothing is lost is not looked at here.
 * RFC 2426 section 3, RFC 6350 section 6.
 */
import { Buffer } from 'node:buffer';
import { type Property, parameterOf } from '../icalendar/component.ts';
import { unescapeText } from '../icalendar/values.ts';
import { kindsOf, made, valuesOf, without, withoutType, withPref } from './parameters.ts';
import {
  ANNIVERSARIES,
  ANNIVERSARY_LABEL,
  BINARY,
  basicDate,
  CARRIED,
  MESSENGERS,
  mediaTypeIn,
  mediaTypeOf,
  NO_YEAR,
  OMIT_YEAR,
  ONLY_IN_FOUR,
  ONLY_IN_THREE,
  relationOf,
} from './version-words.ts';

/** A property of 3.0, with what stands behind it for those who know 3.0 only: made of a 4.0 property, all of them together. */
export interface Item {
  readonly property: Property;
  readonly companions: readonly Property[];
}

/** The properties of 4.0, one for each item. */
export function threeToFour(items: readonly Item[]): readonly Property[] {
  const card = lookAt(items);
  return items.map((item) => {
    const one = converted(item, card);
    const parameters = withPref(one.parameters);
    return parameters === one.parameters ? one : made(one.name, parameters, one.value, one.group);
  });
}

/** What the properties of a card say of each other. */
interface Card {
  /** X-ABLABEL by group in lower case. */
  readonly labels: ReadonlyMap<string, string>;
  /** There can be one in 4.0. */
  readonly anniversary: Property | undefined;
  readonly hasKind: boolean;
  readonly members: ReadonlySet<string>;
  /** Names in services, in lower case, that an IMPP says already. */
  readonly handles: ReadonlySet<string>;
  /** The text that an ADR or N gets as its parameter. */
  readonly texts: ReadonlyMap<Property, string>;
}

function lookAt(items: readonly Item[]): Card {
  const properties = items.map(({ property }) => property);
  const members = new Set<string>();
  const handles = new Set<string>();
  let hasKind = false;
  for (const { name, value } of properties) {
    if (name === 'MEMBER') members.add(value);
    else if (name === 'IMPP') handles.add(handleIn(value));
    else if (name === 'KIND') hasKind = true;
  }
  const isWhole = items.every(({ companions }) => companions.length === 0);
  const labels = labelsIn(
    isWhole ? properties : items.flatMap(({ property, companions }) => [property, ...companions]),
  );
  return {
    labels,
    anniversary: properties.find((one) => isAnniversary(one, labels)),
    hasKind,
    members,
    handles,
    texts: textsFor(properties),
  };
}

/** The texts of X-ABLABEL by group in lower case. */
export function labelsIn(properties: readonly Property[]): ReadonlyMap<string, string> {
  const labels = new Map<string, string>();
  for (const { name, group, value } of properties) {
    if (name === 'X-ABLABEL' && group !== undefined) labels.set(group.toLowerCase(), unescapeText(value).trim());
  }
  return labels;
}

/** The label of the group of a property. */
export function labelFor({ group }: Property, labels: ReadonlyMap<string, string>): string | undefined {
  return group === undefined ? undefined : labels.get(group.toLowerCase());
}

function isAnniversary(property: Property, labels: ReadonlyMap<string, string>): boolean {
  if (ANNIVERSARIES.includes(property.name)) return true;
  return property.name === 'X-ABDATE' && labelFor(property, labels)?.toLowerCase() === ANNIVERSARY_LABEL;
}

function handleIn(uri: string): string {
  const handle = uri.slice(uri.indexOf(':') + 1).toLowerCase();
  try {
    return decodeURIComponent(handle);
  } catch {
    return handle;
  }
}

function textsFor(properties: readonly Property[]): ReadonlyMap<Property, string> {
  const texts = new Map<Property, string>();
  for (const [address, label] of pairs(properties, 'LABEL')) texts.set(address, unescapeText(label.value));
  const name = properties.find((one) => one.name === 'N');
  const sort = properties.find((one) => one.name === 'SORT-STRING');
  if (name !== undefined && sort !== undefined) texts.set(name, unescapeText(sort.value));
  return texts;
}

/** Each ADR with the first property called `name` that is of its group, or of its types, and no other's. RFC 2426 section 3.2.2. */
export function pairs(properties: readonly Property[], name: string): ReadonlyMap<Property, Property> {
  const found = new Map<Property, Property>();
  const free = new Map<string, Property[]>();
  for (const one of properties) {
    if (one.name !== name) continue;
    const place = placeOf(one);
    const known = free.get(place);
    if (known === undefined) free.set(place, [one]);
    else known.push(one);
  }
  if (free.size === 0) return found;
  for (const lists of free.values()) lists.reverse();
  for (const address of properties) {
    const label = address.name === 'ADR' ? free.get(placeOf(address))?.pop() : undefined;
    if (label !== undefined) found.set(address, label);
  }
  return found;
}

/** The same for an ADR and the LABEL that belongs to it. */
function placeOf(property: Property): string {
  return property.group === undefined ? `;${kindsOf(property)}` : property.group.toLowerCase();
}

// --- one property --------------------------------------------------------------------------------------------------------------------

function converted({ property, companions }: Item, card: Card): Property {
  const plain = inPlainText(property);
  const { name, parameters, value, group } = plain;
  if (BINARY.has(name)) return binary(plain);
  if (name === 'BDAY' || name === 'REV') return dated(plain, name);
  if (property === card.anniversary) return dated(plain, 'ANNIVERSARY');
  if (ONLY_IN_THREE.has(name) && !(name === 'AGENT' && isUri(plain))) return { ...plain, name: CARRIED + name };
  if (name.startsWith(CARRIED) && ONLY_IN_FOUR.has(name.slice(CARRIED.length)))
    return { ...plain, name: name.slice(CARRIED.length) };
  switch (name) {
    case 'ADR':
      return withText(plain, 'LABEL', card.texts.get(property) ?? textOf(companions, 'LABEL'));
    case 'N':
      return withText(plain, 'SORT-AS', card.texts.get(property) ?? textOf(companions, 'SORT-STRING'));
    case 'AGENT':
      return made('RELATED', [{ name: 'TYPE', values: ['agent'] }, ...without(parameters, 'VALUE')], value, group);
    case 'TZ':
      return timeZone(plain);
    case 'GEO':
      return { ...plain, value: value.replace(/^\s*([+-]?[\d.]+)\s*[;,]\s*([+-]?[\d.]+)\s*$/, 'geo:$1,$2') };
    case 'X-ADDRESSBOOKSERVER-KIND':
      return card.hasKind ? plain : { ...plain, name: 'KIND' };
    case 'X-ADDRESSBOOKSERVER-MEMBER':
      return card.members.has(value) ? plain : { ...plain, name: 'MEMBER' };
    case 'X-GENDER':
      return /^[MFONU](;.*)?$|^;./s.test(value) ? { ...plain, name: 'GENDER' } : plain;
    case 'X-ABRELATEDNAMES':
      return related(plain, relationOf(labelFor(property, card.labels) ?? ''));
    case 'X-SPOUSE':
    case 'X-EVOLUTION-SPOUSE':
      return related(plain, 'spouse');
    default:
      return messenger(plain, card);
  }
}

function textOf(companions: readonly Property[], name: string): string | undefined {
  const companion = companions.find((one) => one.name === name);
  return companion && unescapeText(companion.value);
}

function withText(property: Property, name: string, text: string | undefined): Property {
  if (text === undefined || property.parameters.some((one) => one.name === name)) return property;
  return { ...property, parameters: [...property.parameters, { name, values: [text] }] };
}

function isUri(property: Property): boolean {
  return parameterOf(property, 'VALUE')?.toLowerCase() === 'uri';
}

function messenger(property: Property, { handles }: Card): Property {
  const scheme = MESSENGERS.get(property.name);
  const handle = unescapeText(property.value).trim();
  if (scheme === undefined || handle === '' || handles.has(handle.toLowerCase())) return property;
  return { ...property, name: 'IMPP', value: `${scheme}:${encodeURI(handle.toWellFormed())}` };
}

function related(property: Property, relation: string | undefined): Property {
  const type = relation === undefined ? [] : [{ name: 'TYPE', values: [relation] }];
  const parameters = [{ name: 'VALUE', values: ['text'] }, ...type, ...without(property.parameters, 'VALUE')];
  return { ...property, name: 'RELATED', parameters };
}

function timeZone(property: Property): Property {
  const parameters = without(property.parameters, 'VALUE');
  const offset = /^([+-]\d\d):?(\d\d)?$/.exec(property.value.trim());
  if (parameterOf(property, 'VALUE')?.toLowerCase() === 'text' || offset === null) return { ...property, parameters };
  const value = `${offset[1]}${offset[2] ?? ''}`;
  return { ...property, parameters: [{ name: 'VALUE', values: ['utc-offset'] }, ...parameters], value };
}

function dated(property: Property, name: string): Property {
  const said = parameterOf(property, 'VALUE')?.toLowerCase();
  const parameters = without(property.parameters, 'VALUE');
  const value = said === 'text' ? undefined : basicDate(property.value);
  if (value === undefined) {
    const isText = name !== 'REV' && property.value.trim() !== '';
    return {
      ...property,
      name,
      parameters: isText ? [{ name: 'VALUE', values: ['text'] }, ...parameters] : parameters,
    };
  }
  const omitted = parameterOf(property, OMIT_YEAR);
  if (omitted === undefined || !value.startsWith(omitted === '' ? NO_YEAR : omitted) || value.length !== 8)
    return { ...property, name, parameters, value };
  return { ...property, name, parameters: without(parameters, OMIT_YEAR), value: `--${value.slice(4)}` };
}

// --- octets --------------------------------------------------------------------------------------------------------------------------

function isBase64(property: Property): boolean {
  const encoding = parameterOf(property, 'ENCODING')?.toUpperCase();
  return encoding === 'B' || encoding === 'BASE64';
}

function binary(property: Property): Property {
  const types = valuesOf(property, 'TYPE');
  const type = types.find((one) => mediaTypeOf(one) !== undefined);
  const media = type === undefined ? undefined : mediaTypeOf(type);
  const others = withoutType(property.parameters, type ?? '');
  if (isBase64(property)) {
    const octets = /\s/.test(property.value) ? property.value.replace(/\s+/g, '') : property.value;
    const parameters = without(others, 'ENCODING', 'VALUE');
    return { ...property, parameters, value: `data:${media ?? mediaTypeIn(octets)};base64,${octets}` };
  }
  const isText = property.name === 'KEY' && !isUri(property) && !/^[a-z][a-z0-9+.-]*:/i.test(property.value);
  const value = isText ? [{ name: 'VALUE', values: ['text'] }] : [];
  const said = media === undefined ? [] : [{ name: 'MEDIATYPE', values: [media] }];
  return { ...property, parameters: [...value, ...said, ...without(others, 'VALUE')] };
}

/** Without what belongs to 2.1 and is seen in 3.0 all the same: types without TYPE, CHARSET, quoted-printable. */
function inPlainText(property: Property): Property {
  if (!property.parameters.some(({ name, values }) => values.length === 0 || name === 'CHARSET' || name === 'ENCODING'))
    return property;
  const parameters = property.parameters.flatMap((parameter) => {
    if (parameter.values.length > 0) return parameter.name === 'CHARSET' ? [] : [parameter];
    const encoding = /^(BASE64|B|QUOTED-PRINTABLE|8BIT|7BIT)$/.test(parameter.name);
    return [{ name: encoding ? 'ENCODING' : 'TYPE', values: [parameter.name] }];
  });
  const plain = { ...property, parameters };
  const encoding = parameterOf(plain, 'ENCODING')?.toUpperCase();
  if (encoding === '8BIT' || encoding === '7BIT') return { ...plain, parameters: without(parameters, 'ENCODING') };
  if (encoding !== 'QUOTED-PRINTABLE') return plain;
  const charset = parameterOf(property, 'CHARSET') ?? 'utf-8';
  const text = decoded(quotedPrintable(Buffer.from(property.value)), charset);
  if (text === undefined) return property;
  return { ...plain, parameters: without(parameters, 'ENCODING'), value: text.replace(/\r\n?|\n/g, '\\n') };
}

/** The octets of quoted-printable. RFC 2045 section 6.7. */
export function quotedPrintable(octets: Buffer): Uint8Array {
  const out = Buffer.alloc(octets.length);
  let to = 0;
  for (let at = 0; at < octets.length; at++) {
    const octet = octets[at] ?? 0;
    const code = octet === 0x3d ? octets.toString('latin1', at + 1, at + 3) : '';
    if (/^[0-9A-Fa-f]{2}$/.test(code)) {
      out[to++] = Number.parseInt(code, 16);
      at += 2;
    } else out[to++] = octet;
  }
  return out.subarray(0, to);
}

/** The text of octets in a charset; undefined when they are none, or the charset is not known. */
export function decoded(octets: Uint8Array, charset: string): string | undefined {
  try {
    return new TextDecoder(charset.trim(), { fatal: true }).decode(octets);
  } catch {
    return undefined;
  }
}
