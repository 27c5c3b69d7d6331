/**
 * Looks through a file of calendars and cards, as other programs export them, for where each event, task, time zone and card begins and ends,
 * before any of them is read: what is broken in one shall not take the others with it. It copies nothing and goes over the file once.
 * RFC 5545 section 3.4, RFC 6350 section 3.3.
 */
import { Buffer } from 'node:buffer';
import { readContentLine, readOr } from './content-line.ts';

/** A stretch of a file: octets `from` up to `to`. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** Something in a file. */
export interface Part extends Stretch {
  /** A component of a calendar, a card, or lines that belong to nothing. */
  readonly kind: 'component' | 'card' | 'stray';
  /** In upper case: VEVENT, VTIMEZONE, VCARD; empty for stray lines. */
  readonly name: string;
  /** As it stands there, without blanks around it; undefined where there is none. */
  readonly uid: string | undefined;
  /** 1-based number of its first line in the file. */
  readonly line: number;
  /** Number of the calendar in which it lies; -1 outside of any. */
  readonly calendar: number;
}

/** What is in a file. */
export interface Scan {
  /** The file in UTF-8 without byte order mark, as far as that can be said: broken text stays broken. */
  readonly data: Uint8Array;
  /** In order. */
  readonly parts: readonly Part[];
  /** The lines between BEGIN:VCALENDAR and its components, of each calendar. */
  readonly properties: readonly (readonly Stretch[])[];
}

const LF = 0x0a;
const CR = 0x0d;

/** Components that lie in a calendar and in nothing else: where one begins, another that is still open was never ended. */
const OUTER: ReadonlySet<string> = new Set(['VEVENT', 'VTODO', 'VJOURNAL', 'VFREEBUSY', 'VAVAILABILITY', 'VTIMEZONE']);

/** What is in this file. Never throws. */
export function scanFile(file: Uint8Array): Scan {
  const data = utf8Of(file);
  const parts: Part[] = [];
  const properties: Stretch[][] = [];
  /** The part that is open, and what is open in it. */
  let part:
    | { kind: 'component' | 'card'; name: string; from: number; line: number; uid: string | undefined }
    | undefined;
  const inside: string[] = [];
  let calendar = -1;
  let afterAgent = false;

  function finish(to: number): void {
    if (part !== undefined) parts.push({ ...part, to, calendar: part.kind === 'card' ? -1 : calendar });
    part = undefined;
    inside.length = 0;
  }
  function begin(name: string, from: number, line: number): void {
    part = { kind: name === 'VCARD' ? 'card' : 'component', name, from, line, uid: undefined };
    inside.push(name);
  }
  function stray(from: number, to: number, line: number): void {
    const last = parts.at(-1);
    if (last?.kind === 'stray' && last.to === from) parts[parts.length - 1] = { ...last, to };
    else parts.push({ kind: 'stray', name: '', uid: undefined, line, calendar, from, to });
  }

  for (const { from, to, line } of contentLines(data)) {
    const mark = markOf(data, from, to);
    if (part === undefined) {
      if (mark?.name === 'VCALENDAR') {
        calendar = mark.begins ? properties.push([]) - 1 : -1;
      } else if (mark?.begins === true) begin(mark.name, from, line);
      else if (isBlank(data, from, to)) continue;
      else if (calendar >= 0 && mark === undefined) properties[calendar]?.push({ from, to });
      else stray(from, to, line);
    } else if (mark === undefined) {
      if (part.uid === undefined && inside.length === 1) part.uid = uidIn(data, from, to);
    } else if (mark.name === 'VCALENDAR') {
      finish(from);
      calendar = mark.begins ? properties.push([]) - 1 : -1;
    } else if (mark.begins) {
      const next = mark.name === 'VCARD' ? !(part.kind === 'card' && afterAgent) : OUTER.has(mark.name);
      if (next) {
        finish(from);
        begin(mark.name, from, line);
      } else inside.push(mark.name);
    } else if (mark.name === inside.at(-1)) {
      inside.pop();
      if (inside.length === 0) finish(to);
    } else if (mark.name === part.name) finish(to);
    // A card of version 2.1 may hold that of an agent.
    if (mark !== undefined || !isBlank(data, from, to)) afterAgent = startsWith(data, from, to, 'AGENT');
  }
  finish(data.length);
  return { data, parts, properties };
}

// --- lines ---------------------------------------------------------------------------------------------------------------------------

/** The content lines of a text, still folded, line breaks included. */
function* contentLines(data: Uint8Array): Generator<Stretch & { readonly line: number }> {
  let line = 1;
  for (let from = 0; from < data.length; ) {
    const first = line;
    let to = endOfLine(data, from);
    line++;
    while (data[to] === 0x20 || data[to] === 0x09) {
      to = endOfLine(data, to);
      line++;
    }
    yield { from, to, line: first };
    from = to;
  }
}

function endOfLine(data: Uint8Array, from: number): number {
  const feed = data.indexOf(LF, from);
  return feed < 0 ? data.length : feed + 1;
}

/** What a BEGIN or END line begins or ends, in upper case. */
function markOf(
  data: Uint8Array,
  from: number,
  to: number,
): { readonly begins: boolean; readonly name: string } | undefined {
  const begins = startsWith(data, from, to, 'BEGIN');
  if (!begins && !startsWith(data, from, to, 'END')) return undefined;
  if (to - from > LONGEST_MARK) return undefined;
  const [, name] = /^(?:BEGIN|END)\s*:\s*([A-Z0-9_-]+)\s*$/i.exec(textAt(data, { from, to })) ?? [];
  return name === undefined ? undefined : { begins, name: name.toUpperCase() };
}

/** A longer line names no component. */
const LONGEST_MARK = 200;

/** Whether a name in upper case stands there in any case, as a property's. */
function startsWith(data: Uint8Array, from: number, to: number, name: string): boolean {
  const end = from + name.length;
  if (end >= to) return false;
  for (let at = from; at < end; at++) if (((data[at] ?? 0) & 0xdf) !== name.charCodeAt(at - from)) return false;
  const next = data[end];
  return next === 0x3a || next === 0x3b || next === 0x20;
}

function isBlank(data: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (!/\s/.test(String.fromCharCode(data[at] ?? 0))) return false;
  return true;
}

function uidIn(data: Uint8Array, from: number, to: number): string | undefined {
  if (!startsWith(data, from, to, 'UID')) return undefined;
  const text = textAt(data, { from, to })
    .replace(/\r*\n[ \t]/g, '')
    .trimEnd();
  return readOr(
    () => readContentLine(text, 0, text.length, 0).value.trim() || undefined,
    () => undefined,
  );
}

/** Octets of a text: longer ones are none that a person would read. */
const LONGEST = 64 * 1024 * 1024;

/** The text of a stretch; what is no UTF-8 is replaced. */
export function textAt(data: Uint8Array, { from, to }: Stretch): string {
  return Buffer.from(data.buffer, data.byteOffset + from, Math.min(to - from, LONGEST)).toString();
}

// --- encodings -----------------------------------------------------------------------------------------------------------------------

/** UTF-16 by its byte order mark, else as it is; lines that end with carriage returns alone get line feeds. */
function utf8Of(file: Uint8Array): Uint8Array {
  const [first, second, third] = file;
  const wide =
    first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : undefined;
  const data =
    wide !== undefined
      ? Buffer.from(new TextDecoder(wide).decode(file))
      : first === 0xef && second === 0xbb && third === 0xbf
        ? file.subarray(3)
        : file;
  if (data.includes(LF) || !data.includes(CR)) return data;
  return data.map((octet) => (octet === CR ? LF : octet));
}
