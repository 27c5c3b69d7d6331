/**
 * What COPY and MOVE have in common at the destination, whether it lies in the same account or in another: what is there gives way, and
 * what comes is stored by the write rule. RFC 4918 section 9.8.4, RFC 4918 section 9.9.3.
 */
import { DavError, MembersRefused, PreconditionViolated, type RefusedMember } from '../../dav/errors.ts';
import { etagOf } from '../../dav/etag.ts';
import { memberCollection, segmentsOf, wayTo } from '../../dav/locate.ts';
import type { Touch } from '../../dav/locks.ts';
import { memberCollectionNow, objectNow } from '../../dav/member-now.ts';
import type { Context, DavRequest } from '../../dav/method.ts';
import { requireShallow } from '../../dav/nesting.ts';
import { type Need, unbindNeeds } from '../../dav/privilege-now.ts';
import { type CollectionResource, inWords, type ObjectResource } from '../../dav/resource.ts';
import { writeRuleOf } from '../../dav/store-object.ts';
import { proposedWrite } from '../../dav/write-rule.ts';
import { encodeSegment } from '../../formats/http/path.ts';
import type { CollectionRecord, ObjectRecord, StoredObject } from '../../store/records.ts';
import type { ReadTransaction, WriteTransaction } from '../../store/store.ts';
import { type Body, tooLarge } from './copy-move-content.ts';
import { type Destination, overwriteForbidden } from './destination.ts';

/** One COPY or MOVE. */
export interface Transfer {
  readonly manner: 'COPY' | 'MOVE';
  readonly source: CollectionResource | ObjectResource;
  readonly to: Destination;
  readonly depth: 0 | 'infinity';
  readonly request: DavRequest;
  readonly context: Context;
}

/** The name of the source in its collection. */
function nameOf(resource: CollectionResource | ObjectResource): string {
  return resource.shape === 'object' ? resource.object.name : resource.collection.name;
}

/** What is touched where something leaves. */
export function departure(source: CollectionResource | ObjectResource): readonly Touch[] {
  const { parent } = source;
  const itself: readonly Touch[] = parent === undefined ? [] : [{ what: 'member', in: parent, name: nameOf(source) }];
  return source.shape === 'object' ? itself : [...itself, { what: 'tree', at: source }];
}

// --- what is there -------------------------------------------------------------------------------------------------------------------

/** What lies at the destination when it is written. */
export interface There {
  readonly object: ObjectRecord | undefined;
  readonly collection: CollectionResource | undefined;
}

/** Looks there, in the transaction that writes. */
export async function thereNow({ parent, name }: Destination, context: Context, tx: ReadTransaction): Promise<There> {
  const object = await objectNow(parent, name, tx);
  const record = object === undefined ? await memberCollectionNow(parent, name, context, tx) : undefined;
  if (record?.target !== undefined)
    throw new DavError(409, `${parent.href}${name}/ has come to be listed here meanwhile`);
  const collection = record === undefined ? undefined : memberCollection(context.catalogue, parent, record);
  return { object, collection };
}

/** What the user needs at the source. RFC 3744 section 3, and its Appendix B. */
export function departureNeeds({ manner, source }: Transfer): readonly Need[] {
  const read: Need = [source, '{DAV:}read'];
  if (manner === 'COPY') return [read];
  return source.shape === 'object' ? [read, [source, '{DAV:}unbind']] : [read, ...unbindNeeds(source)];
}

/** What the user needs at the destination. */
export function arrivalNeeds({ manner, source, to: { parent } }: Transfer, there: There): readonly Need[] {
  const isChanged = manner === 'COPY' && source.shape === 'object' && there.object !== undefined;
  if (isChanged) {
    return [
      [parent, '{DAV:}write-content'],
      [parent, '{DAV:}write-properties'],
    ];
  }
  const bind: Need = [parent, '{DAV:}bind'];
  const replaces = there.object !== undefined || there.collection !== undefined;
  return replaces ? [bind, [parent, '{DAV:}unbind']] : [bind];
}

/** What is touched at the destination. */
export function arrival({ parent, name }: Destination, { collection }: There): readonly Touch[] {
  const itself: Touch = { what: 'member', in: parent, name };
  return collection === undefined ? [itself] : [itself, { what: 'tree', at: collection }];
}

/** @throws ConditionNotMet 412: RFC 4918 section 10.6 */
export function requireOverwrite({ parent, name, mayOverwrite }: Destination, { object, collection }: There): void {
  if (mayOverwrite || (object === undefined && collection === undefined)) return;
  throw overwriteForbidden(collection?.href ?? parent.href + encodeSegment(name));
}

/** @throws DavError 403 for what stays */
export function requireReplaceable({ type, collection, href }: CollectionResource, { catalogue }: Context): void {
  const kept = catalogue.keeps(type)?.onDelete(collection.name) === 'empty';
  const creatable = catalogue.creatable.find((one) => one.type.kind === type.kind);
  if (!kept && creatable !== undefined && creatable.only === undefined) return;
  throw new DavError(403, `${href}, ${inWords(type)}, cannot be replaced`);
}

