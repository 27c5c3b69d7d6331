/**
 * Writes the tables of contents in `specs/` from the texts of the specifications, which are not part of this repository:
 *
 *     node scripts/make-tocs.ts FOLDER
 *
 * FOLDER holds `rfc/rfc4918.txt`, `drafts/draft-….txt` (or .md) and `apple/….txt`. A line of a table is a section number and its title,
 * and, after a tab, how often the section says MUST, SHALL or REQUIRED, if it does.
 * Citations are checked against these files, so the texts need to be at hand only when a new specification comes in.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

interface Section {
  readonly number: string;
  readonly title: string;
  /** How often its own text says MUST. */
  readonly musts: number;
}

/** The words of RFC 2119 that ask for something. */
const REQUIREMENT = /\b(?:MUST|SHALL|REQUIRED)\b/g;

function mustsIn(text: string): number {
  return text.match(REQUIREMENT)?.length ?? 0;
}

const HEADING = /^(?:Appendix +)?([A-Z]|\d{1,2})((?:\.\d{1,2})*)([.:]?) +(\S.*)$/;
const DOT_LEADER = /\.{4,}|(?: \.){3,}/;

/** The sections of a text in the layout of RFCs: headings stand at the left edge, and each follows from the one before. */
export function sectionsOf(text: string): readonly Section[] {
  const lines = text.replaceAll('\r', '').split('\n');
  const sections: (Omit<Section, 'musts'> & { readonly line: number })[] = [];
  for (const [at, line] of lines.entries()) {
    const match = HEADING.exec(line);
    if (match === null || DOT_LEADER.test(line)) continue;
    const [, first = '', rest = '', , title = ''] = match;
    if (/[A-Z]/.test(first) && rest === '' && !line.startsWith('Appendix')) continue;
    const number = first + rest;
    if (!follows(number, sections.at(-1)?.number)) continue;
    sections.push({
      number,
      line: at,
      title: (title + continuation(lines, at, line.indexOf(title))).replace(/^-+ |\s+/g, ' ').trim(),
    });
  }
  return sections.map(({ number, title, line }, place) => {
    const musts = mustsIn(lines.slice(line, sections[place + 1]?.line).join('\n'));
    return { number, title, musts };
  });
}

/** A long title goes on in the next line, below its own beginning. */
function continuation(lines: readonly string[], at: number, column: number): string {
  const next = lines[at + 1] ?? '';
  return column > 3 && next.length > column && next.search(/\S/) === column ? ` ${next.trim()}` : '';
}

/** Whether a section may come after another: its first child, the next sibling, or the next sibling of what it lies in. */
function follows(number: string, previous: string | undefined): boolean {
  if (previous === undefined) return number === '1';
  const before = previous.split('.');
  const now = number.split('.');
  const last = now.at(-1) ?? '';
  if (now.length === before.length + 1) return last === '1' && number.startsWith(`${previous}.`);
  if (now.length > before.length) return false;
  const same = now.slice(0, -1).every((part, i) => part === before[i]);
  if (!same) return false;
  const sibling = before[now.length - 1] ?? '';
  if (/^\d/.test(last) && /^\d/.test(sibling)) {
    // A number may be missing in the text itself, but never more than one.
    const step = Number(last) - Number(sibling);
    return step === 1 || step === 2;
  }
  if (/^\d/.test(sibling)) return last === 'A';
  return last.charCodeAt(0) - sibling.charCodeAt(0) === 1;
}

/** The sections of a Markdown text: headings count as the renderer of Internet-Drafts counts them. */
export function markdownSectionsOf(text: string): readonly Section[] {
  const sections: Section[] = [];
  const counters: number[] = [];
  let fenced = false;
  for (const line of text.replaceAll('\r', '').split('\n')) {
    if (/^(```|~~~)/.test(line)) fenced = !fenced;
    const match = fenced ? null : /^(#{1,5}) +(.+)$/.exec(line);
    if (match === null) continue;
    const depth = (match[1] ?? '').length;
    counters.length = Math.min(counters.length, depth);
    while (counters.length < depth) counters.push(0);
    counters[depth - 1] = (counters[depth - 1] ?? 0) + 1;
    const title = (match[2] ?? '').replace(/\(\(\(.*?\)\)\)|\{#.*?\}|\{:.*?\}/g, '').trim();
    sections.push({ number: counters.join('.'), title, musts: 0 });
  }
  return sections;
}

function lineOf({ number, title, musts }: Section): string {
  return `${number} ${title}${musts === 0 ? '' : `\t${musts}`}\n`;
}

function main(folder: string): void {
  const out = join(import.meta.dirname, '..', 'specs');
  mkdirSync(out, { recursive: true });
  for (const kind of ['rfc', 'drafts', 'apple']) {
    for (const file of readdirSync(join(folder, kind)).sort()) {
      const text = readFileSync(join(folder, kind, file), 'utf8');
      const sections = file.endsWith('.md') ? markdownSectionsOf(text) : sectionsOf(text);
      const name = basename(file).replace(/\.(txt|md)$/, '');
      if (sections.length === 0) {
        console.log(`${name}: no numbered sections; left out`);
        continue;
      }
      const toc = join(out, `${kind === 'apple' ? 'apple-' : ''}${name}.toc`);
      writeFileSync(toc, sections.map(lineOf).join(''));
      console.log(`${name}: ${sections.length} sections, the last is ${sections.at(-1)?.number}`);
    }
  }
}

const [folder] = process.argv.slice(2);
if (import.meta.main) {
  if (folder === undefined) {
    console.error('which folder? node scripts/make-tocs.ts FOLDER');
    process.exitCode = 2;
  } else main(folder);
}
