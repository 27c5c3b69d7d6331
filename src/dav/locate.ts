/**
 * URL to resource, in the current user's eyes. What the user may not see is not found, in the same way as what does not exist.
 */
import { encodePath, encodeSegment, type SplitPath } from '../formats/http/path.ts';
import { type Account, type CollectionRecord, NO_COLLECTION, type ObjectRecord } from '../store/records.ts';
import type { ReadTransaction } from '../store/store.ts';
import type { Catalogue } from './catalogue.ts';
import type { Home } from './feature.ts';
import { type Standing, standingIn } from './privilege.ts';
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
export async function locate(
  path: SplitPath,
  user: Account | undefined,
  catalogue: Catalogue,
  tx: ReadTransaction,
  bytes = false,
): Promise<Located> {
  const [first, who, ...rest] = path.segments;
  if (first === undefined) return found(service(catalogue, ROOT_KIND, '/'));
  if (first === PRINCIPALS_SEGMENT) {
    if (who === undefined) return found(service(catalogue, PRINCIPALS_KIND, `/${PRINCIPALS_SEGMENT}/`));
    if (rest.length > 0) return NOWHERE;
    const principal = await visiblePrincipal(who, user, catalogue, tx);
    return principal === undefined ? NOWHERE : found(principal);
  }
  const home = catalogue.homes.get(first);
  if (home === undefined) return NOWHERE;
  if (who === undefined) return found(homeRoot(home));
  const owner = await ownerOf(who, user, tx);
  if (owner === undefined || user === undefined) return NOWHERE;
  return inHome(home, owner, rest, user, catalogue, tx, bytes);
}

async function inHome(
  home: Home,
  owner: Account,
  rest: readonly string[],
  user: Account,
  catalogue: Catalogue,
  tx: ReadTransaction,
  bytes: boolean,
): Promise<Located> {
  const chain = await tx.collections.along(owner.id, [home.segment, ...rest]);
  const last = chain.at(-1);
  if (last === undefined) return NOWHERE;
  const grants = owner.id === user.id ? [] : await tx.grants.between(owner.id, [user.id]);
  const names = chain.map((collection) => collection.name);
  const standing = standingIn(user, owner, last, grants);
  if (standing === 'none') return NOWHERE;
  const collection = collectionResource(catalogue, owner, last, pathOf(owner, names), standing);
  const missing = rest.slice(chain.length - 1);
  const name = missing[0];
  if (name === undefined) return found(collection);
  if (missing.length > 1) return NOWHERE;
  if (collection.type.members !== undefined) {
    const object = bytes ? await tx.objects.read(last, name) : await tx.objects.get(last, name);
    if (object !== undefined) return found(objectResource(collection, object));
  }
  return { found: false, parent: collection, name };
}

function found(resource: Resource): Located {
  return { found: true, resource };
}

async function ownerOf(who: string, user: Account | undefined, tx: ReadTransaction): Promise<Account | undefined> {
  const address = who.toLowerCase();
  if (user !== undefined && (user.address === address || user.aliases.includes(address))) return user;
  return tx.directory.accountByAddress(address);
}

