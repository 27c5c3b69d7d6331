/**
 * PostgreSQL keeps the storage contract; and what only a server can show.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import pg from 'pg';
import type { PostgresOptions } from '../../src/store/postgres/database.ts';
import { openPostgres, openPostgresStore } from '../../src/store/postgres/database.ts';
import { UNBOUNDED } from '../../src/store/records.ts';
import type { Database, Parameter, Session, Statement } from '../../src/store/sql/database.ts';
import { statement } from '../../src/store/sql/database.ts';
import { StoreIsNewer } from '../../src/store/sql/migrate.ts';
import { objectReader } from '../../src/store/sql/objects.ts';
import { sqlStore } from '../../src/store/sql/store.ts';
import type { ObjectReader } from '../../src/store/store.ts';
import { missingPostgres, startPostgres } from '../support/postgres.ts';
import { migrationsContract } from './migrations.contract.ts';
import { statementsContract } from './statements.contract.ts';
import { storeContract } from './store.contract.ts';
import type { World } from './world.ts';
import { bytes, index, world } from './world.ts';

const skip = missingPostgres();
const cluster = skip === undefined ? await startPostgres() : undefined;
after(() => cluster?.stop());

/** A migrated database of its own, made from one that was migrated once. */
const migrated = (async () => {
  const connection = await cluster?.database();
  if (connection !== undefined) await (await openPostgresStore({ connection, poolSize: 1 })).close();
  return connection;
})();

async function database(): Promise<pg.PoolConfig> {
  const connection = await cluster?.database(await migrated);
  assert.ok(connection);
  return connection;
}

storeContract(
  'PostgreSQL',
  async () => {
    const connection = await database();
    return { open: (given) => openPostgresStore({ connection, poolSize: 4, ...given }) };
  },
  { skip },
);

/** Runs a test with a store and a connection beside it, which an administrator might have. */
function beside(
  options: Omit<PostgresOptions, 'connection'>,
  run: (here: World, admin: pg.Client, connection: pg.PoolConfig) => Promise<void>,
): () => Promise<void> {
  return async () => {
    const connection = await database();
    const store = await openPostgresStore({ ...options, connection });
    const admin = new pg.Client(connection);
    await admin.connect();
    try {
      await run(await world(store), admin, connection);
    } finally {
      await admin.end();
      await store.close();
    }
  };
}

/** The plans of all that a work reads, one line each. */
async function plansOf(database: Database, work: (objects: ObjectReader) => Promise<unknown>) {
  return database.read(async (session) => {
    const sent: (readonly [Statement, readonly Parameter[]])[] = [];
    const noting: Session = {
      ...session,
      one(text, parameters) {
        sent.push([text, parameters]);
        return session.one(text, parameters);
      },
      all(text, parameters) {
        sent.push([text, parameters]);
        return session.all(text, parameters);
      },
    };
    await work(objectReader(noting));
    const plans: string[] = [];
    for (const [text, parameters] of sent) {
      const rows = await session.all(statement<[string]>(`explain (analyze, timing off) ${text}`), parameters);
      plans.push(...rows.map(([line]) => line));
    }
    return plans;
  });
}

/** A socket before the server's that forwards the first COMMIT and then breaks, before the answer comes. */
async function breakingAtCommit({ host }: pg.PoolConfig): Promise<{ host: string; close: () => void }> {
  const folder = mkdtempSync(join(tmpdir(), 'davit-proxy-'));
  let broken = false;
  const proxy = createServer((client) => {
    const server = connect(join(host ?? '', '.s.PGSQL.5432'));
    const end = () => {
      client.destroy();
      server.end();
    };
    server
      .on('data', (data) => client.write(data))
      .on('error', end)
      .on('close', end);
    client.on('error', end).on('close', end);
    client.on('data', (data) => {
      server.write(data);
      if (broken || !data.includes('commit\0')) return;
      broken = true;
      end();
    });
  });
  proxy.listen(join(folder, '.s.PGSQL.5432'));
  await once(proxy, 'listening');
  const close = () => {
    proxy.close();
    rmSync(folder, { recursive: true, force: true });
  };
  return { host: folder, close };
}

const OTHERS = `select pg_terminate_backend(pid) from pg_stat_activity
  where datname = current_database() and pid <> pg_backend_pid()`;

