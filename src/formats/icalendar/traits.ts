/**
 * What days and hours are like in the ways that recurrence repeats: the part of the year, the day of the month from both its ends, the weekday,
 * the numbers of day, week, month and year modulo small numbers, the hour. An index keeps which of these the instances of an object have; a
 * range is cut into pieces that have each one value of them. RFC 5545 section 3.3.10, RFC 4791 section 9.9.
 */
import { civilFromDays, DAY, daysFromCivil, daysInMonth, weekdayOf } from './civil.ts';
import type { TimeRange } from './moment.ts';

/**
 * Traits as bits, in three numbers below 2^53. Of an object: all that any of its instances has. Of a piece of a range: what every second in
 * it has. An instance lies in a piece only where its object has all traits of the piece.
 *
 * `years`: 36 thirds of months, the year modulo 3, 4 and 5, the month since year 0 modulo 5. `days`: 31 days of the month, 8 from its
 * end (the seventh last is 6, all before it 7), 7 weekdays. `hours`: 24 hours, the day modulo 3, 4 and 5, the week modulo 3, 4 and 5. With
 * the weekday and one another these tell every INTERVAL up to 6 of any frequency, and most of the others that are in use.
 */
export interface Traits {
  readonly years: number;
  readonly days: number;
  readonly hours: number;
}

/** Traits in the making: a place for each bit. */
export interface TraitSet {
  readonly years: Uint8Array;
  readonly days: Uint8Array;
  readonly hours: Uint8Array;
}

// Where each kind of trait begins.
const THIRD = 0;
const YEAR = { 3: 36, 4: 39, 5: 43 } as const;
const MONTH = { 5: 48 } as const;
const YEAR_BITS = 53;
const MONTH_DAY = 0;
const FROM_END = 31;
const WEEKDAY = 39;
const DAY_BITS = 46;
const HOUR = 0;
const NUMBER = { 3: 24, 4: 27, 5: 31 } as const;
const WEEK = { 3: 36, 4: 39, 5: 43 } as const;
const HOUR_BITS = 48;

const CYCLES = [3, 4, 5] as const;
/** Days further from the end of the month are told by their number from its start. */
const FARTHEST_FROM_END = 7;

/** What any time has. */
const NONE: Traits = { years: 0, days: 0, hours: 0 };

/** Without any trait. */
export function traitSet(): TraitSet {
  return { years: new Uint8Array(YEAR_BITS), days: new Uint8Array(DAY_BITS), hours: new Uint8Array(HOUR_BITS) };
}

function bitsOf(places: Uint8Array): number {
  let bits = 0;
  for (let at = places.length - 1; at >= 0; at--) bits = bits * 2 + (places[at] ?? 0);
  return bits;
}

/** The bits of a set. */
export function traitsIn({ years, days, hours }: TraitSet): Traits {
  return { years: bitsOf(years), days: bitsOf(days), hours: bitsOf(hours) };
}

function modulo(value: number, of: number): number {
  const rest = value % of;
  return rest < 0 ? rest + of : rest;
}

/** The number of a day's week: they begin on Mondays. */
function weekOf(day: number): number {
  return Math.floor((day + 3) / 7);
}

/** Where a date lies: its year, and its month counted from year 0. */
export interface DatePlace {
  readonly year: number;
  readonly month: number;
}

interface DatePlaces extends DatePlace {
  readonly third: number;
  readonly monthDay: number;
  readonly fromEnd: number;
}

function placesOf(day: number): DatePlaces {
  const date = civilFromDays(day);
  return {
    year: date.year,
    month: date.year * 12 + date.month - 1,
    third: THIRD + (date.month - 1) * 3 + Math.min(2, Math.floor((date.day - 1) / 10)),
    monthDay: MONTH_DAY + date.day - 1,
    fromEnd: FROM_END + Math.min(FARTHEST_FROM_END, daysInMonth(date.year, date.month) - date.day),
  };
}

// --- of an object ----------------------------------------------------------------------------------------------------------------------

