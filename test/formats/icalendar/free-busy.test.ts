import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Component } from '../../../src/formats/icalendar/component.ts';
import {
  type BusyPeriod,
  busyOf,
  mergeBusy,
  overlaid,
  writeFreeBusy,
} from '../../../src/formats/icalendar/free-busy.ts';
import { utcZone, zoneResolver } from '../../../src/formats/icalendar/timezones.ts';
import { calendar, component, event, range } from './instance-calendars.ts';
import { wall, wallText } from './recurrence-rules.ts';

const JANUARY = '20260101/20260201';

function busy(object: Component, within = JANUARY, floating = utcZone): string[] {
  const periods = busyOf(object, { zones: zoneResolver(object), floating, range: range(within) });
  return periods.map(({ start, end, type }) => `${wallText(start)}/${wallText(end)} ${type}`);
}

describe('RFC 4791 section 7.10: busy time', () => {
  const meeting = (lines: string) => calendar(event(`DTSTART:20260105T100000Z\nDTEND:20260105T120000Z\n${lines}`));
  const table: readonly (readonly [string, string | undefined])[] = [
    ['SUMMARY:x', 'BUSY'],
    ['STATUS:CONFIRMED', 'BUSY'],
    ['TRANSP:OPAQUE\nSTATUS:CANCELLED', undefined],
    ['TRANSP:OPAQUE\nSTATUS:TENTATIVE', 'BUSY-TENTATIVE'],
    ['STATUS:X-SOMETHING', 'BUSY'],
    ['TRANSP:TRANSPARENT', undefined],
    ['TRANSP:TRANSPARENT\nSTATUS:TENTATIVE', undefined],
    ['transp:transparent', undefined],
  ];
  for (const [lines, type] of table) {
    test(`${lines.replace('\n', ', ')} is ${type ?? 'free'}`, () => {
      assert.deepEqual(busy(meeting(lines)), type === undefined ? [] : [`20260105T100000/20260105T120000 ${type}`]);
    });
  }

  test('every instance is busy as its own component says', () => {
    const object = calendar(
      event('DTSTART:20260105T100000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=4'),
      event('RECURRENCE-ID:20260106T100000Z\nDTSTART:20260106T140000Z\nDURATION:PT1H\nSTATUS:TENTATIVE'),
      event('RECURRENCE-ID:20260107T100000Z\nDTSTART:20260107T100000Z\nDURATION:PT1H\nSTATUS:CANCELLED'),
    );
    assert.deepEqual(busy(object), [
      '20260105T100000/20260105T110000 BUSY',
      '20260106T140000/20260106T150000 BUSY-TENTATIVE',
      '20260108T100000/20260108T110000 BUSY',
    ]);
  });

  test('what has no length takes no time, and to-dos take none', () => {
    assert.deepEqual(busy(calendar(event('DTSTART:20260105T100000Z'))), []);
    assert.deepEqual(busy(calendar(component('VTODO', 'DTSTART:20260105T100000Z\nDUE:20260105T120000Z'))), []);
  });

  test('periods of VFREEBUSY components count by their FBTYPE', () => {
    const object = calendar(
      component(
        'VFREEBUSY',
        `FREEBUSY:20260105T100000Z/PT1H,20270105T100000Z/PT1H
        FREEBUSY;FBTYPE=FREE:20260106T100000Z/PT1H
        FREEBUSY;FBTYPE=BUSY-UNAVAILABLE:20260107T100000Z/20260107T120000Z
        FREEBUSY;FBTYPE=X-MAYBE:20260108T100000Z/PT1H`,
      ),
    );
    assert.deepEqual(busy(object), [
      '20260105T100000/20260105T110000 BUSY',
      '20260107T100000/20260107T120000 BUSY-UNAVAILABLE',
      '20260108T100000/20260108T110000 BUSY',
    ]);
  });

  test('a rule that never rests gives a bounded number of periods', () => {
    const object = calendar(event('DTSTART:20260101T000000Z\nDURATION:PT1S\nRRULE:FREQ=SECONDLY'));
    assert.equal(busy(object).length, 35_040);
  });
});

