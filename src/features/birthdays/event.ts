/**
 * A card's birthday, anniversary or day of death as an event that comes every year: a function of the card alone, so that whatever else
 * changes in the card leaves the event as it is, octet for octet. RFC 5545 section 3.6.1.
 */
import { DAY, daysFromCivil } from '../../formats/icalendar/civil.ts';
import type { Component, Parameter, Property } from '../../formats/icalendar/component.ts';
import { escapeText, formatMoment } from '../../formats/icalendar/values.ts';
import type { Occasion, YearlyDay } from '../../formats/vcard/occasions.ts';

/** They stand for words, of which the service knows none in the languages of its users. */
const SIGNS: Readonly<Record<Occasion, string>> = { birthday: '🎂', anniversary: '💍', death: '🕯️' };

/** A leap year that no program takes for one before the beginning of time: dates without a year come every year from here on. */
const FIRST_YEAR = 1972;
/** The first whole year of the Gregorian calendar; what was before is told in the calendar of its time. */
const GREGORIAN = 1583;
/** Its days have a day after them that four digits can write. */
const LAST_YEAR = 9998;

/** The calendar object. It has no alarm, and nobody is busy. */
export function yearlyEvent(day: YearlyDay, name: string, uid: string): Component {
  const { year, month, day: date } = day;
  const first = year === undefined || year < GREGORIAN || year > LAST_YEAR ? FIRST_YEAR : year;
  const start = daysFromCivil(first, month, date);
  const event: Component = {
    name: 'VEVENT',
    properties: [
      line('UID', escapeText(uid)),
      // When it was made is not in the card, and another time would be another event.
      line('DTSTAMP', '19700101T000000Z'),
      line('DTSTART', dateText(start), DATE),
      line('DTEND', dateText(start + 1), DATE),
      line('RRULE', ruleOf(day)),
      line('SUMMARY', escapeText(summaryOf(day, name))),
      line('TRANSP', 'TRANSPARENT'),
    ],
    components: [],
    line: 0,
  };
  const properties = [line('VERSION', '2.0'), line('PRODID', '-//Davit//EN')];
  return { name: 'VCALENDAR', properties, components: [event], line: 0 };
}

/**
 * Without more the 29 February would come every fourth year. The last day of February is the 29 February of a leap year and the 28th of
 * another, and every client understands it, while SKIP needs RFC 7529.
 */
function ruleOf({ month, day }: YearlyDay): string {
  return month === 2 && day === 29 ? 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1' : 'FREQ=YEARLY';
}

/** `🎂 Ada Lovelace (1815)`: how often it has come an event that comes again cannot say. */
function summaryOf({ occasion, year }: YearlyDay, name: string): string {
  return `${SIGNS[occasion]} ${name}${year === undefined ? '' : ` (${year})`}`;
}

function dateText(days: number): string {
  return formatMoment({ kind: 'date', local: days * DAY });
}

const DATE: readonly Parameter[] = [{ name: 'VALUE', values: ['DATE'] }];

function line(name: string, value: string, parameters: readonly Parameter[] = []): Property {
  return { name, parameters, value, line: 0 };
}
