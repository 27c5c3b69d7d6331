/**
 * A whole calendar as one file: GET with ?export.
 */
import assert from 'node:assert/strict';
import { readCalendar } from '../../../src/formats/icalendar/read.ts';
import { calendarOf, component, event, todo } from '../../support/builders.ts';
import { hostile, must } from '../../support/conformance.ts';
import { componentsIn, fixedZoneComponent, linesOf } from '../rfc4791/queries.ts';

const SPEC = 'behaviour: a whole calendar by GET with ?export';

/** An event at nine o'clock in a zone that it brings along. */
function zoned(uid: string, tzid: string, zone: string): string {
  const lines = {
    UID: uid,
    DTSTAMP: '20260701T080000Z',
    [`DTSTART;TZID=${tzid}`]: '20260702T090000',
    DURATION: 'PT1H',
  };
  return calendarOf(zone, component('VEVENT', lines));
}

must(SPEC, 'everything in the calendar comes as one iCalendar object', async ({ alice }) => {
  const path = await alice.newCalendar('whole');
  const long = 'x'.repeat(200);
  await alice.put(`${path}a.ics`, event({ UID: 'a', SUMMARY: 'Tom\\, Jerry', 'X-LONG': long })).expect(201);
  await alice
    .put(`${path}b.ics`, todo({ UID: 'b' }, component('VALARM', { ACTION: 'AUDIO', TRIGGER: '-PT1H' })))
    .expect(201);
  await alice
    .put(
      `${path}c.ics`,
      calendarOf(
        component('VEVENT', {
          UID: 'c',
          DTSTAMP: '20260701T080000Z',
          DTSTART: '20260702T100000Z',
          RRULE: 'FREQ=DAILY',
        }),
        component('VEVENT', {
          UID: 'c',
          DTSTAMP: '20260701T080000Z',
          'RECURRENCE-ID': '20260703T100000Z',
          DTSTART: '20260703T110000Z',
        }),
      ),
    )
    .expect(201);
  const { text } = await alice
    .get(`${path}?export`)
    .expect(200)
    .expectHeader('Content-Type', 'text/calendar; charset=utf-8');
  const { properties, components } = readCalendar(text);
  assert.deepEqual(
    components.map(({ name }) => name),
    ['VEVENT', 'VTODO', 'VEVENT', 'VEVENT'],
  );
  assert.deepEqual(linesOf(text, 'VEVENT', 'X-LONG'), [`X-LONG:${long}`]);
  assert.deepEqual(linesOf(text, 'VEVENT', 'SUMMARY'), ['SUMMARY:Tom\\, Jerry']);
  assert.equal(componentsIn(text, 'VALARM').length, 1);
  assert.deepEqual(
    properties.map(({ name }) => name),
    ['VERSION', 'PRODID'],
  );
  for (const line of text.split('\r\n')) assert.ok(Buffer.byteLength(line) <= 75, line);
});

must(SPEC, 'name, description, zone and colour of the calendar come along', async ({ alice }) => {
  const path = await alice.newCalendar('named', {
    'D:displayname': 'Work; & more',
    'C:calendar-description': 'Two\nlines',
    'C:calendar-timezone-id': 'Europe/Berlin',
    'ICAL:calendar-color': '#FF2968FF',
  });
  const { text } = await alice.get(`${path}?export`).expect(200);
  const values = new Map(readCalendar(text).properties.map(({ name, value }) => [name, value]));
  assert.deepEqual(Object.fromEntries(values), {
    VERSION: '2.0',
    PRODID: '-//Davit//EN',
    NAME: 'Work\\; & more',
    'X-WR-CALNAME': 'Work\\; & more',
    DESCRIPTION: 'Two\\nlines',
    'X-WR-CALDESC': 'Two\\nlines',
    'X-WR-TIMEZONE': 'Europe/Berlin',
    'X-APPLE-CALENDAR-COLOR': '#FF2968',
  });
});

must(SPEC, 'each time zone is there once, and those that differ under one name stay apart', async ({ alice }) => {
  const path = await alice.newCalendar('zones');
  const east = fixedZoneComponent('Here', '+0500');
  const west = fixedZoneComponent('Here', '-0500');
  for (const [name, zone] of [
    ['a', east],
    ['b', west],
    ['c', east],
    ['d', west],
  ] as const) {
    await alice.put(`${path}${name}.ics`, zoned(name, 'Here', zone)).expect(201);
  }
  const { text } = await alice.get(`${path}?export`).expect(200);
  const zones = new Map(
    componentsIn(text, 'VTIMEZONE').map((lines) => [
      lines.find((line) => line.startsWith('TZID:'))?.slice(5),
      lines.find((line) => line.startsWith('TZOFFSETTO:')),
    ]),
  );
  assert.equal(zones.size, 2);
  assert.equal(componentsIn(text, 'VTIMEZONE').length, 2);
  const offsets = componentsIn(text, 'VEVENT').map((lines) => {
    const tzid = /^DTSTART;TZID="?([^":]+)"?:/.exec(lines.find((line) => line.startsWith('DTSTART'))!)?.[1];
    return `${lines[0]} ${zones.get(tzid)}`;
  });
  assert.deepEqual(offsets, [
    'UID:a TZOFFSETTO:+0500',
    'UID:b TZOFFSETTO:-0500',
    'UID:c TZOFFSETTO:+0500',
    'UID:d TZOFFSETTO:-0500',
  ]);
});

