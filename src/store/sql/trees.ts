/**
 * A collection with all collections below it: listed, locked and removed, at any depth, by statements whose number does not grow with it.
 */
import type { AccountId, CollectionId, CollectionKey, CollectionRecord, Origin } from '../records.ts';
import { collectionId } from '../records.ts';
import type { CollectionReader } from '../store.ts';
import { leaveAttachments } from './attachments.ts';
import type { Links } from './contents.ts';
import { unlinkAll } from './contents.ts';
import type { Dialect, Session } from './database.ts';
import { perDialect, statement } from './database.ts';
import { endObjects } from './history.ts';
import { removeLocksIn } from './locks.ts';
import type { Locks } from './revisions.ts';
import { holds } from './revisions.ts';
import type { CollectionRow } from './rows.ts';
import { COLLECTION_COLUMNS, collectionRecord, OUTLINE_COLUMNS } from './rows.ts';
import { addOctets } from './usage.ts';

/** Cross joins: SQLite takes them in the order in which they are written. */
const TREE = `with recursive tree (id, depth) as (
     select c.id, 1 from collection c where c.account_id = $1 and c.parent = $2
     union all
     select c.id, t.depth + 1 from tree t cross join collection c where c.account_id = $1 and c.parent = t.id)`;
/**
 * The rows of a tree, in one walk through those of the account: SQLite reads rows whole that it passes while it seeks one by its key, and
 * properties make them long. The plus keeps it from seeking.
 */
const OF_TREE = 'from collection c where c.account_id = $1 and +c.id in (select t.id from tree t)';
const below = (columns: string) =>
  statement<CollectionRow>(`${TREE} select ${columns} ${OF_TREE} order by c.id limit $3`);
const BELOW = below(COLLECTION_COLUMNS);
const OUTLINE = below(OUTLINE_COLUMNS);
const COUNT = statement<[number]>(`${TREE} select count(*) from tree`);
const COUNT_OBJECTS = statement<[number]>(
  `${TREE} select cast(coalesce(sum(c.objects), 0) + coalesce((select own.objects from collection own
     where own.account_id = $1 and own.id = $2), 0) as bigint) ${OF_TREE}`,
);
const IDS = statement<[number]>(`${TREE} select t.id from tree t`);

/** Reads what lies below collections through a session. */
export function treeReader(
  session: Session,
): Pick<CollectionReader, 'below' | 'outline' | 'countBelow' | 'countObjectsBelow'> {
  return {
    async below(key, limit) {
      return (await session.all(BELOW, [key.account, key.id, limit + 1])).map(collectionRecord);
    },
    async outline(key, limit) {
      return (await session.all(OUTLINE, [key.account, key.id, limit + 1])).map(collectionRecord);
    },
    async countBelow(key) {
      return (await session.one(COUNT, [key.account, key.id]))?.[0] ?? 0;
    },
    async countObjectsBelow(key) {
      return (await session.one(COUNT_OBJECTS, [key.account, key.id]))?.[0] ?? 0;
    },
  };
}

const locking = perDialect(({ lockRow }) => ({
  /** The deepest first: who writes in a collection locks it, then its parent. */
  below: statement<[number, number]>(
    `${TREE} select c.id, t.depth from tree t cross join collection c where c.account_id = $1 and c.id = t.id
     order by t.depth desc, c.id ${lockRow}`,
  ),
  one: statement<CollectionRow>(
    `select ${COLLECTION_COLUMNS} from collection c where c.account_id = $1 and c.id = $2 ${lockRow}`,
  ),
}));

/** Locks the collection's row. */
export async function lockCollection(
  session: Session,
  locks: Locks,
  key: CollectionKey,
): Promise<CollectionRecord | undefined> {
  const row = await session.one(locking(session.dialect).one, [key.account, key.id]);
  if (row === undefined) return undefined;
  holds(locks, key);
  return collectionRecord(row);
}

