/**
 * Address books. RFC 6352.
 */
import type { Feature } from '../../dav/feature.ts';
import { DAV } from '../../formats/xml/name.ts';
import { acceptAddressObject } from './accept-address-object.ts';
import { addressbookMultiget } from './addressbook-multiget.ts';
import { addressbookQuery } from './addressbook-query.ts';
import { addressbookCollectionLocationOk, preconditions } from './preconditions.ts';
import { properties, SEGMENT } from './properties.ts';
import { addressbook, addressbookHome, addressbookRoot, addressObject } from './resource-types.ts';

export { cardIn, parsedCard } from './formats.ts';
export { SEGMENT } from './properties.ts';
export { addressbook, addressbookHome } from './resource-types.ts';

/** The address book that every account has, and keeps. */
const DEFAULT = 'default';

/** Address book homes, address books and the reports on them. */
export function carddav(): Feature {
  return {
    name: 'carddav',
    specs: ['RFC 6352 section 6.1'],
    complianceTokens: ['addressbook'],
    resourceTypes: [addressbookRoot, addressbookHome, addressbook, addressObject],
    homes: [{ segment: SEGMENT, root: addressbookRoot, home: addressbookHome }],
    creatable: [
      { type: addressbook, within: [addressbookHome], defaults: {}, misplaced: addressbookCollectionLocationOk },
    ],
    provisions: [
      { segment: SEGMENT, name: DEFAULT, type: addressbook, properties: { [`{${DAV}}displayname`]: 'Contacts' } },
    ],
    properties,
    reports: [addressbookQuery, addressbookMultiget],
    preconditions,
    writeRules: [acceptAddressObject],
    keeps: [
      {
        type: addressbook,
        spec: 'behaviour: DELETE empties the default address book, which stays',
        onDelete: (name) => (name === DEFAULT ? 'empty' : 'remove'),
      },
    ],
  };
}
