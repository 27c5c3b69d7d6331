/**
 * The mark of a collection in the making, which is a copy of one in another account: of which, since when, and with which properties it was
 * made. It lets a request that was broken off go on where it stopped when it is repeated, ends when the copy is complete, and counts for a
 * day at most. RFC 4918 section 9.8.3.
 */
import { Buffer } from 'node:buffer';
import { etagOf } from '../../dav/etag.ts';
import type { View } from '../../dav/method.ts';
import type { XmlName } from '../../formats/xml/name.ts';
import type { CollectionKey, StoredProperties } from '../../store/records.ts';

/** It does not stand between angle brackets, so that no client reads or sets it: what clients set is XML. */
const COPIED_FROM: XmlName = '{}copied-from';

/** Seconds after which nobody goes on with a copy that was broken off. */
const DAY = 86_400;

/** Properties of a copy in the making. */
export function marked(properties: StoredProperties, source: CollectionKey, view: View): StoredProperties {
  const own = withoutMark(properties);
  return { ...own, [COPIED_FROM]: `${sourceText(source, view)} ${view.now} ${digest(own)}` };
}

/** Stored properties as they go to a copy, or stay with one that is complete. */
export function withoutMark(properties: StoredProperties): StoredProperties {
  if (properties[COPIED_FROM] === undefined) return properties;
  const { [COPIED_FROM]: _mark, ...rest } = properties;
  return rest;
}

/** Whether these are the properties of a copy of that collection that is still in the making. */
export function isCopyInTheMaking(properties: StoredProperties, source: CollectionKey, view: View): boolean {
  const text = properties[COPIED_FROM];
  const start = `${sourceText(source, view)} `;
  if (text?.startsWith(start) !== true) return false;
  return view.now - Number(text.slice(start.length).split(' ')[0]) <= DAY;
}

/** Whether a copy in the making still has the properties with which it was made. */
export function isAsMade(properties: StoredProperties): boolean {
  return properties[COPIED_FROM]?.endsWith(` ${digest(withoutMark(properties))}`) === true;
}

/** Whether both have the same properties, in whatever order, marks aside. */
export function haveSameProperties(one: StoredProperties, other: StoredProperties): boolean {
  return digest(withoutMark(one)) === digest(withoutMark(other));
}

function sourceText({ account, id }: CollectionKey, { epoch }: View): string {
  return `${epoch} ${account} ${id}`;
}

function digest(properties: StoredProperties): string {
  const sorted = Object.entries(properties).sort(([a], [b]) => (a < b ? -1 : 1));
  return etagOf(Buffer.from(JSON.stringify(sorted)));
}
