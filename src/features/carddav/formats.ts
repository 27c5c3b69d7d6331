/**
 * The forms in which address books give cards: vCard 3.0, vCard 4.0 and jCard. RFC 6352 section 5.1.1, RFC 7095.
 */
import type { Component } from '../../formats/icalendar/component.ts';
import { readOr } from '../../formats/icalendar/content-line.ts';
import { type CardVersion, convertCard } from '../../formats/vcard/convert.ts';
import { writeJcard } from '../../formats/vcard/jcard.ts';
import { readCard } from '../../formats/vcard/read.ts';
import { writeCards } from '../../formats/vcard/write.ts';
import type { StoredObject } from '../../store/records.ts';

/** jCard is a card of version 4.0 in JSON. */
export type CardFormat = CardVersion | 'jcard';

/** The version of the cards in a format. */
export function versionIn(format: CardFormat): CardVersion {
  return format === 'jcard' ? '4.0' : format;
}

/** The text of a card in that format. */
export function cardIn(card: Component, format: CardFormat): string {
  return format === 'jcard' ? writeJcard(card) : writeCards([convertCard(card, format)]);
}

/** A stored card; undefined for what is none (any more). */
export function parsedCard({ data }: StoredObject): Component | undefined {
  return readOr(
    () => readCard(data),
    () => undefined,
  );
}
