/**
 * Reads one vCard. RFC 2426 section 2.1.1, RFC 6350 section 3.3.
 */
import type { Component } from '../icalendar/component.ts';
import { ContentError } from '../icalendar/content-line.ts';
import { type ReadLimits, readComponents } from '../icalendar/read.ts';

/**
 * The one VCARD of a text, of any version and whatever it lacks: cardFaults judges it.
 *
 * @throws ContentError when the text cannot be read, or holds no card, a second one, or something else
 * @see RFC 6352 section 5.1
 */
export function readCard(data: Uint8Array | string, limits: ReadLimits = {}): Component {
  const [card, second] = readComponents(data, limits);
  if (card === undefined) throw new ContentError('The text holds no VCARD.', 0);
  const other = card.name === 'VCARD' ? second : card;
  if (other !== undefined) {
    throw new ContentError(`Line ${other.line} begins a ${other.name} where one VCARD is expected.`, other.line);
  }
  return card;
}
