/**
 * Where imported objects go: into the collection that is named, or each into the first of the user's that takes it, those first that every
 * account has. RFC 4791 section 5.2.3.
 */
import { randomUUID } from 'node:crypto';
import { locksCovering } from '../dav/locks.ts';
import { memberNameFault } from '../dav/member-name.ts';
import { COLLECTIONS } from '../dav/member-pages.ts';
import { applyUpdate } from '../dav/property-update.ts';
import { calendar } from '../features/caldav/index.ts';
import { componentsOf } from '../features/caldav/properties.ts';
import { addressbook } from '../features/carddav/index.ts';
import type { Property } from '../formats/icalendar/component.ts';
import { ianaZone } from '../formats/icalendar/timezones.ts';
import { unescapeText } from '../formats/icalendar/values.ts';
import { element } from '../formats/xml/element.ts';
import { APPLE_ICAL, CALDAV, DAV, type XmlName } from '../formats/xml/name.ts';
import type { Account, CollectionId, CollectionRecord, StoredProperties } from '../store/records.ts';
import { NO_COLLECTION } from '../store/records.ts';
import type { ReadTransaction } from '../store/store.ts';
import type { Administration } from './administration.ts';
import { suggestion } from './nearest.ts';
import { Refusal } from './refusal.ts';

/** The two sorts of collections that are imported into and exported. */
export type Sort = 'calendar' | 'addressbook';

/** What they are called, and where they lie. */
export const SORTS = {
  calendar: { type: calendar, segment: 'calendars', label: 'calendar', suffix: '.ics', mediaType: 'text/calendar' },
  addressbook: {
    type: addressbook,
    segment: 'addressbooks',
    label: 'address book',
    suffix: '.vcf',
    mediaType: 'text/vcard',
  },
} as const;

/** A collection of an account, of one of the two sorts. */
export interface Destination {
  readonly sort: Sort;
  readonly owner: Account;
  readonly collection: CollectionRecord;
}

/** Path segments below the account. */
export function pathOf({ sort, collection }: Destination): readonly [string, string] {
  return [SORTS[sort].segment, collection.name];
}

/** What people call it; its path segment where it has no name. */
export function titleOf({ name, properties }: CollectionRecord): string {
  return properties[DISPLAYNAME]?.trim() || name;
}

const DISPLAYNAME = `{${DAV}}displayname` as const;

/** All calendars and address books of an account, in the order in which they were made. */
export async function destinationsOf(tx: ReadTransaction, owner: Account): Promise<readonly Destination[]> {
  const found: Destination[] = [];
  for (const sort of ['calendar', 'addressbook'] as const) {
    const { segment, type } = SORTS[sort];
    const home = await tx.collections.child(owner.id, NO_COLLECTION, segment);
    if (home === undefined) continue;
    for (let after: CollectionId | undefined = NO_COLLECTION; after !== undefined; ) {
      const page: readonly CollectionRecord[] = await tx.collections.page(home, { after, limit: COLLECTIONS });
      for (const collection of page) if (collection.kind === type.kind) found.push({ sort, owner, collection });
      after = page.length < COLLECTIONS ? undefined : page.at(-1)?.id;
    }
  }
  return found;
}

/** The one that a person means: by its path segment, or by its display name if only one has it. @throws Refusal */
export function destinationNamed(
  destinations: readonly Destination[],
  sort: Sort,
  given: string,
  address: string,
): Destination | undefined {
  const some = destinations.filter((one) => one.sort === sort);
  const exact = some.find(({ collection }) => collection.name === given);
  if (exact !== undefined) return exact;
  const titled = some.filter(({ collection }) => titleOf(collection) === given);
  if (titled.length > 1) {
    const names = titled.map(({ collection }) => collection.name).join(', ');
    throw new Refusal(
      `${address} has several ${SORTS[sort].label}s called ${given}; their names in URLs are ${names}.`,
    );
  }
  return titled[0];
}

/** For a name that nothing has. */
export function noneNamed(
  destinations: readonly Destination[],
  sort: Sort,
  given: string,
  address: string,
  creatable = false,
): Refusal {
  const names = destinations.filter((one) => one.sort === sort).map(({ collection }) => shown(collection));
  const there = names.length === 0 ? 'none' : names.join(', ');
  const near = suggestion(
    given,
    destinations.filter((one) => one.sort === sort).flatMap(({ collection }) => [collection.name, titleOf(collection)]),
  );
  const make = creatable ? ' --create makes it.' : '';
  return new Refusal(
    `${address} has no ${SORTS[sort].label} called ${given}${near || '.'} There ${names.length === 1 ? 'is' : 'are'} ${there}.${make}`,
  );
}

/** `default (Calendar)` */
function shown(collection: CollectionRecord): string {
  const title = titleOf(collection);
  return title === collection.name ? title : `${collection.name} (${title})`;
}