/** Oneself, one's groups, and whoever has granted one something. */
async function visiblePrincipal(
  who: string,
  user: Account | undefined,
  catalogue: Catalogue,
  tx: ReadTransaction,
): Promise<PrincipalResource | undefined> {
  const owner = await ownerOf(who, user, tx);
  if (owner === undefined || user === undefined) return undefined;
  if (owner.id === user.id) return principalResource(catalogue, owner, 'owner');
  const groups = await tx.directory.groupsOf(user.id);
  const visible = groups.includes(owner.id) || (await tx.grants.between(owner.id, [user.id])).length > 0;
  return visible ? principalResource(catalogue, owner, 'read') : undefined;
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

function pathOf(owner: Account, names: readonly string[]): string {
  const [segment = '', ...rest] = names;
  return encodePath([segment, owner.address, ...rest], true);
}

function service(catalogue: Catalogue, kind: string, href: string): ServiceResource {
  return { shape: 'service', type: shaped(catalogue.type(kind), 'service'), href, standing: 'visitor' };
}

function homeRoot(home: Home): ServiceResource {
  return { shape: 'service', type: home.root, href: encodePath([home.segment], true), standing: 'visitor' };
}

function principalResource(catalogue: Catalogue, owner: Account, standing: Standing): PrincipalResource {
  const type = shaped(catalogue.type(principalKind(owner)), 'principal');
  return { shape: 'principal', type, href: principalHref(owner), standing, owner };
}

function collectionResource(
  catalogue: Catalogue,
  owner: Account,
  collection: CollectionRecord,
  href: string,
  standing: Standing,
): CollectionResource {
  const type = shaped(catalogue.type(collection.kind), 'collection');
  return { shape: 'collection', type, href, standing, owner, collection };
}

/** The resource of an object in a collection. @throws RangeError when the collection's type holds no objects */
export function objectResource(parent: CollectionResource, object: ObjectRecord): ObjectResource {
  const type = parent.type.members;
  if (type === undefined) throw new RangeError(`${parent.type.kind} holds no objects`);
  const { standing, owner, collection } = parent;
  return { shape: 'object', type, href: parent.href + encodeSegment(object.name), standing, owner, collection, object };
}

/** The collection in which an object lies. */
export function parentOf(object: ObjectResource, catalogue: Catalogue): CollectionResource {
  const href = object.href.slice(0, object.href.lastIndexOf('/') + 1);
  return collectionResource(catalogue, object.owner, object.collection, href, object.standing);
}

/** The resource of a member collection; the standing of its parent's owner is the owner's everywhere below. */
export function memberCollection(
  catalogue: Catalogue,
  parent: CollectionResource,
  collection: CollectionRecord,
): CollectionResource {
  const href = `${parent.href}${encodeSegment(collection.name)}/`;
  return collectionResource(catalogue, parent.owner, collection, href, parent.standing);
}

/** The type, known to be of that shape. @throws RangeError when a feature declares the kind in another shape */
function shaped<S extends ResourceType['shape']>(type: ResourceType, shape: S): ResourceType<S> {
  if (type.shape !== shape) throw new RangeError(`${type.kind} is not of shape ${shape}`);
  return type as ResourceType<S>;
}

/** Member resources that are not stored objects: what the service's own collections and homes list. */
export async function memberCollectionsOf(
  resource: Resource,
  user: Account | undefined,
  catalogue: Catalogue,
  tx: ReadTransaction,
): Promise<readonly Resource[]> {
  if (resource.shape === 'collection') {
    const records = await tx.collections.in(resource.owner.id, resource.collection.id);
    return records.map((record) => memberCollection(catalogue, resource, record));
  }
  if (resource.shape !== 'service' || user === undefined) return [];
  if (resource.type.kind === ROOT_KIND) {
    const roots = [...catalogue.homes.values()].map(homeRoot);
    return [service(catalogue, PRINCIPALS_KIND, `/${PRINCIPALS_SEGMENT}/`), ...roots];
  }
  if (resource.type.kind === PRINCIPALS_KIND) {
    const groups = await tx.directory.accounts(await tx.directory.groupsOf(user.id));
    return [
      principalResource(catalogue, user, 'owner'),
      ...groups.map((group) => principalResource(catalogue, group, 'read')),
    ];
  }
  const home = [...catalogue.homes.values()].find((candidate) => candidate.root.kind === resource.type.kind);
  if (home === undefined) return [];
  const record = (await tx.collections.in(user.id, NO_COLLECTION)).find((one) => one.name === home.segment);
  if (record === undefined) return [];
  return [collectionResource(catalogue, user, record, homeHref(home.segment, user), 'owner')];
}
