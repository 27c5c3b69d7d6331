/**
 * Writes imported objects: a batch in one transaction, each object by the write rule of its collection, under locks and the quota.
 * RFC 4791 section 5.3.2.1, RFC 6352 section 6.3.2.1, RFC 4918 section 7.
 */
import { Buffer } from 'node:buffer';
import type { Catalogue } from '../../dav/catalogue.ts';
import { DavError } from '../../dav/errors.ts';
import { etagOf } from '../../dav/etag.ts';
import { lockRoot, locksCovering } from '../../dav/locks.ts';
import { memberNameFault } from '../../dav/member-name.ts';
import { proposedWrite, type WriteRule } from '../../dav/write-rule.ts';
import { encodePath } from '../../formats/http/path.ts';
import { readOr } from '../../formats/icalendar/content-line.ts';
import { readComponents } from '../../formats/icalendar/read.ts';
import type { SplitObject } from '../../formats/icalendar/split.ts';
import { writeComponent } from '../../formats/icalendar/write.ts';
import type { CollectionRecord, LockRecord, StoredObject } from '../../store/records.ts';
import { type NewObject, QuotaExceeded, type ReadTransaction } from '../../store/store.ts';
import type { Administration } from '../administration.ts';
import { octetsInWords } from '../amounts.ts';
import { type Destination, pathOf, SORTS } from '../destinations.ts';
import { Refusal } from '../refusal.ts';

/** What becomes of an object whose UID is there with another content. */
export type Differing = 'reject' | 'replace' | 'skip';

/** What became of an object. */
export interface ImportedItem {
  readonly status: 'added' | 'replaced' | 'unchanged' | 'skipped' | 'rejected';
  readonly file: string;
  /** 1-based line of the file on which it begins; 0 for the file as a whole. */
  readonly line: number;
  readonly uid: string | undefined;
  /** VEVENT, VCARD; empty where that cannot be said. */
  readonly component: string;
  /** Where it is: `/calendars/user@example.com/default/a.ics`. Of one that was rejected, the collection that refused it, if one did. */
  readonly path: string | undefined;
  /** Why it was rejected or skipped: a part of a sentence. */
  readonly reason: string | undefined;
  /** Of one that was rejected, as it stands in the file, so that it can be imported once it is mended. */
  readonly text: string | undefined;
  /** Whether it was rejected only because another content is there with its UID. */
  readonly differs?: boolean;
}

/** An object with the file from which it is. */
export interface ImportedObject extends SplitObject {
  readonly file: string;
}

/** Objects for one collection. */
export interface Batch {
  readonly destination: Destination;
  readonly objects: ImportedObject[];
  octets: number;
}

/** Writes a batch, in as many transactions as the quota asks for. @throws Refusal when the collection is gone */
export async function writeBatch(
  admin: Administration,
  { destination, objects }: Pick<Batch, 'destination' | 'objects'>,
  differing: Differing,
): Promise<readonly ImportedItem[]> {
  const origin = admin.origin();
  try {
    return await admin.store.write(origin, async (tx) => {
      const collection = await tx.collections.lock(destination.collection);
      if (collection === undefined) throw gone(destination);
      const placing = await placingIn(admin, { ...destination, collection }, differing, tx);
      const items: ImportedItem[] = [];
      for (const object of objects) {
        const { item, put } = await placing.place(object);
        if (put !== undefined) await tx.objects.put(collection, put);
        items.push(item);
      }
      return items;
    });
  } catch (error) {
    if (!(error instanceof QuotaExceeded)) throw error;
  }
  // Somebody else has taken the room meanwhile: what still fits is found by halves.
  const [only, second] = objects;
  if (only !== undefined && second === undefined) {
    const reason = `${destination.owner.address} has no room for it`;
    return [refused(only, destination, reason)];
  }
  const half = Math.ceil(objects.length / 2);
  const first = await writeBatch(admin, { destination, objects: objects.slice(0, half) }, differing);
  return [...first, ...(await writeBatch(admin, { destination, objects: objects.slice(half) }, differing))];
}

/** The same without writing anything; what came in earlier batches counts as if it were there. */
export function rehearsal(
  admin: Administration,
  differing: Differing,
): (batch: Pick<Batch, 'destination' | 'objects'>) => Promise<readonly ImportedItem[]> {
  const seen = new Map<string, string>();
  let taken = 0;
  return ({ destination, objects }) =>
    admin.store.read(async (tx) => {
      const placing = await placingIn(admin, destination, differing, tx, taken);
      const items: ImportedItem[] = [];
      for (const object of objects) {
        const key = [...pathOf(destination), object.uid].join('/');
        const { item, put } = await placing.place(object);
        const before = seen.get(key);
        const again =
          before === undefined || put === undefined ? item : repeated(object, destination, before, differing);
        if (put !== undefined) seen.set(key, put.etag);
        items.push(again);
      }
      taken = placing.taken();
      return items;
    });
}

function repeated(
  object: ImportedObject,
  destination: Destination,
  before: string,
  differing: Differing,
): ImportedItem {
  const path = hrefOf(destination);
  if (before === etagOf(object.data)) return told('unchanged', object, path);
  if (differing === 'replace') return told('replaced', object, path);
  const reason = 'an object before it has the same UID and differs';
  if (differing === 'skip') return told('skipped', object, path, reason);
  return { ...refused(object, destination, reason), differs: true };
}

// --- one object --------------------------------------------------------------------------------------------------------------------------

/** What is to be said of an object, and what to be stored. */
interface Placed {
  readonly item: ImportedItem;
  readonly put?: NewObject;
}

