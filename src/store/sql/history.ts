/**
 * Former versions of objects, for audit and undo.
 */
import type { AccountId, CollectionKey, Origin } from '../records.ts';
import { accountId } from '../records.ts';
import type { HistoryReader } from '../store.ts';
import type { List, Session } from './database.ts';
import { perDialect, statement, storable } from './database.ts';
import { BODY_COLUMN } from './rows.ts';

type HistoryRow = readonly [string, string, Uint8Array, number, number, number, number, number | null, string];

const OF = statement<HistoryRow>(
  `select uid, etag, data, revision, ended_at_revision, removed, ended_at, by_account, client from history
   where account_id = $1 and coll = $2 and name = $3 order by revision desc limit $4`,
);
/** Of objects with bytes: a large content is not kept. */
const end = (
  revision: string,
  which: string,
) => `insert into history (account_id, coll, name, revision, uid, etag, data,
     ended_at_revision, removed, ended_at, by_account, client)
   select o.account_id, o.coll, o.name, o.revision, o.uid, o.etag, ${BODY_COLUMN},
     ${revision}, cast($4 as bigint), cast($5 as bigint), cast($6 as bigint), cast($7 as text)
   from object o where o.account_id = $1 and ${which} and o.content is null`;
const END_OBJECT = statement(end('cast($3 as bigint)', 'o.coll = $2 and o.name = $8'));
const endAll = perDialect(({ isIn }) => {
  const revision =
    'cast($3 as bigint) + (select c.revision from collection c where c.account_id = o.account_id and c.id = o.coll)';
  return statement(end(revision, isIn('o.coll', '$2', 'bigint')));
});

/** Reads former versions through a session. */
export function historyReader(session: Session): HistoryReader {
  return {
    async of(collection, name, limit) {
      const rows = await session.all(OF, [collection.account, collection.id, storable(name), limit]);
      return rows.map(([uid, etag, data, revision, endedAtRevision, removed, endedAt, by, client]) => ({
        ...{ collection, name, uid, etag, data, revision, endedAtRevision, removed: removed === 1, endedAt },
        ...{ by: by === null ? undefined : accountId(by), client },
      }));
    },
  };
}

/** Who ended a version, when, and whether by removal. */
function ended(origin: Origin, removed: boolean) {
  return [removed ? 1 : 0, origin.at, origin.by ?? null, storable(origin.client)] as const;
}

/** The object as it is becomes a former version, unless it has a content. */
export function endObject(
  session: Session,
  origin: Origin,
  { account, id }: CollectionKey,
  name: string,
  { revision, removed }: { readonly revision: number; readonly removed: boolean },
): Promise<number> {
  return session.run(END_OBJECT, [account, id, revision, ...ended(origin, removed), name]);
}

/** So do all objects of these collections, ended at their collection's revision and so many more. */
export function endObjects(
  session: Session,
  origin: Origin,
  account: AccountId,
  collections: List,
  revisions: number,
): Promise<number> {
  return session.run(endAll(session.dialect), [account, collections, revisions, ...ended(origin, true)]);
}
