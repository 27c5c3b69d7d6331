import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { DAY } from '../../../src/formats/icalendar/civil.ts';
import {
  parseRule,
  type RecurrenceRule,
  type StartsOptions,
  startsOf,
  stepBudget,
} from '../../../src/formats/icalendar/recurrence.ts';
import { ruleTexts, starts, wall, wallText } from './recurrence-rules.ts';

function rule(text: string): RecurrenceRule {
  const parsed = parseRule(text);
  assert.ok(parsed, text);
  return parsed;
}

const OPTIONS: StartsOptions = { isDate: false };

/** The first so many starts, as texts without the seconds. */
function first(count: number, text: string, start: string, options: StartsOptions = OPTIONS): string[] {
  const found = startsOf(rule(text), wall(start), options).take(count);
  return [...found].map((local) => wallText(local).slice(0, 13));
}

function dates(count: number, text: string, start: string, options: StartsOptions = OPTIONS): string[] {
  return first(count, text, start, options).map((found) => found.slice(0, 8));
}

describe('RFC 5545 section 3.3.10: reading a rule', () => {
  test('fills in the defaults, sorts lists, drops duplicates', () => {
    const parsed = rule('FREQ=MONTHLY;BYMONTHDAY=15,-1,2,15;BYDAY=-1FR,MO');
    assert.equal(parsed.interval, 1);
    assert.equal(parsed.weekStart, 1);
    assert.deepEqual(parsed.byMonthDay, [-1, 2, 15]);
    assert.deepEqual(parsed.byDay, [{ weekday: 5, nth: -1 }, { weekday: 1 }]);
    assert.equal(parsed.count, undefined);
    assert.equal(parsed.until, undefined);
  });

  test('takes parts in any order and in any case, a stray semicolon, and parts that nobody knows', () => {
    assert.deepEqual(rule('count=3;x-part=1;freq=daily;'), rule('FREQ=DAILY;COUNT=3'));
  });

  test('keeps UNTIL as it is written', () => {
    assert.deepEqual(rule('FREQ=DAILY;UNTIL=20260102').until, { kind: 'date', local: wall('20260102') });
    assert.deepEqual(rule('FREQ=DAILY;UNTIL=20260102T030405Z').until, { kind: 'utc', local: wall('20260102T030405') });
  });

  for (const text of [
    '',
    'COUNT=3',
    'FREQ=FORTNIGHTLY',
    'FREQ=DAILY;FREQ=WEEKLY',
    'FREQ=DAILY;INTERVAL=0',
    'FREQ=DAILY;INTERVAL=-1',
    'FREQ=DAILY;COUNT=0',
    'FREQ=DAILY;COUNT=',
    'FREQ=DAILY;UNTIL=tomorrow',
    'FREQ=MONTHLY;BYDAY=0TH',
    'FREQ=MONTHLY;BYDAY=54TH',
    'FREQ=MONTHLY;BYDAY=XX',
    'FREQ=MONTHLY;BYMONTHDAY=0',
    'FREQ=MONTHLY;BYMONTHDAY=32',
    'FREQ=YEARLY;BYMONTH=13',
    'FREQ=YEARLY;BYMONTH=-1',
    'FREQ=YEARLY;BYYEARDAY=367',
    'FREQ=YEARLY;BYWEEKNO=54',
    'FREQ=DAILY;BYHOUR=24',
    'FREQ=DAILY;BYMINUTE=60',
    'FREQ=DAILY;BYSECOND=61',
    'FREQ=DAILY;BYSETPOS=0;BYHOUR=1',
    'FREQ=DAILY;WKST=1',
    'FREQ=DAILY;BYHOUR=1;BYHOUR=2',
    'FREQ=DAILY;NONSENSE',
  ]) {
    test(`refuses "${text}"`, () => assert.equal(parseRule(text), undefined));
  }

  test('RFC 7529 section 6: a calendar that nobody here knows gives the start alone', () => {
    const unknown = rule('RSCALE=X-SHIRE;FREQ=YEARLY;BYMONTH=5L');
    assert.equal(unknown.unknownScale, 'X-SHIRE');
    assert.deepEqual([...startsOf(unknown, wall('20130210'), { isDate: true })], [wall('20130210')]);
    assert.equal(rule('RSCALE=GREGORIAN;FREQ=YEARLY').unknownScale, undefined);
  });
});

