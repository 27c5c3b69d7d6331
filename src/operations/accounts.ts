/**
 * Accounts of users, and what groups have in common with them: adding, listing, changing, removing. Each act is one transaction.
 */
import { type Account, type AccountKind, NO_COLLECTION, type Quota, type Usage } from '../store/records.ts';
import type { ReadTransaction, WriteTransaction } from '../store/store.ts';
import { NameTaken } from '../store/store.ts';
import { addressParts, displayName, normalAddress, normalDomain } from './addresses.ts';
import type { Administration } from './administration.ts';
import { checkHash, hashPassword } from './passwords.ts';
import { provision } from './provision.ts';
import { Refusal } from './refusal.ts';

/** How somebody logs in: a password to hash, a ready PHC string, or not by password. */
export type Credential = { readonly password: string } | { readonly hash: string } | undefined;

export interface NewUser {
  readonly address: string;
  readonly aliases?: readonly string[];
  readonly name?: string;
  readonly credential?: Credential;
  readonly disabled?: boolean;
  readonly quota?: Quota;
}

/** Adds a user with homes and default collections. @throws Refusal */
export async function addUser(admin: Administration, user: NewUser): Promise<Account> {
  return addAccount(admin, 'individual', user);
}

/** The same for an account of any kind. @throws Refusal */
export async function addAccount(admin: Administration, kind: AccountKind, given: NewUser): Promise<Account> {
  const { address, localPart, domain } = addressParts(given.address);
  const aliases = normalAliases(given.aliases ?? [], address);
  const name = displayName(given.name ?? '') || localPart;
  const passwordHash = await hashOf(admin, given.credential);
  return admin.store.write(admin.origin(), async (tx) => {
    const tenant = await tenantOf(tx, domain);
    for (const alias of aliases) await checkAliasDomain(tx, alias, tenant);
    const added = await named(() =>
      tx.directory.addAccount({ tenant, kind, address, aliases, displayName: name, passwordHash }),
    );
    await provision(tx, added, admin.catalogue);
    if (given.quota !== undefined) await tx.usage.setQuota(added.id, given.quota);
    return given.disabled === true ? tx.directory.updateAccount(added.id, { disabled: true }) : added;
  });
}

/** Refuses an address that cannot be a new account's, before anybody is asked for more. @throws Refusal */
export async function checkFree(admin: Administration, given: string): Promise<void> {
  const { address, domain } = addressParts(given);
  await admin.store.read(async (tx) => {
    await tenantOf(tx, domain);
    if ((await tx.directory.accountByAddress(address)) !== undefined)
      throw new Refusal(`The address ${address} is taken.`);
  });
}

/** Aliases in their normal form, each once, without the primary address. @throws Refusal */
function normalAliases(aliases: readonly string[], address: string): readonly string[] {
  return [...new Set(aliases.map(normalAddress))].filter((alias) => alias !== address);
}

/** The PHC string for a credential. @throws Refusal */
async function hashOf(admin: Administration, credential: Credential): Promise<string | undefined> {
  if (credential === undefined) return undefined;
  if ('password' in credential) return hashPassword(credential.password, admin.hashing);
  checkHash(credential.hash);
  return credential.hash;
}

async function tenantOf(tx: ReadTransaction, domain: string): Promise<Account['tenant']> {
  const known = await tx.directory.domain(domain);
  if (known === undefined) throw new Refusal(`There is no domain ${domain} here. Add it: davit domain add ${domain}`);
  return known.tenant;
}

async function checkAliasDomain(tx: ReadTransaction, alias: string, tenant: Account['tenant']): Promise<void> {
  if ((await tenantOf(tx, addressParts(alias).domain)) === tenant) return;
  throw new Refusal(`The alias ${alias} lies in a domain of another tenant.`);
}

async function named<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof NameTaken) throw new Refusal(`The address ${error.taken} is taken.`);
    throw error;
  }
}

// --- finding and listing ------------------------------------------------------------------------------------------------------------

/** The account with that primary address. An alias does not do: who removes or changes should name what is meant. @throws Refusal */
export async function accountAt(tx: ReadTransaction, given: string): Promise<Account> {
  const address = normalAddress(given);
  const account = await tx.directory.accountByAddress(address);
  if (account === undefined) throw new Refusal(`There is no account ${address}. davit user list shows who is here.`);
  if (account.address !== address)
    throw new Refusal(`${address} is an alias of ${account.address}: name that address.`);
  return account;
}

/** How many accounts are read at once. */
export const PAGE = 500;

