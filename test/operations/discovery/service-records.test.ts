import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  decidedlyUnavailable,
  inContactOrder,
  pathKey,
  recordText,
} from '../../../src/operations/discovery/service-records.ts';

const record = (priority: number, weight: number, target: string) => ({ priority, weight, port: 443, target });

describe('RFC 2782: the order in which targets are contacted', () => {
  test('is by priority first, lowest number first', () => {
    const records = [record(20, 100, 'c'), record(10, 0, 'b'), record(5, 1, 'a')];
    const targets = inContactOrder(records, () => 0.99).map(({ target }) => target);
    assert.deepEqual(targets, ['a', 'b', 'c']);
  });

  test('follows the running sum of weights, with weight 0 first', () => {
    const records = [record(1, 3, 'heavy'), record(1, 1, 'light'), record(1, 0, 'zero')];
    const first = (random: number) => inContactOrder(records, () => random)[0]?.target;
    // The numbers drawn are 0 to 4: 0 is the record of weight 0, 1 to 3 the heavy one, 4 the light one.
    assert.deepEqual([0, 0.2, 0.79, 0.8, 0.999].map(first), ['zero', 'heavy', 'heavy', 'light', 'light']);
  });

  test('neither loses nor repeats a record, and never puts a higher priority first', () => {
    const records = fc.array(fc.record({ priority: fc.nat(3), weight: fc.nat(3), port: fc.nat(), target: fc.uuid() }));
    const draws = fc.infiniteStream(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }));
    fc.assert(
      fc.property(records, draws, (given, drawn) => {
        const ordered = inContactOrder(given, () => drawn.next().value);
        assert.deepEqual(new Set(ordered), new Set(given));
        assert.equal(ordered.length, given.length);
        ordered.forEach((one, index) => {
          assert.ok(index === 0 || (ordered[index - 1]?.priority ?? 0) <= one.priority);
        });
      }),
    );
  });
});

test('RFC 2782: only a single record with the root as target says decidedly not available', () => {
  assert.ok(decidedlyUnavailable([record(0, 0, '')]));
  assert.ok(decidedlyUnavailable([record(0, 0, '.')]));
  assert.ok(!decidedlyUnavailable([]));
  assert.ok(!decidedlyUnavailable([record(0, 0, '.'), record(1, 1, 'dav.example.com')]));
});

test('records are written as in zone files', () => {
  assert.equal(recordText(record(1, 5, 'dav.example.com')), '1 5 443 dav.example.com.');
  assert.equal(recordText(record(1, 5, 'dav.example.com.')), '1 5 443 dav.example.com.');
  assert.equal(recordText({ priority: 0, weight: 0, port: 0, target: '' }), '0 0 0 .');
});

test('RFC 6764 section 4: the path key is found among other keys, in any case, and the first counts', () => {
  assert.equal(pathKey([['txtvers=1', 'PATH=/calendars', 'path=/other']]), '/calendars');
  assert.equal(pathKey([['unrelated'], ['path=/a=b']]), '/a=b');
  assert.equal(pathKey([['xpath=/no', 'path']]), undefined);
});
