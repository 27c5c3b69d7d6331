/**
 * Grants that tests put into the store, where what they are about is not ACL.
 */
import assert from 'node:assert/strict';
import type { XmlName } from '../../src/formats/xml/name.ts';
import type { Store } from '../../src/store/store.ts';
import type { Client } from './client.ts';

/** Grants access to the default calendar of `owner`, or, without privileges, takes it away. */
export async function grantCalendar(
  store: Store,
  owner: Client,
  grantee: Client,
  privileges: readonly XmlName[],
): Promise<void> {
  // A request of each, so that both exist.
  for (const one of [owner, grantee]) await one.options(one.calendar).expect(200);
  await store.write({ by: undefined, client: 'tests', at: 1_800_000_000 }, async (tx) => {
    const from = await tx.directory.accountByAddress(owner.address);
    const to = await tx.directory.accountByAddress(grantee.address);
    assert.ok(from !== undefined && to !== undefined);
    const [, calendar] = await tx.collections.along(from.id, ['calendars', 'default']);
    assert.ok(calendar !== undefined);
    await tx.grants.set(calendar, to.id, privileges);
  });
}
