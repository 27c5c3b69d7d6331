/**
 * Groups and their members. A group may be a member of another, never of itself, be it through others; that is checked in the transaction
 * that makes somebody a member. RFC 3744 section 4.3.
 */
import type { Account, AccountId } from '../store/records.ts';
import type { ReadTransaction, WriteTransaction } from '../store/store.ts';
import { accountAt, addAccount, listAccounts, type NewUser } from './accounts.ts';
import { normalAddress } from './addresses.ts';
import type { Administration } from './administration.ts';
import { Refusal } from './refusal.ts';

/** Adds a group without members. @throws Refusal */
export async function addGroup(
  admin: Administration,
  group: Pick<NewUser, 'address' | 'aliases' | 'name'>,
): Promise<Account> {
  return addAccount(admin, 'group', group);
}

/** A group with the number of its direct members. */
export interface GroupWithCount {
  readonly group: Account;
  readonly members: number;
}

/** All groups in order of address, page by page; a page may be empty. @throws Refusal for a domain that is not here */
export async function* listGroups(
  admin: Administration,
  which: { readonly domain?: string } = {},
): AsyncGenerator<readonly GroupWithCount[]> {
  for await (const page of listAccounts(admin, which)) {
    const groups = page.filter(({ kind }) => kind === 'group');
    yield await admin.store.read(async (tx) => {
      const memberships = await tx.directory.membersOfAll(groups.map(({ id }) => id));
      const members = Map.groupBy(memberships, ({ group }) => group);
      return groups.map((group) => ({ group, members: members.get(group.id)?.length ?? 0 }));
    });
  }
}

/** The group and its direct members, in order of address. @throws Refusal */
export function groupWithMembers(
  admin: Administration,
  group: string,
): Promise<{ readonly group: Account; readonly members: readonly Account[] }> {
  return admin.store.read(async (tx) => {
    const found = await groupAt(tx, group);
    const members = await tx.directory.accounts(await tx.directory.membersOf(found.id));
    return { group: found, members: members.toSorted((a, b) => (a.address < b.address ? -1 : 1)) };
  });
}

/** What a change of members came to. */
export interface MembersChanged {
  readonly group: Account;
  /** Whom it concerned, each once. */
  readonly changed: readonly Account[];
  /** Those named who were members already. */
  readonly already: readonly Account[];
}

/** Makes these members of the group, besides those who are. @throws Refusal */
export function addMembers(
  admin: Administration,
  group: string,
  addresses: readonly string[],
): Promise<MembersChanged> {
  return admin.store.write(admin.origin(), async (tx) => {
    const { found, present, named } = await groupAndNamed(tx, group, addresses);
    const changed = named.filter(({ id }) => !present.has(id));
    await putMembers(tx, found, [...present], changed);
    return { group: found, changed, already: named.filter(({ id }) => present.has(id)) };
  });
}

/** Takes these out of the group. @throws Refusal when one is no direct member */
export function removeMembers(
  admin: Administration,
  group: string,
  addresses: readonly string[],
): Promise<MembersChanged> {
  return admin.store.write(admin.origin(), async (tx) => {
    const { found, present, named } = await groupAndNamed(tx, group, addresses);
    for (const { id, address } of named) {
      if (!present.delete(id)) throw new Refusal(`${address} is no member of ${found.address}.`);
    }
    await putMembers(tx, found, [...present], []);
    return { group: found, changed: named, already: [] };
  });
}

/** Sets the direct members of a group, each once. @throws Refusal */
export async function setMembers(admin: Administration, group: string, members: readonly string[]): Promise<void> {
  await admin.store.write(admin.origin(), async (tx) => {
    const found = await groupAt(tx, group);
    await putMembers(tx, found, [], await accountsAt(tx, members));
  });
}

/** A group, its direct members as they are now, and the accounts that are named. @throws Refusal */
async function groupAndNamed(
  tx: ReadTransaction,
  group: string,
  addresses: readonly string[],
): Promise<{ readonly found: Account; readonly present: Set<AccountId>; readonly named: readonly Account[] }> {
  const found = await groupAt(tx, group);
  const present = new Set(await tx.directory.membersOf(found.id));
  return { found, present, named: await accountsAt(tx, addresses) };
}

/** The accounts with these addresses or aliases, each once. @throws Refusal */
async function accountsAt(tx: ReadTransaction, addresses: readonly string[]): Promise<readonly Account[]> {
  const found = new Map<AccountId, Account>();
  for (const given of addresses) {
    const address = normalAddress(given);
    const account = await tx.directory.accountByAddress(address);
    if (account === undefined) throw new Refusal(`There is no account ${address}.`);
    found.set(account.id, account);
  }
  return [...found.values()];
}

async function groupAt(tx: ReadTransaction, address: string): Promise<Account> {
  const account = await accountAt(tx, address);
  if (account.kind !== 'group') throw new Refusal(`${account.address} is no group.`);
  return account;
}

async function putMembers(
  tx: WriteTransaction,
  group: Account,
  kept: readonly AccountId[],
  added: readonly Account[],
): Promise<void> {
  const above = new Set(added.some(({ kind }) => kind === 'group') ? await tx.directory.allGroupsOf(group.id) : []);
  for (const one of added) {
    if (one.id === group.id) throw new Refusal(`${group.address} cannot be a member of itself.`);
    if (one.tenant !== group.tenant)
      throw new Refusal(`${one.address} belongs to another tenant than ${group.address}.`);
    if (!above.has(one.id)) continue;
    const way = await wayUp(tx, group, one);
    throw new Refusal(`${one.address} cannot be a member of ${group.address}: ${inOneAnother(way)}.`);
  }
  await tx.directory.setMembers(group.id, [...kept, ...added.map(({ id }) => id)]);
}

/** The groups from one up to another in which it is, the nearest way, by address. */
async function wayUp(tx: ReadTransaction, from: Account, to: Account): Promise<readonly string[]> {
  const below = new Map<AccountId, AccountId | undefined>([[from.id, undefined]]);
  for (const one of below.keys()) {
    if (one === to.id) break;
    for (const { group } of await tx.directory.groupsOf([one])) if (!below.has(group)) below.set(group, one);
  }
  const way: AccountId[] = [];
  for (let at: AccountId | undefined = to.id; at !== undefined; at = below.get(at)) way.unshift(at);
  const addresses = new Map((await tx.directory.accounts(way)).map(({ id, address }) => [id, address]));
  return way.map((id) => addresses.get(id) ?? '');
}

/** `a is in b, which is in c` */
export function inOneAnother(way: readonly string[]): string {
  const [first = '', ...rest] = way;
  return `${first} is in ${rest.join(', which is in ')}`;
}
