/**
 * Collections: homes, calendars, address books, found by their path, with their revisions.
 */
import type { AccountId, CollectionId, CollectionKey, CollectionRecord, Origin } from '../records.ts';
import { collectionId, NO_COLLECTION } from '../records.ts';
import type { CollectionReader, CollectionWriter } from '../store.ts';
import { NameTaken } from '../store.ts';
import type { Session } from './database.ts';
import { perDialect, statement, storable } from './database.ts';
import { removeLocks, removeLocksIn } from './locks.ts';
import { lockAccount, nextNumber } from './numbers.ts';
import type { Locks } from './revisions.ts';
import { lockOnce, raiseParent } from './revisions.ts';
import type { CollectionRow } from './rows.ts';
import { COLLECTION_COLUMNS, collectionRecord, writeProperties } from './rows.ts';
import { bury, buryObjects, unbury } from './tombstones.ts';
import { emptyCollection, lockCollection, lockTree, removeLocksBelow, removeTree, treeReader } from './trees.ts';

const GET = statement<CollectionRow>(
  `select ${COLLECTION_COLUMNS} from collection c where c.account_id = $1 and c.id = $2`,
);
const CHILD = statement<CollectionRow>(
  `select ${COLLECTION_COLUMNS} from collection c where c.account_id = $1 and c.parent = $2 and c.name = $3`,
);
/** No join: SQLite plans a join anew with each new parameter, which costs five times its run. */
const HOME_AND_CHILD = statement<CollectionRow>(
  `select ${COLLECTION_COLUMNS} from collection c where c.account_id = $1 and c.parent = 0 and c.name = $2
   union all
   select ${COLLECTION_COLUMNS} from collection c where c.account_id = $1 and c.name = $3
   and c.parent = (select h.id from collection h where h.account_id = $1 and h.parent = 0 and h.name = $2)`,
);
const IN = statement<CollectionRow>(
  `select ${COLLECTION_COLUMNS} from collection c where c.account_id = $1 and c.parent = $2 order by c.id`,
);
const PAGE = statement<CollectionRow>(
  `select ${COLLECTION_COLUMNS} from collection c where c.account_id = $1 and c.parent = $2 and c.id > $3
   order by c.id limit $4`,
);
/** Each key as two numbers of sixteen figures, so that a list of pairs is one of texts. */
const getAll = perDialect(({ each }) =>
  statement<CollectionRow>(
    `select ${COLLECTION_COLUMNS} from ${each('$1', 'text')} cross join collection c
     where c.account_id = cast(substr(value, 1, 16) as bigint) and c.id = cast(substr(value, 17) as bigint)`,
  ),
);
const COUNT = statement<[number]>('select objects from collection where account_id = $1 and id = $2');

/** The member of that name. */
async function child(session: Session, account: AccountId, parent: CollectionId, name: string) {
  const row = await session.one(CHILD, [account, parent, storable(name)]);
  return row === undefined ? undefined : collectionRecord(row);
}

async function along(session: Session, account: AccountId, path: readonly string[]) {
  const found: CollectionRecord[] = [];
  const [home, member] = path;
  if (home === undefined) return found;
  if (member !== undefined) {
    const rows = await session.all(HOME_AND_CHILD, [account, storable(home), storable(member)]);
    for (const row of rows) found.push(collectionRecord(row));
    // Neither engine promises the order of a union.
    if (found[0]?.parent !== NO_COLLECTION) found.reverse();
    if (found.length < 2) return found;
  }
  for (let at = found.length; at < path.length; at += 1) {
    const next = await child(session, account, found.at(-1)?.id ?? NO_COLLECTION, path[at] ?? '');
    if (next === undefined) return found;
    found.push(next);
  }
  return found;
}

function pair({ account, id }: CollectionKey): string {
  return `${account}`.padStart(16, '0') + `${id}`.padStart(16, '0');
}

/** Reads collections through a session. */
export function collectionReader(session: Session): CollectionReader {
  return {
    async get(key) {
      const row = await session.one(GET, [key.account, key.id]);
      return row === undefined ? undefined : collectionRecord(row);
    },
    async getAll(keys) {
      if (keys.length === 0) return [];
      const list = session.list([...new Set(keys.map(pair))]);
      return (await session.all(getAll(session.dialect), [list])).map(collectionRecord);
    },
    along: (account, path) => along(session, account, path),
    child: (account, parent, name) => child(session, account, parent, name),
    async in(account, parent) {
      return (await session.all(IN, [account, parent])).map(collectionRecord);
    },
    async page(key, { after, limit }) {
      return (await session.all(PAGE, [key.account, key.id, after ?? 0, limit])).map(collectionRecord);
    },
    ...treeReader(session),
    async countObjects(key) {
      return (await session.one(COUNT, [key.account, key.id]))?.[0] ?? 0;
    },
  };
}

