/**
 * What the two query reports share: the objects that may match are read page by page, each page its own short read; those that do match
 * are answered, up to the limit that the client sets. RFC 4791 section 7.8, RFC 6352 section 8.6.
 */
import type { XmlElement } from '../formats/xml/element.ts';
import type { ObjectRecord, Prefilter, StoredObject } from '../store/records.ts';
import type { Page, ReadTransaction } from '../store/store.ts';
import { objectResource } from './locate.ts';
import { firstPage, nextPage, othersTurn } from './member-pages.ts';
import type { Context } from './method.ts';
import type { Responder } from './multiget.ts';
import { statusResponse } from './multistatus.ts';
import type { CollectionResource, ObjectResource } from './resource.ts';

/** What a query looks for, and how it answers. */
export interface Query {
  /** What the request's URL names. On an object the query is about that one. */
  readonly at: CollectionResource | ObjectResource;
  /** On a collection 0 finds nothing: the collection itself is no object. */
  readonly depth: 0 | 1 | 'infinity';
  /** What the index is asked first; `{}` for everything. It must hold for every object that `matches`. */
  readonly prefilter: Prefilter;
  /**
   * Whether an object is in the answer; absent when all are. What it makes of the bytes can be kept by object, for the responder: the
   * resource that it gets holds the same object.
   */
  matches?(object: StoredObject): boolean;
  /** Whether the responder needs the bytes. Without them and without `matches` none are read. */
  readonly bytes: boolean;
  /** Most responses wanted; undefined without a limit. */
  readonly limit: number | undefined;
  /** What DAV:error says, for the URL of the request, where the limit cut the answer short: DAV:number-of-matches-within-limits. */
  readonly truncated: XmlElement;
  readonly responder: Responder;
  readonly context: Context;
}

/** The DAV:response elements, in pieces for `multistatus`. RFC 6352 section 8.6.2. */
export async function* queryPages(query: Query): AsyncGenerator<string> {
  const { at, depth, limit, truncated, context } = query;
  const { store, limits } = context;
  if (at.shape === 'collection' && depth === 0) return;
  const parent = at.shape === 'object' ? at.parent : at;
  let left = limit ?? Number.POSITIVE_INFINITY;
  let size = firstPage(limits.page);
  let after: string | undefined;
  for (;;) {
    const page = { limit: size, ...(after === undefined ? {} : { after }) };
    const read = await store.read((tx) => readPage(query, parent, page, left, tx));
    left -= read.found;
    if (read.text !== '') yield read.text;
    if (read.more) yield statusResponse(at.href, 507, truncated);
    if (read.more || read.candidates.length < size || at.shape === 'object') return;
    after = read.candidates.at(-1)?.name;
    size = query.bytes || query.matches !== undefined ? nextPage(read.candidates, limits.page) : limits.page;
    await othersTurn();
  }
}

/** Objects that are looked at before others have their turn: each may be as hard to look at as its budget allows. */
const TURN = 50;

interface ReadPage {
  readonly text: string;
  readonly found: number;
  /** Whether there is a match beyond those that were still wanted. */
  readonly more: boolean;
  readonly candidates: readonly ObjectRecord[];
}

async function readPage(
  query: Query,
  parent: CollectionResource,
  page: Page,
  left: number,
  tx: ReadTransaction,
): Promise<ReadPage> {
  const candidates = await readCandidates(query, parent, page, tx);
  const found: ObjectResource[] = [];
  let more = false;
  for (const [at, object] of candidates.entries()) {
    if (at % TURN === TURN - 1) await othersTurn();
    if (query.matches !== undefined && !('data' in object && query.matches(object))) continue;
    more = found.length >= left;
    if (more) break;
    found.push(objectResource(parent, object));
  }
  const text = found.length === 0 ? '' : await query.responder.respond(found, tx);
  return { text, found: found.length, more, candidates };
}

async function readCandidates(
  { at, prefilter, matches, bytes }: Query,
  { collection }: CollectionResource,
  page: Page,
  tx: ReadTransaction,
): Promise<readonly (ObjectRecord | StoredObject)[]> {
  if (at.shape === 'object') return tx.objects.readAll(collection, [at.object.name]);
  if (matches !== undefined) return tx.objects.matching(collection, prefilter, page);
  return bytes ? tx.objects.readPage(collection, page) : tx.objects.page(collection, page);
}
