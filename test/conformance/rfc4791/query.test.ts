/**
 * calendar-query: components, properties, parameters and texts. RFC 4791 section 7.8, RFC 4791 section 9.7.
 */
import assert from 'node:assert/strict';
import { attributeOf, elementsOf } from '../../../src/formats/xml/element.ts';
import { calendarOf, component, event, journal, newUid, todo } from '../../support/builders.ts';
import { declined, may, must, should } from '../../support/conformance.ts';
import { clark, XMLNS } from '../../support/names.ts';
import { calendarWith, comp, finds, NOT_DEFINED, param, prop, query, range, text } from './queries.ts';

const ALARM = component('VALARM', { ACTION: 'DISPLAY', DESCRIPTION: 'Now', TRIGGER: '-PT15M' });

must('RFC 4791 section 7.8', 'what does not match leaves an empty multistatus', async ({ alice }) => {
  const path = await calendarWith(alice, { a: event() });
  await finds(alice, path, comp('VTODO'), []);
  await finds(alice, path, comp('VEVENT', prop('SUMMARY', text('nothing like it'))), []);
  await finds(alice, path, comp('VEVENT', range('20300101T000000Z', '20300102T000000Z')), []);
  await alice.report(alice.calendar, query(comp('VEVENT')), '1').expectMembers([]);
});

must(
  'RFC 4791 section 7.8',
  'Depth 0 on a calendar looks at no object, Depth 1 and infinity at all',
  async ({ alice }) => {
    const path = await calendarWith(alice, { a: event() });
    await alice.report(path, query(comp('VEVENT')), '0').expectMembers([]);
    for (const depth of ['1', 'infinity']) {
      await alice.report(path, query(comp('VEVENT')), depth).expectMembers([`${path}a.ics`]);
    }
  },
);

declined(
  'RFC 4791 section 7.8',
  'a query without a Depth header looks at no object, as with Depth 0',
  'clients that leave the header out mean the objects in the calendar; nobody gains by an empty answer',
);

must(
  'behaviour: calendar-query without Depth means 1',
  'without a Depth header the objects are found',
  async ({ alice }) => {
    const path = await calendarWith(alice, { a: event() });
    await alice.report(path, query(comp('VEVENT'))).expectMembers([`${path}a.ics`]);
  },
);

must('RFC 4791 section 7.8', 'on an object the query is about that object', async ({ alice }) => {
  const path = await calendarWith(alice, { a: event(), b: event() });
  for (const depth of ['0', '1', undefined]) {
    await alice.report(`${path}a.ics`, query(comp('VEVENT')), depth).expectMembers([`${path}a.ics`]);
  }
  await alice.report(`${path}a.ics`, query(comp('VTODO')), '0').expectMembers([]);
});

must('RFC 4791 section 7.8', 'the properties asked for come with every match, calendar data too', async ({ alice }) => {
  const body = event({ SUMMARY: 'Tom & Jerry' });
  const path = await calendarWith(alice, { a: body });
  const wanted = '<D:getetag/><D:getcontenttype/><C:calendar-data/><X:mood/>';
  await alice.report(path, query(comp('VEVENT'), { prop: wanted }), '1').expectProperties(`${path}a.ics`, {
    'D:getetag': /^"/,
    'D:getcontenttype': /^text\/calendar/,
    'C:calendar-data': /SUMMARY:Tom & Jerry/,
    'X:mood': undefined,
  });
});

must('RFC 4791 section 9.7.1', 'a comp-filter alone asks whether there is such a component', async ({ alice }) => {
  const zone = component(
    'VTIMEZONE',
    { TZID: 'Z' },
    component('STANDARD', { DTSTART: '19700101T000000', TZOFFSETFROM: '+0100', TZOFFSETTO: '+0100' }),
  );
  const at = { UID: newUid(), DTSTAMP: '20260701T080000Z' };
  const path = await calendarWith(alice, {
    event: event(),
    alarmed: event({}, ALARM),
    zoned: calendarOf(zone, component('VEVENT', { ...at, 'DTSTART;TZID=Z': '20260702T100000' })),
    task: todo(),
    'alarmed-task': todo({ DUE: '20260702T100000Z' }, ALARM),
    note: journal(),
    busy: calendarOf(component('VFREEBUSY', { UID: newUid(), DTSTAMP: '20260701T080000Z' })),
  });
  await finds(alice, path, '', ['event', 'alarmed', 'zoned', 'task', 'alarmed-task', 'note', 'busy']);
  await finds(alice, path, comp('VEVENT'), ['event', 'alarmed', 'zoned']);
  await finds(alice, path, comp('VTODO'), ['task', 'alarmed-task']);
  await finds(alice, path, comp('VJOURNAL'), ['note']);
  await finds(alice, path, comp('VFREEBUSY'), ['busy']);
  await finds(alice, path, comp('VTIMEZONE'), ['zoned']);
  await finds(alice, path, comp('VTIMEZONE', comp('STANDARD')), ['zoned']);
  await finds(alice, path, comp('VEVENT', comp('VALARM')), ['alarmed']);
  await finds(alice, path, comp('VTODO', comp('VALARM')), ['alarmed-task']);
  await finds(alice, path, comp('X-THING'), []);
  await finds(alice, path, comp('vevent', comp('valarm')), ['alarmed']);
});

