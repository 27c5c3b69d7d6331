/**
 * Address book homes, address books, and the cards in them. RFC 6352 section 5.
 */
import type { OtherForm, ResourceType } from '../../dav/resource.ts';
import { preferredType } from '../../formats/http/accept.ts';
import { type CardVersion, versionOf } from '../../formats/vcard/convert.ts';
import { JCARD } from '../../formats/vcard/jcard.ts';
import { CALENDARSERVER, CARDDAV, DAV } from '../../formats/xml/name.ts';
import type { StoredObject } from '../../store/records.ts';
import { type CardFormat, cardIn, parsedCard } from './formats.ts';

/** `/addressbooks/` */
export const addressbookRoot: ResourceType<'service'> = {
  kind: 'addressbook-root',
  shape: 'service',
  spec: 'RFC 6764 section 5',
  label: 'collection of address book homes',
  elements: [`{${DAV}}collection`],
};

/** `/addressbooks/USER/` */
export const addressbookHome: ResourceType<'collection'> = {
  kind: 'addressbook-home',
  shape: 'collection',
  spec: 'RFC 6352 section 7.1.1',
  label: 'address book home',
  elements: [`{${DAV}}collection`],
};

/** A form of cards, by the word that tells its entity tags apart. */
function formOf(name: string, format: CardFormat, contentType: string): OtherForm {
  return {
    mediaType: contentType,
    name,
    contentType: () => contentType,
    make(object) {
      const card = parsedCard(object);
      if (card === undefined) throw new Error(`${object.name} is stored and cannot be read`);
      return cardIn(card, format);
    },
  };
}

const VERSIONS: Readonly<Record<CardVersion, OtherForm>> = {
  '3.0': formOf('three', '3.0', 'text/vcard; version=3.0; charset=utf-8'),
  '4.0': formOf('four', '4.0', 'text/vcard; version=4.0; charset=utf-8'),
};

const JSON_FORM = formOf('json', 'jcard', JCARD);

/** The form that a client likes best, by version too; undefined for the card as it is stored. RFC 6352 section 5.1.1. */
function formFor(accept: string, object: StoredObject): OtherForm | undefined {
  // Most clients take everything: no card need be read for them.
  if (!/version|application/i.test(accept)) return undefined;
  const card = parsedCard(object);
  if (card === undefined) return undefined;
  const stored = versionOf(card);
  const other = stored === '4.0' ? '3.0' : '4.0';
  const otherType = `text/vcard;version=${other}`;
  const preferred = preferredType(accept, [`text/vcard;version=${stored}`, otherType, JCARD]);
  if (preferred === JCARD) return JSON_FORM;
  return preferred === otherType ? VERSIONS[other] : undefined;
}

/** One vCard. */
export const addressObject: ResourceType<'object'> = {
  kind: 'address-object',
  shape: 'object',
  spec: 'RFC 6352 section 5.1',
  label: 'address object',
  elements: [],
  contentType: () => 'text/vcard; charset=utf-8',
  forms: {
    stored: 'text/vcard',
    others: [JSON_FORM],
    // What Accept says of versions means something only beside the version that is stored.
    adapted: { header: 'Accept', form: (accept, _asked, object) => formFor(accept, object) },
  },
};

/** Holds cards and nothing else. */
export const addressbook: ResourceType<'collection'> = {
  kind: 'addressbook',
  shape: 'collection',
  spec: 'RFC 6352 section 5.2',
  label: 'address book',
  elements: [`{${DAV}}collection`, `{${CARDDAV}}addressbook`],
  also: ({ collection }) => (collection.shared ? SHARED : NONE),
  members: addressObject,
};

/** Whoever asks at this address owns it, and shares it: apple/caldav-sharing section 5.2.1. */
const SHARED = [`{${CALENDARSERVER}}shared-owner`] as const;
const NONE = [] as const;
