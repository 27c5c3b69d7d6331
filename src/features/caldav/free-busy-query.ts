/**
 * free-busy-query: when the owner of a calendar is busy. RFC 4791 section 7.10.
 */
import { DavError } from '../../dav/errors.ts';
import { firstPage, nextPage, othersTurn } from '../../dav/member-pages.ts';
import type { Context, DavResponse } from '../../dav/method.ts';
import type { Report } from '../../dav/report.ts';
import type { CollectionResource } from '../../dav/resource.ts';
import { weeksOfRange } from '../../formats/icalendar/extent.ts';
import { type BusyPeriod, busyOf, mergeBusy, writeFreeBusy } from '../../formats/icalendar/free-busy.ts';
import type { TimeRange } from '../../formats/icalendar/moment.ts';
import { writeComponent } from '../../formats/icalendar/write.ts';
import { childOf } from '../../formats/xml/element.ts';
import { CALDAV } from '../../formats/xml/name.ts';
import { numberOfMatchesWithinLimits } from '../collection-sync/index.ts';
import { parseTimeRange } from './filter.ts';
import { floatingZoneOf } from './floating-zone.ts';
import { parsedObject } from './parsed-objects.ts';
import { validFilter } from './preconditions.ts';
import { isOpaque } from './properties.ts';
import { calendar } from './resource-types.ts';

export const freeBusyQuery: Report = {
  name: `{${CALDAV}}free-busy-query`,
  spec: 'RFC 4791 section 7.10',
  on: [calendar],
  privilege: '{urn:ietf:params:xml:ns:caldav}read-free-busy',
  async run(body, at, context): Promise<DavResponse> {
    if (at.shape !== 'collection') throw new DavError(403, 'free-busy-query works on calendars');
    const element = childOf(body, `{${CALDAV}}time-range`);
    if (element === undefined) throw validFilter('free-busy-query needs a time-range');
    const range = parseTimeRange(element);
    const periods = isOpaque(at.collection) ? await busyIn(at, range, context) : [];
    const freeBusy = writeFreeBusy(range, mergeBusy(periods, range), context.writes.at, context.newName());
    const properties = [
      { name: 'VERSION', parameters: [], value: '2.0', line: 0 },
      { name: 'PRODID', parameters: [], value: '-//Davit//EN', line: 0 },
    ];
    return {
      status: 200,
      headers: { 'Content-Type': 'text/calendar; charset=utf-8', 'Cache-Control': 'private, no-cache' },
      body: writeComponent({ name: 'VCALENDAR', properties, components: [freeBusy], line: 0 }),
    };
  },
};

async function busyIn(at: CollectionResource, range: TimeRange, context: Context): Promise<readonly BusyPeriod[]> {
  const { store, limits } = context;
  const floating = floatingZoneOf(at.collection);
  const prefilter = { components: ['VEVENT', 'VFREEBUSY'], range: { ...range, weeks: weeksOfRange(range) } };
  const periods: BusyPeriod[] = [];
  let after: string | undefined;
  let left = limits.instances;
  let size = firstPage(limits.page);
  do {
    const page = { limit: size, ...(after === undefined ? {} : { after }) };
    after = await store.read(async (tx) => {
      const objects = await tx.objects.matching(at.collection, prefilter, page);
      for (const object of objects) {
        const { calendar: tree, zones } = parsedObject(object);
        const own = busyOf(tree, { zones, floating, range, limit: left });
        left -= own.length;
        if (left <= 0) {
          throw numberOfMatchesWithinLimits(
            `there are more than ${limits.instances} busy periods in this range; ask for a shorter one`,
          );
        }
        periods.push(...own);
      }
      const last = objects.length < size ? undefined : objects.at(-1)?.name;
      size = nextPage(objects, limits.page);
      return last;
    });
    await othersTurn();
  } while (after !== undefined);
  return periods;
}
