/**
 * The sync-collection report on every stored collection.
 *
 * The revisions to which the answer leads are fixed first; then the changes up to them are read in pages. What changes meanwhile has a
 * higher revision and comes with the next sync. The service truncates only where the client sets a limit. RFC 6578 section 3.
 */
import { DavError } from '../../dav/errors.ts';
import { memberCollection, memberCollections, objectResource } from '../../dav/locate.ts';
import { COLLECTIONS, othersTurn } from '../../dav/member-pages.ts';
import type { Context, DavRequest, DavResponse } from '../../dav/method.ts';
import type { Responder } from '../../dav/multiget.ts';
import { multistatus, statusResponse } from '../../dav/multistatus.ts';
import { type PropertyReader, propertyReader, requestedProperties } from '../../dav/properties.ts';
import { text } from '../../dav/property.ts';
import type { Report } from '../../dav/report.ts';
import type { CollectionResource, Resource } from '../../dav/resource.ts';
import { parseDepth } from '../../formats/http/headers.ts';
import { encodeSegment } from '../../formats/http/path.ts';
import { childOf, element, textOf, type XmlElement } from '../../formats/xml/element.ts';
import { DAV } from '../../formats/xml/name.ts';
import type { Change, CollectionRecord, ObjectRecord } from '../../store/records.ts';
import type { ChangeSpan, ReadTransaction } from '../../store/store.ts';
import { numberOfMatchesWithinLimits, syncTraversalSupported } from './preconditions.ts';
import { type Level, mayHoldCollections, type Part, refused, type Scope, scopeOf, stateAfter } from './scope.ts';
import { isUsable, type Progress, tokenOf } from './token.ts';

export const syncCollection: Report = {
  name: `{${DAV}}sync-collection`,
  spec: 'RFC 6578 section 3.2',
  on: ['collection'],
  privilege: '{DAV:}read',
  async run(body, at, context, request): Promise<DavResponse> {
    if (at.shape !== 'collection') throw new DavError(403, 'only collections can be synchronised');
    requireDepth(request);
    const level = levelIn(body);
    const limit = limitIn(body);
    const token = textOf(childOf(body, `{${DAV}}sync-token`) ?? element(`{${DAV}}sync-token`)).trim();
    const scope = await scopeOf(at, level, token, context);
    const properties = propertyReader(requestedProperties(body), context, context.preferences.return === 'minimal');
    const responder =
      level === '1' ? properties : withoutTraversal(properties, scope.traverses ? isMounted : () => true, context);
    return multistatus(context.catalogue, pieces(scope, limit, responder, context));
  },
};

/** The scope is the sync-level's to say; clients that send Depth: 1 mean the same. RFC 6578 section 3.3. */
function requireDepth({ headers }: DavRequest): void {
  if (parseDepth(headers.depth) === 'infinity') {
    throw new DavError(400, 'sync-collection has Depth: 0; {DAV:}sync-level says how deep it goes');
  }
}

function levelIn(body: XmlElement): Level {
  const level = textOf(childOf(body, `{${DAV}}sync-level`) ?? element(`{${DAV}}sync-level`, '1')).trim();
  if (level === '1' || level === 'infinite') return level;
  throw new DavError(400, `{DAV:}sync-level is 1 or infinite, not ${level.slice(0, 100)}`);
}

function limitIn(body: XmlElement): number | undefined {
  const limit = childOf(body, `{${DAV}}limit`);
  if (limit === undefined) return undefined;
  const digits = textOf(childOf(limit, `{${DAV}}nresults`) ?? limit).trim();
  if (/^[1-9]\d{0,8}$/.test(digits)) return Number(digits);
  throw new DavError(400, `{DAV:}nresults is a positive number, not ${digits.slice(0, 100)}`);
}

function isMounted(resource: Resource): boolean {
  return resource.shape === 'collection' && resource.mount !== undefined;
}

/** Says of some member collections that what lies in them is not followed from here. RFC 6578 section 3.3. */
function withoutTraversal(
  properties: PropertyReader,
  which: (collection: Resource) => boolean,
  { catalogue }: Context,
): Responder {
  const { condition } = syncTraversalSupported('synchronise this collection at its own URL');
  const error = catalogue.declares(condition.name) ? condition : undefined;
  return {
    async respond(resources, tx) {
      const { told = [], refused = [] } = Object.groupBy(resources, (resource) =>
        resource.shape !== 'object' && which(resource) ? 'refused' : 'told',
      );
      const refusals = refused.map(({ href }) => statusResponse(href, 403, error)).join('');
      return (await properties.respond(told, tx)) + refusals;
    },
  };
}

/** How far an answer has come: those parts before this one are done. */
interface Position {
  readonly part: number;
  readonly progress: Progress;
}

