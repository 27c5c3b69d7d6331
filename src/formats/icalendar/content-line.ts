/**
 * One content line: `group.NAME;PARAMETER=value,"value":value`, read from unfolded text into a Property and written back.
 * RFC 5545 section 3.1, RFC 6350 section 3.3, RFC 6868 section 3.
 */
import type { Parameter, Property } from './component.ts';

/** What is wrong with a text, and where. */
export class ContentError extends Error {
  /** 1-based number of the physical line; 0 when the text as a whole is meant. */
  readonly line: number;
  /** One sentence for a person. */
  readonly reason: string;

  constructor(reason: string, line: number) {
    super(reason);
    this.name = 'ContentError';
    this.reason = reason;
    this.line = line;
  }
}

/** What is read; or, where the text is wrong, what becomes of that, which may be an error of another kind. Other errors go on. */
export function readOr<T, E>(read: () => T, otherwise: (fault: ContentError) => E): T | E {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ContentError)) throw error;
    return otherwise(error);
  }
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const DOT = 0x2e;
const COLON = 0x3a;
const SEMICOLON = 0x3b;
const EQUALS = 0x3d;

/**
 * Which ASCII characters names of properties and parameters may have. `_` is not in the grammar but in the wild; the dot is for groups.
 */
const NAME_CHARACTERS = new Uint8Array(128);
for (const character of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.') {
  NAME_CHARACTERS[character.charCodeAt(0)] = 1;
}

/** The same for names of properties in cards, where KAddressBook writes `X-messaging/xmpp-All`. */
export const CARD_NAME_CHARACTERS: Uint8Array = NAME_CHARACTERS.slice();
CARD_NAME_CHARACTERS['/'.charCodeAt(0)] = 1;

const NO_PARAMETERS: readonly Parameter[] = [];

/**
 * Reads the content line that lies in `text` from `from` up to, not including, `to`. A parameter without `=` (`TEL;HOME:…`) has no values,
 * an empty one (`;;`) is dropped. Throws ContentError with `line`. `names` are the characters of the property's name.
 */
export function readContentLine(
  text: string,
  from: number,
  to: number,
  line: number,
  names: Uint8Array = NAME_CHARACTERS,
): Property {
  let at = endOfName(text, from, to, names);
  const mark = at < to ? text.charCodeAt(at) : 0;
  if (mark !== COLON && mark !== SEMICOLON) throw notAProperty(text, from, to, at, line);
  let nameFrom = from;
  let group: string | undefined;
  for (let index = from; index < at; index++) {
    if (text.charCodeAt(index) !== DOT) continue;
    group = text.slice(from, index);
    nameFrom = index + 1;
    break;
  }
  if (at === nameFrom || group === '')
    throw new ContentError(`Line ${line} has no property name before its value.`, line);
  const name = text.slice(nameFrom, at).toUpperCase();
  let parameters = NO_PARAMETERS;
  if (mark === SEMICOLON) {
    const found: Parameter[] = [];
    at = readParameters(text, at, to, found, name, line);
    parameters = found;
  }
  const value = text.slice(at + 1, to);
  return group === undefined ? { name, parameters, value, line } : { name, group, parameters, value, line };
}

function endOfName(text: string, from: number, to: number, characters: Uint8Array): number {
  let at = from;
  // Beyond the table (not ASCII) the look-up is undefined, which ends the name too.
  while (at < to && characters[text.charCodeAt(at)] === 1) at++;
  return at;
}

function notAProperty(text: string, from: number, to: number, at: number, line: number): ContentError {
  const shown = JSON.stringify(text.slice(from, Math.min(to, from + 40)));
  if (at >= to) return new ContentError(`Line ${line} has no colon between a name and a value: ${shown}.`, line);
  const character = JSON.stringify(String.fromCodePoint(text.codePointAt(at) ?? 0));
  return new ContentError(`Line ${line} has ${character} where a property name should end: ${shown}.`, line);
}

/** Reads from the semicolon at `at` to the colon before the value, and returns where that is. */
function readParameters(
  text: string,
  semicolon: number,
  to: number,
  parameters: Parameter[],
  property: string,
  line: number,
): number {
  let at = semicolon;
  while (text.charCodeAt(at) === SEMICOLON && at < to) {
    const nameFrom = at + 1;
    at = endOfName(text, nameFrom, to, NAME_CHARACTERS);
    const name = text.slice(nameFrom, at).toUpperCase();
    const mark = at < to ? text.charCodeAt(at) : 0;
    if (mark === EQUALS && name !== '') {
      const values: string[] = [];
      at = readParameterValues(text, at + 1, to, values, property, name, line);
      parameters.push({ name, values });
    } else if (mark !== SEMICOLON && mark !== COLON) {
      if (at >= to) break;
      throw new ContentError(`Line ${line}: a parameter of ${property} has no readable name.`, line);
    } else if (name !== '') {
      parameters.push({ name, values: [] });
    }
  }
  if (at >= to)
    throw new ContentError(`Line ${line}: ${property} has parameters but no colon and value after them.`, line);
  return at;
}

/** Reads comma-separated values and returns the place of the semicolon or colon after them, or `to`. */
function readParameterValues(
  text: string,
  from: number,
  to: number,
  values: string[],
  property: string,
  name: string,
  line: number,
): number {
  let at = from;
  for (;;) {
    let value = '';
    if (at < to && text.charCodeAt(at) === QUOTE) {
      const close = text.indexOf('"', at + 1);
      if (close < 0 || close >= to) {
        throw new ContentError(
          `Line ${line}: the parameter ${name} of ${property} opens a quotation mark and never closes it.`,
          line,
        );
      }
      value = text.slice(at + 1, close);
      at = close + 1;
    }
    // What follows a closing quotation mark, up to the next separator, belongs to the value: lenient, but nothing is lost.
    const plainFrom = at;
    while (at < to) {
      const code = text.charCodeAt(at);
      if (code === COMMA || code === SEMICOLON || code === COLON) break;
      at++;
    }
    if (at > plainFrom) value += text.slice(plainFrom, at);
    values.push(decodeParameterValue(value));
    if (at >= to || text.charCodeAt(at) !== COMMA) return at;
    at++;
  }
}

/** Undoes `^n`, `^'` and `^^`; any other `^` stands for itself. RFC 6868 section 3. */
function decodeParameterValue(raw: string): string {
  if (!raw.includes('^')) return raw;
  return raw.replace(/\^([n^'])/g, (_, code: string) => (code === 'n' ? '\n' : code === '^' ? '^' : '"'));
}

/** Encodes line ends, quotation marks and `^`, which a parameter value cannot hold. RFC 6868 section 3. */
function encodeParameterValue(value: string): string {
  return value.replace(/\r\n?|[\n^"]/g, (found) => (found === '^' ? '^^' : found === '"' ? "^'" : '^n'));
}

/** The unfolded content line of a property, without its line end. Line ends inside the value, which no line can hold, become `\n`. */
export function writeContentLine(property: Property): string {
  let text = property.group === undefined ? property.name : `${property.group}.${property.name}`;
  for (const parameter of property.parameters) {
    text += `;${parameter.name}`;
    for (let index = 0; index < parameter.values.length; index++) {
      const value = encodeParameterValue(parameter.values[index] ?? '');
      text += `${index === 0 ? '=' : ','}${/[,;:]/.test(value) ? `"${value}"` : value}`;
    }
  }
  return `${text}:${property.value.replace(/\r\n?|\n/g, '\\n')}`;
}
