/**
 * Thousands of recurrence rules, some for every FREQ beside every part, expanded by Davit, by libical and by python-dateutil: the instances
 * are the same, but for what the list of each one's faults explains. RFC 5545 section 3.3.10.
 */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { DAY, weekdayOf } from '../../src/formats/icalendar/civil.ts';
import { wall, wallText } from '../formats/icalendar/recurrence-rules.ts';
import {
  type Answer,
  askable,
  type Comparison,
  cellOf,
  compare,
  FREQUENCIES,
  isCell,
  type KnownFault,
  PARTS,
  type Part,
  type RuleCase,
  report,
  ruleCases,
} from '../formats/icalendar/rule-cells.ts';
import { scaleCases } from '../formats/icalendar/scale-rules.ts';
import { skipWithout } from '../support/debian.ts';

const PER_CELL = 30;
const WEEKDAYS = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'];

function has(one: RuleCase, ...parts: readonly Part[]): boolean {
  return parts.some((part) => one.parts.includes(part));
}

/** The values of a part, or '' where it is not there. */
function valuesOf(one: RuleCase, part: string): string {
  return new RegExp(`;${part}=([^;]*)`).exec(one.text)?.[1] ?? '';
}

/** Whether numbered weeks are among those that may reach over the end of a year, or are not in every year. */
function touchesYearEnd(one: RuleCase): boolean {
  return valuesOf(one, 'BYWEEKNO')
    .split(',')
    .some((week) => ['1', '52', '53', '-1', '-52', '-53'].includes(week));
}

const TABLE =
  'The table below summarizes the dependency of BYxxx rule part expand or limit behavior on the FREQ rule part value.';
const FROM_START = 'This information would be the same as what is specified for "DTSTART".';
const WEEK_ONE =
  'Week number one of the calendar year is the first week that contains at least four (4) days in that calendar year.';
const FROM_END = 'For example, -10 represents the tenth to the last day of the month.';
const SET = 'BYSETPOS operates on a set of recurrence instances in one interval of the recurrence rule.';

const LIBICAL: readonly KnownFault[] = [
  {
    sentence: FROM_START,
    fault: 'BYWEEKNO without BYDAY gives days of other weeks',
    applies: (one) => has(one, 'BYWEEKNO') && !has(one, 'BYDAY'),
  },
  {
    sentence: WEEK_ONE,
    fault: 'negative week numbers, and weeks that reach over the end of a year, are off by one or left out',
    applies: (one) => valuesOf(one, 'BYWEEKNO').includes('-') || touchesYearEnd(one),
  },
  {
    sentence: TABLE,
    fault: 'BYMONTHDAY in a YEARLY rule expands in the month of DTSTART alone',
    applies: (one) => one.freq === 'YEARLY' && has(one, 'BYMONTHDAY') && !has(one, 'BYMONTH'),
  },
  {
    sentence: FROM_END,
    fault: 'negative values of BYMONTHDAY and BYYEARDAY do not limit rules that repeat daily or faster',
    applies: (one) =>
      ['DAILY', 'HOURLY', 'MINUTELY', 'SECONDLY'].includes(one.freq) &&
      (valuesOf(one, 'BYMONTHDAY') + valuesOf(one, 'BYYEARDAY')).includes('-'),
  },
  {
    sentence: TABLE,
    fault: 'times that limit a rule faster than DAILY make it forget INTERVAL, or give an instance twice',
    applies: (one) =>
      (['HOURLY', 'MINUTELY', 'SECONDLY'].includes(one.freq) && has(one, 'BYHOUR')) ||
      (['MINUTELY', 'SECONDLY'].includes(one.freq) && has(one, 'BYMINUTE')) ||
      (one.freq === 'SECONDLY' && has(one, 'BYSECOND')),
  },
  {
    sentence: SET,
    fault: 'BYSETPOS counts days and not times, and is passed over where rules repeat weekly or faster',
    applies: (one) =>
      has(one, 'BYSETPOS') &&
      (has(one, 'BYHOUR', 'BYMINUTE', 'BYSECOND') || (one.freq !== 'YEARLY' && one.freq !== 'MONTHLY')),
  },
];

