import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Component } from '../../../src/formats/icalendar/component.ts';
import { type Extent, extentOf, OPEN_END, OPEN_START, piecesOf } from '../../../src/formats/icalendar/extent.ts';
import { instancesOf } from '../../../src/formats/icalendar/instances.ts';
import type { TimeRange, TimeZone } from '../../../src/formats/icalendar/moment.ts';
import { utcZone, zoneResolver } from '../../../src/formats/icalendar/timezones.ts';
import { matchesTimeRange } from './in-range.ts';
import { calendar, component, event, zone } from './instance-calendars.ts';
import { ruleTexts, starts, wall, wallText } from './recurrence-rules.ts';

function extent(object: Component) {
  return extentOf(object, zoneResolver(object));
}

/** Whether an index lets an object through for a range. */
function admits({ first, last, clock, traits }: Extent, near: TimeRange, floating: TimeZone = utcZone): boolean {
  const isIn = (piece: number, all: number) => (BigInt(piece) & ~BigInt(all)) === 0n;
  return (
    first < near.end &&
    near.start < last &&
    piecesOf(near, floating)[clock].some(
      ({ years, days, hours }) => isIn(years, traits.years) && isIn(days, traits.days) && isIn(hours, traits.hours),
    )
  );
}

describe('from the first to the last', () => {
  const reach = (...components: string[]) => {
    const { first, last } = extent(calendar(...components));
    return [wallText(first), wallText(Math.min(last, OPEN_END - 1))];
  };
  const NEVER = '99991231T235959';

  test('a single event reaches from its start to its end', () => {
    assert.deepEqual(reach(event('DTSTART:20260105T100000Z\nDTEND:20260105T120000Z')), [
      '20260105T100000',
      '20260105T120000',
    ]);
    assert.deepEqual(reach(event('DTSTART;TZID=Europe/Berlin:20260105T100000\nDURATION:PT1H')), [
      '20260105T090000',
      '20260105T100000',
    ]);
  });

  test('an endless rule, and one that must not be counted to its end, reach the end of time', () => {
    assert.equal(reach(event('DTSTART:20260105T100000Z\nRRULE:FREQ=YEARLY'))[1], NEVER);
    assert.equal(reach(event('DTSTART:20260105T100000Z\nRRULE:FREQ=SECONDLY;COUNT=1000000000'))[1], NEVER);
    assert.equal(reach(event('DTSTART:20260105T100000Z\nRRULE:FREQ=HOURLY;BYHOUR=3;BYSETPOS=2;COUNT=2'))[1], NEVER);
  });

  test('COUNT and UNTIL bound it', () => {
    const count = extent(calendar(event('DTSTART:20260105T100000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=3')));
    assert.ok(count.last >= wall('20260107T110000') && count.last < wall('20260108'));
    const until = extent(
      calendar(event('DTSTART:20260105T100000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;UNTIL=20260107T120000Z')),
    );
    assert.ok(until.last >= wall('20260107T110000') && until.last < wall('20260108T120000'));
  });

  test('dates and floating times are widened, for they happen when their readers have them', () => {
    const [first, last] = reach(event('DTSTART;VALUE=DATE:20260105'));
    assert.ok(first! <= '20260104T100000' && last! >= '20260106T140000');
  });

  test('RDATE and overrides belong to it', () => {
    assert.deepEqual(
      reach(
        event('DTSTART:20260105T100000Z\nDURATION:PT1H\nRDATE:20260301T100000Z'),
        event('RECURRENCE-ID:20260105T100000Z\nDTSTART:20251201T100000Z\nDURATION:PT1H'),
      ),
      ['20251201T100000', '20260301T110000'],
    );
  });

  test('what any range matches reaches everywhere', () => {
    for (const object of [
      calendar(component('VTODO', 'SUMMARY:some day')),
      calendar(component('VJOURNAL', 'SUMMARY:x')),
      calendar(component('VTIMEZONE', 'TZID:x')),
    ]) {
      const traits = { years: 2 ** 53 - 1, days: 2 ** 46 - 1, hours: 2 ** 48 - 1 };
      assert.deepEqual(extent(object), { first: OPEN_START, last: OPEN_END, clock: 'utc', traits });
    }
    assert.equal(extent(calendar(component('VTODO', 'CREATED:20260105T100000Z'))).last, OPEN_END);
  });
});