must('RFC 4791 section 9.7.1', 'is-not-defined asks that there is no such component', async ({ alice }) => {
  const path = await calendarWith(alice, { plain: event(), alarmed: event({}, ALARM), task: todo() });
  await finds(alice, path, comp('VTODO', NOT_DEFINED), ['plain', 'alarmed']);
  await finds(alice, path, comp('VEVENT', NOT_DEFINED), ['task']);
  await finds(alice, path, comp('VEVENT', comp('VALARM', NOT_DEFINED)), ['plain']);
  await finds(alice, path, comp('VEVENT', NOT_DEFINED) + comp('VTODO', NOT_DEFINED), []);
});

must('RFC 4791 section 9.7.1', 'all conditions hold for one and the same component', async ({ alice }) => {
  const at = { DTSTAMP: '20260701T080000Z', DTSTART: '20260702T100000Z' };
  const series = (uid: string, summary: string, location: string): string =>
    calendarOf(
      component('VEVENT', { ...at, UID: uid, RRULE: 'FREQ=DAILY;COUNT=9', SUMMARY: summary, LOCATION: 'Hall' }),
      component('VEVENT', {
        ...at,
        UID: uid,
        'RECURRENCE-ID': '20260703T100000Z',
        SUMMARY: 'Other',
        LOCATION: location,
      }),
    );
  const path = await calendarWith(alice, {
    both: event({ SUMMARY: 'Dance', LOCATION: 'Garden' }),
    one: event({ SUMMARY: 'Dance', LOCATION: 'Hall' }),
    spread: series('s', 'Dance', 'Garden'),
  });
  const filter = comp('VEVENT', prop('SUMMARY', text('dance')) + prop('LOCATION', text('garden')));
  await finds(alice, path, filter, ['both']);
  await finds(
    alice,
    path,
    comp('VEVENT', prop('SUMMARY', text('dance'))) + comp('VEVENT', prop('LOCATION', text('garden'))),
    ['both', 'spread'],
  );
});

must('RFC 4791 section 9.7.1', 'alarm and event of one condition belong together', async ({ alice }) => {
  const mail = component('VALARM', { ACTION: 'EMAIL', TRIGGER: '-PT1H', SUMMARY: 'a', DESCRIPTION: 'b' });
  const path = await calendarWith(alice, {
    mail: event({ SUMMARY: 'Dance' }, ALARM, mail),
    display: event({ SUMMARY: 'Dance' }, ALARM),
    other: event({ SUMMARY: 'Sleep' }, mail),
  });
  const byMail = comp('VALARM', prop('ACTION', text('email')));
  await finds(alice, path, comp('VEVENT', byMail), ['mail', 'other']);
  await finds(alice, path, comp('VEVENT', prop('SUMMARY', text('dance')) + byMail), ['mail']);
  const both = comp('VALARM', prop('ACTION', text('email')) + prop('TRIGGER', text('-PT15M')));
  await finds(alice, path, comp('VEVENT', both), []);
});

must('RFC 4791 section 9.7.2', 'a prop-filter asks whether there is such a property, or none', async ({ alice }) => {
  const path = await calendarWith(alice, {
    placed: event({ LOCATION: 'Hall', 'X-MOOD': 'good' }),
    nowhere: event(),
    empty: event({ LOCATION: '' }),
  });
  await finds(alice, path, comp('VEVENT', prop('LOCATION')), ['placed', 'empty']);
  await finds(alice, path, comp('VEVENT', prop('location')), ['placed', 'empty']);
  await finds(alice, path, comp('VEVENT', prop('LOCATION', NOT_DEFINED)), ['nowhere']);
  await finds(alice, path, prop('PRODID', text('Example Corp')), ['placed', 'nowhere', 'empty']);
  await finds(alice, path, prop('METHOD'), []);
  await finds(alice, path, prop('METHOD', NOT_DEFINED), ['placed', 'nowhere', 'empty']);
});

