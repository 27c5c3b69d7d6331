import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { describe, test } from 'node:test';
import { type Component, propertyOf } from '../../../src/formats/icalendar/component.ts';
import { readCalendar } from '../../../src/formats/icalendar/read.ts';
import { scanFile } from '../../../src/formats/icalendar/scan.ts';
import {
  calendarProperties,
  REJECTED,
  type SplitFault,
  type SplitObject,
  splitCalendars,
} from '../../../src/formats/icalendar/split.ts';

const newUid = (): string => 'made';

function split(text: string | Uint8Array): readonly (SplitObject | SplitFault)[] {
  return [...splitCalendars(scanFile(Buffer.from(text)), newUid)];
}

function objects(text: string | Uint8Array): readonly SplitObject[] {
  return split(text).filter((part): part is SplitObject => part.ok);
}

function faults(text: string | Uint8Array): readonly SplitFault[] {
  return split(text).filter((part): part is SplitFault => !part.ok);
}

function calendarOf(object: SplitObject | undefined): Component {
  assert.ok(object !== undefined);
  return readCalendar(object.data);
}

function event(uid: string, ...lines: readonly string[]): readonly string[] {
  return ['BEGIN:VEVENT', `UID:${uid}`, 'DTSTART:20260101T100000Z', ...lines, 'END:VEVENT'];
}

function zone(tzid: string): readonly string[] {
  const standard = [
    'BEGIN:STANDARD',
    'DTSTART:19700101T000000',
    'TZOFFSETFROM:+0100',
    'TZOFFSETTO:+0100',
    'END:STANDARD',
  ];
  return ['BEGIN:VTIMEZONE', `TZID:${tzid}`, ...standard, 'END:VTIMEZONE'];
}

function calendar(...lines: readonly string[]): string {
  return ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Example//Test//EN', ...lines, 'END:VCALENDAR', ''].join('\r\n');
}

describe('RFC 4791 section 4.1: a calendar object', () => {
  test('has the components of one UID, wherever they stand, and those of another name apart', () => {
    const text = calendar(
      ...event('a', 'SUMMARY:series'),
      ...event('b'),
      ...event('a', 'RECURRENCE-ID:20260102T100000Z'),
      ...['BEGIN:VTODO', 'UID:a', 'END:VTODO'],
    );
    const found = objects(text);
    assert.deepEqual(
      found.map(({ uid, component, line }) => [uid, component, line]),
      [
        ['a', 'VEVENT', 4],
        ['b', 'VEVENT', 9],
        ['a', 'VTODO', 18],
      ],
    );
    assert.equal(calendarOf(found[0]).components.length, 2);
  });

  test('is put together from several calendars of one file', () => {
    const text = calendar(...event('a')) + calendar(...event('a', 'RECURRENCE-ID:20260102T100000Z'), ...event('b'));
    assert.deepEqual(
      objects(text).map((one) => calendarOf(one).components.length),
      [2, 1],
    );
  });

  test('has the time zones that it names, those of its own calendar first, and no others', () => {
    const text =
      calendar(...zone('One'), ...zone('Two'), ...event('a', 'EXDATE;TZID=Two:20260101T000000')) +
      calendar(...zone('Other'), ...event('b', 'EXDATE;TZID=One:20260101T000000'), ...event('c', 'X-A;TZID=None:1'));
    const names = objects(text).map((one) =>
      calendarOf(one).components.flatMap((part) => propertyOf(part, 'TZID')?.value ?? []),
    );
    assert.deepEqual(names, [['Two'], ['One'], []]);
  });

  test('has no METHOD, and of the calendar only what each object says', () => {
    const text = calendar('METHOD:PUBLISH', 'X-WR-CALNAME:Home', 'CALSCALE:GREGORIAN', ...event('a'), ...event('b'));
    const names = calendarOf(objects(text)[0]).properties.map(({ name }) => name);
    assert.deepEqual(names, ['VERSION', 'PRODID', 'CALSCALE']);
    const said = calendarProperties(scanFile(Buffer.from(text))).map(({ name, value }) => `${name}:${value}`);
    assert.ok(said.includes('X-WR-CALNAME:Home'));
  });

  test('that is alone in its file stays octet for octet', () => {
    const text = calendar('X-OWN;A="b":c', ...zone('Unused'), ...event('a', 'x-lower:1', 'DESCRIPTION:fol', ' ded'));
    assert.equal(Buffer.from(objects(text)[0]?.data ?? '').toString(), text);
    const sent = text.replace('X-OWN', 'METHOD:REQUEST\r\nX-OWN');
    const names = calendarOf(objects(sent)[0]).properties.map(({ name }) => name);
    assert.deepEqual(names, ['VERSION', 'PRODID', 'X-OWN']);
  });

  test('that a file has twice over is one', () => {
    const [only, ...others] = objects(calendar(...event('a'), ...event('a')));
    assert.equal(others.length, 0);
    assert.equal(calendarOf(only).components.length, 1);
  });

  test('without UID gets one made of its text', () => {
    const uids: string[] = [];
    const text = calendar('BEGIN:VEVENT', 'SUMMARY:x', 'END:VEVENT', 'BEGIN:VEVENT', 'UID:', 'END:VEVENT');
    const made = [
      ...splitCalendars(scanFile(Buffer.from(text)), (of) => {
        uids.push(of);
        return `uid-${uids.length}`;
      }),
    ];
    assert.match(uids[0] ?? '', /SUMMARY:x/);
    assert.deepEqual(
      made.map(({ uid, ok }) => [uid, ok]),
      [
        ['uid-1', true],
        ['uid-2', true],
      ],
    );
    assert.match(Buffer.from(made[1]?.ok ? made[1].data : '').toString(), /UID:uid-2\r\nEND:VEVENT/);
  });
});

