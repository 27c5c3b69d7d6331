/**
 * What a calendar-query reads costs as much as what it answers: the objects read, and so parsed, are counted, on calendars of series that never
 * end. RFC 4791 section 7.8.
 */
import assert from 'node:assert/strict';
import { Session } from 'node:inspector/promises';
import { after, describe, test } from 'node:test';
import { parseRule, startsOf } from '../../../src/formats/icalendar/recurrence.ts';
import { formatMoment, parseMomentText } from '../../../src/formats/icalendar/values.ts';
import type { Store } from '../../../src/store/store.ts';
import { comp, freeBusyQuery, prop, query, range, text } from '../../conformance/rfc4791/queries.ts';
import { event } from '../../support/builders.ts';
import type { Client } from '../../support/client.ts';
import { openTestStore } from '../../support/engine.ts';
import { inProcess } from '../../support/in-process.ts';
import { withWorld } from '../../support/world.ts';

/** Objects that were read with their bytes, by whatever way. */
let read = 0;

function counting(store: Store): Store {
  const counted =
    <Given extends readonly unknown[], Found>(find: (...given: Given) => Promise<readonly Found[]>) =>
    async (...given: Given): Promise<readonly Found[]> => {
      const found = await find(...given);
      read += found.length;
      return found;
    };
  return {
    ...store,
    read: (act) =>
      store.read((tx) => {
        const { matching, readAll, readPage } = tx.objects;
        const ways = { matching: counted(matching), readAll: counted(readAll), readPage: counted(readPage) };
        return act({ ...tx, objects: { ...tx.objects, ...ways } });
      }),
  };
}

const store = await openTestStore();
const service = await inProcess(counting(store), {});
after(() => service.close());

const two = (value: number): string => String(value).padStart(2, '0');
const WEEKDAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];

/** The n-th of many events, spread over the days of a year, in the forms that starts have. */
function start(at: number, year: number): Record<string, string | undefined> {
  const day = `${year}${two(1 + (at % 12))}${two(1 + ((at * 5) % 28))}`;
  const hour = `T${two(at % 24)}3000`;
  if (at % 3 === 0) return { 'DTSTART;VALUE=DATE': day, DTSTART: undefined, DURATION: undefined };
  if (at % 3 === 1) return { DTSTART: `${day}${hour}Z`, DURATION: 'PT1H' };
  return { 'DTSTART;TZID=America/New_York': `${day}${hour}`, DTSTART: undefined, DURATION: 'PT1H' };
}

type Kind = (at: number) => Record<string, string | undefined>;

/** What lies in a calendar, by kind; the rules never end. */
const KINDS: Readonly<Record<string, Kind>> = {
  single: (at) => start(at, 2024 + (at % 4)),
  yearly: (at) => ({ ...start(at, 1950 + at), RRULE: 'FREQ=YEARLY' }),
  'yearly by weekday': (at) => ({
    ...start(at, 1950 + at),
    RRULE: `FREQ=YEARLY;BYMONTH=${1 + (at % 12)};BYDAY=${(at % 5) - 2 || 3}${WEEKDAYS[at % 7]}`,
  }),
  monthly: (at) => ({ ...start(at, 1990 + (at % 30)), RRULE: 'FREQ=MONTHLY' }),
  'monthly by weekday': (at) => ({
    ...start(at, 1990 + (at % 30)),
    RRULE: `FREQ=MONTHLY;BYDAY=${(at % 5) - 2 || 3}${WEEKDAYS[at % 7]}`,
  }),
  quarterly: (at) => ({ ...start(at, 1990 + (at % 30)), RRULE: 'FREQ=MONTHLY;INTERVAL=3' }),
  weekly: (at) => ({ ...start(at, 2000 + (at % 20)), RRULE: 'FREQ=WEEKLY' }),
  'every fourth week': (at) => ({ ...start(at, 2000 + (at % 20)), RRULE: 'FREQ=WEEKLY;INTERVAL=4' }),
  'every other week, two days': (at) => ({
    ...start(at, 2000 + (at % 20)),
    RRULE: 'FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH',
  }),
  daily: (at) => ({ ...start(at, 2000 + (at % 20)), RRULE: 'FREQ=DAILY' }),
  'every third day': (at) => ({ ...start(at, 2000 + (at % 20)), RRULE: 'FREQ=DAILY;INTERVAL=3' }),
  'on workdays': (at) => ({ ...start(at, 2000 + (at % 20)), RRULE: 'FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR' }),
  'on the last day of the month': (at) => ({ ...start(at, 2000 + (at % 20)), RRULE: 'FREQ=MONTHLY;BYMONTHDAY=-1' }),
  'yearly by week': (at) => ({
    ...start(at, 2000 + (at % 20)),
    RRULE: `FREQ=YEARLY;BYWEEKNO=${1 + (at % 52)};BYDAY=${WEEKDAYS[at % 7]}`,
  }),
  'every other year': (at) => ({ ...start(at, 1950 + (at % 60)), RRULE: 'FREQ=YEARLY;INTERVAL=2' }),
  ended: (at) => ({ ...start(at, 2024 + (at % 4)), RRULE: 'FREQ=WEEKLY;COUNT=60' }),
};

