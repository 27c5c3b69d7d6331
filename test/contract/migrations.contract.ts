/**
 * The storage contract, part: a database that the first schema made becomes one of today, and nothing in it is lost.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountId, collectionId, tenantId } from '../../src/store/records.ts';
import type { Database, Parameter } from '../../src/store/sql/database.ts';
import { statement } from '../../src/store/sql/database.ts';
import { migrate } from '../../src/store/sql/migrate.ts';
import { sqlStore } from '../../src/store/sql/store.ts';
import { AT, ORIGIN } from './world.ts';

/** More than are given texts in one transaction. */
const ACCOUNTS = 205;

/** As the first release wrote it: accounts, a calendar of the first with two objects, and two grants on it. */
async function fill(database: Database): Promise<void> {
  await database.write(async (session) => {
    const run = (text: string, ...parameters: Parameter[]) => session.run(statement(text), parameters);
    await run(`insert into tenant (id, name) values (1, 'example')`);
    for (let id = 1; id <= ACCOUNTS; id += 1) {
      const address = `user${id}@example.com`;
      await run(
        `insert into account (id, tenant, kind, address, domain, display_name, disabled, credential_epoch, created,
           last_collection) values ($1, 1, 'individual', $2, 'example.com', $3, 0, 1, $4, 2)`,
        ...[id, address, `Person ${id}`, AT],
      );
      await run('insert into login (address, account_id, position) values ($1, $2, 0)', address, id);
    }
    await run(`insert into login (address, account_id, position) values ('first@example.com', 1, 1)`);
    for (const [id, parent, name] of [
      [1, 0, 'calendars'],
      [2, 1, 'default'],
    ] as const) {
      await run(
        `insert into collection (account_id, id, parent, name, kind, revision, pruned_to, parent_revision, objects,
           created, modified, shared, properties)
         values (1, $1, $2, $3, 'calendar', 2, 0, 2, 2, $4, $4, 1, '{}')`,
        ...[id, parent, name, AT],
      );
    }
    for (const [grantee, access] of [
      [2, 'read'],
      [3, 'read-write'],
    ] as const) {
      await run('insert into access_grant (account_id, coll, grantee, access) values (1, 2, $1, $2)', grantee, access);
    }
    for (const [number, name] of ['a', 'b'].entries()) {
      await run(
        `insert into object (account_id, coll, name, number, uid, etag, size, component, span, first_at, last_at, weeks,
           texts, revision, created, modified, properties)
         values (1, 2, $1, $2, $1, $1, 500, 'VEVENT', 0, 0, 0, 1, 0, $2, $3, $3, '{}')`,
        ...[name, number + 1, AT],
      );
      const body = 'insert into body (account_id, coll, number, data) values (1, 2, $1, $2)';
      await run(body, number + 1, Buffer.alloc(500, name));
    }
  });
}

/** `open` answers a connection to one empty database, each time it is called. */
export function migrationsContract(open: () => Promise<Database>): void {
  test('a database of the first schema is brought to today’s, with its grants, its usage and a searchable directory', async () => {
    const former = await open();
    await migrate(former, () => 'epoch', 1);
    await fill(former);
    await former.close();
    // From before the first object; then from where somebody has left it, and at last no more.
    const marks = [{ account: 0, collection: 0, name: '' }, { account: 1, collection: 2, name: 'a b' }, undefined];
    for (const [at, round] of ['first', 'second', 'third'].entries()) {
      const to = marks[at];
      const store = await sqlStore(await open(), {});
      try {
        assert.equal(store.epoch, 'epoch', round);
        await store.read(async (tx) => {
          const [owner, tenant] = [accountId(1), tenantId(1)];
          const collection = { account: owner, id: collectionId(2) };
          assert.deepEqual(await tx.directory.tenants(), [{ id: tenant, name: 'example', directory: 'everyone' }]);
          const reading = ['{DAV:}read', '{DAV:}read-current-user-privilege-set'] as const;
          assert.deepEqual(await tx.grants.on(collection), [
            { collection, grantee: accountId(2), privileges: reading },
            { collection, grantee: accountId(3), privileges: [...reading, '{DAV:}write'] },
          ]);
          assert.equal((await tx.collections.get(collection))?.shared, true);
          assert.deepEqual(await tx.usage.of(owner), { used: 1000, quota: undefined });
          assert.deepEqual(await tx.usage.of(accountId(2)), { used: 0, quota: undefined });
          const read = await tx.objects.read(collection, 'b');
          assert.deepEqual([read?.size, read?.content, read?.data.byteLength], [500, undefined, 500]);
          // What their times are like is not known any more: they are found wherever they reach.
          const nothing = { years: 0, days: 0, hours: 0 };
          const one = { years: 2 ** 52, days: 1, hours: 2 ** 40 };
          const near = { start: -1, end: 1, pieces: { utc: [one], reader: [nothing] } };
          const inTime = await tx.objects.matching(collection, { range: near }, { limit: 9 });
          assert.deepEqual(
            inTime.map(({ name }) => name),
            ['a', 'b'],
          );
          assert.deepEqual(await tx.index.renewedTo(), to);
          assert.deepEqual(await tx.locks.of(owner, 0), []);
          const find = async (text: string) =>
            (await tx.directory.matching({ tenant, test: 'anyof', texts: [text] }, { limit: 999 })).map(
              (each) => each.id,
            );
          assert.equal((await find('person')).length, ACCOUNTS);
          assert.deepEqual(await find(`person ${ACCOUNTS}`), [ACCOUNTS]);
          assert.deepEqual(await find('first@'), [1]);
        });
        await store.write(ORIGIN, async (tx) => {
          if (to === undefined) return;
          assert.equal(await tx.index.renewed({ ...to, name: 'elsewhere' }, marks[at + 1]), false);
          assert.equal(await tx.index.renewed(to, marks[at + 1]), true);
        });
      } finally {
        await store.close();
      }
    }
  });
}
