/**
 * Reads TOML files of administrators so that every complaint names the file and the line: the configuration and what `davit apply` is given.
 */
import { readFileSync } from 'node:fs';
import { parse, TomlError } from 'smol-toml';
import { reasonOf } from './reason.ts';
import { Refusal } from './refusal.ts';

export type TomlTable = Readonly<Record<string, unknown>>;

/** Where something stands: keys, and numbers from 0 within arrays of tables. */
export type TomlPath = readonly (string | number)[];

export interface TomlFile {
  /** As it was named. */
  readonly file: string;
  readonly table: TomlTable;
  /** `davit.toml, line 3`; the nearest line that can be told. */
  where(path: TomlPath): string;
}

/** Reads and parses. @throws Refusal when the file cannot be read or is not TOML */
export function readTomlFile(file: string): TomlFile {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new Refusal(`${file} cannot be read: ${reasonOf(error)}.`);
  }
  return parseToml(text, file);
}

/** Parses; `file` is how complaints call it. @throws Refusal */
export function parseToml(text: string, file: string): TomlFile {
  let table: TomlTable;
  try {
    table = parse(text, { unsafeKeyBehaviour: 'throw' });
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const [first = ''] = error.message.split('\n');
    throw new Refusal(`${file}, line ${error.line}: ${first.replace(/^Invalid TOML document: /, '')}.`);
  }
  const lines = linesOfKeys(text);
  return {
    file,
    table,
    where(path) {
      for (let depth = path.length; depth > 0; depth--) {
        const line = lines.get(path.slice(0, depth).join('\n'));
        if (line !== undefined) return `${file}, line ${line}`;
      }
      return file;
    },
  };
}

/** Whether a parsed value is a table. */
export function isTable(value: unknown): value is TomlTable {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

const KEY_PART = /"(?:[^"\\]|\\.)*"|'[^']*'|[A-Za-z0-9_-]+/g;
const KEY =
  /^\s*((?:"(?:[^"\\]|\\.)*"|'[^']*'|[A-Za-z0-9_-]+)(?:\s*\.\s*(?:"(?:[^"\\]|\\.)*"|'[^']*'|[A-Za-z0-9_-]+))*)\s*=/;

/** The line, from 1, of every table header and key that begins a line. The parser gives values without positions. */
function linesOfKeys(text: string): ReadonlyMap<string, number> {
  const lines = new Map<string, number>();
  const counts = new Map<string, number>();
  let table: TomlPath = [];
  let inText = false;
  for (const [index, line] of text.split('\n').entries()) {
    const delimiters = line.match(/"""|'''/g)?.length ?? 0;
    const continues = inText;
    if (delimiters % 2 === 1) inText = !inText;
    if (continues) continue;
    const header = /^\s*(\[\[?)([^[\]]+)\]/.exec(line);
    const key = KEY.exec(line);
    if (header !== null) {
      const name = partsOf(header[2]!);
      table = name;
      mark(lines, name, index + 1);
      if (header[1] === '[[') {
        const count = counts.get(name.join('\n')) ?? 0;
        counts.set(name.join('\n'), count + 1);
        table = [...name, count];
        mark(lines, table, index + 1);
      }
    } else if (key !== null) mark(lines, [...table, ...partsOf(key[1]!)], index + 1);
  }
  return lines;
}

function mark(lines: Map<string, number>, path: TomlPath, line: number): void {
  const key = path.join('\n');
  if (!lines.has(key)) lines.set(key, line);
}

function partsOf(key: string): readonly string[] {
  return (key.match(KEY_PART) ?? []).map((part) => part.replace(/^(["'])(.*)\1$/, '$2'));
}
