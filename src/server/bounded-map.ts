/**
 * A map that forgets: what clients make grow must not grow without end.
 */

/** Keeps the entries used last. */
export interface BoundedMap<V> {
  /** Counts as a use. */
  get(key: string): V | undefined;
  set(key: string, value: V): void;
  delete(key: string): void;
  readonly size: number;
}

/** A map of at most `most` entries; the one that was not used for longest goes first. */
export function boundedMap<V>(most: number): BoundedMap<V> {
  // A Map iterates in the order of insertion, so putting an entry in anew makes it the youngest.
  const entries = new Map<string, V>();
  return {
    get(key) {
      const value = entries.get(key);
      if (value === undefined) return undefined;
      entries.delete(key);
      entries.set(key, value);
      return value;
    },
    set(key, value) {
      entries.delete(key);
      entries.set(key, value);
      if (entries.size <= most) return;
      for (const oldest of entries.keys()) {
        entries.delete(oldest);
        break;
      }
    },
    delete(key) {
      entries.delete(key);
    },
    get size() {
      return entries.size;
    },
  };
}
