/**
 * A calendar with what calendars go wrong on, and what happens in it: instances reckoned by hand after RFC 5545 section 3.8.5, for real
 * clients to find. Germany puts its clocks on at 01:00 UTC on Sunday, 29 March 2026; 29 February 2028 is a Tuesday.
 */
import { Buffer } from 'node:buffer';
import { calendarOf, component, type Lines } from './builders.ts';

/** A calendar object, and when it happens: `20260326T130000Z`, `20260327T073000` of floating times, `20260327` of whole days. */
export interface HardObject {
  /** The last segment of its path; without the ending it begins its UID. */
  readonly name: string;
  readonly kind: 'VEVENT' | 'VTODO' | 'VJOURNAL';
  /** The same in all of its instances, and in no other object. */
  readonly summary: string;
  readonly text: string;
  /** What lies in each window, in order; of a to-do without a start, when it is due. None where it is left out. */
  readonly starts: { readonly [name in WindowName]?: string };
}

export type WindowName = 'spring' | 'leap' | 'far';

/** The windows in which the instances are reckoned, as the two ends of a time-range. */
export const WINDOWS: { readonly [name in WindowName]: readonly [from: string, to: string] } = {
  spring: ['20260323T000000Z', '20260406T000000Z'],
  leap: ['20280228T000000Z', '20280302T000000Z'],
  far: ['21500101T000000Z', '21500104T000000Z'],
};

/** What a client makes of an object otherwise, in some windows, and why it may. */
export interface Limit {
  readonly name: string;
  readonly why: string;
  readonly shows: HardObject['starts'];
}

/** When components of that kind happen in a window, but for a client's limits: a start and a summary each, sorted. */
export function happening(
  kind: HardObject['kind'],
  window: WindowName,
  limits: readonly Limit[] = [],
): readonly string[] {
  return HARD_OBJECTS.filter((object) => object.kind === kind)
    .flatMap(({ name, summary, starts }) => {
      const shown = limits.find((limit) => limit.name === name)?.shows[window] ?? starts[window] ?? '';
      return shown.split(' ').flatMap((at) => (at === '' ? [] : [`${at} ${summary}`]));
    })
    .sort();
}

const BERLIN = zoneOf('Europe/Berlin', {
  STANDARD: {
    DTSTART: '19701025T030000',
    RRULE: 'FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU',
    ...offsets('+0200', '+0100'),
    TZNAME: 'CET',
  },
  DAYLIGHT: {
    DTSTART: '19700329T020000',
    RRULE: 'FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU',
    ...offsets('+0100', '+0200'),
    TZNAME: 'CEST',
  },
});
const NEW_YORK = zoneOf('America/New_York', {
  STANDARD: {
    DTSTART: '20071104T020000',
    RRULE: 'FREQ=YEARLY;BYMONTH=11;BYDAY=1SU',
    ...offsets('-0400', '-0500'),
    TZNAME: 'EST',
  },
  DAYLIGHT: {
    DTSTART: '20070311T020000',
    RRULE: 'FREQ=YEARLY;BYMONTH=3;BYDAY=2SU',
    ...offsets('-0500', '-0400'),
    TZNAME: 'EDT',
  },
});
/** Berlin's zone as Windows calls it, and as Outlook writes it. */
const WINDOWS_BERLIN = zoneOf('W. Europe Standard Time', {
  STANDARD: { DTSTART: '16010101T030000', RRULE: 'FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10', ...offsets('+0200', '+0100') },
  DAYLIGHT: { DTSTART: '16010101T020000', RRULE: 'FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3', ...offsets('+0100', '+0200') },
});
/** No zone of the database: half an hour of summer, which begins on the last Thursday of March. */
const LOPSIDED = zoneOf('/example.com/Lopsided', {
  STANDARD: {
    DTSTART: '20001006T010000',
    RRULE: 'FREQ=YEARLY;BYMONTH=10;BYDAY=1FR',
    ...offsets('+0207', '+0137'),
    TZNAME: 'LT',
  },
  DAYLIGHT: {
    DTSTART: '20000330T010000',
    RRULE: 'FREQ=YEARLY;BYMONTH=3;BYDAY=-1TH',
    ...offsets('+0137', '+0207'),
    TZNAME: 'LST',
  },
});
/** A name of the database with a definition of its own. */
const OWN_LONDON = zoneOf('Europe/London', { STANDARD: { DTSTART: '19700101T000000', ...offsets('+0300', '+0300') } });

