/**
 * When somebody is busy: by the calendars that are asked, what their owner says of being available laid under what is planned.
 * RFC 4791 section 7.10, RFC 7953 section 5.
 */

import { firstPage, nextPage, othersTurn } from '../../dav/member-pages.ts';
import { membersOfHome } from '../../dav/members.ts';
import type { Context } from '../../dav/method.ts';
import { type CollectionResource, isSort } from '../../dav/resource.ts';
import { type Availability, availabilitiesOf, unavailableTime } from '../../formats/icalendar/availability.ts';
import type { Component } from '../../formats/icalendar/component.ts';
import { readOr } from '../../formats/icalendar/content-line.ts';
import { type BusyPeriod, busyOf, mergeBusy, overlaid, writeFreeBusy } from '../../formats/icalendar/free-busy.ts';
import type { InstanceView } from '../../formats/icalendar/instances.ts';
import type { TimeRange, TimeZone } from '../../formats/icalendar/moment.ts';
import { readCalendar } from '../../formats/icalendar/read.ts';
import type { StepBudget } from '../../formats/icalendar/recurrence.ts';
import { utcZone, zoneResolver } from '../../formats/icalendar/timezones.ts';
import { writeComponent } from '../../formats/icalendar/write.ts';
import { CALDAV, CALENDARSERVER, type XmlName } from '../../formats/xml/name.ts';
import type { Account, CollectionRecord } from '../../store/records.ts';
import { numberOfMatchesWithinLimits } from '../collection-sync/index.ts';
import { floatingZoneOf } from './floating-zone.ts';
import { reportSteps } from './instance-budget.ts';
import { parsedObject } from './parsed-objects.ts';
import { rangeCondition } from './prefilter.ts';
import { isOpaque, SEGMENT } from './properties.ts';
import { calendar } from './resource-types.ts';

/** The names under which an inbox keeps when its owner is available: that of RFC 7953 section 7.2.4, and the older one of Apple's clients. */
export const AVAILABILITY_NAMES: readonly [XmlName, XmlName] = [
  `{${CALDAV}}calendar-availability`,
  `{${CALENDARSERVER}}calendar-availability`,
];

/** When its owner is available by a scheduling inbox, as iCalendar; undefined where it does not say. RFC 7953 section 7.2.4. */
export function availabilityIn({ properties }: CollectionRecord): string | undefined {
  return AVAILABILITY_NAMES.map((name) => properties[name]).find((value) => value !== undefined);
}

/** The components that say when somebody is busy. RFC 4791 section 7.10, RFC 7953 section 7.2.3. */
const COMPONENTS = ['VEVENT', 'VFREEBUSY', 'VAVAILABILITY'];

/** What is gathered from the objects of a request; `left` counts instances down. */
interface Gathered {
  readonly busy: BusyPeriod[];
  readonly availabilities: Availability[];
  readonly steps: StepBudget;
  left: number;
}

/**
 * The busy periods of an account by some of its calendars and by what its inbox says, in the range: merged, in order, without overlaps.
 * Transparent calendars say nothing. What is planned lies over what the owner says of being available. RFC 7953 section 5.
 *
 * @throws PreconditionViolated DAV:number-of-matches-within-limits when there are more instances than one request considers
 */
export async function busyTime(
  calendars: readonly CollectionResource[],
  owner: Account,
  range: TimeRange,
  context: Context,
): Promise<readonly BusyPeriod[]> {
  const gathered: Gathered = { busy: [], availabilities: [], steps: reportSteps(), left: context.limits.instances };
  const [first] = calendars;
  const floating = first === undefined ? utcZone : floatingZoneOf(first.collection);
  await gatherInbox(gathered, owner, range, floating, context);
  for (const one of calendars) {
    if (isOpaque(one.collection)) await gatherCalendar(gathered, one, range, context);
  }
  return overlaid(mergeBusy(gathered.busy, range), unavailableTime(gathered.availabilities));
}

