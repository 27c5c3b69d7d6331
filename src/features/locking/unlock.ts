/**
 * UNLOCK: who made a lock ends it, or who holds DAV:unlock on its root. RFC 4918 section 9.11.
 */
import { requireConditions } from '../../dav/conditions.ts';
import { requireOnParent, requirePrivilege } from '../../dav/dispatch.ts';
import { DavError } from '../../dav/errors.ts';
import { wayTo } from '../../dav/locate.ts';
import { locksCovering, lockTokenMatchesRequestUri } from '../../dav/locks.ts';
import type { DavRequest, Method } from '../../dav/method.ts';
import { requirePrivilegeNow } from '../../dav/privilege-now.ts';
import { isOf, placeOf } from './place.ts';

export const unlock: Method = {
  name: 'UNLOCK',
  spec: 'RFC 4918 section 9.11',
  on: ['collection', 'object', 'unmapped'],
  async handle(request, context) {
    const place = placeOf(request, context);
    const { owner, path, resource, parent } = place;
    const at = resource ?? parent;
    // Who may know nothing of the resource does not learn whether it is locked.
    if (at !== undefined && at.privileges.size === 0) requirePrivilege(at, '{DAV:}unlock');
    const token = tokenIn(request);
    await context.store.write(context.writes, async (tx) => {
      const locks = locksCovering(await tx.locks.of(owner.id, context.now), path);
      const lock = locks.find((one) => one.token === token && isOf(one, place));
      if (lock === undefined) throw lockTokenMatchesRequestUri(`${token} is no lock of ${request.target}`);
      if (lock.holder !== context.user?.id && at !== undefined) {
        const root = wayTo(at.shape === 'object' ? at.parent : at)[lock.path.length - 1];
        requireOnParent(root, '{DAV:}unlock');
        await requirePrivilegeNow(root ?? at, '{DAV:}unlock', context, tx);
      }
      await requireConditions(request, await currentOf(), context, tx);
      await tx.locks.remove(owner.id, token);

      function currentOf() {
        if (resource === undefined) return undefined;
        return resource.shape === 'object'
          ? tx.objects.get(resource.collection, resource.object.name)
          : tx.collections.get(resource.collection);
      }
    });
    return { status: 204, headers: { 'Cache-Control': 'no-cache' } };
  },
};

/** @throws DavError 400: RFC 4918 section 9.11.1 */
function tokenIn({ headers }: DavRequest): string {
  const token = /^\s*<([^<>\s]+)>\s*$/.exec(headers['lock-token'] ?? '')?.[1];
  if (token !== undefined) return token;
  throw new DavError(400, 'UNLOCK needs a Lock-Token header: the token between angle brackets');
}
