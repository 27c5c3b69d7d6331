/**
 * How much an account takes up, and how much more it may. RFC 4331.
 */
import type { Feature } from '../../dav/feature.ts';
import { quotaNotExceeded } from '../../dav/preconditions.ts';
import { defineProperty, type LiveProperty } from '../../dav/property.ts';
import type { CollectionResource } from '../../dav/resource.ts';
import { DAV } from '../../formats/xml/name.ts';
import type { AccountId, Usage } from '../../store/records.ts';
import type { ReadTransaction } from '../../store/store.ts';

/** What is counted is counted for the account as a whole, so that all its collections say the same. RFC 4331 section 4. */
async function ofEach(
  collections: readonly CollectionResource[],
  tx: ReadTransaction,
  value: (usage: Usage) => number | undefined,
): Promise<readonly (string | undefined)[]> {
  const values = new Map<AccountId, string | undefined>();
  for (const id of new Set(collections.map(({ owner }) => owner.id))) {
    values.set(id, value(await tx.usage.of(id))?.toString());
  }
  return collections.map(({ owner }) => values.get(owner.id));
}

const quotaAvailableBytes = defineProperty({
  name: `{${DAV}}quota-available-bytes`,
  spec: 'RFC 4331 section 3',
  on: ['collection'],
  inAllprop: false,
  readMany: (collections, _view, tx) =>
    ofEach(collections, tx, ({ used, quota }) => (quota === undefined ? undefined : Math.max(0, quota - used))),
});

const quotaUsedBytes = defineProperty({
  name: `{${DAV}}quota-used-bytes`,
  spec: 'RFC 4331 section 4',
  on: ['collection'],
  inAllprop: false,
  readMany: (collections, _view, tx) => ofEach(collections, tx, ({ used }) => used),
});

const properties: readonly LiveProperty[] = [quotaAvailableBytes, quotaUsedBytes];

/** The feature. RFC 4331. */
export function quota(): Feature {
  return {
    name: 'quota',
    specs: ['RFC 4331 section 2'],
    properties,
    preconditions: [quotaNotExceeded],
  };
}
