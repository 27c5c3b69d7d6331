/**
 * What a new account has from the start: its homes, in them the collections that the features provide, and the directories of its tenant. RFC 4791 section 4.2.
 */
import type { Catalogue } from '../dav/catalogue.ts';
import type { Provision } from '../dav/feature.ts';
import { type Account, type CollectionRecord, NO_COLLECTION } from '../store/records.ts';
import type { WriteTransaction } from '../store/store.ts';
import { mountInto } from './directory-mounts.ts';

/**
 * Makes what is missing, in the transaction that makes the account. Groups have no homes. Returns the homes by segment.
 * With `wanted`, of the collections only those for which it holds.
 */
export async function provision(
  tx: WriteTransaction,
  account: Account,
  catalogue: Catalogue,
  wanted: (provision: Provision) => boolean = () => true,
): Promise<ReadonlyMap<string, CollectionRecord>> {
  const homes = new Map<string, CollectionRecord>();
  if (account.kind === 'group' || account.kind === 'directory') return homes;
  const present = await tx.collections.in(account.id, NO_COLLECTION);
  for (const { segment, home } of catalogue.homes.values()) {
    const record =
      present.find((one) => one.name === segment) ??
      (await tx.collections.add(account.id, { parent: NO_COLLECTION, name: segment, kind: home.kind, properties: {} }));
    homes.set(segment, record);
    const members = new Set((await tx.collections.in(account.id, record.id)).map((one) => one.name));
    for (const one of catalogue.provisions) {
      if (one.segment !== segment || members.has(one.name) || !wanted(one)) continue;
      const { name, type, properties } = one;
      await tx.collections.add(account.id, { parent: record.id, name, kind: type.kind, properties });
    }
  }
  for (const source of await tx.sources.list(account.tenant)) {
    if (!source.removed) await mountInto(account.id, source, tx);
  }
  return homes;
}
