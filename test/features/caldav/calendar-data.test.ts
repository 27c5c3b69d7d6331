/**
 * CALDAV:calendar-data: what a request asks for, and what of an object is answered.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DavError, PreconditionViolated } from '../../../src/dav/errors.ts';
import { calendarData, parseCalendarData } from '../../../src/features/caldav/calendar-data.ts';
import { type InstanceBudget, instanceBudget, TooManyInstances } from '../../../src/features/caldav/instance-budget.ts';
import type { TimeZone } from '../../../src/formats/icalendar/moment.ts';
import { readCalendar } from '../../../src/formats/icalendar/read.ts';
import { utcZone, zoneResolver } from '../../../src/formats/icalendar/timezones.ts';
import { localOf } from '../../../src/formats/xml/name.ts';
import { component, event, object, todo, xml, zone } from './objects.ts';

interface Options {
  readonly floating?: TimeZone;
  readonly budget?: InstanceBudget;
}

function data(
  inside: string,
  stored: string,
  { floating = utcZone, budget = instanceBudget(1000) }: Options = {},
): string {
  const request = parseCalendarData(xml(`<calendar-data>${inside}</calendar-data>`));
  const parsed = () => {
    const calendar = readCalendar(stored);
    return { calendar, zones: zoneResolver(calendar) };
  };
  return calendarData(request, parsed, stored, { floating, budget });
}

/** The lines of each component of a name in a text, without what lies in it. */
function linesOf(text: string, name: string): readonly (readonly string[])[] {
  const calendar = readCalendar(text);
  return calendar.components
    .filter((one) => one.name === name)
    .map(({ properties }) =>
      properties.map(({ name: property, parameters, value }) => {
        const written = parameters.map((one) => `;${one.name}=${one.values.join(',')}`);
        return `${property}${written.join('')}:${value}`;
      }),
    );
}

const JANUARY = 'start="20260101T000000Z" end="20260201T000000Z"';

function expand(stored: string, range = JANUARY, options: Options = {}): string {
  return data(`<expand ${range}/>`, stored, options);
}

/** Per VEVENT, the lines but UID and SUMMARY. */
function timesIn(text: string, name = 'VEVENT'): readonly string[] {
  return linesOf(text, name).map((lines) => lines.filter((line) => !/^(UID|SUMMARY)/.test(line)).join(' '));
}

describe('the request', () => {
  function refusal(text: string): DavError {
    try {
      parseCalendarData(xml(text));
    } catch (error) {
      if (error instanceof DavError) return error;
      throw error;
    }
    throw new assert.AssertionError({ message: `${text} was not refused` });
  }

  test('RFC 4791 section 9.6: media types other than iCalendar 2.0 are refused', () => {
    for (const attributes of ['content-type="application/calendar+cbor"', 'version="1.0"', 'content-type=""']) {
      const error = refusal(`<calendar-data ${attributes}/>`);
      assert.ok(error instanceof PreconditionViolated);
      assert.equal(localOf(error.condition.name), 'supported-calendar-data');
    }
    assert.equal(parseCalendarData(xml('<calendar-data content-type="Text/Calendar" version="2.0"/>')).comp, undefined);
  });

  test('RFC 4791 section 9.6.5: ranges have two bounds in UTC, in order', () => {
    for (const name of ['expand', 'limit-recurrence-set', 'limit-freebusy-set']) {
      for (const bounds of [
        '',
        'start="20260101T000000Z"',
        'start="20260101" end="20260102"',
        'start="20260102T000000Z" end="20260102T000000Z"',
      ]) {
        assert.equal(refusal(`<calendar-data><${name} ${bounds}/></calendar-data>`).status, 400);
      }
    }
    assert.equal(
      refusal(`<calendar-data><expand ${JANUARY}/><limit-recurrence-set ${JANUARY}/></calendar-data>`).status,
      400,
    );
    assert.equal(refusal('<calendar-data><comp name="VEVENT"/></calendar-data>').status, 400);
    assert.equal(refusal('<calendar-data><comp name="VCALENDAR"><prop/></comp></calendar-data>').status, 400);
  });
});

