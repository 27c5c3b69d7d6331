/**
 * The storage contract. A driver keeps it or fails `test/contract/store.contract.ts`; nothing above this floor knows which driver it has.
 *
 * No transaction touches two accounts, and none waits for a socket: long answers are read in pages, each its own short read.
 * Revisions count per collection under its row lock, gapless and visible in order; sync reads only them and the tombstones.
 */
import type {
  Access,
  Account,
  AccountId,
  AccountKind,
  Change,
  CollectionId,
  CollectionKey,
  CollectionRecord,
  Domain,
  Grant,
  HistoryRecord,
  ObjectIndex,
  ObjectRecord,
  Origin,
  Prefilter,
  StoredObject,
  StoredProperties,
  Tenant,
  TenantId,
} from './records.ts';

export interface Store {
  /** Which engine this is, for people: `SQLite 3.54.1`. */
  readonly engine: string;
  /** Names this store's past; a restore from backup begins another, so that tokens from a lost future are refused. */
  readonly epoch: string;
  /** One snapshot. */
  read<T>(work: (tx: ReadTransaction) => Promise<T>): Promise<T>;
  /** All or nothing, serialised in effect, durable when it resolves. May run `work` again: it has no effect outside `tx`. */
  write<T>(origin: Origin, work: (tx: WriteTransaction) => Promise<T>): Promise<T>;
  /** Removes tombstones and history older than the given times (seconds), at most `limit` rows of each, and says how many went. */
  prune(before: { readonly tombstones: number; readonly history: number }, limit: number): Promise<Pruned>;
  close(): Promise<void>;
}

export interface Pruned {
  readonly tombstones: number;
  readonly history: number;
}

export interface ReadTransaction {
  readonly directory: DirectoryReader;
  readonly collections: CollectionReader;
  readonly objects: ObjectReader;
  readonly changes: ChangeReader;
  readonly grants: GrantReader;
  readonly history: HistoryReader;
}

export interface WriteTransaction extends ReadTransaction {
  readonly origin: Origin;
  readonly directory: DirectoryReader & DirectoryWriter;
  readonly collections: CollectionReader & CollectionWriter;
  readonly objects: ObjectReader & ObjectWriter;
  readonly grants: GrantReader & GrantWriter;
}

/** A name that must be free is taken: an address, a domain, a collection's name. */
export class NameTaken extends Error {
  override readonly name = 'NameTaken';
  readonly taken: string;
  constructor(taken: string) {
    super(`${taken} is taken`);
    this.taken = taken;
  }
}

// --- directory: tenants, domains, accounts -------------------------------------------------------------------------------------------

export interface DirectoryReader {
  tenants(): Promise<readonly Tenant[]>;
  domains(): Promise<readonly Domain[]>;
  domain(name: string): Promise<Domain | undefined>;
  account(id: AccountId): Promise<Account | undefined>;
  /** Several accounts in one query; absent ones are left out. */
  accounts(ids: readonly AccountId[]): Promise<readonly Account[]>;
  /** By primary address or alias, in lower case. */
  accountByAddress(address: string): Promise<Account | undefined>;
  /** In order of address, after the given one; of one domain (by primary address) or all. */
  list(page: {
    readonly domain?: string;
    readonly after?: string;
    readonly limit: number;
  }): Promise<readonly Account[]>;
  /** Direct members of a group. */
  membersOf(group: AccountId): Promise<readonly AccountId[]>;
  /** Groups of which this account is a direct member. */
  groupsOf(member: AccountId): Promise<readonly AccountId[]>;
}

export interface NewAccount {
  readonly tenant: TenantId;
  readonly kind: AccountKind;
  readonly address: string;
  readonly aliases: readonly string[];
  readonly displayName: string;
  readonly passwordHash: string | undefined;
}

export interface DirectoryWriter {
  /** @throws NameTaken */
  addTenant(name: string): Promise<Tenant>;
  /** @throws NameTaken */
  addDomain(name: string, tenant: TenantId): Promise<Domain>;
  /** False when there is no such domain. Accounts in it must be gone: the caller checks. */
  removeDomain(name: string): Promise<boolean>;
  /** @throws NameTaken by the first address or alias that is in use. */
  addAccount(account: NewAccount): Promise<Account>;
  /** Changes what is given; raises `credentialEpoch` when password or state changes. @throws NameTaken */
  updateAccount(
    id: AccountId,
    change: {
      readonly aliases?: readonly string[];
      readonly displayName?: string;
      readonly disabled?: boolean;
      readonly passwordHash?: string | undefined;
    },
  ): Promise<Account>;
  /** Removes the account with everything in it, its logins, memberships and the grants it holds. */
  removeAccount(id: AccountId): Promise<void>;
  setMembers(group: AccountId, members: readonly AccountId[]): Promise<void>;
}

// --- collections --------------------------------------------------------------------------------------------------------------------

