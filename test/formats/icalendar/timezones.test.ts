import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { DAY, FIRST_SECOND, LAST_SECOND } from '../../../src/formats/icalendar/civil.ts';
import { propertyOf } from '../../../src/formats/icalendar/component.ts';
import type { TimeZone } from '../../../src/formats/icalendar/moment.ts';
import { readCalendar } from '../../../src/formats/icalendar/read.ts';
import { ianaZone, instantOf, utcZone, vtimezoneFor, zoneResolver } from '../../../src/formats/icalendar/timezones.ts';
import { formatMoment, parseMomentText } from '../../../src/formats/icalendar/values.ts';

const HOUR = 3600;

/** Seconds of a wall clock or, with Z, of an instant. */
function at(text: string): number {
  const moment = parseMomentText(text);
  assert.ok(moment, text);
  return moment.local;
}

function named(name: string): TimeZone {
  const zone = ianaZone(name);
  assert.ok(zone, name);
  return zone;
}

/** The UTC text of a wall clock in a zone. */
function utcOf(zone: TimeZone, local: string): string {
  return formatMoment({ kind: 'utc', local: zone.toUtc(at(local)) });
}

function component(name: string, ...lines: readonly string[]): string {
  return [`BEGIN:${name}`, ...lines, `END:${name}`].join('\r\n');
}

function observance(kind: string, from: string, to: string, start: string, ...lines: readonly string[]): string {
  return component(kind, `TZOFFSETFROM:${from}`, `TZOFFSETTO:${to}`, `DTSTART:${start}`, ...lines);
}

function calendarWith(tzid: string, ...observances: readonly string[]) {
  return readCalendar(component('VCALENDAR', component('VTIMEZONE', `TZID:${tzid}`, ...observances)));
}

function own(...observances: readonly string[]): TimeZone {
  const zone = zoneResolver(calendarWith('Own', ...observances))('Own');
  assert.ok(zone);
  return zone;
}

