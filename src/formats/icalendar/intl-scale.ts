/**
 * A calendar out of what Intl says of single days: where the months of a year begin is found by asking for a day of each, and kept. Years
 * are numbered from one near 2000, for only their distances matter. Where ICU computes a month otherwise than a country has declared it, ICU
 * decides, as it does for the clients. RFC 7529 section 5.
 */
import type { CalendarScale } from './calendar-scale.ts';
import { type CivilDate, DAY, daysFromCivil } from './civil.ts';

/** One year: its months, the first day of each, and the day after the last. */
interface ScaleYear {
  readonly months: readonly number[];
  readonly starts: readonly number[];
  readonly end: number;
}

/** More years than these are forgotten and made anew: all that dates can have fit, in two megabytes. */
const MOST_YEARS = 12_000;
/** The mean length of a month that begins with the new moon, and of years: of twelve of them, of the sun's, and of the Hebrew. */
const MOON = 29.530_588;
const MOON_YEAR = 354.367;
const SUN_YEAR = 365.2425;
const HEBREW_YEAR = 365.2468;
/** No year of any calendar begins this many days before or after where its mean year begins. */
const FARTHEST = 30;
const MOST_MONTHS = 14;

/** Calendars with months by the moon in years by the sun: some years have a thirteenth month. */
const LUNISOLAR = ['chinese', 'dangi', 'hebrew'];
/** Calendars of thirteen months, the last of them of five or six days. */
const THIRTEEN = ['coptic', 'ethiopic', 'ethioaa'];
/** Calendars that are worked out from the positions of sun and moon, a hundred times as dear as the others. */
const ASTRONOMICAL = ['chinese', 'dangi'];

interface IntlDay {
  /** Not a number where Intl gives names. */
  readonly month: number;
  readonly day: number;
  readonly isFirstMonth: boolean;
  readonly text: string;
}

/** What Intl says of days, out of texts such as `6/17`, `6bis/17` for a leap month, or `8 Adar I`. */
function intlDays(name: string): (day: number) => IntlDay {
  const options = { timeZone: 'UTC', month: 'numeric', day: 'numeric' } as const;
  const format = new Intl.DateTimeFormat(`en-u-ca-${name}`, options);
  return (at) => {
    const text = format.format(at * DAY * 1000);
    const slash = text.indexOf('/');
    if (slash < 0) {
      const space = text.indexOf(' ');
      const month = text.slice(space + 1);
      return { month: Number.NaN, day: Number(text.slice(0, space)), isFirstMonth: month === 'Tishri', text: month };
    }
    const month = text.slice(0, slash);
    const number = Number.parseInt(month, 10) + (month.endsWith('bis') ? 0.5 : 0);
    return { month: number, day: Number(text.slice(slash + 1)), isFirstMonth: number === 1, text: month };
  };
}

/** The names of the Hebrew months are not asked for: the leap month is the sixth of thirteen. RFC 7529 section 4.2. */
const HEBREW = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
const HEBREW_LEAP = [1, 2, 3, 4, 5, 5.5, 6, 7, 8, 9, 10, 11, 12];

/** Years with the same months share one list of them. */
const monthLists = new Map<string, readonly number[]>();

function shared(months: readonly number[]): readonly number[] {
  const key = months.join();
  const list = monthLists.get(key) ?? months;
  if (list === months) monthLists.set(key, months);
  return list;
}

/** The calendar that Intl knows by that name; not one of those that share the months of the Gregorian. */
export function scaleOfIntl(name: string): CalendarScale {
  const dayAt = intlDays(name);
  const isLunisolar = LUNISOLAR.includes(name);
  const meanYear = name.startsWith('islamic') ? MOON_YEAR : name === 'hebrew' ? HEBREW_YEAR : SUN_YEAR;
  const monthsOfYear = THIRTEEN.includes(name) ? 13 : 12;
  const years = new Map<number, ScaleYear>();

  /** The first day of the month after the one that begins on a day. */
  function nextMonth(first: number, text: string): { readonly start: number; readonly at: IntlDay } {
    for (let day = first + 30; ; day++) {
      const at = dayAt(day);
      if (at.text !== text || day > first + 60) return { start: day - at.day + 1, at };
    }
  }

  /** The first day of a year that begins within so many days after a day. */
  function yearAfter(day: number): { readonly start: number; readonly at: IntlDay } {
    let at = dayAt(day);
    let start = day - at.day + 1;
    for (let month = 0; month <= MOST_MONTHS && !(at.isFirstMonth && start >= day); month++) {
      ({ start, at } = nextMonth(start, at.text));
    }
    return { start, at };
  }

  const base = yearAfter(daysFromCivil(2000, 1, 1)).start;

  function yearAt(year: number): ScaleYear {
    const found = years.get(year);
    if (found !== undefined) return found;
    let { start, at } = yearAfter(base + Math.round(year * meanYear) - FARTHEST);
    const months: number[] = [];
    const starts: number[] = [];
    do {
      months.push(at.month);
      starts.push(start);
      ({ start, at } = nextMonth(start, at.text));
    } while (!at.isFirstMonth && months.length < MOST_MONTHS);
    const named = name !== 'hebrew' ? shared(months) : months.length > 12 ? HEBREW_LEAP : HEBREW;
    const made = { months: named, starts, end: start };
    if (years.size >= MOST_YEARS) years.clear();
    years.set(year, made);
    return made;
  }

  function dateOf(day: number): CivilDate {
    let year = Math.floor((day - base) / meanYear);
    let found = yearAt(year);
    while (day < (found.starts[0] ?? 0)) found = yearAt(--year);
    while (day >= found.end) found = yearAt(++year);
    let place = found.starts.length - 1;
    while (place > 0 && (found.starts[place] ?? 0) > day) place--;
    return { year, month: found.months[place] ?? 1, day: day - (found.starts[place] ?? 0) + 1 };
  }

  function monthStart(year: number, month: number): number {
    const { months, starts } = yearAt(year);
    return starts[months.indexOf(month)] ?? 0;
  }

  function monthLength(year: number, month: number): number {
    const { months, starts, end } = yearAt(year);
    const place = months.indexOf(month);
    return place < 0 ? 0 : (starts[place + 1] ?? end) - (starts[place] ?? 0);
  }

  /** Months by the moon keep so close to their mean that their number follows from where they begin. */
  const monthIndex = isLunisolar
    ? (year: number, month: number) => Math.round((monthStart(year, month) - base) / MOON)
    : (year: number, month: number) => year * monthsOfYear + month - 1;

  return {
    dateOf,
    yearStart: (year) => yearAt(year).starts[0] ?? 0,
    monthsOf: (year) => yearAt(year).months,
    monthStart,
    monthLength,
    monthIndex,
    monthAt(index) {
      if (!isLunisolar) {
        const year = Math.floor(index / monthsOfYear);
        return { year, month: index - year * monthsOfYear + 1 };
      }
      const { year, month } = dateOf(base + Math.round((index + 0.5) * MOON));
      const off = index - monthIndex(year, month);
      if (off === 0) return { year, month };
      // The mean may lie a few days off, then the month is one of those beside.
      return dateOf(monthStart(year, month) + 15 + Math.round(off * MOON));
    },
    shortestMonth: monthsOfYear === 13 ? 5 : 28,
    cost: ASTRONOMICAL.includes(name) ? 50 : 5,
  };
}
