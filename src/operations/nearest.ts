/**
 * Which known word somebody may have meant. An unknown key in a file is nearly always a known one with a slip in it.
 */

/** How many letters to insert, remove, replace or swap with their neighbour to make one word of the other. */
export function editDistance(a: string, b: string): number {
  let before: readonly number[] = [];
  let last: readonly number[] = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      let least = Math.min(last[column]! + 1, current[column - 1]! + 1, last[column - 1]! + (same ? 0 : 1));
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (swapped) least = Math.min(least, before[column - 2]! + 1);
      current.push(least);
    }
    before = last;
    last = current;
  }
  return last[b.length]!;
}

/** The longest word that is compared at all. */
const LONGEST = 100;

/**
 * The known word nearest to `word`, if any is near. Words with dots are keys in sections: a known key that only lacks its section, or stands
 * in another one, is near too.
 */
export function nearest(word: string, known: readonly string[]): string | undefined {
  if (word.length > LONGEST) return undefined;
  let best: string | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const candidate of known) {
    const whole = editDistance(word, candidate) / Math.max(word.length, candidate.length);
    const [ownLast, itsLast] = [lastPart(word), lastPart(candidate)];
    const part = 0.1 + editDistance(ownLast, itsLast) / Math.max(ownLast.length, itsLast.length);
    const distance = Math.min(whole, word === ownLast && candidate === itsLast ? whole : part);
    if (distance < least) [best, least] = [candidate, distance];
  }
  return least <= 0.5 ? best : undefined;
}

function lastPart(key: string): string {
  return key.slice(key.lastIndexOf('.') + 1);
}

/** `; did you mean host?`, or nothing. */
export function suggestion(word: string, known: readonly string[]): string {
  const near = nearest(word, known);
  return near === undefined ? '' : `; did you mean ${near}?`;
}
