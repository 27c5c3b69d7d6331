import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { instancesOf } from '../../../src/formats/icalendar/instances.ts';
import { stepBudget } from '../../../src/formats/icalendar/recurrence.ts';
import { utcZone, zoneResolver } from '../../../src/formats/icalendar/timezones.ts';
import { calendar, component, event, list, momentText, range, startTexts, zone } from './instance-calendars.ts';
import { ruleTexts, starts, wall, wallText } from './recurrence-rules.ts';

const BERLIN = 'TZID=Europe/Berlin';

describe('RFC 5545 section 3.6.1: one instance', () => {
  test('of an object that does not recur has no recurrence id', () => {
    const [only, ...others] = list(calendar(event('DTSTART:20260101T100000Z\nDTEND:20260101T113000Z')));
    assert.deepEqual(others, []);
    assert.equal(only?.recurrenceId, undefined);
    assert.equal(only?.isOverride, false);
    assert.equal(only?.startsAt, wall('20260101T100000'));
    assert.equal(only?.endsAt, wall('20260101T113000'));
    assert.equal(momentText(only?.end), '20260101T113000Z');
  });

  const ends: readonly (readonly [string, string, string])[] = [
    ['a date without an end lasts a day', 'DTSTART;VALUE=DATE:20260101', '20260102'],
    ['a date whose end is no later lasts a day', 'DTSTART;VALUE=DATE:20260101\nDTEND;VALUE=DATE:20260101', '20260102'],
    ['a time without an end has no length', 'DTSTART:20260101T100000', '20260101T100000'],
    ['an end before the start is no length', 'DTSTART:20260101T100000Z\nDTEND:20260101T090000Z', '20260101T100000Z'],
    [
      'a DURATION in days is one of the wall clock',
      `DTSTART;${BERLIN}:20260328T120000\nDURATION:P1DT1H`,
      'Europe/Berlin:20260329T130000',
    ],
    [
      'a DURATION in hours is exact',
      `DTSTART;${BERLIN}:20260328T120000\nDURATION:PT24H`,
      'Europe/Berlin:20260329T130000',
    ],
    [
      'the end is in its own zone',
      `DTSTART;${BERLIN}:20260101T120000\nDTEND;TZID=America/New_York:20260101T160000`,
      'America/New_York:20260101T160000',
    ],
  ];
  for (const [name, lines, end] of ends) {
    test(name, () => assert.equal(momentText(list(calendar(event(lines)))[0]?.end), end));
  }

  test('a VTODO without DTSTART takes place when it is due', () => {
    const [only] = list(calendar(component('VTODO', 'DUE:20260105T120000Z')));
    assert.equal(only?.startsAt, wall('20260105T120000'));
    assert.equal(only?.endsAt, only?.startsAt);
  });

  test('a date is midnight for its reader', () => {
    const allDay = calendar(event('DTSTART;VALUE=DATE:20260701'));
    assert.equal(list(allDay, '/', zone('Europe/Berlin'))[0]?.startsAt, wall('20260630T220000'));
    assert.deepEqual(startTexts(allDay, '20260630T220000/20260630T230000'), []);
    assert.deepEqual(startTexts(allDay, '20260630T220000/20260630T230000', zone('Europe/Berlin')), ['20260701']);
  });

  test('components without a time have no instances', () => {
    assert.deepEqual(list(calendar(component('VTODO', 'SUMMARY:some day'), component('VJOURNAL', 'SUMMARY:x'))), []);
  });
});

