/**
 * Looks at everything that is stored and names what is faulty: objects that cannot be read or break a rule, an index that would hide them,
 * tags, sizes and sums that are not those of the bytes, revisions that sync would miss. It reads a few objects at a time, each time in one
 * short snapshot, beside whoever writes, and never changes anything.
 */
import type { Catalogue } from '../dav/catalogue.ts';
import { DavError } from '../dav/errors.ts';
import { etagMaker, etagOf } from '../dav/etag.ts';
import type { AcceptedWrite, WriteRule } from '../dav/write-rule.ts';
import { encodePath } from '../formats/http/path.ts';
import {
  type Account,
  type CollectionId,
  type CollectionRecord,
  NO_COLLECTION,
  type ObjectIndex,
  PIECE,
  type Prefilter,
  type StoredObject,
} from '../store/records.ts';
import type { ReadTransaction } from '../store/store.ts';
import { accountAt, listAccounts } from './accounts.ts';
import type { Administration } from './administration.ts';
import { octetsInWords } from './amounts.ts';
import { chunkAfter } from './object-chunks.ts';

/** Something that is not as it must be. */
export interface StoredFault {
  /** `/calendars/user@example.com/default/a.ics`, a collection, or an account's principal. */
  readonly path: string;
  readonly about: 'data' | 'rule' | 'index' | 'etag' | 'size' | 'usage' | 'content' | 'uid' | 'revision' | 'tombstone';
  /** A part of a sentence. */
  readonly reason: string;
}

/** What was found since the last one. */
export interface Verified {
  readonly objects: number;
  readonly faults: readonly StoredFault[];
}

/** Goes through one account, or all of them. @throws Refusal when there is no such account */
export async function* verifyStore(admin: Administration, address?: string): AsyncGenerator<Verified> {
  if (address !== undefined) {
    yield* verifyAccount(admin, await admin.store.read((tx) => accountAt(tx, address)));
    return;
  }
  for await (const accounts of listAccounts(admin))
    for (const account of accounts) yield* verifyAccount(admin, account);
}

async function* verifyAccount(admin: Administration, account: Account): AsyncGenerator<Verified> {
  const { collections, faults } = await admin.store.read(async (tx) => {
    const collections = await placesOf(tx, account, NO_COLLECTION, []);
    return { collections, faults: await usageFaults(tx, account, collections) };
  });
  yield { objects: 0, faults };
  for (const place of collections) yield* verifyCollection(admin, place);
}

// --- places ----------------------------------------------------------------------------------------------------------------------------

/** A collection, and where it lies. */
interface Place {
  readonly owner: Account;
  readonly collection: CollectionRecord;
  readonly parent: CollectionRecord | undefined;
  readonly path: string;
}

async function placesOf(
  tx: ReadTransaction,
  owner: Account,
  below: CollectionId,
  above: readonly CollectionRecord[],
): Promise<readonly Place[]> {
  const places: Place[] = [];
  for (const collection of await tx.collections.in(owner.id, below)) {
    const way = [...above, collection];
    const [home = '', ...rest] = way.map(({ name }) => name);
    const path = encodePath([home, owner.address, ...rest], true);
    places.push({ owner, collection, parent: above.at(-1), path });
    places.push(...(await placesOf(tx, owner, collection.id, way)));
  }
  return places;
}

// --- the account -----------------------------------------------------------------------------------------------------------------------

const PAGE = 500;

/** Whether what the account takes up is the sum of what it has. One snapshot, without the bytes. */
async function usageFaults(
  tx: ReadTransaction,
  { id, address }: Account,
  places: readonly Place[],
): Promise<readonly StoredFault[]> {
  let sum = await tx.attachments.octets(id);
  for (const { collection } of places) {
    for (let after: string | undefined = ''; after !== undefined; ) {
      const records = await tx.objects.page(collection, { limit: PAGE, ...(after === '' ? {} : { after }) });
      for (const { size } of records) sum += size;
      after = records.length < PAGE ? undefined : records.at(-1)?.name;
    }
  }
  const { used } = await tx.usage.of(id);
  if (used === sum) return [];
  const reason = `it is said to use ${octets(used)}, and its objects and their attachments have ${octets(sum)}`;
  return [{ path: encodePath(['principals', address], true), about: 'usage', reason }];
}

