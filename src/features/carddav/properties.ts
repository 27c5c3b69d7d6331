/**
 * The properties of address books, and the one by which a principal's are found. RFC 6352 section 6.2, RFC 6352 section 7.1.
 */
import { homeHref } from '../../dav/locate.ts';
import { defineProperty, href, type LiveProperty, stored, text, wrap } from '../../dav/property.ts';
import { textOf } from '../../formats/xml/element.ts';
import { CARDDAV } from '../../formats/xml/name.ts';
import { principal } from '../access-control/index.ts';
import { addressbook, addressObject } from './resource-types.ts';

/** The segment of address book homes: `/addressbooks/USER/`. */
export const SEGMENT = 'addressbooks';

const addressbookHomeSet = defineProperty({
  name: `{${CARDDAV}}addressbook-home-set`,
  spec: 'RFC 6352 section 7.1.1',
  on: [principal],
  inAllprop: false,
  read: ({ owner }) => href(homeHref(SEGMENT, owner)),
});

/** Clients that begin at the root of the service ask it for the home directly. */
const addressbookHomeSetElsewhere = defineProperty({
  name: `{${CARDDAV}}addressbook-home-set`,
  spec: 'behaviour: clients that start at the service ask it for the home',
  on: ['service'],
  inAllprop: false,
  read: (_resource, { user }) => (user === undefined ? undefined : href(homeHref(SEGMENT, user))),
});

const addressbookDescription = defineProperty({
  name: `{${CARDDAV}}addressbook-description`,
  spec: 'RFC 6352 section 6.2.1',
  on: [addressbook],
  inAllprop: false,
  read: stored(`{${CARDDAV}}addressbook-description`),
  accept: textOf,
});

const supportedAddressData = defineProperty({
  name: `{${CARDDAV}}supported-address-data`,
  spec: 'RFC 6352 section 6.2.2',
  on: [addressbook],
  inAllprop: false,
  read: () =>
    '<card:address-data-type content-type="text/vcard" version="3.0"/>' +
    '<card:address-data-type content-type="text/vcard" version="4.0"/>',
});

const maxResourceSize = defineProperty({
  name: `{${CARDDAV}}max-resource-size`,
  spec: 'RFC 6352 section 6.2.3',
  on: [addressbook],
  inAllprop: false,
  read: (_resource, { limits }) => String(limits.addressObject),
});

/** On everything that has a report with collations. */
const supportedCollationSet = defineProperty({
  name: `{${CARDDAV}}supported-collation-set`,
  spec: 'RFC 6352 section 8.3.1',
  on: [addressbook, addressObject],
  inAllprop: false,
  read: () =>
    ['i;ascii-casemap', 'i;unicode-casemap', 'i;octet']
      .map((name) => wrap(`{${CARDDAV}}supported-collation`, text(name)))
      .join(''),
});

/** All of them. */
export const properties: readonly LiveProperty[] = [
  addressbookHomeSet,
  addressbookHomeSetElsewhere,
  addressbookDescription,
  supportedAddressData,
  maxResourceSize,
  supportedCollationSet,
];
