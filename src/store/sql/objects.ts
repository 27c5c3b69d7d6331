/**
 * Calendar and address objects: read by name, and written with their index, history and tombstones.
 */
import type { CollectionKey, ObjectRecord, Origin, StoredObject, StoredProperties } from '../records.ts';
import { contentId } from '../records.ts';
import type { NewObject, ObjectReader, ObjectWriter, Page } from '../store.ts';
import { useAttachments } from './attachments.ts';
import { relink } from './contents.ts';
import type { Session } from './database.ts';
import { perDialect, statement, storable } from './database.ts';
import { endObject } from './history.ts';
import { removeLocks } from './locks.ts';
import { matching } from './matching.ts';
import type { Locks } from './revisions.ts';
import { lockOnce, raise, raiseForPut } from './revisions.ts';
import type { ObjectRow, StoredRow } from './rows.ts';
import {
  BODY_COLUMN,
  findByUid,
  OBJECT_COLUMNS,
  objectRecord,
  readProperties,
  storedObject,
  timesRow,
  writeProperties,
} from './rows.ts';
import { putTexts, removeTexts } from './texts.ts';
import { bury, unbury } from './tombstones.ts';
import { addOctets } from './usage.ts';

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
    `select o.name from object o ${indexedBy('object_uid')} where ${HERE} and ${findByUid('o.uid', '$3')}`,
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
      return rows.map((row) => row[0]).toSorted();
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

type FormerRow = readonly [
  ...[number: number, created: number, properties: string],
  ...[texts: number, size: number, content: number | null, attachments: number],
];
const FORMER = statement<FormerRow>(
  `select number, created, properties, texts, size, content, attachments from object
   where account_id = $1 and coll = $2 and name = $3`,
);
const PUT = statement(
  `insert into object (account_id, coll, name, number, uid, etag, size, component, span, first_at, last_at, years, days,
     hours, texts, revision, created, modified, properties, content, attachments)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)
   on conflict (account_id, coll, name) do update set uid = excluded.uid, etag = excluded.etag, size = excluded.size,
     component = excluded.component, span = excluded.span, first_at = excluded.first_at, last_at = excluded.last_at,
     years = excluded.years, days = excluded.days, hours = excluded.hours, texts = excluded.texts, revision = excluded.revision, modified = excluded.modified,
     properties = excluded.properties, content = excluded.content, created = excluded.created,
     attachments = excluded.attachments`,
);
const PUT_BODY = statement(
  `insert into body (account_id, coll, number, data) values ($1, $2, $3, $4)
   on conflict (account_id, coll, number) do update set data = excluded.data`,
);
const REMOVE = statement('delete from object where account_id = $1 and coll = $2 and name = $3');
const REMOVE_BODY = statement('delete from body where account_id = $1 and coll = $2 and number = $3');
const SET_PROPERTIES = statement(
  'update object set properties = $4, revision = $5 where account_id = $1 and coll = $2 and name = $3',
);

/**
 * Waits for statements sent together, then fails as the first that failed: none of them may still have something to send when the transaction
 * is rolled back.
 */
async function all(sent: readonly (Promise<unknown> | undefined)[]): Promise<void> {
  for (const result of await Promise.allSettled(sent)) if (result.status === 'rejected') throw result.reason;
}

/** A former version. */
function read(row: FormerRow) {
  const [number, created, properties, texts, size, content, attachments] = row;
  return {
    ...{ number, created, properties, texts, size, attachments },
    content: content === null ? undefined : contentId(content),
  };
}

const NO_ATTACHMENTS: readonly string[] = [];

/** What writes need to know of their transaction. */
interface Writing {
  readonly session: Session;
  readonly origin: Origin;
  readonly locks: Locks;
  /** Octets that the service gives each account. */
  readonly quota: number | undefined;
}

