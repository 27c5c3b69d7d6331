/**
 * Which vCards may be stored. Only what would make a card useless to everyone is refused; what is merely not right in it (no N, TYPE=PREF
 * in the wrong version) is kept as it was sent. RFC 6352 section 5.1, RFC 6352 section 6.3.2.1.
 */
import { type Component, propertiesOf } from '../icalendar/component.ts';

/** Something for which a card is refused. */
export interface CardFault {
  /** The precondition of RFC 6352 section 6.3.2.1, without its namespace. */
  readonly rule: 'valid-address-data' | 'supported-address-data';
  /** One sentence for a person. */
  readonly reason: string;
  /** 1-based; 0 when a card was made and not read. */
  readonly line: number;
}

/** What is wrong with a VCARD, all of it; empty when it may be stored. */
export function cardFaults(card: Component): readonly CardFault[] {
  const faults: CardFault[] = [];
  const fault = (rule: CardFault['rule'], reason: string, line: number): void => {
    faults.push({ rule, reason, line });
  };

  const versions = propertiesOf(card, 'VERSION');
  if (versions.length === 0) fault('valid-address-data', 'The card has no VERSION.', card.line);
  for (const { value, line } of versions) {
    const version = value.trim();
    if (version !== '3.0' && version !== '4.0') {
      fault(
        'supported-address-data',
        `Line ${line}: the card is of version ${clipped(version)}, not 3.0 or 4.0.`,
        line,
      );
    }
  }

  const uids = propertiesOf(card, 'UID');
  const [uid, second] = uids;
  if (uid === undefined) fault('valid-address-data', 'The card has no UID.', card.line);
  else if (uid.value.trim() === '') fault('valid-address-data', `Line ${uid.line}: the UID is empty.`, uid.line);
  if (second !== undefined) fault('valid-address-data', `Line ${second.line}: the card has a second UID.`, second.line);

  const [inner] = card.components;
  if (inner !== undefined) {
    fault('valid-address-data', `Line ${inner.line} begins a ${clipped(inner.name)} within the card.`, inner.line);
  }
  return faults;
}

/** What a client wrote, short enough to be told back. */
function clipped(text: string): string {
  return text.length <= 40 ? `"${text}"` : `"${text.slice(0, 40).toWellFormed()}…"`;
}
