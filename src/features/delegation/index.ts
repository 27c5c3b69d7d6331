/**
 * Delegation: two principals below each person, room and resource hold those who act for it, for reading or for everything with its
 * calendars. apple/caldav-proxy section 5.
 */
import type { Feature, Subprincipal } from '../../dav/feature.ts';
import { READING, WRITING } from '../../dav/privilege.ts';
import type { ResourceType } from '../../dav/resource.ts';
import { CALDAV, CALENDARSERVER, DAV } from '../../formats/xml/name.ts';
import { propertiesOf } from './properties.ts';

/** Those who may read the calendars. apple/caldav-proxy section 5.2. */
const proxyRead: ResourceType<'principal'> = {
  kind: 'calendar-proxy-read',
  shape: 'principal',
  spec: 'apple/caldav-proxy section 5.2',
  label: 'list of readers',
  elements: [`{${DAV}}principal`, `{${CALENDARSERVER}}calendar-proxy-read`],
};

/** Those who may change them too, and schedule for their owner. apple/caldav-proxy section 5.2. */
const proxyWrite: ResourceType<'principal'> = {
  kind: 'calendar-proxy-write',
  shape: 'principal',
  spec: 'apple/caldav-proxy section 5.2',
  label: 'list of delegates',
  elements: [`{${DAV}}principal`, `{${CALENDARSERVER}}calendar-proxy-write`],
};

/** apple/caldav-proxy section 5.4, with the privileges into which RFC 6638 divided scheduling. */
const subprincipals: readonly Subprincipal[] = [
  { segment: 'calendar-proxy-read', type: proxyRead, access: 'read', home: 'calendars', privileges: READING },
  {
    segment: 'calendar-proxy-write',
    type: proxyWrite,
    access: 'write',
    home: 'calendars',
    privileges: [...WRITING, `{${CALDAV}}schedule-deliver`, `{${CALDAV}}schedule-send`],
  },
];

/** The feature. apple/caldav-proxy section 5. */
export function delegation(): Feature {
  return {
    name: 'delegation',
    specs: ['apple/caldav-proxy section 5'],
    complianceTokens: ['calendar-proxy'],
    resourceTypes: [proxyRead, proxyWrite],
    subprincipals,
    properties: propertiesOf(subprincipals),
  };
}
