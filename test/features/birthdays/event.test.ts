import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { yearlyEvent } from '../../../src/features/birthdays/event.ts';
import { birthdays } from '../../../src/features/birthdays/index.ts';
import { indexOf } from '../../../src/features/caldav/index.ts';
import { DAY, daysFromCivil, daysInMonth } from '../../../src/formats/icalendar/civil.ts';
import { type Component, propertyOf } from '../../../src/formats/icalendar/component.ts';
import { instancesOf } from '../../../src/formats/icalendar/instances.ts';
import { readCalendar } from '../../../src/formats/icalendar/read.ts';
import { faultsOf } from '../../../src/formats/icalendar/rules.ts';
import { utcZone, zoneResolver } from '../../../src/formats/icalendar/timezones.ts';
import { unescapeText } from '../../../src/formats/icalendar/values.ts';
import { writeComponent } from '../../../src/formats/icalendar/write.ts';
import type { YearlyDay } from '../../../src/formats/vcard/occasions.ts';
import { accountId, collectionId } from '../../../src/store/records.ts';

const BIRTHDAY: YearlyDay = { occasion: 'birthday', year: 1996, month: 2, day: 29 };

function value(object: Component, name: string): string {
  return propertyOf(object.components[0] ?? object, name)?.value ?? '';
}

/** The days on which it begins in a year, as `MM-DD`. */
function startsIn(object: Component, year: number): readonly string[] {
  const range = { start: daysFromCivil(year, 1, 1) * DAY, end: daysFromCivil(year + 1, 1, 1) * DAY };
  const instances = [...instancesOf(object, { zones: zoneResolver(object), floating: utcZone, range })];
  return instances.map(({ start }) => new Date(start.local * 1000).toISOString().slice(5, 10));
}

describe('an event that comes every year', () => {
  test('RFC 5545 section 3.6.1: a whole day, from the year that is known on, when nobody is busy', () => {
    const object = yearlyEvent({ ...BIRTHDAY, year: 1815, month: 12, day: 31 }, 'Ada, Lovelace', 'uid');
    assert.equal(value(object, 'DTSTART'), '18151231');
    assert.equal(value(object, 'DTEND'), '18160101');
    assert.equal(value(object, 'RRULE'), 'FREQ=YEARLY');
    assert.equal(value(object, 'SUMMARY'), '🎂 Ada\\, Lovelace (1815)');
    assert.equal(value(object, 'TRANSP'), 'TRANSPARENT');
    assert.deepEqual(startsIn(object, 2026), ['12-31']);
  });

  test('a 29 February comes every year, on the last day of the month', () => {
    const object = yearlyEvent(BIRTHDAY, 'Ada', 'uid');
    assert.deepEqual(
      [1995, 1996, 1997, 2000, 2023, 2024, 2100].map((year) => startsIn(object, year)),
      [[], ['02-29'], ['02-28'], ['02-29'], ['02-28'], ['02-29'], ['02-28']],
    );
  });

  test('without a year, and before the Gregorian calendar, it begins in a leap year that all programs know', () => {
    const none = yearlyEvent({ ...BIRTHDAY, year: undefined }, 'Ada', 'uid');
    assert.equal(value(none, 'DTSTART'), '19720229');
    assert.equal(value(none, 'SUMMARY'), '🎂 Ada');
    assert.deepEqual(startsIn(none, 2027), ['02-28']);
    const old = yearlyEvent({ ...BIRTHDAY, year: 1340 }, 'Geoffrey', 'uid');
    assert.equal(value(old, 'DTSTART'), '19720229');
    assert.equal(value(old, 'SUMMARY'), '🎂 Geoffrey (1340)');
  });

  test('the three occasions look different', () => {
    const summaries = (['birthday', 'anniversary', 'death'] as const).map((occasion) =>
      value(yearlyEvent({ ...BIRTHDAY, occasion }, 'Ada', 'uid'), 'SUMMARY'),
    );
    assert.equal(new Set(summaries).size, 3);
  });

  test('whoever it is of and whenever that was: a calendar may hold it, and finds it on its day in every year', () => {
    const day = fc
      .record({
        year: fc.option(fc.integer({ min: 1, max: 9999 }), { nil: undefined }),
        month: fc.integer({ min: 1, max: 12 }),
      })
      .chain(({ year, month }) =>
        fc.integer({ min: 1, max: daysInMonth(year ?? 2000, month) }).map((date) => ({ year, month, day: date })),
      );
    fc.assert(
      fc.property(
        day,
        fc.string({ unit: 'binary', minLength: 1 }),
        fc.integer({ min: 2026, max: 2040 }),
        (given, any, year) => {
          const name = any.toWellFormed().replace(/\p{Cc}/gu, '?');
          const made = writeComponent(yearlyEvent({ occasion: 'birthday', ...given }, name, 'uid'));
          const object = readCalendar(made);
          assert.deepEqual(faultsOf(object), []);
          const summary = unescapeText(value(object, 'SUMMARY'));
          assert.ok(summary.startsWith('🎂 '));
          assert.equal(made, writeComponent(yearlyEvent({ occasion: 'birthday', ...given }, name, 'uid')));
          const starts = startsIn(object, year);
          if ((given.year ?? 0) > year && (given.year ?? 0) <= 9998) assert.deepEqual(starts, []);
          else assert.equal(starts.length, 1);
          const { first, last } = indexOf(object, 'VEVENT');
          assert.ok(first < last);
        },
      ),
    );
  });
});

