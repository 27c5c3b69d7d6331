/**
 * The storage contract, part: collections in collections that hold objects too, and the locks that end with what they are on.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { CollectionKey, CollectionRecord, LockRecord } from '../../src/store/records.ts';
import { NO_COLLECTION } from '../../src/store/records.ts';
import { NameTaken } from '../../src/store/store.ts';
import type { NewPlace, World } from './world.ts';
import { AT, bytes, index, inWorld, key, ORIGIN } from './world.ts';

const ALL = Number.MAX_SAFE_INTEGER;

function add({ write, account }: World, parent: CollectionKey, name: string): Promise<CollectionRecord> {
  return write((tx) => tx.collections.add(account, { parent: parent.id, name, kind: 'folder', properties: {} }));
}

function put({ write }: World, into: CollectionKey, name: string) {
  return write((tx) =>
    tx.objects.put(into, {
      name,
      uid: name,
      etag: name,
      data: bytes(name),
      index: index({ texts: { SUMMARY: name } }),
    }),
  );
}

/** Homes and folders below one another: a, a/b, a/b/c, a/d. */
async function folders(here: World) {
  const root = await add(here, { account: here.account, id: NO_COLLECTION }, 'files');
  const a = await add(here, root, 'a');
  const b = await add(here, a, 'b');
  const c = await add(here, b, 'c');
  const d = await add(here, a, 'd');
  return { root, a, b, c, d };
}

const names = (records: readonly CollectionRecord[]) => records.map((each) => each.name);

/** `name@revision` for objects, `name/@revision` for collections, a minus before what went. */
async function members({ store }: World, of: CollectionKey, since: number, limit = 100, initial = false) {
  const changes = await store.read((tx) => tx.changes.members(of, { since, upTo: ALL, limit, initial }));
  const told = changes.map((change) => {
    const slash = change.sort === 'collection' ? '/' : '';
    return change.removed
      ? `-${change.name}${slash}@${change.revision}`
      : `${change.member.name}${slash}@${change.revision}`;
  });
  return { told, last: changes.at(-1)?.revision ?? since };
}

/** The path of a lock serves as its name here. */
async function lock({ write, account }: World, { id }: CollectionKey, name: string): Promise<void> {
  const token = `urn:${id}:${name}`;
  const record: LockRecord = {
    ...{ account, token, collection: id, name, path: [`${id}`, name || 'itself'], depth: 0, scope: 'exclusive' },
    ...{ holder: account, owner: '', created: AT, expires: AT + 100 },
  };
  await write((tx) => tx.locks.add(record));
}

async function locked({ store, account }: World): Promise<readonly string[]> {
  return (await store.read((tx) => tx.locks.of(account, AT))).map((each) => each.token).sort();
}

