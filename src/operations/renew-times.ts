/**
 * Makes anew, a few objects at a time, what the index says of times that a former version of the program wrote: such objects are found, but
 * read more often than they must be. A mark in the store says how far that has come, so that it goes on after a kill; where several programs
 * do so at once, each does what it does twice. docs/decisions/0007-the-time-index.md
 */
import type { WriteRule } from '../dav/write-rule.ts';
import type { RenewedTimes, RenewMark } from '../store/indexed.ts';
import type { CollectionRecord, StoredObject } from '../store/records.ts';
import { accountId, collectionId } from '../store/records.ts';
import type { ReadTransaction } from '../store/store.ts';
import type { Administration } from './administration.ts';
import { chunkAfter } from './object-chunks.ts';
import { writeRuleOf } from './write-rule-of.ts';

/** So many objects are read and written together: requests wait for no more. */
const SOME = 50;

/** The next objects, and where they end. */
interface Stretch {
  readonly from: RenewMark;
  /** Undefined after the last collection. */
  readonly to: RenewMark | undefined;
  readonly collection: CollectionRecord | undefined;
  readonly rule: WriteRule | undefined;
  readonly objects: readonly StoredObject[];
}

/** Goes on from the mark; false when nothing is left to be done. */
export async function renewSomeTimes(admin: Administration): Promise<boolean> {
  const stretch = await admin.store.read((tx) => nextStretch(admin, tx));
  if (stretch === undefined) return false;
  const { from, to, collection, rule, objects } = stretch;
  const renewed = objects.flatMap(({ name, revision, data }): readonly RenewedTimes[] => {
    const times = rule?.times?.(data);
    // What cannot be read stays as it is, and is found always.
    return times === undefined ? [] : [{ name, revision, times }];
  });
  await admin.store.write(admin.origin(), async (tx) => {
    // In the order of whoever removes it with all its objects.
    const isThere = collection !== undefined && (await tx.collections.lock(collection)) !== undefined;
    if (isThere && renewed.length > 0) await tx.index.renewTimes(collection, renewed);
    await tx.index.renewed(from, to);
  });
  return to !== undefined;
}

async function nextStretch({ catalogue }: Administration, tx: ReadTransaction): Promise<Stretch | undefined> {
  const from = await tx.index.renewedTo();
  if (from === undefined) return undefined;
  const key = { account: accountId(from.account), id: collectionId(from.collection) };
  const collection = await tx.collections.get(key);
  const rule = collection && writeRuleOf(catalogue, collection);
  if (collection !== undefined && rule?.times !== undefined) {
    const objects = await chunkAfter(tx, collection, from.name, SOME);
    const last = objects.at(-1);
    if (last !== undefined) return { from, to: { ...from, name: last.name }, collection, rule, objects };
  }
  const next = await nextWithTimes(catalogue, tx, from);
  return { from, to: next, collection: undefined, rule: undefined, objects: [] };
}

/** Collections that are passed over in one read. */
const PASSED = 200;

/** The beginning of the next collection whose objects have times, or of one on the way there. */
async function nextWithTimes(
  catalogue: Administration['catalogue'],
  tx: ReadTransaction,
  from: RenewMark,
): Promise<RenewMark | undefined> {
  let at = from;
  for (let passed = 0; passed < PASSED; passed++) {
    const next = await tx.index.collectionAfter(at);
    if (next === undefined) return undefined;
    at = { account: next.account, collection: next.id, name: '' };
    if (writeRuleOf(catalogue, next)?.times !== undefined) return at;
  }
  return at;
}
