/**
 * Calendar and address objects: read by name, and written with their index, history and tombstones.
 */
import type { CollectionKey, ObjectIndex, ObjectRecord, Origin, StoredObject, StoredProperties } from '../records.ts';
import type { NewObject, ObjectReader, ObjectWriter, Page } from '../store.ts';
import type { Session } from './database.ts';
import { perDialect, statement, storable } from './database.ts';
import { endObject } from './history.ts';
import { matching } from './matching.ts';
import type { Locks } from './revisions.ts';
import { lockOnce, raise, raiseForPut } from './revisions.ts';
import type { ObjectRow, StoredRow } from './rows.ts';
import {
  BODY_COLUMN,
  OBJECT_COLUMNS,
  objectRecord,
  readProperties,
  SPANS,
  sameUid,
  storedObject,
  writeProperties,
} from './rows.ts';
import { putTexts, removeTexts } from './texts.ts';
import { bury, unbury } from './tombstones.ts';

const HERE = 'o.account_id = $1 and o.coll = $2';
const GET = statement<ObjectRow>(`select ${OBJECT_COLUMNS} from object o where ${HERE} and o.name = $3`);
const READ = statement<StoredRow>(
  `select ${OBJECT_COLUMNS}, ${BODY_COLUMN} from object o where ${HERE} and o.name = $3`,
);
const PAGE = statement<ObjectRow>(
  `select ${OBJECT_COLUMNS} from object o where ${HERE} and o.name > $3 order by o.name limit $4`,
);
const READ_PAGE = statement<StoredRow>(
  `select ${OBJECT_COLUMNS}, ${BODY_COLUMN} from object o where ${HERE} and o.name > $3 order by o.name limit $4`,
);
const lists = perDialect(({ rowsIn, indexedBy }) => ({
  byUid: statement<[string]>(
    `select o.name from object o ${indexedBy('object_uid')} where ${HERE} and ${sameUid('o.uid', '$3')} order by o.name`,
  ),
  get: statement<ObjectRow>(`select ${OBJECT_COLUMNS} ${rowsIn('object o', HERE, 'o.name', '$3')}`),
  read: statement<StoredRow>(`select ${OBJECT_COLUMNS}, ${BODY_COLUMN} ${rowsIn('object o', HERE, 'o.name', '$3')}`),
}));

/** Reads objects through a session. */
export function objectReader(session: Session): ObjectReader {
  const { dialect } = session;
  const page = (key: CollectionKey, { after, limit }: Page) => [key.account, key.id, storable(after ?? ''), limit];
  return {
    async get(key, name) {
      const row = await session.one(GET, [key.account, key.id, storable(name)]);
      return row === undefined ? undefined : objectRecord(key, row);
    },
    async read(key, name) {
      const row = await session.one(READ, [key.account, key.id, storable(name)]);
      return row === undefined ? undefined : storedObject(key, row);
    },
    async getAll(key, names) {
      const list = session.list(names.map(storable));
      const rows = await session.all(lists(dialect).get, [key.account, key.id, list]);
      return rows.map((row): ObjectRecord => objectRecord(key, row));
    },
    async readAll(key, names) {
      const list = session.list(names.map(storable));
      const rows = await session.all(lists(dialect).read, [key.account, key.id, list]);
      return rows.map((row): StoredObject => storedObject(key, row));
    },
    async namesByUid(key, uid) {
      const rows = await session.all(lists(session.dialect).byUid, [key.account, key.id, storable(uid)]);
      return rows.map((row) => row[0]);
    },
    async page(key, bounds) {
      const rows = await session.all(PAGE, page(key, bounds));
      return rows.map((row): ObjectRecord => objectRecord(key, row));
    },
    async readPage(key, bounds) {
      const rows = await session.all(READ_PAGE, page(key, bounds));
      return rows.map((row): StoredObject => storedObject(key, row));
    },
    matching: (key, prefilter, bounds) => matching(session, key, prefilter, bounds),
  };
}

