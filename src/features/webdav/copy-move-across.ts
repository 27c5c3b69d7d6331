/**
 * COPY and MOVE of one object between two accounts: it is copied, then taken away if it is still the same. RFC 4918 section 9.8.3,
 * RFC 4918 section 9.9.2.
 */
import { requireUnlocked } from '../../dav/locks.ts';
import { lockNow } from '../../dav/member-now.ts';
import { requirePrivilegeNow, requirePrivilegesNow } from '../../dav/privilege-now.ts';
import type { ObjectResource } from '../../dav/resource.ts';
import type { StoredObject } from '../../store/records.ts';
import type { WriteTransaction } from '../../store/store.ts';
import { collectionAcross } from './copy-move-across-tree.ts';
import {
  arrival,
  arrivalNeeds,
  departure,
  makeRoom,
  requireOverwrite,
  storeCopy,
  type Transfer,
  thereNow,
} from './copy-move-arrival.ts';
import { abandonBody, type Body, bodyAcross } from './copy-move-content.ts';
import { keepsChanging, ROUNDS, requireSourceAllows, stateOf } from './copy-move-source.ts';

/** Whether it replaced something. */
export function transferAcross(transfer: Transfer): Promise<boolean> {
  const { source } = transfer;
  return source.shape === 'object' ? objectAcross(source, transfer) : collectionAcross(source, transfer);
}

async function objectAcross(source: ObjectResource, transfer: Transfer): Promise<boolean> {
  const { manner, to, context } = transfer;
  const { store, writes } = context;
  let first: Arrived | undefined;
  let last: Arrived | undefined;
  for (let round = 0; round < ROUNDS; round += 1) {
    const object = await store.read(async (tx) => {
      const now = await tx.objects.read(source.collection, source.object.name);
      // What this request has changed itself is no reason to stop.
      if (round === 0) await requireSourceAllows(transfer, now, tx);
      return now;
    });
    if (object === undefined) break;
    const body = await bodyAcross(object, to.parent, context);
    const before = last;
    let isTaken = false;
    try {
      last = await store.write(writes, (tx) => objectArrives(object, body, transfer, before, tx));
      isTaken = last.isNew;
    } finally {
      if (!isTaken) await abandonBody(body, to.parent, context);
    }
    first ??= last;
    if (manner === 'COPY') return first.replaced;
    if (await store.write(writes, (tx) => objectLeaves(object, source, transfer, tx))) return first.replaced;
  }
  throw keepsChanging(transfer);
}

/** How an object has come. */
interface Arrived {
  readonly replaced: boolean;
  /** False where the same was there already. */
  readonly isNew: boolean;
  /** What is there now. */
  readonly state: string;
}

/**
 * With Overwrite F only what this request has put there gives way to a later version; the copy that another has left behind, who broke off,
 * is told from somebody's own by nothing. With Overwrite T what is the same is left alone.
 */
async function objectArrives(
  object: StoredObject,
  body: Body,
  transfer: Transfer,
  before: Arrived | undefined,
  tx: WriteTransaction,
): Promise<Arrived> {
  const { manner, to, request, context } = transfer;
  // What lies deeper is locked first.
  if (to.replaces?.shape === 'collection') await tx.collections.lockTree(to.replaces.collection);
  const record = await lockNow(to.parent, tx);
  const there = await thereNow(to, context, tx);
  await requirePrivilegesNow(arrivalNeeds(transfer, there), context, tx);
  const state = there.object === undefined ? undefined : stateOf(there.object);
  if (state === undefined || state !== before?.state) requireOverwrite(to, there);
  if (manner === 'MOVE' && state === stateOf(object)) return { replaced: true, isNew: false, state };
  await requireUnlocked(request, context, tx, ...arrival(to, there));
  await makeRoom(transfer, there, context, tx);
  const stored = await storeCopy(object, body, to.name, { resource: to.parent, record }, context, tx);
  const replaced = there.object !== undefined || there.collection !== undefined;
  return { replaced, isNew: true, state: stateOf(stored) };
}

/** False when it was changed since it was copied, and so stays. */
async function objectLeaves(
  object: StoredObject,
  source: ObjectResource,
  { request, context }: Transfer,
  tx: WriteTransaction,
): Promise<boolean> {
  await tx.collections.lock(source.collection);
  await requirePrivilegeNow(source, '{DAV:}unbind', context, tx);
  await requireUnlocked(request, context, tx, ...departure(source));
  const now = await tx.objects.get(source.collection, object.name);
  if (now !== undefined && stateOf(now) !== stateOf(object)) return false;
  await tx.objects.remove(source.collection, object.name);
  return true;
}
