/**
 * The storage contract as tests: every driver passes all of them, or is none.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { collectionId, NO_COLLECTION } from '../../src/store/records.ts';
import { NameTaken } from '../../src/store/store.ts';
import { attachmentsContract } from './attachments.contract.ts';
import { changesContract } from './changes.contract.ts';
import { contentsContract } from './contents.contract.ts';
import { directoryContract } from './directory.contract.ts';
import { directorySearchContract } from './directory-search.contract.ts';
import { foldersContract } from './folders.contract.ts';
import { grantsContract } from './grants.contract.ts';
import { indexedContract } from './indexed.contract.ts';
import { locksContract } from './locks.contract.ts';
import { mountsContract } from './mounts.contract.ts';
import { searchContract } from './search.contract.ts';
import { usageContract } from './usage.contract.ts';
import type { NewPlace } from './world.ts';
import { AT, bytes, index, inWorld, key, ORIGIN } from './world.ts';

export interface ContractOptions {
  /** Why the engine cannot be tested here. */
  readonly skip?: string | undefined;
}

export function storeContract(name: string, place: NewPlace, { skip }: ContractOptions = {}): void {
  describe(`${name} keeps the storage contract`, { skip: skip ?? false }, () => {
    objectsContract(place);
    collectionsContract(place);
    transactionsContract(place);
    changesContract(place);
    foldersContract(place);
    contentsContract(place);
    attachmentsContract(place);
    usageContract(place);
    directoryContract(place);
    directorySearchContract(place);
    grantsContract(place);
    locksContract(place);
    mountsContract(place);
    searchContract(place);
    indexedContract(place);
  });
}

