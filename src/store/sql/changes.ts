/**
 * What changed in a collection since a revision: the members' own revisions and the tombstones, merged. RFC 6578 section 3.5.
 */
import type { Change, CollectionKey, CollectionRecord, ObjectRecord, StoredObject } from '../records.ts';
import type { ChangeReader, ChangeSpan } from '../store.ts';
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
const TOMBSTONES = statement<[string, number]>(
  `select name, revision from tombstone where account_id = $1 and coll = $2 and member = $6
   and revision > $3 and revision <= $4 order by revision, name limit $5`,
);

async function changes<Columns extends Row, Member>(
  session: Session,
  key: CollectionKey,
  { initial, since, upTo, limit }: ChangeSpan,
  how: {
    readonly members: Statement<Columns>;
    readonly member: (row: Columns) => Member;
    readonly revision: (member: Member) => number;
    readonly kind: MemberKind;
  },
): Promise<readonly Change<Member>[]> {
  const [rows, gone] = await Promise.all([
    session.all(how.members, [key.account, key.id, since, upTo, limit]),
    initial === true ? [] : session.all(TOMBSTONES, [key.account, key.id, since, upTo, limit, how.kind]),
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

export function changeReader(session: Session): ChangeReader {
  return {
    objects: (key, span) =>
      changes(session, key, span, {
        members: OBJECTS,
        member: (row: ObjectRow): ObjectRecord => objectRecord(key, row),
        revision: (member) => member.revision,
        kind: 0,
      }),
    objectsWithData: (key, span) =>
      changes(session, key, span, {
        members: STORED,
        member: (row: StoredRow): StoredObject => storedObject(key, row),
        revision: (member) => member.revision,
        kind: 0,
      }),
    collections: (key, span) =>
      changes(session, key, span, {
        members: COLLECTIONS,
        member: (row: CollectionRow): CollectionRecord => collectionRecord(row),
        revision: (member) => member.parentRevision,
        kind: 1,
      }),
  };
}
