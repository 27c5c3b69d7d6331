/**
 * The scheduling inbox and outbox of every user, where clients look for them. What is delivered into them comes with auto-scheduling; until
 * then `calendar-auto-schedule` is not promised. RFC 6638 section 2.
 */
import { precondition } from '../../dav/errors.ts';
import type { Feature } from '../../dav/feature.ts';
import { homeHref } from '../../dav/locate.ts';
import type { PrivilegeDeclaration } from '../../dav/privilege.ts';
import { defineProperty, href } from '../../dav/property.ts';
import type { ResourceType } from '../../dav/resource.ts';
import { CALDAV, DAV } from '../../formats/xml/name.ts';
import { principal } from '../access-control/index.ts';
import { calendar, calendarMultiget, calendarQuery } from '../caldav/index.ts';

/** A message that has arrived in an inbox. RFC 6638 section 2.2. */
const schedulingObject: ResourceType<'object'> = {
  kind: 'scheduling-object',
  shape: 'object',
  spec: 'RFC 6638 section 2.2',
  label: 'scheduling object',
  elements: [],
  contentType: () => 'text/calendar; charset=utf-8',
};

/** Where messages of other users arrive. RFC 6638 section 2.2. */
export const scheduleInbox: ResourceType<'collection'> = {
  kind: 'schedule-inbox',
  shape: 'collection',
  spec: 'RFC 6638 section 2.2',
  label: 'scheduling inbox',
  elements: [`{${DAV}}collection`, `{${CALDAV}}schedule-inbox`],
  members: schedulingObject,
};

/** Where a client asks for the free and busy times of others. RFC 6638 section 2.1. */
const scheduleOutbox: ResourceType<'collection'> = {
  kind: 'schedule-outbox',
  shape: 'collection',
  spec: 'RFC 6638 section 2.1',
  label: 'scheduling outbox',
  elements: [`{${DAV}}collection`, `{${CALDAV}}schedule-outbox`],
};

const SEGMENT = 'calendars';

const scheduleInboxUrl = defineProperty({
  name: `{${CALDAV}}schedule-inbox-URL`,
  spec: 'RFC 6638 section 2.2.1',
  on: [principal],
  inAllprop: false,
  read: ({ owner }) => href(`${homeHref(SEGMENT, owner)}inbox/`),
});

const scheduleOutboxUrl = defineProperty({
  name: `{${CALDAV}}schedule-outbox-URL`,
  spec: 'RFC 6638 section 2.1.1',
  on: [principal],
  inAllprop: false,
  read: ({ owner }) => href(`${homeHref(SEGMENT, owner)}outbox/`),
});

const DEFAULT_CALENDAR = 'default';

const scheduleDefaultCalendarUrl = defineProperty({
  name: `{${CALDAV}}schedule-default-calendar-URL`,
  spec: 'RFC 6638 section 9.2',
  on: [scheduleInbox],
  inAllprop: false,
  read: ({ owner }) => href(`${homeHref(SEGMENT, owner)}${DEFAULT_CALENDAR}/`),
});

/** What others may do with somebody's inbox, and delegates with an outbox. RFC 6638 section 6. */
const privileges: readonly PrivilegeDeclaration[] = [
  {
    name: `{${CALDAV}}schedule-deliver`,
    spec: 'RFC 6638 section 6.1.1',
    within: `{${DAV}}all`,
    description: 'Send scheduling messages to the owner',
    on: [scheduleInbox],
  },
  {
    name: `{${CALDAV}}schedule-deliver-invite`,
    spec: 'RFC 6638 section 6.1.2',
    within: `{${CALDAV}}schedule-deliver`,
    description: 'Invite the owner',
    on: [scheduleInbox],
  },
  {
    name: `{${CALDAV}}schedule-deliver-reply`,
    spec: 'RFC 6638 section 6.1.3',
    within: `{${CALDAV}}schedule-deliver`,
    description: 'Answer invitations of the owner',
    on: [scheduleInbox],
  },
  {
    name: `{${CALDAV}}schedule-query-freebusy`,
    spec: 'RFC 6638 section 6.1.4',
    within: `{${CALDAV}}schedule-deliver`,
    description: 'Ask when the owner is busy',
    on: [scheduleInbox],
  },
  {
    name: `{${CALDAV}}schedule-send`,
    spec: 'RFC 6638 section 6.2.1',
    within: `{${DAV}}all`,
    description: 'Send scheduling messages for the owner',
    on: [scheduleOutbox],
  },
  {
    name: `{${CALDAV}}schedule-send-invite`,
    spec: 'RFC 6638 section 6.2.2',
    within: `{${CALDAV}}schedule-send`,
    description: 'Invite others for the owner',
    on: [scheduleOutbox],
  },
  {
    name: `{${CALDAV}}schedule-send-reply`,
    spec: 'RFC 6638 section 6.2.3',
    within: `{${CALDAV}}schedule-send`,
    description: 'Answer invitations for the owner',
    on: [scheduleOutbox],
  },
  {
    name: `{${CALDAV}}schedule-send-freebusy`,
    spec: 'RFC 6638 section 6.2.4',
    within: `{${CALDAV}}schedule-send`,
    description: 'Ask for the owner when others are busy',
    on: [scheduleOutbox],
  },
];

/** The calendar into which invitations will be put stays. */
const defaultCalendarNeeded = precondition(`{${CALDAV}}default-calendar-needed`, 403, 'RFC 6638 section 4.3.1.1');

/** The feature. RFC 6638 section 2. */
export function scheduling(): Feature {
  return {
    name: 'scheduling',
    specs: ['RFC 6638 section 2'],
    resourceTypes: [scheduleInbox, scheduleOutbox, schedulingObject],
    privileges,
    properties: [scheduleInboxUrl, scheduleOutboxUrl, scheduleDefaultCalendarUrl],
    reports: [calendarQuery, calendarMultiget].map((report) => ({ ...report, on: [scheduleInbox, schedulingObject] })),
    preconditions: [defaultCalendarNeeded],
    provisions: [
      { segment: SEGMENT, name: 'inbox', type: scheduleInbox, properties: {} },
      { segment: SEGMENT, name: 'outbox', type: scheduleOutbox, properties: {} },
    ],
    keeps: [
      {
        type: calendar,
        spec: 'RFC 6638 section 4.3.1.1',
        onDelete(name) {
          if (name !== DEFAULT_CALENDAR) return 'remove';
          throw defaultCalendarNeeded('the default calendar stays: invitations are put into it');
        },
      },
    ],
  };
}