/** Exact, and in words where that is easier to read. */
function octets(count: number): string {
  return count < 1024 ? octetsInWords(count) : `${count} octets (${octetsInWords(count)})`;
}

// --- a collection ----------------------------------------------------------------------------------------------------------------------

async function* verifyCollection(admin: Administration, place: Place): AsyncGenerator<Verified> {
  const { store, catalogue } = admin;
  yield { objects: 0, faults: await store.read((tx) => countFaults(tx, place)) };
  const rule = ruleOf(catalogue, place.collection);
  let after = '';
  for (;;) {
    const from = after;
    const { objects, faults } = await store.read(async (tx) => {
      const collection = await tx.collections.get(place.collection);
      const objects = collection === undefined ? [] : await chunkAfter(tx, collection, from);
      const faults: StoredFault[] = [];
      for (const object of objects) {
        faults.push(
          ...(await objectFaults(admin, tx, { ...place, collection: collection ?? place.collection }, object, rule)),
        );
      }
      return { objects, faults };
    });
    const last = objects.at(-1);
    if (last === undefined) return;
    yield { objects: objects.length, faults };
    after = last.name;
  }
}

/** Undefined where nothing can be stored, and for collections of features that are switched off. */
function ruleOf(catalogue: Catalogue, { kind }: CollectionRecord): WriteRule | undefined {
  try {
    return catalogue.writeRule(catalogue.type(kind));
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** More of them are not told one by one. */
const MOST_TOLD = 100;

/** Revisions of members and tombstones that the collection has not come to yet: sync would never tell of them. RFC 6578 section 3.5. */
async function countFaults(tx: ReadTransaction, place: Place): Promise<readonly StoredFault[]> {
  const { path, parent } = place;
  const collection = await tx.collections.get(place.collection);
  if (collection === undefined) return [];
  const { revision, prunedTo, parentRevision } = collection;
  const faults: StoredFault[] = [];
  const found = (about: StoredFault['about'], reason: string, at = path): void => {
    faults.push({ path: at, about, reason });
  };
  if (prunedTo > revision)
    found('tombstone', `tombstones are said to be pruned up to ${prunedTo}, beyond its revision ${revision}`);
  const above = parent === undefined ? undefined : await tx.collections.get(parent);
  if (above !== undefined && parentRevision > above.revision) {
    found(
      'revision',
      `it changed at revision ${parentRevision}, beyond that of the collection it is in, ${above.revision}`,
    );
  }
  const span = { since: revision, upTo: Number.MAX_SAFE_INTEGER, limit: MOST_TOLD };
  for (const change of await tx.changes.members(collection, span)) {
    // Objects are looked at one by one anyway.
    if (!change.removed) continue;
    const reason = `its tombstone has revision ${change.revision}, beyond that of the collection, ${revision}`;
    found('tombstone', reason, path + encodePath([change.name], false).slice(1));
  }
  return faults;
}

// --- an object -------------------------------------------------------------------------------------------------------------------------

async function objectFaults(
  admin: Administration,
  tx: ReadTransaction,
  place: Place,
  object: StoredObject,
  rule: WriteRule | undefined,
): Promise<readonly StoredFault[]> {
  const { collection } = place;
  const { name, uid, revision } = object;
  const faults: StoredFault[] = [];
  const found = (about: StoredFault['about'], reason: string): void => {
    faults.push({ path: place.path + encodePath([name], false).slice(1), about, reason });
  };
  const bytes =
    object.content === undefined
      ? { size: object.data.length, etag: etagOf(object.data) }
      : await contentOf(tx, object);
  if (object.content !== undefined && bytes.size !== object.size) {
    found('content', `its content has ${octets(bytes.size)}, and should have ${octets(object.size)}`);
  } else if (bytes.size !== object.size) {
    found('size', `it has ${octets(bytes.size)}, and is said to have ${octets(object.size)}`);
  }
  if (bytes.etag !== object.etag) found('etag', 'its entity tag is not that of its bytes: clients keep what they had');
  if (revision > collection.revision) {
    found('revision', `it has revision ${revision}, beyond that of the collection, ${collection.revision}`);
  }
  if (uid !== '') {
    const [first, ...others] = await tx.objects.namesByUid(collection, uid);
    if (first === name && others.length > 0) found('uid', `its UID is also that of ${others.join(', ')}`);
  }
  if (rule === undefined || object.content !== undefined) return faults;
  const accepted = await acceptedNow(admin, tx, place, object, rule);
  if (accepted instanceof DavError) found('rule', accepted.message.replace(/\.$/, ''));
  else for (const reason of await indexFaults(tx, object, accepted)) found('index', reason);
  return faults;
}

/** Pieces of a content that are read at once. */
const PIECES = 4;

async function contentOf(
  tx: ReadTransaction,
  { collection, content }: StoredObject,
): Promise<{ readonly size: number; readonly etag: string }> {
  const tag = etagMaker();
  let size = 0;
  for (let first = 0; content !== undefined; first += PIECES) {
    const pieces = await tx.contents.pieces(collection.account, content, first, PIECES);
    for (const piece of pieces) {
      tag.add(piece);
      size += piece.length;
    }
    if (pieces.length < PIECES || (pieces.at(-1)?.length ?? 0) < PIECE) break;
  }
  return { size, etag: tag.etag() };
}

/** What would be stored now, or why it would be refused. */
async function acceptedNow(
  { limits }: Administration,
  tx: ReadTransaction,
  { owner, collection, path }: Place,
  object: StoredObject,
  rule: WriteRule,
): Promise<AcceptedWrite | DavError> {
  const { name, data, size } = object;
  const write = {
    owner,
    collection,
    collectionHref: path,
    name,
    data,
    size,
    contentType: undefined,
    previous: object,
    limits,
  };
  try {
    return await rule.accept(write, tx);
  } catch (error) {
    if (error instanceof DavError) return error;
    throw error;
  }
}

/**
 * Whether the index finds the object where it would be looked for: by its component, at the first and the last time that it touches, and by
 * its texts. That it is found too often would only cost time.
 */
async function indexFaults(
  tx: ReadTransaction,
  { collection, name, uid, component }: StoredObject,
  { index }: AcceptedWrite,
): Promise<readonly string[]> {
  if (index.component !== component) return [`it is indexed as ${component || 'nothing'}, and is ${index.component}`];
  if (uid === '') return [];
  const { first, last, traits } = index;
  const pieces = { utc: [traits], reader: [traits] };
  const missed = async (prefilter: Prefilter): Promise<boolean> => {
    const found = await tx.objects.matching(collection, { uid, ...prefilter }, { limit: PAGE });
    return !found.some((one) => one.name === name);
  };
  const components = [component];
  const begin: Prefilter = { components, range: { start: first, end: first + 1, pieces } };
  const end: Prefilter = { components, range: { start: last - 1, end: last, pieces } };
  const texts = textsOf(index).map(([property, contains]) => ({ property, contains }));
  const whole: Prefilter = texts.length === 0 ? begin : { ...begin, texts: { test: 'allof', conditions: texts } };
  if (!(await missed(whole)) && (last <= first || !(await missed(end)))) return [];
  const reasons: string[] = [];
  if (await missed(begin)) reasons.push(`a search around ${time(first)} would not find it`);
  else if (last > first && (await missed(end))) reasons.push(`a search around ${time(last)} would not find it`);
  for (const condition of texts) {
    if (await missed({ texts: { test: 'allof', conditions: [condition] } })) {
      reasons.push(`a search for its ${condition.property} would not find it`);
    }
  }
  return reasons;
}

function textsOf({ texts }: ObjectIndex): readonly (readonly [string, string])[] {
  return Object.entries(texts).filter(([property, text]) => property !== 'UID' && text !== '');
}

/** `2026-11-22T18:04:05Z` */
function time(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
}