/** Adds every trait. */
export function addEverything({ years, days, hours }: TraitSet): void {
  years.fill(1);
  days.fill(1);
  hours.fill(1);
}

/** Adds what a date says but for its weekday: its part of the year, its day of the month. */
export function addMonthDay({ years, days }: TraitSet, day: number): DatePlace {
  const places = placesOf(day);
  years[places.third] = 1;
  days[places.monthDay] = 1;
  days[places.fromEnd] = 1;
  return places;
}

/** Adds what a date says: its part of the year, its day of the month, its weekday. */
export function addDate(set: TraitSet, day: number): DatePlace {
  set.days[WEEKDAY + weekdayOf(day)] = 1;
  return addMonthDay(set, day);
}

/** Adds every part of the year and every day of the month, though no weekday. */
export function addEveryDate({ years, days }: TraitSet): void {
  years.fill(1, THIRD, YEAR[3]);
  days.fill(1, MONTH_DAY, WEEKDAY);
}

/** Adds every weekday. */
export function addEveryWeekday({ days }: TraitSet): void {
  days.fill(1, WEEKDAY);
}

/** Adds every number of day and week. */
export function addEveryNumber({ hours }: TraitSet): void {
  hours.fill(1, NUMBER[3]);
}

/** Adds every number of a year. */
export function addEveryYear({ years }: TraitSet): void {
  years.fill(1, YEAR[3], MONTH[5]);
}

/** Adds every number of a month. */
export function addEveryMonth({ years }: TraitSet): void {
  years.fill(1, MONTH[5]);
}

/** Whether every part of the year, day of the month and weekday is in it. */
export function hasEveryDate({ years, days }: TraitSet): boolean {
  const missing = years.indexOf(0);
  return !days.includes(0) && (missing < 0 || missing >= YEAR[3]);
}

/** Adds the residues of an endless sequence of numbers `step` apart. */
function addResidues(places: Uint8Array, from: number, size: number, first: number, step: number): void {
  for (let times = 0; times < size; times++) places[from + modulo(first + times * (step % size), size)] = 1;
}

/** Adds the weekdays and the numbers of days that lie `period` apart, for ever. */
export function addDaysApart({ days, hours }: TraitSet, day: number, period: number): void {
  addResidues(days, WEEKDAY, 7, weekdayOf(day), period);
  for (const size of CYCLES) {
    addResidues(hours, NUMBER[size], size, day, period);
    if (period % 7 === 0) addResidues(hours, WEEK[size], size, weekOf(day), period / 7);
    else hours.fill(1, WEEK[size], WEEK[size] + size);
  }
}

/** Adds the numbers of years that lie `period` apart, for ever. */
export function addYearsApart({ years }: TraitSet, year: number, period: number): void {
  for (const size of CYCLES) addResidues(years, YEAR[size], size, year, period);
}

/** Adds the numbers of months that lie `period` apart, for ever. */
export function addMonthsApart({ years }: TraitSet, month: number, period: number): void {
  addResidues(years, MONTH[5], 5, month, period);
}

/** Adds the hours between two times of day in seconds, both inclusive; they may lie on the days around. */
export function addHours({ hours }: TraitSet, from: number, to: number): void {
  const last = Math.floor(to / 3600);
  const first = Math.floor(from / 3600);
  if (last - first >= 23) hours.fill(1, HOUR, NUMBER[3]);
  else for (let hour = first; hour <= last; hour++) hours[HOUR + modulo(hour, 24)] = 1;
}

/** Spans of so many days have every trait, or nearly. */
const LONGEST = 400;

/** Adds all traits of a span of time, in seconds, both ends inclusive. */
export function addSpan(set: TraitSet, from: number, to: number): void {
  const first = Math.floor(from / DAY);
  const last = Math.floor(to / DAY);
  if (!(last - first < LONGEST)) {
    addEverything(set);
    return;
  }
  addHours(set, from, to);
  for (let day = first; day <= last; day++) {
    const { year, month } = addDate(set, day);
    for (const size of CYCLES) {
      set.years[YEAR[size] + modulo(year, size)] = 1;
      set.hours[NUMBER[size] + modulo(day, size)] = 1;
      set.hours[WEEK[size] + modulo(weekOf(day), size)] = 1;
    }
    set.years[MONTH[5] + modulo(month, 5)] = 1;
  }
}