describe('RFC 5545 section 3.3.10: the starts of a rule', () => {
  test('a yearly rule from 29 February has no instance in other years', () => {
    assert.deepEqual(dates(4, 'FREQ=YEARLY', '20960229T120000'), ['20960229', '21040229', '21080229', '21120229']);
  });

  test('a monthly rule from the 31st has none in shorter months', () => {
    assert.deepEqual(dates(4, 'FREQ=MONTHLY', '20260131'), ['20260131', '20260331', '20260531', '20260731']);
  });

  test('RFC 7529 section 4.1: SKIP moves an invalid date backward or forward', () => {
    const monthly = 'RSCALE=GREGORIAN;FREQ=MONTHLY;COUNT=5;SKIP=';
    assert.deepEqual(dates(9, `${monthly}BACKWARD`, '20140131'), [
      '20140131',
      '20140228',
      '20140331',
      '20140430',
      '20140531',
    ]);
    assert.deepEqual(dates(9, `${monthly}FORWARD`, '20140131'), [
      '20140131',
      '20140301',
      '20140331',
      '20140501',
      '20140531',
    ]);
    assert.deepEqual(
      dates(3, 'RSCALE=GREGORIAN;FREQ=YEARLY;SKIP=FORWARD', '20120229', { ...OPTIONS, from: wall('20130215') }),
      ['20130301', '20140301', '20150301'],
    );
  });

  test('BYSETPOS with WEEKLY counts within the week', () => {
    assert.deepEqual(dates(3, 'FREQ=WEEKLY;BYDAY=MO,WE,FR;BYSETPOS=2', '20260107'), [
      '20260107',
      '20260114',
      '20260121',
    ]);
  });

  test('BYSETPOS counts times as well as days', () => {
    assert.deepEqual(first(4, 'FREQ=DAILY;BYHOUR=6,12,18;BYMINUTE=0,30;BYSETPOS=-1,2', '20260101T063000'), [
      '20260101T0630',
      '20260101T1830',
      '20260102T0630',
      '20260102T1830',
    ]);
  });

  test('week number one may begin in December', () => {
    assert.deepEqual(dates(3, 'FREQ=YEARLY;BYWEEKNO=1;BYDAY=MO,SU', '20241230'), ['20241230', '20250105', '20251229']);
  });

  test('a week number without a weekday takes that of the start', () => {
    assert.deepEqual(dates(3, 'FREQ=YEARLY;BYWEEKNO=20', '19970514'), ['19970514', '19980513', '19990519']);
  });

  test('week 53 comes only in years that have one', () => {
    assert.deepEqual(dates(3, 'FREQ=YEARLY;BYWEEKNO=53;BYDAY=TH', '20201231'), ['20201231', '20261231', '20321230']);
  });

  test('a numbered weekday counts within the month beside BYMONTH, else within the year', () => {
    assert.deepEqual(dates(2, 'FREQ=YEARLY;BYMONTH=11;BYDAY=4TH', '20251127'), ['20251127', '20261126']);
    assert.deepEqual(dates(2, 'FREQ=YEARLY;BYDAY=-1MO', '20251229'), ['20251229', '20261228']);
  });

  test('second 60 is second 59', () => {
    assert.deepEqual([...startsOf(rule('FREQ=MINUTELY;BYSECOND=60;COUNT=2'), 59, OPTIONS)], [59, 119]);
  });

  test('the start is the first instance and counts, though the rule would not give it', () => {
    assert.deepEqual(dates(9, 'FREQ=WEEKLY;BYDAY=MO;COUNT=3', '20260107'), ['20260107', '20260112', '20260119']);
  });

  test('with a DATE, parts for the time are ignored and there is one start a day at most', () => {
    const options = { isDate: true };
    assert.deepEqual(dates(2, 'FREQ=DAILY;BYHOUR=9,10;BYMINUTE=30', '20260101', options), ['20260101', '20260102']);
    assert.deepEqual(dates(3, 'FREQ=HOURLY;INTERVAL=6', '20260101', options), ['20260101', '20260102', '20260103']);
  });

  test('a start that the zone skips is neither given nor counted', () => {
    const isSkipped = (local: number) => local === wall('20260329T023000');
    assert.deepEqual(dates(9, 'FREQ=DAILY;COUNT=3', '20260328T023000', { ...OPTIONS, isSkipped }), [
      '20260328',
      '20260330',
      '20260331',
    ]);
  });

  test('the end of the year 9999 is the end of every rule', () => {
    assert.deepEqual(dates(9, 'FREQ=MONTHLY', '99991101'), ['99991101', '99991201']);
    assert.deepEqual(dates(9, 'FREQ=SECONDLY;INTERVAL=9999999999', '99991101'), ['99991101']);
    assert.equal([...startsOf(rule('FREQ=SECONDLY'), wall('99991231T235950'), OPTIONS)].length, 10);
  });

  test('the largest INTERVAL that can be written ends after its start', () => {
    for (const freq of ['YEARLY', 'MONTHLY', 'WEEKLY', 'DAILY', 'HOURLY', 'MINUTELY']) {
      assert.equal([...startsOf(rule(`FREQ=${freq};INTERVAL=9999999999`), wall('20260101'), OPTIONS)].length, 1);
    }
  });
});

