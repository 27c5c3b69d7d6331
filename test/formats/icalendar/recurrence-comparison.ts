/**
 * What independent implementations make of recurrence rules, held against Davit instance by instance, and counted for every FREQ beside
 * every part. An implementation that is wrong somewhere is not asked there, by a list that names the sentence it does not follow.
 * RFC 5545 section 3.3.10.
 */
import assert from 'node:assert/strict';
import type { Frequency } from '../../../src/formats/icalendar/recurrence.ts';
import { wallText } from './recurrence-rules.ts';
import { FREQUENCIES, isCell, PARTS, type Part, type RuleCase } from './rule-cells.ts';

/** Why some differences are the oracle's. */
export interface KnownFault {
  /** The sentence of the specification that the oracle does not follow. */
  readonly sentence: string;
  readonly fault: string;
  /** Where the fault shows: these rules are not asked. */
  readonly applies: (one: RuleCase) => boolean;
  /** The cells in which it leaves no rule at all that could be asked: `DAILY BYSETPOS`. */
  readonly closes?: readonly string[];
}

/** Instances, or why there are none to compare: the oracle gave up, or refuses such rules. */
export type Answer = { readonly instances: readonly number[] } | { readonly none: string };

/** How one oracle did. */
export interface Comparison {
  readonly oracle: string;
  /** The rules compared, by FREQ and part. */
  readonly cells: ReadonlyMap<string, number>;
  /** The cells that a fault closes. */
  readonly closed: ReadonlySet<string>;
  readonly compared: ReadonlySet<RuleCase>;
  /** Rules that were not, and why, with how many. */
  readonly left: ReadonlyMap<string, number>;
  readonly differences: readonly string[];
}

function add(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** The name of a cell. */
function cellOf(freq: Frequency, part: Part): string {
  return `${freq} ${part}`;
}

/** Every cell that the table of RFC 5545 section 3.3.10 allows. */
const CELLS: readonly string[] = FREQUENCIES.flatMap((freq) =>
  PARTS.filter((part) => isCell(freq, part)).map((part) => cellOf(freq, part)),
);

/** Which rules an oracle is to be asked. */
export function askable(cases: readonly RuleCase[], faults: readonly KnownFault[]): readonly RuleCase[] {
  return cases.filter((one) => !faults.some((fault) => fault.applies(one)));
}

/** Holds answers, one for each of the rules asked, against Davit. */
export function compare(
  oracle: string,
  cases: readonly RuleCase[],
  faults: readonly KnownFault[],
  ask: (one: RuleCase, index: number) => Answer,
): Comparison {
  const cells = new Map<string, number>();
  const left = new Map<string, number>();
  const compared = new Set<RuleCase>();
  const differences: string[] = [];
  for (const one of cases) {
    const fault = faults.find(({ applies }) => applies(one));
    if (fault !== undefined) add(left, `${fault.fault}, against "${fault.sentence}"`);
  }
  for (const [index, one] of askable(cases, faults).entries()) {
    const answer = ask(one, index);
    if ('none' in answer) {
      add(left, answer.none);
      continue;
    }
    compared.add(one);
    for (const part of one.parts) add(cells, cellOf(one.freq, part));
    const without = (locals: readonly number[]) => locals.filter((local) => one.isSynchronized || local !== one.start);
    if (without(one.expected).join() !== without(answer.instances).join()) {
      const texts = (values: readonly number[]) => values.map(wallText).join(' ');
      differences.push(
        `${wallText(one.start)} ${one.text}\n  Davit: ${texts(one.expected)}\n  ${oracle}: ${texts(answer.instances)}`,
      );
    }
  }
  return { oracle, cells, closed: new Set(faults.flatMap(({ closes = [] }) => closes)), compared, left, differences };
}

/** How many oracles compared a rule. */
function times(comparisons: readonly Comparison[], one: RuleCase): number {
  return comparisons.filter(({ compared }) => compared.has(one)).length;
}

/** How many rules of each cell were compared by two oracles or more. */
function twice(comparisons: readonly Comparison[], cases: readonly RuleCase[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const one of cases) {
    if (times(comparisons, one) > 1) for (const part of one.parts) add(counts, cellOf(one.freq, part));
  }
  return counts;
}

/**
 * Verifies that no oracle differs, that each one compared rules in every cell that none of its faults closes, and none in those, and that
 * in every cell that is open to two of them two compared the same rules; and that hardly any rule was compared by none.
 * @throws AssertionError naming the cells, or the first differences
 */
export function assertCompared(comparisons: readonly Comparison[], cases: readonly RuleCase[]): void {
  const differences = comparisons.flatMap((one) => one.differences);
  assert.equal(differences.length, 0, `${differences.length} differences\n${differences.slice(0, 20).join('\n')}`);
  for (const { oracle, cells, closed } of comparisons) {
    const empty = CELLS.filter((cell) => !cells.has(cell));
    assert.deepEqual(empty, [...closed].sort(byCell), `cells in which ${oracle} compared no rule`);
  }
  const counts = twice(comparisons, cases);
  const missing = CELLS.filter((cell) => !counts.has(cell));
  const askable = ({ closed }: Comparison, cell: string) => !closed.has(cell);
  assert.deepEqual(
    missing.filter((cell) => comparisons.filter((one) => askable(one, cell)).length > 1),
    [],
    'cells in which no two oracles compared a rule',
  );
  const none = cases.filter((one) => times(comparisons, one) === 0).map(({ text }) => text);
  assert.ok(
    none.length * 20 < cases.length,
    `${none.length} rules were compared by none\n${none.slice(0, 20).join('\n')}`,
  );
}

function byCell(a: string, b: string): number {
  return CELLS.indexOf(a) - CELLS.indexOf(b);
}

/** How many rules of each cell were compared, as a table: a column of the one beside a column for each part. */
function table(counts: (cell: string) => string): string {
  const rows = [
    ['', ...FREQUENCIES],
    ...PARTS.map((part) => [
      part,
      ...FREQUENCIES.map((freq) => (isCell(freq, part) ? counts(cellOf(freq, part)) : '-')),
    ]),
  ];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) =>
      row.map((text, at) => (at === 0 ? text.padEnd(widths[at]!) : text.padStart(widths[at]! + 2))).join(''),
    )
    .join('\n');
}

/** What people want to know of comparisons: sums, the tables, and what was left out. */
export function report(comparisons: readonly Comparison[], cases: readonly RuleCase[]): string {
  const names = comparisons.map(({ oracle }) => oracle).join(' / ');
  const sums = comparisons.map(({ oracle, compared }) => `${oracle} ${compared.size}`).join(', ');
  const shared = [0, ...comparisons.keys().map((index) => index + 1)].map(
    (count) => `${cases.filter((one) => times(comparisons, one) === count).length} by ${count}`,
  );
  const both = twice(comparisons, cases);
  const left = comparisons.flatMap(({ oracle, left }) =>
    [...left].map(([reason, count]) => `${oracle}, ${count} left out: ${reason}`),
  );
  return [
    `${cases.length} rules; compared by ${sums}`,
    `of these: ${shared.join(', ')} of them`,
    `Rules compared by ${names}`,
    table((cell) => comparisons.map(({ cells }) => cells.get(cell) ?? 0).join('/')),
    'Rules compared by two of them or more',
    table((cell) => String(both.get(cell) ?? 0)),
    ...left,
  ].join('\n');
}
