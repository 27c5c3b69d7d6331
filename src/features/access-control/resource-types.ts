/**
 * Principals and the collection in which they lie. RFC 3744 section 2.
 */
import { PRINCIPALS_KIND, principalKind } from '../../dav/locate.ts';
import type { PrincipalResource, ResourceType } from '../../dav/resource.ts';
import { DAV } from '../../formats/xml/name.ts';

/** `/principals/` */
export const principalCollection: ResourceType<'service'> = {
  kind: PRINCIPALS_KIND,
  shape: 'service',
  spec: 'RFC 3744 section 5.8',
  label: 'collection of principals',
  elements: [`{${DAV}}collection`],
};

/** A person, a room, a resource. Those who act for it are principals below it, so it is a collection too: apple/caldav-proxy section 5.2. */
export const principal: ResourceType<'principal'> = {
  kind: 'principal',
  shape: 'principal',
  spec: 'RFC 3744 section 4',
  label: 'principal',
  elements: [`{${DAV}}collection`, `{${DAV}}principal`],
};

/** A group: a principal with members. RFC 3744 section 4.3. */
export const groupPrincipal: ResourceType<'principal'> = {
  kind: 'group-principal',
  shape: 'principal',
  spec: 'RFC 3744 section 4.3',
  label: 'group',
  elements: [`{${DAV}}collection`, `{${DAV}}principal`],
};

/** Whether it is one of the principals below an account's principal, and not that itself. */
export function isBelowPrincipal({ type, owner }: PrincipalResource): boolean {
  return type.kind !== principalKind(owner);
}
