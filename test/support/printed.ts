/**
 * Compares what a document prints with what a program prints, in this small language:
 *
 * - What differs from run to run counts as equal when it is of one kind: dates, entity tags, sync tokens, passwords, fingerprints.
 * - `…` stands for what is left out: alone on a line for any lines, inside a line for any text of that line.
 * - A status line (`HTTP/…`) begins a header section. The status must be the one that came; every header field that is printed must have
 *   come with that value, in any order; others may have come too.
 * - After it, or from the beginning, stands a body. XML is compared as a tree: every printed response, propstat and property must have come
 *   in the place in which it is printed. Where the document leaves something out with `…`, others may stand beside them.
 * - Any other body is compared line by line.
 */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import {
  attributeOf,
  childOf,
  childrenOf,
  elementsOf,
  textOf,
  type XmlElement,
} from '../../src/formats/xml/element.ts';
import { readXml } from '../../src/formats/xml/read.ts';
import { type Multistatus, multistatusOf, pathKey, type ResourceAnswer } from './multistatus.ts';

const KINDS: readonly (readonly [kind: string, pattern: RegExp])[] = [
  ['date', /\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT\b/g],
  ['time', /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g],
  ['entity tag', /"[0-9a-f]{32}"/g],
  ['sync token', /\bdata:,[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?:-\d+){3}/g],
  ['password', /\b[a-z2-9]{5}(?:-[a-z2-9]{5}){3}\b/g],
  ['fingerprint', /\b[0-9A-F]{2}(?::[0-9A-F]{2}){31}\b/g],
];

/** The text with the names of kinds in the place of what varies. */
function byKind(text: string): string {
  return KINDS.reduce((so, [kind, pattern]) => so.replace(pattern, `‹${kind}›`), text);
}

/** @throws AssertionError unless what came is what the document prints */
export function assertPrinted(printed: string, came: string): void {
  const expected = partsOf(printed);
  const actual = partsOf(came);
  const tell = (complaint: string): string =>
    `${complaint}\n\n--- the document prints\n${printed}\n--- what came\n${came}`;
  if (expected.head !== undefined) {
    assert.ok(actual.head !== undefined, tell('no header section came'));
    const complaint = headMismatch(expected.head, actual.head);
    assert.equal(complaint, undefined, tell(complaint ?? ''));
  }
  const complaint = bodyMismatch(expected.body, actual.body);
  assert.equal(complaint, undefined, tell(complaint ?? ''));
}

interface Parts {
  readonly head: readonly string[] | undefined;
  readonly body: string;
}

/** The header section and the body. */
function partsOf(text: string): Parts {
  const lines = text.replaceAll('\r', '').split('\n');
  if (!lines[0]?.startsWith('HTTP/')) return { head: undefined, body: lines.join('\n') };
  const end = lines.indexOf('');
  return end < 0 ? { head: lines, body: '' } : { head: lines.slice(0, end), body: lines.slice(end + 1).join('\n') };
}

// --- header section ------------------------------------------------------------------------------------------------------------------

function headMismatch([printedStatus = '', ...printed]: readonly string[], [status = '', ...came]: readonly string[]) {
  if (statusOf(printedStatus) !== statusOf(status)) return `the status is ${status}`;
  const fields = came.map(field);
  for (const line of printed) {
    if (line.trim() === '…') continue;
    const { name, value } = field(line);
    const values = fields.filter((one) => one.name === name).map((one) => one.value);
    if (!values.some((one) => lineMatches(value, one))) return `the header field ${name} is ${values.join(' and ')}`;
  }
  return undefined;
}

/** `HTTP/2 207` and `HTTP/1.1 207 Multi-Status` are one: which version is spoken depends on the client. */
function statusOf(line: string): string | undefined {
  return /^HTTP\/[\d.]+ (\d{3})\b/.exec(line)?.[1];
}

function field(line: string): { readonly name: string; readonly value: string } {
  const colon = line.indexOf(':');
  return { name: line.slice(0, colon).trim().toLowerCase(), value: line.slice(colon + 1).trim() };
}

// --- bodies --------------------------------------------------------------------------------------------------------------------------

