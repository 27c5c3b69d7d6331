import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatDateTime, parseDateTime } from '../../src/formats/date-time.ts';

test('RFC 3339 section 5.6: reads date-times in any offset, and dates as their midnight', () => {
  const noon = Date.UTC(2026, 0, 31, 12) / 1000;
  for (const text of [
    '2026-01-31T12:00:00Z',
    '2026-01-31t12:00:00z',
    '2026-01-31T12:00:00.75Z',
    '2026-01-31T14:30:00+02:30',
    '2026-01-30T23:00:00-13:00',
  ])
    assert.equal(parseDateTime(text), noon, text);
  assert.equal(parseDateTime('2026-01-31'), noon - 43_200);
  assert.equal(parseDateTime('2016-12-31T23:59:60Z'), Date.UTC(2016, 11, 31, 23, 59, 59) / 1000);
});

test('RFC 3339 section 5.7: what no calendar has is no date-time', () => {
  for (const text of [
    '',
    '2026-02-29T12:00:00Z',
    '2026-13-01T12:00:00Z',
    '2026-01-31T24:00:00Z',
    '2026-01-31T12:60:00Z',
    '2026-01-31T12:00:00',
    '2026-01-31T12:00:00+24:00',
    '2026-01-31 12:00:00Z',
    '0000-01-31T12:00:00Z',
    '0001-01-01T00:00:00+01:00',
    '20260131T120000Z',
    '*',
  ])
    assert.equal(parseDateTime(text), undefined, text);
});

test('RFC 3339 section 5.6: what is written is read back', () => {
  fc.assert(
    fc.property(fc.integer({ min: -62_135_596_800, max: 253_402_300_799 }), (seconds) => {
      assert.equal(parseDateTime(formatDateTime(seconds)), seconds);
    }),
  );
});
