/**
 * Reads cards of version 2.1, as old telephones and programs export them, into version 3.0: quoted-printable over several lines, charsets,
 * types without TYPE, base64 up to an empty line, the card of an agent inside. Nothing but `\;` is escaped there. RFC 2426 section 5.
 */
import { Buffer } from 'node:buffer';
import type { Component, Parameter, Property } from '../icalendar/component.ts';
import { CARD_NAME_CHARACTERS, ContentError, readContentLine } from '../icalendar/content-line.ts';
import { writeComponent } from '../icalendar/write.ts';
import { made } from './parameters.ts';
import { decoded, quotedPrintable } from './three-to-four.ts';

/** Whether a text says that it is of version 2.1. */
export function isCard21(data: Uint8Array): boolean {
  return /^VERSION[^\r\n:]*:[ \t]*2\.1[ \t]*\r?$/im.test(Buffer.from(data).toString('latin1'));
}

/** The card of version 3.0 that a text of version 2.1 is. @throws ContentError when it is none */
export function cardFrom21(data: Uint8Array): Component {
  const lines = contentLines(Buffer.from(data).toString('latin1'));
  const { card, next } = readOne(lines, 0, 0);
  const more = lines[next];
  if (more !== undefined) throw new ContentError(`Line ${more.line} stands behind the end of the card.`, more.line);
  return card;
}

/** A content line, unfolded; each character is one octet. */
interface Line {
  readonly text: string;
  readonly line: number;
}

const END = /^END\s*:\s*VCARD\s*$/i;
const QUOTED = /^[^:]*;(?:ENCODING=)?QUOTED-PRINTABLE[;:]/i;
const BASE64 = /^[^:]*;(?:ENCODING=)?(?:BASE64|B)[;:]/i;

/** Base64 goes on to an empty line or a next property, quoted-printable while lines end in `=`, all others while lines begin with a blank. */
function contentLines(text: string): readonly Line[] {
  const physical = text.split(/\r*\n/);
  const lines: Line[] = [];
  for (let at = 0; at < physical.length; ) {
    const line = at + 1;
    const first = physical[at++] ?? '';
    if (first.trim() === '') continue;
    const parts = [first];
    if (QUOTED.test(first)) {
      while (parts.at(-1)?.endsWith('=')) {
        parts.push(parts.pop()?.slice(0, -1) ?? '');
        const more = physical[at];
        if (more === undefined || END.test(more)) break;
        parts.push(more);
        at++;
      }
    } else if (BASE64.test(first)) {
      for (let more = physical[at]; more !== undefined && isBase64Line(more); more = physical[++at])
        parts.push(more.trim());
    } else {
      for (let more = physical[at]; more !== undefined && /^[ \t]./.test(more); more = physical[++at])
        parts.push(more.slice(1));
    }
    lines.push({ text: parts.join(''), line });
  }
  return lines;
}

function isBase64Line(text: string): boolean {
  return /^[ \t]*[A-Za-z0-9+/]+={0,2}[ \t]*$/.test(text);
}

/** Cards within cards that are read. */
const DEEPEST = 4;

function readOne(
  lines: readonly Line[],
  from: number,
  depth: number,
): { readonly card: Component; readonly next: number } {
  const begin = lines[from];
  if (begin === undefined || !/^BEGIN\s*:\s*VCARD\s*$/i.test(begin.text))
    throw new ContentError(`Line ${begin?.line ?? 0} begins no card.`, begin?.line ?? 0);
  if (depth === DEEPEST) throw new ContentError(`Line ${begin.line}: cards lie too deep in each other.`, begin.line);
  const properties: Property[] = [made('VERSION', [], '3.0')];
  for (let at = from + 1; ; ) {
    const line = lines[at];
    if (line === undefined) throw new ContentError(`The card of line ${begin.line} is never ended.`, begin.line);
    if (END.test(line.text)) {
      return { card: { name: 'VCARD', properties, components: [], line: begin.line }, next: at + 1 };
    }
    at++;
    const property = readContentLine(line.text, 0, line.text.length, line.line, CARD_NAME_CHARACTERS);
    if (property.name === 'VERSION') continue;
    if (property.name === 'AGENT' && property.value.trim() === '' && /^BEGIN\s*:/i.test(lines[at]?.text ?? '')) {
      const agent = readOne(lines, at, depth + 1);
      at = agent.next;
      properties.push(made('AGENT', [], inText(writeComponent(agent.card)), property.group));
      continue;
    }
    properties.push(in30(property));
  }
}

