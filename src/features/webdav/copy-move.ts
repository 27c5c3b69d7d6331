/**
 * COPY and MOVE of objects and of collections that clients can make. What arrives is asked of the destination's write rule, as PUT would be.
 * Within one account all happens in one transaction; between two accounts a MOVE is a copy, and then a removal of what was copied.
 * RFC 4918 section 9.8, RFC 4918 section 9.9.
 */
import { mapped, requirePrivilege } from '../../dav/dispatch.ts';
import { ConditionNotMet, DavError } from '../../dav/errors.ts';
import { firstPage, nextPage } from '../../dav/member-pages.ts';
import type { Context, DavRequest, DavResponse, Method } from '../../dav/method.ts';
import { type CollectionResource, inWords, type ObjectResource } from '../../dav/resource.ts';
import { requirePrivilegeNow } from '../../dav/standing-now.ts';
import { parseDepth } from '../../formats/http/headers.ts';
import { encodeSegment } from '../../formats/http/path.ts';
import type { CollectionRecord, StoredObject } from '../../store/records.ts';
import type { ReadTransaction, WriteTransaction } from '../../store/store.ts';
import { checkCollectionConditions, checkConditions } from './conditions.ts';
import { type Destination, destinationOf } from './destination.ts';

type Manner = 'COPY' | 'MOVE';

function method(name: Manner, spec: Method['spec']): Method {
  return {
    name,
    spec,
    on: ['collection', 'object'],
    async handle(request, context) {
      const source = mapped(context, request);
      requirePrivilege(source, '{DAV:}read');
      if (name === 'MOVE') requirePrivilege(source, '{DAV:}unbind');
      const to = await destinationOf(request, source, context);
      const replaced =
        source.shape === 'object'
          ? await transferObject(name, source, to, request, context)
          : source.shape === 'collection' && (await transferCollection(name, source, to, request, context));
      return replaced ? REPLACED : CREATED;
    },
  };
}

/** RFC 4918 section 9.8. */
export const copy: Method = method('COPY', 'RFC 4918 section 9.8');
/** RFC 4918 section 9.9. */
export const move: Method = method('MOVE', 'RFC 4918 section 9.9');

const CREATED: DavResponse = { status: 201, headers: {} };
const REPLACED: DavResponse = { status: 204, headers: {} };

// --- objects -------------------------------------------------------------------------------------------------------------------------

/** Whether it replaced something. */
async function transferObject(
  manner: Manner,
  source: ObjectResource,
  to: Destination,
  request: DavRequest,
  context: Context,
): Promise<boolean> {
  const { store, writes } = context;
  if (to.replaces?.shape === 'collection')
    throw new DavError(403, `${to.replaces.href} is a collection; an object cannot replace it`);
  if (source.owner.id === to.parent.owner.id) {
    return store.write(writes, async (tx) => {
      await lockInOrder(source, to, tx);
      if (manner === 'MOVE') await requirePrivilegeNow(source, '{DAV:}unbind', context, tx);
      const object = await sourceObject(source, request, tx);
      if (manner === 'MOVE') await tx.objects.remove(source.collection, object.name);
      return arrive(object, to, context, tx);
    });
  }
  const object = await store.read((tx) => sourceObject(source, request, tx));
  const replaced = await store.write(writes, async (tx) => {
    await tx.collections.lock(to.parent.collection);
    return arrive(object, to, context, tx);
  });
  if (manner === 'COPY') return replaced;
  await store.write(writes, async (tx) => {
    await tx.collections.lock(source.collection);
    await requirePrivilegeNow(source, '{DAV:}unbind', context, tx);
    // Changed since it was copied: it stays, and the client is told by finding it.
    const now = await tx.objects.get(source.collection, object.name);
    if (now?.etag === object.etag) await tx.objects.remove(source.collection, object.name);
  });
  return replaced;
}

/** Two writes that lock the same two collections lock them in the same order. */
async function lockInOrder(source: ObjectResource, to: Destination, tx: WriteTransaction): Promise<void> {
  const [first, second] = [source.collection, to.parent.collection].toSorted((a, b) => a.id - b.id);
  if (first !== undefined) await tx.collections.lock(first);
  if (second !== undefined && second.id !== first?.id) await tx.collections.lock(second);
}

async function sourceObject(source: ObjectResource, request: DavRequest, tx: ReadTransaction): Promise<StoredObject> {
  const object = await tx.objects.read(source.collection, source.object.name);
  checkConditions(request, object);
  if (object === undefined) throw new DavError(404, `there is nothing at ${source.href}`);
  return object;
}

