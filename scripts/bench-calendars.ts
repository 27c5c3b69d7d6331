/**
 * What `npm run bench` asks of calendars. A fifth of the events recur, most of them without an end, and began years before what is asked for.
 */
import type { Service } from '../src/server/service.ts';
import {
  calendarPath,
  event,
  expand,
  fill,
  freeBusy,
  MONTH,
  month,
  propfind,
  query,
  send,
  summary,
  sync,
} from './bench-data.ts';
import { asking, line, measured, type Operation, type Place, requests } from './bench-measure.ts';

/** Makes the calendars. */
export async function fillCalendars(service: Service, sizes: readonly number[]): Promise<void> {
  for (const size of sizes) await fillCalendar(service, calendarPath(size), size);
  await fillCalendar(service, calendarPath('daily'), 1, 'DAILY');
  await fillCalendar(service, calendarPath('daily-10'), 10, 'DAILY');
}

async function fillCalendar(service: Service, path: string, size: number, rule?: string): Promise<void> {
  await send(service, 'MKCALENDAR', path, '');
  await fill(service, size, (at) => [`${path}${at}.ics`, event(at, rule)]);
}

/** The operations on a calendar. */
export function calendarOperations(service: Service): readonly Operation[] {
  const all = requests(service);
  const { ask, read } = all;
  const tokens = new Map<string, string>();
  let fresh = 0;
  const changed = (at: number): string => event(at).replace('LOCATION:', `LOCATION:${++fresh} `);
  const report = (name: string, body: string, what?: RegExp): Operation => asking(all, name, 'REPORT', body, what);
  return [
    { name: 'poll (getctag)', act: (path) => ask('PROPFIND', path, propfind('<s:getctag/>')) },
    { name: 'GET', act: (path, at, size) => ask('GET', `${path}${(at * 7919) % size}.ics`, '') },
    {
      name: 'PUT new and DELETE',
      act: async (path) => {
        const target = `${path}new-${++fresh}.ics`;
        await ask('PUT', target, event(5_000_001 + 50 * fresh));
        await ask('DELETE', target, '');
      },
    },
    {
      name: 'PUT changed',
      act: (path, at, size) => ask('PUT', `${path}${(at * 7919) % size}.ics`, changed((at * 7919) % size)),
    },
    {
      name: 'sync, one change',
      async prepare(path) {
        const text = await read('PROPFIND', path, propfind('<d:sync-token/>'));
        tokens.set(path, /<d:sync-token>([^<]*)</.exec(text)?.[1] ?? '');
        await ask('PUT', `${path}1.ics`, changed(1));
      },
      act: (path) => ask('REPORT', path, sync(tokens.get(path))),
    },
    { ...report('text that one event has', summary('number 777 ')), answered: undefined },
    report('text, 2 % of the events', summary('budget')),
    report('month', month()),
    report('month, expanded', month(expand(MONTH)), /BEGIN:VEVENT/g),
    // Busy times that touch are one period: what it costs is that of the events.
    { ...report('free-busy of the month', freeBusy), answered: report('', month()).answered },
    asking(all, 'list (getetag, Depth 1)', 'PROPFIND', propfind('<d:getetag/>')),
    {
      name: 'first sync',
      act: (path) => ask('REPORT', path, sync()),
      answered: async (path) => (await read('REPORT', path, sync())).split('</d:response>').length - 1,
    },
  ];
}

const YEARS: readonly (readonly [string, string])[] = [
  ['a month', MONTH],
  ['a year', 'start="20260101T000000Z" end="20270101T000000Z"'],
  ['10 years', 'start="20260101T000000Z" end="20360101T000000Z"'],
];

/** Prints what an instance costs of series of many. */
export async function dailyTable(service: Service, rounds: number): Promise<void> {
  const places: readonly Place[] = [
    [calendarPath('daily'), 1],
    [calendarPath('daily-10'), 10],
  ];
  line('\ndaily events, expanded', ['one', 'ten']);
  for (const [name, range] of YEARS) {
    const body = query(`<c:time-range ${range}/>`, expand(range));
    const operation = asking(requests(service), name, 'REPORT', body, /BEGIN:VEVENT/g);
    const found = await measured(operation, places, rounds);
    const instances: number[] = [];
    for (const [path] of places) instances.push((await operation.answered?.(path)) ?? 0);
    line(
      name,
      found.map((value, at) => (value / (instances[at] ?? 1)).toFixed(1)),
    );
    line('  instances', instances.map(String));
  }
}
