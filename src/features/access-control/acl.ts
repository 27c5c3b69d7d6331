/**
 * Access control lists as values: what stands in DAV:acl of a resource, computed from grants, delegates and administrators.
 * RFC 3744 section 5.5.
 */
import { principalHref, wayTo } from '../../dav/locate.ts';
import type { View } from '../../dav/method.ts';
import { ALL, READING } from '../../dav/privilege.ts';
import { empty, href, wrap } from '../../dav/property.ts';
import { domainOf } from '../../dav/relation.ts';
import type {
  CollectionResource,
  ObjectResource,
  PrincipalResource,
  Resource,
  ResourceType,
} from '../../dav/resource.ts';
import { DAV, type XmlName } from '../../formats/xml/name.ts';
import type { Account, AccountId, CollectionId, Grant, Grantee, TenantId } from '../../store/records.ts';
import type { ReadTransaction } from '../../store/store.ts';
import { isBelowPrincipal } from './resource-types.ts';

/** To whom an ACE grants: a principal by its path, the owner of the resource, or every user of the owner's tenant. */
export type AcePrincipal =
  | { readonly kind: 'href'; readonly href: string }
  | { readonly kind: 'owner' }
  | { readonly kind: 'authenticated' };

/** One access control entry; all of them grant. */
export interface Ace {
  readonly principal: AcePrincipal;
  readonly privileges: readonly XmlName[];
  /** Kept by the server: RFC 3744 section 5.5.3. */
  readonly isProtected: boolean;
  /** The path of the collection on which it stands, when that is another: RFC 3744 section 5.5.4. */
  readonly inherited: string | undefined;
}

/** What is read of an owner for all resources of a page. */
interface Facts {
  readonly administrators: readonly AcePrincipal[];
  readonly grants: ReadonlyMap<CollectionId, readonly Grant[]>;
  readonly accounts: ReadonlyMap<AccountId, Account>;
}

/** The lists of these resources, in their order; some queries for each owner, however many resources there are. */
export async function aclsOf(
  resources: readonly Resource[],
  view: View,
  tx: ReadTransaction,
): Promise<readonly (readonly Ace[])[]> {
  const byOwner = Map.groupBy(resources, (one) => (one.shape === 'service' ? undefined : one.owner.id));
  const open = await openTenants(resources, tx);
  const lists = new Map<Resource, readonly Ace[]>();
  for (const [owner, own] of byOwner) {
    const facts = owner === undefined ? NOTHING : await factsOf(own, tx);
    // Objects of one collection have one list.
    const ofObjects = new Map<CollectionResource, readonly Ace[]>();
    for (const resource of own) {
      const kept = resource.shape === 'object' ? ofObjects.get(resource.parent) : undefined;
      const list = kept ?? aclOf(resource, facts, open, view);
      if (resource.shape === 'object') ofObjects.set(resource.parent, list);
      lists.set(resource, list);
    }
  }
  return resources.map((resource) => lists.get(resource) ?? []);
}

const NOTHING: Facts = { administrators: [], grants: new Map(), accounts: new Map() };

/** Tenants whose users can look each other up; asked only for principals. */
async function openTenants(resources: readonly Resource[], tx: ReadTransaction): Promise<ReadonlySet<TenantId>> {
  const ids = new Set(resources.flatMap((one) => (one.shape === 'principal' ? [one.owner.tenant] : [])));
  const tenants = await Promise.all([...ids].map((id) => tx.directory.tenant(id)));
  return new Set(tenants.flatMap((tenant) => (tenant?.directory === 'everyone' ? [tenant.id] : [])));
}

async function factsOf(resources: readonly Resource[], tx: ReadTransaction): Promise<Facts> {
  const [first] = resources;
  if (first === undefined || first.shape === 'service') return NOTHING;
  const { owner } = first;
  const collections = new Set<CollectionId>();
  for (const one of resources) {
    if (one.shape === 'collection' || one.shape === 'object')
      for (const { collection } of way(one)) collections.add(collection.id);
  }
  const [administrators, grants] = await Promise.all([
    tx.directory.administratorsOf(domainOf(owner)),
    tx.grants.onAll(owner.id, [...collections]),
  ]);
  const named = grants.flatMap(({ grantee }) => (typeof grantee === 'number' ? [grantee] : []));
  const accounts = await tx.directory.accounts([...new Set([...administrators, ...named])]);
  const byId = new Map(accounts.map((account) => [account.id, account]));
  return {
    administrators: administrators.flatMap((id) => principalOf(id, byId) ?? []),
    grants: Map.groupBy(grants, ({ collection }) => collection.id),
    accounts: byId,
  };
}

