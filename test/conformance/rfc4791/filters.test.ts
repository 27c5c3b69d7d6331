/**
 * Filters put together: parameters, ranges that are open at one side, floating times of everything that has times, and the queries that
 * clients for tasks send. RFC 4791 section 7.8, RFC 4791 section 9.7.
 */
import { calendarOf, component, event, journal, type Lines, newUid, todo } from '../../support/builders.ts';
import { must } from '../../support/conformance.ts';
import { calendarWith, comp, finds, fixedZone, NOT_DEFINED, param, prop, query, range, text } from './queries.ts';

must(
  'RFC 4791 section 9.7.3',
  'parameters are compared by every collation, with all their values, and negated',
  async ({ alice }) => {
    const attendee = (parameters: string, who: string) => ({ [`ATTENDEE${parameters}`]: `mailto:${who}@example.com` });
    const path = await calendarWith(alice, {
      upper: event(attendee(';CN=ÄDA', 'a')),
      lower: event(attendee(';CN="äda, the first"', 'a')),
      members: event(attendee(';MEMBER="mailto:one@example.com","mailto:two@example.com"', 'a')),
      encoded: event(attendee(";CN=George ^'Babe^' Ruth", 'a')),
      none: event(attendee('', 'a')),
    });
    const cn = (inside: string) => comp('VEVENT', prop('ATTENDEE', param('CN', inside)));
    await finds(alice, path, cn(''), ['upper', 'lower', 'encoded']);
    await finds(alice, path, cn(NOT_DEFINED), ['members', 'none']);
    await finds(alice, path, cn(text('da')), ['upper', 'lower']);
    await finds(alice, path, cn(text('äda')), ['lower']);
    await finds(alice, path, cn(text('äda', 'collation="i;unicode-casemap"')), ['upper', 'lower']);
    await finds(alice, path, cn(text('DA', 'collation="i;octet"')), ['upper']);
    await finds(alice, path, cn(text('"babe"')), ['encoded']);
    await finds(alice, path, cn(text('äda', 'collation="i;unicode-casemap" negate-condition="yes"')), ['encoded']);
    await finds(alice, path, comp('VEVENT', prop('ATTENDEE', param('MEMBER', text('two@')))), ['members']);
    await finds(alice, path, comp('VEVENT', prop('ATTENDEE', text('mailto:A@') + param('MEMBER', NOT_DEFINED))), [
      'upper',
      'lower',
      'encoded',
      'none',
    ]);
  },
);

must(
  'RFC 4791 section 9.9',
  'a range that is open at one side holds for everything that has times',
  async ({ alice }) => {
    const alarm = component('VALARM', { ACTION: 'AUDIO', TRIGGER: '-PT1H' });
    const busy = { UID: newUid(), DTSTAMP: '20260701T080000Z', FREEBUSY: '20260702T100000Z/PT1H' };
    const path = await calendarWith(alice, {
      event: event({}, alarm),
      task: todo({ DTSTART: '20260702T100000Z', DUE: '20260702T110000Z' }),
      entry: journal({ 'DTSTART;VALUE=DATE': undefined, DTSTART: '20260702T100000Z' }),
      busy: calendarOf(component('VFREEBUSY', busy)),
    });
    const [before, after] = ['20260702T100000Z', '20260702T110000Z'];
    for (const [name, object] of [
      ['VEVENT', 'event'],
      ['VTODO', 'task'],
      ['VFREEBUSY', 'busy'],
    ] as const) {
      await finds(alice, path, comp(name, range('', before)), []);
      await finds(alice, path, comp(name, range('', '20260702T100001Z')), [object]);
      await finds(alice, path, comp(name, range(after, '')), []);
      await finds(alice, path, comp(name, range('20260702T105959Z', '')), [object]);
    }
    await finds(alice, path, comp('VJOURNAL', range('', before)), []);
    await finds(alice, path, comp('VJOURNAL', range('', '20260702T100001Z')), ['entry']);
    await finds(alice, path, comp('VJOURNAL', range(before, '')), ['entry']);
    await finds(alice, path, comp('VJOURNAL', range('20260702T100001Z', '')), []);
    const alarms = (start: string, end: string) => comp('VEVENT', comp('VALARM', range(start, end)));
    await finds(alice, path, alarms('', '20260702T090000Z'), []);
    await finds(alice, path, alarms('', '20260702T090001Z'), ['event']);
    await finds(alice, path, alarms('20260702T090000Z', ''), ['event']);
    await finds(alice, path, alarms('20260702T090001Z', ''), []);
    await finds(alice, path, comp('VEVENT', prop('DTSTART', range('', before))), []);
    await finds(alice, path, comp('VEVENT', prop('DTSTART', range('', after))), ['event']);
  },
);

