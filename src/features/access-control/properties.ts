/**
 * The properties that say whose a resource is, who may do what with it, and what one may do oneself. RFC 3744 section 5.
 */
import { principalHref } from '../../dav/locate.ts';
import type { PrivilegeSet, PrivilegeTable } from '../../dav/privilege.ts';
import { defineProperty, empty, href, type LiveProperty, text, wrap } from '../../dav/property.ts';
import type { Resource, ResourceType } from '../../dav/resource.ts';
import { DAV, type XmlName } from '../../formats/xml/name.ts';
import { aclsOf, writeAces } from './acl.ts';

/** Empty where there is none: the service belongs to nobody, and neither does a group or a directory. */
const owner = defineProperty({
  name: `{${DAV}}owner`,
  spec: 'RFC 3744 section 5.1',
  on: ['service', 'principal', 'collection', 'object'],
  inAllprop: false,
  read(resource) {
    if (resource.shape === 'service' || resource.owner.kind === 'group' || resource.owner.kind === 'directory')
      return '';
    return href(principalHref(resource.owner));
  },
});

/** Nothing belongs to a group. */
const group = defineProperty({
  name: `{${DAV}}group`,
  spec: 'RFC 3744 section 5.2',
  on: ['service', 'principal', 'collection', 'object'],
  inAllprop: false,
  read: () => '',
});

function supported(name: XmlName | undefined, type: ResourceType, table: PrivilegeTable): string {
  return table
    .parts(name, type)
    .map((one) => {
      const description = `<d:description xml:lang="en">${text(one.description)}</d:description>`;
      const privilege = wrap(`{${DAV}}privilege`, empty(one.name));
      return wrap(`{${DAV}}supported-privilege`, privilege + description + supported(one.name, type, table));
    })
    .join('');
}

const supportedPrivilegeSet = defineProperty({
  name: `{${DAV}}supported-privilege-set`,
  spec: 'RFC 3744 section 5.3',
  on: ['service', 'principal', 'collection', 'object'],
  inAllprop: false,
  read: ({ type }, { catalogue }) => supported(undefined, type, catalogue.privileges),
});

/** What was written of a set on a type of resource: there are few of either. */
const written = new WeakMap<PrivilegeSet, Map<ResourceType, string>>();

function privilegeElements({ privileges, type }: Resource, table: PrivilegeTable): string {
  let byType = written.get(privileges);
  if (byType === undefined) {
    byType = new Map();
    written.set(privileges, byType);
  }
  let inside = byType.get(type);
  if (inside === undefined) {
    const held = [...privileges].filter((name) => table.supports(name, type));
    inside = held.map((name) => wrap(`{${DAV}}privilege`, empty(name))).join('');
    byType.set(type, inside);
  }
  return inside;
}

const currentUserPrivilegeSet = defineProperty({
  name: `{${DAV}}current-user-privilege-set`,
  spec: 'RFC 3744 section 5.4',
  on: ['service', 'principal', 'collection', 'object'],
  inAllprop: false,
  needs: '{DAV:}read-current-user-privilege-set',
  read: (resource, { catalogue }) => privilegeElements(resource, catalogue.privileges),
});

const accessControlList = defineProperty({
  name: `{${DAV}}acl`,
  spec: 'RFC 3744 section 5.5',
  on: ['service', 'principal', 'collection', 'object'],
  inAllprop: false,
  needs: '{DAV:}read-acl',
  async readMany(resources, view, tx) {
    return (await aclsOf(resources, view, tx)).map(writeAces);
  },
});

const aclRestrictions = defineProperty({
  name: `{${DAV}}acl-restrictions`,
  spec: 'RFC 3744 section 5.6',
  on: ['service', 'principal', 'collection', 'object'],
  inAllprop: false,
  read: () => empty(`{${DAV}}grant-only`) + empty(`{${DAV}}no-invert`),
});

/**
 * No list above a resource takes away what its own grants: what is granted above is in its own, as inherited ACEs.
 */
const inheritedAclSet = defineProperty({
  name: `{${DAV}}inherited-acl-set`,
  spec: 'RFC 3744 section 5.7',
  on: ['service', 'principal', 'collection', 'object'],
  inAllprop: false,
  read: () => '',
});

export const accessProperties: readonly LiveProperty[] = [
  owner,
  group,
  supportedPrivilegeSet,
  currentUserPrivilegeSet,
  accessControlList,
  aclRestrictions,
  inheritedAclSet,
];
