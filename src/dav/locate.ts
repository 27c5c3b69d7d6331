/**
 * URL to resource, in the current user's eyes. What the user may not see is not found, in the same way as what does not exist.
 */
import { encodePath, encodeSegment, type SplitPath } from '../formats/http/path.ts';
import {
  type Account,
  accountId,
  type CollectionId,
  type CollectionRecord,
  NO_COLLECTION,
  type ObjectRecord,
  tenantId,
} from '../store/records.ts';
import type { ReadTransaction } from '../store/store.ts';
import { acquainted } from './acquaintance.ts';
import type { Catalogue } from './catalogue.ts';
import type { Home, Subprincipal } from './feature.ts';
import { COLLECTIONS } from './member-pages.ts';
import { ALL, type PrivilegeSet, privilegesOn, READING, type Relation } from './privilege.ts';
import { domainOf, relationTo, subjectOf } from './relation.ts';
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
    const principal = await locatePrincipal(who, rest, user, catalogue, tx);
    return principal === undefined ? NOWHERE : found(principal);
  }
  const home = catalogue.homes.get(first);
  if (home === undefined) return NOWHERE;
  if (who === undefined) return found(homeRoot(home, catalogue));
  if (user === undefined) return NOWHERE;
  return inHome(home, (await ownerOf(who, user, tx)) ?? nobody(who), rest, user, catalogue, tx, bytes);
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
  const relation = await relationTo(owner, user, catalogue, tx);
  if (isStranger(relation)) return NOWHERE;
  const chain = await tx.collections.along(owner.id, [home.segment, ...rest]);
  const collection = collectionAlong(catalogue, owner, chain, relation);
  if (collection === undefined || collection.privileges.size === 0) return NOWHERE;
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
  user: Account | undefined,
  catalogue: Catalogue,
  tx: ReadTransaction,
): Promise<PrincipalResource | undefined> {
  if (user === undefined) return undefined;
  const known = await ownerOf(who, user, tx);
  const owner = known ?? nobody(who);
  const principal = await visiblePrincipal(owner, user, catalogue, tx);
  if (known === undefined) return undefined;
  const [segment, ...more] = rest;
  if (principal === undefined || segment === undefined) return principal;
  const below = more.length > 0 ? undefined : catalogue.subprincipals.get(segment);
  if (below === undefined || owner.kind === 'group') return undefined;
  const one = subprincipal(principal, below);
  if (holdsEverything(one, catalogue)) return one;
  const { principals } = await subjectOf(user, tx);
  const delegates = await tx.directory.delegatesOf(owner.id);
  return delegates.some(({ delegate, access }) => access === below.access && principals.has(delegate))
    ? one
    : undefined;
}

/** The principal as the user may see it; undefined when the user may not. Administrators of its domain hold everything on it. */
export async function visiblePrincipal(
  owner: Account,
  user: Account,
  catalogue: Catalogue,
  tx: ReadTransaction,
): Promise<PrincipalResource | undefined> {
  if (owner.id === user.id) return principalResource(catalogue, owner, ALL);
  const subject = await subjectOf(user, tx);
  const administrators = await tx.directory.administratorsOf(domainOf(owner));
  if (administrators.some((one) => subject.principals.has(one))) return principalResource(catalogue, owner, ALL);
  return (await acquainted(subject, owner, tx)) ? principalResource(catalogue, owner, READING) : undefined;
}