describe('RFC 5545 section 3.3.5: wall clocks of the zone database', () => {
  test('in a gap are read with the offset before it, and do not exist', () => {
    const berlin = named('Europe/Berlin');
    assert.equal(utcOf(berlin, '20260329T015959'), '20260329T005959Z');
    assert.equal(utcOf(berlin, '20260329T023000'), '20260329T013000Z');
    assert.equal(utcOf(berlin, '20260329T030000'), '20260329T010000Z');
    assert.deepEqual(
      ['20260329T015959', '20260329T020000', '20260329T025959', '20260329T030000'].map((text) =>
        berlin.isSkipped(at(text)),
      ),
      [false, true, true, false],
    );
    assert.equal(utcOf(named('America/New_York'), '20070311T023000'), '20070311T073000Z');
  });

  test('in an overlap are the first of the two', () => {
    assert.equal(utcOf(named('Europe/Berlin'), '20261025T023000'), '20261025T003000Z');
    assert.equal(utcOf(named('Europe/Berlin'), '20261025T030000'), '20261025T020000Z');
    assert.equal(utcOf(named('America/New_York'), '20071104T013000'), '20071104T053000Z');
    assert.equal(named('America/New_York').isSkipped(at('20071104T013000')), false);
  });

  test('in the southern hemisphere', () => {
    const sydney = named('Australia/Sydney');
    assert.equal(utcOf(sydney, '20260101T120000'), '20260101T010000Z');
    assert.equal(utcOf(sydney, '20260701T120000'), '20260701T020000Z');
    assert.equal(utcOf(sydney, '20260405T023000'), '20260404T153000Z');
    assert.equal(sydney.isSkipped(at('20261004T023000')), true);
  });

  test('at offsets of half and quarter hours, and at odd seconds of old', () => {
    assert.equal(named('Asia/Kolkata').offsetAt(0), 5.5 * HOUR);
    assert.equal(utcOf(named('America/St_Johns'), '20260701T000000'), '20260701T023000Z');
    assert.equal(named('Pacific/Chatham').offsetAt(at('20260101T000000Z')), 13.75 * HOUR);
    assert.equal(named('Africa/Monrovia').offsetAt(at('19600101T000000Z')), -(44 * 60 + 30));
    const lordHowe = named('Australia/Lord_Howe');
    assert.equal(lordHowe.isSkipped(at('20261004T021500')), true);
    assert.equal(lordHowe.isSkipped(at('20261004T023000')), false);
  });

  test('on a day that was left out altogether', () => {
    const apia = named('Pacific/Apia');
    assert.equal(apia.isSkipped(at('20111230T120000')), true);
    assert.equal(apia.isSkipped(at('20111229T235959')), false);
    assert.equal(apia.isSkipped(at('20111231T000000')), false);
    assert.equal(utcOf(apia, '20111231T000000'), '20111230T100000Z');
  });

  test('from 1900 to 9999', () => {
    assert.equal(named('Europe/Berlin').offsetAt(at('19000101T000000Z')), HOUR);
    assert.equal(named('Europe/Amsterdam').offsetAt(at('19160501T000000Z')), 2 * HOUR);
    const berlin = named('Europe/Berlin');
    // The last Sunday of March 9999 is the 28th.
    assert.equal(berlin.isSkipped(at('99990328T023000')), true);
    assert.equal(utcOf(berlin, '99990701T000000'), '99990630T220000Z');
    assert.equal(utcOf(berlin, '99991231T235959'), '99991231T225959Z');
    assert.equal(utcOf(named('America/New_York'), '99991231T190000').slice(-7), '000000Z');
  });

  test('are the same as the runtime tells for any instant of any year', () => {
    for (const name of [
      'Europe/Berlin',
      'America/New_York',
      'Africa/Casablanca',
      'America/Sao_Paulo',
      'Antarctica/Troll',
    ]) {
      const zone = named(name);
      const format = new Intl.DateTimeFormat('en-US', {
        timeZone: name,
        year: 'numeric',
        month: 'numeric',
        day: 'numeric',
        hour: 'numeric',
        minute: 'numeric',
        second: 'numeric',
        hourCycle: 'h23',
      });
      const instant = fc.integer({ min: at('19000101T000000Z'), max: at('99991230T000000Z') });
      fc.assert(
        fc.property(instant, (utc) => {
          const [month, day, year, hour, minute, second] = (format.format(utc * 1000).match(/\d+/g) ?? []).map(Number);
          const local = Date.UTC(year ?? 0, (month ?? 0) - 1, day, hour, minute, second) / 1000;
          assert.equal(zone.offsetAt(utc), local - utc);
        }),
        { numRuns: 50 },
      );
    }
  });

  test('come back from their instant unless they are skipped, and no earlier instant has them', () => {
    const zones = ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Pacific/Apia', 'Africa/Casablanca'].map(
      named,
    );
    const recent = fc.integer({ min: at('20100101T000000'), max: at('20300101T000000') });
    fc.assert(
      fc.property(fc.constantFrom(...zones), recent, (zone, local) => {
        const utc = zone.toUtc(local);
        assert.equal(zone.isSkipped(local), utc + zone.offsetAt(utc) !== local);
        for (let earlier = utc - DAY; earlier < utc; earlier += HOUR / 2) {
          assert.notEqual(earlier + zone.offsetAt(earlier), local);
        }
      }),
    );
  });

  test('outside of what can be written still have an answer', () => {
    const berlin = named('Europe/Berlin');
    for (const edge of [FIRST_SECOND - 1e9, FIRST_SECOND, LAST_SECOND, LAST_SECOND + 1e9]) {
      assert.ok(Math.abs(berlin.toUtc(edge) - edge) <= 2 * HOUR);
    }
    assert.equal(berlin.toUtc(Number.POSITIVE_INFINITY), Number.POSITIVE_INFINITY);
    assert.equal(berlin.toUtc(Number.NEGATIVE_INFINITY), Number.NEGATIVE_INFINITY);
    assert.equal(berlin.offsetAt(Number.POSITIVE_INFINITY), HOUR);
  });
});

