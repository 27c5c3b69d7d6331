/**
 * Rules for every cell of the table of RFC 5545 section 3.3.10: each FREQ beside each part that it may have. They are the same in every run,
 * and what an independent implementation makes of them is held against Davit, instance by instance, and counted by cell.
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { DAY } from '../../../src/formats/icalendar/civil.ts';
import { type Frequency, parseRule, startsOf } from '../../../src/formats/icalendar/recurrence.ts';
import { starts, wallText } from './recurrence-rules.ts';

/** The columns; `NUMBERED` is a BYDAY such as 2TU. */
export const PARTS = [
  'ALONE',
  'INTERVAL',
  'WKST',
  'COUNT',
  'UNTIL',
  'BYMONTH',
  'BYWEEKNO',
  'BYYEARDAY',
  'BYMONTHDAY',
  'BYDAY',
  'NUMBERED',
  'BYHOUR',
  'BYMINUTE',
  'BYSECOND',
  'BYSETPOS',
] as const;

/** A column. */
export type Part = (typeof PARTS)[number];

/** The rows. */
export const FREQUENCIES: readonly Frequency[] = [
  'YEARLY',
  'MONTHLY',
  'WEEKLY',
  'DAILY',
  'HOURLY',
  'MINUTELY',
  'SECONDLY',
];

/** "MUST NOT be used" or "MUST NOT be specified" says RFC 5545 section 3.3.10 of these. */
const FORBIDDEN: Partial<Record<Part, readonly Frequency[]>> = {
  BYWEEKNO: ['MONTHLY', 'WEEKLY', 'DAILY', 'HOURLY', 'MINUTELY', 'SECONDLY'],
  BYYEARDAY: ['MONTHLY', 'WEEKLY', 'DAILY'],
  BYMONTHDAY: ['WEEKLY'],
  NUMBERED: ['WEEKLY', 'DAILY', 'HOURLY', 'MINUTELY', 'SECONDLY'],
};

/** Whether a rule with that FREQ may have that part. */
export function isCell(freq: Frequency, part: Part): boolean {
  return FORBIDDEN[part]?.includes(freq) !== true;
}

/** A rule, from where, and what Davit makes of it. */
export interface RuleCase {
  readonly freq: Frequency;
  readonly parts: readonly Part[];
  /** With COUNT, or with an UNTIL up to which nothing is left out. */
  readonly text: string;
  /** A wall clock. */
  readonly start: number;
  /** The start is an instance by the rule itself. Where it is not, for the rule hardly ever has one, nobody says whether it counts. */
  readonly isSynchronized: boolean;
  readonly expected: readonly number[];
}

const MOST_INSTANCES = 15;
/** Where fewer instances lie within so many years, there are no more of them there. */
const YEARS: Record<Frequency, number> = {
  YEARLY: 40,
  MONTHLY: 15,
  WEEKLY: 6,
  DAILY: 6,
  HOURLY: 2,
  MINUTELY: 0.5,
  SECONDLY: 0.05,
};

const signed = (high: number) =>
  fc.oneof(
    fc.integer({ min: 1, max: high }),
    fc.integer({ min: -high, max: -1 }),
    fc.constantFrom(1, -1, high, -high, 2, -2),
  );
const from = (low: number, high: number) => fc.integer({ min: low, max: high });
const weekday = fc.constantFrom('SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA');

function values(part: Part, freq: Frequency): fc.Arbitrary<string> {
  const list = (one: fc.Arbitrary<number | string>, maxLength: number) =>
    fc
      .uniqueArray(one, { minLength: 1, maxLength })
      .map((chosen) => chosen.sort((a, b) => Number(a) - Number(b)).join(','));
  switch (part) {
    case 'INTERVAL':
      return from(2, 7).map(String);
    case 'WKST':
      return weekday;
    case 'COUNT':
      return from(1, 12).map(String);
    case 'BYMONTH':
      return list(from(1, 12), 4);
    case 'BYWEEKNO':
      return list(signed(53), 3);
    case 'BYYEARDAY':
      return list(signed(366), 4);
    case 'BYMONTHDAY':
      return list(signed(31), 4);
    case 'BYDAY':
      return list(weekday, 4);
    case 'NUMBERED':
      return list(
        fc.tuple(freq === 'YEARLY' ? signed(53) : signed(5), weekday).map((pair) => pair.join('')),
        3,
      );
    case 'BYHOUR':
      return list(from(0, 23), 3);
    case 'BYMINUTE':
      return list(from(0, 59), 3);
    case 'BYSECOND':
      return list(from(0, 59), 3);
    case 'BYSETPOS':
      return list(signed(6), 3);
    default:
      return fc.constant('');
  }
}

