/**
 * The storage contract, part: managed attachments, kept once for the same bytes, counted while objects use them, and removed a while after.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { CollectionKey, ContentId } from '../../src/store/records.ts';
import type { Pruned } from '../../src/store/store.ts';
import { QuotaExceeded } from '../../src/store/store.ts';
import type { NewPlace, World } from './world.ts';
import { AT, addAccount, bytes, index, inWorld, key, ORIGIN } from './world.ts';

const NONE: Pruned = { tombstones: 0, history: 0, locks: 0, attachments: 0, contents: 0 };

async function content({ write, account }: World, size: number): Promise<ContentId> {
  return write(async (tx) => {
    const id = await tx.contents.begin(account);
    if (size > 0) await tx.contents.append(account, id, 0, [new Uint8Array(size)]);
    return id;
  });
}

/** An attachment whose bytes are known by the tag. */
async function attach(here: World, id: string, size = 100, etag = id) {
  const bytes = await content(here, size);
  const made = await here.write((tx) =>
    tx.attachments.add(here.account, { id, content: bytes, etag, size, mediaType: 'text/plain', name: `${id}.txt` }),
  );
  return { made, bytes };
}

function using({ store, calendar }: World, name: string, attachments: readonly string[], into = calendar, at = AT) {
  const given = attachments.length === 0 ? index() : { ...index(), attachments };
  return store.write({ ...ORIGIN, at }, (tx) =>
    tx.objects.put(into, { name, uid: name, etag: name, data: bytes('0123456789'), index: given }),
  );
}

async function used({ store, account }: World): Promise<number> {
  return (await store.read((tx) => tx.usage.of(account))).used;
}

async function ids({ store, account }: World, ...wanted: readonly string[]): Promise<readonly string[]> {
  const found = await store.read((tx) => tx.attachments.getAll(account, wanted));
  return found.map(({ id }) => id).toSorted();
}

async function has({ store, account }: World, one: ContentId): Promise<boolean> {
  return (await store.read((tx) => tx.contents.pieces(account, one, 0, 9))).length > 0;
}

function prune({ store }: World, before: number, limit = 100): Promise<number> {
  return store
    .prune({ ...NONE, attachments: before, contents: before }, limit)
    .then((gone) => gone.attachments + gone.contents);
}

function newCollection({ write, account, home }: World, name: string): Promise<CollectionKey> {
  return write(async (tx) => {
    const place = { parent: home.id, name, kind: 'calendar', properties: {} };
    return key(await tx.collections.add(account, place));
  });
}

