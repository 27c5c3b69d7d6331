/**
 * Derived collections beneath the requests: what they cost, and what becomes of one whose filling is broken off.
 */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { catalogue } from '../../src/dav/catalogue.ts';
import { withDerivations } from '../../src/dav/derive.ts';
import { etagOf } from '../../src/dav/etag.ts';
import { BIRTHDAYS_DEFAULTS, birthdaysCalendar } from '../../src/features/birthdays/index.ts';
import { standardFeatures } from '../../src/server/features.ts';
import {
  type AccountId,
  type CollectionKey,
  type CollectionRecord,
  NO_COLLECTION,
  type Origin,
  UNBOUNDED,
} from '../../src/store/records.ts';
import { openSqliteStore } from '../../src/store/sqlite/database.ts';
import type { Store, WriteTransaction } from '../../src/store/store.ts';
import { temporaryFolder } from '../support/engine.ts';

const { derivations } = catalogue(standardFeatures());
const ORIGIN: Origin = { by: undefined, client: 'tests', at: 1_780_000_000 };

/** An account with a calendar and an address book, in a store that runs each write twice. */
interface Place {
  /** Without derivations. */
  readonly store: Store;
  readonly account: AccountId;
  readonly calendars: CollectionKey;
  readonly calendar: CollectionKey;
  readonly book: CollectionKey;
}

