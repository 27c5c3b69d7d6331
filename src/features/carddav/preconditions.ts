/**
 * The preconditions of address books: of writes (RFC 6352 section 6.3.2.1) and of reports (RFC 6352 section 8.6).
 */
import { type AnyPrecondition, precondition } from '../../dav/errors.ts';
import { element, type XmlElement } from '../../formats/xml/element.ts';
import { CARDDAV, DAV } from '../../formats/xml/name.ts';

/** What is sent, or asked for, is neither vCard 3.0 or 4.0 nor jCard. */
export const supportedAddressData = precondition(`{${CARDDAV}}supported-address-data`, 403, 'RFC 6352 section 6.3.2.1');

/** A card cannot be given in the form that is asked for. It stands, with 415, in the response of that card: RFC 6352 section 8.7.2. */
export const supportedAddressDataConversion = precondition(
  `{${CARDDAV}}supported-address-data-conversion`,
  403,
  'RFC 6352 section 5.1.1.1',
);

/** The data are no vCard, or one that cannot be kept: the reason says where. */
export const validAddressData = precondition(`{${CARDDAV}}valid-address-data`, 403, 'RFC 6352 section 6.3.2.1');

/** The UID is another resource's, or the resource has another UID; the href says whose it is. */
export const noUidConflict = precondition<readonly [href: string]>(
  `{${CARDDAV}}no-uid-conflict`,
  409,
  'RFC 6352 section 6.3.2.1',
  (href) => [element(`{${DAV}}href`, href)],
);

/** The card is larger than CARDDAV:max-resource-size. */
export const maxResourceSize = precondition(`{${CARDDAV}}max-resource-size`, 403, 'RFC 6352 section 6.3.2.1');

/** An address book goes into address book homes only. */
export const addressbookCollectionLocationOk = precondition(
  `{${CARDDAV}}addressbook-collection-location-ok`,
  403,
  'RFC 6352 section 6.3.2.1',
);

/** The filter, or the part of it that is named, cannot be evaluated. */
export const supportedFilter = precondition<readonly XmlElement[]>(
  `{${CARDDAV}}supported-filter`,
  403,
  'RFC 6352 section 8.6',
  (...unsupported) => unsupported,
);

/** A text-match names a collation that is not in CARDDAV:supported-collation-set. RFC 6352 section 8.3. */
export const supportedCollation = precondition(`{${CARDDAV}}supported-collation`, 403, 'RFC 6352 section 8.6');

/** All of them. */
export const preconditions: readonly AnyPrecondition[] = [
  supportedAddressData,
  supportedAddressDataConversion,
  validAddressData,
  noUidConflict,
  maxResourceSize,
  addressbookCollectionLocationOk,
  supportedFilter,
  supportedCollation,
];
