import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { RRuleTemporal } from 'rrule-temporal';
import { gregorian, scaleNamed, supportedScales } from '../../../src/formats/icalendar/calendar-scale.ts';
import { DAY, daysFromCivil } from '../../../src/formats/icalendar/civil.ts';
import { extentOf, OPEN_END } from '../../../src/formats/icalendar/extent.ts';
import { parseRule, startsOf, stepBudget } from '../../../src/formats/icalendar/recurrence.ts';
import { zoneResolver } from '../../../src/formats/icalendar/timezones.ts';
import { calendar, event, startTexts } from './instance-calendars.ts';
import { compare, type KnownFault } from './recurrence-comparison.ts';
import { wall, wallText } from './recurrence-rules.ts';
import { scaleCases } from './scale-rules.ts';

function days(count: number, text: string, start: string, from?: string): string {
  const rule = parseRule(text);
  assert.ok(rule, text);
  const options = from === undefined ? { isDate: true } : { isDate: true, from: wall(from) };
  return [...startsOf(rule, wall(start), options).take(count)].map((local) => wallText(local).slice(0, 8)).join(' ');
}

describe('RFC 7529 section 4.3: the examples', () => {
  test('Chinese New Year', () => {
    assert.equal(days(5, 'RSCALE=CHINESE;FREQ=YEARLY', '20130210'), '20130210 20140131 20150219 20160208 20170128');
  });

  test('the first day of the thirteenth Ethiopic month', () => {
    assert.equal(
      days(5, 'RSCALE=ETHIOPIC;FREQ=MONTHLY;BYMONTH=13', '20130906'),
      '20130906 20140906 20150906 20160906 20170906',
    );
  });

  test('a Hebrew anniversary in a leap month', () => {
    assert.equal(
      days(5, 'RSCALE=HEBREW;FREQ=YEARLY;BYMONTH=5L;BYMONTHDAY=8;SKIP=FORWARD', '20140208'),
      '20140208 20150227 20160217 20170306 20180223',
    );
  });

  test('a Gregorian leap day', () => {
    assert.equal(
      days(6, 'RSCALE=GREGORIAN;FREQ=YEARLY;SKIP=FORWARD', '20120229'),
      '20120229 20130301 20140301 20150301 20160229 20170301',
    );
  });
});

describe('RFC 7529 section 4: calendars', () => {
  test('those of the runtime are known in any case, by aliases too, and no others', () => {
    for (const name of supportedScales()) {
      assert.ok(scaleNamed(name));
      assert.equal(scaleNamed(name.toLowerCase()), scaleNamed(name));
    }
    assert.equal(scaleNamed('GREGORY'), gregorian);
    assert.equal(scaleNamed('islamicc'), scaleNamed('ISLAMIC-CIVIL'));
    assert.equal(scaleNamed('ethiopic-amete-alem'), scaleNamed('ETHIOAA'));
    assert.equal(scaleNamed('X-SHIRE'), undefined);
  });

  test('calendars that number Gregorian years otherwise are the Gregorian to a rule', () => {
    for (const name of ['BUDDHIST', 'JAPANESE', 'ROC', 'ISO8601']) assert.equal(scaleNamed(name), gregorian);
  });

  for (const name of supportedScales()) {
    test(`${name}: a day has the date that Intl gives it, and its months lie side by side`, () => {
      const scale = scaleNamed(name);
      assert.ok(scale);
      const format = new Intl.DateTimeFormat(`en-u-ca-${name === 'GREGORIAN' ? 'gregory' : name.toLowerCase()}`, {
        timeZone: 'UTC',
        day: 'numeric',
        month: 'numeric',
      });
      fc.assert(
        fc.property(fc.integer({ min: daysFromCivil(1900, 1, 1), max: daysFromCivil(2300, 1, 1) }), (day) => {
          const { year, month, day: place } = scale.dateOf(day);
          assert.equal(scale.monthStart(year, month) + place - 1, day);
          const text = format.formatToParts(day * DAY * 1000).find(({ type }) => type === 'day')?.value;
          assert.equal(place, Number(text));
          const next = scale.monthAt(scale.monthIndex(year, month) + 1);
          assert.equal(
            scale.monthStart(next.year, next.month),
            scale.monthStart(year, month) + scale.monthLength(year, month),
          );
        }),
        { numRuns: 60 },
      );
    });
  }

  test('years from 1 to 9999 have their months', () => {
    for (const name of ['HEBREW', 'COPTIC', 'PERSIAN', 'ISLAMIC-CIVIL']) {
      const scale = scaleNamed(name);
      assert.ok(scale);
      for (const gregorianYear of [1, 2, 500, 5000, 9998, 9999]) {
        const { year } = scale.dateOf(daysFromCivil(gregorianYear, 7, 1));
        const months = scale.monthsOf(year);
        const days: number = months.reduce((sum, month) => sum + scale.monthLength(year, month), 0);
        assert.ok(months.length >= 12 && months.length <= 13, name);
        assert.equal(days, scale.yearStart(year + 1) - scale.yearStart(year), name);
      }
    }
  });
});

