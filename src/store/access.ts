/**
 * The storage contract, part: who may do what, and who has locked what.
 */
import type { XmlName } from '../formats/xml/name.ts';
import type { AccountId, CollectionId, CollectionKey, Grant, Grantee, LockRecord } from './records.ts';

export interface GrantReader {
  /** Grants on one collection. */
  on(key: CollectionKey): Promise<readonly Grant[]>;
  /** Grants on several collections of one account. One query. */
  onAll(account: AccountId, collections: readonly CollectionId[]): Promise<readonly Grant[]>;
  /** What any of these grantees hold in the owner's account, with what every user, and the owner, are granted there. */
  between(owner: AccountId, grantees: readonly AccountId[]): Promise<readonly Grant[]>;
  /** The same in several accounts. One query. */
  betweenAll(owners: readonly AccountId[], grantees: readonly AccountId[]): Promise<readonly Grant[]>;
  /** Owners who have granted something to any of these accounts; each once. */
  grantors(grantees: readonly AccountId[]): Promise<readonly AccountId[]>;
}

export interface GrantWriter {
  /** No privileges take the grant away. */
  set(key: CollectionKey, grantee: Grantee, privileges: readonly XmlName[]): Promise<void>;
  /** All grants on the collection. Raises its parent's revision, as its properties do. */
  replace(key: CollectionKey, grants: readonly Pick<Grant, 'grantee' | 'privileges'>[]): Promise<void>;
}

export interface LockReader {
  /** The locks in one account that have not expired at that second, oldest first. One query; usually there are none. */
  of(account: AccountId, at: number): Promise<readonly LockRecord[]>;
  /** All locks that have not expired, in order of account and token, after the given one. */
  list(
    at: number,
    page: { readonly after?: Pick<LockRecord, 'account' | 'token'>; readonly limit: number },
  ): Promise<readonly LockRecord[]>;
}

export interface LockWriter {
  add(lock: LockRecord): Promise<void>;
  /** False when there is none. */
  refresh(account: AccountId, token: string, expires: number): Promise<boolean>;
  /** False when there is none. */
  remove(account: AccountId, token: string): Promise<boolean>;
}
