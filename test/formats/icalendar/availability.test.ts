import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  type Availability,
  availabilitiesOf,
  availabilityTime,
  unavailableTime,
} from '../../../src/formats/icalendar/availability.ts';
import type { Component } from '../../../src/formats/icalendar/component.ts';
import {
  type BusyPeriod,
  type BusyType,
  busyOf,
  mergeBusy,
  overlaid,
} from '../../../src/formats/icalendar/free-busy.ts';
import type { TimeZone } from '../../../src/formats/icalendar/moment.ts';
import { utcZone, zoneResolver } from '../../../src/formats/icalendar/timezones.ts';
import { calendar, component, event, range, zone } from './instance-calendars.ts';
import { wallText } from './recurrence-rules.ts';

const WEEK = '20260105/20260112';

/** A VAVAILABILITY with these lines; AVAILABLE parts may be among them. */
function availability(lines: string): string {
  return component('VAVAILABILITY', lines);
}

let parts = 0;

/** An AVAILABLE part with these lines. */
function available(lines: string): string {
  return `BEGIN:AVAILABLE\nUID:part-${++parts}@example.com\nDTSTAMP:20260101T000000Z\n${lines}\nEND:AVAILABLE`;
}

function saysOf(object: Component, within: string, floating: TimeZone = utcZone): readonly Availability[] {
  return availabilitiesOf(object, { zones: zoneResolver(object), floating, range: range(within) });
}

/** When these objects together say that somebody is not available: `start/end type`. */
function unavailable(within: string, ...objects: readonly Component[]): readonly string[] {
  return texts(unavailableTime(objects.flatMap((object) => saysOf(object, within))));
}

function texts(periods: readonly BusyPeriod[]): readonly string[] {
  return periods.map(({ start, end, type }) => `${wallText(start)}/${wallText(end)} ${type}`);
}

const OFFICE = available('DTSTART:20260105T090000Z\nDTEND:20260105T170000Z\nRRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR');

