/** Random recurrence rules, starts and their texts, for the property tests of recurrence. */
import fc from 'fast-check';
import { civilFromDays, DAY, daysFromCivil } from '../../../src/formats/icalendar/civil.ts';

const WEEKDAYS = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'];

/** A DATE-TIME text as a wall clock in seconds. */
export function wall(text: string): number {
  const [date = '', time = '000000'] = text.split('T');
  const days = daysFromCivil(Number(date.slice(0, 4)), Number(date.slice(4, 6)), Number(date.slice(6, 8)));
  return days * DAY + Number(time.slice(0, 2)) * 3600 + Number(time.slice(2, 4)) * 60 + Number(time.slice(4, 6));
}

/** A wall clock as a DATE-TIME text. */
export function wallText(local: number): string {
  const days = Math.floor(local / DAY);
  const { year, month, day } = civilFromDays(days);
  const second = local - days * DAY;
  const pad = (value: number, length: number) => String(value).padStart(length, '0');
  const time = `${pad(Math.floor(second / 3600), 2)}${pad(Math.floor(second / 60) % 60, 2)}${pad(second % 60, 2)}`;
  return `${pad(year, 4)}${pad(month, 2)}${pad(day, 2)}T${time}`;
}

const list = (name: string, values: fc.Arbitrary<number | string>, maxLength = 3) =>
  fc.option(
    fc.uniqueArray(values, { minLength: 1, maxLength }).map((chosen) => `${name}=${chosen.join(',')}`),
    { nil: '', freq: 2 },
  );

const signed = (high: number) => fc.integer({ min: 1, max: high }).chain((n) => fc.constantFrom(n, -n));
const weekday = fc.constantFrom(...WEEKDAYS);
const numbered = (high: number) =>
  fc.oneof(
    weekday,
    fc.tuple(signed(high), weekday).map(([nth, day]) => `${nth}${day}`),
  );

/** The parts that RFC 5545 section 3.3.10 allows beside a FREQ. */
function partsFor(freq: string): fc.Arbitrary<string>[] {
  const month = list('BYMONTH', fc.integer({ min: 1, max: 12 }));
  const monthDay = list('BYMONTHDAY', signed(31));
  const time = [
    list('BYHOUR', fc.integer({ min: 0, max: 23 }), 2),
    list('BYMINUTE', fc.integer({ min: 0, max: 59 }), 2),
  ];
  switch (freq) {
    case 'YEARLY':
      return [
        month,
        fc.oneof(
          list('BYWEEKNO', signed(53), 2),
          list('BYYEARDAY', signed(366)),
          monthDay,
          list('BYDAY', numbered(5)),
          fc.tuple(list('BYWEEKNO', signed(53), 2), list('BYDAY', weekday)).map((both) => both.join(';')),
          fc.tuple(monthDay, list('BYDAY', weekday)).map((both) => both.join(';')),
        ),
        ...time,
      ];
    case 'MONTHLY':
      return [
        month,
        fc.oneof(
          monthDay,
          list('BYDAY', numbered(5)),
          fc.tuple(monthDay, list('BYDAY', weekday)).map((both) => both.join(';')),
        ),
        ...time,
      ];
    case 'WEEKLY':
      return [month, list('BYDAY', weekday, 4), ...time];
    case 'DAILY':
      return [month, monthDay, list('BYDAY', weekday, 4), ...time];
    default:
      return [month, monthDay, list('BYDAY', weekday, 4), list('BYYEARDAY', signed(366)), ...time];
  }
}

/** Texts of rules without COUNT and UNTIL, for these frequencies. */
export function ruleTexts(...frequencies: readonly string[]): fc.Arbitrary<string> {
  return fc.constantFrom(...frequencies).chain((freq) =>
    fc
      .tuple(
        fc.integer({ min: 1, max: 5 }),
        fc.option(weekday, { nil: 'MO' }),
        fc.tuple(...partsFor(freq)),
        list('BYSETPOS', signed(4), 2),
      )
      .map(([interval, start, parts, positions]) => {
        const given = parts.filter((part) => part !== '' && part !== ';');
        const text = [`FREQ=${freq}`, `INTERVAL=${interval}`, `WKST=${start}`, ...given];
        // BYSETPOS must have another part beside it.
        if (given.length > 0 && positions !== '') text.push(positions);
        return text.join(';').replace(/;{2,}/g, ';').replace(/;$/, '');
      }),
  );
}

/** Starts between 1995 and 2030, on the quarter of an hour, with the ends of months and years well among them. */
export const starts: fc.Arbitrary<number> = fc
  .tuple(
    fc.integer({ min: 1995, max: 2030 }),
    fc.integer({ min: 1, max: 12 }),
    fc.constantFrom(1, 5, 13, 28, 29, 30, 31),
    fc.integer({ min: 0, max: 95 }),
  )
  .map(([year, month, day, quarter]) => (daysFromCivil(year, month, 1) + day - 1) * DAY + quarter * 900);
