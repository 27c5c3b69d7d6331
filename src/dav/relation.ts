/**
 * What is read to know what a user is to somebody: four queries, and only where the user is not the owner.
 */
import type { Account, AccountId, Delegation } from '../store/records.ts';
import type { ReadTransaction } from '../store/store.ts';
import type { Catalogue } from './catalogue.ts';
import { type Relation, type RelationFacts, relationOf, type Subject } from './privilege.ts';

const OWNER: Relation = { kind: 'everything' };

/** The user with all groups. */
export async function subjectOf(user: Account, tx: ReadTransaction): Promise<Subject> {
  return { user, principals: new Set([user.id, ...(await tx.directory.allGroupsOf(user.id))]) };
}

/** What the user is to the owner now. */
export async function relationTo(
  owner: Account,
  user: Account,
  catalogue: Catalogue,
  tx: ReadTransaction,
): Promise<Relation> {
  if (owner.id === user.id) return OWNER;
  const subject = await subjectOf(user, tx);
  const [administrators, grants, delegations] = await Promise.all([
    tx.directory.administratorsOf(domainOf(owner)),
    tx.grants.between(owner.id, [...subject.principals]),
    tx.directory.delegatesOf(owner.id),
  ]);
  return relationOf(subject, { owner, administrators, grants, delegates: delegatesIn(delegations, catalogue) });
}

/** The same to several owners: four queries, however many there are. */
export async function relationsTo(
  owners: readonly Account[],
  user: Account,
  catalogue: Catalogue,
  tx: ReadTransaction,
): Promise<ReadonlyMap<AccountId, Relation>> {
  const subject = await subjectOf(user, tx);
  const principals = [...subject.principals];
  const ids = owners.map(({ id }) => id);
  const [administered, grants, delegations] = await Promise.all([
    tx.directory.administeredBy(principals),
    tx.grants.betweenAll(ids, principals),
    tx.directory.delegatorsOf(principals),
  ]);
  const relations = owners.map((owner): [AccountId, Relation] => {
    const administrators = administered.includes(domainOf(owner)) ? [user.id] : [];
    const own = grants.filter(({ collection }) => collection.account === owner.id);
    const delegates = delegatesIn(
      delegations.filter(({ delegator }) => delegator === owner.id),
      catalogue,
    );
    return [owner.id, relationOf(subject, { owner, administrators, grants: own, delegates })];
  });
  return new Map(relations);
}

/** What each delegate may do, and in which home. */
function delegatesIn(delegations: readonly Delegation[], catalogue: Catalogue): RelationFacts['delegates'] {
  return delegations.flatMap(({ delegate, access }) =>
    [...catalogue.subprincipals.values()]
      .filter((one) => one.access === access)
      .map(({ home, privileges }) => ({ delegate, home, privileges })),
  );
}

/** The domain of an account's primary address. */
export function domainOf({ address }: Account): string {
  return address.slice(address.lastIndexOf('@') + 1);
}
