/**
 * How deep collections may lie within each other: every member must have a URL that `splitPath` takes apart, and what walks up or down
 * must come to an end.
 */
import { DavError } from './errors.ts';
import { segmentsOf } from './locate.ts';
import type { CollectionResource } from './resource.ts';

/** Collections within each other below a home. With a home, an account and a member a path has three segments more. */
export const MOST_LEVELS = 24;

/**
 * Whether a tree of collections so high can lie in this one; a single collection is 1 high.
 * @throws DavError 403
 */
export function requireShallow(parent: CollectionResource, height = 1): void {
  if (segmentsOf(parent).length - 1 + height <= MOST_LEVELS) return;
  throw new DavError(
    403,
    `collections lie at most ${MOST_LEVELS} deep within each other; ${parent.href} is too deep for it`,
  );
}
