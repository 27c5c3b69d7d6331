/**
 * Where a client searches the directory. draft-daboo-carddav-directory-gateway section 3.
 */
import { homeHref } from '../../dav/locate.ts';
import { defineProperty, href } from '../../dav/property.ts';
import { encodeSegment } from '../../formats/http/path.ts';
import { CARDDAV } from '../../formats/xml/name.ts';
import type { Account } from '../../store/records.ts';
import { NO_COLLECTION } from '../../store/records.ts';
import type { ReadTransaction } from '../../store/store.ts';
import { principal } from '../access-control/index.ts';
import { SEGMENT } from '../carddav/index.ts';

/** The first of the directories on one's own list: clients know one. Whoever has taken all off the list has none. */
export const directoryGateway = defineProperty({
  name: `{${CARDDAV}}directory-gateway`,
  spec: 'draft-daboo-carddav-directory-gateway section 3',
  on: [principal],
  inAllprop: false,
  readMany: (principals, { user }, tx) =>
    Promise.all(principals.map(({ owner }) => (owner.id === user?.id ? gatewayOf(owner, tx) : undefined))),
});

async function gatewayOf(owner: Account, tx: ReadTransaction): Promise<string | undefined> {
  const [sources, home] = await Promise.all([
    tx.sources.list(owner.tenant),
    tx.collections.child(owner.id, NO_COLLECTION, SEGMENT),
  ]);
  const present = sources.filter(({ removed }) => !removed);
  if (home === undefined || present.length === 0) return undefined;
  for (const { collection } of present) {
    const mount = await tx.mounts.in(home, collection);
    if (mount !== undefined) return href(`${homeHref(SEGMENT, owner)}${encodeSegment(mount.name)}/`);
  }
  return undefined;
}
