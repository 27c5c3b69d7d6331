/**
 * `davit apply`: makes domains, users and groups as a file declares them. First everything is compared, and what cannot be done is refused
 * before anything is changed; then each change is made in a transaction of its own. A second run finds nothing to do.
 */
import type { Account } from '../store/records.ts';
import { addGroup, addUser, changeAccount, holdingsOf, listAccounts, removeUser, setMembers } from './accounts.ts';
import type { Administration } from './administration.ts';
import { type Declaration, type DeclaredGroup, type DeclaredUser, domainOfAddress } from './apply-file.ts';
import { addDomain, listDomains, removeDomain } from './domains.ts';
import { verifyPassword } from './passwords.ts';
import { refuseAll } from './refusal.ts';

/** One thing that differs. */
export interface Change {
  readonly action: 'add' | 'change' | 'remove';
  readonly kind: 'domain' | 'user' | 'group';
  readonly name: string;
  /** What of it changes, or what goes with it: `password`, `3 collections with 12 objects`. */
  readonly details: readonly string[];
}

/** A change, and the way to make it. Changes of one stage do not depend on one another. */
interface Step {
  readonly change: Change;
  readonly stage: number;
  run(): Promise<unknown>;
}

/** What is to be done, in order. */
export interface ApplyPlan {
  readonly changes: readonly Change[];
  readonly steps: readonly Step[];
}

const DOMAINS = 0;
const ACCOUNTS = 1;
const MEMBERS = 2;
const REMOVED_ACCOUNTS = 3;
const REMOVED_DOMAINS = 4;

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
  const tenants = await planDomains(admin, declaration, steps, problems);
  const present = await presentAccounts(admin, declaration);
  const facts: Facts = { admin, declaration, tenants, present, steps, problems };
  for (const one of declaration.users) await planUser(facts, one);
  for (const one of declaration.groups) await planGroup(facts, one);
  if (prune) await planRemovals(facts);
  refuseAll(problems);
  steps.sort((a, b) => a.stage - b.stage);
  return { changes: steps.map((step) => step.change), steps };
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
    for (const { change } of batch) yield change;
    at += batch.length;
  }
}

interface Facts {
  readonly admin: Administration;
  readonly declaration: Declaration;
  /** Names of tenants by domain, as they will be. */
  readonly tenants: ReadonlyMap<string, string>;
  /** Who has these addresses now. */
  readonly present: ReadonlyMap<string, Account>;
  readonly steps: Step[];
  readonly problems: string[];
}

async function planDomains(
  admin: Administration,
  { domains }: Declaration,
  steps: Step[],
  problems: string[],
): Promise<ReadonlyMap<string, string>> {
  const tenants = new Map((await listDomains(admin)).map(({ name, tenant }) => [name, tenant]));
  for (const { name, tenant, where } of domains) {
    const now = tenants.get(name);
    if (now === undefined) {
      const change: Change = {
        action: 'add',
        kind: 'domain',
        name,
        details: tenant === undefined ? [] : [`tenant ${tenant}`],
      };
      steps.push({ change, stage: DOMAINS, run: () => addDomain(admin, name, tenant) });
      tenants.set(name, tenant ?? name);
    } else if (tenant !== undefined && tenant !== now) {
      problems.push(`${where}: ${name} belongs to the tenant ${now}; a domain cannot change its tenant.`);
    }
  }
  return tenants;
}

/** Addresses looked up in one read. */
const LOOKED_UP = 500;

