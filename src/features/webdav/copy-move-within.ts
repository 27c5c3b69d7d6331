/**
 * COPY and MOVE within one account: one transaction, all or nothing. Members that stand in the way are named, and then nothing has
 * happened. RFC 4918 section 9.8.5, RFC 4918 section 9.9.4.
 */
import { requireConditions } from '../../dav/conditions.ts';
import { DavError, MembersRefused, type RefusedMember } from '../../dav/errors.ts';
import { memberCollection, segmentsOf, wayTo } from '../../dav/locate.ts';
import { requireUnlocked } from '../../dav/locks.ts';
import { isWhereItWas, lockNow } from '../../dav/member-now.ts';
import { firstPage, nextPage } from '../../dav/member-pages.ts';
import { requirePrivilegesNow } from '../../dav/privilege-now.ts';
import type { CollectionResource, ObjectResource } from '../../dav/resource.ts';
import { encodeSegment } from '../../formats/http/path.ts';
import type { CollectionKey, CollectionRecord, StoredObject } from '../../store/records.ts';
import type { WriteTransaction } from '../../store/store.ts';
import {
  arrival,
  arrivalNeeds,
  type Branches,
  bodyWithin,
  branchesOf,
  comesDeeper,
  departure,
  departureNeeds,
  MOST_REFUSED,
  makeRoom,
  refusedMember,
  requireOverwrite,
  requireRoomFor,
  storeCopy,
  type There,
  type Transfer,
  thereNow,
} from './copy-move-arrival.ts';
import { withoutMark } from './copy-move-mark.ts';

/** Whether it replaced something. */
export async function transferWithin(transfer: Transfer): Promise<boolean> {
  const { source, context } = transfer;
  return context.store.write(context.writes, async (tx) => {
    await lockRows(transfer, tx);
    const parent = await lockNow(transfer.to.parent, tx);
    const there = await thereNow(transfer.to, context, tx);
    if (source.shape === 'object') await transferObject(source, transfer, parent, there, tx);
    else await transferCollection(source, transfer, there, tx);
    return there.object !== undefined || there.collection !== undefined;
  });
}

/** A row to be locked, and how deep it lies. */
interface Row {
  readonly key: CollectionKey;
  readonly level: number;
}

/**
 * Two writes that lock the same rows lock them in the same order: what lies deeper first, as whoever writes there. These are the rows of all
 * that comes, goes or gives way.
 */
async function lockRows({ manner, source, to, depth }: Transfer, tx: WriteTransaction): Promise<void> {
  const single = [to.parent];
  const trees: CollectionResource[] = [];
  if (source.shape === 'object') single.push(source.parent);
  else if (depth === 0) single.push(source);
  else trees.push(source);
  if (manner === 'MOVE' && source.shape === 'collection' && source.parent !== undefined) single.push(source.parent);
  if (to.replaces?.shape === 'collection') trees.push(to.replaces);
  const locked = new Set<number>();
  for (;;) {
    const rows = [...single, ...trees].map((one): Row => ({ key: one.collection, level: segmentsOf(one).length }));
    for (const tree of trees) rows.push(...(await rowsBelow(tree, tx)));
    const missing = rows.filter(({ key }) => !locked.has(key.id));
    if (missing.length === 0) return;
    missing.sort((a, b) => b.level - a.level || a.key.id - b.key.id);
    for (const { key } of missing) {
      if (!locked.has(key.id)) await tx.collections.lock(key);
      locked.add(key.id);
    }
    // Something may have been added to a tree until its rows were locked: it is looked at again.
    if (trees.length === 0) return;
  }
}

async function rowsBelow(tree: CollectionResource, tx: WriteTransaction): Promise<readonly Row[]> {
  const levels = new Map<number, number>([[tree.collection.id, segmentsOf(tree).length]]);
  const { account } = tree.collection;
  let rest = await tx.collections.outline(tree.collection, EVERYTHING);
  const rows: Row[] = [];
  while (rest.length > 0) {
    const later: (typeof rest)[number][] = [];
    for (const one of rest) {
      const above = levels.get(one.parent);
      if (above === undefined) later.push(one);
      else {
        levels.set(one.id, above + 1);
        rows.push({ key: { account, id: one.id }, level: above + 1 });
      }
    }
    if (later.length === rest.length) return rows;
    rest = later;
  }
  return rows;
}

/** No bound: the tree is there, and moves or goes as a whole. */
const EVERYTHING = 2 ** 40;

