/**
 * Time zones by reference: calendar data with and without VTIMEZONE, as the client wants them. RFC 7809 section 3.1.
 */
import assert from 'node:assert/strict';
import { calendarOf, component, event, newUid } from '../../support/builders.ts';
import type { Client } from '../../support/client.ts';
import { must, should } from '../../support/conformance.ts';
import { clark } from '../../support/names.ts';
import { comp, componentsIn, finds, fixedZoneComponent, linesOf, multiget, query, range } from '../rfc4791/queries.ts';

const ALL = { 'CalDAV-Timezones': 'T' };
const NONE = { 'CalDAV-Timezones': 'F' };
const DATA = clark('C:calendar-data');
const JCAL = 'application/calendar+json';

const BERLIN = fixedZoneComponent('Europe/Berlin', '+0100');
const EAST = fixedZoneComponent('Example/East', '+0500');

/** An event in these zones: DTSTART in the first, DTEND in the second. */
function zoned(start: string, end: string, ...definitions: readonly string[]): string {
  const lines = {
    UID: newUid(),
    DTSTAMP: '20260701T080000Z',
    [`DTSTART;TZID=${start}`]: '20260702T100000',
    [`DTEND;TZID=${end}`]: '20260702T233000',
    SUMMARY: 'Flight',
  };
  return calendarOf(...definitions, component('VEVENT', lines));
}

/** The TZIDs of the VTIMEZONEs, in order. */
function defined(text: string): readonly string[] {
  return linesOf(text, 'VTIMEZONE', 'TZID').map((line) => line.slice('TZID:'.length));
}

async function put(client: Client, body: string): Promise<string> {
  const path = `${client.calendar}zoned.ics`;
  await client.put(path, body).expect(201, 204);
  return path;
}

must('RFC 7809 section 3.1.1', 'the DAV header names calendar-no-timezone', async ({ alice }) => {
  for (const path of [alice.calendars, alice.calendar]) {
    await alice.options(path).expectHeader('DAV', /, addressbook, (?:.+, )?calendar-no-timezone(?:, |$)/);
  }
});

should('RFC 7809 section 5.1', 'a calendar home names the time zone service', async ({ alice, anonymous }) => {
  const name = 'C:timezone-service-set';
  const answer = await alice.propfind(alice.calendars, '0', [name]).expect(207);
  const [, service] = /<[a-z:]*timezone-service-set><d:href>([^<]+)</.exec(answer.text) ?? [];
  assert.ok(service !== undefined, answer.text);
  await anonymous.get(`${service}/capabilities`).expect(200);
  const all = await alice.propfind(alice.calendars, '0').expect(207);
  assert.ok(!all.multistatus().at(alice.calendars).properties.has(clark(name)));
});

must(
  'RFC 7809 section 3.1.4',
  'an event without VTIMEZONE is taken, and takes place where its zone is',
  async ({ alice }) => {
    const path = await put(alice, zoned('America/New_York', 'America/New_York'));
    const at = (start: string, end: string) => comp('VEVENT', range(start, end));
    await finds(alice, alice.calendar, at('20260702T140000Z', '20260702T140001Z'), ['zoned']);
    await finds(alice, alice.calendar, at('20260702T130000Z', '20260702T140000Z'), []);
    assert.deepEqual(defined((await alice.get(path).expect(200)).text), []);
  },
);

must('RFC 7809 section 3.1.3', 'with T, GET gives every VTIMEZONE that is referred to', async ({ alice }) => {
  const body = zoned('Europe/Berlin', 'Asia/Tokyo', BERLIN);
  const path = await put(alice, body);
  const { text } = await alice.get(path, ALL).expect(200);
  assert.deepEqual(defined(text).toSorted(), ['Asia/Tokyo', 'Europe/Berlin']);
  // Its own definition stays as it was sent.
  assert.ok(text.includes(BERLIN));
  assert.equal(text.replace(/BEGIN:VTIMEZONE\r\nTZID:Asia[\s\S]*?END:VTIMEZONE\r\n/, ''), body);
});

must('RFC 7809 section 3.1.3', 'with F, GET gives no VTIMEZONE but those that nobody else has', async ({ alice }) => {
  const path = await put(alice, zoned('Europe/Berlin', 'Example/East', BERLIN, EAST));
  assert.deepEqual(defined((await alice.get(path, NONE).expect(200)).text), ['Example/East']);
  assert.deepEqual(componentsIn((await alice.get(path, NONE)).text, 'VEVENT').length, 1);
});

must(
  'RFC 7809 section 3.1.3',
  'without the header, or with a value that means nothing, it is as stored',
  async ({ alice }) => {
    const body = zoned('Europe/Berlin', 'Asia/Tokyo', BERLIN);
    const path = await put(alice, body);
    for (const value of [undefined, '', 'yes'])
      assert.equal((await alice.get(path, { 'CalDAV-Timezones': value }).expect(200)).text, body);
    await alice.get(path).expectHeader('Vary', /CalDAV-Timezones/i);
  },
);

