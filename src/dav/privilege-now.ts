/**
 * What a user may still do. A request finds its resource, then its body comes, which can take minutes; whoever is shut out meanwhile
 * writes nothing more. RFC 3744 section 3.
 */
import type { AccountId } from '../store/records.ts';
import type { ReadTransaction } from '../store/store.ts';
import { requirePrivilege } from './dispatch.ts';
import { wayTo } from './locate.ts';
import type { Context } from './method.ts';
import { atMost, type Privilege, privilegesOn, type Relation } from './privilege.ts';
import { relationTo } from './relation.ts';
import type { CollectionResource, ObjectResource } from './resource.ts';

/** A privilege that is needed on a resource. */
export type Need = readonly [on: CollectionResource | ObjectResource, privilege: Privilege];

/**
 * Asks again, in the transaction that writes, for one after another; what the user is to an owner is read once. An owner stays one.
 * @throws DavError 404, PreconditionViolated DAV:need-privileges
 */
export async function requirePrivilegesNow(
  needs: readonly Need[],
  { user, catalogue }: Context,
  tx: ReadTransaction,
): Promise<void> {
  if (user === undefined) return;
  const relations = new Map<AccountId, Relation>();
  for (const [resource, privilege] of needs) {
    const { owner } = resource;
    if (user.id === owner.id) continue;
    const relation = relations.get(owner.id) ?? (await relationTo(owner, user, catalogue, tx));
    relations.set(owner.id, relation);
    const collection = resource.shape === 'object' ? resource.parent : resource;
    const way = wayTo(collection).map((one) => one.collection);
    const held = privilegesOn(relation, way[0]?.name ?? '', way, catalogue.privileges);
    const privileges = atMost(held, collection.type, catalogue.privileges);
    requirePrivilege({ ...resource, privileges }, privilege);
  }
}

/** The same for one privilege. @throws DavError 404, PreconditionViolated DAV:need-privileges */
export function requirePrivilegeNow(
  resource: CollectionResource | ObjectResource,
  privilege: Privilege,
  context: Context,
  tx: ReadTransaction,
): Promise<void> {
  return requirePrivilegesNow([[resource, privilege]], context, tx);
}

/**
 * What taking a collection from where it is, or putting another in its place, needs: `DAV:unbind` on the collection in which it lies.
 * A home stays where it is.
 */
export function unbindNeeds({ parent }: CollectionResource): readonly Need[] {
  return parent === undefined ? [] : [[parent, '{DAV:}unbind']];
}

/** The same, asked for. @throws PreconditionViolated DAV:need-privileges */
export function requireUnbindNow(collection: CollectionResource, context: Context, tx: ReadTransaction): Promise<void> {
  return requirePrivilegesNow(unbindNeeds(collection), context, tx);
}
