/**
 * The addressbook-query report. Without a Depth header it means 1, as those who leave it out mean it. RFC 6352 section 8.6.
 */
import { DavError } from '../../dav/errors.ts';
import { multistatus } from '../../dav/multistatus.ts';
import { propertyReader, requestedProperties } from '../../dav/properties.ts';
import { queryPages } from '../../dav/query.ts';
import type { Report } from '../../dav/report.ts';
import { parseDepth } from '../../formats/http/headers.ts';
import { childOf, textOf, type XmlElement } from '../../formats/xml/element.ts';
import { CARDDAV } from '../../formats/xml/name.ts';
import type { StoredObject } from '../../store/records.ts';
import { numberOfMatchesWithinLimits } from '../collection-sync/index.ts';
import { addressDataProperty, cardReader, readAddressData, withConversions } from './address-data.ts';
import { EVERYTHING, readFilter } from './filter.ts';
import { matchesFilter } from './filter-match.ts';
import { prefilterOf } from './prefilter.ts';
import { addressbook, addressObject } from './resource-types.ts';

/** On address books, and on cards: there it says whether the card matches. */
export const addressbookQuery: Report = {
  name: `{${CARDDAV}}addressbook-query`,
  spec: 'RFC 6352 section 8.6',
  on: [addressbook, addressObject],
  privilege: '{DAV:}read',
  async run(body, at, context, request) {
    if (at.shape !== 'collection' && at.shape !== 'object') throw new DavError(403, `${at.href} holds no cards`);
    const depth = parseDepth(request.headers.depth) ?? 1;
    const data = readAddressData(body);
    const written = childOf(body, `{${CARDDAV}}filter`);
    const filter = written === undefined ? EVERYTHING : readFilter(written);
    const limit = limitIn(body);
    const cardOf = cardReader();
    const minimal = context.preferences.return === 'minimal';
    const reader = propertyReader(requestedProperties(body), context, minimal, addressDataProperty(data, cardOf));
    const matches = (object: StoredObject): boolean => {
      const card = cardOf(object);
      return card !== undefined && matchesFilter(card, filter);
    };
    const pieces = queryPages({
      at,
      depth,
      prefilter: prefilterOf(filter),
      ...(filter.properties.length === 0 ? {} : { matches }),
      bytes: data !== undefined,
      limit,
      truncated: numberOfMatchesWithinLimits('there is more').condition,
      responder: withConversions(reader, data, cardOf, context),
      context,
    });
    return multistatus(context.catalogue, pieces);
  },
};

/** RFC 6352 section 10.6 */
function limitIn(body: XmlElement): number | undefined {
  const limit = childOf(body, `{${CARDDAV}}limit`);
  const results = limit === undefined ? undefined : childOf(limit, `{${CARDDAV}}nresults`);
  if (results === undefined) return undefined;
  const digits = textOf(results).trim();
  if (!/^\d{1,15}$/.test(digits)) throw new DavError(400, `nresults is a number, not ${digits.slice(0, 100)}`);
  return Number(digits);
}
