/**
 * How much an account may hold. RFC 4331.
 */
import type { AccountId, Quota } from '../store/records.ts';
import type { Administration } from './administration.ts';
import { octetsOf } from './amounts.ts';
import { Refusal } from './refusal.ts';

/** `2G`, `default`, `none`. @throws Refusal */
export function quotaOf(given: string): Quota {
  if (given === 'default' || given === 'none') return given;
  try {
    return octetsOf(given);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new Refusal(`${JSON.stringify(given)} is no quota: give a size such as 500M or 2G, default, or none.`);
  }
}

/** Whether it may hold that much already. */
export async function hasQuota(admin: Administration, account: AccountId, quota: Quota): Promise<boolean> {
  const now = (await admin.store.read((tx) => tx.usage.of(account))).quota;
  return now === (quota === 'default' ? admin.quota : quota === 'none' ? undefined : quota);
}