describe('RFC 7953 section 3.1: one VAVAILABILITY', () => {
  test('is unavailable but for its AVAILABLE parts, without bounds', () => {
    assert.deepEqual(unavailable('20260109/20260113', calendar(availability(OFFICE))), [
      '20260109T000000/20260109T090000 BUSY-UNAVAILABLE',
      '20260109T170000/20260112T090000 BUSY-UNAVAILABLE',
      '20260112T170000/20260113T000000 BUSY-UNAVAILABLE',
    ]);
  });

  test('its time is from DTSTART to DTEND, or as long as DURATION, or open', () => {
    const clock = { zones: zoneResolver(undefined), floating: utcZone };
    const bounds = (lines: string): string => {
      const [one] = calendar(availability(`SUMMARY:x\n${lines}`)).components;
      assert.ok(one);
      const { start, end } = availabilityTime(one, clock);
      const text = (side: number) => (Number.isFinite(side) ? wallText(side) : '');
      return `${text(start)}/${text(end)}`;
    };
    assert.equal(bounds('SUMMARY:x'), '/');
    assert.equal(bounds('DTSTART:20260106T000000Z'), '20260106T000000/');
    assert.equal(bounds('DTEND:20260106T000000Z'), '/20260106T000000');
    assert.equal(bounds('DTSTART:20260106T000000Z\nDTEND:20260108T000000Z'), '20260106T000000/20260108T000000');
    assert.equal(bounds('DTSTART:20260106T000000Z\nDURATION:P2DT1H'), '20260106T000000/20260108T010000');
    assert.equal(bounds('DURATION:P2D'), '/');
    assert.equal(bounds('DTSTART:20260106T000000Z\nDTEND:20260105T000000Z'), '20260106T000000/20260106T000000');
  });

  test('a DURATION of days is one of the wall clock', () => {
    const object = calendar(availability('DTSTART;TZID=Europe/Berlin:20260328T120000\nDURATION:P1D'));
    assert.deepEqual(unavailable('20260328/20260331', object), ['20260328T110000/20260329T100000 BUSY-UNAVAILABLE']);
  });

  test('AVAILABLE outside of its time frees nothing', () => {
    const object = calendar(availability(`DTSTART:20260106T120000Z\nDTEND:20260107T120000Z\n${OFFICE}`));
    assert.deepEqual(unavailable(WEEK, object), ['20260106T170000/20260107T090000 BUSY-UNAVAILABLE']);
  });

  test('an instance that is overridden is free when the override says', () => {
    const object = calendar(
      availability(
        `BEGIN:AVAILABLE
        UID:moved@example.com
        DTSTART:20260105T090000Z
        DTEND:20260105T170000Z
        RRULE:FREQ=DAILY;COUNT=3
        EXDATE:20260107T090000Z
        END:AVAILABLE
        BEGIN:AVAILABLE
        UID:moved@example.com
        RECURRENCE-ID:20260106T090000Z
        DTSTART:20260106T200000Z
        DTEND:20260106T210000Z
        END:AVAILABLE`,
      ),
    );
    assert.deepEqual(unavailable('20260105/20260108', object), [
      '20260105T000000/20260105T090000 BUSY-UNAVAILABLE',
      '20260105T170000/20260106T200000 BUSY-UNAVAILABLE',
      '20260106T210000/20260108T000000 BUSY-UNAVAILABLE',
    ]);
  });

  test('hours in a zone stay the same on the clock when it changes', () => {
    const hours = available(
      'DTSTART;TZID=Europe/Berlin:20260327T090000\nDTEND;TZID=Europe/Berlin:20260327T100000\nRRULE:FREQ=DAILY',
    );
    assert.deepEqual(unavailable('20260328/20260330', calendar(availability(hours))), [
      '20260328T000000/20260328T080000 BUSY-UNAVAILABLE',
      '20260328T090000/20260329T070000 BUSY-UNAVAILABLE',
      '20260329T080000/20260330T000000 BUSY-UNAVAILABLE',
    ]);
  });

  test('RFC 7953 section 3.2: BUSYTYPE says what it is', () => {
    const types: readonly (readonly [string, string])[] = [
      ['BUSY', 'BUSY'],
      ['busy-tentative', 'BUSY-TENTATIVE'],
      ['BUSY-UNAVAILABLE', 'BUSY-UNAVAILABLE'],
      ['X-ASLEEP', 'BUSY'],
    ];
    for (const [said, type] of types) {
      assert.deepEqual(unavailable('20260105/20260106', calendar(availability(`BUSYTYPE:${said}`))), [
        `20260105T000000/20260106T000000 ${type}`,
      ]);
    }
  });

  test('RFC 7953 section 8: of a rule that never rests a bounded number of instances counts', () => {
    const object = calendar(availability(available('DTSTART:20260101T000000Z\nDURATION:PT1S\nRRULE:FREQ=SECONDLY')));
    const view = { zones: zoneResolver(object), floating: utcZone, range: range('20260101/20270101') };
    assert.equal(availabilitiesOf(object, view)[0]?.free.length, 35_040);
    assert.equal(availabilitiesOf(object, { ...view, limit: 10 })[0]?.free.length, 10);
  });
});

