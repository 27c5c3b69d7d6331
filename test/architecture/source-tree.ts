/**
 * What the architecture tests look at: the files of this repository, and what each imports.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** The repository's root. */
export const ROOT = join(import.meta.dirname, '..', '..');

/** Paths relative to the root, with `/`. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** Folders that are made, not written. */
const MADE: ReadonlySet<string> = new Set(['node_modules', 'dist', '.git', 'davit-data', 'coverage', '.tmp']);

/** All files below a folder whose name ends with one of these. A folder that is not there has none. */
export function filesIn(folder: string, ...endings: readonly string[]): readonly SourceFile[] {
  const found: SourceFile[] = [];
  const walk = (path: string): void => {
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      if (MADE.has(entry.name)) continue;
      const full = join(path, entry.name);
      if (entry.isDirectory()) walk(full);
      else if (entry.isFile() && endings.some((ending) => entry.name.endsWith(ending))) {
        found.push({ path: relative(ROOT, full).replaceAll('\\', '/'), text: readFileSync(full, 'utf8') });
      }
    }
  };
  if (existsSync(join(ROOT, folder))) walk(join(ROOT, folder));
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** One import: `to` is a path from the root for our own files, else the package's specifier. */
export interface Import {
  readonly to: string;
  readonly own: boolean;
  /** Erased by the compiler: nothing is loaded. */
  readonly typeOnly: boolean;
}

const STATEMENT = /^(?:import|export)\s+(type\s+)?(?:[\w*{][^;'"]*?\sfrom\s+)?'([^']+)'/gm;
const DYNAMIC = /\bimport\(\s*'([^']+)'/g;

/** The imports of a file, by a scan of its lines. */
export function importsOf(file: SourceFile): readonly Import[] {
  const found: Import[] = [];
  const add = (specifier: string, typeOnly: boolean): void => {
    const own = specifier.startsWith('.');
    const to = own ? join(dirname(file.path), specifier).replaceAll('\\', '/') : specifier;
    found.push({ to, own, typeOnly });
  };
  for (const [, type, specifier = ''] of file.text.matchAll(STATEMENT)) add(specifier, type !== undefined);
  for (const [, specifier = ''] of file.text.matchAll(DYNAMIC)) add(specifier, false);
  return found;
}

/** The line on which an offset lies, counted from 1. */
export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}
