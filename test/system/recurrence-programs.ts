/**
 * Two implementations of recurrence that are programs, libical and python-dateutil from Debian, with what is known to be wrong in them.
 * RFC 5545 section 3.3.10, RFC 7529 section 4.
 */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { DAY, weekdayOf } from '../../src/formats/icalendar/civil.ts';
import {
  type Answer,
  askable,
  type Comparison,
  compare,
  type KnownFault,
} from '../formats/icalendar/recurrence-comparison.ts';
import { wall, wallText } from '../formats/icalendar/recurrence-rules.ts';
import { LENGTH, type RuleCase } from '../formats/icalendar/rule-cells.ts';
import { has, leavesOut, mixesNumbered, SENTENCES, startsWithin, valuesOf } from '../formats/icalendar/rule-traits.ts';

const WEEKDAYS = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'];

/** Whether numbered weeks are among those that may reach over the end of a year, or are not in every year. */
function touchesYearEnd(one: RuleCase): boolean {
  return valuesOf(one, 'BYWEEKNO')
    .split(',')
    .some((week) => ['1', '52', '53', '-1', '-52', '-53'].includes(week));
}

function isFasterThanDaily(one: RuleCase): boolean {
  return LENGTH[one.freq] < DAY;
}

function weekStart(one: RuleCase): number {
  return WEEKDAYS.indexOf(valuesOf(one, 'WKST') || 'MO');
}

function startWeekday(one: RuleCase): number {
  return weekdayOf(Math.floor(one.start / DAY));
}

/** Whether the week begins, in the order from Sunday on, after DTSTART and all days that are named, another one of these before DTSTART. */
function beginsAfterNamed(one: RuleCase): boolean {
  const named = valuesOf(one, 'BYDAY')
    .split(',')
    .map((day) => WEEKDAYS.indexOf(day));
  return [startWeekday(one), ...named].every((day) => day < weekStart(one)) && Math.min(...named) !== startWeekday(one);
}

const LIBICAL: readonly KnownFault[] = [
  {
    sentence: SENTENCES.fromStart,
    fault: 'BYWEEKNO without BYDAY gives days of other weeks',
    applies: (one) => has(one, 'BYWEEKNO') && !has(one, 'BYDAY'),
  },
  {
    sentence: SENTENCES.firstWeek,
    fault: 'negative week numbers, and weeks that reach over the end of a year, are off by one or left out',
    applies: (one) => valuesOf(one, 'BYWEEKNO').includes('-') || touchesYearEnd(one),
  },
  {
    sentence: SENTENCES.table,
    fault: 'BYMONTHDAY in a YEARLY rule expands in the month of DTSTART alone',
    applies: (one) => one.freq === 'YEARLY' && has(one, 'BYMONTHDAY') && !has(one, 'BYMONTH'),
  },
  {
    sentence: SENTENCES.fromEnd,
    fault: 'negative values of BYMONTHDAY and BYYEARDAY do not limit rules that repeat daily or faster',
    applies: (one) =>
      LENGTH[one.freq] <= DAY && (valuesOf(one, 'BYMONTHDAY') + valuesOf(one, 'BYYEARDAY')).includes('-'),
  },
  {
    sentence: SENTENCES.interval,
    fault: 'hours, minutes or seconds that limit a rule faster than DAILY make it forget INTERVAL',
    applies: (one) =>
      has(one, 'INTERVAL') &&
      ((isFasterThanDaily(one) && has(one, 'BYHOUR')) ||
        (LENGTH[one.freq] <= 60 && has(one, 'BYMINUTE')) ||
        (LENGTH[one.freq] <= 1 && has(one, 'BYSECOND'))),
  },
  {
    sentence: SENTENCES.duplicates,
    fault: 'the instance at DTSTART is given twice where its hour, minute or second is not the first that is named',
    applies: startsWithin,
  },
  {
    sentence: SENTENCES.interval,
    fault: 'a WEEKLY rule counts from another week where WKST stands after DTSTART and all of BYDAY',
    applies: (one) => one.freq === 'WEEKLY' && has(one, 'INTERVAL') && has(one, 'BYDAY') && beginsAfterNamed(one),
  },
  {
    sentence: SENTENCES.positions,
    fault: 'BYSETPOS in a YEARLY or MONTHLY rule counts days and not times',
    applies: (one) => LENGTH[one.freq] > 7 * DAY && has(one, 'BYSETPOS') && has(one, 'BYHOUR', 'BYMINUTE', 'BYSECOND'),
  },
  {
    sentence: SENTENCES.positions,
    fault: 'BYSETPOS is passed over where rules repeat weekly or faster: sets of which it takes all are compared',
    applies: (one) => LENGTH[one.freq] <= 7 * DAY && leavesOut(one),
  },
];