should('RFC 4791 section 7.7', 'properties and parameters that nobody knows can be searched', async ({ alice }) => {
  const path = await calendarWith(alice, { a: event({ 'X-MOOD;X-SCALE=ten': 'good' }), b: event({ 'X-MOOD': 'bad' }) });
  await finds(alice, path, comp('VEVENT', prop('X-MOOD')), ['a', 'b']);
  await finds(alice, path, comp('VEVENT', prop('X-MOOD', text('good'))), ['a']);
  await finds(alice, path, comp('VEVENT', prop('X-MOOD', param('X-SCALE', text('TEN')))), ['a']);
  await finds(alice, path, comp('VEVENT', prop('X-NONE')), []);
});

must('RFC 4791 section 9.7.3', 'a param-filter looks at the parameters of the same property', async ({ alice }) => {
  const attendee = (address: string, status: string) =>
    `ATTENDEE;PARTSTAT=${status};CN="${address}":mailto:${address}@example.com`;
  const invited = (...lines: readonly string[]) =>
    event().replace('SUMMARY:', `${lines.map((line) => `${line}\r\n`).join('')}SUMMARY:`);
  const path = await calendarWith(alice, {
    ada: invited(attendee('ada', 'NEEDS-ACTION'), attendee('bea', 'ACCEPTED')),
    bea: invited(attendee('ada', 'ACCEPTED'), attendee('bea', 'NEEDS-ACTION')),
    bare: invited('ATTENDEE:mailto:ada@example.com'),
    none: event(),
  });
  const waiting = param('PARTSTAT', text('needs-action'));
  await finds(alice, path, comp('VEVENT', prop('ATTENDEE', waiting)), ['ada', 'bea']);
  await finds(alice, path, comp('VEVENT', prop('ATTENDEE', text('mailto:ada@') + waiting)), ['ada']);
  await finds(alice, path, comp('VEVENT', prop('ATTENDEE', param('PARTSTAT'))), ['ada', 'bea']);
  await finds(alice, path, comp('VEVENT', prop('ATTENDEE', param('PARTSTAT', NOT_DEFINED))), ['bare']);
  await finds(alice, path, comp('VEVENT', prop('ATTENDEE', param('CN', text('be')) + waiting)), ['bea']);
});

must(
  'RFC 4791 section 9.7.5',
  'text-match finds parts of texts, by default without regard to ASCII case',
  async ({ alice }) => {
    const path = await calendarWith(alice, {
      upper: event({ SUMMARY: 'BIG FÜSSE' }),
      lower: event({ SUMMARY: 'big füsse' }),
      comma: event({ SUMMARY: 'Ham\\, big eggs\\nand more' }),
      categories: event({ CATEGORIES: 'Work,Big' }),
      other: event({ SUMMARY: 'small' }),
    });
    const summary = (value: string, attributes?: string) => comp('VEVENT', prop('SUMMARY', text(value, attributes)));
    await finds(alice, path, summary('BiG'), ['upper', 'lower', 'comma']);
    await finds(alice, path, summary('big', 'collation="i;ascii-casemap"'), ['upper', 'lower', 'comma']);
    await finds(alice, path, summary('füsse'), ['lower']);
    await finds(alice, path, summary('big', 'collation="i;octet"'), ['lower', 'comma']);
    await finds(alice, path, summary('füsse', 'collation="i;unicode-casemap"'), ['upper', 'lower']);
    await finds(alice, path, summary('ham, big'), ['comma']);
    await finds(alice, path, comp('VEVENT', prop('CATEGORIES', text('big'))), ['categories']);
  },
);

must(
  'RFC 4791 section 9.7.5',
  'negate-condition turns the match, not the presence of the property',
  async ({ alice }) => {
    const path = await calendarWith(alice, {
      big: event({ SUMMARY: 'Big' }),
      small: event({ SUMMARY: 'Small' }),
      none: event({ SUMMARY: undefined }),
    });
    const summary = (attributes: string) => comp('VEVENT', prop('SUMMARY', text('big', attributes)));
    await finds(alice, path, summary('negate-condition="no"'), ['big']);
    await finds(alice, path, summary('negate-condition="yes"'), ['small']);
    await finds(alice, path, summary('negate-condition="yes" collation="i;octet"'), ['big', 'small']);
  },
);

