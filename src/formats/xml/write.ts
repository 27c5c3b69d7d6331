/**
 * Writes element trees as XML text. No default namespace is ever declared: every element of a namespace has a prefix, so that a piece
 * written by one function can stand inside what another wrote. RFC 4918 section 4.3, RFC 4918 section 17.
 */
import type { XmlElement } from './element.ts';
import { localOf, namespaceOf, PREFIXES, type XmlName } from './name.ts';

const XML = 'http://www.w3.org/XML/1998/namespace';

// Surrogates are in this class although a pair of them is one fine character: such text takes the slower way and comes out the same.
const SPECIAL_IN_TEXT = /[&<>\r\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]/;
const SPECIAL_IN_ATTRIBUTE = /[&<>"\t\n\r\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]/;
// With the u flag the surrogates here are those that are no pair.
const FORBIDDEN = /[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]/gu;

/** Text as element content. Characters that XML 1.0 cannot carry are left out; CR is written as a reference, so that it survives. */
export function escapeText(text: string): string {
  return SPECIAL_IN_TEXT.test(text) ? escapeMarkup(text) : text;
}

/** Text as the value of an attribute between double quotes; tabs and line ends survive. */
export function escapeAttribute(text: string): string {
  if (!SPECIAL_IN_ATTRIBUTE.test(text)) return text;
  return escapeMarkup(text).replaceAll('"', '&quot;').replaceAll('\t', '&#9;').replaceAll('\n', '&#10;');
}

function escapeMarkup(text: string): string {
  let escaped = text.replace(FORBIDDEN, '');
  if (escaped.includes('&')) escaped = escaped.replaceAll('&', '&amp;');
  if (escaped.includes('<')) escaped = escaped.replaceAll('<', '&lt;');
  if (escaped.includes('>')) escaped = escaped.replaceAll('>', '&gt;');
  if (escaped.includes('\r')) escaped = escaped.replaceAll('\r', '&#13;');
  return escaped;
}

/** The prefixes of namespaces that PREFIXES does not name: `x1`, `x2` and so on, by namespace. */
type OwnPrefixes = Map<string, string>;

// Names come from clients too; the bound keeps made-up ones from filling the memory.
const TAGS_KEPT = 2000;
const tags = new Map<XmlName, string>();

/**
 * The qualified name in a document that openDocument began: `d:getetag`. Names in no namespace have no prefix.
 *
 * @throws RangeError when no prefix is known for the namespace; such names need emptyElement or writeInside.
 */
export function tagOf(name: XmlName): string {
  const tag = knownTag(name);
  if (tag === undefined) throw new RangeError(`no prefix for the namespace of ${name}`);
  return tag;
}

function knownTag(name: XmlName): string | undefined {
  const kept = tags.get(name);
  if (kept !== undefined) return kept;
  const namespace = namespaceOf(name);
  const local = localOf(name);
  const prefix = namespace === XML ? 'xml' : PREFIXES.get(namespace);
  if (prefix === undefined && namespace !== '') return undefined;
  const tag = prefix === undefined ? local : `${prefix}:${local}`;
  if (tags.size < TAGS_KEPT) tags.set(name, tag);
  return tag;
}

function tagWith(name: XmlName, own: OwnPrefixes | undefined): string {
  return knownTag(name) ?? `${own?.get(namespaceOf(name))}:${localOf(name)}`;
}

const KNOWN_DECLARATIONS = [...PREFIXES].map(([namespace, prefix]) => declaration(prefix, namespace)).join('');

function declaration(prefix: string, namespace: string): string {
  return ` xmlns:${prefix}="${escapeAttribute(namespace)}"`;
}

/** The XML declaration and the start tag of the root, on which every prefix of PREFIXES is declared. The root is in one of these. */
export function openDocument(root: XmlName): string {
  return `<?xml version="1.0" encoding="utf-8"?>\n<${tagOf(root)}${KNOWN_DECLARATIONS}>`;
}

/** The end tag of the root. */
export function closeDocument(root: XmlName): string {
  return `</${tagOf(root)}>`;
}

/** An element without content, within such a document: `<d:collection/>`. */
export function emptyElement(name: XmlName): string {
  const tag = knownTag(name);
  return tag === undefined ? `<x1:${localOf(name)}${declaration('x1', namespaceOf(name))}/>` : `<${tag}/>`;
}

/** The tags around content, within such a document: of an element in a namespace that PREFIXES does not name, with its declaration. */
export function tagsAround(name: XmlName): { readonly open: string; readonly close: string } {
  const tag = knownTag(name);
  if (tag !== undefined) return { open: `<${tag}>`, close: `</${tag}>` };
  const own = `x1:${localOf(name)}`;
  return { open: `<${own}${declaration('x1', namespaceOf(name))}>`, close: `</${own}>` };
}

/** An element within a document that openDocument began; it declares the namespaces in it that PREFIXES does not name. */
export function writeInside(e: XmlElement): string {
  const own = unknownNamespaces(e, undefined);
  return write(e, declarationsOf(own), own);
}

/** An element that stands by itself, every namespace in it declared on it; without an XML declaration. */
export function writeElement(e: XmlElement): string {
  const own = unknownNamespaces(e, undefined);
  const known = new Set<string>();
  knownNamespaces(e, known);
  let declarations = '';
  for (const [namespace, prefix] of PREFIXES) if (known.has(namespace)) declarations += declaration(prefix, namespace);
  return write(e, declarations + declarationsOf(own), own);
}

/**
 * The element of a dead property as text to be stored and put into any answer as it is: attributes, mixed content and white space are
 * kept. An `xml:lang` that held for it from further up is the caller's to add to its attributes. RFC 4918 section 4.3.
 */
export function serializeContent(e: XmlElement): string {
  return writeElement(e);
}

function write(e: XmlElement, declarations: string, own: OwnPrefixes | undefined): string {
  const tag = tagWith(e.name, own);
  let text = `<${tag}${declarations}`;
  for (const { name, value } of e.attributes) text += ` ${tagWith(name, own)}="${escapeAttribute(value)}"`;
  if (e.children.length === 0) return `${text}/>`;
  text += '>';
  for (const child of e.children) text += typeof child === 'string' ? escapeText(child) : write(child, '', own);
  return `${text}</${tag}>`;
}

function declarationsOf(own: OwnPrefixes | undefined): string {
  if (own === undefined) return '';
  let declarations = '';
  for (const [namespace, prefix] of own) declarations += declaration(prefix, namespace);
  return declarations;
}

// All of a tree's unknown namespaces are declared on its top: one walk, where a scope for each element would have to be copied.
function unknownNamespaces(e: XmlElement, found: OwnPrefixes | undefined): OwnPrefixes | undefined {
  let own = noteUnknown(e.name, found);
  for (const attribute of e.attributes) own = noteUnknown(attribute.name, own);
  for (const child of e.children) if (typeof child !== 'string') own = unknownNamespaces(child, own);
  return own;
}

function noteUnknown(name: XmlName, found: OwnPrefixes | undefined): OwnPrefixes | undefined {
  if (knownTag(name) !== undefined) return found;
  const own: OwnPrefixes = found ?? new Map();
  const namespace = namespaceOf(name);
  if (!own.has(namespace)) own.set(namespace, `x${own.size + 1}`);
  return own;
}

function knownNamespaces(e: XmlElement, found: Set<string>): void {
  found.add(namespaceOf(e.name));
  for (const attribute of e.attributes) found.add(namespaceOf(attribute.name));
  for (const child of e.children) if (typeof child !== 'string') knownNamespaces(child, found);
}