/** Their values have parts, with semicolons between. */
const STRUCTURED: ReadonlySet<string> = new Set(['N', 'ADR', 'ORG', 'GEO']);

const ENCODINGS = /^(BASE64|B|QUOTED-PRINTABLE|8BIT|7BIT)$/;
const VALUES = /^(URL|URI|CID|CONTENT-ID|INLINE)$/;

function in30({ name, group, parameters, value }: Property): Property {
  let encoding = '';
  let charset = 'utf-8';
  const kept: Parameter[] = [];
  for (const parameter of parameters) {
    const bare = parameter.values.length === 0;
    const [first = ''] = parameter.values;
    if (parameter.name === 'CHARSET') charset = first;
    else if (parameter.name === 'ENCODING') encoding = first.toUpperCase();
    else if (bare && ENCODINGS.test(parameter.name)) encoding = parameter.name;
    else if (parameter.name === 'VALUE' || (bare && VALUES.test(parameter.name))) {
      const said = (bare ? parameter.name : first).toUpperCase();
      if (said === 'URL' || said === 'URI') kept.push({ name: 'VALUE', values: ['uri'] });
      else if (said !== 'INLINE') kept.push({ name: 'VALUE', values: [inUtf8(said)] });
    } else if (bare) kept.push({ name: 'TYPE', values: [inUtf8(parameter.name)] });
    else kept.push({ name: parameter.name, values: parameter.values.map(inUtf8) });
  }
  if (encoding === 'BASE64' || encoding === 'B')
    return made(name, [{ name: 'ENCODING', values: ['b'] }, ...kept], value.replace(/\s+/g, ''), group);
  const octets = Buffer.from(value, 'latin1');
  const raw = encoding === 'QUOTED-PRINTABLE' ? quotedPrintable(octets) : octets;
  return made(name, kept, escaped(name, textOf(raw, charset)), group);
}

/** In the charset that is said, else what can be read of it. */
function textOf(octets: Uint8Array, charset: string): string {
  return decoded(octets, charset) ?? decoded(octets, 'utf-8') ?? Buffer.from(octets).toString('latin1');
}

function inUtf8(latin1: string): string {
  return textOf(Buffer.from(latin1, 'latin1'), 'utf-8');
}

/** A comma is nothing special in 2.1, a backslash only before a semicolon: lists there are of parts. */
function escaped(name: string, text: string): string {
  const parts = text.replace(/\\([;:,\\nN])|[\\,;]|\r\n?|\n/g, (found, after: string | undefined) => {
    if (after !== undefined) return after === ':' ? ':' : found;
    if (found === ';') return STRUCTURED.has(name) ? ';' : '\\;';
    if (found === ',') return name === 'CATEGORIES' || name === 'NICKNAME' ? ',' : '\\,';
    return found === '\\' ? '\\\\' : '\\n';
  });
  return isUri(name) ? text.replace(/[\r\n]+/g, '') : parts;
}

/** Their values are taken as they are. */
function isUri(name: string): boolean {
  return name === 'URL' || name === 'SOURCE' || name === 'REV' || name === 'BDAY' || name === 'TZ';
}

/** A text as the value of a property. */
function inText(text: string): string {
  return text.replace(/[\\;,]/g, (found) => `\\${found}`).replace(/\r\n?|\n/g, '\\n');
}
