/**
 * LOCK: makes a lock, or refreshes one. What would be locked is held by its rows while that is decided, so that no writer is overtaken.
 * RFC 4918 section 9.10.
 */
import { requireConditions } from '../../dav/conditions.ts';
import { DavError, MembersRefused } from '../../dav/errors.ts';
import { etagOf } from '../../dav/etag.ts';
import {
  conflictsWith,
  howToEnd,
  lockRoot,
  locksCovering,
  locksInForce,
  noConflictingLock,
  refreshMatchesRequestUri,
  requireUnlocked,
  submittedTokens,
} from '../../dav/locks.ts';
import { holdsCollections, isWhereItWas, lockNow, memberCollectionNow, objectNow } from '../../dav/member-now.ts';
import type { Context, DavRequest, DavResponse, Method } from '../../dav/method.ts';
import type { CollectionResource } from '../../dav/resource.ts';
import { inWords } from '../../dav/resource.ts';
import { proposedWrite } from '../../dav/write-rule.ts';
import { xmlBody } from '../../dav/xml-body.ts';
import { parseDepth } from '../../formats/http/headers.ts';
import { parseTimeout } from '../../formats/http/timeout.ts';
import { childOf, elementsOf, type XmlElement } from '../../formats/xml/element.ts';
import { DAV } from '../../formats/xml/name.ts';
import { closeDocument, openDocument, serializeContent } from '../../formats/xml/write.ts';
import {
  type Account,
  type CollectionRecord,
  type LockRecord,
  NO_COLLECTION,
  type ObjectRecord,
} from '../../store/records.ts';
import type { WriteTransaction } from '../../store/store.ts';
import { activeLocks } from './active-locks.ts';
import { isOf, type LockPlace, placeOf, requireLocking, requireLockingNow } from './place.ts';

export const lock: Method = {
  name: 'LOCK',
  spec: 'RFC 4918 section 9.10',
  on: ['collection', 'object', 'unmapped'],
  async handle(request, context) {
    const place = placeOf(request, context);
    requireLocking(place);
    const body = await xmlBody(request, context);
    return body === undefined ? refresh(place, request, context) : grant(place, body, request, context);
  },
};

/** What a client asks for. RFC 4918 section 14.11. */
type Wanted = Pick<LockRecord, 'scope' | 'depth' | 'owner'>;

/** Octets that a client may say about itself: every writer in the account reads them as long as the lock lasts. */
const MOST_OWNER = 1024;

/** @throws DavError 400, 413; HeaderError */
function wantedLock(body: XmlElement, request: DavRequest): Wanted {
  if (body.name !== `{${DAV}}lockinfo`) {
    throw new DavError(400, `the body of LOCK is a {DAV:}lockinfo, not ${body.name}`);
  }
  const scope = childOf(body, `{${DAV}}lockscope`);
  const names = scope === undefined ? [] : elementsOf(scope).map(({ name }) => name);
  const [exclusive, shared] = [names.includes(`{${DAV}}exclusive`), names.includes(`{${DAV}}shared`)];
  const type = childOf(body, `{${DAV}}locktype`);
  if (type === undefined || childOf(type, `{${DAV}}write`) === undefined || exclusive === shared) {
    throw new DavError(400, 'a lock is exclusive or shared, and of type write');
  }
  const depth = parseDepth(request.headers.depth) ?? 'infinity';
  if (depth === 1) throw new DavError(400, 'LOCK works with Depth 0 or infinity');
  const said = childOf(body, `{${DAV}}owner`);
  const owner = said === undefined ? '' : serializeContent(said);
  if (Buffer.byteLength(owner) > MOST_OWNER) {
    throw new DavError(413, `what a client says about itself in {DAV:}owner may take ${MOST_OWNER} octets`);
  }
  return { scope: exclusive ? 'exclusive' : 'shared', depth, owner };
}

/** When a lock ends that is asked for now: what the client wants, or sooner. RFC 4918 section 10.7. */
function expiry({ headers }: DavRequest, { now, limits }: Context): number {
  const wanted = parseTimeout(headers.timeout);
  const most = limits.lockTimeout;
  return now + (typeof wanted === 'number' ? Math.max(1, Math.min(wanted, most)) : most);
}

// --- a new lock ----------------------------------------------------------------------------------------------------------------------

