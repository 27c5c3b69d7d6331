/**
 * The time zone data distribution service at `/timezone`: to be read by everybody, without a login, cheap to answer and to keep. Its
 * context path is found by `/.well-known/timezone`, at which it must not lie itself. RFC 7808 section 4.1, RFC 7808 section 4.2.1.3.
 */
import type { WellKnown } from '../../dav/feature.ts';
import type { DavRequest, DavResponse } from '../../dav/method.ts';
import { formatDateTime, parseDateTime } from '../../formats/date-time.ts';
import { preferredType } from '../../formats/http/accept.ts';
import { evaluate } from '../../formats/http/conditions.ts';
import { HeaderError } from '../../formats/http/headers.ts';
import { CALENDAR_TYPES, calendarFormat } from '../../formats/icalendar/calendar-formats.ts';
import { DAY, FIRST_SECOND } from '../../formats/icalendar/civil.ts';
import { readCalendar } from '../../formats/icalendar/read.ts';
import { databaseZone, ianaZone } from '../../formats/icalendar/timezones.ts';
import { capabilities, PATH } from './capabilities.ts';
import { LEAP_SECONDS } from './leap-seconds.ts';
import { observancesOf } from './observances.ts';
import { matching, patternOf, tagOf, type ZoneList, zoneList, zoneText } from './zones.ts';