const ALL = ['YEARLY', 'MONTHLY', 'WEEKLY', 'DAILY', 'HOURLY', 'MINUTELY', 'SECONDLY'];

describe('skipping ahead', () => {
  test('gives what the whole sequence has from there on', () => {
    fc.assert(
      fc.property(
        ruleTexts(...ALL),
        starts,
        fc.nat(40),
        fc.integer({ min: -4000, max: 4000 }),
        (text, start, at, near) => {
          const until = start + 40 * 366 * DAY;
          const whole = [...startsOf(rule(text), start, { ...OPTIONS, until }).take(at + 8)];
          const from = (whole[at] ?? start) + near;
          const expected = whole.filter((local) => local >= from).slice(0, 6);
          const found = [...startsOf(rule(text), start, { ...OPTIONS, from, until }).take(expected.length)];
          assert.deepEqual(found.map(wallText), expected.map(wallText));
        },
      ),
      { numRuns: 400 },
    );
  });

  test('a COUNT takes as many as the endless rule would give first, from wherever it is looked at', () => {
    fc.assert(
      fc.property(ruleTexts(...ALL), starts, fc.integer({ min: 1, max: 30 }), fc.nat(40), (text, start, count, at) => {
        const until = start + 20 * 366 * DAY;
        const endless = [...startsOf(rule(text), start, { ...OPTIONS, until }).take(count)];
        const from = endless[at] ?? start;
        const found = [...startsOf(rule(`${text};COUNT=${count}`), start, { ...OPTIONS, from, until })];
        assert.deepEqual(
          found,
          endless.filter((local) => local >= from),
        );
      }),
      { numRuns: 300 },
    );
  });

  test('a week of a daily rule that began 36 years before takes a few steps', () => {
    const budget = stepBudget();
    const options = { ...OPTIONS, from: wall('20260105'), until: wall('20260111T235959'), budget };
    assert.equal(first(99, 'FREQ=DAILY', '19900101T090000', options).length, 7);
    assert.ok(budget.spent < 20, `${budget.spent} steps`);
  });

  test('an endless rule is found sixty years later', () => {
    const from = wall('20860101');
    const cases = [
      ['FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU', '20860331'],
      ['FREQ=MONTHLY;BYDAY=2TU', '20860108'],
      ['FREQ=WEEKLY;INTERVAL=2;BYDAY=TU', '20860101'],
      ['FREQ=SECONDLY;INTERVAL=86400;BYDAY=SA', '20860105'],
    ] as const;
    for (const [text, expected] of cases) {
      const budget = stepBudget();
      assert.deepEqual(dates(1, text, '20260106T120000', { ...OPTIONS, from, budget }), [expected], text);
      assert.ok(budget.spent < 100, `${text}: ${budget.spent} steps`);
    }
  });

  test('a large COUNT is a matter of division where each period has one start', () => {
    for (const [text, expected] of [
      ['FREQ=SECONDLY;COUNT=4000000000', '20860101T0000'],
      ['FREQ=DAILY;INTERVAL=3;COUNT=1000000000', '20860101T0000'],
      ['FREQ=WEEKLY;COUNT=100000', '20860103T0000'],
    ] as const) {
      const budget = stepBudget();
      assert.deepEqual(first(1, text, '20260101', { ...OPTIONS, from: wall('20860101'), budget }), [expected], text);
      assert.ok(budget.spent < 20, `${text}: ${budget.spent} steps`);
    }
    assert.deepEqual(dates(9, 'FREQ=DAILY;COUNT=10', '20260101', { ...OPTIONS, from: wall('20260109') }), [
      '20260109',
      '20260110',
    ]);
  });
});

