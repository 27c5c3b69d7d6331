/**
 * Two implementations of recurrence that are packages, rrule-temporal and ical.js, with what is known to be wrong in them.
 * RFC 5545 section 3.3.10.
 */
import ICAL from 'ical.js';
import { RRuleTemporal } from 'rrule-temporal';
import { type Answer, type Comparison, compare, type KnownFault } from './recurrence-comparison.ts';
import { wallText } from './recurrence-rules.ts';
import type { RuleCase } from './rule-cells.ts';
import { has, leavesOut, mixesNumbered, SENTENCES, startsWithin, valuesOf } from './rule-traits.ts';

const MOST = 30;

const RRULE_TEMPORAL_FAULTS: readonly KnownFault[] = [
  {
    sentence: 'Limit if BYYEARDAY or BYMONTHDAY is present',
    fault:
      'a YEARLY rule gives the days of BYDAY and BYWEEKNO beside those of BYYEARDAY and BYMONTHDAY, and of these two',
    applies: (one) =>
      one.freq === 'YEARLY' &&
      ((has(one, 'BYYEARDAY', 'BYMONTHDAY') && has(one, 'BYDAY', 'NUMBERED', 'BYWEEKNO')) ||
        (has(one, 'BYYEARDAY') && has(one, 'BYMONTHDAY'))),
  },
  {
    sentence: SENTENCES.invalid,
    fault: 'the 53rd of a weekday is looked for in years that have 52',
    applies: (one) => one.freq === 'YEARLY' && /BYDAY=[^;]*53/.test(one.text),
  },
  {
    sentence: SENTENCES.firstWeek,
    fault:
      'a DTSTART in the week of a year beside its own does not count for that year, so that INTERVAL counts from another one',
    applies: (one) => has(one, 'BYWEEKNO') && /^....(010[1-4]|122[89]|123.)/.test(wallText(one.start)),
  },
  {
    sentence: SENTENCES.withoutNumber,
    fault: 'a YEARLY rule forgets the weekdays without a number beside those with one',
    applies: (one) => one.freq === 'YEARLY' && mixesNumbered(one),
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

const IS_FASTER_THAN_DAILY = /FREQ=(HOURLY|MINUTELY|SECONDLY)/;

/** How many times of the day a rule names. */
function timesOf(one: RuleCase): number {
  return ['BYHOUR', 'BYMINUTE', 'BYSECOND'].reduce((sum, part) => sum * valuesOf(one, part).split(',').length, 1);
}

/** Whether a rule names days that some months do not have, by BYMONTHDAY or by DTSTART alone. */
function needsDay29(one: RuleCase): boolean {
  const days = valuesOf(one, 'BYMONTHDAY')
    .split(',')
    .map((day) => Math.abs(Number(day)));
  return Math.max(...days) > 28 || (!has(one, 'BYMONTHDAY', 'BYDAY', 'NUMBERED') && dayOfMonth(one) > 28);
}

function dayOfMonth(one: RuleCase): number {
  return Number(wallText(one.start).slice(6, 8));
}

const ICAL_JS_FAULTS: readonly KnownFault[] = [
  {
    sentence: SENTENCES.invalid,
    fault: 'it does not end where a rule has no further instance, or none for long',
    applies: (one) => one.periods > 4000,
  },
  {
    sentence: SENTENCES.positions,
    fault: 'it passes over BYSETPOS, or over some of its values',
    applies: (one) =>
      leavesOut(one) && !(one.freq === 'MONTHLY' && has(one, 'BYDAY') && !valuesOf(one, 'BYSETPOS').includes(',')),
    closes: ['YEARLY BYSETPOS'],
  },
  {
    sentence: SENTENCES.weeks,
    fault: 'it passes over BYWEEKNO, or gives nothing',
    applies: (one) => has(one, 'BYWEEKNO'),
    closes: ['YEARLY BYWEEKNO'],
  },
  {
    sentence: SENTENCES.table,
    fault: 'BYYEARDAY limits nothing but to no instance, and stands beside other parts of a YEARLY rule without them',
    applies: (one) =>
      has(one, 'BYYEARDAY') &&
      (one.freq !== 'YEARLY' || has(one, 'BYMONTH', 'BYMONTHDAY', 'BYDAY', 'NUMBERED', 'BYSETPOS')),
    closes: ['HOURLY BYYEARDAY', 'MINUTELY BYYEARDAY', 'SECONDLY BYYEARDAY'],
  },
  {
    sentence: SENTENCES.fromEnd,
    fault:
      'negative values of BYMONTHDAY do not limit rules that repeat daily or faster, and stay behind in later months of a year',
    applies: (one) => one.freq !== 'MONTHLY' && valuesOf(one, 'BYMONTHDAY').includes('-'),
  },
  {
    sentence: SENTENCES.invalid,
    fault: 'it puts days that a month does not have into the next one',
    applies: (one) => ['YEARLY', 'MONTHLY'].includes(one.freq) && needsDay29(one),
  },
  {
    sentence: SENTENCES.table,
    fault: 'BYMONTHDAY in a YEARLY rule expands in the month of DTSTART alone, and is forgotten beside BYDAY',
    applies: (one) =>
      has(one, 'BYMONTHDAY') &&
      ((one.freq === 'YEARLY' && !has(one, 'BYMONTH')) ||
        (['YEARLY', 'MONTHLY'].includes(one.freq) && has(one, 'BYDAY', 'NUMBERED'))),
  },
  {
    sentence: SENTENCES.table,
    fault: 'MONTHLY and YEARLY rules forget other times of the first period, or all later ones',
    applies: (one) => ['YEARLY', 'MONTHLY'].includes(one.freq) && timesOf(one) > 1,
  },
  {
    sentence: SENTENCES.numbered,
    fault: 'a YEARLY rule counts the weekdays of a year from elsewhere',
    applies: (one) => one.freq === 'YEARLY' && has(one, 'NUMBERED') && !has(one, 'BYMONTH'),
  },
  {
    sentence: SENTENCES.interval,
    fault: 'a MONTHLY rule with BYMONTH goes from one named month to the next, and comes back to that of DTSTART',
    applies: (one) =>
      one.freq === 'MONTHLY' && has(one, 'BYMONTH') && has(one, 'INTERVAL', 'BYDAY', 'NUMBERED', 'COUNT'),
  },
  {
    sentence: SENTENCES.interval,
    fault: 'times that limit a rule faster than DAILY make it forget INTERVAL',
    applies: (one) =>
      IS_FASTER_THAN_DAILY.test(one.text) && has(one, 'INTERVAL') && has(one, 'BYHOUR', 'BYMINUTE', 'BYSECOND'),
  },
  {
    sentence: SENTENCES.duplicates,
    fault: 'the instance at DTSTART is given twice where its hour, minute or second is not the first that is named',
    applies: (one) => startsWithin(one),
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

/** What rrule-temporal makes of rules. */
export function byRruleTemporal(cases: readonly RuleCase[]): Comparison {
  return compare('rrule-temporal', cases, RRULE_TEMPORAL_FAULTS, rruleTemporal);
}

/** What ical.js makes of rules. It began as libical, so that the two of them are not independent of each other. */
export function byIcalJs(cases: readonly RuleCase[]): Comparison {
  return compare('ical.js', cases, ICAL_JS_FAULTS, icalJs);
}
