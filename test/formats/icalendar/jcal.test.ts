/**
 * jCal, both ways. RFC 7265.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { ContentError } from '../../../src/formats/icalendar/content-line.ts';
import { jcalOf, readJcal, writeJcal } from '../../../src/formats/icalendar/jcal.ts';
import { readCalendar } from '../../../src/formats/icalendar/read.ts';
import { unescapeText } from '../../../src/formats/icalendar/values.ts';
import { writeComponent } from '../../../src/formats/icalendar/write.ts';
import { calendarOf, component } from '../../support/builders.ts';
import { bare, COMPONENT, PROPERTY, RAW, VALUES } from './calendar-trees.ts';

/** The jCal of one line in an event, as JSON says it. */
function jcalOfLine(line: string): unknown {
  const calendar = readCalendar(`BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n${line}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n`);
  return JSON.parse(writeJcal(calendar))[2][0][1][0];
}

/** The line that comes of a jCal property. */
function lineOf(property: unknown): string {
  const text = JSON.stringify(['vcalendar', [], [['vevent', [property], []]]]);
  return writeComponent(readJcal(text)).replaceAll('\r\n ', '').split('\r\n')[2]!;
}

/** Lines and what they are in jCal, by the section of RFC 7265. */
const EXAMPLES: readonly (readonly [section: string, line: string, property: unknown])[] = [
  ['3.4', 'SUMMARY:Meeting with Fred', ['summary', {}, 'text', 'Meeting with Fred']],
  ['3.4', 'CATEGORIES:Meetings,Work\\, hard', ['categories', {}, 'text', 'Meetings', 'Work, hard']],
  ['3.4.1.1', 'GEO:37.386013;-122.082932', ['geo', {}, 'float', [37.386013, -122.082932]]],
  ['3.4.1.2', 'REQUEST-STATUS:2.0;Success', ['request-status', {}, 'text', ['2.0', 'Success']]],
  [
    '3.4.1.2',
    'REQUEST-STATUS:3.7;Invalid\\; user;ATTENDEE:mailto:jsmith@example.com',
    ['request-status', {}, 'text', ['3.7', 'Invalid; user', 'ATTENDEE:mailto:jsmith@example.com']],
  ],
  [
    '3.5',
    'ATTENDEE;PARTSTAT=ACCEPTED;RSVP=TRUE:mailto:jsmith@example.com',
    ['attendee', { partstat: 'ACCEPTED', rsvp: 'TRUE' }, 'cal-address', 'mailto:jsmith@example.com'],
  ],
  [
    '3.5.2',
    'ATTENDEE;DELEGATED-TO="mailto:a@example.org","mailto:b@example.org":mailto:c@example.org',
    [
      'attendee',
      { 'delegated-to': ['mailto:a@example.org', 'mailto:b@example.org'] },
      'cal-address',
      'mailto:c@example.org',
    ],
  ],
  [
    '3.5',
    "ATTENDEE;CN=a^^b^nc^'d^'e:mailto:a@example.org",
    ['attendee', { cn: 'a^b\nc"d"e' }, 'cal-address', 'mailto:a@example.org'],
  ],
  [
    '3.6.1',
    'ATTACH;ENCODING=BASE64;VALUE=BINARY:SGVsbG8gV29ybGQh',
    ['attach', { encoding: 'BASE64' }, 'binary', 'SGVsbG8gV29ybGQh'],
  ],
  ['3.6.2', 'X-NON-SMOKING;VALUE=BOOLEAN:TRUE', ['x-non-smoking', {}, 'boolean', true]],
  ['3.6.4', 'DTSTART;VALUE=DATE:20110517', ['dtstart', {}, 'date', '2011-05-17']],
  ['3.6.5', 'DTSTART:20121017T120000', ['dtstart', {}, 'date-time', '2012-10-17T12:00:00']],
  ['3.6.5', 'DTSTAMP:20121017T120000Z', ['dtstamp', {}, 'date-time', '2012-10-17T12:00:00Z']],
  [
    '3.6.5',
    'DTEND;TZID=Europe/Berlin:20111017T130000',
    ['dtend', { tzid: 'Europe/Berlin' }, 'date-time', '2011-10-17T13:00:00'],
  ],
  [
    '3.6.5',
    'EXDATE:20111017T130000Z,20111018T130000Z',
    ['exdate', {}, 'date-time', '2011-10-17T13:00:00Z', '2011-10-18T13:00:00Z'],
  ],
  ['3.6.6', 'DURATION:P1D', ['duration', {}, 'duration', 'P1D']],
  ['3.6.7', 'X-GRADE;VALUE=FLOAT:1.3', ['x-grade', {}, 'float', 1.3]],
  ['3.6.8', 'PERCENT-COMPLETE:42', ['percent-complete', {}, 'integer', 42]],
  [
    '3.6.9',
    'FREEBUSY;FBTYPE=FREE:19970308T160000Z/P1D,19970309T160000Z/19970309T170000Z',
    [
      'freebusy',
      { fbtype: 'FREE' },
      'period',
      ['1997-03-08T16:00:00Z', 'P1D'],
      ['1997-03-09T16:00:00Z', '1997-03-09T17:00:00Z'],
    ],
  ],
  [
    '3.6.10',
    'RRULE:FREQ=YEARLY;COUNT=5;BYDAY=-1SU,2MO;BYMONTH=10',
    ['rrule', {}, 'recur', { freq: 'YEARLY', count: 5, byday: ['-1SU', '2MO'], bymonth: 10 }],
  ],
  [
    '3.6.10',
    'RRULE:FREQ=MONTHLY;INTERVAL=2;BYMONTHDAY=1,15,-1;UNTIL=20131001',
    ['rrule', {}, 'recur', { freq: 'MONTHLY', interval: 2, bymonthday: [1, 15, -1], until: '2013-10-01' }],
  ],
  [
    '3.6.10',
    'RRULE:RSCALE=HEBREW;FREQ=YEARLY;BYMONTH=5L;SKIP=FORWARD',
    ['rrule', {}, 'recur', { rscale: 'HEBREW', freq: 'YEARLY', bymonth: '5L', skip: 'FORWARD' }],
  ],
  ['3.6.11', 'COMMENT:hello\\, world\\nagain', ['comment', {}, 'text', 'hello, world\nagain']],
  ['3.6.12', 'X-TIME-UTC;VALUE=TIME:123000Z', ['x-time-utc', {}, 'time', '12:30:00Z']],
  [
    '3.6.13',
    'TZURL:http://example.org/tz/Europe-Berlin.ics',
    ['tzurl', {}, 'uri', 'http://example.org/tz/Europe-Berlin.ics'],
  ],
  ['3.6.14', 'TZOFFSETFROM:-0500', ['tzoffsetfrom', {}, 'utc-offset', '-05:00']],
  ['3.6.14', 'TZOFFSETTO:+005328', ['tzoffsetto', {}, 'utc-offset', '+00:53:28']],
  ['5.3', 'X-COMPLAINT-DEADLINE:20110512T120000Z', ['x-complaint-deadline', {}, 'unknown', '20110512T120000Z']],
  ['5.3', 'X-COFFEE-DATA:Stenophylla;Guinea\\,Africa', ['x-coffee-data', {}, 'unknown', 'Stenophylla;Guinea\\,Africa']],
  ['5.3', 'DTSTART;X-SLACK=30.3;VALUE=DATE:20110512', ['dtstart', { 'x-slack': '30.3' }, 'date', '2011-05-12']],
  ['5.2', 'X-STRANGE;VALUE=X-TYPE:a\\,b', ['x-strange', {}, 'x-type', 'a\\,b']],
  ['3.5.1', 'TRIGGER;VALUE=DATE-TIME:20260101T080000Z', ['trigger', {}, 'date-time', '2026-01-01T08:00:00Z']],
];

