/**
 * An empty store of the engine under test, in a folder or schema of its own that goes when the store closes.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteStore } from '../../src/store/sqlite/database.ts';
import type { Store } from '../../src/store/store.ts';

/** The engine that `DAVIT_TEST_ENGINE` names; SQLite when it names none. */
export function engineUnderTest(): 'sqlite' | 'postgres' {
  const engine = process.env.DAVIT_TEST_ENGINE ?? 'sqlite';
  if (engine !== 'sqlite' && engine !== 'postgres')
    throw new RangeError(`DAVIT_TEST_ENGINE is sqlite or postgres, not ${engine}`);
  return engine;
}

/** Opens it. */
export async function openTestStore(): Promise<Store> {
  return engineUnderTest() === 'postgres' ? openPostgres() : openSqlite();
}

async function openSqlite(): Promise<Store> {
  const folder = temporaryFolder('store');
  const store = await openSqliteStore({ file: join(folder, 'davit.sqlite') });
  return closingAlso(store, async () => rmSync(folder, { recursive: true, force: true }));
}

async function openPostgres(): Promise<Store> {
  const { openPostgresStore } = await import('../../src/store/postgres/database.ts');
  const { startPostgres } = await import('./postgres.ts');
  const cluster = await startPostgres();
  const store = await openPostgresStore({ connection: await cluster.database() });
  return closingAlso(store, () => cluster.stop());
}

function closingAlso(store: Store, also: () => Promise<void>): Store {
  return {
    ...store,
    async close() {
      await store.close();
      await also();
    },
  };
}

/** A new folder; in memory where the machine offers that, since tests wait for every flush to the disk. */
export function temporaryFolder(purpose: string): string {
  const memory = '/dev/shm';
  return mkdtempSync(join(existsSync(memory) ? memory : tmpdir(), `davit-${purpose}-`));
}