async function withPlace(body: (place: Place) => Promise<void>): Promise<void> {
  const folder = temporaryFolder('derive');
  const store = await openSqliteStore({ file: join(folder, 'davit.sqlite'), rehearse: true });
  try {
    const place = await store.write(ORIGIN, async (tx) => {
      const tenant = await tx.directory.addTenant('example');
      await tx.directory.addDomain('example.com', tenant.id);
      const { id } = await tx.directory.addAccount({
        ...{ tenant: tenant.id, kind: 'individual', address: 'ann@example.com', aliases: [] },
        ...{ displayName: 'Ann', passwordHash: undefined },
      });
      const add = (parent: CollectionKey['id'], name: string, kind: string): Promise<CollectionRecord> =>
        tx.collections.add(id, { parent, name, kind, properties: {} });
      const calendars = await add(NO_COLLECTION, 'calendars', 'calendar-home');
      const addressbooks = await add(NO_COLLECTION, 'addressbooks', 'addressbook-home');
      const calendar = await add(calendars.id, 'default', 'calendar');
      const book = await add(addressbooks.id, 'default', 'addressbook');
      return { store, account: id, calendars, calendar, book };
    });
    await body(place);
  } finally {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function object(name: string, text: string, component: string) {
  const data = Buffer.from(text);
  return { name, uid: name, etag: etagOf(data), data, index: { component, ...UNBOUNDED, texts: {} } };
}

function putCard(tx: WriteTransaction, book: CollectionKey, at: number, more = ''): Promise<unknown> {
  const lines = [
    'BEGIN:VCARD',
    'VERSION:3.0',
    `UID:${at}`,
    `FN:Person ${at}`,
    'BDAY:--0704',
    `NOTE:${more}`,
    'END:VCARD',
    '',
  ];
  return tx.objects.put(book, object(`${at}.vcf`, lines.join('\r\n'), 'VCARD'));
}

function putCards(store: Store, book: CollectionKey, count: number): Promise<void> {
  return store.write(ORIGIN, async (tx) => {
    await tx.collections.lock(book);
    for (let at = 0; at < count; at++) await putCard(tx, book, at);
  });
}

function makeCalendar(store: Store, { account, calendars }: Place): Promise<CollectionRecord> {
  const { kind } = birthdaysCalendar;
  return store.write(ORIGIN, (tx) =>
    tx.collections.add(account, { parent: calendars.id, name: 'birthdays', kind, properties: BIRTHDAYS_DEFAULTS }),
  );
}

/** Counts what is asked of the store in writes; the rehearsal of each counts too. */
function counting(store: Store): { readonly store: Store; counts(): Readonly<Record<string, number>> } {
  let counts: Record<string, number> = {};
  const counted = <T extends object>(part: string, methods: T): T =>
    new Proxy(methods, {
      get(target, name, receiver) {
        const method: unknown = Reflect.get(target, name, receiver);
        if (typeof method !== 'function') return method;
        return (...given: readonly unknown[]): unknown => {
          const key = `${part}.${String(name)}`;
          counts[key] = (counts[key] ?? 0) + 1;
          return Reflect.apply(method, target, given);
        };
      },
    });
  return {
    store: {
      ...store,
      write: (origin, work) =>
        store.write(origin, (tx) => {
          // The last run is the one that stays.
          counts = {};
          const collections = counted('collections', { ...tx.collections });
          return work({ ...tx, collections, objects: counted('objects', { ...tx.objects }) });
        }),
    },
    counts: () => counts,
  };
}

test('whoever has no derived collection pays one look for a card, and nothing for an event', () =>
  withPlace(async (place) => {
    const seen = counting(place.store);
    const store = withDerivations(seen.store, derivations);
    await store.write(ORIGIN, async (tx) => {
      await tx.collections.lock(place.book);
      await putCard(tx, place.book, 1);
      await putCard(tx, place.book, 2);
    });
    assert.deepEqual(seen.counts(), { 'collections.lock': 1, 'collections.along': 1, 'objects.put': 2 });
    await store.write(ORIGIN, async (tx) => {
      await tx.collections.lock(place.calendar);
      await tx.objects.put(place.calendar, object('a.ics', 'BEGIN:VCALENDAR', 'VEVENT'));
      await tx.objects.remove(place.calendar, 'a.ics');
    });
    assert.deepEqual(seen.counts(), { 'collections.lock': 1, 'objects.put': 1, 'objects.remove': 1 });
  }));

test('whoever has one pays as much for the first card as for the thousandth', () =>
  withPlace(async (place) => {
    const seen = counting(place.store);
    const store = withDerivations(seen.store, derivations);
    await putCards(place.store, place.book, 300);
    const { id } = await makeCalendar(store, place);
    const put = (at: number, more?: string): Promise<void> =>
      store.write(ORIGIN, async (tx) => {
        await tx.collections.lock(place.book);
        await putCard(tx, place.book, at, more);
      });
    await put(1_000);
    const cost = { 'collections.lock': 4, 'collections.along': 1, 'objects.put': 2, 'objects.getAll': 1 };
    assert.deepEqual(seen.counts(), cost);
    const revision = async () =>
      (await store.read((tx) => tx.collections.get({ account: place.account, id })))?.revision;
    const before = await revision();
    await put(1_000, 'another note');
    assert.deepEqual(seen.counts(), { ...cost, 'objects.put': 1 }, 'what did not change is not written');
    assert.equal(await revision(), before);
  }));

test('it is filled in short transactions', () =>
  withPlace(async (place) => {
    const most: number[] = [];
    const seen = counting(place.store);
    const watched: Store = {
      ...seen.store,
      async write(origin, work) {
        const result = await seen.store.write(origin, work);
        most.push(seen.counts()['objects.put'] ?? 0);
        return result;
      },
    };
    await putCards(place.store, place.book, 450);
    const { id } = await makeCalendar(withDerivations(watched, derivations), place);
    assert.equal(await place.store.read((tx) => tx.collections.countObjects({ account: place.account, id })), 450);
    assert.ok(Math.max(...most) <= 100, most.join());
  }));

test('a filling that is broken off goes on with the next card, and is whole when it is asked for', () =>
  withPlace(async (place) => {
    await putCards(place.store, place.book, 450);
    let left = 3;
    const breaking: Store = {
      ...place.store,
      async write(origin, work) {
        if (left-- === 0) throw new Error('the power went');
        return place.store.write(origin, work);
      },
    };
    await assert.rejects(makeCalendar(withDerivations(breaking, derivations), place), /the power went/);
    const key = await place.store.read(
      async (tx) => (await tx.collections.along(place.account, ['calendars', 'birthdays']))[1],
    );
    assert.ok(key !== undefined);
    const count = (): Promise<number> => place.store.read((tx) => tx.collections.countObjects(key));
    const some = await count();
    assert.ok(some > 0 && some < 450, String(some));

    const faults: unknown[] = [];
    const store = withDerivations(place.store, derivations, (error) => faults.push(error));
    await store.write(ORIGIN, async (tx) => {
      await tx.collections.lock(place.book);
      await putCard(tx, place.book, 449, 'changed before its turn');
      await putCard(tx, place.book, 1_000);
    });
    await store.write(ORIGIN, (tx) => tx.collections.lock(key));
    assert.equal(await count(), 451);
    assert.deepEqual(faults, []);
    const whole = await place.store.read((tx) => tx.collections.get(key));
    assert.deepEqual(whole?.properties, BIRTHDAYS_DEFAULTS, 'nothing of how far it had come is left');
  }));

test('a write that fails leaves what was derived as it was', () =>
  withPlace(async (place) => {
    const store = withDerivations(place.store, derivations);
    const key = await makeCalendar(store, place);
    await putCards(store, place.book, 3);
    const before = await store.read((tx) => tx.objects.page(key, { limit: 10 }));
    await assert.rejects(
      store.write(ORIGIN, async (tx) => {
        await tx.collections.lock(place.book);
        await putCard(tx, place.book, 9);
        await tx.objects.remove(place.book, '1.vcf');
        throw new Error('refused after all');
      }),
    );
    assert.deepEqual(await store.read((tx) => tx.objects.page(key, { limit: 10 })), before);
  }));

test('an address book that is emptied and written again in one transaction is as it was written last', () =>
  withPlace(async (place) => {
    const store = withDerivations(place.store, derivations);
    const key = await makeCalendar(store, place);
    await putCards(store, place.book, 3);
    await store.write(ORIGIN, async (tx) => {
      await putCard(tx, place.book, 5);
      await tx.collections.empty(place.book);
      await putCard(tx, place.book, 6);
      await putCard(tx, place.book, 7);
      await tx.objects.remove(place.book, '7.vcf');
    });
    assert.equal(await store.read((tx) => tx.collections.countObjects(key)), 1);
  }));
