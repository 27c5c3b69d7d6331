/**
 * Who acts for somebody, and for whom one acts. apple/caldav-proxy section 5.2, apple/caldav-proxy section 5.3.
 */
import { horizonOf } from '../../dav/acquaintance.ts';
import { requirePrivilege } from '../../dav/dispatch.ts';
import type { Subprincipal } from '../../dav/feature.ts';
import { principalHref, visiblePrincipal } from '../../dav/locate.ts';
import { defineProperty, hrefs, type LiveProperty } from '../../dav/property.ts';
import { subjectOf } from '../../dav/relation.ts';
import type { PrincipalResource } from '../../dav/resource.ts';
import { CALENDARSERVER, DAV, type XmlName } from '../../formats/xml/name.ts';
import type { Account, AccountId, Delegation } from '../../store/records.ts';
import type { ReadTransaction } from '../../store/store.ts';
import { allowedPrincipal, membersNamed, principal } from '../access-control/index.ts';

/** The owner and administrators see all who act; each of these sees itself and the groups by which it is one. */
function memberSet({ type, access }: Subprincipal): LiveProperty {
  return defineProperty({
    name: `{${DAV}}group-member-set`,
    spec: 'apple/caldav-proxy section 5.2',
    on: [type],
    inAllprop: false,
    async readMany(resources, { user }, tx) {
      if (user === undefined) return resources.map(() => undefined);
      const { principals } = await subjectOf(user, tx);
      const members = await Promise.all(
        resources.map(async ({ owner, privileges }) => {
          const ids = idsOf(await tx.directory.delegatesOf(owner.id), access);
          return privileges.has('{DAV:}all') ? ids : ids.filter((id) => principals.has(id));
        }),
      );
      return principalLists(members, tx);
    },
    async write({ owner }, value, tx, { user, catalogue }) {
      const horizon = user && (await horizonOf(user, tx));
      const now = horizon && (await visiblePrincipal(owner, horizon, catalogue, tx));
      if (horizon === undefined || now === undefined)
        throw allowedPrincipal('who lets others act for somebody is a user');
      requirePrivilege(now, '{DAV:}write-properties');
      const present = idsOf(await tx.directory.delegatesOf(owner.id), access);
      const delegates = value === undefined ? [] : await membersNamed(value, present, horizon, catalogue, tx);
      for (const { id, address, tenant, kind } of delegates) {
        if (id === owner.id) throw allowedPrincipal(`${address} needs nobody to act for itself`);
        if (tenant !== owner.tenant) throw allowedPrincipal(`${address} belongs to another tenant`);
        if (kind !== 'individual' && kind !== 'group')
          throw allowedPrincipal(`${address} is a ${kind}, and cannot act`);
      }
      await tx.directory.setDelegates(
        owner.id,
        access,
        delegates.map(({ id }) => id),
      );
    },
  });
}

function idsOf(delegations: readonly Delegation[], access: Delegation['access']): readonly AccountId[] {
  return delegations.filter((one) => one.access === access).map(({ delegate }) => delegate);
}

/** Known to oneself, and to administrators. */
function actsFor(name: XmlName, access: Delegation['access'], spec: LiveProperty['spec']): LiveProperty {
  return defineProperty({
    name,
    spec,
    on: [principal],
    inAllprop: false,
    async readMany(resources, _view, tx) {
      const shown = resources.filter(({ privileges }) => privileges.has('{DAV:}all'));
      const lists = await principalLists(await delegatorsOf(shown, access, tx), tx);
      const texts = new Map(shown.map((one, at) => [one, lists[at]]));
      return resources.map((one) => texts.get(one));
    },
  });
}

/** For whom each of these acts, by itself or by a group that it is in. */
async function delegatorsOf(
  resources: readonly PrincipalResource[],
  access: Delegation['access'],
  tx: ReadTransaction,
): Promise<readonly (readonly AccountId[])[]> {
  const ids = resources.map(({ owner }) => owner.id);
  const groups = Map.groupBy(await tx.directory.allGroupsOfAll(ids), ({ member }) => member);
  const principals = ids.map((id) => [id, ...(groups.get(id) ?? []).map(({ group }) => group)]);
  const all = (await tx.directory.delegatorsOf([...new Set(principals.flat())])).filter((one) => one.access === access);
  const delegations = Map.groupBy(all, ({ delegate }) => delegate);
  return principals.map((one) => [
    ...new Set(one.flatMap((id) => (delegations.get(id) ?? []).map(({ delegator }) => delegator))),
  ]);
}

/** The hrefs of each list, in order of address. */
async function principalLists(
  lists: readonly (readonly AccountId[])[],
  tx: ReadTransaction,
): Promise<readonly string[]> {
  const ids = [...new Set(lists.flat())];
  const accounts: readonly Account[] = ids.length === 0 ? [] : await tx.directory.accounts(ids);
  const paths = new Map(accounts.map((account) => [account.id, principalHref(account)]));
  return lists.map((list) => hrefs(list.flatMap((id) => paths.get(id) ?? []).toSorted()));
}

/** The properties of delegation over these principals below principals. */
export function propertiesOf(subprincipals: readonly Subprincipal[]): readonly LiveProperty[] {
  return [
    ...subprincipals.map(memberSet),
    actsFor(`{${CALENDARSERVER}}calendar-proxy-read-for`, 'read', 'apple/caldav-proxy section 5.3.1'),
    actsFor(`{${CALENDARSERVER}}calendar-proxy-write-for`, 'write', 'apple/caldav-proxy section 5.3.2'),
  ];
}
