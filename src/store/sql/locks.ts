/**
 * Write locks: by whom, on what, until when. They lie with the account in which something is locked. RFC 4918 section 6.
 */

import type { LockReader, LockWriter } from '../access.ts';
import type { AccountId, CollectionKey, LockRecord } from '../records.ts';
import { accountId, collectionId } from '../records.ts';
import type { Database, List, Session } from './database.ts';
import { perDialect, statement, storable } from './database.ts';

type LockRow = readonly [number, string, number, string, string, string, string, number, string, number, number];

const COLUMNS = 'account_id, token, coll, name, path, depth, scope, holder, owner, created, expires';
const OF = statement<LockRow>(
  `select ${COLUMNS} from write_lock where account_id = $1 and expires > $2 order by created, token`,
);
const LIST = statement<LockRow>(
  `select ${COLUMNS} from write_lock where (account_id, token) > ($1, $2) and expires > $3
   order by account_id, token limit $4`,
);

function lock(row: LockRow): LockRecord {
  return {
    account: accountId(row[0]),
    token: row[1],
    collection: collectionId(row[2]),
    name: row[3],
    path: row[4] === '' ? [] : row[4].split('/').map(decodeURIComponent),
    depth: row[5] === '0' ? 0 : 'infinity',
    scope: row[6] === 'shared' ? 'shared' : 'exclusive',
    holder: accountId(row[7]),
    owner: row[8],
    created: row[9],
    expires: row[10],
  };
}

/** Segments as they would stand in a URL; none of them is empty. */
function pathText(path: readonly string[]): string {
  return path.map((segment) => encodeURIComponent(storable(segment))).join('/');
}

/** Reads locks through a session. */
export function lockReader(session: Session): LockReader {
  return {
    async of(account, at) {
      return (await session.all(OF, [account, at])).map(lock);
    },
    async list(at, { after, limit }) {
      const from = [after?.account ?? 0, storable(after?.token ?? '')];
      return (await session.all(LIST, [...from, at, limit])).map(lock);
    },
  };
}

const ADD = statement(`insert into write_lock (${COLUMNS}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`);
const REFRESH = statement('update write_lock set expires = $3 where account_id = $1 and token = $2');
const REMOVE = statement('delete from write_lock where account_id = $1 and token = $2');

/** Writes locks in one transaction. */
export function lockWriter(session: Session): LockWriter {
  return {
    async add({ account, token, collection, name, path, depth, scope, holder, owner, created, expires }) {
      await session.run(ADD, [
        ...[account, storable(token), collection, storable(name), pathText(path), String(depth), scope],
        ...[holder, storable(owner), created, expires],
      ]);
    },
    async refresh(account, token, expires) {
      return (await session.run(REFRESH, [account, storable(token), expires])) > 0;
    },
    async remove(account, token) {
      return (await session.run(REMOVE, [account, storable(token)])) > 0;
    },
  };
}

const EXPIRED = statement<[number, string]>(
  'select account_id, token from write_lock where expires < $1 order by expires, account_id limit $2',
);
const lists = perDialect(({ isIn, indexedBy }) => ({
  removeIn: statement(
    `delete from write_lock ${indexedBy('write_lock_place')} where account_id = $1 and ${isIn('coll', '$2', 'bigint')}`,
  ),
  removeOfMember: statement(
    `delete from write_lock ${indexedBy('write_lock_place')} where account_id = $1 and coll = $2 and name = $3`,
  ),
  removeExpired: statement(
    `delete from write_lock where account_id = $1 and ${isIn('token', '$2', 'text')} and expires < $3`,
  ),
}));

/** Ends the locks of one member of a collection. */
export function removeLocks(session: Session, key: CollectionKey, name: string): Promise<number> {
  return session.run(lists(session.dialect).removeOfMember, [key.account, key.id, storable(name)]);
}

/** Ends the locks of these collections and of the names directly in them. */
export function removeLocksIn(session: Session, account: AccountId, collections: List): Promise<number> {
  return session.run(lists(session.dialect).removeIn, [account, collections]);
}

/** Removes at most `limit` locks that expired before that second, one transaction for each account; says how many. */
export async function pruneLocks(database: Database, before: number, limit: number): Promise<number> {
  const expired = await database.read((session) => session.all(EXPIRED, [before, limit]));
  const tokens = new Map<AccountId, string[]>();
  for (const [account, token] of expired) {
    const known = tokens.get(accountId(account));
    if (known === undefined) tokens.set(accountId(account), [token]);
    else known.push(token);
  }
  let removed = 0;
  for (const [account, of] of tokens) {
    // One that was refreshed meanwhile stays.
    removed += await database.write((session) =>
      session.run(lists(session.dialect).removeExpired, [account, session.list(of), before]),
    );
  }
  return removed;
}
