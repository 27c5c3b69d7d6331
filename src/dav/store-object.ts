/**
 * Storing the body of a request as an object, as PUT and POST do: what can be refused is refused before the body comes, and everything is
 * asked again in the transaction that writes. RFC 4918 section 9.7, RFC 5995 section 3.2.
 */
import type { ObjectRecord } from '../store/records.ts';
import type { NewObject, ReadTransaction } from '../store/store.ts';
import { requireConditions, requireLikelyConditions } from './conditions.ts';
import { abandonContent, receiveContent } from './content.ts';
import { DavError } from './errors.ts';
import { etagOf } from './etag.ts';
import { objectResource } from './locate.ts';
import { requireUnlocked } from './locks.ts';
import { lockNow, memberCollectionNow } from './member-now.ts';
import type { Context, DavRequest, DavResponse } from './method.ts';
import { requirePrivilegeNow } from './privilege-now.ts';
import { type CollectionResource, inWords } from './resource.ts';
import { proposedWrite, type WriteRule } from './write-rule.ts';

/** Where an object goes. */
export interface Place {
  readonly parent: CollectionResource;
  readonly name: string;
  /** What was found there. */
  readonly previous: ObjectRecord | undefined;
  /** What the request's URL names, and so what its conditions are about: a POST names the collection. RFC 9110 section 13.1. */
  readonly conditionsOn: 'object' | 'collection';
}

/** What was stored. */
export interface Stored {
  readonly created: boolean;
  readonly object: ObjectRecord;
  /** The bytes; undefined for a large content. */
  readonly data: Uint8Array | undefined;
  /** They are other ones than were sent: no entity tag is given for them. RFC 4791 section 5.3.4. */
  readonly rewritten: boolean;
}

/** The rule by which the collection takes objects. @throws DavError 403 when clients can store nothing there */
export function writeRuleOf(parent: CollectionResource, { catalogue }: Context): WriteRule {
  const rule = catalogue.writeRule(parent.type);
  if (rule !== undefined) return rule;
  throw new DavError(403, `clients cannot store anything in ${parent.href}, ${inWords(parent.type)}`);
}

/**
 * Stores the body. The caller has asked for the privileges as they were found.
 * @throws DavError, and whatever refuses a write: conditions, locks, the write rule, the quota
 */
export async function storeObject(place: Place, request: DavRequest, context: Context): Promise<Stored> {
  const { parent, previous } = place;
  const rule = writeRuleOf(parent, context);
  requireLikelyConditions(request, place.conditionsOn === 'object' ? previous : parent.collection);
  const body =
    rule.large === true ? await largeBody(rule, place, request, context) : await wholeBody(rule, request, context);
  try {
    return await storeBody(body, rule, place, request, context);
  } catch (error) {
    if (body.content !== undefined) await abandonContent(parent.owner.id, body.content.id, context);
    throw error;
  }
}

function storeBody(
  body: ObjectBody,
  rule: WriteRule,
  place: Place,
  request: DavRequest,
  context: Context,
): Promise<Stored> {
  const { parent } = place;
  const { store, limits, writes, user } = context;
  const contentType = request.headers['content-type'];
  return store.write(writes, async (tx) => {
    const collection = await lockNow(parent, tx);
    const previous = await tx.objects.get(collection, place.name);
    await requirePrivilegeNow(parent, previous === undefined ? '{DAV:}bind' : '{DAV:}write-content', context, tx);
    await requireNoCollection(place, previous, context, tx);
    await requireConditions(request, place.conditionsOn === 'object' ? previous : collection, context, tx);
    await requireFree(place, previous, request, context, tx);
    const { uid, index, properties, data } = await rule.accept(
      proposedWrite(
        { ...parent, collection },
        { name: place.name, body, contentType, previous },
        { limits, author: user?.id },
      ),
      tx,
    );
    const kept = properties === undefined ? {} : { properties: { ...previous?.properties, ...properties } };
    const bytes = data === undefined ? body : { etag: etagOf(data), data };
    const object = await tx.objects.put(collection, { ...bytes, name: place.name, uid, index, ...kept });
    return {
      created: previous === undefined,
      object,
      data: rule.large === true ? undefined : bytes.data,
      rewritten: data !== undefined,
    };
  });
}

type ObjectBody = Pick<NewObject, 'etag' | 'data' | 'content'>;

const NOTHING = new Uint8Array(0);

async function wholeBody(rule: WriteRule, request: DavRequest, { limits }: Context): Promise<ObjectBody> {
  // A little more is read than may be stored, so that the rule can say what is too large.
  const data = await request.body(Math.max(rule.maxSize(limits) + 1, limits.xmlBody));
  return { etag: etagOf(data), data };
}

/** Before much is sent in vain, one read says whether it could be stored. */
async function largeBody(rule: WriteRule, place: Place, request: DavRequest, context: Context): Promise<ObjectBody> {
  const { parent, previous } = place;
  await context.store.read(async (tx) => {
    await requireConditions(request, place.conditionsOn === 'object' ? previous : parent.collection, context, tx);
    await requireFree(place, previous, request, context, tx);
  });
  const { id, size, etag } = await receiveContent(request, parent.owner.id, rule.maxSize(context.limits), context);
  return id === undefined ? { etag, data: NOTHING } : { etag, data: NOTHING, content: { id, size } };
}

/** Another may have made a collection of that name meanwhile. */
async function requireNoCollection(
  { parent, name }: Place,
  previous: ObjectRecord | undefined,
  context: Context,
  tx: ReadTransaction,
): Promise<void> {
  if (previous !== undefined) return;
  const member = await memberCollectionNow(parent, name, context, tx);
  if (member !== undefined) throw new DavError(405, `${parent.href}${name} is a collection; PUT stores an object`);
}

function requireFree(
  { parent, name }: Place,
  previous: ObjectRecord | undefined,
  request: DavRequest,
  context: Context,
  tx: ReadTransaction,
): Promise<void> {
  return previous === undefined
    ? requireUnlocked(request, context, tx, { what: 'member', in: parent, name })
    : requireUnlocked(request, context, tx, { what: 'content', at: objectResource(parent, previous) });
}

// --- Prefer: return=representation ---------------------------------------------------------------------------------------------------

/** What an answer holds that gives an object back. RFC 8144 section 3. */
type Representation = Pick<DavResponse, 'headers'> & { readonly body: Uint8Array };

/**
 * The object with its bytes and headers, for a client that prefers `return=representation`; undefined for one that does not, one that may
 * not read, and for large contents. Of what was just stored nothing is read.
 */
export async function representation(
  parent: CollectionResource,
  name: string,
  stored: Stored | undefined,
  { preferences, store }: Context,
): Promise<Representation | undefined> {
  if (preferences.return !== 'representation' || !parent.privileges.has('{DAV:}read')) return undefined;
  if (parent.type.members === undefined) return undefined;
  const found = stored === undefined ? await store.read((tx) => tx.objects.read(parent.collection, name)) : undefined;
  const object = stored?.object ?? found;
  const data = stored?.data ?? found?.data;
  if (object === undefined || data === undefined || object.content !== undefined) return undefined;
  const resource = objectResource(parent, object);
  return {
    headers: {
      ...resource.type.headers?.(resource),
      'Content-Type': resource.type.contentType?.(resource) ?? 'application/octet-stream',
      'Content-Location': resource.href,
      ETag: `"${object.etag}"`,
      'Preference-Applied': 'return=representation',
      'Cache-Control': 'private, no-cache',
      'X-Content-Type-Options': 'nosniff',
      Vary: 'Brief,Prefer',
    },
    body: data,
  };
}
