/**
 * What a grantee may still do. A request finds its resource, then its body comes, which can take minutes; whoever is shut out meanwhile
 * writes nothing more. RFC 3744 section 3.
 */
import type { ReadTransaction } from '../store/store.ts';
import { requirePrivilege } from './dispatch.ts';
import type { Context } from './method.ts';
import { type Privilege, standingIn } from './privilege.ts';
import type { CollectionResource, ObjectResource } from './resource.ts';

/** Asks again, in the transaction that writes. An owner stays one. @throws DavError 404, PreconditionViolated DAV:need-privileges */
export async function requirePrivilegeNow(
  resource: CollectionResource | ObjectResource,
  privilege: Privilege,
  { user }: Context,
  tx: ReadTransaction,
): Promise<void> {
  if (resource.standing === 'owner' || user === undefined) return;
  const { owner, collection } = resource;
  const grants = await tx.grants.between(owner.id, [user.id]);
  requirePrivilege({ ...resource, standing: standingIn(user, owner, collection, grants) }, privilege);
}
