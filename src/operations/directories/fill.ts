/**
 * Makes a directory's address book what its source says. Only what differs is written, so that clients synchronise little; only when the
 * source has been read to its end is what it does not have any more removed. Each batch is a transaction of its own.
 */
import { DavError } from '../../dav/errors.ts';
import { etagOf } from '../../dav/etag.ts';
import { proposedWrite, type WriteRule } from '../../dav/write-rule.ts';
import { addressbook } from '../../features/carddav/index.ts';
import { propertyOf } from '../../formats/icalendar/component.ts';
import { unescapeText } from '../../formats/icalendar/values.ts';
import { readCard } from '../../formats/vcard/read.ts';
import type { CollectionKey, CollectionRecord, DirectorySource } from '../../store/records.ts';
import type { NewObject, WriteTransaction } from '../../store/store.ts';
import type { Administration } from '../administration.ts';
import { reasonOf } from '../reason.ts';
import { Refusal } from '../refusal.ts';
import { type Entries, type Entry, SourceFailed } from './entry.ts';
import { principalEntries } from './principals.ts';
import { readSettings } from './settings.ts';

/** What became of a directory. */
export interface FillReport {
  readonly added: Names;
  readonly changed: Names;
  readonly removed: Names;
  readonly unreadable: Names;
  readonly unchanged: number;
  /** Why it is not whole: a sentence without its full stop. Nothing was removed then. */
  readonly fault: string | undefined;
}

/** How many, and the names of the first of them. */
export interface Names {
  readonly count: number;
  readonly names: readonly string[];
}

/** Names that a report holds of each sort. */
const NAMED = 1_000;
/** Cards written or removed in one transaction. */
const BATCH = 100;
/** Seconds for which a directory is one program's to fill; it says so again with each batch. */
const LEASE = 300;

interface Tally {
  count: number;
  readonly names: string[];
}

/** The rows of what has been seen, kept while it is filled. */
interface Filling {
  readonly admin: Administration;
  readonly source: DirectorySource;
  readonly holder: string;
  readonly seen: Set<string>;
  readonly added: Tally;
  readonly changed: Tally;
  readonly removed: Tally;
  readonly unreadable: Tally;
  unchanged: number;
  stopped(): boolean;
}

/** How it is filled, where that is not from its source and to the end. */
export interface FillOptions {
  readonly entries?: Entries;
  readonly stopped?: () => boolean;
}

/** It was told to stop. */
class Stopped extends Error {}

/**
 * Fills it now. The report, and the row of the source, say what went wrong. Undefined when another program is filling it, or it is stopped:
 * then it is due as before.
 */
export async function fillDirectory(
  admin: Administration,
  source: DirectorySource,
  { entries = entriesOf(admin, source), stopped = () => false }: FillOptions = {},
): Promise<FillReport | undefined> {
  const filling: Filling = {
    ...{ admin, source, holder: crypto.randomUUID(), seen: new Set(), unchanged: 0, stopped },
    ...{ added: tally(), changed: tally(), removed: tally(), unreadable: tally() },
  };
  if (!(await lease(filling))) return undefined;
  let fault = '';
  try {
    await fill(filling, entries);
  } catch (error) {
    if (error instanceof Stopped) {
      await release(filling, undefined);
      return undefined;
    }
    if (error instanceof SourceFailed || error instanceof Refusal) fault = error.message.replace(/\.$/, '');
    else {
      await release(filling, reasonOf(error));
      throw error;
    }
  }
  await release(filling, fault);
  const { added, changed, removed, unreadable, unchanged } = filling;
  return { added, changed, removed, unreadable, unchanged, fault: fault === '' ? undefined : fault };
}

/** What its source has now. */
async function* entriesOf({ store }: Administration, { kind, settings, tenant }: DirectorySource): Entries {
  if (kind !== 'ldap') yield* principalEntries(store, tenant);
  else {
    const { ldapEntries } = await import('./ldap.ts');
    yield* ldapEntries(readSettings(settings));
  }
}

function tally(): Tally {
  return { count: 0, names: [] };
}

function note(tally: Tally, name: string): void {
  tally.count += 1;
  if (tally.names.length < NAMED) tally.names.push(name);
}

function lease({ admin, source, holder }: Filling): Promise<boolean> {
  const origin = admin.origin();
  return admin.store.write(origin, (tx) => tx.sources.lease(source, { holder, until: origin.at + LEASE }));
}

async function release({ admin, source, holder }: Filling, fault: string | undefined): Promise<void> {
  await admin.store.write(admin.origin(), (tx) => tx.sources.release(source, holder, fault));
}

async function fill(filling: Filling, entries: Entries): Promise<void> {
  const rule = filling.admin.catalogue.writeRule(addressbook);
  if (rule === undefined) throw new Refusal('There are no address books here.');
  for await (const page of entries) {
    if (filling.stopped()) throw new Stopped();
    for (let at = 0; at < page.length; at += BATCH) {
      if (filling.stopped()) throw new Stopped();
      await writeCards(filling, rule, page.slice(at, at + BATCH));
    }
    if (!(await lease(filling))) throw new SourceFailed('another program has taken it over');
  }
  if (filling.seen.size === 0) {
    const { collection } = filling.source;
    const count = await filling.admin.store.read((tx) => tx.collections.countObjects(collection));
    // A slip in a filter shall not empty everybody's directory.
    if (count > 0) throw new SourceFailed('the source has no entry at all, which is taken for an error');
  }
  await removeOthers(filling);
}

