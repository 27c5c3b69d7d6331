/**
 * The Timeout header. RFC 4918 section 10.7.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseTimeout } from '../../../src/formats/http/timeout.ts';

test('RFC 4918 section 10.7: the first value that is understood counts', () => {
  for (const [value, expected] of [
    ['Second-600', 600],
    ['second-0', 0],
    ['Infinite', 'infinite'],
    ['Infinite, Second-4100000000', 'infinite'],
    ['Extension-7,Second-5 , Infinite', 5],
    ['Second-', undefined],
    ['Second--5', undefined],
    ['Second-1.5', undefined],
    [`Second-${'9'.repeat(40)}`, undefined],
    ['', undefined],
    [undefined, undefined],
  ] as const) {
    assert.equal(parseTimeout(value), expected, value);
  }
});