interface Draft {
  readonly parts: ReadonlyMap<Part, string>;
  readonly start: number;
}

function drafts(freq: Frequency, part: Part): fc.Arbitrary<Draft> {
  const chances = PARTS.map((one) => {
    if (one === part || one === 'ALONE') return fc.constant(one === part);
    // What is rare to come across on its own is given to one rule in three.
    return isCell(freq, one)
      ? from(0, one === 'COUNT' || one === 'UNTIL' ? 9 : 3).map((n) => n === 0)
      : fc.constant(false);
  });
  return fc.tuple(fc.tuple(...chances), starts, fc.nat(3599)).chain(([chosen, quarter, second]) => {
    const parts = part === 'ALONE' ? [] : PARTS.filter((_, index) => chosen[index]).filter((one) => one !== 'ALONE');
    return fc.tuple(...parts.map((one) => values(one, freq))).map((texts) => ({
      parts: new Map(parts.map((one, index) => [one, texts[index] ?? ''])),
      start: quarter + (second % 2 === 0 ? 0 : second),
    }));
  });
}

/** Takes out what must not stand beside the rest. */
function tidied(freq: Frequency, parts: Map<Part, string>): Map<Part, string> {
  if (parts.has('BYWEEKNO')) parts.delete('NUMBERED');
  if (parts.has('NUMBERED')) parts.delete('BYDAY');
  if (parts.has('COUNT')) parts.delete('UNTIL');
  // A number of a weekday counts in the month beside BYMONTH, and from 6 on it never comes there.
  const numbered = parts.get('NUMBERED');
  if (freq === 'YEARLY' && parts.has('BYMONTH') && numbered !== undefined) {
    parts.set(
      'NUMBERED',
      numbered.replace(/\d+/g, (digits) => String(((Number(digits) - 1) % 5) + 1)),
    );
  }
  if (![...parts.keys()].some((name) => name !== 'BYSETPOS' && (name.startsWith('BY') || name === 'NUMBERED'))) {
    if (parts.has('BYSETPOS')) parts.set('BYHOUR', '9,17');
  }
  return parts;
}

function ruleText(freq: Frequency, parts: ReadonlyMap<Part, string>): string {
  let text = `FREQ=${freq}`;
  for (const [name, value] of parts) {
    if (name !== 'ALONE' && name !== 'UNTIL') text += `;${name === 'NUMBERED' ? 'BYDAY' : name}=${value}`;
  }
  return text;
}

/** The first instances of a rule without UNTIL, up to a bound, by Davit. */
function davit(text: string, start: number, until: number): number[] {
  const rule = parseRule(text);
  assert.ok(rule, text);
  return [...startsOf(rule, start, { isDate: false, until }).take(MOST_INSTANCES)];
}

function caseOf(freq: Frequency, { parts: drafted, start: wanted }: Draft): RuleCase {
  const parts = tidied(freq, new Map(drafted));
  const endless = ruleText(freq, new Map([...parts].filter(([name]) => name !== 'COUNT')));
  // "The DTSTART property value SHOULD be synchronized with the recurrence rule": so it is the first instance after the one that was drawn.
  const first = davit(endless, wanted, wanted + 30 * 366 * DAY)[1];
  const start = first ?? wanted;
  const isSynchronized = first !== undefined;
  const years = YEARS[freq] * (parts.has('INTERVAL') ? 3 : 1);
  const bound = Math.floor(start + years * 366 * DAY);
  const all = davit(endless, start, bound);
  const named = [...parts.keys()].filter((part) => part !== 'COUNT' || isSynchronized);
  const cells: Part[] = named.length === 0 ? ['ALONE'] : named;
  if (parts.has('COUNT') && isSynchronized) {
    const count = Math.min(Number(parts.get('COUNT')), all.length);
    return {
      freq,
      parts: cells,
      text: `${endless};COUNT=${count}`,
      start,
      isSynchronized,
      expected: all.slice(0, count),
    };
  }
  const expected = parts.has('UNTIL') ? all.slice(0, Math.ceil(all.length / 2)) : all;
  const until = all.length === MOST_INSTANCES || parts.has('UNTIL') ? expected.at(-1)! : bound;
  return { freq, parts: cells, text: `${endless};UNTIL=${wallText(until)}`, start, isSynchronized, expected };
}

