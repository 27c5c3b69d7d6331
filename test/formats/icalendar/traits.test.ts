/** What days and hours are like, and how a range is cut into pieces of it. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { DAY } from '../../../src/formats/icalendar/civil.ts';
import { extentOf } from '../../../src/formats/icalendar/extent.ts';
import { utcZone, zoneResolver } from '../../../src/formats/icalendar/timezones.ts';
import { addSpan, type Traits, traitSet, traitsIn, traitsOfRange } from '../../../src/formats/icalendar/traits.ts';
import { calendar, event, range, zone } from './instance-calendars.ts';
import { wall } from './recurrence-rules.ts';

/** Which bits between two places are set, counted from the first. */
function bits(mask: number, from: number, to: number): readonly number[] {
  const text = [...mask.toString(2)].reverse().slice(from, to);
  return text.flatMap((bit, at) => (bit === '1' ? [at] : []));
}

const thirds = ({ years }: Traits) => bits(years, 0, 36);
const monthDays = ({ days }: Traits) => bits(days, 0, 31).map((at) => at + 1);
const fromEnd = ({ days }: Traits) => bits(days, 31, 39);
const weekdays = ({ days }: Traits) => bits(days, 39, 46);
const hours = ({ hours }: Traits) => bits(hours, 0, 24);

function traits(lines: string): Traits {
  const object = calendar(event(lines));
  return extentOf(object, zoneResolver(object)).traits;
}

const ALL_WEEKDAYS = [0, 1, 2, 3, 4, 5, 6];

describe('the traits of an object', () => {
  test('of a birthday are its date, on any weekday', () => {
    const found = traits('DTSTART;VALUE=DATE:20260311\nRRULE:FREQ=YEARLY');
    assert.deepEqual([thirds(found), monthDays(found), weekdays(found)], [[7], [11], ALL_WEEKDAYS]);
    assert.equal(hours(found).length, 24);
  });

  test('of a weekly hour are its weekday and hour, on any date', () => {
    const found = traits('DTSTART:20260311T120000Z\nDURATION:PT1H\nRRULE:FREQ=WEEKLY');
    assert.deepEqual([thirds(found).length, monthDays(found).length], [36, 31]);
    assert.deepEqual([weekdays(found), hours(found)], [[3], [12]]);
  });

  test('of a time in a zone are those of both its offsets', () => {
    const found = traits('DTSTART;TZID=America/New_York:20260311T193000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY');
    assert.deepEqual(
      [weekdays(found), hours(found)],
      [
        [3, 4],
        [0, 1, 23],
      ],
    );
  });

  test('of the last Friday of the month are the last seven days', () => {
    const found = traits('DTSTART:20260327T120000Z\nRRULE:FREQ=MONTHLY;BYDAY=-1FR');
    assert.deepEqual([weekdays(found), fromEnd(found)], [[5], [0, 1, 2, 3, 4, 5, 6]]);
    assert.deepEqual(monthDays(found), [22, 23, 24, 25, 26, 27, 28, 29, 30, 31]);
  });

  test('of a rule that ends within the year are between its ends', () => {
    const found = traits('DTSTART:20260311T120000Z\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;COUNT=3');
    assert.deepEqual([thirds(found), weekdays(found)], [[7, 8], [3]]);
  });

  test('of a rule in another calendar are all dates', () => {
    const found = traits('DTSTART;VALUE=DATE:20260311\nRRULE:RSCALE=CHINESE;FREQ=YEARLY');
    assert.deepEqual([thirds(found).length, monthDays(found).length], [36, 31]);
  });

  test('a rule that never matches, and one that does every second, cost little', () => {
    const never = traits('DTSTART:20260311T120000Z\nRRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30');
    assert.deepEqual([thirds(never), monthDays(never)], [[7], [11]]);
    const always = traits('DTSTART:20260311T120000Z\nRRULE:FREQ=SECONDLY');
    assert.deepEqual([thirds(always).length, monthDays(always).length, hours(always).length], [36, 31, 24]);
  });
});

