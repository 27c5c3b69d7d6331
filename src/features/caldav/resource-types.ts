/**
 * Calendar homes, calendars, and the objects in them. RFC 4791 section 4, RFC 4791 section 6.2.1.
 */
import type { ResourceType } from '../../dav/resource.ts';
import { CALDAV, CALENDARSERVER, DAV } from '../../formats/xml/name.ts';

/** `/calendars/` */
export const calendarRoot: ResourceType<'service'> = {
  kind: 'calendar-root',
  shape: 'service',
  spec: 'RFC 6764 section 5',
  label: 'collection of calendar homes',
  elements: [`{${DAV}}collection`],
};

/** `/calendars/USER/`: holds calendars, and the inbox and outbox. RFC 4791 section 6.2.1. */
export const calendarHome: ResourceType<'collection'> = {
  kind: 'calendar-home',
  shape: 'collection',
  spec: 'RFC 4791 section 6.2.1',
  label: 'calendar home',
  elements: [`{${DAV}}collection`],
};

/** An event with its overrides, a to-do, a journal entry. RFC 4791 section 4.1. */
export const calendarObject: ResourceType<'object'> = {
  kind: 'calendar-object',
  shape: 'object',
  spec: 'RFC 4791 section 4.1',
  label: 'calendar object',
  elements: [],
  contentType: ({ object }) => `text/calendar; charset=utf-8; component=${object.component.toLowerCase()}`,
};

/** A calendar collection. RFC 4791 section 4.2. */
export const calendar: ResourceType<'collection'> = {
  kind: 'calendar',
  shape: 'collection',
  spec: 'RFC 4791 section 4.2',
  label: 'calendar',
  elements: [`{${DAV}}collection`, `{${CALDAV}}calendar`],
  also: ({ collection }) => (collection.shared ? SHARED : NONE),
  members: calendarObject,
};

/** Whoever asks at this address owns it, and shares it: apple/caldav-sharing section 5.2.1. */
const SHARED = [`{${CALENDARSERVER}}shared-owner`] as const;
const NONE = [] as const;
