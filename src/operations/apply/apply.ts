/**
 * `davit apply`: makes tenants, domains, users and groups as a file declares them. First everything is compared, and what cannot be done is
 * refused before anything is changed; then each change is made in a transaction of its own. A second run finds nothing to do.
 */
import type { Account } from '../../store/records.ts';
import { holdingsOf, listAccounts, removeUser } from '../accounts.ts';
import type { Administration } from '../administration.ts';
import { counted } from '../amounts.ts';
import { listDomains, removeDomain } from '../domains.ts';
import { refuseAll } from '../refusal.ts';
import { planUser } from './accounts.ts';
import { type Declaration, domainOfAddress } from './declaration.ts';
import { planAdministrators, planDomains, planTenants } from './domains.ts';
import { planGroup, refuseCircles } from './groups.ts';
import { type Change, type Facts, STAGES, type Step } from './plan.ts';

/** What is to be done, in order. */
export interface ApplyPlan {
  readonly changes: readonly Change[];
  readonly steps: readonly Step[];
}

/**
 * Compares the declaration with what is there. With `prune`, what the declaration does not name is removed.
 * @throws Refusal with a line for each thing that cannot be done
 */
export async function planApply(
  admin: Administration,
  declaration: Declaration,
  { prune = false }: { readonly prune?: boolean } = {},
): Promise<ApplyPlan> {
  const problems: string[] = [];
  const steps: Step[] = [];
  const domains = await listDomains(admin);
  const tenants = planDomains(admin, declaration, domains, steps, problems);
  const present = await presentAccounts(admin, declaration);
  const facts: Facts = { admin, declaration, tenants, present, steps, problems };
  await planTenants(facts);
  for (const one of declaration.users) await planUser(facts, one);
  for (const one of declaration.groups) await planGroup(facts, one);
  await refuseCircles(facts);
  const listed = new Map(domains.map((domain) => [domain.name, domain]));
  for (const one of declaration.domains) planAdministrators(facts, one, listed.get(one.name));
  if (prune) await planRemovals(facts);
  refuseAll(problems);
  steps.sort((a, b) => a.stage - b.stage);
  return { changes: steps.flatMap(({ change }) => change ?? []), steps };
}

/** Transactions under way at once: they share commits. */
const TOGETHER = 32;

/** Makes the changes and tells each one when it is done. */
export async function* runApply(plan: ApplyPlan): AsyncGenerator<Change> {
  let at = 0;
  while (at < plan.steps.length) {
    const stage = plan.steps[at]!.stage;
    const batch = plan.steps.slice(at, at + TOGETHER).filter((step) => step.stage === stage);
    await Promise.all(batch.map((step) => step.run()));
    for (const { change } of batch) if (change !== undefined) yield change;
    at += batch.length;
  }
}

/** Addresses looked up in one read. */
const LOOKED_UP = 500;

async function presentAccounts(
  admin: Administration,
  { domains, users, groups }: Declaration,
): Promise<ReadonlyMap<string, Account>> {
  const wanted = [...users, ...groups].flatMap(({ address, aliases }) => [address, ...(aliases ?? [])]);
  const meant = [
    ...groups.flatMap(({ members }) => members ?? []),
    ...domains.flatMap(({ administrators }) => administrators ?? []),
  ];
  const all = [...new Set([...wanted, ...meant])];
  const found = new Map<string, Account>();
  for (let at = 0; at < all.length; at += LOOKED_UP) {
    await admin.store.read(async (tx) => {
      for (const address of all.slice(at, at + LOOKED_UP)) {
        const account = await tx.directory.accountByAddress(address);
        if (account !== undefined) found.set(address, account);
      }
    });
  }
  return found;
}

async function planRemovals({ admin, declaration, steps }: Facts): Promise<void> {
  const named = new Set([...declaration.users, ...declaration.groups].map((one) => one.address));
  for await (const page of listAccounts(admin)) {
    for (const { address: name, kind } of page) {
      if (named.has(name)) continue;
      const held = await holdingsOf(admin, name);
      const details = [`${counted(held.collections, 'collection')} with ${counted(held.objects, 'object')}`];
      const change: Change = { action: 'remove', kind: kind === 'group' ? 'group' : 'user', name, details };
      steps.push({ change, stage: STAGES.removedAccounts, run: () => removeUser(admin, name) });
    }
  }
  // A domain whose users the file names is meant to stay, even if the domain itself is not named.
  const domains = new Set([...declaration.domains.map((one) => one.name), ...[...named].map(domainOfAddress)]);
  for (const { name } of await listDomains(admin)) {
    if (domains.has(name)) continue;
    const change: Change = { action: 'remove', kind: 'domain', name, details: [] };
    steps.push({ change, stage: STAGES.removedDomains, run: () => removeDomain(admin, name, { withAccounts: true }) });
  }
}
