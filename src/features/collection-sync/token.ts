/**
 * Sync tokens: a URI that names the store's past, a collection, and how far a client has come with it and, where it follows those below
 * too, with each of them. RFC 6578 section 4.
 *
 *     data:,k3x9-1-4-17                       collection 4 of account 1, up to revision 17
 *     data:,k3x9-1-4-17;5.2a.Xq1_0z;6.9.aB3xyz  the same, and collections 5 and 6 below up to 2a and 9 in base 36, each where it lay
 *     data:,k3x9-1-4-10.17                    in the midst of a first sync, which began at revision 17 and has come to 10
 */
import { createHash } from 'node:crypto';
import type { CollectionId, CollectionKey, CollectionOutline, CollectionRecord } from '../../store/records.ts';
import { collectionId } from '../../store/records.ts';

/** How far a client has come with one collection. */
export interface Progress {
  /** It has every member as of this revision. */
  readonly members: number;
  /** It needs no removal up to this one: more than `members` while a first sync is under way. */
  readonly removals: number;
}

/** The same for a collection below. */
export interface ProgressBelow extends Progress {
  readonly id: CollectionId;
  /** As `placeOf` says: what a client knows of a collection is worth nothing when that lies elsewhere now. */
  readonly place: string;
}

/** What a token says. */
export interface SyncState {
  readonly own: Progress;
  /** Absent when the client follows the collection alone. */
  readonly below: readonly ProgressBelow[] | undefined;
}

/** The token of a collection by itself, as it is now: the value of the property. */
export function syncToken(epoch: string, collection: CollectionRecord): string {
  return `${prefixOf(epoch, collection)}${collection.revision}`;
}

/** The token of a state. */
export function tokenOf(epoch: string, key: CollectionKey, { own, below }: SyncState): string {
  const rest = below?.map((one) => `${one.id.toString(36)}.${written(one, 36)}.${one.place}`);
  return `${prefixOf(epoch, key)}${written(own, 10)}${rest === undefined ? '' : `;${rest.join(';')}`}`;
}

/** What a token says; undefined for one of another collection, too old, from another past, or from the future. */
export function stateIn(token: string, epoch: string, collection: CollectionRecord): SyncState | undefined {
  const prefix = prefixOf(epoch, collection);
  if (!token.startsWith(prefix) || token.length > LONGEST) return undefined;
  const [first = '', ...rest] = token.slice(prefix.length).split(';');
  const found = /^(\d{1,15})(?:\.(\d{1,15}))?$/.exec(first);
  if (found === null) return undefined;
  const own = progress(found[1], found[2], 10);
  if (!isUsable(own, collection)) return undefined;
  if (rest.length === 0) return { own, below: undefined };
  const below: ProgressBelow[] = [];
  for (const entry of rest) {
    if (entry === '') continue;
    const parts = /^([0-9a-z]{1,10})\.([0-9a-z]{1,10})(?:\.([0-9a-z]{1,10}))?\.([\w-]{6})$/.exec(entry);
    if (parts === null) return undefined;
    const [, id = '', members, removals, place = ''] = parts;
    below.push({ id: collectionId(Number.parseInt(id, 36)), place, ...progress(members, removals, 36) });
  }
  return { own, below };
}

/** Whether the changes since are all known: tombstones are pruned, and no revision is to come. */
export function isUsable({ members, removals }: Progress, { revision, prunedTo }: CollectionOutline): boolean {
  return members <= revision && removals <= revision && removals >= prunedTo;
}

/** Names a path below the collection that is synchronised, in six characters. */
export function placeOf(path: readonly string[]): string {
  return createHash('sha256').update(path.join('/')).digest('base64url').slice(0, 6);
}

/** Characters of a token: room for thousands of collections. */
const LONGEST = 128 * 1024;

function prefixOf(epoch: string, { account, id }: CollectionKey): string {
  return `data:,${epoch}-${account}-${id}-`;
}

function written({ members, removals }: Progress, radix: 10 | 36): string {
  const first = members.toString(radix);
  return removals === members ? first : `${first}.${removals.toString(radix)}`;
}

function progress(members: string | undefined, removals: string | undefined, radix: 10 | 36): Progress {
  const reached = Number.parseInt(members ?? '0', radix);
  return { members: reached, removals: removals === undefined ? reached : Number.parseInt(removals, radix) };
}
