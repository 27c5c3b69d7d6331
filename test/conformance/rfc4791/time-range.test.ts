/**
 * Time ranges: which components overlap one. RFC 4791 section 9.9.
 */
import { calendarOf, component, event, journal, type Lines, newUid, todo } from '../../support/builders.ts';
import { must } from '../../support/conformance.ts';
import { calendarWith, comp, finds, fixedZone, prop, range } from './queries.ts';

must(
  'RFC 4791 section 9.9',
  'an event with an end overlaps what is not before its start or after its end',
  async ({ alice }) => {
    const path = await calendarWith(alice, {
      end: event({ DTSTART: '20260702T100000Z', DTEND: '20260702T110000Z' }),
      duration: event({ DTSTART: '20260702T100000Z', DURATION: 'PT1H' }),
    });
    const both = ['end', 'duration'];
    const at = (start: string, end: string, names: readonly string[]) =>
      finds(alice, path, comp('VEVENT', range(start, end)), names);
    await at('20260702T090000Z', '20260702T120000Z', both);
    await at('20260702T103000Z', '20260702T104000Z', both);
    await at('20260702T090000Z', '20260702T100001Z', both);
    await at('20260702T105959Z', '20260702T120000Z', both);
    await at('20260702T090000Z', '20260702T100000Z', []);
    await at('20260702T110000Z', '20260702T120000Z', []);
    await at('', '20260702T100001Z', both);
    await at('', '20260702T100000Z', []);
    await at('20260702T105959Z', '', both);
    await at('20260702T110000Z', '', []);
  },
);

must(
  'RFC 4791 section 9.9',
  'an event without length overlaps a range that begins with it, not one that ends there',
  async ({ alice }) => {
    const path = await calendarWith(alice, {
      bare: event({ DTSTART: '20260702T100000Z', DTEND: undefined }),
      zero: event({ DTSTART: '20260702T100000Z', DURATION: 'PT0S' }),
    });
    await finds(alice, path, comp('VEVENT', range('20260702T100000Z', '20260702T100001Z')), ['bare', 'zero']);
    await finds(alice, path, comp('VEVENT', range('20260702T090000Z', '20260702T100000Z')), []);
    await finds(alice, path, comp('VEVENT', range('20260702T100001Z', '20260702T110000Z')), []);
  },
);

must('RFC 4791 section 9.9', 'a date without an end lasts a day; with one, up to it', async ({ alice }) => {
  const path = await calendarWith(alice, {
    day: event({ 'DTSTART;VALUE=DATE': '20260702' }),
    days: event({ 'DTSTART;VALUE=DATE': '20260702', 'DTEND;VALUE=DATE': '20260704' }),
  });
  await finds(alice, path, comp('VEVENT', range('20260702T235959Z', '20260703T000000Z')), ['day', 'days']);
  await finds(alice, path, comp('VEVENT', range('20260703T000000Z', '20260703T010000Z')), ['days']);
  await finds(alice, path, comp('VEVENT', range('20260704T000000Z', '20260705T000000Z')), []);
  await finds(alice, path, comp('VEVENT', range('20260701T000000Z', '20260702T000000Z')), []);
});

must(
  'RFC 4791 section 7.3',
  'dates and floating times lie in the zone of the calendar, or of the request',
  async ({ alice }) => {
    const path = await calendarWith(alice, {
      day: event({ 'DTSTART;VALUE=DATE': '20260702' }),
      floating: event({ DTSTART: '20260702T000000', DTEND: '20260703T000000' }),
      fixed: event({ DTSTART: '20260702T000000Z', DTEND: '20260703T000000Z' }),
    });
    const before = comp('VEVENT', range('20260701T200000Z', '20260701T230000Z'));
    const after = comp('VEVENT', range('20260703T010000Z', '20260703T040000Z'));
    await finds(alice, path, before, []);
    await finds(alice, path, after, []);
    await alice.proppatch(path, { set: { 'C:calendar-timezone': fixedZone('Example/East', '+0500') } }).expect(207);
    await finds(alice, path, before, ['day', 'floating']);
    await finds(alice, path, after, []);
    const west = { after: `<C:timezone>${fixedZone('Example/West', '-0500')}</C:timezone>` };
    await finds(alice, path, before, [], west);
    await finds(alice, path, after, ['day', 'floating'], west);
  },
);

must('RFC 4791 section 9.9', 'times in a zone are where the object’s own VTIMEZONE puts them', async ({ alice }) => {
  const zoned = (offset: string): string => {
    const zone = fixedZone('Here', offset).split('\r\n').slice(3, -2).join('\r\n');
    const lines = {
      UID: newUid(),
      DTSTAMP: '20260701T080000Z',
      'DTSTART;TZID=Here': '20260702T100000',
      DURATION: 'PT1H',
    };
    return calendarOf(`${zone}\r\n`, component('VEVENT', lines));
  };
  const path = await calendarWith(alice, { east: zoned('+0500'), west: zoned('-0500') });
  await finds(alice, path, comp('VEVENT', range('20260702T050000Z', '20260702T060000Z')), ['east']);
  await finds(alice, path, comp('VEVENT', range('20260702T150000Z', '20260702T160000Z')), ['west']);
});

