/**
 * What one sync-collection report is about: the collection, and with sync-level infinite those below it, each with what the client has of
 * it. All are read in one snapshot, which is the state that the answer leads to. RFC 6578 section 3.3.
 */
import { DavError } from '../../dav/errors.ts';
import { memberCollection } from '../../dav/locate.ts';
import { holdsCollections } from '../../dav/member-now.ts';
import type { Context } from '../../dav/method.ts';
import type { CollectionResource } from '../../dav/resource.ts';
import type { CollectionId, CollectionOutline } from '../../store/records.ts';
import type { ReadTransaction } from '../../store/store.ts';
import { validSyncToken } from './preconditions.ts';
import { isUsable, type Progress, type ProgressBelow, placeOf, type SyncState, stateIn } from './token.ts';

export type Level = '1' | 'infinite';

/** One collection whose members are reported. */
export interface Part {
  /** As it was when the report began: its revision is where the answer ends. */
  readonly at: CollectionResource;
  readonly from: Progress;
  readonly place: string;
}

/** What a report is about. */
export interface Scope {
  /** The collection of the request's URL first, each before those in it. */
  readonly parts: readonly [Part, ...Part[]];
  /** Whether members of member collections are reported, at any depth. */
  readonly traverses: boolean;
  /** What the client's token says of collections below. */
  readonly known: readonly ProgressBelow[] | undefined;
}

/** @throws DavError 404, PreconditionViolated DAV:valid-sync-token */
export function scopeOf(at: CollectionResource, level: Level, token: string, context: Context): Promise<Scope> {
  return context.store.read(async (tx) => {
    const collection = await tx.collections.get(at.collection);
    if (collection === undefined) throw new DavError(404, `there is nothing at ${at.href}`);
    const state = token === '' ? undefined : stateIn(token, context.epoch, collection);
    if (state === undefined && token !== '') throw refused();
    const from = state?.own ?? nothing(collection);
    const alone: Scope = {
      parts: [{ at: { ...at, collection }, from, place: '' }],
      traverses: false,
      known: state?.below,
    };
    if (level === '1') return alone;
    return (await withThoseBelow(alone, state, context, tx)) ?? alone;
  });
}

/** Undefined when there are too many. */
async function withThoseBelow(
  { parts: [own] }: Scope,
  state: SyncState | undefined,
  context: Context,
  tx: ReadTransaction,
): Promise<Scope | undefined> {
  if (!mayHoldCollections(own.at, context)) return { parts: [own], traverses: true, known: undefined };
  const most = context.limits.followed;
  const below = await tx.collections.outline(own.at.collection, most);
  if (below.length > most) {
    if (state?.below !== undefined) throw refused();
    return undefined;
  }
  // Who has a token of this collection alone may have seen something below elsewhere, and nobody knows what.
  if (state !== undefined && state.below === undefined && below.length > 0) throw refused();
  const known = state?.below ?? [];
  const parts: [Part, ...Part[]] = [own];
  const inside = Map.groupBy(below, (one) => one.parent);
  const visit = (parent: CollectionResource, path: readonly string[]): void => {
    for (const record of inside.get(parent.collection.id) ?? []) {
      // A collection of somebody else has a token of its own, at its own URL.
      if (record.target !== undefined) continue;
      // Its properties come with its parent's changes, when they are asked for.
      const at = memberCollection(context.catalogue, parent, { ...record, properties: {} });
      if (!at.privileges.has('{DAV:}read')) continue;
      const there = [...path, record.name];
      const place = placeOf(there);
      const from = state === undefined ? nothing(record) : progressIn(record, place, known);
      if (from === undefined) throw refused();
      parts.push({ at, from, place });
      visit(at, there);
    }
  };
  visit(own.at, []);
  return { parts, traverses: true, known };
}

/** Whether it can hold collections, and perhaps objects besides: a home holds those that the server makes. */
export function mayHoldCollections({ type, parent }: CollectionResource, { catalogue }: Context): boolean {
  return parent === undefined || holdsCollections(type, catalogue);
}

/** A first sync: what is there, and no removals but later ones. RFC 6578 section 3.4. */
function nothing({ revision }: CollectionOutline): Progress {
  return { members: 0, removals: revision };
}

/**
 * What the client has of a collection below. One that it has not, or had elsewhere, is reported with all its members, and with the removals
 * that it may have missed. Undefined when nobody knows all that it must be told: tombstones are pruned; or another collection lay here,
 * whose members it still has. RFC 6578 section 3.5.2.
 */
function progressIn(record: CollectionOutline, place: string, known: readonly ProgressBelow[]): Progress | undefined {
  let elsewhere = 0;
  let replaces = false;
  for (const one of known) {
    if (one.id !== record.id) replaces ||= one.place === place;
    else if (one.place === place) return isUsable(one, record) ? one : undefined;
    else elsewhere = Math.max(elsewhere, one.removals);
  }
  const from = { members: 0, removals: elsewhere };
  return replaces || !isUsable(from, record) ? undefined : from;
}

/** The client begins anew. RFC 6578 section 3.2. */
export function refused(): DavError {
  return validSyncToken('the sync token is not, or no longer, one of this collection; begin with an empty one');
}

/** What the client has after an answer: of each part what `progressOf` says. `isWhole` when nothing is left to tell. */
export function stateAfter(scope: Scope, progressOf: (part: number) => Progress, isWhole: boolean): SyncState {
  const { parts, traverses, known } = scope;
  const own = progressOf(0);
  if (!traverses) return { own, below: known };
  if (known === undefined) return { own, below: undefined };
  const below: ProgressBelow[] = parts.slice(1).map(({ at, place }, i) => {
    return { id: at.collection.id, place, ...progressOf(i + 1) };
  });
  if (isWhole) return { own, below };
  // What went from its place is remembered until the client has been told so.
  const present = new Set(below.map(keyOf));
  return { own, below: [...below, ...known.filter((one) => !present.has(keyOf(one)))] };
}

function keyOf({ id, place }: { readonly id: CollectionId; readonly place: string }): string {
  return `${id} ${place}`;
}