export function foldersContract(place: NewPlace): void {
  describe('folders', () => {
    test(
      'all collections below are listed at any depth, and more than the limit is seen',
      inWorld(place, async (here) => {
        const { store, account } = here;
        const { root, a, b, c, d } = await folders(here);
        const below = async (of: CollectionKey, limit = 99) =>
          names(await store.read((tx) => tx.collections.below(of, limit)));
        assert.deepEqual(await below(root), ['a', 'b', 'c', 'd']);
        assert.deepEqual(await below(a), ['b', 'c', 'd']);
        assert.deepEqual(await below(c), []);
        assert.deepEqual(await below(root, 3), ['a', 'b', 'c', 'd']);
        assert.deepEqual(await below(root, 2), ['a', 'b', 'c']);
        const records = await store.read((tx) => tx.collections.below(b, 9));
        assert.deepEqual(records, [await here.record(c)]);
        const outline = await store.read((tx) => tx.collections.outline(b, 9));
        const { properties, ...rest } = await here.record(c);
        assert.deepEqual(properties, {});
        assert.deepEqual(
          outline.map((each) => ({ ...each, properties })),
          [{ ...rest, properties }],
        );
        const path = await store.read((tx) => tx.collections.along(account, ['files', 'a', 'd', 'x']));
        assert.deepEqual(path.map(key), [root, a, d].map(key));
        await assert.rejects(add(here, a, 'd'), NameTaken);
      }),
    );

    test(
      'member collections are found by name, come in pages, and are counted with their objects',
      inWorld(place, async (here) => {
        const { store, account } = here;
        const { root, a, b, c, d } = await folders(here);
        const long = { '{http://example.com/}long': 'x'.repeat(9000) } as const;
        await here.write((tx) => tx.collections.setProperties(b, long));
        const page = (of: CollectionKey, limit: number, after?: CollectionRecord) =>
          store.read((tx) => tx.collections.page(of, { limit, ...(after === undefined ? {} : { after: after.id }) }));
        assert.deepEqual(names(await page(a, 9)), ['b', 'd']);
        assert.deepEqual(names(await page(a, 1)), ['b']);
        assert.deepEqual((await page(a, 1))[0]?.properties, long);
        assert.deepEqual(names(await page(a, 9, b)), ['d']);
        assert.deepEqual(await page(a, 9, d), []);
        const [outlined] = await store.read((tx) => tx.collections.outline(a, 9));
        assert.equal(outlined?.name, 'b');
        assert.equal(JSON.stringify(outlined).includes('xxx'), false);
        const child = (name: string) => store.read((tx) => tx.collections.child(account, a.id, name));
        assert.deepEqual(await child('d'), await here.record(d));
        assert.equal(await child('c'), undefined);
        for (const into of [root, a, c]) await put(here, into, 'x');
        await put(here, c, 'y');
        const count = (of: CollectionKey) =>
          store.read(async ({ collections }) => [
            await collections.countBelow(of),
            await collections.countObjectsBelow(of),
          ]);
        assert.deepEqual(await count(root), [4, 4]);
        assert.deepEqual(await count(b), [1, 2]);
        assert.deepEqual(await count(c), [0, 2]);
        assert.deepEqual(await count(d), [0, 0]);
      }),
    );

    test(
      'a change raises its collection and the one above, no further',
      inWorld(place, async (here) => {
        const { root, a, b } = await folders(here);
        const before = { root: await here.record(root), a: await here.record(a), b: await here.record(b) };
        await put(here, b, 'x');
        assert.equal((await here.record(b)).revision, before.b.revision + 1);
        assert.equal((await here.record(b)).parentRevision, before.a.revision + 1);
        assert.equal((await here.record(a)).revision, before.a.revision + 1);
        assert.deepEqual(await here.record(root), before.root);
      }),
    );

    test(
      'RFC 6578 section 3.5: members of both sorts in order of revision, each once, with removals of both',
      inWorld(place, async (here) => {
        const { write } = here;
        const { a, b, d } = await folders(here);
        await put(here, a, 'x');
        await put(here, a, 'y');
        assert.deepEqual((await members(here, a, 0)).told, ['b/@1', 'd/@2', 'x@3', 'y@4']);
        await put(here, b, 'x');
        assert.deepEqual((await members(here, a, 2)).told, ['x@3', 'y@4', 'b/@5']);
        await write((tx) => tx.objects.remove(a, 'x'));
        await write((tx) => tx.collections.remove(d));
        await write((tx) => tx.collections.setProperties(b, { '{DAV:}displayname': 'B' }));
        assert.deepEqual((await members(here, a, 4)).told, ['-x@6', '-d/@7', 'b/@8']);
        assert.deepEqual((await members(here, a, 0, 100, true)).told, ['y@4', 'b/@8']);
        await add(here, a, 'x');
        await put(here, a, 'd');
        assert.deepEqual((await members(here, a, 5)).told, ['b/@8', 'x/@9', 'd@10']);
        await write((tx) => tx.collections.move(b, { parent: a.id, name: 'z' }));
        assert.deepEqual((await members(here, a, 8)).told, ['x/@9', 'd@10', '-b/@11', 'z/@12']);
      }),
    );

    test(
      'pages of any size lose and repeat nothing, also when one work changed many',
      inWorld(place, async (here) => {
        const { write, account } = here;
        const { a } = await folders(here);
        await write(async (tx) => {
          const made = await Promise.all(
            ['p', 'q', 'r', 's'].map((name) =>
              tx.collections.add(account, { parent: a.id, name, kind: 'folder', properties: {} }),
            ),
          );
          const data = bytes('');
          const fields = { uid: '', etag: '', data, index: index() };
          await Promise.all([a, ...made].map((into) => tx.objects.put(into, { name: 'o', ...fields })));
          await Promise.all([a, ...made].map((into) => tx.objects.put(into, { name: 'u', ...fields })));
          await Promise.all(made.map((each) => tx.collections.setProperties(each, {})));
          await Promise.all([tx.objects.remove(a, 'o'), ...made.slice(2).map((each) => tx.collections.remove(each))]);
          await tx.collections.empty(made[0]!);
        });
        const whole = (await members(here, a, 0)).told;
        const revisions = whole.map((each) => each.replace(/.*@/, ''));
        assert.equal(new Set(revisions).size, whole.length);
        assert.deepEqual(whole.map((each) => each.replace(/@.*/, '')).sort(), [
          ...['-o', '-r/', '-s/', 'b/', 'd/', 'p/', 'q/', 'u'],
        ]);
        for (const limit of [1, 2, 3, 5]) {
          const paged: string[] = [];
          for (let since = 0; ; ) {
            const { told, last } = await members(here, a, since, limit);
            paged.push(...told);
            if (told.length < limit) break;
            since = last;
          }
          assert.deepEqual(paged, whole);
        }
      }),
    );

    test(
      'a removed tree is gone whole: objects to the history, texts, tombstones, a tombstone at the parent',
      inWorld(place, async (here) => {
        const { store, account, write } = here;
        const { root, a, b, c, d } = await folders(here);
        for (const each of [a, b, c, d]) await put(here, each, 'x');
        await put(here, c, 'y');
        await write((tx) => tx.objects.remove(c, 'y'));
        const since = (await here.record(root)).revision;
        await store.write({ ...ORIGIN, at: AT + 5, by: account }, (tx) => tx.collections.remove(a));
        assert.deepEqual(await store.read((tx) => tx.collections.below(root, 9)), []);
        for (const each of [a, b, c, d]) {
          assert.equal(await store.read((tx) => tx.collections.get(each)), undefined);
          assert.equal(await store.read((tx) => tx.objects.get(each, 'x')), undefined);
          const [former] = await store.read((tx) => tx.history.of(each, 'x', 9));
          assert.deepEqual([former?.removed, former?.endedAt, former?.by], [true, AT + 5, account]);
          const texts = { test: 'allof', conditions: [{ property: 'SUMMARY', contains: 'x' }] } as const;
          assert.deepEqual(await store.read((tx) => tx.objects.matching(each, { texts }, { limit: 9 })), []);
        }
        assert.equal((await store.read((tx) => tx.history.of(c, 'x', 9)))[0]?.endedAtRevision, 4);
        assert.deepEqual((await members(here, root, since)).told, [`-a/@${since + 1}`]);
        await assert.rejects(write((tx) => tx.collections.remove(a)));
        await add(here, root, 'a');
      }),
    );

    test(
      'a locked tree is what it was until the commit: who writes below waits, and finds it gone',
      inWorld(place, async (here) => {
        const { store, write } = here;
        const { root, a, c } = await folders(here);
        assert.equal(await write((tx) => tx.collections.lockTree({ ...a, id: NO_COLLECTION })), undefined);
        const writers: Promise<unknown>[] = [];
        await write(async (tx) => {
          assert.deepEqual(await tx.collections.lockTree(a), await tx.collections.get(a));
          if (writers.length === 0) {
            writers.push(put(here, c, 'late'), add(here, c, 'late'));
            for (const each of writers) each.catch(() => {});
          }
          await new Promise((resolve) => setImmediate(resolve));
          assert.equal(await tx.objects.get(c, 'late'), undefined);
          await tx.collections.remove(a);
        });
        const settled = await Promise.allSettled(writers);
        assert.deepEqual(
          settled.map((each) => each.status),
          ['rejected', 'rejected'],
        );
        assert.deepEqual(await store.read((tx) => tx.collections.below(root, 9)), []);
      }),
    );

    test(
      'trees are removed while others write in them, and nothing of them stays',
      inWorld(place, async (here) => {
        const { store, account, write } = here;
        const { root, a, b, c, d } = await folders(here);
        const works = [a, b, c, d, c, d, b].flatMap((into, at) => [
          put(here, into, `${at}`),
          add(here, into, `${at}`),
          ...(at === 3 ? [write((tx) => tx.collections.remove(b)), write((tx) => tx.collections.remove(a))] : []),
        ]);
        await Promise.allSettled(works);
        assert.deepEqual(await store.read((tx) => tx.collections.below(root, 99)), []);
        assert.equal((await store.read((tx) => tx.usage.of(account))).used, 0);
        for (const each of [a, b, c, d]) {
          assert.deepEqual(await store.read((tx) => tx.objects.page(each, { limit: 9 })), []);
        }
      }),
    );

    test(
      'RFC 4918 section 9.6: a removed object has no lock any more, a replaced one has',
      inWorld(place, async (here) => {
        const { calendar, put: putHere, write } = here;
        await putHere('a');
        await putHere('b');
        for (const name of ['a', 'b', '']) await lock(here, calendar, name);
        await putHere('a', 'again');
        assert.equal((await locked(here)).length, 3);
        await write((tx) => tx.objects.remove(calendar, 'a'));
        assert.deepEqual(await locked(here), [`urn:${calendar.id}:`, `urn:${calendar.id}:b`]);
        await write((tx) => tx.collections.empty(calendar));
        assert.deepEqual(await locked(here), []);
        await lock(here, calendar, 'reserved');
        await write((tx) => tx.collections.empty(calendar));
        assert.deepEqual(await locked(here), []);
      }),
    );

    test(
      'RFC 4918 section 7.5: locks end with what is removed or moved, at any depth, and others stay',
      inWorld(place, async (here) => {
        const { write } = here;
        const { root, a, b, c, d } = await folders(here);
        const all = async () => {
          for (const each of [root, a, b, c, d]) await lock(here, each, '');
          for (const each of [root, a, b, c, d]) await lock(here, each, 'x');
          await lock(here, a, 'b');
        };
        const of = (...some: readonly CollectionKey[]) =>
          some.flatMap(({ id }) => [`urn:${id}:`, `urn:${id}:x`]).sort();
        await all();
        await write((tx) => tx.collections.setProperties(b, {}));
        assert.equal((await locked(here)).length, 11);
        await write((tx) => tx.collections.move(b, { parent: root.id, name: 'moved' }));
        assert.deepEqual(await locked(here), of(root, a, d));
        await write((tx) => tx.collections.remove(a));
        assert.deepEqual(await locked(here), of(root));
        await lock(here, c, '');
        await write((tx) => tx.collections.remove(b));
        assert.deepEqual(await locked(here), of(root));
      }),
    );
  });
}
