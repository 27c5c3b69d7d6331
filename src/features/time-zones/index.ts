/**
 * Time zones by reference: the service that distributes them, and the way from a calendar home to it. What it does to calendar data lies
 * with the reports and with GET. RFC 7808, RFC 7809.
 */
import type { Feature } from '../../dav/feature.ts';
import { defineProperty, href } from '../../dav/property.ts';
import { CALDAV } from '../../formats/xml/name.ts';
import { calendarHome } from '../caldav/index.ts';
import { PATH } from './capabilities.ts';
import { timeZoneService, wellKnownTimezone } from './service.ts';

const timezoneServiceSet = defineProperty({
  name: `{${CALDAV}}timezone-service-set`,
  spec: 'RFC 7809 section 5.1',
  on: [calendarHome],
  inAllprop: false,
  read: () => href(PATH),
});

/** The feature. RFC 7809 section 3.1.1. */
export function timeZones(): Feature {
  return {
    name: 'time-zones',
    specs: ['RFC 7808 section 5', 'RFC 7809 section 3.1.1'],
    complianceTokens: ['calendar-no-timezone'],
    properties: [timezoneServiceSet],
    wellKnown: [timeZoneService, wellKnownTimezone],
  };
}
