import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { daysInMonth } from '../../../src/formats/icalendar/civil.ts';
import { nameIn, type YearlyDay, yearlyDays } from '../../../src/formats/vcard/occasions.ts';
import { readCard } from '../../../src/formats/vcard/read.ts';

function daysOf(version: string, ...lines: readonly string[]): readonly YearlyDay[] {
  return yearlyDays(read(version, ...lines));
}

function read(version: string, ...lines: readonly string[]) {
  return readCard(['BEGIN:VCARD', `VERSION:${version}`, 'UID:1', ...lines, 'END:VCARD', ''].join('\r\n'));
}

/** `birthday 1815-12-10`, `birthday --12-10` */
function told(version: string, ...lines: readonly string[]): readonly string[] {
  return daysOf(version, ...lines).map(
    ({ occasion, year, month, day }) => `${occasion} ${year ?? '-'}-${two(month)}-${two(day)}`,
  );
}

const two = (number: number): string => String(number).padStart(2, '0');

describe('days of the year in a card', () => {
  test('RFC 2426 section 3.1.5: a date in either form, and the date of a date and time', () => {
    for (const value of ['1815-12-10', '18151210', '1815-12-10T23:10:00Z', '18151210T231000-0600'])
      assert.deepEqual(told('3.0', `BDAY:${value}`), ['birthday 1815-12-10'], value);
    assert.deepEqual(told('3.0', 'BDAY;VALUE=date-time:1815-12-10T00:00:00Z'), ['birthday 1815-12-10']);
  });

  test('RFC 6350 section 6.2.5: month and day without a year, and nothing that lacks one of them', () => {
    for (const value of ['--1210', '--12-10', '--1210T1000'])
      assert.deepEqual(told('4.0', `BDAY:${value}`), ['birthday --12-10']);
    for (const value of ['1815', '1815-12', '--12', '---10', 'T102200', '18151', '1815121', '', 'circa 1815'])
      assert.deepEqual(told('4.0', `BDAY:${value}`), [], value);
    assert.deepEqual(told('4.0', 'BDAY;VALUE=text:18151210'), []);
  });

  test('what programs write where version 3.0 knows no date without a year', () => {
    assert.deepEqual(told('3.0', 'BDAY;X-APPLE-OMIT-YEAR=1604:1604-02-29'), ['birthday --02-29']);
    assert.deepEqual(told('3.0', 'BDAY;VALUE=date:1604-02-29'), ['birthday --02-29']);
    assert.deepEqual(told('3.0', 'BDAY;X-APPLE-OMIT-YEAR=1900:1900-03-01'), ['birthday --03-01']);
    assert.deepEqual(told('3.0', 'BDAY:--12-24'), ['birthday --12-24']);
    assert.deepEqual(told('3.0', 'BDAY:0000-12-24'), ['birthday --12-24']);
  });

  test('RFC 6350 section 6.2.6: an anniversary, under all names that it has', () => {
    for (const line of [
      'ANNIVERSARY:20010304',
      'X-ANNIVERSARY:2001-03-04',
      'X-EVOLUTION-ANNIVERSARY:2001-03-04',
      'item1.X-ABDATE;type=pref:2001-03-04\r\nITEM1.X-ABLabel:_$!<Anniversary>!$_',
    ])
      assert.deepEqual(told('3.0', line), ['anniversary 2001-03-04'], line);
    assert.deepEqual(told('3.0', 'item1.X-ABDATE:2001-03-04\r\nitem1.X-ABLabel:Graduation'), []);
    assert.deepEqual(told('3.0', 'X-ABDATE:2001-03-04'), []);
  });

  test('RFC 6474 section 2.3: a day of death, also where another version carries it', () => {
    for (const name of ['DEATHDATE', 'X-DEATHDATE', 'X-DAVIT-DEATHDATE'])
      assert.deepEqual(told('4.0', `${name}:18521127`), ['death 1852-11-27'], name);
  });

  test('one of each, the first that can be read', () => {
    const lines = ['BDAY;ALTID=1;VALUE=text:long ago', 'BDAY;ALTID=1:18151210', 'DEATHDATE:18521127', 'BDAY:18151211'];
    assert.deepEqual(told('4.0', ...lines), ['birthday 1815-12-10', 'death 1852-11-27']);
  });

  test('RFC 6350 section 6.1.4: a group has none', () => {
    assert.deepEqual(told('4.0', 'KIND:Group', 'BDAY:18151210'), []);
    assert.deepEqual(told('3.0', 'X-ADDRESSBOOKSERVER-KIND:group', 'BDAY:18151210'), []);
    assert.deepEqual(told('4.0', 'KIND:individual', 'BDAY:18151210'), ['birthday 1815-12-10']);
  });

  test('RFC 6350 section 5.8: another calendar is not guessed at', () => {
    assert.deepEqual(told('4.0', 'BDAY;CALSCALE=chinese:18151210'), []);
    assert.deepEqual(told('4.0', 'BDAY;CALSCALE=GREGORIAN:18151210'), ['birthday 1815-12-10']);
  });

  test('whatever a card says, its days exist', () => {
    const digits = fc.string({ unit: fc.constantFrom('-', '0', '1', '2', '3', '9', 'T'), maxLength: 12 });
    fc.assert(
      fc.property(fc.oneof(digits, fc.string()), fc.constantFrom('BDAY', 'ANNIVERSARY', 'DEATHDATE'), (value, name) => {
        const line = value.replace(/[\r\n]/g, '');
        for (const { year, month, day } of daysOf('4.0', `${name}:${line}`)) {
          assert.ok(year === undefined || (year >= 1 && year <= 9999));
          assert.ok(month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year ?? 2000, month));
        }
      }),
    );
  });
});

describe('whose they are', () => {
  const name = (version: string, ...lines: readonly string[]) => nameIn(read(version, ...lines));

  test('the name that is displayed, else one put together of what there is', () => {
    assert.equal(name('3.0', 'FN:Ada Lovelace', 'N:King;Ada;;;'), 'Ada Lovelace');
    assert.equal(name('3.0', 'FN: ', 'N:King;Ada,Augusta;Byron;Lady;'), 'Ada Augusta Byron King');
    assert.equal(name('4.0', 'N:;;;;', 'NICKNAME:Ada,Addie'), 'Ada');
    assert.equal(name('4.0', 'ORG:Example Corp.;Mathematics'), 'Example Corp.');
    assert.equal(name('4.0', 'EMAIL:ada@example.com'), 'ada@example.com');
    assert.equal(name('4.0', 'FN:', 'EMAIL:'), undefined);
  });

  test('what belongs to version 2.1 is understood where it is seen in 3.0', () => {
    assert.equal(name('3.0', 'FN;CHARSET=utf-8;ENCODING=QUOTED-PRINTABLE:J=C3=BCrgen'), 'Jürgen');
  });

  test('it stands in one line, turns nothing round and has an end', () => {
    assert.equal(name('4.0', 'FN:Ada\\nLove\\, lace\u0085\u202e\u2066 x'), 'Ada Love, lace x');
    const long = name('4.0', `FN:${'🎂'.repeat(500)}`) ?? '';
    assert.ok(long.length <= 200 && long.isWellFormed() && long.endsWith('…'));
  });
});
