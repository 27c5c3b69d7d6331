/**
 * Tenants: whose domains they are, and how much their users learn of one another.
 */
import type { DirectoryPolicy, Tenant } from '../store/records.ts';
import type { ReadTransaction } from '../store/store.ts';
import type { Administration } from './administration.ts';
import { suggestion } from './nearest.ts';
import { Refusal } from './refusal.ts';

/** What may be chosen, and what it means. */
export const POLICIES: Readonly<Record<DirectoryPolicy, string>> = {
  everyone: 'users can look up everybody of their tenant',
  acquaintances: 'users can look up only those with whom they share something',
};

/** The policy of that name; undefined when there is none. */
export function policyOf(name: string): DirectoryPolicy | undefined {
  return name === 'everyone' || name === 'acquaintances' ? name : undefined;
}

/** A tenant with its domains, in order. */
export interface ListedTenant {
  readonly name: string;
  readonly directory: DirectoryPolicy;
  readonly domains: readonly string[];
}

/** All tenants in order of name. */
export function listTenants(admin: Administration): Promise<readonly ListedTenant[]> {
  return admin.store.read(async (tx) => {
    const [tenants, domains] = [await tx.directory.tenants(), await tx.directory.domains()];
    const byTenant = Map.groupBy(domains, ({ tenant }) => tenant);
    return tenants
      .map(({ id, name, directory }) => ({ name, directory, domains: (byTenant.get(id) ?? []).map((one) => one.name) }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  });
}

/** Chooses whom users of the tenant can look up. False where that was chosen already. @throws Refusal */
export function setDirectoryPolicy(admin: Administration, name: string, policy: DirectoryPolicy): Promise<boolean> {
  return admin.store.write(admin.origin(), async (tx) => {
    const tenant = await tenantNamed(tx, name);
    if (tenant.directory === policy) return false;
    await tx.directory.setDirectoryPolicy(tenant.id, policy);
    return true;
  });
}

/** The tenant of that name; without one the only tenant there is. @throws Refusal */
export async function tenantNamed(tx: ReadTransaction, name: string | undefined): Promise<Tenant> {
  const tenants = await tx.directory.tenants();
  const [only, ...others] = tenants;
  if (name === undefined && only !== undefined && others.length === 0) return only;
  if (name === undefined) throw new Refusal('Which tenant? Say --tenant NAME. davit tenant list shows all.');
  const tenant = tenants.find((one) => one.name === name.normalize('NFC'));
  if (tenant !== undefined) return tenant;
  const near =
    suggestion(
      name,
      tenants.map((one) => one.name),
    ) || '. davit tenant list shows all.';
  throw new Refusal(`There is no tenant ${JSON.stringify(name)}${near}`);
}
