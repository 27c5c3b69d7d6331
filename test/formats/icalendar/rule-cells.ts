/**
 * Rules for every cell of the table of RFC 5545 section 3.3.10: each FREQ beside each part that it may have. They are the same in every run.
 * Some have that part alone, some are near to where they start, so that implementations which know or reach less are asked in every cell.
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { DAY } from '../../../src/formats/icalendar/civil.ts';
import { type Frequency, parseRule, startsOf, stepBudget } from '../../../src/formats/icalendar/recurrence.ts';
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
  /** The first of them, or all up to UNTIL. */
  readonly expected: readonly number[];
  /**
   * How many seconds, minutes, hours, days, weeks, months or years an implementation that leaves out none goes through until it knows that
   * there is no further instance: with UNTIL, to the one after it. `Infinity` where the rule has no other.
   */
  readonly periods: number;
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

/** What a rule is near in: so many periods even a slow implementation goes through. */
const NEAR_PERIODS = 4000;

/** The length of a period in seconds; months and years at their mean. */
export const LENGTH: Readonly<Record<Frequency, number>> = {
  YEARLY: 365.2425 * DAY,
  MONTHLY: 30.436875 * DAY,
  WEEKLY: 7 * DAY,
  DAILY: DAY,
  HOURLY: 3600,
  MINUTELY: 60,
  SECONDLY: 1,
};

/** A part by which a period has more instances than one, and values for it, wherever there is such a part. */
const EXPANDING: Record<Frequency, readonly [Part, string]> = {
  YEARLY: ['BYDAY', 'MO,TH'],
  MONTHLY: ['BYDAY', 'MO,TH'],
  WEEKLY: ['BYDAY', 'MO,TH'],
  DAILY: ['BYHOUR', '9,17'],
  HOURLY: ['BYMINUTE', '0,30'],
  MINUTELY: ['BYSECOND', '0,30'],
  SECONDLY: ['BYSECOND', '0,30'],
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
  const list = (one: fc.Arbitrary<number | string>, maxLength: number) => {
    const several = fc.uniqueArray(one, { minLength: 1, maxLength });
    return fc.oneof(
      one.map(String),
      several.map((chosen) => chosen.sort((a, b) => Number(a) - Number(b)).join(',')),
    );
  };
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
    case 'NUMBERED': {
      const numbered = fc.tuple(freq === 'YEARLY' ? signed(53) : signed(5), weekday).map((pair) => pair.join(''));
      const mixed = fc.tuple(numbered, weekday).filter(([one, other]) => !one.endsWith(other));
      return fc.oneof({ weight: 4, arbitrary: list(numbered, 3) }, mixed.map(String));
    }
    case 'BYHOUR':
      return list(from(0, 23), 3);
    case 'BYMINUTE':
      return list(from(0, 59), 3);
    case 'BYSECOND':
      return list(from(0, 59), 3);
    case 'BYSETPOS':
      return fc.oneof(list(signed(6), 3), fc.constantFrom('1', '-1', '1,2', '-2,-1', '1,2,3,4'));
    default:
      return fc.constant('');
  }
}

interface Draft {
  readonly parts: ReadonlyMap<Part, string>;
  readonly start: number;
  readonly isNear: boolean;
}

/** Starts of rules; those of rules that are faster than DAILY are often at the end of a day, which they then cross. */
function startsFor(freq: Frequency): fc.Arbitrary<number> {
  const plain = fc.tuple(starts, fc.nat(3599)).map(([start, second]) => start + (second % 2 === 0 ? 0 : second));
  const unit = LENGTH[freq];
  if (unit >= DAY) return plain;
  const edge = fc
    .tuple(starts, from(3, 12))
    .map(([start, before]) => (Math.floor(start / DAY) + 1) * DAY - before * unit);
  return fc.oneof(plain, edge);
}

function drafts(freq: Frequency, part: Part): fc.Arbitrary<Draft> {
  const chances = PARTS.map((one) => {
    if (one === part || one === 'ALONE') return fc.constant(one === part);
    // What is rare to come across on its own is given to one rule in three.
    return isCell(freq, one)
      ? from(0, one === 'COUNT' || one === 'UNTIL' ? 9 : 3).map((n) => n === 0)
      : fc.constant(false);
  });
  const only = PARTS.map((one) => fc.constant(one === part));
  const chosenParts = fc.oneof({ weight: 3, arbitrary: fc.tuple(...chances) }, fc.tuple(...only));
  return fc.tuple(chosenParts, startsFor(freq), fc.boolean()).chain(([chosen, start, isNear]) => {
    const parts = part === 'ALONE' ? [] : PARTS.filter((_, index) => chosen[index]).filter((one) => one !== 'ALONE');
    return fc.tuple(...parts.map((one) => values(one, freq))).map((texts) => ({
      parts: new Map(parts.map((one, index) => [one, texts[index] ?? ''])),
      start,
      isNear,
    }));
  });
}

