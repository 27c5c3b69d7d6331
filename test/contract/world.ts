/**
 * A small world for the storage contract: a tenant, an account, a calendar home with a calendar, and short ways to say what a test does.
 */
import assert from 'node:assert/strict';
import type {
  AccountId,
  CollectionKey,
  CollectionRecord,
  ObjectIndex,
  ObjectRecord,
  Origin,
  TenantId,
} from '../../src/store/records.ts';
import { NO_COLLECTION, UNBOUNDED } from '../../src/store/records.ts';
import type { Store, WriteTransaction } from '../../src/store/store.ts';

/** Opens a store of its own for each test; `again` opens the same one once more, as another program would. */
export interface Place {
  open(options?: { readonly quota?: number }): Promise<Store>;
}
export type NewPlace = () => Promise<Place>;

export const AT = 1_700_000_000;
export const ORIGIN: Origin = { by: undefined, client: 'contract', at: AT };

export const bytes = (text: string): Uint8Array => Buffer.from(text);

export function index(given: Partial<ObjectIndex> = {}): ObjectIndex {
  return { component: 'VEVENT', ...UNBOUNDED, texts: {}, ...given };
}

export interface World {
  readonly store: Store;
  readonly tenant: TenantId;
  readonly account: AccountId;
  readonly home: CollectionKey;
  readonly calendar: CollectionKey;
  readonly write: <T>(work: (tx: WriteTransaction) => Promise<T>) => Promise<T>;
  readonly put: (name: string, text?: string, given?: Partial<ObjectIndex>) => Promise<ObjectRecord>;
  readonly record: (key: CollectionKey) => Promise<CollectionRecord>;
}

export function addAccount(tx: WriteTransaction, tenant: TenantId, address: string, aliases: readonly string[] = []) {
  const displayName = address;
  return tx.directory.addAccount({
    ...{ tenant, kind: 'individual', address, aliases, displayName, passwordHash: undefined },
  });
}

export function key({ account, id }: CollectionKey): CollectionKey {
  return { account, id };
}

export async function world(store: Store): Promise<World> {
  const made = await store.write(ORIGIN, async (tx) => {
    const tenant = await tx.directory.addTenant('example');
    await tx.directory.addDomain('example.com', tenant.id);
    const account = await addAccount(tx, tenant.id, 'ann@example.com');
    const collections = { properties: {} };
    const home = await tx.collections.add(account.id, {
      ...{ ...collections, parent: NO_COLLECTION, name: 'calendars', kind: 'calendar-home' },
    });
    const calendar = await tx.collections.add(account.id, {
      ...{ ...collections, parent: home.id, name: 'default', kind: 'calendar' },
    });
    return { tenant: tenant.id, account: account.id, home: key(home), calendar: key(calendar) };
  });
  return {
    store,
    ...made,
    write: (work) => store.write(ORIGIN, work),
    put: (name, text = name, given = {}) =>
      store.write(ORIGIN, (tx) =>
        tx.objects.put(made.calendar, {
          ...{ name, uid: `uid-${name}`, etag: `etag-${text}`, data: bytes(text), index: index(given) },
        }),
      ),
    async record(collection) {
      const found = await store.read((tx) => tx.collections.get(collection));
      assert.ok(found);
      return found;
    },
  };
}

/** Runs a test in a world of its own and closes it. */
export function inWorld(place: NewPlace, run: (world: World, place: Place) => Promise<void>): () => Promise<void> {
  return async () => {
    const here = await place();
    const store = await here.open();
    try {
      await run(await world(store), here);
    } finally {
      await store.close();
    }
  };
}
