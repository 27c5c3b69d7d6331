import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { indexOf } from '../../../src/features/carddav/accept-address-object.ts';
import type { Filter, PropertyFilter, TextMatch } from '../../../src/features/carddav/filter.ts';
import { readFilter } from '../../../src/features/carddav/filter.ts';
import { matchesFilter } from '../../../src/features/carddav/filter-match.ts';
import { prefilterOf } from '../../../src/features/carddav/prefilter.ts';
import { collation } from '../../../src/formats/collation.ts';
import type { Component } from '../../../src/formats/icalendar/component.ts';
import { escapeText } from '../../../src/formats/icalendar/values.ts';
import type { ObjectIndex, Prefilter } from '../../../src/store/records.ts';
import { carddavElement, cardOf } from './cards.ts';

/** What the contract of storage says of a prefilter with texts. */
function finds({ texts }: Prefilter, index: ObjectIndex): boolean {
  if (texts === undefined) return true;
  const holds = ({ property, contains }: { property: string; contains: string }): boolean =>
    index.texts[property]?.includes(contains) ?? false;
  return texts.test === 'anyof' ? texts.conditions.some(holds) : texts.conditions.every(holds);
}

function prefilter(content: string, attributes = ''): Prefilter {
  return prefilterOf(readFilter(carddavElement('filter', content, attributes)));
}

const text = (pattern: string, attributes = ''): string => `<c:text-match ${attributes}>${pattern}</c:text-match>`;
const prop = (name: string, content: string, attributes = ''): string =>
  `<c:prop-filter name="${name}" ${attributes}>${content}</c:prop-filter>`;

