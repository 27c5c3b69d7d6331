/**
 * Where LOCK and UNLOCK work: what the URL names, or a name that nothing has yet. RFC 4918 section 7.3.
 */
import { requirePrivilege } from '../../dav/dispatch.ts';
import { DavError } from '../../dav/errors.ts';
import { segmentsOf } from '../../dav/locate.ts';
import { memberNameFault } from '../../dav/member-name.ts';
import type { Context, DavRequest } from '../../dav/method.ts';
import { requirePrivilegeNow } from '../../dav/privilege-now.ts';
import type { CollectionResource, ObjectResource } from '../../dav/resource.ts';
import type { Account, LockRecord } from '../../store/records.ts';
import type { ReadTransaction } from '../../store/store.ts';

export interface LockPlace {
  readonly owner: Account;
  /** Segments below the account. */
  readonly path: readonly string[];
  /** What the URL names; undefined where it names nothing yet. */
  readonly resource: CollectionResource | ObjectResource | undefined;
  /** The collection in which it lies; undefined for a home. */
  readonly parent: CollectionResource | undefined;
  /** The name in that collection; empty for a home. */
  readonly name: string;
  /** Whether the URL ends in a slash, as that of a collection does. RFC 4918 section 5.2. */
  readonly ofCollection: boolean;
}

/** @throws DavError 404, 409 */
export function placeOf(request: DavRequest, { located }: Context): LockPlace {
  const ofCollection = request.target.split('?')[0]?.endsWith('/') === true;
  if (!located.found) {
    const { parent, name } = located;
    if (parent?.shape !== 'collection') {
      throw new DavError(409, `the collection in which ${request.target} would lie does not exist`);
    }
    if (parent.privileges.size === 0) throw new DavError(404, `there is nothing at ${request.target}`);
    const fault = memberNameFault(name);
    if (fault !== undefined) throw new DavError(400, fault);
    const path = [...segmentsOf(parent), name];
    return { owner: parent.owner, path, resource: undefined, parent, name, ofCollection };
  }
  const { resource } = located;
  if (resource.shape !== 'collection' && resource.shape !== 'object') {
    throw new DavError(405, `${resource.href} cannot be locked`);
  }
  const name =
    resource.shape === 'object' ? resource.object.name : resource.parent === undefined ? '' : resource.collection.name;
  return { owner: resource.owner, path: segmentsOf(resource), resource, parent: resource.parent, name, ofCollection };
}

/** What locking takes: RFC 3744 section 3 and its Appendix B. @throws DavError 404, PreconditionViolated DAV:need-privileges */
export function requireLocking({ resource, parent }: LockPlace): void {
  if (resource !== undefined) requirePrivilege(resource, '{DAV:}write-content');
  else if (parent !== undefined) requirePrivilege(parent, '{DAV:}bind');
}

/** The same in the transaction that writes. */
export async function requireLockingNow(
  { resource, parent }: LockPlace,
  context: Context,
  tx: ReadTransaction,
): Promise<void> {
  if (resource !== undefined) await requirePrivilegeNow(resource, '{DAV:}write-content', context, tx);
  else if (parent !== undefined) await requirePrivilegeNow(parent, '{DAV:}bind', context, tx);
}

/** Where nothing is, only a lock of that very name is meant: nothing lies in the scope of another. RFC 4918 section 10.4.4. */
export function isOf(lock: LockRecord, { resource, path }: LockPlace): boolean {
  return resource !== undefined || lock.path.length === path.length;
}
