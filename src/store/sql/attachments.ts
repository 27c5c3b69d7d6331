/**
 * Managed attachments: what they are, which objects use them, and that the same bytes lie in an account once. Uses are counted; what has none
 * takes up nothing of the quota, and is removed after a while. RFC 8607 section 3.
 */

import type { AttachmentReader, AttachmentWriter } from '../contents.ts';
import type { AccountId, AttachmentRecord, CollectionId, CollectionKey, Origin } from '../records.ts';
import { accountId, collectionId, contentId } from '../records.ts';
import { QuotaExceeded } from '../store.ts';
import { relink } from './contents.ts';
import type { Database, Session } from './database.ts';
import { perDialect, statement, storable } from './database.ts';
import { usageReader } from './usage.ts';

type AttachmentRow = readonly [
  ...[id: string, content: number | null, etag: string, size: number, mediaType: string, name: string],
  ...[creator: number | null, created: number],
];
const COLUMNS = 'a.managed_id, a.content, a.etag, a.size, a.media_type, a.name, a.creator, a.created';
const OF_OBJECT = statement<[string]>(
  `select u.managed_id from attachment_use u where u.account_id = $1 and u.coll = $2
   and u.number = (select o.number from object o where o.account_id = $1 and o.coll = $2 and o.name = $3 and o.attachments > 0)
   order by u.managed_id`,
);
const USED_IN = statement<[number]>(
  'select distinct coll from attachment_use where account_id = $1 and managed_id = $2 order by coll',
);
const OCTETS = statement<[number]>(
  'select cast(coalesce(sum(size), 0) as bigint) from attachment where account_id = $1 and uses > 0',
);
const lists = perDialect(({ isIn, each }) => ({
  get: statement<AttachmentRow>(
    `select ${COLUMNS} from attachment a where a.account_id = $1 and ${isIn('a.managed_id', '$2', 'text')}`,
  ),
  use: statement(
    `insert into attachment_use (account_id, coll, number, managed_id)
     select cast($1 as bigint), cast($2 as bigint), cast($3 as bigint), value from ${each('$4', 'text')}`,
  ),
  inCollections: statement<[string, number]>(
    `select managed_id, count(*) from attachment_use where account_id = $1 and ${isIn('coll', '$2', 'bigint')}
     group by managed_id order by managed_id`,
  ),
  leave: statement(`delete from attachment_use where account_id = $1 and ${isIn('coll', '$2', 'bigint')}`),
}));

function record(account: AccountId, row: AttachmentRow): AttachmentRecord {
  const [id, content, etag, size, mediaType, name, creator, created] = row;
  return {
    ...{ account, id, content: content === null ? undefined : contentId(content), etag, size, mediaType, name },
    ...{ creator: creator === null ? undefined : accountId(creator), created },
  };
}

/** Reads attachments through a session. */
export function attachmentReader(session: Session): AttachmentReader {
  return {
    async getAll(account, ids) {
      if (ids.length === 0) return [];
      const list = session.list(ids.map(storable));
      const rows = await session.all(lists(session.dialect).get, [account, list]);
      return rows.map((row): AttachmentRecord => record(account, row));
    },
    async usedBy({ account, id }, name) {
      return (await session.all(OF_OBJECT, [account, id, storable(name)])).map((row) => row[0]);
    },
    async usedIn(account, id) {
      const rows = await session.all(USED_IN, [account, storable(id)]);
      return rows.map((row): CollectionId => collectionId(row[0]));
    },
    async octets(account) {
      return (await session.one(OCTETS, [account]))?.[0] ?? 0;
    },
  };
}

/** Locked, so that it is not cleared away before its content is linked. */
const sameBytes = perDialect(({ lockRow }) =>
  statement<[number]>(
    `select content from attachment where account_id = $1 and etag = $2 and size = $3 and content is not null
     order by managed_id limit 1 ${lockRow}`,
  ),
);
const STAYS = statement<AttachmentRow>(
  `update attachment set at = $3 where account_id = $1 and managed_id = $2
   returning managed_id, content, etag, size, media_type, name, creator, created`,
);
const ADD = statement(
  `insert into attachment (account_id, managed_id, content, etag, size, media_type, name, creator, created, uses, at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, $9)`,
);

/** Octets of what nothing uses, with which an account may hold so much beside its quota. */
const UNUSED_OCTETS = statement<[number]>(
  'select cast(coalesce(sum(size), 0) as bigint) from attachment where account_id = $1 and uses <= 0',
);

/** @throws QuotaExceeded when what nothing uses would be more than all that the account may hold */
async function requireRoomBeside(session: Session, account: AccountId, size: number, quota: number | undefined) {
  const { quota: most } = await usageReader(session, quota).of(account);
  if (most === undefined) return;
  const unused = (await session.one(UNUSED_OCTETS, [account]))?.[0] ?? 0;
  if (unused + size > most) throw new QuotaExceeded(most);
}