/** What may stop it, in this order: privileges, conditions, locks. */
async function requireAllowed(
  transfer: Transfer,
  current: StoredObject | CollectionRecord | undefined,
  there: There,
  tx: WriteTransaction,
): Promise<void> {
  const { manner, source, to, request, context } = transfer;
  await requirePrivilegesNow([...departureNeeds(transfer), ...arrivalNeeds(transfer, there)], context, tx);
  await requireConditions(request, current, context, tx);
  if (current === undefined) throw new DavError(404, `there is nothing at ${source.href} any more`);
  requireOverwrite(to, there);
  const leaving = manner === 'MOVE' ? departure(source) : [];
  await requireUnlocked(request, context, tx, ...leaving, ...arrival(to, there));
}

// --- objects -------------------------------------------------------------------------------------------------------------------------

async function transferObject(
  source: ObjectResource,
  transfer: Transfer,
  record: CollectionRecord,
  there: There,
  tx: WriteTransaction,
): Promise<void> {
  const { manner, to, context } = transfer;
  await lockNow(source.parent, tx);
  const object = await tx.objects.read(source.collection, source.object.name);
  await requireAllowed(transfer, object, there, tx);
  if (object === undefined) return;
  const body = await bodyWithin(object, to.parent, context, tx);
  await makeRoom(transfer, there, context, tx);
  if (manner === 'MOVE') await tx.objects.remove(source.collection, object.name);
  const created = manner === 'MOVE' ? object.created : context.now;
  await storeCopy(object, { ...body, created }, to.name, { resource: to.parent, record }, context, tx);
}

// --- collections ---------------------------------------------------------------------------------------------------------------------

async function transferCollection(
  source: CollectionResource,
  transfer: Transfer,
  there: There,
  tx: WriteTransaction,
): Promise<void> {
  const { manner, to, depth, context } = transfer;
  const record = await tx.collections.get(source.collection);
  const now = record !== undefined && (await isWhereItWas(source, record, tx)) ? record : undefined;
  await requireAllowed(transfer, now, there, tx);
  if (now === undefined) return;
  const isMove = manner === 'MOVE';
  const branches: Branches =
    depth === 0 || (isMove && !comesDeeper(source, to)) ? new Map() : await branchesOf(now, to.parent, context, tx);
  if (!isMove || wayTo(source)[0]?.collection.id !== wayTo(to.parent)[0]?.collection.id) {
    const below = depth === 0 ? 0 : await tx.collections.countBelow(now);
    await requireRoomFor(to, there, context, tx, 1 + below);
  }
  await makeRoom(transfer, there, context, tx);
  if (isMove) {
    await tx.collections.move(now, { parent: to.parent.collection.id, name: to.name });
    return;
  }
  const refused = await copyTree({ resource: source, record: now, branches }, transfer, to.parent, to.name, tx);
  if (refused.length > 0) throw new MembersRefused('members cannot be stored there', refused);
}

interface Tree {
  readonly resource: CollectionResource;
  readonly record: CollectionRecord;
  /** As they were before anything was made: the copy may come to lie in the tree. */
  readonly branches: Branches;
}

/** Copies the collection and what is in it; gives back the members that were refused, which undo it all. */
async function copyTree(
  { resource, record, branches }: Tree,
  transfer: Transfer,
  parent: CollectionResource,
  name: string,
  tx: WriteTransaction,
): Promise<readonly RefusedMember[]> {
  const { depth, context } = transfer;
  const { kind } = record;
  const properties = withoutMark(record.properties);
  const made = await tx.collections.add(record.account, { parent: parent.collection.id, name, kind, properties });
  if (depth === 0) return [];
  const target = memberCollection(context.catalogue, parent, made);
  const refused: RefusedMember[] = [...(await copyObjects(resource, target, transfer, tx))];
  for (const branch of branches.get(record.id) ?? []) {
    const below = { resource: memberCollection(context.catalogue, resource, branch), record: branch, branches };
    refused.push(...(await copyTree(below, transfer, target, branch.name, tx)));
    if (refused.length >= MOST_REFUSED) break;
  }
  return refused;
}

async function copyObjects(
  from: CollectionResource,
  target: CollectionResource,
  { context }: Transfer,
  tx: WriteTransaction,
): Promise<readonly RefusedMember[]> {
  const { limits } = context;
  const refused: RefusedMember[] = [];
  let size = firstPage(limits.page);
  for (let after: string | undefined = ''; after !== undefined && refused.length < MOST_REFUSED; ) {
    const page: { readonly after: string; readonly limit: number } = { after, limit: size };
    const objects: readonly StoredObject[] = await tx.objects.readPage(from.collection, page);
    for (const object of objects) {
      try {
        const body = await bodyWithin(object, target, context, tx);
        await storeCopy(object, body, object.name, { resource: target, record: target.collection }, context, tx);
      } catch (error) {
        refused.push(refusedMember(error, from.href + encodeSegment(object.name)));
      }
    }
    after = objects.length < size ? undefined : objects.at(-1)?.name;
    size = nextPage(objects, limits.page);
  }
  return refused;
}
