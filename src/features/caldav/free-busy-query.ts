/**
 * free-busy-query: when the owner of a calendar, or of all calendars in a home, is busy. RFC 4791 section 7.10, RFC 7953 section 7.2.3.
 */
import { DavError } from '../../dav/errors.ts';
import type { Context, DavResponse } from '../../dav/method.ts';
import type { Report } from '../../dav/report.ts';
import { type CollectionResource, isSort } from '../../dav/resource.ts';
import { parseDepth } from '../../formats/http/headers.ts';
import { childrenOf } from '../../formats/xml/element.ts';
import { CALDAV } from '../../formats/xml/name.ts';
import { busyTime, calendarsWithBusyTime, freeBusyText } from './busy-time.ts';
import { parseTimeRange } from './filter.ts';
import { validFilter } from './preconditions.ts';
import { calendar, calendarHome } from './resource-types.ts';

export const freeBusyQuery: Report = {
  name: `{${CALDAV}}free-busy-query`,
  spec: 'RFC 4791 section 7.10',
  on: [calendar, calendarHome],
  privilege: '{urn:ietf:params:xml:ns:caldav}read-free-busy',
  hidden: true,
  async run(body, at, context, request): Promise<DavResponse> {
    if (at.shape !== 'collection') throw new DavError(403, 'free-busy-query works on calendars');
    const [element, ...others] = childrenOf(body, `{${CALDAV}}time-range`);
    if (element === undefined || others.length > 0) throw validFilter('free-busy-query needs exactly one time-range');
    const range = parseTimeRange(element);
    const calendars = await calendarsAt(at, parseDepth(request.headers.depth) ?? 0, context);
    const periods = calendars === undefined ? [] : await busyTime(calendars, at.owner, range, context);
    return {
      status: 200,
      headers: { 'Content-Type': 'text/calendar; charset=utf-8', 'Cache-Control': 'private, no-cache' },
      body: freeBusyText(range, periods, context),
    };
  },
};

/**
 * A calendar at any depth, as clients mean it that leave the header out; the calendars of a home one level deeper, those of them in which the
 * user may see it. With depth 0 a home has no calendar objects: undefined.
 */
async function calendarsAt(
  at: CollectionResource,
  depth: 0 | 1 | 'infinity',
  context: Context,
): Promise<readonly CollectionResource[] | undefined> {
  if (isSort(at.type, calendar)) return [at];
  return depth === 0 || context.user === undefined ? undefined : calendarsWithBusyTime(at.owner, context.user, context);
}
