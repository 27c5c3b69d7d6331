import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Component, parameterOf, propertyOf } from '../../../src/formats/icalendar/component.ts';
import { ContentError } from '../../../src/formats/icalendar/content-line.ts';
import { readCalendar, readComponents } from '../../../src/formats/icalendar/read.ts';

const EVENT = [
  'BEGIN:VCALENDAR',
  'VERSION:2.0',
  'BEGIN:VEVENT',
  'UID:19970610T172345Z-AF23B2@example.com',
  'DTSTART;TZID="America/New_York":19970714T133000',
  'ATTENDEE;CN="Doe, Jane";MEMBER="mailto:a@example.com","mailto:b@example.com";RSVP=TRUE:mailto:jane@example.com',
  'SUMMARY:Bastille Day Party',
  'END:VEVENT',
  'END:VCALENDAR',
  '',
];

function calendarWith(...lines: readonly string[]): string {
  return ['BEGIN:VCALENDAR', ...lines, 'END:VCALENDAR', ''].join('\r\n');
}

function firstValue(text: string | Uint8Array): string | undefined {
  return readCalendar(text).properties[0]?.value;
}

/** Asserts that the text is refused, at that line, with that word in the reason. */
function refused(data: string | Uint8Array, line: number, reason: RegExp): void {
  assert.throws(
    () => readCalendar(data),
    (error) => error instanceof ContentError && error.line === line && reason.test(error.reason),
  );
}

describe('RFC 5545 section 3.1: content lines', () => {
  test('are read into components, properties and parameters, with their line numbers', () => {
    const event = readCalendar(EVENT.join('\r\n')).components[0];
    assert.ok(event);
    assert.equal(event.name, 'VEVENT');
    assert.equal(event.line, 3);
    assert.deepEqual(propertyOf(event, 'DTSTART'), {
      name: 'DTSTART',
      parameters: [{ name: 'TZID', values: ['America/New_York'] }],
      value: '19970714T133000',
      line: 5,
    });
    assert.deepEqual(propertyOf(event, 'ATTENDEE')?.parameters, [
      { name: 'CN', values: ['Doe, Jane'] },
      { name: 'MEMBER', values: ['mailto:a@example.com', 'mailto:b@example.com'] },
      { name: 'RSVP', values: ['TRUE'] },
    ]);
  });

  test('are the same with bare line feeds, doubled carriage returns and no last line end', () => {
    const tree = JSON.stringify(readCalendar(EVENT.join('\r\n')));
    assert.equal(JSON.stringify(readCalendar(EVENT.join('\n'))), tree);
    assert.equal(JSON.stringify(readCalendar(EVENT.join('\r\r\n'))), tree);
    assert.equal(JSON.stringify(readCalendar(EVENT.join('\r\n').trimEnd())), tree);
    assert.equal(JSON.stringify(readCalendar(Buffer.from(`\ufeff${EVENT.join('\r\n')}`))), tree);
    assert.equal(JSON.stringify(readCalendar(`\ufeff${EVENT.join('\r\n')}`)), tree);
  });

  test('are unfolded at a space or tab after either line end, and only that one is taken away', () => {
    assert.equal(firstValue(calendarWith('SUMMARY:a', ' b', '\tc', '  d')), 'abc d');
    assert.equal(firstValue('BEGIN:VCALENDAR\nSUM\n MARY:a\n b\nEND:VCALENDAR'), 'ab');
  });

  test('count the lines of folds', () => {
    const calendar = readCalendar(calendarWith('A:1', ' 2', ' 3', 'B:4'));
    assert.deepEqual(
      calendar.properties.map(({ line }) => line),
      [2, 5],
    );
  });

  test('may be folded inside a UTF-8 sequence', () => {
    const [head, euro, party, tail] = ['BEGIN:VCALENDAR\r\nSUMMARY:', '€', '🎉', '!\r\nX:1\r\nEND:VCALENDAR\r\n'].map(
      (text) => Buffer.from(text),
    );
    assert.ok(head && euro && party && tail);
    const fold = Buffer.from('\r\n ');
    const data = Buffer.concat([
      head,
      euro.subarray(0, 1),
      fold,
      euro.subarray(1, 2),
      Buffer.from('\n\t'),
      euro.subarray(2),
      party.subarray(0, 3),
      fold,
      fold,
      party.subarray(3),
      tail,
    ]);
    const calendar = readCalendar(data);
    assert.equal(calendar.properties[0]?.value, '€🎉!');
    assert.equal(calendar.properties[1]?.line, 7);
  });

  test('may have names in lower case, blank lines between them and white space after BEGIN and END', () => {
    const calendar = readCalendar(
      '\r\nbegin:vcalendar \r\n\r\nsummary;language=de:Fest \r\n   \r\nEnd:VCalendar\t\r\n\r\n',
    );
    assert.equal(calendar.name, 'VCALENDAR');
    assert.deepEqual(calendar.properties[0]?.name, 'SUMMARY');
    assert.deepEqual(calendar.properties[0]?.parameters, [{ name: 'LANGUAGE', values: ['de'] }]);
  });

  test('keep values and unknown properties exactly', () => {
    const text = calendarWith('X-THING;X-A=b:a\\, b\\n "c"; d ', 'GEO:1.50;-0.10', 'EMPTY:');
    assert.deepEqual(
      readCalendar(text).properties.map(({ value }) => value),
      ['a\\, b\\n "c"; d ', '1.50;-0.10', ''],
    );
  });

  test('take parameters as they occur: bare, empty, a quotation mark inside, text after a closing one', () => {
    const property = readCalendar(calendarWith('TEL;HOME;;CN=Jo "J" Doe;X=;Y="a"b,c:1')).properties[0];
    assert.deepEqual(property?.parameters, [
      { name: 'HOME', values: [] },
      { name: 'CN', values: ['Jo "J" Doe'] },
      { name: 'X', values: [''] },
      { name: 'Y', values: ['ab', 'c'] },
    ]);
    const floating = 'LAST-MODIFIED;X-VOBJ-FLOATINGTIME-ALLOWED=TRUE:20200503T203005';
    assert.equal(firstValue(calendarWith(floating)), '20200503T203005');
  });
});

