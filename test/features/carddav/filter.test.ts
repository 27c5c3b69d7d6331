import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DavError, PreconditionViolated } from '../../../src/dav/errors.ts';
import { readFilter } from '../../../src/features/carddav/filter.ts';
import { matchesFilter } from '../../../src/features/carddav/filter-match.ts';
import type { Component } from '../../../src/formats/icalendar/component.ts';
import { readCard } from '../../../src/formats/vcard/read.ts';
import { elementsOf } from '../../../src/formats/xml/element.ts';
import { carddavElement, cardOf } from './cards.ts';

const ADA = cardOf(
  'UID:ada',
  'FN:Ada Lovelace',
  'N:Lovelace;Ada;;Countess,Lady;',
  'NICKNAME:Enchantress,AAL',
  'item1.TEL;TYPE=HOME,VOICE:+44 20 1',
  'item2.TEL;TYPE=WORK:+49 30 2',
  'EMAIL;TYPE=INTERNET;TYPE=HOME:ada@example.com',
  'CATEGORIES:Friends',
  'CATEGORIES:Colleagues',
  'NOTE:Wrote\\, first\\nof all',
  'X-ABC.X-CUSTOM:1843',
);

function filterOf(content: string, attributes = '') {
  return readFilter(carddavElement('filter', content, attributes));
}

function finds(content: string, attributes = ''): boolean {
  return matchesFilter(ADA, filterOf(content, attributes));
}

function prop(name: string, content = '', test = ''): string {
  return `<c:prop-filter name="${name}"${test === '' ? '' : ` test="${test}"`}>${content}</c:prop-filter>`;
}

function text(pattern: string, attributes = ''): string {
  return `<c:text-match ${attributes}>${pattern}</c:text-match>`;
}

function param(name: string, content = ''): string {
  return `<c:param-filter name="${name}">${content}</c:param-filter>`;
}

const ABSENT = '<c:is-not-defined/>';

