/**
 * What resources say of locks. RFC 4918 section 15.8, RFC 4918 section 15.10.
 */
import { segmentsOf } from '../../dav/locate.ts';
import { locksCovering, locksInForce } from '../../dav/locks.ts';
import { defineProperty, type LiveProperty, wrap } from '../../dav/property.ts';
import { DAV } from '../../formats/xml/name.ts';
import type { AccountId, LockRecord } from '../../store/records.ts';
import { activeLocks, entryOf } from './active-locks.ts';

const lockdiscovery = defineProperty({
  name: `{${DAV}}lockdiscovery`,
  spec: 'RFC 4918 section 15.8',
  on: ['collection', 'object'],
  inAllprop: true,
  async readMany(resources, view, tx) {
    const known = new Map<AccountId, readonly LockRecord[]>();
    for (const { owner } of resources) {
      if (!known.has(owner.id)) known.set(owner.id, await tx.locks.of(owner.id, view.now));
    }
    const covering = resources.map((resource) => {
      const locks = known.get(resource.owner.id) ?? [];
      return locks.length === 0 ? locks : locksCovering(locks, segmentsOf(resource));
    });
    const inForce = new Set<LockRecord>();
    for (const owner of new Map(resources.map((one) => [one.owner.id, one.owner])).values()) {
      const locks = new Set(covering.flat().filter(({ account }) => account === owner.id));
      for (const lock of await locksInForce([...locks], owner, view.catalogue, tx)) inForce.add(lock);
    }
    return resources.map((resource, at) => {
      const locks = covering[at]?.filter((lock) => inForce.has(lock)) ?? [];
      return locks.length === 0 ? '' : activeLocks(locks, resource, view);
    });
  },
});

const BOTH = (['exclusive', 'shared'] as const).map((scope) => wrap(`{${DAV}}lockentry`, entryOf(scope))).join('');

const supportedlock = defineProperty({
  name: `{${DAV}}supportedlock`,
  spec: 'RFC 4918 section 15.10',
  on: ['collection', 'object'],
  inAllprop: true,
  read: () => BOTH,
});

/** What the service itself makes, and principals, cannot be locked. */
const neverLocked = (['lockdiscovery', 'supportedlock'] as const).map((local) =>
  defineProperty({
    name: `{${DAV}}${local}`,
    spec: local === 'lockdiscovery' ? 'RFC 4918 section 15.8' : 'RFC 4918 section 15.10',
    on: ['service', 'principal'],
    inAllprop: true,
    read: () => '',
  }),
);

export const properties: readonly LiveProperty[] = [lockdiscovery, supportedlock, ...neverLocked];
