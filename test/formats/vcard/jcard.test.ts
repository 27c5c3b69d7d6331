import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ContentError } from '../../../src/formats/icalendar/content-line.ts';
import { convertCard } from '../../../src/formats/vcard/convert.ts';
import { readJcard, writeJcard } from '../../../src/formats/vcard/jcard.ts';
import { readCard } from '../../../src/formats/vcard/read.ts';
import { writeCards } from '../../../src/formats/vcard/write.ts';
import { cardOf, corpus } from './cards.ts';

const jcardOf = (...lines: readonly string[]) => JSON.parse(writeJcard(cardOf('4.0', ...lines)))[1].slice(1);

/** The content line that a jCard property becomes. */
function lineOf(...property: readonly unknown[]): string {
  const text = writeCards([readJcard(JSON.stringify(['vcard', [property]]))]).replaceAll('\r\n ', '');
  return text.split('\r\n')[1] ?? '';
}

describe('a card as jCard', () => {
  test('RFC 7095 section 3.2: is an array of its properties, VERSION first', () => {
    const card = readCard('BEGIN:VCARD\r\nFN:x\r\nVERSION:4.0\r\nEND:VCARD\r\n');
    assert.deepEqual(JSON.parse(writeJcard(card)), [
      'vcard',
      [
        ['version', {}, 'text', '4.0'],
        ['fn', {}, 'text', 'x'],
      ],
    ]);
  });

  test('is of version 4.0 whatever is stored', () => {
    const [, properties] = JSON.parse(writeJcard(cardOf('3.0', 'PHOTO;ENCODING=b;TYPE=JPEG:/9j/')));
    assert.deepEqual(properties, [
      ['version', {}, 'text', '4.0'],
      ['photo', {}, 'uri', 'data:image/jpeg;base64,/9j/'],
    ]);
  });

  test('RFC 7095 section 3.3.1.2: groups are parameters', () => {
    assert.deepEqual(jcardOf('CONTACT.FN:Mr. John Q. Public\\, Esq.'), [
      ['fn', { group: 'contact' }, 'text', 'Mr. John Q. Public, Esq.'],
    ]);
    assert.equal(lineOf('fn', { group: 'item1' }, 'text', 'a'), 'item1.FN:a');
  });

  test('RFC 7095 section 3.3.1.3: structured values are arrays', () => {
    assert.deepEqual(jcardOf('ADR:;;My Street,Left Side;Home\\;town;PA;18252;U.S.A.', 'GENDER:M', 'GENDER:F;grrrl'), [
      ['adr', {}, 'text', ['', '', ['My Street', 'Left Side'], 'Home;town', 'PA', '18252', 'U.S.A.']],
      ['gender', {}, 'text', 'M'],
      ['gender', {}, 'text', ['F', 'grrrl']],
    ]);
    assert.deepEqual(jcardOf('NICKNAME:a,b\\,c', 'ORG:One'), [
      ['nickname', {}, 'text', 'a', 'b,c'],
      ['org', {}, 'text', 'One'],
    ]);
  });

  test('RFC 7095 section 3.4: parameters', () => {
    assert.deepEqual(jcardOf('N;SORT-AS="Harten","Rene";X-A=b:a;b', 'TEL;VALUE=uri;TYPE=home:tel:+1'), [
      ['n', { 'sort-as': ['Harten', 'Rene'], 'x-a': 'b' }, 'text', ['a', 'b']],
      ['tel', { type: 'home' }, 'uri', 'tel:+1'],
    ]);
  });

  test('RFC 7095 section 5.1: what has no type is unknown, and stays as it is', () => {
    assert.deepEqual(jcardOf('X-COFFEE-DATA:Stenophylla;Guinea\\,Africa'), [
      ['x-coffee-data', {}, 'unknown', 'Stenophylla;Guinea\\,Africa'],
    ]);
    assert.equal(lineOf('x-coffee-data', {}, 'unknown', 'a;b\\,c'), 'X-COFFEE-DATA:a;b\\,c');
  });

  const MOMENTS: Readonly<Record<string, string>> = {
    '19850412': '1985-04-12',
    '1985-04': '1985-04',
    '1985': '1985',
    '--0412': '--04-12',
    '--04': '--04',
    '---12': '---12',
    '19850412T232050': '1985-04-12T23:20:50',
    '19850412T232050+0400': '1985-04-12T23:20:50+04:00',
    '19850412T232050+04': '1985-04-12T23:20:50+04',
    '19850412T2320Z': '1985-04-12T23:20Z',
    '--04T23': '--04T23',
    '---12T2320': '---12T23:20',
    T102200: 'T10:22:00',
    'T-2200': 'T-22:00',
    'T--00': 'T--00',
    'T10-0800': 'T10-08:00',
    nonsense: 'nonsense',
  };

  test('RFC 7095 section 3.5.6: dates and times, both ways', () => {
    for (const [basic, extended] of Object.entries(MOMENTS)) {
      assert.deepEqual(jcardOf(`BDAY:${basic}`), [['bday', {}, 'date-and-or-time', extended]], basic);
      assert.equal(lineOf('bday', {}, 'date-and-or-time', extended), `BDAY:${basic}`);
    }
  });

  test('RFC 7095 section 3.5: other values', () => {
    const lines = [
      ['REV:19951031T222710Z', ['rev', {}, 'timestamp', '1995-10-31T22:27:10Z']],
      ['TZ;VALUE=utc-offset:-0500', ['tz', {}, 'utc-offset', '-05:00']],
      ['LANG:fr', ['lang', {}, 'language-tag', 'fr']],
      ['X-A;VALUE=boolean:TRUE', ['x-a', {}, 'boolean', true]],
      ['X-A;VALUE=integer:1,2', ['x-a', {}, 'integer', 1, 2]],
      ['X-A;VALUE=float:1.5', ['x-a', {}, 'float', 1.5]],
      ['X-A;VALUE=time:102200Z', ['x-a', {}, 'time', '10:22:00Z']],
      ['X-A;VALUE=integer:many', ['x-a', {}, 'integer', 'many']],
    ] as const;
    for (const [line, property] of lines) {
      assert.deepEqual(jcardOf(line), [property]);
      assert.equal(lineOf(...property), line);
    }
    assert.equal(lineOf('x-a', {}, 'integer', 1.9e3), 'X-A;VALUE=integer:1900');
  });

  for (const { name, text } of corpus()) {
    test(`${name} comes back from jCard as it is in 4.0`, () => {
      const card = convertCard(readCard(text), '4.0');
      const back = readJcard(writeJcard(card));
      assert.equal(writeJcard(back), writeJcard(card));
      const names = back.properties.map((one) => one.name);
      assert.deepEqual(
        names,
        card.properties.map((one) => one.name),
      );
      for (const [at, { name: property, value }] of card.properties.entries()) {
        if (/^(PHOTO|LOGO|NOTE|TEL|X-ABLABEL|MEMBER|BDAY)$/.test(property))
          assert.equal(back.properties[at]?.value, value);
      }
    });
  }
});

