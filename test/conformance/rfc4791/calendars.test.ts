/**
 * Calendars and homes: what they say of themselves. RFC 4791 section 4.2, RFC 4791 section 5.2, RFC 4791 section 6.2.1.
 */
import assert from 'node:assert/strict';
import { attributeOf, childrenOf, textOf, type XmlElement } from '../../../src/formats/xml/element.ts';
import { hrefsIn } from '../../support/answer.ts';
import { event, journal, todo } from '../../support/builders.ts';
import { must, quirk, should } from '../../support/conformance.ts';
import { clark } from '../../support/names.ts';
import { TEST_LIMITS } from '../../support/service.ts';
import { fixedZone } from './queries.ts';

/** The names in CALDAV:comp elements. */
function comps(value: XmlElement): readonly (string | undefined)[] {
  return childrenOf(value, clark('C:comp')).map((one) => attributeOf(one, 'name'));
}

must('RFC 4791 section 4.2', 'a calendar is a collection and a calendar', async ({ alice }) => {
  await alice.propfind(alice.calendar, '0', ['D:resourcetype', 'D:displayname']).expectProperties(alice.calendar, {
    'D:resourcetype': ['D:collection', 'C:calendar'],
    'D:displayname': 'Calendar',
  });
});

must('RFC 4791 section 4.2', 'a calendar holds no calendar, and no other collection', async ({ alice }) => {
  const inner = `${alice.calendar}inner/`;
  await alice.mkcalendar(inner).expectPrecondition('C:calendar-collection-location-ok', 403);
  await alice.mkcol(inner, ['C:calendar']).expectPrecondition('D:valid-resourcetype', 403);
  await alice.propfind(inner, '0').expect(404);
});

should('RFC 4791 section 5.2.1', 'calendar-description is the text that was set', async ({ alice }) => {
  const name = 'C:calendar-description';
  await alice.propfind(alice.calendar, '0', [name]).expectProperties(alice.calendar, { [name]: undefined });
  const description = 'Days & <nights> \u{1f319}';
  await alice
    .proppatch(alice.calendar, { set: { [name]: description } })
    .expectProperties(alice.calendar, { [name]: true });
  await alice.propfind(alice.calendar, '0', [name]).expectProperties(alice.calendar, { [name]: description });
  await alice.proppatch(alice.calendar, { remove: [name] }).expect(207);
  await alice.propfind(alice.calendar, '0', [name]).expectProperties(alice.calendar, { [name]: undefined });
});

should('RFC 4791 section 5.2.2', 'calendar-timezone is the calendar that was set', async ({ alice }) => {
  const name = 'C:calendar-timezone';
  const zone = fixedZone('Example/Tashkent', '+0500');
  await alice.proppatch(alice.calendar, { set: { [name]: zone } }).expectProperties(alice.calendar, { [name]: true });
  const answer = await alice.propfind(alice.calendar, '0', [name]).expect(207);
  const value = answer.multistatus().value(alice.calendar, clark(name));
  assert.equal(value.replaceAll('\r\n', '\n'), zone.replaceAll('\r\n', '\n'));
  await alice.proppatch(alice.calendar, { remove: [name] }).expect(207);
  await alice.propfind(alice.calendar, '0', [name]).expectProperties(alice.calendar, { [name]: undefined });
});

must(
  'RFC 4791 section 5.2.10',
  'a calendar-timezone that is not exactly one VTIMEZONE is refused with valid-calendar-data',
  async ({ alice }) => {
    const zone = fixedZone('Example/Tashkent', '+0500');
    const component = zone.slice(zone.indexOf('BEGIN:VTIMEZONE'), zone.indexOf('END:VCALENDAR'));
    for (const value of [
      '',
      'Asia/Tashkent',
      event(),
      zone.replace(component, ''),
      zone.replace(component, component + component),
    ]) {
      const answer = await alice
        .proppatch(alice.calendar, { set: { 'C:calendar-timezone': value, 'D:displayname': 'Changed' } })
        .expectProperties(alice.calendar, { 'C:calendar-timezone': 403, 'D:displayname': 424 });
      const refused = answer.multistatus().at(alice.calendar).properties.get(clark('C:calendar-timezone'));
      assert.deepEqual(refused?.conditions, [clark('C:valid-calendar-data')]);
    }
    await alice
      .propfind(alice.calendar, '0', ['C:calendar-timezone', 'D:displayname'])
      .expectProperties(alice.calendar, { 'C:calendar-timezone': undefined, 'D:displayname': 'Calendar' });
  },
);