describe('matchesFilter', () => {
  test('RFC 6352 section 10.5: a filter without conditions means every card', () => {
    assert.equal(finds(''), true);
    assert.equal(finds('', 'test="allof"'), true);
  });

  test('RFC 6352 section 10.5: any of the properties is enough unless the filter says all', () => {
    const both = prop('FN', text('ada')) + prop('ORG');
    assert.equal(finds(both), true);
    assert.equal(finds(both, 'test="anyof"'), true);
    assert.equal(finds(both, 'test="allof"'), false);
    assert.equal(finds(prop('FN', text('ada')) + prop('TEL'), 'test="allof"'), true);
  });

  test('RFC 6352 section 10.5.1: an empty prop-filter asks whether there is such a property', () => {
    assert.equal(finds(prop('NOTE')), true);
    assert.equal(finds(prop('note')), true);
    assert.equal(finds(prop('ORG')), false);
  });

  test('RFC 6352 section 10.5.1: a name without a group stands for all groups, one with a group for that only', () => {
    assert.equal(finds(prop('TEL', text('+49'))), true);
    assert.equal(finds(prop('item2.TEL', text('+49'))), true);
    assert.equal(finds(prop('ITEM2.tel', text('+49'))), true);
    assert.equal(finds(prop('item1.TEL', text('+49'))), false);
    assert.equal(finds(prop('item3.TEL')), false);
    assert.equal(finds(prop('item1.EMAIL')), false);
    assert.equal(finds(prop('X-CUSTOM', text('1843'))), true);
    assert.equal(finds(prop('X-ABC.X-CUSTOM', text('1843'))), true);
  });

  test('RFC 6352 section 10.5.1: conditions of allof are about one and the same property', () => {
    const workIn = (country: string) => text(country) + param('TYPE', text('work', 'match-type="equals"'));
    assert.equal(finds(prop('TEL', workIn('+49'), 'allof')), true);
    assert.equal(finds(prop('TEL', workIn('+44'), 'allof')), false);
    assert.equal(finds(prop('TEL', workIn('+44'), 'anyof')), true);
    assert.equal(finds(prop('TEL', workIn('+44'))), true);
    assert.equal(finds(prop('FN', text('ada') + text('lovelace'), 'allof')), true);
    assert.equal(finds(prop('FN', text('ada') + text('byron'), 'allof')), false);
  });

  test('RFC 6352 section 10.5.2: parameters by presence, absence and each of their values', () => {
    assert.equal(finds(prop('EMAIL', param('TYPE'))), true);
    assert.equal(finds(prop('EMAIL', param('type'))), true);
    assert.equal(finds(prop('EMAIL', param('PREF'))), false);
    assert.equal(finds(prop('EMAIL', param('PREF', ABSENT))), true);
    assert.equal(finds(prop('EMAIL', param('TYPE', ABSENT))), false);
    assert.equal(finds(prop('EMAIL', param('TYPE', text('home', 'match-type="equals"')))), true);
    assert.equal(finds(prop('TEL', param('TYPE', text('voice', 'match-type="equals"')))), true);
    assert.equal(finds(prop('EMAIL', param('TYPE', text('work')))), false);
    assert.equal(finds(prop('EMAIL', param('TYPE', text('work', 'negate-condition="yes"')))), true);
    assert.equal(finds(prop('EMAIL', param('TYPE', text('home', 'negate-condition="yes"')))), false);
    assert.equal(finds(prop('EMAIL', param('PREF', text('home', 'negate-condition="yes"')))), false);
  });

  test('RFC 6352 section 10.5.3: is-not-defined', () => {
    assert.equal(finds(prop('ORG', ABSENT)), true);
    assert.equal(finds(prop('FN', ABSENT)), false);
    assert.equal(finds(prop('item3.TEL', ABSENT)), true);
    assert.equal(finds(prop('item1.TEL', ABSENT)), false);
  });

  test('RFC 6352 section 10.5.4: the four match types', () => {
    const fn = (pattern: string, type: string) => finds(prop('FN', text(pattern, `match-type="${type}"`)));
    assert.equal(finds(prop('FN', text('a lov'))), true);
    assert.equal(fn('a lov', 'contains'), true);
    assert.equal(fn('ada', 'starts-with'), true);
    assert.equal(fn('lovelace', 'starts-with'), false);
    assert.equal(fn('lovelace', 'ends-with'), true);
    assert.equal(fn('ada', 'ends-with'), false);
    assert.equal(fn('ada lovelace', 'equals'), true);
    assert.equal(fn('ada', 'equals'), false);
  });

  test('RFC 6352 section 10.5.4: negate-condition wants a property that does not match', () => {
    const not = (pattern: string) => text(pattern, 'negate-condition="yes"');
    assert.equal(finds(prop('FN', not('ada'))), false);
    assert.equal(finds(prop('FN', not('byron'))), true);
    assert.equal(finds(prop('ORG', not('byron'))), false);
    assert.equal(finds(prop('CATEGORIES', not('friends'))), true);
    assert.equal(finds(prop('FN', text('ada', 'negate-condition="no"'))), true);
  });

  test('a property that has another name in the other version is found by that too', () => {
    const apple = cardOf(
      ...['FN:Analysts', 'N:Analysts', 'X-ADDRESSBOOKSERVER-KIND:group', 'X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:1'],
      ...['item1.X-ABDATE:1835-07-08', 'item1.X-ABLabel:_$!<Anniversary>!$_', 'X-AIM:ada'],
    );
    const four = readCard(
      [
        ...['BEGIN:VCARD', 'VERSION:4.0', 'FN:Analysts', 'KIND:group', 'MEMBER:urn:uuid:1', 'ANNIVERSARY:18350708'],
        ...['RELATED;TYPE=spouse;VALUE=text:William', 'ADR;LABEL=12 St James’s Square:;;;;;;', 'END:VCARD', ''],
      ].join('\r\n'),
    );
    const group = text('group', 'match-type="equals"');
    const found = (card: Component, filter: string): boolean => matchesFilter(card, filterOf(filter));
    for (const card of [apple, four]) {
      for (const name of ['KIND', 'X-ADDRESSBOOKSERVER-KIND']) {
        assert.equal(found(card, prop(name, group)), true);
        assert.equal(found(card, prop(name, text('org', 'match-type="equals"'))), false);
        assert.equal(found(card, prop(name, ABSENT)), false);
      }
      assert.equal(found(card, prop('MEMBER', text('uuid:1'))), true);
      assert.equal(found(card, prop('X-ADDRESSBOOKSERVER-MEMBER', text('uuid:1'))), true);
      assert.equal(found(card, prop('ANNIVERSARY', text('1835'))), true);
    }
    assert.equal(found(apple, prop('IMPP', text('aim:ada'))), true);
    assert.equal(found(four, prop('X-ANNIVERSARY', text('1835'))), true);
    assert.equal(found(four, prop('X-ABRELATEDNAMES', text('william'))), true);
    assert.equal(found(four, prop('LABEL', text('james’s'))), true);
    assert.equal(found(ADA, prop('KIND')), false);
    assert.equal(found(ADA, prop('X-ADDRESSBOOKSERVER-KIND', ABSENT)), true);
  });

  test('what a card has by that name counts, not what the other version would have', () => {
    const both = cardOf('FN:x', 'KIND:individual', 'X-ADDRESSBOOKSERVER-KIND:group');
    const group = prop('KIND', text('group'));
    assert.equal(matchesFilter(both, filterOf(group)), false);
    // Names that only the conversion makes are no properties of the card.
    assert.equal(matchesFilter(cardOf('FN:x', 'CLASS:PRIVATE'), filterOf(prop('X-DAVIT-CLASS'))), false);
  });

  test('a card with very many properties is searched like any other', () => {
    const many = Array.from({ length: 1_500 }, (_, at) => `i${at}.TEL;TYPE=HOME:${at}`);
    const card = cardOf('UID:a', 'FN:Ada', ...many);
    const found = (content: string): boolean => matchesFilter(card, filterOf(content));
    assert.equal(found(prop('i1499.TEL', text('1499'))), true);
    assert.equal(found(prop('i1499.TEL', text('1498'))), false);
    assert.equal(found(prop('EMAIL')), false);
    assert.equal(found(prop('EMAIL', ABSENT)), true);
    assert.equal(found(prop('X-GENDER', ABSENT)), true);
  });

  test('parameters are looked at within bounds: beyond them every condition holds', () => {
    const found = (count: number): boolean =>
      matchesFilter(cardOf('UID:a', `TEL${';X=a'.repeat(count)}:1`), filterOf(prop('TEL', param('TYPE'))));
    assert.equal(found(1_000), false);
    assert.equal(found(100_001), true);
  });

  test('values are compared with their escapes undone', () => {
    assert.equal(finds(prop('NOTE', text('Wrote, first\nof'))), true);
    assert.equal(finds(prop('N', text('Lovelace;Ada', 'match-type="starts-with"'))), true);
    assert.equal(finds(prop('NICKNAME', text('enchantress,aal', 'match-type="equals"'))), true);
  });

  test('RFC 6352 section 8.3: the collation is i;unicode-casemap unless the match names another', () => {
    const zoe = cardOf('FN:ZOË Straße');
    const found = (pattern: string, attributes = '') =>
      matchesFilter(zoe, filterOf(prop('FN', text(pattern, attributes))));
    assert.equal(found('zoë'), true);
    assert.equal(found('zoë', 'collation="default"'), true);
    assert.equal(found('zoë', 'collation="i;unicode-casemap"'), true);
    assert.equal(found('zoë', 'collation="i;ascii-casemap"'), false);
    assert.equal(found('zoË', 'collation="i;ascii-casemap"'), true);
    assert.equal(found('zoË', 'collation="i;octet"'), false);
    assert.equal(found('ZOË', 'collation="i;octet"'), true);
  });
});

