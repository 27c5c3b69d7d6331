/**
 * The storage contract, part: what an account takes up, and its quota. RFC 4331.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { CollectionKey, Quota } from '../../src/store/records.ts';
import { accountId } from '../../src/store/records.ts';
import type { Store } from '../../src/store/store.ts';
import { QuotaExceeded } from '../../src/store/store.ts';
import type { NewPlace, World } from './world.ts';
import { addAccount, index, inWorld, ORIGIN } from './world.ts';

function objectOf(name: string, octets: number) {
  return { name, uid: name, etag: '', data: new Uint8Array(octets), index: index() };
}

function putOctets(store: Store, key: CollectionKey, name: string, octets: number) {
  return store.write(ORIGIN, (tx) => tx.objects.put(key, objectOf(name, octets)));
}

async function used({ store, account }: Pick<World, 'store' | 'account'>): Promise<number> {
  return (await store.read((tx) => tx.usage.of(account))).used;
}

function setQuota({ write, account }: World, octets: Quota): Promise<void> {
  return write((tx) => tx.usage.setQuota(account, octets));
}

const exceeds = (quota: number) => (error: unknown) => error instanceof QuotaExceeded && error.quota === quota;

export function usageContract(place: NewPlace): void {
  describe('usage', () => {
    test(
      'it grows and shrinks with the objects',
      inWorld(place, async (here) => {
        const { store, account, home, calendar, write } = here;
        assert.deepEqual(await store.read((tx) => tx.usage.of(account)), { used: 0, quota: undefined });
        await putOctets(store, calendar, 'a', 100);
        await putOctets(store, calendar, 'b', 50);
        await putOctets(store, calendar, 'a', 30);
        assert.equal(await used(here), 80);
        await write((tx) => tx.objects.remove(calendar, 'b'));
        await write((tx) => tx.objects.remove(calendar, 'b'));
        assert.equal(await used(here), 30);
        await putOctets(store, calendar, 'c', 0);
        await write((tx) => tx.collections.empty(calendar));
        assert.equal(await used(here), 0);
        const content = await write((tx) => tx.contents.begin(account));
        const large = { id: content, size: 1000 };
        const put = (name: string) =>
          write((tx) =>
            tx.objects.put(calendar, {
              ...{ name, uid: '', etag: '', data: new Uint8Array(0), content: large, index: index() },
            }),
          );
        await put('a');
        await put('b');
        assert.equal(await used(here), 2000);
        await putOctets(store, calendar, 'b', 10);
        assert.equal(await used(here), 1010);
        const inner = await write((tx) =>
          tx.collections.add(account, { parent: calendar.id, name: 'inner', kind: 'x', properties: {} }),
        );
        await putOctets(store, inner, 'a', 5);
        assert.equal(await used(here), 1015);
        await write((tx) => tx.collections.remove(calendar));
        assert.equal(await used(here), 0);
        await write((tx) => tx.collections.remove(home));
        assert.equal(await used(here), 0);
      }),
    );

    test(
      'RFC 4331 section 6: what does not fit is refused and nothing of it stays; what shrinks is not refused',
      inWorld(place, async (here) => {
        const { store, calendar, record } = here;
        await setQuota(here, 100);
        await putOctets(store, calendar, 'a', 60);
        await assert.rejects(putOctets(store, calendar, 'b', 41), exceeds(100));
        assert.equal(await store.read((tx) => tx.objects.get(calendar, 'b')), undefined);
        assert.equal((await record(calendar)).revision, 1);
        await putOctets(store, calendar, 'b', 40);
        await assert.rejects(putOctets(store, calendar, 'b', 41), exceeds(100));
        await setQuota(here, 50);
        await putOctets(store, calendar, 'a', 60);
        await putOctets(store, calendar, 'a', 59);
        await putOctets(store, calendar, 'empty', 0);
        await assert.rejects(putOctets(store, calendar, 'a', 60), exceeds(50));
        assert.deepEqual(await store.read((tx) => tx.usage.of(here.account)), { used: 99, quota: 50 });
        await setQuota(here, 'default');
        await putOctets(store, calendar, 'a', 6000);
      }),
    );

    test(
      "the service's quota holds for accounts without their own, from their first octet on",
      inWorld(place, async (here, program) => {
        const bounded = await program.open({ quota: 10 });
        try {
          const { calendar, account, tenant } = here;
          await assert.rejects(putOctets(bounded, calendar, 'a', 11), exceeds(10));
          assert.deepEqual(await bounded.read((tx) => tx.usage.of(account)), { used: 0, quota: 10 });
          await putOctets(bounded, calendar, 'a', 10);
          await assert.rejects(putOctets(bounded, calendar, 'b', 1), exceeds(10));
          await setQuota(here, 12);
          await putOctets(bounded, calendar, 'b', 2);
          await assert.rejects(putOctets(bounded, calendar, 'c', 1), exceeds(12));
          await setQuota(here, 5);
          await putOctets(bounded, calendar, 'a', 3);
          await assert.rejects(putOctets(bounded, calendar, 'c', 1), exceeds(5));
          await setQuota(here, 'default');
          await putOctets(bounded, calendar, 'c', 5);
          await assert.rejects(putOctets(bounded, calendar, 'd', 1), exceeds(10));
          const bob = await here.write((tx) => addAccount(tx, tenant, 'bob@example.com'));
          await here.write((tx) => tx.usage.setQuota(bob.id, 7));
          assert.deepEqual(await bounded.read((tx) => tx.usage.of(bob.id)), { used: 0, quota: 7 });
          await assert.rejects(here.write((tx) => tx.usage.setQuota(accountId(999), 7)));
        } finally {
          await bounded.close();
        }
      }),
    );

    test(
      'what nobody chose to store counts, and is stored where there is no room left',
      inWorld(place, async (here, program) => {
        const { account, calendar } = here;
        const bounded = await program.open({ quota: 10 });
        try {
          const put = (octets: number): Promise<unknown> =>
            bounded.write(ORIGIN, (tx) => tx.objects.put(calendar, { ...objectOf('b', octets), beyondQuota: true }));
          await put(4);
          assert.equal(await used({ store: bounded, account }), 4);
          await putOctets(bounded, calendar, 'a', 6);
          await put(9);
          assert.equal(await used({ store: bounded, account }), 15);
          await setQuota(here, 3);
          await put(11);
          assert.equal(await used({ store: bounded, account }), 17);
          await assert.rejects(putOctets(bounded, calendar, 'c', 1), exceeds(3));
          await put(1);
          assert.equal(await used({ store: bounded, account }), 7);
        } finally {
          await bounded.close();
        }
      }),
    );

    test(
      'of writers at once in several collections exactly as many succeed as fit',
      inWorld(place, async (here, program) => {
        const { account, home, calendar, write } = here;
        const bounded = await program.open({ quota: 100 });
        try {
          const keys: CollectionKey[] = [calendar];
          for (const name of ['one', 'two', 'three']) {
            keys.push(
              await write((tx) =>
                tx.collections.add(account, { parent: home.id, name, kind: 'calendar', properties: {} }),
              ),
            );
          }
          const puts = Array.from({ length: 50 }, (_, at) => putOctets(bounded, keys[at % 4]!, `${at}`, 7));
          const settled = await Promise.allSettled(puts);
          const refused = settled.filter((each) => each.status === 'rejected').map((each) => each.reason);
          for (const reason of refused) assert.ok(reason instanceof QuotaExceeded, String(reason));
          assert.equal(settled.length - refused.length, 14);
          assert.equal(await used({ store: bounded, account }), 98);
          let found = 0;
          for (const key of keys) found += await bounded.read((tx) => tx.collections.countObjects(key));
          assert.equal(found, 14);
        } finally {
          await bounded.close();
        }
      }),
    );

    test(
      'one work with many puts at the edge leaves nothing of any',
      inWorld(place, async (here) => {
        const { store, calendar, write, record } = here;
        await setQuota(here, 30);
        const data = new Uint8Array(1);
        const texts = { SUMMARY: 'some text' };
        const all = write((tx) =>
          Promise.all(
            Array.from({ length: 60 }, (_, at) =>
              tx.objects.put(calendar, { name: `${at}`, uid: '', etag: '', data, index: index({ texts }) }),
            ),
          ),
        );
        await assert.rejects(all, exceeds(30));
        await putOctets(store, calendar, 'a', 30);
        assert.equal((await record(calendar)).revision, 1);
        assert.equal((await store.read((tx) => tx.objects.page(calendar, { limit: 9 }))).length, 1);
        const found = { texts: { test: 'allof', conditions: [{ property: 'SUMMARY', contains: 'text' }] } } as const;
        assert.deepEqual(await store.read((tx) => tx.objects.matching(calendar, found, { limit: 9 })), []);
      }),
    );
  });
}
