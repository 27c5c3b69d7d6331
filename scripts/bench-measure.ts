/**
 * How `npm run bench` measures: processor time of one request in a slice of many, the same operation at places of several sizes in turn, the
 * median of some rounds.
 */
import type { Service } from '../src/server/service.ts';
import { pieces, send } from './bench-data.ts';

/** Microseconds of processor time that one round of one operation takes about. */
const SLICE = 300_000;
/** At larger places nothing is done to warm up: the rounds are long enough. */
const WARMED = 10_000;

/** A collection, and how many objects it has. */
export type Place = readonly [path: string, size: number];

/** One operation: `act` is measured, `prepare` goes before each round. */
export interface Operation {
  readonly name: string;
  prepare?(path: string, size: number): Promise<void>;
  act(path: string, at: number, size: number): Promise<void>;
  /** How many things an answer has; where there is none, the operation should cost the same whatever the size. */
  readonly answered?: ((path: string) => Promise<number>) | undefined;
}

/** The requests of operations on a service. */
export interface Requests {
  ask(method: string, target: string, body: string, depth?: string): Promise<void>;
  /** The answer, read to its end. */
  read(method: string, target: string, body: string, depth?: string): Promise<string>;
}

export function requests(service: Service): Requests {
  return {
    async ask(method, target, body, depth = '0') {
      for await (const _ of pieces(await send(service, method, target, body, depth)));
    },
    async read(method, target, body, depth = '0') {
      let text = '';
      for await (const piece of pieces(await send(service, method, target, body, depth))) text += piece;
      return text;
    },
  };
}

const RESPONSE = /<\/d:response>/g;

/** An operation that is the same request each time, at Depth 1, and answers what `what` counts: responses. */
export function asking(
  { ask, read }: Requests,
  name: string,
  method: string,
  body: string,
  what = RESPONSE,
): Operation {
  return {
    name,
    act: (path) => ask(method, path, body, '1'),
    answered: async (path) => (await read(method, path, body, '1')).match(what)?.length ?? 0,
  };
}

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
export async function measured(
  operation: Operation,
  places: readonly Place[],
  rounds: number,
): Promise<readonly number[]> {
  for (const [path, size] of places) if (size <= WARMED) await slice(operation, path, size);
  const found = places.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [at, [path, size]] of places.entries()) found[at]?.push(await slice(operation, path, size));
  }
  return found.map(median);
}

/** Prints a line of a table. */
export function line(name: string, cells: readonly string[]): void {
  console.log(`${name.padEnd(26)}${cells.map((cell) => cell.padStart(12)).join('')}`);
}

function ratios(values: readonly number[]): readonly string[] {
  return values.slice(1).map((value) => `${(value / (values[0] ?? 1)).toFixed(2)}x`);
}

/** Prints what the operations take at the places: first those that answer the same everywhere, then the others for each thing answered. */
export async function table(
  head: string,
  operations: readonly Operation[],
  places: readonly Place[],
  rounds: number,
): Promise<void> {
  if (operations.length === 0) return;
  const sizes = places.map(([, size]) => size);
  line(head, [...sizes.map(String), ...sizes.slice(1).map((size) => `x ${size / (sizes[0] ?? 1)}`)]);
  for (const operation of operations.filter(({ answered }) => answered === undefined)) {
    const found = await measured(operation, places, rounds);
    line(operation.name, [...found.map((value) => value.toFixed(0)), ...ratios(found)]);
  }
  line('for each thing answered', []);
  for (const operation of operations) {
    if (operation.answered === undefined) continue;
    const found = await measured(operation, places, rounds);
    const answered: number[] = [];
    for (const [path] of places) answered.push(await operation.answered(path));
    const each = found.map((value, at) => value / (answered[at] ?? 1));
    line(operation.name, [...each.map((value) => value.toFixed(1)), ...ratios(each)]);
    line('  answered', answered.map(String));
  }
}
