/**
 * The objects of one collection on their way to its copy in another account: page by page, each page in a transaction of its own. What
 * somebody has made or changed in the copy meanwhile is neither overwritten nor removed. RFC 4918 section 9.8.3.
 */
import type { RefusedMember } from '../../dav/errors.ts';
import { etagOf } from '../../dav/etag.ts';
import { requireUnlocked } from '../../dav/locks.ts';
import { holdsCollections, lockNow } from '../../dav/member-now.ts';
import { firstPage, nextPage, othersTurn } from '../../dav/member-pages.ts';
import { requirePrivilegeNow } from '../../dav/privilege-now.ts';
import type { CollectionResource } from '../../dav/resource.ts';
import { encodeSegment } from '../../formats/http/path.ts';
import type { CollectionId, ObjectRecord, StoredObject } from '../../store/records.ts';
import type { WriteTransaction } from '../../store/store.ts';
import { MOST_REFUSED, refusedMember, storeCopy, type Transfer } from './copy-move-arrival.ts';
import { abandonBody, type Body, bodyAcross } from './copy-move-content.ts';
import { stateOf } from './copy-move-source.ts';

/** A collection of the source with its copy. */
interface Pair {
  readonly from: CollectionResource;
  readonly target: CollectionResource;
}

/** An object of the source as it was copied, and what was stored of it. */
interface Copied {
  readonly from: string;
  readonly as: string;
}

/** What one walk through the source has found and done. */
export interface Walk {
  readonly pairs: Pair[];
  /** The revisions from which on changes are not copied. */
  readonly revisions: Map<CollectionId, number>;
  readonly refused: RefusedMember[];
  /** What this request has put into each copy, in this walk and those before, by name. */
  readonly copied: Map<CollectionId, Map<string, Copied>>;
}

/** Copies them, and takes back what this request has copied before and the source has no more. What is refused is noted in the walk. */
export async function copyObjects(pair: Pair, walk: Walk, transfer: Transfer): Promise<void> {
  const { from, target } = pair;
  const { store, writes, limits } = transfer.context;
  const copied = walk.copied.get(target.collection.id) ?? new Map<string, Copied>();
  walk.copied.set(target.collection.id, copied);
  const present = new Set<string>();
  let size = firstPage(limits.page);
  for (let after: string | undefined = ''; after !== undefined; ) {
    const page: { readonly after: string; readonly limit: number } = { after, limit: size };
    const objects: readonly StoredObject[] = await store.read((tx) => tx.objects.readPage(from.collection, page));
    for (const { name } of objects) present.add(name);
    walk.refused.push(...(await copyPage(objects, pair, copied, transfer)));
    if (walk.refused.length >= MOST_REFUSED) return;
    after = objects.length < size ? undefined : objects.at(-1)?.name;
    size = nextPage(objects, limits.page);
    await othersTurn();
  }
  // What this request has copied and the source has no more would be there twice after a MOVE, once too often.
  const gone = [...copied.keys()].filter((name) => !present.has(name));
  if (gone.length === 0) return;
  await store.write(writes, async (tx) => {
    await lockNow(target, tx);
    for (const now of await tx.objects.getAll(target.collection, gone)) {
      if (copied.get(now.name)?.as === stateOf(now)) await tx.objects.remove(target.collection, now.name);
    }
  });
  for (const name of gone) copied.delete(name);
}

/** Copies the objects; gives back those that were refused. */
async function copyPage(
  objects: readonly StoredObject[],
  pair: Pair,
  copied: Map<string, Copied>,
  transfer: Transfer,
): Promise<readonly RefusedMember[]> {
  const { from, target } = pair;
  const { context } = transfer;
  const there = await thereOf(objects, target, context);
  const bodies = new Map<StoredObject, Body>();
  const stored = new Map<string, string>();
  const refused: RefusedMember[] = [];
  try {
    for (const object of objects) {
      const known = there.get(object.name);
      if (known !== undefined && isCopyOf(known, object, copied)) continue;
      try {
        bodies.set(object, await bodyAcross(object, target, context));
      } catch (error) {
        refused.push(refusedMember(error, from.href + encodeSegment(object.name)));
      }
    }
    if (bodies.size === 0) return refused;
    const { store, writes } = context;
    const page = await store.write(writes, (tx) => pageArrives(bodies, pair, copied, transfer, tx));
    for (const [name, state] of page.stored) stored.set(name, state);
    for (const object of bodies.keys()) {
      const state = stored.get(object.name);
      if (state !== undefined) copied.set(object.name, { from: stateOf(object), as: state });
    }
    return [...refused, ...page.refused];
  } finally {
    for (const [{ name }, body] of bodies) if (!stored.has(name)) await abandonBody(body, target, context);
  }
}

