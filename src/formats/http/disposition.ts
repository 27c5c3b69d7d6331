/**
 * The Content-Disposition header (RFC 6266): written, it makes a browser save a file, whatever its name; read, it says what a client calls
 * what it sends. RFC 8187 section 3.2.
 */
import { Buffer, isUtf8 } from 'node:buffer';

/** What every reader of the header takes as it stands between quotes: no escapes, no separators. */
const UNSAFE = /[^A-Za-z0-9 !#$&()+,.@^_`{}~-]/gu;
/** What encodeURIComponent leaves, and RFC 8187 section 3.2 does not. */
const LEFT = /['()*]/g;

/** `attachment; filename="Men_ 1.txt"; filename*=UTF-8''Men%C3%BC%201.txt` */
export function attachment(name: string): string {
  const plain = name.replace(UNSAFE, '_');
  const disposition = `attachment; filename="${plain}"`;
  return plain === name ? disposition : `${disposition}; filename*=UTF-8''${extended(name)}`;
}

function extended(name: string): string {
  return encodeURIComponent(name.toWellFormed()).replace(LEFT, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

// --- reading -------------------------------------------------------------------------------------------------------------------------

const PARAMETER = /[ \t]*;[ \t]*([!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^;"]*))[ \t]*/y;
const EXTENDED = /^(utf-8|iso-8859-1)'[^']*'((?:[^%]|%[0-9a-f]{2})*)$/i;

/**
 * The name of a file in a Content-Disposition header, fit to be the name of a file again: without directories, without what steers terminals,
 * headers or the direction of writing. Undefined for none, and for one of which nothing remains. RFC 8607 section 4.2.
 */
export function fileNameIn(header: string): string | undefined {
  const found = new Map<string, string>();
  PARAMETER.lastIndex = header.includes(';') ? header.indexOf(';') : header.length;
  for (let match = PARAMETER.exec(header); match !== null; match = PARAMETER.exec(header)) {
    const name = (match[1] ?? '').toLowerCase();
    const value = match[2] === undefined ? (match[3] ?? '').trim() : match[2].replace(/\\(.)/gs, '$1');
    if (!found.has(name)) found.set(name, value);
  }
  const extendedName = found.get('filename*');
  const name = (extendedName && extendedValue(extendedName)) ?? utf8(found.get('filename') ?? '');
  const plain = fileName(name);
  return plain === '' ? undefined : plain;
}

/** Without its quotation, as RFC 8187 section 3.2 says it; undefined where it does not. */
function extendedValue(value: string): string | undefined {
  const [, charset = '', octets = ''] = EXTENDED.exec(value) ?? [];
  if (charset === '') return undefined;
  const decoded = Buffer.from(
    octets.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  );
  return charset.toLowerCase() === 'utf-8' ? decoded.toString() : decoded.toString('latin1');
}

/** A header comes as Latin-1; many clients write UTF-8 into it. */
function utf8(value: string): string {
  const octets = Buffer.from(value, 'latin1');
  if (octets.toString('latin1') !== value) return value;
  return isUtf8(octets) ? octets.toString() : value;
}

/** Octets that the name of a file may have on the systems there are. */
const LONGEST_NAME = 200;
/** Control characters, marks that turn the direction of writing, line and paragraph separators. */
const STEERING = /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff]/gu;

/** Cut at its end, but not the word behind its last dot. */
function fileName(name: string): string {
  const last = name.replace(STEERING, '').split(/[/\\]/).at(-1) ?? '';
  const plain = last.replaceAll('"', "'").replace(/^[\s.]+|[\s.]+$/g, '');
  if (Buffer.byteLength(plain) <= LONGEST_NAME) return plain;
  const ending = /\.[A-Za-z0-9]{1,10}$/.exec(plain)?.[0] ?? '';
  const characters = [...plain.slice(0, plain.length - ending.length)];
  while (Buffer.byteLength(characters.join('') + ending) > LONGEST_NAME)
    characters.length = Math.floor(characters.length * 0.9);
  return characters.join('') + ending;
}
