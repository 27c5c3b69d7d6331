/**
 * `npm run bench`: what Davit itself costs, as processor time of common requests in process, without network, on SQLite in a temporary
 * folder; and whether that grows with the calendar. Calendars of 1,000 and 10,000 events, with `--large` of 100,000 too, all of one user, are
 * asked in turn, some rounds over, so that a slow spell of the machine meets all. `--only PATTERN` leaves out other
 * operations; `--data FOLDER` keeps the data there for the next run of the same sizes.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { openSqliteStore } from '../src/store/sqlite/database.ts';
import {
  addAda,
  benchService,
  calendarPath,
  event,
  expand,
  fill,
  freeBusy,
  MONTH,
  month,
  pieces,
  propfind,
  query,
  send,
  summary,
  sync,
} from './bench-data.ts';

const { values: options } = parseArgs({
  options: {
    large: { type: 'boolean' },
    only: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    data: { type: 'string' },
  },
});
const sizes = options.large ? [1_000, 10_000, 100_000] : [1_000, 10_000];
const rounds = Number(options.rounds);
const only = new RegExp(options.only ?? '');
/** Microseconds of processor time that one round of one operation takes about. */
const SLICE = 300_000;

const folder = options.data ?? (await mkdtemp(join(tmpdir(), 'davit-bench-')));
const file = join(folder, 'davit.sqlite');
const isFresh = !existsSync(file);
await mkdir(folder, { recursive: true });
const service = benchService(await openSqliteStore({ file }));
if (isFresh) await addAda(service);

/** The answer, read to its end: how many responses, or periods of busy time, or instances it has. */
async function count(method: string, target: string, body: string, depth: string, what: RegExp): Promise<number> {
  let text = '';
  for await (const piece of pieces(await send(service, method, target, body, depth))) text += piece;
  return text.match(what)?.length ?? 0;
}

async function ask(method: string, target: string, body: string, depth = '0'): Promise<void> {
  for await (const _ of pieces(await send(service, method, target, body, depth)));
}

/** One operation: `act` is measured, `prepare` goes before each round. */
interface Operation {
  readonly name: string;
  prepare?(path: string, size: number): Promise<void>;
  act(path: string, at: number, size: number): Promise<void>;
  /** How many things an answer has; where there is none, the operation should cost the same whatever the size. */
  readonly answered?: ((path: string) => Promise<number>) | undefined;
}

const tokens = new Map<string, string>();
const RESPONSE = /<\/d:response>/g;
let fresh = 0;

function report(name: string, body: string, what = RESPONSE): Operation {
  return {
    name,
    act: (path) => ask('REPORT', path, body, '1'),
    answered: (path) => count('REPORT', path, body, '1', what),
  };
}

async function changeOne(path: string): Promise<void> {
  const answer = await send(service, 'PROPFIND', path, propfind('<d:sync-token/>'));
  let text = '';
  for await (const piece of pieces(answer)) text += piece;
  tokens.set(path, /<d:sync-token>([^<]*)</.exec(text)?.[1] ?? '');
  await ask('PUT', `${path}1.ics`, event(1).replace('LOCATION:', `LOCATION:${++fresh} `));
}

const operations: readonly Operation[] = [
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
    act: (path, at, size) => {
      const which = (at * 7919) % size;
      return ask('PUT', `${path}${which}.ics`, event(which).replace('LOCATION:', `LOCATION:${++fresh} `));
    },
  },
  {
    name: 'sync, one change',
    prepare: changeOne,
    act: (path) => ask('REPORT', path, sync(tokens.get(path))),
  },
  { ...report('text that one event has', summary('number 777 ')), answered: undefined },
  report('text, 2 % of the events', summary('budget')),
  report('month', month()),
  report('month, expanded', month(expand(MONTH)), /BEGIN:VEVENT/g),
  // Busy times that touch are one period: what it costs is that of the events.
  { ...report('free-busy of the month', freeBusy), answered: report('', month()).answered },
  {
    name: 'list (getetag, Depth 1)',
    act: (path) => ask('PROPFIND', path, propfind('<d:getetag/>'), '1'),
    answered: (path) => count('PROPFIND', path, propfind('<d:getetag/>'), '1', RESPONSE),
  },
  {
    name: 'first sync',
    act: (path) => ask('REPORT', path, sync()),
    answered: (path) => count('REPORT', path, sync(), '0', RESPONSE),
  },
];

