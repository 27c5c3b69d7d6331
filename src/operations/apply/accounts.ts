/**
 * The part of `davit apply` about single accounts: what stands in the way of one, and how it differs from what is there.
 */
import type { Account } from '../../store/records.ts';
import { addUser, changeAccount } from '../accounts.ts';
import { verifyPassword } from '../passwords.ts';
import { hasQuota } from '../quotas.ts';
import { type DeclaredGroup, type DeclaredUser, domainOfAddress } from './declaration.ts';
import { type Facts, STAGES, sameSet } from './plan.ts';

/** The account that is to become the declared one; undefined when it is to be made. Notes what stands in the way. */
export function former(
  facts: Facts,
  declared: DeclaredUser | DeclaredGroup,
  kind: 'individual' | 'group',
): Account | undefined {
  const { present, problems, tenants } = facts;
  const { address, aliases, where } = declared;
  const tenant = tenants.get(domainOfAddress(address));
  if (tenant === undefined)
    problems.push(`${where}: there is no domain ${domainOfAddress(address)}; declare it: [[domain]]`);
  for (const alias of aliases ?? []) {
    const holder = present.get(alias);
    const itsTenant = tenants.get(domainOfAddress(alias));
    if (holder !== undefined && holder.address !== address)
      problems.push(`${where}: ${alias} is ${whose(holder, alias)}.`);
    if (itsTenant === undefined)
      problems.push(`${where}: there is no domain ${domainOfAddress(alias)}; declare it: [[domain]]`);
    else if (tenant !== undefined && itsTenant !== tenant) {
      problems.push(`${where}: the alias ${alias} lies in a domain of another tenant.`);
    }
  }
  const account = present.get(address);
  if (account === undefined) return undefined;
  if (account.address !== address) problems.push(`${where}: ${address} is ${whose(account, address)}.`);
  else if ((account.kind === 'group') !== (kind === 'group')) {
    problems.push(`${where}: ${address} is a ${account.kind === 'group' ? 'group, not a user' : 'user, not a group'}.`);
  }
  return account;
}

function whose(holder: Account, address: string): string {
  return holder.address === address ? 'an account of its own' : `an alias of ${holder.address}`;
}

/** Plans one user. */
export async function planUser(facts: Facts, declared: DeclaredUser): Promise<void> {
  const { admin, steps } = facts;
  const { address: name, aliases, credential, disabled, quota } = declared;
  const before = former(facts, declared, 'individual');
  if (before === undefined) {
    const user = {
      address: name,
      ...(declared.name === undefined ? {} : { name: declared.name }),
      ...(aliases === undefined ? {} : { aliases }),
      ...(disabled === undefined ? {} : { disabled }),
      ...(credential === undefined ? {} : { credential }),
      ...(quota === undefined ? {} : { quota }),
    };
    const details = credential === undefined ? ['without a password'] : [];
    steps.push({
      change: { action: 'add', kind: 'user', name, details },
      stage: STAGES.accounts,
      run: () => addUser(admin, user),
    });
    return;
  }
  const newPassword = credential !== undefined && !(await fits(before, credential));
  const newState = disabled !== undefined && disabled !== before.disabled;
  const details = [...accountDetails(before, declared), ...(newPassword ? ['password'] : [])];
  if (newState) details.push(disabled ? 'disabled' : 'enabled');
  const newQuota = quota !== undefined && !(await hasQuota(admin, before.id, quota));
  if (newQuota) details.push('quota');
  if (details.length === 0) return;
  const change = {
    ...accountChange(before, declared),
    ...(newPassword ? { credential } : {}),
    ...(newState ? { disabled } : {}),
    ...(newQuota ? { quota } : {}),
  };
  steps.push({
    change: { action: 'change', kind: 'user', name, details },
    stage: STAGES.accounts,
    run: () => changeAccount(admin, name, change),
  });
}

async function fits(account: Account, credential: NonNullable<DeclaredUser['credential']>): Promise<boolean> {
  if ('hash' in credential) return account.passwordHash === credential.hash;
  return account.passwordHash !== undefined && verifyPassword(account.passwordHash, credential.password);
}

/** Which of name and aliases differ, for people. */
export function accountDetails(before: Account, declared: DeclaredUser | DeclaredGroup): string[] {
  const change = accountChange(before, declared);
  return [...(change.name === undefined ? [] : ['name']), ...(change.aliases === undefined ? [] : ['aliases'])];
}

/** Name and aliases where they are declared and differ. An empty name is none: it stays. */
export function accountChange(
  before: Account,
  { name, aliases }: DeclaredUser | DeclaredGroup,
): { readonly name?: string; readonly aliases?: readonly string[] } {
  const newName = name !== undefined && name !== '' && name !== before.displayName;
  const newAliases = aliases !== undefined && !sameSet(aliases, before.aliases);
  return { ...(newName ? { name } : {}), ...(newAliases ? { aliases } : {}) };
}
