/**
 * How many members to read at once: many where they are small, few where they carry photos or long properties, so that one piece of an
 * answer stays small in memory whatever lies in the collection.
 */
import type { ObjectRecord } from '../store/records.ts';

/** Octets of objects that one piece of an answer should hold. */
const PIECE = 4 * 1024 * 1024;
/** Members read before their size is known: with the largest that may be stored, 100 MB. */
const FIRST = 24;

/** Member collections read at once: each may have as many properties as `limits.properties` says. */
export const COLLECTIONS = 50;

/** The size of the first page. `most` is `limits.page`. */
export function firstPage(most: number): number {
  return Math.min(FIRST, most);
}

/** The size of the page after these objects, read with their bytes. */
export function nextPage(objects: readonly ObjectRecord[], most: number): number {
  let octets = 0;
  for (const object of objects) octets += object.size;
  return octets === 0 ? most : Math.max(1, Math.min(most, Math.floor((PIECE * objects.length) / octets)));
}

/** Between two pages: a search that finds nothing in a large collection must not keep everybody else waiting. */
export function othersTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
