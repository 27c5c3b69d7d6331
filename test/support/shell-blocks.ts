/**
 * The blocks of a document that a reader would paste into a shell, run one after another in one shell.
 *
 * A block marked `sh` is commands; it must succeed. A block marked `console` is commands after `$ `, continued after `> `, each followed by
 * what it prints.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runProgram } from './program.ts';

/** Something to paste. */
export interface ShellCommand {
  /** The line of the document in which it begins. */
  readonly line: number;
  readonly command: string;
  /** What the document says that it prints; undefined where it says nothing. */
  readonly prints: string | undefined;
}

/** The fenced blocks of a language, without the fences. */
export function blocksOf(
  document: string,
  language: string,
): readonly { readonly line: number; readonly text: string }[] {
  const blocks: { line: number; text: string }[] = [];
  let open: { line: number; lines: string[] } | undefined;
  for (const [index, line] of document.split('\n').entries()) {
    if (open === undefined && line === `\`\`\`${language}`) open = { line: index + 2, lines: [] };
    else if (open !== undefined && line === '```') {
      blocks.push({ line: open.line, text: open.lines.join('\n') });
      open = undefined;
    } else open?.lines.push(line);
  }
  return blocks;
}

/** All commands of a document, in its order. */
export function shellCommands(document: string): readonly ShellCommand[] {
  const plain = blocksOf(document, 'sh').map(({ line, text }) => ({ line, command: text, prints: undefined }));
  const consoles = blocksOf(document, 'console').flatMap(({ line, text }) => consoleCommands(line, text));
  return [...plain, ...consoles].sort((a, b) => a.line - b.line);
}

function consoleCommands(first: number, text: string): readonly ShellCommand[] {
  const commands: { line: number; command: string[]; prints: string[] }[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    const current = commands.at(-1);
    if (line.startsWith('$ ')) commands.push({ line: first + index, command: [line.slice(2)], prints: [] });
    else if (current === undefined) throw new Error(`line ${first + index}: output without a command`);
    else if (current.prints.length === 0 && /^>( |$)/.test(line)) current.command.push(line.slice(2));
    else current.prints.push(line);
  }
  return commands.map(({ line, command, prints }) => ({
    line,
    command: command.join('\n'),
    prints: prints.join('\n'),
  }));
}

/** What a command did. */
export interface Ran {
  readonly status: number;
  /** On both outputs. */
  readonly printed: string;
}

/** Runs the commands in one bash, so that variables and functions of one are there for the next; `preamble` comes first. */
export async function runCommands(
  commands: readonly ShellCommand[],
  options: { readonly folder: string; readonly preamble: string; readonly env: Readonly<Record<string, string>> },
): Promise<readonly Ran[]> {
  const { folder, preamble, env } = options;
  const parts = commands.map(({ command }) => `{ ${command}\n}; printf '\\n${MARK}%s\\n' $?\n`);
  const script = join(folder, '.commands');
  writeFileSync(script, `${preamble}\nexec 2>&1\n${parts.join('')}`);
  // Through cat: programs that open /dev/stderr cannot do so on the sockets that Node.js gives to its children.
  const { out } = await runProgram('bash', ['-c', `bash ${script} </dev/null | cat`], { folder, env });
  const pieces = out.split(new RegExp(`\\n${MARK}(\\d+)\\n`));
  return commands.map((_, at) => ({ printed: pieces[2 * at] ?? '', status: Number(pieces[2 * at + 1]) }));
}

const MARK = '@@ status ';