must('RFC 4791 section 5.2.3', 'supported-calendar-component-set names what the calendar takes', async ({ alice }) => {
  const name = 'C:supported-calendar-component-set';
  const holds = (names: readonly string[]) => (value: XmlElement) => assert.deepEqual(comps(value), names);
  await alice.propfind(alice.calendar, '0', [name]).expectProperties(alice.calendar, { [name]: holds(['VEVENT']) });
  const tasks = `${alice.calendars}tasks/`;
  await alice.propfind(tasks, '0', ['D:resourcetype', 'D:displayname', name]).expectProperties(tasks, {
    'D:resourcetype': ['D:collection', 'C:calendar'],
    'D:displayname': 'Tasks',
    [name]: holds(['VTODO']),
  });
  const all = await alice.newCalendar('all');
  await alice
    .propfind(all, '0', [name])
    .expectProperties(all, { [name]: holds(['VEVENT', 'VTODO', 'VJOURNAL', 'VFREEBUSY', 'VAVAILABILITY']) });
});

must(
  'RFC 4791 section 5.2.3',
  'a collection made for one component holds that one, however it was made',
  async ({ alice }) => {
    const name = 'C:supported-calendar-component-set';
    const bodies = { VEVENT: event(), VTODO: todo(), VJOURNAL: journal() };
    for (const [component, body] of Object.entries(bodies)) {
      const set = { [name]: `<C:comp xmlns:C="urn:ietf:params:xml:ns:caldav" name="${component}"/>` };
      const [one, other] = [`${alice.calendars}one-${component}/`, `${alice.calendars}other-${component}/`];
      await alice.mkcalendar(one, set).expect(201);
      await alice.mkcol(other, ['C:calendar'], set).expect(201);
      for (const path of [one, other]) {
        await alice
          .propfind(path, '0', [name])
          .expectProperties(path, { [name]: (value: XmlElement) => assert.deepEqual(comps(value), [component]) });
        await alice.put(`${path}a.ics`, body).expect(201);
        for (const foreign of Object.values(bodies).filter((each) => each !== body))
          await alice.put(`${path}b.ics`, foreign).expectPrecondition('C:supported-calendar-component', 403);
        await alice.propfind(path, '1', ['D:getetag']).expectMembers([path, `${path}a.ics`]);
      }
    }
  },
);

must('RFC 4791 section 5.2.3', 'the component set cannot be changed afterwards', async ({ alice }) => {
  const name = 'C:supported-calendar-component-set';
  const answer = await alice
    .proppatch(alice.calendar, { set: { [name]: '<C:comp xmlns:C="urn:ietf:params:xml:ns:caldav" name="VTODO"/>' } })
    .expectProperties(alice.calendar, { [name]: 403 });
  const refused = answer.multistatus().at(alice.calendar).properties.get(clark(name));
  assert.deepEqual(refused?.conditions, [clark('D:cannot-modify-protected-property')]);
  await alice.put(`${alice.calendar}a.ics`, todo()).expectPrecondition('C:supported-calendar-component', 403);
});

must(
  'RFC 4791 section 5.2.4',
  'supported-calendar-data is iCalendar 2.0, as text, jCal and xCal',
  async ({ alice }) => {
    const types = (value: XmlElement): void => {
      const listed = childrenOf(value, clark('C:calendar-data'));
      assert.deepEqual(
        listed.map((type) => [attributeOf(type, 'content-type'), attributeOf(type, 'version')]),
        [
          ['text/calendar', '2.0'],
          ['application/calendar+json', '2.0'],
          ['application/calendar+xml', '2.0'],
        ],
      );
    };
    await alice
      .propfind(alice.calendar, '0', ['C:supported-calendar-data'])
      .expectProperties(alice.calendar, { 'C:supported-calendar-data': types });
  },
);

must('RFC 4791 section 5.2.5', 'the limits of a calendar are numbers and times in UTC', async ({ alice }) => {
  const limits = {
    'C:max-resource-size': String(TEST_LIMITS.calendarObject),
    'C:max-attendees-per-instance': String(TEST_LIMITS.attendees),
    'C:min-date-time': /^\d{8}T\d{6}Z$/,
    'C:max-date-time': /^\d{8}T\d{6}Z$/,
  };
  const answer = await alice
    .propfind(alice.calendar, '0', Object.keys(limits))
    .expectProperties(alice.calendar, limits);
  const first = answer.multistatus().value(alice.calendar, clark('C:min-date-time'));
  const last = answer.multistatus().value(alice.calendar, clark('C:max-date-time'));
  assert.ok(first < '19700101T000000Z' && last > '21000101T000000Z', `${first} to ${last}`);
});

must(
  'RFC 4791 section 7.5.1',
  'supported-collation-set holds at least i;ascii-casemap and i;octet',
  async ({ alice }) => {
    const names = (value: XmlElement): void => {
      const listed = childrenOf(value, clark('C:supported-collation')).map(textOf);
      assert.deepEqual(listed.toSorted(), ['i;ascii-casemap', 'i;octet', 'i;unicode-casemap']);
    };
    await alice
      .propfind(alice.calendar, '0', ['C:supported-collation-set'])
      .expectProperties(alice.calendar, { 'C:supported-collation-set': names });
  },
);