function objectsContract(place: NewPlace): void {
  test(
    'an object is read back as it was written',
    inWorld(place, async ({ store, calendar, write }) => {
      const data = Uint8Array.from({ length: 9000 }, (_, at) => at % 256);
      const properties = { '{urn:example}color': '<c xmlns="urn:example">red</c>' } as const;
      const put = await write((tx) =>
        tx.objects.put(calendar, { name: 'a.ics', uid: 'u', etag: 'e', data, index: index(), properties }),
      );
      const { data: read, ...record } = (await store.read((tx) => tx.objects.read(calendar, 'a.ics')))!;
      assert.deepEqual(Buffer.from(read), Buffer.from(data));
      assert.deepEqual(record, put);
      assert.deepEqual(record, {
        ...{ collection: calendar, name: 'a.ics', uid: 'u', etag: 'e', size: 9000, component: 'VEVENT' },
        ...{ revision: 1, created: AT, modified: AT, properties, content: undefined },
      });
      assert.deepEqual(await store.read((tx) => tx.objects.get(calendar, 'a.ics')), record);
    }),
  );

  test(
    'a replaced object keeps its properties and its time of creation',
    inWorld(place, async ({ store, calendar, put }) => {
      await put('a', 'one');
      await store.write({ ...ORIGIN, at: AT + 5 }, async (tx) => {
        await tx.objects.setProperties(calendar, 'a', { '{DAV:}x': '1' });
      });
      const replaced = await store.write({ ...ORIGIN, at: AT + 9 }, (tx) =>
        tx.objects.put(calendar, { name: 'a', uid: 'other', etag: 'two', data: bytes('two'), index: index() }),
      );
      assert.deepEqual(replaced.properties, { '{DAV:}x': '1' });
      assert.equal(replaced.created, AT);
      assert.equal(replaced.modified, AT + 9);
      assert.equal(replaced.revision, 3);
      const read = await store.read((tx) => tx.objects.read(calendar, 'a'));
      assert.equal(Buffer.from(read!.data).toString(), 'two');
      assert.deepEqual(await store.read((tx) => tx.objects.namesByUid(calendar, 'uid-a')), []);
      assert.deepEqual(await store.read((tx) => tx.objects.namesByUid(calendar, 'other')), ['a']);
      assert.equal(await store.read((tx) => tx.collections.countObjects(calendar)), 1);
    }),
  );

  test(
    'names that differ in case, in normalisation or beyond the BMP are different, and are in the order of their octets',
    inWorld(place, async ({ store, calendar, put }) => {
      const names = ['a', 'A', '\u00e9', 'e\u0301', '\ufb01', '\u{1f600}', 'ss', '\u00df', '\u0131', 'i', 'I'];
      for (const name of names) await put(name, `text of ${name}`);
      for (const name of names) {
        const found = await store.read((tx) => tx.objects.read(calendar, name));
        assert.equal(Buffer.from(found!.data).toString(), `text of ${name}`);
      }
      const sorted = names.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      const listed = await store.read((tx) => tx.objects.page(calendar, { limit: 100 }));
      assert.deepEqual(
        listed.map((each) => each.name),
        sorted,
      );
      const paged: string[] = [];
      for (let after: string | undefined; ; after = paged.at(-1)) {
        const page = { limit: 3, ...(after === undefined ? {} : { after }) };
        const some = await store.read((tx) => tx.objects.readPage(calendar, page));
        paged.push(...some.map((each) => each.name));
        if (some.length < 3) break;
      }
      assert.deepEqual(paged, sorted);
    }),
  );

  test(
    'no text is taken for SQL, for a pattern or for JSON',
    inWorld(place, async ({ store, calendar, home, account, write }) => {
      const nasty = [
        `'; drop table object; --`,
        '$1',
        '?',
        '%',
        '_',
        '"',
        '\\',
        '{}',
        '[1]',
        `a\nb`,
        '}',
        '`',
        '@x',
        ':y',
      ];
      for (const text of nasty) {
        const properties = { [`{${text}}x`]: text } as const;
        const fields = { name: text, uid: text, etag: text, data: bytes(text), properties };
        await write((tx) =>
          tx.objects.put(calendar, { ...fields, index: index({ component: text, texts: { [text]: text } }) }),
        );
        await write((tx) => tx.collections.add(account, { parent: home.id, name: text, kind: text, properties }));
        const found = await store.read((tx) => tx.objects.get(calendar, text));
        assert.deepEqual(
          [found?.name, found?.uid, found?.etag, found?.component, found?.properties],
          [text, text, text, text, properties],
        );
        assert.deepEqual(await store.read((tx) => tx.objects.namesByUid(calendar, text)), [text]);
        const path = await store.read((tx) => tx.collections.along(account, ['calendars', text]));
        assert.equal(path[1]?.name, text);
        const texts = { test: 'anyof', conditions: [{ property: text, contains: text }] } as const;
        const matching = await store.read((tx) =>
          tx.objects.matching(calendar, { uid: text, components: [text], texts }, { limit: 100 }),
        );
        assert.deepEqual(
          matching.map((each) => each.name),
          [text],
        );
      }
      const all = await store.read((tx) => tx.objects.getAll(calendar, [...nasty, 'absent']));
      assert.deepEqual(all.map((each) => each.name).sort(), nasty.toSorted());
      const read = await store.read((tx) => tx.objects.readAll(calendar, nasty));
      for (const each of read) assert.equal(Buffer.from(each.data).toString(), each.name);
      assert.deepEqual(await store.read((tx) => tx.directory.accountByAddress(`' or 1=1 --`)), undefined);
    }),
  );

  test(
    'a name that no database can keep finds nothing and breaks nothing',
    inWorld(place, async ({ store, calendar, put }) => {
      await put('a');
      for (const name of ['a\0', '\0', '\ud83d']) {
        assert.equal(await store.read((tx) => tx.objects.get(calendar, name)), undefined);
        assert.deepEqual(await store.read((tx) => tx.objects.getAll(calendar, [name])), []);
      }
    }),
  );

  test(
    'former versions are kept, latest first, with who ended them',
    inWorld(place, async ({ store, account, calendar, put }) => {
      await put('a', 'one');
      await put('a', 'two');
      const by = { by: account, client: 'phone', at: AT + 60 };
      assert.equal(await store.write(by, (tx) => tx.objects.remove(calendar, 'a')), true);
      assert.equal(await store.write(by, (tx) => tx.objects.remove(calendar, 'a')), false);
      const former = await store.read((tx) => tx.history.of(calendar, 'a', 10));
      assert.deepEqual(
        former.map(({ data, ...rest }) => ({ ...rest, text: Buffer.from(data).toString() })),
        [
          {
            ...{ collection: calendar, name: 'a', uid: 'uid-a', etag: 'etag-two', text: 'two', revision: 2 },
            ...{ endedAtRevision: 3, removed: true, endedAt: AT + 60, by: account, client: 'phone' },
          },
          {
            ...{ collection: calendar, name: 'a', uid: 'uid-a', etag: 'etag-one', text: 'one', revision: 1 },
            ...{ endedAtRevision: 2, removed: false, endedAt: AT, by: undefined, client: 'contract' },
          },
        ],
      );
      assert.equal((await store.read((tx) => tx.history.of(calendar, 'a', 1))).length, 1);
    }),
  );
}