describe('RFC 7265 section 3: what stands in its examples, and beside them', () => {
  for (const [section, line, property] of EXAMPLES) {
    test(`${section}: ${line}`, () => {
      assert.deepEqual(jcalOfLine(line), property);
      assert.deepEqual(lineOf(property), line);
    });
  }
});

test('RFC 7265 section 3.3: components lie in each other as arrays of three', () => {
  const calendar = readCalendar(calendarOf(component('VEVENT', { UID: 'a' }, component('X-Part', { 'X-A': 'b' }))));
  assert.deepEqual(JSON.parse(JSON.stringify(jcalOf(calendar))), [
    'vcalendar',
    [
      ['version', {}, 'text', '2.0'],
      ['prodid', {}, 'text', '-//Example Corp.//Tests//EN'],
    ],
    [['vevent', [['uid', {}, 'text', 'a']], [['x-part', [['x-a', {}, 'unknown', 'b']], []]]]],
  ]);
});

test('RFC 7265 section 3.1: base64 is kept where the value is binary, and undone where it is none', () => {
  assert.deepEqual(jcalOfLine('ATTACH;ENCODING=BASE64:SGVsbG8='), [
    'attach',
    { encoding: 'BASE64' },
    'binary',
    'SGVsbG8=',
  ]);
  assert.deepEqual(jcalOfLine('COMMENT;ENCODING=BASE64;LANGUAGE=en:SGVsbG8='), [
    'comment',
    { language: 'en' },
    'text',
    'Hello',
  ]);
  assert.equal(lineOf(['attach', {}, 'binary', 'SGVsbG8=']), 'ATTACH;VALUE=BINARY;ENCODING=BASE64:SGVsbG8=');
});

