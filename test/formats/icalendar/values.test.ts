import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  civilFromDays,
  DAY,
  daysFromCivil,
  FIRST_SECOND,
  LAST_SECOND,
  weekdayOf,
} from '../../../src/formats/icalendar/civil.ts';
import type { Property } from '../../../src/formats/icalendar/component.ts';
import {
  escapeText,
  formatDuration,
  formatMoment,
  momentsOf,
  parseDuration,
  parseMoment,
  parseMomentText,
  parsePeriod,
  parseUtcOffset,
  splitText,
  unescapeText,
} from '../../../src/formats/icalendar/values.ts';

function made(value: string, parameters: Readonly<Record<string, string>> = {}): Property {
  const list = Object.entries(parameters).map(([name, only]) => ({ name, values: [only] }));
  return { name: 'DTSTART', parameters: list, value, line: 0 };
}

const seconds = (...parts: [number, number, number, number?, number?, number?]) => {
  const [year, month, day, hour = 0, minute = 0, second = 0] = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second) / 1000;
};

describe('Civil dates', () => {
  test('agree with the runtime on every day number from year 1 to 9999', () => {
    fc.assert(
      fc.property(fc.integer({ min: FIRST_SECOND / DAY, max: Math.floor(LAST_SECOND / DAY) }), (days) => {
        const date = new Date(days * DAY * 1000);
        const civil = civilFromDays(days);
        assert.deepEqual(civil, { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() });
        assert.equal(daysFromCivil(civil.year, civil.month, civil.day), days);
        assert.equal(weekdayOf(days), date.getUTCDay());
      }),
    );
  });

  test('know the edges', () => {
    assert.equal(daysFromCivil(1, 1, 1) * DAY, FIRST_SECOND);
    assert.equal(daysFromCivil(10_000, 1, 1) * DAY - 1, LAST_SECOND);
    assert.deepEqual(civilFromDays(daysFromCivil(2000, 2, 29) + 1), { year: 2000, month: 3, day: 1 });
    assert.deepEqual(civilFromDays(daysFromCivil(1900, 2, 28) + 1), { year: 1900, month: 3, day: 1 });
  });
});

describe('RFC 5545 section 3.3.5: DATE-TIME', () => {
  test('is floating, in UTC or in a zone', () => {
    assert.deepEqual(parseMoment(made('19980118T230000')), { kind: 'floating', local: seconds(1998, 1, 18, 23) });
    assert.deepEqual(parseMoment(made('19980119T070000Z')), { kind: 'utc', local: seconds(1998, 1, 19, 7) });
    assert.deepEqual(parseMoment(made('19980119T020000', { TZID: 'America/New_York' })), {
      kind: 'zoned',
      local: seconds(1998, 1, 19, 2),
      tzid: 'America/New_York',
    });
  });

  test('reads a leap second as the second before it', () => {
    assert.equal(parseMomentText('19970630T235960Z')?.local, seconds(1997, 6, 30, 23, 59, 59));
  });

  test('ignores a TZID beside UTC and beside a date', () => {
    assert.deepEqual(parseMoment(made('19980119T070000Z', { TZID: 'Europe/Berlin' }))?.kind, 'utc');
    assert.deepEqual(parseMoment(made('19980119', { TZID: 'Europe/Berlin', VALUE: 'DATE' })), {
      kind: 'date',
      local: seconds(1998, 1, 19),
    });
  });

  test('takes lower case and white space around it, and the date of a time that is called a DATE', () => {
    assert.equal(parseMomentText(' 19980119t070000z ')?.kind, 'utc');
    assert.deepEqual(parseMoment(made('19980119T070000', { VALUE: 'date' })), {
      kind: 'date',
      local: seconds(1998, 1, 19),
    });
    assert.equal(parseMoment(made('19980119', { VALUE: 'DATE-TIME' }))?.kind, 'date');
  });

  test('does not exist in month 13, on 31 February, at hour 24 or in year 0', () => {
    const impossible = [
      '19981301',
      '19980001',
      '19980231',
      '19990229',
      '19000229',
      '19980100',
      '00000101',
      '19980119T240000',
      '19980119T006000',
      '19980119T000061',
      '19980119T0000',
      '19980119T000000X',
      '19980119 000000',
      '1998-01-19',
      '19980119T0000000Z',
      '+1998011',
      '1998011１',
      '',
      'TODAY',
      '19980119,19980120',
      '19980119T000000Z/PT1H',
    ];
    for (const text of impossible) assert.equal(parseMomentText(text), undefined, text);
  });

  test('reaches from year 1 to 9999', () => {
    assert.equal(parseMomentText('00010101T000000')?.local, FIRST_SECOND);
    assert.equal(parseMomentText('99991231T235959')?.local, LAST_SECOND);
    assert.equal(formatMoment({ kind: 'floating', local: FIRST_SECOND }), '00010101T000000');
    assert.equal(formatMoment({ kind: 'utc', local: LAST_SECOND }), '99991231T235959Z');
  });

  test('is written as it is read', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: FIRST_SECOND, max: LAST_SECOND }),
        fc.constantFrom('floating', 'utc'),
        (local, kind) => {
          assert.deepEqual(parseMomentText(formatMoment({ kind, local })), { kind, local });
        },
      ),
    );
    assert.equal(formatMoment({ kind: 'date', local: seconds(1998, 1, 19) }), '19980119');
  });

  test('may stand in a list, whose other entries are left out', () => {
    assert.deepEqual(momentsOf(made('20200101T000000Z,20200102T000000Z, 20200103')).length, 3);
    assert.deepEqual(momentsOf(made('20200101T000000,nonsense,20200102T000000Z/PT1H', { TZID: 'X' })), [
      { kind: 'zoned', local: seconds(2020, 1, 1), tzid: 'X' },
    ]);
    assert.deepEqual(momentsOf(made('')), []);
  });
});