must(
  'RFC 4791 section 7.3',
  'floating times of tasks, entries, alarms and properties lie in the zone of the calendar too',
  async ({ alice }) => {
    const alarm = component('VALARM', { ACTION: 'AUDIO', TRIGGER: 'PT0S' });
    const path = await calendarWith(alice, {
      event: event({ DTSTART: '20260702T000000', DTEND: '20260702T010000' }, alarm),
      task: todo({ 'DUE;VALUE=DATE': '20260702' }),
      entry: journal({ 'DTSTART;VALUE=DATE': '20260702' }),
    });
    const within = range('20260701T190000Z', '20260701T200000Z');
    const filters: readonly (readonly [filter: string, name: string])[] = [
      [comp('VEVENT', within), 'event'],
      [comp('VEVENT', comp('VALARM', within)), 'event'],
      [comp('VEVENT', prop('DTSTART', within)), 'event'],
      [comp('VTODO', prop('DUE', within)), 'task'],
      [comp('VJOURNAL', within), 'entry'],
    ];
    for (const [filter] of filters) await finds(alice, path, filter, []);
    await alice.proppatch(path, { set: { 'C:calendar-timezone': fixedZone('Example/East', '+0500') } }).expect(207);
    for (const [filter, name] of filters) await finds(alice, path, filter, [name]);
    const utc = { after: `<C:timezone>${fixedZone('Example/None', '+0000')}</C:timezone>` };
    for (const [filter] of filters) await finds(alice, path, filter, [], utc);
  },
);

must('RFC 4791 section 7.8.9', 'the tasks that are still to be done are found', async ({ alice }) => {
  const path = await calendarWith(alice, {
    open: todo(),
    due: todo({ DUE: '20260702T110000Z' }),
    done: todo({ COMPLETED: '20260702T110000Z', STATUS: 'COMPLETED' }),
    cancelled: todo({ STATUS: 'CANCELLED' }),
    process: todo({ STATUS: 'IN-PROCESS' }),
  });
  const open = comp(
    'VTODO',
    prop('COMPLETED', NOT_DEFINED) + prop('STATUS', text('CANCELLED', 'negate-condition="yes"')),
  );
  // As the RFC has it: what has no STATUS does not have another one.
  await finds(alice, path, open, ['process']);
  await finds(alice, path, comp('VTODO', prop('COMPLETED', NOT_DEFINED)), ['open', 'due', 'cancelled', 'process']);
  await finds(alice, path, comp('VTODO', prop('COMPLETED', NOT_DEFINED) + prop('STATUS', NOT_DEFINED)), [
    'open',
    'due',
  ]);
});

must(
  'RFC 4791 section 9.7.2',
  'of several properties with one name a single one must meet all that is said',
  async ({ alice }) => {
    const lines = (first: string, second: string): Lines => ({
      'ATTENDEE;PARTSTAT=ACCEPTED': `mailto:${first}@example.com`,
      'ATTENDEE;PARTSTAT=DECLINED': `mailto:${second}@example.com`,
    });
    const path = await calendarWith(alice, { yes: event(lines('ada', 'bea')), no: event(lines('bea', 'ada')) });
    const accepted = prop('ATTENDEE', text('ada') + param('PARTSTAT', text('ACCEPTED')));
    await finds(alice, path, comp('VEVENT', accepted), ['yes']);
    await finds(alice, path, comp('VEVENT', accepted + prop('ATTENDEE', text('bea'))), ['yes']);
  },
);

must(
  'RFC 4791 section 7.8',
  'Depth infinity looks at the objects as Depth 1 does, and Depth 0 at none',
  async ({ alice }) => {
    const path = await calendarWith(alice, { a: event() });
    await alice.report(path, query(comp('VEVENT')), 'infinity').expectMembers([`${path}a.ics`]);
    await alice.report(path, query(comp('VEVENT')), '0').expectMembers([]);
    await alice.report(path, query(comp('VEVENT')), '2').expect(400);
  },
);