const IN_BERLIN = 'TZID=Europe/Berlin';
const WORKDAYS = 'BYDAY=MO,TU,WE,TH,FR';

/** All of them. */
export const HARD_OBJECTS: readonly HardObject[] = [
  of('moved.ics', 'VEVENT', 'Circle', {
    around: [BERLIN],
    lines: { [`DTSTART;${IN_BERLIN}`]: '20260303T090000', DURATION: 'PT1H', RRULE: 'FREQ=WEEKLY;COUNT=6' },
    // To another day, and from outside of the window into it.
    overrides: [
      {
        [`RECURRENCE-ID;${IN_BERLIN}`]: '20260324T090000',
        [`DTSTART;${IN_BERLIN}`]: '20260326T140000',
        DURATION: 'PT1H',
      },
      {
        [`RECURRENCE-ID;${IN_BERLIN}`]: '20260407T090000',
        [`DTSTART;${IN_BERLIN}`]: '20260403T110000',
        DURATION: 'PT1H',
      },
    ],
    spring: '20260326T130000Z 20260331T070000Z 20260403T090000Z',
  }),
  of('exdate-zone.ics', 'VEVENT', 'Practice', {
    around: [BERLIN, NEW_YORK],
    lines: {
      [`DTSTART;${IN_BERLIN}`]: '20260323T180000',
      DURATION: 'PT1H',
      RRULE: 'FREQ=DAILY;COUNT=10',
      'EXDATE;TZID=America/New_York': '20260325T130000',
      EXDATE: '20260330T160000Z',
    },
    spring:
      '20260323T170000Z 20260324T170000Z 20260326T170000Z 20260327T170000Z 20260328T170000Z 20260329T160000Z ' +
      '20260331T160000Z 20260401T160000Z',
  }),
  of('rdate.ics', 'VEVENT', 'Extra', {
    lines: { DTSTART: '20260324T070000Z', DURATION: 'PT45M', RDATE: '20260327T070000Z,20260331T113000Z' },
    spring: '20260324T070000Z 20260327T070000Z 20260331T113000Z',
  }),
  of('rdate-period.ics', 'VEVENT', 'Visit', {
    lines: { DTSTART: '20260325T080000Z', DURATION: 'PT1H', 'RDATE;VALUE=PERIOD': '20260402T080000Z/PT30M' },
    spring: '20260325T080000Z 20260402T080000Z',
  }),
  of('this-and-future.ics', 'VEVENT', 'Course', {
    lines: { DTSTART: '20260325T100000Z', DTEND: '20260325T110000Z', RRULE: 'FREQ=DAILY;COUNT=8' },
    overrides: [
      {
        'RECURRENCE-ID;RANGE=THISANDFUTURE': '20260328T100000Z',
        DTSTART: '20260328T113000Z',
        DTEND: '20260328T123000Z',
      },
    ],
    spring:
      '20260325T100000Z 20260326T100000Z 20260327T100000Z 20260328T113000Z 20260329T113000Z 20260330T113000Z ' +
      '20260331T113000Z 20260401T113000Z',
  }),
  of('leap-day.ics', 'VEVENT', 'Leap day', {
    lines: { 'DTSTART;VALUE=DATE': '20240229', RRULE: 'FREQ=YEARLY', TRANSP: 'TRANSPARENT' },
    leap: '20280229',
  }),
  of('last-workday.ics', 'VEVENT', 'Pay day', {
    lines: { DTSTART: '20260130T150000Z', DURATION: 'PT15M', RRULE: `FREQ=MONTHLY;${WORKDAYS};BYSETPOS=-1` },
    spring: '20260331T150000Z',
    leap: '20280229T150000Z',
  }),
  of('until-date.ics', 'VEVENT', 'Watering', {
    lines: { DTSTART: '20260323T060000Z', DURATION: 'PT5M', RRULE: 'FREQ=DAILY;UNTIL=20260326' },
    spring: '20260323T060000Z 20260324T060000Z 20260325T060000Z 20260326T060000Z',
  }),
  of('until-day.ics', 'VEVENT', 'Easter camp', {
    lines: { 'DTSTART;VALUE=DATE': '20260401', RRULE: 'FREQ=DAILY;UNTIL=20260403', TRANSP: 'TRANSPARENT' },
    spring: '20260401 20260402 20260403',
  }),
  of('windows-zone.ics', 'VEVENT', 'Standup', {
    around: [WINDOWS_BERLIN],
    lines: {
      'DTSTART;TZID="W. Europe Standard Time"': '20260323T083000',
      'DTEND;TZID="W. Europe Standard Time"': '20260323T084500',
      RRULE: 'FREQ=WEEKLY;BYDAY=MO,WE;UNTIL=20281231T000000Z',
    },
    spring: '20260323T073000Z 20260325T073000Z 20260330T063000Z 20260401T063000Z',
    leap: '20280228T073000Z 20280301T073000Z',
  }),
  of('windows-name.ics', 'VEVENT', 'Call from Tokyo', {
    lines: { 'DTSTART;TZID=Tokyo Standard Time': '20260402T090000', DURATION: 'PT30M' },
    spring: '20260402T000000Z',
  }),
  of('lopsided.ics', 'VEVENT', 'Odd hours', {
    around: [LOPSIDED],
    lines: { 'DTSTART;TZID=/example.com/Lopsided': '20260324T120000', DURATION: 'PT20M', RRULE: 'FREQ=DAILY;COUNT=4' },
    spring: '20260324T102300Z 20260325T102300Z 20260326T095300Z 20260327T095300Z',
  }),
  of('own-london.ics', 'VEVENT', 'London after its own clock', {
    around: [OWN_LONDON],
    lines: { 'DTSTART;TZID=Europe/London': '20260330T120000', DURATION: 'PT20M' },
    spring: '20260330T090000Z',
  }),
  of('floating.ics', 'VEVENT', 'Breakfast', {
    lines: { DTSTART: '20260327T073000', DTEND: '20260327T080000', RRULE: 'FREQ=DAILY;COUNT=5' },
    spring: '20260327T073000 20260328T073000 20260329T073000 20260330T073000 20260331T073000',
  }),
  of('whole-days.ics', 'VEVENT', 'Fair', {
    lines: { 'DTSTART;VALUE=DATE': '20260327', 'DTEND;VALUE=DATE': '20260328', RRULE: 'FREQ=DAILY;COUNT=4' },
    spring: '20260327 20260328 20260329 20260330',
  }),
  of('endless.ics', 'VEVENT', 'Heartbeat', {
    lines: { DTSTART: '19700101T120000Z', DTEND: '19700101T120500Z', RRULE: 'FREQ=DAILY', TRANSP: 'TRANSPARENT' },
    spring: `${daily('202603', 23, 31, 'T120000Z')} ${daily('202604', 1, 5, 'T120000Z')}`,
    leap: `${daily('202802', 28, 29, 'T120000Z')} ${daily('202803', 1, 1, 'T120000Z')}`,
    far: daily('215001', 1, 3, 'T120000Z'),
  }),
  of('far-future.ics', 'VEVENT', 'Far future', {
    lines: { DTSTART: '21490102T100000Z', DURATION: 'PT1H', RRULE: 'FREQ=YEARLY;COUNT=3' },
    far: '21500102T100000Z',
  }),
  of('rich.ics', 'VEVENT', 'Grüße 🎉 an alle', {
    lines: {
      DTSTART: '20260401T130000Z',
      DTEND: '20260401T140000Z',
      'ORGANIZER;CN=Alice Example': 'mailto:alice@example.com',
      // Nobody is written to.
      ...Object.fromEntries(
        Array.from({ length: 30 }, (_, i) => [
          `ATTENDEE;CN="Gäste, ${i}";PARTSTAT=${i % 2 === 0 ? 'ACCEPTED' : 'NEEDS-ACTION'};SCHEDULE-AGENT=NONE`,
          `mailto:guest-${i}@example.org`,
        ]),
      ),
      DESCRIPTION: 'Ein Satz mit Umläuten und 👩‍👩‍👧 in einer langen Zeile\\, die gefaltet wird. '.repeat(12),
      'X-EXAMPLE-COLOUR;X-SHADE="dark;light"': 'größer:blue',
    },
    inside: [
      component('VALARM', { ACTION: 'DISPLAY', DESCRIPTION: 'Läuft 🔔', TRIGGER: '-PT15M' }),
      component('VALARM', {
        ACTION: 'AUDIO',
        'TRIGGER;VALUE=DATE-TIME': '20260401T120000Z',
        REPEAT: '2',
        DURATION: 'PT5M',
      }),
      component('X-EXAMPLE-PART', { 'X-EXAMPLE-KEY': 'kept' }),
    ],
    around: [component('X-EXAMPLE-BESIDE', { 'X-EXAMPLE-KEY': 'kept too' })],
    spring: '20260401T130000Z',
  }),
  of('watering.ics', 'VTODO', 'Water the plants', {
    lines: { DTSTART: '20260323T080000Z', DUE: '20260323T090000Z', RRULE: 'FREQ=WEEKLY;UNTIL=20290101T000000Z' },
    spring: '20260323T080000Z 20260330T080000Z',
    leap: '20280228T080000Z',
  }),
  of('stretching.ics', 'VTODO', 'Stretch', {
    lines: { DTSTART: '20260402T060000Z', RRULE: 'FREQ=DAILY;COUNT=2' },
    spring: '20260402T060000Z 20260403T060000Z',
  }),
  of('tax.ics', 'VTODO', 'Send the tax return', {
    lines: { DUE: '20260331T220000Z', PRIORITY: '1' },
    spring: '20260331T220000Z',
  }),
  of('someday.ics', 'VTODO', 'Learn the cello', { lines: {} }),
  of('diary.ics', 'VJOURNAL', 'Diary', {
    lines: { 'DTSTART;VALUE=DATE': '20260327', DESCRIPTION: 'Frühling' },
    spring: '20260327',
  }),
];