describe('Names of zones', () => {
  test('of the zone database are found in any case and as aliases, and keep the name they were asked for by', () => {
    assert.equal(ianaZone('europe/BERLIN')?.tzid, 'europe/BERLIN');
    assert.equal(ianaZone('Europe/Berlin')?.tzid, 'Europe/Berlin');
    assert.equal(ianaZone('US/Eastern')?.offsetAt(0), -5 * HOUR);
    assert.equal(ianaZone('Asia/Calcutta')?.offsetAt(0), 5.5 * HOUR);
    assert.equal(ianaZone('Etc/GMT+5')?.offsetAt(0), -5 * HOUR);
    for (const name of [
      '',
      'Europe/Nowhere',
      '+01:00',
      'constructor',
      'x'.repeat(10_000),
      'Europe/Berlin ',
      '../etc',
    ]) {
      assert.equal(ianaZone(name), undefined, name.slice(0, 20));
    }
  });

  test('of Windows mean the default zone of their territory', () => {
    const zones = zoneResolver(undefined);
    assert.equal(zones('W. Europe Standard Time')?.offsetAt(at('20260701T000000Z')), 2 * HOUR);
    assert.equal(zones('eastern standard time')?.offsetAt(at('20260701T000000Z')), -4 * HOUR);
    assert.equal(zones('W. Europe Standard Time')?.tzid, 'W. Europe Standard Time');
  });

  test('with a prefix end in one of the zone database', () => {
    const zones = zoneResolver(undefined);
    const prefixed = [
      '/mozilla.org/20050126_1/Europe/Berlin',
      '/freeassociation.sourceforge.net/Europe/Berlin',
      '/citadel.org/20260101_1/Europe/Berlin',
      ' Europe/Berlin ',
      '"Europe/Berlin"',
    ];
    for (const tzid of prefixed) assert.equal(zones(tzid)?.offsetAt(at('20260701T000000Z')), 2 * HOUR, tzid);
    assert.equal(zones('/example.com/America/Argentina/Buenos_Aires')?.offsetAt(0), -3 * HOUR);
    assert.equal(zones('tzone://Microsoft/Utc')?.offsetAt(0), 0);
    assert.equal(zones('Mars/Cuba'), undefined);
    assert.equal(zones('/'.repeat(100_000)), undefined);
  });
});

