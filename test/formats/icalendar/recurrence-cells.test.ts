/** Every FREQ beside every part, held against two other implementations. RFC 5545 section 3.3.10. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import ICAL from 'ical.js';
import { RRuleTemporal } from 'rrule-temporal';
import { wallText } from './recurrence-rules.ts';
import {
  type Answer,
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
} from './rule-cells.ts';

const MOST = 30;

const TABLE =
  'The table below summarizes the dependency of BYxxx rule part expand or limit behavior on the FREQ rule part value.';
const INVALID = 'Such recurrence instances MUST be ignored and MUST NOT be counted as part of the recurrence set.';

function has(one: RuleCase, ...parts: readonly Part[]): boolean {
  return parts.some((part) => one.parts.includes(part));
}

const RRULE_TEMPORAL_FAULTS: readonly KnownFault[] = [
  {
    sentence: 'Limit if BYYEARDAY or BYMONTHDAY is present',
    fault: 'a YEARLY rule gives the days of BYDAY and BYWEEKNO beside those of BYYEARDAY and BYMONTHDAY',
    applies: (one) =>
      one.freq === 'YEARLY' && has(one, 'BYYEARDAY', 'BYMONTHDAY') && has(one, 'BYDAY', 'NUMBERED', 'BYWEEKNO'),
  },
  {
    sentence: INVALID,
    fault: 'the 53rd of a weekday is looked for in years that have 52',
    applies: (one) => one.freq === 'YEARLY' && /BYDAY=[^;]*53/.test(one.text),
  },
];

function rruleTemporal({ text, start }: RuleCase): Answer {
  const rruleString = `DTSTART:${wallText(start)}Z\nRRULE:${text}${text.includes('UNTIL') ? 'Z' : ''}`;
  try {
    const oracle = new RRuleTemporal({ rruleString, includeDtstart: true, maxIterations: 5000 });
    return { instances: oracle.all((_, index) => index < MOST).map((one) => one.epochMilliseconds / 1000) };
  } catch {
    return { none: 'it gives up where nothing matches for long' };
  }
}

const ICAL_JS_FAULTS: readonly KnownFault[] = [
  {
    sentence: INVALID,
    fault: 'it does not end where a rule has no further instance',
    applies: (one) => one.expected.length < 3,
  },
  {
    sentence: 'BYSETPOS operates on a set of recurrence instances in one interval of the recurrence rule.',
    fault: 'it passes over BYSETPOS',
    applies: (one) => has(one, 'BYSETPOS'),
  },
  {
    sentence: 'This corresponds to weeks according to week numbering as defined in [ISO.8601.2004].',
    fault: 'it counts weeks and days of the year from elsewhere, and does not end where there is none',
    applies: (one) => has(one, 'BYWEEKNO', 'BYYEARDAY'),
  },
  {
    sentence: INVALID,
    fault: 'it puts days that a month does not have into the next one, and does not end where there is none',
    applies: (one) =>
      has(one, 'BYMONTHDAY') || (one.freq === 'MONTHLY' && Number(wallText(one.start).slice(6, 8)) > 28),
  },
  {
    sentence: TABLE,
    fault: 'MONTHLY and YEARLY rules forget other times of the first period, or all later ones',
    applies: (one) => (one.freq === 'MONTHLY' || one.freq === 'YEARLY') && has(one, 'BYHOUR', 'BYMINUTE', 'BYSECOND'),
  },
  {
    sentence: 'Each BYDAY value can also be preceded by a positive (+n) or negative (-n) integer.',
    fault: 'a YEARLY rule with numbers above 5 gives every week',
    applies: (one) => one.freq === 'YEARLY' && has(one, 'NUMBERED') && !has(one, 'BYMONTH'),
  },
  {
    sentence:
      'The INTERVAL rule part contains a positive integer representing at which intervals the recurrence rule repeats.',
    fault: 'a MONTHLY rule with BYMONTH counts INTERVAL from the last month that is named',
    applies: (one) => one.freq === 'MONTHLY' && has(one, 'INTERVAL') && has(one, 'BYMONTH'),
  },
  {
    sentence: TABLE,
    fault: 'rules faster than DAILY do not end where nothing matches for long',
    applies: (one) =>
      ['HOURLY', 'MINUTELY', 'SECONDLY'].includes(one.freq) &&
      has(one, 'BYMONTH', 'BYDAY', 'BYHOUR', 'BYMINUTE', 'BYSECOND'),
  },
];

function icalJs({ text, start }: RuleCase): Answer {
  const iterator = ICAL.Recur.fromString(text).iterator(ICAL.Time.fromJSDate(new Date(start * 1000), true));
  const instances: number[] = [];
  for (let next = iterator.next(); next !== null && instances.length < MOST; next = iterator.next()) {
    instances.push(next.toUnixTime());
  }
  return { instances };
}

test('RFC 5545 section 3.3.10: rules of every cell give what two other implementations give', (context) => {
  const cases = ruleCases(6);
  const comparisons = [
    compare('rrule-temporal', cases, RRULE_TEMPORAL_FAULTS, rruleTemporal),
    compare('ical.js', cases, ICAL_JS_FAULTS, icalJs),
  ];
  for (const line of report(comparisons).split('\n')) context.diagnostic(line);
  assert.deepEqual(
    comparisons.flatMap(({ differences }) => differences),
    [],
  );
  const [first] = comparisons;
  for (const freq of FREQUENCIES) {
    for (const part of PARTS) {
      if (isCell(freq, part)) assert.ok((first?.cells.get(cellOf(freq, part)) ?? 0) > 0, cellOf(freq, part));
    }
  }
});
