/**
 * The store over any SQL database: migrates it, and gives each transaction its readers and writers.
 */
import type { Origin } from '../records.ts';
import type { ReadTransaction, Store, WriteTransaction } from '../store.ts';
import { attachmentReader, attachmentWriter } from './attachments.ts';
import { changeReader } from './changes.ts';
import { collectionReader, collectionWriter } from './collections.ts';
import { contentReader, contentWriter } from './contents.ts';
import type { Database, Session } from './database.ts';
import { statement } from './database.ts';
import { directoryReader, directoryWriter } from './directory.ts';
import { fillAccountTexts } from './directory-search.ts';
import { grantReader, grantWriter } from './grants.ts';
import { historyReader } from './history.ts';
import { indexReader, indexWriter } from './indexed.ts';
import { lockReader, lockWriter } from './locks.ts';
import { migrate } from './migrate.ts';
import { mountReader, mountWriter } from './mounts.ts';
import { objectReader, objectWriter } from './objects.ts';
import { prune } from './prune.ts';
import type { Locks } from './revisions.ts';
import { sourceReader, sourceWriter } from './sources.ts';
import { settleOctets, usageReader, usageWriter } from './usage.ts';

export interface SqlStoreOptions {
  /** For tests: each write's work is run once, rolled back and run again, which proves that it has no effect outside `tx`. */
  readonly rehearse?: boolean;
  /** Begins a new store's epoch. */
  readonly random?: () => string;
  /** Octets that each account may hold that has no bound of its own; absent: as many as there is room for. */
  readonly quota?: number | undefined;
}

interface Transactions {
  read(session: Session): ReadTransaction;
  write<T>(session: Session, origin: Origin, work: (tx: WriteTransaction) => Promise<T>): Promise<T>;
}

function transactions(quota: number | undefined): Transactions {
  /** The readers of a session: made once, for they hold nothing but the session. */
  const readers = new WeakMap<Session, ReadTransaction>();
  const read = (session: Session): ReadTransaction => {
    let known = readers.get(session);
    if (known === undefined) {
      known = {
        directory: directoryReader(session),
        collections: collectionReader(session),
        objects: objectReader(session),
        changes: changeReader(session),
        grants: grantReader(session),
        history: historyReader(session),
        locks: lockReader(session),
        contents: contentReader(session),
        attachments: attachmentReader(session),
        usage: usageReader(session, quota),
        mounts: mountReader(session),
        sources: sourceReader(session),
        index: indexReader(session),
      };
      readers.set(session, known);
    }
    return known;
  };
  return {
    read,
    async write(session, origin, work) {
      const held: Locks = { held: new Set(), freed: new Map() };
      const { directory, collections, objects, changes, grants, history, locks, contents, attachments, usage } =
        read(session);
      const { mounts, sources, index } = read(session);
      const result = await work({
        origin,
        directory: { ...directory, ...directoryWriter(session, origin.at) },
        collections: { ...collections, ...collectionWriter(session, origin, held) },
        objects: { ...objects, ...objectWriter(session, origin, held, quota) },
        changes,
        grants: { ...grants, ...grantWriter(session, origin, held) },
        history,
        locks: { ...locks, ...lockWriter(session) },
        contents: { ...contents, ...contentWriter(session, origin) },
        attachments: { ...attachments, ...attachmentWriter(session, origin, quota) },
        usage: { ...usage, ...usageWriter(session) },
        mounts: { ...mounts, ...mountWriter(session) },
        sources: { ...sources, ...sourceWriter(session, origin) },
        index: { ...index, ...indexWriter(session) },
      });
      await settleOctets(session, held);
      return result;
    },
  };
}

const REHEARSE = statement('savepoint rehearsal');
const FORGET = [statement('rollback to savepoint rehearsal'), statement('release savepoint rehearsal')];

export async function sqlStore(database: Database, options: SqlStoreOptions): Promise<Store> {
  const epoch = await migrate(database, options.random ?? (() => crypto.randomUUID()));
  await fillAccountTexts(database, (session, ids) => directoryReader(session).accounts(ids));
  const transaction = transactions(options.quota);
  const write: Store['write'] = (origin, work) => database.write((session) => transaction.write(session, origin, work));
  const rehearsed: Store['write'] = (origin, work) =>
    database.write(async (session) => {
      await session.run(REHEARSE, []);
      try {
        await transaction.write(session, origin, work);
      } finally {
        for (const each of FORGET) await session.run(each, []);
      }
      return await transaction.write(session, origin, work);
    });
  return {
    engine: database.engine,
    epoch,
    read: (work) => database.read((session) => work(transaction.read(session))),
    write: options.rehearse === true ? rehearsed : write,
    prune: (before, limit) => prune(database, before, limit),
    close: () => database.close(),
  };
}