interface Parts {
  readonly lines: Lines;
  readonly overrides?: readonly Lines[];
  /** Components inside the master, and beside it. */
  readonly inside?: readonly string[];
  readonly around?: readonly string[];
  readonly spring?: string;
  readonly leap?: string;
  readonly far?: string;
}

function of(name: string, kind: HardObject['kind'], summary: string, parts: Parts): HardObject {
  const { lines, overrides = [], inside = [], around = [], ...starts } = parts;
  const own: Lines = { UID: name.replace('.ics', '@example.com'), DTSTAMP: '20260101T000000Z', SUMMARY: summary };
  const master = component(kind, { ...own, ...lines }, ...inside);
  const text = calendarOf(...around, master, ...overrides.map((one) => component(kind, { ...own, ...one })));
  return { name, kind, summary, text: folded(text), starts };
}

/** The lines folded at 75 octets. RFC 5545 section 3.1. */
function folded(text: string): string {
  return text.split('\r\n').map(foldedLine).join('\r\n');
}

function foldedLine(line: string): string {
  let [out, octets] = ['', 0];
  for (const character of line) {
    const more = Buffer.byteLength(character);
    if (octets + more > 75) {
      out += '\r\n ';
      octets = 1;
    }
    out += character;
    octets += more;
  }
  return out;
}

function zoneOf(TZID: string, observances: Readonly<Record<string, Lines>>): string {
  return component(
    'VTIMEZONE',
    { TZID },
    ...Object.entries(observances).map(([name, lines]) => component(name, lines)),
  );
}

function offsets(TZOFFSETFROM: string, TZOFFSETTO: string): Lines {
  return { TZOFFSETFROM, TZOFFSETTO };
}

/** The same time on the days of a month. */
function daily(month: string, first: number, last: number, time: string): string {
  const days = Array.from({ length: last - first + 1 }, (_, i) => String(first + i).padStart(2, '0'));
  return days.map((day) => `${month}${day}${time}`).join(' ');
}
