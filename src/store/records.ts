/**
 * What is stored, as types, in the words of the specifications. Times are whole seconds since 1970-01-01T00:00:00Z.
 * Every record but the directory's (tenants, domains, logins) belongs to one account and is found by that account's number first.
 */
import type { XmlName } from '../formats/xml/name.ts';

declare const brand: unique symbol;

/** Number of a tenant: the customer of a platform whose users know of one another. */
export type TenantId = number & { readonly [brand]: 'TenantId' };
/** Number of an account. Addresses and domains are names that get changed; this is not. */
export type AccountId = number & { readonly [brand]: 'AccountId' };
/** Number of a collection within its account; never used again after removal. */
export type CollectionId = number & { readonly [brand]: 'CollectionId' };

/** Number of a large content within its account; never used again. */
export type ContentId = number & { readonly [brand]: 'ContentId' };

/** The parent of an account's homes. */
export const NO_COLLECTION: CollectionId = collectionId(0);

/** A number known to be a tenant's. */
export function tenantId(value: number): TenantId {
  return value as TenantId;
}
/** A number known to be an account's. */
export function accountId(value: number): AccountId {
  return value as AccountId;
}
/** A number known to be a collection's. */
export function collectionId(value: number): CollectionId {
  return value as CollectionId;
}

/** A number known to be a large content's. */
export function contentId(value: number): ContentId {
  return value as ContentId;
}

/** Which principals of their tenant users can look up: all, or only those with whom they share something. */
export type DirectoryPolicy = 'everyone' | 'acquaintances';

export interface Tenant {
  readonly id: TenantId;
  readonly name: string;
  readonly directory: DirectoryPolicy;
}

/** A mail domain; its name in lower case, as A-labels. */
export interface Domain {
  readonly name: string;
  readonly tenant: TenantId;
}

/**
 * CUTYPE in lower case: RFC 5545 section 3.2.3. A `directory` is nobody: it holds what a tenant offers to all its users, and is neither
 * listed nor found.
 */
export type AccountKind = 'individual' | 'group' | 'resource' | 'room' | 'directory';

/** A principal with its logins. */
export interface Account {
  readonly id: AccountId;
  readonly tenant: TenantId;
  readonly kind: AccountKind;
  /** The primary address, `user@domain`, in lower case. */
  readonly address: string;
  /** Further addresses under which mail reaches it and it may log in, in lower case. */
  readonly aliases: readonly string[];
  readonly displayName: string;
  readonly disabled: boolean;
  /** A PHC string (argon2id); absent where nobody can log in by password. */
  readonly passwordHash: string | undefined;
  /** Raised by each change of password or state; what was verified under another number is void. */
  readonly credentialEpoch: number;
  readonly created: number;
}

/** Names one collection. */
export interface CollectionKey {
  readonly account: AccountId;
  readonly id: CollectionId;
}

/** Stored property values by name. Live properties keep their own text form, dead ones their XML. */
export type StoredProperties = Readonly<Record<XmlName, string>>;

/** A home, a calendar, an address book, an inbox: whatever has members. */
export interface CollectionRecord extends CollectionKey {
  /** NO_COLLECTION for a home. */
  readonly parent: CollectionId;
  /** Its path segment, decoded. */
  readonly name: string;
  /** The kind of a resource type that a feature declares: `calendar`, `addressbook-home`. */
  readonly kind: string;
  /** Raised by every change of a member (of a member's member too, for a home). RFC 6578 section 3.2. */
  readonly revision: number;
  /** Tombstones up to this revision are pruned: a sync token below it is refused. */
  readonly prunedTo: number;
  /** The parent's revision at which this collection last changed. */
  readonly parentRevision: number;
  readonly properties: StoredProperties;
  readonly created: number;
  readonly modified: number;
  /** Whether its owner shares it with anybody. */
  readonly shared: boolean;
  /** Of a mount: the collection, mostly of another account, that is listed here. What may be done with it is said there. */
  readonly target?: CollectionKey;
}

