/**
 * PROPFIND. Without a Depth header it means 1, as the reference of this service does (decision 0003). RFC 4918 section 9.1.
 */
import { mapped, requirePrivilege } from '../../dav/dispatch.ts';
import { DavError } from '../../dav/errors.ts';
import { memberCollectionsOf, objectResource } from '../../dav/locate.ts';
import type { Context, Method } from '../../dav/method.ts';
import { multistatus } from '../../dav/multistatus.ts';
import {
  type PropertyReader,
  type PropertyRequest,
  propertyReader,
  requestedProperties,
} from '../../dav/properties.ts';
import type { CollectionResource, Resource } from '../../dav/resource.ts';
import { isCollection } from '../../dav/resource.ts';
import { xmlBody } from '../../dav/xml-body.ts';
import { parseDepth } from '../../formats/http/headers.ts';
import { DAV } from '../../formats/xml/name.ts';
import type { ReadTransaction } from '../../store/store.ts';
import { propfindFiniteDepth } from './preconditions.ts';

export const propfind: Method = {
  name: 'PROPFIND',
  spec: 'RFC 4918 section 9.1',
  on: ['service', 'principal', 'collection', 'object'],
  async handle(request, context) {
    const resource = mapped(context, request);
    requirePrivilege(resource, '{DAV:}read');
    const depth = parseDepth(request.headers.depth) ?? 1;
    const body = await xmlBody(request, context);
    if (body !== undefined && body.name !== `{${DAV}}propfind`) {
      throw new DavError(400, `the body of PROPFIND begins with {DAV:}propfind, not with ${body.name}`);
    }
    const wanted: PropertyRequest = body === undefined ? { kind: 'allprop', include: [] } : requestedProperties(body);
    const { preferences } = context;
    const minimal = preferences.return === 'minimal';
    const reader = propertyReader(wanted, context, minimal);
    if (depth === 'infinity') await refuseTooMany(resource, context);
    const headers: Record<string, string> = minimal ? { 'Preference-Applied': 'return=minimal' } : {};
    return multistatus(context.catalogue, pieces(resource, depth, reader, context), headers);
  },
};

async function* pieces(
  resource: Resource,
  depth: 0 | 1 | 'infinity',
  reader: PropertyReader,
  context: Context,
): AsyncGenerator<string> {
  const { store } = context;
  const noRoot = context.preferences.depthNoroot && depth !== 0;
  let below: readonly Resource[] = [];
  const first = await store.read(async (tx) => {
    if (depth !== 0 && isCollection(resource)) {
      below = await memberCollectionsOf(resource, context.user, context.catalogue, tx);
    }
    const own = noRoot ? '' : await reader.respond([resource], tx);
    return depth === 1 ? own + (await reader.respond(below, tx)) : own;
  });
  yield first;
  if (depth === 0) return;
  if (resource.shape === 'collection') yield* objects(resource, reader, context);
  if (depth === 'infinity') for (const member of below) yield* pieces(member, depth, reader, context);
}

/** The objects of a collection, page by page, each its own short read. */
async function* objects(
  collection: CollectionResource,
  reader: PropertyReader,
  { store, limits }: Context,
): AsyncGenerator<string> {
  if (collection.type.members === undefined) return;
  let after: string | undefined;
  for (;;) {
    const page = { limit: limits.page, ...(after === undefined ? {} : { after }) };
    const piece = await store.read(async (tx) => {
      const records = await tx.objects.page(collection.collection, page);
      after = records.length < limits.page ? undefined : records.at(-1)?.name;
      return records.length === 0
        ? ''
        : reader.respond(
            records.map((record) => objectResource(collection, record)),
            tx,
          );
    });
    if (piece !== '') yield piece;
    if (after === undefined) return;
  }
}

/** @throws PreconditionViolated when the tree has more members than the service answers at once */
async function refuseTooMany(resource: Resource, context: Context): Promise<void> {
  const { store, limits, catalogue, user } = context;
  const count = await store.read((tx) => countBelow(resource, tx));
  if (count > limits.infinityMembers) {
    throw propfindFiniteDepth(
      `there are ${count} resources below ${resource.href}, more than the ${limits.infinityMembers} answered at once; ask with Depth: 1`,
    );
  }
  async function countBelow(at: Resource, tx: ReadTransaction): Promise<number> {
    let count = 1;
    if (at.shape === 'collection') count += await tx.collections.countObjects(at.collection);
    if (isCollection(at)) {
      for (const member of await memberCollectionsOf(at, user, catalogue, tx)) count += await countBelow(member, tx);
    }
    return count;
  }
}
