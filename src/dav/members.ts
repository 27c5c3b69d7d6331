/**
 * What lies in a collection, page by page: member collections, and what the service's own collections, principals and homes list, in the
 * current user's eyes. RFC 4918 section 5.2.
 */
import { type Account, type CollectionId, NO_COLLECTION } from '../store/records.ts';
import type { ReadTransaction } from '../store/store.ts';
import { holdsPrincipal, horizonOf } from './acquaintance.ts';
import type { Catalogue } from './catalogue.ts';
import {
  collectionAlong,
  homeRoot,
  memberCollections,
  PRINCIPALS_KIND,
  PRINCIPALS_SEGMENT,
  principalKind,
  principalResource,
  ROOT_KIND,
  service,
  subprincipal,
} from './locate.ts';
import { COLLECTIONS } from './member-pages.ts';
import type { Viewer } from './method.ts';
import { ALL } from './privilege.ts';
import { relationTo } from './relation.ts';
import type { CollectionResource, PrincipalResource, Resource } from './resource.ts';

/** The collections right below a home of an account on which the user holds something. Four queries more where it is not the user's own. */
export async function membersOfHome(
  segment: string,
  owner: Account,
  viewer: Viewer & { readonly user: Account },
  tx: ReadTransaction,
): Promise<readonly CollectionResource[]> {
  const { user, catalogue } = viewer;
  const chain = await tx.collections.along(owner.id, [segment]);
  const home = collectionAlong(catalogue, owner, chain, await relationTo(owner, user, catalogue, tx));
  if (home === undefined) return [];
  const visible: CollectionResource[] = [];
  for (let after: CollectionId | undefined = NO_COLLECTION; after !== undefined; ) {
    const page: MemberPage<CollectionResource> = await memberPage(home, viewer, tx, after);
    // What is only listed there is its owner's.
    visible.push(...page.members.filter(({ privileges, mount }) => privileges.size > 0 && mount === undefined));
    after = page.next;
  }
  return visible;
}

/** Some members, and after which number others follow. */
export interface MemberPage<R extends Resource = Resource> {
  readonly members: readonly R[];
  readonly next: CollectionId | undefined;
}

/** The next member collections of a collection. */
export async function memberPage(
  parent: CollectionResource,
  viewer: Viewer,
  tx: ReadTransaction,
  after: CollectionId,
): Promise<MemberPage<CollectionResource>> {
  const records = await tx.collections.page(parent.collection, { after, limit: COLLECTIONS });
  const members = await memberCollections(parent, records, viewer, tx);
  return { members, next: records.length < COLLECTIONS ? undefined : records.at(-1)?.id };
}

/**
 * Member resources that are not stored objects: what the service's own collections, principals and homes list. Those of a stored collection
 * come in pages, because each brings its properties.
 */
export async function memberCollectionsOf(
  resource: Resource,
  viewer: Viewer,
  tx: ReadTransaction,
  after: CollectionId = NO_COLLECTION,
): Promise<MemberPage> {
  if (resource.shape === 'collection') return memberPage(resource, viewer, tx, after);
  return { members: await membersOfService(resource, viewer, tx), next: undefined };
}

async function membersOfService(
  resource: Resource,
  { user, catalogue }: Viewer,
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

/** Oneself and one's groups, whom one knows; whoever else there is can be searched for. */
async function ownPrincipals(
  user: Account,
  catalogue: Catalogue,
  tx: ReadTransaction,
): Promise<readonly PrincipalResource[]> {
  const horizon = await horizonOf(user, tx);
  const groups = await tx.directory.accounts([...horizon.subject.principals].filter((id) => id !== user.id));
  return [user, ...groups].map((one) => principalResource(one, holdsPrincipal(horizon, one), catalogue));
}

function holdsEverything({ privileges }: Resource, catalogue: Catalogue): boolean {
  return privileges === catalogue.privileges.closure(ALL);
}