async function gatherInbox(
  gathered: Gathered,
  owner: Account,
  range: TimeRange,
  floating: TimeZone,
  { store, limits }: Context,
): Promise<void> {
  const [, inbox] = await store.read((tx) => tx.collections.along(owner.id, [SEGMENT, 'inbox']));
  const text = inbox === undefined ? undefined : availabilityIn(inbox);
  const object = text === undefined ? undefined : readable(text);
  if (object !== undefined)
    gather(gathered, object, { zones: zoneResolver(object), floating, range }, limits.instances);
}

/** Nothing has let in what cannot be read; should it be there, it says nothing. */
function readable(text: string): Component | undefined {
  return readOr(
    () => readCalendar(text.trim()),
    () => undefined,
  );
}

async function gatherCalendar(
  gathered: Gathered,
  at: CollectionResource,
  range: TimeRange,
  context: Context,
): Promise<void> {
  const { store, limits } = context;
  const floating = floatingZoneOf(at.collection);
  const prefilter = { components: COMPONENTS, range: rangeCondition(range, floating) };
  let after: string | undefined;
  let size = firstPage(limits.page);
  do {
    const page = { limit: size, ...(after === undefined ? {} : { after }) };
    after = await store.read(async (tx) => {
      const objects = await tx.objects.matching(at.collection, prefilter, page);
      for (const object of objects) {
        const { calendar: tree, zones } = parsedObject(object);
        gather(gathered, tree, { zones, floating, range }, limits.instances);
      }
      const last = objects.length < size ? undefined : objects.at(-1)?.name;
      size = nextPage(objects, limits.page);
      return last;
    });
    await othersTurn();
  } while (after !== undefined);
}

function gather(gathered: Gathered, object: Component, at: InstanceView, most: number): void {
  const view = { ...at, budget: gathered.steps };
  const busy = busyOf(object, { ...view, limit: gathered.left });
  gathered.left -= busy.length;
  if (gathered.left > 0) {
    const availabilities = availabilitiesOf(object, { ...view, limit: gathered.left });
    for (const { free } of availabilities) gathered.left -= free.length + 1;
    gathered.availabilities.push(...availabilities);
  }
  if (gathered.left <= 0) {
    throw numberOfMatchesWithinLimits(`there are more than ${most} busy periods in this range; ask for a shorter one`);
  }
  gathered.busy.push(...busy);
}

/** Who publishes free-busy, and by which method; nothing of it where a request is answered. RFC 5545 section 3.6.4. */
export interface Published {
  /** A URI. */
  readonly organizer: string;
}

/** A VCALENDAR with the VFREEBUSY of the range. RFC 5545 section 3.6.4. */
export function freeBusyText(
  range: TimeRange,
  periods: readonly BusyPeriod[],
  context: Context,
  published?: Published,
): string {
  const freeBusy = writeFreeBusy(range, periods, context.now, context.newName(), published?.organizer);
  const line = (name: string, value: string) => ({ name, parameters: [], value, line: 0 });
  const properties = [line('VERSION', '2.0'), line('PRODID', '-//Davit//EN')];
  if (published !== undefined) properties.push(line('METHOD', 'PUBLISH'));
  return writeComponent({ name: 'VCALENDAR', properties, components: [freeBusy], line: 0 });
}

/** The calendars of an account in which the user may see when the owner is busy. RFC 4791 section 6.1.1. */
export async function calendarsWithBusyTime(
  owner: Account,
  user: Account,
  { store, catalogue }: Context,
): Promise<readonly CollectionResource[]> {
  const members = await store.read((tx) => membersOfHome(SEGMENT, owner, { user, catalogue }, tx));
  return members.filter(
    ({ type, privileges }) => isSort(type, calendar) && privileges.has('{urn:ietf:params:xml:ns:caldav}read-free-busy'),
  );
}
