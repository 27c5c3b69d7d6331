/**
 * Finds principals: those of the user's own tenant of which the user may know, and nobody else; never those below a principal. It asks
 * the index of the directory, page by page, and looks at each candidate. RFC 3744 section 9.4.
 */
import { acquaintancesOf, type Horizon, holdsPrincipal, horizonOf } from '../../dav/acquaintance.ts';
import { DavError } from '../../dav/errors.ts';
import { PRINCIPALS_KIND, principalResource, ROOT_KIND } from '../../dav/locate.ts';
import { othersTurn } from '../../dav/member-pages.ts';
import type { Context, DavResponse } from '../../dav/method.ts';
import { multistatus, statusResponse } from '../../dav/multistatus.ts';
import { propertyReader, requestedProperties } from '../../dav/properties.ts';
import type { PrincipalResource, Resource } from '../../dav/resource.ts';
import { childOf, textOf, type XmlElement } from '../../formats/xml/element.ts';
import { CALENDARSERVER, DAV } from '../../formats/xml/name.ts';
import type { Account, AccountId } from '../../store/records.ts';
import type { ReadTransaction } from '../../store/store.ts';
import { numberOfMatchesWithinLimits } from '../collection-sync/index.ts';

/** Principals in one answer. */
const MOST_FOUND = 500;
/** UTF-16 units of a text that is looked for: no name is longer. */
const LONGEST_TEXT = 1_000;
/** Candidates that one search looks at. */
const MOST_EXAMINED = 10_000;

export interface Search {
  readonly test: 'anyof' | 'allof';
  /** For the index; none means that everybody is looked at. */
  readonly texts: readonly string[];
  matches(resource: PrincipalResource): boolean;
}

interface Found {
  readonly principals: readonly PrincipalResource[];
  /** There are more than these, or it was not looked to the end. */
  readonly more: boolean;
}

/**
 * The whole answer: a DAV:response for each principal found, and one with 507 about the request's URL when there are more. A search that is
 * undefined finds nobody. @throws DavError 400
 */
export async function answerSearch(
  body: XmlElement,
  at: Resource,
  search: Search | undefined,
  context: Context,
): Promise<DavResponse> {
  const { catalogue, user, preferences, store, limits } = context;
  const most = limitIn(body);
  const reader = propertyReader(requestedProperties(body), context, preferences.return === 'minimal');
  if (search === undefined || user === undefined || !isInScope(body, at)) return multistatus(catalogue, nothing());
  const { principals, more } = await find(search, user, most, context);
  return multistatus(catalogue, pieces());

  async function* pieces(): AsyncGenerator<string> {
    for (let from = 0; from < principals.length; from += limits.page) {
      const page = principals.slice(from, from + limits.page);
      yield await store.read((tx) => reader.respond(page, tx));
    }
    if (!more) return;
    const reason = 'more principals match than are answered';
    yield statusResponse(at.href, 507, numberOfMatchesWithinLimits(reason).condition);
  }
}

/** The text of an element, to be looked for. @throws DavError 413 */
export function soughtText(e: XmlElement): string {
  const text = textOf(e);
  if (text.length <= LONGEST_TEXT) return text;
  throw new DavError(413, `what is looked for has at most ${LONGEST_TEXT} characters`);
}

async function* nothing(): AsyncGenerator<string> {}

/** Principals lie in one collection; there is nobody in any other, but in those around it. */
function isInScope(body: XmlElement, at: Resource): boolean {
  if (childOf(body, `{${DAV}}apply-to-principal-collection-set`) !== undefined) return true;
  return at.type.kind === PRINCIPALS_KIND || at.type.kind === ROOT_KIND;
}

/** @throws DavError 400 */
function limitIn(body: XmlElement): number {
  const limit = childOf(body, `{${CALENDARSERVER}}limit`) ?? childOf(body, `{${DAV}}limit`);
  if (limit === undefined) return MOST_FOUND;
  const results = childOf(limit, `{${CALENDARSERVER}}nresults`) ?? childOf(limit, `{${DAV}}nresults`);
  const number = results === undefined ? '' : textOf(results).trim();
  if (!/^\d+$/.test(number)) throw new DavError(400, 'the nresults of a limit is a number');
  return Math.min(Number(number), MOST_FOUND);
}

async function find(search: Search, user: Account, most: number, context: Context): Promise<Found> {
  const { store, limits, catalogue } = context;
  const { horizon, known } = await store.read(async (tx) => {
    const seen = await horizonOf(user, tx);
    return { horizon: seen, known: seen.everyone ? new Set<AccountId>() : await acquaintancesOf(seen.subject, tx) };
  });
  const found: PrincipalResource[] = [];
  let examined = 0;
  for await (const candidates of candidatesFor(search, horizon, known, context)) {
    for (const account of candidates) {
      if (!isVisible(account, horizon, known)) continue;
      const resource = principalResource(account, holdsPrincipal(horizon, account), catalogue);
      if (search.matches(resource)) found.push(resource);
    }
    examined += candidates.length;
    if (found.length > most) return { principals: found.slice(0, most), more: true };
    if (examined >= MOST_EXAMINED) return { principals: found, more: candidates.length >= limits.page };
    await othersTurn();
  }
  return { principals: found, more: false };
}

/** Accounts that are closed are nobody's to look up. */
function isVisible(account: Account, horizon: Horizon, known: ReadonlySet<AccountId>): boolean {
  if (account.disabled || account.tenant !== horizon.subject.user.tenant) return false;
  return horizon.everyone || known.has(account.id) || holdsPrincipal(horizon, account);
}

/** In pages, each its own short read. Who sees only acquaintances causes no search: how long one takes would tell of others. */
async function* candidatesFor(
  { test, texts }: Search,
  { everyone, administered, subject }: Horizon,
  known: ReadonlySet<AccountId>,
  { store, limits }: Context,
): AsyncGenerator<readonly Account[]> {
  const { tenant } = subject.user;
  if (!everyone && administered.size === 0) {
    const ids = [...known].toSorted((a, b) => a - b);
    for (let from = 0; from < ids.length; from += limits.page) {
      yield await store.read((tx) => tx.directory.accounts(ids.slice(from, from + limits.page)));
    }
    return;
  }
  let after: AccountId | undefined;
  do {
    const page = { limit: limits.page, ...(after === undefined ? {} : { after }) };
    const read = (tx: ReadTransaction) => tx.directory.matching({ tenant, test, texts }, page);
    const accounts: readonly Account[] = await store.read(read);
    yield accounts;
    after = accounts.length < limits.page ? undefined : accounts.at(-1)?.id;
  } while (after !== undefined);
}
