/**
 * Which grams of a needle to look for: the rarest. How many objects have a gram is not counted, which would cost the more the larger the
 * collection is, but guessed from how close together they are in the index, at a few places. A wrong guess makes a search slower, never wrong.
 */
import type { CollectionKey, TextCondition } from '../records.ts';
import { perDialect, type Session, statement } from './database.ts';
import { GRAM, gramsOf, IDENTIFIER } from './texts.ts';

/** Of a needle's grams, how many are considered. */
const CONSIDERED = 16;
/** How many are then looked for. */
const SOUGHT = 3;
/** So many candidates are confirmed at once; with more, those that have further grams are taken first. */
const FEW = 32;
/** A gram that so great a part of all objects has tells too little to be looked for beside another one. */
const COMMON = 0.25;
/** Places from which the index is read, and how far. */
const PLACES = [0, 1, 2, 3];
const STEPS = 8;

/** The last number is that of the newest object; the one before it is that of the object some steps behind the place, if there are so many. */
const distances = perDialect((dialect) =>
  statement<[gram: number, place: number, reached: number | null, last: number]>(
    `select each_gram.value, each_place.value,
       (select g.number from object_gram g where g.account_id = $1 and g.coll = $2 and g.gram = each_gram.value
          and g.number >= newest.number * each_place.value / ${PLACES.length} order by g.number limit 1 offset ${STEPS - 1}),
       newest.number
     from (select t.number from object_text t where t.account_id = $1 and t.coll = $2 order by t.number desc limit 1) newest,
       (select value from ${dialect.each('$3', 'bigint')}) each_gram,
       (${PLACES.map((place) => `select ${place} as value`).join(' union all ')}) each_place`,
  ),
);

/** What to look for of a needle. */
export interface Sought {
  /** Grams, the rarest first; none when the needle is too short to have any, or an identifier. */
  readonly grams: readonly number[];
  /** About how many objects have the rarest. */
  readonly candidates: number;
}

/** What to look for of each of the conditions. */
export async function soughtGrams(
  session: Session,
  key: CollectionKey,
  conditions: readonly TextCondition[],
): Promise<readonly Sought[]> {
  const considered = conditions.map(consideredGrams);
  const all = considered.flat();
  // Where there is nothing to choose from, nothing is read.
  const isSettled = considered.length === 1 && all.length <= 1;
  const rows = isSettled ? [] : await session.all(distances(session.dialect), [key.account, key.id, session.list(all)]);
  const last = rows[0]?.[3] ?? 0;
  const parts = new Map<number, number>();
  for (const [gram, place, reached] of rows) {
    const from = (last * place) / PLACES.length;
    const part = reached === null ? 0 : Math.min(1, STEPS / (reached + 1 - from)) / PLACES.length;
    parts.set(gram, (parts.get(gram) ?? 0) + part);
  }
  return considered.map((grams) => {
    const partOf = (gram: number): number => parts.get(gram) ?? 0;
    const [rarest, ...others] = grams.toSorted((a, b) => partOf(a) - partOf(b));
    if (rarest === undefined) return { grams: [], candidates: 0 };
    const candidates = partOf(rarest) * last;
    if (candidates <= FEW) return { grams: [rarest], candidates };
    return { grams: [rarest, ...others.filter((gram) => partOf(gram) < COMMON).slice(0, SOUGHT - 1)], candidates };
  });
}

function consideredGrams({ property, contains }: TextCondition): readonly number[] {
  if (contains.length < GRAM || property === IDENTIFIER) return [];
  const all = [...gramsOf(property, contains)];
  const step = Math.max(1, all.length / CONSIDERED);
  return Array.from({ length: Math.min(CONSIDERED, all.length) }, (_, at) => all[Math.floor(at * step)] ?? 0);
}
