/**
 * Removes tombstones and history that nobody will ask for, locks that expired, and attachments and contents that nothing uses. A collection
 * remembers up to which revision it was pruned, so that a sync token from before is refused instead of answered wrongly. RFC 6578 section 3.2.
 */
import type { PruneBefore, Pruned } from '../store.ts';
import { pruneAttachments } from './attachments.ts';
import { pruneContents } from './contents.ts';
import type { Database, Session } from './database.ts';
import { statement } from './database.ts';
import { pruneLocks } from './locks.ts';

const OLD_TOMBSTONES = statement<[number, number, number, string, number]>(
  'select account_id, coll, member, name, revision from tombstone where at < $1 order by at, account_id limit $2',
);
const REMOVE_TOMBSTONE = statement(
  `delete from tombstone where account_id = $1 and coll = $2 and member = $3 and name = $4 and revision = $5`,
);
const PRUNED_TO = statement(
  'update collection set pruned_to = $3 where account_id = $1 and id = $2 and pruned_to < $3',
);
const OLD_HISTORY = statement<[number, number, string, number]>(
  'select account_id, coll, name, revision from history where ended_at < $1 order by ended_at, account_id limit $2',
);
const REMOVE_HISTORY = statement(
  'delete from history where account_id = $1 and coll = $2 and name = $3 and revision = $4',
);

/** One account's rows of a batch, in one transaction each. */
async function byAccount<R extends readonly [number, ...unknown[]]>(
  database: Database,
  rows: readonly R[],
  work: (session: Session, rows: readonly R[]) => Promise<number>,
): Promise<number> {
  let removed = 0;
  for (const ofAccount of Map.groupBy(rows, (row) => row[0]).values()) {
    removed += await database.write((session) => work(session, ofAccount));
  }
  return removed;
}

/** Removes what is older than the given times, at most `limit` rows of each sort. */
export async function prune(database: Database, before: PruneBefore, limit: number): Promise<Pruned> {
  const stones = await database.read((session) => session.all(OLD_TOMBSTONES, [before.tombstones, limit]));
  const tombstones = await byAccount(database, stones, async (session, rows) => {
    const highest = new Map<number, number>();
    for (const [, coll, , , revision] of rows) highest.set(coll, Math.max(highest.get(coll) ?? 0, revision));
    // First, and in one order: whoever reads the tombstones afterwards knows that some are missing.
    for (const [coll, revision] of [...highest].sort((a, b) => a[0] - b[0])) {
      await session.run(PRUNED_TO, [rows[0]?.[0] ?? 0, coll, revision]);
    }
    let removed = 0;
    for (const row of rows) removed += await session.run(REMOVE_TOMBSTONE, row);
    return removed;
  });
  const ended = await database.read((session) => session.all(OLD_HISTORY, [before.history, limit]));
  const history = await byAccount(database, ended, async (session, rows) => {
    let removed = 0;
    for (const row of rows) removed += await session.run(REMOVE_HISTORY, row);
    return removed;
  });
  const locks = await pruneLocks(database, before.locks, limit);
  // Before the contents that they let go of.
  const attachments = await pruneAttachments(database, before.attachments, limit);
  const contents = await pruneContents(database, before.contents, limit);
  return { tombstones, history, locks, attachments, contents };
}
