/**
 * Numbers within an account, of collections and contents alike: each is given once.
 */
import type { AccountId } from '../records.ts';
import type { Session } from './database.ts';
import { statement } from './database.ts';

const NEXT_NUMBER = statement<[number]>(
  'update account set last_collection = last_collection + 1 where id = $1 returning last_collection',
);
const LOCK_ACCOUNT = statement('update account set last_collection = last_collection where id = $1');

/** The account's next number. Its row stays locked: of two that add the same name, the second sees the first. */
export async function nextNumber(session: Session, account: AccountId): Promise<number> {
  const next = await session.one(NEXT_NUMBER, [account]);
  if (next === undefined) throw new Error(`no account ${account}`);
  return next[0];
}

/** Locks the account's row, as taking a number does. */
export async function lockAccount(session: Session, account: AccountId): Promise<void> {
  await session.run(LOCK_ACCOUNT, [account]);
}