describe('PostgreSQL', { skip: skip ?? false }, () => {
  const former = cluster?.database();
  migrationsContract(async () => {
    const connection = await former;
    assert.ok(connection);
    return openPostgres({ connection, poolSize: 1 });
  });
  statementsContract(async () => {
    assert.ok(cluster);
    return openPostgres({ connection: await cluster.database(), poolSize: 1 });
  });

  test(
    'a work whose connection is lost is done again, on another one',
    beside({ poolSize: 2 }, async ({ store, calendar, write, record }, admin) => {
      let runs = 0;
      await write(async (tx) => {
        runs += 1;
        await tx.objects.put(calendar, { name: 'a', uid: 'a', etag: `${runs}`, data: bytes('a'), index: index() });
        if (runs === 1) await admin.query(OTHERS);
      });
      assert.equal(runs, 2);
      assert.equal((await store.read((tx) => tx.objects.get(calendar, 'a')))?.etag, '2');
      assert.equal((await record(calendar)).revision, 1);
    }),
  );

  test(
    'idle connections that are lost are not noticed',
    beside({ poolSize: 2 }, async ({ store, calendar, put }, admin) => {
      await put('a');
      await admin.query(OTHERS);
      assert.ok(await store.read((tx) => tx.objects.get(calendar, 'a')));
      await admin.query(OTHERS);
      await put('b');
    }),
  );

  test(
    'a commit whose answer is lost is asked about, and not done twice',
    beside({}, async ({ store, calendar }, _, connection) => {
      const { host, close } = await breakingAtCommit(connection);
      const through = openPostgres({ connection: { ...connection, host }, poolSize: 1 });
      let runs = 0;
      try {
        await through.write(async (session) => {
          runs += 1;
          const raise = statement('update collection set revision = revision + 1 where account_id = $1 and id = $2');
          await session.run(raise, [calendar.account, calendar.id]);
        });
        assert.equal(runs, 1);
        assert.equal((await store.read((tx) => tx.collections.get(calendar)))?.revision, 1);
      } finally {
        await through.close();
        close();
      }
    }),
  );

  test(
    'two works that lock each other out are both done',
    beside({ poolSize: 2 }, async ({ account, home, calendar, write, record }) => {
      const other = await write((tx) =>
        tx.collections.add(account, { parent: home.id, name: 'other', kind: 'calendar', properties: {} }),
      );
      const bothHold = Promise.withResolvers<void>();
      let holding = 0;
      const work = (first: typeof calendar, second: typeof calendar) =>
        write(async (tx) => {
          await tx.collections.lock(first);
          holding += 1;
          if (holding === 2) bothHold.resolve();
          await bothHold.promise;
          await tx.collections.lock(second);
          await tx.objects.put(second, { name: 'a', uid: 'a', etag: 'a', data: bytes('a'), index: index() });
        });
      await Promise.all([work(calendar, other), work(other, calendar)]);
      assert.equal((await record(calendar)).revision, 1);
      assert.equal((await record(other)).revision, 1);
    }),
  );

  test(
    "a work's own error is not a reason to try again, whatever it looks like",
    beside({ poolSize: 1 }, async ({ write }) => {
      let runs = 0;
      const failing = write(async () => {
        runs += 1;
        throw Object.assign(new Error('Connection terminated'), { code: 'ECONNRESET' });
      });
      await assert.rejects(failing, { code: 'ECONNRESET' });
      assert.equal(runs, 1);
    }),
  );

  test(
    'works without prepared statements, with every work run twice',
    beside({ preparedStatements: false, rehearse: true }, async ({ store, calendar, put, record }) => {
      for (let at = 0; at < 8; at += 1) await put(`${at}`, 'text', { texts: { SUMMARY: 'text' } });
      const found = await store.read((tx) => tx.objects.readPage(calendar, { limit: 100 }));
      assert.equal(found.length, 8);
      assert.equal((await record(calendar)).revision, 8);
      const prefilter = { texts: { test: 'allof', conditions: [{ property: 'SUMMARY', contains: 'tex' }] } } as const;
      assert.equal((await store.read((tx) => tx.objects.matching(calendar, prefilter, { limit: 100 }))).length, 8);
    }),
  );

  test(
    'a schema of its own keeps a second store in one database',
    beside({}, async ({ store }, _, connection) => {
      const open = () => openPostgresStore({ connection, schema: 'second "one"', poolSize: 1 });
      const [one, two] = await Promise.all([open(), open()]);
      assert.equal(one.epoch, two.epoch);
      assert.notEqual(one.epoch, store.epoch);
      assert.deepEqual(await one.read((tx) => tx.directory.tenants()), []);
      await Promise.all([one.close(), two.close()]);
    }),
  );

  test('without statistics each question reads by its own index what it answers', async () => {
    const opened = openPostgres({ connection: await database(), poolSize: 2 });
    const store = await sqlStore(opened, {});
    try {
      await opened.write((session) => session.run(statement('alter table object set (autovacuum_enabled = off)'), []));
      const { calendar, write } = await world(store);
      const data = bytes('x');
      // More than fit into one page of an index.
      await write(async (tx) => {
        for (let at = 0; at < 1000; at += 1) {
          const given = index({ first: at * 1000, last: at * 1000 + 10 });
          await tx.objects.put(calendar, { name: `${at}`, uid: `uid-${at}`, etag: 'x', data, index: given });
        }
      });
      const { traits } = UNBOUNDED;
      const range = { start: 90_000, end: 92_000, pieces: { utc: [traits], reader: [traits] } };
      const questions: Readonly<Record<string, (objects: ObjectReader) => Promise<unknown>>> = {
        'by name': (objects) => objects.read(calendar, '770'),
        'by names': (objects) => objects.readAll(calendar, ['400', '600', '800']),
        'a page': (objects) => objects.readPage(calendar, { after: '5', limit: 3 }),
        'names by UID': (objects) => objects.namesByUid(calendar, 'uid-77'),
        'by UID': (objects) => objects.matching(calendar, { uid: 'uid-77', components: ['VEVENT'] }, { limit: 3 }),
        'by time': (objects) => objects.matching(calendar, { components: ['VEVENT'], range }, { limit: 9 }),
      };
      for (const [what, work] of Object.entries(questions)) {
        const plans = await plansOf(opened, work);
        assert.ok(plans.length > 0);
        const inVain = plans.flatMap((line) => /Rows Removed by Filter: (\d+)/.exec(line)?.[1] ?? []).map(Number);
        assert.ok(Math.max(0, ...inVain) < 100, `${what}: ${plans.join('\n')}`);
      }
    } finally {
      await store.close();
    }
  });

  test(
    'a database of a newer program is left alone',
    beside({}, async (_, admin, connection) => {
      await admin.query(`insert into migration (number, checksum) values (9999, 'x')`);
      await assert.rejects(openPostgresStore({ connection, deadline: 1000 }), StoreIsNewer);
    }),
  );
});
