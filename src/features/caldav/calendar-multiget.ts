/**
 * calendar-multiget: the objects that a client names. Its Depth says nothing. RFC 4791 section 7.9.
 */
import type { DavResponse } from '../../dav/method.ts';
import { multiget, parseHrefs } from '../../dav/multiget.ts';
import { multistatus } from '../../dav/multistatus.ts';
import type { Report } from '../../dav/report.ts';
import { CALDAV } from '../../formats/xml/name.ts';
import { addressed, objectAnswer, withinBudget } from './object-answer.ts';
import { calendar, calendarObject } from './resource-types.ts';

export const calendarMultiget: Report = {
  name: `{${CALDAV}}calendar-multiget`,
  spec: 'RFC 4791 section 7.9',
  on: [calendar, calendarObject],
  privilege: '{DAV:}read',
  async run(body, at, context, request): Promise<DavResponse> {
    const target = addressed(at);
    const hrefs = parseHrefs(body, context.limits.hrefs);
    const { reader, wantsData } = objectAnswer(body, target.collection, context);
    const pieces = multiget({
      at: target,
      hrefs,
      origin: request.origin,
      bytes: wantsData,
      responder: reader,
      context,
    });
    return multistatus(context.catalogue, withinBudget(pieces, target.href));
  },
};
