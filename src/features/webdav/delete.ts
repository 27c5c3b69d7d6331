/**
 * DELETE of objects and of collections that clients can make. RFC 4918 section 9.6.
 */
import { mapped, requirePrivilege } from '../../dav/dispatch.ts';
import { DavError } from '../../dav/errors.ts';
import type { Context, DavRequest, DavResponse, Method } from '../../dav/method.ts';
import { type CollectionResource, inWords, type ObjectResource } from '../../dav/resource.ts';
import { requirePrivilegeNow } from '../../dav/standing-now.ts';
import { checkCollectionConditions, checkConditions } from './conditions.ts';

const NO_CONTENT: DavResponse = { status: 204, headers: {} };

export const remove: Method = {
  name: 'DELETE',
  spec: 'RFC 4918 section 9.6',
  on: ['collection', 'object'],
  async handle(request, context) {
    const resource = mapped(context, request);
    requirePrivilege(resource, '{DAV:}unbind');
    if (resource.shape === 'object') await removeObject(resource, request, context);
    else if (resource.shape === 'collection') await removeCollection(resource, request, context);
    return NO_CONTENT;
  },
};

async function removeObject(resource: ObjectResource, request: DavRequest, context: Context): Promise<void> {
  const { name } = resource.object;
  await context.store.write(context.writes, async (tx) => {
    await tx.collections.lock(resource.collection);
    await requirePrivilegeNow(resource, '{DAV:}unbind', context, tx);
    const now = await tx.objects.get(resource.collection, name);
    checkConditions(request, now);
    if (!(await tx.objects.remove(resource.collection, name))) {
      throw new DavError(404, `there is nothing at ${resource.href}`);
    }
  });
}

async function removeCollection(resource: CollectionResource, request: DavRequest, context: Context): Promise<void> {
  const { type, href, collection, standing } = resource;
  const depth = request.headers.depth;
  if (depth !== undefined && depth.trim().toLowerCase() !== 'infinity') {
    throw new DavError(
      400,
      `DELETE of a collection takes everything in it: Depth is infinity or left out, not ${depth}`,
    );
  }
  if (standing !== 'owner' || !context.catalogue.creatable.some((one) => one.type.kind === type.kind)) {
    throw new DavError(403, `${href}, ${inWords(type)}, stays as long as the account does`);
  }
  const fate = context.catalogue.keeps(type)?.onDelete(collection.name) ?? 'remove';
  await context.store.write(context.writes, async (tx) => {
    const now = await tx.collections.lock(collection);
    // Another may have moved it away: then it is not what this is about.
    if (now?.name !== collection.name) throw new DavError(404, `there is nothing at ${href} any more`);
    checkCollectionConditions(request, now);
    if (fate === 'empty') await tx.collections.empty(now);
    else await tx.collections.remove(now);
  });
}
