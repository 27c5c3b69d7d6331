import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import { scanFile } from '../../../src/formats/icalendar/scan.ts';
import { splitCards } from '../../../src/formats/vcard/split.ts';

function split(text: string) {
  return [...splitCards(scanFile(Buffer.from(text)), () => 'made')];
}

function card(...lines: readonly string[]): string {
  return ['BEGIN:VCARD', 'VERSION:3.0', ...lines, 'END:VCARD', ''].join('\r\n');
}

test('each card stays octet for octet', () => {
  const cards = [
    card('UID:a', 'x-Own;Type=HOME:fol', ' ded'),
    card('FN:\u00e4', 'uid:b'),
    card('UID:c').replaceAll('\r', ''),
  ];
  const found = split(cards.join(''));
  assert.deepEqual(
    found.map((one) => (one.ok ? Buffer.from(one.data).toString() : one.reason)),
    cards,
  );
  assert.deepEqual(
    found.map(({ uid, line }) => [uid, line]),
    [
      ['a', 1],
      ['b', 7],
      ['c', 12],
    ],
  );
});

test('RFC 6350 section 6.7.6: a UID is compared without escapes', () => {
  assert.equal(split(card('UID:a\\,b '))[0]?.uid, 'a,b');
});

test('a card without UID gets one', () => {
  const [one] = split(card('FN:Ada', 'item1.TEL:1'));
  assert.ok(one?.ok);
  assert.equal(one.uid, 'made');
  assert.equal(
    Buffer.from(one.data).toString(),
    card('FN:Ada', 'item1.TEL:1').replace('END:VCARD', 'UID:made\r\nEND:VCARD'),
  );
});

test('a broken card is named, and its neighbours stay', () => {
  const found = split(
    card('UID:a') + card('UID:b', 'broken') + card('UID:c').replace('END:VCARD\r\n', '') + card('UID:d'),
  );
  assert.deepEqual(
    found.map(({ ok, uid, line }) => [ok, uid, line]),
    [
      [true, 'a', 1],
      [false, 'b', 5],
      [false, 'c', 10],
      [true, 'd', 13],
    ],
  );
  const [, broken] = found;
  assert.ok(broken !== undefined && !broken.ok);
  assert.match(broken.reason, /^Line 8 /);
  assert.equal(broken.text, card('UID:b', 'broken'));
});

test('RFC 2426 section 3.5.4: the card of an agent lies in its own', () => {
  const found = split(card('UID:a', 'AGENT:', 'BEGIN:VCARD', 'UID:inner', 'END:VCARD', 'FN:x') + card('UID:b'));
  assert.deepEqual(
    found.map(({ uid }) => uid),
    ['a', 'b'],
  );
});

test('calendars have no cards', () => {
  assert.deepEqual(split('BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:a\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n'), []);
});
