/**
 * Whether derived collections have what follows from their sources, and nothing else: birthdays that cards have. docs/decisions/0021-birthdays.md
 */
import { type Derivation, type Wanted, want } from '../dav/derivation.ts';
import { FILLED_TO } from '../dav/derive-fill.ts';
import type { IndexedObject } from '../store/indexed.ts';
import type { Account, CollectionRecord } from '../store/records.ts';
import type { ReadTransaction } from '../store/store.ts';
import type { Administration } from './administration.ts';
import { chunkAfter } from './object-chunks.ts';

/** Something of a derived collection that is not as it follows. */
export interface DerivedFault {
  readonly collection: CollectionRecord;
  readonly name: string;
  readonly reason: string;
}

/** Objects whose names are read at once. */
const PAGE = 500;

/** Goes through the sources of an account a few objects at a time, and then through what was derived from them. */
export async function* verifyDerived(
  { store, catalogue }: Administration,
  account: Account,
): AsyncGenerator<readonly DerivedFault[]> {
  for (const derivation of catalogue.derivations) {
    const places = await store.read((tx) => placesOf(derivation, account, tx));
    // One that is being filled is not whole, and says so itself.
    if (places === undefined || places.into.properties[FILLED_TO] !== undefined) continue;
    const names = new Set<string>();
    for (const source of places.sources) {
      let after: string | undefined = '';
      while (after !== undefined) {
        const from: string = after;
        const some = await store.read(async (tx) => {
          const members = await chunkAfter(tx, source, from);
          const wanted: Wanted = new Map();
          for (const member of members) want(wanted, derivation, source, member);
          const faults = await compared(wanted, places.into, tx);
          return { last: members.at(-1)?.name, wanted, faults };
        });
        for (const [name, object] of some.wanted) if (object !== undefined) names.add(name);
        yield some.faults;
        after = some.last;
      }
    }
    yield await store.read((tx) => strangers(names, places.into, tx));
  }
}

interface DerivedPlaces {
  readonly into: CollectionRecord;
  readonly sources: readonly CollectionRecord[];
}

async function placesOf(
  { from, into }: Derivation,
  { id }: Account,
  tx: ReadTransaction,
): Promise<DerivedPlaces | undefined> {
  const [, found] = await tx.collections.along(id, [into.home, into.name]);
  const [home] = await tx.collections.along(id, [from.home]);
  if (found?.kind !== into.type.kind || home === undefined) return undefined;
  const members = await tx.collections.in(id, home.id);
  return {
    into: found,
    sources: members.filter(({ kind, target }) => kind === from.type.kind && target === undefined),
  };
}

async function compared(wanted: Wanted, into: CollectionRecord, tx: ReadTransaction): Promise<readonly DerivedFault[]> {
  if (wanted.size === 0) return [];
  const there = new Map((await tx.objects.getAll(into, [...wanted.keys()])).map((one) => [one.name, one.etag]));
  const faults: DerivedFault[] = [];
  const indexed: IndexedObject[] = [];
  for (const [name, object] of wanted) {
    const etag = there.get(name);
    if (object !== undefined && etag === object.etag) indexed.push({ name, index: object.index });
    else if (etag !== object?.etag) faults.push({ collection: into, name, reason: reasonOf(etag, object) });
  }
  for (const { name } of await tx.index.missed(into, indexed)) {
    faults.push({ collection: into, name, reason: 'a search would not find it' });
  }
  return faults;
}

function reasonOf(etag: string | undefined, object: object | undefined): string {
  if (etag === undefined) return 'it follows from a card, and is not there';
  return object === undefined ? 'no card has it any more' : 'it is not what its card says';
}

/** What is there and follows from nothing; where the collection has changed meanwhile, that cannot be said. */
async function strangers(
  names: ReadonlySet<string>,
  into: CollectionRecord,
  tx: ReadTransaction,
): Promise<readonly DerivedFault[]> {
  if ((await tx.collections.get(into))?.revision !== into.revision) return [];
  const faults: DerivedFault[] = [];
  for (let after: string | undefined = ''; after !== undefined; ) {
    const records = await tx.objects.page(into, { limit: PAGE, ...(after === '' ? {} : { after }) });
    for (const { name } of records) {
      if (!names.has(name)) faults.push({ collection: into, name, reason: 'no card has it any more' });
    }
    after = records.length < PAGE ? undefined : records.at(-1)?.name;
  }
  return faults;
}
