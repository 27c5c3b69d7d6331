/**
 * What changed in a collection since a revision: the members' own revisions and the tombstones, merged. RFC 6578 section 3.5.
 */
import type { Change, CollectionKey, CollectionRecord, ObjectRecord, StoredObject } from '../records.ts';
import type { ChangeReader, ChangeSpan, MemberChange } from '../store.ts';
import type { Row, Session, Statement } from './database.ts';
import { statement } from './database.ts';
import type { CollectionRow, ObjectRow, StoredRow } from './rows.ts';
import {
  BODY_COLUMN,
  COLLECTION_COLUMNS,
  collectionRecord,
  OBJECT_COLUMNS,
  objectRecord,
  storedObject,
} from './rows.ts';
import type { MemberKind } from './tombstones.ts';

const SPAN = 'o.account_id = $1 and o.coll = $2 and o.revision > $3 and o.revision <= $4';
const OBJECTS = statement<ObjectRow>(
  `select ${OBJECT_COLUMNS} from object o where ${SPAN} order by o.revision limit $5`,
);
const STORED = statement<StoredRow>(
  `select ${OBJECT_COLUMNS}, ${BODY_COLUMN} from object o where ${SPAN} order by o.revision limit $5`,
);
const COLLECTIONS = statement<CollectionRow>(
  `select ${COLLECTION_COLUMNS} from collection c where c.account_id = $1 and c.parent = $2
   and c.parent_revision > $3 and c.parent_revision <= $4 order by c.parent_revision limit $5`,
);
const tombstones = (which: string) =>
  statement<[string, number]>(
    `select t.name, t.revision from tombstone t where t.account_id = $1 and t.coll = $2 and t.member = $6
     and t.revision > $3 and t.revision <= $4 ${which} order by t.revision, t.name limit $5`,
  );
const TOMBSTONES = tombstones('');
/**
 * Where both sorts are told of, by the sort that went: for most clients an object and a collection of one name are the same member, so one
 * that is there is not said to be gone.
 */
const TOMBSTONES_OF_BOTH: readonly [Statement<[string, number]>, Statement<[string, number]>] = [
  tombstones(`and not exists (select 1 from collection c
    where c.account_id = t.account_id and c.parent = t.coll and c.name = t.name)`),
  tombstones(`and not exists (select 1 from object o
    where o.account_id = t.account_id and o.coll = t.coll and o.name = t.name)`),
];

async function changes<Columns extends Row, Member>(
  session: Session,
  key: CollectionKey,
  { initial, since, upTo, limit }: ChangeSpan,
  how: {
    readonly members: Statement<Columns>;
    readonly member: (row: Columns) => Member;
    readonly revision: (member: Member) => number;
    readonly kind: MemberKind;
    readonly tombstones: Statement<[string, number]>;
  },
): Promise<readonly Change<Member>[]> {
  const [rows, gone] = await Promise.all([
    session.all(how.members, [key.account, key.id, since, upTo, limit]),
    initial === true ? [] : session.all(how.tombstones, [key.account, key.id, since, upTo, limit, how.kind]),
  ]);
  const merged: Change<Member>[] = [];
  let next = 0;
  for (const row of rows) {
    const member = how.member(row);
    const revision = how.revision(member);
    for (let stone = gone[next]; stone !== undefined && stone[1] < revision; stone = gone[next]) {
      merged.push({ removed: true, revision: stone[1], name: stone[0] });
      next += 1;
    }
    merged.push({ removed: false, revision, member });
    if (merged.length >= limit) break;
  }
  for (let stone = gone[next]; stone !== undefined && merged.length < limit; stone = gone[next]) {
    merged.push({ removed: true, revision: stone[1], name: stone[0] });
    next += 1;
  }
  if (merged.length > limit) merged.length = limit;
  return merged;
}

/**
 * Both sorts in order of revision: no two members of a collection share one, because each change of either raises it by one and is known by
 * the number it came to.
 */
async function members(
  limit: number,
  [objects, collections]: readonly [
    Promise<readonly Change<ObjectRecord>[]>,
    Promise<readonly Change<CollectionRecord>[]>,
  ],
): Promise<readonly MemberChange[]> {
  const [some, others] = await Promise.all([objects, collections]);
  const merged: MemberChange[] = [];
  for (let object = 0, collection = 0; merged.length < limit; ) {
    const one = some[object];
    const other = others[collection];
    if (one !== undefined && (other === undefined || one.revision < other.revision)) {
      merged.push({ ...one, sort: 'object' });
      object += 1;
    } else if (other !== undefined) {
      merged.push({ ...other, sort: 'collection' });
      collection += 1;
    } else break;
  }
  return merged;
}

/** Reads changes through a session. */
export function changeReader(session: Session): ChangeReader {
  const objects = (key: CollectionKey, span: ChangeSpan, tombstones = TOMBSTONES) =>
    changes(session, key, span, {
      tombstones,
      members: OBJECTS,
      member: (row: ObjectRow): ObjectRecord => objectRecord(key, row),
      revision: (member) => member.revision,
      kind: 0,
    });
  const collections = (key: CollectionKey, span: ChangeSpan, tombstones = TOMBSTONES) =>
    changes(session, key, span, {
      tombstones,
      members: COLLECTIONS,
      member: (row: CollectionRow): CollectionRecord => collectionRecord(row),
      revision: (member) => member.parentRevision,
      kind: 1,
    });
  return {
    objects: (key, span) => objects(key, span),
    collections: (key, span) => collections(key, span),
    members: (key, span) =>
      members(span.limit, [objects(key, span, TOMBSTONES_OF_BOTH[0]), collections(key, span, TOMBSTONES_OF_BOTH[1])]),
    objectsWithData: (key, span) =>
      changes(session, key, span, {
        tombstones: TOMBSTONES,
        members: STORED,
        member: (row: StoredRow): StoredObject => storedObject(key, row),
        revision: (member) => member.revision,
        kind: 0,
      }),
  };
}
