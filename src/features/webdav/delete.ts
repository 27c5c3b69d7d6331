/**
 * DELETE of objects and of collections that clients can make: all of it, or nothing. RFC 4918 section 9.6.
 */
import { requireConditions } from '../../dav/conditions.ts';
import { mapped, requireOnParent, requirePrivilege } from '../../dav/dispatch.ts';
import { DavError } from '../../dav/errors.ts';
import { requireUnlocked, type Touch } from '../../dav/locks.ts';
import { isWhereItWas, lockNow } from '../../dav/member-now.ts';
import type { Context, DavRequest, DavResponse, Method } from '../../dav/method.ts';
import { requirePrivilegeNow, requireUnbindNow } from '../../dav/privilege-now.ts';
import { type CollectionResource, inWords, type Mount, type ObjectResource } from '../../dav/resource.ts';

const NO_CONTENT: DavResponse = { status: 204, headers: {} };

export const remove: Method = {
  name: 'DELETE',
  spec: 'RFC 4918 section 9.6',
  on: ['collection', 'object'],
  async handle(request, context) {
    const resource = mapped(context, request);
    if (resource.shape === 'collection' && resource.mount !== undefined) {
      await unmount(resource, resource.mount, request, context);
      return NO_CONTENT;
    }
    if (resource.shape === 'collection') requireOnParent(resource.parent, '{DAV:}unbind');
    else requirePrivilege(resource, '{DAV:}unbind');
    if (resource.shape === 'object') await removeObject(resource, request, context);
    else if (resource.shape === 'collection') await removeCollection(resource, request, context);
    return NO_CONTENT;
  },
};

async function removeObject(resource: ObjectResource, request: DavRequest, context: Context): Promise<void> {
  const { parent } = resource;
  const { name } = resource.object;
  await context.store.write(context.writes, async (tx) => {
    await lockNow(parent, tx);
    await requirePrivilegeNow(resource, '{DAV:}unbind', context, tx);
    const now = await tx.objects.get(resource.collection, name);
    await requireConditions(request, now, context, tx);
    if (now === undefined) throw new DavError(404, `there is nothing at ${resource.href}`);
    await requireUnlocked(request, context, tx, { what: 'member', in: parent, name });
    await tx.objects.remove(resource.collection, name);
  });
}

/** What is only listed here is listed no more, and does not come back by itself; it stays where it lies. RFC 5842 section 2.1. */
async function unmount(
  { collection, href }: CollectionResource,
  { record, in: parent }: Mount,
  request: DavRequest,
  context: Context,
): Promise<void> {
  requirePrivilege(parent, '{DAV:}unbind');
  await context.store.write(context.writes, async (tx) => {
    const above = await lockNow(parent, tx);
    await requirePrivilegeNow(parent, '{DAV:}unbind', context, tx);
    const now = await tx.collections.child(above.account, above.id, record.name);
    if (now?.id !== record.id || now.target === undefined) {
      throw new DavError(404, `there is nothing at ${href} any more`);
    }
    await requireConditions(request, collection, context, tx);
    await requireUnlocked(request, context, tx, { what: 'member', in: parent, name: record.name });
    await tx.collections.remove(now);
    await tx.mounts.decline(above.account, now.target);
  });
}

async function removeCollection(resource: CollectionResource, request: DavRequest, context: Context): Promise<void> {
  const { type, href, collection, parent } = resource;
  const depth = request.headers.depth;
  if (depth !== undefined && depth.trim().toLowerCase() !== 'infinity') {
    throw new DavError(
      400,
      `DELETE of a collection takes everything in it: Depth is infinity or left out, not ${depth}`,
    );
  }
  if (parent === undefined || !context.catalogue.creatable.some((one) => one.type.kind === type.kind)) {
    throw new DavError(403, `${href}, ${inWords(type)}, stays as long as the account does`);
  }
  const fate = context.catalogue.keeps(type)?.onDelete(collection.name) ?? 'remove';
  const members: Touch = { what: 'tree', at: resource };
  const itself: Touch = { what: 'member', in: parent, name: collection.name };
  await context.store.write(context.writes, async (tx) => {
    const now = await tx.collections.lockTree(collection);
    await tx.collections.lock(parent.collection);
    await requireUnbindNow(resource, context, tx);
    // Another may have moved it away: then it is not what this is about.
    if (now === undefined || !(await isWhereItWas(resource, now, tx))) {
      throw new DavError(404, `there is nothing at ${href} any more`);
    }
    await requireConditions(request, now, context, tx);
    await requireUnlocked(request, context, tx, ...(fate === 'empty' ? [members] : [itself, members]));
    if (fate === 'empty') await tx.collections.empty(now);
    else await tx.collections.remove(now);
  });
}
