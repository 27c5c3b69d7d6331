/**
 * What a write into a kind of collection stores, or why it is refused. PUT, POST, COPY and MOVE ask the same rule; it changes nothing.
 */
import type { Account, CollectionRecord, ObjectIndex, ObjectRecord } from '../store/records.ts';
import type { ReadTransaction } from '../store/store.ts';
import type { Limits } from './limits.ts';
import type { ResourceType } from './resource.ts';

export interface ProposedWrite {
  readonly owner: Account;
  /** Its row is locked. */
  readonly collection: CollectionRecord;
  /** The collection's path in answers, for hrefs in refusals. */
  readonly collectionHref: string;
  readonly name: string;
  readonly data: Uint8Array;
  /** As sent; absent when the client gave none, or the data come from another collection. */
  readonly contentType: string | undefined;
  /** What the write replaces. */
  readonly previous: ObjectRecord | undefined;
  readonly limits: Limits;
}

export interface AcceptedWrite {
  readonly uid: string;
  readonly index: ObjectIndex;
}

export interface WriteRule {
  readonly into: ResourceType<'collection'>;
  /** Octets that a body may have at all. */
  maxSize(limits: Limits): number;
  /** The content types, in lower case, that it takes; a body of no or a general type is judged by itself. */
  readonly mediaTypes: readonly string[];
  /** @throws PreconditionViolated */
  accept(write: ProposedWrite, tx: ReadTransaction): Promise<AcceptedWrite>;
}
