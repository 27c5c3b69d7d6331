/**
 * Calendar access. RFC 4791, with the default time zone by name of RFC 7809.
 */
import type { Feature } from '../../dav/feature.ts';
import { CALDAV, DAV } from '../../formats/xml/name.ts';
import { acceptCalendarObject } from './accept-calendar-object.ts';
import { calendarMultiget } from './calendar-multiget.ts';
import { calendarQuery } from './calendar-query.ts';
import { freeBusyQuery } from './free-busy-query.ts';
import { mkcalendar } from './mkcalendar.ts';
import { calendarCollectionLocationOk, preconditions } from './preconditions.ts';
import { properties, SEGMENT } from './properties.ts';
import { calendar, calendarHome, calendarObject, calendarRoot } from './resource-types.ts';

export { indexOf } from './accept-calendar-object.ts';
export { AVAILABILITY_NAMES, availabilityIn, busyTime, calendarsWithBusyTime, freeBusyText } from './busy-time.ts';
export { calendarMultiget } from './calendar-multiget.ts';
export { calendarQuery } from './calendar-query.ts';
export { timezoneIdOf } from './floating-zone.ts';
export { calendarCollectionLocationOk, maxAttachmentsPerResource, validCalendarData } from './preconditions.ts';
export { SEGMENT } from './properties.ts';
export { calendar, calendarHome, calendarObject, TIME_ZONES } from './resource-types.ts';

const COMPONENTS = `{${CALDAV}}supported-calendar-component-set` as const;
const DISPLAYNAME = `{${DAV}}displayname` as const;

export function caldav(): Feature {
  return {
    name: 'caldav',
    specs: ['RFC 4791 section 5.1', 'RFC 7809 section 5.2'],
    complianceTokens: ['calendar-access'],
    resourceTypes: [calendarRoot, calendarHome, calendar, calendarObject],
    homes: [{ segment: SEGMENT, root: calendarRoot, home: calendarHome }],
    creatable: [{ type: calendar, within: [calendarHome], defaults: {}, misplaced: calendarCollectionLocationOk }],
    provisions: [
      {
        segment: SEGMENT,
        name: 'default',
        type: calendar,
        properties: { [DISPLAYNAME]: 'Calendar', [COMPONENTS]: 'VEVENT' },
      },
      {
        segment: SEGMENT,
        name: 'tasks',
        type: calendar,
        properties: { [DISPLAYNAME]: 'Tasks', [COMPONENTS]: 'VTODO' },
      },
    ],
    privileges: [
      {
        name: `{${CALDAV}}read-free-busy`,
        spec: 'RFC 4791 section 6.1.1',
        within: `{${DAV}}read`,
        description: 'See when the owner is busy',
      },
    ],
    properties,
    reports: [calendarQuery, calendarMultiget, freeBusyQuery],
    methods: [mkcalendar],
    preconditions,
    writeRules: [acceptCalendarObject],
  };
}
