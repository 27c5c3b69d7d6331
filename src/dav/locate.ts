/**
 * URL to resource, in the current user's eyes. What the user may not see is not found, in the same way as what does not exist.
 */
import { encodePath, encodeSegment, type SplitPath } from '../formats/http/path.ts';
import { type Account, accountId, type CollectionRecord, type ObjectRecord, tenantId } from '../store/records.ts';
import type { ReadTransaction } from '../store/store.ts';
import { type Horizon, holdsPrincipal, horizonOf, mayKnow } from './acquaintance.ts';
import type { Catalogue } from './catalogue.ts';
import type { Home, Subprincipal } from './feature.ts';
import type { Viewer } from './method.ts';
import { type Target, targetsOf } from './mounts.ts';
import { ALL, atMost, type PrivilegeSet, privilegesOn, READING, type Relation } from './privilege.ts';
import { relationTo } from './relation.ts';
import type {
  CollectionResource,
  ObjectResource,
  PrincipalResource,
  Resource,
  ResourceType,
  ServiceResource,
} from './resource.ts';

export type Located =
  | { readonly found: true; readonly resource: Resource }
  /** Nothing is there; `parent` is the collection in which `name` could be made, if there is one. */
  | { readonly found: false; readonly parent: Resource | undefined; readonly name: string };

/** Kinds that the kernel itself looks up; the features that stand behind them declare them under these names. */
export const ROOT_KIND = 'root';
export const PRINCIPALS_KIND = 'principal-collection';
export const PRINCIPALS_SEGMENT = 'principals';

/** The kind of resource type of a principal. */
export function principalKind(account: Account): string {
  return account.kind === 'group' ? 'group-principal' : 'principal';
}

const NOWHERE: Located = { found: false, parent: undefined, name: '' };

/** Finds what the path names; an object with its bytes if they will be wanted. */
export async function locate(path: SplitPath, viewer: Viewer, tx: ReadTransaction, bytes = false): Promise<Located> {
  const { user, catalogue } = viewer;
  const [first, who, ...rest] = path.segments;
  if (first === undefined) return found(service(catalogue, ROOT_KIND, '/'));
  if (first === PRINCIPALS_SEGMENT) {
    if (who === undefined) return found(service(catalogue, PRINCIPALS_KIND, `/${PRINCIPALS_SEGMENT}/`));
    const principal = await locatePrincipal(who, rest, viewer, tx);
    return principal === undefined ? NOWHERE : found(principal);
  }
  const home = catalogue.homes.get(first);
  if (home === undefined) return NOWHERE;
  if (who === undefined) return found(homeRoot(home, catalogue));
  if (user === undefined) return NOWHERE;
  const owner = (await ownerOf(who, user, tx)) ?? nobody(who);
  return inHome({ home, owner, rest }, { user, catalogue }, tx, bytes);
}

/** A path in the home of an account. */
interface PathInHome {
  readonly home: Home;
  readonly owner: Account;
  readonly rest: readonly string[];
}

async function inHome(
  { home, owner, rest }: PathInHome,
  viewer: Viewer & { readonly user: Account },
  tx: ReadTransaction,
  bytes: boolean,
): Promise<Located> {
  const { user, catalogue } = viewer;
  const relation = await relationTo(owner, user, catalogue, tx);
  if (isStranger(relation)) return NOWHERE;
  const chain = await tx.collections.along(owner.id, [home.segment, ...rest]);
  const last = chain.at(-1);
  const mount = last?.target === undefined ? undefined : last;
  const lies = collectionAlong(catalogue, owner, mount === undefined ? chain : chain.slice(0, -1), relation);
  if (lies === undefined || lies.privileges.size === 0) return NOWHERE;
  const collection = mount === undefined ? lies : (await memberCollections(lies, [mount], viewer, tx))[0];
  if (collection === undefined) {
    // It leads nowhere: nothing is there, and the name is kept.
    return rest.length === chain.length - 1 ? { found: false, parent: lies, name: mount?.name ?? '' } : NOWHERE;
  }
  const missing = rest.slice(chain.length - 1);
  const name = missing[0];
  if (name === undefined) return found(collection);
  if (missing.length > 1) return NOWHERE;
  if (collection.type.members !== undefined) {
    const { collection: record } = collection;
    const object = bytes ? await tx.objects.read(record, name) : await tx.objects.get(record, name);
    if (object !== undefined) return found(objectResource(collection, object));
  }
  return { found: false, parent: collection, name };
}

