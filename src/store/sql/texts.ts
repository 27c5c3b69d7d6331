/**
 * The text index. A text is findable by any part of it: by its grams, numbers made of the property and three consecutive code units.
 * What is found by grams is confirmed on the text itself. Very long texts have one gram that says so, and are confirmed each time.
 */
import type { CollectionKey } from '../records.ts';
import type { Session } from './database.ts';
import { perDialect, statement, storable } from './database.ts';

/** Code units in a gram; a shorter needle is looked for in all texts. */
export const GRAM = 3;
/** A text with more grams than this has only the gram of long texts. */
const GRAMS = 256;
/** A text longer than this is not even kept: it is found always. */
const KEPT = 4096;

/** FNV-1a, 32 bits. Equal numbers of different grams cost a confirmation in vain. Never to be changed: it is in the database. */
function mix(hash: number, unit: number): number {
  return Math.imul(hash ^ unit, 0x01000193);
}

function seed(property: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < property.length; at += 1) hash = mix(hash, property.charCodeAt(at));
  return mix(hash, 0);
}

/** The gram of long texts: no text has it, being of two code units. */
export function longGram(property: string): number {
  return mix(mix(seed(property), 1), 1) | 0;
}

/**
 * The property whose texts are identifiers: looked for whole, so they need no grams but an index by length and value. A text that holds
 * another one is longer than it. Never to be changed: it is in the database.
 */
export const IDENTIFIER = 'UID';

/** The distinct grams of a text, or of a needle. */
export function gramsOf(property: string, text: string): Set<number> {
  const from = seed(property);
  const grams = new Set<number>();
  for (let at = 0; at + GRAM <= text.length; at += 1) {
    const gram = mix(mix(mix(from, text.charCodeAt(at)), text.charCodeAt(at + 1)), text.charCodeAt(at + 2));
    // The high bits of FNV are the better mixed ones.
    grams.add((gram ^ (gram >>> 15)) | 0);
  }
  return grams;
}

/** Texts by property as they are kept; undefined for one too long to keep. */
type KeptTexts = ReadonlyMap<string, string | null>;

function keptTexts(texts: Readonly<Record<string, string>>): KeptTexts {
  const kept = new Map<string, string | null>();
  for (const [property, text] of Object.entries(texts)) {
    kept.set(storable(property), text.length > KEPT ? null : storable(text));
  }
  return kept;
}

function allGrams(kept: KeptTexts): Set<number> {
  const all = new Set<number>();
  for (const [property, text] of kept) {
    if (property === IDENTIFIER) continue;
    const grams = text === null ? undefined : gramsOf(property, text);
    if (grams === undefined || grams.size > GRAMS) all.add(longGram(property));
    else for (const gram of grams) all.add(gram);
  }
  return all;
}

const KEPT_TEXTS = statement<[string, string | null]>(
  'select property, value from object_text where account_id = $1 and coll = $2 and number = $3',
);
const PUT_TEXT = statement(
  `insert into object_text (account_id, coll, number, property, name, value) values ($1, $2, $3, $4, $5, $6)
   on conflict (account_id, coll, number, property) do update set value = excluded.value`,
);
const REMOVE_TEXT = statement(
  'delete from object_text where account_id = $1 and coll = $2 and number = $3 and property = $4',
);
const REMOVE_TEXTS = statement('delete from object_text where account_id = $1 and coll = $2 and number = $3');
const lists = perDialect((dialect) => ({
  add: statement(
    `insert into object_gram (account_id, coll, gram, number)
     select cast($1 as bigint), cast($2 as bigint), value, cast($4 as bigint) from ${dialect.each('$3', 'bigint')} where true
     on conflict do nothing`,
  ),
  remove: statement(
    `delete from object_gram where account_id = $1 and coll = $2 and number = $4 and ${dialect.isIn('gram', '$3', 'bigint')}`,
  ),
}));

/** Neighbours in the index are written after one another. */
export function ascending(grams: Iterable<number>): readonly number[] {
  return [...grams].sort((a, b) => a - b);
}

/**
 * Makes the index say what the object's texts are. `former` is how many texts it had.
 * @returns how many it has.
 */
export async function putTexts(
  session: Session,
  key: CollectionKey,
  object: { readonly number: number; readonly name: string },
  former: number,
  texts: Readonly<Record<string, string>>,
): Promise<void> {
  const { number, name } = object;
  const next = keptTexts(texts);
  const before: KeptTexts =
    former === 0 ? new Map() : new Map(await session.all(KEPT_TEXTS, [key.account, key.id, number]));
  const sent: Promise<unknown>[] = [];
  let changed = false;
  for (const property of before.keys()) {
    if (next.has(property)) continue;
    changed = true;
    sent.push(session.run(REMOVE_TEXT, [key.account, key.id, number, property]));
  }
  for (const [property, text] of next) {
    if (before.has(property) && before.get(property) === text) continue;
    changed = true;
    sent.push(session.run(PUT_TEXT, [key.account, key.id, number, property, name, text]));
  }
  if (!changed) return;
  const had = allGrams(before);
  const has = allGrams(next);
  const gone = ascending(had.difference(has));
  const come = ascending(has.difference(had));
  const { add, remove } = lists(session.dialect);
  if (gone.length > 0) sent.push(session.run(remove, [key.account, key.id, session.list(gone), number]));
  if (come.length > 0) sent.push(session.run(add, [key.account, key.id, session.list(come), number]));
  await Promise.all(sent);
}

/** How many of the grams an object has. Each is looked up by its key, whatever a planner guesses. */
const HAS = perDialect((dialect) =>
  statement<[number]>(
    `select count(*) from ${dialect.each('$3', 'bigint')} where (select 1 from object_gram g
       where g.account_id = $1 and g.coll = $2 and g.gram = value and g.number = $4) = 1`,
  ),
);

/** The properties whose texts are kept otherwise than `putTexts` would keep them, or without a gram. */
export async function missedTexts(
  session: Session,
  key: CollectionKey,
  number: number,
  texts: Readonly<Record<string, string>>,
): Promise<readonly string[]> {
  const kept = keptTexts(texts);
  const grams = ascending(allGrams(kept));
  const [rows, counted] = await Promise.all([
    session.all(KEPT_TEXTS, [key.account, key.id, number]),
    grams.length === 0
      ? undefined
      : session.one(HAS(session.dialect), [key.account, key.id, session.list(grams), number]),
  ]);
  const has = new Map(rows);
  const missed = [...kept].filter(([property, text]) => !has.has(property) || has.get(property) !== text);
  if (missed.length === 0 && (counted?.[0] ?? 0) < grams.length) {
    // Which of them lacks one is worth asking only now.
    for (const [property, text] of kept) {
      const own = ascending(allGrams(new Map([[property, text]])));
      if (own.length === 0) continue;
      const found = await session.one(HAS(session.dialect), [key.account, key.id, session.list(own), number]);
      if ((found?.[0] ?? 0) < own.length) missed.push([property, text]);
    }
  }
  return missed.map(([property]) => property);
}

/** Takes an object that had texts out of the index. */
export async function removeTexts(session: Session, key: CollectionKey, number: number): Promise<void> {
  const grams = allGrams(new Map(await session.all(KEPT_TEXTS, [key.account, key.id, number])));
  await Promise.all([
    session.run(REMOVE_TEXTS, [key.account, key.id, number]),
    session.run(lists(session.dialect).remove, [key.account, key.id, session.list(ascending(grams)), number]),
  ]);
}