const FORMER = statement<[number, number, string, number]>(
  'select number, created, properties, texts from object where account_id = $1 and coll = $2 and name = $3',
);
const PUT = statement(
  `insert into object (account_id, coll, name, number, uid, etag, size, component, span, first_at, last_at, weeks, texts,
     revision, created, modified, properties)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
   on conflict (account_id, coll, name) do update set uid = excluded.uid, etag = excluded.etag, size = excluded.size,
     component = excluded.component, span = excluded.span, first_at = excluded.first_at, last_at = excluded.last_at,
     weeks = excluded.weeks, texts = excluded.texts, revision = excluded.revision, modified = excluded.modified,
     properties = excluded.properties`,
);
const PUT_BODY = statement(
  `insert into body (account_id, coll, number, data) values ($1, $2, $3, $4)
   on conflict (account_id, coll, number) do update set data = excluded.data`,
);
const REMOVE = statement('delete from object where account_id = $1 and coll = $2 and name = $3');
const REMOVE_BODY = statement('delete from body where account_id = $1 and coll = $2 and number = $3');
const SET_PROPERTIES = statement(
  'update object set properties = $4, revision = $5, modified = $6 where account_id = $1 and coll = $2 and name = $3',
);

/** The span class keeps long objects out of the way of a search for short ones. */
function times(index: ObjectIndex) {
  const first = Math.floor(index.first);
  const last = Math.max(first, Math.ceil(index.last));
  const span = last - first <= SPANS[0] ? 0 : last - first <= SPANS[1] ? 1 : 2;
  return { first, last, span };
}

async function put(session: Session, origin: Origin, locks: Locks, key: CollectionKey, object: NewObject) {
  const name = storable(object.name);
  const { index } = object;
  const [, former, revision] = await Promise.all([
    lockOnce(session, locks, key),
    session.one(FORMER, [key.account, key.id, name]),
    raiseForPut(session, key, origin.at, name),
  ]);
  const number = former?.[0] ?? revision;
  const created = former?.[1] ?? origin.at;
  const properties: StoredProperties = object.properties ?? readProperties(former?.[2] ?? '{}');
  const uid = storable(object.uid);
  const texts = Object.keys(index.texts).length;
  const { first, last, span } = times(index);
  const size = object.data.byteLength;
  const { account, id } = key;
  const when = [span, first, last, index.weeks];
  await Promise.all([
    former === undefined
      ? unbury(session, key, 0, name)
      : endObject(session, origin, key, name, { revision, removed: false }),
    session.run(PUT, [
      ...[account, id, name, number, uid, object.etag, size, index.component, ...when, texts],
      ...[revision, created, origin.at, writeProperties(properties)],
    ]),
    session.run(PUT_BODY, [account, id, number, object.data]),
    texts === 0 && (former?.[3] ?? 0) === 0
      ? undefined
      : putTexts(session, key, { number, name }, former?.[3] ?? 0, index.texts),
  ]);
  const { etag } = object;
  const { component } = index;
  const modified = origin.at;
  return { collection: key, name, uid, etag, size, component, revision, created, modified, properties };
}

/** Writes objects in one transaction; `locks` says which rows it holds already. */
export function objectWriter(session: Session, origin: Origin, locks: Locks): ObjectWriter {
  return {
    put: (key, object) => put(session, origin, locks, key, object),
    async remove(key, name) {
      const stored = storable(name);
      const [, former] = await Promise.all([
        lockOnce(session, locks, key),
        session.one(FORMER, [key.account, key.id, stored]),
      ]);
      if (former === undefined) return false;
      const revision = await raise(session, locks, key, origin.at, -1);
      await Promise.all([
        endObject(session, origin, key, stored, { revision, removed: true }),
        session.run(REMOVE, [key.account, key.id, stored]),
        session.run(REMOVE_BODY, [key.account, key.id, former[0]]),
        bury(session, key, 0, stored, revision, origin.at),
        former[3] === 0 ? undefined : removeTexts(session, key, former[0]),
      ]);
      return true;
    },
    async setProperties(key, name, properties) {
      const revision = await raise(session, locks, key, origin.at, 0);
      const changed = await session.run(SET_PROPERTIES, [
        ...[key.account, key.id, storable(name), writeProperties(properties), revision, origin.at],
      ]);
      if (changed === 0) throw new Error(`no object ${name}`);
    },
  };
}