must('RFC 4791 section 7.8', 'a filter that says nothing valid is refused with valid-filter', async ({ alice }) => {
  const path = await calendarWith(alice, { a: event() });
  const whole = (inside: string) =>
    `<C:calendar-query ${XMLNS}><D:prop><D:getetag/></D:prop>${inside}</C:calendar-query>`;
  const invalid: readonly string[] = [
    whole(''),
    whole('<C:filter/>'),
    whole(`<C:filter>${comp('VEVENT')}</C:filter>`),
    whole(`<C:filter>${comp('VCALENDAR')}${comp('VCALENDAR')}</C:filter>`),
    whole(`<C:filter>${prop('SUMMARY')}</C:filter>`),
    query('<C:comp-filter/>'),
    query(comp('VEVENT', comp('VTODO'))),
    query(comp('VALARM')),
    query(comp('VEVENT', NOT_DEFINED + prop('SUMMARY'))),
    query(comp('VEVENT', range('', ''))),
    query(comp('VEVENT', range('20260702T000000Z', '20260701T000000Z'))),
    query(comp('VEVENT', range('20260702T000000Z', '20260702T000000Z'))),
    query(comp('VEVENT', range('20260702T000000', '20260703T000000'))),
    query(comp('VEVENT', range('20260702', '20260703'))),
    query(comp('VEVENT', range('20260230T000000Z', ''))),
    query(comp('VEVENT', prop('SUMMARY', text('a', 'negate-condition="maybe"')))),
    query(comp('VEVENT', prop('SUMMARY', text('a') + text('b')))),
    query(comp('VEVENT', prop('SUMMARY', range('20260702T000000Z', '')))),
    query(comp('VEVENT', '<C:prop-filter name=""/>')),
  ];
  for (const body of invalid) await alice.report(path, body, '1').expectPrecondition('C:valid-filter', 403);
});

must(
  'RFC 4791 section 7.8',
  'a condition that is not known is refused with supported-filter, which names it',
  async ({ alice }) => {
    const path = await calendarWith(alice, { a: event() });
    const unknown = comp('VEVENT', prop('SUMMARY', '<X:sounds-like>Meating</X:sounds-like>'));
    const answer = await alice.report(path, query(unknown), '1').expectPrecondition('C:supported-filter', 403);
    const [condition] = elementsOf(answer.xml());
    const [filter] = condition === undefined ? [] : elementsOf(condition);
    assert.equal(filter?.name, clark('C:prop-filter'));
    assert.equal(filter && attributeOf(filter, 'name'), 'SUMMARY');
  },
);

must('RFC 4791 section 7.8', 'an unknown collation is refused with supported-collation', async ({ alice }) => {
  const path = await calendarWith(alice, { a: event() });
  for (const name of ['i;klingon', 'i;*', '']) {
    const filter = comp('VEVENT', prop('SUMMARY', text('a', `collation="${name}"`)));
    await alice.report(path, query(filter), '1').expectPrecondition('C:supported-collation', 403);
  }
});

must('RFC 4791 section 7.8', 'a time zone that is none is refused with valid-calendar-data', async ({ alice }) => {
  const path = await calendarWith(alice, { a: event() });
  for (const zone of ['Europe/Berlin', event(), '']) {
    await alice
      .report(path, query(comp('VEVENT'), { after: `<C:timezone>${zone}</C:timezone>` }), '1')
      .expectPrecondition('C:valid-calendar-data', 403);
  }
});

must('RFC 4791 section 7.8', 'nobody searches the calendar of another', async ({ alice, bob, carol }) => {
  const path = await calendarWith(alice, { a: event() });
  for (const other of [bob, carol]) await other.report(path, query(comp('VEVENT')), '1').expect(404);
});

may('RFC 4791 section 7.8', 'allprop and propname work in a query', async ({ alice }) => {
  const path = await calendarWith(alice, { a: event() });
  const filter = `<C:filter>${comp('VCALENDAR')}</C:filter>`;
  await alice
    .report(path, `<C:calendar-query ${XMLNS}><D:allprop/>${filter}</C:calendar-query>`, '1')
    .expectProperties(`${path}a.ics`, { 'D:getetag': /^"/, 'D:resourcetype': [] });
  await alice
    .report(path, `<C:calendar-query ${XMLNS}><D:propname/>${filter}</C:calendar-query>`, '1')
    .expectProperties(`${path}a.ics`, { 'D:getetag': '' });
  await alice
    .report(path, `<C:calendar-query ${XMLNS}>${filter}</C:calendar-query>`, '1')
    .expectMembers([`${path}a.ics`]);
});