describe('hostile rules', () => {
  const never = [
    'FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30',
    'FREQ=MINUTELY;BYMONTH=2;BYMONTHDAY=30;BYHOUR=3',
    'FREQ=DAILY;BYMONTH=4;BYMONTHDAY=31',
    'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30',
    'FREQ=MONTHLY;BYMONTHDAY=31;BYMONTH=2,4',
    'FREQ=YEARLY;BYWEEKNO=20;BYMONTH=1',
    'FREQ=WEEKLY;BYMONTH=2;BYMONTHDAY=30',
    'FREQ=MINUTELY;INTERVAL=60;BYMINUTE=30',
    'FREQ=SECONDLY;INTERVAL=3600;BYSECOND=1;BYHOUR=1',
    'FREQ=HOURLY;BYHOUR=3;BYSETPOS=2',
    'FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYHOUR=1;BYSETPOS=366;BYMONTH=1',
  ];
  for (const text of never) {
    test(`a rule that never matches ends in bounded steps: ${text}`, () => {
      const budget = stepBudget();
      assert.deepEqual(dates(9, text, '20260101', { ...OPTIONS, budget }), ['20260101']);
      assert.ok(budget.spent <= budget.limit + 400, `${budget.spent} steps`);
    });
  }

  test('days that never come are known after one cycle of the calendar, without the budget', () => {
    const budget = stepBudget();
    dates(9, 'FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30', '20260101', { ...OPTIONS, budget });
    assert.equal(budget.exhausted, false);
    assert.ok(budget.spent < 20_000, `${budget.spent} steps`);
  });

  test('a COUNT that must be counted is given up, and says so', () => {
    const budget = stepBudget();
    const from = wall('20860101');
    const text = 'FREQ=SECONDLY;BYHOUR=1,2,3;COUNT=1000000000';
    assert.deepEqual(dates(1, text, '20260101', { ...OPTIONS, from, budget }), []);
    assert.equal(budget.exhausted, true);
    assert.ok(budget.spent <= budget.limit + 1);
  });

  test('a year of every second is entered at the place asked for', () => {
    const list = (length: number) => Array.from({ length }, (_, index) => index).join(',');
    const text = `FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYHOUR=${list(24)};BYMINUTE=${list(60)};BYSECOND=${list(60)}`;
    const budget = stepBudget();
    const from = wall('20301231T235958');
    const found = [...startsOf(rule(text), wall('20260101'), { ...OPTIONS, from, budget }).take(3)];
    assert.deepEqual(found.map(wallText), ['20301231T235958', '20301231T235959', '20310101T000000']);
    assert.ok(budget.spent < 1000, `${budget.spent} steps`);
  });

  test('one budget serves several rules, each anew', () => {
    const budget = stepBudget(50);
    dates(9, 'FREQ=HOURLY;BYHOUR=3;BYSETPOS=2', '20260101', { ...OPTIONS, budget });
    assert.equal(budget.exhausted, true);
    assert.equal(dates(9, 'FREQ=DAILY', '20260101', { ...OPTIONS, budget }).length, 9);
  });

  test('one rule that is given up leaves the others of its set what they may take', () => {
    const budget = stepBudget(50);
    const daily = startsOf(rule('FREQ=DAILY'), wall('20260101'), { ...OPTIONS, budget });
    daily.next();
    dates(9, 'FREQ=HOURLY;BYHOUR=3;BYSETPOS=2', '20260101', { ...OPTIONS, budget });
    assert.equal([...daily.take(9)].length, 9);
  });

  test('a rule that was given up is not followed again', () => {
    const budget = stepBudget(50);
    const hopeless = rule('FREQ=HOURLY;BYHOUR=3;BYSETPOS=2');
    const follow = () => [...startsOf(hopeless, wall('20260101'), { ...OPTIONS, budget })].length;
    assert.equal(follow(), 1);
    const { spent } = budget;
    assert.equal(follow(), 1);
    assert.equal(budget.spent, spent);
  });

  test('many rules without instances are followed less and less patiently, and each still finds what is near', () => {
    const budget = stepBudget(undefined, 200_000);
    for (let many = 0; many < 100; many++)
      dates(9, 'FREQ=HOURLY;BYHOUR=3;BYSETPOS=2', '20260101', { ...OPTIONS, budget });
    assert.ok(budget.spent < 2_200_000, `${budget.spent} steps`);
    const unlucky = dates(4, 'FREQ=DAILY;BYDAY=FR;BYMONTHDAY=13', '20260101', { ...OPTIONS, budget });
    assert.deepEqual(unlucky, ['20260101', '20260213', '20260313', '20261113']);
  });

  test('starts that the zone skips are counted: a zone may skip all of them', () => {
    const list = (length: number) => Array.from({ length }, (_, index) => index).join(',');
    const text = `FREQ=YEARLY;BYHOUR=${list(24)};BYMINUTE=${list(60)};BYSECOND=${list(60)}`;
    const budget = stepBudget();
    assert.deepEqual(dates(9, text, '20260101', { ...OPTIONS, budget, isSkipped: () => true }), ['20260101']);
    assert.equal(budget.exhausted, true);
    assert.ok(budget.spent <= budget.limit + 1, `${budget.spent} steps`);
  });

  test('a COUNT is followed through as many years as the zone is worth', () => {
    const budget = stepBudget();
    const options = { ...OPTIONS, from: wall('90000101'), budget, isSkipped: () => false };
    assert.equal(dates(1, 'FREQ=YEARLY;COUNT=9000', '20260101', options).length, 1);
    assert.deepEqual(dates(1, 'FREQ=YEARLY;COUNT=9000', '20260101', { ...options, effort: 90 }), []);
    assert.equal(budget.exhausted, true);
  });

  test('days are looked for up to the end of what is asked for', () => {
    const budget = stepBudget();
    const until = wall('20260301');
    dates(9, 'FREQ=DAILY;BYMONTHDAY=31;BYMONTH=4', '20260101', { ...OPTIONS, until, budget });
    assert.ok(budget.spent < 100, `${budget.spent} steps`);
  });
});
