/**
 * Takes a file with many cards apart. Each card stays as it is, octet for octet, but one without UID, which gets one, and one of version 2.1,
 * which becomes one of version 3.0: address books want that.
 * RFC 6350 section 3.3, RFC 6352 section 5.1.
 */
import { Buffer } from 'node:buffer';
import type { Component } from '../icalendar/component.ts';
import { readOr } from '../icalendar/content-line.ts';
import { type Part, type Scan, textAt } from '../icalendar/scan.ts';
import { readPart, type SplitFault, type SplitObject, type UidMaker, withUid } from '../icalendar/split.ts';
import { unescapeText } from '../icalendar/values.ts';
import { writeComponent } from '../icalendar/write.ts';
import { cardFrom21, isCard21 } from './card-21.ts';

/** The cards of a file in order; calendars are left to `splitCalendars`. Never throws. */
export function* splitCards({ data, parts }: Scan, newUid: UidMaker): Generator<SplitObject | SplitFault> {
  for (const part of parts) {
    if (part.kind !== 'card') continue;
    const { line, name: component, from, to } = part;
    const uid = part.uid === undefined ? undefined : unescapeText(part.uid).trim();
    const isOld = isCard21(data.subarray(from, to));
    const card = isOld ? readOld(data, part) : readPart(data, part);
    if (typeof card === 'string') {
      yield { ok: false, line, uid, component, reason: card, text: textAt(data, part) };
    } else if (uid !== undefined && isOld) {
      yield { ok: true, line, uid, component, data: Buffer.from(writeComponent(card)) };
    } else if (uid !== undefined) {
      yield { ok: true, line, uid, component, data: data.subarray(from, to) };
    } else {
      const named = withUid(card, newUid);
      const given = named.properties.at(-1)?.value ?? '';
      yield { ok: true, line, uid: given, component, data: Buffer.from(writeComponent(named)) };
    }
  }
}

/** A card of version 2.1, or why it cannot be read. */
function readOld(data: Uint8Array, { from, to, line }: Part): Component | string {
  return readOr(
    () => cardFrom21(data.subarray(from, to)),
    ({ reason }) => `vCard 2.1, counted from line ${line}: ${reason}`,
  );
}
