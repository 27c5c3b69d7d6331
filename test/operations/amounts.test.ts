import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { octetsInWords, octetsOf } from '../../src/operations/amounts.ts';
import { refusal } from './an-administration.ts';

test('a size is written with a unit, in powers of 1024, or as octets', () => {
  const sizes: Readonly<Record<string, number>> = {
    '0': 0,
    '500': 500,
    '1k': 1024,
    '500M': 500 * 1024 ** 2,
    '1.5 GiB': 1.5 * 1024 ** 3,
    '2GB': 2 * 1024 ** 3,
    ' 1T ': 1024 ** 4,
    '1P': 1024 ** 5,
  };
  for (const [text, octets] of Object.entries(sizes)) assert.equal(octetsOf(text), octets, text);
});

for (const text of ['', 'lots', '-1', '2 G i', '1,5G', '2P', '1e3', '0x10', 'GiB', '1.G', '9'.repeat(16)]) {
  test(`${JSON.stringify(text)} is no size`, () => {
    assert.throws(() => octetsOf(text), refusal(/is not a size such as 500M or 2G/));
  });
}

test('octets are shown in the largest unit of which there is one, with at most one decimal place', () => {
  const shown: readonly (readonly [octets: number, text: string])[] = [
    [0, '0 octets'],
    [1, '1 octet'],
    [1023, '1023 octets'],
    [1024, '1 KiB'],
    [1536, '1.5 KiB'],
    [1024 ** 2 - 1, '1 MiB'],
    [10 * 1024 ** 3, '10 GiB'],
    [1024 ** 5, '1 PiB'],
  ];
  for (const [octets, text] of shown) assert.equal(octetsInWords(octets), text);
});

test('what is shown can be given back, and is the same to within its last place', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1024 ** 5 }), (octets) => {
      const again = octetsOf(octetsInWords(octets).replace(/ octets?$/, ''));
      assert.ok(Math.abs(again - octets) <= octets * 0.05);
    }),
  );
});
