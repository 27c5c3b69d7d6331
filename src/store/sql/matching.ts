/**
 * The prefilter: finds by one index the names that may match, and checks the rest on their rows. It may answer too much, never too little.
 * RFC 4791 section 7.8, RFC 6352 section 8.6.
 */
import type { CollectionKey, Prefilter, RangeCondition, StoredObject, TextCondition, TimeTraits } from '../records.ts';
import type { Page } from '../store.ts';
import type { Dialect, Element, Parameter, Session } from './database.ts';
import { statement, storable } from './database.ts';
import { type Sought, soughtGrams } from './rare-grams.ts';
import type { StoredRow } from './rows.ts';
import { BODY_COLUMN, findByUid, OBJECT_COLUMNS, SPANS, sameUid, storedObject } from './rows.ts';
import { IDENTIFIER, longGram } from './texts.ts';

/** With more candidates than this, walking the collection in order of name is cheaper than sorting them for each page. */
const CANDIDATES = 5000;
/** Further text conditions are left to the caller. */
const CONDITIONS = 16;
/** More kinds of components than this are not worth an index. */
const COMPONENTS = 8;

/** SQL in the making: each value gets the next `$n`, so that the text depends on the question's shape only. */
interface Draft {
  readonly dialect: Dialect;
  readonly bind: (value: Parameter) => string;
  readonly list: (values: readonly string[] | readonly number[]) => string;
  readonly parameters: readonly Parameter[];
}

function draft(session: Session, first: readonly Parameter[]): Draft {
  const parameters = [...first];
  const bind = (value: Parameter) => `$${parameters.push(value)}`;
  return { dialect: session.dialect, bind, list: (values) => bind(session.list(values)), parameters };
}

function isIn(sql: Draft, expression: string, values: readonly string[], element: Element): string {
  return sql.dialect.isIn(expression, sql.list(values), element);
}

interface Needle extends TextCondition, Sought {}

const NOTHING: Sought = { grams: [], candidates: 0 };

function hasIndex(needle: Needle): boolean {
  return needle.property === IDENTIFIER || needle.grams.length > 0;
}

interface Question {
  readonly uid?: string;
  readonly components?: readonly string[];
  readonly range?: RangeCondition;
  readonly needles: readonly Needle[];
  readonly every: boolean;
}

function confirmed(sql: Draft, needle: Needle): string {
  const contains = sql.dialect.contains('t.value', `cast(${sql.bind(needle.contains)} as text)`);
  return `t.property = ${sql.bind(needle.property)} and (t.value is null or ${contains})`;
}

/** The first span class of objects with the reader's clock. */
const FIRST_OF_READER = SPANS.findIndex(({ clock }) => clock === 'reader');
/** Pieces are asked for in these numbers, the last one over and over, so that there are few texts. */
const PIECES = [1, 2, 4, 8, 12, 16, 24, 32, 64];

/** Whether a row has all traits of one of the pieces. */
function inOneOf(sql: Draft, pieces: readonly TimeTraits[], alias: '' | 'o.'): string {
  const last = pieces.at(-1);
  if (last === undefined) return '(1 = 0)';
  const size = PIECES.find((some) => some >= pieces.length) ?? pieces.length;
  const has = (column: keyof TimeTraits, bits: number) =>
    `(~${alias}${column} & cast(${sql.bind(bits)} as bigint)) = 0`;
  const each = Array.from({ length: size }, (_, at) => {
    const { years, days, hours } = pieces[at] ?? last;
    return `${has('days', days)} and ${has('hours', hours)} and ${has('years', years)}`;
  });
  return `(${each.join(' or ')})`;
}

/** Whether an object's row and texts match. */
function conditions(sql: Draft, question: Question): string {
  const all: string[] = [];
  if (question.uid !== undefined) all.push(sameUid('o.uid', sql.bind(question.uid)));
  if (question.components !== undefined) all.push(isIn(sql, 'o.component', question.components, 'text'));
  if (question.range !== undefined) {
    const { start, end, pieces } = question.range;
    all.push(`o.first_at <= ${sql.bind(end)} and o.last_at >= ${sql.bind(start)}`);
    const [utc, reader] = [inOneOf(sql, pieces.utc, 'o.'), inOneOf(sql, pieces.reader, 'o.')];
    all.push(`case when o.span = 0 then true when o.span < ${FIRST_OF_READER} then ${utc} else ${reader} end`);
  }
  if (question.needles.length > 0) {
    const texts = question.needles.map(
      (needle) => `exists (select 1 from object_text t where t.account_id = o.account_id and t.coll = o.coll
        and t.number = o.number and ${confirmed(sql, needle)})`,
    );
    all.push(`(${texts.join(question.every ? ' and ' : ' or ')})`);
  }
  return all.length === 0 ? '' : ` and ${all.join(' and ')}`;
}