function collectionsContract(place: NewPlace): void {
  const properties = { '{DAV:}displayname': 'Home' } as const;

  test(
    'collections are found along a path as far as they exist',
    inWorld(place, async ({ store, account, home, calendar, write }) => {
      const inner = await write((tx) =>
        tx.collections.add(account, { parent: calendar.id, name: 'inner', kind: 'x', properties }),
      );
      const along = async (...path: string[]) =>
        (await store.read((tx) => tx.collections.along(account, path))).map((each) => each.id);
      assert.deepEqual(await along(), []);
      assert.deepEqual(await along('nowhere'), []);
      assert.deepEqual(await along('calendars'), [home.id]);
      assert.deepEqual(await along('calendars', 'absent'), [home.id]);
      assert.deepEqual(await along('calendars', 'default'), [home.id, calendar.id]);
      assert.deepEqual(await along('calendars', 'default', 'inner'), [home.id, calendar.id, inner.id]);
      assert.deepEqual(await along('calendars', 'default', 'inner', 'x'), [home.id, calendar.id, inner.id]);
      assert.deepEqual(await along('default'), []);
      assert.deepEqual(await along('Calendars', 'default'), []);
    }),
  );

  test(
    'a taken name is refused, and a number is never used again',
    inWorld(place, async ({ store, account, home, write }) => {
      const add = (name: string) =>
        write((tx) => tx.collections.add(account, { parent: home.id, name, kind: 'calendar', properties }));
      await assert.rejects(add('default'), NameTaken);
      const first = await add('work');
      assert.deepEqual(first.properties, properties);
      await write((tx) => tx.collections.remove(first));
      const second = await add('work');
      assert.ok(second.id > first.id);
      const members = await store.read((tx) => tx.collections.in(account, home.id));
      assert.deepEqual(
        members.map((each) => each.name),
        ['default', 'work'],
      );
      const homes = await store.read((tx) => tx.collections.in(account, NO_COLLECTION));
      assert.deepEqual(homes.map(key), [home]);
      const both = await Promise.allSettled([add('same'), add('same')]);
      assert.deepEqual(both.map((each) => each.status).sort(), ['fulfilled', 'rejected']);
    }),
  );

  test(
    'properties raise the revision of the parent only, members raise both',
    inWorld(place, async ({ home, calendar, put, write, record }) => {
      const before = await record(home);
      await write((tx) => tx.collections.setProperties(calendar, properties));
      const named = await record(calendar);
      assert.deepEqual(named.properties, properties);
      assert.equal(named.revision, 0);
      assert.equal((await record(home)).revision, before.revision + 1);
      assert.equal(named.parentRevision, before.revision + 1);
      await put('a');
      assert.equal((await record(calendar)).revision, 1);
      assert.equal((await record(calendar)).parentRevision, before.revision + 2);
      assert.equal((await record(home)).revision, before.revision + 2);
      await write((tx) => tx.collections.setProperties(home, properties));
      assert.deepEqual((await record(home)).properties, properties);
    }),
  );

  test(
    'two collections hold objects of the same names apart',
    inWorld(place, async ({ store, account, home, calendar, put, write }) => {
      const other = await write((tx) =>
        tx.collections.add(account, { parent: home.id, name: 'other', kind: 'calendar', properties }),
      );
      await put('a', 'here', { texts: { SUMMARY: 'same text' } });
      await write((tx) =>
        tx.objects.put(other, {
          ...{ name: 'a', uid: 'there', etag: 'x', data: bytes('there') },
          index: index({ texts: { SUMMARY: 'same text' } }),
        }),
      );
      const text = async (of: typeof calendar) => {
        const found = await store.read((tx) => tx.objects.read(of, 'a'));
        return found === undefined ? undefined : Buffer.from(found.data).toString();
      };
      assert.deepEqual([await text(calendar), await text(other)], ['here', 'there']);
      await write((tx) => tx.collections.remove(other));
      assert.deepEqual([await text(calendar), await text(other)], ['here', undefined]);
      const texts = { test: 'allof', conditions: [{ property: 'SUMMARY', contains: 'same' }] } as const;
      for (const [of, found] of [[calendar, 1] as const, [other, 0] as const]) {
        assert.equal((await store.read((tx) => tx.objects.matching(of, { texts }, { limit: 9 }))).length, found);
      }
      const former = await store.read((tx) => tx.history.of(other, 'a', 9));
      assert.deepEqual(
        former.map((each) => each.removed),
        [true],
      );
    }),
  );

  test(
    'removal takes all members below',
    inWorld(place, async ({ store, account, home, calendar, put, write }) => {
      await put('a');
      await write((tx) => tx.collections.remove(home));
      assert.deepEqual(await store.read((tx) => tx.collections.in(account, NO_COLLECTION)), []);
      assert.equal(await store.read((tx) => tx.collections.get(calendar)), undefined);
      assert.equal(await store.read((tx) => tx.objects.get(calendar, 'a')), undefined);
      assert.equal((await store.read((tx) => tx.history.of(calendar, 'a', 9))).length, 1);
    }),
  );

  test(
    'a collection is not moved into itself, nor onto a taken name',
    inWorld(place, async ({ account, home, calendar, write }) => {
      const inner = await write((tx) =>
        tx.collections.add(account, { parent: calendar.id, name: 'inner', kind: 'x', properties }),
      );
      await assert.rejects(write((tx) => tx.collections.move(calendar, { parent: inner.id, name: 'x' })));
      await assert.rejects(
        write((tx) => tx.collections.move(inner, { parent: home.id, name: 'default' })),
        NameTaken,
      );
      await assert.rejects(write((tx) => tx.collections.move(inner, { parent: collectionId(99), name: 'x' })));
    }),
  );
}

