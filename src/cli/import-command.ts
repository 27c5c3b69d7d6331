/**
 * `davit import ADDRESS FILE...`
 */
import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { counted } from '../operations/amounts.ts';
import type { Sort } from '../operations/destinations.ts';
import { printable } from '../operations/discovery/wording.ts';
import { importFiles } from '../operations/import/import.ts';
import { rejectedText } from '../operations/import/rejects.ts';
import { importSources } from '../operations/import/sources.ts';
import type { ImportedItem } from '../operations/import/write-objects.ts';
import { reasonOf } from '../operations/reason.ts';
import { Refusal } from '../operations/refusal.ts';
import { type ConfigFlags, withAdministration } from './administer.ts';
import { progress } from './progress.ts';
import { heading } from './table.ts';
import type { Terminal } from './terminal.ts';

/** Which collection is meant. */
export interface CollectionFlags {
  readonly calendar?: string;
  readonly addressbook?: string;
}

export interface ImportFlags extends ConfigFlags, CollectionFlags {
  readonly create?: boolean;
  readonly replace?: boolean;
  readonly skip?: boolean;
  readonly dryRun?: boolean;
  readonly rejects?: string;
  readonly json?: boolean;
}

/** Imports, tells what was rejected and how many went where, and returns whether nothing was rejected. */
export async function importCommand(
  terminal: Terminal,
  address: string,
  files: readonly string[],
  flags: ImportFlags,
): Promise<boolean> {
  const { create = false, dryRun = false } = flags;
  const into = collectionOf(flags);
  if (create && into === undefined) throw new Refusal('--create makes the one that --calendar or --addressbook names.');
  if (flags.replace === true && flags.skip === true) throw new Refusal('Choose one of --replace and --skip.');
  const differing = flags.replace === true ? 'replace' : flags.skip === true ? 'skip' : 'reject';
  const sources = importSources(files, terminal.directory, process.stdin);
  const rejects = flags.rejects === undefined ? undefined : rejectsFile(terminal.directory, flags.rejects, dryRun);
  return withAdministration(terminal, flags, 'import', async (admin) => {
    const done = progress(terminal, 'object');
    const tally = new Map<string, Counts>();
    let differs = 0;
    let count = 0;
    for await (const items of importFiles(admin, address, sources, { into, create, differing, dryRun })) {
      done.add(items.length);
      for (const item of items) {
        add(tally, item);
        if (item.differs === true) differs++;
        if (item.status === 'rejected') rejects?.(item);
      }
      const text = flags.json === true ? jsonOf(items, count) : rejectedLines(items);
      if (text !== '') {
        done.clear();
        terminal.out(text);
        await terminal.flushed();
      }
      count += items.length;
    }
    const rejected = [...tally.values()].reduce((sum, counts) => sum + counts.rejected, 0);
    const all = done.end();
    if (flags.json === true) terminal.out(jsonEnd(tally, count));
    else if (count === 0) terminal.out('There was nothing to import.\n');
    else terminal.out(summary(tally, all, { dryRun, differs, rejects: flags.rejects }, terminal));
    return rejected === 0;
  });
}

/** The collection that flags name. @throws Refusal when they name two */
export function collectionOf({
  calendar,
  addressbook,
}: CollectionFlags): { readonly sort: Sort; readonly name: string } | undefined {
  if (calendar !== undefined && addressbook !== undefined) {
    throw new Refusal('Choose one of --calendar and --addressbook.');
  }
  if (calendar !== undefined) return { sort: 'calendar', name: calendar };
  return addressbook === undefined ? undefined : { sort: 'addressbook', name: addressbook };
}

/** Writes what was rejected into a new file, from the first on. @throws Refusal when there is such a file already */
function rejectsFile(directory: string, name: string, dryRun: boolean): (item: ImportedItem) => void {
  const file = resolve(directory, name);
  if (existsSync(file)) throw new Refusal(`${name} exists already: what was rejected goes into a new file.`);
  let begun = false;
  return (item) => {
    const text = rejectedText(item);
    if (dryRun || text === '') return;
    try {
      if (begun) appendFileSync(file, text);
      else writeFileSync(file, text, { flag: 'wx' });
    } catch (error) {
      throw new Refusal(`${name} cannot be written: ${reasonOf(error)}.`);
    }
    begun = true;
  };
}

