/**
 * The storage contract, part: large contents, filled and read in pieces, shared by objects and removed when none has them.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { CollectionKey, ContentId } from '../../src/store/records.ts';
import { contentId, PIECE } from '../../src/store/records.ts';
import type { Pruned } from '../../src/store/store.ts';
import type { NewPlace, World } from './world.ts';
import { AT, bytes, index, inWorld, ORIGIN } from './world.ts';

const NONE: Pruned = { tombstones: 0, history: 0, locks: 0, attachments: 0, contents: 0 };
/** Pieces that can be told apart. */
const pieces = (count: number, last = PIECE): readonly Uint8Array[] =>
  Array.from({ length: count }, (_, at) => new Uint8Array(at === count - 1 ? last : PIECE).fill(at + 1));

/** Uploads, each few pieces in a transaction of their own. */
async function upload({ write, account }: World, all: readonly Uint8Array[], together = 2): Promise<ContentId> {
  const content = await write((tx) => tx.contents.begin(account));
  for (let first = 0; first < all.length; first += together) {
    await write((tx) => tx.contents.append(account, content, first, all.slice(first, first + together)));
  }
  return content;
}

function putContent({ store, calendar }: World, name: string, id: ContentId, size: number, into = calendar, at = AT) {
  const content = { id, size };
  return store.write({ ...ORIGIN, at }, (tx) =>
    tx.objects.put(into, { name, uid: name, etag: `etag-${id}`, data: bytes(''), content, index: index() }),
  );
}

async function has({ store, account }: World, content: ContentId): Promise<number> {
  return (await store.read((tx) => tx.contents.pieces(account, content, 0, 100))).length;
}

function pruned({ store }: World, before: number, limit = 100): Promise<number> {
  return store.prune({ ...NONE, contents: before }, limit).then((gone) => gone.contents);
}

