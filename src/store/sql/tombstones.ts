/**
 * Tombstones: what was removed, and at which revision, until nobody may ask any more. RFC 6578 section 3.5.2.
 */
import type { CollectionKey } from '../records.ts';
import type { Session } from './database.ts';
import { statement } from './database.ts';

/** 0 for objects, 1 for collections. */
export type MemberKind = 0 | 1;

const BURY = statement(
  `insert into tombstone (account_id, coll, member, name, revision, at) values ($1, $2, $3, $4, $5, $6)
   on conflict (account_id, coll, member, name) do update set revision = excluded.revision, at = excluded.at`,
);
const BURY_ALL = statement(
  `insert into tombstone (account_id, coll, member, name, revision, at)
   select o.account_id, o.coll, 0, o.name, cast($3 as bigint) + row_number() over (order by o.name), cast($4 as bigint)
   from object o where o.account_id = $1 and o.coll = $2
   on conflict (account_id, coll, member, name) do update set revision = excluded.revision, at = excluded.at`,
);
const UNBURY = statement('delete from tombstone where account_id = $1 and coll = $2 and member = $3 and name = $4');

/** Leaves the tombstone of a member at a revision. */
export function bury(
  session: Session,
  key: CollectionKey,
  member: MemberKind,
  name: string,
  revision: number,
  at: number,
): Promise<number> {
  return session.run(BURY, [key.account, key.id, member, name, revision, at]);
}

/** All objects that the collection still has, each at a revision of its own after the given one: a page of changes may end between any two. */
export function buryObjects(session: Session, key: CollectionKey, after: number, at: number): Promise<number> {
  return session.run(BURY_ALL, [key.account, key.id, after, at]);
}

/** The name is in use again. */
export function unbury(session: Session, key: CollectionKey, member: MemberKind, name: string): Promise<number> {
  return session.run(UNBURY, [key.account, key.id, member, name]);
}
