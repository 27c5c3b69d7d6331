/**
 * An administration over an empty store for tests: every transaction's work is run twice, so that one with effects outside it shows; the
 * clock stands still; hashes are cheap.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { catalogue } from '../../src/dav/catalogue.ts';
import { DEFAULT_LIMITS } from '../../src/dav/limits.ts';
import { type Administration, administration } from '../../src/operations/administration.ts';
import { standardFeatures } from '../../src/server/features.ts';
import { openSqliteStore } from '../../src/store/sqlite/database.ts';
import { temporaryFolder } from '../support/engine.ts';

/** Costs next to nothing. */
export const CHEAP_HASHING = { memoryCost: 8, timeCost: 1, parallelism: 1 } as const;

export interface TestAdministration extends Administration {
  /** A folder of its own, with the database in it. */
  readonly folder: string;
  close(): Promise<void>;
}

/** Opens it. */
export async function anAdministration(): Promise<TestAdministration> {
  const folder = temporaryFolder('operations');
  const store = await openSqliteStore({ file: join(folder, 'davit.sqlite'), rehearse: true });
  const given = { now: () => 1_780_000_000, limits: DEFAULT_LIMITS, hashing: CHEAP_HASHING };
  return {
    ...administration(store, catalogue(standardFeatures()), 'tests', given),
    folder,
    async close() {
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Runs a body with one, and closes it. */
export async function withAdmin(body: (admin: TestAdministration) => Promise<void>): Promise<void> {
  const admin = await anAdministration();
  try {
    await body(admin);
  } finally {
    await admin.close();
  }
}

/** For `assert.rejects` and `assert.throws`: a refusal that says this. */
export function refusal(message: RegExp): { readonly name: 'Refusal'; readonly message: RegExp } {
  return { name: 'Refusal', message };
}
