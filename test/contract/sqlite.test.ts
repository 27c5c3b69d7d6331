/**
 * SQLite keeps the storage contract; and what only a file can show.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, describe, test } from 'node:test';
import Sqlite from 'better-sqlite3';
import { MigrationDiffers, StoreIsNewer } from '../../src/store/sql/migrate.ts';
import { openSqlite, openSqliteStore } from '../../src/store/sqlite/database.ts';
import { migrationsContract } from './migrations.contract.ts';
import { statementsContract } from './statements.contract.ts';
import { storeContract } from './store.contract.ts';
import { ORIGIN, world } from './world.ts';

const folder = mkdtempSync(join(tmpdir(), 'davit-sqlite-'));
after(() => rmSync(folder, { recursive: true, force: true }));

let places = 0;
function newFile(): string {
  places += 1;
  return join(folder, `${places}`, 'davit.db');
}

for (const rehearse of [false, true]) {
  storeContract(rehearse ? 'SQLite, every work run twice,' : 'SQLite', async () => {
    const file = newFile();
    return { open: (options) => openSqliteStore({ file, rehearse, ...options }) };
  });
}

/** Another program that writes objects without end to the calendar, and says each name when it is written. */
function writingProgram(file: string, account: number, id: number, prefix: string) {
  const program = `
    import { openSqliteStore } from ${JSON.stringify(import.meta.resolve('../../src/store/sqlite/database.ts'))};
    const store = await openSqliteStore({ file: ${JSON.stringify(file)} });
    import { UNBOUNDED } from ${JSON.stringify(import.meta.resolve('../../src/store/records.ts'))};
    const index = { ...UNBOUNDED, component: 'VEVENT', texts: { SUMMARY: 'a text' } };
    const put = (name) => store.write({ by: undefined, client: 'child', at: 1 }, (tx) =>
      tx.objects.put({ account: ${account}, id: ${id} }, { name, uid: name, etag: name, data: Buffer.from(name), index }));
    for (let at = 0; ; at += 3) {
      const names = [at, at + 1, at + 2].map((each) => ${JSON.stringify(prefix)} + each);
      await Promise.all(names.map((name) => put(name).then(() => process.stdout.write(name + '\\n'))));
    }`;
  return spawn(process.execPath, ['--input-type=module', '--eval', program], { stdio: ['ignore', 'pipe', 'inherit'] });
}

describe('SQLite', () => {
  const former = newFile();
  migrationsContract(async () => openSqlite({ file: former }));
  statementsContract(async () => openSqlite({ file: newFile() }));

  test('what was acknowledged before a kill is there, and the file is whole', async () => {
    const file = newFile();
    const store = await openSqliteStore({ file });
    const { calendar } = await world(store);
    await store.close();
    for (const round of [1, 2]) {
      const child = writingProgram(file, calendar.account, calendar.id, `round-${round}-`);
      const said: string[] = [];
      for await (const line of createInterface(child.stdout)) {
        said.push(line);
        if (said.length === 60) child.kill('SIGKILL');
      }
      const again = await openSqliteStore({ file });
      const found = await again.read((tx) => tx.objects.readAll(calendar, said));
      assert.deepEqual(found.map((each) => Buffer.from(each.data).toString()).sort(), said.toSorted());
      const record = await again.read((tx) => tx.collections.get(calendar));
      const all = await again.read((tx) => tx.objects.page(calendar, { limit: 10_000 }));
      assert.equal(record?.revision, all.length);
      await again.close();
      const connection = new Sqlite(file);
      assert.deepEqual(connection.pragma('integrity_check'), [{ integrity_check: 'ok' }]);
      connection.close();
    }
  });

  test('a command finds its turn while another program writes all the time', async () => {
    const file = newFile();
    const store = await openSqliteStore({ file });
    const { calendar, put } = await world(store);
    const child = writingProgram(file, calendar.account, calendar.id, 'busy-');
    try {
      await new Promise((resolve) => child.stdout.once('data', resolve));
      for (let at = 0; at < 20; at += 1) await put(`patient-${at}`);
      const names = Array.from({ length: 20 }, (_, at) => `patient-${at}`);
      assert.equal((await store.read((tx) => tx.objects.getAll(calendar, names))).length, 20);
    } finally {
      child.kill('SIGKILL');
      await store.close();
    }
  });

  test('a refusal that comes of what another work did waits until that lasts', async () => {
    const store = await openSqliteStore({ file: newFile() });
    try {
      const { calendar, put } = await world(store);
      const answered: string[] = [];
      const one = put('a').then(() => answered.push('stored'));
      const two = store
        .write(ORIGIN, async (tx) => {
          if ((await tx.objects.get(calendar, 'a')) !== undefined) throw new RangeError('it is there');
        })
        .catch((error: unknown) => answered.push(String(error)));
      const three = put('b').then(() => answered.push('stored too'));
      await Promise.all([one, two, three]);
      assert.deepEqual(answered, ['stored', 'RangeError: it is there', 'stored too']);
    } finally {
      await store.close();
    }
  });

  test('file and folder are for their owner only', async () => {
    const file = newFile();
    const store = await openSqliteStore({ file });
    try {
      await world(store);
      assert.equal(statSync(dirname(file)).mode & 0o777, 0o700);
      for (const end of ['', '-wal', '-shm']) assert.equal(statSync(file + end).mode & 0o777, 0o600);
    } finally {
      await store.close();
    }
  });

  test('a new store begins an epoch, an opened one keeps it', async () => {
    const file = newFile();
    const first = await openSqliteStore({ file, random: () => 'first' });
    await first.close();
    const second = await openSqliteStore({ file, random: () => 'second' });
    await second.close();
    assert.deepEqual([first.epoch, second.epoch], ['first', 'first']);
  });

  test('a file of a newer program, or of one that migrated otherwise, is left alone', async () => {
    const file = newFile();
    await (await openSqliteStore({ file })).close();
    const connection = new Sqlite(file);
    connection.prepare('insert into migration (number, checksum) values (9999, ?)').run('x');
    await assert.rejects(openSqliteStore({ file }), StoreIsNewer);
    connection.prepare('delete from migration where number = 9999').run();
    connection.prepare('update migration set checksum = ?').run('x');
    await assert.rejects(openSqliteStore({ file }), MigrationDiffers);
    connection.close();
  });
});