describe('RFC 5545 section 3.6.5: a VTIMEZONE', () => {
  const EU = [
    observance('DAYLIGHT', '+0100', '+0200', '19810329T020000', 'RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU'),
    observance('STANDARD', '+0200', '+0100', '19961027T030000', 'RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU'),
  ];

  /** The example of RFC 5545 section 3.6.5 with all rules of New York since 1967. */
  const NEW_YORK = [
    observance(
      'DAYLIGHT',
      '-0500',
      '-0400',
      '19670430T020000',
      'RRULE:FREQ=YEARLY;BYMONTH=4;BYDAY=-1SU;UNTIL=19730429T070000Z',
    ),
    observance(
      'STANDARD',
      '-0400',
      '-0500',
      '19671029T020000',
      'RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU;UNTIL=20061029T060000Z',
    ),
    observance('DAYLIGHT', '-0500', '-0400', '19740106T020000', 'RDATE:19750223T020000'),
    observance(
      'DAYLIGHT',
      '-0500',
      '-0400',
      '19760425T020000',
      'RRULE:FREQ=YEARLY;BYMONTH=4;BYDAY=-1SU;UNTIL=19860427T070000Z',
    ),
    observance(
      'DAYLIGHT',
      '-0500',
      '-0400',
      '19870405T020000',
      'RRULE:FREQ=YEARLY;BYMONTH=4;BYDAY=1SU;UNTIL=20060402T070000Z',
    ),
    observance('DAYLIGHT', '-0500', '-0400', '20070311T020000', 'RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU'),
    observance('STANDARD', '-0400', '-0500', '20071104T020000', 'RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU'),
  ];

  test('with rules, UNTIL and RDATE gives what the zone database gives', () => {
    const zone = own(...NEW_YORK);
    const database = named('America/New_York');
    fc.assert(
      fc.property(fc.integer({ min: at('19670501T000000'), max: at('99991230T000000') }), (local) => {
        assert.equal(zone.toUtc(local), database.toUtc(local));
        assert.equal(zone.isSkipped(local), database.isSkipped(local));
      }),
      { numRuns: 50 },
    );
    for (let local = at('19670501T003000'); local < at('20100101T000000'); local += DAY / 2) {
      assert.equal(zone.toUtc(local), database.toUtc(local));
    }
    assert.equal(zone.isSkipped(at('19750223T023000')), true);
  });

  test('wins over the zone database, and over a name that says otherwise', () => {
    const custom = calendarWith('Europe/Berlin', observance('STANDARD', '+0300', '+0300', '19700101T000000'));
    assert.equal(zoneResolver(custom)('Europe/Berlin')?.offsetAt(0), 3 * HOUR);
    assert.equal(zoneResolver(custom)('Europe/Vienna')?.offsetAt(0), HOUR);
    assert.equal(zoneResolver(undefined)('Europe/Berlin')?.offsetAt(0), HOUR);
  });

  test('is evaluated once for all objects that hold the same one', () => {
    const one = zoneResolver(calendarWith('Custom', ...EU))('Custom');
    assert.ok(one);
    assert.equal(zoneResolver(calendarWith('Custom', ...EU))('Custom'), one);
    assert.notEqual(zoneResolver(calendarWith('Custom', ...EU.slice(1)))('Custom'), one);
  });

  test('before its first onset has the offset from which that changes', () => {
    assert.equal(own(...EU).offsetAt(at('19810329T005959Z')), HOUR);
    assert.equal(own(...EU).offsetAt(at('19810329T010000Z')), 2 * HOUR);
    assert.equal(
      own(observance('STANDARD', '+005328', '+0100', '18930401T000000')).offsetAt(at('18000101T000000Z')),
      3208,
    );
  });

  test('of Outlook begins in 1601 and lasts', () => {
    const zone = own(
      observance('STANDARD', '+0200', '+0100', '16010101T030000', 'RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10'),
      observance('DAYLIGHT', '+0100', '+0200', '16010101T020000', 'RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3'),
    );
    assert.equal(utcOf(zone, '20260329T023000'), '20260329T013000Z');
    assert.equal(utcOf(zone, '20261025T023000'), '20261025T003000Z');
    assert.equal(utcOf(zone, '99990701T000000'), '99990630T220000Z');
  });

  test('may name its days by BYMONTHDAY with BYDAY, by BYYEARDAY, by BYSETPOS or not at all', () => {
    const onset = (rule: string, start: string, year: number) => {
      const zone = own(
        observance('DAYLIGHT', '+0000', '+0100', start, `RRULE:${rule}`),
        observance('STANDARD', '+0100', '+0000', '19701231T000000', 'RRULE:FREQ=YEARLY'),
      );
      const first = at(`${year}0101T000000Z`);
      for (let day = 0; day < 366; day++) {
        if (zone.offsetAt(first + day * DAY) === 0 && zone.offsetAt(first + (day + 1) * DAY) === HOUR) {
          return formatMoment({ kind: 'date', local: first + day * DAY });
        }
      }
      return undefined;
    };
    assert.equal(
      onset('FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=8,9,10,11,12,13,14;BYDAY=SU', '19700308T020000', 2026),
      '20260308',
    );
    assert.equal(onset('FREQ=YEARLY;BYMONTH=3;BYDAY=SU;BYSETPOS=-1', '19700329T020000', 2026), '20260329');
    assert.equal(onset('FREQ=YEARLY;BYYEARDAY=-300', '19700307T020000', 2026), '20260307');
    assert.equal(onset('FREQ=YEARLY;BYDAY=10SU', '19700308T020000', 2026), '20260308');
    assert.equal(onset('FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=-1', '19700331T020000', 2026), '20260331');
    assert.equal(onset('FREQ=MONTHLY;BYMONTH=3;BYDAY=2SU', '19700308T020000', 2026), '20260308');
    assert.equal(onset('FREQ=YEARLY', '19700315T020000', 2026), '20260315');
    assert.equal(onset('FREQ=YEARLY;INTERVAL=2', '19700315T020000', 2026), '20260315');
    assert.equal(onset('FREQ=YEARLY;INTERVAL=2', '19700315T020000', 2027), undefined);
    assert.equal(onset('FREQ=YEARLY;COUNT=57', '19700315T020000', 2026), '20260315');
    assert.equal(onset('FREQ=YEARLY;COUNT=56', '19700315T020000', 2026), undefined);
    assert.equal(onset('FREQ=YEARLY;COUNT=1', '19700315T020000', 1971), undefined);
    assert.equal(onset('FREQ=YEARLY;UNTIL=20260315', '19700315T020000', 2026), '20260315');
    assert.equal(onset('FREQ=YEARLY;UNTIL=20260315T020000', '19700315T020000', 2026), '20260315');
    assert.equal(onset('FREQ=YEARLY;UNTIL=20260315T015959Z', '19700315T020000', 2026), undefined);
  });

  test('changes at the turn of the year, which UTC sees in the year before', () => {
    const zone = own(observance('STANDARD', '+0800', '+0900', '20260101T000000', 'RRULE:FREQ=YEARLY;INTERVAL=100'));
    assert.equal(zone.offsetAt(at('20251231T155959Z')), 8 * HOUR);
    assert.equal(zone.offsetAt(at('20251231T160000Z')), 9 * HOUR);
    assert.equal(zone.isSkipped(at('20260101T003000')), true);
  });

  test('that cannot be evaluated leaves the decision to its name', () => {
    const broken = [
      [],
      [observance('STANDARD', 'x', '+0300', '19700101T000000')],
      [observance('STANDARD', '+0300', '+0300', '19701301T000000')],
      [observance('STANDARD', '+0300', '+0300', '19700101T000000', 'RRULE:FREQ=DAILY')],
      [observance('STANDARD', '+0300', '+0300', '19700101T000000', 'RRULE:FREQ=YEARLY;BYDAY=0SU')],
      [observance('STANDARD', '+0300', '+0300', '19700101T000000', 'RRULE:FREQ=YEARLY;BYWEEKNO=20')],
      [observance('STANDARD', '+0300', '+0300', '19700101T000000', 'RRULE:FREQ=YEARLY;INTERVAL=0')],
      [observance('STANDARD', '+0300', '+0300', '19700101T000000', 'RRULE:FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR,SA,SU')],
    ];
    for (const observances of broken) {
      assert.equal(zoneResolver(calendarWith('Europe/Berlin', ...observances))('Europe/Berlin')?.offsetAt(0), HOUR);
      assert.equal(zoneResolver(calendarWith('Nowhere', ...observances))('Nowhere'), undefined);
    }
  });

  test('that is hostile is answered or refused with bounded work', () => {
    const dates = Array.from({ length: 50_000 }, (_, index) => `${1900 + (index % 200)}0101T000000`).join(',');
    const many = own(observance('STANDARD', '+0000', '+0100', '19700101T000000', `RDATE:${dates}`));
    assert.equal(many.offsetAt(at('20500101T000000Z')), HOUR);
    const never = observance(
      'STANDARD',
      '+0000',
      '+0100',
      '19700101T000000',
      'RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;COUNT=1000000',
    );
    assert.equal(own(...Array.from({ length: 100 }, () => never)).offsetAt(at('99990101T000000Z')), HOUR);
    const tooMany = calendarWith('Nowhere', ...Array.from({ length: 2000 }, () => never));
    assert.equal(zoneResolver(tooMany)('Nowhere'), undefined);
    const crowd = Array.from({ length: 90 }, () => never).join('\r\n');
    const zones = Array.from({ length: 20 }, (_, index) => component('VTIMEZONE', `TZID:Zone-${index}`, crowd));
    const resolve = zoneResolver(readCalendar(component('VCALENDAR', ...zones)));
    assert.equal(zones.filter((_, index) => resolve(`Zone-${index}`) !== undefined).length, 2);
  });
});

