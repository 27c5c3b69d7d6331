/**
 * Filling a derived collection that is made where much lies already: page by page, in short transactions. How far that has come stands with
 * the collection, so that whatever breaks it off, somebody can go on.
 */

import type { XmlName } from '../formats/xml/name.ts';
import type { AccountId, StoredObject } from '../store/records.ts';
import {
  type CollectionId,
  type CollectionKey,
  type CollectionRecord,
  collectionId,
  type Origin,
} from '../store/records.ts';
import type { ReadTransaction, Store, WriteTransaction } from '../store/store.ts';
import { carryOut, type Derivation, type Wanted, want } from './derivation.ts';
import { COLLECTIONS, firstPage, nextPage, othersTurn } from './member-pages.ts';

/** How far the collection is filled: the number of a source and the name of its last member. With its blank no name that a client can send. */
export const FILLED_TO: XmlName = '{}filled to';

/** Members of sources that are read in one transaction; others wait for no more. */
const PAGE = 100;

/** Fills it from what its mark says on; ends when it is whole, or gone, or when it is to be stopped. */
export async function fill(
  store: Store,
  derivation: Derivation,
  key: CollectionKey,
  origin: Origin,
  stopped: () => boolean,
): Promise<void> {
  let size = firstPage(PAGE);
  while (!stopped()) {
    const read = await store.write(origin, (tx) => fillPage(derivation, key, size, tx));
    if (read === undefined) return;
    size = nextPage(read, PAGE);
    await othersTurn();
  }
}

/** Derives from the next members, and says which these were; undefined when there are no more, or no such collection. */
async function fillPage(
  derivation: Derivation,
  key: CollectionKey,
  size: number,
  tx: WriteTransaction,
): Promise<readonly StoredObject[] | undefined> {
  const before = await tx.collections.get(key);
  const mark = before?.properties[FILLED_TO];
  if (mark === undefined) return undefined;
  const [number = '', after = ''] = splitAtBlank(mark);
  const source = await sourceFrom(collectionId(Number(number)), derivation, key.account, tx);
  if (source === undefined) return finish(derivation, key, mark, tx);
  const isNew = source.id !== Number(number);
  const isThere = (await tx.collections.lock(source)) !== undefined;
  const page = { limit: size, ...(isNew || after === '' ? {} : { after }) };
  const members = isThere ? await tx.objects.readPage(source, page) : [];
  const into = await tx.collections.lock(key);
  if (into === undefined) return undefined;
  const wanted: Wanted = new Map();
  for (const member of members) want(wanted, derivation, source, member);
  await carryOut(wanted, into, tx);
  const last = members.length < size ? undefined : members.at(-1);
  const to = last === undefined ? `${source.id + 1} ` : `${source.id} ${last.name}`;
  await tx.collections.setProperties(into, { ...into.properties, [FILLED_TO]: to });
  return members;
}

function splitAtBlank(mark: string): readonly string[] {
  const at = mark.indexOf(' ');
  return at < 0 ? [] : [mark.slice(0, at), mark.slice(at + 1)];
}

/** The source of that number, or the next one. */
async function sourceFrom(
  first: CollectionId,
  { from }: Derivation,
  account: AccountId,
  tx: ReadTransaction,
): Promise<CollectionRecord | undefined> {
  const [home] = await tx.collections.along(account, [from.home]);
  if (home === undefined) return undefined;
  for (let after = collectionId(first - 1); ; ) {
    const page = await tx.collections.page(home, { after, limit: COLLECTIONS });
    const found = page.find(({ kind, target }) => kind === from.type.kind && target === undefined);
    const last = page.at(-1);
    if (found !== undefined || last === undefined || page.length < COLLECTIONS) return found;
    after = last.id;
  }
}

/** Whoever makes another source now waits, or has made it: then there is one more. */
async function finish(
  derivation: Derivation,
  key: CollectionKey,
  mark: string,
  tx: WriteTransaction,
): Promise<readonly StoredObject[] | undefined> {
  const into = await tx.collections.lock(key);
  if (into === undefined || into.properties[FILLED_TO] !== mark) return into === undefined ? undefined : [];
  await tx.collections.lock({ account: key.account, id: into.parent });
  const [home] = await tx.collections.along(key.account, [derivation.from.home]);
  if (home !== undefined) await tx.collections.lock(home);
  const [number = ''] = splitAtBlank(mark);
  if ((await sourceFrom(collectionId(Number(number)), derivation, key.account, tx)) !== undefined) return [];
  const { [FILLED_TO]: _mark, ...properties } = into.properties;
  await tx.collections.setProperties(into, properties);
  return undefined;
}