describe('RFC 7953 section 4: several', () => {
  const of = (priority: string, type: string, time: string, ...free: readonly string[]) => {
    const lines = time.split('/').map((side, at) => (side === '' ? '' : `${at === 0 ? 'DTSTART' : 'DTEND'}:${side}Z`));
    const freed = free.map((one) => available(`DTSTART:${one.split('/')[0]}Z\nDTEND:${one.split('/')[1]}Z`));
    return calendar(
      availability(
        ['SUMMARY:x', ...lines, priority, `BUSYTYPE:${type}`, ...freed].filter((one) => one !== '').join('\n'),
      ),
    );
  };
  const DAY = '20260105/20260106';

  test('the priorities from lowest to highest are 0 or none, then 9 down to 1', () => {
    const order = ['', 'PRIORITY:9', 'PRIORITY:8', 'PRIORITY:5', 'PRIORITY:2', 'PRIORITY:1'];
    for (const [index, low] of order.entries()) {
      for (const high of order.slice(index + 1)) {
        const lower = of(low, 'BUSY', '/');
        const higher = of(high, 'BUSY-TENTATIVE', '/', '20260105T080000/20260105T100000');
        const expected = [
          '20260105T000000/20260105T080000 BUSY-TENTATIVE',
          '20260105T100000/20260106T000000 BUSY-TENTATIVE',
        ];
        assert.deepEqual(unavailable(DAY, lower, higher), expected, `${low} below ${high}`);
        assert.deepEqual(unavailable(DAY, higher, lower), expected, `${low} below ${high}`);
      }
    }
    for (const none of ['PRIORITY:0', 'PRIORITY:x', 'PRIORITY:10']) {
      assert.deepEqual(
        saysOf(of(none, 'BUSY', '/'), DAY).map(({ rank }) => rank),
        [0],
      );
    }
  });

  test('a lower one frees nothing of what a higher one makes busy, unlike the procedure of section 5 taken literally', () => {
    const base = of('', 'BUSY-UNAVAILABLE', '/', '20260105T080000/20260105T180000');
    const away = of('PRIORITY:5', 'BUSY', '20260105T120000/20260105T140000');
    assert.deepEqual(unavailable(DAY, base, away), [
      '20260105T000000/20260105T080000 BUSY-UNAVAILABLE',
      '20260105T120000/20260105T140000 BUSY',
      '20260105T180000/20260106T000000 BUSY-UNAVAILABLE',
    ]);
  });

  test('of one priority BUSY holds against BUSY-UNAVAILABLE, and that against BUSY-TENTATIVE', () => {
    const tentative = of('PRIORITY:3', 'BUSY-TENTATIVE', '/');
    const away = of('PRIORITY:3', 'BUSY-UNAVAILABLE', '20260105T080000/20260105T160000');
    const busy = of('PRIORITY:3', 'BUSY', '20260105T120000/20260105T200000');
    for (const order of [
      [tentative, away, busy],
      [busy, away, tentative],
    ]) {
      assert.deepEqual(unavailable(DAY, ...order), [
        '20260105T000000/20260105T080000 BUSY-TENTATIVE',
        '20260105T080000/20260105T120000 BUSY-UNAVAILABLE',
        '20260105T120000/20260105T200000 BUSY',
        '20260105T200000/20260106T000000 BUSY-TENTATIVE',
      ]);
    }
  });

  test('every minute is what the steps of the section make of it, whatever the order of what is of one priority', () => {
    const LENGTH = 120;
    const TYPES = ['BUSY', 'BUSY-UNAVAILABLE', 'BUSY-TENTATIVE'] as const;
    const stretch = fc
      .tuple(fc.integer({ min: 0, max: LENGTH - 1 }), fc.integer({ min: 1, max: 60 }))
      .map(([start, length]) => ({ start, end: Math.min(LENGTH, start + length) }));
    const one: fc.Arbitrary<Availability> = fc
      .tuple(fc.integer({ min: 0, max: 3 }), fc.constantFrom(...TYPES), stretch, fc.array(stretch, { maxLength: 4 }))
      .map(([rank, type, during, free]) => ({
        rank: rank * 3,
        type,
        during,
        free: free.flatMap(({ start, end }) => {
          const cut = { start: Math.max(start, during.start), end: Math.min(end, during.end) };
          return cut.start < cut.end ? [cut] : [];
        }),
      }));
    const lies = (minute: number) => (period: { readonly start: number; readonly end: number }) =>
      period.start <= minute && minute < period.end;

    /** Step by step, on a table of minutes. */
    const model = (all: readonly Availability[]): readonly (BusyType | undefined)[] => {
      const table: (BusyType | undefined)[] = Array.from({ length: LENGTH });
      for (const rank of [0, 3, 6, 9]) {
        const equals = all.filter((availability) => availability.rank === rank);
        for (let minute = 0; minute < LENGTH; minute++) {
          const there = equals.filter(({ during }) => lies(minute)(during));
          if (there.length === 0) continue;
          const isFree = there.some(({ free }) => free.some(lies(minute)));
          table[minute] = isFree ? undefined : TYPES.find((type) => there.some((other) => other.type === type));
        }
      }
      return table;
    };

    fc.assert(
      fc.property(fc.array(one, { maxLength: 8 }), (all) => {
        const periods = unavailableTime(all);
        const table = Array.from({ length: LENGTH }, (_, minute) =>
          periods.filter(lies(minute)).map(({ type }) => type),
        );
        assert.deepEqual(
          table,
          model(all).map((type) => (type === undefined ? [] : [type])),
        );
        for (const [index, { start, end, type }] of periods.entries()) {
          assert.ok(start < end);
          const next = periods[index + 1];
          assert.ok(next === undefined || end < next.start || (end === next.start && type !== next.type));
        }
        assert.deepEqual(unavailableTime(all.toReversed()), periods);
      }),
      { numRuns: 300 },
    );
  });
});