export interface CollectionReader {
  get(key: CollectionKey): Promise<CollectionRecord | undefined>;
  /** The collections along a path below the account, `['calendars', 'default']`, as far as they exist. One query for two segments. */
  along(account: AccountId, path: readonly string[]): Promise<readonly CollectionRecord[]>;
  /** All member collections, ordered by number. NO_COLLECTION as parent gives the homes. */
  in(account: AccountId, parent: CollectionId): Promise<readonly CollectionRecord[]>;
  /** How many objects the collection holds directly. */
  countObjects(key: CollectionKey): Promise<number>;
}

export interface CollectionWriter {
  /** The record as it is now, its row locked until the end: what is checked after this stays true until the commit. */
  lock(key: CollectionKey): Promise<CollectionRecord | undefined>;
  /** Raises the parent's revision. @throws NameTaken */
  add(
    account: AccountId,
    collection: {
      readonly parent: CollectionId;
      readonly name: string;
      readonly kind: string;
      readonly properties: StoredProperties;
    },
  ): Promise<CollectionRecord>;
  /** Replaces all stored properties; raises the parent's revision, not its own. */
  setProperties(key: CollectionKey, properties: StoredProperties): Promise<void>;
  /** Moves within its account; leaves a tombstone at the old parent. @throws NameTaken */
  move(key: CollectionKey, to: { readonly parent: CollectionId; readonly name: string }): Promise<void>;
  /** With all members below; each object goes to the history; a tombstone at the parent. */
  remove(key: CollectionKey): Promise<void>;
  /** Removes all objects and leaves tombstones. */
  empty(key: CollectionKey): Promise<void>;
}

// --- objects ------------------------------------------------------------------------------------------------------------------------

export interface ObjectReader {
  get(key: CollectionKey, name: string): Promise<ObjectRecord | undefined>;
  read(key: CollectionKey, name: string): Promise<StoredObject | undefined>;
  /** Those that exist, in no order. One query. */
  getAll(key: CollectionKey, names: readonly string[]): Promise<readonly ObjectRecord[]>;
  readAll(key: CollectionKey, names: readonly string[]): Promise<readonly StoredObject[]>;
  /** The names of objects with that UID. */
  namesByUid(key: CollectionKey, uid: string): Promise<readonly string[]>;
  /** In order of name, after the given one. */
  page(key: CollectionKey, page: Page): Promise<readonly ObjectRecord[]>;
  readPage(key: CollectionKey, page: Page): Promise<readonly StoredObject[]>;
  /** In order of name: all that match, and perhaps some that do not. */
  matching(key: CollectionKey, prefilter: Prefilter, page: Page): Promise<readonly StoredObject[]>;
}

export interface Page {
  readonly after?: string;
  readonly limit: number;
}

export interface NewObject {
  readonly name: string;
  readonly uid: string;
  readonly etag: string;
  readonly data: Uint8Array;
  readonly index: ObjectIndex;
  /** Kept from the former version when absent. */
  readonly properties?: StoredProperties;
}

export interface ObjectWriter {
  /** Creates or replaces; the former version goes to the history; raises the collection's revision and its parent's. */
  put(key: CollectionKey, object: NewObject): Promise<ObjectRecord>;
  /** False when there is none. Leaves a tombstone; the former version goes to the history. */
  remove(key: CollectionKey, name: string): Promise<boolean>;
  /** Dead properties of an object: raises the revision; the etag stays. */
  setProperties(key: CollectionKey, name: string, properties: StoredProperties): Promise<void>;
}

// --- changes, grants, history ---------------------------------------------------------------------------------------------------------

export interface ChangeReader {
  /**
   * Objects changed after revision `since` and up to `upTo`, in order of revision, each once; what was there and went
   * is a removal, also when it came after `since`. RFC 6578 section 3.5.
   */
  objects(key: CollectionKey, span: ChangeSpan): Promise<readonly Change<ObjectRecord>[]>;
  /** The same with bytes. */
  objectsWithData(key: CollectionKey, span: ChangeSpan): Promise<readonly Change<StoredObject>[]>;
  /** The same for member collections: of a home. */
  collections(key: CollectionKey, span: ChangeSpan): Promise<readonly Change<CollectionRecord>[]>;
}

export interface ChangeSpan {
  /** A first sync: what is there, and no removals. RFC 6578 section 3.4. */
  readonly initial?: boolean;
  readonly since: number;
  readonly upTo: number;
  readonly limit: number;
}

export interface GrantReader {
  /** Grants on one collection. */
  on(key: CollectionKey): Promise<readonly Grant[]>;
  /** What any of these grantees hold in the owner's account. */
  between(owner: AccountId, grantees: readonly AccountId[]): Promise<readonly Grant[]>;
}

export interface GrantWriter {
  set(key: CollectionKey, grantee: AccountId, access: Access | 'none'): Promise<void>;
}

export interface HistoryReader {
  /** Former versions of one name, latest first. */
  of(key: CollectionKey, name: string, limit: number): Promise<readonly HistoryRecord[]>;
}
