/**
 * Whether calendar objects match filters.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseFilter } from '../../../src/features/caldav/filter.ts';
import { matches } from '../../../src/features/caldav/filter-match.ts';
import type { Component } from '../../../src/formats/icalendar/component.ts';
import type { TimeZone } from '../../../src/formats/icalendar/moment.ts';
import { component, event, filterXml, read, todo, view, zone } from './objects.ts';

function found(inside: string, calendar: Component, floating?: TimeZone): boolean {
  return matches(parseFilter(filterXml(inside)), calendar, view(calendar, floating));
}

function inEvent(inside: string): string {
  return `<comp-filter name="VEVENT">${inside}</comp-filter>`;
}

function prop(name: string, inside = ''): string {
  return `<prop-filter name="${name}">${inside}</prop-filter>`;
}

function range(start: string, end = ''): string {
  return `<time-range${start && ` start="${start}"`}${end && ` end="${end}"`}/>`;
}

describe('comp-filter', () => {
  const plain = read(event('DTSTART:20260105T100000Z', 'SUMMARY:Tea'));

  test('RFC 4791 section 9.7.1: an empty one asks whether there is such a component', () => {
    assert.equal(found('', plain), true);
    assert.equal(found(inEvent(''), plain), true);
    assert.equal(found('<comp-filter name="VTODO"/>', plain), false);
    assert.equal(found('<comp-filter name="X-UNKNOWN"/>', plain), false);
  });

  test('RFC 4791 section 9.7.4: is-not-defined at each level', () => {
    assert.equal(found('<comp-filter name="VTODO"><is-not-defined/></comp-filter>', plain), true);
    assert.equal(found(inEvent('<is-not-defined/>'), plain), false);
    const noAlarm = inEvent('<comp-filter name="VALARM"><is-not-defined/></comp-filter>');
    assert.equal(found(noAlarm, plain), true);
    assert.equal(found(noAlarm, read(event('DTSTART:20260105T100000Z', component('VALARM', 'TRIGGER:PT0S')))), false);
    assert.equal(found(inEvent(prop('LOCATION', '<is-not-defined/>')), plain), true);
    assert.equal(found(inEvent(prop('SUMMARY', '<is-not-defined/>')), plain), false);
    assert.equal(
      found(inEvent(prop('SUMMARY', '<param-filter name="LANGUAGE"><is-not-defined/></param-filter>')), plain),
      true,
    );
  });

  test('RFC 4791 section 9.7.1: conditions hold for one and the same component', () => {
    const two = read(
      event('DTSTART:20260105T100000Z', 'RRULE:FREQ=DAILY', 'SUMMARY:Tea', 'LOCATION:Kitchen'),
      event('RECURRENCE-ID:20260107T100000Z', 'DTSTART:20260107T100000Z', 'SUMMARY:Cake', 'LOCATION:Garden'),
    );
    const both = (summary: string, location: string) =>
      inEvent(
        prop('SUMMARY', `<text-match>${summary}</text-match>`) +
          prop('LOCATION', `<text-match>${location}</text-match>`),
      );
    assert.equal(found(both('tea', 'kitchen'), two), true);
    assert.equal(found(both('cake', 'garden'), two), true);
    assert.equal(found(both('tea', 'garden'), two), false);
  });

  test('RFC 4791 section 9.7.1: properties of VCALENDAR, and components in VTIMEZONE', () => {
    const zoned = read(
      component(
        'VTIMEZONE',
        'TZID:Own',
        component('STANDARD', 'DTSTART:19700101T000000', 'TZOFFSETFROM:+0100', 'TZOFFSETTO:+0100'),
      ),
      event('DTSTART;TZID=Own:20260105T100000'),
    );
    assert.equal(found(prop('PRODID', '<text-match>example</text-match>'), zoned), true);
    assert.equal(found(prop('METHOD'), zoned), false);
    assert.equal(found('<comp-filter name="VTIMEZONE"><comp-filter name="STANDARD"/></comp-filter>', zoned), true);
    assert.equal(found('<comp-filter name="VTIMEZONE"><comp-filter name="DAYLIGHT"/></comp-filter>', zoned), false);
  });
});

describe('time-range of components', () => {
  test('Q-0-11 open ranges, DURATION, whole days, and series from long ago are found', () => {
    const lasting = read(event('DTSTART:20260105T100000Z', 'DURATION:PT2H'));
    assert.equal(found(inEvent(range('20260105T110000Z')), lasting), true);
    assert.equal(found(inEvent(range('20260105T120000Z')), lasting), false);
    assert.equal(found(inEvent(range('', '20260105T100001Z')), lasting), true);
    assert.equal(found(inEvent(range('', '20260105T100000Z')), lasting), false);
    const birthday = read(event('DTSTART;VALUE=DATE:19660228', 'RRULE:FREQ=YEARLY'));
    assert.equal(found(inEvent(range('20660228T120000Z', '20660228T130000Z')), birthday), true);
    assert.equal(found(inEvent(range('20660301T000000Z', '20660302T000000Z')), birthday), false);
  });

  test('RFC 4791 section 7.3: whole days and floating times are those of the reader', () => {
    const day = read(event('DTSTART;VALUE=DATE:20260105'));
    const morning = inEvent(range('20260104T150000Z', '20260104T160000Z'));
    assert.equal(found(morning, day), false);
    assert.equal(found(morning, day, zone('Asia/Tokyo')), true);
  });

  test('RFC 4791 section 9.9: overrides count where they are, not where they were planned', () => {
    const moved = read(
      event('DTSTART:20260105T100000Z', 'DURATION:PT1H', 'RRULE:FREQ=DAILY;COUNT=3'),
      event('RECURRENCE-ID:20260106T100000Z', 'DTSTART:20260120T100000Z', 'DURATION:PT1H', 'SUMMARY:Moved'),
    );
    assert.equal(found(inEvent(range('20260106T000000Z', '20260107T000000Z')), moved), false);
    assert.equal(found(inEvent(range('20260120T000000Z', '20260121T000000Z')), moved), true);
  });

  test('RFC 4791 section 9.7.1: the component with the instance in the range is that with the property', () => {
    const series = read(
      event('DTSTART:20260105T100000Z', 'DURATION:PT1H', 'RRULE:FREQ=DAILY', 'SUMMARY:Tea'),
      event('RECURRENCE-ID:20260107T100000Z', 'DTSTART:20260107T100000Z', 'DURATION:PT1H', 'SUMMARY:Cake'),
    );
    const on = (day: string, summary: string) =>
      inEvent(
        `${range(`202601${day}T000000Z`, `202601${day}T235959Z`)}${prop('SUMMARY', `<text-match>${summary}</text-match>`)}`,
      );
    assert.equal(found(on('06', 'tea'), series), true);
    assert.equal(found(on('06', 'cake'), series), false);
    assert.equal(found(on('07', 'cake'), series), true);
    assert.equal(found(on('07', 'tea'), series), false);
  });

  test('an override long past is not looked for in an endless series', () => {
    const series = read(
      event('DTSTART:20260105T100000Z', 'RRULE:FREQ=SECONDLY', 'SUMMARY:Tick'),
      event('RECURRENCE-ID:20260105T100001Z', 'DTSTART:20260105T100001Z', 'SUMMARY:Tock'),
    );
    const later = inEvent(range('20270101T000000Z') + prop('SUMMARY', '<text-match>Tock</text-match>'));
    const looked = view(series);
    assert.equal(matches(parseFilter(filterXml(later)), series, looked), false);
    assert.equal(looked.budget.instances, 10_000);
  });

  test('RFC 5545 section 3.2.13: an override for all that follow is looked for among its own instances alone', () => {
    const series = read(
      event('DTSTART:20260105T100000Z', 'RRULE:FREQ=DAILY', 'SUMMARY:Tea'),
      event('RECURRENCE-ID;RANGE=THISANDFUTURE:20260201T100000Z', 'DTSTART:20260201T110000Z', 'SUMMARY:Cake'),
    );
    const cake = (span: string) => inEvent(span + prop('SUMMARY', '<text-match>cake</text-match>'));
    assert.equal(found(cake(range('20260301T000000Z', '20260302T000000Z')), series), true);
    assert.equal(found(cake(range('20260106T000000Z', '20260108T000000Z')), series), false);
    const looked = view(series, undefined, 10);
    assert.equal(
      matches(parseFilter(filterXml(cake(range('20260106T000000Z', '20260131T000000Z')))), series, looked),
      false,
    );
    assert.equal(looked.budget.instances, 10 - series.components.length);
  });

  test('RFC 4791 section 9.9: tasks without start and end, journals without start, busy time', () => {
    const anyTime = '<comp-filter name="VTODO"><time-range start="20260101T000000Z"/></comp-filter>';
    assert.equal(found(anyTime, read(todo('SUMMARY:Someday'))), true);
    assert.equal(found(anyTime, read(todo('COMPLETED:20250101T000000Z'))), false);
    assert.equal(found(anyTime, read(todo('DTSTART:20251231T230000Z', 'DURATION:PT2H'))), true);
    const journal = '<comp-filter name="VJOURNAL"><time-range start="20260101T000000Z"/></comp-filter>';
    assert.equal(found(journal, read(component('VJOURNAL', 'UID:1', 'SUMMARY:Thoughts'))), false);
    const busy =
      '<comp-filter name="VFREEBUSY"><time-range start="20260101T000000Z" end="20260102T000000Z"/></comp-filter>';
    assert.equal(found(busy, read(component('VFREEBUSY', 'UID:1', 'FREEBUSY:20260101T100000Z/PT1H'))), true);
    assert.equal(found(busy, read(component('VFREEBUSY', 'UID:1', 'FREEBUSY:20260103T100000Z/PT1H'))), false);
  });
});

describe('alarms', () => {
  const alarmed = read(
    event(
      'DTSTART:20260105T100000Z',
      'RRULE:FREQ=WEEKLY',
      'SUMMARY:Tea',
      component('VALARM', 'ACTION:AUDIO', 'TRIGGER:-PT30M'),
      component('VALARM', 'ACTION:DISPLAY', 'TRIGGER:-P1D'),
    ),
    event('RECURRENCE-ID:20260112T100000Z', 'DTSTART:20260112T100000Z', 'SUMMARY:Silent'),
  );
  const alarm = (inside: string) => inEvent(`<comp-filter name="VALARM">${inside}</comp-filter>`);

  test('RFC 4791 section 9.9: an alarm is found by the time of any of its triggers', () => {
    assert.equal(found(alarm(range('20260119T093000Z', '20260119T093001Z')), alarmed), true);
    assert.equal(found(alarm(range('20260119T093001Z', '20260119T100000Z')), alarmed), false);
    assert.equal(found(alarm(range('20260118T100000Z', '20260118T100001Z')), alarmed), true);
  });

  test('RFC 4791 section 9.7.1: time and properties are those of one alarm', () => {
    const audio = prop('ACTION', '<text-match>AUDIO</text-match>');
    assert.equal(found(alarm(range('20260119T093000Z', '20260119T093001Z') + audio), alarmed), true);
    assert.equal(found(alarm(range('20260118T100000Z', '20260118T100001Z') + audio), alarmed), false);
  });

  test('RFC 4791 section 9.7.1: an override has alarms of its own', () => {
    assert.equal(found(alarm(range('20260112T090000Z', '20260112T100000Z')), alarmed), false);
    const loud = read(
      event('DTSTART:20260105T100000Z', 'DURATION:PT2H', 'RRULE:FREQ=WEEKLY', 'SUMMARY:Tea'),
      event(
        'RECURRENCE-ID:20260112T100000Z',
        'SUMMARY:Loud',
        component('VALARM', 'ACTION:AUDIO', 'TRIGGER;RELATED=END:PT0S'),
      ),
    );
    const at = alarm(range('20260112T120000Z', '20260112T120001Z'));
    assert.equal(found(at, loud), true);
    const named = (summary: string) =>
      at.replace('<comp-filter name="VALARM">', `${prop('SUMMARY', `<text-match>${summary}</text-match>`)}$&`);
    assert.equal(found(named('loud'), loud), true);
    assert.equal(found(named('tea'), loud), false);
  });

  test('RFC 4791 section 7.8.5: tasks by the time of their alarms', () => {
    const task = read(todo('DUE:20260106T000000Z', component('VALARM', 'ACTION:AUDIO', 'TRIGGER;RELATED=END:-PT10M')));
    const filter = (start: string, end: string) =>
      `<comp-filter name="VTODO"><comp-filter name="VALARM">${range(start, end)}</comp-filter></comp-filter>`;
    assert.equal(found(filter('20260105T100000Z', '20260106T100000Z'), task), true);
    assert.equal(found(filter('20260106T000000Z', '20260107T000000Z'), task), false);
  });
});

describe('prop-filter', () => {
  test('RFC 4791 section 9.9: times of properties, with the effective DTEND and DUE', () => {
    const at = (name: string, calendar: Component, from: string, to: string) =>
      found(
        `<comp-filter name="${calendar.components[0]?.name}">${prop(name, range(from, to))}</comp-filter>`,
        calendar,
      );
    const stamped = read(event('DTSTAMP:20260101T000000Z', 'DTSTART:20260105T100000Z', 'DURATION:PT1H'));
    assert.equal(at('DTSTAMP', stamped, '20260101T000000Z', '20260101T000001Z'), true);
    assert.equal(at('DTSTAMP', stamped, '20251231T000000Z', '20260101T000000Z'), false);
    assert.equal(at('CREATED', stamped, '20251231T000000Z', '20270101T000000Z'), false);
    assert.equal(at('DTEND', stamped, '20260105T110000Z', '20260105T110001Z'), true);
    assert.equal(at('DTEND', stamped, '20260105T100000Z', '20260105T110000Z'), false);
    const task = read(todo('DTSTART:20260105T100000Z', 'DURATION:PT1H'));
    assert.equal(at('DUE', task, '20260105T110000Z', '20260105T110001Z'), true);
    assert.equal(at('DTEND', task, '20260105T110000Z', '20260105T110001Z'), false);
    assert.equal(at('DTEND', read(event('DTSTART:20260105T100000Z')), '20260101T000000Z', '20270101T000000Z'), false);
  });

  test('RFC 4791 section 9.7.5: texts are compared without escapes, by the collation', () => {
    const calendar = read(event('DTSTART:20260105T100000Z', 'SUMMARY:Tea\\, cake\\nand Crème'));
    const text = (pattern: string, attributes = '') =>
      found(inEvent(prop('SUMMARY', `<text-match ${attributes}>${pattern}</text-match>`)), calendar);
    assert.equal(text('tea, CAKE'), true);
    assert.equal(text('tea, CAKE', 'collation="i;octet"'), false);
    assert.equal(text('Tea, cake', 'collation="i;octet"'), true);
    assert.equal(text('cake\nand'), true);
    assert.equal(text('CRÈME'), false);
    assert.equal(text('CRÈME', 'collation="i;unicode-casemap"'), true);
    assert.equal(text(''), true);
    assert.equal(text('tea', 'match-type="starts-with"'), true);
    assert.equal(text('tea', 'match-type="equals"'), false);
    assert.equal(text('coffee', 'negate-condition="yes"'), true);
    assert.equal(text('tea', 'negate-condition="yes"'), false);
  });

  test('RFC 4791 section 9.7.2: a property that is not there matches no text, negated or not', () => {
    const calendar = read(event('DTSTART:20260105T100000Z'));
    for (const negated of ['yes', 'no']) {
      const match = `<text-match negate-condition="${negated}">CANCELLED</text-match>`;
      assert.equal(found(inEvent(prop('STATUS', match)), calendar), false);
    }
    assert.equal(found(inEvent(prop('STATUS')), calendar), false);
  });

  test('RFC 5545 section 3.8.1.2: a list is compared as a whole and by its parts', () => {
    const calendar = read(event('DTSTART:20260105T100000Z', 'CATEGORIES:Work,Home\\, garden'));
    const text = (pattern: string, attributes = '') =>
      found(inEvent(prop('CATEGORIES', `<text-match ${attributes}>${pattern}</text-match>`)), calendar);
    assert.equal(text('home'), true);
    assert.equal(text('home, garden', 'match-type="equals"'), true);
    assert.equal(text('work', 'match-type="equals"'), true);
    assert.equal(text('home', 'match-type="equals"'), false);
    assert.equal(text('home', 'negate-condition="yes"'), false);
  });

  test('RFC 4791 section 7.8.7: parameters are those of the property that matches', () => {
    const calendar = read(
      event(
        'DTSTART:20260105T100000Z',
        'ATTENDEE;PARTSTAT=ACCEPTED:mailto:ann@example.com',
        'ATTENDEE;PARTSTAT=NEEDS-ACTION;MEMBER="mailto:a@example.com","mailto:b@example.com":mailto:bob@example.com',
      ),
    );
    const attendee = (who: string, param: string) =>
      found(inEvent(prop('ATTENDEE', `<text-match>${who}</text-match>${param}`)), calendar);
    const status = (value: string) => `<param-filter name="PARTSTAT"><text-match>${value}</text-match></param-filter>`;
    assert.equal(attendee('mailto:bob', status('NEEDS-ACTION')), true);
    assert.equal(attendee('mailto:ann', status('NEEDS-ACTION')), false);
    assert.equal(attendee('mailto:ann', '<param-filter name="MEMBER"/>'), false);
    assert.equal(
      attendee('mailto:bob', '<param-filter name="MEMBER"><text-match>b@example</text-match></param-filter>'),
      true,
    );
    assert.equal(attendee('mailto:ann', '<param-filter name="MEMBER"><is-not-defined/></param-filter>'), true);
    assert.equal(attendee('mailto:bob', '<param-filter name="MEMBER"><is-not-defined/></param-filter>'), false);
  });

  test('RFC 4791 section 7.7: properties that no specification names are searched like others', () => {
    const calendar = read(event('DTSTART:20260105T100000Z', 'X-ROOM:Blue'));
    assert.equal(found(inEvent(prop('X-ROOM', '<text-match>blue</text-match>')), calendar), true);
    assert.equal(found(inEvent(prop('X-FLOOR', '<text-match>blue</text-match>')), calendar), false);
  });
});