const DATEUTIL: readonly KnownFault[] = [
  {
    sentence: FROM_START,
    fault: 'BYWEEKNO without BYDAY gives all days of the week, not that of DTSTART',
    applies: (one) => has(one, 'BYWEEKNO') && !has(one, 'BYDAY'),
  },
  {
    sentence: WEEK_ONE,
    fault: 'the days of a week that reaches over the end of a year count for the year in which they lie',
    applies: touchesYearEnd,
  },
  {
    sentence: SET,
    fault: 'BYSETPOS in the first week of a WEEKLY rule counts from DTSTART, not from the start of the week',
    applies: (one) =>
      one.freq === 'WEEKLY' &&
      has(one, 'BYSETPOS') &&
      weekdayOf(Math.floor(one.start / DAY)) !== WEEKDAYS.indexOf(valuesOf(one, 'WKST') || 'MO'),
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

const LIBICAL_SCALES: readonly KnownFault[] = [
  {
    sentence: TABLE,
    fault: 'BYMONTHDAY in a YEARLY rule expands in the month of DTSTART alone',
    applies: (one) => one.freq === 'YEARLY' && !one.text.includes(';BYMONTH='),
  },
  {
    sentence:
      'The INTERVAL rule part contains a positive integer representing at which intervals the recurrence rule repeats.',
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

/** Those of the calendars that libical knows too. */
const SCALES = [
  'CHINESE',
  'DANGI',
  'HEBREW',
  'COPTIC',
  'ETHIOPIC',
  'INDIAN',
  'PERSIAN',
  'ISLAMIC-CIVIL',
  'ISLAMIC-TBLA',
];

const skip = skipWithout(
  'gcc',
  'python3',
  '/usr/include/stdio.h',
  '/usr/include/libical/ical.h',
  '/usr/lib/python3/dist-packages/dateutil/rrule.py',
);

function compiledInto(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'davit-libical-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const program = join(folder, 'expand');
  const source = join(import.meta.dirname, 'recurrence-libical.c');
  const compiled = spawnSync('gcc', ['-O1', '-o', program, source, '-lical'], { encoding: 'utf8' });
  assert.equal(compiled.status, 0, compiled.stderr);
  return program;
}

test('RFC 7529 section 4: libical finds the instances in other calendars that Davit finds', {
  skip,
}, async (context) => {
  const cases = scaleCases(SCALES, 60);
  const comparison = await held('libical', compiledInto(context), [], cases, LIBICAL_SCALES);
  context.diagnostic(`rules compared: ${comparison.compared}`);
  assert.equal(comparison.differences.length, 0, comparison.differences.slice(0, 20).join('\n'));
  assert.ok(comparison.compared > 60, `${comparison.compared} compared`);
});

test('RFC 5545 section 3.3.10: libical and python-dateutil find the instances that Davit finds', {
  skip,
}, async (context) => {
  const program = compiledInto(context);
  const cases = ruleCases(PER_CELL);
  const comparisons = await Promise.all([
    held('libical', program, [], cases, LIBICAL),
    held('python-dateutil', '/usr/bin/python3', [join(import.meta.dirname, 'recurrence-dateutil.py')], cases, DATEUTIL),
  ]);
  for (const line of report(comparisons).split('\n')) context.diagnostic(line);
  const differences = comparisons.flatMap((one) => one.differences);
  assert.equal(differences.length, 0, `${differences.length} differences\n${differences.slice(0, 20).join('\n')}`);
  for (const freq of FREQUENCIES) {
    for (const part of PARTS.filter((one) => isCell(freq, one))) {
      const cell = cellOf(freq, part);
      assert.ok(
        comparisons.some(({ cells }) => (cells.get(cell) ?? 0) > 0),
        `${cell} was compared by none`,
      );
    }
  }
});