/** All accounts in order of address, page by page. @throws Refusal for a domain that is not here */
export async function* listAccounts(
  admin: Administration,
  which: { readonly domain?: string } = {},
): AsyncGenerator<readonly Account[]> {
  const domain = which.domain === undefined ? undefined : normalDomain(which.domain);
  if (domain !== undefined) await admin.store.read((tx) => tenantOf(tx, domain));
  let after: string | undefined;
  do {
    const page = {
      limit: PAGE,
      ...(domain === undefined ? {} : { domain }),
      ...(after === undefined ? {} : { after }),
    };
    const accounts = await admin.store.read((tx) => tx.directory.list(page));
    if (accounts.length > 0) yield accounts;
    after = accounts.length < PAGE ? undefined : accounts.at(-1)?.address;
  } while (after !== undefined);
}

// --- changing -----------------------------------------------------------------------------------------------------------------------

/** What may change of an account; what is absent stays. */
export interface AccountChange {
  readonly aliases?: readonly string[];
  readonly name?: string;
  readonly disabled?: boolean;
  readonly credential?: Credential;
  readonly quota?: Quota;
}

/** Changes an account. Sessions under a former password or state are void at once. @throws Refusal */
export async function changeAccount(admin: Administration, address: string, change: AccountChange): Promise<Account> {
  const passwordHash = await hashOf(admin, change.credential);
  const name = change.name === undefined ? undefined : displayName(change.name);
  return admin.store.write(admin.origin(), async (tx) => {
    const account = await accountAt(tx, address);
    if (account.kind === 'group' && passwordHash !== undefined) {
      throw new Refusal(`${account.address} is a group: nobody logs in with it.`);
    }
    if (change.quota !== undefined) {
      if (account.kind === 'group') throw holdsNothing(account);
      await tx.usage.setQuota(account.id, change.quota);
    }
    const aliases = change.aliases === undefined ? undefined : normalAliases(change.aliases, account.address);
    for (const alias of aliases ?? []) await checkAliasDomain(tx, alias, account.tenant);
    return named(() =>
      tx.directory.updateAccount(account.id, {
        ...(aliases === undefined ? {} : { aliases }),
        ...(name === undefined ? {} : { displayName: name }),
        ...(change.disabled === undefined ? {} : { disabled: change.disabled }),
        ...(passwordHash === undefined ? {} : { passwordHash }),
      }),
    );
  });
}

/** Sets the password. @throws Refusal */
export function setPassword(admin: Administration, address: string, password: string): Promise<Account> {
  return changeAccount(admin, address, { credential: { password } });
}

/** Nobody can log in any more; nothing is removed. @throws Refusal */
export function disable(admin: Administration, address: string): Promise<Account> {
  return changeAccount(admin, address, { disabled: true });
}

/** The same password works again. @throws Refusal */
export function enable(admin: Administration, address: string): Promise<Account> {
  return changeAccount(admin, address, { disabled: false });
}

/** What an account holds and may hold; without a bound where `quota` is undefined. */
export interface AccountUsage extends Usage {
  readonly account: Account;
}

/** What a user holds and may hold. @throws Refusal */
export function usageOf(admin: Administration, address: string): Promise<AccountUsage> {
  return admin.store.read(async (tx) => {
    const account = await accountAt(tx, address);
    if (account.kind === 'group') throw holdsNothing(account);
    return { account, ...(await tx.usage.of(account.id)) };
  });
}

/** The same of many at once; groups hold nothing. */
export async function usageOfAll(
  admin: Administration,
  accounts: readonly Account[],
): Promise<readonly AccountUsage[]> {
  const usages = await admin.store.read((tx) => tx.usage.ofAll(accounts.map(({ id }) => id)));
  return accounts.map((account, at) => ({ account, used: 0, quota: undefined, ...usages[at] }));
}

function holdsNothing({ address }: Account): Refusal {
  return new Refusal(`${address} is a group: it holds nothing.`);
}

// --- removing -----------------------------------------------------------------------------------------------------------------------

/** What goes with an account. */
export interface Holdings {
  readonly account: Account;
  /** Calendars, address books and the like; without homes. */
  readonly collections: number;
  /** Events, to-dos, cards. */
  readonly objects: number;
}

/** What would go. @throws Refusal */
export function holdingsOf(admin: Administration, address: string): Promise<Holdings> {
  return admin.store.read(async (tx) => holdings(tx, await accountAt(tx, address)));
}

async function holdings(tx: ReadTransaction, account: Account): Promise<Holdings> {
  let collections = 0;
  let objects = 0;
  for (const home of await tx.collections.in(account.id, NO_COLLECTION)) {
    collections += await tx.collections.countBelow(home);
    objects += await tx.collections.countObjectsBelow(home);
  }
  return { account, collections, objects };
}

/** Removes the account with everything in it, and says what went. @throws Refusal */
export function removeUser(admin: Administration, address: string): Promise<Holdings> {
  return admin.store.write(admin.origin(), async (tx) => removeAccount(tx, await accountAt(tx, address)));
}

async function removeAccount(tx: WriteTransaction, account: Account): Promise<Holdings> {
  const gone = await holdings(tx, account);
  await tx.directory.removeAccount(account.id);
  return gone;
}
