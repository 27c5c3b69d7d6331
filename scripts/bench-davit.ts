/**
 * Starts a Davit with throw-away data for a benchmark, on loopback, as `davit serve` does: users `bench` and `bench000` to `bench199` with
 * the password `benchpass`. Prints `TARGET=…`, what a load generator needs to know, and runs until it is told to stop. `PORT` and
 * `STORE` (a postgres:// URL; SQLite without one) change where it listens and stores.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { catalogue } from '../src/dav/catalogue.ts';
import { DEFAULT_LIMITS } from '../src/dav/limits.ts';
import { addUser } from '../src/operations/accounts.ts';
import { administration } from '../src/operations/administration.ts';
import { addDomain } from '../src/operations/domains.ts';
import { hashPassword } from '../src/operations/passwords.ts';
import { standardFeatures } from '../src/server/features.ts';
import { SILENT } from '../src/server/log.ts';
import { openStore, type StoreLocation } from '../src/server/open-store.ts';
import { serve } from '../src/server/serve.ts';

const data = await mkdtemp(join(tmpdir(), 'davit-bench-'));
const port = Number(process.env.PORT ?? 18443);
const url = process.env.STORE;
const location: StoreLocation =
  url === undefined ? { engine: 'sqlite', file: join(data, 'davit.sqlite') } : { engine: 'postgres', connection: url };

const store = await openStore(location);
const admin = administration(store, catalogue(standardFeatures()), 'bench-davit');
await addDomain(admin, 'example.com');
const hash = await hashPassword('benchpass');
const names = [
  'bench',
  ...Array.from({ length: Number(process.env.ACCOUNTS ?? 200) }, (_, i) => `bench${String(i).padStart(3, '0')}`),
];
for (const name of names) await addUser(admin, { address: `${name}@example.com`, credential: { hash } });
await store.close();

const serving = await serve(
  {
    data,
    host: '127.0.0.1',
    port,
    tls: undefined,
    http: undefined,
    trustedProxies: [],
    publicUrl: undefined,
    store: location,
    defaultDomain: 'example.com',
    realm: 'Davit',
    files: true,
    limits: DEFAULT_LIMITS,
    quota: undefined,
    retention: { tombstoneDays: 180, historyDays: 30 },
  },
  SILENT,
);
console.log(`TARGET=davit=${serving.origin}/,bench,benchpass,pid=${process.pid},accounts=bench%03d`);

const stop = async (): Promise<void> => {
  await serving.close();
  await rm(data, { recursive: true, force: true });
  process.exit(0);
};
process.once('SIGINT', () => void stop());
process.once('SIGTERM', () => void stop());
