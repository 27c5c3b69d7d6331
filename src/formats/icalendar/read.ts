/**
 * Reads text into components: decoding, unfolding, BEGIN and END. It reads what clients really send (bare line feeds, blank lines, lower
 * case, a byte order mark, a fold inside a UTF-8 sequence) and refuses what has no single meaning. Time and memory are linear in the text.
 * RFC 5545 section 3.1, RFC 6350 section 3.2.
 */
import type { Component, Property } from './component.ts';
import { CARD_NAME_CHARACTERS, ContentError, readContentLine } from './content-line.ts';

/** What a text may hold at most. */
export interface ReadLimits {
  /** Properties and components together; 200,000 when absent. */
  readonly properties?: number;
  /** Components inside each other, the root counted; 8 when absent. iCalendar and its extensions need 5. */
  readonly depth?: number;
}

const DEFAULT_PROPERTIES = 200_000;
const DEFAULT_DEPTH = 8;

const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const TAB = 0x09;

interface OpenComponent {
  readonly name: string;
  readonly properties: Property[];
  readonly components: Component[];
  readonly line: number;
}

/** All components at the top of a text, in order: an address book export has many. Throws ContentError. RFC 6350 section 3.3. */
export function readComponents(data: Uint8Array | string, limits: ReadLimits = {}): readonly Component[] {
  const text = typeof data === 'string' ? withoutMark(data) : decode(data);
  refuseNul(text);
  const roots: Component[] = [];
  const open: OpenComponent[] = [];
  const mostDepth = limits.depth ?? DEFAULT_DEPTH;
  let left = limits.properties ?? DEFAULT_PROPERTIES;
  let at = 0;
  let line = 0;
  while (at < text.length) {
    line++;
    const first = line;
    let next = endOfLine(text, at);
    let source = text;
    let from = at;
    let to = beforeBreak(text, at, next);
    at = next;
    if (isFold(text, at)) {
      source = text.slice(from, to);
      do {
        line++;
        next = endOfLine(text, at);
        source += text.slice(at + 1, beforeBreak(text, at + 1, next));
        at = next;
      } while (isFold(text, at));
      from = 0;
      to = source.length;
    }
    if (isBlank(source, from, to)) continue;
    if (--left < 0) throw new ContentError(`Line ${first}: the text has more properties than are allowed.`, first);
    const names = open[0]?.name === 'VCARD' ? CARD_NAME_CHARACTERS : undefined;
    const property = readContentLine(source, from, to, first, names);
    if (property.name === 'BEGIN') {
      if (open.length >= mostDepth) {
        throw new ContentError(`Line ${first}: components lie more than ${mostDepth} deep in each other.`, first);
      }
      open.push({ name: componentName(property), properties: [], components: [], line: first });
      continue;
    }
    const current = open.at(-1);
    if (current === undefined) throw new ContentError(`Line ${first} lies outside of BEGIN and END.`, first);
    if (property.name !== 'END') {
      current.properties.push(property);
      continue;
    }
    const name = componentName(property);
    if (name !== current.name) {
      const reason = `Line ${first} ends ${name}, but ${current.name} from line ${current.line} is still open.`;
      throw new ContentError(reason, first);
    }
    open.pop();
    (open.at(-1)?.components ?? roots).push(current);
  }
  const unclosed = open.at(-1);
  if (unclosed !== undefined) {
    throw new ContentError(`${unclosed.name} begins in line ${unclosed.line} and is never ended.`, unclosed.line);
  }
  return roots;
}

/** The one VCALENDAR of a text. Throws ContentError when there is none, another, or something else. RFC 5545 section 3.4. */
export function readCalendar(data: Uint8Array | string, limits: ReadLimits = {}): Component {
  const [calendar, second] = readComponents(data, limits);
  if (calendar === undefined) throw new ContentError('The text holds no VCALENDAR.', 0);
  const other = calendar.name === 'VCALENDAR' ? second : calendar;
  if (other !== undefined) {
    const reason = `Line ${other.line} begins a ${other.name} where exactly one VCALENDAR is expected.`;
    throw new ContentError(reason, other.line);
  }
  return calendar;
}

