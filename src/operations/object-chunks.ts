/**
 * Walks the objects of a collection with their bytes, a few at a time, each time in a short read of its own: how many are in memory depends on
 * how large they are.
 */
import type { CollectionKey, ObjectRecord, StoredObject } from '../store/records.ts';
import type { ReadTransaction, Store } from '../store/store.ts';

/** Rows read at once, and octets of objects. */
const PAGE = 500;
const OCTETS = 4 * 1024 * 1024;

/** Objects that were read together. */
export interface ObjectChunk {
  readonly objects: readonly StoredObject[];
}

/** All objects in order of name. */
export async function* objectChunks(store: Store, key: CollectionKey): AsyncGenerator<ObjectChunk> {
  let after = '';
  for (;;) {
    const from = after;
    const objects = await store.read((tx) => chunkAfter(tx, key, from));
    const last = objects.at(-1);
    if (last === undefined) return;
    yield { objects };
    after = last.name;
  }
}

/** The next objects after that name, in order of name; none when there are none left. */
export async function chunkAfter(
  tx: ReadTransaction,
  key: CollectionKey,
  after: string,
  limit = PAGE,
): Promise<readonly StoredObject[]> {
  const records = await tx.objects.page(key, { limit, ...(after === '' ? {} : { after }) });
  const names = some(records).map(({ name }) => name);
  const found = names.length === 0 ? [] : await tx.objects.readAll(key, names);
  const byName = new Map(found.map((object) => [object.name, object]));
  return names.flatMap((name) => byName.get(name) ?? []);
}

/** As many as may be in memory together, but at least one. */
function some(records: readonly ObjectRecord[]): readonly ObjectRecord[] {
  let octets = 0;
  let count = 0;
  for (const { size, content } of records) {
    octets += content === undefined ? size : 0;
    if (count > 0 && octets > OCTETS) break;
    count++;
  }
  return records.slice(0, count);
}
