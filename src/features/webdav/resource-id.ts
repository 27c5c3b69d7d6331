/**
 * DAV:resource-id: whether two URLs name the same resource. Principals and collections keep theirs for life, whatever they are called and
 * wherever they are moved within their account. Objects have none: MOVE makes another object of them (RFC 4918 section 9.9), and their UID
 * says which are the same to a client. RFC 5842 section 3.1.
 */
import { createHash } from 'node:crypto';
import type { View } from '../../dav/method.ts';
import { defineProperty, href } from '../../dav/property.ts';
import type { ResourceOf } from '../../dav/resource.ts';
import { DAV } from '../../formats/xml/name.ts';

type Named = ResourceOf<'service' | 'principal' | 'collection'>;

export const resourceId = defineProperty({
  name: `{${DAV}}resource-id`,
  spec: 'RFC 5842 section 3.1',
  on: ['service', 'principal', 'collection'],
  inAllprop: false,
  read: (resource, view) => href(uuidOf(identity(resource, view))),
});

/** What no other resource is, in this store's past or in another's. */
function identity(resource: Named, { epoch }: View): string {
  switch (resource.shape) {
    case 'service':
      return `${epoch} service ${resource.type.kind}`;
    case 'principal':
      return `${epoch} ${resource.type.kind} ${resource.owner.id}`;
    case 'collection':
      return `${epoch} collection ${resource.collection.account} ${resource.collection.id}`;
  }
}

/** A UUID made from a hash, as those of version 8. */
function uuidOf(identity: string): string {
  const digest = createHash('sha256').update(identity).digest();
  digest[6] = 0x80 | (digest[6]! & 0x0f);
  digest[8] = 0x80 | (digest[8]! & 0x3f);
  const hex = digest.toString('hex');
  const parts = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)];
  return `urn:uuid:${parts.join('-')}`;
}