/** Who holds nothing anywhere in the account is not told by the time it takes whether there is one. */
function isStranger(relation: Relation): boolean {
  return relation.kind === 'granted' && relation.grants.length === 0 && relation.delegated.length === 0;
}

/**
 * Stands in for the account that an address has not: what it has and to whom it gives it is asked of the store as of any other, and the
 * answer comes when it would have come.
 */
function nobody(address: string): Account {
  return {
    ...{
      id: accountId(Number.MAX_SAFE_INTEGER),
      tenant: tenantId(0),
      kind: 'individual',
      address: address.toLowerCase(),
    },
    ...{ aliases: [], displayName: '', disabled: true, passwordHash: undefined, credentialEpoch: 0, created: 0 },
  };
}

function found(resource: Resource): Located {
  return { found: true, resource };
}

async function ownerOf(who: string, user: Account, tx: ReadTransaction): Promise<Account | undefined> {
  const address = who.toLowerCase();
  if (user.address === address || user.aliases.includes(address)) return user;
  return tx.directory.accountByAddress(address);
}

async function locatePrincipal(
  who: string,
  rest: readonly string[],
  { user, catalogue }: Viewer,
  tx: ReadTransaction,
): Promise<PrincipalResource | undefined> {
  if (user === undefined) return undefined;
  const known = await ownerOf(who, user, tx);
  // One's own is found without a look at who else there is.
  const horizon = known?.id === user.id ? undefined : await horizonOf(user, tx);
  const principal =
    horizon === undefined
      ? principalResource(user, true, catalogue)
      : await visiblePrincipal(known ?? nobody(who), horizon, catalogue, tx);
  if (known === undefined) return undefined;
  const [segment, ...more] = rest;
  if (principal === undefined || segment === undefined) return principal;
  const below = more.length > 0 ? undefined : catalogue.subprincipals.get(segment);
  if (below === undefined || known.kind === 'group') return undefined;
  const one = subprincipal(principal, below);
  if (horizon === undefined || holdsPrincipal(horizon, known)) return one;
  const delegates = await tx.directory.delegatesOf(known.id);
  const { principals } = horizon.subject;
  return delegates.some(({ delegate, access }) => access === below.access && principals.has(delegate))
    ? one
    : undefined;
}

/** The principal as the user may see it; undefined when the user may not. */
export async function visiblePrincipal(
  account: Account,
  horizon: Horizon,
  catalogue: Catalogue,
  tx: ReadTransaction,
): Promise<PrincipalResource | undefined> {
  if (!(await mayKnow(horizon, account, tx))) return undefined;
  return principalResource(account, holdsPrincipal(horizon, account), catalogue);
}

// --- making resources ----------------------------------------------------------------------------------------------------------------

/** `/principals/user@example.com/` */
export function principalHref(account: Account): string {
  return encodePath([PRINCIPALS_SEGMENT, account.address], true);
}

/** `/calendars/user@example.com/` for the segment `calendars`. */
export function homeHref(segment: string, account: Account): string {
  return encodePath([segment, account.address], true);
}

/** A collection of the service itself, which everybody reads. */
export function service(catalogue: Catalogue, kind: string, href: string): ServiceResource {
  const privileges = catalogue.privileges.closure(READING);
  return { shape: 'service', type: shaped(catalogue.type(kind), 'service'), href, privileges };
}

/** The collection in which the homes of one sort lie. */
export function homeRoot(home: Home, catalogue: Catalogue): ServiceResource {
  const privileges = catalogue.privileges.closure(READING);
  return { shape: 'service', type: home.root, href: encodePath([home.segment], true), privileges };
}

/** The principal of an account that the user may know of. Whoever holds it may do everything with it, and others read it. */
export function principalResource(owner: Account, isHeld: boolean, catalogue: Catalogue): PrincipalResource {
  const type = shaped(catalogue.type(principalKind(owner)), 'principal');
  const privileges = catalogue.privileges.closure(isHeld ? ALL : READING);
  return { shape: 'principal', type, href: principalHref(owner), privileges, owner };
}

/** One of those below an account's principal. */
export function subprincipal(principal: PrincipalResource, { segment, type }: Subprincipal): PrincipalResource {
  return { ...principal, type, href: `${principal.href}${encodeSegment(segment)}/` };
}

