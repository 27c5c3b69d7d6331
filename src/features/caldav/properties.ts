/**
 * The properties of calendars and calendar homes, and those by which a principal's are found. RFC 4791 section 5.2.
 */
import { DavError } from '../../dav/errors.ts';
import { homeHref, principalHref } from '../../dav/locate.ts';
import { defineProperty, empty, href, hrefs, type LiveProperty, stored, text, wrap } from '../../dav/property.ts';
import { CALENDAR_TYPES } from '../../formats/icalendar/calendar-formats.ts';
import { supportedScales } from '../../formats/icalendar/calendar-scale.ts';
import { readOr } from '../../formats/icalendar/content-line.ts';
import { readCalendar } from '../../formats/icalendar/read.ts';
import { ianaZone } from '../../formats/icalendar/timezones.ts';
import { attributeOf, childrenOf, elementsOf, textOf, type XmlElement } from '../../formats/xml/element.ts';
import { APPLE_ICAL, CALDAV } from '../../formats/xml/name.ts';
import { escapeAttribute } from '../../formats/xml/write.ts';
import type { Account, CollectionRecord } from '../../store/records.ts';
import { groupPrincipal, principal } from '../access-control/index.ts';
import { timezoneIdOf, timezoneOf, zoneOfCalendar } from './floating-zone.ts';
import { validCalendarData, validTimezone } from './preconditions.ts';
import { calendar, calendarHome } from './resource-types.ts';

/** The segment of calendar homes: `/calendars/USER/`. */
export const SEGMENT = 'calendars';

const calendarHomeSet = defineProperty({
  name: `{${CALDAV}}calendar-home-set`,
  spec: 'RFC 4791 section 6.2.1',
  on: [principal],
  inAllprop: false,
  read: ({ owner }) => href(homeHref(SEGMENT, owner)),
});

/** Clients that begin at the root of the service ask it for the home directly. */
const calendarHomeSetElsewhere = defineProperty({
  name: `{${CALDAV}}calendar-home-set`,
  spec: 'behaviour: clients that start at the service ask it for the home',
  on: ['service'],
  inAllprop: false,
  read: (_resource, { user }) => (user === undefined ? undefined : href(homeHref(SEGMENT, user))),
});

function addresses(account: Account): readonly string[] {
  return [...[account.address, ...account.aliases].map((address) => `mailto:${address}`), principalHref(account)];
}

const calendarUserAddressSet = defineProperty({
  name: `{${CALDAV}}calendar-user-address-set`,
  spec: 'RFC 6638 section 2.4.1',
  on: [principal, groupPrincipal],
  inAllprop: false,
  read: ({ owner }) => hrefs(addresses(owner)),
});

const calendarUserType = defineProperty({
  name: `{${CALDAV}}calendar-user-type`,
  spec: 'RFC 6638 section 2.4.2',
  on: [principal, groupPrincipal],
  inAllprop: false,
  read: ({ owner }) => owner.kind.toUpperCase(),
});

const calendarDescription = defineProperty({
  name: `{${CALDAV}}calendar-description`,
  spec: 'RFC 4791 section 5.2.1',
  on: [calendar],
  inAllprop: false,
  read: stored(`{${CALDAV}}calendar-description`),
  accept: textOf,
});

const calendarTimezone = defineProperty({
  name: `{${CALDAV}}calendar-timezone`,
  spec: 'RFC 4791 section 5.2.2',
  on: [calendar],
  inAllprop: false,
  read({ collection }) {
    const zone = timezoneOf(collection);
    return zone === undefined ? undefined : text(zone);
  },
  accept: acceptTimezone,
  supersedes: [`{${CALDAV}}calendar-timezone-id`],
});

/** @throws PreconditionViolated unless it is iCalendar with exactly one VTIMEZONE */
function acceptTimezone(value: XmlElement): string {
  const data = textOf(value);
  const zone = readOr(
    () => zoneOfCalendar(readCalendar(data.trim())),
    ({ line, reason }): never => {
      throw validCalendarData(`the calendar-timezone, line ${line}: ${reason}`);
    },
  );
  if (zone !== undefined) return data;
  throw validCalendarData('a calendar-timezone is a VCALENDAR with exactly one VTIMEZONE and nothing else');
}

const calendarTimezoneId = defineProperty({
  name: `{${CALDAV}}calendar-timezone-id`,
  spec: 'RFC 7809 section 5.2',
  on: [calendar],
  inAllprop: false,
  read({ collection }) {
    const id = timezoneIdOf(collection);
    return id === undefined ? undefined : text(id);
  },
  supersedes: [`{${CALDAV}}calendar-timezone`],
  accept(value) {
    const id = textOf(value).trim();
    if (ianaZone(id) === undefined) throw validTimezone(`${id} is not a time zone of the zone database`);
    return id;
  },
});

/** What a calendar may hold when it was made without saying. */
const ALL_COMPONENTS = ['VEVENT', 'VTODO', 'VJOURNAL', 'VFREEBUSY', 'VAVAILABILITY'];

/** The components that a calendar takes. RFC 4791 section 5.2.3. */
export function componentsOf(collection: CollectionRecord): readonly string[] {
  const value = collection.properties[`{${CALDAV}}supported-calendar-component-set`];
  return value === undefined || value === '' ? ALL_COMPONENTS : value.split(',');
}

function comps(names: readonly string[]): string {
  return names.map((name) => `<cal:comp name="${escapeAttribute(name)}"/>`).join('');
}