describe('RFC 5545 section 3.3.6: DURATION', () => {
  test('keeps days apart from seconds', () => {
    assert.deepEqual(parseDuration('P15DT5H0M20S'), { days: 15, seconds: 18_020 });
    assert.deepEqual(parseDuration('P7W'), { days: 49, seconds: 0 });
    assert.deepEqual(parseDuration('-PT10M'), { days: 0, seconds: -600 });
    assert.deepEqual(parseDuration('+P1D'), { days: 1, seconds: 0 });
    assert.deepEqual(parseDuration('-PT0S'), { days: 0, seconds: 0 });
  });

  test('is read as clients send it', () => {
    assert.deepEqual(parseDuration('P1W2DT3H4S'), { days: 9, seconds: 10_804 });
    assert.deepEqual(parseDuration(' pt1h '), { days: 0, seconds: 3600 });
    assert.deepEqual(parseDuration('P1DT'), { days: 1, seconds: 0 });
  });

  test('is not what has no unit, or units twice, in another order or on the wrong side of T', () => {
    const impossible = [
      '',
      'P',
      'PT',
      '-P',
      '1D',
      'P1',
      'P1H',
      'PT1D',
      'P1D1W',
      'PT1S1H',
      'P1D1D',
      'PT1H1H',
      'P1Y',
      'P-1D',
      'P1.5D',
      'PTT1H',
    ];
    for (const text of impossible) assert.equal(parseDuration(text), undefined, text);
    assert.equal(parseDuration(`P${'9'.repeat(30)}D`), undefined);
    assert.equal(parseDuration('P999999999999D'), undefined);
  });

  test('is written as it is read', () => {
    const amount = fc.integer({ min: 0, max: 400_000 });
    fc.assert(
      fc.property(amount, amount, fc.boolean(), (days, rest, negative) => {
        const duration = negative ? { days: 0 - days, seconds: 0 - rest } : { days, seconds: rest };
        assert.deepEqual(parseDuration(formatDuration(duration)), duration);
      }),
    );
    assert.equal(formatDuration({ days: 0, seconds: 0 }), 'PT0S');
    assert.equal(formatDuration({ days: 14, seconds: 0 }), 'P2W');
    assert.equal(formatDuration({ days: -1, seconds: -3605 }), '-P1DT1H0M5S');
    assert.equal(formatDuration({ days: 1, seconds: -3600 }), 'PT23H');
  });
});

test('RFC 5545 section 3.3.9: PERIOD is a start with an end or a duration', () => {
  assert.deepEqual(parsePeriod('19970101T180000Z/19970102T070000Z'), {
    start: { kind: 'utc', local: seconds(1997, 1, 1, 18) },
    end: { kind: 'utc', local: seconds(1997, 1, 2, 7) },
  });
  assert.deepEqual(parsePeriod('19970101T180000/PT5H30M', 'Europe/Berlin'), {
    start: { kind: 'zoned', local: seconds(1997, 1, 1, 18), tzid: 'Europe/Berlin' },
    duration: { days: 0, seconds: 19_800 },
  });
  for (const text of ['19970101T180000Z', '19970101/PT1H', '/PT1H', '19970101T180000Z/', '19970101T180000Z/19970102']) {
    assert.equal(parsePeriod(text), undefined, text);
  }
});

test('RFC 5545 section 3.3.14: UTC-OFFSET', () => {
  assert.equal(parseUtcOffset('-0500'), -18_000);
  assert.equal(parseUtcOffset('+0100'), 3600);
  assert.equal(parseUtcOffset('+005328'), 3208);
  assert.equal(parseUtcOffset('-0000'), 0);
  for (const text of ['0100', '+1', '+0160', '+2400', '+01:00', '+010', ''])
    assert.equal(parseUtcOffset(text), undefined, text);
});

describe('RFC 5545 section 3.3.11: TEXT', () => {
  test('is unescaped', () => {
    assert.equal(
      unescapeText('Project XYZ Final Review\\nConference Room - 3B\\NCome\\, please\\; \\\\o/'),
      'Project XYZ Final Review\nConference Room - 3B\nCome, please; \\o/',
    );
    assert.equal(unescapeText('\\:a\\'), ':a\\');
  });

  test('comes back after escaping', () => {
    fc.assert(
      fc.property(fc.string(), (text) => assert.equal(unescapeText(escapeText(text)), text.replace(/\r\n?/g, '\n'))),
    );
    assert.equal(escapeText('a,b;c\\d\r\ne'), 'a\\,b\\;c\\\\d\\ne');
  });

  test('lists are split at commas that are not escaped', () => {
    assert.deepEqual(splitText('a\\,b,c\\\\,d,'), ['a\\,b', 'c\\\\', 'd', '']);
    assert.deepEqual(splitText(''), ['']);
  });
});
