/** Rules in other calendars, the same in every run, with the starts that Davit finds. RFC 7529 section 4. */
import fc from 'fast-check';
import { DAY, daysFromCivil } from '../../../src/formats/icalendar/civil.ts';
import { parseRule, startsOf } from '../../../src/formats/icalendar/recurrence.ts';
import { wallText } from './recurrence-rules.ts';
import type { RuleCase } from './rule-cells.ts';

/** Calendars with leap months, and which one may be named. */
const LEAP = { CHINESE: ['2L', '4L', '6L', '9L'], DANGI: ['4L', '5L'], HEBREW: ['5L'] } as Readonly<
  Record<string, readonly string[]>
>;

const MOST = 12;

function monthOf(scale: string): fc.Arbitrary<string> {
  const plain = fc.integer({ min: 1, max: 12 }).map(String);
  const leap = LEAP[scale];
  return leap === undefined ? plain : fc.oneof({ weight: 3, arbitrary: plain }, fc.constantFrom(...leap));
}

/** Sorted, for oracles lose what stands out of order. */
function list<T extends number | string>(one: fc.Arbitrary<T>): fc.Arbitrary<string> {
  return fc
    .uniqueArray(one, { minLength: 1, maxLength: 2 })
    .map((values) => values.toSorted((a, b) => Number.parseInt(`${a}`, 10) - Number.parseInt(`${b}`, 10)).join(','));
}

/** So many rules for each of these calendars. */
export function scaleCases(scales: readonly string[], perScale: number): readonly RuleCase[] {
  const draft = (scale: string) =>
    fc.record({
      freq: fc.constantFrom('YEARLY' as const, 'MONTHLY' as const),
      interval: fc.constantFrom('', '', ';INTERVAL=2', ';INTERVAL=3'),
      months: fc.option(list(monthOf(scale)), { nil: '', freq: 3 }),
      days: list(fc.constantFrom(1, 5, 10, 15, 28, 29, 30, -1, -2)),
      skip: fc.constantFrom('', '', ';SKIP=OMIT', ';SKIP=FORWARD', ';SKIP=BACKWARD'),
      start: fc.integer({ min: daysFromCivil(2000, 1, 1), max: daysFromCivil(2030, 1, 1) }),
    });
  return scales.flatMap((scale) =>
    fc
      .sample(draft(scale), { seed: 7529, numRuns: perScale })
      .map(({ freq, interval, months, days, skip, start: day }) => {
        const byMonth = months === '' ? '' : `;BYMONTH=${months}`;
        const text = `RSCALE=${scale};FREQ=${freq}${interval}${byMonth};BYMONTHDAY=${days}${skip}`;
        const rule = parseRule(text);
        if (rule === undefined) throw new TypeError(text);
        const starts = (from: number, until: number) => startsOf(rule, from, { isDate: false, until }).take(MOST);
        const first = [...starts(day * DAY, (day + 366 * 20) * DAY)][1];
        const start = first ?? day * DAY;
        const bound = start + 366 * 12 * DAY;
        const expected = [...starts(start, bound)];
        const until = expected.length === MOST ? expected.at(-1)! : bound;
        return {
          freq,
          parts: [],
          text: `${text};UNTIL=${wallText(until)}`,
          start,
          isSynchronized: first !== undefined,
          expected,
          periods: 12 * 12,
        };
      }),
  );
}
