/**
 * Address book homes, address books, and the cards in them. RFC 6352 section 5.
 */
import type { ResourceType } from '../../dav/resource.ts';
import { CALENDARSERVER, CARDDAV, DAV } from '../../formats/xml/name.ts';

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

/** One vCard. */
export const addressObject: ResourceType<'object'> = {
  kind: 'address-object',
  shape: 'object',
  spec: 'RFC 6352 section 5.1',
  label: 'address object',
  elements: [],
  contentType: () => 'text/vcard; charset=utf-8',
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