const supportedCalendarComponentSet = defineProperty({
  name: `{${CALDAV}}supported-calendar-component-set`,
  spec: 'RFC 4791 section 5.2.3',
  on: [calendar],
  inAllprop: true,
  read: ({ collection }) => comps(componentsOf(collection)),
  acceptAtCreation(value) {
    const names = childrenOf(value, `{${CALDAV}}comp`).map((comp) => (attributeOf(comp, 'name') ?? '').toUpperCase());
    const unknown = names.find((name) => !ALL_COMPONENTS.includes(name));
    if (names.length === 0 || unknown !== undefined) {
      throw new DavError(409, `a calendar holds ${ALL_COMPONENTS.join(', ')}, not ${unknown ?? 'nothing'}`);
    }
    return [...new Set(names)].join(',');
  },
});

/** Offers separate collections for events and for to-dos, as clients that keep them apart want. */
const supportedCalendarComponentSets = defineProperty({
  name: `{${CALDAV}}supported-calendar-component-sets`,
  spec: 'behaviour: which component sets a client may create calendars with',
  on: [calendarHome],
  inAllprop: false,
  read: () =>
    ['VEVENT', 'VTODO', 'VJOURNAL']
      .map((name) => wrap(`{${CALDAV}}supported-calendar-component-set`, comps([name])))
      .join(''),
});

const supportedCalendarData = defineProperty({
  name: `{${CALDAV}}supported-calendar-data`,
  spec: 'RFC 4791 section 5.2.4',
  on: [calendar],
  inAllprop: false,
  read: () => CALENDAR_TYPES.map((type) => `<cal:calendar-data content-type="${type}" version="2.0"/>`).join(''),
});

const maxResourceSize = defineProperty({
  name: `{${CALDAV}}max-resource-size`,
  spec: 'RFC 4791 section 5.2.5',
  on: [calendar],
  inAllprop: false,
  read: (_resource, { limits }) => String(limits.calendarObject),
});

const minDateTime = defineProperty({
  name: `{${CALDAV}}min-date-time`,
  spec: 'RFC 4791 section 5.2.6',
  on: [calendar],
  inAllprop: false,
  read: () => '00010101T000000Z',
});

const maxDateTime = defineProperty({
  name: `{${CALDAV}}max-date-time`,
  spec: 'RFC 4791 section 5.2.7',
  on: [calendar],
  inAllprop: false,
  read: () => '99991231T235959Z',
});

const maxAttendees = defineProperty({
  name: `{${CALDAV}}max-attendees-per-instance`,
  spec: 'RFC 4791 section 5.2.9',
  on: [calendar],
  inAllprop: false,
  read: (_resource, { limits }) => String(limits.attendees),
});

const supportedCollationSet = defineProperty({
  name: `{${CALDAV}}supported-collation-set`,
  spec: 'RFC 4791 section 7.5.1',
  on: [calendar],
  inAllprop: false,
  read: () =>
    ['i;ascii-casemap', 'i;octet', 'i;unicode-casemap']
      .map((name) => wrap(`{${CALDAV}}supported-collation`, text(name)))
      .join(''),
});

const supportedRscaleSet = defineProperty({
  name: `{${CALDAV}}supported-rscale-set`,
  spec: 'RFC 7529 section 10.1',
  on: [calendar, calendarHome],
  inAllprop: false,
  read: () =>
    supportedScales()
      .map((name) => wrap(`{${CALDAV}}supported-rscale`, text(name)))
      .join(''),
});

const TRANSPARENCY = `{${CALDAV}}schedule-calendar-transp` as const;

/** Whether the events of a calendar count as busy time. */
export function isOpaque(collection: CollectionRecord): boolean {
  return collection.properties[TRANSPARENCY] !== 'transparent';
}

const scheduleCalendarTransp = defineProperty({
  name: TRANSPARENCY,
  spec: 'RFC 6638 section 9.1',
  on: [calendar],
  inAllprop: true,
  read: ({ collection }) => empty(isOpaque(collection) ? `{${CALDAV}}opaque` : `{${CALDAV}}transparent`),
  accept(value) {
    const [choice] = elementsOf(value).map((one) => one.name);
    if (choice === `{${CALDAV}}opaque`) return 'opaque';
    if (choice === `{${CALDAV}}transparent`) return 'transparent';
    throw new DavError(409, 'a schedule-calendar-transp holds opaque or transparent');
  },
});

const calendarOrder = defineProperty({
  name: `{${APPLE_ICAL}}calendar-order`,
  spec: 'behaviour: the place of a calendar in a list, as Apple clients keep it',
  on: [calendar],
  inAllprop: true,
  read: ({ collection }) => text(collection.properties[`{${APPLE_ICAL}}calendar-order`] ?? '0'),
  accept: textOf,
});

/** All of them. */
export const properties: readonly LiveProperty[] = [
  calendarHomeSet,
  calendarHomeSetElsewhere,
  calendarUserAddressSet,
  calendarUserType,
  calendarDescription,
  calendarTimezone,
  calendarTimezoneId,
  supportedCalendarComponentSet,
  supportedCalendarComponentSets,
  supportedCalendarData,
  maxResourceSize,
  minDateTime,
  maxDateTime,
  maxAttendees,
  supportedCollationSet,
  supportedRscaleSet,
  scheduleCalendarTransp,
  calendarOrder,
];
