import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { editDistance, nearest } from '../../src/operations/nearest.ts';

describe('the nearest known word', () => {
  test('a slip in a word is one step: a letter missing, one too many, another one, two swapped', () => {
    for (const slip of ['pot', 'portt', 'port'.replace('o', 'a'), 'prot']) assert.equal(editDistance(slip, 'port'), 1);
  });

  test('the distance is a metric in its ends and its symmetry', () => {
    const word = fc.string({ maxLength: 12 });
    fc.assert(
      fc.property(word, word, (a, b) => {
        const distance = editDistance(a, b);
        assert.equal(distance, editDistance(b, a));
        assert.equal(distance === 0, a === b);
        assert.ok(distance >= Math.abs(a.length - b.length));
        assert.ok(distance <= Math.max(a.length, b.length));
      }),
      { numRuns: 200 },
    );
  });

  test('a key finds its section', () => {
    assert.equal(nearest('certificate', ['host', 'tls.certificate', 'tls.key']), 'tls.certificate');
    assert.equal(nearest('http.prot', ['port', 'http.port', 'http.host']), 'http.port');
  });

  test('what is near nothing is not suggested', () => {
    assert.equal(nearest('colour', ['host', 'port']), undefined);
    assert.equal(nearest('x'.repeat(10_000), ['x']), undefined);
  });
});
