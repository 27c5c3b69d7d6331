/**
 * Every user of a tenant sees its directories: each is mounted into every address book home, page by page, and so that a run which is broken
 * off is taken up by the next one. Who took one off the list does not get it back by this.
 */

import { MOUNT_KIND } from '../dav/mounts.ts';
import { SEGMENT } from '../features/carddav/index.ts';
import type { LackingPage } from '../store/mounts.ts';
import type { AccountId, CollectionRecord, DirectorySource } from '../store/records.ts';
import { accountId, NO_COLLECTION } from '../store/records.ts';
import type { ReadTransaction, WriteTransaction } from '../store/store.ts';
import type { Administration } from './administration.ts';

/** Accounts looked for at once. */
const BATCH = 200;

/** Mounts one directory wherever it is missing; says in how many homes it was. */
export async function mountEverywhere(
  admin: Administration,
  { tenant, collection: target, name }: DirectorySource,
  { stopped = () => false, batch = BATCH }: { readonly stopped?: () => boolean; readonly batch?: number } = {},
): Promise<number> {
  const { store } = admin;
  let count = 0;
  for (let after: AccountId | undefined = accountId(0); after !== undefined && !stopped(); ) {
    const among: LackingPage = { tenant, segment: SEGMENT, after, limit: batch };
    const { accounts, next } = await store.read((tx) => tx.mounts.lacking(target, among));
    for (const account of accounts) {
      if (stopped()) return count;
      if (await store.write(admin.origin(), (tx) => mountInto(account, { collection: target, name }, tx))) count += 1;
      await othersTurn();
    }
    after = next;
    await othersTurn();
  }
  return count;
}

/** Mounts it into one account's home, unless it is there or declined. */
export async function mountInto(
  account: AccountId,
  { collection: target, name }: Pick<DirectorySource, 'collection' | 'name'>,
  tx: WriteTransaction,
): Promise<boolean> {
  const declined = await tx.mounts.declined(account);
  if (declined.some((one) => one.account === target.account && one.id === target.id)) return false;
  const home = await tx.collections.child(account, NO_COLLECTION, SEGMENT);
  if (home === undefined || (await tx.collections.lock(home)) === undefined) return false;
  // Whoever removes it now waits, and then finds this mount; or has removed it.
  if ((await tx.collections.lock(target)) === undefined) return false;
  if ((await tx.mounts.in(home, target)) !== undefined) return false;
  const free = await freeName(name, home, tx);
  await tx.collections.add(account, { parent: home.id, name: free, kind: MOUNT_KIND, properties: {}, target });
  return true;
}

/** `company`, or `company-2` where that is taken. */
async function freeName(name: string, { account, id }: CollectionRecord, tx: ReadTransaction): Promise<string> {
  let free = name;
  for (let number = 2; (await tx.collections.child(account, id, free)) !== undefined; number += 1) {
    free = `${name}-${number}`;
  }
  return free;
}

/** Takes away every mount of a collection; says how many there were. */
export async function unmountEverywhere(
  admin: Administration,
  { collection: target }: Pick<DirectorySource, 'collection'>,
  { stopped = () => false }: { readonly stopped?: () => boolean } = {},
): Promise<number> {
  const { store } = admin;
  let count = 0;
  for (;;) {
    const mounts = stopped() ? [] : await store.read((tx) => tx.mounts.of(target, BATCH));
    if (mounts.length === 0) return count;
    for (const mount of mounts) {
      await store.write(admin.origin(), async (tx) => {
        if ((await tx.collections.get(mount)) !== undefined) await tx.collections.remove(mount);
      });
      count += 1;
      await othersTurn();
    }
  }
}

/** Requests come first. */
function othersTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