describe('RFC 5545 section 3.8.5: the recurrence set', () => {
  test('instances in a zone keep their wall clock over a change of offset', () => {
    const weekly = calendar(event(`DTSTART;${BERLIN}:20260323T090000\nRRULE:FREQ=WEEKLY;COUNT=2\nDURATION:PT1H`));
    assert.deepEqual(
      list(weekly).map((instance) => wallText(instance.startsAt)),
      ['20260323T080000', '20260330T070000'],
    );
  });

  test('RFC 5545 section 3.3.10: a time that the zone skips does not exist and does not count', () => {
    const daily = calendar(event(`DTSTART;${BERLIN}:20260328T023000\nRRULE:FREQ=DAILY;COUNT=3`));
    assert.deepEqual(startTexts(daily), ['20260328T023000', '20260330T023000', '20260331T023000']);
  });

  const written: readonly (readonly [what: string, lines: string, spans: readonly string[]])[] = [
    [
      'the start of a series',
      `DTSTART;${BERLIN}:20260329T023000\nRRULE:FREQ=DAILY;COUNT=2\nDURATION:PT1H`,
      ['20260329T013000/20260329T023000', '20260330T003000/20260330T013000'],
    ],
    [
      'an RDATE',
      `DTSTART;${BERLIN}:20260327T023000\nRDATE;${BERLIN}:20260329T023000`,
      ['20260327T013000/20260327T013000', '20260329T013000/20260329T013000'],
    ],
    [
      'an EXDATE',
      `DTSTART;${BERLIN}:20260329T003000\nRRULE:FREQ=HOURLY;COUNT=3\nEXDATE;${BERLIN}:20260329T023000`,
      ['20260328T233000/20260328T233000', '20260329T003000/20260329T003000'],
    ],
    [
      'an end',
      `DTSTART;${BERLIN}:20260329T013000\nDTEND;${BERLIN}:20260329T023000`,
      ['20260329T003000/20260329T013000'],
    ],
    ['the end of a day', `DTSTART;${BERLIN}:20260328T023000\nDURATION:P1D`, ['20260328T013000/20260329T013000']],
  ];
  for (const [what, lines, spans] of written) {
    test(`RFC 5545 section 3.3.5: ${what} that the zone skips is read with the offset before`, () => {
      const found = list(calendar(event(lines))).map((one) => `${wallText(one.startsAt)}/${wallText(one.endsAt)}`);
      assert.deepEqual(found, spans);
    });
  }

  test('RFC 5545 section 3.3.10: BYSETPOS chooses before a time that the zone skips is left out', () => {
    const rule = 'RRULE:FREQ=DAILY;BYHOUR=1,2,3;BYMINUTE=0;BYSETPOS=2;COUNT=3';
    const second = calendar(event(`DTSTART;${BERLIN}:20260328T020000\n${rule}`));
    assert.deepEqual(startTexts(second), ['20260328T020000', '20260330T020000', '20260331T020000']);
  });

  test('RFC 5545 section 3.3.5: a time that happens twice happens at first', () => {
    const daily = calendar(event(`DTSTART;${BERLIN}:20261024T023000\nRRULE:FREQ=DAILY;COUNT=2`));
    assert.equal(list(daily)[1]?.startsAt, wall('20261025T003000'));
  });

  test('DTEND gives every instance the same exact length, DURATION the same nominal one', () => {
    const start = `DTSTART;${BERLIN}:20261024T120000\nRRULE:FREQ=DAILY;COUNT=2\n`;
    const hours = (lines: string) =>
      list(calendar(event(start + lines))).map((instance) => (instance.endsAt - instance.startsAt) / 3600);
    assert.deepEqual(hours('DURATION:P1D'), [25, 24]);
    assert.deepEqual(hours(`DTEND;${BERLIN}:20261025T120000`), [25, 25]);
  });

  test('an EXDATE excludes by its instant, in whatever zone it is written', () => {
    const lines = `DTSTART;${BERLIN}:20260105T090000\nRRULE:FREQ=DAILY;COUNT=5
      EXDATE:20260106T080000Z
      EXDATE;TZID=America/New_York:20260107T030000
      EXDATE;${BERLIN}:20260108T090000,20260110T090000`;
    assert.deepEqual(startTexts(calendar(event(lines))), ['20260105T090000', '20260109T090000']);
  });

  test('a DATE as EXDATE excludes that day', () => {
    const lines = 'DTSTART:20260105T090000Z\nRRULE:FREQ=DAILY;COUNT=3\nEXDATE;VALUE=DATE:20260106';
    assert.deepEqual(startTexts(calendar(event(lines))), ['20260105T090000Z', '20260107T090000Z']);
  });

  test('DATE-TIME values in a series of whole days mean the day they lie in', () => {
    const lines = `DTSTART;VALUE=DATE:20260105\nRRULE:FREQ=DAILY;UNTIL=20260109T000000Z
      EXDATE:20260106T000000Z\nEXDATE;${BERLIN}:20260107T120000`;
    assert.deepEqual(startTexts(calendar(event(lines))), ['20260105', '20260108', '20260109']);
  });

  test('an excluded start is not replaced by another one', () => {
    const lines = 'DTSTART:20260105T090000Z\nRRULE:FREQ=DAILY;COUNT=2\nEXDATE:20260105T090000Z';
    assert.deepEqual(startTexts(calendar(event(lines))), ['20260106T090000Z']);
  });

  test('RDATE adds, in any zone, in order, without duplicates', () => {
    const lines = `DTSTART;${BERLIN}:20260105T090000\nRRULE:FREQ=WEEKLY;COUNT=2
      RDATE:20260107T080000Z,20260103T080000Z\nRDATE;${BERLIN}:20260112T090000`;
    assert.deepEqual(
      list(calendar(event(lines))).map((instance) => momentText(instance.recurrenceId)),
      ['20260103', '20260105', '20260107', '20260112'].map((day) => `Europe/Berlin:${day}T090000`),
    );
  });

  test('RFC 5545 section 3.8.5.2: an RDATE may be a PERIOD, which brings its own length', () => {
    const lines = `DTSTART:20260105T090000Z\nDTEND:20260105T100000Z
      RDATE;VALUE=PERIOD:20260106T090000Z/20260106T120000Z,20260107T090000Z/PT5H`;
    assert.deepEqual(
      list(calendar(event(lines)), '20260106T110000/').map((instance) => wallText(instance.endsAt)),
      ['20260106T120000', '20260107T140000'],
    );
  });

  test('RDATE alone recurs, with DTSTART as its first instance', () => {
    assert.deepEqual(startTexts(calendar(event('DTSTART;VALUE=DATE:20260105\nRDATE;VALUE=DATE:20260201'))), [
      '20260105',
      '20260201',
    ]);
  });

  test('UNTIL bounds inclusively: in UTC by the instant, as a DATE by the day', () => {
    const until = (text: string) =>
      startTexts(calendar(event(`DTSTART;${BERLIN}:20260105T230000\nRRULE:FREQ=DAILY;UNTIL=${text}`))).length;
    assert.equal(until('20260107T220000Z'), 3);
    assert.equal(until('20260107T215959Z'), 2);
    assert.equal(until('20260107'), 3);
    assert.equal(until('20260107T230000'), 3);
  });

  test('a rule that cannot be read leaves a single event', () => {
    assert.deepEqual(startTexts(calendar(event('DTSTART:20260105T090000Z\nRRULE:FREQ=DAILY;INTERVAL=0'))), [
      '20260105T090000Z',
    ]);
  });

  test('a zone that nobody knows is that of the reader', () => {
    const object = calendar(event('DTSTART;TZID=Nowhere:20260701T120000\nRRULE:FREQ=DAILY;COUNT=2'));
    assert.equal(list(object, '/', zone('Europe/Berlin'))[1]?.startsAt, wall('20260702T100000'));
  });
});

