/**
 * The storage contract. A driver keeps it or fails `test/contract/store.contract.ts`; nothing above this floor knows which driver it has.
 *
 * No transaction touches two accounts, and none waits for a socket: long answers are read in pages, each its own short read.
 * Revisions count per collection under its row lock, gapless and visible in order; sync reads only them and the tombstones.
 */

import type { GrantReader, GrantWriter, LockReader, LockWriter } from './access.ts';
import type { AttachmentReader, AttachmentWriter, ContentReader, ContentWriter } from './contents.ts';
import type { IndexReader, IndexWriter } from './indexed.ts';
import type { MountReader, MountWriter, SourceReader, SourceWriter } from './mounts.ts';
import type {
  Account,
  AccountId,
  AccountKind,
  Change,
  CollectionId,
  CollectionKey,
  CollectionOutline,
  CollectionRecord,
  ContentId,
  Delegation,
  DirectoryPolicy,
  Domain,
  HistoryRecord,
  Membership,
  ObjectIndex,
  ObjectRecord,
  Origin,
  Prefilter,
  Quota,
  StoredObject,
  StoredProperties,
  Tenant,
  TenantId,
  Usage,
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
  /**
   * Removes tombstones and history older than the given times (seconds), locks that expired before, and attachments and contents that
   * nothing has used since; at most `limit` rows of each, and says how many went.
   */
  prune(before: PruneBefore, limit: number): Promise<Pruned>;
  close(): Promise<void>;
}

/** Seconds since 1970. */
export interface PruneBefore {
  readonly tombstones: number;
  readonly history: number;
  readonly locks: number;
  /** Managed attachments. */
  readonly attachments: number;
  readonly contents: number;
}

/** Rows that went. */
export interface Pruned {
  readonly tombstones: number;
  readonly history: number;
  readonly locks: number;
  readonly attachments: number;
  readonly contents: number;
}

export interface ReadTransaction {
  readonly directory: DirectoryReader;
  readonly collections: CollectionReader;
  readonly objects: ObjectReader;
  readonly changes: ChangeReader;
  readonly grants: GrantReader;
  readonly history: HistoryReader;
  readonly locks: LockReader;
  readonly contents: ContentReader;
  readonly attachments: AttachmentReader;
  readonly usage: UsageReader;
  readonly mounts: MountReader;
  readonly sources: SourceReader;
  readonly index: IndexReader;
}

