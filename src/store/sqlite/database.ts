/**
 * The SQLite driver: one writer connection with a queue and group commit, and a few readers with a snapshot each. Calls into SQLite do not wait.
 */
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import Sqlite from 'better-sqlite3';
import type { Database, Dialect, List, Parameter, Row, Session, Statement } from '../sql/database.ts';
import type { SqlStoreOptions } from '../sql/store.ts';
import { sqlStore } from '../sql/store.ts';
import type { Store } from '../store.ts';

const dialect: Dialect = {
  type: { text: 'text', integer: 'integer', bytes: 'blob', identity: 'integer primary key autoincrement' },
  table: { clustered: 'strict, without rowid', heap: 'strict', hot: '' },
  covering: () => '',
  preferKey: () => [],
  preferKeyAgain: () => [],
  lockRow: '',
  lockSchema: undefined,
  isIn: (expression, list) => `${expression} in (select value from json_each(${list}))`,
  rowsIn: (table, where, column, list) =>
    `from ${table} where ${where} and ${column} in (select value from json_each(${list}))`,
  each: (list) => `json_each(${list})`,
  indexedBy: (index) => `indexed by ${index}`,
  contains: (text, part) => `instr(${text}, ${part}) > 0`,
};

/** How long a writer waits for another program's transaction, in milliseconds. */
const BUSY = 5000;
/** Works in one commit. */
const BATCH = 256;
/** Prepared statements of one connection; there are about 80 fixed ones, the rest are shapes of searches. */
const PREPARED = 400;

interface Prepared {
  readonly statement: Sqlite.Statement<unknown[]>;
  readonly reader: boolean;
  /** Which parameter each `?` stands for, unless they stand in order. */
  readonly order: readonly number[] | undefined;
}

/** SQLite counts `?` itself; a parameter that is used twice is given twice. */
function prepare(connection: Sqlite.Database, text: string): Prepared {
  const order: number[] = [];
  const translated = text.replace(/\$(\d+)/g, (_, place: string) => {
    order.push(Number(place) - 1);
    return '?';
  });
  const made = connection.prepare<unknown[]>(translated);
  if (made.reader) made.raw(true);
  const inOrder = order.every((place, at) => place === at);
  return { statement: made, reader: made.reader, order: inOrder ? undefined : order };
}

function connectionSession(connection: Sqlite.Database): Session {
  const statements = new Map<string, Prepared>();
  const prepared = (text: string): Prepared => {
    let found = statements.get(text);
    if (found === undefined) {
      if (statements.size >= PREPARED) statements.clear();
      found = prepare(connection, text);
      statements.set(text, found);
    }
    return found;
  };
  const bound = ({ order }: Prepared, parameters: readonly Parameter[]): readonly unknown[] =>
    order === undefined ? parameters : order.map((place) => parameters[place]);
  return {
    dialect,
    async run(statement, parameters) {
      const found = prepared(statement);
      if (found.reader) return found.statement.all(bound(found, parameters)).length;
      return found.statement.run(bound(found, parameters)).changes;
    },
    async one<R extends Row>(statement: Statement<R>, parameters: readonly Parameter[]) {
      const found = prepared(statement);
      return found.statement.get(bound(found, parameters)) as R | undefined;
    },
    async all<R extends Row>(statement: Statement<R>, parameters: readonly Parameter[]) {
      const found = prepared(statement);
      return found.statement.all(bound(found, parameters)) as R[];
    },
    list: (values): List => JSON.stringify(values),
  };
}

/** A connection with its session, and the statements that begin and end transactions. */
function connect(file: string) {
  const connection = new Sqlite(file, { timeout: BUSY });
  connection.pragma('journal_mode = wal');
  connection.pragma('synchronous = full');
  connection.pragma('foreign_keys = on');
  connection.pragma('cache_size = -16000');
  const command = (text: string) => {
    const prepared = connection.prepare(text);
    return () => {
      prepared.run();
    };
  };
  return { connection, command, session: connectionSession(connection) };
}

/** Readers: as many as asked for, opened when first needed; a read that finds all in use waits its turn. */
function readers(file: string, most: number) {
  const open = () => {
    const { connection, command, session } = connect(file);
    connection.pragma('query_only = on');
    return { connection, session, begin: command('begin'), end: command('commit'), rollback: command('rollback') };
  };
  type Reader = ReturnType<typeof open>;
  const all: Reader[] = [];
  const idle: Reader[] = [];
  const waiting: ((reader: Reader) => void)[] = [];
  const take = (): Reader | Promise<Reader> => {
    const free = idle.pop();
    if (free !== undefined) return free;
    if (all.length >= most) return new Promise((resolve) => waiting.push(resolve));
    const opened = open();
    all.push(opened);
    return opened;
  };
  const giveBack = (reader: Reader): void => {
    const next = waiting.shift();
    if (next === undefined) idle.push(reader);
    else next(reader);
  };
  return {
    async read<T>(work: (session: Session) => Promise<T>): Promise<T> {
      const taken = take();
      const reader = taken instanceof Promise ? await taken : taken;
      try {
        reader.begin();
        try {
          return await work(reader.session);
        } finally {
          reader.end();
        }
      } finally {
        giveBack(reader);
      }
    },
    close(): void {
      for (const { connection } of all) connection.close();
    },
  };
}

