/**
 * Mounts: rows in somebody's home that list a collection of another account, read for many at once. A mount gives nothing: what may be done
 * with its target is said where that lies (decision 0020). RFC 5842 section 2.1.
 */
import type { Account, AccountId, CollectionId, CollectionKey, CollectionRecord } from '../store/records.ts';
import { NO_COLLECTION } from '../store/records.ts';
import type { ReadTransaction } from '../store/store.ts';
import type { Catalogue } from './catalogue.ts';
import type { Relation } from './privilege.ts';
import { relationsTo } from './relation.ts';

/** The kind of a mount's row. No feature declares such a type: what is found is the target. */
export const MOUNT_KIND = 'mount';

/** What a mount leads to. */
export interface Target {
  readonly owner: Account;
  /** From the owner's home to the collection. */
  readonly way: readonly CollectionRecord[];
  /** What the user is to the owner. */
  readonly relation: Relation;
}

/** Collections between a target and its home. */
const DEEPEST = 32;

/**
 * Where these mounts lead, by their numbers; those that lead nowhere are left out. Five queries and one for each level at which targets
 * lie, however many mounts there are; none when there are none.
 */
export async function targetsOf(
  mounts: readonly CollectionRecord[],
  user: Account,
  catalogue: Catalogue,
  tx: ReadTransaction,
): Promise<ReadonlyMap<CollectionId, Target>> {
  const found = new Map<CollectionId, Target>();
  const keys = mounts.flatMap(({ target }) => (target === undefined ? [] : [target]));
  if (keys.length === 0) return found;
  const owners = await tx.directory.accounts([...new Set(keys.map(({ account }) => account))]);
  const [relations, ways] = await Promise.all([relationsTo(owners, user, catalogue, tx), waysTo(keys, tx)]);
  const byId = new Map<AccountId, Account>(owners.map((one) => [one.id, one]));
  for (const { id, target } of mounts) {
    if (target === undefined) continue;
    const [owner, relation, way] = [byId.get(target.account), relations.get(target.account), ways.get(nameOf(target))];
    if (owner !== undefined && relation !== undefined && way !== undefined) found.set(id, { owner, way, relation });
  }
  return found;
}

/** The collections from a home to each of these; without those that are gone, and those that are mounts themselves. */
async function waysTo(
  keys: readonly CollectionKey[],
  tx: ReadTransaction,
): Promise<ReadonlyMap<string, readonly CollectionRecord[]>> {
  const known = new Map<string, CollectionRecord>();
  let missing: readonly CollectionKey[] = keys;
  for (let level = 0; missing.length > 0 && level < DEEPEST; level += 1) {
    const read = await tx.collections.getAll(missing);
    for (const one of read) known.set(nameOf(one), one);
    const parents = read.map(({ account, parent }): CollectionKey => ({ account, id: parent }));
    missing = parents.filter((one) => one.id !== NO_COLLECTION && !known.has(nameOf(one)));
  }
  const ways = new Map<string, readonly CollectionRecord[]>();
  for (const key of keys) {
    const way = wayIn(known, key);
    if (way !== undefined) ways.set(nameOf(key), way);
  }
  return ways;
}

function wayIn(known: ReadonlyMap<string, CollectionRecord>, key: CollectionKey): CollectionRecord[] | undefined {
  const way: CollectionRecord[] = [];
  for (let id = key.id; id !== NO_COLLECTION; ) {
    const record = known.get(nameOf({ account: key.account, id }));
    if (record === undefined || record.target !== undefined || way.length >= DEEPEST) return undefined;
    way.unshift(record);
    id = record.parent;
  }
  return way;
}

function nameOf({ account, id }: CollectionKey): string {
  return `${account}/${id}`;
}
