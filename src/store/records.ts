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

export interface Tenant {
  readonly id: TenantId;
  readonly name: string;
}

/** A mail domain; its name in lower case, as A-labels. */
export interface Domain {
  readonly name: string;
  readonly tenant: TenantId;
}

/** CUTYPE in lower case: RFC 5545 section 3.2.3. */
export type AccountKind = 'individual' | 'group' | 'resource' | 'room';

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
}

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
}

/** An object with its bytes as the client sent them. */
export interface StoredObject extends ObjectRecord {
  readonly data: Uint8Array;
}

/** What the prefilter needs of an object, never more. It may let an object be found in vain, never be missed. */
export interface ObjectIndex {
  readonly component: string;
  /** Earliest start and latest end of all instances, in seconds UTC, widened where the zone is the reader's. */
  readonly first: number;
  readonly last: number;
  /** Bit n set: some instance touches the days 7n to 7n+6 of a year (UTC). 53 bits. */
  readonly weeks: number;
  /** Searchable text by property name in upper case, folded by i;unicode-casemap; several values joined by a line feed. */
  readonly texts: Readonly<Record<string, string>>;
}

/** An index that every time range and no text matches. */
export const UNBOUNDED = { first: -62135596800, last: 253402300800, weeks: 2 ** 53 - 1 } as const;

/** A text that a property must contain, folded by i;unicode-casemap. */
export interface TextCondition {
  readonly property: string;
  readonly contains: string;
}

/** A cheap question to the index: all that is given must hold. */
export interface Prefilter {
  readonly uid?: string;
  /** Any of these main components. */
  readonly components?: readonly string[];
  /** Half open, seconds UTC, with the weeks it touches. */
  readonly range?: { readonly start: number; readonly end: number; readonly weeks: number };
  readonly texts?: { readonly test: 'anyof' | 'allof'; readonly conditions: readonly TextCondition[] };
}

/** What an object became, or that it went. */
export type Change<Member> =
  | { readonly removed: false; readonly revision: number; readonly member: Member }
  | { readonly removed: true; readonly revision: number; readonly name: string };

export type Access = 'read' | 'read-write';

/** Access of one account to a collection of another. It lies with the owner. */
export interface Grant {
  readonly collection: CollectionKey;
  readonly grantee: AccountId;
  readonly access: Access;
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
