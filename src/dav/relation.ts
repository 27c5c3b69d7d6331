/**
 * What is read to know what a user is to somebody: four queries, and only where the user is not the owner.
 */
import type { Account } from '../store/records.ts';
import type { ReadTransaction } from '../store/store.ts';
import type { Catalogue } from './catalogue.ts';
import { type Relation, relationOf, type Subject } from './privilege.ts';

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
  const delegates = delegations.flatMap(({ delegate, access }) =>
    [...catalogue.subprincipals.values()]
      .filter((one) => one.access === access)
      .map(({ home, privileges }) => ({ delegate, home, privileges })),
  );
  return relationOf(subject, { owner, administrators, grants, delegates });
}

/** The domain of an account's primary address. */
export function domainOf({ address }: Account): string {
  return address.slice(address.lastIndexOf('@') + 1);
}
