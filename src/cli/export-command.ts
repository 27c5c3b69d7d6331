/**
 * `davit export ADDRESS`
 */
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Administration } from '../operations/administration.ts';
import { octetsInWords } from '../operations/amounts.ts';
import { type Destination, pathOf, titleOf } from '../operations/destinations.ts';
import { printable } from '../operations/discovery/wording.ts';
import { exportable, exportCollection, fileNames } from '../operations/export.ts';
import { reasonOf } from '../operations/reason.ts';
import { Refusal } from '../operations/refusal.ts';
import { type ConfigFlags, withAdministration } from './administer.ts';
import { type CollectionFlags, collectionOf } from './import-command.ts';
import { type Progress, progress } from './progress.ts';
import { table } from './table.ts';
import type { Terminal } from './terminal.ts';

export interface ExportFlags extends ConfigFlags, CollectionFlags {
  readonly all?: boolean;
  readonly output?: string;
  readonly force?: boolean;
}

/** Exports, and returns whether every object could be read. @throws Refusal */
export async function exportCommand(terminal: Terminal, address: string, flags: ExportFlags): Promise<boolean> {
  const one = collectionOf(flags);
  if ((one === undefined) === (flags.all !== true)) {
    throw new Refusal('Say what to export: --calendar NAME, --addressbook NAME, or --all.');
  }
  return withAdministration(terminal, flags, 'export', async (admin) => {
    const destinations = await exportable(admin, address, one ?? 'all');
    if (one === undefined) return exportAll(terminal, admin, destinations, flags.output ?? address, flags.force);
    const [destination] = destinations;
    if (destination === undefined) return true;
    if (flags.output === undefined) {
      const print = async (text: string): Promise<void> => {
        terminal.out(text);
        await terminal.flushed();
      };
      return (await written(terminal, admin, destination, print)).faults === 0;
    }
    const file = resolve(terminal.directory, flags.output);
    const done = progress(terminal, 'object');
    const { faults } = await toFile(terminal, admin, destination, file, flags.force === true, done);
    terminal.out(`${done.end()} exported into ${flags.output}.\n`);
    return faults === 0;
  });
}

/** Tells which file has what; programs find the same in this one. */
const INDEX = 'index.json';

async function exportAll(
  terminal: Terminal,
  admin: Administration,
  destinations: readonly Destination[],
  output: string,
  force = false,
): Promise<boolean> {
  const folder = resolve(terminal.directory, output);
  makeFolder(folder, output, force);
  const names = fileNames(destinations);
  const done = progress(terminal, 'object');
  const index: Readonly<Record<string, string | number>>[] = [];
  const rows: (readonly string[])[] = [];
  let faults = 0;
  for (const [at, destination] of destinations.entries()) {
    const name = names[at] ?? '';
    const made = await toFile(terminal, admin, destination, join(folder, name), force, done);
    const { owner, collection } = destination;
    const [segment, member] = pathOf(destination);
    const path = `/${segment}/${owner.address}/${member}/`;
    index.push({ file: name, path, name: titleOf(collection), objects: made.objects, octets: made.octets });
    rows.push([name, path, String(made.objects), octetsInWords(made.octets)]);
    faults += made.faults;
  }
  const text = `${JSON.stringify(index, null, 2)}\n`;
  await writeWhole(join(folder, INDEX), force, (write) => Promise.resolve(write(text)));
  const all = done.end();
  terminal.out(table(['FILE', 'FROM', 'OBJECTS', 'SIZE'], terminal.colour).rows(rows));
  terminal.out(`${all} exported into ${output}.\n`);
  return faults === 0;
}

function makeFolder(folder: string, output: string, force: boolean): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (force || readdirSync(folder).length === 0) return;
  } catch (error) {
    throw new Refusal(`The folder ${output} cannot be made: ${reasonOf(error)}.`);
  }
  throw new Refusal(
    `The folder ${output} is not empty: choose another with --output, or replace what is there with --force.`,
  );
}

/** What came of a collection. */
interface Written {
  readonly objects: number;
  readonly octets: number;
  readonly faults: number;
}

async function written(
  terminal: Terminal,
  admin: Administration,
  destination: Destination,
  write: (text: string) => Promise<void> | void,
  done?: Progress,
): Promise<Written> {
  let [objects, octets, faults] = [0, 0, 0];
  for await (const piece of exportCollection(admin, destination)) {
    if (piece.kind === 'fault') {
      done?.clear();
      terminal.error(`${printable(piece.name)} is not exported, it cannot be read: ${printable(piece.reason)}\n`);
      faults++;
      continue;
    }
    await write(piece.text);
    objects += piece.objects;
    octets += Buffer.byteLength(piece.text);
    done?.add(piece.objects);
  }
  return { objects, octets, faults };
}

function toFile(
  terminal: Terminal,
  admin: Administration,
  destination: Destination,
  file: string,
  force: boolean,
  done: Progress,
): Promise<Written> {
  return writeWhole(file, force, (write) => written(terminal, admin, destination, write, done));
}

/** Writes a file that appears under its name when it is whole, and can be read by nobody else. @throws Refusal */
async function writeWhole<T>(
  file: string,
  force: boolean,
  work: (write: (text: string) => void) => Promise<T>,
): Promise<T> {
  if (!force && existsSync(file)) {
    throw new Refusal(`${file} exists already: choose another name, or replace it with --force.`);
  }
  const part = `${file}.part`;
  try {
    const descriptor = openSync(part, 'w', 0o600);
    try {
      const made = await work((text) => writeAll(descriptor, text));
      renameSync(part, file);
      return made;
    } finally {
      closeSync(descriptor);
      rmSync(part, { force: true });
    }
  } catch (error) {
    if (error instanceof Refusal || !(error instanceof Error) || !('syscall' in error)) throw error;
    throw new Refusal(`${file} cannot be written: ${reasonOf(error)}.`);
  }
}

function writeAll(descriptor: number, text: string): void {
  const data = Buffer.from(text);
  for (let at = 0; at < data.length; ) at += writeSync(descriptor, data, at);
}