describe('RFC 5545 section 3.8.4.4: overrides', () => {
  const MASTER = event(`DTSTART;${BERLIN}:20260105T090000\nDTEND;${BERLIN}:20260105T100000\nRRULE:FREQ=DAILY;COUNT=4`);
  const override = (id: string, lines: string) => event(`RECURRENCE-ID${id}\n${lines}`);

  test('an override stands in the place of its instance, its RECURRENCE-ID being in any zone', () => {
    const object = calendar(MASTER, override(':20260106T080000Z', `DTSTART;${BERLIN}:20260106T150000\nDURATION:PT2H`));
    const instances = list(object);
    assert.deepEqual(
      instances.map((instance) => wallText(instance.start.local)),
      ['20260105T090000', '20260106T150000', '20260107T090000', '20260108T090000'],
    );
    assert.deepEqual(
      instances.map((instance) => instance.isOverride),
      [false, true, false, false],
    );
    assert.equal(momentText(instances[1]?.recurrenceId), '20260106T080000Z');
    assert.equal(momentText(instances[1]?.end), 'Europe/Berlin:20260106T170000');
  });

  test('an override that moves away leaves its day and is found where it is, in the order of starts', () => {
    const object = calendar(MASTER, override(`;${BERLIN}:20260106T090000`, `DTSTART;${BERLIN}:20260110T090000`));
    assert.deepEqual(startTexts(object, '20260106/20260107'), []);
    assert.deepEqual(startTexts(object, '20260110/20260111'), ['20260110T090000']);
    assert.deepEqual(startTexts(object), ['20260105T090000', '20260107T090000', '20260108T090000', '20260110T090000']);
  });

  test('overrides of whole days match by the day', () => {
    const object = calendar(
      event('DTSTART;VALUE=DATE:20260105\nRRULE:FREQ=DAILY;COUNT=3'),
      override(':20260106T000000Z', 'DTSTART;VALUE=DATE:20260109'),
    );
    assert.deepEqual(startTexts(object), ['20260105', '20260107', '20260109']);
  });

  test('without a master there are the overrides alone', () => {
    const object = calendar(
      override(`;${BERLIN}:20260107T090000`, `DTSTART;${BERLIN}:20260107T110000`),
      override(`;${BERLIN}:20260106T090000`, `DTSTART;${BERLIN}:20260106T110000`),
    );
    assert.deepEqual(startTexts(object), ['20260106T110000', '20260107T110000']);
  });

  test('an override of nothing that the rule gives is an instance, EXDATE or not', () => {
    const object = calendar(
      event('DTSTART:20260105T090000Z\nRRULE:FREQ=DAILY;COUNT=2\nEXDATE:20260106T090000Z'),
      override(':20260106T090000Z', 'DTSTART:20260106T120000Z'),
      override(':20260120T090000Z', 'DTSTART:20260120T120000Z'),
    );
    assert.deepEqual(startTexts(object), ['20260105T090000Z', '20260106T120000Z', '20260120T120000Z']);
  });

  test('an override that says no time takes place as planned', () => {
    const object = calendar(MASTER, override(`;${BERLIN}:20260106T090000`, 'SUMMARY:other'));
    const instance = list(object)[1];
    assert.equal(instance?.isOverride, true);
    assert.equal(momentText(instance?.end), 'Europe/Berlin:20260106T100000');
  });

  test('RFC 5545 section 3.2.13: THISANDFUTURE shifts that instance and all later ones', () => {
    const object = calendar(
      MASTER,
      override(`;${BERLIN};RANGE=THISANDFUTURE:20260106T090000`, `DTSTART;${BERLIN}:20260106T113000\nDURATION:PT3H`),
      override(`;${BERLIN}:20260107T090000`, `DTSTART;${BERLIN}:20260107T200000`),
    );
    const instances = list(object);
    assert.deepEqual(
      instances.map((instance) => wallText(instance.start.local)),
      ['20260105T090000', '20260106T113000', '20260107T200000', '20260108T113000'],
    );
    assert.equal(momentText(instances[3]?.end), 'Europe/Berlin:20260108T143000');
    assert.equal(momentText(instances[3]?.recurrenceId), 'Europe/Berlin:20260108T090000');
    assert.equal(instances[3]?.isOverride, true);
    assert.deepEqual(startTexts(object, '20260108T130000/20260108T133000'), ['20260108T113000']);
  });

  test('a later THISANDFUTURE takes over, over weeks and into another zone', () => {
    const object = calendar(
      event(`DTSTART;${BERLIN}:20260105T090000\nRRULE:FREQ=WEEKLY`),
      override(`;${BERLIN};RANGE=THISANDFUTURE:20260112T090000`, `DTSTART;${BERLIN}:20260113T090000`),
      override(`;${BERLIN};RANGE=THISANDFUTURE:20260119T090000`, 'DTSTART;TZID=Asia/Tokyo:20260122T100000'),
    );
    const found = list(object, '20260101/20260206').map((instance) => momentText(instance.start));
    assert.deepEqual(found, [
      'Europe/Berlin:20260105T090000',
      'Europe/Berlin:20260113T090000',
      'Asia/Tokyo:20260122T100000',
      'Asia/Tokyo:20260129T100000',
      'Asia/Tokyo:20260205T100000',
    ]);
    assert.deepEqual(startTexts(object, '20360110/20360118'), ['20360110T100000', '20360117T100000']);
  });
});

