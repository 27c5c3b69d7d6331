/**
 * Synchronisation by tokens. RFC 6578.
 */
import type { Feature } from '../../dav/feature.ts';
import { numberOfMatchesWithinLimits, syncTraversalSupported, validSyncToken } from './preconditions.ts';
import { properties } from './properties.ts';
import { syncCollection } from './sync-collection.ts';
import { syncToken } from './token.ts';

export { numberOfMatchesWithinLimits } from './preconditions.ts';

/** The feature. RFC 6578. */
export function collectionSync(): Feature {
  return {
    name: 'collection-sync',
    specs: ['RFC 6578 section 3'],
    properties,
    reports: [syncCollection],
    preconditions: [validSyncToken, numberOfMatchesWithinLimits, syncTraversalSupported],
    stateTokens: [{ spec: 'RFC 6578 section 5', of: (collection, { epoch }) => syncToken(epoch, collection) }],
  };
}