describe('RFC 7529 section 4: rules', () => {
  const RRULE_TEMPORAL_FAULTS: readonly KnownFault[] = [
    {
      sentence: 'Existing requirements for the use of "RRULE" all still apply',
      fault: 'it knows neither BYMONTHDAY without BYMONTH nor both in several months at once in other calendars',
      applies: ({ text }) => !text.includes('BYMONTH=') || /BYMONTH=[^;]*,/.test(text),
    },
  ];

  test('those of three calendars give what another implementation gives', () => {
    const cases = scaleCases(['CHINESE', 'HEBREW', 'INDIAN'], 60);
    const { compared, differences } = compare('rrule-temporal', cases, RRULE_TEMPORAL_FAULTS, ({ text, start }) => {
      const rruleString = `DTSTART:${wallText(start)}Z\nRRULE:${text}Z`;
      try {
        const oracle = new RRuleTemporal({ rruleString, includeDtstart: true, maxIterations: 3000 });
        return { instances: oracle.all((_, index) => index < 20).map((one) => one.epochMilliseconds / 1000) };
      } catch {
        return { none: 'it gives up where nothing matches for long' };
      }
    });
    assert.deepEqual(differences, []);
    assert.ok(compared.size > 40, `${compared.size} compared`);
  });

  test('one that began long ago is entered where it is asked for', () => {
    for (const rule of [
      'RSCALE=CHINESE;FREQ=YEARLY',
      'RSCALE=HEBREW;FREQ=MONTHLY',
      'RSCALE=ISLAMIC-CIVIL;FREQ=YEARLY',
    ]) {
      const whole = days(600, rule, '19500217').split(' ');
      const later = whole[55]!;
      assert.equal(days(3, rule, '19500217', later), whole.slice(55, 58).join(' '));
      assert.equal(days(9, `${rule};COUNT=57`, '19500217', later), whole.slice(55, 57).join(' '));
    }
  });

  test('weeks are counted from the fourth day of the year of that calendar', () => {
    // The year 1446 begins on Sunday, 7 July 2024.
    assert.equal(days(2, 'RSCALE=ISLAMIC-CIVIL;FREQ=YEARLY;BYWEEKNO=2;BYDAY=MO', '20240715'), '20240715 20250707');
  });

  test('they work from text to instances, whole days and times', () => {
    const object = calendar(
      event('DTSTART;TZID=Asia/Shanghai:20250129T200000\nRRULE:RSCALE=CHINESE;FREQ=YEARLY;COUNT=2'),
    );
    assert.deepEqual(startTexts(object), ['20250129T200000', '20260217T200000']);
  });

  test('their extent reaches as far as they do', () => {
    const reach = (rule: string) => {
      const object = calendar(event(`DTSTART:20250129T100000Z\nRRULE:${rule}`));
      return extentOf(object, zoneResolver(object));
    };
    assert.equal(reach('RSCALE=CHINESE;FREQ=YEARLY').last, OPEN_END);
    const few = reach('RSCALE=CHINESE;FREQ=YEARLY;COUNT=3');
    assert.ok(few.last >= wall('20270206T100000') && few.last < wall('20270209'));
    assert.equal(reach('RSCALE=CHINESE;FREQ=YEARLY;COUNT=100000').last, OPEN_END);
    assert.deepEqual(few.traits.days, 2 ** 46 - 1);
  });

  for (const text of [
    'RSCALE=HEBREW;FREQ=YEARLY;BYMONTH=14',
    'RSCALE=HEBREW;FREQ=YEARLY;BYMONTH=L',
    'RSCALE=HEBREW;FREQ=YEARLY;BYMONTH=0L',
    'RSCALE=GREGORIAN;FREQ=YEARLY;BYMONTH=5L',
    'FREQ=YEARLY;BYMONTH=5L',
    'RSCALE=HEBREW;FREQ=YEARLY;SKIP=SIDEWAYS',
  ]) {
    test(`refuses "${text}"`, () => assert.equal(parseRule(text), undefined));
  }

  for (const text of [
    'RSCALE=CHINESE;FREQ=YEARLY;BYMONTH=13',
    'RSCALE=CHINESE;FREQ=DAILY;BYMONTH=13',
    'RSCALE=CHINESE;FREQ=SECONDLY;BYMONTH=13',
    'RSCALE=CHINESE;FREQ=WEEKLY;BYMONTH=13',
    'RSCALE=CHINESE;FREQ=MONTHLY;BYMONTHDAY=31',
    'RSCALE=HEBREW;FREQ=HOURLY;BYMONTHDAY=31',
  ]) {
    test(`one that never matches ends in bounded steps, that of a computed month counting for many: ${text}`, () => {
      const budget = stepBudget();
      const rule = parseRule(text);
      assert.ok(rule);
      assert.equal([...startsOf(rule, wall('20260101'), { isDate: false, budget })].length, 1);
      assert.ok(budget.exhausted && budget.spent <= budget.limit + 700, `${budget.spent} steps`);
    });
  }
});
