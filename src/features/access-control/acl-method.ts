/**
 * ACL: replaces what is granted on a collection. Everything is checked in the transaction that writes. RFC 3744 section 8.1.
 */
import { horizonOf, mayKnow } from '../../dav/acquaintance.ts';
import { requireConditions } from '../../dav/conditions.ts';
import { mapped, requirePrivilege } from '../../dav/dispatch.ts';
import { DavError } from '../../dav/errors.ts';
import { requireUnlocked } from '../../dav/locks.ts';
import { lockNow } from '../../dav/member-now.ts';
import type { Context, DavRequest, Method } from '../../dav/method.ts';
import { requirePrivilegeNow } from '../../dav/privilege-now.ts';
import type { CollectionResource } from '../../dav/resource.ts';
import { xmlBody } from '../../dav/xml-body.ts';
import { encodePath } from '../../formats/http/path.ts';
import { childOf, childrenOf, elementsOf, textOf, type XmlElement } from '../../formats/xml/element.ts';
import { DAV, type XmlName } from '../../formats/xml/name.ts';
import type { Account, Grant, Grantee } from '../../store/records.ts';
import type { ReadTransaction } from '../../store/store.ts';
import { type Ace, type AcePrincipal, aclsOf } from './acl.ts';
import { hrefOf, type NamedPrincipal, pathIn, principalNamed } from './named-principals.ts';
import {
  allowedPrincipal,
  grantOnly,
  limitedNumberOfAces,
  noAceConflict,
  noInheritedAceConflict,
  noInvert,
  noProtectedAceConflict,
  notSupportedPrivilege,
  recognizedPrincipal,
} from './preconditions.ts';

/** ACEs that a collection may have of its own. */
const MOST_ACES = 100;
/** Those in a request, with protected and inherited ones that come back: each is compared. */
const MOST_SENT = 1_000;

export const acl: Method = {
  name: 'ACL',
  spec: 'RFC 3744 section 8.1',
  on: ['collection'],
  async handle(request, context) {
    const resource = mapped(context, request);
    requirePrivilege(resource, '{DAV:}write-acl');
    if (resource.shape !== 'collection') throw new DavError(405, `ACL does not work on ${resource.href}`);
    const body = await xmlBody(request, context);
    if (body?.name !== `{${DAV}}acl`) {
      throw new DavError(400, `the body of ACL is a {DAV:}acl, not ${body?.name ?? 'empty'}`);
    }
    const sent = readAces(body, resource, request, context);
    await context.store.write(context.writes, async (tx) => {
      const now = await lockNow(resource, tx);
      await requirePrivilegeNow(resource, '{DAV:}write-acl', context, tx);
      await requireConditions(request, now, context, tx);
      await requireUnlocked(request, context, tx, { what: 'content', at: resource });
      await tx.grants.replace(now, await grantsFor(sent, resource, request, context, tx));
    });
    return { status: 200, headers: { 'Cache-Control': 'no-store' } };
  },
};

// --- reading what is sent ----------------------------------------------------------------------------------------------------------------

interface SentAce {
  /** What stands in DAV:principal. */
  readonly principal: XmlElement;
  readonly privileges: readonly XmlName[];
  readonly isProtected: boolean;
  /** The href in DAV:inherited. */
  readonly inherited: string | undefined;
}

/** @throws DavError 400 for what is no ACE; PreconditionViolated for one that cannot be here whoever it is about */
function readAces(
  body: XmlElement,
  { type, href }: CollectionResource,
  request: DavRequest,
  { catalogue }: Context,
): readonly SentAce[] {
  const elements = childrenOf(body, `{${DAV}}ace`);
  if (elements.length > MOST_SENT) throw limitedNumberOfAces(`a request has at most ${MOST_SENT} ACEs`);
  const aces = elements.map((ace) => readAce(ace, request));
  if (aces.filter((ace) => !ace.isProtected && ace.inherited === undefined).length > MOST_ACES) {
    throw limitedNumberOfAces(`a collection has at most ${MOST_ACES} ACEs of its own`);
  }
  for (const { privileges } of aces) {
    const unknown = privileges.find((name) => !catalogue.privileges.supports(name, type));
    if (unknown !== undefined) throw notSupportedPrivilege(`${unknown} is no privilege on ${href}`);
  }
  return aces;
}

