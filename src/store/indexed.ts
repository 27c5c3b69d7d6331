/**
 * The storage contract, part: the index of objects itself. What a search would miss of what is stored, and making anew what the index says of
 * times where a former version wrote it.
 */
import type { CollectionKey, CollectionRecord, ObjectIndex, ObjectTimes } from './records.ts';

export interface IndexReader {
  /**
   * Of some objects of a collection those that a search would miss, given what the index has to say of them. That one is found too often is
   * none of this; absent ones are left out. In order of what is given.
   */
  missed(key: CollectionKey, objects: readonly IndexedObject[]): Promise<readonly MissedObject[]>;
  /** How far times from a former version have been made anew; undefined when there are none left. */
  renewedTo(): Promise<RenewMark | undefined>;
  /** The next collection, of whatever account, in order of account and number. */
  collectionAfter(mark: Pick<RenewMark, 'account' | 'collection'>): Promise<CollectionRecord | undefined>;
}

export interface IndexWriter {
  /**
   * Makes anew what the index says of the times of objects that still have these revisions. Nothing else of them changes: no revision, no time
   * of a change, no history.
   */
  renewTimes(key: CollectionKey, objects: readonly RenewedTimes[]): Promise<void>;
  /** Moves the mark on; false when it is not there any more, and nothing is changed. Undefined ends it. */
  renewed(from: RenewMark, to: RenewMark | undefined): Promise<boolean>;
}

/** A place in the order of account, collection and name: all before it, and itself, are as they should be. Numbers from 0. */
export interface RenewMark {
  readonly account: number;
  readonly collection: number;
  /** Empty before the first object of the collection. */
  readonly name: string;
}

export interface IndexedObject {
  readonly name: string;
  /** As `put` would be given it. */
  readonly index: ObjectIndex;
}

export interface RenewedTimes {
  readonly name: string;
  readonly revision: number;
  readonly times: ObjectTimes;
}

/** What a search would miss an object by. */
export interface MissedObject {
  readonly name: string;
  /** As what it is indexed, where that is something else. */
  readonly component: string | undefined;
  /** By which end of its time, or by what its days and hours are like; undefined where its times are right. */
  readonly time: 'first' | 'last' | 'traits' | undefined;
  /** Properties whose texts it has otherwise, or without what finds them. */
  readonly texts: readonly string[];
}