/** Takes away what an arriving object, or collection, cannot just be stored over. @throws DavError 409 */
export async function makeRoom(
  { source, to }: Pick<Transfer, 'source' | 'to'>,
  { object, collection }: There,
  context: Context,
  tx: WriteTransaction,
): Promise<void> {
  if (object !== undefined && source.shape === 'collection') await tx.objects.remove(to.parent.collection, object.name);
  if (collection === undefined) return;
  // Another may have moved away what was found there, and made this.
  if (to.replaces?.shape !== 'collection' || to.replaces.collection.id !== collection.collection.id) {
    throw new DavError(409, 'something else was made at the destination meanwhile; try again');
  }
  requireReplaceable(collection, context);
  await tx.collections.remove(collection.collection);
}

/** So many collections more below the home, at whatever depth. @throws DavError 507 when there are too many */
export async function requireRoomFor(
  { parent }: Destination,
  there: There,
  { limits }: Context,
  tx: ReadTransaction,
  coming = 1,
): Promise<void> {
  const [home = parent] = wayTo(parent);
  const collections = await tx.collections.countBelow(home.collection);
  const going = there.collection === undefined ? 0 : 1 + (await tx.collections.countBelow(there.collection.collection));
  if (collections - going + coming > limits.collections) {
    throw new DavError(507, `one home holds ${limits.collections} collections`);
  }
}

// --- trees ---------------------------------------------------------------------------------------------------------------------------

/** The collections below one, by the collection in which they lie, without those that are only listed there. */
export type Branches = ReadonlyMap<number, readonly CollectionRecord[]>;

/** @throws DavError 403 when they are too many to be copied, or would lie too deep */
export async function branchesOf(
  root: CollectionRecord,
  into: CollectionResource,
  { limits }: Context,
  tx: ReadTransaction,
): Promise<Branches> {
  const below = await tx.collections.below(root, limits.collections);
  if (below.length > limits.collections) {
    throw new DavError(403, `more than ${limits.collections} collections cannot be copied, or moved down, at once`);
  }
  const branches = Map.groupBy(below.filter(isOwn), ({ parent }) => Number(parent));
  requireShallow(into, heightOf(root, branches));
  return branches;
}

/** What is only listed in a tree is not copied with it, and goes off the list with it. */
export function isOwn({ target }: CollectionRecord): boolean {
  return target === undefined;
}

function heightOf({ id }: CollectionRecord, branches: Branches): number {
  return 1 + Math.max(0, ...(branches.get(id) ?? []).map((one) => heightOf(one, branches)));
}

/** Whether a tree that is moved comes to lie deeper. */
export function comesDeeper(source: CollectionResource, { parent }: Destination): boolean {
  return segmentsOf(parent).length >= segmentsOf(source).length;
}

// --- objects -------------------------------------------------------------------------------------------------------------------------

/** A collection that takes objects, its row locked. */
interface Recipient {
  readonly resource: CollectionResource;
  readonly record: CollectionRecord;
}

/** What an object brings within its account: its large content is linked, not copied. */
export async function bodyWithin(
  object: StoredObject,
  into: CollectionResource,
  context: Context,
  tx: ReadTransaction,
): Promise<Body> {
  if (object.content === undefined) return { data: object.data };
  const { content: id, size } = object;
  const rule = writeRuleOf(into, context);
  if (rule.large === true) return { data: object.data, content: { id, size } };
  if (size > rule.maxSize(context.limits)) throw tooLarge(rule, size, into);
  const pieces = await tx.contents.pieces(object.collection.account, id, 0, Number.MAX_SAFE_INTEGER);
  return { data: Buffer.concat(pieces) };
}

/**
 * Stores an object that comes from elsewhere as that name, over whatever object has the name. That one counts as deleted first, so its UID
 * binds nothing; its locks hold on: RFC 4918 section 7.6.
 * @throws PreconditionViolated
 */
export async function storeCopy(
  object: StoredObject,
  body: Body,
  name: string,
  { resource, record }: Recipient,
  context: Context,
  tx: WriteTransaction,
): Promise<ObjectRecord> {
  const rule = writeRuleOf(resource, context);
  const proposed = proposedWrite(
    { ...resource, collection: record },
    { name, body, contentType: undefined, previous: undefined },
    { limits: context.limits, author: undefined },
  );
  const { uid, index, properties } = await rule.accept(proposed, tx);
  // What refers to something of its account has been changed on its way to another.
  const etag = body.content === undefined && body.data !== object.data ? etagOf(body.data) : object.etag;
  return tx.objects.put(record, {
    name,
    uid,
    etag,
    ...body,
    index,
    properties: { ...object.properties, ...properties },
  });
}

// --- members that are refused --------------------------------------------------------------------------------------------------------

/** Members that one answer tells of. */
export const MOST_REFUSED = 100;

/** The refusal of one member, for its own reason; other errors go on. */
export function refusedMember(error: unknown, href: string): RefusedMember {
  // Locks of members and conditions are errors of their own kind; what is no refusal is a fault.
  if (!(error instanceof DavError) || error instanceof MembersRefused) throw error;
  const condition = error instanceof PreconditionViolated ? error.condition : undefined;
  return { href, status: error.status, condition };
}