/** Whether it is the same, or what this request has made of the same. */
function isCopyOf(there: ObjectRecord, object: ObjectRecord, copied: ReadonlyMap<string, Copied> | undefined): boolean {
  const [as, from] = [stateOf(there), stateOf(object)];
  const own = copied?.get(object.name);
  return as === from || (own?.from === from && own.as === as);
}

/** Whether an earlier request has made it of the same, whose bytes change on their way. If not, somebody has changed it. */
function isMadeOf(there: ObjectRecord, object: StoredObject, { data, content }: Body): boolean {
  return content === undefined && data !== object.data && there.etag === etagOf(data);
}

/** What the copy has under the names of these objects. */
async function thereOf(
  objects: readonly ObjectRecord[],
  target: CollectionResource,
  { store }: Transfer['context'],
): Promise<ReadonlyMap<string, ObjectRecord>> {
  const names = objects.map(({ name }) => name);
  const there = await store.read((tx) => tx.objects.getAll(target.collection, names));
  return new Map(there.map((one) => [one.name, one]));
}

/** What came of a page. */
interface Page {
  /** What is stored under each name. */
  readonly stored: ReadonlyMap<string, string>;
  readonly refused: readonly RefusedMember[];
}

async function pageArrives(
  bodies: ReadonlyMap<StoredObject, Body>,
  { from, target }: Pair,
  copied: ReadonlyMap<string, Copied>,
  { request, context }: Transfer,
  tx: WriteTransaction,
): Promise<Page> {
  const record = await lockNow(target, tx);
  await requirePrivilegeNow(target, '{DAV:}bind', context, tx);
  const names = [...bodies.keys()].map(({ name }) => name);
  const there = new Map((await tx.objects.getAll(record, names)).map((one) => [one.name, one]));
  const mayHold = holdsCollections(target.type, context.catalogue);
  const stored = new Map<string, string>();
  const refused: RefusedMember[] = [];
  for (const [object, body] of bodies) {
    const { name } = object;
    const known = there.get(name);
    const isTaken = mayHold && (await tx.collections.child(record.account, record.id, name)) !== undefined;
    if (isTaken) refused.push({ href: from.href + encodeSegment(name), status: 409 });
    else if (known !== undefined && copied.get(name)?.as !== stateOf(known)) {
      if (!isMadeOf(known, object, body)) refused.push({ href: target.href + encodeSegment(name), status: 412 });
    } else {
      try {
        await requireUnlocked(request, context, tx, { what: 'member', in: target, name });
        const recipient = { resource: target, record };
        stored.set(name, stateOf(await storeCopy(object, body, name, recipient, context, tx)));
      } catch (error) {
        refused.push(refusedMember(error, from.href + encodeSegment(name)));
      }
    }
  }
  return { stored, refused };
}

/** Of a collection that must stay because of what is in it: the objects that the copy has too. */
export async function objectsLeave(
  { from, target }: Pair,
  copied: ReadonlyMap<string, Copied> | undefined,
  { request, context }: Transfer,
): Promise<void> {
  const { store, writes, limits } = context;
  for (let after: string | undefined = ''; after !== undefined; ) {
    const page: { readonly after: string; readonly limit: number } = { after, limit: limits.page };
    const objects: readonly ObjectRecord[] = await store.read((tx) => tx.objects.page(from.collection, page));
    const names = objects.map(({ name }) => name);
    const there = await thereOf(objects, target, context);
    await store.write(writes, async (tx) => {
      await tx.collections.lock(from.collection);
      await requirePrivilegeNow(from, '{DAV:}unbind', context, tx);
      for (const now of await tx.objects.getAll(from.collection, names)) {
        const copy = there.get(now.name);
        if (copy === undefined || !isCopyOf(copy, now, copied)) continue;
        await requireUnlocked(request, context, tx, { what: 'member', in: from, name: now.name });
        await tx.objects.remove(from.collection, now.name);
      }
    });
    after = objects.length < limits.page ? undefined : objects.at(-1)?.name;
  }
}
