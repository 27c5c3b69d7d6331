/**
 * MKCALENDAR: a calendar with its properties at once, or nothing. RFC 4791 section 5.3.1.
 */
import assert from 'node:assert/strict';
import { attributeOf, childrenOf, type XmlElement } from '../../../src/formats/xml/element.ts';
import { event } from '../../support/builders.ts';
import type { Client } from '../../support/client.ts';
import { must, quirk, should } from '../../support/conformance.ts';
import { clark, XMLNS } from '../../support/names.ts';
import { TEST_LIMITS } from '../../support/service.ts';
import { fixedZone } from './queries.ts';

/** Nothing was made, and the name is free. */
async function leftNothing(client: Client, path: string): Promise<void> {
  await client.propfind(path, '0', ['D:resourcetype']).expect(404);
  await client.mkcalendar(path).expect(201);
}

function comps(...names: readonly string[]): string {
  return names.map((name) => `<C:comp xmlns:C="urn:ietf:params:xml:ns:caldav" name="${name}"/>`).join('');
}

must('RFC 4791 section 5.3.1', 'MKCALENDAR without a body makes an empty calendar', async ({ alice }) => {
  const path = `${alice.calendars}bare/`;
  await alice
    .mkcalendar(path)
    .expect(201)
    .expectHeader('Cache-Control', /no-cache/);
  await alice.propfind(path, '1', ['D:resourcetype']).expectMembers([path]);
  await alice
    .propfind(path, '0', ['D:resourcetype'])
    .expectProperties(path, { 'D:resourcetype': ['D:collection', 'C:calendar'] });
  await alice.put(`${path}a.ics`, event()).expect(201);
});

must('RFC 4791 section 5.3.1', 'MKCALENDAR sets all the properties of its body', async ({ alice }) => {
  const path = `${alice.calendars}full/`;
  const zone = fixedZone('Example/Tashkent', '+0500');
  const set = {
    'D:displayname': 'Full',
    'C:calendar-description': 'Everything at once',
    'C:calendar-timezone': zone,
    'C:supported-calendar-component-set': comps('VTODO', 'VEVENT', 'VTODO'),
    'C:schedule-calendar-transp': '<C:transparent xmlns:C="urn:ietf:params:xml:ns:caldav"/>',
    'ICAL:calendar-color': '#FF8800FF',
    'ICAL:calendar-order': '3',
    'X:mood': 'good',
  };
  await alice
    .mkcalendar(path, set)
    .expect(201)
    .expectHeader('Cache-Control', /no-cache/);
  const components = (value: XmlElement): void => {
    const names = childrenOf(value, clark('C:comp')).map((one) => attributeOf(one, 'name'));
    assert.deepEqual(names.toSorted(), ['VEVENT', 'VTODO']);
  };
  await alice.propfind(path, '0', [...Object.keys(set), 'D:resourcetype']).expectProperties(path, {
    ...set,
    'D:resourcetype': ['D:collection', 'C:calendar'],
    'C:calendar-timezone': /TZID:Example\/Tashkent/,
    'C:supported-calendar-component-set': components,
    'C:schedule-calendar-transp': ['C:transparent'],
  });
});

must('RFC 4791 section 5.3.1', 'one property that cannot be set makes nothing', async ({ alice }) => {
  const path = `${alice.calendars}partly/`;
  const refused: Readonly<Record<string, string>> = {
    'D:sync-token': 'mine',
    'C:max-resource-size': '1',
    'C:calendar-timezone': 'BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n',
    'C:supported-calendar-component-set': '',
  };
  for (const [name, value] of Object.entries(refused)) {
    const answer = await alice
      .mkcalendar(path, { 'D:displayname': 'Partly', [name]: value })
      .expect(207)
      .expectHeader('Cache-Control', /no-cache/);
    const { properties } = answer.multistatus().at(path);
    const status = properties.get(clark(name))?.status ?? 0;
    assert.ok(status === 403 || status === 409, `${name} has status ${status}`);
    assert.equal(properties.get(clark('D:displayname'))?.status, 424);
    await alice.propfind(path, '0', ['D:resourcetype']).expect(404);
  }
  await leftNothing(alice, path);
});

must(
  'RFC 4791 section 5.3.1',
  'a calendar-timezone that is none is refused with valid-calendar-data',
  async ({ alice }) => {
    const path = `${alice.calendars}zoned/`;
    const answer = await alice.mkcalendar(path, { 'C:calendar-timezone': event() }).expect(207);
    const refused = answer.multistatus().at(path).properties.get(clark('C:calendar-timezone'));
    assert.deepEqual(refused?.conditions, [clark('C:valid-calendar-data')]);
    await leftNothing(alice, path);
  },
);