must('RFC 9110 section 8.8.1', 'what is not as it is stored has an entity tag of its own', async ({ alice }) => {
  const path = await put(alice, zoned('Europe/Berlin', 'Asia/Tokyo', BERLIN));
  const tags = new Set<string | undefined>();
  for (const headers of [{}, ALL, NONE, { ...NONE, Accept: JCAL }, { Accept: JCAL }]) {
    const { headers: got } = await alice.get(path, headers).expect(200);
    tags.add(got.etag);
    await alice.get(path, { ...headers, 'If-None-Match': got.etag }).expect(304);
    await alice
      .head(path, headers)
      .expect(200)
      .expectHeader('ETag', got.etag ?? '');
  }
  assert.equal(tags.size, 5);
  // Each names the object that was read, so each serves to change it.
  const { headers } = await alice.get(path, NONE).expect(200);
  await alice
    .put(path, (await alice.get(path)).text.replace('Flight', 'Train'), { 'If-Match': headers.etag })
    .expect(204);
  await alice.put(path, (await alice.get(path)).text, { 'If-Match': headers.etag }).expect(412);
});

must('RFC 9110 section 8.8.1', 'where the header changes nothing the tag is that of the object', async ({ alice }) => {
  const path = await put(alice, zoned('Europe/Berlin', 'Europe/Berlin', BERLIN));
  const { headers } = await alice.get(path).expect(200);
  await alice
    .get(path, ALL)
    .expect(200)
    .expectHeader('ETag', headers.etag ?? '');
  await alice.put(`${alice.calendar}utc.ics`, event()).expect(201);
  const utc = await alice.get(`${alice.calendar}utc.ics`).expect(200);
  for (const asked of [ALL, NONE])
    await alice
      .get(`${alice.calendar}utc.ics`, asked)
      .expect(200)
      .expectHeader('ETag', utc.headers.etag ?? '');
});

must(
  'RFC 7809 section 3.1.3',
  'calendar data of reports follow the header, under the tag of the object',
  async ({ alice }) => {
    const path = await put(alice, zoned('Europe/Berlin', 'Asia/Tokyo', BERLIN));
    const { headers: stored } = await alice.get(path).expect(200);
    const wanted = '<D:getetag/><C:calendar-data/>';
    for (const body of [query(comp('VEVENT'), { prop: wanted }), multiget([path], wanted)]) {
      for (const [headers, zones] of [
        [ALL, ['Asia/Tokyo', 'Europe/Berlin']],
        [NONE, []],
        [{}, ['Europe/Berlin']],
      ] as const) {
        const answer = (await alice.report(alice.calendar, body, '1', headers).expect(207)).multistatus();
        assert.deepEqual(defined(answer.value(path, DATA).replaceAll(/\r?\n/g, '\r\n')).toSorted(), zones);
        assert.equal(answer.value(path, clark('D:getetag')), stored.etag);
      }
    }
  },
);

must('RFC 7809 section 3.1.3', 'and so does an export, and the availability of an inbox', async ({ alice }) => {
  await put(alice, zoned('Europe/Berlin', 'Example/East', BERLIN, EAST));
  const exported = async (headers: Readonly<Record<string, string>>) =>
    defined((await alice.get(`${alice.calendar}?export`, headers).expect(200)).text).toSorted();
  assert.deepEqual(await exported({}), ['Europe/Berlin', 'Example/East']);
  assert.deepEqual(await exported(NONE), ['Example/East']);

  const inbox = `${alice.calendars}inbox/`;
  const name = 'C:calendar-availability';
  const hours = component('VAVAILABILITY', {
    UID: newUid(),
    DTSTAMP: '20260601T000000Z',
    'DTSTART;TZID=Europe/Berlin': '20260601T000000',
  });
  await alice.proppatch(inbox, { set: { [name]: calendarOf(hours) } }).expectProperties(inbox, { [name]: true });
  const value = async (headers: Readonly<Record<string, string>>) => {
    const answer = await alice.propfind(inbox, '0', [name], headers).expect(207);
    return defined(answer.multistatus().value(inbox, clark(name)).replaceAll(/\r?\n/g, '\r\n'));
  };
  assert.deepEqual(await value({}), []);
  assert.deepEqual(await value(ALL), ['Europe/Berlin']);
  await alice
    .proppatch(inbox, { set: { [name]: calendarOf(BERLIN, hours) } })
    .expectProperties(inbox, { [name]: true });
  assert.deepEqual(await value({}), ['Europe/Berlin']);
  assert.deepEqual(await value(NONE), []);
});

must('RFC 7809 section 4', 'every zone that is left out can be had from the service', async ({ alice, anonymous }) => {
  const path = await put(
    alice,
    zoned('Europe/Berlin', 'US/Eastern', BERLIN, fixedZoneComponent('US/Eastern', '-0500')),
  );
  assert.deepEqual(defined((await alice.get(path, NONE).expect(200)).text), []);
  for (const name of ['Europe/Berlin', 'US/Eastern'])
    await anonymous.get(`/timezone/zones/${encodeURIComponent(name)}`).expect(200);
  // What only sounds like a zone of the database is not in the service, so it stays.
  const other = await put(
    alice,
    zoned('europe/berlin', 'Berlin', fixedZoneComponent('europe/berlin', '+0100')).replace(
      /UID:.*/,
      linesOf((await alice.get(path)).text, 'VEVENT', 'UID')[0]!,
    ),
  );
  assert.deepEqual(defined((await alice.get(other, NONE).expect(200)).text), ['europe/berlin']);
});
