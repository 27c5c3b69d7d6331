/**
 * The collection in which a user will find notices of shares. apple/caldav-notifications section 4.
 */
import type { Feature } from '../../dav/feature.ts';
import { homeHref } from '../../dav/locate.ts';
import { defineProperty, href } from '../../dav/property.ts';
import type { ResourceType } from '../../dav/resource.ts';
import { CALENDARSERVER, DAV } from '../../formats/xml/name.ts';
import { principal } from '../access-control/index.ts';

/** A notice of something that happened. apple/caldav-notifications section 4.2. */
const notification: ResourceType<'object'> = {
  kind: 'notification',
  shape: 'object',
  spec: 'apple/caldav-notifications section 4.2',
  label: 'notification',
  elements: [],
  contentType: () => 'application/xml; charset=utf-8',
};

/** The collection of a user's notices. apple/caldav-notifications section 4.1. */
const notifications: ResourceType<'collection'> = {
  kind: 'notifications',
  shape: 'collection',
  spec: 'apple/caldav-notifications section 4.1',
  label: 'collection of notifications',
  elements: [`{${DAV}}collection`, `{${CALENDARSERVER}}notification`],
  members: notification,
};

const notificationUrl = defineProperty({
  name: `{${CALENDARSERVER}}notification-URL`,
  spec: 'apple/caldav-notifications section 4.1.1',
  on: [principal],
  inAllprop: false,
  read: ({ owner }) => href(`${homeHref('calendars', owner)}notifications/`),
});

/** The feature. apple/caldav-notifications section 4. */
export function sharing(): Feature {
  return {
    name: 'sharing',
    specs: ['apple/caldav-notifications section 4'],
    resourceTypes: [notifications, notification],
    properties: [notificationUrl],
    provisions: [{ segment: 'calendars', name: 'notifications', type: notifications, properties: {} }],
  };
}
