/**
 * What `npm run bench` asks of a calendar of nothing but endless series, which are candidates for any range after their start: objects read, and
 * processor time, for each that is answered. An hour, a day and a week, where few are answered, show what an index lets through in vain.
 */
import { parseRule, startsOf } from '../src/formats/icalendar/recurrence.ts';
import { formatMoment, parseMomentText } from '../src/formats/icalendar/values.ts';
import type { Service } from '../src/server/service.ts';
import type { Store } from '../src/store/store.ts';
import { calendarPath, event, fill, query, send } from './bench-data.ts';
import { asking, line, measured, requests } from './bench-measure.ts';

/** As many of each kind. */
const RULES = [
  'DAILY',
  'DAILY;INTERVAL=3',
  ...[1, 2, 3, 4].map((interval) => `WEEKLY;INTERVAL=${interval}`),
  'MONTHLY',
  'MONTHLY;BYDAY=2TU',
  'MONTHLY;BYDAY=-1FR',
  'YEARLY',
  'YEARLY;BYMONTH=5;BYDAY=1MO',
];
const SERIES = 5_000;
const PATH = calendarPath('series');

/** Objects that were read with their bytes. */
export interface CountingStore extends Store {
  reads(): number;
}

/** A store that counts what is read of it. */
export function countingStore(store: Store): CountingStore {
  let count = 0;
  const counted =
    <Given extends readonly unknown[], Found>(find: (...given: Given) => Promise<readonly Found[]>) =>
    async (...given: Given): Promise<readonly Found[]> => {
      const found = await find(...given);
      count += found.length;
      return found;
    };
  return {
    ...store,
    read: (work) =>
      store.read((tx) => {
        const { matching, readAll, readPage } = tx.objects;
        const ways = { matching: counted(matching), readAll: counted(readAll), readPage: counted(readPage) };
        return work({ ...tx, objects: { ...tx.objects, ...ways } });
      }),
    reads: () => count,
  };
}

/** Makes the calendar. */
export async function fillSeries(service: Service): Promise<void> {
  await send(service, 'MKCALENDAR', PATH, '');
  await fill(service, SERIES, (at) => [`${PATH}${at}.ics`, seriesOf(at)]);
}

/** It begins with an instance of its rule, as it should: RFC 5545 section 3.8.5.3. */
function seriesOf(at: number): string {
  const rule = RULES[at % RULES.length] ?? '';
  const text = event(at, rule);
  const [written = ''] = /(?<=DTSTART:)\w+/.exec(text) ?? [];
  const [parsed, begins] = [parseRule(`FREQ=${rule}`), parseMomentText(written)];
  if (parsed === undefined || begins === undefined) throw new Error(`no series: ${text}`);
  const [, second = begins.local] = startsOf({ ...parsed, count: 2 }, begins.local, { isDate: false });
  const start = formatMoment({ ...begins, local: second });
  const form = FORMS[Math.floor(at / RULES.length) % FORMS.length];
  return form === undefined ? text : text.replace(/DTSTART:\w+\r\nDURATION:\w+/, form(start));
}

/** The forms that starts have. */
const FORMS: readonly ((start: string) => string)[] = [
  (start) => `DTSTART:${start}\r\nDURATION:PT1H`,
  (start) => `DTSTART;TZID=America/New_York:${start.slice(0, -1)}\r\nDURATION:PT45M`,
  (start) => `DTSTART;VALUE=DATE:${start.slice(0, 8)}`,
];

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Each at some places of a year, on different weekdays. */
const RANGES: readonly (readonly [name: string, length: number])[] = [
  ['an hour', HOUR],
  ['a day', DAY],
  ['a week', 7 * DAY],
  ['a month', 31 * DAY],
];
const PLACES = [12, 75, 138, 201, 264, 327];

function rangeFrom(day: number, length: number): string {
  const text = (at: number) => new Date(at).toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const start = Date.UTC(2027, 0, 1) + day * DAY + (length < DAY ? 14 * HOUR : 0);
  return `start="${text(start)}" end="${text(start + length)}"`;
}

/** Prints objects read, and microseconds, for each that is answered, on average over the places. */
export async function seriesTable(service: Service, store: CountingStore, rounds: number): Promise<void> {
  line(`\n${SERIES} endless series`, ['answered', 'read each', 'µs each']);
  for (const [name, length] of RANGES) {
    let [answered, read, time] = [0, 0, 0];
    for (const day of PLACES) {
      const body = query(`<c:time-range ${rangeFrom(day, length)}/>`);
      const operation = asking(requests(service), name, 'REPORT', body);
      const before = store.reads();
      answered += (await operation.answered?.(PATH)) ?? 0;
      read += store.reads() - before;
      const [found = 0] = await measured(operation, [[PATH, SERIES]], rounds);
      time += found;
    }
    line(name, [(answered / PLACES.length).toFixed(0), (read / answered).toFixed(2), (time / answered).toFixed(1)]);
  }
}
