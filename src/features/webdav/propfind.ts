/**
 * PROPFIND. Without a Depth header it means 1, as the reference of this service does (decision 0003). RFC 4918 section 9.1.
 */
import { mapped, requirePrivilege } from '../../dav/dispatch.ts';
import { DavError } from '../../dav/errors.ts';
import { objectResource } from '../../dav/locate.ts';
import { othersTurn } from '../../dav/member-pages.ts';
import { type MemberPage, memberCollectionsOf } from '../../dav/members.ts';
import type { Context, Method } from '../../dav/method.ts';
import { multistatus, preferencesApplied } from '../../dav/multistatus.ts';
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
import { type CollectionId, NO_COLLECTION } from '../../store/records.ts';
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
    const reader = propertyReader(wanted, context, context.preferences.return === 'minimal');
    if (depth === 'infinity') await refuseTooMany(resource, context);
    const applied =
      depth === 0
        ? preferencesApplied(context, 'return=minimal')
        : preferencesApplied(context, 'return=minimal', 'depth-noroot');
    return multistatus(context.catalogue, pieces(resource, depth, reader, context), applied);
  },
};

/**
 * Member collections come with the collection itself, page by page, and before its objects. With Depth: infinity each page is followed by
 * what lies in it, so that no more than a page of each level is kept.
 */
async function* pieces(
  resource: Resource,
  depth: 0 | 1 | 'infinity',
  reader: PropertyReader,
  context: Context,
  isShown = depth === 0 || !context.preferences.depthNoroot,
): AsyncGenerator<string> {
  const { store } = context;
  const itself = isShown ? [resource] : [];
  if (depth === 0 || !isCollection(resource)) {
    yield await store.read((tx) => reader.respond(itself, tx));
    return;
  }
  for (let after: CollectionId | undefined = NO_COLLECTION, above = itself; after !== undefined; above = []) {
    const from: CollectionId = after;
    const page = await store.read(async (tx) => {
      const { members, next } = await memberCollectionsOf(resource, context, tx, from);
      const below = members.filter(({ privileges }) => privileges.has('{DAV:}read'));
      return { below, next, text: await reader.respond([...above, ...below], tx) };
    });
    if (page.text !== '') yield page.text;
    if (depth === 'infinity') for (const member of page.below) yield* pieces(member, depth, reader, context, false);
    after = page.next;
    if (after !== undefined) await othersTurn();
  }
  if (resource.shape === 'collection') yield* objects(resource, reader, context);
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
  const { store, limits } = context;
  const count = await store.read((tx) => countBelow(resource, tx));
  if (count > limits.infinityMembers) {
    throw propfindFiniteDepth(
      `there are more resources below ${resource.href} than the ${limits.infinityMembers} answered at once; ask with Depth: 1`,
    );
  }
  async function countBelow(at: Resource, tx: ReadTransaction): Promise<number> {
    if (at.shape === 'collection') {
      const collections = await tx.collections.countBelow(at.collection);
      return 1 + collections + (await tx.collections.countObjectsBelow(at.collection)) + (await countMounted(at, tx));
    }
    let count = 1;
    if (isCollection(at)) {
      const { members } = await memberCollectionsOf(at, context, tx);
      for (const member of members) count += await countBelow(member, tx);
    }
    return count;
  }
  /** What lies in collections that a home only lists. */
  async function countMounted(home: CollectionResource, tx: ReadTransaction): Promise<number> {
    let objects = 0;
    for (
      let after: CollectionId | undefined = home.parent === undefined ? NO_COLLECTION : undefined;
      after !== undefined;
    ) {
      const { members, next }: MemberPage = await memberCollectionsOf(home, context, tx, after);
      for (const one of members) {
        const isMounted = one.shape === 'collection' && one.mount !== undefined;
        if (isMounted) objects += await tx.collections.countObjects(one.collection);
      }
      after = next;
    }
    return objects;
  }
}
