/**
 * The sync-collection report on calendars, address books, inboxes and homes.
 *
 * The revision to which the answer leads is fixed first; then the changes up to it are read in pages. What changes meanwhile has a higher
 * revision and comes with the next sync. The service truncates only where the client sets a limit. RFC 6578 section 3.
 */
import { DavError } from '../../dav/errors.ts';
import { memberCollection, objectResource } from '../../dav/locate.ts';
import type { Context, DavResponse } from '../../dav/method.ts';
import type { Responder } from '../../dav/multiget.ts';
import { multistatus, statusResponse } from '../../dav/multistatus.ts';
import { type PropertyReader, propertyReader, requestedProperties } from '../../dav/properties.ts';
import { text } from '../../dav/property.ts';
import type { Report } from '../../dav/report.ts';
import type { CollectionResource, Resource } from '../../dav/resource.ts';
import { encodeSegment } from '../../formats/http/path.ts';
import { childOf, element, textOf, type XmlElement } from '../../formats/xml/element.ts';
import { DAV } from '../../formats/xml/name.ts';
import type { Change, CollectionRecord, ObjectRecord } from '../../store/records.ts';
import type { ChangeSpan, ReadTransaction } from '../../store/store.ts';
import { numberOfMatchesWithinLimits, syncTraversalSupported, validSyncToken } from './preconditions.ts';
import { revisionIn, syncToken } from './token.ts';

export const syncCollection: Report = {
  name: `{${DAV}}sync-collection`,
  spec: 'RFC 6578 section 3.2',
  on: ['collection'],
  privilege: '{DAV:}read',
  async run(body, at, context): Promise<DavResponse> {
    if (at.shape !== 'collection') throw new DavError(403, 'only collections can be synchronised');
    const level = textOf(childOf(body, `{${DAV}}sync-level`) ?? element(`{${DAV}}sync-level`, '1')).trim();
    if (level !== '1' && level !== 'infinite')
      throw new DavError(400, `{DAV:}sync-level is 1 or infinite, not ${level}`);
    const limit = limitIn(body);
    const now = await context.store.read((tx) => tx.collections.get(at.collection));
    if (now === undefined) throw new DavError(404, `there is nothing at ${at.href}`);
    const since = sinceIn(body, now, context);
    const properties = propertyReader(requestedProperties(body), context, context.preferences.return === 'minimal');
    const responder = level === 'infinite' ? withoutTraversal(properties, context) : properties;
    return multistatus(context.catalogue, pieces({ ...at, collection: now }, since, limit, responder, context));
  },
};

/** Says of member collections that what lies in them is not followed from here. RFC 6578 section 3.3. */
function withoutTraversal(properties: PropertyReader, { catalogue }: Context): Responder {
  const { condition } = syncTraversalSupported('synchronise this collection at its own URL');
  const error = catalogue.declares(condition.name) ? condition : undefined;
  return {
    async respond(resources, tx) {
      const objects = resources.filter((resource) => resource.shape === 'object');
      const collections = resources.filter((resource) => resource.shape !== 'object');
      const refused = collections.map(({ href }) => statusResponse(href, 403, error)).join('');
      return (await properties.respond(objects, tx)) + refused;
    },
  };
}

/** The revision that the client has; undefined for a first sync. @throws PreconditionViolated */
function sinceIn(body: XmlElement, collection: CollectionRecord, { epoch }: Context): number | undefined {
  const token = textOf(childOf(body, `{${DAV}}sync-token`) ?? element(`{${DAV}}sync-token`)).trim();
  if (token === '') return undefined;
  const revision = revisionIn(token, epoch, collection);
  if (revision === undefined) {
    throw validSyncToken(
      `the sync token ${token.slice(0, 100)} is not, or no longer, one of this collection; begin with an empty one`,
    );
  }
  return revision;
}

function limitIn(body: XmlElement): number | undefined {
  const limit = childOf(body, `{${DAV}}limit`);
  if (limit === undefined) return undefined;
  const digits = textOf(childOf(limit, `{${DAV}}nresults`) ?? limit).trim();
  if (!/^[1-9]\d{0,8}$/.test(digits)) throw new DavError(400, `{DAV:}nresults is a positive number, not ${digits}`);
  return Number(digits);
}

async function* pieces(
  at: CollectionResource,
  since: number | undefined,
  limit: number | undefined,
  responder: Responder,
  context: Context,
): AsyncGenerator<string> {
  const { store, limits } = context;
  const upTo = at.collection.revision;
  const initial = since === undefined;
  let reached = since ?? 0;
  let left = limit ?? Number.POSITIVE_INFINITY;
  let more = reached < upTo;
  while (more && left > 0) {
    const span = { initial, since: reached, upTo, limit: Math.min(limits.page, left) };
    const page = await store.read((tx) => readPage(at, span, responder, context, tx));
    reached = page.reached ?? upTo;
    left -= page.count;
    more = page.count === span.limit && reached < upTo;
    if (page.text !== '') yield page.text;
  }
  // A limit that ends exactly with the last change truncates nothing: RFC 6578 section 3.6.
  if (more) {
    const next = await store.read((tx) => changesIn(at, { initial, since: reached, upTo, limit: 1 }, tx));
    more = next.length > 0;
  }
  if (more) yield statusResponse(at.href, 507, numberOfMatchesWithinLimits('there is more').condition);
  yield `<d:sync-token>${text(syncToken(context.epoch, at.collection, more ? reached : upTo))}</d:sync-token>\n`;
}

type Member = Change<ObjectRecord | CollectionRecord>;

async function changesIn(at: CollectionResource, span: ChangeSpan, tx: ReadTransaction): Promise<readonly Member[]> {
  return at.type.members === undefined
    ? tx.changes.collections(at.collection, span)
    : tx.changes.objects(at.collection, span);
}

async function readPage(
  at: CollectionResource,
  span: ChangeSpan,
  responder: Responder,
  context: Context,
  tx: ReadTransaction,
): Promise<{ readonly text: string; readonly count: number; readonly reached: number | undefined }> {
  const changes = await changesIn(at, span, tx);
  const present: Resource[] = [];
  let gone = '';
  for (const change of changes) {
    if (!change.removed) present.push(memberOf(at, change.member, context));
    else gone += statusResponse(removedHref(at, change.name), 404);
  }
  return {
    text: (await responder.respond(present, tx)) + gone,
    count: changes.length,
    reached: changes.at(-1)?.revision,
  };
}

function memberOf(at: CollectionResource, member: ObjectRecord | CollectionRecord, { catalogue }: Context): Resource {
  return 'kind' in member ? memberCollection(catalogue, at, member) : objectResource(at, member);
}

function removedHref(at: CollectionResource, name: string): string {
  return at.href + encodeSegment(name) + (at.type.members === undefined ? '/' : '');
}
