/**
 * Privileges: which exist, which contain which, and who holds them. They are declared by features like everything else; one pure function
 * says what somebody holds. RFC 3744 section 3, RFC 4791 section 6.1.1.
 */
import type { XmlName } from '../formats/xml/name.ts';
import type { Account, AccountId, CollectionKey, Grant } from '../store/records.ts';
import { isSort, type ResourceType } from './resource.ts';
import type { Spec } from './spec.ts';

/** The privileges that code asks for by name. */
export type Privilege =
  | '{DAV:}read'
  | '{DAV:}write-properties'
  | '{DAV:}write-content'
  | '{DAV:}bind'
  | '{DAV:}unbind'
  | '{DAV:}unlock'
  | '{DAV:}read-acl'
  | '{DAV:}read-current-user-privilege-set'
  | '{DAV:}write-acl'
  | '{urn:ietf:params:xml:ns:caldav}read-free-busy';

/** A privilege as a feature declares it. RFC 3744 section 5.3. */
export interface PrivilegeDeclaration {
  readonly name: XmlName;
  readonly spec: Spec;
  /** The aggregate that contains it; {DAV:}all alone has none. */
  readonly within: XmlName | undefined;
  /** In English, for people. */
  readonly description: string;
  /** Where it can be held; absent where it can be everywhere. */
  readonly on?: readonly ResourceType[];
}

/** What somebody holds: aggregates and all their parts. Equal sets are the same object, nearly always. */
export type PrivilegeSet = ReadonlySet<XmlName>;

/** Everything. RFC 3744 section 3.11. */
export const ALL: readonly XmlName[] = ['{DAV:}all'];
/** What a reader is granted. */
export const READING: readonly XmlName[] = ['{DAV:}read', '{DAV:}read-current-user-privilege-set'];
/** What somebody is granted who changes things too. */
export const WRITING: readonly XmlName[] = [...READING, '{DAV:}write'];

/** The declared privileges as a tree. */
export interface PrivilegeTable {
  readonly declared: ReadonlyMap<XmlName, PrivilegeDeclaration>;
  /** The direct parts of a privilege that can be held on resources of that type; of none: the roots. */
  parts(name: XmlName | undefined, type: ResourceType): readonly PrivilegeDeclaration[];
  /** Whether it can be held there. */
  supports(name: XmlName, type: ResourceType): boolean;
  /** The named ones with all their parts. Names that nobody declares count for nothing. */
  closure(granted: Iterable<XmlName>): PrivilegeSet;
}

/** Sets that are kept; anybody can make up combinations of grants. */
const KEPT = 1_000;

/** @throws RangeError for a privilege that is declared twice, or lies within one that is not */
export function privilegeTable(declarations: readonly PrivilegeDeclaration[]): PrivilegeTable {
  const declared = new Map<XmlName, PrivilegeDeclaration>();
  for (const one of declarations) {
    if (declared.has(one.name)) throw new RangeError(`${one.name} is declared twice`);
    declared.set(one.name, one);
  }
  const within = Map.groupBy(declarations, (one) => one.within);
  const kept = new Map<string, PrivilegeSet>();
  const supports = ({ on }: PrivilegeDeclaration, type: ResourceType): boolean =>
    on === undefined || on.some((one) => isSort(type, one));
  const spread = (name: XmlName, held: Set<XmlName>): void => {
    if (held.has(name) || !declared.has(name)) return;
    held.add(name);
    for (const part of within.get(name) ?? []) spread(part.name, held);
  };
  return {
    declared,
    parts: (name, type) => (within.get(name) ?? []).filter((one) => supports(one, type)),
    supports(name, type) {
      const one = declared.get(name);
      return one !== undefined && supports(one, type);
    },
    closure(granted) {
      const held = new Set<XmlName>();
      for (const name of granted) spread(name, held);
      const key = [...held].sort().join(' ');
      const known = kept.get(key);
      if (known !== undefined) return known;
      if (kept.size >= KEPT) kept.clear();
      kept.set(key, held);
      return held;
    },
  };
}

/** What is left of what somebody holds where the type says the most that anybody can. */
export function atMost(held: PrivilegeSet, { most }: ResourceType, table: PrivilegeTable): PrivilegeSet {
  return most === undefined ? held : table.closure(held.intersection(table.closure(most)));
}

/** What somebody is to the owner of an account. */
export type Relation =
  /** The owner, or an administrator of the owner's domain. */
  | { readonly kind: 'everything' }
  | {
      readonly kind: 'granted';
      /** Those that name this user, one of the user's groups, or every user of the tenant. */
      readonly grants: readonly Grant[];
      /** Privileges on whole homes, by the home's name, of somebody who acts for the owner. */
      readonly delegated: readonly { readonly home: string; readonly privileges: readonly XmlName[] }[];
    };

/** Who asks: a user, and the groups that the user is in, directly or through others. */
export interface Subject {
  readonly user: Account;
  readonly principals: ReadonlySet<AccountId>;
}

/** What is known of a subject in somebody's account. */
export interface RelationFacts {
  readonly owner: Account;
  /** Administrators of the owner's domain. */
  readonly administrators: readonly AccountId[];
  /** Grants in the owner's account; those to others may be among them. */
  readonly grants: readonly Grant[];
  /** Delegates of the owner, with what each may do in which home. */
  readonly delegates: readonly {
    readonly delegate: AccountId;
    readonly home: string;
    readonly privileges: readonly XmlName[];
  }[];
}

/** What the subject is to the owner. Who acts for somebody does not act for those for whom that one acts. */
export function relationOf({ user, principals }: Subject, facts: RelationFacts): Relation {
  const { owner } = facts;
  if (user.id === owner.id || facts.administrators.some((one) => principals.has(one))) return { kind: 'everything' };
  const isNeighbour = user.tenant === owner.tenant;
  const grants = facts.grants.filter(({ grantee }) =>
    typeof grantee === 'number' ? principals.has(grantee) : grantee === 'authenticated' && isNeighbour,
  );
  return { kind: 'granted', grants, delegated: facts.delegates.filter(({ delegate }) => principals.has(delegate)) };
}

/**
 * What a relation gives on a collection and the objects in it: the sum of what it gives along the way from the home. `way` begins with
 * the home, whose name is `home`. Without anything a stranger cannot tell the collection from one that does not exist.
 */
export function privilegesOn(
  relation: Relation,
  home: string,
  way: readonly CollectionKey[],
  table: PrivilegeTable,
): PrivilegeSet {
  if (relation.kind === 'everything') return table.closure(ALL);
  const granted: XmlName[] = [];
  for (const one of relation.delegated) if (one.home === home) granted.push(...one.privileges);
  for (const { collection, privileges } of relation.grants) {
    if (way.some(({ id }) => id === collection.id)) granted.push(...privileges);
  }
  return table.closure(granted);
}