/** Whether it replaced something: what was found before counts for nothing, somebody else may have been quicker. */
async function arrive(object: StoredObject, to: Destination, context: Context, tx: WriteTransaction): Promise<boolean> {
  const { parent, name, mayOverwrite } = to;
  const rule = context.catalogue.writeRule(parent.type);
  if (rule === undefined)
    throw new DavError(403, `clients cannot store anything in ${parent.href}, ${inWords(parent.type)}`);
  const collection = await tx.collections.get(parent.collection);
  if (collection === undefined) throw new DavError(409, `${parent.href} does not exist any more`);
  // What is overwritten is deleted first, so its UID binds nothing: RFC 4918 section 9.8.4.
  const replaces = await tx.objects.remove(collection, name);
  if (replaces && !mayOverwrite) throw overwriteForbidden(parent.href + encodeSegment(name));
  await requirePrivilegeNow(parent, replaces ? '{DAV:}write-content' : '{DAV:}bind', context, tx);
  const { uid, index } = await rule.accept(
    {
      owner: parent.owner,
      collection,
      collectionHref: parent.href,
      name,
      data: object.data,
      contentType: undefined,
      previous: undefined,
      limits: context.limits,
    },
    tx,
  );
  const { etag, data, properties } = object;
  await tx.objects.put(collection, { name, uid, etag, data, index, properties });
  return replaces;
}

function overwriteForbidden(href: string): ConditionNotMet {
  return new ConditionNotMet(`there is something at ${href}, and Overwrite is F`);
}

// --- collections -----------------------------------------------------------------------------------------------------------------------

/** Whether it replaced something. */
async function transferCollection(
  manner: Manner,
  source: CollectionResource,
  to: Destination,
  request: DavRequest,
  context: Context,
): Promise<boolean> {
  const { catalogue, store, writes, limits } = context;
  const depth = parseDepth(request.headers.depth) ?? 'infinity';
  if (depth === 1 || (depth === 0 && manner === 'MOVE')) {
    throw new DavError(400, `${manner} of a collection does not work with Depth: ${depth}`);
  }
  const { type, collection } = source;
  const creatable = catalogue.creatable.find((one) => one.type.kind === type.kind);
  const fits = creatable?.within.some((home) => home.kind === to.parent.type.kind) === true;
  if (
    !fits ||
    source.standing !== 'owner' ||
    to.parent.standing !== 'owner' ||
    source.owner.id !== to.parent.owner.id
  ) {
    throw new DavError(403, `${inWords(type)} cannot be put into ${to.parent.href}, ${inWords(to.parent.type)}`);
  }
  if (manner === 'MOVE' && catalogue.keeps(type)?.onDelete(collection.name) === 'empty') {
    throw new DavError(403, `${source.href} stays where it is`);
  }
  return store.write(writes, async (tx) => {
    const home = await tx.collections.lock(to.parent.collection);
    if (home === undefined) throw new DavError(409, `${to.parent.href} does not exist any more`);
    const now = await tx.collections.get(collection);
    if (now?.name !== collection.name) throw new DavError(404, `there is nothing at ${source.href} any more`);
    checkCollectionConditions(request, now);
    const siblings = await tx.collections.in(home.account, home.id);
    const there = siblings.find((one) => one.name === to.name);
    if (there !== undefined) await makeRoom(there, to, context, tx);
    const replaced = there !== undefined;
    if (manner === 'MOVE') {
      await tx.collections.move(collection, { parent: home.id, name: to.name });
      return replaced;
    }
    if (siblings.length - (replaced ? 1 : 0) >= limits.collections) {
      throw new DavError(507, `one home holds ${limits.collections} collections`);
    }
    const made = await tx.collections.add(home.account, {
      parent: home.id,
      name: to.name,
      kind: now.kind,
      properties: now.properties,
    });
    if (depth === 0) return replaced;
    const target: Destination = {
      parent: { ...source, href: `${to.parent.href}${encodeSegment(to.name)}/`, collection: made },
      name: '',
      replaces: undefined,
      mayOverwrite: false,
    };
    let after: string | undefined;
    let size = firstPage(limits.page);
    do {
      const page = { limit: size, ...(after === undefined ? {} : { after }) };
      const objects = await tx.objects.readPage(collection, page);
      for (const object of objects) await arrive(object, { ...target, name: object.name }, context, tx);
      after = objects.length < size ? undefined : objects.at(-1)?.name;
      size = nextPage(objects, limits.page);
    } while (after !== undefined);
    return replaced;
  });
}

/** Removes what is at the destination, if it is still what was found there: another may have moved that away, and made this. */
async function makeRoom(
  there: CollectionRecord,
  { parent, name, replaces, mayOverwrite }: Destination,
  { catalogue }: Context,
  tx: WriteTransaction,
): Promise<void> {
  if (!mayOverwrite) throw overwriteForbidden(`${parent.href}${encodeSegment(name)}/`);
  if (replaces?.shape !== 'collection' || replaces.collection.id !== there.id) {
    throw new DavError(409, 'something else was made at the destination meanwhile; try again');
  }
  const { type, collection, href } = replaces;
  const kept = catalogue.keeps(type)?.onDelete(collection.name) === 'empty';
  if (kept || !catalogue.creatable.some((one) => one.type.kind === type.kind)) {
    throw new DavError(403, `${href}, ${inWords(type)}, cannot be replaced`);
  }
  await tx.collections.remove(collection);
}
