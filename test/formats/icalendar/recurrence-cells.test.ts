/** Every FREQ beside every part, held against two other implementations. RFC 5545 section 3.3.10. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertCompared, compare, type KnownFault, report } from './recurrence-comparison.ts';
import { byIcalJs, byRruleTemporal } from './recurrence-oracles.ts';
import { type RuleCase, ruleCases } from './rule-cells.ts';
import { has } from './rule-traits.ts';

test('RFC 5545 section 3.3.10: rules of every cell give what two other implementations give', (context) => {
  const cases = ruleCases(8);
  const comparisons = [byRruleTemporal(cases), byIcalJs(cases)];
  for (const line of report(comparisons, cases).split('\n')) context.diagnostic(line);
  assertCompared(comparisons, cases);
});

test('a difference, a cell without a rule and one that is closed in vain are failures', () => {
  const cases = ruleCases(2);
  const right = (one: RuleCase) => ({ instances: one.expected });
  const fault = (applies: (one: RuleCase) => boolean, ...closes: readonly string[]): KnownFault => ({
    sentence: 'a sentence',
    fault: 'a fault',
    applies,
    closes,
  });
  const verify = (ask: (one: RuleCase) => { instances: readonly number[] }, ...faults: readonly KnownFault[]) =>
    assertCompared([compare('one', cases, faults, ask), compare('other', cases, [], right)], cases);
  const dailyCount = (one: RuleCase) => one.freq === 'DAILY' && has(one, 'COUNT');
  verify(right);
  verify(right, fault(dailyCount, 'DAILY COUNT'));
  assert.throws(() => verify((one) => ({ instances: one.expected.slice(0, -1) })), /differences/);
  assert.throws(() => verify(right, fault(dailyCount)), /DAILY COUNT/);
  assert.throws(
    () =>
      verify(
        right,
        fault(() => false, 'DAILY COUNT'),
      ),
    /DAILY COUNT/,
  );
  const halves = [0, 1].map((half) => {
    const daily = cases.filter(dailyCount).filter((_, index) => index % 2 === half);
    return compare(`half ${half}`, cases, [fault((one) => daily.includes(one))], right);
  });
  assert.throws(() => assertCompared(halves, cases), /no two oracles/);
});
