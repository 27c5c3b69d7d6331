/**
 * What an account takes up, and how much that may be. One row for each account, changed in the transaction that writes the object, so that
 * writers at once wait for one another here: it is locked last, after collections and contents. RFC 4331.
 */
import type { AccountId, Quota, Usage } from '../records.ts';
import type { UsageReader, UsageWriter } from '../store.ts';
import { QuotaExceeded } from '../store.ts';
import type { Session } from './database.ts';
import { perDialect, statement } from './database.ts';
import type { Locks } from './revisions.ts';

/** The quota of an account without a bound: more than there can be. */
const NO_BOUND = Number.MAX_SAFE_INTEGER;

const OF = statement<[number, number | null]>('select octets, quota from usage_of_account where account_id = $1');
const ofAll = perDialect(({ isIn }) =>
  statement<[number, number, number | null]>(
    `select account_id, octets, quota from usage_of_account where ${isIn('account_id', '$1', 'bigint')}`,
  ),
);
/** An account's first octets make its row: its quota is the service's then. */
const CHANGE = statement(
  `insert into usage_of_account (account_id, octets) select cast($1 as bigint), cast($2 as bigint)
   where cast($2 as bigint) <= cast($3 as bigint) or exists (select 1 from usage_of_account u where u.account_id = $1)
   on conflict (account_id) do update set octets = usage_of_account.octets + excluded.octets
   where excluded.octets <= 0
     or usage_of_account.octets + excluded.octets <= coalesce(usage_of_account.quota, cast($3 as bigint))`,
);
/** Whatever the quota says. */
const GROW = statement(
  `insert into usage_of_account (account_id, octets) values ($1, $2)
   on conflict (account_id) do update set octets = usage_of_account.octets + excluded.octets`,
);
const SET_QUOTA = statement(
  `insert into usage_of_account (account_id, octets, quota) select id, 0, cast($2 as bigint) from account where id = $1
   on conflict (account_id) do update set quota = excluded.quota`,
);

/** Reads usage through a session; `quota` is what the service gives everybody, in octets. */
export function usageReader(session: Session, quota: number | undefined): UsageReader {
  const usage = (used: number, own: number | null): Usage => ({
    used,
    quota: own === NO_BOUND ? undefined : (own ?? quota),
  });
  return {
    async of(account) {
      const [used, own] = (await session.one(OF, [account])) ?? [0, null];
      return usage(used, own);
    },
    async ofAll(accounts) {
      const rows = await session.all(ofAll(session.dialect), [session.list(accounts)]);
      const known = new Map(rows.map(([account, used, own]) => [account, usage(used, own)]));
      return accounts.map((account) => known.get(account) ?? usage(0, null));
    },
  };
}

/** Sets quotas in one transaction. */
export function usageWriter(session: Session): UsageWriter {
  return {
    async setQuota(account, quota: Quota) {
      const own = { default: null, none: NO_BOUND } as const;
      const changed = await session.run(SET_QUOTA, [account, typeof quota === 'number' ? quota : own[quota]]);
      if (changed === 0) throw new Error(`no account ${account}`);
    },
  };
}

/**
 * The account takes up so many octets more; fewer, where negative, which is never refused, and is taken off at the end of the transaction.
 * @param quota the service's; `any` where no bound counts
 * @throws QuotaExceeded when that would be more than its quota, or the service's
 */
export async function addOctets(
  session: Session,
  { freed }: Locks,
  account: AccountId,
  octets: number,
  quota: number | 'any' | undefined,
): Promise<void> {
  const left = (freed.get(account) ?? 0) - octets;
  if (left >= 0) freed.set(account, left);
  else {
    freed.delete(account);
    await change(session, account, -left, quota);
  }
}

/** What accounts have shrunk by in this transaction. */
export async function settleOctets(session: Session, { freed }: Locks): Promise<void> {
  for (const [account, octets] of freed) await change(session, account, -octets, undefined);
}

async function change(
  session: Session,
  account: AccountId,
  octets: number,
  quota: number | 'any' | undefined,
): Promise<void> {
  if (octets === 0) return;
  if (quota === 'any') {
    await session.run(GROW, [account, octets]);
    return;
  }
  const changed = await session.run(CHANGE, [account, octets, quota ?? NO_BOUND]);
  if (changed > 0) return;
  const own = (await session.one(OF, [account]))?.[1];
  throw new QuotaExceeded(own ?? quota ?? NO_BOUND);
}