const HERE = 'account_id = $1 and coll = $2';

/** One text of the object whose gram was found. Written so that each is looked up by its key, whatever a planner guesses. */
function namesByText(sql: Draft, needle: Needle): string {
  if (needle.property === IDENTIFIER) return namesByIdentifier(sql, needle);
  if (needle.grams.length === 0) {
    return `select t.name from object_text t where t.account_id = $1 and t.coll = $2 and ${confirmed(sql, needle)}`;
  }
  const [rarest, ...others] = needle.grams.map((gram) => sql.bind(gram));
  const also = others.map(
    (gram) => ` and (select 1 from object_gram also where also.account_id = g.account_id and also.coll = g.coll
      and also.gram = ${gram} and also.number = g.number) = 1`,
  );
  const found = (gram: string, further: string) =>
    `select name from (select (select t.name from object_text t where t.account_id = g.account_id and t.coll = g.coll
        and t.number = g.number and ${confirmed(sql, needle)}) as name
      from object_gram g where g.account_id = $1 and g.coll = $2 and g.gram = ${gram}${further}) confirmed
      where name is not null`;
  const long = sql.bind(longGram(needle.property));
  return `${found(rarest ?? '', also.join(''))} union all ${found(long, '')}`;
}

/** What the index has for the length of a text that is not kept. */
const LONGEST = 100_000;

/** The same text, and longer ones that hold it: these are looked at one by one. */
function namesByIdentifier(sql: Draft, { contains, whole }: TextCondition): string {
  const needle = `cast(${sql.bind(contains)} as text)`;
  const [own, wanted] = [`coalesce(length(t.value), ${LONGEST})`, `length(${needle})`];
  const named = `select t.name from object_text t ${sql.dialect.indexedBy('object_text_uid')}
    where t.account_id = $1 and t.coll = $2 and t.property = '${IDENTIFIER}' and ${own}`;
  const same = `substr(t.value, 1, 200) = substr(${needle}, 1, 200) and t.value = ${needle}`;
  const longer = `(t.value is null or ${sql.dialect.contains('t.value', needle)})`;
  // One that is too long to be kept counts as the longest.
  const others = whole === true ? `${named} = ${LONGEST}` : `${named} > ${wanted} and ${longer}`;
  return `${named} = ${wanted} and ${same} union all ${others}`;
}

/** The names that one index offers; undefined when no index helps. */
function names(sql: Draft, question: Question, components: readonly string[]): string | undefined {
  if (question.uid !== undefined)
    return `select name from object ${sql.dialect.indexedBy('object_uid')} where ${HERE} and ${findByUid('uid', sql.bind(question.uid))}`;
  const { needles, range, every } = question;
  const sought = needles.filter(hasIndex);
  if (every && sought.length > 0) {
    return namesByText(
      sql,
      sought.reduce((a, b) => (b.candidates < a.candidates ? b : a)),
    );
  }
  if (!every && needles.length > 0 && (sought.length === needles.length || range === undefined)) {
    return needles.map((needle) => namesByText(sql, needle)).join(' union all ');
  }
  // A select for each: with a list of components an index is not followed further than to them.
  const of = (further: string) =>
    components.map((each) => `select name from object where ${HERE} and component = ${sql.bind(each)}${further}`);
  if (components.length > COMPONENTS) return undefined;
  if (range !== undefined) {
    const { start, end, pieces } = range;
    const [from, to] = [sql.bind(start), sql.bind(end)];
    const [utc, reader] = [inOneOf(sql, pieces.utc, ''), inOneOf(sql, pieces.reader, '')];
    const selects = SPANS.flatMap(({ clock, longest }, span) => {
      const early = Number.isFinite(longest) ? ` and first_at >= ${sql.bind(start - longest)}` : '';
      const traits = span === 0 ? '' : ` and ${clock === 'utc' ? utc : reader}`;
      const timed = of(` and span = ${span}${early} and first_at <= ${to} and last_at >= ${from}${traits}`);
      // In the order of its index: a planner without statistics would as soon read the whole collection by its key.
      return timed.map((each) => `select name from (${each} order by first_at) timed`);
    });
    return selects.join(' union all ');
  }
  const [needle] = needles;
  if (needle !== undefined) return namesByText(sql, needle);
  return question.components === undefined ? undefined : of('').join(' union all ');
}

const COMPONENT_AFTER = statement<[string]>(
  'select component from object where account_id = $1 and coll = $2 and component > $3 order by component limit 1',
);

