/**
 * The search of a tenant's directory: name and addresses of each account, folded, are found by any part of three characters or more, and by
 * the beginnings of their words. It may answer too much, never too little. RFC 3744 section 9.4.
 */
import { collation } from '../../formats/collation.ts';
import type { Account, AccountId, TenantId } from '../records.ts';
import { accountId } from '../records.ts';
import type { DirectorySearch } from '../store.ts';
import type { Database, Dialect, Session, Statement } from './database.ts';
import { perDialect, statement, storable } from './database.ts';
import { ascending, GRAM, gramsOf, longGram } from './texts.ts';

/** Seeds the grams of accounts. Never to be changed, nor are the next four: the database was filled by them. */
const SEED = 'ACCOUNT';
/** Stands twice before a word, so that its beginning has grams of its own; it is in no text that XML can say. */
const BEGINNING = '\u0001\u0001';
/** Longer texts are not kept, and those of more grams have only the gram of long texts: they are found always. */
const KEPT = 4096;
const GRAMS = 1024;
/**
 * Where a word begins: a letter or figure after another sign, anything after a space, and each sign of scripts that have no spaces
 * between words.
 */
const BEGINNINGS =
  /(?<![^\s])[^\s]|(?<![\p{L}\p{N}\p{M}])[\p{L}\p{N}]|[\p{Ideographic}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/gu;

/** Further texts are not looked at when all must be contained; when any may, more than these find everybody. */
const TEXTS = 16;
/** Of a text's grams, how many are counted, how far, and how many of the rarest are then looked for together. */
const COUNTED = 8;
const COMMON = 1000;
const SOUGHT = 3;
/** Accounts that get their texts in one transaction. */
const BATCH = 200;

const CASEMAP = collation('i;unicode-casemap');

/** Folded twice, for folding is not done by one go: so a text finds the same whether it was folded before or not. */
function folded(text: string): string {
  const fold = (each: string) => CASEMAP?.fold(each) ?? each;
  return storable(fold(fold(text)));
}

/** What is kept of an account: a line each; null when it is too long. */
function textOf({ displayName, address, aliases }: Account): string | null {
  const text = folded([displayName, address, ...aliases].join('\n'));
  return text.length > KEPT ? null : text;
}

function gramsOfText(text: string | null): ReadonlySet<number> {
  const long = new Set([longGram(SEED)]);
  if (text === null) return long;
  const grams = gramsOf(SEED, text);
  for (const { index } of text.matchAll(BEGINNINGS)) {
    for (const gram of gramsOf(SEED, BEGINNING + text.slice(index, index + GRAM - 1))) grams.add(gram);
  }
  return grams.size > GRAMS ? long : grams;
}

/** The grams that a text with this in it has. */
function gramsOfNeedle(needle: string): readonly number[] {
  if (needle.length >= GRAM) return [...gramsOf(SEED, needle)];
  return [...gramsOf(SEED, (BEGINNING + needle).slice(-GRAM))];
}

const TEXT = statement<[string | null]>('select value from account_text where tenant = $1 and account_id = $2');
const PUT_TEXT = statement(
  `insert into account_text (tenant, account_id, value) values ($1, $2, $3)
   on conflict (tenant, account_id) do update set value = excluded.value`,
);
const REMOVE_TEXT = statement('delete from account_text where tenant = $1 and account_id = $2');
const withoutText = perDialect(({ lockRow }) =>
  statement<[number]>(
    `select a.id from account a where a.id > $1 and a.kind <> 'directory' and not exists (select 1 from account_text t
       where t.tenant = a.tenant and t.account_id = a.id) order by a.id limit $2 ${lockRow}`,
  ),
);
const FILLED = statement<[string]>(`select value from meta where name = 'directory'`);
const FILL = statement(`insert into meta (name, value) values ('directory', 'filled') on conflict do nothing`);
const lists = perDialect(({ isIn, each }) => ({
  add: statement(
    `insert into account_gram (tenant, gram, account_id)
     select cast($1 as bigint), value, cast($2 as bigint) from ${each('$3', 'bigint')} where true on conflict do nothing`,
  ),
  remove: statement(
    `delete from account_gram where tenant = $1 and account_id = $2 and ${isIn('gram', '$3', 'bigint')}`,
  ),
  frequency: statement<[number, number]>(
    `select each_gram.value, (select count(*) from (select 1 from account_gram g where g.tenant = $1
       and g.gram = each_gram.value limit ${COMMON}) found) from (select value from ${each('$2', 'bigint')}) each_gram`,
  ),
}));

/** Makes the index say what the account's name and addresses are. Its row is locked. */
export async function putAccountTexts(session: Session, account: Account): Promise<void> {
  const { id, tenant } = account;
  const former = await session.one(TEXT, [tenant, id]);
  const text = textOf(account);
  if (former !== undefined && former[0] === text) return;
  const had: ReadonlySet<number> = former === undefined ? new Set() : gramsOfText(former[0]);
  const has = gramsOfText(text);
  const gone = ascending(had.difference(has));
  const come = ascending(has.difference(had));
  const { add, remove } = lists(session.dialect);
  await Promise.all([
    session.run(PUT_TEXT, [tenant, id, text]),
    gone.length === 0 ? undefined : session.run(remove, [tenant, id, session.list(gone)]),
    come.length === 0 ? undefined : session.run(add, [tenant, id, session.list(come)]),
  ]);
}

/** Takes an account out of the index. */
export async function removeAccountTexts(session: Session, { id, tenant }: Account): Promise<void> {
  const former = await session.one(TEXT, [tenant, id]);
  if (former === undefined) return;
  const grams = session.list(ascending(gramsOfText(former[0])));
  await Promise.all([
    session.run(lists(session.dialect).remove, [tenant, id, grams]),
    session.run(REMOVE_TEXT, [tenant, id]),
  ]);
}

/** Fills the index for accounts from before it was there; the second time it finds that noted. */
export async function fillAccountTexts(
  database: Database,
  accounts: (session: Session, ids: readonly AccountId[]) => Promise<readonly Account[]>,
): Promise<void> {
  if ((await database.read((session) => session.one(FILLED, []))) !== undefined) return;
  for (let after: number | undefined = 0; after !== undefined; ) {
    const from: number = after;
    after = await database.write(async (session) => {
      // Locked first and read then: another program may be changing them.
      const rows = await session.all(withoutText(session.dialect), [from, BATCH]);
      const ids = rows.map((row) => accountId(row[0]));
      for (const account of await accounts(session, ids)) await putAccountTexts(session, account);
      if (ids.length === 0) await session.run(FILL, []);
      return ids.at(-1);
    });
  }
}

interface Needle {
  readonly text: string;
  /** Some of its grams, each with how often it is found. */
  readonly grams: readonly (readonly [number, number])[];
}

async function needleOf(session: Session, tenant: TenantId, text: string): Promise<Needle> {
  const all = gramsOfNeedle(text);
  const step = Math.max(1, all.length / COUNTED);
  const some = Array.from({ length: Math.min(COUNTED, all.length) }, (_, at) => all[Math.floor(at * step)] ?? 0);
  return { text, grams: await session.all(lists(session.dialect).frequency, [tenant, session.list(some)]) };
}

/** The rarest first; as many always, so that there are few shapes of statements. */
function soughtGrams(needles: readonly Needle[]): readonly number[] {
  const rarest = needles.flatMap((needle) => needle.grams).sort((a, b) => a[1] - b[1]);
  return Array.from({ length: SOUGHT }, (_, at) => rarest[at % rarest.length]?.[0] ?? 0);
}

/**
 * Numbers of accounts that have these grams and contain these texts, in order: the index is walked along the first gram only, as far as
 * the page goes, and the rest is looked up by key, whatever a planner guesses. $1 is the tenant, $2 the account before, $3 the limit.
 */
function walk(dialect: Dialect, grams: readonly string[], texts: readonly string[]): string {
  const [first, ...others] = grams;
  const also = others.map(
    (gram) => ` and (select 1 from account_gram also where also.tenant = g.tenant and also.gram = ${gram}
      and also.account_id = g.account_id) = 1`,
  );
  const contained = texts.map((text) => dialect.contains('t.value', `cast(${text} as text)`));
  return `select id from (select g.account_id as id from account_gram g
    where g.tenant = $1 and g.gram = ${first} and g.account_id > $2${also.join('')}
    and (select 1 from account_text t where t.tenant = g.tenant and t.account_id = g.account_id
      and (t.value is null or ${contained.join(' and ')})) = 1
    order by g.account_id limit $3) walked`;
}

/** The statement and its parameters after the first three. */
function search(session: Session, needles: readonly Needle[], every: boolean) {
  const { dialect } = session;
  const bound: (string | number)[] = [];
  const bind = (value: string | number) => `$${bound.push(value) + 3}`;
  const walks: string[] = [];
  const conjunctions = every ? [needles] : needles.map((needle) => [needle]);
  for (const conjunction of conjunctions) {
    const texts = conjunction.map(({ text }) => bind(text));
    walks.push(walk(dialect, soughtGrams(conjunction).map(bind), texts));
    walks.push(walk(dialect, [bind(longGram(SEED))], texts));
  }
  const text: Statement<[number]> = `${walks.join(' union ')} order by id limit $3`;
  return { text, bound };
}

/**
 * Numbers of accounts that may match, in order, after the given one; undefined when the search asks for everybody.
 */
export async function matchingNumbers(
  session: Session,
  { tenant, test, texts }: DirectorySearch,
  { after, limit }: { readonly after?: AccountId; readonly limit: number },
): Promise<readonly AccountId[] | undefined> {
  const every = test === 'allof';
  // What stands around words is left to the caller: a short text is looked for where a word begins.
  const needles = [...new Set(texts.map((each) => folded(each).trim()))];
  const sought = every ? needles.filter((text) => text !== '').slice(0, TEXTS) : needles;
  if (sought.length === 0 || sought.length > TEXTS || sought.includes('')) return undefined;
  const asked = await Promise.all(sought.map((text) => needleOf(session, tenant, text)));
  const { text, bound } = search(session, asked, every);
  const rows = await session.all(text, [tenant, after ?? 0, limit, ...bound]);
  return rows.map((row) => accountId(row[0]));
}