/** The rows of the table for VTODO: each with ranges that are matched, and ranges that are not. */
const TASKS: Readonly<
  Record<string, readonly [lines: Lines, matched: readonly [string, string][], not: readonly [string, string][]]>
> = {
  'start and duration': [
    { DTSTART: '20260702T100000Z', DURATION: 'PT1H' },
    [
      ['20260702T110000Z', '20260702T120000Z'],
      ['20260702T103000Z', '20260702T104000Z'],
      ['20260702T090000Z', '20260702T100001Z'],
      ['20260702T090000Z', ''],
    ],
    [
      ['20260702T110001Z', '20260702T120000Z'],
      ['20260702T090000Z', '20260702T100000Z'],
    ],
  ],
  'start and due': [
    { DTSTART: '20260702T100000Z', DUE: '20260702T110000Z' },
    [
      ['20260702T105959Z', '20260702T120000Z'],
      ['20260702T090000Z', '20260702T100001Z'],
    ],
    [
      ['20260702T110000Z', '20260702T120000Z'],
      ['20260702T090000Z', '20260702T100000Z'],
    ],
  ],
  'start alone': [
    { DTSTART: '20260702T100000Z' },
    [
      ['20260702T100000Z', '20260702T110000Z'],
      ['20260702T090000Z', '20260702T100001Z'],
    ],
    [
      ['20260702T100001Z', '20260702T110000Z'],
      ['20260702T090000Z', '20260702T100000Z'],
    ],
  ],
  'due alone': [
    { DUE: '20260702T110000Z' },
    [
      ['20260702T105959Z', '20260702T120000Z'],
      ['20260702T100000Z', '20260702T110000Z'],
    ],
    [
      ['20260702T110000Z', '20260702T120000Z'],
      ['20260702T100000Z', '20260702T105959Z'],
    ],
  ],
  'completed and created': [
    { CREATED: '20260702T100000Z', COMPLETED: '20260702T110000Z' },
    [
      ['20260702T103000Z', '20260702T104000Z'],
      ['20260702T110000Z', '20260702T120000Z'],
      ['20260702T090000Z', '20260702T100000Z'],
    ],
    [
      ['20260702T110001Z', '20260702T120000Z'],
      ['20260702T090000Z', '20260702T095959Z'],
    ],
  ],
  'completed alone': [
    { COMPLETED: '20260702T110000Z' },
    [
      ['20260702T110000Z', '20260702T120000Z'],
      ['20260702T100000Z', '20260702T110000Z'],
    ],
    [
      ['20260702T110001Z', '20260702T120000Z'],
      ['20260702T100000Z', '20260702T105959Z'],
    ],
  ],
  'created alone': [
    { CREATED: '20260702T100000Z' },
    [
      ['20300101T000000Z', '20300102T000000Z'],
      ['20260702T090000Z', '20260702T100001Z'],
      ['20260702T110000Z', ''],
    ],
    [['20260702T090000Z', '20260702T100000Z']],
  ],
  'no time at all': [
    {},
    [
      ['19700101T000000Z', '19700102T000000Z'],
      ['20300101T000000Z', ''],
      ['', '20300101T000000Z'],
    ],
    [],
  ],
};

for (const [title, [lines, matched, not]] of Object.entries(TASKS)) {
  must('RFC 4791 section 9.9', `a task with ${title}`, async ({ alice }) => {
    const path = `${alice.calendars}tasks/`;
    await alice.put(`${path}task.ics`, todo(lines)).expect(201);
    for (const [start, end] of matched) await finds(alice, path, comp('VTODO', range(start, end)), ['task']);
    for (const [start, end] of not) await finds(alice, path, comp('VTODO', range(start, end)), []);
  });
}

must('RFC 4791 section 9.9', 'a journal entry lies at its start: an instant, a day, or nowhere', async ({ alice }) => {
  const path = await calendarWith(alice, {
    instant: journal({ 'DTSTART;VALUE=DATE': undefined, DTSTART: '20260702T100000Z' }),
    day: journal({ 'DTSTART;VALUE=DATE': '20260702' }),
    nowhere: journal({ 'DTSTART;VALUE=DATE': undefined }),
  });
  await finds(alice, path, comp('VJOURNAL', range('20260702T100000Z', '20260702T100001Z')), ['instant', 'day']);
  await finds(alice, path, comp('VJOURNAL', range('20260702T090000Z', '20260702T100000Z')), ['day']);
  await finds(alice, path, comp('VJOURNAL', range('20260703T000000Z', '20260704T000000Z')), []);
  await finds(alice, path, comp('VJOURNAL', range('19700101T000000Z', '')), ['instant', 'day']);
});

