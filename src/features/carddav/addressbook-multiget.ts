/**
 * The addressbook-multiget report. Depth does not matter: the hrefs say what is meant. RFC 6352 section 8.7.
 */
import { DavError } from '../../dav/errors.ts';
import { multiget, parseHrefs } from '../../dav/multiget.ts';
import { multistatus } from '../../dav/multistatus.ts';
import { propertyReader, requestedProperties } from '../../dav/properties.ts';
import type { Report } from '../../dav/report.ts';
import { CARDDAV } from '../../formats/xml/name.ts';
import { addressDataProperty, cardReader, readAddressData, withConversions } from './address-data.ts';
import { addressbook, addressObject } from './resource-types.ts';

/** On address books, and on cards: there it answers for the card. */
export const addressbookMultiget: Report = {
  name: `{${CARDDAV}}addressbook-multiget`,
  spec: 'RFC 6352 section 8.7',
  on: [addressbook, addressObject],
  privilege: '{DAV:}read',
  async run(body, at, context, { origin }) {
    if (at.shape !== 'collection' && at.shape !== 'object') throw new DavError(403, `${at.href} holds no cards`);
    const data = readAddressData(body);
    const hrefs = parseHrefs(body, context.limits.hrefs);
    const cardOf = cardReader();
    const minimal = context.preferences.return === 'minimal';
    const extras = addressDataProperty(data, cardOf);
    const reader = propertyReader(requestedProperties(body), context, minimal, extras);
    const bytes = data !== undefined;
    const responder = withConversions(reader, data, cardOf, context);
    return multistatus(context.catalogue, multiget({ at, hrefs, origin, bytes, responder, context }));
  },
};
