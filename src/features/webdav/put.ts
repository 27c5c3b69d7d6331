/**
 * PUT: one transaction checks and writes. What may be stored in which kind of collection is said by its write rule. RFC 4918 section 9.7.
 */
import { requirePrivilege } from '../../dav/dispatch.ts';
import { DavError } from '../../dav/errors.ts';
import { etagOf } from '../../dav/etag.ts';
import { parentOf } from '../../dav/locate.ts';
import { memberNameFault } from '../../dav/member-name.ts';
import type { Context, DavRequest, Method } from '../../dav/method.ts';
import { type CollectionResource, inWords } from '../../dav/resource.ts';
import { requirePrivilegeNow } from '../../dav/standing-now.ts';
import type { WriteRule } from '../../dav/write-rule.ts';
import type { ObjectRecord } from '../../store/records.ts';
import { checkConditions } from './conditions.ts';

export const put: Method = {
  name: 'PUT',
  spec: 'RFC 4918 section 9.7',
  on: ['object', 'unmapped'],
  async handle(request, context) {
    const { parent, name, exists } = target(request, context);
    requirePrivilege(parent, exists ? '{DAV:}write-content' : '{DAV:}bind');
    const rule = context.catalogue.writeRule(parent.type);
    if (rule === undefined) {
      throw new DavError(403, `clients cannot store anything in ${parent.href}, ${inWords(parent.type)}`);
    }
    if (!exists && request.target.split('?')[0]?.endsWith('/')) {
      throw new DavError(409, `a name ending in a slash is a collection's; PUT stores an object: leave the slash out`);
    }
    if (request.headers['content-range'] !== undefined) {
      throw new DavError(400, 'PUT of a part (Content-Range) is not possible; send the whole object');
    }
    const data = await request.body(Math.max(rule.maxSize(context.limits) + 1, context.limits.xmlBody));
    const written = await write(rule, parent, name, data, request, context);
    return { status: written.status, headers: { ETag: `"${written.object.etag}"` } };
  },
};

interface Target {
  readonly parent: CollectionResource;
  readonly name: string;
  readonly exists: boolean;
}

function target(request: DavRequest, { located, catalogue }: Context): Target {
  if (located.found) {
    const { resource } = located;
    if (resource.shape !== 'object') throw new DavError(405, `${resource.href} is a collection; PUT stores an object`);
    return { parent: parentOf(resource, catalogue), name: resource.object.name, exists: true };
  }
  if (located.parent?.shape !== 'collection') {
    throw new DavError(409, `the collection in which ${request.target} would lie does not exist`);
  }
  const fault = memberNameFault(located.name);
  if (fault !== undefined) throw new DavError(400, fault);
  return { parent: located.parent, name: located.name, exists: false };
}

async function write(
  rule: WriteRule,
  parent: CollectionResource,
  name: string,
  data: Uint8Array,
  request: DavRequest,
  context: Context,
): Promise<{ readonly status: 201 | 204; readonly object: ObjectRecord }> {
  const etag = etagOf(data);
  return context.store.write(context.writes, async (tx) => {
    const collection = await tx.collections.lock(parent.collection);
    if (collection === undefined) throw new DavError(409, `${parent.href} does not exist any more`);
    const previous = await tx.objects.get(collection, name);
    await requirePrivilegeNow(parent, previous === undefined ? '{DAV:}bind' : '{DAV:}write-content', context, tx);
    checkConditions(request, previous);
    const { uid, index } = await rule.accept(
      {
        owner: parent.owner,
        collection,
        collectionHref: parent.href,
        name,
        data,
        contentType: request.headers['content-type'],
        previous,
        limits: context.limits,
      },
      tx,
    );
    const object = await tx.objects.put(collection, { name, uid, etag, data, index });
    return { status: previous === undefined ? 201 : 204, object };
  });
}