/** Takes out what must not stand beside the rest. */
function tidied(freq: Frequency, parts: Map<Part, string>, place: number): Map<Part, string> {
  if (parts.has('BYWEEKNO')) parts.delete('NUMBERED');
  if (parts.has('NUMBERED')) parts.delete('BYDAY');
  if (parts.has('COUNT')) parts.delete('UNTIL');
  // Most implementations give all days of a week without a weekday, and days of one month alone: two rules in three name these.
  if (parts.has('BYWEEKNO') && !parts.has('BYDAY') && place % 3 > 0) parts.set('BYDAY', 'TU');
  if (freq === 'YEARLY' && parts.has('BYMONTHDAY') && place % 3 > 0)
    parts.set('BYMONTH', parts.get('BYMONTH') ?? '3,10');
  // A number of a weekday counts in the month beside BYMONTH, and from 6 on it never comes there.
  const numbered = parts.get('NUMBERED');
  if (freq === 'YEARLY' && parts.has('BYMONTH') && numbered !== undefined) {
    parts.set(
      'NUMBERED',
      numbered.replace(/\d+/g, (digits) => String(((Number(digits) - 1) % 5) + 1)),
    );
  }
  if (![...parts.keys()].some((name) => name !== 'BYSETPOS' && (name.startsWith('BY') || name === 'NUMBERED'))) {
    if (parts.has('BYSETPOS')) parts.set(...EXPANDING[freq]);
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

/** A rule without COUNT and UNTIL, and what it starts from. */
interface Series {
  readonly freq: Frequency;
  readonly parts: ReadonlyMap<Part, string>;
  readonly text: string;
  readonly start: number;
  readonly isSynchronized: boolean;
  readonly isNear: boolean;
}

/** The first instances of a rule from `low` on, up to a bound, by Davit. */
function davit(text: string, start: number, until: number, low = start, budget = stepBudget()): number[] {
  const rule = parseRule(text);
  assert.ok(rule, text);
  return [...startsOf(rule, start, { isDate: false, from: low, until, budget }).take(MOST_INSTANCES)];
}

function seriesOf(freq: Frequency, { parts: drafted, start: wanted, isNear }: Draft, place: number): Series {
  const parts = tidied(freq, new Map(drafted), place);
  const text = ruleText(freq, new Map([...parts].filter(([name]) => name !== 'COUNT')));
  // "The DTSTART property value SHOULD be synchronized with the recurrence rule": so it is the first instance after the one that was drawn.
  const first = davit(text, wanted, wanted + 30 * 366 * DAY, wanted, stepBudget(20_000))[1];
  return { freq, parts, text, start: first ?? wanted, isSynchronized: first !== undefined, isNear };
}

function caseOf({ freq, parts, text, start, isSynchronized, isNear }: Series): RuleCase {
  const stride = LENGTH[freq] * Number(parts.get('INTERVAL') ?? 1);
  const years = YEARS[freq] * (parts.has('INTERVAL') ? 3 : 1);
  const reach = Math.min(years * 366 * DAY, isNear ? NEAR_PERIODS * stride : Number.POSITIVE_INFINITY);
  const bound = start + Math.floor(reach);
  const all = davit(text, start, bound);
  const named = [...parts.keys()].filter((part) => part !== 'COUNT' || isSynchronized);
  const cells: Part[] = named.length === 0 ? ['ALONE'] : named;
  const about = { freq, parts: cells, start, isSynchronized };
  const periods = (last: number) => Math.ceil((last - start) / stride);
  if (parts.has('COUNT') && isSynchronized) {
    const expected = all.slice(0, Number(parts.get('COUNT')));
    return { ...about, text: `${text};COUNT=${expected.length}`, expected, periods: periods(expected.at(-1)!) };
  }
  const expected = parts.has('UNTIL') ? all.slice(0, Math.ceil(all.length / 2)) : all;
  const until = all.length === MOST_INSTANCES || parts.has('UNTIL') ? expected.at(-1)! : bound;
  const beyond = davit(text, start, start + 100 * 366 * DAY, until + 1)[0] ?? Number.POSITIVE_INFINITY;
  return { ...about, text: `${text};UNTIL=${wallText(until)}`, expected, periods: periods(beyond) };
}

/** So many rules for each cell, always the same for a seed; at most one in twenty has no instance but the start. */
export function ruleCases(perCell: number, seed = 5545): readonly RuleCase[] {
  const cases: RuleCase[] = [];
  for (const [row, freq] of FREQUENCIES.entries()) {
    for (const [column, part] of PARTS.entries()) {
      if (!isCell(freq, part)) continue;
      const options = { seed: seed + row * 100 + column, numRuns: 3 * perCell };
      let left = perCell;
      let empty = Math.floor(perCell / 20);
      for (const [place, draft] of fc.sample(drafts(freq, part), options).entries()) {
        const series = seriesOf(freq, draft, place);
        if (!series.isSynchronized && empty-- <= 0) continue;
        cases.push(caseOf(series));
        if (--left === 0) break;
      }
    }
  }
  return cases;
}
