/**
 * Locks as clients read them. RFC 4918 section 14.1.
 */
import { canEnd, lockRoot } from '../../dav/locks.ts';
import { empty, href, wrap } from '../../dav/property.ts';
import type { CollectionResource, ObjectResource } from '../../dav/resource.ts';
import { DAV, type XmlName } from '../../formats/xml/name.ts';
import type { Account, LockRecord } from '../../store/records.ts';

const dav = (local: string): XmlName => `{${DAV}}${local}`;

/** Who looks at locks. */
interface Viewer {
  readonly user: Account | undefined;
  /** Seconds. */
  readonly now: number;
}

/**
 * DAV:activelock elements as XML text, of locks that cover a resource, or a name in a collection. The token is for those who can do
 * something with it: who made the lock, and who may break it.
 */
export function activeLocks(
  locks: readonly LockRecord[],
  at: CollectionResource | ObjectResource,
  viewer: Viewer,
): string {
  return locks.map((lock) => activeLock(lock, at, viewer)).join('');
}

function activeLock(lock: LockRecord, at: CollectionResource | ObjectResource, { user, now }: Viewer): string {
  return wrap(
    dav('activelock'),
    entryOf(lock.scope) +
      wrap(dav('depth'), String(lock.depth)) +
      lock.owner +
      wrap(dav('timeout'), `Second-${Math.max(0, lock.expires - now)}`) +
      (canEnd(lock, at, user) ? wrap(dav('locktoken'), href(lock.token)) : '') +
      wrap(dav('lockroot'), href(lockRoot(lock, at.owner))),
  );
}

/** The elements that say which sort of lock it is. */
export function entryOf(scope: LockRecord['scope']): string {
  return wrap(dav('lockscope'), empty(dav(scope))) + wrap(dav('locktype'), empty(dav('write')));
}