describe('merging', () => {
  const merge = (periods: BusyPeriod[], start = 0, end = 100) =>
    mergeBusy(periods, { start, end }).map((period) => `${period.start}-${period.end} ${period.type}`);

  test('periods of a type that overlap or touch become one, cut to the range', () => {
    const periods: BusyPeriod[] = [
      { start: 40, end: 50, type: 'BUSY' },
      { start: -10, end: 10, type: 'BUSY' },
      { start: 10, end: 20, type: 'BUSY' },
      { start: 45, end: 120, type: 'BUSY' },
      { start: 200, end: 220, type: 'BUSY' },
    ];
    assert.deepEqual(merge(periods), ['0-20 BUSY', '40-100 BUSY']);
  });

  test('busy holds against tentative', () => {
    const periods: BusyPeriod[] = [
      { start: 0, end: 60, type: 'BUSY-TENTATIVE' },
      { start: 10, end: 20, type: 'BUSY' },
      { start: 15, end: 30, type: 'BUSY-UNAVAILABLE' },
    ];
    assert.deepEqual(merge(periods), [
      '0-10 BUSY-TENTATIVE',
      '10-20 BUSY',
      '20-30 BUSY-UNAVAILABLE',
      '30-60 BUSY-TENTATIVE',
    ]);
  });

  test('every moment has the weightiest type that any period gives it', () => {
    const types = ['BUSY', 'BUSY-UNAVAILABLE', 'BUSY-TENTATIVE'] as const;
    const period = fc
      .tuple(fc.nat(60), fc.nat(20), fc.constantFrom(...types))
      .map(([start, length, type]): BusyPeriod => ({ start, end: start + length, type }));
    fc.assert(
      fc.property(fc.array(period, { maxLength: 12 }), (periods) => {
        const merged = mergeBusy(periods, { start: 5, end: 70 });
        for (let moment = 0; moment < 85; moment++) {
          const holds = (one: BusyPeriod) => one.start <= moment && moment < one.end;
          const inside = moment >= 5 && moment < 70;
          const expected = inside
            ? types.find((type) => periods.some((one) => one.type === type && holds(one)))
            : undefined;
          assert.deepEqual(
            merged.filter(holds).map((one) => one.type),
            expected === undefined ? [] : [expected],
          );
        }
        for (const [index, one] of merged.entries()) {
          const before = merged[index - 1];
          if (before !== undefined)
            assert.ok(before.end < one.start || (before.end === one.start && before.type !== one.type));
        }
      }),
      { numRuns: 200 },
    );
  });
});

test('RFC 7953 section 5: of periods laid over others the upper ones hold', () => {
  const types = ['BUSY', 'BUSY-UNAVAILABLE', 'BUSY-TENTATIVE'] as const;
  const layer = fc
    .array(fc.tuple(fc.nat(60), fc.nat(20), fc.constantFrom(...types)), { maxLength: 8 })
    .map((periods) => periods.map(([start, length, type]): BusyPeriod => ({ start, end: start + length, type })))
    .map((periods) => mergeBusy(periods, { start: 0, end: 100 }));
  fc.assert(
    fc.property(layer, layer, (upper, lower) => {
      const periods = overlaid(upper, lower);
      for (let moment = 0; moment < 85; moment++) {
        const at = (all: readonly BusyPeriod[]) =>
          all.filter((one) => one.start <= moment && moment < one.end).map(({ type }) => type);
        assert.deepEqual(at(periods), at(upper).length > 0 ? at(upper) : at(lower));
      }
      for (const [index, { end, type }] of periods.entries()) {
        const next = periods[index + 1];
        assert.ok(next === undefined || end < next.start || (end === next.start && type !== next.type));
      }
    }),
  );
});

test('RFC 5545 section 3.6.4: what is published says whose it is', () => {
  const { properties } = writeFreeBusy(range('/'), [], wall('20260101T090000'), 'one', 'mailto:ada@example.com');
  assert.deepEqual(
    properties.map(({ name, value }) => `${name}:${value}`),
    ['UID:one', 'DTSTAMP:20260101T090000Z', 'ORGANIZER:mailto:ada@example.com'],
  );
});

test('RFC 5545 section 3.6.4: a VFREEBUSY is in UTC throughout', () => {
  const written = writeFreeBusy(
    range('20260104T140000/20260105T220000'),
    [{ start: wall('20260104T150000'), end: wall('20260104T160000'), type: 'BUSY-TENTATIVE' }],
    wall('20260101T090000'),
    'one@example.com',
  );
  assert.equal(written.name, 'VFREEBUSY');
  assert.deepEqual(
    written.properties.map(({ name, value }) => `${name}:${value}`),
    [
      'UID:one@example.com',
      'DTSTAMP:20260101T090000Z',
      'DTSTART:20260104T140000Z',
      'DTEND:20260105T220000Z',
      'FREEBUSY:20260104T150000Z/20260104T160000Z',
    ],
  );
  assert.deepEqual(written.properties[4]?.parameters, [{ name: 'FBTYPE', values: ['BUSY-TENTATIVE'] }]);
});