async function grant(place: LockPlace, body: XmlElement, request: DavRequest, context: Context): Promise<DavResponse> {
  const wanted = wantedLock(body, request);
  const { owner, path, parent } = place;
  if (place.resource === undefined && parent !== undefined) requireNameable(parent, place, context);
  const token = `urn:uuid:${context.newName()}`;
  const granted = await context.store.write(context.writes, async (tx) => {
    const now = await held(place, wanted.depth, tx);
    await requireLockingNow(place, context, tx);
    await requireConditions(request, now, context, tx);
    const locks = await compatible(await tx.locks.of(owner.id, context.now), { ...wanted, path }, place, context, tx);
    requireRoom(locks, owner, context);
    if (place.resource === undefined && parent !== undefined) {
      const { name } = place;
      await requireUnlocked(request, context, tx, { what: 'member', in: parent, name });
      if (now === undefined) await makeEmpty(parent, place, context, tx);
    }
    const record: LockRecord = {
      account: owner.id,
      token,
      ...rootOf(place),
      ...wanted,
      path,
      holder: context.user?.id ?? owner.id,
      created: context.now,
      expires: expiry(request, context),
    };
    await tx.locks.add(record);
    return { created: now === undefined, locks: [...locksCovering(locks, path), record] };
  });
  const headers = { 'Lock-Token': `<${token}>` };
  return answer(granted.created ? 201 : 200, granted.locks, place, context, headers);
}

/** Where the row lies: a collection's lock with the collection, any other with the collection in which the name is. */
function rootOf({ resource, parent, name }: LockPlace): Pick<LockRecord, 'collection' | 'name'> {
  if (resource?.shape === 'collection') return { collection: resource.collection.id, name: '' };
  return { collection: parent?.collection.id ?? NO_COLLECTION, name };
}

/**
 * A name can be reserved where a client can store something under it, later; one that ends in a slash where a collection can be made.
 * @throws DavError 403, 409
 */
function requireNameable(parent: CollectionResource, { ofCollection }: LockPlace, { catalogue }: Context): void {
  if (holdsCollections(parent.type, catalogue)) return;
  if (catalogue.writeRule(parent.type) !== undefined) {
    if (!ofCollection) return;
    throw new DavError(409, `a name ending in a slash is a collection's, and ${parent.href} holds none: leave it out`);
  }
  throw new DavError(403, `clients cannot store anything in ${parent.href}, ${inWords(parent.type)}`);
}

/** What is there now, with the rows locked that writers there lock. @throws DavError 404, 409 */
async function held(
  { resource, parent, name }: LockPlace,
  depth: LockRecord['depth'],
  tx: WriteTransaction,
): Promise<ObjectRecord | CollectionRecord | undefined> {
  if (resource?.shape === 'collection') {
    const { collection, href } = resource;
    const now = await (depth === 0 ? tx.collections.lock(collection) : tx.collections.lockTree(collection));
    if (now !== undefined && (await isWhereItWas(resource, now, tx))) return now;
    throw new DavError(404, `there is nothing at ${href} any more`);
  }
  if (parent === undefined) return undefined;
  await lockNow(parent, tx);
  const now = await objectNow(parent, name, tx);
  if (resource !== undefined && now === undefined)
    throw new DavError(404, `there is nothing at ${resource.href} any more`);
  return now;
}

/**
 * The locks that are there beside the one that is asked for. What would exclude it but does not count any more ends here, or it would count
 * again when its holder may write again.
 * @throws PreconditionViolated DAV:no-conflicting-lock; MembersRefused when only something below stands in the way
 */
async function compatible(
  locks: readonly LockRecord[],
  wanted: Pick<LockRecord, 'path' | 'depth' | 'scope'>,
  { owner, resource, parent }: LockPlace,
  { user, catalogue }: Context,
  tx: WriteTransaction,
): Promise<readonly LockRecord[]> {
  const conflicts = conflictsWith(locks, wanted);
  const excluding = [...conflicts.here, ...conflicts.below];
  if (excluding.length === 0) return locks;
  const inForce = new Set(await locksInForce(excluding, owner, catalogue, tx));
  const here = conflicts.here.filter((one) => inForce.has(one));
  if (here.length > 0) {
    const roots = here.map((one) => lockRoot(one, owner));
    const at = resource ?? parent;
    const ending = at === undefined ? '' : howToEnd(here, at, user);
    throw noConflictingLock(`${roots.join(' and ')} is locked already${ending}`, ...roots);
  }
  if (inForce.size > 0) {
    const members = [...inForce].map((one) => {
      const href = lockRoot(one, owner);
      return { href, status: 423, condition: noConflictingLock('', href).condition };
    });
    throw new MembersRefused('members are locked already', [...members, { href: hrefOf(wanted.path), status: 424 }]);
  }
  const ended = new Set(excluding);
  for (const { token } of ended) await tx.locks.remove(owner.id, token);
  return locks.filter((one) => !ended.has(one));

  function hrefOf(path: readonly string[]): string {
    return resource?.href ?? lockRoot({ ...wanted, path, name: '' }, owner);
  }
}

