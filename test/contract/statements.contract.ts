/**
 * The storage contract, part: how many statements are sent. What goes as a whole goes by as many, however much it is.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_COLLECTION } from '../../src/store/records.ts';
import type { Database, Session } from '../../src/store/sql/database.ts';
import { soughtGrams } from '../../src/store/sql/rare-grams.ts';
import { sqlStore } from '../../src/store/sql/store.ts';
import { gramsOf } from '../../src/store/sql/texts.ts';
import { bytes, index, world } from './world.ts';

/** `open` answers a connection to an empty database. */
export function statementsContract(open: () => Promise<Database>): void {
  test('a tree of many collections is emptied of locks, moved and removed by as many statements as a small one', async () => {
    const database = await open();
    let sent = 0;
    const counting = (session: Session): Session => ({
      ...session,
      run(...sending) {
        sent += 1;
        return session.run(...sending);
      },
      one(...sending) {
        sent += 1;
        return session.one(...sending);
      },
      all(...sending) {
        sent += 1;
        return session.all(...sending);
      },
    });
    const store = await sqlStore(
      { ...database, write: (work) => database.write((session) => work(counting(session))) },
      {},
    );
    try {
      const { account, write } = await world(store);
      const costs: number[][] = [];
      for (const size of [1, 40]) {
        const [top, other] = await write(async (tx) => {
          const add = (parent: typeof NO_COLLECTION, name: string) =>
            tx.collections.add(account, { parent, name, kind: 'folder', properties: {} });
          const root = await add(NO_COLLECTION, `files-${size}`);
          const above = await add(root.id, 'top');
          for (let at = 0; at < size; at += 1) {
            const inner = await add(above.id, `${at}`);
            const data = bytes('x');
            await tx.objects.put(inner, { name: 'x', uid: 'x', etag: 'x', data, index: index() });
          }
          return [above, root] as const;
        });
        const cost: number[] = [];
        for (const work of [
          () => write((tx) => tx.collections.move(top, { parent: other.id, name: 'moved' })),
          () => write((tx) => tx.collections.remove(top)),
        ]) {
          sent = 0;
          await work();
          cost.push(sent);
        }
        costs.push(cost);
      }
      assert.deepEqual(costs[1], costs[0]);
    } finally {
      await store.close();
    }
  });

  test('of a text the rarest part is looked for, wherever in the collection it is common', async () => {
    const database = await open();
    const store = await sqlStore(database, {});
    try {
      const { calendar, write } = await world(store);
      const size = 400;
      await write(async (tx) => {
        for (let at = 0; at < size; at += 1) {
          const words = [
            'EVERYWHERE',
            at < size / 2 ? 'BEFORE' : 'AFTERWARDS',
            ...(at % 50 === 3 ? ['SELDOM'] : []),
            ...(at < 40 ? ['FIRST'] : at >= size - 40 ? ['LATEST'] : []),
          ];
          const data = bytes('x');
          const uid = `${at}`;
          const texts = { SUMMARY: words.join(' ') };
          await tx.objects.put(calendar, { name: uid, uid, etag: 'x', data, index: index({ texts }) });
        }
      });
      const sought = (contains: string) =>
        database.read((session) => soughtGrams(session, calendar, [{ property: 'SUMMARY', contains }]));
      for (const [needle, ...common] of [
        ['EVERYWHERE BEFORE SELDOM', 'EVERYWHERE', 'BEFORE'],
        ['EVERYWHERE AFTERWARDS SELDOM', 'EVERYWHERE', 'AFTERWARDS'],
        ['EVERYWHERE BEFORE FIRST', 'EVERYWHERE', 'BEFORE'],
        ['EVERYWHERE AFTERWARDS LATEST', 'EVERYWHERE', 'AFTERWARDS'],
        ['EVERYWHERE AFTERWARDS', 'EVERYWHERE'],
      ] as const) {
        const [found] = await sought(needle);
        assert.ok(found !== undefined && found.grams.length > 0);
        for (const word of common)
          assert.ok(
            found.grams.every((gram) => !gramsOf('SUMMARY', word).has(gram)),
            needle,
          );
      }
      assert.deepEqual(
        (await sought('SELDOM')).map(({ grams }) => grams.length),
        [1],
        'few candidates are confirmed at once',
      );
    } finally {
      await store.close();
    }
  });
}
