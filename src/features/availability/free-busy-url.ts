/**
 * `/freebusy/USER@DOMAIN/`: when a user is busy, for whoever may see it, to be read without WebDAV. It says what the user who asks could
 * learn by free-busy-query, calendar by calendar, and to whom that is nothing it does not exist. RFC 4791 section 7.10,
 * RFC 5545 section 3.6.4.
 */
import { DavError } from '../../dav/errors.ts';
import type { Endpoint } from '../../dav/feature.ts';
import type { Context, DavRequest, DavResponse, Method } from '../../dav/method.ts';
import { parseDateTime } from '../../formats/date-time.ts';
import { splitPath } from '../../formats/http/path.ts';
import { DAY, LAST_SECOND } from '../../formats/icalendar/civil.ts';
import type { TimeRange } from '../../formats/icalendar/moment.ts';
import { parseDuration, parseMomentText } from '../../formats/icalendar/values.ts';
import { busyTime, calendarsWithBusyTime, freeBusyText } from '../caldav/index.ts';

const SEGMENT = 'freebusy';
/** From today, where the request does not say how long. */
const SIX_WEEKS = 42 * DAY;

async function handle(request: DavRequest, context: Context): Promise<DavResponse> {
  const path = splitPath(request.target);
  const [, address, ...more] = path?.segments ?? [];
  const nothing = new DavError(404, `there is nothing at ${request.target}`);
  const { user, store } = context;
  if (user === undefined || address === undefined || more.length > 0) throw nothing;
  const range = rangeOf(new URLSearchParams(path?.query), context.now);
  const owner = await store.read((tx) => tx.directory.accountByAddress(address.toLowerCase()));
  if (owner === undefined) throw nothing;
  const calendars = await calendarsWithBusyTime(owner, user, context);
  if (calendars.length === 0) throw nothing;
  const periods = await busyTime(calendars, owner, range, context);
  return {
    status: 200,
    headers: {
      'Content-Type': 'text/calendar; charset=utf-8; component=vfreebusy; method=PUBLISH',
      'Cache-Control': 'private, no-cache',
      'X-Content-Type-Options': 'nosniff',
    },
    body: freeBusyText(range, periods, context, { organizer: `mailto:${owner.address}` }),
  };
}

/** @throws DavError 400 for what is no range */
function rangeOf(query: URLSearchParams, now: number): TimeRange {
  const start = instantIn(query, 'start') ?? Math.floor(now / DAY) * DAY;
  const end = instantIn(query, 'end');
  const period = only(query, 'period');
  if (end !== undefined && period !== undefined) throw new DavError(400, 'a range has an end or a period, not both');
  const range = { start, end: Math.min(end ?? start + lengthOf(period), LAST_SECOND) };
  if (range.end <= range.start) throw new DavError(400, 'the range ends after it starts');
  return range;
}

function lengthOf(period: string | undefined): number {
  if (period === undefined) return SIX_WEEKS;
  const duration = parseDuration(period);
  if (duration === undefined) throw new DavError(400, 'the period is a duration such as P14D');
  return duration.days * DAY + duration.seconds;
}

function only(query: URLSearchParams, name: string): string | undefined {
  const [value, ...others] = query.getAll(name);
  if (others.length > 0) throw new DavError(400, `the query says ${name} once`);
  return value;
}

/** A time or a day, as iCalendar or the Internet write them; a plus that was not encoded has become a space. */
function instantIn(query: URLSearchParams, name: string): number | undefined {
  const text = only(query, name)?.replace(' ', '+');
  if (text === undefined) return undefined;
  const moment = parseMomentText(text);
  const instant = moment?.kind === 'utc' || moment?.kind === 'date' ? moment.local : parseDateTime(text);
  if (instant !== undefined) return instant;
  throw new DavError(400, `the ${name} is a day or a time such as 2026-01-31T12:00:00Z or 20260131T120000Z`);
}

const get: Method = { name: 'GET', spec: 'behaviour: free-busy to be read by whoever may see it', on: [], handle };

/** The URL. */
export const freeBusyUrl: Endpoint = {
  segment: SEGMENT,
  spec: 'behaviour: free-busy to be read by whoever may see it',
  methods: [get, { ...get, name: 'HEAD' }],
};