test('RFC 6868 section 3: ^n, ^^ and ^ with an apostrophe are undone in parameter values, and no other', () => {
  const property = readCalendar(calendarWith("ATTENDEE;CN=George ^'Babe^' Ruth;X=^^n^n^x^:mailto:b@example.com"))
    .properties[0];
  assert.ok(property);
  assert.equal(parameterOf(property, 'CN'), 'George "Babe" Ruth');
  assert.equal(parameterOf(property, 'X'), '^n\n^x^');
});

test('RFC 6350 section 3.3: a stream may hold several cards, and properties may have groups', () => {
  const card = 'BEGIN:VCARD\r\nVERSION:3.0\r\nitem1.EMAIL;type=WORK:jo@example.com\r\nEND:VCARD\r\n';
  const cards = readComponents(card + card);
  assert.equal(cards.length, 2);
  assert.equal(cards[1]?.line, 5);
  assert.deepEqual(cards[0]?.properties[1], {
    name: 'EMAIL',
    group: 'item1',
    parameters: [{ name: 'TYPE', values: ['WORK'] }],
    value: 'jo@example.com',
    line: 3,
  });
  assert.deepEqual(readComponents(''), []);
});

describe('What has no single meaning is refused, with its line', () => {
  test('lines that are no properties', () => {
    refused(calendarWith('SUMMARY:ok', 'X-NOTHING'), 3, /no colon/);
    refused(calendarWith('X-NOTHING;A=b'), 2, /no colon/);
    refused(calendarWith('hello world: x'), 2, /property name/);
    refused(calendarWith(':x'), 2, /no property name/);
    refused(calendarWith('item1.:x'), 2, /no property name/);
    refused(calendarWith('ATTENDEE;CN="Jo:mailto:jo@example.com'), 2, /never closes/);
    refused(calendarWith('ATTENDEE;CN="Jo:mailto', 'X:"'), 2, /never closes/);
    refused(calendarWith('ATTENDEE;=b:x'), 2, /no readable name/);
  });

  test('components that do not fit together', () => {
    refused('BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VCALENDAR\n', 3, /VEVENT from line 2/);
    refused('BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VEVENT\n', 1, /never ended/);
    refused('BEGIN:VCALENDAR\nEND:VCALENDAR\nX:1\n', 3, /outside/);
    refused('END:VCALENDAR\n', 1, /outside/);
    refused('BEGIN:\nEND:\n', 1, /name a component/);
  });

  test('RFC 5545 section 3.4: anything but one VCALENDAR', () => {
    refused('', 0, /no VCALENDAR/);
    refused(' \r\n', 0, /no VCALENDAR/);
    refused('BEGIN:VCARD\nEND:VCARD\n', 1, /VCARD/);
    refused('BEGIN:VCALENDAR\nEND:VCALENDAR\nBEGIN:VCALENDAR\nEND:VCALENDAR\n', 3, /exactly one/);
  });

  test('bytes that are not UTF-8', () => {
    refused(Buffer.from(calendarWith('A:1', 'SUMMARY:Grüße'), 'latin1'), 3, /UTF-8/);
    refused(Buffer.concat([Buffer.from('BEGIN:VCALENDAR\nA:'), Buffer.from([0xe2, 0x82])]), 2, /UTF-8/);
    refused(Buffer.concat([Buffer.from('BEGIN:VCALENDAR\nA:'), Buffer.from([0xc3, 0x0a, 0x20, 0x41])]), 2, /UTF-8/);
    refused(Buffer.from(calendarWith('A:1'), 'utf16le'), 1, /NUL/);
  });

  test('NUL; other control characters stay where they are', () => {
    refused(calendarWith('A:1', 'B:\0'), 3, /NUL/);
    assert.equal(firstValue(calendarWith('A:x\u0001\u000b\ry')), 'x\u0001\u000b\ry');
  });

  test('text with carriage returns only, which no client sends', () => {
    refused('BEGIN:VCALENDAR\rVERSION:2.0\rEND:VCALENDAR\r', 1, /name a component/);
  });
});

