/**
 * calendar-query. The index narrows, the object decides. Without a Depth header it means 1, as those who send it so mean it.
 * RFC 4791 section 7.8.
 */
import type { DavResponse } from '../../dav/method.ts';
import { multistatus } from '../../dav/multistatus.ts';
import { queryPages } from '../../dav/query.ts';
import type { Report } from '../../dav/report.ts';
import { parseDepth } from '../../formats/http/headers.ts';
import { childOf } from '../../formats/xml/element.ts';
import { CALDAV } from '../../formats/xml/name.ts';
import type { Prefilter, StoredObject } from '../../store/records.ts';
import { numberOfMatchesWithinLimits } from '../collection-sync/index.ts';
import { type CalendarFilter, parseFilter } from './filter.ts';
import { matches } from './filter-match.ts';
import { addressed, type ObjectAnswer, objectAnswer, withinBudget } from './object-answer.ts';
import { parsedObject } from './parsed-objects.ts';
import { validFilter } from './preconditions.ts';
import { decidedByIndex, prefilterOf } from './prefilter.ts';
import { calendar, calendarObject } from './resource-types.ts';

export const calendarQuery: Report = {
  name: `{${CALDAV}}calendar-query`,
  spec: 'RFC 4791 section 7.8',
  on: [calendar, calendarObject],
  privilege: '{DAV:}read',
  async run(body, at, context, request): Promise<DavResponse> {
    const element = childOf(body, `{${CALDAV}}filter`);
    if (element === undefined) throw validFilter('calendar-query needs a filter');
    const filter = parseFilter(element);
    const target = addressed(at);
    const answer = objectAnswer(body, target.collection, context);
    const prefilter = prefilterOf(filter, answer.floating);
    const pieces = queryPages({
      at: target,
      depth: parseDepth(request.headers.depth) ?? 1,
      prefilter,
      matches: matcher(filter, prefilter, answer),
      bytes: answer.wantsData,
      limit: undefined,
      truncated: numberOfMatchesWithinLimits('there is more').condition,
      responder: answer.reader,
      context,
    });
    return multistatus(context.catalogue, withinBudget(pieces, target.href));
  },
};

function matcher(
  filter: CalendarFilter,
  prefilter: Prefilter,
  answer: ObjectAnswer,
): (object: StoredObject) => boolean {
  if (decidedByIndex(filter)) {
    const { components } = prefilter;
    return (object) => components === undefined || components.includes(object.component);
  }
  const { floating, budget } = answer;
  return (object) => {
    const parsed = parsedObject(object);
    const { calendar: tree, zones } = parsed;
    if (!matches(filter, tree, { zones, floating, budget })) return false;
    answer.prepare(object, parsed);
    return true;
  };
}