describe('partial retrieval', () => {
  const stored = object(
    component(
      'VTIMEZONE',
      'TZID:Own',
      component('STANDARD', 'DTSTART:19700101T000000', 'TZOFFSETFROM:+0100', 'TZOFFSETTO:+0100'),
    ),
    event(
      'DTSTART;TZID=Own:20260105T100000',
      'SUMMARY;LANGUAGE=en:Tea',
      component('VALARM', 'ACTION:AUDIO', 'TRIGGER:PT0S'),
    ),
  );

  test('the whole object is answered byte for byte, and not read', () => {
    const bytes = 'BEGIN:VCALENDAR\nX-LOOSE : kept\nEND:VCALENDAR';
    const view = { floating: utcZone, budget: instanceBudget(1) };
    const request = parseCalendarData(xml('<calendar-data/>'));
    assert.equal(
      calendarData(request, () => assert.fail('it was read'), bytes, view),
      bytes,
    );
  });

  test('RFC 4791 section 7.8.1: named properties and components, and an empty comp for all of one', () => {
    const part = data(
      '<comp name="vcalendar"><prop name="version"/><comp name="VEVENT"><prop name="UID"/><prop name="X-NONE"/></comp><comp name="VTIMEZONE"/></comp>',
      stored,
    );
    assert.equal(
      part,
      [
        'BEGIN:VCALENDAR',
        'VERSION:2.0',
        'BEGIN:VTIMEZONE',
        'TZID:Own',
        'BEGIN:STANDARD',
        'DTSTART:19700101T000000',
        'TZOFFSETFROM:+0100',
        'TZOFFSETTO:+0100',
        'END:STANDARD',
        'END:VTIMEZONE',
        'BEGIN:VEVENT',
        'UID:one@example.com',
        'END:VEVENT',
        'END:VCALENDAR',
        '',
      ].join('\r\n'),
    );
  });

  test('RFC 4791 section 9.6.4: novalue leaves the name and the parameters', () => {
    const part = data(
      '<comp name="VCALENDAR"><comp name="VEVENT"><prop name="SUMMARY" novalue="yes"/></comp></comp>',
      stored,
    );
    assert.equal(part, 'BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY;LANGUAGE=en:\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n');
  });

  test('RFC 4791 section 9.6.1: allprop without components, allcomp without properties', () => {
    const props = data('<comp name="VCALENDAR"><allcomp/></comp>', stored);
    assert.deepEqual(readCalendar(props).properties, []);
    assert.equal(readCalendar(props).components.length, 2);
    const bare = data('<comp name="VCALENDAR"><comp name="VEVENT"><allprop/></comp></comp>', stored);
    const [only] = readCalendar(bare).components;
    assert.equal(only?.properties.length, 3);
    assert.deepEqual(only?.components, []);
    assert.equal(data('<comp name="VCALENDAR"><allprop/><allcomp/></comp>', stored), stored);
  });
});