/** The first that takes components of that name, those that every account has before the others. */
export function destinationFor(
  destinations: readonly Destination[],
  component: string,
  { catalogue }: Administration,
): Destination | undefined {
  const provided = (one: Destination): number => {
    const { segment } = SORTS[one.sort];
    const at = catalogue.provisions.findIndex((each) => each.segment === segment && each.name === one.collection.name);
    return at < 0 ? catalogue.provisions.length : at;
  };
  return destinations
    .filter(({ sort, collection }) =>
      sort === 'addressbook' ? component === 'VCARD' : componentsOf(collection).includes(component),
    )
    .toSorted((one, other) => provided(one) - provided(other))[0];
}

// --- making one ------------------------------------------------------------------------------------------------------------------------

/** The properties of a collection that is made for a file: its name, and what the file says of it. RFC 7986 section 5. */
function propertiesFor(admin: Administration, sort: Sort, name: string, said: readonly Property[]): StoredProperties {
  const value = (...names: readonly string[]): string | undefined => {
    const found = said.find((one) => names.includes(one.name));
    return found === undefined ? undefined : unescapeText(found.value).trim() || undefined;
  };
  const colour = value('X-APPLE-CALENDAR-COLOR') ?? '';
  const zone = value('X-WR-TIMEZONE') ?? '';
  const wanted: readonly (readonly [XmlName, string | undefined])[] = [
    [DISPLAYNAME, name],
    [`{${CALDAV}}calendar-description`, value('X-WR-CALDESC', 'DESCRIPTION')],
    [`{${APPLE_ICAL}}calendar-color`, /^#[0-9A-F]{6}(?:[0-9A-F]{2})?$/i.test(colour) ? colour : undefined],
    [`{${CALDAV}}calendar-timezone-id`, ianaZone(zone) === undefined ? undefined : zone],
  ];
  const { type } = SORTS[sort];
  const { catalogue, limits, store } = admin;
  const view = { catalogue, limits, user: undefined, epoch: store.epoch, now: admin.origin().at };
  const update = wanted.flatMap(([property, text]) =>
    text === undefined ? [] : [{ name: property, value: element(property, text) }],
  );
  const defaults = catalogue.creatable.find((one) => one.type.kind === type.kind)?.defaults ?? {};
  const result = applyUpdate(update, defaults, { creating: true, type }, view);
  if (result.ok) return result.properties;
  const [failure] = result.failures;
  throw new Refusal(`The ${SORTS[sort].label} ${name} cannot be made: ${failure?.error.message}.`);
}

/** What would be made, without making it: for a rehearsal. */
export function imagined(admin: Administration, owner: Account, sort: Sort, name: string): Destination {
  const collection: CollectionRecord = {
    account: owner.id,
    id: NO_COLLECTION,
    parent: NO_COLLECTION,
    name: segmentFor(name),
    kind: SORTS[sort].type.kind,
    ...{ revision: 0, prunedTo: 0, parentRevision: 0, created: 0, modified: 0, shared: false },
    properties: propertiesFor(admin, sort, name, []),
  };
  return { sort, owner, collection };
}

/** Makes a collection in the account's home. It takes whatever its sort takes. @throws Refusal */
export function makeDestination(
  admin: Administration,
  owner: Account,
  sort: Sort,
  name: string,
  said: readonly Property[],
): Promise<Destination> {
  const { segment, type, label } = SORTS[sort];
  const origin = admin.origin();
  return admin.store.write(origin, async (tx) => {
    const [found] = await tx.collections.along(owner.id, [segment]);
    const home = found === undefined ? undefined : await tx.collections.lock(found);
    if (home === undefined) throw new Refusal(`${owner.address} has no home for ${label}s.`);
    if (locksCovering(await tx.locks.of(owner.id, origin.at), [segment]).length > 0) {
      throw new Refusal(`/${segment}/${owner.address}/ is locked: davit lock list ${owner.address} shows by whom.`);
    }
    const collections = await tx.collections.countBelow(home);
    if (collections >= admin.limits.collections) {
      throw new Refusal(`One home holds ${admin.limits.collections} collections; that of ${owner.address} is full.`);
    }
    const wanted = segmentFor(name);
    const isTaken = (await tx.collections.child(owner.id, home.id, wanted)) !== undefined;
    const free = isTaken ? randomUUID() : wanted;
    const properties = propertiesFor(admin, sort, name, said);
    const collection = await tx.collections.add(owner.id, { parent: home.id, name: free, kind: type.kind, properties });
    return { sort, owner, collection };
  });
}

/** A path segment that can be read in URLs, or else one that means nothing. */
function segmentFor(name: string): string {
  const segment = name.trim().toLowerCase().replace(/\s+/g, '-');
  return /^[a-z0-9][a-z0-9._-]{0,63}$/.test(segment) && memberNameFault(segment) === undefined ? segment : randomUUID();
}
