/**
 * The files that an import reads: those that are named, those in folders, and standard input. Each is read when its turn comes.
 */
import { Buffer } from 'node:buffer';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { reasonOf } from '../reason.ts';
import { Refusal } from '../refusal.ts';

/** Something to import from. */
export interface ImportSource {
  /** As a person named it: a path, or `standard input`. */
  readonly name: string;
  /** All of it. @throws Error of the system, with a code */
  read(): Promise<Uint8Array>;
}

/** In folders, files with other endings are passed over. */
const ENDINGS = /\.(?:ics|ical|icalendar|ifb|vcf|vcard)$/i;

/** Octets that a file may have: it is in memory while it is imported. */
const LARGEST = 1024 ** 3;

/**
 * Finds what is named before anything is imported: files, folders with everything below them, and `-` for `input`.
 * @throws Refusal for what is not there
 */
export function importSources(
  names: readonly string[],
  directory: string,
  input: AsyncIterable<Uint8Array | string>,
): readonly ImportSource[] {
  return names.flatMap((name) => {
    if (name === '-') return [{ name: 'standard input', read: () => gathered(input) }];
    const path = resolve(directory, name);
    if (!isFolder(path, name)) return [fileSource(path, name)];
    const files = filesIn(path, name);
    if (files.length === 0) throw new Refusal(`There are no files that end in .ics or .vcf in ${name}.`);
    return files;
  });
}

function isFolder(path: string, name: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch (error) {
    throw new Refusal(`${name} cannot be read: ${reasonOf(error)}.`);
  }
}

/** In order of name; hidden ones are left out, and no links to folders are followed. */
function filesIn(folder: string, name: string): readonly ImportSource[] {
  const entries = readdirSync(folder, { withFileTypes: true }).filter((entry) => !entry.name.startsWith('.'));
  return entries
    .toSorted((one, other) => (one.name < other.name ? -1 : 1))
    .flatMap((entry) => {
      const [path, shown] = [join(folder, entry.name), join(name, entry.name)];
      if (entry.isDirectory()) return filesIn(path, shown);
      return ENDINGS.test(entry.name) ? [fileSource(path, shown)] : [];
    });
}

function fileSource(path: string, name: string): ImportSource {
  return {
    name,
    async read() {
      const { size } = statSync(path);
      if (size > LARGEST) throw tooLarge();
      return readFileSync(path);
    },
  };
}

async function gathered(input: AsyncIterable<Uint8Array | string>): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of input) {
    const octets = typeof piece === 'string' ? Buffer.from(piece) : piece;
    size += octets.length;
    if (size > LARGEST) throw tooLarge();
    pieces.push(octets);
  }
  return Buffer.concat(pieces);
}

function tooLarge(): Error {
  return new Error('it is larger than 1 GiB: divide it');
}