test('RFC 7265 section 3.5.1: a date that does not say so is one', () => {
  assert.deepEqual(jcalOfLine('DTSTART:20260101'), ['dtstart', {}, 'date', '2026-01-01']);
});

test('RFC 7265 section 3.5.2: one value may come as an array of one', () => {
  assert.equal(
    lineOf(['attendee', { member: ['mailto:a@example.org'] }, 'cal-address', 'mailto:b@example.org']),
    'ATTENDEE;MEMBER="mailto:a@example.org":mailto:b@example.org',
  );
  assert.equal(
    lineOf(['rrule', {}, 'recur', { freq: 'DAILY', bymonth: [1], byday: ['MO'] }]),
    'RRULE:FREQ=DAILY;BYMONTH=1;BYDAY=MO',
  );
});

test('what is written wrongly stays as it is', () => {
  const lines = [
    'DTSTART:tomorrow',
    'RRULE:daily',
    'RRULE:FREQ=DAILY;FREQ=WEEKLY',
    'PRIORITY:high',
    'GEO:north',
    'TZOFFSETTO:1',
    'FREEBUSY:busy',
    'X-A;VALUE=BOOLEAN:perhaps',
  ];
  for (const line of lines) assert.equal(lineOf(jcalOfLine(line)), line);
});

test('RFC 7265 section 4: nothing is lost from iCalendar to jCal and back', () => {
  fc.assert(
    fc.property(
      fc.array(PROPERTY, { maxLength: 5 }),
      fc.array(COMPONENT, { maxLength: 3 }),
      (properties, components) => {
        const calendar = { name: 'VCALENDAR', properties, components, line: 0 };
        assert.deepEqual(bare(readJcal(writeJcal(calendar))), bare(calendar));
      },
    ),
    { numRuns: 300 },
  );
});