async function put({ session, origin, locks, quota }: Writing, key: CollectionKey, object: NewObject) {
  const name = storable(object.name);
  const { index } = object;
  const [, row, revision] = await Promise.all([
    lockOnce(session, locks, key),
    session.one(FORMER, [key.account, key.id, name]),
    raiseForPut(session, key, origin.at, name),
  ]);
  const former = row === undefined ? undefined : read(row);
  const number = former?.number ?? revision;
  const created = object.created ?? former?.created ?? origin.at;
  const properties: StoredProperties = object.properties ?? readProperties(former?.properties ?? '{}');
  const uid = storable(object.uid);
  const texts = Object.keys(index.texts).length;
  const content = object.content?.id;
  const size = object.content?.size ?? object.data.byteLength;
  const { account, id } = key;
  const ids = index.attachments ?? NO_ATTACHMENTS;
  const attached =
    ids.length + (former?.attachments ?? 0) === 0 ? 0 : await useAttachments(session, key, number, ids, origin.at);
  await all([
    former === undefined ? unbury(session, key, 0, name) : undefined,
    former === undefined || former.content !== undefined
      ? undefined
      : endObject(session, origin, key, name, { revision, removed: false }),
    session.run(PUT, [
      ...[account, id, name, number, uid, object.etag, size, index.component, ...timesRow(index), texts],
      ...[revision, created, origin.at, writeProperties(properties), content ?? null, ids.length],
    ]),
    content === undefined
      ? session.run(PUT_BODY, [account, id, number, object.data])
      : former !== undefined && former.content === undefined
        ? session.run(REMOVE_BODY, [account, id, number])
        : undefined,
    texts === 0 && (former?.texts ?? 0) === 0
      ? undefined
      : putTexts(session, key, { number, name }, former?.texts ?? 0, index.texts),
    relink(session, account, former?.content, content, origin.at),
    addOctets(session, locks, account, size - (former?.size ?? 0) + attached, object.beyondQuota ? 'any' : quota),
  ]);
  const { etag } = object;
  const { component } = index;
  const modified = origin.at;
  return { collection: key, name, uid, etag, size, component, revision, created, modified, properties, content };
}

async function remove({ session, origin, locks, quota }: Writing, key: CollectionKey, given: string) {
  const name = storable(given);
  const { account, id } = key;
  const [, row] = await Promise.all([lockOnce(session, locks, key), session.one(FORMER, [account, id, name])]);
  if (row === undefined) return false;
  const { number, texts, size, content, attachments } = read(row);
  const revision = await raise(session, locks, key, origin.at, -1);
  const attached = attachments === 0 ? 0 : await useAttachments(session, key, number, NO_ATTACHMENTS, origin.at);
  await all([
    content === undefined ? endObject(session, origin, key, name, { revision, removed: true }) : undefined,
    session.run(REMOVE, [account, id, name]),
    content === undefined ? session.run(REMOVE_BODY, [account, id, number]) : undefined,
    bury(session, key, 0, name, revision, origin.at),
    texts === 0 ? undefined : removeTexts(session, key, number),
    removeLocks(session, key, name),
    relink(session, account, content, undefined, origin.at),
    addOctets(session, locks, account, attached - size, quota),
  ]);
  return true;
}

/**
 * Writes objects in one transaction; `locks` says which rows it holds already, `quota` how many octets each account may hold that has no
 * quota of its own.
 */
export function objectWriter(session: Session, origin: Origin, locks: Locks, quota: number | undefined): ObjectWriter {
  const writing: Writing = { session, origin, locks, quota };
  return {
    put: (key, object) => put(writing, key, object),
    remove: (key, name) => remove(writing, key, name),
    async setProperties(key, name, properties) {
      const revision = await raise(session, locks, key, origin.at, 0);
      const changed = await session.run(SET_PROPERTIES, [
        ...[key.account, key.id, storable(name), writeProperties(properties), revision],
      ]);
      if (changed === 0) throw new Error(`no object ${name}`);
    },
  };
}