interface Queued {
  readonly run: (session: Session) => Promise<void>;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

function isBusy(error: unknown): boolean {
  return error instanceof Sqlite.SqliteError && error.code.startsWith('SQLITE_BUSY');
}

/**
 * The writer. Works that wait at the same time are committed together: each in its own savepoint, one commit, one flush to the disk, then all are answered.
 * SQLite's own waiting for another program is unfair and holds up everything here, so this waits itself, in short random steps.
 */
function writer(file: string) {
  const { connection, command, session } = connect(file);
  const begin = command('begin immediate');
  const commit = command('commit');
  const rollback = command('rollback');
  const savepoint = command('savepoint work');
  const release = command('release savepoint work');
  const rollbackWork = command('rollback to savepoint work');
  connection.pragma('busy_timeout = 0');

  const queue: Queued[] = [];
  let draining: Promise<void> | undefined;

  const beginWaiting = async (): Promise<void> => {
    const deadline = performance.now() + BUSY;
    for (;;) {
      try {
        begin();
        return;
      } catch (error) {
        if (!isBusy(error) || performance.now() > deadline) throw error;
      }
      await pause(1 + Math.random() * 4);
    }
  };

  /** Runs the batch in one transaction; answers those that are to be run again. */
  const commitTogether = async (batch: readonly Queued[]): Promise<readonly Queued[]> => {
    try {
      await beginWaiting();
    } catch (error) {
      for (const queued of batch) queued.failed(error);
      return [];
    }
    const settled: { readonly queued: Queued; readonly answer: () => void }[] = [];
    const alone = batch.length === 1;
    for (const [at, queued] of batch.entries()) {
      if (!alone) savepoint();
      try {
        await queued.run(session);
        if (!alone) release();
        settled.push({ queued, answer: queued.done });
      } catch (error) {
        // A full disk makes SQLite roll back everything: the others have another go.
        if (!connection.inTransaction) {
          queued.failed(error);
          return [...settled.map((one) => one.queued), ...batch.slice(at + 1)];
        }
        if (alone) {
          rollback();
          queued.failed(error);
          return [];
        }
        // A refusal may tell of what the works before it did, and so it waits for them to last.
        settled.push({ queued, answer: () => queued.failed(error) });
        rollbackWork();
        release();
      }
    }
    try {
      commit();
    } catch (error) {
      if (connection.inTransaction) rollback();
      for (const { queued } of settled) queued.failed(error);
      return [];
    }
    for (const { answer } of settled) answer();
    return [];
  };

  const drain = async (): Promise<void> => {
    while (queue.length > 0) {
      // Requests that arrived in this turn of the event loop join the batch.
      await new Promise<void>((resolve) => setImmediate(resolve));
      const again = await commitTogether(queue.splice(0, BATCH));
      queue.unshift(...again);
    }
    draining = undefined;
  };

  return {
    connection,
    write<T>(work: (session: Session) => Promise<T>): Promise<T> {
      return new Promise<T>((resolve, reject) => {
        let result: T;
        queue.push({
          run: async (inside) => {
            result = await work(inside);
          },
          done: () => resolve(result),
          failed: reject,
        });
        draining ??= drain();
      });
    },
    async close(): Promise<void> {
      await draining;
      connection.close();
    },
  };
}

export interface SqliteOptions extends SqlStoreOptions {
  /** The database's path. File and folder are made when absent, for their owner's eyes only. */
  readonly file: string;
  /** How many reads may be under way at once; 4 when absent. */
  readonly readers?: number;
}

/** A database in one file. */
export function openSqlite({ file, readers: most = 4 }: SqliteOptions): Database {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  closeSync(openSync(file, 'a', 0o600));
  const writing = writer(file);
  const reading = readers(file, most);
  const version = writing.connection.prepare('select sqlite_version()').pluck().get();
  return {
    engine: `SQLite ${version}`,
    read: reading.read,
    write: writing.write,
    async close() {
      await writing.close();
      reading.close();
    },
  };
}

/**
 * Opens the store in a file, making or migrating it.
 * @throws StoreIsNewer, MigrationDiffers
 */
export async function openSqliteStore(options: SqliteOptions): Promise<Store> {
  const database = openSqlite(options);
  try {
    return await sqlStore(database, options);
  } catch (error) {
    await database.close();
    throw error;
  }
}
