/**
 * The properties of address books, and the one by which a principal's are found. RFC 6352 section 6.2, RFC 6352 section 7.1.
 */
import { homeHref } from '../../dav/locate.ts';
import { defineProperty, href, type LiveProperty, stored, text, wrap } from '../../dav/property.ts';
import { JCARD } from '../../formats/vcard/jcard.ts';
import { childOf, textOf } from '../../formats/xml/element.ts';
import { CALENDARSERVER, CARDDAV, DAV, type XmlName } from '../../formats/xml/name.ts';
import { readXml } from '../../formats/xml/read.ts';
import { type AccountId, NO_COLLECTION } from '../../store/records.ts';
import type { ReadTransaction } from '../../store/store.ts';
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

/** The card that clients of the user have named as theirs. Nobody else could read it. */
const principalAddress = defineProperty({
  name: `{${CARDDAV}}principal-address`,
  spec: 'RFC 6352 section 7.1.2',
  on: [principal],
  inAllprop: false,
  readMany: (principals, { user }, tx) =>
    Promise.all(principals.map(({ owner }) => (owner.id === user?.id ? ownCard(owner.id, tx) : undefined))),
});

const ME_CARD: XmlName = `{${CALENDARSERVER}}me-card`;

/** The href in CS:me-card, which lies with the home as the client sent it. */
async function ownCard(account: AccountId, tx: ReadTransaction): Promise<string | undefined> {
  const home = await tx.collections.child(account, NO_COLLECTION, SEGMENT);
  const written = home?.properties[ME_CARD];
  const named = written === undefined ? undefined : childOf(readXml(written), `{${DAV}}href`);
  return named === undefined ? undefined : href(textOf(named).trim());
}

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
    '<card:address-data-type content-type="text/vcard" version="4.0"/>' +
    `<card:address-data-type content-type="${JCARD}" version="4.0"/>`,
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
  principalAddress,
  addressbookDescription,
  supportedAddressData,
  maxResourceSize,
  supportedCollationSet,
];