describe('prefilterOf', () => {
  test('asks the index for a text, whatever its match type', () => {
    const asked = { texts: { test: 'anyof', conditions: [{ property: 'FN', contains: 'ADA' }] } };
    assert.deepEqual(prefilter(prop('FN', text('ada'))), asked);
    assert.deepEqual(prefilter(prop('fn', text(' Ada '))), asked);
    for (const type of ['contains', 'equals', 'starts-with', 'ends-with']) {
      assert.deepEqual(prefilter(prop('item1.FN', text('ada', `match-type="${type}"`))), asked);
    }
  });

  test('RFC 6352 section 10.5.4: asks for a whole UID where the match type says so', () => {
    const asked = (whole: object) => ({
      texts: { test: 'anyof', conditions: [{ property: 'UID', contains: 'A-1', ...whole }] },
    });
    assert.deepEqual(prefilter(prop('UID', text('a-1', 'match-type="equals"'))), asked({ whole: true }));
    assert.deepEqual(prefilter(prop('UID', text('a-1', 'match-type="starts-with"'))), asked({}));
  });

  test('asks for any of several texts when each of them is in the index', () => {
    const found = prefilter(prop('FN', text('ada')) + prop('EMAIL', text('ada') + text('aal')));
    assert.deepEqual(found, {
      texts: {
        test: 'anyof',
        conditions: [
          { property: 'FN', contains: 'ADA' },
          { property: 'EMAIL', contains: 'ADA' },
          { property: 'EMAIL', contains: 'AAL' },
        ],
      },
    });
    assert.deepEqual(prefilter(prop('FN', text('ada')) + prop('NOTE', text('ada'))), {});
  });

  test('asks for all texts that must hold together, and leaves out what the index does not know', () => {
    const found = prefilter(
      prop('FN', text('ada')) + prop('NOTE', text('x')) + prop('TEL', text('49') + text('30'), 'test="allof"'),
      'test="allof"',
    );
    assert.deepEqual(found, {
      texts: {
        test: 'allof',
        conditions: [
          { property: 'FN', contains: 'ADA' },
          { property: 'TEL', contains: '49' },
          { property: 'TEL', contains: '30' },
        ],
      },
    });
  });

  test('takes one set of alternatives where nothing else must hold', () => {
    const found = prefilter(prop('FN', text('ada') + text('bob')) + prop('NOTE', text('x')), 'test="allof"');
    assert.deepEqual(found.texts?.test, 'anyof');
    assert.deepEqual(
      found.texts?.conditions.map(({ contains }) => contains),
      ['ADA', 'BOB'],
    );
  });

  test('does not narrow where the index could miss a card', () => {
    for (const content of [
      '',
      prop('FN', ''),
      prop('FN', '<c:is-not-defined/>'),
      prop('FN', text('')),
      prop('FN', text('  ')),
      prop('FN', text('ada', 'negate-condition="yes"')),
      prop('FN', text('ada') + text('bob', 'negate-condition="yes"')),
      prop('FN', `${text('ada')}<c:param-filter name="LANGUAGE"/>`),
      prop('N', text('Lovelace;Ada')),
      prop('ORG', text('a,b')),
      prop('NICKNAME', text('a；b')),
      prop('FN', text('zoë', 'collation="i;octet"')),
      prop('FN', text('zoë', 'collation="i;ascii-casemap"')),
      prop('NOTE', text('ada')),
      prop('X-FN', text('ada')),
    ]) {
      assert.deepEqual(prefilter(content), {}, content);
    }
  });

  test('does not narrow by marks that change their places when the text is folded', () => {
    const content = prop('FN', text('e\u0301', 'collation="i;octet"'));
    const one = cardOf('FN:e\u0301\u0323');
    assert.ok(matchesFilter(one, readFilter(carddavElement('filter', content))));
    assert.ok(finds(prefilter(content), indexOf(one)));
  });

  // Separators, blanks, digraphs and marks that change their order when decomposed: where folding and splitting could go apart.
  const piece = fc.constantFrom(
    ...['a', 'B', 'e', 'ß', 'İ', 'ǆ', 'ﬁ', 'ä', '\u0301', '\u0323', ';', ',', '；', '\\', '\n', ' ', '\u00a0', '´'],
  );
  const words = (maxLength: number) => fc.array(piece, { maxLength }).map((pieces) => pieces.join(''));
  const property = fc.record({
    name: fc.constantFrom('FN', 'N', 'ORG', 'NICKNAME', 'EMAIL', 'NOTE'),
    group: fc.constantFrom('', 'item1.'),
    fields: fc.array(words(4), { minLength: 1, maxLength: 3 }),
    separator: fc.constantFrom(';', ','),
  });
  const card = fc
    .array(property, { maxLength: 4 })
    .map((properties) =>
      cardOf(
        ...properties.map(
          ({ name, group, fields, separator }) => `${group}${name}:${fields.map(escapeText).join(separator)}`,
        ),
      ),
    );
  const match: fc.Arbitrary<TextMatch> = fc
    .record({
      collation: fc.constantFrom('i;unicode-casemap', 'i;ascii-casemap', 'i;octet'),
      pattern: words(3),
      type: fc.constantFrom('contains', 'equals', 'starts-with', 'ends-with'),
      negate: fc.boolean(),
    })
    .map(({ collation: name, pattern, type, negate }) => {
      const named = collation(name);
      assert.ok(named !== undefined);
      return { collation: named, pattern: named.fold(pattern), type, negate };
    });
  const combination = fc.constantFrom('anyof', 'allof');
  const propertyFilter: fc.Arbitrary<PropertyFilter> = fc.record({
    group: fc.constantFrom(undefined, 'item1'),
    name: fc.constantFrom('FN', 'N', 'ORG', 'NICKNAME', 'EMAIL', 'NOTE', 'UID'),
    absent: fc.boolean(),
    test: combination,
    texts: fc.array(match, { maxLength: 3 }),
    parameters: fc.constantFrom([], [{ name: 'TYPE', absent: true, text: undefined }]),
  });
  const filter: fc.Arbitrary<Filter> = fc.record({
    test: combination,
    properties: fc.array(propertyFilter, { maxLength: 3 }),
  });

  test('finds every card that its filter matches', () => {
    fc.assert(
      fc.property(card, filter, (one: Component, asked: Filter) => {
        fc.pre(matchesFilter(one, asked));
        assert.ok(finds(prefilterOf(asked), indexOf(one)));
      }),
      { numRuns: 3000 },
    );
  });

  test('finds a card by any part of a text it holds', () => {
    const part = words(6).chain((whole) =>
      fc.record({ whole: fc.constant(whole), from: fc.nat(6), length: fc.nat(6), name: fc.constantFrom('FN', 'N') }),
    );
    const casemap = collation('i;unicode-casemap');
    assert.ok(casemap !== undefined);
    fc.assert(
      fc.property(part, ({ whole, from, length, name }) => {
        const pattern = casemap
          .fold(whole)
          .slice(from, from + length)
          .toWellFormed();
        const one = cardOf(`${name}:${escapeText(whole)}`);
        const asked: Filter = {
          test: 'anyof',
          properties: [
            {
              group: undefined,
              name,
              absent: false,
              test: 'anyof',
              texts: [{ collation: casemap, pattern, type: 'contains', negate: false }],
              parameters: [],
            },
          ],
        };
        assert.ok(matchesFilter(one, asked));
        assert.ok(finds(prefilterOf(asked), indexOf(one)));
      }),
      { numRuns: 2000 },
    );
  });
});
