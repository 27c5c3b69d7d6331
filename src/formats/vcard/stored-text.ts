/**
 * Stored cards as text: for an XML answer, and one after the other in a file. RFC 6350 section 3.2.
 */
import { Buffer } from 'node:buffer';
import { readOr } from '../icalendar/content-line.ts';
import { utf8Text } from '../utf8.ts';
import { readCard } from './read.ts';
import { writeCards } from './write.ts';

/**
 * The text of a card as it is. Only where a fold cuts a character in two, which no text can carry, the lines are folded anew. Undefined for
 * octets that are neither text nor a card.
 */
export function storedCardText(data: Uint8Array): string | undefined {
  const text = utf8Text(data);
  if (text !== undefined) return text;
  return readOr(
    () => writeCards([readCard(data)]),
    () => undefined,
  );
}

/** The same as a part of a file of cards: whatever it ends in, the next card begins on the next line. */
export function cardInFile(data: Uint8Array): string {
  const text = storedCardText(data) ?? Buffer.from(data).toString();
  let end = text.length;
  while (end > 0 && (text[end - 1] === '\n' || text[end - 1] === '\r')) end--;
  return text.endsWith('\r\n') && end === text.length - 2 ? text : `${text.slice(0, end)}\r\n`;
}
