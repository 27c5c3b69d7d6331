/**
 * Raises collections' revisions. Locks are taken in one order always: the collection, then its parent. RFC 6578 section 3.2.
 */
import type { AccountId, CollectionKey } from '../records.ts';
import type { Session } from './database.ts';
import { perDialect, statement } from './database.ts';

/** What a transaction remembers while it runs. */
export interface Locks {
  readonly held: Set<string>;
  /** Octets by which accounts have shrunk, not yet taken off: what grows in the same transaction takes them first, as MOVE does. */
  readonly freed: Map<AccountId, number>;
}

const RAISE_PARENT = statement<[number]>(
  `update collection set revision = revision + 1, modified = $3
   where account_id = $1 and id = (select c.parent from collection c where c.account_id = $1 and c.id = $2)
   returning revision`,
);
const OWN = `revision = revision + 1, modified = $3, parent_revision = coalesce((select h.revision from collection h
   where h.account_id = collection.account_id and h.id = collection.parent), 0)`;
const RAISE = statement<[number]>(
  `update collection set ${OWN}, objects = objects + cast($4 as bigint) where account_id = $1 and id = $2 returning revision`,
);
const RAISE_FOR_PUT = statement<[number]>(
  `update collection set ${OWN}, objects = objects + case when exists (select 1 from object o
   where o.account_id = $1 and o.coll = $2 and o.name = $4) then 0 else 1 end
   where account_id = $1 and id = $2 returning revision`,
);
const FOLLOW_PARENT = statement(
  `update collection set parent_revision = coalesce((select h.revision from collection h
   where h.account_id = collection.account_id and h.id = collection.parent), 0)
   where account_id = $1 and id = $2`,
);
const lockOne = perDialect(({ lockRow }) =>
  statement(`select id from collection where account_id = $1 and id = $2 ${lockRow}`),
);

function lockName(key: CollectionKey): string {
  return `${key.account}/${key.id}`;
}

/** Notes that a row is locked already. */
export function holds(locks: Locks, key: CollectionKey): void {
  locks.held.add(lockName(key));
}

/** Locks the collection's row unless this transaction has it. Needs no waiting: what is sent later runs later. */
export async function lockOnce(session: Session, locks: Locks, key: CollectionKey): Promise<void> {
  if (session.dialect.lockRow === '' || locks.held.has(lockName(key))) return;
  holds(locks, key);
  await session.one(lockOne(session.dialect), [key.account, key.id]);
}

function present(row: readonly [number] | undefined, key: CollectionKey): number {
  if (row === undefined) throw new Error(`no collection ${lockName(key)}`);
  return row[0];
}

/** Raises the revision of the collection and of its parent; answers the collection's. `objects` says how many more members there are. */
export async function raise(
  session: Session,
  locks: Locks,
  key: CollectionKey,
  at: number,
  objects: number,
): Promise<number> {
  const [, , row] = await Promise.all([
    lockOnce(session, locks, key),
    session.one(RAISE_PARENT, [key.account, key.id, at]),
    session.one(RAISE, [key.account, key.id, at, objects]),
  ]);
  return present(row, key);
}

/** The same before an object of this name is created or replaced. */
export async function raiseForPut(session: Session, key: CollectionKey, at: number, name: string): Promise<number> {
  const [, row] = await Promise.all([
    session.one(RAISE_PARENT, [key.account, key.id, at]),
    session.one(RAISE_FOR_PUT, [key.account, key.id, at, name]),
  ]);
  return present(row, key);
}

/** The collection itself changed, not its members: raises the parent's revision only, and answers it; 0 for a home. */
export async function raiseParent(session: Session, locks: Locks, key: CollectionKey, at: number): Promise<number> {
  const [, row] = await Promise.all([
    lockOnce(session, locks, key),
    session.one(RAISE_PARENT, [key.account, key.id, at]),
    session.run(FOLLOW_PARENT, [key.account, key.id]),
  ]);
  return row?.[0] ?? 0;
}
