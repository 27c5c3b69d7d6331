/**
 * CARDDAV:address-data: which parts of a card a report gives, and in which form. RFC 6352 section 10.4.
 *
 * A card is given as it is stored to who names no version, or the one it has; in the other version it is converted.
 */
import type { View } from '../../dav/method.ts';
import type { Responder } from '../../dav/multiget.ts';
import { statusResponse } from '../../dav/multistatus.ts';
import type { ExtraProperties } from '../../dav/properties.ts';
import type { Resource } from '../../dav/resource.ts';
import { parseMediaType } from '../../formats/http/headers.ts';
import type { Component, Property } from '../../formats/icalendar/component.ts';
import { convertCard, versionOf } from '../../formats/vcard/convert.ts';
import { JCARD } from '../../formats/vcard/jcard.ts';
import { storedCardText } from '../../formats/vcard/stored-text.ts';
import { attributeOf, childOf, childrenOf, type XmlElement } from '../../formats/xml/element.ts';
import { CARDDAV, DAV, type XmlName } from '../../formats/xml/name.ts';
import { escapeText } from '../../formats/xml/write.ts';
import type { ObjectRecord, StoredObject } from '../../store/records.ts';
import { propertyName } from './filter.ts';
import { type CardFormat, cardIn, parsedCard, versionIn } from './formats.ts';
import { supportedAddressData, supportedAddressDataConversion } from './preconditions.ts';

const ADDRESS_DATA: XmlName = `{${CARDDAV}}address-data`;

/** What a report says about the cards it wants. */
export interface AddressDataRequest {
  /** Undefined for cards as they are stored. */
  readonly format: CardFormat | undefined;
  /** Undefined for whole cards. */
  readonly properties: WantedProperties | undefined;
}

/** By `TEL`, or `item1.TEL` with the group in lower case: whether the value is wanted too. RFC 6352 section 10.4.2. */
export type WantedProperties = ReadonlyMap<string, boolean>;

/** The address-data in a report's DAV:prop; undefined when no card is asked for. @throws PreconditionViolated, DavError 400 */
export function readAddressData(body: XmlElement): AddressDataRequest | undefined {
  const prop = childOf(body, `{${DAV}}prop`);
  const asked = prop === undefined ? undefined : childOf(prop, ADDRESS_DATA);
  if (asked === undefined) return undefined;
  const properties = wantedProperties(asked);
  const whole = properties.size === 0 || childOf(asked, `{${CARDDAV}}allprop`) !== undefined;
  return { format: formatIn(asked), properties: whole ? undefined : properties };
}

function wantedProperties(asked: XmlElement): WantedProperties {
  const wanted = new Map<string, boolean>();
  for (const one of childrenOf(asked, `{${CARDDAV}}prop`)) {
    const { group, name } = propertyName(one);
    const key = group === undefined ? name : `${group}.${name}`;
    wanted.set(key, wanted.get(key) === true || attributeOf(one, 'novalue') !== 'yes');
  }
  return wanted;
}

/** The version may be an attribute, or a parameter of the content type. @throws PreconditionViolated */
function formatIn(asked: XmlElement): CardFormat | undefined {
  const media = parseMediaType(attributeOf(asked, 'content-type') ?? 'text/vcard');
  const written = attributeOf(asked, 'version')?.trim() ?? media?.parameters.get('version');
  if (media?.type === JCARD && (written === undefined || written === '4.0')) return 'jcard';
  if (media?.type === 'text/vcard') {
    if (written === undefined) return undefined;
    if (written === '3.0' || written === '4.0') return written;
  }
  throw supportedAddressData(`cards are given as text/vcard, version 3.0 or 4.0, or as ${JCARD}, version 4.0`);
}

// --- the stored card -------------------------------------------------------------------------------------------------------------------

/** Reads each card of a request once, for its filter and its answer. Undefined for what is no card (any more). */
export type CardReader = (object: StoredObject) => Component | undefined;