/** With the second of the days of its rule for a start, which an event should be on: RFC 5545 section 3.8.5.3. */
function onItsRule(lines: Record<string, string | undefined>): Record<string, string | undefined> {
  const rule = parseRule(lines.RRULE ?? '');
  if (rule === undefined) return lines;
  const moved = Object.entries(lines).map(([name, value]) => {
    const written = name.startsWith('DTSTART') && value !== undefined ? parseMomentText(value) : undefined;
    if (written === undefined || value === undefined) return [name, value];
    const [, day = written.local] = startsOf({ ...rule, count: 2 }, written.local, { isDate: true });
    return [name, formatMoment({ kind: 'date', local: day }) + value.slice(8)];
  });
  return Object.fromEntries(moved);
}

/** Kinds without anything in a far year. */
const ENDING: readonly string[] = ['single', 'ended'];

/** As many events of each kind: the days that their starts spread over. */
const OF_EACH = 84;

function objects(kind: string, about: Kind): readonly (readonly [string, string])[] {
  return Array.from({ length: OF_EACH }, (_, at) => {
    const lines = { ...onItsRule(about(at)), SUMMARY: `${at % 12 === 0 ? 'Budget' : 'Plan'} of ${kind}, ${at}` };
    return [`${kind.replaceAll(' ', '-')}-${at}`, event(lines)];
  });
}

async function filled(alice: Client, given: readonly (readonly [string, string])[]): Promise<string> {
  const path = await alice.newCalendar('counted');
  await Promise.all(given.map(([name, body]) => alice.put(`${path}${name}.ics`, body).expect(201)));
  return path;
}

interface Cost {
  readonly read: number;
  readonly answered: number;
}

async function costOf(alice: Client, path: string, filters: readonly string[]): Promise<Cost> {
  const before = read;
  let answered = 0;
  for (const filter of filters) {
    const answer = await alice.report(path, query(filter), '1').expect(207);
    answered += answer.multistatus().responses.size;
  }
  return { read: read - before, answered };
}

function assertTwiceAtMost(what: string, cost: Cost): void {
  assert.ok(cost.answered > 0, `${what}: nothing is found`);
  assert.ok(cost.read <= 2 * cost.answered, `${what}: ${cost.read} read, ${cost.answered} answered`);
}

/** The months of a year. */
function months(year: number): readonly string[] {
  const first = (at: number) => `${year + Math.floor(at / 12)}${two(1 + (at % 12))}01T000000Z`;
  return Array.from({ length: 12 }, (_, at) => comp('VEVENT', range(first(at), first(at + 1))));
}

/** Some ranges of a year, of so many days, spread over it and its weekdays. */
function spread(year: number, days: number, count: number): readonly string[] {
  const text = (day: number) => `${new Date(Date.UTC(year, 0, day)).toISOString().replaceAll(/[-:]|\..*$/g, '')}Z`;
  const apart = Math.floor(330 / count);
  return Array.from({ length: count }, (_, at) =>
    comp('VEVENT', range(text(3 + at * apart), text(3 + at * apart + days))),
  );
}

