/**
 * COPY and MOVE of collections between two accounts: copies in short transactions, page by page, none of which touches both accounts; a MOVE
 * then takes away what was copied, if it is still the same.
 *
 * A collection in the making is marked, so that a request that was broken off goes on where it stopped when it is repeated. What others
 * have made or changed in it meanwhile stays, whatever Overwrite says: such a member is refused with 412. Since nothing here is all or
 * nothing, a collection that holds anything is never replaced, nor is a file by a collection: it would be gone before its replacement has
 * come. RFC 4918 section 9.8.3, RFC 4918 section 9.9.2.
 */
import { requireRoomInHome } from '../../dav/create-collection.ts';
import { DavError, MembersRefused } from '../../dav/errors.ts';
import { memberCollection } from '../../dav/locate.ts';
import { requireUnlocked } from '../../dav/locks.ts';
import { isWhereItWas, lockNow } from '../../dav/member-now.ts';
import { type MemberPage, memberPage } from '../../dav/members.ts';
import { requirePrivilegeNow, requirePrivilegesNow, requireUnbindNow } from '../../dav/privilege-now.ts';
import type { CollectionResource } from '../../dav/resource.ts';
import { encodeSegment } from '../../formats/http/path.ts';
import { type CollectionId, type CollectionRecord, NO_COLLECTION } from '../../store/records.ts';
import type { ReadTransaction, WriteTransaction } from '../../store/store.ts';
import { copyObjects, objectsLeave, type Walk } from './copy-move-across-objects.ts';
import {
  arrival,
  arrivalNeeds,
  branchesOf,
  departure,
  isOwn,
  MOST_REFUSED,
  makeRoom,
  refusedMember,
  requireOverwrite,
  requireRoomFor,
  type There,
  type Transfer,
  thereNow,
} from './copy-move-arrival.ts';
import { haveSameProperties, isAsMade, isCopyInTheMaking, marked, withoutMark } from './copy-move-mark.ts';
import { keepsChanging, ROUNDS, requireSourceAllows } from './copy-move-source.ts';

/** Whether it replaced something. */
export async function collectionAcross(source: CollectionResource, transfer: Transfer): Promise<boolean> {
  const { manner, depth, context } = transfer;
  const { store, writes } = context;
  let arrived: Arrived | undefined;
  const copied: Walk['copied'] = new Map();
  for (let round = 0; round < ROUNDS; round += 1) {
    const walk: Walk = { pairs: [], revisions: new Map(), refused: [], copied };
    const now = await store.read((tx) => sourceNow(source, transfer, round, tx));
    if (now === undefined) break;
    const before = arrived;
    arrived = await store.write(writes, (tx) => collectionArrives(now, transfer, before, tx));
    const { root, replaced, isRefused } = arrived;
    if (isRefused) walk.refused.push({ href: root.href, status: 412 });
    if (depth === 0) return replaced;
    await copyBelow(source, root, walk, transfer);
    const isDone = manner === 'COPY' ? walk.refused.length === 0 : await departs(source, now, walk, transfer);
    if (isDone) await store.write(writes, (tx) => complete(root, walk, transfer, tx));
    if (walk.refused.length > 0) throw new MembersRefused('members cannot be stored there', walk.refused);
    if (isDone) return replaced;
  }
  throw keepsChanging(transfer);
}

/** What this request has changed itself is no reason to stop in later rounds. */
async function sourceNow(
  source: CollectionResource,
  transfer: Transfer,
  round: number,
  tx: ReadTransaction,
): Promise<CollectionRecord | undefined> {
  const { to, depth, context } = transfer;
  const record = await tx.collections.get(source.collection);
  const now = record !== undefined && (await isWhereItWas(source, record, tx)) ? record : undefined;
  if (round === 0) await requireSourceAllows(transfer, now, tx);
  if (now !== undefined && depth !== 0) await branchesOf(now, to.parent, context, tx);
  return now;
}

/** From here on these are collections like others. */
async function complete(
  root: CollectionResource,
  { pairs }: Walk,
  { context: { limits } }: Transfer,
  tx: WriteTransaction,
): Promise<void> {
  const now = await tx.collections.lockTree(root.collection);
  if (now === undefined) return;
  const copies = new Set(pairs.map(({ target }) => target.collection.id));
  for (const one of [now, ...(await tx.collections.below(now, limits.collections))]) {
    const properties = withoutMark(one.properties);
    if (copies.has(one.id) && properties !== one.properties) await tx.collections.setProperties(one, properties);
  }
}

/** The collection that the copy fills. */
interface Arrived {
  readonly root: CollectionResource;
  readonly replaced: boolean;
  /** It has properties that somebody else has given it, and not those of the source. */
  readonly isRefused: boolean;
}

/** Makes the collection that the copy fills, or finds the one that this request, or one that was broken off, has begun. */
async function collectionArrives(
  now: CollectionRecord,
  transfer: Transfer,
  before: Arrived | undefined,
  tx: WriteTransaction,
): Promise<Arrived> {
  const { to, depth, request, context } = transfer;
  // What lies deeper is locked first.
  if (to.replaces?.shape === 'collection') await tx.collections.lockTree(to.replaces.collection);
  const parent = await lockNow(to.parent, tx);
  const there = await thereNow(to, context, tx);
  await requirePrivilegesNow(arrivalNeeds(transfer, there), context, tx);
  if (before === undefined) await requireUnlocked(request, context, tx, ...arrival(to, there));
  const found = there.collection;
  if (found !== undefined && isCopyInTheMaking(found.collection.properties, now, context)) {
    const isRefused = !(await follows(found, now, transfer, tx));
    return { root: found, replaced: before?.replaced ?? false, isRefused };
  }
  requireOverwrite(to, there);
  await requireNothingThere(to, there, tx);
  await requireRoomFor(to, there, context, tx);
  await makeRoom(transfer, there, context, tx);
  const properties = depth === 0 ? withoutMark(now.properties) : marked(now.properties, now, context);
  const { kind } = now;
  const made = await tx.collections.add(parent.account, { parent: parent.id, name: to.name, kind, properties });
  const root = memberCollection(context.catalogue, to.parent, made);
  return { root, replaced: found !== undefined, isRefused: false };
}

