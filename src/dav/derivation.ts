/**
 * What follows from what: collections that the service makes from the members of others, as features declare them, and what is to be in them.
 * docs/decisions/0021-birthdays.md
 */
import { Buffer } from 'node:buffer';
import type { CollectionKey, ObjectIndex } from '../store/records.ts';
import type { NewObject, WriteTransaction } from '../store/store.ts';
import { etagOf } from './etag.ts';
import type { ResourceType } from './resource.ts';
import type { Spec } from './spec.ts';

/** What is to be in a derived collection because of a member of a source. */
export interface Derived {
  /** Tells it from the others that come of the same member: one of `Derivation.slots`. */
  readonly slot: string;
  readonly uid: string;
  readonly data: Uint8Array;
  readonly index: ObjectIndex;
}

/** A collection that the service fills from others. */
export interface Derivation {
  readonly spec: Spec;
  /** The collections that it is made from lie in this home, and are of this type. */
  readonly from: { readonly home: string; readonly type: ResourceType<'collection'> };
  /** The collection, where it exists: `/HOME/USER/NAME/`, of this type. */
  readonly into: { readonly home: string; readonly name: string; readonly type: ResourceType<'collection'> };
  /** All that can come of one member, each once. */
  readonly slots: readonly string[];
  /** Ends the names of what is made: `.ics`. */
  readonly suffix: string;
  /** A function of these alone, so that what did not change is the same, octet for octet. Never throws. */
  make(source: CollectionKey, member: Pick<NewObject, 'name' | 'uid' | 'data'>): readonly Derived[];
}

/** Begins the names of all that comes of a source. The character after the hyphen ends them. */
export const prefixOf = ({ id }: CollectionKey): string => `${id}-`;
const endOf = ({ id }: CollectionKey): string => `${id}.`;

function nameOf({ suffix }: Derivation, source: CollectionKey, member: string, slot: string): string {
  return `${prefixOf(source)}${etagOf(Buffer.from(member))}-${slot}${suffix}`;
}

/** By name, what is to be there; undefined where nothing is. */
export type Wanted = Map<string, NewObject | undefined>;

/** Members that are compared with what is there in one query. */
const COMPARED = 500;

/** Makes it so, writing only what differs. The collection's row is locked. */
export async function carryOut(wanted: Wanted, into: CollectionKey, tx: WriteTransaction): Promise<void> {
  const names = [...wanted.keys()];
  for (let from = 0; from < names.length; from += COMPARED) {
    const some = names.slice(from, from + COMPARED);
    const there = new Map((await tx.objects.getAll(into, some)).map((one) => [one.name, one.etag]));
    for (const name of some) {
      const object = wanted.get(name);
      if (object === undefined) {
        if (there.has(name)) await tx.objects.remove(into, name);
      } else if (there.get(name) !== object.etag) await tx.objects.put(into, object);
    }
  }
}

/** What comes of a member of a source as it is now. */
export function want(
  wanted: Wanted,
  derivation: Derivation,
  source: CollectionKey,
  member: Pick<NewObject, 'name' | 'uid' | 'data'>,
): void {
  forget(wanted, derivation, source, member.name);
  for (const { slot, uid, data, index } of derivation.make(source, member)) {
    const name = nameOf(derivation, source, member.name, slot);
    wanted.set(name, { name, uid, data, index, etag: etagOf(data), beyondQuota: true });
  }
}

/** Nothing comes of it any more. */
export function forget(wanted: Wanted, derivation: Derivation, source: CollectionKey, member: string): void {
  for (const slot of derivation.slots) wanted.set(nameOf(derivation, source, member, slot), undefined);
}

/** All that came of a source goes: at once where there is nothing else. */
export async function forgetAll(source: CollectionKey, into: CollectionKey, tx: WriteTransaction): Promise<void> {
  const [prefix, end] = [prefixOf(source), endOf(source)];
  const [first] = await tx.objects.page(into, { limit: 1 });
  const [beyond] = await tx.objects.page(into, { after: end, limit: 1 });
  if (first?.name.startsWith(prefix) === true && beyond === undefined) {
    await tx.collections.empty(into);
    return;
  }
  for (;;) {
    const page = await tx.objects.page(into, { after: prefix, limit: COMPARED });
    const own = page.filter(({ name }) => name.startsWith(prefix));
    for (const { name } of own) await tx.objects.remove(into, name);
    if (own.length < COMPARED) return;
  }
}
