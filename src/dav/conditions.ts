/**
 * Conditional requests against what is stored now: If-Match and its kin first, then the If header of WebDAV. RFC 9110 section 13.2.2,
 * RFC 4918 section 10.4.
 */
import { evaluate, matchesStrongly } from '../formats/http/conditions.ts';
import { HeaderError, type IfCondition, parseIf } from '../formats/http/headers.ts';
import { splitPath } from '../formats/http/path.ts';
import type { Account, CollectionRecord, LockRecord, ObjectRecord } from '../store/records.ts';
import type { ReadTransaction } from '../store/store.ts';
import { ConditionNotMet } from './errors.ts';
import { storedTags } from './etag.ts';
import { type Located, locate, segmentsOf } from './locate.ts';
import { locksCovering } from './locks.ts';
import type { Context, DavRequest } from './method.ts';
import { referenceIn } from './reference.ts';

/** Other resources that one If header may ask about: each is looked up. */
const MOST_TAGS = 50;

/** An object or a collection as it is now; undefined where nothing is. */
type Current = ObjectRecord | CollectionRecord | undefined;

/**
 * Asks in the transaction that writes whether the request may go on. `current` is what its URL names there, or, for a collection that has
 * no entity tag, its record.
 *
 * @throws ConditionNotMet
 * @throws HeaderError
 */
export async function requireConditions(
  request: DavRequest,
  current: Current,
  context: Context,
  tx: ReadTransaction,
): Promise<void> {
  if (verdictOf(request, current) === 'proceed' && (await ifHolds(request, current, context, tx))) return;
  throw notMet(current);
}

/** The same of If-Match and its kin alone, which cost nothing: to be asked before a body is read. @throws ConditionNotMet, HeaderError */
export function requireLikelyConditions(request: DavRequest, current: Current): void {
  if (verdictOf(request, current) === 'failed') throw notMet(current);
}

/** For GET and HEAD: `not-modified` is answered 304. @throws ConditionNotMet, HeaderError */
export async function readingConditions(
  request: DavRequest,
  current: ObjectRecord,
  context: Context,
): Promise<'proceed' | 'not-modified'> {
  const verdict = verdictOf(request, current);
  const holds =
    request.headers.if === undefined || (await context.store.read((tx) => ifHolds(request, current, context, tx)));
  if (verdict === 'failed' || !holds) throw notMet(current);
  return verdict;
}

function verdictOf({ headers, method }: DavRequest, current: Current) {
  const reading = method === 'GET' || method === 'HEAD';
  const tagsIn = (value: string | undefined) => (value === undefined || reading ? value : storedTags(value));
  return evaluate(
    {
      ifMatch: tagsIn(headers['if-match']),
      ifNoneMatch: tagsIn(headers['if-none-match']),
      ifModifiedSince: headers['if-modified-since'],
      ifUnmodifiedSince: headers['if-unmodified-since'],
    },
    current === undefined ? undefined : { etag: etagOf(current) ?? '', modified: current.modified },
    method,
  );
}

/** A collection has none, so none that a client names is its. */
function etagOf(current: Current): string | undefined {
  return current !== undefined && 'etag' in current ? `"${current.etag}"` : undefined;
}

function notMet(current: Current): ConditionNotMet {
  const etag = etagOf(current);
  if (current === undefined) {
    return new ConditionNotMet(
      'the request is for something that does not exist (any more); read the collection again',
    );
  }
  if (etag !== undefined) {
    return new ConditionNotMet(
      `a condition does not hold: it may have changed, its entity tag is now ${etag}; read it again and repeat the change`,
    );
  }
  return new ConditionNotMet(
    'a condition does not hold: a collection has no entity tag, or it has changed; read it again and repeat the change',
  );
}

// --- the If header -------------------------------------------------------------------------------------------------------------------

/** What the conditions of a list are matched with. RFC 4918 section 10.4.4. */
interface State {
  readonly etag: string | undefined;
  readonly tokens: ReadonlySet<string>;
}

