/**
 * The element tree that XML bodies are read into and answers are written from.
 */
import type { XmlName } from './name.ts';

/** An attribute: a Clark name; attributes without a prefix are in the empty namespace, `{}name`. */
export interface XmlAttribute {
  readonly name: XmlName;
  readonly value: string;
}

/** Children are elements and text in document order; comments and processing instructions are dropped. */
export interface XmlElement {
  readonly name: XmlName;
  readonly attributes: readonly XmlAttribute[];
  readonly children: readonly (XmlElement | string)[];
}

/** Builds an element without attributes. */
export function element(name: XmlName, ...children: readonly (XmlElement | string)[]): XmlElement {
  return { name, attributes: [], children };
}

/** The child elements, without text. */
export function elementsOf(parent: XmlElement): readonly XmlElement[] {
  return parent.children.filter((child) => typeof child !== 'string');
}

/** The first child element of that name. */
export function childOf(parent: XmlElement, name: XmlName): XmlElement | undefined {
  for (const child of parent.children) if (typeof child !== 'string' && child.name === name) return child;
  return undefined;
}

/** All child elements of that name. */
export function childrenOf(parent: XmlElement, name: XmlName): readonly XmlElement[] {
  return elementsOf(parent).filter((child) => child.name === name);
}

/** The text directly inside, untrimmed. */
export function textOf(parent: XmlElement): string {
  let text = '';
  for (const child of parent.children) if (typeof child === 'string') text += child;
  return text;
}

/** An attribute in the empty namespace. */
export function attributeOf(parent: XmlElement, local: string): string | undefined {
  for (const attribute of parent.attributes) if (attribute.name === `{}${local}`) return attribute.value;
  return undefined;
}
