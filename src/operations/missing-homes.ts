/**
 * Accounts that are older than a feature get the home that it brings, with what lies in it from the start; nothing else that a user may
 * have removed on purpose comes back.
 */
import { othersTurn } from '../dav/member-pages.ts';
import { type AccountId, NO_COLLECTION } from '../store/records.ts';
import type { AccountsLookedAt } from '../store/store.ts';
import type { Administration } from './administration.ts';
import { provision } from './provision.ts';

/** Accounts looked at at once. */
const BATCH = 2_000;

/**
 * Makes the homes that are missing, each account in a transaction of its own, and says how many accounts got one. What a run leaves undone
 * because it is stopped or fails, the next one does.
 */
export async function provisionMissing(
  admin: Administration,
  { stopped = () => false, batch = BATCH }: { readonly stopped?: () => boolean; readonly batch?: number } = {},
): Promise<number> {
  const { catalogue, store } = admin;
  const segments = [...catalogue.homes.keys()];
  let count = 0;
  let after: AccountId | undefined;
  do {
    const page = { limit: batch, ...(after === undefined ? {} : { after }) };
    const { found, last }: AccountsLookedAt = await store.read((tx) => tx.directory.withoutHomes(segments, page));
    for (const id of found) {
      if (stopped()) return count;
      if (await makeMissing(admin, id)) count += 1;
      await othersTurn();
    }
    await othersTurn();
    after = last;
  } while (after !== undefined && !stopped());
  return count;
}

/** All homes that this account lacks; false when it lacks none, or is gone by now. */
function makeMissing({ catalogue, store, origin }: Administration, id: AccountId): Promise<boolean> {
  return store.write(origin(), async (tx) => {
    const account = await tx.directory.account(id);
    if (account === undefined) return false;
    const present = new Set((await tx.collections.in(id, NO_COLLECTION)).map(({ name }) => name));
    const missing = [...catalogue.homes.keys()].filter((segment) => !present.has(segment));
    if (missing.length > 0) await provision(tx, account, catalogue, ({ segment }) => missing.includes(segment));
    return missing.length > 0;
  });
}