describe('no instance is missed', () => {
  const hard = fc.constantFrom(
    ...[
      '19690929T233000',
      '19500101T120000',
      '20111229T233000',
      '20260328T233000',
      '20261024T233000',
      '20240229T020000',
    ],
  );
  const start = fc.tuple(
    fc.oneof({ arbitrary: starts, weight: 3 }, hard.map(wall)),
    fc.constantFrom('Z', '', ';TZID=Europe/Berlin', ';TZID=Pacific/Apia', ';TZID=Pacific/Honolulu', ';VALUE=DATE'),
  );
  /** A duration, or the seconds to an end. */
  const length = fc.oneof(
    fc.constantFrom('', 'DURATION:PT1H', 'DURATION:P1D', 'DURATION:PT23H30M', 'DURATION:P2DT30H', 'DURATION:P40D'),
    fc.constantFrom(1800, 6 * 3600, 27 * 3600, 3 * 86_400),
  );
  const ending = fc.constantFrom('', '', ';COUNT=7', ';UNTIL=20300601T120000Z');
  const extra = fc.constantFrom(
    ...['', '', ''],
    'RDATE;VALUE=DATE:20290228',
    'RDATE;VALUE=PERIOD:20310101T000000Z/P9D',
    'EXDATE;VALUE=DATE:20290228',
  );
  const readers: readonly TimeZone[] = [
    ...['Pacific/Kiritimati', 'Pacific/Pago_Pago', 'Europe/Berlin', 'Pacific/Apia', 'Pacific/Kwajalein'],
  ].map(zone);
  const text = (local: number, form: string) =>
    form === 'Z'
      ? `:${wallText(local)}Z`
      : form === ';VALUE=DATE'
        ? `${form}:${wallText(local).slice(0, 8)}`
        : `${form}:${wallText(local)}`;

  const names = fc.constantFrom('VEVENT', 'VEVENT', 'VTODO', 'VJOURNAL');
  const shift = fc.option(fc.tuple(fc.integer({ min: -90, max: 90 }), fc.boolean()), { nil: undefined });

  test('every instance lies in the extent and has the traits of every range that it overlaps', () => {
    fc.assert(
      fc.property(
        fc.tuple(names, ruleTexts('YEARLY', 'MONTHLY', 'WEEKLY', 'DAILY', 'HOURLY'), start, length, ending, extra),
        fc.constantFrom(utcZone, ...readers),
        shift,
        fc.nat(60),
        fc.oneof(fc.nat(5 * 3600), fc.nat(12 * 86_400), fc.nat(250 * 86_400)),
        ([name, rule, [local, form], duration, end, more], floating, moved, skip, span) => {
          const property = name === 'VTODO' ? 'DUE' : 'DTEND';
          const lasts = typeof duration === 'string' ? duration : `${property}${text(local + duration, form)}`;
          const master = `DTSTART${text(local, form)}\n${name === 'VJOURNAL' ? '' : lasts}\nRRULE:${rule}${end}\n${more}`;
          const days = moved?.[0] ?? 0;
          const range = moved?.[1] ? ';RANGE=THISANDFUTURE' : '';
          const override = `RECURRENCE-ID${range}${text(local, form)}\nDTSTART${text(local + days * 86_400 + 3600, form)}`;
          const clean = (lines: string) => lines.replaceAll(/\n{2,}/g, '\n');
          const components = [component(name, clean(master))];
          if (moved !== undefined) components.push(component(name, override));
          const object = calendar(...components);
          const found = extent(object);
          const { first, last } = found;
          const zones = zoneResolver(object);
          const view = { zones, floating, range: { start: Number.NEGATIVE_INFINITY, end: wall('20600101') } };
          for (const instance of instancesOf(object, { ...view, limit: skip + 8 }).drop(skip)) {
            const { startsAt, endsAt } = instance;
            assert.ok(first <= startsAt && endsAt <= last, `${wallText(first)} ${wallText(startsAt)}`);
            for (const near of [
              { start: startsAt, end: startsAt + 1 },
              { start: startsAt - span, end: startsAt + 1 },
              { start: startsAt - 1, end: startsAt },
              { start: endsAt - 1, end: endsAt + span },
              { start: Math.floor((startsAt + endsAt) / 2), end: Math.floor((startsAt + endsAt) / 2) + 1 },
              { start: endsAt, end: endsAt + 1 },
            ]) {
              if (!matchesTimeRange(object, name, near, zones, floating)) continue;
              assert.ok(admits(found, near, floating), `${wallText(near.start)} to ${wallText(near.end)}`);
            }
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  test('nor a to-do that is not dated', () => {
    const lines = fc.constantFrom('DUE:20260105T100000Z', 'CREATED:20260105T100000Z', 'COMPLETED:20260105T100000Z');
    fc.assert(
      fc.property(
        fc.uniqueArray(lines, { minLength: 1 }),
        fc.integer({ min: -5, max: 5 }),
        fc.nat(5),
        (chosen, at, span) => {
          const object = calendar(component('VTODO', chosen.join('\n')));
          const near = { start: wall('20260105T100000') + at, end: wall('20260105T100000') + at + span + 1 };
          if (!matchesTimeRange(object, 'VTODO', near, zoneResolver(object), utcZone)) return;
          assert.ok(admits(extent(object), near));
        },
      ),
    );
  });
});

test('RFC 7953 section 7.2.2: an availability reaches from its start to its end, whatever its parts say', () => {
  const part = 'BEGIN:AVAILABLE\nDTSTART:20300101T000000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY\nEND:AVAILABLE';
  const reach = (lines: string) => {
    const object = calendar(component('VAVAILABILITY', `${lines}\n${part}`));
    return extentOf(object, zoneResolver(object));
  };
  const bounded = reach('DTSTART:20260105T000000Z\nDTEND:20260107T000000Z');
  assert.ok(bounded.first <= wall('20260105T000000') && bounded.first > wall('20260103T000000'));
  assert.ok(bounded.last >= wall('20260107T000000') && bounded.last < wall('20260109T000000'));
  assert.ok(reach('DTSTART:20260105T000000Z').last === OPEN_END);
  assert.ok(reach('DTEND:20260105T000000Z').first === OPEN_START);
  const open = reach('SUMMARY:x');
  assert.deepEqual([open.first, open.last], [OPEN_START, OPEN_END]);
});