function componentName(property: Property): string {
  const name = property.value.trim().toUpperCase();
  if (!/^[A-Z0-9_-]+$/.test(name)) {
    throw new ContentError(`Line ${property.line}: ${property.name} does not name a component.`, property.line);
  }
  return name;
}

/** Where the next physical line begins. */
function endOfLine(text: string, from: number): number {
  const feed = text.indexOf('\n', from);
  return feed < 0 ? text.length : feed + 1;
}

/** Where the physical line that reaches up to `next` ends without its line break; doubled carriage returns are part of the break. */
function beforeBreak(text: string, from: number, next: number): number {
  let to = next;
  if (to > from && text.charCodeAt(to - 1) === LF) to--;
  while (to > from && text.charCodeAt(to - 1) === CR) to--;
  return to;
}

function isFold(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code === SPACE || code === TAB;
}

function isBlank(text: string, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (!isFold(text, at)) return false;
  return true;
}

function withoutMark(text: string): string {
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}

function refuseNul(text: string): void {
  const nul = text.indexOf('\0');
  if (nul < 0) return;
  let line = 1;
  for (let feed = text.indexOf('\n'); feed >= 0 && feed < nul; feed = text.indexOf('\n', feed + 1)) line++;
  throw new ContentError(`Line ${line} has a NUL character.`, line);
}

const decoder = new TextDecoder('utf-8', { fatal: true });

function decoded(data: Uint8Array): string | undefined {
  try {
    return decoder.decode(data);
  } catch {
    return undefined;
  }
}

function decode(data: Uint8Array): string {
  const text = decoded(data);
  if (text !== undefined) return text;
  const mended = withWholeCharacters(data);
  const second = decoded(mended);
  if (second !== undefined) return second;
  const line = badLineOf(mended);
  throw new ContentError(`Line ${line} is not UTF-8 text.`, line);
}

/** The number of the first line that is not UTF-8: the range that holds it is halved at line ends, then its lines are counted. */
function badLineOf(data: Uint8Array): number {
  let low = 0;
  let high = data.length;
  for (;;) {
    const middle = data.indexOf(LF, (low + high) >> 1) + 1;
    if (middle <= low || middle >= high) break;
    if (decoded(data.subarray(low, middle)) === undefined) high = middle;
    else low = middle;
  }
  // Without a line end in its second half, the range is counted from its start, line by line.
  for (let next = data.indexOf(LF, low) + 1; next > 0 && next < high; next = data.indexOf(LF, low) + 1) {
    if (decoded(data.subarray(low, next)) === undefined) break;
    low = next;
  }
  let line = 1;
  for (let at = 0; at < low; at++) if (data[at] === LF) line++;
  return line;
}

/**
 * Moves each fold that cuts a UTF-8 sequence behind the end of that sequence, so that the bytes can be decoded and lines keep their numbers.
 * RFC 5545 section 3.1 warns of such folds.
 */
function withWholeCharacters(data: Uint8Array): Uint8Array {
  const mended = new Uint8Array(data.length);
  let to = 0;
  let missing = 0;
  let held: number[] = [];
  const release = () => {
    for (const byte of held) mended[to++] = byte;
    held = [];
  };
  for (let at = 0; at < data.length; ) {
    const fold = missing > 0 ? foldLength(data, at) : 0;
    if (fold > 0) {
      held.push(...data.subarray(at, at + fold));
      at += fold;
      continue;
    }
    const byte = data[at++] ?? 0;
    const continues = isContinuation(byte);
    if (!continues && held.length > 0) release();
    mended[to++] = byte;
    if (!continues) missing = byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : byte >= 0xc0 ? 1 : 0;
    else if (missing > 0 && --missing === 0) release();
  }
  release();
  return mended;
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x80 && byte < 0xc0;
}

/** The length of the line break and white space at `at`, or 0 when no fold stands there. */
function foldLength(data: Uint8Array, at: number): number {
  const breakLength = data[at] === LF ? 1 : data[at] === CR && data[at + 1] === LF ? 2 : 0;
  if (breakLength === 0) return 0;
  const white = data[at + breakLength];
  return white === SPACE || white === TAB ? breakLength + 1 : 0;
}