must(SPEC, 'an empty calendar is an empty VCALENDAR', async ({ alice }) => {
  const path = await alice.newCalendar('empty');
  const { text } = await alice.get(`${path}?export`).expect(200);
  assert.equal(text, 'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Davit//EN\r\nEND:VCALENDAR\r\n');
});

must(SPEC, 'jCal comes for who likes that better', async ({ alice }) => {
  const path = await alice.newCalendar('json', { 'D:displayname': 'Work' });
  await alice.put(`${path}a.ics`, event({ UID: 'a' })).expect(201);
  await alice.put(`${path}b.ics`, zoned('b', 'Here', fixedZoneComponent('Here', '+0500'))).expect(201);
  const answer = await alice
    .get(`${path}?export`, { Accept: 'application/calendar+json' })
    .expect(200)
    .expectHeader('Content-Type', 'application/calendar+json')
    .expectHeader('Content-Disposition', 'attachment; filename="Work.json"');
  const [name, head, components] = JSON.parse(answer.text);
  assert.equal(name, 'vcalendar');
  assert.deepEqual(head.at(-1), ['x-wr-calname', {}, 'unknown', 'Work']);
  assert.deepEqual(
    components.map(([one]: readonly string[]) => one),
    ['vevent', 'vtimezone', 'vevent'],
  );
  const empty = await alice.newCalendar('nothing');
  const { text } = await alice.get(`${empty}?export`, { Accept: 'application/calendar+json' });
  assert.deepEqual(JSON.parse(text)[2], []);
});

must(
  'RFC 9110 section 13.1.2',
  'a client that has the export already is told so, until something changes',
  async ({ alice }) => {
    const path = await alice.newCalendar('kept');
    await alice.put(`${path}a.ics`, event()).expect(201);
    const seen = new Set<string>();
    const changed = async (): Promise<void> => {
      const { etag } = await alice
        .get(`${path}?export`)
        .expect(200)
        .expectHeader('Vary', /^Accept\b/);
      assert.ok(!seen.has(etag), 'another tag');
      seen.add(etag);
      await alice.get(`${path}?export`, { 'If-None-Match': etag }).expect(304);
      await alice.get(`${path}?export`, { 'If-None-Match': etag, Accept: 'application/calendar+json' }).expect(200);
    };
    await changed();
    await alice.put(`${path}b.ics`, event()).expect(201);
    await changed();
    await alice.delete(`${path}a.ics`).expect(204);
    await changed();
    await alice.proppatch(path, { set: { 'D:displayname': 'Other' } }).expect(207);
    await changed();
  },
);

must(SPEC, 'HEAD answers as GET does, and without ?export there is a page', async ({ alice }) => {
  await alice.put(`${alice.calendar}a.ics`, event()).expect(201);
  const got = await alice.get(`${alice.calendar}?export`);
  const head = await alice.head(`${alice.calendar}?export`).expect(200).expectHeader('ETag', got.etag);
  assert.equal(head.headers['content-disposition'], got.headers['content-disposition']);
  for (const query of ['', '?', '?exports', '?a=export']) {
    await alice
      .get(alice.calendar + query)
      .expect(200)
      .expectHeader('Content-Type', /^text\/html/);
  }
  await alice
    .get(`${alice.calendars}?export`)
    .expect(200)
    .expectHeader('Content-Type', /^text\/html/);
});

hostile('S1 nobody exports what is not theirs to read', async ({ alice, bob, carol, anonymous }) => {
  const path = `${alice.calendar}?export`;
  await alice.put(`${alice.calendar}a.ics`, event()).expect(201);
  for (const other of [bob, carol]) await other.get(path).expect(404);
  await anonymous.get(path).expect(401);
  await alice.acl(alice.calendar, [[bob.principal, 'C:read-free-busy']]).expect(200);
  await bob.get(path).expect(403, 404);
  await alice.acl(alice.calendar, [[bob.principal, 'D:read']]).expect(200);
  await bob.get(path).expect(200).expectText('BEGIN:VEVENT');
});

hostile('S15 the name of a calendar makes no header, and leads to no other folder', async ({ alice }) => {
  const names: Readonly<Record<string, RegExp>> = {
    'a"b.ics; filename=evil.exe': /^attachment; filename="a_b\.ics_ filename_evil\.exe\.ics"; filename\*=UTF-8''a%22b/,
    '../../etc/passwd': /^attachment; filename="etc passwd\.ics"|^attachment; filename="\.\. etc passwd\.ics"/,
    'Würfel 🎲': /^attachment; filename="W_rfel _+\.ics"; filename\*=UTF-8''W%C3%BCrfel%20%F0%9F%8E%B2\.ics$/,
    'a\u202Efdp.exe': /^attachment; filename="a fdp\.exe\.ics"$/,
    ' . ': /^attachment; filename="calendar\.ics"$/,
    [`x\u2028${'y'.repeat(3_000)}`]: /^attachment; filename="x y{98}\.ics"$/,
  };
  for (const [name, disposition] of Object.entries(names)) {
    await alice.proppatch(alice.calendar, { set: { 'D:displayname': name } }).expect(207);
    const answer = await alice
      .get(`${alice.calendar}?export`)
      .expect(200)
      .expectHeader('Content-Disposition', disposition);
    assert.match(answer.headers['content-disposition']!, /^[ -~]+$/);
    assert.equal(answer.headers['x-content-type-options'], 'nosniff');
    assert.match(answer.headers['content-security-policy']!, /sandbox/);
  }
});