/** So many rules for each cell, always the same for a seed. */
export function ruleCases(perCell: number, seed = 5545): readonly RuleCase[] {
  const cases: RuleCase[] = [];
  for (const [row, freq] of FREQUENCIES.entries()) {
    for (const [column, part] of PARTS.entries()) {
      if (!isCell(freq, part)) continue;
      const sample = fc.sample(drafts(freq, part), { seed: seed + row * 100 + column, numRuns: perCell });
      cases.push(...sample.map((draft) => caseOf(freq, draft)));
    }
  }
  return cases;
}

/** Why some differences are the oracle's. */
export interface KnownFault {
  /** The sentence of RFC 5545 that the oracle does not follow. */
  readonly sentence: string;
  readonly fault: string;
  /** Where the fault shows: these rules are not asked. */
  readonly applies: (one: RuleCase) => boolean;
}

/** Instances, or why there are none to compare: the oracle gave up, or refuses such rules. */
export type Answer = { readonly instances: readonly number[] } | { readonly none: string };

/** How one oracle did. */
export interface Comparison {
  readonly oracle: string;
  /** The rules compared, by FREQ and part. */
  readonly cells: ReadonlyMap<string, number>;
  readonly compared: number;
  /** Rules that were not, and why, with how many. */
  readonly left: ReadonlyMap<string, number>;
  readonly differences: readonly string[];
}

function add(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** The name of a cell. */
export function cellOf(freq: Frequency, part: Part): string {
  return `${freq} ${part}`;
}

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
  const differences: string[] = [];
  let compared = 0;
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
    compared++;
    for (const part of one.parts) add(cells, cellOf(one.freq, part));
    const without = (locals: readonly number[]) => locals.filter((local) => one.isSynchronized || local !== one.start);
    if (without(one.expected).join() !== without(answer.instances).join()) {
      const texts = (values: readonly number[]) => values.map(wallText).join(' ');
      differences.push(
        `${wallText(one.start)} ${one.text}\n  Davit: ${texts(one.expected)}\n  ${oracle}: ${texts(answer.instances)}`,
      );
    }
  }
  return { oracle, cells, compared, left, differences };
}

/** How many rules of each cell each oracle compared, as a table. */
export function cellTable(comparisons: readonly Comparison[]): string {
  const width = Math.max(...PARTS.map((part) => part.length), 4 * comparisons.length) + 1;
  const lines = [''.padEnd(10) + PARTS.map((part) => part.padStart(width)).join('')];
  for (const freq of FREQUENCIES) {
    const cells = PARTS.map((part) => {
      const counts = comparisons.map(({ cells }) => cells.get(cellOf(freq, part)) ?? 0);
      return (isCell(freq, part) ? counts.join('/') : '-').padStart(width);
    });
    lines.push(freq.padEnd(10) + cells.join(''));
  }
  return lines.join('\n');
}

/** What people want to know of comparisons: sums, the table, and what was left out. */
export function report(comparisons: readonly Comparison[]): string {
  const sums = comparisons.map(({ oracle, compared }) => `${oracle} ${compared}`).join(', ');
  const left = comparisons.flatMap(({ oracle, left }) =>
    [...left].map(([reason, count]) => `${oracle}, ${count} left out: ${reason}`),
  );
  return [`rules compared: ${sums}`, cellTable(comparisons), ...left].join('\n');
}
