/**
 * Principals as clients name them: by an href, in any of its spellings. RFC 3744 section 2, RFC 4918 section 8.3.
 */
import { type Horizon, mayKnow } from '../../dav/acquaintance.ts';
import type { Catalogue } from '../../dav/catalogue.ts';
import { DavError } from '../../dav/errors.ts';
import type { Subprincipal } from '../../dav/feature.ts';
import { PRINCIPALS_SEGMENT, principalHref } from '../../dav/locate.ts';
import type { DavRequest } from '../../dav/method.ts';
import { referenceIn } from '../../dav/reference.ts';
import { type SplitPath, splitPath } from '../../formats/http/path.ts';
import { childrenOf, textOf, type XmlElement } from '../../formats/xml/element.ts';
import { DAV } from '../../formats/xml/name.ts';
import type { Account, AccountId } from '../../store/records.ts';
import type { ReadTransaction } from '../../store/store.ts';
import { recognizedPrincipal } from './preconditions.ts';

/** A principal that exists; whether the user may know of it is not said. */
export interface NamedPrincipal {
  readonly account: Account;
  /** Set for one of those below the account's principal. */
  readonly below: Subprincipal | undefined;
}

/** Members that one request may give a group. */
const MOST_MEMBERS = 1_000;

/**
 * The principal that an href names: by the primary address or an alias, encoded or not. An absolute URI counts where it leads to the host of
 * the request, or where that is not given.
 */
export async function principalNamed(
  href: string,
  request: DavRequest | undefined,
  catalogue: Catalogue,
  tx: ReadTransaction,
): Promise<NamedPrincipal | undefined> {
  const path = pathIn(href, request);
  if (path === undefined || path.query !== '') return undefined;
  const [first, who, segment, ...more] = path.segments;
  if (first !== PRINCIPALS_SEGMENT || who === undefined || more.length > 0) return undefined;
  const below = segment === undefined ? undefined : catalogue.subprincipals.get(segment);
  if (segment !== undefined && below === undefined) return undefined;
  const account = await tx.directory.accountByAddress(who.toLowerCase());
  if (account === undefined || (below !== undefined && account.kind === 'group')) return undefined;
  return { account, below };
}

/** The path of an href; undefined for a URI of another host. */
export function pathIn(href: string, request: DavRequest | undefined): SplitPath | undefined {
  const ascii = href.trim().replace(/[^\0-\x7f]+/g, (text) => encodeURIComponent(text.toWellFormed()));
  if (request === undefined) return splitPath(ascii.replace(/^https?:\/\/[^/?#]*/i, ''));
  const reference = referenceIn(ascii, request);
  return reference.kind === 'here' ? splitPath(reference.path) : undefined;
}

/** The path at which a named principal is answered. */
export function hrefOf({ account, below }: NamedPrincipal): string {
  return below === undefined ? principalHref(account) : `${principalHref(account)}${below.segment}/`;
}

/**
 * The accounts in a DAV:group-member-set that a client sets, each once. Those of `present` are members already and may stay, whether or
 * not the user would find them. A set names paths, or URIs, whose host is not looked at.
 * @throws PreconditionViolated DAV:recognized-principal; DavError 413
 */
export async function membersNamed(
  value: XmlElement,
  present: readonly AccountId[],
  horizon: Horizon,
  catalogue: Catalogue,
  tx: ReadTransaction,
): Promise<readonly Account[]> {
  const sent = childrenOf(value, `{${DAV}}href`).map((href) => textOf(href).trim());
  if (sent.length > MOST_MEMBERS) throw new DavError(413, `a group gets at most ${MOST_MEMBERS} members at once`);
  const members = new Map<AccountId, Account>();
  for (const href of sent) {
    const named = await principalNamed(href, undefined, catalogue, tx);
    const isKnown = async (account: Account): Promise<boolean> =>
      present.includes(account.id) || mayKnow(horizon, account, tx);
    if (named === undefined || named.below !== undefined || !(await isKnown(named.account))) {
      throw recognizedPrincipal(`${href.slice(0, 200)} names no principal`);
    }
    members.set(named.account.id, named.account);
  }
  return [...members.values()];
}
