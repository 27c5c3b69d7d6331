/**
 * Privileges, what each contains, and who holds which: one pure function over the owner and the grants.
 * RFC 3744 section 3, RFC 4791 section 6.1.1.
 */
import type { XmlName } from '../formats/xml/name.ts';
import type { Account, CollectionKey, Grant } from '../store/records.ts';

/** The privileges that exist, each with the ones it contains directly. RFC 3744 section 3.12. */
export const PRIVILEGES = {
  '{DAV:}all': [
    '{DAV:}read',
    '{DAV:}write',
    '{DAV:}unlock',
    '{DAV:}read-acl',
    '{DAV:}read-current-user-privilege-set',
    '{DAV:}write-acl',
  ],
  '{DAV:}read': ['{urn:ietf:params:xml:ns:caldav}read-free-busy'],
  '{DAV:}write': ['{DAV:}write-properties', '{DAV:}write-content', '{DAV:}bind', '{DAV:}unbind'],
  '{DAV:}write-properties': [],
  '{DAV:}write-content': [],
  '{DAV:}bind': [],
  '{DAV:}unbind': [],
  '{DAV:}unlock': [],
  '{DAV:}read-acl': [],
  '{DAV:}read-current-user-privilege-set': [],
  '{DAV:}write-acl': [],
  '{urn:ietf:params:xml:ns:caldav}read-free-busy': [],
} as const satisfies Readonly<Record<XmlName, readonly XmlName[]>>;

export type Privilege = keyof typeof PRIVILEGES;

/** What somebody is to a resource. A visitor is any user at a resource of the service itself. */
export type Standing = 'owner' | 'read-write' | 'read' | 'visitor' | 'none';

function closure(...granted: readonly Privilege[]): ReadonlySet<Privilege> {
  const held = new Set<Privilege>();
  const pending: Privilege[] = [...granted];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (held.has(next)) continue;
    held.add(next);
    pending.push(...PRIVILEGES[next]);
  }
  return held;
}

/** Aggregates and their parts, as RFC 3744 section 5.4 wants them listed. */
const HELD: Readonly<Record<Standing, ReadonlySet<Privilege>>> = {
  owner: closure('{DAV:}all'),
  'read-write': closure('{DAV:}read', '{DAV:}write', '{DAV:}read-current-user-privilege-set'),
  read: closure('{DAV:}read', '{DAV:}read-current-user-privilege-set'),
  visitor: closure('{DAV:}read', '{DAV:}read-current-user-privilege-set'),
  none: new Set(),
};

/** The privileges of a standing, aggregates and parts. */
export function privilegesOf(standing: Standing): ReadonlySet<Privilege> {
  return HELD[standing];
}

/**
 * What `user` is to a collection (and the objects in it) of `owner`, by the owner's grants to the user.
 * Without a grant that is nothing at all: a stranger cannot tell the collection from one that does not exist.
 */
export function standingIn(
  user: Account | undefined,
  owner: Account,
  collection: CollectionKey | undefined,
  grants: readonly Grant[],
): Standing {
  if (user === undefined) return 'none';
  if (user.id === owner.id) return 'owner';
  if (collection === undefined) return 'none';
  let standing: Standing = 'none';
  for (const grant of grants) {
    if (grant.grantee !== user.id || grant.collection.id !== collection.id) continue;
    if (grant.access === 'read-write') return 'read-write';
    standing = 'read';
  }
  return standing;
}
