import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ContentError } from '../../../src/formats/icalendar/content-line.ts';
import { readCalendar } from '../../../src/formats/icalendar/read.ts';
import { cardTexts, uidOf } from '../../../src/formats/vcard/card.ts';
import { readCard } from '../../../src/formats/vcard/read.ts';
import { cardFaults } from '../../../src/formats/vcard/rules.ts';
import { writeCards } from '../../../src/formats/vcard/write.ts';

const card = (...lines: string[]): string => ['BEGIN:VCARD', ...lines, 'END:VCARD', ''].join('\r\n');
const rulesOf = (...lines: string[]) => cardFaults(readCard(card(...lines))).map(({ rule }) => rule);

describe('readCard', () => {
  test('reads one card of any version', () => {
    assert.equal(readCard(card('VERSION:2.1', 'FN:Jane Doe')).name, 'VCARD');
    assert.equal(readCard(new TextEncoder().encode(card('VERSION:4.0'))).properties.length, 1);
  });

  test('reads names with a slash, as KAddressBook writes them, in cards alone', () => {
    const [, messenger] = readCard(card('VERSION:3.0', 'X-messaging/xmpp-All;TYPE=a:ada@example.com')).properties;
    assert.equal(messenger?.name, 'X-MESSAGING/XMPP-ALL');
    assert.equal(messenger.value, 'ada@example.com');
    assert.throws(() => readCard(card('VERSION:3.0', 'TEL;X/Y=a:1')), ContentError);
    assert.throws(() => readCalendar('BEGIN:VCALENDAR\r\nX-A/B:1\r\nEND:VCALENDAR\r\n'), ContentError);
  });

  test('RFC 6352 section 5.1: refuses anything but a single card', () => {
    const one = card('VERSION:3.0', 'UID:1');
    for (const text of [
      '',
      'no card',
      one + one,
      one.replaceAll('VCARD', 'VEVENT'),
      one.replace('END:VCARD', ''),
      `${one}X:1`,
    ]) {
      assert.throws(() => readCard(text), ContentError, text);
    }
    assert.throws(() => readCard(one + one), { line: 5 });
  });
});

describe('cardFaults', () => {
  test('RFC 6352 section 6.3.2.1: refuses versions other than 3.0 and 4.0', () => {
    assert.deepEqual(rulesOf('VERSION:3.0', 'UID:1'), []);
    assert.deepEqual(rulesOf('VERSION: 4.0 ', 'UID:1'), []);
    assert.deepEqual(rulesOf('VERSION:2.1', 'UID:1'), ['supported-address-data']);
    assert.deepEqual(rulesOf('VERSION:5.0', 'UID:1'), ['supported-address-data']);
    assert.deepEqual(rulesOf('UID:1'), ['valid-address-data']);
  });

  test('RFC 6352 section 5.1: wants exactly one UID', () => {
    assert.deepEqual(rulesOf('VERSION:3.0'), ['valid-address-data']);
    assert.deepEqual(rulesOf('VERSION:3.0', 'UID: '), ['valid-address-data']);
    assert.deepEqual(rulesOf('VERSION:3.0', 'UID:1', 'UID:2'), ['valid-address-data']);
    assert.deepEqual(rulesOf('VERSION:2.1'), ['supported-address-data', 'valid-address-data']);
  });

  test('refuses components within a card and says where', () => {
    const faults = cardFaults(readCard(card('VERSION:3.0', 'UID:1', 'BEGIN:VEVENT', 'END:VEVENT')));
    assert.deepEqual(
      faults.map(({ rule, line }) => [rule, line]),
      [['valid-address-data', 4]],
    );
  });

  test('tells back only the beginning of what was sent', () => {
    const [fault] = cardFaults(readCard(card(`VERSION:${'9'.repeat(10_000)}`, 'UID:1')));
    assert.ok(fault !== undefined && fault.reason.length < 150);
  });

  test('accepts what is merely not right', () => {
    assert.deepEqual(
      rulesOf('VERSION:3.0', 'UID:1', 'EMAIL;TYPE=OTHER;PREF=1:jane@example.com', 'TEL;HOME;PREF:1', 'BDAY:x'),
      [],
    );
    assert.deepEqual(
      rulesOf('VERSION:4.0', 'UID:urn:uuid:1', 'item1.EMAIL:a@example.com', 'item1.X-ABLabel:_$!<Home>!$_'),
      [],
    );
  });
});

describe('cards', () => {
  test('RFC 6350 section 6.7.6: the UID', () => {
    assert.equal(uidOf(readCard(card('UID: a\\,b '))), 'a,b');
    assert.equal(uidOf(readCard(card('UID:'))), undefined);
    assert.equal(uidOf(readCard(card('FN:x'))), undefined);
  });

  test('the texts by which people look for a card, unescaped and in order', () => {
    const texts = cardTexts(
      readCard(
        card(
          'VERSION:3.0',
          'UID:1',
          'FN:Jane \\"J\\, D\\" Doe',
          'N:Doe\\; Roe;Jane;Mary,Ann;;',
          'NICKNAME:jd,janey\\,',
          'item1.EMAIL;TYPE=INTERNET:jane@example.com',
          'EMAIL:doe@example.org',
          'TEL:+1 555;x',
          'ORG:Example\\, Inc.;Sales',
          'NOTE:not this',
          'PHOTO;ENCODING=b:AAAA',
        ),
      ),
    );
    assert.deepEqual(Object.fromEntries(texts), {
      UID: ['1'],
      FN: ['Jane "J, D" Doe'],
      N: ['Doe; Roe', 'Jane', 'Mary', 'Ann'],
      NICKNAME: ['jd', 'janey,'],
      EMAIL: ['jane@example.com', 'doe@example.org'],
      TEL: ['+1 555;x'],
      ORG: ['Example, Inc.', 'Sales'],
    });
    assert.equal(cardTexts(readCard(card('FN: ', 'N:;;;;'))).size, 0);
  });

  test('cards are written as they were, one after the other', () => {
    const one = card('VERSION:3.0', 'UID:1', 'item1.EMAIL;TYPE=HOME:jane@example.com', 'NOTE:a\\nb\\,');
    const two = card('VERSION:4.0', 'UID:2', 'FN:ä');
    assert.equal(writeCards([readCard(one), readCard(two)]), one + two);
    assert.equal(writeCards([]), '');
  });
});
