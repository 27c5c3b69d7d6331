/**
 * Sync tokens: a URI that names the store's past, the collection and a revision. RFC 6578 section 4.
 */
import type { CollectionRecord } from '../../store/records.ts';

/** `data:,k3x9-1-4-17`: opaque to clients. */
export function syncToken(epoch: string, collection: CollectionRecord, revision: number = collection.revision): string {
  return `data:,${epoch}-${collection.account}-${collection.id}-${revision}`;
}

/** The revision in a token of this collection; undefined for any other token, one too old, and one from the future. */
export function revisionIn(token: string, epoch: string, collection: CollectionRecord): number | undefined {
  const prefix = `data:,${epoch}-${collection.account}-${collection.id}-`;
  const digits = token.startsWith(prefix) ? token.slice(prefix.length) : '';
  if (!/^(0|[1-9]\d{0,14})$/.test(digits)) return undefined;
  const revision = Number(digits);
  return revision <= collection.revision && revision >= collection.prunedTo ? revision : undefined;
}