describe('readFilter', () => {
  const refused = (content: string, attributes = ''): PreconditionViolated => {
    try {
      filterOf(content, attributes);
    } catch (error) {
      if (error instanceof PreconditionViolated) return error;
      throw error;
    }
    throw new assert.AssertionError({ message: `not refused: ${content}` });
  };
  const malformed = (content: string, attributes = '') =>
    assert.throws(
      () => filterOf(content, attributes),
      (error) => error instanceof DavError && !(error instanceof PreconditionViolated) && error.status === 400,
      content,
    );

  test('RFC 6352 section 8.6: refuses unknown collations, wildcards among them', () => {
    for (const collation of ['i;klingon', 'i;*', '*', '']) {
      const error = refused(prop('FN', text('ada', `collation="${collation}"`)));
      assert.equal(error.condition.name, '{urn:ietf:params:xml:ns:carddav}supported-collation');
      assert.equal(error.status, 403);
    }
  });

  test('RFC 6352 section 8.6: refuses conditions it does not know and names the filter they stand in', () => {
    const error = refused(prop('BDAY', '<c:time-range start="20260101T000000Z"/>'));
    assert.equal(error.condition.name, '{urn:ietf:params:xml:ns:carddav}supported-filter');
    assert.equal(error.status, 403);
    const [named] = elementsOf(error.condition);
    assert.equal(named?.name, '{urn:ietf:params:xml:ns:carddav}prop-filter');
    assert.deepEqual(named?.attributes, [{ name: '{}name', value: 'BDAY' }]);
    assert.deepEqual(named?.children, []);
    assert.deepEqual(refused('<c:comp-filter name="VCARD"/>').condition.children, []);
  });

  test('RFC 4918 section 17: passes over the extensions of others', () => {
    const { properties } = filterOf(`<x:hint xmlns:x="http://example.com/ns/"/>${prop('FN')}`);
    assert.deepEqual(
      properties.map(({ name }) => name),
      ['FN'],
    );
  });

  test('refuses what the document type definition does not allow', () => {
    malformed('', 'test="some"');
    malformed('<c:prop-filter/>');
    malformed(prop(''));
    malformed(prop('FN', '', 'none'));
    malformed(prop('FN', ABSENT + text('ada')));
    malformed(prop('FN', text('ada', 'match-type="like"')));
    malformed(prop('FN', text('ada', 'negate-condition="true"')));
    malformed(prop('TEL', '<c:param-filter/>'));
    malformed(prop('TEL', param('TYPE', text('a') + text('b'))));
    malformed(prop('TEL', param('TYPE', ABSENT + text('b'))));
  });

  test('bounds the number of conditions, wherever they stand', () => {
    assert.equal(filterOf(prop('FN').repeat(200)).properties.length, 200);
    for (const many of [
      prop('FN').repeat(201),
      prop('FN', text('a').repeat(200)),
      prop('FN', param('TYPE', text('a')).repeat(100)),
      prop('FN', text('a')).repeat(10_000),
    ]) {
      assert.equal(refused(many).condition.name, '{urn:ietf:params:xml:ns:carddav}supported-filter');
    }
  });

  test('refuses filters within filters', () => {
    const nested = `${'<c:prop-filter name="FN">'.repeat(50)}${'</c:prop-filter>'.repeat(50)}`;
    assert.equal(refused(nested).condition.name, '{urn:ietf:params:xml:ns:carddav}supported-filter');
  });
});