describe('RFC 7953 section 5.1: the tables', () => {
  /** The slots of two hours from midnight in Montreal, as the rows of the tables show them. */
  const row = (date: string, ...objects: readonly Component[]): string => {
    const midnight = zone('America/Montreal').toUtc(range(`${date}/`).start);
    const within = { start: midnight, end: midnight + 86_400 };
    const view = (object: Component) => ({ zones: zoneResolver(object), floating: utcZone, range: within });
    const away = unavailableTime(objects.flatMap((object) => availabilitiesOf(object, view(object))));
    const events = mergeBusy(
      objects.flatMap((object) => busyOf(object, view(object))),
      within,
    );
    const periods = overlaid(events, away);
    return Array.from({ length: 12 }, (_, slot) => {
      const at = midnight + slot * 7200;
      const held = new Set(
        [at, at + 3600, at + 7199].map((instant) => {
          const type = periods.find(({ start, end }) => start <= instant && instant < end)?.type;
          return type === undefined ? 'F' : type === 'BUSY' ? 'B' : type === 'BUSY-UNAVAILABLE' ? 'U' : 'T';
        }),
      );
      assert.equal(held.size, 1);
      return [...held][0];
    }).join('');
  };
  const hours = (zoneName: string, from: string, to: string, start: string) =>
    available(
      `DTSTART;TZID=${zoneName}:${start}T${from}0000\nDTEND;TZID=${zoneName}:${start}T${to}0000\nRRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR`,
    );
  const base = calendar(availability(`SUMMARY:x\n${hours('America/Montreal', '08', '18', '20111002')}`));

  test('RFC 7953 section 5.1.1: hours with a meeting', () => {
    const meeting = calendar(
      event(
        'DTSTART;TZID=America/Montreal:20111106T120000\nDTEND;TZID=America/Montreal:20111106T140000\nRRULE:FREQ=DAILY',
      ),
    );
    // The section calls 6 November 2011 a Monday; that is the 7th.
    assert.equal(row('20111107', base), 'UUUUFFFFFUUU');
    assert.equal(row('20111107', base, meeting), 'UUUUFFBFFUUU');
  });

  test('RFC 7953 section 5.1.2: a week in Denver', () => {
    const denver = calendar(
      availability(
        `DTSTART;TZID=America/Denver:20111023T000000\nDTEND;TZID=America/Denver:20111030T000000\nPRIORITY:1\n${hours('America/Denver', '08', '18', '20111023')}`,
      ),
    );
    const meeting = calendar(
      event('DTSTART;TZID=America/Denver:20111024T120000\nDTEND;TZID=America/Denver:20111024T140000'),
    );
    assert.equal(row('20111024', base, denver), 'UUUUUFFFFFUU');
    assert.equal(row('20111024', base, denver, meeting), 'UUUUUFFBFFUU');
  });
});
