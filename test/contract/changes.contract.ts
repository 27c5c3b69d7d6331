/**
 * The storage contract, part: revisions, tombstones, pruning. RFC 6578 section 3.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Change, CollectionKey } from '../../src/store/records.ts';
import type { Store } from '../../src/store/store.ts';
import type { NewPlace } from './world.ts';
import { AT, bytes, index, inWorld, ORIGIN } from './world.ts';

const ALL = Number.MAX_SAFE_INTEGER;

/** `name@revision`, a minus before what went. */
function told(changes: readonly Change<{ readonly name: string }>[]): readonly string[] {
  return changes.map((change) =>
    change.removed ? `-${change.name}@${change.revision}` : `${change.member.name}@${change.revision}`,
  );
}

async function objects(store: Store, key: CollectionKey, since: number, limit = 100): Promise<readonly string[]> {
  return told(await store.read((tx) => tx.changes.objects(key, { since, upTo: ALL, limit })));
}

async function collections(store: Store, key: CollectionKey, since: number): Promise<readonly string[]> {
  return told(await store.read((tx) => tx.changes.collections(key, { since, upTo: ALL, limit: 100 })));
}

export function changesContract(place: NewPlace): void {
  describe('changes', () => {
    test(
      'RFC 6578 section 3.5: each member once, in order of revision, with removals',
      inWorld(place, async ({ store, calendar, put, write }) => {
        for (const name of ['a', 'b', 'c']) await put(name);
        await put('a', 'again');
        await write((tx) => tx.objects.remove(calendar, 'b'));
        assert.deepEqual(await objects(store, calendar, 1), ['c@3', 'a@4', '-b@5']);
        assert.deepEqual(await objects(store, calendar, 3), ['a@4', '-b@5']);
        assert.deepEqual(await objects(store, calendar, 1, 2), ['c@3', 'a@4']);
        assert.deepEqual(await objects(store, calendar, 5), []);
        assert.deepEqual(await objects(store, calendar, 0), ['c@3', 'a@4', '-b@5']);
        const first = { initial: true, since: 0, upTo: 9, limit: 9 };
        assert.deepEqual(told(await store.read((tx) => tx.changes.objects(calendar, first))), ['c@3', 'a@4']);
        const upTo = await store.read((tx) => tx.changes.objects(calendar, { since: 1, upTo: 4, limit: 9 }));
        assert.deepEqual(told(upTo), ['c@3', 'a@4']);
        const stored = await store.read((tx) => tx.changes.objectsWithData(calendar, { since: 3, upTo: 9, limit: 9 }));
        assert.deepEqual(told(stored), ['a@4', '-b@5']);
        assert.ok(stored[0]?.removed === false);
        assert.equal(Buffer.from(stored[0].member.data).toString(), 'again');
      }),
    );

    test(
      'a name that is used again has no tombstone',
      inWorld(place, async ({ store, calendar, put, write }) => {
        await put('a');
        await write((tx) => tx.objects.remove(calendar, 'a'));
        assert.deepEqual(await objects(store, calendar, 1), ['-a@2']);
        await put('a');
        assert.deepEqual(await objects(store, calendar, 1), ['a@3']);
        await write((tx) => tx.objects.remove(calendar, 'a'));
        assert.deepEqual(await objects(store, calendar, 1), ['-a@4']);
      }),
    );

    test(
      'properties of an object are a change',
      inWorld(place, async ({ store, calendar, put, write }) => {
        const { etag } = await put('a');
        await put('b');
        await write((tx) => tx.objects.setProperties(calendar, 'a', { '{DAV:}x': 'y' }));
        assert.deepEqual(await objects(store, calendar, 0), ['b@2', 'a@3']);
        assert.equal((await store.read((tx) => tx.objects.get(calendar, 'a')))?.etag, etag);
        await assert.rejects(write((tx) => tx.objects.setProperties(calendar, 'absent', {})));
      }),
    );

    test(
      'a token taken during a write misses nothing',
      inWorld(place, async ({ store, calendar, put, write, record }) => {
        await put('a');
        let revision = -1;
        await write(async (tx) => {
          await tx.objects.put(calendar, { name: 'b', uid: 'b', etag: 'b', data: bytes('b'), index: index() });
          // A client asks while the change is under way.
          revision = (await record(calendar)).revision;
        });
        await put('c');
        assert.equal(revision, 1);
        assert.deepEqual(await objects(store, calendar, revision), ['b@2', 'c@3']);
      }),
    );

    test(
      'writers at once leave revisions without gaps, which a client that follows sees all',
      inWorld(place, async ({ store, calendar, put, record }) => {
        const writers = Promise.all(Array.from({ length: 60 }, (_, at) => put(`${at}`)));
        const seen = new Set<string>();
        let since = 0;
        for (let done = false; !done; ) {
          const { revision } = await record(calendar);
          const changes = await store.read((tx) => tx.changes.objects(calendar, { since, upTo: revision, limit: 99 }));
          for (const change of changes) {
            assert.equal(change.revision, since + 1);
            since = change.revision;
            if (!change.removed) seen.add(change.member.name);
          }
          done = since === 60;
          await new Promise((resolve) => setImmediate(resolve));
        }
        await writers;
        assert.equal(seen.size, 60);
      }),
    );

    test(
      '10,000 changes are read in pages, also those of one removal',
      inWorld(place, async ({ store, calendar, write, record }) => {
        const total = 10_000;
        for (let from = 0; from < total; from += 200) {
          await write(async (tx) => {
            const names = Array.from({ length: 200 }, (_, at) => `${from + at}.ics`);
            const put = (name: string) =>
              tx.objects.put(calendar, { name, uid: name, etag: '', data: bytes(''), index: index() });
            await Promise.all(names.map(put));
          });
        }
        const pages = async (from: number) => {
          const found: Change<unknown>[] = [];
          for (let since = from; ; since = found.at(-1)?.revision ?? since) {
            const page = await store.read((tx) => tx.changes.objects(calendar, { since, upTo: ALL, limit: 700 }));
            found.push(...page);
            if (page.length < 700) return found;
          }
        };
        assert.equal((await pages(0)).length, total);
        await write((tx) => tx.collections.empty(calendar));
        assert.equal((await record(calendar)).revision, 2 * total);
        const gone = await pages(total);
        assert.equal(new Set(gone.map((change) => (change.removed ? change.name : ''))).size, total);
        assert.deepEqual(
          gone.map((change) => change.revision),
          Array.from({ length: total }, (_, at) => total + at + 1),
        );
        assert.deepEqual(await store.read((tx) => tx.objects.page(calendar, { limit: 1 })), []);
        assert.equal(await store.read((tx) => tx.collections.countObjects(calendar)), 0);
        await write((tx) => tx.collections.empty(calendar));
        assert.equal((await record(calendar)).revision, 2 * total);
      }),
    );

    test(
      'a home tells which of its collections changed, came, moved and went',
      inWorld(place, async ({ store, account, home, put, write, record }) => {
        const add = (name: string) =>
          write((tx) => tx.collections.add(account, { parent: home.id, name, kind: 'calendar', properties: {} }));
        const work = await add('work');
        const since = (await record(home)).revision;
        await put('a');
        assert.deepEqual(await collections(store, home, since), [`default@${since + 1}`]);
        await write((tx) => tx.collections.move(work, { parent: home.id, name: 'job' }));
        assert.deepEqual(await collections(store, home, since + 1), [`-work@${since + 2}`, `job@${since + 3}`]);
        await write((tx) => tx.collections.remove(work));
        assert.deepEqual(await collections(store, home, since + 1), [`-work@${since + 2}`, `-job@${since + 4}`]);
        await add('work');
        assert.deepEqual(await collections(store, home, since + 2), [`-job@${since + 4}`, `work@${since + 5}`]);
        assert.deepEqual(await objects(store, home, 0), []);
      }),
    );

    test(
      'pruning forgets old removals and says up to which revision, for each collection',
      inWorld(place, async ({ store, account, home, calendar, put, write, record }) => {
        const other = await write((tx) =>
          tx.collections.add(account, { parent: home.id, name: 'other', kind: 'calendar', properties: {} }),
        );
        for (const name of ['a', 'b', 'c']) await put(name);
        const remove = (name: string, at: number) =>
          store.write({ ...ORIGIN, at }, (tx) => tx.objects.remove(calendar, name));
        await remove('a', AT + 10);
        await remove('b', AT + 20);
        await remove('c', AT + 30);
        const none = { tombstones: 0, history: 0, locks: 0, attachments: 0, contents: 0 };
        assert.deepEqual(await store.prune({ ...none, tombstones: AT + 10, history: AT + 10 }, 100), none);
        assert.deepEqual(await store.prune({ ...none, tombstones: AT + 30, history: AT + 20 }, 100), {
          ...{ ...none, tombstones: 2, history: 1 },
        });
        assert.equal((await record(calendar)).prunedTo, 5);
        assert.equal((await record(other)).prunedTo, 0);
        assert.equal((await record(home)).prunedTo, 0);
        assert.deepEqual(await objects(store, calendar, 5), ['-c@6']);
        assert.equal((await store.read((tx) => tx.history.of(calendar, 'a', 9))).length, 0);
        assert.equal((await store.read((tx) => tx.history.of(calendar, 'b', 9))).length, 1);
        assert.deepEqual(await store.prune({ ...none, tombstones: AT + 99, history: AT + 99 }, 1), {
          ...{ ...none, tombstones: 1, history: 1 },
        });
        assert.equal((await record(calendar)).revision, 6);
      }),
    );
  });
}
