/**
 * Who may know of whom: one place for principals, searches and reports. Tenants know nothing of one another. Within one, its policy says
 * whether everybody can be looked up, or only those with whom one shares something (decision 0012).
 */
import { type Account, type AccountId, type CollectionId, NO_COLLECTION } from '../store/records.ts';
import type { ReadTransaction } from '../store/store.ts';
import type { Subject } from './privilege.ts';
import { domainOf, subjectOf } from './relation.ts';

/** How far a user sees, read once for as many accounts as a request is about. */
export interface Horizon {
  readonly subject: Subject;
  /** Whether the user's tenant lets its users look each other up. */
  readonly everyone: boolean;
  /** Domains of which the user is an administrator. */
  readonly administered: ReadonlySet<string>;
}

/** Three queries. */
export async function horizonOf(user: Account, tx: ReadTransaction): Promise<Horizon> {
  const subject = await subjectOf(user, tx);
  const [tenant, administered] = await Promise.all([
    tx.directory.tenant(user.tenant),
    tx.directory.administeredBy([...subject.principals]),
  ]);
  return { subject, everyone: tenant?.directory === 'everyone', administered: new Set(administered) };
}

/** Whether the user holds everything on the account's principal: it is the user's own, or lies in a domain that the user administers. */
export function holdsPrincipal({ subject, administered }: Horizon, account: Account): boolean {
  return account.id === subject.user.id || administered.has(domainOf(account));
}

/**
 * Whether the user may know of the account; asks the store only about those whom the policy does not open, and about another tenant's as
 * often as about one that does not exist.
 */
export async function mayKnow(horizon: Horizon, account: Account, tx: ReadTransaction): Promise<boolean> {
  const { subject, everyone } = horizon;
  if (everyone && account.tenant === subject.user.tenant) return true;
  if (subject.principals.has(account.id) || holdsPrincipal(horizon, account)) return true;
  return isAcquainted(subject, account, tx);
}

/** Whether either has granted the other something, acts for the other, or is in a group of the other's. */
async function isAcquainted({ user, principals }: Subject, other: Account, tx: ReadTransaction): Promise<boolean> {
  const theirs = new Set([other.id, ...(await tx.directory.allGroupsOf(other.id))]);
  if (!theirs.isDisjointFrom(principals)) return true;
  const named = async (owner: Account, by: ReadonlySet<AccountId>): Promise<boolean> => {
    const grants = await tx.grants.between(owner.id, [...by]);
    if (grants.some(({ grantee }) => typeof grantee === 'number' && by.has(grantee))) return true;
    return (await tx.directory.delegatesOf(owner.id)).some(({ delegate }) => by.has(delegate));
  };
  return (await named(other, principals)) || named(user, theirs);
}

/** Accounts that are looked at to find acquaintances; whoever has more finds some of them. */
const MOST_ACQUAINTANCES = 5_000;
/** Collections of a user whose grants are looked at, as many as may lie below a home. */
const COLLECTIONS = 1_000;

/**
 * Those whom `mayKnow` finds without the policy: the user with all groups and their members, those for whom one of these acts or
 * who granted one of these something, and the delegates and grantees of the user, with the members of groups among them.
 */
export async function acquaintancesOf(
  { user, principals }: Subject,
  tx: ReadTransaction,
): Promise<ReadonlySet<AccountId>> {
  const mine = [...principals];
  const [grantors, delegators, delegates, grantees] = await Promise.all([
    tx.grants.grantors(mine),
    tx.directory.delegatorsOf(mine),
    tx.directory.delegatesOf(user.id),
    granteesOf(user, tx),
  ]);
  const known = new Set<AccountId>([...grantors, ...delegators.map(({ delegator }) => delegator)]);
  await addWithMembers([...mine, ...delegates.map(({ delegate }) => delegate), ...grantees], known, tx);
  return known;
}

/** Adds these accounts, and whoever is in those that are groups, at any depth. */
async function addWithMembers(ids: readonly AccountId[], known: Set<AccountId>, tx: ReadTransaction): Promise<void> {
  const opened = new Set<AccountId>();
  let next = [...new Set(ids)];
  while (next.length > 0 && known.size < MOST_ACQUAINTANCES) {
    for (const id of next) known.add(id);
    const groups = (await tx.directory.accounts(next)).filter(({ kind, id }) => kind === 'group' && !opened.has(id));
    for (const { id } of groups) opened.add(id);
    const members = await tx.directory.membersOfAll(groups.map(({ id }) => id));
    next = [...new Set(members.map(({ member }) => member))]
      .filter((id) => !known.has(id))
      .slice(0, MOST_ACQUAINTANCES);
  }
}

/** To whom the user has granted something. */
async function granteesOf(user: Account, tx: ReadTransaction): Promise<readonly AccountId[]> {
  const homes = await tx.collections.in(user.id, NO_COLLECTION);
  const below = await Promise.all(homes.map((home) => tx.collections.outline(home, COLLECTIONS)));
  const all = [...homes, ...below.flat()];
  const shared = all.filter((one) => one.shared).map(({ id }): CollectionId => id);
  const grants = await tx.grants.onAll(user.id, shared);
  return grants.flatMap(({ grantee }) => (typeof grantee === 'number' ? [grantee] : []));
}