/** Leaves of the dates and numbers what the other has too; hours are left as they are. */
export function keepDates(set: TraitSet, other: TraitSet): void {
  for (let at = 0; at < YEAR_BITS; at++) if (other.years[at] === 0) set.years[at] = 0;
  for (let at = 0; at < DAY_BITS; at++) if (other.days[at] === 0) set.days[at] = 0;
}

// --- of a range ------------------------------------------------------------------------------------------------------------------------

/** Up to so many days a range is cut into days, weeks within thirds of months, thirds of months, and years; a longer one is not cut. */
const MOST_DAYS = 9;
const MOST_IN_WEEKS = 70;
const MOST_IN_THIRDS = 200;
const MOST_IN_YEARS = 5 * 366;
/** In ranges of one or two days, a part of a day with up to so many hours is cut into these. */
const MOST_HOURS = 8;

/** The traits that all seconds in the year, the third of a month, the week within it, or the day of a day have. */
function traitsOfPiece(day: number, piece: 'year' | 'third' | 'week' | 'day'): Traits {
  const { year, month, third, monthDay, fromEnd } = placesOf(day);
  let years = 0;
  let days = 0;
  let hours = 0;
  for (const size of CYCLES) years += 2 ** (YEAR[size] + modulo(year, size));
  if (piece !== 'year') years += 2 ** third + 2 ** (MONTH[5] + modulo(month, 5));
  if (piece === 'week' || piece === 'day') {
    for (const size of CYCLES) hours += 2 ** (WEEK[size] + modulo(weekOf(day), size));
  }
  if (piece === 'day') {
    for (const size of CYCLES) hours += 2 ** (NUMBER[size] + modulo(day, size));
    days = 2 ** monthDay + 2 ** fromEnd + 2 ** (WEEKDAY + weekdayOf(day));
  }
  return { years, days, hours };
}

/** The day after the last one of a piece. */
function endOfPiece(day: number, piece: 'year' | 'third' | 'week' | 'day'): number {
  if (piece === 'day') return day + 1;
  const date = civilFromDays(day);
  if (piece === 'year') return daysFromCivil(date.year + 1, 1, 1);
  const first = day - date.day + 1;
  const third = date.day <= 10 ? first + 10 : date.day <= 20 ? first + 20 : first + daysInMonth(date.year, date.month);
  return piece === 'third' ? third : Math.min(third, (weekOf(day) + 1) * 7 - 3);
}

/**
 * The pieces of a range, by their traits: at least one, and few. A time in the range has all traits of one of them. RFC 4791 section 9.9.
 */
export function traitsOfRange({ start, end }: TimeRange): readonly Traits[] {
  const last = Math.max(start, end - 1);
  const [firstDay, lastDay] = [Math.floor(start / DAY), Math.floor(last / DAY)];
  const count = lastDay - firstDay + 1;
  if (!(count <= MOST_IN_YEARS)) return [NONE];
  const piece =
    count <= MOST_DAYS ? 'day' : count <= MOST_IN_WEEKS ? 'week' : count <= MOST_IN_THIRDS ? 'third' : 'year';
  const pieces: Traits[] = [];
  for (let day = firstDay; day <= lastDay; day = endOfPiece(day, piece)) {
    const traits = traitsOfPiece(day, piece);
    const from = Math.floor((Math.max(start, day * DAY) - day * DAY) / 3600);
    const to = Math.floor((Math.min(last, (day + 1) * DAY - 1) - day * DAY) / 3600);
    if (count > 2 || to - from >= MOST_HOURS) pieces.push(traits);
    else for (let hour = from; hour <= to; hour++) pieces.push({ ...traits, hours: traits.hours + 2 ** (HOUR + hour) });
  }
  return pieces;
}