/** An answer that is no success: the last part of its URN, and a sentence. RFC 7808 section 4.1.7. */
class Problem extends Error {
  override readonly name = 'Problem';
  readonly status: number;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: string, title: string, headers: Readonly<Record<string, string>> = {}) {
    super(title);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

/** In what zone data come, if nothing else is asked for. RFC 7808 section 4.1.2. */
const PLAIN = 'text/calendar';
/** Observances reach so far from their start; the answer says where it ends. A hundred years. */
const LONGEST = 36_525 * DAY;
/** A day after the first second that four digits can write, so that there is something before it. */
const EARLIEST = FIRST_SECOND + DAY;

/** What is answered: `etag` without its quotes. */
interface Found {
  readonly type: string;
  readonly body: string;
  readonly etag: string;
}

function json(value: unknown, etag?: string): Found {
  const body = JSON.stringify(value);
  return { type: 'application/json; charset=utf-8', body, etag: etag ?? tagOf(body) };
}

/** The segments below the context path, decoded each; a zone's name may have slashes in its segment. @throws Problem */
function segmentsIn(path: string): readonly string[] {
  const trimmed = path.slice(PATH.length).replace(/^\/|\/$/g, '');
  try {
    return trimmed === '' ? [] : trimmed.split('/').map(decodeURIComponent);
  } catch {
    throw new Problem(400, 'invalid-action', 'The path cannot be decoded');
  }
}

function answer({ headers, target }: DavRequest): Found {
  const mark = target.indexOf('?');
  const query = new URLSearchParams(mark < 0 ? '' : target.slice(mark + 1));
  const [action, ...rest] = segmentsIn(mark < 0 ? target : target.slice(0, mark));
  if (rest.length === 0 && action === 'capabilities') return json(capabilities());
  if (rest.length === 0 && action === 'leapseconds') return json(LEAP_SECONDS);
  if (action !== 'zones') throw new Problem(404, 'invalid-action', 'The service has no such action');
  if (rest.length === 0) return json(query.has('pattern') ? find(query) : list(query));
  if (rest.length > 1 && rest.at(-1) === 'observances') return expand(rest.slice(0, -1).join('/'), query);
  return get(rest.join('/'), query, headers.accept);
}

/** RFC 7808 section 5.2. */
function list(query: URLSearchParams): ZoneList {
  const [since, ...others] = query.getAll('changedsince');
  if (others.length > 0) throw new Problem(400, 'invalid-changedsince', 'changedsince is said once');
  const all = zoneList();
  return since === all.synctoken ? { ...all, timezones: [] } : all;
}

/** RFC 7808 section 5.5. */
function find(query: URLSearchParams): ZoneList {
  const [pattern = '', ...others] = query.getAll('pattern');
  const matches = others.length > 0 ? undefined : patternOf(pattern);
  if (matches === undefined) {
    throw new Problem(
      400,
      'invalid-pattern',
      'A pattern is a text, said once, with an asterisk at most at its start and its end',
    );
  }
  return matching(matches);
}

/** RFC 7808 section 5.3. */
function get(tzid: string, query: URLSearchParams, accept: string | undefined): Found {
  const text = zoneText(tzid);
  if (text === undefined) throw notFound();
  for (const side of ['start', 'end']) {
    if (query.has(side)) throw new Problem(400, `invalid-${side}`, 'Zones are not truncated here');
  }
  const format = calendarFormat(accept === undefined ? PLAIN : acceptedType(accept));
  if (format === undefined) return { type: `${PLAIN}; charset=utf-8`, body: text, etag: tagOf(text) };
  const body = format.write(readCalendar(text));
  return { type: format.mediaType, body, etag: tagOf(body) };
}

/** @throws Problem invalid-format */
function acceptedType(accept: string): string {
  // Of types that are not accepted the first is preferred: `none` stands for them.
  const preferred = preferredType(accept, ['none/none', ...CALENDAR_TYPES]);
  const type = CALENDAR_TYPES.find((one) => one === preferred) ?? (/\*\/\*/.test(accept) ? PLAIN : undefined);
  if (type !== undefined) return type;
  throw new Problem(406, 'invalid-format', `Zones come as ${CALENDAR_TYPES.join(' or ')}`);
}

/** RFC 7808 section 5.4. */
function expand(tzid: string, query: URLSearchParams): Found {
  const text = zoneText(tzid);
  const zone = ianaZone(tzid);
  const vtimezone = databaseZone(tzid);
  if (text === undefined || zone === undefined || vtimezone === undefined) throw notFound();
  const start = instantIn(query, 'start');
  const end = instantIn(query, 'end');
  if (end <= start) throw new Problem(400, 'invalid-end', 'The end is later than the start');
  const range = { start: Math.max(start, EARLIEST), end: Math.min(end, start + LONGEST) };
  return json(
    {
      tzid,
      ...(range.start === start ? {} : { start: formatDateTime(range.start) }),
      ...(range.end === end ? {} : { end: formatDateTime(range.end) }),
      observances: observancesOf(zone, vtimezone, range),
    },
    tagOf(text),
  );
}

/** @throws Problem invalid-start, invalid-end */
function instantIn(query: URLSearchParams, side: 'start' | 'end'): number {
  const [text = '', ...others] = query.getAll(side);
  const instant = others.length > 0 || !/z$/i.test(text) ? undefined : parseDateTime(text);
  if (instant !== undefined) return instant;
  throw new Problem(400, `invalid-${side}`, `The ${side} is a time in UTC, said once, such as 2026-01-01T00:00:00Z`);
}

function notFound(): Problem {
  return new Problem(404, 'tzid-not-found', 'There is no time zone of that name');
}

function refused({ status, code, message, headers }: Problem): DavResponse {
  return {
    status,
    headers: {
      'Content-Type': 'application/problem+json; charset=utf-8',
      'Content-Language': 'en',
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
      ...headers,
    },
    body: JSON.stringify({ type: `urn:ietf:params:tzdist:error:${code}`, title: message, status }),
  };
}

function handle(request: DavRequest): DavResponse {
  try {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      throw new Problem(405, 'invalid-action', `${request.method} does not work here`, { Allow: 'GET, HEAD' });
    }
    const { type, body, etag } = answer(request);
    const headers = {
      'Content-Type': type,
      ETag: `"${etag}"`,
      Vary: 'Accept',
      'Cache-Control': 'public, max-age=3600',
      'X-Content-Type-Options': 'nosniff',
    };
    const conditions = { ifNoneMatch: request.headers['if-none-match'] };
    const unchanged = evaluate(conditions, { etag: headers.ETag, modified: 0 }, 'GET') === 'not-modified';
    return unchanged ? { status: 304, headers } : { status: 200, headers, body };
  } catch (error) {
    if (error instanceof Problem) return refused(error);
    if (error instanceof HeaderError) return refused(new Problem(400, 'invalid-action', error.reason));
    throw error;
  }
}

/** The service. */
export const timeZoneService: WellKnown = { path: PATH, spec: 'RFC 7808 section 5', below: true, handle };

/** The way to it; it may be kept for a day. RFC 7808 section 4.2.1.3. */
export const wellKnownTimezone: WellKnown = {
  path: '/.well-known/timezone',
  spec: 'RFC 7808 section 4.2.1.3',
  handle: ({ origin }) => ({
    status: 301,
    headers: {
      Location: `${origin}${PATH}`,
      'Content-Type': 'text/plain; charset=utf-8',
      'Cache-Control': 'public, max-age=86400',
      'X-Content-Type-Options': 'nosniff',
    },
    body: `${origin}${PATH}\n`,
  }),
};