const ADD = statement(
  `insert into collection (account_id, id, parent, name, kind, revision, pruned_to, parent_revision, objects,
     created, modified, shared, properties, target_account, target_collection)
   values ($1, $2, $3, $4, $5, 0, 0, 0, 0, $6, $6, 0, $7, $8, $9)`,
);
const SET_PROPERTIES = statement(
  'update collection set properties = $3, modified = $4 where account_id = $1 and id = $2',
);
const MOVE = statement('update collection set parent = $3, name = $4 where account_id = $1 and id = $2');
const REVISION = statement<[number, number]>(
  'select revision, objects from collection where account_id = $1 and id = $2',
);
const EMPTIED = statement(
  'update collection set revision = revision + objects, objects = 0, modified = $3 where account_id = $1 and id = $2',
);

function found(record: CollectionRecord | undefined, key: CollectionKey): CollectionRecord {
  if (record === undefined) throw new Error(`no collection ${key.account}/${key.id}`);
  return record;
}

/** Writes collections in one transaction; `locks` says which rows it holds already. */
export function collectionWriter(session: Session, origin: Origin, locks: Locks): CollectionWriter {
  const existing = async (key: CollectionKey): Promise<CollectionRecord> => {
    return found(await lockCollection(session, locks, key), key);
  };
  const free = async (account: AccountId, parent: CollectionId, name: string): Promise<void> => {
    if ((await child(session, account, parent, name)) !== undefined) throw new NameTaken(name);
  };
  return {
    lock: (key) => lockCollection(session, locks, key),
    lockTree: (key) => lockTree(session, locks, key),
    async add(account, { parent, name, kind, properties, target }) {
      const stored = storable(name);
      const number = await nextNumber(session, account);
      if (parent !== NO_COLLECTION) await existing({ account, id: parent });
      await free(account, parent, stored);
      await session.run(ADD, [
        ...[account, number, parent, stored, kind, origin.at, writeProperties(properties)],
        ...[target?.account ?? null, target?.id ?? null],
      ]);
      const key = { account, id: collectionId(number) };
      await raiseParent(session, locks, key, origin.at);
      if (parent !== NO_COLLECTION) await unbury(session, { account, id: parent }, 1, stored);
      return await existing(key);
    },
    async setProperties(key, properties) {
      await lockOnce(session, locks, key);
      await raiseParent(session, locks, key, origin.at);
      const changed = await session.run(SET_PROPERTIES, [
        ...[key.account, key.id, writeProperties(properties), origin.at],
      ]);
      if (changed === 0) throw new Error(`no collection ${key.account}/${key.id}`);
    },
    async move(key, to) {
      const { account } = key;
      const name = storable(to.name);
      await lockAccount(session, account);
      const from = await existing(key);
      if (from.parent === to.parent && from.name === name) return;
      for (let up = to.parent; up !== NO_COLLECTION; up = (await existing({ account, id: up })).parent) {
        if (up === key.id) throw new Error('a collection cannot be moved into itself');
      }
      await free(account, to.parent, name);
      // The old parent's first: the tombstone is older than the member's new place.
      const revision = await raiseParent(session, locks, key, origin.at);
      const former = { account, id: from.parent };
      if (from.parent !== NO_COLLECTION) await bury(session, former, 1, from.name, revision, origin.at);
      await removeLocks(session, former, from.name);
      await removeLocksBelow(session, key);
      await session.run(MOVE, [account, key.id, to.parent, name]);
      await raiseParent(session, locks, key, origin.at);
      if (to.parent !== NO_COLLECTION) await unbury(session, { account, id: to.parent }, 1, name);
    },
    async remove(key) {
      const { account } = key;
      const { parent, name } = found(await lockTree(session, locks, key), key);
      const above = { account, id: parent };
      const revision = await raiseParent(session, locks, key, origin.at);
      if (parent !== NO_COLLECTION) await bury(session, above, 1, name, revision, origin.at);
      await removeLocks(session, above, name);
      await removeTree(session, origin, locks, key);
    },
    async empty(key) {
      await existing(key);
      const [revision, objects] = (await session.one(REVISION, [key.account, key.id])) ?? [0, 0];
      if (objects === 0) {
        await removeLocksIn(session, key.account, session.list([key.id]));
        return;
      }
      await raiseParent(session, locks, key, origin.at);
      await buryObjects(session, key, revision, origin.at);
      await emptyCollection(session, origin, locks, key, objects);
      await session.run(EMPTIED, [key.account, key.id, origin.at]);
    },
  };
}