// --- what is printed -------------------------------------------------------------------------------------------------------------------

const STATUSES = ['added', 'replaced', 'unchanged', 'skipped', 'rejected'] as const;
type Counts = Record<ImportedItem['status'], number>;

/** Counted by collection; what found none by the empty text. */
function add(tally: Map<string, Counts>, { status, path = '' }: ImportedItem): void {
  const collection = path.slice(0, path.lastIndexOf('/') + 1);
  const counts = tally.get(collection) ?? { added: 0, replaced: 0, unchanged: 0, skipped: 0, rejected: 0 };
  counts[status]++;
  tally.set(collection, counts);
}

/** `3 added to /calendars/user@example.com/default/`, a line for each status. */
function inWords(collection: string, counts: Counts): readonly string[] {
  const some = STATUSES.filter((status) => counts[status] > 0 && status !== 'rejected');
  return some.map((status) => `  ${counts[status]} ${status} ${status === 'added' ? 'to' : 'in'} ${collection}`);
}

function summary(
  tally: ReadonlyMap<string, Counts>,
  all: string,
  {
    dryRun,
    differs,
    rejects,
  }: { readonly dryRun: boolean; readonly differs: number; readonly rejects: string | undefined },
  { colour }: Terminal,
): string {
  const title = dryRun ? `${all}; nothing was changed, this was --dry-run:` : `${all}:`;
  const lines = [heading(title, colour)];
  for (const [collection, counts] of [...tally].toSorted()) lines.push(...inWords(collection, counts));
  const rejected = [...tally.values()].reduce((sum, counts) => sum + counts.rejected, 0);
  if (rejected > 0) lines.push(`  ${rejected} rejected, as told above`);
  if (differs > 0) {
    const are = differs === 1 ? 'is there with another content' : 'are there with other contents';
    lines.push(`${counted(differs, 'object')} ${are}: --replace takes what was imported, --skip what is there.`);
  }
  if (rejected > 0 && rejects !== undefined && !dryRun) lines.push(`What was rejected is in ${rejects}.`);
  else if (rejected > 0 && !dryRun) lines.push('What was rejected is written to a file with --rejects FILE.');
  return `${lines.join('\n')}\n`;
}

/** Letters of a UID and of a reason that are shown. */
const UID = 60;
const REASON = 300;

function rejectedLines(items: readonly ImportedItem[]): string {
  const lines = items.flatMap(({ status, file, line, component, uid, reason = '' }) => {
    if (status !== 'rejected') return [];
    const place = line === 0 ? file : `${file}, line ${line}`;
    const what = [component, uid === undefined ? '' : printable(uid, UID)].filter((word) => word !== '').join(' ');
    return [`${printable(place)}: ${what === '' ? '' : `${what}: `}${printable(reason, REASON)}\n`];
  });
  return lines.join('');
}

function jsonOf(items: readonly ImportedItem[], before: number): string {
  const begin = before === 0 ? '{ "objects": [' : ',';
  return items
    .map(({ status, file, line, uid, component, path, reason }, at) => {
      const object = { status, file, line, component, uid, path, reason };
      return `${at === 0 ? begin : ','}\n  ${JSON.stringify(object)}`;
    })
    .join('');
}

function jsonEnd(tally: ReadonlyMap<string, Counts>, count: number): string {
  const counts: Counts = { added: 0, replaced: 0, unchanged: 0, skipped: 0, rejected: 0 };
  for (const some of tally.values()) for (const status of STATUSES) counts[status] += some[status];
  return `${count === 0 ? '{ "objects": [' : '\n'}], "counts": ${JSON.stringify(counts)} }\n`;
}
