/**
 * Brings a database to the schema that this program knows: numbered migrations, each once, in one transaction, remembered with a checksum.
 */
import { createHash } from 'node:crypto';
import type { Database, Dialect } from './database.ts';
import { statement } from './database.ts';
import { store } from './migrations/0001-store.ts';
import { access } from './migrations/0002-access.ts';
import { contents } from './migrations/0003-contents.ts';
import { attachments } from './migrations/0004-attachments.ts';
import { days } from './migrations/0005-days.ts';
import { mounts } from './migrations/0006-mounts.ts';

/** A migration's number is its place in this list, from 1. A migration that has been released is never changed. */
const MIGRATIONS: readonly ((dialect: Dialect) => readonly string[])[] = [
  store,
  access,
  contents,
  attachments,
  days,
  mounts,
];

/** The database was written by a newer program. */
export class StoreIsNewer extends Error {
  override readonly name = 'StoreIsNewer';
  constructor(found: number, known: number) {
    super(`The database has schema ${found} but this Davit knows schemas up to ${known} only: run the newer Davit.`);
  }
}

/** A released migration differs from the one that this database went through. */
export class MigrationDiffers extends Error {
  override readonly name = 'MigrationDiffers';
  constructor(number: number) {
    super(`Migration ${number} of this Davit is not the one that made the database.`);
  }
}

const MADE = statement<[number, string]>('select number, checksum from migration order by number');
const REMEMBER = statement('insert into migration (number, checksum) values ($1, $2)');
const EPOCH = statement<[string]>(`select value from meta where name = 'epoch'`);
const BEGIN_EPOCH = statement(
  `insert into meta (name, value) values ('epoch', $1) on conflict (name) do update set value = excluded.value`,
);

/**
 * Migrates and answers the store's epoch; `to` is the last migration to be made, for tests of the later ones.
 * @throws StoreIsNewer, MigrationDiffers
 */
export function migrate(database: Database, random: () => string, to = MIGRATIONS.length): Promise<string> {
  return database.write(async (session) => {
    const { dialect } = session;
    if (dialect.lockSchema !== undefined) await session.run(statement(dialect.lockSchema), []);
    const { integer, text } = dialect.type;
    const table = `create table if not exists migration (number ${integer} primary key, checksum ${text} not null)`;
    await session.run(statement(`${table} ${dialect.table.clustered}`), []);
    const made = await session.all(MADE, []);
    const found = made.at(-1)?.[0] ?? 0;
    if (found > MIGRATIONS.length) throw new StoreIsNewer(found, MIGRATIONS.length);
    for (const [place, migration] of MIGRATIONS.slice(0, to).entries()) {
      const statements = migration(dialect);
      const checksum = createHash('sha256').update(statements.join(';\n')).digest('hex');
      const before = made[place];
      if (before === undefined) {
        for (const text of statements) await session.run(statement(text), []);
        await session.run(REMEMBER, [place + 1, checksum]);
      } else if (before[1] !== checksum) throw new MigrationDiffers(place + 1);
    }
    const epoch = await session.one(EPOCH, []);
    if (epoch !== undefined) return epoch[0];
    const begun = random();
    await session.run(BEGIN_EPOCH, [begun]);
    return begun;
  });
}