/** The few components that the collection has, each by one step in the index. */
async function componentsOf(session: Session, key: CollectionKey): Promise<readonly string[]> {
  const found: string[] = [];
  for (;;) {
    const next = await session.one(COMPONENT_AFTER, [key.account, key.id, found.at(-1) ?? '']);
    if (next === undefined || found.length > COMPONENTS) return found;
    found.push(next[0]);
  }
}

function bounded(seconds: number): number {
  return Math.max(-(2 ** 50), Math.min(2 ** 50, seconds));
}

async function question(session: Session, key: CollectionKey, prefilter: Prefilter): Promise<Question> {
  const { uid, components, range, texts } = prefilter;
  const every = texts?.test === 'allof';
  let asked = texts?.conditions ?? [];
  if (asked.length > CONDITIONS) asked = every ? asked.slice(0, CONDITIONS) : [];
  const conditions = asked.map(({ property, contains, ...others }) => ({
    ...others,
    property: storable(property),
    contains: storable(contains),
  }));
  const sought = conditions.length === 0 ? [] : await soughtGrams(session, key, conditions);
  const needles = conditions.map((condition, at): Needle => ({ ...condition, ...(sought[at] ?? NOTHING) }));
  return {
    ...(uid === undefined ? {} : { uid: storable(uid) }),
    ...(components === undefined ? {} : { components: components.map(storable) }),
    ...(range === undefined
      ? {}
      : { range: { ...range, start: Math.floor(bounded(range.start)), end: Math.ceil(bounded(range.end)) } }),
    needles,
    every,
  };
}

const SELECT = `select ${OBJECT_COLUMNS}, ${BODY_COLUMN}`;
const OBJECT_HERE = 'o.account_id = $1 and o.coll = $2';

/** The names that an index offers after the given one, in order; undefined when there is no index or it offers too many. */
async function candidates(
  session: Session,
  first: readonly Parameter[],
  asked: Question,
  components: readonly string[],
): Promise<readonly string[] | undefined> {
  const sql = draft(session, first);
  const offered = names(sql, asked, components);
  if (offered === undefined) return undefined;
  const most = CANDIDATES + 1;
  // Counted before the names are compared, so that what is too much is left early on each page.
  const counted = `select name, count(*) over () as total from (select name from (${offered}) offered limit ${most}) some_names`;
  const text = `select distinct case when total < ${most} then name end as candidate from (${counted}) counted
    where total >= ${most} or name > $3 order by candidate`;
  const rows = await session.all(statement<[string | null]>(text), sql.parameters);
  const found = rows.map((row) => row[0]).filter((name) => name !== null);
  return rows.length > 0 && found.length === 0 ? undefined : found;
}

/** One page of the objects that may match, in order of name. */
export async function matching(
  session: Session,
  key: CollectionKey,
  prefilter: Prefilter,
  { after, limit }: Page,
): Promise<readonly StoredObject[]> {
  if (prefilter.texts?.test === 'anyof' && prefilter.texts.conditions.length === 0) return [];
  const asked = await question(session, key, prefilter);
  const first = [key.account, key.id, storable(after ?? '')];
  const components =
    asked.components ?? (asked.range === undefined || asked.uid !== undefined ? [] : await componentsOf(session, key));

  if (asked.components?.length === 0) return [];
  if (asked.range !== undefined && asked.uid === undefined && components.length === 0) return [];
  const offered = await candidates(session, first, asked, components);
  const found: StoredRow[] = [];
  if (offered === undefined) {
    const sql = draft(session, first);
    const where = `o.name > $3${conditions(sql, asked)} order by o.name limit ${sql.bind(limit)}`;
    found.push(
      ...(await session.all(
        statement<StoredRow>(`${SELECT} from object o where ${OBJECT_HERE} and ${where}`),
        sql.parameters,
      )),
    );
  } else {
    // What the time index offers is in the range: it was asked for nothing else.
    const { range, ...others } = asked;
    const left = range !== undefined && asked.uid === undefined && asked.needles.length === 0 ? others : asked;
    // As many at a time as may be wanted: most candidates match.
    for (let at = 0; at < offered.length && found.length < limit; at += limit) {
      const sql = draft(session, first.slice(0, 2));
      const some = sql.dialect.rowsIn('object o', OBJECT_HERE, 'o.name', sql.list(offered.slice(at, at + limit)));
      const where = `${some}${conditions(sql, left)} order by o.name limit ${sql.bind(limit - found.length)}`;
      found.push(...(await session.all(statement<StoredRow>(`${SELECT} ${where}`), sql.parameters)));
    }
  }
  return found.map((row): StoredObject => storedObject(key, row));
}