export interface WriteTransaction extends ReadTransaction {
  readonly origin: Origin;
  readonly directory: DirectoryReader & DirectoryWriter;
  readonly collections: CollectionReader & CollectionWriter;
  readonly objects: ObjectReader & ObjectWriter;
  readonly grants: GrantReader & GrantWriter;
  readonly locks: LockReader & LockWriter;
  readonly contents: ContentReader & ContentWriter;
  readonly attachments: AttachmentReader & AttachmentWriter;
  readonly usage: UsageReader & UsageWriter;
  readonly mounts: MountReader & MountWriter;
  readonly sources: SourceReader & SourceWriter;
  readonly index: IndexReader & IndexWriter;
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

/** What would be stored does not fit into the account. RFC 4331 section 6. */
export class QuotaExceeded extends Error {
  override readonly name = 'QuotaExceeded';
  readonly quota: number;
  constructor(quota: number) {
    super(`the account may hold ${quota} octets`);
    this.quota = quota;
  }
}

// --- directory: tenants, domains, accounts -------------------------------------------------------------------------------------------

export interface DirectoryReader {
  tenants(): Promise<readonly Tenant[]>;
  tenant(id: TenantId): Promise<Tenant | undefined>;
  domains(): Promise<readonly Domain[]>;
  domain(name: string): Promise<Domain | undefined>;
  account(id: AccountId): Promise<Account | undefined>;
  /** Several accounts in one query; absent ones are left out. */
  accounts(ids: readonly AccountId[]): Promise<readonly Account[]>;
  /** By primary address or alias, in lower case. */
  accountByAddress(address: string): Promise<Account | undefined>;
  /** The account that holds a tenant's directories; no address leads to it, and no list shows it. */
  directoryOf(tenant: TenantId): Promise<Account | undefined>;
  /** In order of address, after the given one; of one domain (by primary address) or all. */
  list(page: {
    readonly domain?: string;
    readonly after?: string;
    readonly limit: number;
  }): Promise<readonly Account[]>;
  /** Direct members of a group. */
  membersOf(group: AccountId): Promise<readonly AccountId[]>;
  /** The same of several groups, in order of group and member. One query. */
  membersOfAll(groups: readonly AccountId[]): Promise<readonly Membership[]>;
  /** In which groups these accounts are directly, in order of member and group. One query. */
  groupsOf(members: readonly AccountId[]): Promise<readonly Membership[]>;
  /** Groups of which this account is a member, directly or through other groups; each once. One query. */
  allGroupsOf(member: AccountId): Promise<readonly AccountId[]>;
  /** The same of several accounts, in order of member and group. One query. */
  allGroupsOfAll(members: readonly AccountId[]): Promise<readonly Membership[]>;
  /** Those who hold everything in the domain. */
  administratorsOf(domain: string): Promise<readonly AccountId[]>;
  /** Domains of which any of these accounts is an administrator, in order of name. */
  administeredBy(accounts: readonly AccountId[]): Promise<readonly string[]>;
  /** Who acts for this account, in order of delegate. */
  delegatesOf(delegator: AccountId): Promise<readonly Delegation[]>;
  /** For whom any of these accounts acts, in order of delegator. */
  delegatorsOf(delegates: readonly AccountId[]): Promise<readonly Delegation[]>;
  /** Accounts of a tenant that may match, in order of number, after the given one. */
  matching(
    search: DirectorySearch,
    page: { readonly after?: AccountId; readonly limit: number },
  ): Promise<readonly Account[]>;
  /** Looks at so many accounts, in order of number, after the given one: which of them, but groups, lack one of these homes? */
  withoutHomes(
    segments: readonly string[],
    page: { readonly after?: AccountId; readonly limit: number },
  ): Promise<AccountsLookedAt>;
}

/** Those that were found, and the last that was looked at: none when there are no more. */
export interface AccountsLookedAt {
  readonly found: readonly AccountId[];
  readonly last: AccountId | undefined;
}

/**
 * Which accounts to look for: their display name or one of their addresses contains any, or all, of the texts, folded by
 * i;unicode-casemap. A text of one or two characters is looked for at the beginnings of words only. No texts mean all accounts.
 */
export interface DirectorySearch {
  readonly tenant: TenantId;
  readonly test: 'anyof' | 'allof';
  readonly texts: readonly string[];
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
  setAdministrators(domain: string, administrators: readonly AccountId[]): Promise<void>;
  setDelegates(delegator: AccountId, access: Delegation['access'], delegates: readonly AccountId[]): Promise<void>;
  setDirectoryPolicy(tenant: TenantId, policy: DirectoryPolicy): Promise<void>;
}

// --- collections --------------------------------------------------------------------------------------------------------------------

export interface CollectionReader {
  get(key: CollectionKey): Promise<CollectionRecord | undefined>;
  /** Several, of any accounts; absent ones are left out. One query. */
  getAll(keys: readonly CollectionKey[]): Promise<readonly CollectionRecord[]>;
  /** The collections along a path below the account, `['calendars', 'default']`, as far as they exist. One query for two segments. */
  along(account: AccountId, path: readonly string[]): Promise<readonly CollectionRecord[]>;
  /** The member collection of that name. */
  child(account: AccountId, parent: CollectionId, name: string): Promise<CollectionRecord | undefined>;
  /** All member collections, ordered by number, where they are known to be few. NO_COLLECTION as parent gives the homes. */
  in(account: AccountId, parent: CollectionId): Promise<readonly CollectionRecord[]>;
  /** Member collections in order of number, after the given one. Their properties may be long: pages are short. */
  page(
    key: CollectionKey,
    page: { readonly after?: CollectionId; readonly limit: number },
  ): Promise<readonly CollectionRecord[]>;
  /** All collections below, at any depth, ordered by number; one more than `limit` says that there are more. One query. */
  below(key: CollectionKey, limit: number): Promise<readonly CollectionRecord[]>;
  /** The same without what they may have much of. */
  outline(key: CollectionKey, limit: number): Promise<readonly CollectionOutline[]>;
  /** How many collections lie below, at any depth. One query, which reads none of them. */
  countBelow(key: CollectionKey): Promise<number>;
  /** How many objects lie in the collection and in all below it. One query. */
  countObjectsBelow(key: CollectionKey): Promise<number>;
  /** How many objects the collection holds directly. */
  countObjects(key: CollectionKey): Promise<number>;
}

export interface CollectionWriter {
  /** The record as it is now, its row locked until the end: what is checked after this stays true until the commit. */
  lock(key: CollectionKey): Promise<CollectionRecord | undefined>;
  /** The same for it and all collections below it, those below first: what writes there waits. */
  lockTree(key: CollectionKey): Promise<CollectionRecord | undefined>;
  /** Raises the parent's revision. @throws NameTaken */
  add(
    account: AccountId,
    collection: {
      readonly parent: CollectionId;
      readonly name: string;
      readonly kind: string;
      readonly properties: StoredProperties;
      /** Of a mount. Nobody checks that it exists: it may go at any time. */
      readonly target?: CollectionKey;
    },
  ): Promise<CollectionRecord>;
  /** Replaces all stored properties; raises the parent's revision, not its own. */
  setProperties(key: CollectionKey, properties: StoredProperties): Promise<void>;
  /** Moves within its account; leaves a tombstone at the old parent; locks on it and below end. @throws NameTaken */
  move(key: CollectionKey, to: { readonly parent: CollectionId; readonly name: string }): Promise<void>;
  /** With all members below and their locks; each object goes to the history; a tombstone at the parent. */
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
  /** Instead of `data`, which is empty then. Several objects may have the same. */
  readonly content?: { readonly id: ContentId; readonly size: number } | undefined;
  readonly index: ObjectIndex;
  /** Kept from the former version when absent. */
  readonly properties?: StoredProperties;
  /** It counts for the quota and is stored even where there is no room left: nobody chose to store it. */
  readonly beyondQuota?: boolean;
  /** Seconds; of what was created elsewhere. When absent, kept from the former version, else now. RFC 4918 section 9.9.1. */
  readonly created?: number | undefined;
}

export interface ObjectWriter {
  /**
   * Creates or replaces, with its uses of attachments; the former version, unless it has a content, goes to the history; raises the collection's
   * revision and its parent's.
   * @throws QuotaExceeded when the account has not the room; nothing else may be done in this transaction then
   */
  put(key: CollectionKey, object: NewObject): Promise<ObjectRecord>;
  /** False when there is none. Leaves a tombstone; the former version, unless it has a content, goes to the history; its locks end. */
  remove(key: CollectionKey, name: string): Promise<boolean>;
  /** Dead properties of an object: raises the revision; the etag and the time of its last change stay. RFC 4918 section 15.7. */
  setProperties(key: CollectionKey, name: string, properties: StoredProperties): Promise<void>;
}

// --- changes, history ---------------------------------------------------------------------------------------------------------

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
  /**
   * Objects and member collections together, where a collection holds both. A removal says of which sort the member was; there is none while
   * a member of the other sort has the name.
   */
  members(key: CollectionKey, span: ChangeSpan): Promise<readonly MemberChange[]>;
}

/** A change of a member of either sort. */
export type MemberChange =
  | (Change<ObjectRecord> & { readonly sort: 'object' })
  | (Change<CollectionRecord> & { readonly sort: 'collection' });

export interface ChangeSpan {
  /** A first sync: what is there, and no removals. RFC 6578 section 3.4. */
  readonly initial?: boolean;
  readonly since: number;
  readonly upTo: number;
  readonly limit: number;
}

// --- usage -----------------------------------------------------------------------------------------------------------

export interface UsageReader {
  of(account: AccountId): Promise<Usage>;
  /** Of several, in their order. One query. */
  ofAll(accounts: readonly AccountId[]): Promise<readonly Usage[]>;
}

export interface UsageWriter {
  /** What is there already stays, even if it is more. */
  setQuota(account: AccountId, quota: Quota): Promise<void>;
}

export interface HistoryReader {
  /** Former versions of one name, latest first. */
  of(key: CollectionKey, name: string, limit: number): Promise<readonly HistoryRecord[]>;
}
