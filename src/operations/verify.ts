/**
 * Looks at everything that is stored and names what is faulty: objects that cannot be read or break a rule, an index that would hide them,
 * tags, sizes and sums that are not those of the bytes, revisions that sync would miss. It reads a few objects at a time, each time in one
 * short snapshot, beside whoever writes, and never changes anything.
 */
import { DavError } from '../dav/errors.ts';
import { etagMaker, etagOf } from '../dav/etag.ts';
import type { AcceptedWrite, WriteRule } from '../dav/write-rule.ts';
import { encodePath } from '../formats/http/path.ts';
import type { IndexedObject } from '../store/indexed.ts';
import {
  type Account,
  type CollectionId,
  type CollectionRecord,
  NO_COLLECTION,
  PIECE,
  type StoredObject,
} from '../store/records.ts';
import type { ReadTransaction } from '../store/store.ts';
import { accountAt, listAccounts } from './accounts.ts';
import type { Administration } from './administration.ts';
import { octetsInWords } from './amounts.ts';
import { chunkAfter } from './object-chunks.ts';
import { verifyDerived } from './verify-derived.ts';
import { writeRuleOf } from './write-rule-of.ts';

/** Something that is not as it must be. */
export interface StoredFault {
  /** `/calendars/user@example.com/default/a.ics`, a collection, or an account's principal. */
  readonly path: string;
  readonly about:
    | 'data'
    | 'rule'
    | 'index'
    | 'etag'
    | 'size'
    | 'usage'
    | 'content'
    | 'uid'
    | 'revision'
    | 'tombstone'
    | 'derived';
  /** A part of a sentence. */
  readonly reason: string;
}

/** What was found since the last one. */
export interface Verified {
  readonly objects: number;
  readonly faults: readonly StoredFault[];
}

/**
 * Whether the index of times from before an update is still to be made anew, by `davit serve`: until then searches by time take longer, and
 * find the same.
 */
export async function isBeingRenewed({ store }: Administration): Promise<boolean> {
  return (await store.read((tx) => tx.index.renewedTo())) !== undefined;
}

/** Goes through one account, or all of them and the directories. @throws Refusal when there is no such account */
export async function* verifyStore(admin: Administration, address?: string): AsyncGenerator<Verified> {
  if (address !== undefined) {
    yield* verifyAccount(admin, await admin.store.read((tx) => accountAt(tx, address)));
    return;
  }
  for await (const accounts of listAccounts(admin))
    for (const account of accounts) yield* verifyAccount(admin, account);
  for (const tenant of await admin.store.read((tx) => tx.directory.tenants())) {
    const holder = await admin.store.read((tx) => tx.directory.directoryOf(tenant.id));
    if (holder !== undefined) yield* verifyAccount(admin, holder);
  }
}

async function* verifyAccount(admin: Administration, account: Account): AsyncGenerator<Verified> {
  const { collections, faults } = await admin.store.read(async (tx) => {
    const collections = await placesOf(tx, account, NO_COLLECTION, []);
    return { collections, faults: await usageFaults(tx, account, collections) };
  });
  yield { objects: 0, faults };
  for (const place of collections) yield* verifyCollection(admin, place);
  for await (const some of verifyDerived(admin, account)) {
    const faults = some.flatMap(({ collection: { id }, name, reason }): readonly StoredFault[] => {
      const place = collections.find(({ collection }) => collection.id === id);
      return place === undefined ? [] : [{ path: pathOf(place, name), about: 'derived', reason }];
    });
    yield { objects: 0, faults };
  }
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
  const rule = writeRuleOf(catalogue, place.collection);
  let after = '';
  for (;;) {
    const from = after;
    const { objects, faults } = await store.read(async (tx) => {
      const collection = await tx.collections.get(place.collection);
      if (collection === undefined) return { objects: [], faults: [] };
      const objects = await chunkAfter(tx, collection, from);
      return { objects, faults: await objectsFaults(admin, tx, { ...place, collection }, objects, rule) };
    });
    const last = objects.at(-1);
    if (last === undefined) return;
    yield { objects: objects.length, faults };
    after = last.name;
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

/** Of some objects, in their order. */
async function objectsFaults(
  admin: Administration,
  tx: ReadTransaction,
  place: Place,
  objects: readonly StoredObject[],
  rule: WriteRule | undefined,
): Promise<readonly StoredFault[]> {
  const faults: StoredFault[] = [];
  const indexed: IndexedObject[] = [];
  // Sent together: none waits for the answer to another one.
  const withUid = await Promise.all(
    objects.map(({ uid }) => (uid === '' ? [] : tx.objects.namesByUid(place.collection, uid))),
  );
  for (const [at, object] of objects.entries()) {
    faults.push(...(await objectFaults(tx, place, object, withUid[at] ?? [])));
    if (rule === undefined || object.content !== undefined) continue;
    const accepted = await acceptedNow(admin, tx, place, object, rule);
    if (accepted instanceof DavError) {
      faults.push({ path: pathOf(place, object.name), about: 'rule', reason: accepted.message.replace(/\.$/, '') });
    } else indexed.push({ name: object.name, index: accepted.index });
  }
  return [...faults, ...(await indexFaults(tx, place, indexed))];
}

function pathOf({ path }: Place, name: string): string {
  return path + encodePath([name], false).slice(1);
}

/** `withUid` are the names of all objects that have its UID. */
async function objectFaults(
  tx: ReadTransaction,
  place: Place,
  object: StoredObject,
  withUid: readonly string[],
): Promise<readonly StoredFault[]> {
  const { collection } = place;
  const { name, revision } = object;
  const faults: StoredFault[] = [];
  const found = (about: StoredFault['about'], reason: string): void => {
    faults.push({ path: pathOf(place, name), about, reason });
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
  const [first, ...others] = withUid;
  if (first === name && others.length > 0) found('uid', `its UID is also that of ${others.join(', ')}`);
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
    author: undefined,
  };
  try {
    return await rule.accept(write, tx);
  } catch (error) {
    if (error instanceof DavError) return error;
    throw error;
  }
}

/** Whether the index finds each wherever it would be looked for. That it is found too often would only cost time. */
async function indexFaults(
  tx: ReadTransaction,
  place: Place,
  indexed: readonly IndexedObject[],
): Promise<readonly StoredFault[]> {
  if (indexed.length === 0) return [];
  const indexes = new Map(indexed.map(({ name, index }) => [name, index]));
  const faults: StoredFault[] = [];
  for (const { name, component, time, texts } of await tx.index.missed(place.collection, indexed)) {
    const index = indexes.get(name);
    if (index === undefined) continue;
    const reasons: string[] = [];
    if (component !== undefined) reasons.push(`it is indexed as ${component || 'nothing'}, and is ${index.component}`);
    if (time === 'traits') reasons.push('a search by time would not find it on each of its days');
    else if (time !== undefined) reasons.push(`a search around ${timeText(index[time])} would not find it`);
    reasons.push(...texts.map((property) => `a search for its ${property} would not find it`));
    for (const reason of reasons) faults.push({ path: pathOf(place, name), about: 'index', reason });
  }
  return faults;
}

/** `2026-11-22T18:04:05Z` */
function timeText(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
}
