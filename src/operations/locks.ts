/**
 * Write locks as an administrator sees them, and their end before their time: a program that was lost with its lock keeps others out until
 * the lock expires. RFC 4918 section 6.
 */
import { covers, isWithin } from '../dav/locks.ts';
import { encodePath } from '../formats/http/path.ts';
import type { XmlElement } from '../formats/xml/element.ts';
import { readXml } from '../formats/xml/read.ts';
import type { Account, AccountId, LockRecord } from '../store/records.ts';
import type { ReadTransaction } from '../store/store.ts';
import { accountAt, PAGE } from './accounts.ts';
import type { Administration } from './administration.ts';
import { Refusal } from './refusal.ts';

/** A lock in words. */
export interface ListedLock {
  readonly record: LockRecord;
  /** As in a URL: `/calendars/user@example.com/default/`. */
  readonly path: string;
  /** The address of whoever made it; undefined when that account is gone. */
  readonly holder: string | undefined;
  /** What the client says about itself, as one line of text; empty where it says nothing. */
  readonly owner: string;
}

/** All locks in force, or those in one account; page by page. @throws Refusal */
export async function* listLocks(admin: Administration, address?: string): AsyncGenerator<readonly ListedLock[]> {
  const { at } = admin.origin();
  if (address !== undefined) {
    yield await admin.store.read(async (tx) => {
      const account = await accountAt(tx, address);
      return listed(tx, await tx.locks.of(account.id, at));
    });
    return;
  }
  let after: LockRecord | undefined;
  do {
    const page = { limit: PAGE, ...(after === undefined ? {} : { after }) };
    const locks = await admin.store.read(async (tx) => listed(tx, await tx.locks.list(at, page)));
    if (locks.length > 0) yield locks;
    after = locks.length < PAGE ? undefined : locks.at(-1)?.record;
  } while (after !== undefined);
}

async function listed(tx: ReadTransaction, locks: readonly LockRecord[]): Promise<readonly ListedLock[]> {
  const ids = new Set(locks.flatMap(({ account, holder }) => [account, holder]));
  const accounts = new Map((await tx.directory.accounts([...ids])).map((account) => [account.id, account]));
  return locks.map((record) => ({
    record,
    path: pathOf(record, accounts),
    holder: accounts.get(record.holder)?.address,
    owner: ownerText(record.owner),
  }));
}

function pathOf({ account, name, path }: LockRecord, accounts: ReadonlyMap<AccountId, Account>): string {
  const [segment = '', ...rest] = path;
  return encodePath([segment, accounts.get(account)?.address ?? '', ...rest], name === '');
}

function ownerText(xml: string): string {
  return xml === '' ? '' : textWithin(readXml(xml)).replace(/\s+/g, ' ').trim();
}

function textWithin({ children }: XmlElement): string {
  return children.map((child) => (typeof child === 'string' ? child : ` ${textWithin(child)} `)).join('');
}

// --- ending them --------------------------------------------------------------------------------------------------------------------

/** The locks on exactly that resource: a URL or its path, percent-encoded or not. @throws Refusal when there are none */
export function locksOn(admin: Administration, given: string): Promise<readonly ListedLock[]> {
  const { at } = admin.origin();
  return admin.store.read(async (tx) => {
    const covering: ListedLock[] = [];
    for (const [segment, who, ...rest] of readings(given)) {
      const account = await tx.directory.accountByAddress((who ?? '').toLowerCase());
      if (segment === undefined || account === undefined) continue;
      const path = [segment, ...rest];
      const locks = await tx.locks.of(account.id, at);
      const on = locks.filter((lock) => lock.path.length === path.length && isWithin(path, lock.path));
      if (on.length > 0) return listed(tx, on);
      const above = locks.filter((lock) => covers(lock, path));
      covering.push(...(await listed(tx, above)));
    }
    const [above] = covering;
    throw new Refusal(
      above === undefined
        ? `There is no lock on ${given}. davit lock list shows those that there are.`
        : `There is no lock on ${given} itself: it is locked by the one on ${above.path}.`,
    );
  });
}

/** The lock with that token. @throws Refusal when there is none */
export async function lockWithToken(admin: Administration, given: string): Promise<ListedLock> {
  const token = /^<(.*)>$/.exec(given)?.[1] ?? given;
  for await (const page of listLocks(admin)) {
    const found = page.find(({ record }) => record.token === token);
    if (found !== undefined) return found;
  }
  throw new Refusal(`There is no lock with the token ${token}. davit lock list shows those that there are.`);
}

/** Ends these locks, which are all in one account, and returns those that were still there. */
export function breakLocks(admin: Administration, locks: readonly ListedLock[]): Promise<readonly ListedLock[]> {
  return admin.store.write(admin.origin(), async (tx) => {
    const broken: ListedLock[] = [];
    for (const lock of locks) {
      if (await tx.locks.remove(lock.record.account, lock.record.token)) broken.push(lock);
    }
    return broken;
  });
}

/** The segments that may be meant: decoded, or as they stand. @throws Refusal for what is no path */
function readings(given: string): readonly (readonly string[])[] {
  const url = /^https?:/i.test(given) ? URL.parse(given) : undefined;
  const path = (url?.pathname ?? given).replace(/\/$/, '');
  const segments = path.startsWith('/') ? path.slice(1).split('/') : [];
  if (segments.length < 2 || segments.includes('')) {
    throw new Refusal(
      `${JSON.stringify(given)} is not the path of a resource, such as /calendars/user@example.com/default/a.ics.`,
    );
  }
  const literal = url === undefined ? [segments] : [];
  try {
    return [segments.map(decodeURIComponent), ...literal];
  } catch {
    return literal;
  }
}
