/**
 * Mounts: rows of somebody's home that list a collection of another account, and who does not want to see one.
 */

import type { MountReader, MountWriter } from '../mounts.ts';
import type { CollectionKey } from '../records.ts';
import { accountId, collectionId } from '../records.ts';
import type { Session } from './database.ts';
import { statement, storable } from './database.ts';
import type { CollectionRow } from './rows.ts';
import { COLLECTION_COLUMNS, collectionRecord } from './rows.ts';

const OF = statement<CollectionRow>(
  `select ${COLLECTION_COLUMNS} from collection c where c.target_account = $1 and c.target_collection = $2
   order by c.account_id, c.id limit $3`,
);
const IN = statement<CollectionRow>(
  `select ${COLLECTION_COLUMNS} from collection c
   where c.target_account = $1 and c.target_collection = $2 and c.account_id = $3 and c.parent = $4 order by c.id limit 1`,
);
/** So many accounts, and of each whether it lacks the mount: what one run looks at is bounded, whatever it finds. */
const LACKING = statement<[number, number]>(
  `select a.id, case when
     exists (select 1 from collection h where h.account_id = a.id and h.parent = 0 and h.name = $4)
     and not exists (select 1 from collection m
       where m.target_account = $1 and m.target_collection = $2 and m.account_id = a.id)
     and not exists (select 1 from declined_mount d
       where d.account_id = a.id and d.target_account = $1 and d.target_collection = $2)
   then 1 else 0 end
   from account a where a.tenant = $3 and a.id > $5 and a.kind not in ('group', 'directory') order by a.id limit $6`,
);
const DECLINED = statement<[number, number]>(
  `select target_account, target_collection from declined_mount where account_id = $1
   order by target_account, target_collection`,
);

/** Reads mounts through a session. */
export function mountReader(session: Session): MountReader {
  return {
    async of({ account, id }, limit) {
      return (await session.all(OF, [account, id, limit])).map(collectionRecord);
    },
    async in(parent, { account, id }) {
      const [row] = await session.all(IN, [account, id, parent.account, parent.id]);
      return row === undefined ? undefined : collectionRecord(row);
    },
    async lacking({ account, id }, { tenant, segment, after, limit }) {
      const rows = await session.all(LACKING, [account, id, tenant, storable(segment), after ?? 0, limit]);
      const accounts = rows.filter((row) => row[1] === 1).map((row) => accountId(row[0]));
      const last = rows.length < limit ? undefined : rows.at(-1)?.[0];
      return { accounts, next: last === undefined ? undefined : accountId(last) };
    },
    async declined(account) {
      const rows = await session.all(DECLINED, [account]);
      return rows.map(([target, id]): CollectionKey => ({ account: accountId(target), id: collectionId(id) }));
    },
  };
}

const DECLINE = statement(
  `insert into declined_mount (account_id, target_account, target_collection) values ($1, $2, $3)
   on conflict do nothing`,
);
const ACCEPT = statement(
  'delete from declined_mount where account_id = $1 and target_account = $2 and target_collection = $3',
);
const FORGET = statement('delete from declined_mount where target_account = $1 and target_collection = $2');

/** Writes who wants to see what. */
export function mountWriter(session: Session): MountWriter {
  return {
    async decline(account, target) {
      await session.run(DECLINE, [account, target.account, target.id]);
    },
    async accept(account, target) {
      await session.run(ACCEPT, [account, target.account, target.id]);
    },
    async forget({ account, id }) {
      await session.run(FORGET, [account, id]);
    },
  };
}
