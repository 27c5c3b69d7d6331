/**
 * What a write into a kind of collection stores, or why it is refused. PUT, POST, COPY and MOVE ask the same rule; it changes nothing.
 */
import { parseMediaType } from '../formats/http/headers.ts';
import { encodeSegment } from '../formats/http/path.ts';
import type {
  Account,
  AccountId,
  CollectionRecord,
  ObjectIndex,
  ObjectRecord,
  ObjectTimes,
  StoredObject,
  StoredProperties,
} from '../store/records.ts';
import type { NewObject, ReadTransaction } from '../store/store.ts';
import type { DavError } from './errors.ts';
import type { Limits } from './limits.ts';
import type { Context } from './method.ts';
import type { CollectionResource, ResourceType } from './resource.ts';

export interface ProposedWrite {
  readonly owner: Account;
  /** Its row is locked. */
  readonly collection: CollectionRecord;
  /** The collection's path in answers, for hrefs in refusals. */
  readonly collectionHref: string;
  readonly name: string;
  /** Empty for a large content, which is not looked at. */
  readonly data: Uint8Array;
  /** In octets. */
  readonly size: number;
  /** As sent; absent when the client gave none, or the data come from another collection. */
  readonly contentType: string | undefined;
  /** What the write replaces. */
  readonly previous: ObjectRecord | undefined;
  readonly limits: Limits;
  /** Who wrote the data; absent where an administrator brings them, or they were stored here before. */
  readonly author: AccountId | undefined;
}

/** A collection whose row is locked, with the href that it has in answers. */
export type WrittenInto = Pick<CollectionResource, 'owner' | 'collection' | 'href'>;

/** What shall be stored there. All is said by whoever asks, also that there is none. */
export interface WrittenObject extends Pick<ProposedWrite, 'name' | 'contentType' | 'previous'> {
  readonly body: Pick<NewObject, 'data' | 'content'>;
}

/** What a write rule is asked about. */
export function proposedWrite(
  { owner, collection, href }: WrittenInto,
  { name, body: { data, content }, contentType, previous }: WrittenObject,
  { limits, author }: Pick<ProposedWrite, 'limits' | 'author'>,
): ProposedWrite {
  const size = content?.size ?? data.length;
  return { owner, collection, collectionHref: href, name, data, size, contentType, previous, limits, author };
}

export interface AcceptedWrite {
  readonly uid: string;
  readonly index: ObjectIndex;
  /** What is stored instead of what was sent, where that came in another format. RFC 7265 section 4. */
  readonly data?: Uint8Array;
  /** To be stored with it, besides the dead properties that it has. */
  readonly properties?: StoredProperties;
}

export interface WriteRule {
  readonly into: ResourceType<'collection'>;
  /** Ends the names that the server gives: `.ics`. RFC 5995 section 3.1. */
  readonly suffix: string;
  /** What is stored may be large: it goes into a content piece by piece as it comes, and is never in memory as a whole. */
  readonly large?: boolean;
  /** Octets that a body may have at all. */
  maxSize(limits: Limits): number;
  /** The refusal of what has more and is not even read; a bare 403 where there is none. RFC 4791 section 5.3.2.1. */
  tooLarge?(reason: string): DavError;
  /** @throws PreconditionViolated */
  accept(write: ProposedWrite, tx: ReadTransaction): Promise<AcceptedWrite>;
  /** When an object takes place that is stored: undefined where it cannot be read. Absent where objects have no times. */
  times?(data: Uint8Array): ObjectTimes | undefined;
  /** The data of an object on their way to another account, with what they refer to brought there. Absent where they refer to nothing. */
  across?(object: StoredObject, to: Account, context: Context): Promise<Uint8Array>;
  /** Data from elsewhere, without what they refer to and is not here. Absent where they refer to nothing. */
  imported?(data: Uint8Array, owner: Account, tx: ReadTransaction): Promise<Uint8Array>;
}

/** Types that say nothing: the body is judged by itself. */
const GENERAL: readonly string[] = ['application/octet-stream', 'text/plain'];

/** The media type that a client gave, if it is none of those taken (in lower case). */
export function foreignMediaType(taken: readonly string[], contentType: string | undefined): string | undefined {
  const media = contentType === undefined ? undefined : parseMediaType(contentType)?.type;
  return media === undefined || taken.includes(media) || GENERAL.includes(media) ? undefined : media;
}

/**
 * Who stands in the way of a UID: it stands once in a collection, and stays with its name. Undefined when it may be stored.
 * RFC 4791 section 5.3.2.1, RFC 6352 section 6.3.2.1.
 */
export async function uidHolder(
  { previous, collection, collectionHref, name }: ProposedWrite,
  uid: string,
  tx: ReadTransaction,
): Promise<{ readonly href: string; readonly reason: string } | undefined> {
  if (previous?.uid === uid) return undefined;
  const holders = await tx.objects.namesByUid(collection, uid);
  const holder = previous === undefined ? holders.find((one) => one !== name) : (holders[0] ?? name);
  if (holder === undefined) return undefined;
  const reason =
    holder === name
      ? `an object keeps its UID: this one has ${previous?.uid}; store the other under a name of its own`
      : `the UID ${uid} is in this collection already, as ${holder}`;
  return { href: collectionHref + encodeSegment(holder), reason };
}
