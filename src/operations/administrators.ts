/**
 * Administrators of a domain: users, or groups of users, who hold every privilege on everything in it.
 */
import type { Account, AccountId } from '../store/records.ts';
import type { ReadTransaction } from '../store/store.ts';
import { normalAddress, normalDomain } from './addresses.ts';
import type { Administration } from './administration.ts';
import { Refusal } from './refusal.ts';

/** What a change came to. */
export interface AdministratorChanged {
  readonly domain: string;
  readonly account: Account;
  /** False where all was so already. */
  readonly changed: boolean;
}

/** Makes somebody an administrator of the domain, besides those who are. @throws Refusal */
export function addAdministrator(
  admin: Administration,
  domain: string,
  address: string,
): Promise<AdministratorChanged> {
  return admin.store.write(admin.origin(), async (tx) => {
    const { name, tenant } = await domainAt(tx, domain);
    const account = await administratorAt(tx, address, name, tenant);
    const now = await tx.directory.administratorsOf(name);
    const changed = !now.includes(account.id);
    if (changed) await tx.directory.setAdministrators(name, [...now, account.id]);
    return { domain: name, account, changed };
  });
}

/** The account is an administrator of the domain no more. @throws Refusal when it is none */
export function removeAdministrator(
  admin: Administration,
  domain: string,
  address: string,
): Promise<AdministratorChanged> {
  return admin.store.write(admin.origin(), async (tx) => {
    const { name } = await domainAt(tx, domain);
    const account = await accountOf(tx, address);
    const now = await tx.directory.administratorsOf(name);
    if (!now.includes(account.id)) throw new Refusal(`${account.address} is no administrator of ${name}.`);
    await tx.directory.setAdministrators(
      name,
      now.filter((id) => id !== account.id),
    );
    return { domain: name, account, changed: true };
  });
}

/** Sets all of them. @throws Refusal */
export async function setAdministrators(
  admin: Administration,
  domain: string,
  addresses: readonly string[],
): Promise<void> {
  await admin.store.write(admin.origin(), async (tx) => {
    const { name, tenant } = await domainAt(tx, domain);
    const ids = new Set<AccountId>();
    for (const address of addresses) ids.add((await administratorAt(tx, address, name, tenant)).id);
    await tx.directory.setAdministrators(name, [...ids]);
  });
}

async function domainAt(
  tx: ReadTransaction,
  given: string,
): Promise<Pick<Account, 'tenant'> & { readonly name: string }> {
  const name = normalDomain(given);
  const domain = await tx.directory.domain(name);
  if (domain === undefined) throw new Refusal(`There is no domain ${name} here.`);
  return domain;
}

async function administratorAt(
  tx: ReadTransaction,
  given: string,
  domain: string,
  tenant: Account['tenant'],
): Promise<Account> {
  const account = await accountOf(tx, given);
  const { address, kind } = account;
  if (account.tenant !== tenant) throw new Refusal(`${address} belongs to another tenant than ${domain}.`);
  if (kind !== 'individual' && kind !== 'group') {
    throw new Refusal(`${address} is a ${kind}: an administrator is a user or a group of users.`);
  }
  return account;
}

async function accountOf(tx: ReadTransaction, given: string): Promise<Account> {
  const address = normalAddress(given);
  const account = await tx.directory.accountByAddress(address);
  if (account === undefined) throw new Refusal(`There is no account ${address}. davit user list shows who is here.`);
  return account;
}