/** Writes attachments in one transaction; `quota` is what the service gives everybody, in octets. */
export function attachmentWriter(session: Session, origin: Origin, quota: number | undefined): AttachmentWriter {
  return {
    async add(account, { id, content, etag, size, mediaType, name }) {
      const there = await session.one(STAYS, [account, storable(id), origin.at]);
      if (there !== undefined) return record(account, there);
      const same =
        content === undefined ? undefined : await session.one(sameBytes(session.dialect), [account, etag, size]);
      if (same === undefined) await requireRoomBeside(session, account, size, quota);
      const bytes = same === undefined ? content : contentId(same[0]);
      await relink(session, account, undefined, bytes, origin.at);
      const creator = origin.by;
      await session.run(ADD, [
        ...[account, storable(id), bytes ?? null, etag, size, storable(mediaType), storable(name)],
        ...[creator ?? null, origin.at],
      ]);
      return { account, id, content: bytes, etag, size, mediaType, name, creator, created: origin.at };
    },
  };
}

const COUNT_USE = statement<[number, number]>(
  'update attachment set uses = uses + 1 where account_id = $1 and managed_id = $2 returning uses, size',
);
const COUNT_LOSS = statement<[number, number]>(
  `update attachment set uses = uses - cast($3 as bigint), at = $4 where account_id = $1 and managed_id = $2
   returning uses, size`,
);
const OF_NUMBER = statement<[string]>(
  'select managed_id from attachment_use where account_id = $1 and coll = $2 and number = $3 order by managed_id',
);
const LOSE = statement('delete from attachment_use where account_id = $1 and coll = $2 and number = $3');

/**
 * The object of that number uses these attachments, and no others any more. Answers by how many octets its account grows: an attachment counts
 * once, however many objects use it. Locks them in order of their identifiers.
 */
export async function useAttachments(
  session: Session,
  { account, id }: CollectionKey,
  number: number,
  ids: readonly string[],
  at: number,
): Promise<number> {
  const before = new Set((await session.all(OF_NUMBER, [account, id, number])).map((row) => row[0]));
  const now = new Set(ids.map(storable));
  const changed = [...before.symmetricDifference(now)].toSorted();
  if (changed.length === 0) return 0;
  await session.run(LOSE, [account, id, number]);
  const list = session.list([...now]);
  if (now.size > 0) await session.run(lists(session.dialect).use, [account, id, number, list]);
  let grown = 0;
  for (const one of changed) grown += now.has(one) ? await count(session, account, one) : await lose(one);
  return grown;

  function lose(one: string): Promise<number> {
    return discount(session, account, one, 1, at);
  }
}

async function count(session: Session, account: AccountId, id: string): Promise<number> {
  const row = await session.one(COUNT_USE, [account, id]);
  if (row === undefined) throw new Error(`no attachment ${account}/${id}`);
  return row[0] === 1 ? row[1] : 0;
}

/** Minus the octets of an attachment that nothing uses any more. */
async function discount(session: Session, account: AccountId, id: string, objects: number, at: number) {
  const row = await session.one(COUNT_LOSS, [account, id, objects, at]);
  return row === undefined || row[0] > 0 ? 0 : -row[1];
}

/** The objects of these collections use no attachments any more; answers by how many octets their account grows. */
export async function leaveAttachments(
  session: Session,
  account: AccountId,
  collections: readonly CollectionId[],
  at: number,
): Promise<number> {
  const { inCollections, leave } = lists(session.dialect);
  const lost = await session.all(inCollections, [account, session.list(collections)]);
  if (lost.length === 0) return 0;
  await session.run(leave, [account, session.list(collections)]);
  let grown = 0;
  for (const [id, objects] of lost) grown += await discount(session, account, id, objects, at);
  return grown;
}

const UNUSED = statement<[number, string]>(
  'select account_id, managed_id from attachment where uses <= 0 and at < $1 order by at, account_id, managed_id limit $2',
);
const REMOVE = statement<[number | null, number]>(
  'delete from attachment where account_id = $1 and managed_id = $2 and uses <= 0 and at < $3 returning content, at',
);

/** Removes at most `limit` attachments that nothing has used since that second, and lets go of their contents; says how many. */
export async function pruneAttachments(database: Database, before: number, limit: number): Promise<number> {
  const unused = await database.read((session) => session.all(UNUSED, [before, limit]));
  let removed = 0;
  for (const [owner, id] of unused) {
    removed += await database.write(async (session) => {
      const row = await session.one(REMOVE, [owner, id, before]);
      if (row === undefined) return 0;
      const [content, at] = row;
      if (content !== null) await relink(session, accountId(owner), contentId(content), undefined, at);
      return 1;
    });
  }
  return removed;
}
