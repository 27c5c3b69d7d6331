/**
 * What a user may still do. A request finds its resource, then its body comes, which can take minutes; whoever is shut out meanwhile
 * writes nothing more. RFC 3744 section 3.
 */
import type { ReadTransaction } from '../store/store.ts';
import { requirePrivilege } from './dispatch.ts';
import { wayTo } from './locate.ts';
import type { Context } from './method.ts';
import { atMost, type Privilege, privilegesOn } from './privilege.ts';
import { relationTo } from './relation.ts';
import type { CollectionResource, ObjectResource } from './resource.ts';

/** Asks again, in the transaction that writes. An owner stays one. @throws DavError 404, PreconditionViolated DAV:need-privileges */
export async function requirePrivilegeNow(
  resource: CollectionResource | ObjectResource,
  privilege: Privilege,
  { user, catalogue }: Context,
  tx: ReadTransaction,
): Promise<void> {
  const { owner } = resource;
  if (user === undefined || user.id === owner.id) return;
  const relation = await relationTo(owner, user, catalogue, tx);
  const way = wayTo(resource.shape === 'object' ? resource.parent : resource).map(({ collection }) => collection);
  const { type } = resource.shape === 'object' ? resource.parent : resource;
  const held = privilegesOn(relation, way[0]?.name ?? '', way, catalogue.privileges);
  const privileges = atMost(held, type, catalogue.privileges);
  requirePrivilege({ ...resource, privileges }, privilege);
}

/**
 * The same for a collection that is a member of another: to remove it, or to put another in its place, needs `DAV:unbind` there.
 * A home stays where it is. @throws PreconditionViolated DAV:need-privileges
 */
export async function requireUnbindNow(
  collection: CollectionResource,
  context: Context,
  tx: ReadTransaction,
): Promise<void> {
  if (collection.parent !== undefined) await requirePrivilegeNow(collection.parent, '{DAV:}unbind', context, tx);
}
