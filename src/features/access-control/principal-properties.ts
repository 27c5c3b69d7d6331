/**
 * The properties of principals, and those that tell a client who it is. RFC 3744 section 4, RFC 5397.
 */
import { holdsPrincipal, horizonOf } from '../../dav/acquaintance.ts';
import { requirePrivilege } from '../../dav/dispatch.ts';
import { PRINCIPALS_SEGMENT, principalHref, visiblePrincipal } from '../../dav/locate.ts';
import { defineProperty, empty, href, hrefs, type LiveProperty, text, wrap } from '../../dav/property.ts';
import { subjectOf } from '../../dav/relation.ts';
import type { PrincipalResource } from '../../dav/resource.ts';
import { CALENDARSERVER, DAV } from '../../formats/xml/name.ts';
import type { Account, AccountId, Delegation } from '../../store/records.ts';
import type { ReadTransaction } from '../../store/store.ts';
import { hrefOf, membersNamed } from './named-principals.ts';
import { allowedPrincipal } from './preconditions.ts';
import { groupPrincipal, isBelowPrincipal, principal } from './resource-types.ts';

const currentUserPrincipal = defineProperty({
  name: `{${DAV}}current-user-principal`,
  spec: 'RFC 5397 section 3',
  on: ['service', 'principal', 'collection', 'object'],
  inAllprop: false,
  read: (_resource, { user }) => (user === undefined ? empty(`{${DAV}}unauthenticated`) : href(principalHref(user))),
});

const principalUrl = defineProperty({
  name: `{${DAV}}principal-URL`,
  spec: 'RFC 3744 section 4.2',
  on: ['principal'],
  inAllprop: false,
  read: (resource) => href(resource.href),
});

/** Clients that begin at the root of the service ask it there too. */
const principalUrlElsewhere = defineProperty({
  name: `{${DAV}}principal-URL`,
  spec: 'behaviour: clients that start at the service ask it for the principal',
  on: ['service'],
  inAllprop: false,
  read: (_resource, { user }) => (user === undefined ? undefined : href(principalHref(user))),
});

const alternateUriSet = defineProperty({
  name: `{${DAV}}alternate-URI-set`,
  spec: 'RFC 3744 section 4.1',
  on: ['principal'],
  inAllprop: false,
  read: (resource) =>
    isBelowPrincipal(resource)
      ? ''
      : hrefs([resource.owner.address, ...resource.owner.aliases].map((address) => `mailto:${address}`)),
});

const principalCollectionSet = defineProperty({
  name: `{${DAV}}principal-collection-set`,
  spec: 'RFC 3744 section 5.8',
  on: ['service', 'principal', 'collection', 'object'],
  inAllprop: false,
  read: () => href(`/${PRINCIPALS_SEGMENT}/`),
});

const emailAddressSet = defineProperty({
  name: `{${CALENDARSERVER}}email-address-set`,
  spec: 'behaviour: the addresses of a principal, as Apple clients ask for them',
  on: [principal, groupPrincipal],
  inAllprop: false,
  read: (resource) =>
    [resource.owner.address, ...resource.owner.aliases]
      .map((address) => wrap(`{${CALENDARSERVER}}email-address`, text(address)))
      .join(''),
});

// --- groups ------------------------------------------------------------------------------------------------------------------------------