/** Microseconds of processor time of one request, in a slice of many. */
async function slice({ act, prepare }: Operation, path: string, size: number): Promise<number> {
  await prepare?.(path, size);
  const before = process.cpuUsage();
  for (let times = 1; ; times++) {
    await act(path, times, size);
    const { user, system } = process.cpuUsage(before);
    if (user + system > SLICE || times >= 500) return (user + system) / times;
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

/** The operation at each place, in turn, round by round; by place, the median. */
async function measured(
  operation: Operation,
  places: readonly (readonly [string, number])[],
): Promise<readonly number[]> {
  for (const [path, size] of places) if (size <= 10_000) await slice(operation, path, size);
  const found = places.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [at, [path, size]] of places.entries()) found[at]?.push(await slice(operation, path, size));
  }
  return found.map(median);
}

function line(name: string, cells: readonly string[]): void {
  console.log(`${name.padEnd(26)}${cells.map((cell) => cell.padStart(12)).join('')}`);
}

function ratios(values: readonly number[]): readonly string[] {
  return values.slice(1).map((value) => `${(value / (values[0] ?? 1)).toFixed(2)}x`);
}

console.log(`microseconds of processor time on ${service.store.engine}, Node.js ${process.version}`);
if (isFresh) {
  for (const size of sizes) await fill(service, calendarPath(size), size);
  await fill(service, calendarPath('daily'), 1, 'DAILY');
  await fill(service, calendarPath('daily-10'), 10, 'DAILY');
}
const places = sizes.map((size): [string, number] => [calendarPath(size), size]);

line('a request', [...sizes.map(String), ...sizes.slice(1).map((size) => `x ${size / (sizes[0] ?? 1)}`)]);
const [alike, growing] = [operations.filter((one) => !one.answered), operations.filter((one) => one.answered)];
for (const operation of alike.filter(({ name }) => only.test(name))) {
  const found = await measured(operation, places);
  line(operation.name, [...found.map((value) => value.toFixed(0)), ...ratios(found)]);
}
line('\nfor each thing answered', []);
for (const operation of growing.filter(({ name }) => only.test(name))) {
  const found = await measured(operation, places);
  const answered: number[] = [];
  for (const [path] of places) answered.push((await operation.answered?.(path)) ?? 0);
  const each = found.map((value, at) => value / (answered[at] ?? 1));
  line(operation.name, [...each.map((value) => value.toFixed(1)), ...ratios(each)]);
  line('  answered', answered.map(String));
}

if (only.test('daily')) {
  const YEARS: readonly (readonly [string, string])[] = [
    ['a month', MONTH],
    ['a year', 'start="20260101T000000Z" end="20270101T000000Z"'],
    ['10 years', 'start="20260101T000000Z" end="20360101T000000Z"'],
  ];
  line('\ndaily events, expanded', ['one', 'ten']);
  for (const [name, range] of YEARS) {
    const operation = report(name, query(`<c:time-range ${range}/>`, expand(range)), /BEGIN:VEVENT/g);
    const both: [string, number][] = [
      [calendarPath('daily'), 1],
      [calendarPath('daily-10'), 10],
    ];
    const found = await measured(operation, both);
    const instances: number[] = [];
    for (const [path] of both) instances.push((await operation.answered?.(path)) ?? 0);
    line(
      name,
      found.map((value, at) => (value / (instances[at] ?? 1)).toFixed(1)),
    );
    line('  instances', instances.map(String));
  }
}
await service.close();

if (only.test('memory')) {
  const largest = String(sizes.at(-1));
  line('\nmemory above idle, MiB', ['', 'of answer', 'responses']);
  for (const what of ['list', 'sync', 'month', 'data']) {
    const program = join(import.meta.dirname, 'bench-memory.ts');
    const { stdout } = await promisify(execFile)(process.execPath, [program, file, largest, what]);
    line(`${what} of ${largest}`, stdout.trim().split(' '));
  }
}
if (options.data === undefined) await rm(folder, { recursive: true });