function readAce(ace: XmlElement, request: DavRequest): SentAce {
  const principals = elementsOf(ace).filter(({ name }) => name === `{${DAV}}principal` || name === `{${DAV}}invert`);
  const rules = elementsOf(ace).filter(({ name }) => name === `{${DAV}}grant` || name === `{${DAV}}deny`);
  const [principal] = principals;
  const [rule] = rules;
  if (principal === undefined || rule === undefined || principals.length + rules.length > 2) {
    throw new DavError(400, 'an ACE has one DAV:principal and one DAV:grant');
  }
  if (principal.name !== `{${DAV}}principal`)
    throw noInvert('an ACE is about those whom it names, not about all others');
  if (rule.name !== `{${DAV}}grant`)
    throw grantOnly('privileges are granted here; who should not have one is not granted it');
  const named = elementsOf(principal);
  const privileges = childrenOf(rule, `{${DAV}}privilege`).flatMap((one) => elementsOf(one).map(({ name }) => name));
  if (named[0] === undefined || named.length > 1)
    throw new DavError(400, 'a DAV:principal of an ACE names one principal');
  if (privileges.length === 0) throw new DavError(400, 'a DAV:grant names at least one DAV:privilege');
  const inherited = childOf(ace, `{${DAV}}inherited`);
  return {
    principal: named[0],
    privileges: [...new Set(privileges)],
    isProtected: childOf(ace, `{${DAV}}protected`) !== undefined,
    inherited: inherited && canonical(textOf(childOf(inherited, `{${DAV}}href`) ?? inherited), request),
  };
}

/** The path as we print it; what names nothing here stays as it is. */
function canonical(href: string, request: DavRequest): string {
  const path = pathIn(href, request);
  return path === undefined ? href.trim() : encodePath(path.segments, path.isCollection);
}

// --- what it means -----------------------------------------------------------------------------------------------------------------------

type OwnGrant = Pick<Grant, 'grantee' | 'privileges'>;

/**
 * The grants that stand for the ACEs. Protected and inherited ones that come back as they are, as from clients that read a list and write
 * it with one more, change nothing.
 */
async function grantsFor(
  sent: readonly SentAce[],
  at: CollectionResource,
  request: DavRequest,
  context: Context,
  tx: ReadTransaction,
): Promise<readonly OwnGrant[]> {
  const { user, catalogue } = context;
  if (user === undefined) return [];
  const horizon = await horizonOf(user, tx);
  const [present = []] = await aclsOf([at], context, tx);
  const grants = new Map<Grantee, OwnGrant>();
  for (const ace of sent) {
    const named = await principalOf(ace.principal, at, (href) => principalNamed(href, request, catalogue, tx));
    if (ace.isProtected || ace.inherited !== undefined) {
      if (!present.some((one) => isSame(one, ace, named.ace))) throw conflict(ace);
      continue;
    }
    const isKnown = async (account: Account): Promise<boolean> =>
      present.some((one) => keyOf(one.principal) === keyOf(named.ace)) || mayKnow(horizon, account, tx);
    const grantee = await granteeOf(named, isKnown);
    if (grants.has(grantee)) throw noAceConflict(`two ACEs are about ${keyOf(named.ace)}`);
    grants.set(grantee, { grantee, privileges: ace.privileges });
  }
  return [...grants.values()];
}

interface Named {
  readonly ace: AcePrincipal;
  /** Undefined for what is named otherwise, or does not exist. */
  readonly principal: NamedPrincipal | undefined;
}

/** @throws PreconditionViolated DAV:allowed-principal */
async function principalOf(
  principal: XmlElement,
  at: CollectionResource,
  find: (href: string) => Promise<NamedPrincipal | undefined>,
): Promise<Named> {
  switch (principal.name) {
    case `{${DAV}}authenticated`:
      return { ace: { kind: 'authenticated' }, principal: undefined };
    case `{${DAV}}property`:
      if (elementsOf(principal).some(({ name }) => name === `{${DAV}}owner`)) {
        return { ace: { kind: 'owner' }, principal: undefined };
      }
      throw allowedPrincipal('of the properties that name a principal, an ACE can be about {DAV:}owner');
    case `{${DAV}}href`: {
      const found = await find(textOf(principal));
      const href = found === undefined ? textOf(principal).trim() : hrefOf(found);
      return { ace: { kind: 'href', href }, principal: found };
    }
    default:
      throw allowedPrincipal(
        `nothing on ${at.href} can be granted to ${principal.name}; there are no users without a login`,
      );
  }
}

/** @throws PreconditionViolated DAV:recognized-principal, DAV:allowed-principal */
async function granteeOf({ ace, principal }: Named, isKnown: (account: Account) => Promise<boolean>): Promise<Grantee> {
  if (ace.kind !== 'href') return ace.kind;
  if (principal === undefined || !(await isKnown(principal.account))) {
    throw recognizedPrincipal(`${ace.href.slice(0, 200)} names no principal`);
  }
  if (principal.below !== undefined) {
    throw allowedPrincipal(`${ace.href} has what its members need; grant more to the members themselves`);
  }
  return principal.account.id;
}

function isSame(present: Ace, sent: SentAce, principal: AcePrincipal): boolean {
  const privileges = new Set(present.privileges);
  return (
    present.isProtected === sent.isProtected &&
    present.inherited === sent.inherited &&
    keyOf(present.principal) === keyOf(principal) &&
    privileges.size === sent.privileges.length &&
    sent.privileges.every((name) => privileges.has(name))
  );
}

function conflict({ isProtected }: SentAce): Error {
  return isProtected
    ? noProtectedAceConflict('a protected ACE stays as it is')
    : noInheritedAceConflict('an inherited ACE is changed where it stands');
}

function keyOf(principal: AcePrincipal): string {
  return principal.kind === 'href' ? principal.href : principal.kind;
}