/** @throws DavError 403 */
async function requireNothingThere(
  { parent, name }: Transfer['to'],
  { object, collection }: There,
  tx: ReadTransaction,
): Promise<void> {
  if (collection === undefined && object === undefined) return;
  if (collection !== undefined) {
    const objects = await tx.collections.countObjects(collection.collection);
    if (objects === 0 && (await tx.collections.countBelow(collection.collection)) === 0) return;
  }
  const href = collection?.href ?? parent.href + encodeSegment(name);
  throw new DavError(
    403,
    `a collection from another account takes the place of nothing but an empty one: remove ${href} first, or choose another name`,
  );
}

/**
 * Gives a copy the properties of the collection of which it is one. False when they differ and the copy is not this source's, or somebody
 * has changed its properties: they stay.
 */
async function follows(
  at: CollectionResource,
  source: CollectionRecord,
  { request, context }: Transfer,
  tx: WriteTransaction,
): Promise<boolean> {
  const { properties } = at.collection;
  if (haveSameProperties(properties, source.properties)) return true;
  if (!isCopyInTheMaking(properties, source, context) || !isAsMade(properties)) return false;
  await requireUnlocked(request, context, tx, { what: 'content', at });
  await tx.collections.setProperties(at.collection, marked(source.properties, source, context));
  return true;
}

async function copyBelow(
  from: CollectionResource,
  target: CollectionResource,
  walk: Walk,
  transfer: Transfer,
): Promise<void> {
  const { store, writes, catalogue } = transfer.context;
  const now = await store.read((tx) => tx.collections.get(from.collection));
  if (now === undefined) return;
  walk.pairs.push({ from, target });
  // Whatever is changed from here on raises it.
  walk.revisions.set(now.id, now.revision);
  await copyObjects({ from, target }, walk, transfer);
  for (let after: CollectionId | undefined = NO_COLLECTION; after !== undefined; ) {
    const last: CollectionId = after;
    const { members, next }: MemberPage<CollectionResource> = await store.read((tx) =>
      memberPage(from, transfer.context, tx, last),
    );
    for (const member of members) {
      if (member.mount !== undefined) continue;
      const made = await store
        .write(writes, (tx) => memberArrives(member.collection, target, transfer, tx))
        .catch((error: unknown) => refusedMember(error, member.href));
      if ('href' in made) walk.refused.push(made);
      else await copyBelow(member, memberCollection(catalogue, target, made), walk, transfer);
      if (walk.refused.length >= MOST_REFUSED) return;
    }
    after = next;
  }
}

/** The copy of a member collection. @throws DavError 409 when something else has its name, 412 when somebody has changed its properties */
async function memberArrives(
  member: CollectionRecord,
  target: CollectionResource,
  transfer: Transfer,
  tx: WriteTransaction,
): Promise<CollectionRecord> {
  const { request, context } = transfer;
  const { account, id } = await lockNow(target, tx);
  await requirePrivilegeNow(target, '{DAV:}bind', context, tx);
  const { name, kind } = member;
  const there = await thereNow({ parent: target, name, replaces: undefined, mayOverwrite: false }, context, tx);
  const known = there.collection;
  if (there.object !== undefined || (known !== undefined && known.collection.kind !== kind)) {
    throw new DavError(409, `something else is at ${target.href}${name}`);
  }
  if (known !== undefined) {
    if (await follows(known, member, transfer, tx)) return known.collection;
    throw new DavError(412, `somebody has changed the properties of ${known.href}`);
  }
  await requireUnlocked(request, context, tx, { what: 'member', in: target, name });
  const properties = marked(member.properties, member, context);
  const made = await tx.collections.add(account, { parent: id, name, kind, properties });
  await requireRoomInHome(target, context, tx);
  return made;
}

// --- leaving the source --------------------------------------------------------------------------------------------------------------

/** Takes away what was copied. True when nothing is left; false when something was changed meanwhile, or was refused and so stays. */
async function departs(
  source: CollectionResource,
  copied: CollectionRecord,
  walk: Walk,
  transfer: Transfer,
): Promise<boolean> {
  const { store, writes } = transfer.context;
  if (walk.refused.length === 0) return store.write(writes, (tx) => treeLeaves(source, copied, walk, transfer, tx));
  for (const pair of walk.pairs) await objectsLeave(pair, walk.copied.get(pair.target.collection.id), transfer);
  return false;
}

async function treeLeaves(
  source: CollectionResource,
  copied: CollectionRecord,
  { revisions }: Walk,
  { request, context }: Transfer,
  tx: WriteTransaction,
): Promise<boolean> {
  const now = await tx.collections.lockTree(source.collection);
  if (source.parent !== undefined) await tx.collections.lock(source.parent.collection);
  if (now === undefined) return true;
  await requireUnbindNow(source, context, tx);
  await requireUnlocked(request, context, tx, ...departure(source));
  const below = await tx.collections.below(now, context.limits.collections);
  const isUnchanged = [now, ...below.filter(isOwn)].every(({ id, revision }) => revisions.get(id) === revision);
  if (!isUnchanged || !(await isWhereItWas(source, now, tx))) return false;
  if (!haveSameProperties(now.properties, copied.properties)) return false;
  await tx.collections.remove(now);
  return true;
}