/** Where the cards of a directory come from. */
export interface DirectorySource {
  readonly tenant: TenantId;
  /** Unique in its tenant; the name of its collection too. */
  readonly name: string;
  /** The address book that is filled. */
  readonly collection: CollectionKey;
  /** A word, and what belongs to it as JSON: what they mean is not known here. */
  readonly kind: string;
  readonly settings: string;
  /** It is being removed: mounts of it go, then it does. */
  readonly removed: boolean;
  /** Seconds; when it was last filled without a fault. */
  readonly filled: number | undefined;
  /** Seconds; when it was last tried. */
  readonly tried: number | undefined;
  /** What went wrong the last time; empty where nothing did. */
  readonly fault: string;
}

/** A collection without its properties. */
export type CollectionOutline = Omit<CollectionRecord, 'properties'>;

/** A calendar object, an address object: a member that is not a collection. Without its bytes. */
export interface ObjectRecord {
  readonly collection: CollectionKey;
  /** Its path segment, decoded. */
  readonly name: string;
  readonly uid: string;
  /** Without quotes; a function of the bytes. */
  readonly etag: string;
  /** In octets. */
  readonly size: number;
  /** The main component in upper case: VEVENT, VTODO, VCARD. */
  readonly component: string;
  /** The collection's revision at which it last changed. */
  readonly revision: number;
  readonly created: number;
  readonly modified: number;
  readonly properties: StoredProperties;
  /** Where its bytes lie when they are too large to be read at once. */
  readonly content: ContentId | undefined;
}

/** An object with its bytes as the client sent them; empty for one with a content. */
export interface StoredObject extends ObjectRecord {
  readonly data: Uint8Array;
}

/** Octets of one piece of a large content; the last piece may be shorter. Never to be changed: it is in the database. */
export const PIECE = 256 * 1024;

/**
 * What times are like, as bits in three numbers below 2^53; what each bit stands for is not known here. Of an object: all that some of its times
 * have. Of a piece of a range: all that every time in it has.
 */
export interface TimeTraits {
  readonly years: number;
  readonly days: number;
  readonly hours: number;
}

/** By which clock traits are told: UTC, or the wall clock of whoever asks. */
export type TraitsClock = 'utc' | 'reader';

/** When an object takes place, for a search by time. */
export interface ObjectTimes {
  /** Earliest start and latest end of all instances, in seconds UTC, widened where the zone is the reader's. */
  readonly first: number;
  readonly last: number;
  /** What the times of its instances are like. */
  readonly clock: TraitsClock;
  readonly traits: TimeTraits;
}

/**
 * What the store needs to know of the bytes of an object: what the prefilter asks, which may let it be found in vain, never be missed; and the
 * attachments that must stay because of it.
 */
export interface ObjectIndex extends ObjectTimes {
  readonly component: string;
  /** Searchable text by property name in upper case, folded by i;unicode-casemap; several values joined by a line feed. */
  readonly texts: Readonly<Record<string, string>>;
  /** MANAGED-IDs to which the bytes refer, each once. All of them exist. */
  readonly attachments?: readonly string[];
}

/** A managed attachment of an account: bytes to which calendar objects refer. RFC 8607 section 3. */
export interface AttachmentRecord {
  readonly account: AccountId;
  /** Its MANAGED-ID. */
  readonly id: string;
  /** Without quotes; a function of the bytes. */
  readonly etag: string;
  /** In octets. */
  readonly size: number;
  /** Undefined where there are no bytes. */
  readonly content: ContentId | undefined;
  /** With its parameters: `text/html; charset=utf-8`. */
  readonly mediaType: string;
  /** The name of a file; empty where the client gave none. */
  readonly name: string;
  /** Who made it; undefined for an administrator. */
  readonly creator: AccountId | undefined;
  readonly created: number;
}

/** An index that every time range and no text matches. */
export const UNBOUNDED = {
  first: -62135596800,
  last: 253402300800,
  clock: 'utc',
  traits: { years: 2 ** 53 - 1, days: 2 ** 53 - 1, hours: 2 ** 53 - 1 },
} as const;