const NO_STATE: State = { etag: undefined, tokens: new Set() };

/** Whether any of the lists holds. Each resource that they are about is looked at once. */
async function ifHolds(request: DavRequest, current: Current, context: Context, tx: ReadTransaction): Promise<boolean> {
  const header = request.headers.if;
  if (header === undefined) return true;
  const lists = parseIf(header);
  const states = new Map<string | undefined, State>();
  for (const { resource, conditions } of lists) {
    let state = states.get(resource);
    if (state === undefined) {
      if (states.size > MOST_TAGS) throw new HeaderError(`If: more than ${MOST_TAGS} resources`);
      state =
        resource === undefined
          ? await stateOf(context.located, current, context, tx)
          : await stateOfTagged(resource, request, context, tx);
      states.set(resource, state);
    }
    if (conditions.every((condition) => holds(condition, state))) return true;
  }
  return false;
}

function holds(condition: IfCondition, { etag, tokens }: State): boolean {
  const isSo =
    condition.kind === 'token'
      ? tokens.has(condition.token)
      : etag !== undefined &&
        matchesStrongly({ ...condition.etag, value: storedTags(condition.etag.value) }, storedTags(etag));
  return isSo !== condition.not;
}

/** In the user's eyes: what the user may not read has no state but the locks that the user holds. */
async function stateOfTagged(tag: string, request: DavRequest, context: Context, tx: ReadTransaction): Promise<State> {
  const reference = referenceIn(tag, request);
  const path = reference.kind === 'here' ? splitPath(reference.path) : undefined;
  if (path === undefined) return NO_STATE;
  const located = await locate(path, context, tx);
  const found = located.found ? located.resource : undefined;
  const record =
    found?.shape === 'object' ? found.object : found?.shape === 'collection' ? found.collection : undefined;
  const at = located.found ? located.resource : located.parent;
  if (at?.privileges.has('{DAV:}read') === true) return stateOf(located, record, context, tx);
  return { etag: undefined, tokens: new Set(await tokensOfUser(located, record, context, tx)) };
}

async function tokensOfUser(
  located: Located,
  current: Current,
  { user, now }: Context,
  tx: ReadTransaction,
): Promise<readonly string[]> {
  const place = placeOf(located);
  if (place === undefined) return [];
  const locks = await tx.locks.of(place.owner.id, now);
  const own = locks.filter(({ holder }) => holder === user?.id);
  return tokensOn(own, place.path, current !== undefined);
}

async function stateOf(located: Located, current: Current, context: Context, tx: ReadTransaction): Promise<State> {
  const place = placeOf(located);
  if (place === undefined) return NO_STATE;
  const { owner, path } = place;
  const locks = await tx.locks.of(owner.id, context.now);
  const tokens = new Set(tokensOn(locks, path, current !== undefined));
  if (current !== undefined && 'kind' in current) {
    for (const one of context.catalogue.stateTokens) {
      const token = one.of(current, context);
      if (token !== undefined) tokens.add(token);
    }
  }
  return { etag: etagOf(current), tokens };
}

/** Where nothing is, only a lock of that very name counts: it stands for the empty resource of RFC 4918 section 7.3. */
function tokensOn(locks: readonly LockRecord[], path: readonly string[], mapped: boolean): readonly string[] {
  const covering = locksCovering(locks, path);
  return covering.filter((lock) => mapped || lock.path.length === path.length).map(({ token }) => token);
}

function placeOf(located: Located): { readonly owner: Account; readonly path: readonly string[] } | undefined {
  if (!located.found) {
    const { parent, name } = located;
    return parent?.shape === 'collection' ? { owner: parent.owner, path: [...segmentsOf(parent), name] } : undefined;
  }
  const { resource } = located;
  if (resource.shape !== 'collection' && resource.shape !== 'object') return undefined;
  return { owner: resource.owner, path: segmentsOf(resource) };
}