/** A reader that remembers as long as the object is held. */
export function cardReader(): CardReader {
  const cards = new WeakMap<StoredObject, Component>();
  return (object) => {
    const known = cards.get(object);
    if (known !== undefined) return known;
    const card = parsedCard(object);
    if (card !== undefined) cards.set(object, card);
    return card;
  };
}

// --- the answer ------------------------------------------------------------------------------------------------------------------------

/** The card with the properties asked for, and its VERSION, without which nobody can read it. */
function partOf(card: Component, wanted: WantedProperties): Component {
  const properties: Property[] = [];
  for (const property of card.properties) {
    const { name, group } = property;
    const inAny = name === 'VERSION' ? true : wanted.get(name);
    const inOwn = group === undefined ? undefined : wanted.get(`${group.toLowerCase()}.${name}`);
    if (inAny === true || inOwn === true) properties.push(property);
    else if (inAny !== undefined || inOwn !== undefined) properties.push({ ...property, value: '' });
  }
  return { ...card, properties };
}

/** The text of a card as a request wants it; undefined for what is no card. */
function textFor(
  { format, properties }: AddressDataRequest,
  object: StoredObject,
  cardOf: CardReader,
): string | undefined {
  if (format === undefined && properties === undefined) return storedCardText(object.data);
  const card = cardOf(object);
  if (card === undefined) return undefined;
  const target = format === undefined ? versionOf(card) : versionIn(format);
  if (properties === undefined) {
    const isStored = format !== 'jcard' && versionOf(card) === target;
    return isStored ? storedCardText(object.data) : cardIn(card, format ?? target);
  }
  return cardIn(partOf(convertCard(card, target), properties), format ?? target);
}

/** The address-data that the reader of properties puts into each response. What is asked for is said with it. RFC 6352 section 10.4. */
export function addressDataProperty(request: AddressDataRequest | undefined, cardOf: CardReader): ExtraProperties {
  if (request === undefined) return new Map();
  const { format } = request;
  const inside = (resource: Resource): string | undefined => {
    const object = storedObject(resource);
    const text = object === undefined ? undefined : textFor(request, object, cardOf);
    return text === undefined ? undefined : escapeText(text);
  };
  if (format === undefined) return new Map([[ADDRESS_DATA, { inside }]]);
  const type = format === 'jcard' ? JCARD : 'text/vcard';
  const attributes = ` content-type="${type}" version="${versionIn(format)}"`;
  return new Map([[ADDRESS_DATA, { inside, attributes }]]);
}

/**
 * A responder that says of each card that cannot be given in the form asked for that it cannot, in a response of its own: the others come
 * all the same. RFC 6352 section 5.1.1.
 */
export function withConversions(
  reader: Responder,
  request: AddressDataRequest | undefined,
  cardOf: CardReader,
  { catalogue }: Pick<View, 'catalogue'>,
): Responder {
  if (request?.format === undefined) return reader;
  const cannot = (resource: Resource): boolean => {
    const object = storedObject(resource);
    return object !== undefined && cardOf(object) === undefined;
  };
  const { condition } = supportedAddressDataConversion('what is stored there cannot be read as a card');
  const error = catalogue.declares(condition.name) ? condition : undefined;
  return {
    async respond(resources, tx) {
      const unreadable = resources.filter(cannot);
      if (unreadable.length === 0) return reader.respond(resources, tx);
      const others = resources.filter((resource) => !unreadable.includes(resource));
      const refusals = unreadable.map(({ href }) => statusResponse(href, 415, error)).join('');
      return (await reader.respond(others, tx)) + refusals;
    },
  };
}

function storedObject(resource: Resource): StoredObject | undefined {
  return resource.shape === 'object' && hasData(resource.object) ? resource.object : undefined;
}

function hasData(object: ObjectRecord | StoredObject): object is StoredObject {
  return 'data' in object;
}
