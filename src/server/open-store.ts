/**
 * Opens the store that the configuration names, and says in one sentence why that fails. The only place that chooses a driver.
 */
import { codeOf, reasonOf } from '../operations/reason.ts';
import { openPostgresStore } from '../store/postgres/database.ts';
import { MigrationDiffers, StoreIsNewer } from '../store/sql/migrate.ts';
import { openSqliteStore } from '../store/sqlite/database.ts';
import type { Store } from '../store/store.ts';
import { StartError } from './start-error.ts';

export type StoreLocation =
  | { readonly engine: 'sqlite'; readonly file: string }
  /** A connection URL, its password in it. */
  | { readonly engine: 'postgres'; readonly connection: string };

export interface OpenOptions {
  /** Octets that each account may hold that has no bound of its own; undefined without a bound. */
  readonly quota?: number | undefined;
  /** Milliseconds for which a PostgreSQL that does not answer is tried again. */
  readonly patience?: number;
}

/** The store at that place, made or migrated. @throws StartError */
export async function openStore(location: StoreLocation, options: OpenOptions = {}): Promise<Store> {
  const { quota, patience = 15_000 } = options;
  try {
    return location.engine === 'sqlite'
      ? await openSqliteStore({ file: location.file, quota })
      : await openPostgresStore({ connection: location.connection, deadline: patience, quota });
  } catch (error) {
    if (error instanceof StoreIsNewer || error instanceof MigrationDiffers) throw new StartError(error.message);
    // What has no code comes from no system and no database: a fault of ours, with its stack.
    if (codeOf(error) === undefined) throw error;
    throw new StartError(`${placeOf(location)} cannot be opened: ${whyClosed(error)}.`);
  }
}

/** For people: without the password. */
function placeOf(location: StoreLocation): string {
  if (location.engine === 'sqlite') return `The database ${location.file}`;
  const url = URL.parse(location.connection);
  return url === null ? 'The PostgreSQL database' : `The PostgreSQL database ${url.pathname.slice(1)} on ${url.host}`;
}

const WHY: Readonly<Record<string, string>> = {
  SQLITE_NOTADB: 'the file is no SQLite database',
  SQLITE_CORRUPT: 'the file is damaged; restore it from a backup',
  SQLITE_BUSY: 'another program keeps it locked',
  SQLITE_CANTOPEN: 'the file or its folder cannot be written',
  SQLITE_READONLY: 'the file cannot be written',
  ECONNREFUSED: 'nothing answers there',
  ENOTFOUND: 'there is no such host',
  '28P01': 'the password is wrong',
  '28000': 'this user may not connect',
  '3D000': 'there is no such database',
};

function whyClosed(error: unknown): string {
  return WHY[codeOf(error) ?? ''] ?? reasonOf(error);
}
