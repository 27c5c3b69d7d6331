/**
 * Parsers of request header fields: text in, values out. What a specification lets a server pass over is passed over; what it must
 * understand to answer rightly and cannot is a HeaderError. RFC 9110 section 5.6, RFC 4918 section 10.
 */
import { Buffer } from 'node:buffer';

/** A header field that the server must understand and cannot: the request is a bad one. */
export class HeaderError extends Error {
  /** In plain words, the field's name first. */
  readonly reason: string;

  constructor(reason: string) {
    super(reason);
    this.name = 'HeaderError';
    this.reason = reason;
  }
}

/** RFC 9110 section 8.8.3 */
export interface EntityTag {
  readonly weak: boolean;
  /** With its quotes, without `W/`. */
  readonly value: string;
}

/** One condition of an If header. RFC 4918 section 10.4.2. */
export type IfCondition =
  | { readonly kind: 'token'; readonly not: boolean; readonly token: string }
  | { readonly kind: 'etag'; readonly not: boolean; readonly etag: EntityTag };

/** The conditions of one list, all of which must hold, for one resource. */
export interface IfList {
  /** The resource tag as written, a URI or an absolute path; absent where the list is about the request's own resource. */
  readonly resource?: string;
  readonly conditions: readonly IfCondition[];
}

/** The header holds when one of the lists does. RFC 4918 section 10.4.3. */
export type IfHeader = readonly IfList[];

/** RFC 7240 section 4, RFC 8144 section 2. */
export interface Preferences {
  readonly return?: 'minimal' | 'representation';
  readonly depthNoroot: boolean;
  /** Seconds. */
  readonly wait?: number;
}

/** RFC 9110 section 8.3.1 */
export interface MediaType {
  /** In lower case: `text/calendar`. */
  readonly type: string;
  /** By name in lower case; the values unquoted, as written otherwise. */
  readonly parameters: ReadonlyMap<string, string>;
}

/** What one proxy said about the request it passed on. RFC 7239. */
export interface ForwardedElement {
  /** An address without brackets and port, `unknown`, or a made-up identifier that begins with `_`. */
  readonly for?: string;
  /** In lower case: `https`. */
  readonly proto?: string;
  readonly host?: string;
}

/**
 * The Depth header; absent where it is.
 *
 * @throws HeaderError
 * @see RFC 4918 section 10.2
 */
export function parseDepth(value: string | undefined): 0 | 1 | 'infinity' | undefined {
  if (value === undefined) return undefined;
  switch (value.trim().toLowerCase()) {
    case '0':
      return 0;
    case '1':
      return 1;
    case 'infinity':
      return 'infinity';
    default:
      throw new HeaderError('Depth: neither 0, 1 nor infinity');
  }
}

