/**
 * `npm run bench`: what Davit itself costs, as processor time of common requests in process, without network, on SQLite in a temporary
 * folder; and whether that grows with the collection. Calendars of 1,000 and 10,000 events, with `--large` of 100,000 too, and address
 * books of 500 and 5,000 cards, with `--large` of 50,000 too, all of one user, are asked in turn, some rounds over, so that a slow spell of
 * the machine meets all. `--of calendars` or `--of cards` leaves out the others, `--only PATTERN` other operations
 * (`--only series` asks a calendar of endless series alone); `--data FOLDER` keeps
 * the data there for the next run of the same sizes.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { openSqliteStore } from '../src/store/sqlite/database.ts';
import { calendarOperations, dailyTable, fillCalendars } from './bench-calendars.ts';
import { addressbookOperations, fillAddressbooks } from './bench-cards.ts';
import { addAda, addressbookPath, benchService, calendarPath } from './bench-data.ts';
import { line, type Place, table } from './bench-measure.ts';
import { countingStore, fillSeries, seriesTable } from './bench-series.ts';

const { values: options } = parseArgs({
  options: {
    large: { type: 'boolean' },
    of: { type: 'string' },
    only: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    data: { type: 'string' },
  },
});
const rounds = Number(options.rounds);
const only = new RegExp(options.only ?? '');

/** A sort of collection, in sizes. */
interface Sort {
  readonly name: 'calendars' | 'cards';
  readonly sizes: readonly number[];
  readonly path: (size: number) => string;
  readonly fill: typeof fillCalendars;
  readonly operations: typeof calendarOperations;
  /** Of which answers the memory is measured. */
  readonly memory: readonly string[];
}

const sorts: readonly Sort[] = [
  {
    name: 'calendars',
    sizes: [1_000, 10_000, ...(options.large ? [100_000] : [])],
    path: calendarPath,
    fill: fillCalendars,
    operations: calendarOperations,
    memory: ['list', 'sync', 'month', 'data'],
  },
  {
    name: 'cards',
    sizes: [500, 5_000, ...(options.large ? [50_000] : [])],
    path: addressbookPath,
    fill: fillAddressbooks,
    operations: addressbookOperations,
    memory: ['list', 'sync', 'cards', 'export'],
  },
];
const chosen = sorts.filter(({ name }) => options.of === undefined || options.of === name);

const folder = options.data ?? (await mkdtemp(join(tmpdir(), 'davit-bench-')));
await mkdir(folder, { recursive: true });

for (const { name, sizes, path, fill, operations, memory } of chosen) {
  const file = join(folder, `${name}.sqlite`);
  const isFresh = !existsSync(file);
  const store = countingStore(await openSqliteStore({ file }));
  const service = benchService(store);
  console.log(`\n${name}: microseconds of processor time on ${service.store.engine}, Node.js ${process.version}`);
  if (isFresh) {
    await addAda(service);
    await fill(service, sizes);
    if (name === 'calendars') await fillSeries(service);
  }
  const places = sizes.map((size): Place => [path(size), size]);
  const asked = operations(service).filter((operation) => only.test(operation.name));
  await table('a request', asked, places, rounds);
  if (name === 'calendars' && only.test('daily')) await dailyTable(service, rounds);
  if (name === 'calendars' && only.test('series')) await seriesTable(service, store, rounds);
  await service.close();
  if (!only.test('memory')) continue;
  line('\nmemory above idle, MiB', ['', 'of answer', 'responses']);
  for (const what of memory) {
    const program = join(import.meta.dirname, 'bench-memory.ts');
    const [smallest, largest] = [path(sizes[0] ?? 0), path(sizes.at(-1) ?? 0)];
    const { stdout } = await promisify(execFile)(process.execPath, [program, file, smallest, largest, what]);
    line(`${what} of ${sizes.at(-1)}`, stdout.trim().split(' '));
  }
}
if (options.data === undefined) await rm(folder, { recursive: true });
