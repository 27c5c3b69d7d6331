/**
 * Preconditions of synchronisation. RFC 6578 section 3.2.
 */
import { precondition } from '../../dav/errors.ts';
import { DAV } from '../../formats/xml/name.ts';

/** The token is not one of this collection, or too old, or from a past that a restore undid: the client begins anew. */
export const validSyncToken = precondition(`{${DAV}}valid-sync-token`, 403, 'RFC 6578 section 3.2');

/** The answer ends here; there is more. */
export const numberOfMatchesWithinLimits = precondition(
  `{${DAV}}number-of-matches-within-limits`,
  507,
  'RFC 6578 section 3.2',
);

/** Members of this member are not in the answer; they are synchronised at their own URL. */
export const syncTraversalSupported = precondition(`{${DAV}}sync-traversal-supported`, 403, 'RFC 6578 section 3.3');
