/**
 * What lies in a collection at the moment of writing: a request finds its place first, and much can happen until its body has come.
 * RFC 4918 section 5.1.
 */
import type { CollectionRecord, ObjectRecord } from '../store/records.ts';
import type { ReadTransaction, WriteTransaction } from '../store/store.ts';
import type { Catalogue } from './catalogue.ts';
import { DavError } from './errors.ts';
import { segmentsOf, wayTo } from './locate.ts';
import type { Context } from './method.ts';
import type { CollectionResource, ResourceType } from './resource.ts';

/** The collection's record, its row locked. @throws DavError 409 when it went, or has another name now */
export async function lockNow(at: CollectionResource, tx: WriteTransaction): Promise<CollectionRecord> {
  const now = await tx.collections.lock(at.collection);
  if (now !== undefined && (await isWhereItWas(at, now, tx))) return now;
  throw new DavError(409, `${at.href} does not exist any more`);
}

/**
 * Whether nobody has moved it, or a collection around it, since it was found: what was asked of its path then, privileges and locks above
 * all, would be about another place. Homes stay, so that for a calendar this costs nothing.
 * @param now its record, whose row is locked: whoever moves a collection locks all below it
 */
export async function isWhereItWas(
  { collection, parent, owner }: CollectionResource,
  now: CollectionRecord,
  tx: ReadTransaction,
): Promise<boolean> {
  if (now.name !== collection.name || now.parent !== collection.parent) return false;
  if (parent?.parent === undefined) return true;
  const way = wayTo(parent).map((one) => one.collection);
  const chain = await tx.collections.along(
    owner.id,
    way.map(({ name }) => name),
  );
  return chain.length === way.length && chain.every(({ id }, at) => id === way[at]?.id);
}

/** Whether clients can make collections in collections of that type. */
export function holdsCollections(type: ResourceType, { creatable }: Catalogue): boolean {
  return creatable.some(({ within }) => within.some((one) => one.kind === type.kind));
}

/** The member collection of that name. One query, and none where there can be none. */
export async function memberCollectionNow(
  parent: CollectionResource,
  name: string,
  { catalogue }: Context,
  tx: ReadTransaction,
): Promise<CollectionRecord | undefined> {
  if (!holdsCollections(parent.type, catalogue)) return undefined;
  const path = [...segmentsOf(parent), name];
  const chain = await tx.collections.along(parent.owner.id, path);
  const member = chain[path.length - 1];
  return member?.parent === parent.collection.id ? member : undefined;
}

/** The object of that name, without its bytes. One query, and none where there can be none. */
export async function objectNow(
  parent: CollectionResource,
  name: string,
  tx: ReadTransaction,
): Promise<ObjectRecord | undefined> {
  return parent.type.members === undefined ? undefined : await tx.objects.get(parent.collection, name);
}
