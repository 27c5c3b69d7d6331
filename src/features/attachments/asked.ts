/**
 * What the query of a POST asks for. RFC 8607 section 3.3.
 */
import type { DavRequest } from '../../dav/method.ts';
import { validAction, validManagedId, validRid } from './preconditions.ts';

/** The instances that are meant: all, or the master and those of these RECURRENCE-ID values. RFC 8607 section 3.3.2. */
export type Targets = 'all' | { readonly master: boolean; readonly instances: readonly string[] };

export type Asked =
  | { readonly action: 'add'; readonly targets: Targets }
  | { readonly action: 'update'; readonly id: string }
  | { readonly action: 'remove'; readonly id: string; readonly targets: Targets };

/** Instances that one request may name: for each, the recurrence is followed. */
const MOST_INSTANCES = 50;

/** @throws PreconditionViolated */
export function askedIn({ target }: DavRequest): Asked {
  const mark = target.indexOf('?');
  const query = new URLSearchParams(mark < 0 ? '' : target.slice(mark + 1));
  const [action, ...others] = query.getAll('action');
  const rids = query.getAll('rid');
  const ids = query.getAll('managed-id');
  if (others.length > 0) throw validAction('the query says action once');
  switch (action) {
    case 'attachment-add':
      if (ids.length > 0) throw validManagedId('an attachment gets its managed-id when it is added');
      return { action: 'add', targets: targetsIn(rids) };
    case 'attachment-update':
      if (rids.length > 0) throw validRid('an attachment is updated wherever the object has it: the query says no rid');
      return { action: 'update', id: onlyId(ids) };
    case 'attachment-remove':
      return { action: 'remove', id: onlyId(ids), targets: targetsIn(rids) };
    default:
      throw validAction('the action of a POST here is attachment-add, attachment-update or attachment-remove');
  }
}

function onlyId([id, ...others]: readonly string[]): string {
  if (id === undefined || id === '' || others.length > 0) throw validManagedId('the query says one managed-id');
  return id;
}

function targetsIn([rid, ...others]: readonly string[]): Targets {
  if (rid === undefined) return 'all';
  if (others.length > 0) throw validRid('the query says rid once, with commas between its values');
  const values = rid.split(',');
  const instances = values.filter((value) => value.toUpperCase() !== 'M');
  const isTwice = values.length - instances.length > 1 || new Set(instances).size < instances.length;
  if (isTwice) throw validRid('the rid names an instance twice');
  if (instances.length > MOST_INSTANCES) throw validRid(`a rid names ${MOST_INSTANCES} instances at most`);
  return { master: instances.length < values.length, instances };
}
