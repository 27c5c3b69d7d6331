/**
 * Thousands of recurrence rules, some for every FREQ beside every part, expanded by Davit, by libical, by python-dateutil and by
 * rrule-temporal: the instances are the same, but for what the list of each one's faults explains. RFC 5545 section 3.3.10.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertCompared, report } from '../formats/icalendar/recurrence-comparison.ts';
import { byRruleTemporal } from '../formats/icalendar/recurrence-oracles.ts';
import { ruleCases } from '../formats/icalendar/rule-cells.ts';
import { scaleCases } from '../formats/icalendar/scale-rules.ts';
import { skipWithout } from '../support/debian.ts';
import { byDateutil, byLibical, byLibicalInScales, compiledLibical } from './recurrence-programs.ts';

const PER_CELL = 40;

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

test('RFC 7529 section 4: libical finds the instances in other calendars that Davit finds', {
  skip,
}, async (context) => {
  const cases = scaleCases(SCALES, 60);
  const { compared, differences } = await byLibicalInScales(compiledLibical(context), cases);
  context.diagnostic(`rules compared: ${compared.size}`);
  assert.equal(differences.length, 0, differences.slice(0, 20).join('\n'));
  assert.ok(compared.size > 60, `${compared.size} compared`);
});

test('RFC 5545 section 3.3.10: libical and python-dateutil find the instances that Davit finds', {
  skip,
}, async (context) => {
  const cases = ruleCases(PER_CELL);
  const programs = [byLibical(compiledLibical(context), cases), byDateutil(cases)];
  const comparisons = [...(await Promise.all(programs)), byRruleTemporal(cases)];
  // What goes to the standard output of a test is not shown.
  console.error(`\n${report(comparisons, cases)}\n`);
  assertCompared(comparisons, cases);
});