describe('expand', () => {
  test('RFC 4791 section 9.6.5: times in a zone become UTC, recurrence and time zones go, the rest stays', () => {
    const stored = object(
      component('VTIMEZONE', 'TZID:Europe/Berlin'),
      event(
        'DTSTART;TZID=Europe/Berlin:20260328T090000',
        'DTEND;TZID=Europe/Berlin:20260328T100000',
        'RRULE:FREQ=DAILY',
        'EXDATE;TZID=Europe/Berlin:20260330T090000',
        'RDATE;TZID=Europe/Berlin:20260329T120000',
        'SUMMARY:Tea',
        'X-SEEN;TZID=Europe/Berlin:20260101T120000',
        component('VALARM', 'ACTION:AUDIO', 'TRIGGER:-PT5M'),
      ),
    );
    const text = expand(stored, 'start="20260328T000000Z" end="20260401T000000Z"');
    assert.deepEqual(timesIn(text), [
      'DTSTART:20260328T080000Z DTEND:20260328T090000Z RECURRENCE-ID:20260328T080000Z X-SEEN:20260101T110000Z',
      'DTSTART:20260329T070000Z DTEND:20260329T080000Z RECURRENCE-ID:20260329T070000Z X-SEEN:20260101T110000Z',
      'DTSTART:20260329T100000Z DTEND:20260329T110000Z RECURRENCE-ID:20260329T100000Z X-SEEN:20260101T110000Z',
      'DTSTART:20260331T070000Z DTEND:20260331T080000Z RECURRENCE-ID:20260331T070000Z X-SEEN:20260101T110000Z',
    ]);
    assert.doesNotMatch(text, /VTIMEZONE|RRULE|EXDATE|RDATE|TZID/);
    assert.equal(readCalendar(text).components[3]?.components[0]?.name, 'VALARM');
    assert.match(text, /^BEGIN:VCALENDAR\r\nVERSION:2\.0\r\n/);
  });

  test('Q-9-16 every instance of a recurring object has its RECURRENCE-ID; a single event has none', () => {
    const single = object(event('DTSTART:20260105T100000Z', 'SUMMARY:Tea'));
    assert.deepEqual(timesIn(expand(single)), ['DTSTART:20260105T100000Z']);
    assert.deepEqual(timesIn(expand(single, 'start="20260106T000000Z" end="20260107T000000Z"')), []);
    const first = object(event('DTSTART:20260105T100000Z', 'RRULE:FREQ=YEARLY'));
    assert.deepEqual(timesIn(expand(first)), ['DTSTART:20260105T100000Z RECURRENCE-ID:20260105T100000Z']);
  });

  test('RFC 4791 section 9.6.5: dates stay dates, and floating times stay floating', () => {
    const days = object(event('DTSTART;VALUE=DATE:20260105', 'DTEND;VALUE=DATE:20260107', 'RRULE:FREQ=WEEKLY;COUNT=2'));
    assert.deepEqual(timesIn(expand(days)), [
      'DTSTART;VALUE=DATE:20260105 DTEND;VALUE=DATE:20260107 RECURRENCE-ID;VALUE=DATE:20260105',
      'DTSTART;VALUE=DATE:20260112 DTEND;VALUE=DATE:20260114 RECURRENCE-ID;VALUE=DATE:20260112',
    ]);
    const floating = object(event('DTSTART:20260105T220000', 'DURATION:PT1H', 'RRULE:FREQ=WEEKLY;COUNT=2'));
    const here = { floating: zone('America/New_York') };
    assert.deepEqual(timesIn(expand(floating, 'start="20260106T030000Z" end="20260106T040000Z"', here)), [
      'DTSTART:20260105T220000 DURATION:PT1H RECURRENCE-ID:20260105T220000',
    ]);
  });

  test('a zone that nobody knows is that of the reader', () => {
    const stored = object(event('DTSTART;TZID=Nowhere:20260105T100000', 'RRULE:FREQ=DAILY;COUNT=1'));
    assert.deepEqual(timesIn(expand(stored, JANUARY, { floating: zone('Asia/Tokyo') })), [
      'DTSTART:20260105T010000Z RECURRENCE-ID:20260105T010000Z',
    ]);
  });

  test('RFC 4791 section 9.6.5: overrides take the place of what they replace', () => {
    const stored = object(
      event('DTSTART:20260105T100000Z', 'DURATION:PT1H', 'RRULE:FREQ=WEEKLY;COUNT=3', 'SUMMARY:Tea'),
      event(
        'RECURRENCE-ID;TZID=Europe/Berlin:20260112T110000',
        'DTSTART;TZID=Europe/Berlin:20260113T120000',
        'DTEND;TZID=Europe/Berlin:20260113T123000',
        'SUMMARY:Cake',
      ),
      event('RECURRENCE-ID:20260119T100000Z', 'DTSTART:20260205T100000Z', 'DURATION:PT1H', 'SUMMARY:Later'),
    );
    assert.deepEqual(timesIn(expand(stored)), [
      'DTSTART:20260105T100000Z DURATION:PT1H RECURRENCE-ID:20260105T100000Z',
      'DTSTART:20260113T110000Z DTEND:20260113T113000Z RECURRENCE-ID:20260112T100000Z',
    ]);
    assert.match(expand(stored), /SUMMARY:Cake/);
    assert.deepEqual(timesIn(expand(stored, 'start="20260201T000000Z" end="20260301T000000Z"')), [
      'DTSTART:20260205T100000Z DURATION:PT1H RECURRENCE-ID:20260119T100000Z',
    ]);
  });

  test('RFC 5545 section 3.2.13: an override for all that follow shifts each of them', () => {
    const stored = object(
      event('DTSTART:20260105T100000Z', 'RRULE:FREQ=DAILY;COUNT=3', 'SUMMARY:Tea'),
      event('RECURRENCE-ID;RANGE=THISANDFUTURE:20260106T100000Z', 'DTSTART:20260106T110000Z', 'SUMMARY:Cake'),
    );
    assert.deepEqual(timesIn(expand(stored)), [
      'DTSTART:20260105T100000Z RECURRENCE-ID:20260105T100000Z',
      'DTSTART:20260106T110000Z RECURRENCE-ID:20260106T100000Z',
      'DTSTART:20260107T110000Z RECURRENCE-ID:20260107T100000Z',
    ]);
  });

  test('an override that says no times has those that were planned', () => {
    const stored = object(
      event('DTSTART;VALUE=DATE:20260105', 'DURATION:P3D', 'RRULE:FREQ=WEEKLY;COUNT=2'),
      event('RECURRENCE-ID;VALUE=DATE:20260112', 'SUMMARY:Cake'),
    );
    assert.deepEqual(timesIn(expand(stored)), [
      'DTSTART;VALUE=DATE:20260105 DURATION:P3D RECURRENCE-ID;VALUE=DATE:20260105',
      'DTSTART;VALUE=DATE:20260112 DTEND;VALUE=DATE:20260115 RECURRENCE-ID;VALUE=DATE:20260112',
    ]);
  });

  test('RFC 5545 section 3.3.6: a DURATION is written anew where UTC, or an RDATE, makes it another', () => {
    const overnight = object(
      event('DTSTART;TZID=Europe/Berlin:20260327T120000', 'DURATION:P1D', 'RRULE:FREQ=DAILY;COUNT=3'),
    );
    assert.deepEqual(timesIn(expand(overnight, 'start="20260301T000000Z" end="20260401T000000Z"')), [
      'DTSTART:20260327T110000Z DURATION:P1D RECURRENCE-ID:20260327T110000Z',
      'DTSTART:20260328T110000Z DURATION:PT23H RECURRENCE-ID:20260328T110000Z',
      'DTSTART:20260329T100000Z DURATION:P1D RECURRENCE-ID:20260329T100000Z',
    ]);
    const periods = (...lines: string[]) =>
      timesIn(
        expand(object(event('DTSTART:20260105T100000Z', ...lines, 'RDATE;VALUE=PERIOD:20260106T100000Z/PT3H'))),
      )[1];
    assert.equal(periods('DURATION:PT1H'), 'DTSTART:20260106T100000Z DURATION:PT3H RECURRENCE-ID:20260106T100000Z');
    assert.equal(periods(), 'DTSTART:20260106T100000Z DTEND:20260106T130000Z RECURRENCE-ID:20260106T100000Z');
  });

  test('RFC 5545 section 3.8.4.4: in the hour that comes twice, the RECURRENCE-ID is that of the instance', () => {
    const stored = object(
      event('DTSTART;TZID=America/New_York:20261101T003000', 'RRULE:FREQ=DAILY;COUNT=1', 'RDATE:20261101T063000Z'),
    );
    assert.deepEqual(timesIn(expand(stored, 'start="20261101T000000Z" end="20261102T000000Z"')), [
      'DTSTART:20261101T043000Z RECURRENCE-ID:20261101T043000Z',
      'DTSTART:20261101T063000Z RECURRENCE-ID:20261101T063000Z',
    ]);
  });

  test('RFC 4791 section 9.9: tasks by their due dates, and tasks that are not planned', () => {
    const due = object(todo('DUE;TZID=Europe/Berlin:20260105T100000', 'RRULE:FREQ=WEEKLY;COUNT=2'));
    assert.deepEqual(timesIn(expand(due), 'VTODO'), [
      'DUE:20260105T090000Z RECURRENCE-ID:20260105T090000Z',
      'DUE:20260112T090000Z RECURRENCE-ID:20260112T090000Z',
    ]);
    assert.deepEqual(timesIn(expand(object(todo('DURATION:PT1H', 'RRULE:FREQ=DAILY'))), 'VTODO'), ['DURATION:PT1H']);
    assert.deepEqual(timesIn(expand(object(todo('COMPLETED:20250101T000000Z'))), 'VTODO'), []);
  });

  test('RFC 4791 section 9.6: with partial retrieval, what is named and the RECURRENCE-ID', () => {
    const stored = object(
      component('VTIMEZONE', 'TZID:Europe/Berlin'),
      event(
        'DTSTART;TZID=Europe/Berlin:20260105T100000',
        'DURATION:PT1H',
        'RRULE:FREQ=DAILY;COUNT=1',
        'SUMMARY:Tea',
        component('VALARM', 'TRIGGER:PT0S'),
      ),
    );
    const part = (props: string) =>
      data(
        `<comp name="VCALENDAR"><comp name="VEVENT">${props}</comp><comp name="VTIMEZONE"/></comp><expand ${JANUARY}/>`,
        stored,
      );
    const lines = (props: string) => part(props).split('\r\n').slice(2, -3);
    assert.deepEqual(lines('<prop name="SUMMARY"/>'), ['RECURRENCE-ID:20260105T090000Z', 'SUMMARY:Tea']);
    assert.deepEqual(lines('<prop name="DTSTART" novalue="yes"/><prop name="DURATION"/><prop name="RRULE"/>'), [
      'DTSTART:',
      'DURATION:PT1H',
      'RECURRENCE-ID:20260105T090000Z',
    ]);
    assert.equal(
      data(`<comp name="VCALENDAR"><comp name="VTODO"/></comp><expand ${JANUARY}/>`, stored),
      'BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n',
    );
  });

  test('RFC 7953 section 3.1: an availability stays as it is', () => {
    const available = component(
      'AVAILABLE',
      'DTSTART;TZID=Europe/Berlin:20260105T090000',
      'DURATION:PT8H',
      'RRULE:FREQ=DAILY',
    );
    const stored = object(component('VTIMEZONE', 'TZID:Europe/Berlin'), component('VAVAILABILITY', 'UID:1', available));
    assert.equal(expand(stored), stored);
  });

  test('S9 long lines are folded, and instances beyond the budget of the report end it', () => {
    const long = object(event('DTSTART:20260101T000000Z', 'RRULE:FREQ=DAILY', `SUMMARY:${'tea '.repeat(40)}`));
    const budget = instanceBudget(40);
    assert.ok(
      expand(long, JANUARY, { budget })
        .split('\r\n')
        .every((line) => line.length <= 75),
    );
    assert.equal(budget.instances, 9);
    assert.throws(() => expand(long, JANUARY, { budget }), TooManyInstances);
    assert.throws(() => expand(long, JANUARY, { budget: { ...instanceBudget(1000), text: 5000 } }), TooManyInstances);
    const endless = object(event('DTSTART:20260101T000000Z', 'RRULE:FREQ=SECONDLY'));
    assert.throws(() => expand(endless, 'start="20260101T000000Z" end="21260101T000000Z"'), TooManyInstances);
  });

  test('what has more properties than is read of any text is too much in another form', () => {
    const many = Array.from({ length: 250 }, (_, index) => `X-${index}:1`);
    const series = object(event('DTSTART:20260101T000000Z', 'RRULE:FREQ=HOURLY;COUNT=900', ...many));
    const inside = '<expand start="20260101T000000Z" end="20270101T000000Z"/>';
    const typed = `<calendar-data content-type="application/calendar+json">${inside}</calendar-data>`;
    const tree = readCalendar(series);
    const parsed = () => ({ calendar: tree, zones: zoneResolver(tree) });
    const budget = instanceBudget(1000);
    assert.throws(
      () => calendarData(parseCalendarData(xml(typed)), parsed, series, { floating: utcZone, budget }),
      TooManyInstances,
    );
    assert.equal(budget.instances, 100);
  });

  test('single events cost nothing of the budget', () => {
    const budget = instanceBudget(0);
    const single = object(event('DTSTART:20260105T100000Z'));
    assert.deepEqual(timesIn(expand(single, JANUARY, { budget })), ['DTSTART:20260105T100000Z']);
  });
});