must('RFC 4791 section 9.9', 'stored free-busy lies where it says, or where its periods lie', async ({ alice }) => {
  const busy = (lines: Lines) =>
    calendarOf(component('VFREEBUSY', { UID: newUid(), DTSTAMP: '20260701T080000Z', ...lines }));
  const path = await calendarWith(alice, {
    said: busy({ DTSTART: '20260702T000000Z', DTEND: '20260703T000000Z' }),
    periods: busy({ FREEBUSY: ['20260702T100000Z/20260702T110000Z', '20260705T100000Z/PT1H'] }),
    nowhere: busy({}),
  });
  await finds(alice, path, comp('VFREEBUSY', range('20260702T103000Z', '20260702T104000Z')), ['said', 'periods']);
  await finds(alice, path, comp('VFREEBUSY', range('20260703T000000Z', '20260704T000000Z')), ['said']);
  await finds(alice, path, comp('VFREEBUSY', range('20260705T103000Z', '20260706T000000Z')), ['periods']);
  await finds(alice, path, comp('VFREEBUSY', range('20260702T110000Z', '20260702T120000Z')), ['said']);
});

must('RFC 4791 section 9.9', 'an alarm lies where it goes off, each time that it does', async ({ alice }) => {
  const alarm = (lines: Lines) => component('VALARM', { ACTION: 'AUDIO', ...lines });
  const path = await calendarWith(alice, {
    before: event({}, alarm({ TRIGGER: '-PT2H' })),
    end: event({}, alarm({ 'TRIGGER;RELATED=END': 'PT1H' })),
    absolute: event({}, alarm({ 'TRIGGER;VALUE=DATE-TIME': '20260601T080000Z' })),
    repeated: event({}, alarm({ TRIGGER: '-PT2H', REPEAT: '2', DURATION: 'PT30M' })),
    due: todo({ DUE: '20260702T110000Z' }, alarm({ 'TRIGGER;RELATED=END': '-PT3H' })),
    none: event(),
  });
  const events = (start: string, end: string) => comp('VEVENT', comp('VALARM', range(start, end)));
  await finds(alice, path, events('20260702T080000Z', '20260702T080001Z'), ['before', 'repeated']);
  await finds(alice, path, events('20260702T070000Z', '20260702T080000Z'), []);
  await finds(alice, path, events('20260702T083000Z', '20260702T083001Z'), ['repeated']);
  await finds(alice, path, events('20260702T090000Z', '20260702T100000Z'), ['repeated']);
  await finds(alice, path, events('20260702T093000Z', '20260702T100000Z'), []);
  await finds(alice, path, events('20260702T120000Z', '20260702T130000Z'), ['end']);
  await finds(alice, path, events('20260601T000000Z', '20260602T000000Z'), ['absolute']);
  await finds(alice, path, comp('VTODO', comp('VALARM', range('20260702T080000Z', '20260702T090000Z'))), ['due']);
});

must('RFC 4791 section 9.9', 'an alarm of a series goes off for every instance', async ({ alice }) => {
  const alarm = component('VALARM', { ACTION: 'AUDIO', TRIGGER: '-PT15M' });
  const path = await calendarWith(alice, { daily: event({ RRULE: 'FREQ=DAILY' }, alarm) });
  await finds(alice, path, comp('VEVENT', comp('VALARM', range('20280310T094500Z', '20280310T094600Z'))), ['daily']);
  await finds(alice, path, comp('VEVENT', comp('VALARM', range('20280310T094501Z', '20280310T120000Z'))), []);
});

must('RFC 4791 section 9.9', 'a time range on a property asks when that property lies', async ({ alice }) => {
  const path = await calendarWith(alice, {
    a: event({ CREATED: '20260601T080000Z', 'LAST-MODIFIED': '20260603T080000Z' }),
    b: event({ CREATED: '20260602T080000Z', DTSTART: '20260702T100000Z', DURATION: 'PT2H' }),
    done: todo({ COMPLETED: '20260601T080000Z', DUE: '20260605T080000Z' }),
    long: todo({ DTSTART: '20260610T080000Z', DURATION: 'P1D' }),
  });
  const events = (name: string, start: string, end: string) => comp('VEVENT', prop(name, range(start, end)));
  await finds(alice, path, events('CREATED', '20260601T080000Z', '20260602T080000Z'), ['a']);
  await finds(alice, path, events('CREATED', '20260601T080001Z', ''), ['b']);
  await finds(alice, path, events('LAST-MODIFIED', '20260603T000000Z', '20260604T000000Z'), ['a']);
  await finds(alice, path, events('DTSTAMP', '20260701T000000Z', '20260702T000000Z'), ['a', 'b']);
  await finds(alice, path, events('DTSTART', '20260702T100000Z', '20260702T100001Z'), ['a', 'b']);
  await finds(alice, path, events('DTEND', '20260702T110000Z', '20260702T113000Z'), ['a']);
  // What has no DTEND or DUE but a duration ends all the same.
  await finds(alice, path, events('DTEND', '20260702T120000Z', '20260702T120001Z'), ['b']);
  await finds(alice, path, comp('VTODO', prop('DUE', range('20260611T080000Z', '20260611T080001Z'))), ['long']);
  await finds(alice, path, comp('VTODO', prop('COMPLETED', range('20260601T000000Z', '20260602T000000Z'))), ['done']);
  await finds(alice, path, comp('VTODO', prop('DUE', range('20260605T000000Z', '20260606T000000Z'))), ['done']);
});