export function attachmentsContract(place: NewPlace): void {
  describe('attachments', () => {
    test(
      'an attachment is what was added; it belongs to its account and has a creator',
      inWorld(place, async (here) => {
        const { store, account, tenant, write } = here;
        const bob = await write((tx) => addAccount(tx, tenant, 'bob@example.com'));
        const bytes = await content(here, 7);
        const given = {
          id: 'one',
          content: bytes,
          etag: 'e',
          size: 7,
          mediaType: 'text/html; charset=utf-8',
          name: 'ä.html',
        };
        const made = await store.write({ ...ORIGIN, by: bob.id }, (tx) => tx.attachments.add(account, given));
        assert.deepEqual(made, { ...given, account, creator: bob.id, created: AT });
        const empty = { id: 'none', content: undefined, etag: '', size: 0, mediaType: 'text/plain', name: '' };
        const second = await write((tx) => tx.attachments.add(account, empty));
        assert.deepEqual(second, { ...empty, account, creator: undefined, created: AT });
        const found = await store.read((tx) => tx.attachments.getAll(account, ['one', 'none', 'unknown', 'x\0']));
        assert.deepEqual(
          found.toSorted((a, b) => b.id.localeCompare(a.id)),
          [made, second],
        );
        assert.deepEqual(await store.read((tx) => tx.attachments.getAll(bob.id, ['one'])), []);
        assert.deepEqual(await store.read((tx) => tx.attachments.getAll(account, [])), []);
      }),
    );

    test(
      'one that is added again is the one that is there, and its time begins anew',
      inWorld(place, async (here) => {
        const { store, account } = here;
        const { made } = await attach(here, 'one');
        const given = { id: 'one', content: undefined, etag: 'other', size: 0, mediaType: 'x/y', name: '' };
        const again = await store.write({ ...ORIGIN, at: AT + 10 }, (tx) => tx.attachments.add(account, given));
        assert.deepEqual(again, made);
        assert.equal(await prune(here, AT + 10), 0);
        assert.equal(await prune(here, AT + 11), 3);
      }),
    );

    test(
      'the same bytes are kept once, whichever attachment goes first',
      inWorld(place, async (here) => {
        const first = await attach(here, 'one', 50, 'same');
        const second = await attach(here, 'two', 50, 'same');
        const other = await attach(here, 'three', 51, 'same');
        assert.equal(second.made.content, first.bytes);
        assert.equal(other.made.content, other.bytes);
        await using(here, 'a', ['two']);
        assert.equal(await prune(here, AT + 1), 2 + 2 + 2);
        assert.deepEqual(await ids(here, 'one', 'two', 'three'), ['two']);
        assert.deepEqual(
          [await has(here, first.bytes), await has(here, second.bytes), await has(here, other.bytes)],
          [true, false, false],
        );
      }),
    );

    test(
      'objects use attachments until they are replaced or removed, or their collections are',
      inWorld(place, async (here) => {
        const { store, account, calendar, home, write } = here;
        const other = await newCollection(here, 'other');
        for (const id of ['one', 'two', 'three']) await attach(here, id);
        const usedBy = (name: string, at = calendar) => store.read((tx) => tx.attachments.usedBy(at, name));
        const usedIn = (id: string) => store.read((tx) => tx.attachments.usedIn(account, id));
        await using(here, 'a', ['two', 'one']);
        await using(here, 'b', ['one']);
        await using(here, 'a', ['one', 'three'], other);
        assert.deepEqual(await usedBy('a'), ['one', 'two']);
        assert.deepEqual(await usedBy('a', other), ['one', 'three']);
        assert.deepEqual(await usedBy('nothing'), []);
        assert.deepEqual(await usedIn('one'), [calendar.id, other.id]);
        assert.deepEqual(await usedIn('two'), [calendar.id]);
        await using(here, 'a', ['three', 'two']);
        assert.deepEqual(await usedBy('a'), ['three', 'two']);
        await write((tx) => tx.objects.remove(calendar, 'b'));
        assert.deepEqual(await usedIn('one'), [other.id]);
        await using(here, 'a', []);
        assert.deepEqual(await usedBy('a'), []);
        await write((tx) => tx.collections.empty(other));
        assert.deepEqual(await usedIn('three'), []);
        await using(here, 'a', ['one'], other);
        await write((tx) => tx.collections.remove(home));
        assert.deepEqual(await usedIn('one'), []);
        assert.equal(await used(here), 0);
        assert.equal(await prune(here, AT + 1), 3 + 6);
      }),
    );

    test(
      'what nothing uses takes up room beside the quota, in all at most as much again',
      inWorld(place, async (here) => {
        const { account, write } = here;
        await write((tx) => tx.usage.setQuota(account, 1100));
        await attach(here, 'one', 600);
        await assert.rejects(attach(here, 'two', 501), QuotaExceeded);
        await attach(here, 'same', 600, 'one');
        await using(here, 'a', ['one']);
        await assert.rejects(attach(here, 'two', 501), QuotaExceeded);
        await attach(here, 'two', 500);
        await assert.rejects(attach(here, 'three', 1), QuotaExceeded);
        await prune(here, AT + 1);
        await attach(here, 'three', 1100);
      }),
    );

    test(
      'RFC 4331 section 6: one counts once for the quota while objects use it, and not when it does not fit',
      inWorld(place, async (here) => {
        const { store, account, calendar, write } = here;
        await attach(here, 'one', 1000);
        await attach(here, 'two', 500);
        assert.equal(await used(here), 0);
        await using(here, 'a', ['one']);
        await using(here, 'b', ['one']);
        assert.equal(await used(here), 1020);
        assert.equal(await store.read((tx) => tx.attachments.octets(account)), 1000);
        await write((tx) => tx.usage.setQuota(account, 1100));
        await assert.rejects(using(here, 'b', ['one', 'two']), QuotaExceeded);
        assert.deepEqual(await store.read((tx) => tx.attachments.usedBy(calendar, 'b')), ['one']);
      }),
    );

    test(
      'what takes the place of another may take its room; moved and removed, it is counted rightly',
      inWorld(place, async (here) => {
        const { account, calendar, write } = here;
        const other = await newCollection(here, 'other');
        await attach(here, 'one', 1000);
        await attach(here, 'two', 1000);
        await using(here, 'a', ['one']);
        await write((tx) => tx.usage.setQuota(account, 1100));
        await using(here, 'a', ['two']);
        assert.equal(await used(here), 1010);
        await write(async (tx) => {
          await tx.objects.remove(calendar, 'a');
          const moved = { ...index(), attachments: ['two'] };
          await tx.objects.put(other, { name: 'a', uid: 'a', etag: 'a', data: bytes('0123456789'), index: moved });
        });
        assert.equal(await used(here), 1010);
        await using(here, 'b', ['two'], other);
        await write((tx) => tx.collections.empty(other));
        assert.equal(await used(here), 0);
      }),
    );

    test(
      'what is not there cannot be used, and nothing of the write stays',
      inWorld(place, async (here) => {
        const { store, calendar } = here;
        await assert.rejects(using(here, 'a', ['unknown']), /no attachment/);
        assert.equal(await store.read((tx) => tx.objects.get(calendar, 'a')), undefined);
      }),
    );

    test(
      'it goes a while after nothing uses it any more, with its bytes',
      inWorld(place, async (here) => {
        const { bytes: one } = await attach(here, 'one');
        await using(here, 'a', ['one']);
        assert.equal(await prune(here, AT + 1000), 0);
        await using(here, 'a', [], here.calendar, AT + 10);
        assert.equal(await prune(here, AT + 10), 0);
        assert.deepEqual(await ids(here, 'one'), ['one']);
        assert.deepEqual(await here.store.prune({ ...NONE, contents: AT + 1000 }, 100), NONE);
        assert.deepEqual([await ids(here, 'one'), await has(here, one)], [['one'], true]);
        const gone = await here.store.prune({ ...NONE, attachments: AT + 11 }, 100);
        assert.deepEqual([gone.attachments, await ids(here, 'one'), await has(here, one)], [1, [], true]);
        assert.equal(await prune(here, AT + 11), 2);
        assert.equal(await has(here, one), false);
        assert.equal(await prune(here, AT + 11), 0);
        await assert.rejects(using(here, 'a', ['one']), /no attachment/);
      }),
    );

    test(
      'they go with their account',
      inWorld(place, async (here) => {
        const { account, write } = here;
        await attach(here, 'one');
        await using(here, 'a', ['one']);
        await write((tx) => tx.directory.removeAccount(account));
        assert.deepEqual(await ids(here, 'one'), []);
        assert.deepEqual(await here.store.read((tx) => tx.attachments.usedIn(account, 'one')), []);
      }),
    );
  });
}
