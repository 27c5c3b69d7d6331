/**
 * Rows as records. Columns come by position, in the order written here.
 */
import type { XmlName } from '../../formats/xml/name.ts';
import type {
  CollectionKey,
  CollectionRecord,
  ObjectRecord,
  ObjectTimes,
  StoredObject,
  StoredProperties,
  TraitsClock,
} from '../records.ts';
import { accountId, collectionId, contentId } from '../records.ts';

const NONE: StoredProperties = Object.freeze({});

/** Most objects have no stored properties. */
export function readProperties(text: string): StoredProperties {
  return text === '{}' ? NONE : (JSON.parse(text) as Record<XmlName, string>);
}

/** Stored properties as they lie in a row: a JSON object. */
export function writeProperties(properties: StoredProperties | undefined): string {
  return properties === undefined ? '{}' : JSON.stringify(properties);
}

/** The columns of a CollectionRow, in its order; the table is called `c`. */
export const COLLECTION_COLUMNS =
  'c.account_id, c.id, c.parent, c.name, c.kind, c.revision, c.pruned_to, c.parent_revision, c.created, c.modified, c.shared, c.properties, c.target_account, c.target_collection';
/** The same without what may be long in it: the record has no properties. */
export const OUTLINE_COLUMNS = COLLECTION_COLUMNS.replace('c.properties', "'{}'");
export type CollectionRow = readonly [
  number,
  number,
  number,
  string,
  string,
  number,
  number,
  number,
  number,
  number,
  number,
  string,
  ...target: [account: number, collection: number] | [account: null, collection: null],
];

/** The record of a row. */
export function collectionRecord(row: CollectionRow): CollectionRecord {
  const record: CollectionRecord = {
    account: accountId(row[0]),
    id: collectionId(row[1]),
    parent: collectionId(row[2]),
    name: row[3],
    kind: row[4],
    revision: row[5],
    prunedTo: row[6],
    parentRevision: row[7],
    properties: readProperties(row[11]),
    created: row[8],
    modified: row[9],
    shared: row[10] === 1,
  };
  return row[12] === null ? record : { ...record, target: { account: accountId(row[12]), id: collectionId(row[13]) } };
}

/** The columns of an ObjectRow, in its order. */
export const OBJECT_COLUMNS =
  'o.name, o.uid, o.etag, o.size, o.component, o.revision, o.created, o.modified, o.properties, o.content';
/** Null for an object with a content. Asked for row by row, so that no planner scans the bodies to join them. */
export const BODY_COLUMN =
  '(select b.data from body b where b.account_id = o.account_id and b.coll = o.coll and b.number = o.number)';
export type ObjectRow = readonly [
  ...[name: string, uid: string, etag: string, size: number, component: string, revision: number],
  ...[created: number, modified: number, properties: string, content: number | null],
];
export type StoredRow = readonly [...ObjectRow, Uint8Array | null];
/** The bytes of an object with a content. */
const NO_BYTES = new Uint8Array(0);

/** The record of a row. */
export function objectRecord(collection: CollectionKey, row: ObjectRow | StoredRow): ObjectRecord {
  return {
    collection,
    name: row[0],
    uid: row[1],
    etag: row[2],
    size: row[3],
    component: row[4],
    revision: row[5],
    created: row[6],
    modified: row[7],
    properties: readProperties(row[8]),
    content: row[9] === null ? undefined : contentId(row[9]),
  };
}

/** The record of a row, with its bytes. */
export function storedObject(collection: CollectionKey, row: StoredRow): StoredObject {
  return {
    collection,
    name: row[0],
    uid: row[1],
    etag: row[2],
    size: row[3],
    component: row[4],
    revision: row[5],
    created: row[6],
    modified: row[7],
    properties: readProperties(row[8]),
    content: row[9] === null ? undefined : contentId(row[9]),
    data: row[10] ?? NO_BYTES,
  };
}

const DAY = 86_400;
/**
 * The span classes, by which short objects are found without a look at long ones: the clock of an object's traits, and the seconds that it has at
 * most. In the first class its first and last time say all.
 */
export const SPANS: readonly { readonly clock: TraitsClock; readonly longest: number }[] = [
  { clock: 'utc', longest: DAY },
  { clock: 'utc', longest: 32 * DAY },
  { clock: 'utc', longest: Number.POSITIVE_INFINITY },
  { clock: 'reader', longest: 32 * DAY },
  { clock: 'reader', longest: Number.POSITIVE_INFINITY },
];

/** The class of an object of that many seconds. */
function spanOf(clock: TraitsClock, length: number): number {
  return SPANS.findIndex((one) => one.clock === clock && length <= one.longest);
}

/** The columns of a TimesRow, in its order. */
export const TIMES_COLUMNS = ['span', 'first_at', 'last_at', 'years', 'days', 'hours'] as const;
export type TimesRow = readonly [
  ...[span: number, first: number, last: number],
  ...[years: number, days: number, hours: number],
];

/** When an object takes place, as its row has it. */
export function timesRow({ first, last, clock, traits: { years, days, hours } }: ObjectTimes): TimesRow {
  const from = Math.floor(first);
  const to = Math.max(from, Math.ceil(last));
  return [spanOf(clock, to - from), from, to, years, days, hours];
}

/** Whether a UID column equals a parameter. A UID may be longer than an index entry: the index `object_uid` has its beginning. */
export function sameUid(column: string, parameter: string): string {
  return `substr(${column}, 1, 200) = substr(cast(${parameter} as text), 1, 200) and ${column} = ${parameter}`;
}

/**
 * The same as a condition that finds the rows of a collection, with the order of the index. A range of one, in order: the index of UIDs alone
 * gives that unsorted. Were it an equation, or in order of names, then a planner without statistics would read the whole collection by its key.
 */
export function findByUid(column: string, parameter: string): string {
  const [begins, sought] = [`substr(${column}, 1, 200)`, `substr(cast(${parameter} as text), 1, 200)`];
  return `${begins} between ${sought} and ${sought} and ${column} = ${parameter} order by ${begins}`;
}