describe('what is broken', () => {
  test('is named with its line, and takes nothing with it', () => {
    const text = calendar(...event('a'), ...event('b', 'no colon here'), ...event('c'));
    assert.deepEqual(
      objects(text).map(({ uid }) => uid),
      ['a', 'c'],
    );
    const [fault, ...others] = faults(text);
    assert.equal(others.length, 0);
    assert.deepEqual([fault?.uid, fault?.line, fault?.component], ['b', 8, 'VEVENT']);
    assert.match(fault?.reason ?? '', /^Line 11 /);
    assert.match(fault?.text ?? '', /^BEGIN:VCALENDAR\r\n[\s\S]*no colon here\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n$/);
  });

  test('takes the whole series with it: an override alone would be another event', () => {
    const text = calendar(...event('a'), ...event('a', 'RECURRENCE-ID:20260102T100000Z', '=broken'));
    assert.deepEqual([objects(text).length, faults(text).map(({ uid }) => uid)], [0, ['a']]);
  });

  test('keeps the time zones that it names beside it', () => {
    const text = calendar(...zone('Here'), ...zone('There'), ...event('a', 'EXDATE;TZID=Here:1', 'broken'));
    const [fault] = faults(text);
    assert.ok(fault?.text.includes('TZID:Here') && !fault.text.includes('TZID:There'));
  });

  for (const [what, lines] of [
    ['an event that is never ended', ['BEGIN:VEVENT', 'UID:x', ...event('a')]],
    ['an alarm that is never ended', ['BEGIN:VEVENT', 'UID:x', 'BEGIN:VALARM', 'END:VEVENT', ...event('a')]],
    ['an event at the end of the file', [...event('a'), 'BEGIN:VEVENT', 'UID:x']],
    ['an END too many inside', ['BEGIN:VEVENT', 'UID:x', 'END:VALARM', 'END:VEVENT', ...event('a')]],
  ] as const) {
    test(`${what} does not hide its neighbour`, () => {
      const text = calendar(...lines);
      assert.deepEqual([objects(text).map(({ uid }) => uid), faults(text).map(({ uid }) => uid)], [['a'], ['x']]);
    });
  }

  test('lines outside of everything are told, and so is a time zone that cannot be read', () => {
    const text = `garbage\r\nmore\r\n${calendar('BEGIN:VTIMEZONE', 'TZID', 'END:VTIMEZONE', ...event('a'))}END:VEVENT\r\n`;
    assert.deepEqual(
      faults(text).map(({ line, component }) => [line, component]),
      [
        [6, 'VTIMEZONE'],
        [1, ''],
        [14, ''],
      ],
    );
    assert.equal(objects(text).length, 1);
  });

  test('vCalendar 1.0 is refused, not misread', () => {
    const [fault] = faults(calendar(...event('a'), ...event('b')).replace('VERSION:2.0', 'VERSION:1.0'));
    assert.match(fault?.reason ?? '', /vCalendar 1\.0/);
  });

  test('octets that are not UTF-8 are refused in their object alone', () => {
    const data = Buffer.from(calendar(...event('a', 'SUMMARY:M\u00fcller'), ...event('b')), 'latin1');
    assert.deepEqual(
      [objects(data).map(({ uid }) => uid), faults(data).map(({ reason }) => reason)],
      [['b'], ['Line 7 is not UTF-8 text.']],
    );
  });
});

describe('how files are written', () => {
  const text = calendar(...event('a', 'SUMMARY:\u00e4'), ...event('b'));

  test('UTF-16 and UTF-8 with byte order marks, bare line feeds, carriage returns, lower case', () => {
    const wide = Buffer.from(`\ufeff${text}`, 'utf16le');
    const forms = [
      wide,
      Buffer.from(wide).swap16(),
      Buffer.from(`\ufeff${text}`),
      text.replaceAll('\r', ''),
      text.replaceAll('\n', ''),
      text.replaceAll('BEGIN:VEVENT', 'begin:vevent').replaceAll('UID', 'uid'),
    ];
    for (const form of forms) {
      const found = objects(form);
      assert.deepEqual(
        found.map(({ uid }) => uid),
        ['a', 'b'],
      );
      assert.equal(calendarOf(found[0]).components[0]?.properties.at(-1)?.value, '\u00e4');
    }
  });

  test('RFC 5545 section 3.1: a UID may be folded and have parameters', () => {
    const folded = calendar(...event('a'), 'BEGIN:VEVENT', 'UID;X-A="b:c":lo', ' ng', 'END:VEVENT');
    assert.deepEqual(
      objects(folded).map(({ uid }) => uid),
      ['a', 'long'],
    );
  });

  test('the UID of an alarm is not that of the event', () => {
    const lines = ['BEGIN:VEVENT', 'BEGIN:VALARM', 'UID:alarm', 'END:VALARM', 'UID:event', 'END:VEVENT'];
    assert.equal(objects(calendar(...lines, ...event('b')))[0]?.uid, 'event');
  });

  test('why something was rejected before is not stored', () => {
    const [object] = objects(calendar(`${REJECTED}:once`, ...event('a')));
    assert.equal(propertyOf(calendarOf(object), REJECTED), undefined);
  });

  test('an empty file, and cards, have no calendar objects', () => {
    assert.deepEqual([split(''), split('BEGIN:VCARD\r\nUID:a\r\nEND:VCARD\r\n')], [[], []]);
  });
});