describe('what follows from a card', () => {
  const [derivation] = birthdays().derivations ?? [];
  const source = { account: accountId(1), id: collectionId(2) };
  const make = (text: string) => {
    assert.ok(derivation !== undefined);
    return derivation.make(source, { name: 'a.vcf', uid: 'uid', data: Buffer.from(text) });
  };

  test('whatever is sent as a card, it is nothing or events that a calendar may hold', () => {
    const names = [
      'BDAY',
      'item1.X-ABDATE',
      'item1.X-ABLABEL',
      'ANNIVERSARY',
      'DEATHDATE',
      'FN',
      'N',
      'ORG',
      'NICKNAME',
      'EMAIL',
    ];
    const parameters = [
      '',
      ';VALUE=text',
      ';VALUE=date',
      ';X-APPLE-OMIT-YEAR=1604',
      ';ENCODING=QUOTED-PRINTABLE',
      ';PREF',
      ';ALTID="',
    ];
    const values = fc.oneof(
      fc.constantFrom('1815-12-10', '--0229', '16040229', '_$!<Anniversary>!$_', '=C3', ';;;;', '\\'),
      fc.string({ unit: 'binary', maxLength: 30 }),
    );
    const line = fc
      .tuple(fc.constantFrom(...names), fc.constantFrom(...parameters), values)
      .map(([name, parameter, one]) => `${name}${parameter}:${one}\r\n`);
    const card = fc
      .tuple(fc.constantFrom('3.0', '4.0', '2.1', ''), fc.array(line, { maxLength: 8 }))
      .map(([version, lines]) => `BEGIN:VCARD\r\nVERSION:${version}\r\n${lines.join('')}END:VCARD\r\n`);
    fc.assert(
      fc.property(fc.oneof({ weight: 9, arbitrary: card }, fc.string({ unit: 'binary' })), (text) => {
        const made = make(text);
        assert.equal(new Set(made.map(({ slot }) => slot)).size, made.length);
        for (const { data, uid, index } of made) {
          const object = readCalendar(data);
          assert.deepEqual(faultsOf(object), []);
          assert.equal(value(object, 'UID'), uid);
          assert.equal(index.component, 'VEVENT');
        }
      }),
      { numRuns: 500 },
    );
  });

  test('what says nothing of it leaves the events as they are, octet for octet', () => {
    const card = (more: string) => `BEGIN:VCARD\nVERSION:3.0\nUID:uid\nFN:Ada\nBDAY:1815-12-10\n${more}END:VCARD\n`;
    assert.deepEqual(make(card('PHOTO;ENCODING=b:AAAA\nNOTE:Countess\n')), make(card('')));
    assert.notDeepEqual(make(card('').replace('Ada', 'Bea')), make(card('')));
  });
});