/** A card and the name that it has, or gets. */
interface Card {
  readonly name: string;
  readonly label: string;
  readonly uid: string;
  readonly etag: string;
  readonly data: Uint8Array;
}

async function writeCards(filling: Filling, rule: WriteRule, entries: readonly Entry[]): Promise<void> {
  const { admin, source, seen, unreadable } = filling;
  const cards: Card[] = [];
  for (const entry of entries) {
    if (entry.kind === 'unreadable') {
      note(unreadable, `${entry.label}: ${entry.reason}`);
      if (entry.uid !== undefined) seen.add(nameOf(entry.uid, rule));
      continue;
    }
    const { uid, label, data } = entry;
    const name = nameOf(uid, rule);
    if (seen.has(name)) note(unreadable, `${label}: another entry has the same number`);
    else cards.push({ name, label, uid, etag: etagOf(data), data });
    seen.add(name);
  }
  const there = await admin.store.read((tx) =>
    tx.objects.getAll(
      source.collection,
      cards.map(({ name }) => name),
    ),
  );
  const etags = new Map(there.map(({ name, etag }) => [name, etag]));
  const differing = cards.filter(({ name, etag }) => etags.get(name) !== etag);
  filling.unchanged += cards.length - differing.length;
  if (differing.length === 0) return;
  // The transaction may be run again: what it did is noted when it is done.
  const done = await admin.store.write(admin.origin(), async (tx) => {
    const collection = await lockedCollection(source.collection, tx);
    const refused: string[] = [];
    for (const card of differing) {
      const put = await accepted(card, rule, collection, filling, tx);
      if (typeof put === 'string') refused.push(`${card.label}: ${put}`);
      else await tx.objects.put(collection, put);
    }
    return refused;
  });
  const refused = new Set(done);
  for (const one of refused) note(unreadable, one);
  for (const { name, label } of differing) {
    if ([...refused].some((one) => one.startsWith(`${label}: `))) continue;
    note(etags.has(name) ? filling.changed : filling.added, label);
  }
}

/** What is stored, or why it cannot be. */
async function accepted(
  { name, uid, etag, data }: Card,
  rule: WriteRule,
  collection: CollectionRecord,
  { admin }: Filling,
  tx: WriteTransaction,
): Promise<NewObject | string> {
  const [owner, previous] = [await tx.directory.account(collection.account), await tx.objects.get(collection, name)];
  if (owner === undefined) throw gone();
  try {
    const { index } = await rule.accept(
      proposedWrite(
        { owner, collection, href: '/' },
        { name, body: { data }, contentType: undefined, previous },
        { limits: admin.limits, author: undefined },
      ),
      tx,
    );
    return { name, uid, etag, data, index };
  } catch (error) {
    if (!(error instanceof DavError)) throw error;
    return error.message.replace(/\.$/, '');
  }
}

/** Removes what the source, read to its end, has not. */
async function removeOthers(filling: Filling): Promise<void> {
  const { admin, source, seen, removed } = filling;
  for (let after: string | undefined, isLast = false; !isLast; ) {
    const page = { limit: BATCH, ...(after === undefined ? {} : { after }) };
    const objects = await admin.store.read((tx) => tx.objects.page(source.collection, page));
    if (filling.stopped()) throw new Stopped();
    isLast = objects.length < BATCH;
    after = objects.at(-1)?.name;
    const names = objects.map(({ name }) => name).filter((name) => !seen.has(name));
    if (names.length === 0) continue;
    const labels = await admin.store.write(admin.origin(), async (tx) => {
      const collection = await lockedCollection(source.collection, tx);
      const gone = await tx.objects.readAll(collection, names);
      for (const { name } of gone) await tx.objects.remove(collection, name);
      return gone.map(({ data, uid }) => formattedName(data) ?? uid);
    });
    for (const label of labels) note(removed, label);
  }
}

async function lockedCollection(key: CollectionKey, tx: WriteTransaction): Promise<CollectionRecord> {
  const collection = await tx.collections.lock(key);
  if (collection === undefined) throw gone();
  return collection;
}

function gone(): Refusal {
  return new Refusal('The directory was removed in the meantime.');
}

function formattedName(data: Uint8Array): string | undefined {
  const name = propertyOf(readCard(data), 'FN')?.value;
  return name === undefined ? undefined : unescapeText(name);
}

/** Made of the UID, where that reads well in a URL. */
function nameOf(uid: string, { suffix }: WriteRule): string {
  return (/^[a-z0-9][a-z0-9._-]{0,127}$/i.test(uid) ? uid : etagOf(Buffer.from(uid))) + suffix;
}
