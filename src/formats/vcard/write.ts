/**
 * Writes vCards. RFC 6350 section 3.2.
 */
import type { Component } from '../icalendar/component.ts';
import { writeComponent } from '../icalendar/write.ts';

/** The text of cards, one after the other as in an export of an address book: CRLF line ends, long lines folded. */
export function writeCards(cards: readonly Component[]): string {
  let text = '';
  for (const card of cards) text += writeComponent(card);
  return text;
}