test('RFC 7265 section 4: through text and lines, nothing is lost either', () => {
  fc.assert(
    fc.property(fc.array(COMPONENT, { maxLength: 2 }), (components) => {
      const read = readCalendar(writeComponent({ name: 'VCALENDAR', properties: [], components, line: 0 }));
      const again = readCalendar(writeComponent(readJcal(writeJcal(read))));
      assert.deepEqual(bare(again), bare(read));
    }),
    { numRuns: 100 },
  );
});

test('whatever stands in a value, it means the same afterwards', () => {
  fc.assert(
    fc.property(fc.constantFrom(...VALUES), RAW, ([name, type], value) => {
      const parameters = type === undefined ? [] : [{ name: 'VALUE', values: [type] }];
      const property = { name, parameters, value, line: 0 };
      const back = readJcal(writeJcal({ name: 'VCALENDAR', properties: [property], components: [], line: 0 }))
        .properties[0]!;
      if (/^(SUMMARY|CATEGORIES|REQUEST-STATUS|X-TEXT)$/.test(name))
        assert.equal(unescapeText(back.value), unescapeText(value));
      else if (/^-?\d+$/.test(value)) assert.equal(Number(back.value), Number(value));
      else if (name !== 'RRULE') assert.equal(back.value, value);
    }),
    { numRuns: 500 },
  );
});

test('RFC 7265 section 6: what has no meaning in iCalendar is refused, and makes no line of its own', () => {
  const event = (properties: unknown) => JSON.stringify(['vcalendar', [], [['vevent', properties, []]]]);
  let deep: unknown = ['x', [], []];
  for (let i = 0; i < 20; i++) deep = ['x', [], [deep]];
  const refused = [
    '',
    '{}',
    '[]',
    '["vevent",[],[]]',
    '["vcalendar",[]]',
    '["vcalendar",{},[]]',
    '["vcalendar\\r\\nX:",[],[]]',
    '['.repeat(100_000),
    JSON.stringify(['vcalendar', [], [deep]]),
    event([['summary', {}, 'text']]),
    event([['summary', [], 'text', 'a']]),
    event([['sum:mary', {}, 'text', 'a']]),
    event([['begin', {}, 'text', 'VALARM']]),
    event([['summary', { 'a\r\nb': 'c' }, 'text', 'a']]),
    event([['summary', { a: null }, 'text', 'a']]),
    event([['summary', {}, 'te xt', 'a']]),
    event([['summary', {}, 'text', null]]),
    event([['summary', {}, 'text', { a: 'b' }]]),
    event([['dtstart', {}, 'uri', 'a', 'b']]),
    event([['rrule', {}, 'recur', { freq: 'DAILY;COUNT=1' }]]),
    event([['rrule', {}, 'recur', { 'freq=DAILY;count': 1 }]]),
  ];
  for (const text of refused) assert.throws(() => readJcal(text), ContentError, text.slice(0, 200));
  assert.throws(() => readJcal(new Uint8Array([0x22, 0xff, 0x22])), ContentError);
  assert.throws(
    () => readJcal(event(Array.from({ length: 20 }, () => ['uid', {}, 'text', 'a'])), { properties: 10 }),
    ContentError,
  );

  const odd = 'a\r\nEND:VEVENT\nX:"b"';
  for (const property of [
    ['summary', { 'x-a': odd }, 'text', odd],
    ['x-a', {}, 'unknown', odd],
    ['attach', {}, 'uri', odd],
    ['geo', {}, 'float', [odd, odd]],
    ['dtstart', {}, 'date-time', odd],
    ['rrule', {}, 'recur', { freq: odd }],
  ]) {
    const text = writeComponent(readJcal(event([property])));
    const event1 = readCalendar(text).components[0]!;
    assert.equal(event1.properties.length, 1, text);
  }
});

test('a property with very many parameters of one name is jCal in no time', () => {
  const property = jcalOfLine(`ATTENDEE${';X-A=a'.repeat(60_000)}:mailto:a@example.org`);
  assert.ok(Array.isArray(property));
  assert.equal(property[1]['x-a'].length, 60_000);
});
