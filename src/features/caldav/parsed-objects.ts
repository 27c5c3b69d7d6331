/**
 * Calendar objects as trees. They are not kept, neither between requests nor from deciding about an object to answering it, for a cache of trees
 * takes more time and memory than reading objects anew: what is answered of a tree is made when it is looked at.
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

/** The tree of a stored object. @throws ContentError for bytes that no write rule has let in */
export function parsedObject({ data }: StoredObject): ParsedObject {
  const calendar = readCalendar(data);
  return { calendar, zones: zoneResolver(calendar) };
}
