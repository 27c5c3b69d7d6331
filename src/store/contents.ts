/**
 * The storage contract, part: large contents, which are filled and read piece by piece, and the managed attachments that have some of them.
 */
import type { AccountId, AttachmentRecord, CollectionId, CollectionKey, ContentId } from './records.ts';

export interface ContentReader {
  /** At most `count` pieces from number `first` (from 0) on, in order. */
  pieces(account: AccountId, content: ContentId, first: number, count: number): Promise<readonly Uint8Array[]>;
}

/**
 * A content is filled piece by piece, each in a transaction of its own while the body comes, and then becomes an object's. One that does
 * not, or is no object's any more, is removed by `prune`.
 */
export interface ContentWriter {
  begin(account: AccountId): Promise<ContentId>;
  /** Pieces of PIECE octets, but the last, from number `first` on. */
  append(account: AccountId, content: ContentId, first: number, pieces: readonly Uint8Array[]): Promise<void>;
}

export interface AttachmentReader {
  /** Those that exist, in no order. One query. */
  getAll(account: AccountId, ids: readonly string[]): Promise<readonly AttachmentRecord[]>;
  /** MANAGED-IDs of those that the object of that name uses, in order. */
  usedBy(key: CollectionKey, name: string): Promise<readonly string[]>;
  /** The collections in which objects use it, each once. */
  usedIn(account: AccountId, id: string): Promise<readonly CollectionId[]>;
  /** Octets of all that objects of the account use. */
  octets(account: AccountId): Promise<number>;
}

/**
 * An attachment is added, and then used by objects: `ObjectIndex.attachments` says by which. It counts for the quota as long as one uses it; a
 * while after none does it is removed by `prune`.
 */
export interface AttachmentWriter {
  /**
   * The same bytes are kept once: where the account has them, the record has their content, and the one that was given is nobody's. Its creator
   * is the origin's. One of that identifier that is there stays what it is, as if it had been made now.
   * @throws QuotaExceeded when what no object uses would be more than all that the account may hold: so much it can hold beside its quota
   */
  add(
    account: AccountId,
    attachment: Omit<AttachmentRecord, 'account' | 'creator' | 'created'>,
  ): Promise<AttachmentRecord>;
}
