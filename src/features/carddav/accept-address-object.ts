/**
 * What a write into an address book stores, or why it is refused. The bytes are stored as they came, but for jCard. RFC 6352 section 6.3.2.1.
 */
import type { Limits } from '../../dav/limits.ts';
import {
  type AcceptedWrite,
  foreignMediaType,
  type ProposedWrite,
  uidHolder,
  type WriteRule,
} from '../../dav/write-rule.ts';
import { collation } from '../../formats/collation.ts';
import { parseMediaType } from '../../formats/http/headers.ts';
import type { Component } from '../../formats/icalendar/component.ts';
import { type ContentError, readOr } from '../../formats/icalendar/content-line.ts';
import { cardTexts, uidOf } from '../../formats/vcard/card.ts';
import { JCARD, readJcard } from '../../formats/vcard/jcard.ts';
import { readCard } from '../../formats/vcard/read.ts';
import { cardFaults } from '../../formats/vcard/rules.ts';
import { writeCards } from '../../formats/vcard/write.ts';
import { type ObjectIndex, UNBOUNDED } from '../../store/records.ts';
import { maxResourceSize, noUidConflict, supportedAddressData, validAddressData } from './preconditions.ts';
import { addressbook } from './resource-types.ts';

/** The registered type, and what it was called before. RFC 6350 section 10.1. */
const MEDIA_TYPES = ['text/vcard', 'text/x-vcard', JCARD];

const FAULTS = {
  'valid-address-data': validAddressData,
  'supported-address-data': supportedAddressData,
} as const;

/** What address books take: one vCard, 3.0 or 4.0 or as jCard, with a UID of its own. */
export const acceptAddressObject: WriteRule = {
  into: addressbook,
  suffix: '.vcf',
  maxSize: (limits) => limits.addressObject,
  tooLarge: maxResourceSize,
  async accept(write, tx) {
    const object = readObject(write);
    const holder = await uidHolder(write, object.uid, tx);
    if (holder !== undefined) throw noUidConflict(holder.reason, holder.href);
    return object;
  },
};

/** @throws PreconditionViolated */
function readObject({ contentType, data: sent, limits }: ProposedWrite): AcceptedWrite {
  const media = foreignMediaType(MEDIA_TYPES, contentType);
  if (media !== undefined) {
    throw supportedAddressData(`an address book holds text/vcard, not ${media}`);
  }
  requireSize(sent, limits);
  const converted = isJcard(contentType) ? readOr(() => textOfJcard(sent), refused) : undefined;
  if (converted !== undefined) requireSize(converted, limits);
  const data = converted ?? sent;
  const card = readOr(() => readCard(data), refused);
  const [fault] = cardFaults(card);
  if (fault !== undefined) throw FAULTS[fault.rule](fault.reason);
  const uid = uidOf(card);
  if (uid === undefined) throw validAddressData('The UID of the card is empty.');
  const accepted = { uid, index: indexOf(card) };
  return converted === undefined ? accepted : { ...accepted, data: converted };
}

function requireSize({ length }: Uint8Array, { addressObject }: Limits): void {
  if (length <= addressObject) return;
  throw maxResourceSize(`the card has ${length} octets; ${addressObject} are possible`);
}

function isJcard(contentType: string | undefined): boolean {
  return contentType !== undefined && parseMediaType(contentType)?.type === JCARD;
}

/** An address book holds text/vcard: what comes as jCard is stored as that. RFC 7095 section 4. @throws ContentError */
function textOfJcard(data: Uint8Array): Uint8Array {
  return new TextEncoder().encode(writeCards([readJcard(data)]));
}

function refused({ reason }: ContentError): never {
  throw validAddressData(reason);
}

const CASEMAP = collation('i;unicode-casemap')!;

/** What the storage index keeps of a card: the texts by which people look for it, and no time. */
export function indexOf(card: Component): ObjectIndex {
  const texts: Record<string, string> = {};
  for (const [property, values] of cardTexts(card)) texts[property] = values.map(CASEMAP.fold).join('\n');
  return { component: 'VCARD', ...UNBOUNDED, texts };
}
