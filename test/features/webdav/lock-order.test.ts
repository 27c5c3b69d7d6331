/**
 * In which order COPY and MOVE lock rows: everything that they change, what lies deeper first, as all other writers do; two of them never
 * wait for each other then. RFC 4918 section 9.8.4.
 */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { CollectionKey } from '../../../src/store/records.ts';
import type { Store, WriteTransaction } from '../../../src/store/store.ts';
import { openTestStore } from '../../support/engine.ts';
import { inProcess } from '../../support/in-process.ts';
import { withWorld } from '../../support/world.ts';

/** Names of the collections that were locked, in order, in the transaction before the last removal or addition. */
let locked: string[] = [];
let isChanged = false;

function watched(tx: WriteTransaction): WriteTransaction {
  const { collections } = tx;
  const note = async (key: CollectionKey): Promise<void> => {
    const name = (await collections.get(key))?.name;
    if (!isChanged && name !== undefined && !locked.includes(name)) locked.push(name);
  };
  return {
    ...tx,
    collections: {
      ...collections,
      async lock(key) {
        await note(key);
        return collections.lock(key);
      },
      async lockTree(key) {
        isChanged ||= locked.length > 0;
        return collections.lockTree(key);
      },
      async remove(key) {
        isChanged = true;
        return collections.remove(key);
      },
    },
  };
}

const opened = await openTestStore();
const store: Store = { ...opened, write: (origin, work) => opened.write(origin, (tx) => work(watched(tx))) };
const service = await inProcess(store, {});
after(() => service.close());

for (const manner of ['COPY', 'MOVE'] as const) {
  test(`${manner} locks what comes, what gives way and where they lie, the deepest first`, () =>
    withWorld(service, async ({ alice }) => {
      for (const path of ['t/', 't/a/', 't/a/b/', 'u/', 'u/v/', 'u/v/c/', 'u/v/c/d/', 'u/v/c/d/e/', 'z/']) {
        await alice.mkcol(alice.files + path).expect(201);
      }
      await alice.put(`${alice.files}z/1`, '1').expect(201);
      const go = async (from: string, to: string): Promise<readonly string[]> => {
        locked = [];
        isChanged = false;
        const headers = { Destination: alice.files + to };
        await alice.request(manner, alice.files + from, { headers }).expect(204);
        return locked;
      };
      const moved = manner === 'MOVE';
      assert.deepEqual(await go('t/a/', 'u/v/c/'), ['e', 'd', 'b', 'c', 'a', 'v', ...(moved ? ['t'] : [])]);
      assert.deepEqual(await go('z/1', 'u/v/'), ['b', 'c', 'v', 'u', 'z']);
    }));
}