function principalOf(grantee: Grantee, accounts: Facts['accounts']): AcePrincipal | undefined {
  if (typeof grantee !== 'number') return { kind: grantee };
  const account = accounts.get(grantee);
  return account === undefined ? undefined : { kind: 'href', href: principalHref(account) };
}

/** The collections whose grants count on the resource, the nearest first. */
function way(resource: CollectionResource | ObjectResource): readonly CollectionResource[] {
  return wayTo(resource.shape === 'object' ? resource.parent : resource).toReversed();
}

const AUTHENTICATED: AcePrincipal = { kind: 'authenticated' };

function aclOf(resource: Resource, facts: Facts, open: ReadonlySet<TenantId>, view: View): readonly Ace[] {
  if (resource.shape === 'service') return [kept(AUTHENTICATED, READING)];
  const everything = facts.administrators.map((one) => kept(one, ALL));
  if (resource.shape === 'principal') return [...everything, ...ofPrincipal(resource, open)];
  return [kept({ kind: 'owner' }, ALL), ...everything, ...inCollections(resource, facts, view)];
}

function kept(principal: AcePrincipal, privileges: readonly XmlName[]): Ace {
  return { principal, privileges, isProtected: true, inherited: undefined };
}

/** A group owns nothing, and belongs to nobody but the administrators. */
function ofPrincipal(resource: PrincipalResource, open: ReadonlySet<TenantId>): readonly Ace[] {
  const { owner } = resource;
  const own = owner.kind === 'group' ? [] : [kept({ kind: 'owner' }, ALL)];
  // Of who acts for somebody, they themselves know besides the owner.
  if (isBelowPrincipal(resource)) return [...own, kept({ kind: 'href', href: resource.href }, READING)];
  return open.has(owner.tenant) ? [...own, kept(AUTHENTICATED, READING)] : own;
}

function inCollections(
  resource: CollectionResource | ObjectResource,
  { grants, accounts }: Facts,
  { catalogue }: View,
): readonly Ace[] {
  const { owner, type } = resource;
  const along = way(resource);
  const home = along.at(-1);
  const aces: Ace[] = [];
  const add = (
    principal: AcePrincipal,
    granted: readonly XmlName[],
    from: CollectionResource,
    isProtected: boolean,
  ) => {
    const privileges = supported(granted, type);
    const inherited = from === resource ? undefined : from.href;
    if (privileges.length > 0) aces.push({ principal, privileges, isProtected, inherited });
  };
  for (const one of owner.kind === 'group' ? [] : catalogue.subprincipals.values()) {
    if (home?.collection.name !== one.home) continue;
    add({ kind: 'href', href: `${principalHref(owner)}${one.segment}/` }, one.privileges, home, true);
  }
  for (const from of along) {
    for (const { grantee, privileges } of grants.get(from.collection.id) ?? []) {
      const principal = principalOf(grantee, accounts);
      if (principal !== undefined) add(principal, privileges, from, false);
    }
  }
  return aces;

  /** What can be held on such a resource: DAV:acl names nothing else. RFC 3744 section 5.5.2. */
  function supported(names: readonly XmlName[], on: ResourceType): readonly XmlName[] {
    return names.filter((name) => catalogue.privileges.supports(name, on));
  }
}

/** XML text of DAV:ace elements. */
export function writeAces(aces: readonly Ace[]): string {
  return aces.map(writeAce).join('');
}

function writeAce({ principal, privileges, isProtected, inherited }: Ace): string {
  const granted = privileges.map((name) => wrap(`{${DAV}}privilege`, empty(name))).join('');
  return wrap(
    `{${DAV}}ace`,
    wrap(`{${DAV}}principal`, writePrincipal(principal)) +
      wrap(`{${DAV}}grant`, granted) +
      (isProtected ? empty(`{${DAV}}protected`) : '') +
      (inherited === undefined ? '' : wrap(`{${DAV}}inherited`, href(inherited))),
  );
}

function writePrincipal(principal: AcePrincipal): string {
  switch (principal.kind) {
    case 'href':
      return href(principal.href);
    case 'owner':
      return wrap(`{${DAV}}property`, empty(`{${DAV}}owner`));
    case 'authenticated':
      return empty(`{${DAV}}authenticated`);
  }
}
