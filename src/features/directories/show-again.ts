/**
 * Puts a directory on the list again, under its own name: what was taken off is remembered until then.
 */
import { DavError } from '../../dav/errors.ts';
import type { Creatable } from '../../dav/feature.ts';
import { MOUNT_KIND } from '../../dav/mounts.ts';

export const showAgain: NonNullable<Creatable['make']> = async ({ parent, above, name, properties }, tx) => {
  const sources = await tx.sources.list(parent.owner.tenant);
  const source = sources.find((one) => one.name === name && !one.removed);
  if (source === undefined) throw new DavError(403, `there is no directory ${name}`);
  if (Object.keys(properties).length > 0) {
    throw new DavError(403, `the directory ${name} has the properties that it has for everybody`);
  }
  const { collection: target } = source;
  // Whoever removes it now waits, and then finds this mount; or has removed it.
  if ((await tx.collections.lock(target)) === undefined)
    throw new DavError(403, `there is no directory ${name} any more`);
  const mount = await tx.mounts.in(above, target);
  if (mount !== undefined) throw new DavError(403, `the directory ${name} is listed as ${mount.name}`);
  await tx.mounts.accept(above.account, target);
  await tx.collections.add(above.account, { parent: above.id, name, kind: MOUNT_KIND, properties: {}, target });
};
