/**
 * Exports calendars and address books: the stored objects of a collection as one file, written while they are read, a few at a time. A
 * calendar becomes one iCalendar object with each time zone once, an address book its cards one after the other. RFC 5545 section 3.4,
 * RFC 6350 section 3.2.
 */
import { calendarHead } from '../features/export/index.ts';
import type { Component } from '../formats/icalendar/component.ts';
import { readOr } from '../formats/icalendar/content-line.ts';
import { mergeCalendars } from '../formats/icalendar/merge.ts';
import { readCalendar } from '../formats/icalendar/read.ts';
import { cardInFile } from '../formats/vcard/stored-text.ts';
import type { StoredObject } from '../store/records.ts';
import { accountAt } from './accounts.ts';
import type { Administration } from './administration.ts';
import {
  type Destination,
  destinationNamed,
  destinationsOf,
  noneNamed,
  SORTS,
  type Sort,
  titleOf,
} from './destinations.ts';
import { objectChunks } from './object-chunks.ts';
import { Refusal } from './refusal.ts';

/** A piece of an export. */
export type ExportedPiece =
  | { readonly kind: 'text'; readonly text: string; readonly objects: number }
  /** An object that cannot be read, and therefore is not in the export. */
  | { readonly kind: 'fault'; readonly name: string; readonly reason: string };

/** What an account has to export: the collection that is named, or all of them. @throws Refusal when there is no such account or collection */
export function exportable(
  admin: Administration,
  address: string,
  which: { readonly sort: Sort; readonly name: string } | 'all',
): Promise<readonly Destination[]> {
  return admin.store.read(async (tx) => {
    const owner = await accountAt(tx, address);
    if (owner.kind === 'group') throw new Refusal(`${owner.address} is a group: it holds nothing.`);
    const all = await destinationsOf(tx, owner);
    if (which === 'all') return all;
    const found = destinationNamed(all, which.sort, which.name, owner.address);
    if (found === undefined) throw noneNamed(all, which.sort, which.name, owner.address);
    return [found];
  });
}

/** The text of one collection in pieces, objects in order of name. What changes meanwhile may be in it or not. */
export async function* exportCollection(
  admin: Administration,
  { sort, collection }: Destination,
): AsyncGenerator<ExportedPiece> {
  const merge = sort === 'calendar' ? mergeCalendars(calendarHead(collection)) : undefined;
  if (merge !== undefined) yield { kind: 'text', text: merge.head, objects: 0 };
  for await (const { objects } of objectChunks(admin.store, collection)) {
    let text = '';
    let count = 0;
    for (const object of objects) {
      const calendar = merge === undefined ? undefined : readable(object);
      if (typeof calendar === 'string') {
        yield { kind: 'fault', name: object.name, reason: calendar };
        continue;
      }
      text += calendar === undefined ? cardInFile(object.data) : (merge?.add(calendar) ?? '');
      count++;
    }
    if (count > 0) yield { kind: 'text', text, objects: count };
  }
  if (merge !== undefined) yield { kind: 'text', text: merge.tail, objects: 0 };
}

/** The calendar object, or why it cannot be read. */
function readable({ data }: StoredObject): Component | string {
  return readOr(
    () => readCalendar(data),
    ({ reason }) => reason,
  );
}

/** Letters of the name of a file. */
const LONGEST = 100;

/** Names for the files of these collections: what people call them, as far as file systems take it, each once. */
export function fileNames(destinations: readonly Destination[]): readonly string[] {
  const taken = new Set<string>();
  return destinations.map(({ sort, collection }) => {
    const plain = titleOf(collection)
      .normalize('NFC')
      .replace(/[^\p{L}\p{M}\p{N} ._@+-]/gu, '_')
      .replace(/^[ .]+|[ .]+$/g, '');
    const base = [...plain].slice(0, LONGEST).join('') || collection.name.replace(/[^\w-]/g, '_');
    const { suffix } = SORTS[sort];
    let name = base + suffix;
    for (let number = 2; taken.has(name.toLowerCase()); number++) name = `${base} (${number})${suffix}`;
    taken.add(name.toLowerCase());
    return name;
  });
}