describe('readJcard', () => {
  test('RFC 7095 section 4: refuses what has no meaning in vCard', () => {
    const card = (...properties: readonly unknown[]) => JSON.stringify(['vcard', properties]);
    for (const text of [
      '',
      'no JSON',
      '{}',
      '[]',
      '["vcalendar",[],[]]',
      '["vcard"]',
      '["vcard",{}]',
      card('fn'),
      card(['fn', {}, 'text']),
      card(['f n', {}, 'text', 'x']),
      card(['begin', {}, 'text', 'VCARD']),
      card(['fn', [], 'text', 'x']),
      card(['fn', {}, 1, 'x']),
      card(['fn', {}, 'text', null]),
      card(['fn', {}, 'text', { a: 1 }]),
      card(['fn', {}, 'text', [['a', ['b']]]]),
      card(['photo', {}, 'uri', 'a', 'b']),
      card(['fn', { 'a b': 'x' }, 'text', 'x']),
      card(['fn', { type: null }, 'text', 'x']),
      card(['fn', { group: 'a.b' }, 'text', 'x']),
    ]) {
      assert.throws(() => readJcard(text), ContentError, text);
    }
    assert.throws(() => readJcard(card(['a', {}, 'text', ''], ['b', {}, 'text', '']), { properties: 1 }), ContentError);
    assert.throws(() => readJcard(Uint8Array.of(0xff)), ContentError);
  });

  test('no value ends its line', () => {
    assert.equal(lineOf('note', {}, 'unknown', 'a\r\nEND:VCARD\nb'), 'NOTE:a\\nEND:VCARD\\nb');
  });

  test('a property with very many parameters of one name is a jCard in no time', () => {
    const types = ';TYPE=a'.repeat(30_000);
    const [[, parameters]] = jcardOf(`TEL${types}:1`);
    assert.equal(parameters.type.length, 30_000);
    const card = readCard(writeCards([convertCard(cardOf('3.0', `TEL${types}:1`), '4.0')]));
    assert.equal(card.properties.at(-1)?.parameters.length, 30_000);
  });
});