must('RFC 4791 section 5.2.4', 'what the server says of a calendar cannot be set', async ({ alice }) => {
  const names = [
    'C:supported-calendar-data',
    'C:max-resource-size',
    'C:min-date-time',
    'C:max-date-time',
    'C:max-attendees-per-instance',
    'C:supported-collation-set',
  ];
  for (const name of names) {
    await alice.proppatch(alice.calendar, { set: { [name]: '1' } }).expectProperties(alice.calendar, { [name]: 403 });
  }
});

should('RFC 4791 section 5.2.1', 'the properties of calendars stay out of allprop', async ({ alice }) => {
  await alice
    .proppatch(alice.calendar, {
      set: { 'C:calendar-description': 'Days', 'C:calendar-timezone': fixedZone('Example/Tashkent', '+0500') },
    })
    .expect(207);
  const answer = await alice.propfind(alice.calendar, '0').expect(207);
  const { properties } = answer.multistatus().at(alice.calendar);
  for (const name of [
    'C:calendar-description',
    'C:calendar-timezone',
    'C:supported-calendar-data',
    'C:max-resource-size',
    'C:min-date-time',
    'C:max-date-time',
    'C:max-attendees-per-instance',
    'C:supported-collation-set',
  ]) {
    assert.ok(!properties.has(clark(name)), name);
  }
});

should(
  'RFC 4791 section 6.2.1',
  'calendar-home-set of a principal is the one home of its calendars',
  async ({ alice }) => {
    const name = 'C:calendar-home-set';
    const home = (value: XmlElement): void => assert.deepEqual(hrefsIn(value), [alice.calendars]);
    await alice.propfind(alice.principal, '0', [name]).expectProperties(alice.principal, { [name]: home });
    const all = await alice.propfind(alice.principal, '0').expect(207);
    assert.ok(!all.multistatus().at(alice.principal).properties.has(clark(name)));
    const listed = await alice.propfind(alice.calendars, '1', ['D:resourcetype']).expect(207);
    const calendars = [...listed.multistatus().responses]
      .filter(
        ([, { properties }]) =>
          childrenOf(properties.get(clark('D:resourcetype'))!.element, clark('C:calendar')).length > 0,
      )
      .map(([path]) => path);
    assert.deepEqual(calendars.toSorted(), [alice.calendar, `${alice.calendars}tasks/`]);
  },
);

must(
  'RFC 4791 section 5.1',
  'OPTIONS of a calendar home says calendar-access and MKCALENDAR, which a calendar does not take',
  async ({ alice }) => {
    const { headers } = await alice.options(alice.calendar).expect(200);
    assert.doesNotMatch(headers.allow ?? '', /MK/);
    await alice
      .options(alice.calendars)
      .expect(200)
      .expectHeader('DAV', /(^|, *)calendar-access(,|$)/)
      .expectHeader('Allow', /(^|, *)MKCALENDAR(,|$)/);
  },
);

must('RFC 4791 section 7', 'calendars list their reports, and objects theirs', async ({ alice }) => {
  const path = `${alice.calendar}a.ics`;
  await alice.put(path, event()).expect(201);
  const lists = (names: readonly string[]) => (value: XmlElement) => {
    const reports = childrenOf(value, '{DAV:}supported-report')
      .flatMap((one) => childrenOf(one, '{DAV:}report'))
      .flatMap((one) => one.children.flatMap((child) => (typeof child === 'string' ? [] : [child.name])));
    for (const name of names) assert.ok(reports.includes(clark(name)), `${name} in ${reports.join()}`);
  };
  const answer = alice.propfind(alice.calendar, '1', ['D:supported-report-set']);
  await answer.expectProperties(alice.calendar, {
    'D:supported-report-set': lists([
      'C:calendar-query',
      'C:calendar-multiget',
      'C:free-busy-query',
      'D:sync-collection',
      'D:expand-property',
    ]),
  });
  await answer.expectProperties(path, {
    'D:supported-report-set': lists(['C:calendar-query', 'C:calendar-multiget', 'D:expand-property']),
  });
});

must('RFC 4791 section 7', 'a home has no report of calendars', async ({ alice }) => {
  await alice
    .report(alice.calendars, '<C:calendar-query xmlns:C="urn:ietf:params:xml:ns:caldav"/>', '1')
    .expectPrecondition('D:supported-report', 403);
});

quirk('Q-9-7', 'a display name keeps ampersands, quotes and emoji', async ({ alice }) => {
  const name = `Tom & "Jerry" <'> \u{1f408}`;
  await alice.proppatch(alice.calendar, { set: { 'D:displayname': name } }).expect(207);
  await alice
    .propfind(alice.calendar, '0', ['D:displayname'])
    .expectProperties(alice.calendar, { 'D:displayname': name });
});