/** A text that a property must contain, or be, folded by i;unicode-casemap. */
export interface TextCondition {
  readonly property: string;
  readonly contains: string;
  /** Whether texts that hold more than that need not be found. */
  readonly whole?: boolean;
}

/** A range that an object must touch. */
export interface RangeCondition {
  /** Half open, seconds UTC. */
  readonly start: number;
  readonly end: number;
  /** The pieces of the range, by clock, at least one: the object has all traits of one of them. */
  readonly pieces: Readonly<Record<TraitsClock, readonly TimeTraits[]>>;
}

/** A cheap question to the index: all that is given must hold. */
export interface Prefilter {
  readonly uid?: string;
  /** Any of these main components. */
  readonly components?: readonly string[];
  readonly range?: RangeCondition;
  readonly texts?: { readonly test: 'anyof' | 'allof'; readonly conditions: readonly TextCondition[] };
}

/** What an object became, or that it went. */
export type Change<Member> =
  | { readonly removed: false; readonly revision: number; readonly member: Member }
  | { readonly removed: true; readonly revision: number; readonly name: string };

/** To whom something is granted: an account (a group among them), every user of the owner's tenant, or the owner. */
export type Grantee = AccountId | 'authenticated' | 'owner';

/** Privileges of somebody on a collection and everything below it. It lies with the owner. RFC 3744 section 5.5. */
export interface Grant {
  readonly collection: CollectionKey;
  readonly grantee: Grantee;
  /** As granted, without the parts of aggregates; sorted, never empty. What they mean is not known here. */
  readonly privileges: readonly XmlName[];
}

/** Somebody who is in a group. */
export interface Membership {
  readonly group: AccountId;
  readonly member: AccountId;
}

/** Somebody who acts for the owner of an account. apple/caldav-proxy section 5.2. */
export interface Delegation {
  readonly delegator: AccountId;
  /** An individual or a group. */
  readonly delegate: AccountId;
  readonly access: 'read' | 'write';
}

/** A write lock. RFC 4918 section 6. */
export interface LockRecord {
  readonly account: AccountId;
  /** A URI; unique within the account. */
  readonly token: string;
  /** The locked collection, or the one in which the locked name lies. */
  readonly collection: CollectionId;
  /** The locked member of the collection, which need not exist; empty where the collection itself is locked. */
  readonly name: string;
  /** The lock root: path segments below the account, `['calendars', 'default', 'a.ics']`. */
  readonly path: readonly string[];
  readonly depth: 0 | 'infinity';
  readonly scope: 'exclusive' | 'shared';
  /** Who made it. */
  readonly holder: AccountId;
  /** What the client says about itself: the XML of a DAV:owner element; empty where it says nothing. */
  readonly owner: string;
  readonly created: number;
  readonly expires: number;
}

/** Octets that an account may hold; what the service gives everybody; or no bound. */
export type Quota = number | 'default' | 'none';

/** What an account takes up. */
export interface Usage {
  /** Octets of all objects, and of the attachments that they use. */
  readonly used: number;
  /** Octets that there may be; undefined without a bound. */
  readonly quota: number | undefined;
}

/** A former version of an object, kept for audit and undo. */
export interface HistoryRecord {
  readonly collection: CollectionKey;
  readonly name: string;
  readonly uid: string;
  readonly etag: string;
  readonly data: Uint8Array;
  /** The revision at which this version was written, and the one at which it was replaced or removed. */
  readonly revision: number;
  readonly endedAtRevision: number;
  readonly removed: boolean;
  /** When, by whom and with which client it ended. */
  readonly endedAt: number;
  readonly by: AccountId | undefined;
  readonly client: string;
}

/** Who causes a change, with what, and when. */
export interface Origin {
  /** Absent for an administrator's command. */
  readonly by: AccountId | undefined;
  /** The User-Agent, or `davit user add`. */
  readonly client: string;
  /** Seconds. */
  readonly at: number;
}