function holdsEverything({ privileges }: Resource, catalogue: Catalogue): boolean {
  return privileges === catalogue.privileges.closure(ALL);
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

function service(catalogue: Catalogue, kind: string, href: string): ServiceResource {
  const privileges = catalogue.privileges.closure(READING);
  return { shape: 'service', type: shaped(catalogue.type(kind), 'service'), href, privileges };
}

function homeRoot(home: Home, catalogue: Catalogue): ServiceResource {
  const privileges = catalogue.privileges.closure(READING);
  return { shape: 'service', type: home.root, href: encodePath([home.segment], true), privileges };
}

function principalResource(catalogue: Catalogue, owner: Account, granted: typeof READING): PrincipalResource {
  const type = shaped(catalogue.type(principalKind(owner)), 'principal');
  return {
    shape: 'principal',
    type,
    href: principalHref(owner),
    privileges: catalogue.privileges.closure(granted),
    owner,
  };
}

function subprincipal(principal: PrincipalResource, { segment, type }: Subprincipal): PrincipalResource {
  return { ...principal, type, href: `${principal.href}${encodeSegment(segment)}/` };
}

/** The last collection of a chain that begins with a home, each in the one before. */
function collectionAlong(
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
  const privileges = privilegesBelow(parent, collection, catalogue);
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

/** The collections right below a home of an account on which the user holds something. Four queries more where it is not the user's own. */
export async function membersOfHome(
  segment: string,
  owner: Account,
  user: Account,
  catalogue: Catalogue,
  tx: ReadTransaction,
): Promise<readonly CollectionResource[]> {
  const chain = await tx.collections.along(owner.id, [segment]);
  const home = collectionAlong(catalogue, owner, chain, await relationTo(owner, user, catalogue, tx));
  if (home === undefined) return [];
  const visible: CollectionResource[] = [];
  for (let after: CollectionId | undefined = NO_COLLECTION; after !== undefined; ) {
    const page: MemberPage<CollectionResource> = await memberPage(home, catalogue, tx, after);
    visible.push(...page.members.filter(({ privileges }) => privileges.size > 0));
    after = page.next;
  }
  return visible;
}

/** The type, known to be of that shape. @throws RangeError when a feature declares the kind in another shape */
function shaped<S extends ResourceType['shape']>(type: ResourceType, shape: S): ResourceType<S> {
  if (type.shape !== shape) throw new RangeError(`${type.kind} is not of shape ${shape}`);
  return type as ResourceType<S>;
}

/** Some members, and after which number others follow. */
export interface MemberPage<R extends Resource = Resource> {
  readonly members: readonly R[];
  readonly next: CollectionId | undefined;
}

async function memberPage(
  parent: CollectionResource,
  catalogue: Catalogue,
  tx: ReadTransaction,
  after: CollectionId,
): Promise<MemberPage<CollectionResource>> {
  const records = await tx.collections.page(parent.collection, { after, limit: COLLECTIONS });
  const members = records.map((record) => memberCollection(catalogue, parent, record));
  return { members, next: records.length < COLLECTIONS ? undefined : records.at(-1)?.id };
}

/**
 * Member resources that are not stored objects: what the service's own collections, principals and homes list. Those of a stored collection
 * come in pages, because each brings its properties.
 */
export async function memberCollectionsOf(
  resource: Resource,
  user: Account | undefined,
  catalogue: Catalogue,
  tx: ReadTransaction,
  after: CollectionId = NO_COLLECTION,
): Promise<MemberPage> {
  if (resource.shape === 'collection') return memberPage(resource, catalogue, tx, after);
  return { members: await membersOfService(resource, user, catalogue, tx), next: undefined };
}

async function membersOfService(
  resource: Resource,
  user: Account | undefined,
  catalogue: Catalogue,
  tx: ReadTransaction,
): Promise<readonly Resource[]> {
  if (user === undefined || resource.shape === 'object') return [];
  if (resource.shape === 'principal') return principalsBelow(resource, catalogue);
  if (resource.type.kind === ROOT_KIND) {
    const roots = [...catalogue.homes.values()].map((home) => homeRoot(home, catalogue));
    return [service(catalogue, PRINCIPALS_KIND, `/${PRINCIPALS_SEGMENT}/`), ...roots];
  }
  if (resource.type.kind === PRINCIPALS_KIND) return ownPrincipals(user, catalogue, tx);
  const home = [...catalogue.homes.values()].find((candidate) => candidate.root.kind === resource.type.kind);
  if (home === undefined) return [];
  const record = await tx.collections.child(user.id, NO_COLLECTION, home.segment);
  if (record === undefined) return [];
  const own = collectionAlong(catalogue, user, [record], { kind: 'everything' });
  return own === undefined ? [] : [own];
}

/** Those who act for it: for its owner to see. */
function principalsBelow(principal: PrincipalResource, catalogue: Catalogue): readonly PrincipalResource[] {
  const { kind } = principal.type;
  if (kind !== principalKind(principal.owner) || principal.owner.kind === 'group') return [];
  if (!holdsEverything(principal, catalogue)) return [];
  return [...catalogue.subprincipals.values()].map((one) => subprincipal(principal, one));
}

/** Oneself and one's groups; whoever else there is can be searched for. */
async function ownPrincipals(
  user: Account,
  catalogue: Catalogue,
  tx: ReadTransaction,
): Promise<readonly PrincipalResource[]> {
  const groups = await tx.directory.accounts(await tx.directory.allGroupsOf(user.id));
  const own = principalResource(catalogue, user, ALL);
  const visible = await Promise.all(groups.map((group) => visiblePrincipal(group, user, catalogue, tx)));
  return [own, ...visible.filter((one) => one !== undefined)];
}
