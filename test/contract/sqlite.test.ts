/**
 * SQLite keeps the storage contract; and what only a file can show.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { openSqliteStore } from '../../src/store/sqlite/database.ts';
import { storeContract } from './store.contract.ts';

const folder = mkdtempSync(join(tmpdir(), 'davit-sqlite-'));
after(() => rmSync(folder, { recursive: true, force: true }));

let places = 0;
for (const rehearse of [false, true]) {
  storeContract(rehearse ? 'SQLite, every work run twice,' : 'SQLite', async () => {
    places += 1;
    const file = join(folder, `${places}`, 'davit.db');
    return { open: () => openSqliteStore({ file, rehearse }) };
  });
}