function bodyMismatch(printed: string, came: string): string | undefined {
  if (!printed.trimStart().startsWith('<')) return linesMismatch(linesOf(printed), linesOf(came));
  const whole = printed.split('\n').filter((line) => line.trim() !== '…');
  const partial = whole.length !== printed.split('\n').length;
  if (came.trim() === '') return 'no body came';
  return multistatusMismatch(
    printedMultistatus(readXml(Buffer.from(whole.join('\n')))),
    multistatusOf(readXml(Buffer.from(came))),
    partial,
  );
}

/** Without empty lines at the end. */
function linesOf(text: string): readonly string[] {
  return text.trimEnd() === '' ? [] : text.trimEnd().split('\n');
}

function linesMismatch(printed: readonly string[], came: readonly string[]): string | undefined {
  let at = 0;
  let anywhere = false;
  for (const line of printed) {
    if (line.trim() === '…') {
      anywhere = true;
      continue;
    }
    const found = anywhere ? came.findIndex((one, i) => i >= at && lineMatches(line, one)) : at;
    if (found < 0 || found >= came.length || !lineMatches(line, came[found]!)) {
      return `the line ${JSON.stringify(line)} did not come${anywhere ? '' : `, but ${JSON.stringify(came[at])}`}`;
    }
    at = found + 1;
    anywhere = false;
  }
  return anywhere || at === came.length ? undefined : `the line ${JSON.stringify(came[at])} came, which is not printed`;
}

function lineMatches(printed: string, came: string): boolean {
  const parts = byKind(printed.trimEnd()).split('…');
  const pattern = parts.map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('.*');
  return new RegExp(`^${pattern}$`, 'u').test(byKind(came.trimEnd()));
}

// --- XML -----------------------------------------------------------------------------------------------------------------------------

/** A response of which nothing but its href may be printed. */
type PrintedResponse = Pick<ResourceAnswer, 'properties'>;

function printedMultistatus(root: XmlElement): ReadonlyMap<string, PrintedResponse> {
  const bare = (one: XmlElement): boolean => elementsOf(one).length === 1;
  const responses = childrenOf(root, '{DAV:}response');
  const full = multistatusOf({ ...root, children: responses.filter((one) => !bare(one)) });
  const named = responses
    .filter(bare)
    .map((one) => [pathKey(textOf(childOf(one, '{DAV:}href') ?? one)), NOTHING] as const);
  return new Map<string, PrintedResponse>([...full.responses, ...named]);
}

const NOTHING: PrintedResponse = { properties: new Map() };

/** What of the printed responses did not come: one of them, or a property in its propstat. With `partial`, more may have come. */
function multistatusMismatch(
  printed: ReadonlyMap<string, PrintedResponse>,
  came: Multistatus,
  partial: boolean,
): string | undefined {
  for (const [path, response] of printed) {
    const actual = came.responses.get(path);
    if (actual === undefined) return `no response about ${path} came`;
    const complaint = responseMismatch(response, actual, partial);
    if (complaint !== undefined) return `${path}: ${complaint}`;
  }
  const more = [...came.responses.keys()].filter((path) => !printed.has(path));
  return partial || more.length === 0 ? undefined : `a response about ${more.join(', ')} came, which is not printed`;
}

function responseMismatch(printed: PrintedResponse, came: ResourceAnswer, partial: boolean): string | undefined {
  for (const [name, { status, element }] of printed.properties) {
    const actual = came.properties.get(name);
    if (actual === undefined) return `${name} did not come`;
    if (actual.status !== status) return `${name} came with status ${actual.status}`;
    if (!isWithin(element, actual.element)) return `${name} has another value`;
  }
  const more = [...came.properties.keys()].filter((name) => !printed.properties.has(name));
  return partial || more.length === 0 ? undefined : `${more.join(', ')} came, which is not printed`;
}

/** Whether what is printed of an element is in the one that came: its attributes, its text by kind, the elements inside. */
function isWithin(printed: XmlElement, came: XmlElement): boolean {
  const inside = elementsOf(printed);
  const attributes = printed.attributes.every(({ name, value }) => attributeOf(came, name.slice(2)) === value);
  if (printed.name !== came.name || !attributes) return false;
  if (inside.length === 0) return elementsOf(came).length === 0 && lineMatches(textOf(printed), textOf(came));
  return inside.every((one) => elementsOf(came).some((other) => isWithin(one, other)));
}