/** The members of groups are known to members and to administrators. */
const groupMemberSet = defineProperty({
  name: `{${DAV}}group-member-set`,
  spec: 'RFC 3744 section 4.3',
  on: [groupPrincipal],
  inAllprop: false,
  async readMany(groups, { user }, tx) {
    if (user === undefined) return groups.map(() => undefined);
    const { principals } = await subjectOf(user, tx);
    const isShown = ({ owner, privileges }: PrincipalResource): boolean =>
      privileges.has('{DAV:}all') || principals.has(owner.id);
    const memberships = await tx.directory.membersOfAll(groups.filter(isShown).map(({ owner }) => owner.id));
    const members = Map.groupBy(memberships, ({ group }) => group);
    const accounts = await accountsById(
      memberships.map(({ member }) => member),
      tx,
    );
    return groups.map((group) => {
      if (!isShown(group)) return undefined;
      const ids = (members.get(group.owner.id) ?? []).map(({ member }) => member);
      return hrefs(pathsOf(ids, accounts));
    });
  },
  async write({ owner, href: path }, value, tx, { user, catalogue }) {
    const horizon = user && (await horizonOf(user, tx));
    const now = horizon && (await visiblePrincipal(owner, horizon, catalogue, tx));
    if (horizon === undefined || now === undefined) throw allowedPrincipal('who sets the members of a group is a user');
    requirePrivilege(now, '{DAV:}write-properties');
    const present = await tx.directory.membersOf(owner.id);
    const members = value === undefined ? [] : await membersNamed(value, present, horizon, catalogue, tx);
    const around = new Set([owner.id, ...(await tx.directory.allGroupsOf(owner.id))]);
    for (const { id, address, tenant } of members) {
      if (tenant !== owner.tenant) throw allowedPrincipal(`${address} belongs to another tenant`);
      if (around.has(id)) throw allowedPrincipal(`${address} cannot be in ${path}, which is in it`);
    }
    await tx.directory.setMembers(
      owner.id,
      members.map(({ id }) => id),
    );
  },
});

/**
 * The groups in which a principal is directly, with those of whoever has it act for them. Of another's one knows those in which one is
 * oneself.
 */
const groupMembership = defineProperty({
  name: `{${DAV}}group-membership`,
  spec: 'RFC 3744 section 4.4',
  on: [principal, groupPrincipal],
  inAllprop: false,
  async readMany(members, { user, catalogue }, tx) {
    if (user === undefined) return members.map(() => undefined);
    const horizon = await horizonOf(user, tx);
    const mine = horizon.subject.principals;
    const held = new Set(members.flatMap(({ owner }) => (holdsPrincipal(horizon, owner) ? [owner.id] : [])));
    const ids = members.map(({ owner }) => owner.id);
    const [memberships, delegations] = await Promise.all([
      tx.directory.groupsOf(ids),
      tx.directory.delegatorsOf(ids.filter((id) => held.has(id) || mine.has(id))),
    ]);
    const known = memberships.filter(({ group, member }) => held.has(member) || mine.has(group));
    const accounts = await accountsById(
      [...known.map(({ group }) => group), ...delegations.map(({ delegator }) => delegator)],
      tx,
    );
    const groups = Map.groupBy(known, ({ member }) => member);
    const acting = Map.groupBy(delegations, ({ delegate }) => delegate);
    return ids.map((id) => {
      const around = (groups.get(id) ?? []).map(({ group }) => group);
      const below = (acting.get(id) ?? []).flatMap((one) => proxyHrefs(one, accounts));
      return hrefs([...pathsOf(around, accounts), ...below.toSorted()]);
    });

    function proxyHrefs({ delegator, access }: Delegation, known: ReadonlyMap<AccountId, Account>): readonly string[] {
      const account = known.get(delegator);
      const subprincipals = [...catalogue.subprincipals.values()].filter((one) => one.access === access);
      return account === undefined ? [] : subprincipals.map((below) => hrefOf({ account, below }));
    }
  },
});

async function accountsById(ids: readonly AccountId[], tx: ReadTransaction): Promise<ReadonlyMap<AccountId, Account>> {
  if (ids.length === 0) return new Map();
  return new Map((await tx.directory.accounts([...new Set(ids)])).map((account) => [account.id, account]));
}

function pathsOf(ids: readonly AccountId[], accounts: ReadonlyMap<AccountId, Account>): readonly string[] {
  return ids
    .flatMap((id) => accounts.get(id) ?? [])
    .map(principalHref)
    .toSorted();
}

export const principalProperties: readonly LiveProperty[] = [
  currentUserPrincipal,
  principalUrl,
  principalUrlElsewhere,
  alternateUriSet,
  groupMemberSet,
  groupMembership,
  principalCollectionSet,
  emailAddressSet,
];