/** Places objects in a collection within one transaction; `takenBefore` are octets that a rehearsal has not really stored. */
async function placingIn(
  { catalogue, limits, origin }: Administration,
  destination: Destination,
  differing: Differing,
  tx: ReadTransaction,
  takenBefore = 0,
) {
  const { owner, collection } = destination;
  const rule = ruleOf(catalogue, destination);
  const locks = await tx.locks.of(owner.id, origin().at);
  const { used, quota } = await tx.usage.of(owner.id);
  let taken = takenBefore;

  async function place(given: ImportedObject): Promise<Placed> {
    const { uid } = given;
    const data = (await rule.imported?.(given.data, owner, tx)) ?? given.data;
    const object = { ...given, data };
    const [holder] = await tx.objects.namesByUid(collection, uid);
    const previous = holder === undefined ? undefined : await tx.objects.read(collection, holder);
    if (previous !== undefined) {
      const path = hrefOf(destination, previous.name);
      if (isSame(previous, data, differing)) return { item: told('unchanged', object, path) };
      const there = `${previous.name} has the same UID and differs`;
      if (differing === 'skip') return { item: told('skipped', object, path, there) };
      if (differing === 'reject') return { item: { ...refused(object, destination, there), differs: true } };
    }
    const name = previous?.name ?? (await freeName(uid, rule, collection, tx));
    const lock = lockAgainst(locks, pathOf(destination), name, previous);
    if (lock !== undefined) return { item: refused(object, destination, `${lockRoot(lock, owner)} is locked`) };
    try {
      const accepted = await acceptedBy(rule, object, name, previous);
      const more = data.length - (previous?.size ?? 0);
      if (quota !== undefined && more > 0 && used + taken + more > quota) {
        return { item: refused(object, destination, `the quota of ${owner.address} is ${octetsInWords(quota)}`) };
      }
      taken += more;
      const status = previous === undefined ? 'added' : 'replaced';
      const item = told(status, object, hrefOf(destination, name));
      return { item, put: { name, uid: accepted.uid, etag: etagOf(data), data, index: accepted.index } };
    } catch (error) {
      if (!(error instanceof DavError)) throw error;
      return { item: refused(object, destination, withoutLine(error.message)) };
    }
  }

  const acceptedBy = (by: WriteRule, { data }: ImportedObject, name: string, previous: StoredObject | undefined) =>
    by.accept(
      proposedWrite(
        { owner, collection, href: hrefOf(destination) },
        { name, body: { data }, contentType: undefined, previous },
        { limits, author: undefined },
      ),
      tx,
    );

  return { place, taken: () => taken };
}

/** @throws Refusal */
function ruleOf(catalogue: Catalogue, destination: Destination): WriteRule {
  const rule = catalogue.writeRule(SORTS[destination.sort].type);
  if (rule === undefined) throw new Refusal(`Nothing can be stored in ${hrefOf(destination)}.`);
  return rule;
}

/** A lock that keeps the object out; nobody's token is shown here. RFC 4918 section 7.4, RFC 4918 section 7.5. */
function lockAgainst(
  locks: readonly LockRecord[],
  path: readonly string[],
  name: string,
  previous: StoredObject | undefined,
): LockRecord | undefined {
  const here = locksCovering(locks, [...path, name]);
  return here[0] ?? (previous === undefined ? locksCovering(locks, path)[0] : undefined);
}

/**
 * Whether an import would change nothing: the same octets or, unless objects are to be replaced, the same components. The calendar around
 * them differs with the file in which they came.
 */
function isSame(previous: StoredObject, data: Uint8Array, differing: Differing): boolean {
  if (Buffer.compare(previous.data, data) === 0) return true;
  return differing !== 'replace' && contentOf(previous.data) === contentOf(data);
}

function contentOf(data: Uint8Array): string | undefined {
  const [whole] = readOr(
    () => readComponents(data),
    () => [],
  );
  if (whole?.name !== 'VCALENDAR') return whole === undefined ? undefined : writeComponent(whole);
  const parts = whole.components.filter(({ name }) => name !== 'VTIMEZONE').map(writeComponent);
  return parts.toSorted().join('');
}

/** Made of the UID, where that reads well in a URL. */
async function freeName(
  uid: string,
  { suffix }: WriteRule,
  collection: CollectionRecord,
  tx: ReadTransaction,
): Promise<string> {
  const plain = uid + suffix;
  const readable = /^[A-Za-z0-9][A-Za-z0-9@._-]{0,127}$/.test(uid) && memberNameFault(plain) === undefined;
  if (readable && (await tx.objects.get(collection, plain)) === undefined) return plain;
  return etagOf(Buffer.from(uid)) + suffix;
}

// --- words -----------------------------------------------------------------------------------------------------------------------------

function hrefOf(destination: Destination, name?: string): string {
  const [segment, collection] = pathOf(destination);
  const path = [segment, destination.owner.address, collection];
  return name === undefined ? encodePath(path, true) : encodePath([...path, name], false);
}

function told(
  status: ImportedItem['status'],
  { file, line, uid, component }: ImportedObject,
  path: string,
  reason?: string,
): ImportedItem {
  return { status, file, line, uid, component, path, reason, text: undefined };
}

function refused(object: ImportedObject, destination: Destination, reason: string): ImportedItem {
  const text = Buffer.from(object.data).toString();
  return { ...told('rejected', object, hrefOf(destination), reason), text };
}

/** Write rules count lines within the object, which stand elsewhere in the file. */
function withoutLine(reason: string): string {
  return reason.replace(/^(?:line \d+: )+/i, '').replace(/\.$/, '');
}

function gone(destination: Destination): Refusal {
  return new Refusal(`${hrefOf(destination)} was removed in the meantime. What was imported before stays.`);
}