/** The last collection of a chain that begins with a home, each in the one before. */
export function collectionAlong(
  catalogue: Catalogue,
  owner: Account,
  chain: readonly CollectionRecord[],
  relation: Relation,
): CollectionResource | undefined {
  let last: CollectionResource | undefined;
  for (const record of chain) last = last === undefined ? home(record) : memberCollection(catalogue, last, record);
  return last;

  function home(record: CollectionRecord): CollectionResource {
    const privileges = privilegesOn(relation, record.name, [record], catalogue.privileges);
    const href = homeHref(record.name, owner);
    const type = shaped(catalogue.type(record.kind), 'collection');
    return { shape: 'collection', type, href, privileges, owner, collection: record, relation, parent: undefined };
  }
}

/** The resource of an object in a collection. @throws RangeError when the collection's type holds no objects */
export function objectResource(parent: CollectionResource, object: ObjectRecord): ObjectResource {
  const type = parent.type.members;
  if (type === undefined) throw new RangeError(`${parent.type.kind} holds no objects`);
  const { privileges, owner, collection } = parent;
  const href = parent.href + encodeSegment(object.name);
  return { shape: 'object', type, href, privileges, owner, collection, object, parent };
}

/** The resource of a member collection. What is held on its parent is held on it, and perhaps more. */
export function memberCollection(
  catalogue: Catalogue,
  parent: CollectionResource,
  collection: CollectionRecord,
): CollectionResource {
  const { owner, relation } = parent;
  const href = `${parent.href}${encodeSegment(collection.name)}/`;
  const type = shaped(catalogue.type(collection.kind), 'collection');
  const privileges = atMost(privilegesBelow(parent, collection, catalogue), type, catalogue.privileges);
  return { shape: 'collection', type, href, privileges, owner, collection, relation, parent };
}

function privilegesBelow(
  { relation, privileges }: CollectionResource,
  { id }: CollectionRecord,
  catalogue: Catalogue,
): PrivilegeSet {
  if (relation.kind === 'everything') return privileges;
  const own = relation.grants.filter(({ collection }) => collection.id === id);
  if (own.length === 0) return privileges;
  return catalogue.privileges.closure([...privileges, ...own.flatMap((grant) => grant.privileges)]);
}

/** The member collections of these rows, in their order; without mounts that lead nowhere the user may look. */
export async function memberCollections(
  parent: CollectionResource,
  records: readonly CollectionRecord[],
  { user, catalogue }: Viewer,
  tx: ReadTransaction,
): Promise<readonly CollectionResource[]> {
  const mounts = records.filter(({ target }) => target !== undefined);
  if (mounts.length === 0) return records.map((record) => memberCollection(catalogue, parent, record));
  // A home says to nobody what lies in it who may not read it, however open that is elsewhere.
  const isRead = user !== undefined && parent.privileges.has('{DAV:}read');
  const targets = isRead ? await targetsOf(mounts, user, catalogue, tx) : undefined;
  return records.flatMap((record) => {
    if (record.target === undefined) return [memberCollection(catalogue, parent, record)];
    const mounted = mountedCollection(catalogue, parent, record, targets?.get(record.id));
    return mounted === undefined ? [] : [mounted];
  });
}

function mountedCollection(
  catalogue: Catalogue,
  parent: CollectionResource,
  record: CollectionRecord,
  target: Target | undefined,
): CollectionResource | undefined {
  if (target === undefined) return undefined;
  const found = collectionAlong(catalogue, target.owner, target.way, target.relation);
  if (found === undefined || found.privileges.size === 0) return undefined;
  return { ...found, href: `${parent.href}${encodeSegment(record.name)}/`, mount: { record, in: parent } };
}

/** The collections from the home to this one. */
export function wayTo(collection: CollectionResource): readonly CollectionResource[] {
  return collection.parent === undefined ? [collection] : [...wayTo(collection.parent), collection];
}

/** The path segments below the account: `['calendars', 'default', 'a.ics']`. */
export function segmentsOf(resource: CollectionResource | ObjectResource): readonly string[] {
  if (resource.shape === 'object') return [...segmentsOf(resource.parent), resource.object.name];
  const { parent, collection } = resource;
  return parent === undefined ? [collection.name] : [...segmentsOf(parent), collection.name];
}

/** The type, known to be of that shape. @throws RangeError when a feature declares the kind in another shape */
function shaped<S extends ResourceType['shape']>(type: ResourceType, shape: S): ResourceType<S> {
  if (type.shape !== shape) throw new RangeError(`${type.kind} is not of shape ${shape}`);
  return type as ResourceType<S>;
}
