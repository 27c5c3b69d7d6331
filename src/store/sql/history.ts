/**
 * Former versions of objects, for audit and undo.
 */
import type { CollectionKey, Origin } from '../records.ts';
import { accountId } from '../records.ts';
import type { HistoryReader } from '../store.ts';
import type { Session } from './database.ts';
import { statement, storable } from './database.ts';
import { BODY_COLUMN } from './rows.ts';

type HistoryRow = readonly [string, string, Uint8Array, number, number, number, number, number | null, string];

const OF = statement<HistoryRow>(
  `select uid, etag, data, revision, ended_at_revision, removed, ended_at, by_account, client from history
   where account_id = $1 and coll = $2 and name = $3 order by revision desc limit $4`,
);
const END_ALL = `insert into history (account_id, coll, name, revision, uid, etag, data,
     ended_at_revision, removed, ended_at, by_account, client)
   select o.account_id, o.coll, o.name, o.revision, o.uid, o.etag, ${BODY_COLUMN},
     cast($3 as bigint), cast($4 as bigint), cast($5 as bigint), cast($6 as bigint), cast($7 as text)
   from object o where o.account_id = $1 and o.coll = $2`;
const END_OBJECTS = statement(END_ALL);
const END_OBJECT = statement(`${END_ALL} and o.name = $8`);

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

interface End {
  readonly revision: number;
  readonly removed: boolean;
}

function end(origin: Origin, key: CollectionKey, { revision, removed }: End) {
  const by = origin.by ?? null;
  return [key.account, key.id, revision, removed ? 1 : 0, origin.at, by, storable(origin.client)] as const;
}

/** The object as it is becomes a former version. */
export function endObject(session: Session, origin: Origin, key: CollectionKey, name: string, how: End) {
  return session.run(END_OBJECT, [...end(origin, key, how), name]);
}

/** So do all objects of the collection. */
export function endObjects(session: Session, origin: Origin, key: CollectionKey, revision: number) {
  return session.run(END_OBJECTS, end(origin, key, { revision, removed: true }));
}
