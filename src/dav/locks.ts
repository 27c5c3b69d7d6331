/**
 * What write locks cover, which of them exclude one another, and who may write all the same. The rows say who locked which path; that a
 * lock covers this or that is decided here and nowhere else. RFC 4918 section 6, RFC 4918 section 7.
 */
import { type IfHeader, parseIf } from '../formats/http/headers.ts';
import { encodePath } from '../formats/http/path.ts';
import { element } from '../formats/xml/element.ts';
import { DAV } from '../formats/xml/name.ts';
import type { Account, AccountId, LockRecord } from '../store/records.ts';
import type { ReadTransaction } from '../store/store.ts';
import type { Catalogue } from './catalogue.ts';
import { MembersRefused, precondition } from './errors.ts';
import { segmentsOf, wayTo } from './locate.ts';
import type { Context, DavRequest } from './method.ts';
import { type PrivilegeSet, privilegesOn, type Relation } from './privilege.ts';
import { relationTo } from './relation.ts';
import type { CollectionResource, ObjectResource } from './resource.ts';

const hrefElements = (...hrefs: readonly string[]) => hrefs.map((href) => element(`{${DAV}}href`, href));

/** The request changes what is locked, and gives no token of its user's lock. */
export const lockTokenSubmitted = precondition<readonly string[]>(
  `{${DAV}}lock-token-submitted`,
  423,
  'RFC 4918 section 16',
  hrefElements,
);

/** A lock that is there excludes the one that is asked for. */
export const noConflictingLock = precondition<readonly string[]>(
  `{${DAV}}no-conflicting-lock`,
  423,
  'RFC 4918 section 16',
  hrefElements,
);

/** UNLOCK names a lock that does not cover the URL, or does not exist. */
export const lockTokenMatchesRequestUri = precondition(
  `{${DAV}}lock-token-matches-request-uri`,
  409,
  'RFC 4918 section 16',
);

/** The same of a lock to be refreshed. */
export const refreshMatchesRequestUri = precondition(
  `{${DAV}}lock-token-matches-request-uri`,
  412,
  'RFC 4918 section 9.10.6',
);

// --- coverage ------------------------------------------------------------------------------------------------------------------------

/** Path segments below an account. */
type Path = readonly string[];

/** Whether the path is this one, or lies below it. */
export function isWithin(path: Path, top: Path): boolean {
  return path.length >= top.length && top.every((segment, at) => segment === path[at]);
}

/** Whether the lock is of the resource at the path, directly or through a collection around it. RFC 4918 section 6.1. */
export function covers({ path: root, depth }: Pick<LockRecord, 'path' | 'depth'>, path: Path): boolean {
  return (depth === 'infinity' || path.length === root.length) && isWithin(path, root);
}

/** The locks of the resource at the path. */
export function locksCovering(locks: readonly LockRecord[], path: Path): readonly LockRecord[] {
  return locks.filter((lock) => covers(lock, path));
}

/** Locks that exclude a new one. RFC 4918 section 9.10.5. */
interface Conflicts {
  /** Those of the very resource that would be locked. */
  readonly here: readonly LockRecord[];
  /** Those of something below it. */
  readonly below: readonly LockRecord[];
}

/** Which locks exclude a lock like this: shared ones exclude exclusive ones only. */
export function conflictsWith(
  locks: readonly LockRecord[],
  wanted: Pick<LockRecord, 'path' | 'depth' | 'scope'>,
): Conflicts {
  const excluding = locks.filter(({ scope }) => scope === 'exclusive' || wanted.scope === 'exclusive');
  const here = excluding.filter((lock) => covers(lock, wanted.path));
  const below = excluding.filter((lock) => covers(wanted, lock.path) && !here.includes(lock));
  return { here, below };
}

/** The URL of the lock root as it stands in answers. */
export function lockRoot(
  { path: [home = '', ...rest], name }: Pick<LockRecord, 'path' | 'name'>,
  { address }: Account,
): string {
  return encodePath([home, address, ...rest], name === '');
}

// --- whose locks count ---------------------------------------------------------------------------------------------------------------

/**
 * Those of the locks that count: a lock ends with the right to make it, so that a guest who was shown the door shuts nobody out. Locks of
 * the owner always count, and cost nothing. To be asked only about locks that stand in the way: it takes some queries for each holder, and
 * one for each lock.
 */
export async function locksInForce(
  locks: readonly LockRecord[],
  owner: Account,
  catalogue: Catalogue,
  tx: ReadTransaction,
): Promise<readonly LockRecord[]> {
  const holders = new Set(locks.flatMap(({ holder }) => (holder === owner.id ? [] : [holder])));
  if (holders.size === 0) return locks;
  const relations = new Map<AccountId, Relation>();
  for (const holder of await tx.directory.accounts([...holders])) {
    if (!holder.disabled) relations.set(holder.id, await relationTo(owner, holder, catalogue, tx));
  }
  const inForce: LockRecord[] = [];
  for (const lock of locks) {
    const relation = relations.get(lock.holder);
    if (lock.holder === owner.id) inForce.push(lock);
    else if (relation !== undefined && (await canLock(relation, lock, owner, catalogue, tx))) inForce.push(lock);
  }
  return inForce;
}

/** What is there needs `DAV:write-content`, a name that is kept `DAV:bind`: RFC 3744 section 3. Here either will do. */
async function canLock(
  relation: Relation,
  { path }: LockRecord,
  owner: Account,
  { privileges }: Catalogue,
  tx: ReadTransaction,
): Promise<boolean> {
  if (relation.kind === 'everything') return true;
  const held = privilegesOn(relation, path[0] ?? '', await tx.collections.along(owner.id, path), privileges);
  return held.has('{DAV:}write-content') || held.has('{DAV:}bind');
}

