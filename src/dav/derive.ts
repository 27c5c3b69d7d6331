/**
 * Derived collections: what is in them follows from what is in others of the same account, and changes in the same transaction. Here the
 * store is wrapped, so that no writer can forget it and none has to think of it. What is made where much lies already is filled in short
 * transactions; what is written meanwhile is derived at once, and where that is broken off, the next write that it concerns goes on.
 *
 * Rows are locked in one order: a source, the derived collection, its home, the home of the source, what the account takes up. Hence the
 * derived collection is locked as soon as a source is, before anything is written.
 */
import type { AccountId, CollectionKey, CollectionRecord, Origin } from '../store/records.ts';
import type { Store, WriteTransaction } from '../store/store.ts';
import { carryOut, type Derivation, forget, forgetAll, prefixOf, type Wanted, want } from './derivation.ts';
import { FILLED_TO, fill } from './derive-fill.ts';

/**
 * The store, with everything derived that these declare. A write that makes a derived collection resolves when that is filled.
 * @param onFault is told why a collection could not be filled in the background; the next write tries again
 */
export function withDerivations(
  store: Store,
  derivations: readonly Derivation[],
  onFault: (error: unknown) => void = () => {},
): Store {
  return derivations.reduce((under, one) => withDerivation(under, one, onFault), store);
}

/** A key as one text. */
const numbersOf = ({ account, id }: CollectionKey): string => `${account}/${id}`;

/** What a write has seen of a derived collection that is not filled. */
interface Unfilled {
  readonly key: CollectionKey;
  /** It was made, or asked for, by this write, which waits for it. */
  readonly awaited: boolean;
}

function withDerivation(store: Store, derivation: Derivation, onFault: (error: unknown) => void): Store {
  const filling = new Map<string, Promise<void>>();
  let closed = false;

  /** One at a time for each collection. */
  function fillOnce(key: CollectionKey, origin: Origin): Promise<void> {
    const name = numbersOf(key);
    const running = filling.get(name);
    if (running !== undefined) return running;
    const run = fill(store, derivation, key, origin, () => closed).finally(() => filling.delete(name));
    filling.set(name, run);
    return run;
  }

  return {
    ...store,
    async write(origin, work) {
      let unfilled: Unfilled | undefined;
      const result = await store.write(origin, async (tx) => {
        const watch = watcher(derivation, tx);
        const done = await work(watch.tx);
        await watch.settle();
        unfilled = watch.unfilled();
        return done;
      });
      if (unfilled?.awaited === true) await fillOnce(unfilled.key, origin);
      else if (unfilled !== undefined) fillOnce(unfilled.key, origin).catch(onFault);
      return result;
    },
    async close() {
      closed = true;
      await Promise.allSettled(filling.values());
      await store.close();
    },
  };
}

// --- watching a transaction ----------------------------------------------------------------------------------------------------------

interface Watcher {
  /** For the work: it notes what is written into sources. */
  readonly tx: WriteTransaction;
  /** Derives what was noted. */
  settle(): Promise<void>;
  unfilled(): Unfilled | undefined;
}

function watcher(derivation: Derivation, tx: WriteTransaction): Watcher {
  const { from, into } = derivation;
  const kinds = new Map<string, string>();
  const targets = new Map<AccountId, CollectionRecord | undefined>();
  const wanted: Wanted = new Map();
  let gone: CollectionKey[] = [];
  let target: CollectionRecord | undefined;
  let unfilled: Unfilled | undefined;

  const isUnfilled = ({ properties }: CollectionRecord): boolean => properties[FILLED_TO] !== undefined;

  /** Once the source is locked nobody can make the collection without coming across it, so that one look is enough. */
  async function find(account: AccountId): Promise<CollectionRecord | undefined> {
    if (targets.has(account)) return targets.get(account);
    const [home, found] = await tx.collections.along(account, [into.home, into.name]);
    const locked = found?.kind === into.type.kind ? await tx.collections.lock(found) : undefined;
    if (locked !== undefined && home !== undefined) await tx.collections.lock(home);
    targets.set(account, locked);
    if (locked !== undefined && isUnfilled(locked)) unfilled ??= { key: locked, awaited: false };
    return locked;
  }

  async function noted(record: CollectionRecord | undefined): Promise<CollectionRecord | undefined> {
    if (record === undefined || kinds.has(numbersOf(record))) return record;
    kinds.set(numbersOf(record), record.kind);
    if (record.kind === into.type.kind && isUnfilled(record)) unfilled = { key: record, awaited: true };
    if (record.kind === from.type.kind) await find(record.account);
    return record;
  }

  const locking = {
    lock: async (key: CollectionKey) => noted(await tx.collections.lock(key)),
    lockTree: async (key: CollectionKey) => noted(await tx.collections.lockTree(key)),
  };

  /** The derived collection, where the key is that of a source and there is one. */
  async function targetOf(key: CollectionKey): Promise<CollectionRecord | undefined> {
    if (!kinds.has(numbersOf(key))) await locking.lock(key);
    return kinds.get(numbersOf(key)) === from.type.kind ? find(key.account) : undefined;
  }

  function emptied(source: CollectionKey, found: CollectionRecord | undefined): void {
    if (found === undefined) return;
    target = found;
    gone = [...gone, source];
    for (const name of [...wanted.keys()]) if (name.startsWith(prefixOf(source))) wanted.delete(name);
  }

  return {
    tx: {
      ...tx,
      collections: {
        ...tx.collections,
        ...locking,
        async add(account, collection) {
          const isTarget = collection.kind === into.type.kind;
          const properties = isTarget ? { ...collection.properties, [FILLED_TO]: '' } : collection.properties;
          const record = await tx.collections.add(account, { ...collection, properties });
          kinds.set(numbersOf(record), record.kind);
          if (isTarget) unfilled = { key: record, awaited: true };
          return record;
        },
        async remove(key) {
          const found = await targetOf(key);
          await tx.collections.remove(key);
          emptied(key, found);
        },
        async empty(key) {
          const found = await targetOf(key);
          await tx.collections.empty(key);
          emptied(key, found);
        },
      },
      objects: {
        ...tx.objects,
        async put(key, object) {
          const found = await targetOf(key);
          const record = await tx.objects.put(key, object);
          if (found !== undefined) {
            target = found;
            want(wanted, derivation, key, object);
          }
          return record;
        },
        async remove(key, name) {
          const found = await targetOf(key);
          const isGone = await tx.objects.remove(key, name);
          if (found !== undefined && isGone) {
            target = found;
            forget(wanted, derivation, key, name);
          }
          return isGone;
        },
      },
    },
    async settle() {
      const now = target === undefined ? undefined : await tx.collections.lock(target);
      if (now === undefined) return;
      for (const source of gone) await forgetAll(source, now, tx);
      await carryOut(wanted, now, tx);
    },
    unfilled: () => unfilled,
  };
}
