/**
 * The part of `davit apply` about tenants, domains and their administrators.
 */
import type { Administration } from '../administration.ts';
import { setAdministrators } from '../administrators.ts';
import { counted } from '../amounts.ts';
import { addDomain, type ListedDomain } from '../domains.ts';
import { suggestion } from '../nearest.ts';
import { listTenants, setDirectoryPolicy } from '../tenants.ts';
import { type Declaration, type DeclaredDomain, domainOfAddress } from './declaration.ts';
import { type Change, type Facts, STAGES, type Step, sameSet } from './plan.ts';

/** Plans new domains, and answers whose each domain is then. */
export function planDomains(
  admin: Administration,
  { domains }: Declaration,
  present: readonly ListedDomain[],
  steps: Step[],
  problems: string[],
): ReadonlyMap<string, string> {
  const tenants = new Map(present.map(({ name, tenant }) => [name, tenant]));
  for (const { name, tenant, where } of domains) {
    const now = tenants.get(name);
    if (now === undefined) {
      const details = tenant === undefined ? [] : [`tenant ${tenant}`];
      const change: Change = { action: 'add', kind: 'domain', name, details };
      steps.push({ change, stage: STAGES.domains, run: () => addDomain(admin, name, tenant) });
      tenants.set(name, tenant ?? name);
    } else if (tenant !== undefined && tenant !== now) {
      problems.push(`${where}: ${name} belongs to the tenant ${now}; a domain cannot change its tenant.`);
    }
  }
  return tenants;
}

/** Plans what the file says of tenants. A tenant is made by its first domain. */
export async function planTenants({ admin, declaration, tenants, steps, problems }: Facts): Promise<void> {
  if (declaration.tenants.length === 0) return;
  const present = new Map((await listTenants(admin)).map((tenant) => [tenant.name, tenant.directory]));
  const names = new Set([...present.keys(), ...tenants.values()]);
  for (const { name, directory, where } of declaration.tenants) {
    if (!names.has(name)) {
      const near = suggestion(name, [...names]) || '.';
      problems.push(`${where}: there is no tenant ${name}, and no [[domain]] of this file makes one${near}`);
    } else if (directory !== undefined && directory !== (present.get(name) ?? 'everyone')) {
      const change: Change = { action: 'change', kind: 'tenant', name, details: [`directory ${directory}`] };
      steps.push({ change, stage: STAGES.tenants, run: () => setDirectoryPolicy(admin, name, directory) });
    }
  }
}

/** Plans the administrators of one domain. */
export function planAdministrators(facts: Facts, declared: DeclaredDomain, now: ListedDomain | undefined): void {
  const { admin, declaration, present, steps, problems, tenants } = facts;
  const { name, administrators, where } = declared;
  if (administrators === undefined) return;
  const declaredAddresses = new Set([...declaration.users, ...declaration.groups].map((one) => one.address));
  for (const address of administrators) {
    if (!declaredAddresses.has(address) && !present.has(address)) {
      problems.push(`${where}: the administrator ${address} is neither here nor in this file.`);
    } else if (tenants.get(domainOfAddress(address)) !== tenants.get(name)) {
      problems.push(`${where}: the administrator ${address} belongs to another tenant.`);
    }
  }
  const wanted = administrators.map((address) => present.get(address)?.address ?? address);
  if (sameSet(wanted, now?.administrators ?? [])) return;
  const change: Change = {
    action: 'change',
    kind: 'domain',
    name,
    details: [counted(administrators.length, 'administrator')],
  };
  steps.push({ change, stage: STAGES.administrators, run: () => setAdministrators(admin, name, administrators) });
}