/** Locks the rows of all collections below, then its own. */
export async function lockTree(
  session: Session,
  locks: Locks,
  key: CollectionKey,
): Promise<CollectionRecord | undefined> {
  if (session.dialect.lockRow === '') return await lockCollection(session, locks, key);
  const { account } = key;
  const sought = locking(session.dialect).below;
  const locked = new Set<number>();
  for (;;) {
    // The second time because something may have been added until the row above it was locked.
    const [found, record, again] = await Promise.all([
      session.all(sought, [account, key.id]),
      lockCollection(session, locks, key),
      session.all(sought, [account, key.id]),
    ]);
    for (const [id] of found) locked.add(id);
    if (record === undefined) return undefined;
    if (again.every(([id]) => locked.has(id))) {
      for (const id of locked) holds(locks, { account, id: collectionId(id) });
      return record;
    }
  }
}

/** What lies in collections besides their rows. */
const inCollections = perDialect(({ isIn }: Dialect) => ({
  octets: statement<[number]>(
    `select cast(coalesce(sum(o.size), 0) as bigint) from object o
     where o.account_id = $1 and ${isIn('o.coll', '$2', 'bigint')}`,
  ),
  links: statement<Links>(
    `select o.content, count(*) from object o
     where o.account_id = $1 and ${isIn('o.coll', '$2', 'bigint')} and o.content is not null group by o.content`,
  ),
  contents: ['object_gram', 'object_text', 'body', 'object'].map((table) =>
    statement(`delete from ${table} where account_id = $1 and ${isIn('coll', '$2', 'bigint')}`),
  ),
  remains: [
    ...['tombstone', 'access_grant'].map((table) =>
      statement(`delete from ${table} where account_id = $1 and ${isIn('coll', '$2', 'bigint')}`),
    ),
    statement(`delete from collection where account_id = $1 and ${isIn('id', '$2', 'bigint')}`),
  ],
}));

/**
 * The objects of these collections become former versions and go, with their locks and the collections' own. Nothing is raised.
 * @param ended the revision at which they end, counted from their collection's
 */
async function removeObjects(
  session: Session,
  origin: Origin,
  locks: Locks,
  { account, ids }: { readonly account: AccountId; readonly ids: readonly CollectionId[] },
  ended: number,
): Promise<void> {
  const { octets, links, contents } = inCollections(session.dialect);
  const list = session.list(ids);
  const [sum, linked] = await Promise.all([
    session.one(octets, [account, list]),
    session.all(links, [account, list]),
    endObjects(session, origin, account, list, ended),
    ...contents.map((each) => session.run(each, [account, list])),
    removeLocksIn(session, account, list),
  ]);
  await unlinkAll(session, account, linked, origin.at);
  const attachments = await leaveAttachments(session, account, ids, origin.at);
  await addOctets(session, locks, account, attachments - (sum?.[0] ?? 0), undefined);
}

/** Removes all objects of one collection, whose revision rises by `ended` then. */
export function emptyCollection(
  session: Session,
  origin: Origin,
  locks: Locks,
  key: CollectionKey,
  ended: number,
): Promise<void> {
  return removeObjects(session, origin, locks, { account: key.account, ids: [key.id] }, ended);
}

/** The collection and all below, in no order. */
async function treeOf(session: Session, key: CollectionKey): Promise<readonly CollectionId[]> {
  const rows = await session.all(IDS, [key.account, key.id]);
  return [key.id, ...rows.map(([id]) => collectionId(id))];
}

/** Removes a locked tree. Nothing is raised here: the collections go. */
export async function removeTree(session: Session, origin: Origin, locks: Locks, key: CollectionKey): Promise<void> {
  const { account } = key;
  const ids = await treeOf(session, key);
  await removeObjects(session, origin, locks, { account, ids }, 1);
  const list = session.list(ids);
  await Promise.all(inCollections(session.dialect).remains.map((each) => session.run(each, [account, list])));
}

/** Ends the locks on the collection and on everything below it. */
export async function removeLocksBelow(session: Session, key: CollectionKey): Promise<void> {
  const ids = await treeOf(session, key);
  await removeLocksIn(session, key.account, session.list(ids));
}
