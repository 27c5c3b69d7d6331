/**
 * Range and If-Range. RFC 9110 section 14.2, RFC 9110 section 13.1.5.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { httpDate } from '../../../src/formats/http/headers.ts';
import { contentRange, ifRangeHolds, parseRange, unsatisfiedRange } from '../../../src/formats/http/range.ts';

describe('Range', () => {
  test('RFC 9110 section 14.1.2: from one octet to another, to the end, and the last ones', () => {
    for (const [value, first, last] of [
      ['bytes=0-499', 0, 499],
      ['bytes=500-999', 500, 999],
      ['bytes=-500', 9500, 9999],
      ['bytes=9500-', 9500, 9999],
      ['bytes=0-0', 0, 0],
      ['bytes=9999-9999', 9999, 9999],
      ['bytes=0-', 0, 9999],
    ] as const)
      assert.deepEqual(parseRange(value, 10_000), { first, last }, value);
  });

  test('RFC 9110 section 14.1.2: what reaches beyond the end is cut there, however long its numbers are', () => {
    const long = '9'.repeat(400);
    for (const value of ['bytes=0-10000', `bytes=0-${long}`, 'bytes=-10001', `bytes=-${long}`])
      assert.deepEqual(parseRange(value, 10_000), { first: 0, last: 9999 }, value);
    assert.equal(parseRange(`bytes=${long}-`, 10_000), 'unsatisfiable');
  });

  test('RFC 9110 section 14.1.2: a first octet beyond the end, and the last none, cannot be satisfied', () => {
    for (const value of ['bytes=10000-', 'bytes=10000-10000', 'bytes=-0', 'bytes=-000'])
      assert.equal(parseRange(value, 10_000), 'unsatisfiable', value);
  });

  test('RFC 9110 section 14.2: without it, of another unit, malformed, or of several ranges the whole is served', () => {
    for (const value of [
      undefined,
      '',
      'bytes',
      'bytes=',
      'bytes=-',
      'bytes=a-b',
      'bytes=5-4',
      'bytes=1.5-2',
      'bytes=+1-2',
      'bytes=0x1-2',
      'bytes=1-2-3',
      'bytes=0-0,-1',
      'bytes=1-2 3-4',
      'bytes=-1-2',
      'bytes 0-1',
      'items=0-4',
      'byte=0-4',
    ])
      assert.equal(parseRange(value, 10_000), undefined, value);
  });

  test('RFC 9110 section 14.1: the unit is read in any case, and RFC 9110 section 5.6.1: empty elements are passed over', () => {
    for (const value of ['Bytes=1-2', ' BYTES=1-2 ', 'bytes= 1-2', 'bytes=,1-2', 'bytes=1-2 , ,', 'bytes=\t1-2'])
      assert.deepEqual(parseRange(value, 10_000), { first: 1, last: 2 }, value);
  });

  test('RFC 9110 section 14.2: of nothing, nothing is a part', () => {
    for (const value of ['bytes=0-', 'bytes=0-0', 'bytes=-1', 'bytes=-0'])
      assert.equal(parseRange(value, 0), undefined);
  });

  test('what is given lies within what there is, and is what was asked for', () => {
    const size = fc.integer({ min: 1, max: 2 ** 50 });
    fc.assert(
      fc.property(fc.nat(2 ** 51), fc.option(fc.nat(2 ** 51)), size, (first, last, length) => {
        const range = parseRange(`bytes=${first}-${last ?? ''}`, length);
        if (last !== null && last < first) assert.equal(range, undefined);
        else if (first >= length) assert.equal(range, 'unsatisfiable');
        else assert.deepEqual(range, { first, last: Math.min(last ?? length - 1, length - 1) });
      }),
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 51 }), size, (count, length) => {
        const range = parseRange(`bytes=-${count}`, length);
        assert.ok(typeof range === 'object');
        assert.equal(range.last, length - 1);
        assert.equal(range.last - range.first + 1, Math.min(count, length));
      }),
    );
    fc.assert(
      fc.property(fc.string(), fc.nat(100), (text, length) => {
        for (const value of [text, `bytes=${text}`]) {
          const range = parseRange(value, length);
          if (typeof range !== 'object') continue;
          assert.ok(0 <= range.first && range.first <= range.last && range.last < length);
        }
      }),
    );
  });

  test('a header as long as headers can be is read at once', () => {
    for (const filling of [' ', ',', '1', '-', '1-', ' ,'])
      assert.equal(parseRange(`bytes=${filling.repeat(15_000)}x`, 10), undefined);
  });

  test('RFC 9110 section 14.4: Content-Range says which part of how much', () => {
    assert.equal(contentRange({ first: 0, last: 499 }, 1234), 'bytes 0-499/1234');
    assert.equal(unsatisfiedRange(1234), 'bytes */1234');
  });
});

describe('If-Range', () => {
  const modified = 784111777;
  const current = { etag: '"abc"', modified };

  test('RFC 9110 section 13.1.5: absent, the same tag and the same date hold', () => {
    for (const value of [undefined, '"abc"', ' "abc" ', 'Sun, 06 Nov 1994 08:49:37 GMT', httpDate(modified)])
      assert.equal(ifRangeHolds(value, current), true, value);
  });

  test('RFC 9110 section 13.1.5: another tag, a weak one, a list, an earlier or later date, and nonsense do not', () => {
    for (const value of [
      '"abd"',
      'W/"abc"',
      '"abc", "abd"',
      '*',
      '',
      'abc',
      httpDate(modified - 1),
      httpDate(modified + 1),
      'yesterday',
    ])
      assert.equal(ifRangeHolds(value, current), false, value);
    assert.equal(ifRangeHolds('W/"abc"', { etag: 'W/"abc"', modified }), false);
  });
});