describe('RFC 4791 section 9.9: instances in a range', () => {
  const hour = calendar(event('DTSTART:20260105T090000Z\nDTEND:20260105T100000Z\nRRULE:FREQ=DAILY;COUNT=3'));
  const point = calendar(event('DTSTART:20260105T090000Z\nRRULE:FREQ=DAILY;COUNT=3'));

  test('touching is not overlapping', () => {
    assert.equal(startTexts(hour, '20260105T080000/20260105T090000').length, 0);
    assert.equal(startTexts(hour, '20260105T100000/20260106T090000').length, 0);
    assert.equal(startTexts(hour, '20260105T095959/20260106T090001').length, 2);
  });

  test('an instance without length counts at the start of the range, not at its end', () => {
    assert.equal(startTexts(point, '20260105T090000/20260106T090000').length, 1);
    assert.equal(startTexts(point, '20260105T090001/20260106T090000').length, 0);
  });

  test('what began long before and still lasts is found', () => {
    const long = calendar(event('DTSTART;VALUE=DATE:20260101\nDURATION:P60D\nRRULE:FREQ=MONTHLY'));
    assert.deepEqual(startTexts(long, '20260401/20260402'), ['20260201', '20260301', '20260401']);
  });

  test('an endless rule is found sixty years later in few steps', () => {
    const object = calendar(event(`DTSTART;${BERLIN}:20260105T090000\nDURATION:PT1H\nRRULE:FREQ=MONTHLY;BYDAY=-1FR`));
    const budget = stepBudget();
    const view = { zones: zoneResolver(object), floating: utcZone, range: range('20860101/20860301'), budget };
    assert.deepEqual(
      [...instancesOf(object, view)].map((instance) => wallText(instance.start.local)),
      ['20860125T090000', '20860222T090000'],
    );
    assert.ok(budget.spent < 30, `${budget.spent} steps`);
  });

  test('a limit ends an endless sequence', () => {
    const endless = calendar(event('DTSTART:20260105T090000Z\nRRULE:FREQ=SECONDLY'));
    assert.equal(startTexts(endless, '/', utcZone, 5).length, 5);
  });

  test('any range finds the instances of the whole that overlap it, in their order', () => {
    const zones = fc.constantFrom('', ';TZID=Europe/Berlin', ';TZID=America/New_York', ';TZID=Asia/Tokyo', 'Z');
    const lengths = fc.constantFrom('', 'DURATION:PT1H', 'DURATION:P1D', 'DURATION:P3DT5H');
    const rules = ruleTexts('YEARLY', 'MONTHLY', 'WEEKLY', 'DAILY', 'HOURLY');
    fc.assert(
      fc.property(
        rules,
        starts,
        zones,
        lengths,
        fc.nat(30),
        fc.nat(30 * 86_400),
        (rule, start, tz, length, at, span) => {
          const begin = tz === 'Z' ? `DTSTART:${wallText(start)}Z` : `DTSTART${tz}:${wallText(start)}`;
          const object = calendar(event(`${begin}\n${length}\nRRULE:${rule}`));
          const view = { zones: zoneResolver(object), floating: utcZone };
          const until = start + 20 * 366 * 86_400;
          const whole = [...instancesOf(object, { ...view, range: { start: -Infinity, end: until }, limit: at + 40 })];
          const low = whole[Math.min(at, whole.length - 1)]!.startsAt + 1800;
          const high = Math.min(low + 1 + span, whole.at(-1)!.startsAt);
          if (high <= low) return;
          const expected = whole.filter(({ startsAt, endsAt }) =>
            endsAt > startsAt ? startsAt < high && endsAt > low : startsAt >= low && startsAt < high,
          );
          const found = instancesOf(object, { ...view, range: { start: low, end: high } });
          assert.deepEqual(
            [...found].map((instance) => [instance.startsAt, instance.endsAt]),
            expected.map((instance) => [instance.startsAt, instance.endsAt]),
          );
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('hostile objects', () => {
  const spentOn = (...components: string[]) => {
    const object = calendar(...components);
    const budget = stepBudget(1000);
    const view = { zones: zoneResolver(object), floating: utcZone, range: range('20860101/20870101'), budget };
    return { found: [...instancesOf(object, view)].length, spent: budget.spent };
  };

  test('a hundred rules that never match cost no more than four', () => {
    const rules = 'RRULE:FREQ=HOURLY;BYHOUR=3;BYSETPOS=2\n'.repeat(100);
    const { spent } = spentOn(event(`DTSTART:20260105T090000Z\n${rules}`));
    assert.ok(spent <= 4 * 1001, `${spent} steps`);
  });

  test('a hundred changes of all that follows cost no more than 33 passes', () => {
    const changes = Array.from({ length: 100 }, (_, index) => {
      const time = wallText(wall('20260105T090000') + index * 3600);
      return event(`RECURRENCE-ID;RANGE=THISANDFUTURE:${time}Z\nDTSTART:${time}Z`);
    });
    const master = event('DTSTART:20260105T090000Z\nRRULE:FREQ=HOURLY;BYMINUTE=0,1;COUNT=1000000');
    const { spent } = spentOn(master, ...changes);
    assert.ok(spent <= 33 * 1001, `${spent} steps`);
  });
});
