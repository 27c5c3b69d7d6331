/**
 * Preconditions of calendar access. RFC 4791 section 5.3.2.1, RFC 4791 section 7.8, RFC 7809 section 3.1.5.
 */
import { type AnyPrecondition, precondition } from '../../dav/errors.ts';
import { element, type XmlElement } from '../../formats/xml/element.ts';
import { CALDAV, DAV, type XmlName } from '../../formats/xml/name.ts';

function caldav(local: string): XmlName {
  return `{${CALDAV}}${local}`;
}

/** What is sent, or asked for, is no media type in which calendar objects are kept. */
export const supportedCalendarData = precondition(caldav('supported-calendar-data'), 403, 'RFC 4791 section 5.3.2.1');

/** The iCalendar data cannot be read, or a time zone is not exactly one VTIMEZONE. */
export const validCalendarData = precondition(caldav('valid-calendar-data'), 403, 'RFC 4791 section 5.3.2.1');

/** The data are iCalendar, but not what one calendar object may be. */
export const validCalendarObjectResource = precondition(
  caldav('valid-calendar-object-resource'),
  403,
  'RFC 4791 section 5.3.2.1',
);

/** The calendar holds no components of that type. */
export const supportedCalendarComponent = precondition(
  caldav('supported-calendar-component'),
  403,
  'RFC 4791 section 5.3.2.1',
);

/** The UID is in use; `href` is the object that has it. */
export const noUidConflict = precondition<readonly [href: string]>(
  caldav('no-uid-conflict'),
  409,
  'RFC 4791 section 5.3.2.1',
  (href) => [element(`{${DAV}}href`, href)],
);

/** No calendar can be made, or moved, there. */
export const calendarCollectionLocationOk = precondition(
  caldav('calendar-collection-location-ok'),
  403,
  'RFC 4791 section 5.3.1',
);

/** More octets than an object may have. */
export const maxResourceSize = precondition(caldav('max-resource-size'), 403, 'RFC 4791 section 5.3.2.1');

/** More attendees than an instance may have. */
export const maxAttendeesPerInstance = precondition(
  caldav('max-attendees-per-instance'),
  403,
  'RFC 4791 section 5.3.2.1',
);

/** The filter does not say anything that could be searched for. */
export const validFilter = precondition(caldav('valid-filter'), 403, 'RFC 4791 section 7.8');

/** The filter asks for what no search here answers; `filter` is the comp-filter, prop-filter or param-filter that does. */
export const supportedFilter = precondition<readonly [filter: XmlElement]>(
  caldav('supported-filter'),
  403,
  'RFC 4791 section 7.8',
  (filter) => [{ ...filter, children: [] }],
);

/** A collation that is not in CALDAV:supported-collation-set. */
export const supportedCollation = precondition(caldav('supported-collation'), 403, 'RFC 4791 section 7.8');

/** A recurrence rule counts in a calendar that is not in CALDAV:supported-rscale-set. */
export const supportedRscale = precondition(caldav('supported-rscale'), 403, 'RFC 7529 section 10');

/** A time zone identifier that nobody here knows. */
export const validTimezone = precondition(caldav('valid-timezone'), 403, 'RFC 7809 section 3.1.5');

/** The data refer to a managed attachment that is not there, or not the writer's to use. */
export const validManagedIdParameter = precondition(caldav('valid-managed-id-parameter'), 403, 'RFC 8607 section 3.11');

/** More managed attachments than a calendar object may have. */
export const maxAttachmentsPerResource = precondition(
  caldav('max-attachments-per-resource'),
  403,
  'RFC 8607 section 3.11',
);

/** MKCALENDAR where something is already. */
export const resourceMustBeNull = precondition(`{${DAV}}resource-must-be-null`, 405, 'RFC 4791 section 5.3.1');

/** All of the above, for the catalogue. */
export const preconditions: readonly AnyPrecondition[] = [
  supportedCalendarData,
  validCalendarData,
  validCalendarObjectResource,
  supportedCalendarComponent,
  noUidConflict,
  calendarCollectionLocationOk,
  maxResourceSize,
  maxAttendeesPerInstance,
  validFilter,
  supportedFilter,
  supportedCollation,
  supportedRscale,
  validTimezone,
  validManagedIdParameter,
  maxAttachmentsPerResource,
  resourceMustBeNull,
];
