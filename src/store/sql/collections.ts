/**
 * Collections: homes, calendars, address books, found by their path, with their revisions.
 */
import type { AccountId, CollectionId, CollectionKey, CollectionRecord, Origin } from '../records.ts';
import { collectionId, NO_COLLECTION } from '../records.ts';
import type { CollectionReader, CollectionWriter } from '../store.ts';
import { NameTaken } from '../store.ts';
import type { Session } from './database.ts';
import { perDialect, statement, storable } from './database.ts';
import { endObjects } from './history.ts';
import type { Locks } from './revisions.ts';
import { holds, lockOnce, raiseParent } from './revisions.ts';
import type { CollectionRow } from './rows.ts';
import { COLLECTION_COLUMNS, collectionRecord, writeProperties } from './rows.ts';
import { bury, buryObjects, unbury } from './tombstones.ts';

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

/** Reads collections through a session. */
export function collectionReader(session: Session): CollectionReader {
  return {
    async get(key) {
      const row = await session.one(GET, [key.account, key.id]);
      return row === undefined ? undefined : collectionRecord(row);
    },
    along: (account, path) => along(session, account, path),
    async in(account, parent) {
      return (await session.all(IN, [account, parent])).map(collectionRecord);
    },
    async countObjects(key) {
      return (await session.one(COUNT, [key.account, key.id]))?.[0] ?? 0;
    },
  };
}

const lock = perDialect(({ lockRow }) =>
  statement<CollectionRow>(
    `select ${COLLECTION_COLUMNS} from collection c where c.account_id = $1 and c.id = $2 ${lockRow}`,
  ),
);
/** Also locks the account's row: of two that add the same name, the second sees the first. */
const NEXT_NUMBER = statement<[number]>(
  'update account set last_collection = last_collection + 1 where id = $1 returning last_collection',
);
const LOCK_ACCOUNT = statement('update account set last_collection = last_collection where id = $1');
const ADD = statement(
  `insert into collection (account_id, id, parent, name, kind, revision, pruned_to, parent_revision, objects,
     created, modified, shared, properties)
   values ($1, $2, $3, $4, $5, 0, 0, 0, 0, $6, $6, 0, $7)`,
);
const SET_PROPERTIES = statement(
  'update collection set properties = $3, modified = $4 where account_id = $1 and id = $2',
);
const MOVE = statement('update collection set parent = $3, name = $4 where account_id = $1 and id = $2');
const REVISION = statement<[number, number]>(
  'select revision, objects from collection where account_id = $1 and id = $2',
);
const EMPTIED = statement(
  `update collection set revision = revision + objects, objects = 0, modified = $3, parent_revision = coalesce((
     select h.revision from collection h where h.account_id = collection.account_id and h.id = collection.parent), 0)
   where account_id = $1 and id = $2`,
);
/** What lies in a collection besides its row. */
const CONTENTS = ['object_gram', 'object_text', 'body', 'object'].map((table) =>
  statement(`delete from ${table} where account_id = $1 and coll = $2`),
);
const REMAINS = [
  statement('delete from tombstone where account_id = $1 and coll = $2'),
  statement('delete from access_grant where account_id = $1 and coll = $2'),
  statement('delete from collection where account_id = $1 and id = $2'),
];

async function revisionOf(session: Session, account: AccountId, id: CollectionId): Promise<number> {
  return (await session.one(REVISION, [account, id]))?.[0] ?? 0;
}

function removeContents(session: Session, key: CollectionKey): Promise<unknown> {
  return Promise.all(CONTENTS.map((each) => session.run(each, [key.account, key.id])));
}

/** Nothing is raised here: the collection goes. */
async function removeTree(session: Session, origin: Origin, key: CollectionKey): Promise<void> {
  for (const row of await session.all(IN, [key.account, key.id])) {
    await removeTree(session, origin, collectionRecord(row));
  }
  await endObjects(session, origin, key, (await revisionOf(session, key.account, key.id)) + 1);
  await removeContents(session, key);
  await Promise.all(REMAINS.map((each) => session.run(each, [key.account, key.id])));
}

/** Writes collections in one transaction; `locks` says which rows it holds already. */
export function collectionWriter(session: Session, origin: Origin, locks: Locks): CollectionWriter {
  const existing = async (key: CollectionKey): Promise<CollectionRecord> => {
    const row = await session.one(lock(session.dialect), [key.account, key.id]);
    if (row === undefined) throw new Error(`no collection ${key.account}/${key.id}`);
    holds(locks, key);
    return collectionRecord(row);
  };
  const free = async (account: AccountId, parent: CollectionId, name: string): Promise<void> => {
    if ((await child(session, account, parent, name)) !== undefined) throw new NameTaken(name);
  };
  return {
    async lock(key) {
      const row = await session.one(lock(session.dialect), [key.account, key.id]);
      if (row === undefined) return undefined;
      holds(locks, key);
      return collectionRecord(row);
    },
    async add(account, { parent, name, kind, properties }) {
      const stored = storable(name);
      const next = await session.one(NEXT_NUMBER, [account]);
      if (next === undefined) throw new Error(`no account ${account}`);
      if (parent !== NO_COLLECTION) await existing({ account, id: parent });
      await free(account, parent, stored);
      const [number] = next;
      await session.run(ADD, [account, number, parent, stored, kind, origin.at, writeProperties(properties)]);
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
      await session.run(LOCK_ACCOUNT, [account]);
      const from = await existing(key);
      if (from.parent === to.parent && from.name === name) return;
      for (let up = to.parent; up !== NO_COLLECTION; up = (await existing({ account, id: up })).parent) {
        if (up === key.id) throw new Error('a collection cannot be moved into itself');
      }
      await free(account, to.parent, name);
      // The old parent's first: the tombstone is older than the member's new place.
      await raiseParent(session, locks, key, origin.at);
      if (from.parent !== NO_COLLECTION) {
        const revision = await revisionOf(session, account, from.parent);
        await bury(session, { account, id: from.parent }, 1, from.name, revision, origin.at);
      }
      await session.run(MOVE, [account, key.id, to.parent, name]);
      await raiseParent(session, locks, key, origin.at);
      if (to.parent !== NO_COLLECTION) await unbury(session, { account, id: to.parent }, 1, name);
    },
    async remove(key) {
      const { account } = key;
      const { parent, name } = await existing(key);
      await raiseParent(session, locks, key, origin.at);
      await removeTree(session, origin, key);
      if (parent === NO_COLLECTION) return;
      const revision = await revisionOf(session, account, parent);
      await bury(session, { account, id: parent }, 1, name, revision, origin.at);
    },
    async empty(key) {
      await existing(key);
      const [revision, objects] = (await session.one(REVISION, [key.account, key.id])) ?? [0, 0];
      if (objects === 0) return;
      await raiseParent(session, locks, key, origin.at);
      await buryObjects(session, key, revision, origin.at);
      await endObjects(session, origin, key, revision + objects);
      await removeContents(session, key);
      await session.run(EMPTIED, [key.account, key.id, origin.at]);
    },
  };
}