must('RFC 4791 section 5.3.1', 'where something is already, resource-must-be-null', async ({ alice }) => {
  await alice.put(`${alice.calendar}a.ics`, event()).expect(201);
  for (const path of [alice.calendar, alice.calendars, `${alice.calendar}a.ics`, alice.principal, '/', '/calendars/']) {
    await alice.mkcalendar(path, { 'D:displayname': 'Mine now' }).expectPrecondition('D:resource-must-be-null', 405);
  }
  await alice
    .propfind(alice.calendar, '0', ['D:displayname'])
    .expectProperties(alice.calendar, { 'D:displayname': 'Calendar' });
  await alice.get(`${alice.calendar}a.ics`).expect(200);
});

must('RFC 4791 section 5.3.1', 'where no calendar can lie, calendar-collection-location-ok', async ({ alice }) => {
  for (const path of [
    `${alice.calendar}inner/`,
    `${alice.addressbooks}a/`,
    `${alice.addressbook}a/`,
    `${alice.calendars}inbox/a/`,
  ]) {
    await alice.mkcalendar(path).expectPrecondition('C:calendar-collection-location-ok', 403);
    await alice.propfind(path, '0').expect(404);
  }
});

must('RFC 4791 section 5.3.1.1', 'without the collection around it, 409', async ({ alice }) => {
  await alice.mkcalendar(`${alice.calendars}missing/inner/`).expect(409);
  await alice.propfind(`${alice.calendars}missing/`, '0').expect(404);
});

must('RFC 4791 section 5.3.1', 'nobody makes calendars in the home of another', async ({ alice, bob, carol }) => {
  const path = `${alice.calendars}theirs/`;
  for (const other of [bob, carol]) {
    const { status } = await other.mkcalendar(path);
    assert.ok([403, 404, 409].includes(status), String(status));
  }
  await leftNothing(alice, path);
});

must('RFC 4791 section 5.3.1.1', 'a body that is not CALDAV:mkcalendar is refused with 415', async ({ alice }) => {
  const path = `${alice.calendars}other/`;
  await alice.request('MKCALENDAR', path, { body: `<D:mkcol ${XMLNS}/>` }).expect(415);
  await alice.request('MKCALENDAR', path, { body: '<C:mkcalendar' }).expect(400);
  await leftNothing(alice, path);
});

must('RFC 4791 section 5.3.1.1', 'a home that is full takes no calendar more: 507', async ({ alice }) => {
  const made: string[] = [];
  for (let i = 0; i < TEST_LIMITS.collections; i++) {
    const path = `${alice.calendars}c${i}/`;
    const { status } = await alice.mkcalendar(path).expect(201, 507);
    if (status === 507) break;
    made.push(path);
  }
  await alice.mkcalendar(`${alice.calendars}more/`).expect(507);
  await alice.delete(made[0]!).expect(204);
  await alice.mkcalendar(`${alice.calendars}more/`).expect(201);
});

should(
  'RFC 4791 section 5.3.1',
  'the name may be any segment of a URL, with or without the slash',
  async ({ alice }) => {
    const path = `${alice.calendars}B%C3%BCro%20%26%20Haus/`;
    await alice.mkcalendar(path.slice(0, -1)).expect(201);
    await alice.propfind(path, '0', ['D:resourcetype']).expectMembers([path]);
    await alice.put(`${path}a.ics`, event()).expect(201);
  },
);

quirk('Q-9-13', 'Apple names the resource type and its own properties in MKCALENDAR', async ({ alice }) => {
  const path = `${alice.calendars}9E1B0C5A/`;
  const type = '<D:collection xmlns:D="DAV:"/><C:calendar xmlns:C="urn:ietf:params:xml:ns:caldav"/>';
  const zone = fixedZone('Example/Tashkent', '+0500').replaceAll('\r', '&#13;');
  const body =
    `<C:mkcalendar ${XMLNS}><D:set><D:prop><D:resourcetype>${type}</D:resourcetype><D:displayname>Home</D:displayname>` +
    '<ICAL:calendar-color symbolic-color="custom">#1BADF8FF</ICAL:calendar-color><ICAL:calendar-order>11</ICAL:calendar-order>' +
    `<C:calendar-timezone>${zone}</C:calendar-timezone></D:prop></D:set></C:mkcalendar>`;
  await alice.request('MKCALENDAR', path, { body }).expect(201);
  const color = (value: XmlElement): void => assert.equal(attributeOf(value, 'symbolic-color'), 'custom');
  await alice
    .propfind(path, '0', ['D:resourcetype', 'ICAL:calendar-color', 'ICAL:calendar-order'])
    .expectProperties(path, {
      'D:resourcetype': ['D:collection', 'C:calendar'],
      'ICAL:calendar-color': color,
      'ICAL:calendar-order': '11',
    });
});