const IF_SPACE = /[ \t]*/y;
const IF_URI = /<([^\s<>]+)>/y;
const IF_NOT = /not(?=[ \t<[])/iy;
const IF_ETAG = /\[(W\/)?("[^"\0-\x08\x0a-\x1f\x7f]*")\]/y;

/**
 * The If header, its lists in order.
 *
 * @throws HeaderError
 * @see RFC 4918 section 10.4.2
 */
export function parseIf(value: string): IfHeader {
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(value);
    if (found !== null) at = pattern.lastIndex;
    return found;
  };
  const fail = (reason: string): never => {
    throw new HeaderError(`If: ${reason} at character ${at + 1}`);
  };

  const lists: IfList[] = [];
  let resource: string | undefined;
  let listsOfTag = 0;
  for (take(IF_SPACE); at < value.length; take(IF_SPACE)) {
    if (value[at] === '<') {
      if (resource === undefined && lists.length > 0) fail('a tagged list after an untagged one');
      if (resource !== undefined && listsOfTag === 0) fail('a resource tag without a list');
      resource = (take(IF_URI) ?? fail('no resource tag'))[1];
      listsOfTag = 0;
      continue;
    }
    if (value[at] !== '(') fail('neither a list nor a resource tag');
    at++;
    const conditions: IfCondition[] = [];
    for (take(IF_SPACE); value[at] !== ')'; take(IF_SPACE)) {
      const not = take(IF_NOT) !== null;
      if (not) take(IF_SPACE);
      const etag = take(IF_ETAG);
      if (etag !== null) {
        conditions.push({ kind: 'etag', not, etag: { weak: etag[1] !== undefined, value: etag[2] ?? '' } });
      } else {
        const token = (take(IF_URI) ?? fail('neither a state token nor an entity tag'))[1] ?? '';
        conditions.push({ kind: 'token', not, token });
      }
    }
    if (conditions.length === 0) fail('a list without a condition');
    at++;
    lists.push(resource === undefined ? { conditions } : { resource, conditions });
    listsOfTag++;
  }
  if (lists.length === 0) fail('no list');
  if (resource !== undefined && listsOfTag === 0) fail('a resource tag without a list');
  return lists;
}

// Between the quotes what RFC 2616 let stand there too: servers before this one gave out tags with blanks.
const ENTITY_TAG = /[ \t]*(?:(W\/)?("[^"\0-\x08\x0a-\x1f\x7f]*")[ \t]*)?(?:,|$)/y;

/**
 * The value of If-Match or If-None-Match: any (`*`), or at least one entity tag.
 *
 * @throws HeaderError
 * @see RFC 9110 section 13.1.1
 */
export function parseEntityTags(value: string): '*' | readonly EntityTag[] {
  if (value.trim() === '*') return '*';
  const tags: EntityTag[] = [];
  for (let at = 0; at < value.length; at = ENTITY_TAG.lastIndex) {
    ENTITY_TAG.lastIndex = at;
    const found = ENTITY_TAG.exec(value);
    if (found === null) throw new HeaderError(`entity tags: not a quoted tag at character ${at + 1}`);
    // A list may have empty elements: RFC 9110 section 5.6.1.
    if (found[2] !== undefined) tags.push({ weak: found[1] !== undefined, value: found[2] });
  }
  if (tags.length === 0) throw new HeaderError('entity tags: none');
  return tags;
}

/**
 * The preferences of the Prefer header and the older Brief header. What is unknown or malformed is ignored, of a preference given twice
 * the first counts: RFC 7240 section 2. Brief means return=minimal where Prefer says nothing about it.
 */
export function parsePrefer(value: string | undefined, brief: string | undefined): Preferences {
  const given = new Map<string, string>();
  for (const item of value === undefined ? [] : splitOutsideQuotes(value, ',')) {
    const pair = nameAndWord(splitOutsideQuotes(item, ';')[0] ?? '');
    if (pair !== undefined && !given.has(pair.name)) given.set(pair.name, pair.word ?? '');
  }
  const preference = given.get('return')?.toLowerCase();
  const chosen =
    preference === 'minimal' || preference === 'representation'
      ? preference
      : brief?.trim().toLowerCase() === 't'
        ? 'minimal'
        : undefined;
  const wait = given.get('wait');
  return {
    ...(chosen === undefined ? {} : { return: chosen }),
    depthNoroot: given.has('depth-noroot'),
    ...(wait !== undefined && /^\d{1,9}$/.test(wait) ? { wait: Number(wait) } : {}),
  };
}

const MEDIA_TYPE = /^[!#$%&'*+.^_`|~0-9a-z-]+\/[!#$%&'*+.^_`|~0-9a-z-]+$/;

/**
 * A media type; undefined when there is none. Malformed parameters are passed over, of one given twice the first counts.
 * RFC 9110 section 8.3.1.
 */
export function parseMediaType(value: string): MediaType | undefined {
  const [first = '', ...rest] = splitOutsideQuotes(value, ';');
  const type = first.trim().toLowerCase();
  if (!MEDIA_TYPE.test(type)) return undefined;
  const parameters = new Map<string, string>();
  for (const piece of rest) {
    const pair = nameAndWord(piece);
    if (pair?.word !== undefined && !parameters.has(pair.name)) parameters.set(pair.name, pair.word);
  }
  return { type, parameters };
}

const BASIC = /^ *basic +([A-Za-z0-9+/]*)={0,2} *$/i;
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The credentials of an Authorization header of the Basic scheme, in UTF-8; undefined for anything else. RFC 7617 section 2. */
export function parseBasic(authorization: string): { readonly user: string; readonly password: string } | undefined {
  const encoded = BASIC.exec(authorization)?.[1];
  if (encoded === undefined || encoded.length % 4 === 1) return undefined;
  let pair: string;
  try {
    pair = UTF8.decode(Buffer.from(encoded, 'base64'));
  } catch {
    return undefined;
  }
  const colon = pair.indexOf(':');
  if (colon < 0 || /[\0-\x1f\x7f]/.test(pair)) return undefined;
  return { user: pair.slice(0, colon), password: pair.slice(colon + 1) };
}

/**
 * The elements of a Forwarded header, in order: the first was added by the proxy nearest to the client, the last by the one nearest to
 * this server. Which of them to believe is the caller's to decide. RFC 7239.
 *
 * @throws HeaderError
 */
export function parseForwarded(value: string): readonly ForwardedElement[] {
  const elements: ForwardedElement[] = [];
  for (const item of splitOutsideQuotes(value, ',')) {
    if (item.trim() === '') continue;
    const pairs = new Map<string, string>();
    for (const piece of splitOutsideQuotes(item, ';')) {
      if (piece.trim() === '') continue;
      const pair = nameAndWord(piece);
      if (pair?.word === undefined) throw new HeaderError('Forwarded: not a list of pairs');
      if (pairs.has(pair.name)) throw new HeaderError(`Forwarded: ${pair.name} twice in one element`);
      pairs.set(pair.name, pair.word);
    }
    const node = pairs.get('for');
    const proto = pairs.get('proto');
    const host = pairs.get('host');
    elements.push({
      ...(node === undefined ? {} : { for: addressOf(node) }),
      ...(proto === undefined ? {} : { proto: proto.toLowerCase() }),
      ...(host === undefined ? {} : { host }),
    });
  }
  return elements;
}

/** `192.0.2.1:80`, `[2001:db8::1]:80` and `[2001:db8::1]` without port and brackets. */
function addressOf(node: string): string {
  if (node.startsWith('[')) return node.slice(1, node.includes(']') ? node.indexOf(']') : undefined);
  const colon = node.indexOf(':');
  return colon >= 0 && colon === node.lastIndexOf(':') ? node.slice(0, colon) : node;
}

/** The pieces between separators that are not in a quoted string; an unclosed quoted string reaches to the end. */
function splitOutsideQuotes(text: string, separator: ',' | ';'): readonly string[] {
  if (!text.includes('"')) return text.split(separator);
  const pieces: string[] = [];
  let quoted = false;
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (quoted && character === '\\') at++;
    else if (character === '"') quoted = !quoted;
    else if (character === separator && !quoted) {
      pieces.push(text.slice(start, at));
      start = at + 1;
    }
  }
  pieces.push(text.slice(start));
  return pieces;
}

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const QUOTED = /^"(?:[^"\\]|\\.)*"$/s;

