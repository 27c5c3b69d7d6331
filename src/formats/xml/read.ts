/**
 * Reads an XML body into an element tree, refusing what a request body has no need of: document type declarations, and with them
 * entities, and anything larger than its limits. RFC 4918 section 17, RFC 4918 section 20.6, RFC 7303 section 3.
 */
import { SaxesParser } from 'saxes';
import type { XmlAttribute, XmlElement } from './element.ts';
import type { XmlName } from './name.ts';

/** What a document may hold at most. The length of the text is the caller's to bound. */
export interface XmlLimits {
  /** Elements within each other, the root being the first. */
  readonly depth: number;
  /** Elements, attributes and stretches of text together. */
  readonly nodes: number;
  /** Attributes of one element, namespace declarations among them. */
  readonly attributes: number;
}

/** Room for a report on 10,000 members: each href is an element, its text and the white space before it. */
export const XML_LIMITS: XmlLimits = { depth: 64, nodes: 100_000, attributes: 64 };

/** Why a document was not read. */
export class XmlError extends Error {
  /** Not well-formed or not decodable; a document type declaration; beyond a limit. */
  readonly kind: 'malformed' | 'forbidden' | 'too-large';
  /** In plain words, without the position. */
  readonly reason: string;
  /** 1-based; 0 when the bytes could not be decoded. */
  readonly line: number;
  /** 1-based, in characters; 0 when the bytes could not be decoded. */
  readonly column: number;

  constructor(kind: XmlError['kind'], reason: string, line: number, column: number) {
    super(line === 0 ? reason : `line ${line}, column ${column}: ${reason}`);
    this.name = 'XmlError';
    this.kind = kind;
    this.reason = reason;
    this.line = line;
    this.column = column;
  }
}

/** What a name may hold, but not begin with. RFC 4918 section 17 */
const NO_START = /^(?:[-.0-9\u00b7\u203f\u2040]|[\u0300-\u036f])/;
const XMLNS = 'http://www.w3.org/2000/xmlns/';
const UTF8 = new TextDecoder('utf-8', { fatal: true });
const UTF16LE = new TextDecoder('utf-16le', { fatal: true });
const UTF16BE = new TextDecoder('utf-16be', { fatal: true });

/**
 * The root element of a document: UTF-8, or UTF-16 with a byte order mark; a string is taken as decoded, whatever encoding it declares.
 *
 * Comments and processing instructions are dropped, CDATA sections become text, text and white space stay as they came, neighbouring
 * stretches of text are one. `xml:lang` is the attribute `{http://www.w3.org/XML/1998/namespace}lang`; namespace declarations are no
 * attributes.
 *
 * @throws XmlError
 */
export function readXml(data: Uint8Array | string, limits: Partial<XmlLimits> = {}): XmlElement {
  const { depth, nodes, attributes } = { ...XML_LIMITS, ...limits };
  const [text, encodings] = typeof data === 'string' ? [data, undefined] : decode(data);
  // The parser takes a lone surrogate and whatever follows for one character.
  if (!text.isWellFormed()) throw new XmlError('malformed', 'the text holds half a surrogate pair', 0, 0);

  const parser = new SaxesParser({ xmlns: true, position: false, forceXMLVersion: true, defaultXMLVersion: '1.0' });
  const refuse = (kind: XmlError['kind'], reason: string): never => {
    throw new XmlError(kind, reason, parser.line, parser.column + 1);
  };
  let nodeCount = 0;
  const countNode = (): void => {
    if (++nodeCount > nodes) refuse('too-large', `more than ${nodes} elements, attributes and texts`);
  };
  const clark = (namespace: string, local: string): XmlName => {
    // No URI holds a brace (RFC 3986 section 2), and a Clark name could not be taken apart again.
    if (namespace.includes('}')) refuse('malformed', 'a namespace name holds a brace');
    // The parser looks at the whole name, prefix and all, for which `D:1` is one.
    if (NO_START.test(local)) refuse('malformed', `a name cannot begin with ${local[0]}`);
    return `{${namespace}}${local}`;
  };

  const open: (XmlElement | string)[][] = [];
  let root: XmlElement | undefined;
  let attributeCount = 0;

  const addText = (piece: string): void => {
    const children = open.at(-1);
    if (children === undefined || piece === '') return;
    const last = children.at(-1);
    if (typeof last === 'string') {
      children[children.length - 1] = last + piece;
    } else {
      countNode();
      children.push(piece);
    }
  };

  parser.on('error', (error) => refuse('malformed', error.message));
  parser.on('xmldecl', ({ encoding }) => {
    if (encoding !== undefined && encodings !== undefined && !encodings.includes(encoding.toLowerCase())) {
      refuse('malformed', `the encoding ${encoding} is not the one the document is in`);
    }
  });
  parser.on('doctype', () => refuse('forbidden', 'a document type declaration'));
  parser.on('opentagstart', () => {
    attributeCount = 0;
  });
  // Counted one by one as they are read, so that a million of them are never held.
  parser.on('attribute', () => {
    if (++attributeCount > attributes) refuse('too-large', `more than ${attributes} attributes`);
    countNode();
  });
  parser.on('opentag', (tag) => {
    if (open.length >= depth) refuse('too-large', `more than ${depth} elements within each other`);
    countNode();
    const children: (XmlElement | string)[] = [];
    const own: XmlAttribute[] = [];
    for (const key in tag.attributes) {
      const attribute = tag.attributes[key];
      if (attribute === undefined || attribute.uri === XMLNS) continue;
      own.push({ name: clark(attribute.uri, attribute.local), value: attribute.value });
    }
    const element: XmlElement = { name: clark(tag.uri, tag.local), attributes: own, children };
    const parent = open.at(-1);
    if (parent === undefined) root = element;
    else parent.push(element);
    open.push(children);
  });
  parser.on('closetag', () => {
    open.pop();
  });
  parser.on('text', addText);
  parser.on('cdata', addText);

  parser.write(text).close();
  return root ?? refuse('malformed', 'no element');
}

/** The text, and the names under which its encoding may be declared. XML 1.0 says how the two are told apart: by the mark. */
function decode(bytes: Uint8Array): [string, readonly string[]] {
  const [decoder, names] =
    bytes[0] === 0xff && bytes[1] === 0xfe
      ? ([UTF16LE, ['utf-16', 'utf-16le']] as const)
      : bytes[0] === 0xfe && bytes[1] === 0xff
        ? ([UTF16BE, ['utf-16', 'utf-16be']] as const)
        : ([UTF8, ['utf-8', 'utf8', 'us-ascii']] as const);
  try {
    return [decoder.decode(bytes), names];
  } catch {
    throw new XmlError('malformed', `the bytes are not ${names[0]}`, 0, 0);
  }
}
