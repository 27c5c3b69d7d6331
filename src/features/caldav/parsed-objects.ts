/**
 * Calendar objects as trees. The entity tag is a function of the bytes, so a tree can be kept by it: clients ask for the same month again
 * and again. The cache is bounded in number and in octets of source; nothing depends on it.
 */
import type { Component } from '../../formats/icalendar/component.ts';
import type { ZoneResolver } from '../../formats/icalendar/moment.ts';
import { readCalendar } from '../../formats/icalendar/read.ts';
import { zoneResolver } from '../../formats/icalendar/timezones.ts';
import type { StoredObject } from '../../store/records.ts';

/** A calendar object, read, with the zones it names. */
export interface ParsedObject {
  readonly calendar: Component;
  readonly zones: ZoneResolver;
}

const MOST_OBJECTS = 4_000;
const MOST_OCTETS = 8 * 1024 * 1024;
const LARGEST = 64 * 1024;

const kept = new Map<string, { readonly parsed: ParsedObject; readonly size: number }>();
let octets = 0;

/** The tree of a stored object. @throws ContentError for bytes that no write rule has let in */
export function parsedObject({ etag, size, data }: StoredObject): ParsedObject {
  const known = kept.get(etag);
  if (known !== undefined) return known.parsed;
  const calendar = readCalendar(data);
  const parsed = { calendar, zones: zoneResolver(calendar) };
  if (size > LARGEST) return parsed;
  kept.set(etag, { parsed, size });
  octets += size;
  for (const [oldest, entry] of kept) {
    if (kept.size <= MOST_OBJECTS && octets <= MOST_OCTETS) break;
    kept.delete(oldest);
    octets -= entry.size;
  }
  return parsed;
}
