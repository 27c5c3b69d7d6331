/**
 * The part of `davit apply` about groups: their members, and that no group ends up in itself.
 */
import type { Account, AccountId } from '../../store/records.ts';
import { changeAccount } from '../accounts.ts';
import { counted } from '../amounts.ts';
import { addGroup, inOneAnother, setMembers } from '../groups.ts';
import { accountChange, accountDetails, former } from './accounts.ts';
import { type DeclaredGroup, domainOfAddress } from './declaration.ts';
import { type Change, type Facts, STAGES, sameSet } from './plan.ts';

/** Plans one group with its members. */
export async function planGroup(facts: Facts, declared: DeclaredGroup): Promise<void> {
  const { admin, steps } = facts;
  const { address, aliases, members } = declared;
  const before = former(facts, declared, 'group');
  checkMembers(facts, declared);
  if (before === undefined) {
    const group = {
      address,
      ...(declared.name === undefined ? {} : { name: declared.name }),
      ...(aliases === undefined ? {} : { aliases }),
    };
    // Its members are a step of their own, after all accounts are there.
    steps.push({
      change: { action: 'add', kind: 'group', name: address, details: [] },
      stage: STAGES.accounts,
      run: () => addGroup(admin, group),
    });
    if (members !== undefined && members.length > 0) planMembers(facts, address, members);
    return;
  }
  const details = accountDetails(before, declared);
  if (details.length > 0) {
    const change = accountChange(before, declared);
    steps.push({
      change: { action: 'change', kind: 'group', name: address, details },
      stage: STAGES.accounts,
      run: () => changeAccount(admin, address, change),
    });
  }
  if (members === undefined) return;
  const now = await membersNow(facts, before.id);
  const wanted = members.map((member) => facts.present.get(member)?.address ?? member);
  const addresses = now.map((member) => member.address);
  if (sameSet(wanted, addresses)) return;
  if (now.some(({ kind, address: member }) => kind === 'group' && !wanted.includes(member))) {
    const kept = addresses.filter((member) => wanted.includes(member));
    steps.push({ change: undefined, stage: STAGES.loosened, run: () => setMembers(admin, address, kept) });
  }
  planMembers(facts, address, members);
}

function planMembers({ admin, steps }: Facts, name: string, members: readonly string[]): void {
  const change: Change = { action: 'change', kind: 'group', name, details: [counted(members.length, 'member')] };
  steps.push({ change, stage: STAGES.members, run: () => setMembers(admin, name, members) });
}

function checkMembers({ declaration, present, problems, tenants }: Facts, declared: DeclaredGroup): void {
  const { address, members, where } = declared;
  const declaredAddresses = new Set([...declaration.users, ...declaration.groups].map((one) => one.address));
  for (const member of members ?? []) {
    const known = declaredAddresses.has(member) || present.has(member);
    if (!known) problems.push(`${where}: the member ${member} is neither here nor in this file.`);
    else if (tenants.get(domainOfAddress(member)) !== tenants.get(domainOfAddress(address))) {
      problems.push(`${where}: the member ${member} belongs to another tenant.`);
    }
  }
}

function membersNow({ admin }: Facts, group: AccountId): Promise<readonly Account[]> {
  return admin.store.read(async (tx) => tx.directory.accounts(await tx.directory.membersOf(group)));
}

/** Refuses groups that would be in themselves through others, be those in the file or not. */
export async function refuseCircles(facts: Facts): Promise<void> {
  const { declaration, present, problems } = facts;
  const declared = new Map(declaration.groups.map((group) => [group.address, group.members]));
  const accounts = new Map(present);
  const known = new Map<string, readonly string[]>();
  /** The groups that will be directly in a group, by address. */
  const groupsIn = async (address: string): Promise<readonly string[]> => {
    const members = declared.get(address);
    if (members !== undefined) {
      const primary = members.map((member) => accounts.get(member)?.address ?? member);
      return primary.filter((member) => declared.has(member) || accounts.get(member)?.kind === 'group');
    }
    const account = accounts.get(address);
    if (account === undefined) return [];
    const groups = known.get(address) ?? (await groupsNow(facts, account.id, accounts));
    known.set(address, groups);
    return groups;
  };
  const told = new Set<string>();
  for (const { address, members, where } of declaration.groups) {
    if (members === undefined || told.has(address)) continue;
    const way = await circleThrough(address, groupsIn);
    for (const one of way) told.add(one);
    if (way.length > 0) problems.push(`${where}: ${address} cannot be in itself: ${inOneAnother(way)}.`);
  }
}

async function groupsNow(facts: Facts, group: AccountId, accounts: Map<string, Account>): Promise<readonly string[]> {
  const groups = (await membersNow(facts, group)).filter(({ kind }) => kind === 'group');
  for (const one of groups) accounts.set(one.address, one);
  return groups.map(({ address }) => address);
}

/** From the group up to itself again, the nearest way; empty when it is not in itself. */
async function circleThrough(
  start: string,
  groupsIn: (address: string) => Promise<readonly string[]>,
): Promise<readonly string[]> {
  const above = new Map<string, string | undefined>([[start, undefined]]);
  for (const group of above.keys()) {
    for (const member of await groupsIn(group)) {
      if (member === start) {
        const way = [start];
        for (let at: string | undefined = group; at !== undefined; at = above.get(at)) way.push(at);
        return way;
      }
      if (!above.has(member)) above.set(member, group);
    }
  }
  return [];
}