/** What the user holds on the root of a lock that covers the resource; of one below it, what the user holds on the resource. */
function privilegesAtRoot({ path }: LockRecord, at: CollectionResource | ObjectResource): PrivilegeSet {
  const way = wayTo(at.shape === 'object' ? at.parent : at);
  return (way[Math.min(path.length, way.length) - 1] ?? at).privileges;
}

/** Whether the user can end the lock: who made it can, and who holds `DAV:unlock` on its root. RFC 3744 section 3.5. */
export function canEnd(
  lock: LockRecord,
  at: CollectionResource | ObjectResource,
  user: Pick<Account, 'id'> | undefined,
): boolean {
  return lock.holder === user?.id || privilegesAtRoot(lock, at).has('{DAV:}unlock');
}

/**
 * How whoever can end the locks does it, as the rest of a sentence; empty for others. A name that is kept and has nothing yet answers no
 * PROPFIND, so that this is where its token can be learnt.
 */
export function howToEnd(
  locks: readonly LockRecord[],
  at: CollectionResource | ObjectResource,
  user: Pick<Account, 'id'> | undefined,
): string {
  return locks
    .filter((lock) => canEnd(lock, at, user))
    .map((lock) => `; to end it, UNLOCK ${lockRoot(lock, at.owner)} with Lock-Token: <${lock.token}>`)
    .join('');
}

// --- who may write -------------------------------------------------------------------------------------------------------------------

/** What a request changes, as locks see it. RFC 4918 section 7.4. */
export type Touch =
  /** The bytes, properties or access control of that resource. */
  | { readonly what: 'content'; readonly at: CollectionResource | ObjectResource }
  /** A member of that name appears or goes. */
  | { readonly what: 'member'; readonly in: CollectionResource; readonly name: string }
  /** The collection, with everything below it. */
  | { readonly what: 'tree'; readonly at: CollectionResource };

/** Tokens in the If header, wherever they stand and whether or not their lists hold. RFC 4918 section 10.4.1. */
export function submittedTokens({ headers }: DavRequest): ReadonlySet<string> {
  const lists: IfHeader = headers.if === undefined ? [] : parseIf(headers.if);
  const conditions = lists.flatMap((list) => list.conditions);
  return new Set(conditions.flatMap((one) => (one.kind === 'token' ? [one.token] : [])));
}

/** What stands in the way. */
interface Obstacles {
  /** Locks of what the request is about. */
  readonly here: readonly LockRecord[];
  /** Locks of members below it. */
  readonly below: readonly LockRecord[];
}

/**
 * The locks that forbid a change: of each resource that is touched, all of its locks if none of them `passes`. Several may have shared
 * locks of one resource, and each of them may write.
 */
function obstacles(
  locks: readonly LockRecord[],
  touches: readonly Touch[],
  passes: (lock: LockRecord) => boolean,
): Obstacles {
  const barring = (path: Path): readonly LockRecord[] => {
    const covering = locksCovering(locks, path);
    return covering.some(passes) ? [] : covering;
  };
  const here = new Set<LockRecord>();
  const below = new Set<LockRecord>();
  for (const touch of touches) {
    const top = segmentsOf(touch.what === 'member' ? touch.in : touch.at);
    for (const lock of barring(top)) here.add(lock);
    if (touch.what === 'member') for (const lock of barring([...top, touch.name])) here.add(lock);
    if (touch.what !== 'tree') continue;
    for (const { path } of locks) {
      if (path.length > top.length && isWithin(path, top)) for (const lock of barring(path)) below.add(lock);
    }
  }
  return { here: [...here], below: [...below].filter((lock) => !here.has(lock)) };
}

/**
 * Asks, in the transaction that writes, whether locks let the request change these resources of one account: who made a lock may, and must
 * show the token. Costs one query, which usually finds nothing. RFC 4918 section 7.5, RFC 4918 section 6.4.
 *
 * @throws PreconditionViolated DAV:lock-token-submitted
 * @throws MembersRefused where only members of a tree are locked
 */
export async function requireUnlocked(
  request: DavRequest,
  { writes, user, catalogue }: Pick<Context, 'writes' | 'user' | 'catalogue'>,
  tx: ReadTransaction,
  ...touches: readonly Touch[]
): Promise<void> {
  const [first] = touches;
  if (first === undefined) return;
  const at = first.what === 'member' ? first.in : first.at;
  const { owner } = at;
  const locks = await tx.locks.of(owner.id, writes.at);
  if (locks.length === 0) return;
  const tokens = submittedTokens(request);
  const barring = obstacles(locks, touches, ({ token, holder }) => holder === user?.id && tokens.has(token));
  const here = await locksInForce(barring.here, owner, catalogue, tx);
  if (here.length > 0) {
    const roots = here.map((lock) => lockRoot(lock, owner));
    const reason = `${roots.join(' and ')} is locked, and the request gives no token of your lock`;
    throw lockTokenSubmitted(reason + howToEnd(here, at, user), ...roots);
  }
  const below = await locksInForce(barring.below, owner, catalogue, tx);
  if (below.length === 0) return;
  const members = below.map((lock) => {
    const href = lockRoot(lock, owner);
    return { href, status: 423, condition: lockTokenSubmitted('', href).condition };
  });
  throw new MembersRefused('members are locked, and the request gives no tokens of your locks', members);
}