describe('limit-recurrence-set', () => {
  const limit = (stored: string) => data(`<limit-recurrence-set ${JANUARY}/>`, stored);

  test('RFC 4791 section 9.6.6: the master, and overrides that are or were to be in the range', () => {
    const stored = object(
      component('VTIMEZONE', 'TZID:Europe/Berlin'),
      event('DTSTART:20251201T230000Z', 'DURATION:PT2H', 'RRULE:FREQ=DAILY', 'SUMMARY:Master'),
      event('RECURRENCE-ID:20251205T230000Z', 'DTSTART:20251205T220000Z', 'SUMMARY:Before'),
      event('RECURRENCE-ID:20251206T230000Z', 'DTSTART:20260105T220000Z', 'SUMMARY:Moved in'),
      event('RECURRENCE-ID:20251231T230000Z', 'DTSTART:20251231T200000Z', 'SUMMARY:Was to last until the start'),
      event('RECURRENCE-ID:20260110T230000Z', 'DTSTART:20260301T220000Z', 'SUMMARY:Moved out'),
      event('RECURRENCE-ID:20260201T230000Z', 'DTSTART:20260202T220000Z', 'SUMMARY:After'),
    );
    const text = limit(stored);
    assert.deepEqual(
      linesOf(text, 'VEVENT').map((lines) => lines.at(-1)),
      ['SUMMARY:Master', 'SUMMARY:Moved in', 'SUMMARY:Was to last until the start', 'SUMMARY:Moved out'],
    );
    assert.equal(linesOf(text, 'VTIMEZONE').length, 1);
    assert.match(text, /RRULE:FREQ=DAILY/);
  });

  test('RFC 4791 section 9.6.6: an override for all that follow matters to all later ranges', () => {
    const series = (planned: string) =>
      object(
        event('DTSTART:20251101T100000Z', 'RRULE:FREQ=DAILY'),
        event(`RECURRENCE-ID;RANGE=THISANDFUTURE:${planned}`, `DTSTART:${planned}`, 'SUMMARY:Changed'),
      );
    assert.match(limit(series('20251110T100000Z')), /Changed/);
    assert.doesNotMatch(limit(series('20260210T100000Z')), /Changed/);
  });

  test('what loses nothing stays byte for byte', () => {
    const stored = `${object(event('DTSTART:20200101T100000Z'))}\n`;
    assert.equal(limit(stored), stored);
  });
});

test('RFC 4791 section 9.6.7: limit-freebusy-set leaves the periods in the range', () => {
  const stored = object(
    component(
      'VFREEBUSY',
      'UID:one@example.com',
      'FREEBUSY:20251231T230000Z/PT1H,20251231T233000Z/PT1H,20260115T100000Z/20260115T110000Z',
      'FREEBUSY;FBTYPE=BUSY-TENTATIVE:20260201T000000Z/PT1H',
    ),
  );
  assert.deepEqual(linesOf(data(`<limit-freebusy-set ${JANUARY}/>`, stored), 'VFREEBUSY'), [
    ['UID:one@example.com', 'FREEBUSY:20251231T233000Z/PT1H,20260115T100000Z/20260115T110000Z'],
  ]);
  const other = object(event('DTSTART:20200101T100000Z'));
  assert.equal(data(`<limit-freebusy-set ${JANUARY}/>`, other), other);
});