const DATEUTIL: readonly KnownFault[] = [
  {
    sentence: SENTENCES.invalid,
    fault: 'it does not end where a rule has no further instance, or none for long',
    applies: (one) => one.periods > 20_000,
  },
  {
    sentence: SENTENCES.fromStart,
    fault: 'BYWEEKNO without BYDAY gives all days of the week, not that of DTSTART',
    applies: (one) => has(one, 'BYWEEKNO') && !has(one, 'BYDAY'),
  },
  {
    sentence: SENTENCES.firstWeek,
    fault: 'the days of a week that reaches over the end of a year count for the year in which they lie',
    applies: touchesYearEnd,
  },
  {
    sentence: SENTENCES.withoutNumber,
    fault: 'of weekdays without a number and others with one it gives the days that are both',
    applies: mixesNumbered,
  },
  {
    sentence: SENTENCES.positions,
    fault: 'BYSETPOS in the first week of a WEEKLY rule counts from DTSTART, not from the start of the week',
    applies: (one) => one.freq === 'WEEKLY' && has(one, 'BYSETPOS') && startWeekday(one) !== weekStart(one),
  },
];

const LIBICAL_SCALES: readonly KnownFault[] = [
  {
    sentence: SENTENCES.table,
    fault: 'BYMONTHDAY in a YEARLY rule expands in the month of DTSTART alone',
    applies: (one) => one.freq === 'YEARLY' && !one.text.includes(';BYMONTH='),
  },
  {
    sentence: SENTENCES.interval,
    fault: 'in other calendars INTERVAL counts from another year or month than that of DTSTART',
    applies: (one) => one.text.includes('INTERVAL'),
  },
  {
    sentence: 'A date with an invalid day-of-month is changed to the next (valid) day-of-month.',
    fault: 'SKIP=FORWARD in a MONTHLY rule loses days, and in a YEARLY rule puts them out of order',
    applies: (one) => one.text.includes('SKIP=FORWARD'),
  },
  {
    sentence: 'a date with an invalid month is changed to the previous (valid) month.',
    fault: 'the months after the leap month of a year count as one less',
    applies: (one) => one.text.includes('SKIP=BACKWARD') && /BYMONTH=[^;]*L/.test(one.text),
  },
];

/** What a program answers to the rules, line by line. */
function answersOf(command: string, args: readonly string[], cases: readonly RuleCase[]): Promise<readonly Answer[]> {
  return new Promise((resolve, reject) => {
    const program = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    let text = '';
    program.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    program.on('error', reject).on('close', (code) => {
      const lines = text.split('\n').slice(0, -1);
      if (code !== 0 || lines.length !== cases.length) reject(new Error(`${command} answered ${lines.length} rules`));
      else resolve(lines.map(answerOf));
    });
    program.stdin.end(cases.map((one) => `${wallText(one.start)} ${one.text}\n`).join(''));
  });
}

function answerOf(line: string): Answer {
  // A rule that cannot be finished may have been answered in part.
  const none = line.indexOf('none: ');
  if (none >= 0) return { none: line.slice(none + 6) };
  return { instances: line === '' ? [] : line.split(' ').map(wall) };
}

async function held(
  oracle: string,
  command: string,
  args: readonly string[],
  cases: readonly RuleCase[],
  faults: readonly KnownFault[],
): Promise<Comparison> {
  const answers = await answersOf(command, args, askable(cases, faults));
  return compare(oracle, cases, faults, (_, index) => answers[index] ?? { none: 'no answer' });
}

/** The program that asks libical, compiled; it is removed after the test. */
export function compiledLibical(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'davit-libical-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const program = join(folder, 'expand');
  const source = join(import.meta.dirname, 'recurrence-libical.c');
  const compiled = spawnSync('gcc', ['-O1', '-o', program, source, '-lical'], { encoding: 'utf8' });
  assert.equal(compiled.status, 0, compiled.stderr);
  return program;
}

/** What libical makes of rules. */
export function byLibical(program: string, cases: readonly RuleCase[]): Promise<Comparison> {
  return held('libical', program, [], cases, LIBICAL);
}

/** What libical makes of rules in other calendars. */
export function byLibicalInScales(program: string, cases: readonly RuleCase[]): Promise<Comparison> {
  return held('libical', program, [], cases, LIBICAL_SCALES);
}

/** What python-dateutil makes of rules. */
export function byDateutil(cases: readonly RuleCase[]): Promise<Comparison> {
  const program = join(import.meta.dirname, 'recurrence-dateutil.py');
  return held('python-dateutil', '/usr/bin/python3', [program], cases, DATEUTIL);
}
