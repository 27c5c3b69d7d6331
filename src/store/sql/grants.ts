/**
 * Grants: which account may do what in another's collection. They lie with the owner.
 */
import type { Access, CollectionKey, Grant } from '../records.ts';
import { accountId, collectionId } from '../records.ts';
import type { GrantReader, GrantWriter } from '../store.ts';
import type { Session } from './database.ts';
import { perDialect, statement } from './database.ts';

type GrantRow = readonly [number, number, number, string];

const COLUMNS = 'account_id, coll, grantee, access';
const ON = statement<GrantRow>(
  `select ${COLUMNS} from access_grant where account_id = $1 and coll = $2 order by grantee`,
);
const between = perDialect(({ isIn }) =>
  statement<GrantRow>(
    `select ${COLUMNS} from access_grant where account_id = $1 and ${isIn('grantee', '$2', 'bigint')} order by coll, grantee`,
  ),
);
const SET = statement(
  `insert into access_grant (account_id, coll, grantee, access) values ($1, $2, $3, $4)
   on conflict (account_id, coll, grantee) do update set access = excluded.access`,
);
const UNSET = statement('delete from access_grant where account_id = $1 and coll = $2 and grantee = $3');
const SHARED = statement(
  `update collection set shared = case when exists (select 1 from access_grant g
     where g.account_id = collection.account_id and g.coll = collection.id) then 1 else 0 end
   where account_id = $1 and id = $2`,
);

function grant([account, coll, grantee, access]: GrantRow): Grant {
  return {
    collection: { account: accountId(account), id: collectionId(coll) },
    grantee: accountId(grantee),
    access: access === 'read-write' ? 'read-write' : 'read',
  };
}

/** Notes on the collection whether anybody has a grant on it. */
export function noteShared(session: Session, key: CollectionKey): Promise<number> {
  return session.run(SHARED, [key.account, key.id]);
}

/** Reads grants through a session. */
export function grantReader(session: Session): GrantReader {
  return {
    async on(key) {
      return (await session.all(ON, [key.account, key.id])).map(grant);
    },
    async between(owner, grantees) {
      if (grantees.length === 0) return [];
      return (await session.all(between(session.dialect), [owner, session.list(grantees)])).map(grant);
    },
  };
}

/** Writes grants in one transaction. */
export function grantWriter(session: Session): GrantWriter {
  return {
    async set(key, grantee, access: Access | 'none') {
      const { account, id } = key;
      if (access === 'none') await session.run(UNSET, [account, id, grantee]);
      else await session.run(SET, [account, id, grantee, access]);
      await noteShared(session, key);
    },
  };
}
