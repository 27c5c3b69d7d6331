/**
 * Writes components as text: CRLF line ends, lines folded at 75 octets and never inside a character.
 * RFC 5545 section 3.1, RFC 6350 section 3.2.
 */
import type { Component } from './component.ts';
import { writeContentLine } from './content-line.ts';

/** The longest line in octets, its line break not counted. RFC 5545 section 3.1. */
const LONGEST = 75;

/** The text of a component and all inside it, from BEGIN to the line break after END. */
export function writeComponent(component: Component): string {
  let text = `BEGIN:${component.name}\r\n`;
  for (const property of component.properties) text += fold(writeContentLine(property));
  for (const inner of component.components) text += writeComponent(inner);
  return `${text}END:${component.name}\r\n`;
}

/** Folds a content line and ends it. */
function fold(line: string): string {
  // A UTF-16 unit is three octets at most.
  if (line.length * 3 <= LONGEST) return `${line}\r\n`;
  let folded = '';
  let from = 0;
  let octets = 0;
  for (let at = 0; at < line.length; ) {
    const code = line.codePointAt(at) ?? 0;
    const size = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x1_0000 ? 3 : 4;
    if (octets + size > LONGEST) {
      folded += `${line.slice(from, at)}\r\n `;
      from = at;
      // The space before the continuation counts.
      octets = 1;
    }
    octets += size;
    at += size === 4 ? 2 : 1;
  }
  return `${folded}${line.slice(from)}\r\n`;
}
