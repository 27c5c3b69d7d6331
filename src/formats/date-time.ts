/**
 * Times on the Internet: dates and times as query parameters and JSON have them. RFC 3339 section 5.6.
 */
import { DAY, daysFromCivil, daysInMonth, FIRST_SECOND, LAST_SECOND } from './icalendar/civil.ts';
import { formatMoment } from './icalendar/values.ts';

const DATE_TIME = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d):(\d\d)(?:\.\d{1,9})?(?:Z|([+-])(\d\d):(\d\d)))?$/i;

/**
 * Seconds since 1970-01-01T00:00:00Z of a date-time; of a full-date, its midnight in UTC. A fraction is cut off, and a leap second becomes
 * the second before it. Undefined for what is neither, and outside of the years 1 to 9999. RFC 3339 section 5.6.
 */
export function parseDateTime(text: string): number | undefined {
  const match = DATE_TIME.exec(text);
  if (match === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1, 7)
    .map((one) => Number(one ?? 0));
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined;
  const [offsetHours, offsetMinutes] = [Number(match[8] ?? 0), Number(match[9] ?? 0)];
  if (hour > 23 || minute > 59 || second > 60 || offsetHours > 23 || offsetMinutes > 59) return undefined;
  const offset = (match[7] === '-' ? -1 : 1) * (offsetHours * 3600 + offsetMinutes * 60);
  const at = daysFromCivil(year, month, day) * DAY + hour * 3600 + minute * 60 + Math.min(second, 59) - offset;
  return at < FIRST_SECOND || at > LAST_SECOND ? undefined : at;
}

/** The date-time in UTC of seconds since 1970-01-01T00:00:00Z, in the years 1 to 9999: `2026-01-31T12:00:00Z`. RFC 3339 section 5.6. */
export function formatDateTime(seconds: number): string {
  return formatMoment({ kind: 'utc', local: seconds }).replace(
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/,
    '$1-$2-$3T$4:$5:$6Z',
  );
}
