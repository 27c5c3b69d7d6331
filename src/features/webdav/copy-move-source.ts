/**
 * What COPY and MOVE between two accounts ask at the source, where each step is a transaction of its own. RFC 4918 section 9.8.3.
 */
import { requireConditions } from '../../dav/conditions.ts';
import { DavError } from '../../dav/errors.ts';
import { requireUnlocked } from '../../dav/locks.ts';
import { requirePrivilegesNow } from '../../dav/privilege-now.ts';
import type { CollectionRecord, ObjectRecord } from '../../store/records.ts';
import type { ReadTransaction } from '../../store/store.ts';
import { departure, departureNeeds, type Transfer } from './copy-move-arrival.ts';

/** How often a MOVE begins again because what it moves was changed meanwhile. */
export const ROUNDS = 3;

/** What may stop it at the source, in this order: privileges, conditions, locks. */
export async function requireSourceAllows(
  transfer: Transfer,
  current: ObjectRecord | CollectionRecord | undefined,
  tx: ReadTransaction,
): Promise<void> {
  const { manner, source, request, context } = transfer;
  await requirePrivilegesNow(departureNeeds(transfer), context, tx);
  await requireConditions(request, current, context, tx);
  if (current === undefined) throw new DavError(404, `there is nothing at ${source.href} any more`);
  if (manner === 'MOVE') await requireUnlocked(request, context, tx, ...departure(source));
}

/** The refusal after so many rounds. */
export function keepsChanging({ source }: Transfer): DavError {
  return new DavError(409, `${source.href} was copied, but it is being changed; it is still there, try again`);
}

/** What an object is, as far as copies go: its bytes and its dead properties. */
export function stateOf({ etag, properties }: ObjectRecord): string {
  return `${etag} ${JSON.stringify(properties)}`;
}