function transactionsContract(place: NewPlace): void {
  test(
    'a failed work leaves nothing',
    inWorld(place, async ({ store, calendar, put, write, record }) => {
      await put('a', 'one');
      const before = await record(calendar);
      const failing = write(async (tx) => {
        await tx.objects.put(calendar, { name: 'b', uid: 'b', etag: 'b', data: bytes('b'), index: index() });
        await tx.objects.remove(calendar, 'a');
        throw new RangeError('no');
      });
      await assert.rejects(failing, RangeError);
      assert.deepEqual(await record(calendar), before);
      assert.equal(await store.read((tx) => tx.objects.get(calendar, 'b')), undefined);
      assert.ok(await store.read((tx) => tx.objects.get(calendar, 'a')));
    }),
  );

  test(
    'works that are committed together fail alone',
    inWorld(place, async ({ store, calendar, put, write, record }) => {
      const works = Array.from({ length: 20 }, (_, at) =>
        at % 3 === 1
          ? write(async (tx) => {
              await tx.objects.put(calendar, {
                ...{ name: `${at}`, uid: '', etag: '', data: bytes(''), index: index() },
              });
              throw new RangeError(`${at}`);
            })
          : put(`${at}`),
      );
      const settled = await Promise.allSettled(works);
      for (const [at, { status }] of settled.entries()) {
        assert.equal(status, at % 3 === 1 ? 'rejected' : 'fulfilled');
        const found = await store.read((tx) => tx.objects.get(calendar, `${at}`));
        assert.equal(found !== undefined, at % 3 !== 1);
      }
      assert.equal((await record(calendar)).revision, settled.filter((each) => each.status === 'fulfilled').length);
    }),
  );

  test(
    'interleaved writers of two programs lose no change',
    inWorld(place, async ({ store, calendar, record }, here) => {
      const other = await here.open();
      try {
        const count = async (on: typeof store) => {
          for (let round = 0; round < 25; round += 1) {
            await on.write(ORIGIN, async (tx) => {
              await tx.collections.lock(calendar);
              const former = await tx.objects.read(calendar, 'counter');
              const value = Number(former === undefined ? 0 : Buffer.from(former.data).toString()) + 1;
              await tx.objects.put(calendar, {
                ...{ name: 'counter', uid: 'c', etag: `${value}`, data: bytes(`${value}`), index: index() },
              });
            });
          }
        };
        await Promise.all([count(store), count(other), count(store)]);
        const end = await other.read((tx) => tx.objects.get(calendar, 'counter'));
        assert.equal(end?.etag, '75');
        assert.equal((await record(calendar)).revision, 75);
      } finally {
        await other.close();
      }
    }),
  );

  test(
    'of eight writers that compare under the lock one wins',
    inWorld(place, async ({ store, calendar, put }, here) => {
      const other = await here.open();
      try {
        const { etag } = await put('a', 'first');
        const tries = Array.from({ length: 8 }, (_, at) =>
          (at % 2 === 0 ? store : other).write(ORIGIN, async (tx) => {
            await tx.collections.lock(calendar);
            if ((await tx.objects.get(calendar, 'a'))?.etag !== etag) return false;
            const data = bytes(`${at}`);
            await tx.objects.put(calendar, { name: 'a', uid: 'u', etag: `writer-${at}`, data, index: index() });
            return true;
          }),
        );
        assert.equal((await Promise.all(tries)).filter((won) => won).length, 1);
      } finally {
        await other.close();
      }
    }),
  );

  test(
    'a read sees one moment, whatever is written meanwhile',
    inWorld(place, async ({ store, calendar, put }) => {
      await put('a', 'one');
      await store.read(async (tx) => {
        const before = await tx.collections.get(calendar);
        await put('b');
        await put('a', 'two');
        assert.deepEqual(await tx.collections.get(calendar), before);
        assert.equal(await tx.objects.get(calendar, 'b'), undefined);
        assert.equal((await tx.objects.get(calendar, 'a'))?.etag, 'etag-one');
      });
      assert.equal((await store.read((tx) => tx.objects.get(calendar, 'a')))?.etag, 'etag-two');
    }),
  );

  test(
    'more reads than connections wait for their turn',
    inWorld(place, async ({ store, calendar, put }) => {
      await put('a');
      const reads = Array.from({ length: 40 }, () =>
        store.read(async (tx) => {
          await new Promise((resolve) => setImmediate(resolve));
          return await tx.objects.get(calendar, 'a');
        }),
      );
      for (const found of await Promise.all(reads)) assert.equal(found?.name, 'a');
    }),
  );

  test(
    'a reopened store is the same store',
    inWorld(place, async ({ store, calendar, put, record }, here) => {
      await put('a', 'text', { texts: { SUMMARY: 'found again' } });
      const again = await here.open();
      try {
        assert.equal(again.epoch, store.epoch);
        assert.deepEqual(await again.read((tx) => tx.collections.get(calendar)), await record(calendar));
        const read = await again.read((tx) => tx.objects.read(calendar, 'a'));
        assert.equal(Buffer.from(read!.data).toString(), 'text');
      } finally {
        await again.close();
      }
    }),
  );
}