async function presentAccounts(
  admin: Administration,
  { users, groups }: Declaration,
): Promise<ReadonlyMap<string, Account>> {
  const wanted = [...users, ...groups].flatMap(({ address, aliases }) => [address, ...(aliases ?? [])]);
  const all = [...new Set([...wanted, ...groups.flatMap(({ members }) => members ?? [])])];
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

/** The account that is to become the declared one; undefined when it is to be made. Notes what stands in the way. */
function former(
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

async function planUser(facts: Facts, declared: DeclaredUser): Promise<void> {
  const { admin, steps } = facts;
  const { address: name, aliases, credential, disabled } = declared;
  const before = former(facts, declared, 'individual');
  if (before === undefined) {
    const user = {
      address: name,
      ...(declared.name === undefined ? {} : { name: declared.name }),
      ...(aliases === undefined ? {} : { aliases }),
      ...(disabled === undefined ? {} : { disabled }),
      ...(credential === undefined ? {} : { credential }),
    };
    const details = credential === undefined ? ['without a password'] : [];
    steps.push({
      change: { action: 'add', kind: 'user', name, details },
      stage: ACCOUNTS,
      run: () => addUser(admin, user),
    });
    return;
  }
  const newPassword = credential !== undefined && !(await fits(before, credential));
  const newState = disabled !== undefined && disabled !== before.disabled;
  const details = [...accountDetails(before, declared), ...(newPassword ? ['password'] : [])];
  if (newState) details.push(disabled ? 'disabled' : 'enabled');
  if (details.length === 0) return;
  const change = {
    ...accountChange(before, declared),
    ...(newPassword ? { credential } : {}),
    ...(newState ? { disabled } : {}),
  };
  steps.push({
    change: { action: 'change', kind: 'user', name, details },
    stage: ACCOUNTS,
    run: () => changeAccount(admin, name, change),
  });
}

async function fits(account: Account, credential: NonNullable<DeclaredUser['credential']>): Promise<boolean> {
  if ('hash' in credential) return account.passwordHash === credential.hash;
  return account.passwordHash !== undefined && verifyPassword(account.passwordHash, credential.password);
}

/** Which of name and aliases differ, for people. */
function accountDetails(before: Account, declared: DeclaredUser | DeclaredGroup): string[] {
  const change = accountChange(before, declared);
  return [...(change.name === undefined ? [] : ['name']), ...(change.aliases === undefined ? [] : ['aliases'])];
}

/** Name and aliases where they are declared and differ. An empty name is none: it stays. */
function accountChange(
  before: Account,
  { name, aliases }: DeclaredUser | DeclaredGroup,
): { readonly name?: string; readonly aliases?: readonly string[] } {
  const newName = name !== undefined && name !== '' && name !== before.displayName;
  const newAliases = aliases !== undefined && !sameSet(aliases, before.aliases);
  return { ...(newName ? { name } : {}), ...(newAliases ? { aliases } : {}) };
}

function sameSet<T>(a: readonly T[], b: readonly T[]): boolean {
  const [one, other] = [new Set(a), new Set(b)];
  return one.size === other.size && one.isSubsetOf(other);
}

async function planGroup(facts: Facts, declared: DeclaredGroup): Promise<void> {
  const { admin, declaration, present, steps, problems, tenants } = facts;
  const { address, aliases, members, where } = declared;
  const before = former(facts, declared, 'group');
  const declaredAddresses = new Set([...declaration.users, ...declaration.groups].map((one) => one.address));
  for (const member of members ?? []) {
    const known = declaredAddresses.has(member) || present.has(member);
    if (!known) problems.push(`${where}: the member ${member} is neither here nor in this file.`);
    else if (tenants.get(domainOfAddress(member)) !== tenants.get(domainOfAddress(address))) {
      problems.push(`${where}: the member ${member} belongs to another tenant.`);
    }
  }
  if (before === undefined) {
    const group = {
      address,
      ...(declared.name === undefined ? {} : { name: declared.name }),
      ...(aliases === undefined ? {} : { aliases }),
    };
    // Its members are a step of their own, after all accounts are there.
    steps.push({
      change: { action: 'add', kind: 'group', name: address, details: [] },
      stage: ACCOUNTS,
      run: () => addGroup(admin, group),
    });
    if (members !== undefined && members.length > 0) steps.push(membersStep(admin, address, members));
    return;
  }
  const details = accountDetails(before, declared);
  if (details.length > 0) {
    const change = accountChange(before, declared);
    steps.push({
      change: { action: 'change', kind: 'group', name: address, details },
      stage: ACCOUNTS,
      run: () => changeAccount(admin, address, change),
    });
  }
  if (members === undefined || (await hasMembers(admin, before, members, present))) return;
  steps.push(membersStep(admin, address, members));
}

function membersStep(admin: Administration, name: string, members: readonly string[]): Step {
  const change: Change = { action: 'change', kind: 'group', name, details: [counted(members.length, 'member')] };
  return { change, stage: MEMBERS, run: () => setMembers(admin, name, members) };
}

async function hasMembers(
  admin: Administration,
  group: Account,
  members: readonly string[],
  present: ReadonlyMap<string, Account>,
): Promise<boolean> {
  const now = await admin.store.read((tx) => tx.directory.membersOf(group.id));
  return sameSet(
    members.map((member) => present.get(member)?.id),
    [...now],
  );
}

async function planRemovals({ admin, declaration, steps }: Facts): Promise<void> {
  const named = new Set([...declaration.users, ...declaration.groups].map((one) => one.address));
  for await (const page of listAccounts(admin)) {
    for (const { address: name, kind } of page) {
      if (named.has(name)) continue;
      const held = await holdingsOf(admin, name);
      const details = [`${counted(held.collections, 'collection')} with ${counted(held.objects, 'object')}`];
      const change: Change = { action: 'remove', kind: kind === 'group' ? 'group' : 'user', name, details };
      steps.push({ change, stage: REMOVED_ACCOUNTS, run: () => removeUser(admin, name) });
    }
  }
  // A domain whose users the file names is meant to stay, even if the domain itself is not named.
  const domains = new Set([...declaration.domains.map((one) => one.name), ...[...named].map(domainOfAddress)]);
  for (const { name } of await listDomains(admin)) {
    if (domains.has(name)) continue;
    const change: Change = { action: 'remove', kind: 'domain', name, details: [] };
    steps.push({ change, stage: REMOVED_DOMAINS, run: () => removeDomain(admin, name, { withAccounts: true }) });
  }
}

/** `1 member`, `2 members`. */
export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
