/**
 * The index of objects itself: what a search would miss by it, and how what it says of times is made anew where a former version wrote it.
 * RFC 4791 section 7.8.
 */
import type { IndexedObject, IndexReader, IndexWriter, MissedObject, RenewMark } from '../indexed.ts';
import type { CollectionKey, ObjectTimes, TimeTraits } from '../records.ts';
import type { Session } from './database.ts';
import { perDialect, statement, storable } from './database.ts';
import type { CollectionRow, TimesRow } from './rows.ts';
import { COLLECTION_COLUMNS, collectionRecord, SPANS, TIMES_COLUMNS, timesRow } from './rows.ts';
import { missedTexts } from './texts.ts';

type IndexRow = readonly [name: string, number: number, component: string, ...TimesRow];
const HERE = 'o.account_id = $1 and o.coll = $2';
const lists = perDialect(({ rowsIn }) => ({
  rows: statement<IndexRow>(
    `select o.name, o.number, o.component, ${TIMES_COLUMNS.map((column) => `o.${column}`).join(', ')}
     ${rowsIn('object o', HERE, 'o.name', '$3')}`,
  ),
}));
const MARK = statement<[string]>(`select value from meta where name = 'times'`);
const MOVE_MARK = statement(`update meta set value = $2 where name = 'times' and value = $1`);
const END_MARK = statement(`delete from meta where name = 'times' and value = $1`);
const COLLECTION_AFTER = statement<CollectionRow>(
  `select ${COLLECTION_COLUMNS} from collection c where (c.account_id, c.id) > ($1, $2) order by c.account_id, c.id limit 1`,
);
const RENEW = statement(
  `update object set ${TIMES_COLUMNS.map((column, at) => `${column} = $${5 + at}`).join(', ')}
   where account_id = $1 and coll = $2 and name = $3 and revision = $4
     and not (${TIMES_COLUMNS.map((column, at) => `${column} = $${5 + at}`).join(' and ')})`,
);

function markText({ account, collection, name }: RenewMark): string {
  return `${account} ${collection} ${name}`;
}

function markOf(text: string): RenewMark {
  const [account = '', collection = '', ...name] = text.split(' ');
  return { account: Number(account), collection: Number(collection), name: name.join(' ') };
}

/** Whether everything that the second has is in the first. */
function holds(all: TimeTraits, some: TimeTraits): boolean {
  // Beyond 32 bits.
  const isIn = (bits: number, of: number) => (BigInt(bits) & ~BigInt(of)) === 0n;
  return isIn(some.years, all.years) && isIn(some.days, all.days) && isIn(some.hours, all.hours);
}

const ANYTHING = 2 ** 53 - 1;
const EVERYTHING: TimeTraits = { years: ANYTHING, days: ANYTHING, hours: ANYTHING };

/** By what a search by time would miss it, as the queries of the prefilter go. */
function missedTime(row: TimesRow, times: ObjectTimes): MissedObject['time'] {
  const [, wantedFirst, wantedLast] = timesRow(times);
  const [span, first, last, years, days, hours] = row;
  if (first > wantedFirst) return 'first';
  const spanned = SPANS[span];
  if (last < wantedLast || spanned === undefined || last - first > spanned.longest) return 'last';
  const traits = { years, days, hours };
  // In the first class they are not asked.
  const isFound =
    span === 0 || holds(traits, EVERYTHING) || (spanned.clock === times.clock && holds(traits, times.traits));
  return isFound ? undefined : 'traits';
}

async function missed(
  session: Session,
  key: CollectionKey,
  { name, index }: IndexedObject,
  row: IndexRow,
): Promise<MissedObject | undefined> {
  const [, number, component, ...times] = row;
  const texts = await missedTexts(session, key, number, index.texts);
  const time = missedTime(times, index);
  const isOther = component !== storable(index.component);
  if (!isOther && time === undefined && texts.length === 0) return undefined;
  return { name, component: isOther ? component : undefined, time, texts };
}

/** Reads the index through a session. */
export function indexReader(session: Session): IndexReader {
  return {
    async missed(key, objects) {
      const list = session.list(objects.map(({ name }) => storable(name)));
      const rows = await session.all(lists(session.dialect).rows, [key.account, key.id, list]);
      const byName = new Map(rows.map((row) => [row[0], row]));
      const all = objects.map((object) => {
        const row = byName.get(storable(object.name));
        return row && missed(session, key, object, row);
      });
      return (await Promise.all(all)).filter((one) => one !== undefined);
    },
    async renewedTo() {
      const row = await session.one(MARK, []);
      return row && markOf(row[0]);
    },
    async collectionAfter({ account, collection }) {
      const row = await session.one(COLLECTION_AFTER, [account, collection]);
      return row && collectionRecord(row);
    },
  };
}

/** Makes the index anew in one transaction. */
export function indexWriter(session: Session): IndexWriter {
  return {
    async renewTimes(key, objects) {
      await Promise.all(
        objects.map(({ name, revision, times }) =>
          session.run(RENEW, [key.account, key.id, storable(name), revision, ...timesRow(times)]),
        ),
      );
    },
    async renewed(from, to) {
      const text = markText(from);
      const moved = to === undefined ? session.run(END_MARK, [text]) : session.run(MOVE_MARK, [text, markText(to)]);
      return (await moved) > 0;
    },
  };
}
