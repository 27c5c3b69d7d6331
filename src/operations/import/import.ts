/**
 * Imports calendars and cards into an account, by the write rules that clients meet too. Objects are written in batches; one that is refused
 * does not keep the others out, and is named with its reason. Nothing is sent to anybody. Done again, it changes nothing: an object is known
 * by its UID.
 */
import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { Property } from '../../formats/icalendar/component.ts';
import { type Scan, scanFile } from '../../formats/icalendar/scan.ts';
import {
  calendarProperties,
  type SplitFault,
  type SplitObject,
  splitCalendars,
} from '../../formats/icalendar/split.ts';
import { splitCards } from '../../formats/vcard/split.ts';
import type { Account } from '../../store/records.ts';
import { accountAt } from '../accounts.ts';
import type { Administration } from '../administration.ts';
import {
  type Destination,
  destinationFor,
  destinationNamed,
  destinationsOf,
  imagined,
  makeDestination,
  noneNamed,
  pathOf,
  type Sort,
} from '../destinations.ts';
import { reasonOf } from '../reason.ts';
import { Refusal } from '../refusal.ts';
import type { ImportSource } from './sources.ts';
import { type Batch, type Differing, type ImportedItem, rehearsal, writeBatch } from './write-objects.ts';

export interface ImportOptions {
  /** The one collection into which everything goes; without it each object goes where it belongs. */
  readonly into?: { readonly sort: Sort; readonly name: string } | undefined;
  /** Makes that collection if there is none. */
  readonly create?: boolean;
  /** What becomes of an object whose UID is there with another content; `reject` unless it is said. */
  readonly differing?: Differing;
  /** Says what would be done, and does nothing. */
  readonly dryRun?: boolean;
}

/** Objects, and octets, that are written together. */
const BATCH = 200;
const BATCH_OCTETS = 4 * 1024 * 1024;

/**
 * Imports, and tells of all objects, some at a time.
 * @throws Refusal when there is no such account or collection; nothing has been changed then
 */
export async function* importFiles(
  admin: Administration,
  address: string,
  sources: readonly ImportSource[],
  { into, create = false, differing = 'reject', dryRun = false }: ImportOptions = {},
): AsyncGenerator<readonly ImportedItem[]> {
  const { owner, destinations } = await admin.store.read(async (tx) => {
    const owner = await accountAt(tx, address);
    if (owner.kind === 'group') throw new Refusal(`${owner.address} is a group: it holds nothing.`);
    return { owner, destinations: await destinationsOf(tx, owner) };
  });
  const choose =
    into === undefined
      ? byComponent(admin, owner, destinations)
      : always(await named(admin, owner, destinations, into, { create, dryRun }));
  const write = dryRun ? rehearsal(admin, differing) : (batch: Batch) => writeBatch(admin, batch, differing);
  const batches = new Map<string, Batch>();
  const order = new Map(sources.map(({ name }, at) => [name, at]));
  const place = ({ file }: ImportedItem): number => order.get(file) ?? 0;
  /** What was rejected before it came into a batch; told with the next one. */
  let waiting: ImportedItem[] = [];
  const told = (items: readonly ImportedItem[]): readonly ImportedItem[] => {
    const all = [...waiting, ...items];
    waiting = [];
    return all.sort((one, other) => place(one) - place(other) || one.line - other.line);
  };
  for (const { name: file, read } of sources) {
    const scan = await scanned(read);
    const fault = typeof scan === 'string' ? scan : nothingIn(scan);
    if (fault !== undefined || typeof scan === 'string') {
      const whole = { line: 0, uid: undefined, component: '', reason: fault ?? '', text: '' };
      waiting.push(rejected(file, whole));
      continue;
    }
    for (const part of partsOf(scan)) {
      const destination = part.ok ? await choose(part.component, () => calendarProperties(scan)) : part.reason;
      if (!part.ok || typeof destination === 'string') {
        const text = part.ok ? Buffer.from(part.data).toString() : part.text;
        waiting.push(rejected(file, { ...part, reason: String(destination), text }));
        if (waiting.length >= BATCH) yield told([]);
        continue;
      }
      const key = pathOf(destination).join('/');
      const batch = batches.get(key) ?? { destination, objects: [], octets: 0 };
      batches.set(key, batch);
      batch.objects.push({ ...part, file });
      batch.octets += part.data.length;
      if (batch.objects.length < BATCH && batch.octets < BATCH_OCTETS) continue;
      batches.delete(key);
      yield told(await write(batch));
    }
  }
  for (const batch of batches.values()) yield told(await write(batch));
  if (waiting.length > 0) yield told([]);
}

function rejected(
  file: string,
  { line, uid, component, reason, text }: Pick<SplitFault, 'line' | 'uid' | 'component' | 'reason' | 'text'>,
): ImportedItem {
  return { status: 'rejected', file, line, uid, component, path: undefined, reason, text };
}

// --- files ---------------------------------------------------------------------------------------------------------------------------

/** What is in the file, or why it cannot be read. */
async function scanned(read: ImportSource['read']): Promise<Scan | string> {
  try {
    return scanFile(await read());
  } catch (error) {
    return `it cannot be read: ${reasonOf(error)}`;
  }
}

/** A file of something else; an empty calendar is none. */
function nothingIn({ parts }: Scan): string | undefined {
  const foreign = parts.length > 0 && parts.every(({ kind }) => kind === 'stray');
  return foreign ? 'it holds no calendar and no card' : undefined;
}

function* partsOf(scan: Scan): Generator<SplitObject | SplitFault> {
  yield* splitCalendars(scan, newUid);
  yield* splitCards(scan, newUid);
}

/** A UUID made of the text, so that the same object gets it again: version 8, whose bits are the maker's. */
function newUid(text: string): string {
  const digits = createHash('sha256').update(text).digest('hex');
  const groups = [digits.slice(0, 8), digits.slice(8, 12), `8${digits.slice(13, 16)}`, `a${digits.slice(17, 20)}`];
  return [...groups, digits.slice(20, 32)].join('-');
}

// --- where to --------------------------------------------------------------------------------------------------------------------------

/** The destination for a component, or why there is none. */
type Chooser = (component: string, said: () => readonly Property[]) => Promise<Destination | string>;

function byComponent(admin: Administration, owner: Account, destinations: readonly Destination[]): Chooser {
  return async (component) =>
    destinationFor(destinations, component, admin) ??
    `${owner.address} has no ${component === 'VCARD' ? 'address book' : `calendar that takes ${component}`}`;
}

function always(destination: Destination | ((said: readonly Property[]) => Promise<Destination>)): Chooser {
  let made: Destination | undefined;
  return async (_, said) => {
    made ??= typeof destination === 'function' ? await destination(said()) : destination;
    return made;
  };
}

/** The collection of that name, or how it is made when the first object comes. @throws Refusal */
async function named(
  admin: Administration,
  owner: Account,
  destinations: readonly Destination[],
  { sort, name }: NonNullable<ImportOptions['into']>,
  { create, dryRun }: { readonly create: boolean; readonly dryRun: boolean },
): Promise<Destination | ((said: readonly Property[]) => Promise<Destination>)> {
  const found = destinationNamed(destinations, sort, name, owner.address);
  if (found !== undefined) return found;
  if (!create) throw noneNamed(destinations, sort, name, owner.address, true);
  if (dryRun) return imagined(admin, owner, sort, name);
  return (said) => makeDestination(admin, owner, sort, name, said);
}
