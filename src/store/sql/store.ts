/**
 * The store over any SQL database: migrates it, and gives each transaction its readers and writers.
 */
import type { Origin } from '../records.ts';
import type { ReadTransaction, Store, WriteTransaction } from '../store.ts';
import { changeReader } from './changes.ts';
import { collectionReader, collectionWriter } from './collections.ts';
import type { Database, Session } from './database.ts';
import { statement } from './database.ts';
import { directoryReader, directoryWriter } from './directory.ts';
import { grantReader, grantWriter } from './grants.ts';
import { historyReader } from './history.ts';
import { migrate } from './migrate.ts';
import { objectReader, objectWriter } from './objects.ts';
import { prune } from './prune.ts';
import type { Locks } from './revisions.ts';

export interface SqlStoreOptions {
  /** For tests: each write's work is run once, rolled back and run again, which proves that it has no effect outside `tx`. */
  readonly rehearse?: boolean;
  /** Begins a new store's epoch. */
  readonly random?: () => string;
}

/** The readers of a session: made once, for they hold nothing but the session. */
const readers = new WeakMap<Session, ReadTransaction>();

function readTransaction(session: Session): ReadTransaction {
  let known = readers.get(session);
  if (known === undefined) {
    known = {
      directory: directoryReader(session),
      collections: collectionReader(session),
      objects: objectReader(session),
      changes: changeReader(session),
      grants: grantReader(session),
      history: historyReader(session),
    };
    readers.set(session, known);
  }
  return known;
}

function writeTransaction(session: Session, origin: Origin): WriteTransaction {
  const locks: Locks = { held: new Set() };
  const { directory, collections, objects, changes, grants, history } = readTransaction(session);
  return {
    origin,
    directory: { ...directory, ...directoryWriter(session, origin.at) },
    collections: { ...collections, ...collectionWriter(session, origin, locks) },
    objects: { ...objects, ...objectWriter(session, origin, locks) },
    changes,
    grants: { ...grants, ...grantWriter(session) },
    history,
  };
}

const REHEARSE = statement('savepoint rehearsal');
const FORGET = [statement('rollback to savepoint rehearsal'), statement('release savepoint rehearsal')];

export async function sqlStore(database: Database, options: SqlStoreOptions): Promise<Store> {
  const epoch = await migrate(database, options.random ?? (() => crypto.randomUUID()));
  const write: Store['write'] = (origin, work) => database.write((session) => work(writeTransaction(session, origin)));
  const rehearsed: Store['write'] = (origin, work) =>
    database.write(async (session) => {
      await session.run(REHEARSE, []);
      try {
        await work(writeTransaction(session, origin));
      } finally {
        for (const each of FORGET) await session.run(each, []);
      }
      return await work(writeTransaction(session, origin));
    });
  return {
    engine: database.engine,
    epoch,
    read: (work) => database.read((session) => work(readTransaction(session))),
    write: options.rehearse === true ? rehearsed : write,
    prune: (before, limit) => prune(database, before, limit),
    close: () => database.close(),
  };
}
