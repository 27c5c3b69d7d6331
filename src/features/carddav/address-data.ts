/**
 * CARDDAV:address-data: which parts of a card a report gives, and in which version. RFC 6352 section 10.4.
 *
 * A card is given as it is stored, whichever of the two versions a report asks for: its VERSION says which it is, and every client reads
 * both better than it does without the contact (decision 0010).
 */
import type { ExtraProperties } from '../../dav/properties.ts';
import type { Resource } from '../../dav/resource.ts';
import { parseMediaType } from '../../formats/http/headers.ts';
import type { Component, Property } from '../../formats/icalendar/component.ts';
import { ContentError } from '../../formats/icalendar/content-line.ts';
import { utf8Text } from '../../formats/utf8.ts';
import { readCard } from '../../formats/vcard/read.ts';
import { writeCards } from '../../formats/vcard/write.ts';
import { attributeOf, childOf, childrenOf, type XmlElement } from '../../formats/xml/element.ts';
import { CARDDAV, DAV, type XmlName } from '../../formats/xml/name.ts';
import { escapeText } from '../../formats/xml/write.ts';
import type { ObjectRecord, StoredObject } from '../../store/records.ts';
import { propertyName } from './filter.ts';
import { supportedAddressData } from './preconditions.ts';

const ADDRESS_DATA: XmlName = `{${CARDDAV}}address-data`;

const VERSIONS: readonly string[] = ['3.0', '4.0'];

/** What a report says about the cards it wants. */
export interface AddressDataRequest {
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
  refuseOtherData(asked);
  return { properties: whole ? undefined : properties };
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
function refuseOtherData(asked: XmlElement): void {
  const media = parseMediaType(attributeOf(asked, 'content-type') ?? 'text/vcard');
  const written = attributeOf(asked, 'version')?.trim() ?? media?.parameters.get('version');
  if (media?.type !== 'text/vcard' || (written !== undefined && !VERSIONS.includes(written))) {
    throw supportedAddressData('cards are given as text/vcard, version 3.0 or 4.0');
  }
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
    try {
      const card = readCard(object.data);
      cards.set(object, card);
      return card;
    } catch (error) {
      if (error instanceof ContentError) return undefined;
      throw error;
    }
  };
}

/** The stored text as it is. Only where a fold cuts a character in two, which XML cannot carry, the lines are folded anew. */
function storedText(object: StoredObject, cardOf: CardReader): string | undefined {
  const text = utf8Text(object.data);
  if (text !== undefined) return text;
  const card = cardOf(object);
  return card === undefined ? undefined : writeCards([card]);
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

/** The address-data that the reader of properties puts into each response. */
export function addressDataProperty(request: AddressDataRequest | undefined, cardOf: CardReader): ExtraProperties {
  if (request === undefined) return new Map();
  const { properties } = request;
  return new Map([
    [
      ADDRESS_DATA,
      (resource: Resource) => {
        const object = storedObject(resource);
        if (object === undefined) return undefined;
        if (properties === undefined) return escaped(storedText(object, cardOf));
        const card = cardOf(object);
        return card === undefined ? undefined : escapeText(writeCards([partOf(card, properties)]));
      },
    ],
  ]);
}

function escaped(text: string | undefined): string | undefined {
  return text === undefined ? undefined : escapeText(text);
}

function storedObject(resource: Resource): StoredObject | undefined {
  return resource.shape === 'object' && hasData(resource.object) ? resource.object : undefined;
}

function hasData(object: ObjectRecord | StoredObject): object is StoredObject {
  return 'data' in object;
}