describe('RFC 4791 section 9.9: the months, weeks and days of a year read at most twice the objects that they answer', () => {
  for (const [kind, about] of Object.entries(KINDS)) {
    test(`where all events are ${kind}`, () =>
      withWorld(service, async ({ alice }) => {
        const path = await filled(alice, objects(kind, about));
        const years = ENDING.includes(kind) ? [2024, 2027] : [2027, 2100];
        for (const year of years) {
          assertTwiceAtMost(`months, ${kind} in ${year}`, await costOf(alice, path, months(year)));
          assertTwiceAtMost(`weeks, ${kind} in ${year}`, await costOf(alice, path, spread(year, 7, 12)));
          assertTwiceAtMost(`days, ${kind} in ${year}`, await costOf(alice, path, spread(year, 1, 30)));
        }
      }));
  }
});

test('RFC 4791 section 7.8: in a calendar of all kinds, months, texts and busy time read at most twice what is answered', () =>
  withWorld(service, async ({ alice }) => {
    const path = await filled(
      alice,
      Object.entries(KINDS).flatMap(([kind, about]) => objects(kind, about)),
    );
    for (const filter of months(2027)) {
      const cost = await costOf(alice, path, [filter]);
      assertTwiceAtMost(filter, cost);
      const before = read;
      const [asked = ''] = /<C:time-range[^>]*>/.exec(filter) ?? [];
      await alice.report(path, freeBusyQuery(asked), '1').expect(200);
      assertTwiceAtMost(`busy time, ${filter}`, { ...cost, read: read - before });
    }
    for (const words of ['budget', 'BUDGET of month', 'weekly, 7', 'of single, 24', 'of yearly by weekday, 48']) {
      const filter = comp('VEVENT', prop('SUMMARY', text(words)));
      assertTwiceAtMost(words, await costOf(alice, path, [filter]));
    }
    for (const filter of months(2027)) {
      const both = filter.replace('</C:comp-filter>', `${prop('SUMMARY', text('budget'))}</C:comp-filter>`);
      assertTwiceAtMost(both, await costOf(alice, path, [both]));
    }
  }));

/** How often a work has calendar objects read into trees, as the engine counts calls. */
async function parsesOf(work: () => Promise<void>): Promise<number> {
  const session = new Session();
  session.connect();
  try {
    await session.post('Profiler.enable');
    await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
    await work();
    const { result } = await session.post('Profiler.takePreciseCoverage');
    const functions = result.find(({ url }) => url.endsWith('/icalendar/read.ts'))?.functions ?? [];
    return functions.find(({ functionName }) => functionName === 'readCalendar')?.ranges[0]?.count ?? 0;
  } finally {
    session.disconnect();
  }
}

describe('RFC 4791 section 9.6: an object that a query answers is parsed once', () => {
  const YEAR = range('20270101T000000Z', '20280101T000000Z');
  const attributes = /start="[^"]*" end="[^"]*"/.exec(YEAR)?.[0];
  for (const [what, inside] of [
    ['whole', ''],
    ['expanded', `<C:expand ${attributes}/>`],
    ['with limited overrides', `<C:limit-recurrence-set ${attributes}/>`],
    ['in part', '<C:comp name="VCALENDAR"><C:comp name="VEVENT"><C:prop name="SUMMARY"/></C:comp></C:comp>'],
  ] as const) {
    test(what, () =>
      withWorld(service, async ({ alice }) => {
        const path = await filled(
          alice,
          objects('monthly', (at) => ({ ...start(at, 2020), RRULE: 'FREQ=MONTHLY' })),
        );
        const data = `<C:calendar-data>${inside}</C:calendar-data>`;
        let answered = 0;
        const parses = await parsesOf(async () => {
          const answer = await alice.report(path, query(comp('VEVENT', YEAR), { prop: data }), '1').expect(207);
          answered = answer.multistatus().responses.size;
          assert.match(answer.text, /BEGIN:VEVENT/);
        });
        assert.equal(answered, OF_EACH);
        assert.equal(parses, answered);
      }),
    );
  }
});
