/**
 * How the objects of a collection become one file.
 */
import type { DavRequest } from '../../dav/method.ts';
import type { CollectionRecord, StoredObject } from '../../store/records.ts';

/** Writes one file, piece by piece. */
export interface Writer {
  readonly contentType: string;
  /** Of the name of the file. */
  readonly suffix: string;
  /** What the file is called where the collection has no name that could be one. */
  readonly fallback: string;
  /** Tells the forms apart in which one revision may be written; part of an entity tag. */
  readonly form: string;
  /** Request headers on which the form depends. */
  readonly vary: string;
  readonly head: string;
  readonly tail: string;
  /** What an object adds; nothing for one that cannot be read, which would make the whole unreadable. No write rule has let it in. */
  add(object: StoredObject): string;
}

/** The writer that a request asks for. */
export type WriterFor = (request: DavRequest, collection: CollectionRecord) => Writer;