async function* pieces(
  scope: Scope,
  limit: number | undefined,
  responder: Responder,
  context: Context,
): AsyncGenerator<string> {
  const { store, limits, epoch } = context;
  const [{ at, from }] = scope.parts;
  let position = next(scope, { part: 0, progress: from });
  for (let left = limit ?? Number.POSITIVE_INFINITY; left > 0 && !isEnd(scope, position); ) {
    const begin = position;
    const room = Math.min(limits.page, left);
    const page = await store.read(async (tx) => {
      const taken = await take(scope, begin, room, context, tx);
      return { ...taken, text: await respond(taken.members, responder, context, tx) };
    });
    position = page.position;
    left -= page.members.length;
    if (page.text !== '') yield page.text;
    await othersTurn();
  }
  // A limit that ends exactly with the last change truncates nothing: RFC 6578 section 3.6.
  const more = !isEnd(scope, position) && (await store.read((tx) => isMore(scope, position, context, tx)));
  if (more) yield statusResponse(at.href, 507, numberOfMatchesWithinLimits('there is more').condition);
  const { part: current, progress } = more ? position : { part: scope.parts.length, progress: from };
  const progressOf = (part: number): Progress =>
    part < current ? done(scope.parts[part]!) : part === current ? progress : scope.parts[part]!.from;
  const token = tokenOf(epoch, at.collection, stateAfter(scope, progressOf, !more));
  yield `<d:sync-token>${text(token)}</d:sync-token>\n`;
}

async function isMore(scope: Scope, position: Position, context: Context, tx: ReadTransaction): Promise<boolean> {
  return (await take(scope, position, 1, context, tx)).members.length > 0;
}

function done({ at: { collection } }: Part): Progress {
  return { members: collection.revision, removals: collection.revision };
}

function isEnd({ parts }: Scope, { part }: Position): boolean {
  return part >= parts.length;
}

/** The position, or the first after it where something may have changed. */
function next({ parts }: Scope, { part, progress }: Position): Position {
  for (let at = part, from: Progress = progress; ; ) {
    const here = parts[at];
    if (here === undefined || from.members < here.at.collection.revision) return { part: at, progress: from };
    at += 1;
    from = parts[at]?.from ?? from;
  }
}

/** A changed or removed member, and where. */
interface Found {
  readonly at: CollectionResource;
  readonly change: Change<ObjectRecord | CollectionRecord>;
  readonly sort: 'object' | 'collection';
}

/** As many changes as there is room for, from a position on; collections among them only so many, for their properties may be long. */
async function take(
  scope: Scope,
  begin: Position,
  room: number,
  context: Context,
  tx: ReadTransaction,
): Promise<{ readonly members: readonly Found[]; readonly position: Position }> {
  const members: Found[] = [];
  let collections = 0;
  let position = begin;
  while (members.length < room && collections < COLLECTIONS && !isEnd(scope, position)) {
    const { at } = scope.parts[position.part]!;
    const left = room - members.length;
    const most = mayHoldCollections(at, context) ? Math.min(left, COLLECTIONS - collections) : left;
    const span = spanFrom(position.progress, at.collection.revision, most);
    const [found] = await Promise.all([
      changesIn(at, span, context, tx),
      requireUnpruned(at, position.progress, span, tx),
    ]);
    members.push(...found);
    collections += found.reduce((sum, { sort }) => sum + (sort === 'collection' ? 1 : 0), 0);
    const reached = found.length < span.limit ? span.upTo : (found.at(-1)?.change.revision ?? span.upTo);
    const removals = Math.max(position.progress.removals, reached);
    position = next(scope, { ...position, progress: { members: reached, removals } });
  }
  return { members, position };
}

function spanFrom({ members, removals }: Progress, revision: number, limit: number): ChangeSpan {
  if (members < removals) return { initial: true, since: members, upTo: removals, limit };
  return { since: members, upTo: revision, limit };
}

/** Tombstones may have gone since the report began; what they said, nobody knows. */
async function requireUnpruned(
  { collection }: CollectionResource,
  progress: Progress,
  { initial }: ChangeSpan,
  tx: ReadTransaction,
): Promise<void> {
  if (initial === true) return;
  const now = await tx.collections.get(collection);
  if (now !== undefined && !isUsable(progress, now)) throw refused();
}

async function changesIn(
  at: CollectionResource,
  span: ChangeSpan,
  context: Context,
  tx: ReadTransaction,
): Promise<readonly Found[]> {
  const { collection, type } = at;
  if (type.members === undefined) {
    return (await tx.changes.collections(collection, span)).map((change) => ({ at, change, sort: 'collection' }));
  }
  if (!mayHoldCollections(at, context)) {
    return (await tx.changes.objects(collection, span)).map((change) => ({ at, change, sort: 'object' }));
  }
  return (await tx.changes.members(collection, span)).map((change) => ({ at, change, sort: change.sort }));
}

async function respond(
  members: readonly Found[],
  responder: Responder,
  context: Context,
  tx: ReadTransaction,
): Promise<string> {
  const { catalogue } = context;
  const present: Resource[] = [];
  const mounts = new Map<CollectionResource, CollectionRecord[]>();
  let gone = '';
  for (const { at, change, sort } of members) {
    if (change.removed) {
      gone += statusResponse(at.href + encodeSegment(change.name) + (sort === 'collection' ? '/' : ''), 404);
      continue;
    }
    const { member } = change;
    if ('kind' in member && member.target !== undefined) {
      mounts.set(at, [...(mounts.get(at) ?? []), member]);
      continue;
    }
    const resource = 'kind' in member ? memberCollection(catalogue, at, member) : objectResource(at, member);
    if (resource.privileges.has('{DAV:}read')) present.push(resource);
  }
  for (const [at, records] of mounts) {
    const mounted = await memberCollections(at, records, context, tx);
    present.push(...mounted.filter(({ privileges }) => privileges.has('{DAV:}read')));
  }
  return (await responder.respond(present, tx)) + gone;
}