/**
 * `name=word`, `name="word"` or `name`: the name in lower case, the word unquoted and undefined where there is none; undefined when
 * malformed. Unquoted words may hold more than tokens do, since addresses are left unquoted at times.
 */
function nameAndWord(piece: string): { readonly name: string; readonly word: string | undefined } | undefined {
  const equals = piece.indexOf('=');
  const name = (equals < 0 ? piece : piece.slice(0, equals)).trim();
  if (!TOKEN.test(name)) return undefined;
  if (equals < 0) return { name: name.toLowerCase(), word: undefined };
  const word = piece.slice(equals + 1).trim();
  if (QUOTED.test(word)) return { name: name.toLowerCase(), word: word.slice(1, -1).replace(/\\(.)/gs, '$1') };
  return /[\s"]/.test(word) ? undefined : { name: name.toLowerCase(), word };
}

/** Whole seconds since 1970-01-01T00:00:00Z as an HTTP-date of the preferred form. RFC 9110 section 5.6.7. */
export function httpDate(seconds: number): string {
  return new Date(Math.floor(seconds) * 1000).toUTCString();
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const IMF_DATE = /^[a-z]{3}, (\d\d) ([a-z]{3}) (\d{4}) (\d\d):(\d\d):(\d\d) GMT$/i;
const RFC850_DATE = /^[a-z]{6,9}, (\d\d)-([a-z]{3})-(\d\d) (\d\d):(\d\d):(\d\d) GMT$/i;
const ASCTIME_DATE = /^[a-z]{3} ([a-z]{3}) ([ \d]\d) (\d\d):(\d\d):(\d\d) (\d{4})$/i;

/**
 * Seconds since 1970-01-01T00:00:00Z of an HTTP-date in any of its three forms; undefined when it is none. The name of the weekday is not
 * looked at; two-digit years are those from 1970 to 2069. RFC 9110 section 5.6.7.
 */
export function parseHttpDate(value: string): number | undefined {
  const text = value.trim();
  const imf = IMF_DATE.exec(text);
  if (imf !== null) return secondsOf(imf[3], imf[2], imf[1], imf[4], imf[5], imf[6]);
  const old = RFC850_DATE.exec(text);
  if (old !== null)
    return secondsOf(`${Number(old[3]) < 70 ? 20 : 19}${old[3]}`, old[2], old[1], old[4], old[5], old[6]);
  const asctime = ASCTIME_DATE.exec(text);
  if (asctime === null) return undefined;
  return secondsOf(asctime[6], asctime[1], asctime[2], asctime[3], asctime[4], asctime[5]);
}

function secondsOf(
  year: string | undefined,
  monthName: string | undefined,
  dayText: string | undefined,
  hour: string | undefined,
  minute: string | undefined,
  second: string | undefined,
): number | undefined {
  const month = MONTHS.indexOf((monthName ?? '').toLowerCase());
  const day = Number(dayText);
  const hours = Number(hour);
  const minutes = Number(minute);
  // A leap second is read as the one before it.
  const seconds = second === '60' ? 59 : Number(second);
  if (month < 0 || hours > 23 || minutes > 59 || seconds > 59) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(Number(year), month, day);
  if (date.getUTCMonth() !== month || date.getUTCDate() !== day) return undefined;
  return date.getTime() / 1000 + hours * 3600 + minutes * 60 + seconds;
}
