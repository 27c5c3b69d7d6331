/**
 * The users, rooms and resources of a tenant as cards. Groups and whoever is disabled are left out.
 */
import { createHash } from 'node:crypto';
import type { Account, AccountId, TenantId } from '../../store/records.ts';
import type { Store } from '../../store/store.ts';
import { cardOf, type Person } from './card.ts';
import type { Entries, Entry } from './entry.ts';

const PAGE = 200;

/** All of them, in order of number. */
export async function* principalEntries(store: Store, tenant: TenantId): Entries {
  for (let after: AccountId | undefined, isLast = false; !isLast; ) {
    const page = { limit: PAGE, ...(after === undefined ? {} : { after }) };
    const accounts = await store.read((tx) => tx.directory.matching({ tenant, test: 'anyof', texts: [] }, page));
    yield accounts.filter(({ disabled, kind }) => !disabled && kind !== 'group').map(entryOf);
    isLast = accounts.length < PAGE;
    after = accounts.at(-1)?.id;
  }
}

const KINDS: Readonly<Partial<Record<Account['kind'], Person['kind']>>> = { room: 'location', resource: 'device' };

function entryOf(account: Account): Entry {
  const { displayName, address, aliases, kind } = account;
  const uid = uidOf(account);
  const isA = KINDS[kind];
  const person: Person = {
    ...{ uid, name: displayName === '' ? address : displayName, emails: [address, ...aliases] },
    // What stands for a room or a thing is no name of a person.
    ...(isA === undefined ? {} : { kind: isA, family: '', given: '' }),
  };
  return { kind: 'card', uid, label: `${displayName} (${address})`, data: cardOf(person) };
}

/** The account's for its life, whatever its name and address become; nobody can tell its number from it. */
function uidOf({ tenant, id, created }: Account): string {
  const hex = createHash('sha256').update(`principal ${tenant} ${id} ${created}`).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  );
}
