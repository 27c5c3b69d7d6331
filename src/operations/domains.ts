/**
 * Domains and the tenants to which they belong.
 */
import type { Account, Domain, Tenant } from '../store/records.ts';
import { NameTaken } from '../store/store.ts';
import { holdingsOf, listAccounts, removeUser } from './accounts.ts';
import { normalDomain } from './addresses.ts';
import type { Administration } from './administration.ts';
import { Refusal } from './refusal.ts';

/** A domain with the name of its tenant. */
export interface DomainWithTenant {
  readonly name: string;
  readonly tenant: string;
}

/** The same with the addresses of its administrators, in order. */
export interface ListedDomain extends DomainWithTenant {
  readonly administrators: readonly string[];
}

/**
 * Adds a domain. Its tenant, made when absent, is the one named; otherwise one named after the domain, so that users of different domains
 * know nothing of one another unless told to.
 * @throws Refusal
 */
export async function addDomain(admin: Administration, given: string, tenantName?: string): Promise<DomainWithTenant> {
  const name = normalDomain(given);
  const wanted = tenantName === undefined ? name : checkTenant(tenantName);
  return admin.store.write(admin.origin(), async (tx) => {
    const tenants = await tx.directory.tenants();
    const tenant = tenants.find((one) => one.name === wanted) ?? (await tx.directory.addTenant(wanted));
    try {
      await tx.directory.addDomain(name, tenant.id);
    } catch (error) {
      if (error instanceof NameTaken) throw new Refusal(`The domain ${name} is here already.`);
      throw error;
    }
    return { name, tenant: tenant.name };
  });
}

function checkTenant(name: string): string {
  if (/^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,99}$/u.test(name)) return name.normalize('NFC');
  throw new Refusal(
    `${JSON.stringify(name)} cannot name a tenant: letters, digits, spaces, dots and hyphens, at most 100.`,
  );
}

/** All domains in order of name. */
export function listDomains(admin: Administration): Promise<readonly ListedDomain[]> {
  return admin.store.read(async (tx) => {
    const [tenants, domains] = [await tx.directory.tenants(), await tx.directory.domains()];
    const listed: ListedDomain[] = [];
    for (const domain of withTenants(domains, tenants)) {
      const accounts = await tx.directory.accounts(await tx.directory.administratorsOf(domain.name));
      listed.push({ ...domain, administrators: accounts.map(({ address }) => address).sort() });
    }
    return listed;
  });
}

/** Domains with the names of their tenants. */
function withTenants(domains: readonly Domain[], tenants: readonly Tenant[]): readonly DomainWithTenant[] {
  const names = new Map(tenants.map((tenant) => [tenant.id, tenant.name]));
  return domains.map(({ name, tenant }) => ({ name, tenant: names.get(tenant) ?? '' }));
}

/** What hangs on a domain. */
export interface DomainHoldings {
  readonly name: string;
  readonly accounts: number;
  readonly collections: number;
  readonly objects: number;
  /** Aliases in the domain of accounts in other domains. */
  readonly aliases: number;
}

/** What would go with a domain. @throws Refusal */
export async function domainHoldings(admin: Administration, given: string): Promise<DomainHoldings> {
  const name = normalDomain(given);
  const { here, elsewhere } = await accountsOf(admin, name);
  let [collections, objects] = [0, 0];
  for (const { address } of here) {
    const held = await holdingsOf(admin, address);
    collections += held.collections;
    objects += held.objects;
  }
  const aliases = elsewhere.reduce((count, account) => count + aliasesIn(account, name).length, 0);
  return { name, accounts: here.length, collections, objects, aliases };
}

/**
 * Removes a domain. With `withAccounts` its accounts go first, each in its own transaction, and aliases in the domain too; otherwise it is
 * refused while there are any.
 * @throws Refusal
 */
export async function removeDomain(
  admin: Administration,
  given: string,
  { withAccounts = false }: { readonly withAccounts?: boolean } = {},
): Promise<DomainHoldings> {
  const gone = await domainHoldings(admin, given);
  const { name } = gone;
  if (!withAccounts && gone.accounts + gone.aliases > 0) {
    throw new Refusal(
      `${name} has ${gone.accounts} accounts, and ${gone.aliases} aliases of accounts elsewhere. Remove them first, or all at once: davit domain remove ${name} --with-accounts`,
    );
  }
  const { here, elsewhere } = await accountsOf(admin, name);
  for (const { address } of here) await removeUser(admin, address);
  for (const account of elsewhere) await dropAliases(admin, account, name);
  await admin.store.write(admin.origin(), async (tx) => {
    const [left] = await tx.directory.list({ domain: name, limit: 1 });
    if (left !== undefined) throw new Refusal(`${left.address} was added in the meantime: ${name} stays.`);
    if (!(await tx.directory.removeDomain(name))) throw new Refusal(`There is no domain ${name} here.`);
  });
  return gone;
}

/** The accounts in a domain, and those elsewhere that have aliases in it. @throws Refusal */
async function accountsOf(
  admin: Administration,
  name: string,
): Promise<{ readonly here: readonly Account[]; readonly elsewhere: readonly Account[] }> {
  const known = await admin.store.read((tx) => tx.directory.domain(name));
  if (known === undefined) throw new Refusal(`There is no domain ${name} here.`);
  const [here, elsewhere]: [Account[], Account[]] = [[], []];
  for await (const page of listAccounts(admin)) {
    for (const account of page) {
      if (account.address.endsWith(`@${name}`)) here.push(account);
      else if (aliasesIn(account, name).length > 0) elsewhere.push(account);
    }
  }
  return { here, elsewhere };
}

function aliasesIn(account: Account, domain: string): readonly string[] {
  return account.aliases.filter((alias) => alias.endsWith(`@${domain}`));
}

async function dropAliases(admin: Administration, { id }: Account, domain: string): Promise<void> {
  await admin.store.write(admin.origin(), async (tx) => {
    const account = await tx.directory.account(id);
    if (account === undefined) return;
    const dropped = aliasesIn(account, domain);
    await tx.directory.updateAccount(id, { aliases: account.aliases.filter((alias) => !dropped.includes(alias)) });
  });
}
