/**
 * Synchronisation by tokens. RFC 6578.
 */
import type { Feature } from '../../dav/feature.ts';
import { numberOfMatchesWithinLimits, syncTraversalSupported, validSyncToken } from './preconditions.ts';
import { properties } from './properties.ts';
import { syncCollection } from './sync-collection.ts';

export { numberOfMatchesWithinLimits } from './preconditions.ts';

export function collectionSync(): Feature {
  return {
    name: 'collection-sync',
    specs: ['RFC 6578 section 3'],
    properties,
    reports: [syncCollection],
    preconditions: [validSyncToken, numberOfMatchesWithinLimits, syncTraversalSupported],
  };
}
