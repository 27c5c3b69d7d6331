/**
 * A real PostgreSQL for tests: a cluster of its own in a temporary folder, on a UNIX socket only, gone at the end.
 * Set PG_BIN to the folder of `initdb` and `postgres` when they are not found.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, chmodSync, chownSync, constants, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import pg from 'pg';

/** PostgreSQL refuses to run as root; this is `nobody`. */
const NOBODY = 65534;

function hasServer(folder: string): boolean {
  try {
    for (const program of ['initdb', 'postgres']) accessSync(join(folder, program), constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function installed(): string[] {
  try {
    const versions = readdirSync('/usr/lib/postgresql').sort((a, b) => Number(b) - Number(a));
    return versions.map((version) => join('/usr/lib/postgresql', version, 'bin'));
  } catch {
    return [];
  }
}

function findServer(): string | undefined {
  const { PG_BIN, PATH } = process.env;
  const folders = [...(PG_BIN === undefined ? [] : [PG_BIN]), ...installed(), ...(PATH ?? '').split(delimiter)];
  return folders.find((folder) => folder !== '' && hasServer(folder));
}

export interface Cluster {
  /** Makes a database, empty or as another that nobody is connected to, and answers the driver's settings for it. */
  database(like?: pg.PoolConfig): Promise<pg.PoolConfig>;
  stop(): Promise<void>;
}

/** Why there is no PostgreSQL here; undefined when there is one. Under CI its absence is an error. */
export function missingPostgres(): string | undefined {
  if (findServer() !== undefined) return undefined;
  const reason = 'PostgreSQL is NOT tested: no initdb and postgres in $PG_BIN, /usr/lib/postgresql/*/bin or PATH';
  if (process.env.CI === 'true') throw new Error(reason);
  console.error(`\n*** SKIPPED *** ${reason}\n`);
  return reason;
}

/** Starts a cluster; some two seconds. Its durability is switched off. */
export async function startPostgres(): Promise<Cluster> {
  const programs = findServer();
  if (programs === undefined) throw new Error('no PostgreSQL');
  const root = process.getuid?.() === 0;
  const as = root ? { uid: NOBODY, gid: NOBODY } : {};
  const folder = mkdtempSync(join(tmpdir(), 'davit-postgres-'));
  const data = join(folder, 'data');
  mkdirSync(data);
  if (root) for (const each of [folder, data]) chownSync(each, NOBODY, NOBODY);
  chmodSync(data, 0o700);

  const flags = ['-D', data, '-U', 'davit', '--auth=trust', '--no-sync', '--locale=C', '-E', 'UTF8'];
  // A home that the user can read, or the client library asks in vain for the caller's.
  const env = { ...process.env, HOME: folder };
  const made = spawnSync(join(programs, 'initdb'), flags, { ...as, env, cwd: folder, encoding: 'utf8' });
  if (made.status !== 0) throw new Error(`initdb: ${made.error?.message ?? made.stderr}`);

  const settings = { listen_addresses: '', fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };
  const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const server = spawn(join(programs, 'postgres'), ['-D', data, '-k', folder, ...options], {
    ...{ ...as, env, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] },
  });
  const exited = once(server, 'exit');
  const killed = () => {
    server.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  };
  process.once('exit', killed);

  let told = '';
  await new Promise<void>((resolve, reject) => {
    server.stderr?.setEncoding('utf8').on('data', (text: string) => {
      told += text;
      if (told.includes('ready to accept connections')) resolve();
    });
    exited.then(() => reject(new Error(`postgres: ${told}`)));
  });

  const connection = { host: folder, user: 'davit' };
  let databases = 0;
  return {
    async database(like) {
      databases += 1;
      const database = `davit_${databases}`;
      const client = new pg.Client({ ...connection, database: 'postgres' });
      await client.connect();
      await client.query(`create database ${database} template ${like?.database ?? 'template0'}`);
      await client.end();
      return { ...connection, database };
    },
    async stop() {
      process.off('exit', killed);
      server.kill('SIGINT');
      await exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