describe('Hostile texts', () => {
  test('nesting is bounded, also when it is 100,000 deep', () => {
    refused('BEGIN:VCALENDAR\n'.repeat(100_000), 9, /8 deep/);
    const deep = (count: number) => 'BEGIN:VCALENDAR\n'.repeat(count) + 'END:VCALENDAR\n'.repeat(count);
    assert.equal(readCalendar(deep(8)).name, 'VCALENDAR');
    assert.throws(() => readCalendar(deep(3), { depth: 2 }), ContentError);
  });

  test('the number of properties is bounded by a limit', () => {
    const text = calendarWith('A:1', 'B:2', 'C:3');
    assert.equal(readCalendar(text, { properties: 5 }).properties.length, 3);
    assert.throws(() => readCalendar(text, { properties: 4 }), /Line 5/);
  });

  test('long lines, many folds, many parameters and many quotation marks are read', () => {
    const long = 'x'.repeat(1_000_000);
    assert.equal(firstValue(calendarWith(`A:${long}`))?.length, 1_000_000);
    assert.equal(firstValue(calendarWith(`A:${'\r\n x'.repeat(200_000)}`))?.length, 200_000);
    assert.equal(firstValue(calendarWith(`A:${'\r\n '.repeat(200_000)}`)), '');
    assert.equal(
      readCalendar(calendarWith(`A${';B="c"'.repeat(100_000)}:1`)).properties[0]?.parameters.length,
      100_000,
    );
    assert.equal(readCalendar(calendarWith(`A;B=${'"^^"^'.repeat(100_000)}:1`)).properties.length, 1);
    refused(calendarWith(`A${';'.repeat(1_000_000)}`), 2, /no colon/);
    refused(long, 1, /no colon/);
  });

  test('prototype names are names like any other', () => {
    const calendar: Component = readCalendar(calendarWith('__proto__;constructor=a:1', 'TOSTRING:2'));
    assert.equal(calendar.properties[0]?.name, '__PROTO__');
    assert.equal(propertyOf(calendar, 'TOSTRING')?.value, '2');
  });
});
