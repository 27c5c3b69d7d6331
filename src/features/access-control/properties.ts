/**
 * The properties that tell a client who it is, whose a resource is, and what it may do. RFC 3744, RFC 5397.
 */
import { PRINCIPALS_SEGMENT, principalHref } from '../../dav/locate.ts';
import { PRIVILEGES, type Privilege, privilegesOf, type Standing } from '../../dav/privilege.ts';
import { defineProperty, empty, href, hrefs, type LiveProperty, text, wrap } from '../../dav/property.ts';
import { CALENDARSERVER, DAV } from '../../formats/xml/name.ts';
import type { AccountId } from '../../store/records.ts';
import type { ReadTransaction } from '../../store/store.ts';
import { groupPrincipal, principal } from './resource-types.ts';

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
  read: ({ owner }) => hrefs([owner.address, ...owner.aliases].map((address) => `mailto:${address}`)),
});

const groupMemberSet = defineProperty({
  name: `{${DAV}}group-member-set`,
  spec: 'RFC 3744 section 4.3',
  on: [groupPrincipal],
  inAllprop: false,
  async readMany(groups, _view, tx) {
    return Promise.all(groups.map(async ({ owner }) => principalHrefs(await tx.directory.membersOf(owner.id), tx)));
  },
});

const groupMembership = defineProperty({
  name: `{${DAV}}group-membership`,
  spec: 'RFC 3744 section 4.4',
  on: [principal, groupPrincipal],
  inAllprop: false,
  async readMany(members, { user }, tx) {
    // Of another's groups one knows those that one is in oneself: decision 0008.
    const known = new Set(user === undefined ? [] : await tx.directory.groupsOf(user.id));
    return Promise.all(
      members.map(async ({ owner, standing }) => {
        const groups = await tx.directory.groupsOf(owner.id);
        return principalHrefs(standing === 'owner' ? groups : groups.filter((group) => known.has(group)), tx);
      }),
    );
  },
});

async function principalHrefs(ids: readonly AccountId[], tx: ReadTransaction): Promise<string> {
  if (ids.length === 0) return '';
  return hrefs((await tx.directory.accounts(ids)).map(principalHref).toSorted());
}

const principalCollectionSet = defineProperty({
  name: `{${DAV}}principal-collection-set`,
  spec: 'RFC 3744 section 5.8',
  on: ['service', 'principal', 'collection', 'object'],
  inAllprop: false,
  read: () => href(`/${PRINCIPALS_SEGMENT}/`),
});

const owner = defineProperty({
  name: `{${DAV}}owner`,
  spec: 'RFC 3744 section 5.1',
  on: ['collection', 'object', 'principal'],
  inAllprop: false,
  read: (resource) => href(principalHref(resource.owner)),
});

const privilegeSets = new Map<Standing, string>();

function privilegeElements(standing: Standing): string {
  let inside = privilegeSets.get(standing);
  if (inside === undefined) {
    inside = [...privilegesOf(standing)].map((one) => wrap(`{${DAV}}privilege`, empty(one))).join('');
    privilegeSets.set(standing, inside);
  }
  return inside;
}

const currentUserPrivilegeSet = defineProperty({
  name: `{${DAV}}current-user-privilege-set`,
  spec: 'RFC 3744 section 5.4',
  on: ['service', 'principal', 'collection', 'object'],
  inAllprop: false,
  read: ({ standing }) => privilegeElements(standing),
});

const DESCRIPTIONS: Readonly<Record<Privilege, string>> = {
  '{DAV:}all': 'Everything',
  '{DAV:}read': 'Read',
  '{DAV:}write': 'Write',
  '{DAV:}write-properties': 'Change properties',
  '{DAV:}write-content': 'Change what is stored',
  '{DAV:}bind': 'Add members',
  '{DAV:}unbind': 'Remove members',
  '{DAV:}unlock': 'Remove locks of others',
  '{DAV:}read-acl': 'Read who may do what',
  '{DAV:}read-current-user-privilege-set': 'Read what one may do oneself',
  '{DAV:}write-acl': 'Change who may do what',
  '{urn:ietf:params:xml:ns:caldav}read-free-busy': 'See when the owner is busy',
};

function supported(privilege: Privilege): string {
  const description = `<d:description xml:lang="en">${DESCRIPTIONS[privilege]}</d:description>`;
  const parts = PRIVILEGES[privilege].map(supported).join('');
  return wrap(`{${DAV}}supported-privilege`, wrap(`{${DAV}}privilege`, empty(privilege)) + description + parts);
}

const supportedPrivilegeSet = defineProperty({
  name: `{${DAV}}supported-privilege-set`,
  spec: 'RFC 3744 section 5.3',
  on: ['service', 'principal', 'collection', 'object'],
  inAllprop: false,
  read: () => supported('{DAV:}all'),
});

const emailAddressSet = defineProperty({
  name: `{${CALENDARSERVER}}email-address-set`,
  spec: 'behaviour: the addresses of a principal, as Apple clients ask for them',
  on: ['principal'],
  inAllprop: false,
  read: (resource) =>
    [resource.owner.address, ...resource.owner.aliases]
      .map((address) => wrap(`{${CALENDARSERVER}}email-address`, text(address)))
      .join(''),
});

export const properties: readonly LiveProperty[] = [
  currentUserPrincipal,
  principalUrl,
  principalUrlElsewhere,
  alternateUriSet,
  groupMemberSet,
  groupMembership,
  principalCollectionSet,
  owner,
  currentUserPrivilegeSet,
  supportedPrivilegeSet,
  emailAddressSet,
];