describe('The instant of a moment', () => {
  const berlin = named('Europe/Berlin');
  const zones = zoneResolver(undefined);

  test('RFC 4791 section 7.3: takes dates and floating times in the zone of the caller', () => {
    assert.equal(instantOf({ kind: 'date', local: at('20260701') }, zones, berlin), at('20260630T220000Z'));
    assert.equal(instantOf({ kind: 'floating', local: at('20260701T120000') }, zones, berlin), at('20260701T100000Z'));
    assert.equal(instantOf({ kind: 'floating', local: at('20260701T120000') }, zones, utcZone), at('20260701T120000Z'));
  });

  test('takes UTC as it is, a zone by its TZID, and an unknown zone as floating', () => {
    const local = at('20260701T120000');
    assert.equal(instantOf({ kind: 'utc', local }, zones, berlin), local);
    assert.equal(instantOf({ kind: 'zoned', local, tzid: 'America/New_York' }, zones, berlin), local + 4 * HOUR);
    assert.equal(instantOf({ kind: 'zoned', local, tzid: 'Nowhere' }, zones, berlin), local - 2 * HOUR);
  });
});

describe('RFC 7809 section 3.1.3: a VTIMEZONE for a name', () => {
  test('has the name as its TZID and the rules of the zone database', () => {
    for (const tzid of ['Europe/Berlin', 'W. Europe Standard Time', 'europe/berlin', '/example.com/Europe/Berlin']) {
      const vtimezone = vtimezoneFor(tzid);
      assert.ok(vtimezone, tzid);
      assert.equal(propertyOf(vtimezone, 'TZID')?.value, tzid);
      const calendar = { name: 'VCALENDAR', properties: [], components: [vtimezone], line: 0 };
      const zone = zoneResolver(calendar)(tzid);
      for (const month of ['01', '04', '07', '11']) {
        const instant = at(`2026${month}01T000000Z`);
        assert.equal(zone?.offsetAt(instant), named('Europe/Berlin').offsetAt(instant));
      }
    }
  });

  test('is there for aliases and absent for unknown names', () => {
    assert.equal(propertyOf(vtimezoneFor('Asia/Calcutta') ?? assert.fail(), 'TZID')?.value, 'Asia/Calcutta');
    assert.equal(vtimezoneFor('Nowhere'), undefined);
  });
});