export function contentsContract(place: NewPlace): void {
  describe('contents', () => {
    test(
      'a content is filled in steps and read from any piece on',
      inWorld(place, async (here) => {
        const { store, account, write } = here;
        const all = pieces(5, 7);
        const content = await upload(here, all);
        const read = (first: number, count: number) =>
          store.read((tx) => tx.contents.pieces(account, content, first, count));
        assert.deepEqual((await read(0, 100)).map(Buffer.from), all.map(Buffer.from));
        assert.deepEqual((await read(1, 2)).map(Buffer.from), all.slice(1, 3).map(Buffer.from));
        assert.deepEqual(await read(5, 1), []);
        const other = await write((tx) => tx.contents.begin(account));
        assert.notEqual(other, content);
        assert.equal(await has(here, other), 0);
      }),
    );

    test(
      'what is no piece, or fills what is not to be filled, is refused',
      inWorld(place, async (here) => {
        const { account, write } = here;
        const append = (to: ContentId, first: number, some: readonly Uint8Array[]) =>
          write((tx) => tx.contents.append(account, to, first, some));
        const content = await upload(here, pieces(1));
        await assert.rejects(append(content, 1, [new Uint8Array(PIECE + 1)]), /not a piece/);
        await assert.rejects(append(content, 1, [new Uint8Array(1), new Uint8Array(1)]), /not a piece/);
        await assert.rejects(append(contentId(999), 0, pieces(1)), /no content/);
        await putContent(here, 'a', content, PIECE);
        await assert.rejects(append(content, 1, pieces(1)), /no content/);
        assert.equal(await has(here, content), 1);
        await assert.rejects(putContent(here, 'b', contentId(999), 1), /no content/);
      }),
    );

    test(
      'an object with a content has its size and none of its bytes, and no former versions',
      inWorld(place, async (here) => {
        const { store, calendar, put, write } = here;
        await put('a', 'small');
        const content = await upload(here, pieces(2, 3));
        const record = await putContent(here, 'a', content, PIECE + 3);
        assert.equal(record.content, content);
        assert.equal(record.size, PIECE + 3);
        assert.deepEqual(await store.read((tx) => tx.objects.get(calendar, 'a')), record);
        const stored = await store.read((tx) => tx.objects.readPage(calendar, { limit: 9 }));
        assert.deepEqual(stored, [{ ...record, data: new Uint8Array(0) }]);
        const another = await upload(here, pieces(1));
        await putContent(here, 'a', another, PIECE);
        await put('a', 'small again');
        const small = await store.read((tx) => tx.objects.read(calendar, 'a'));
        assert.equal(small?.content, undefined);
        assert.equal(Buffer.from(small?.data ?? []).toString(), 'small again');
        await putContent(here, 'a', another, PIECE);
        await write((tx) => tx.objects.remove(calendar, 'a'));
        const former = await store.read((tx) => tx.history.of(calendar, 'a', 9));
        assert.deepEqual(
          former.map((each) => Buffer.from(each.data).toString()),
          ['small again', 'small'],
        );
      }),
    );

    test(
      'a content goes when no object has had it for a while',
      inWorld(place, async (here) => {
        const { store, calendar } = here;
        const content = await upload(here, pieces(3));
        await putContent(here, 'a', content, 3 * PIECE);
        await putContent(here, 'b', content, 3 * PIECE);
        await putContent(here, 'b', content, 3 * PIECE);
        assert.equal(await pruned(here, AT + 99), 0);
        const remove = (name: string, at: number) =>
          store.write({ ...ORIGIN, at }, (tx) => tx.objects.remove(calendar, name));
        await remove('a', AT + 10);
        assert.equal(await pruned(here, AT + 99), 0);
        await remove('b', AT + 20);
        assert.equal(await pruned(here, AT + 20), 0);
        assert.equal(await has(here, content), 3);
        assert.equal(await pruned(here, AT + 21), 4);
        assert.equal(await has(here, content), 0);
        await assert.rejects(putContent(here, 'c', content, 3 * PIECE), /no content/);
      }),
    );

    test(
      'an upload that was given up goes, one that is under way does not',
      inWorld(place, async (here) => {
        const { store, account } = here;
        const given = await upload(here, pieces(1));
        const content = await upload(here, pieces(1));
        await store.write({ ...ORIGIN, at: AT + 50 }, (tx) => tx.contents.append(account, content, 1, pieces(1)));
        assert.equal(await pruned(here, AT + 50), 2);
        assert.deepEqual([await has(here, given), await has(here, content)], [0, 2]);
      }),
    );

    test(
      'pieces are removed in steps, and what is begun is finished, whatever is put meanwhile',
      inWorld(place, async (here) => {
        const content = await upload(here, pieces(7, 1), 7);
        assert.equal(await pruned(here, AT + 1, 3), 3);
        assert.equal(await has(here, content), 4);
        await assert.rejects(putContent(here, 'a', content, 9), /no content/);
        assert.equal(await pruned(here, AT + 1, 4), 4);
        assert.equal(await pruned(here, AT + 1, 4), 1);
        assert.equal(await pruned(here, AT + 1, 4), 0);
      }),
    );

    test(
      'emptied and removed collections let go of contents that no other has',
      inWorld(place, async (here) => {
        const { account, home, calendar, write } = here;
        const other: CollectionKey = await write((tx) =>
          tx.collections.add(account, { parent: home.id, name: 'other', kind: 'calendar', properties: {} }),
        );
        const [one, two, three] = [
          await upload(here, pieces(1)),
          await upload(here, pieces(1)),
          await upload(here, []),
        ];
        await putContent(here, 'a', one, PIECE);
        await putContent(here, 'b', one, PIECE);
        await putContent(here, 'c', two, PIECE);
        await putContent(here, 'a', two, PIECE, other);
        await putContent(here, 'b', three, 0, other);
        await write((tx) => tx.collections.empty(calendar));
        assert.equal(await pruned(here, AT + 1), 2);
        assert.deepEqual([await has(here, one), await has(here, two)], [0, 1]);
        await write((tx) => tx.collections.remove(home));
        assert.equal(await pruned(here, AT + 1), 3);
        assert.equal(await has(here, two), 0);
      }),
    );
  });
}