/** Of all the locks that an account may have one guest may hold a tenth, and all guests together half. */
const GUESTS = { one: 1 / 10, all: 1 / 2 };

/** @throws DavError 507 */
function requireRoom(locks: readonly LockRecord[], owner: Account, { user, limits }: Context): void {
  const isGuest = user?.id !== owner.id;
  const most = isGuest ? Math.ceil(limits.locks * GUESTS.one) : limits.locks;
  const guests = locks.filter(({ holder }) => holder !== owner.id);
  if (isGuest && guests.filter(({ holder }) => holder === user?.id).length >= most) {
    throw new DavError(507, `whoever is not its owner holds at most ${most} locks in an account; end some`);
  }
  if (locks.length < limits.locks && (!isGuest || guests.length < Math.ceil(limits.locks * GUESTS.all))) return;
  throw new DavError(507, `there can be ${limits.locks} locks in one account; end some, or let them expire`);
}

const NOTHING = new Uint8Array(0);

/**
 * Where objects of any content are kept an empty one is made. A calendar or address book cannot hold an empty object, and a collection is
 * made by MKCOL: there the lock alone keeps the name, and nothing is listed under it until something is made.
 */
async function makeEmpty(
  parent: CollectionResource,
  { name, ofCollection }: LockPlace,
  context: Context,
  tx: WriteTransaction,
): Promise<void> {
  if ((await memberCollectionNow(parent, name, context, tx)) !== undefined) {
    throw new DavError(409, `a collection was made at ${parent.href}${name} meanwhile; try again`);
  }
  const rule = context.catalogue.writeRule(parent.type);
  if (rule?.large !== true || ofCollection) return;
  const proposed = proposedWrite(
    parent,
    { name, body: { data: NOTHING }, contentType: undefined, previous: undefined },
    { limits: context.limits, author: context.user?.id },
  );
  const accepted = await rule.accept(proposed, tx);
  await tx.objects.put(parent.collection, { name, etag: etagOf(NOTHING), data: NOTHING, ...accepted });
}

// --- refreshing ----------------------------------------------------------------------------------------------------------------------

/** RFC 4918 section 9.10.2. Depth means nothing here. */
async function refresh(place: LockPlace, request: DavRequest, context: Context): Promise<DavResponse> {
  const [token, ...others] = submittedTokens(request);
  if (token === undefined || others.length > 0) {
    throw new DavError(400, 'LOCK without a body refreshes a lock: the If header must give its token, and no other');
  }
  const { owner, path } = place;
  const locks = await context.store.write(context.writes, async (tx) => {
    const now = await current(place, tx);
    await requireLockingNow(place, context, tx);
    const covering = locksCovering(await tx.locks.of(owner.id, context.now), path);
    const lockNamed = covering.find((one) => one.token === token && isOf(one, place));
    if (lockNamed === undefined) throw refreshMatchesRequestUri(`${token} is no lock of ${request.target} (any more)`);
    if (lockNamed.holder !== context.user?.id) throw new DavError(403, 'only who made a lock can refresh it');
    await requireConditions(request, now, context, tx);
    const expires = expiry(request, context);
    await tx.locks.refresh(owner.id, token, expires);
    return covering.map((one) => (one === lockNamed ? { ...one, expires } : one));
  });
  return answer(200, locks, place, context, {});
}

async function current({ resource, parent, name }: LockPlace, tx: WriteTransaction) {
  if (resource?.shape === 'collection') return tx.collections.get(resource.collection);
  return parent === undefined ? undefined : objectNow(parent, name, tx);
}

const PROP = `{${DAV}}prop` as const;

function answer(
  status: 200 | 201,
  locks: readonly LockRecord[],
  { resource, parent }: LockPlace,
  { user, now }: Context,
  headers: Readonly<Record<string, string>>,
): DavResponse {
  const at = resource ?? parent;
  const inside = at === undefined ? '' : activeLocks(locks, at, { user, now });
  return {
    status,
    headers: { 'Content-Type': 'application/xml; charset=utf-8', 'Cache-Control': 'no-cache', ...headers },
    body: `${openDocument(PROP)}<d:lockdiscovery>${inside}</d:lockdiscovery>${closeDocument(PROP)}\n`,
  };
}