describe('the pieces of a range', () => {
  test('of a day and of an hour are one, with its weekday', () => {
    const day = traitsOfRange(range('20260311/20260312'));
    assert.deepEqual([day.map(monthDays), day.map(weekdays), day.map(hours)], [[[11]], [[3]], [[]]]);
    const hour = traitsOfRange(range('20260311T103000/20260311T113000'));
    assert.deepEqual(
      [hour.map(monthDays), hour.map(hours)],
      [
        [[11], [11]],
        [[10], [11]],
      ],
    );
  });

  test('of a week are its days, of a month parts of its weeks, of a year its thirds of months at most', () => {
    assert.deepEqual(traitsOfRange(range('20260309/20260316')).map(monthDays), [
      [9],
      [10],
      [11],
      [12],
      [13],
      [14],
      [15],
    ]);
    const month = traitsOfRange(range('20260301/20260401'));
    assert.deepEqual(month.map(thirds), [[6], [6], [6], [7], [7], [8], [8], [8]]);
    assert.deepEqual(traitsOfRange(range('20260101/20260701')).map(thirds).length, 18);
    assert.equal(traitsOfRange(range('20260101/20300101')).length, 4);
  });

  test('of a range that is open or very long say nothing', () => {
    const nothing = [{ years: 0, days: 0, hours: 0 }];
    for (const text of ['20260101/', '/20260101', '20260101/20360101'])
      assert.deepEqual(traitsOfRange(range(text)), nothing);
  });

  test('each time in a range has all traits of one of them, and each range has few', () => {
    const start = fc.integer({ min: wall('18000101'), max: wall('24000101') });
    const length = fc.oneof(fc.integer({ min: 1, max: 3 * DAY }), fc.integer({ min: 1, max: 3000 * DAY }));
    const isIn = (piece: number, all: number) => (BigInt(piece) & ~BigInt(all)) === 0n;
    fc.assert(
      fc.property(start, length, fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), (from, long, part) => {
        const pieces = traitsOfRange({ start: from, end: from + long });
        const set = traitSet();
        const at = from + Math.floor(long * part);
        addSpan(set, at, at);
        const { years, days, hours } = traitsIn(set);
        assert.ok(pieces.length <= 24, `${pieces.length} pieces`);
        assert.ok(
          pieces.some((piece) => isIn(piece.years, years) && isIn(piece.days, days) && isIn(piece.hours, hours)),
        );
      }),
    );
  });
});

describe('the offsets of a zone', () => {
  test('are those from a time on', () => {
    const hoursOf = (name: string, text: string) =>
      zone(name)
        .offsetsSince(wall(text))
        .map((offset) => offset / 3600)
        .toSorted((a, b) => a - b);
    assert.deepEqual(hoursOf('Europe/Berlin', '20260101'), [1, 2]);
    assert.deepEqual(hoursOf('Europe/Berlin', '30000101'), [1, 2]);
    assert.deepEqual(hoursOf('Europe/Berlin', '19450101'), [1, 2, 3]);
    assert.deepEqual(hoursOf('Asia/Kolkata', '20260101'), [5.5]);
    assert.deepEqual(hoursOf('Africa/Casablanca', '20260101'), [0, 1]);
    assert.deepEqual(hoursOf('Pacific/Apia', '20110101'), [-11, -10, 13, 14]);
    assert.deepEqual(utcZone.offsetsSince(0), [0]);
  });

  test('are all that a VTIMEZONE names', () => {
    const own = [
      'BEGIN:VTIMEZONE\r\nTZID:Own',
      'BEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0030\r\nTZOFFSETTO:+0100\r\nEND:STANDARD',
      'END:VTIMEZONE',
    ].join('\r\n');
    assert.deepEqual(zoneResolver(calendar(own))('Own')?.offsetsSince(0), [1800, 3600]);
  });

  test('are the only ones that it has', () => {
    const names = ['Europe/Berlin', 'Africa/Casablanca', 'Pacific/Apia', 'America/Caracas', 'Antarctica/Troll'];
    const instant = fc.integer({ min: wall('18900101'), max: wall('22000101') });
    fc.assert(
      fc.property(fc.constantFrom(...names), instant, fc.nat(100 * 365 * DAY), (name, from, later) => {
        assert.ok(
          zone(name)
            .offsetsSince(from)
            .includes(zone(name).offsetAt(from + later)),
        );
      }),
    );
  });
});
