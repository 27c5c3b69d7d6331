/**
 * What calendars take, and give back as it was. RFC 4791 section 4.1, RFC 4791 section 5.3.
 */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { childrenOf, elementsOf, textOf } from '../../../src/formats/xml/element.ts';
import { calendarOf, component, event, journal, newUid, todo } from '../../support/builders.ts';
import type { Client } from '../../support/client.ts';
import { must, quirk, should } from '../../support/conformance.ts';
import { clark, XMLNS } from '../../support/names.ts';
import { TEST_LIMITS } from '../../support/service.ts';
import { comp, finds, multiget, prop, query, text } from './queries.ts';

/** The href in CALDAV:no-uid-conflict. */
async function conflictOf(client: Client, path: string, body: string): Promise<readonly string[]> {
  const answer = await client.put(path, body).expectPrecondition('C:no-uid-conflict', 409);
  return elementsOf(answer.xml()).flatMap((condition) => childrenOf(condition, '{DAV:}href').map(textOf));
}

const LONG = `Long ${'abcdefghij'.repeat(60)}`;

/** Objects in forms that servers are tempted to change. */
const KEPT: Readonly<Record<string, string>> = {
  folded: event({ SUMMARY: 'A text that was folded in a place where few would fold\r\n  it' }),
  unfolded: event({ DESCRIPTION: LONG }),
  emoji: event({ SUMMARY: 'Füße \u{1f9d1}\u{200d}\u{1f680} 会議', LOCATION: 'Zürich' }),
  escapes: event({ DESCRIPTION: 'a\\nb\\, c\\; d\\\\ & <e> "f" ]]>' }),
  unknown: event(
    {
      'X-MOOD;X-SCALE="1:10";X-SCALE=2': 'good',
      'NEW-PROPERTY;VALUE=BINARY;ENCODING=BASE64': 'QUJD',
      'ATTENDEE;CN="A, B^n^^";X-A=b': 'mailto:a@example.com',
    },
    component('X-THING', { 'X-B': 'c' }),
    component('VALARM', { ACTION: 'NONE', 'TRIGGER;VALUE=DATE-TIME': '19760401T005545Z' }),
  ),
  'lower case': event().replaceAll('SUMMARY', 'summary').replaceAll('DTSTART', 'DtStart'),
  'bare line ends': event().replaceAll('\r\n', '\n'),
  'blank end': `${event()}\r\n`,
};

must(
  'RFC 4791 section 5.3.3',
  'an object comes back byte by byte, under one strong ETag everywhere',
  async ({ alice }) => {
    for (const [name, body] of Object.entries(KEPT)) {
      const path = `${alice.calendar}${encodeURIComponent(name)}.ics`;
      const put = await alice
        .put(path, body)
        .expect(201)
        .expectHeader('ETag', /^"[^"]+"$/);
      const got = await alice
        .get(path)
        .expect(200)
        .expectHeader('Content-Type', /^text\/calendar; *charset=utf-8/i);
      assert.equal(got.text, body, name);
      assert.equal(got.etag, put.etag, name);
      const properties = { 'D:getetag': put.etag };
      await alice.head(path).expect(200).expectHeader('ETag', put.etag);
      await alice.propfind(path, '0', ['D:getetag']).expectProperties(path, properties);
      await alice.sync(alice.calendar, '').expectProperties(path, properties);
      await alice.report(alice.calendar, query(comp('VEVENT')), '1').expectProperties(path, properties);
      const data = await alice.report(alice.calendar, multiget([path])).expectProperties(path, properties);
      const answered = data.multistatus().value(path, clark('C:calendar-data'));
      assert.equal(answered.replaceAll('\r\n', '\n'), body.replaceAll('\r\n', '\n'), name);
    }
  },
);

must(
  'RFC 4791 section 9.6',
  'what XML cannot carry is kept as it is, and left out of calendar-data',
  async ({ alice }) => {
    const path = `${alice.calendar}a.ics`;
    const forbidden: readonly string[] = ['\x07', '\x0b', '\x1b', '\ufffe', '\uffff'];
    for (const character of forbidden) {
      const body = event({ UID: 'a', SUMMARY: `be${character}fore` });
      await alice.put(path, body).expect(201, 204);
      assert.deepEqual(Buffer.from((await alice.get(path)).body), Buffer.from(body));
      await alice
        .report(alice.calendar, multiget([path]))
        .expectProperties(path, { 'C:calendar-data': /\nSUMMARY:before\r\n/ });
    }
  },
);

must(
  'RFC 5545 section 3.1',
  'a line folded within a character, and a byte order mark, are read and kept',
  async ({ alice }) => {
    const path = `${alice.calendar}a.ics`;
    const whole = Buffer.from(event({ UID: 'a', SUMMARY: 'Füße' }));
    const at = whole.indexOf(0xc3) + 1;
    const folded = Buffer.concat([whole.subarray(0, at), Buffer.from('\r\n '), whole.subarray(at)]);
    const marked = Buffer.concat([Buffer.from('\ufeff'), whole]);
    for (const body of [folded, marked]) {
      await alice.put(path, body).expect(201, 204);
      assert.deepEqual(Buffer.from((await alice.get(path)).body), body);
      await finds(alice, alice.calendar, comp('VEVENT', prop('SUMMARY', text('füße'))), ['a']);
      await alice
        .report(alice.calendar, multiget([path]))
        .expectProperties(path, { 'C:calendar-data': /^BEGIN:VCALENDAR\r\n[\s\S]*SUMMARY:Füße\r\n/ });
    }
  },
);

must('RFC 4791 section 5.3.4', 'the ETag changes with the object, and only then', async ({ alice }) => {
  const path = `${alice.calendar}a.ics`;
  const body = event({ SUMMARY: 'Before' });
  const { etag } = await alice.put(path, body).expect(201);
  const same = await alice.put(path, body, { 'If-Match': etag }).expect(204);
  assert.equal(same.etag, etag);
  const changed = await alice.put(path, body.replace('Before', 'After'), { 'If-Match': etag }).expect(204);
  assert.notEqual(changed.etag, etag);
  await alice.put(path, body, { 'If-Match': etag }).expect(412);
  await alice.put(path, body, { 'If-None-Match': '*' }).expect(412);
  await alice.get(path).expectHeader('ETag', changed.etag).expectText('After');
});

must('RFC 4791 section 5.3.2', 'any name goes, not only the UID with an ending', async ({ alice }) => {
  for (const name of ['a', 'a.ics.', 'ein%20Tag.ics', 'a%2Bb%26c%3D.ics', '%E4%BC%9A%E8%AD%B0', 'a@b.ics', 'new.vcf']) {
    const path = `${alice.calendar}${name}`;
    await alice.put(path, event(), { 'Content-Type': 'text/calendar', 'If-None-Match': '*' }).expect(201);
    await alice.get(path).expect(200);
    await alice.propfind(alice.calendar, '1', ['D:getetag']).expectProperties(path, { 'D:getetag': true });
  }
});

must('RFC 4791 section 5.3.2.1', 'another media type is refused with supported-calendar-data', async ({ alice }) => {
  const path = `${alice.calendar}a.ics`;
  for (const type of ['text/vcard', 'application/json', 'application/calendar+cbor', 'image/png', 'text/html']) {
    await alice.put(path, event(), { 'Content-Type': type }).expectPrecondition('C:supported-calendar-data', 403);
  }
  await alice.get(path).expect(404);
});

quirk('Q-9-14', 'an event under a general media type, or none, is judged by its body', async ({ alice }) => {
  const types = [
    'application/octet-stream',
    'text/plain;charset=UTF-8',
    'text/calendar',
    'TEXT/Calendar; component=VEVENT; charset="utf-8"',
    undefined,
  ];
  for (const [at, type] of types.entries()) {
    await alice.put(`${alice.calendar}${at}.ics`, event(), { 'Content-Type': type }).expect(201);
  }
  const path = `${alice.calendar}x.ics`;
  for (const type of ['text/plain', 'application/octet-stream', undefined]) {
    await alice.put(path, 'Hello', { 'Content-Type': type }).expectPrecondition('C:valid-calendar-data', 403);
  }
  await alice.get(path).expect(404);
});

must('RFC 4791 section 5.3.2.1', 'what is no iCalendar is refused with valid-calendar-data', async ({ alice }) => {
  const path = `${alice.calendar}a.ics`;
  const refused = (body: string | Uint8Array) => alice.put(path, body).expectPrecondition('C:valid-calendar-data', 403);
  await refused('');
  await refused('Hello');
  await refused('BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Ada\r\nEND:VCARD\r\n');
  await refused(event().replace('END:VCALENDAR\r\n', ''));
  await refused(event().replace('END:VEVENT', 'END:VTODO'));
  await refused(event().replace('SUMMARY:', 'SUMMARY ')).expectText(/line \d+/i);
  await refused(event() + event());
  await refused(Buffer.from(event({ SUMMARY: 'Füße' }), 'latin1'));
  await refused(event({ SUMMARY: 'a\0b' }));
  await refused(event({ DTSTART: undefined }));
  await refused(event({ DTSTART: '20260230T100000Z' })).expectText('20260230T100000Z');
  await refused(event({ DTEND: 'tomorrow' }));
  await refused(event({ RRULE: 'FREQ=SOMETIMES' })).expectText('FREQ=SOMETIMES');
  await alice.get(path).expect(404);
});

must(
  'RFC 4791 section 4.1',
  'what is no single calendar object is refused with valid-calendar-object-resource',
  async ({ alice }) => {
    const calendar = await alice.newCalendar('any');
    const path = `${calendar}a.ics`;
    const at = { DTSTAMP: '20260701T080000Z', DTSTART: '20260702T100000Z' };
    const one = component('VEVENT', { ...at, UID: 'one' });
    const override = component('VEVENT', { ...at, UID: 'one', 'RECURRENCE-ID': '20260709T100000Z' });
    const bodies: Readonly<Record<string, string>> = {
      'two UIDs': calendarOf(one, component('VEVENT', { ...at, UID: 'two' })),
      'two types': calendarOf(one, component('VTODO', { DTSTAMP: at.DTSTAMP, UID: 'one' })),
      'two masters': calendarOf(one, one),
      'an instance twice': calendarOf(one, override, override),
      METHOD: calendarOf(one).replace('VERSION:2.0\r\n', 'VERSION:2.0\r\nMETHOD:REQUEST\r\n'),
      'no UID': event({ UID: undefined }),
      'an empty UID': event({ UID: '' }),
      'no component': calendarOf(),
      'a time zone alone': calendarOf(
        component(
          'VTIMEZONE',
          { TZID: 'A' },
          component('STANDARD', {
            DTSTART: '19700101T000000',
            TZOFFSETFROM: '+0100',
            TZOFFSETTO: '+0100',
          }),
        ),
      ),
    };
    for (const body of Object.values(bodies)) {
      await alice.put(path, body).expectPrecondition('C:valid-calendar-object-resource', 403);
    }
    await alice.get(path).expect(404);
    await alice.put(path, calendarOf(one, override)).expect(201);
  },
);

must('RFC 4791 section 4.1', 'overrides alone, without the series, are an object', async ({ alice }) => {
  const at = { DTSTAMP: '20260701T080000Z', UID: 'invited' };
  const body = calendarOf(
    component('VEVENT', { ...at, DTSTART: '20260709T110000Z', 'RECURRENCE-ID': '20260709T100000Z' }),
    component('VEVENT', { ...at, DTSTART: '20260716T110000Z', 'RECURRENCE-ID': '20260716T100000Z' }),
  );
  await alice.put(`${alice.calendar}a.ics`, body).expect(201);
});

must(
  'RFC 4791 section 5.3.2.1',
  'another component is refused with supported-calendar-component',
  async ({ alice }) => {
    const tasks = `${alice.calendars}tasks/`;
    await alice.put(`${tasks}a.ics`, event()).expectPrecondition('C:supported-calendar-component', 403);
    await alice.put(`${tasks}a.ics`, todo()).expect(201);
    for (const body of [todo(), journal(), calendarOf(component('VPOLL', { UID: newUid() }))]) {
      await alice.put(`${alice.calendar}b.ics`, body).expectPrecondition('C:supported-calendar-component', 403);
    }
    await alice.get(`${alice.calendar}b.ics`).expect(404);
    const all = await alice.newCalendar('all');
    const busy = component('VFREEBUSY', { UID: newUid(), DTSTAMP: '20260701T080000Z' });
    const available = component('VAVAILABILITY', { UID: newUid(), DTSTAMP: '20260701T080000Z' });
    for (const [at, body] of [event(), todo(), journal(), calendarOf(busy), calendarOf(available)].entries()) {
      await alice.put(`${all}${at}.ics`, body).expect(201);
    }
  },
);

must('RFC 4791 section 5.3.2.1', 'a UID stands once in a calendar; no-uid-conflict says where', async ({ alice }) => {
  const path = `${alice.calendar}first%20one.ics`;
  await alice.put(path, event({ UID: 'a' })).expect(201);
  assert.deepEqual(await conflictOf(alice, `${alice.calendar}b.ics`, event({ UID: 'a' })), [path]);
  await alice.get(`${alice.calendar}b.ics`).expect(404);
  const other = await alice.newCalendar('other');
  await alice.put(`${other}b.ics`, event({ UID: 'a' })).expect(201);
});

must('RFC 4791 section 5.3.2.1', 'an object is not replaced by one with another UID', async ({ alice }) => {
  const [a, b] = [`${alice.calendar}a.ics`, `${alice.calendar}b.ics`];
  await alice.put(a, event({ UID: 'a' })).expect(201);
  await alice.put(b, event({ UID: 'b' })).expect(201);
  assert.deepEqual(await conflictOf(alice, a, event({ UID: 'c' })), [a]);
  assert.deepEqual(await conflictOf(alice, a, event({ UID: 'b' })), [b]);
  await alice.put(a, event({ UID: 'a', SUMMARY: 'Changed' })).expect(204);
  await alice.get(b).expectText('UID:b');
});

quirk('Q-0-10', 'the UID of a deleted event is free again, under the old name and a new one', async ({ alice }) => {
  const [a, b] = [`${alice.calendar}a.ics`, `${alice.calendar}b.ics`];
  await alice.put(a, event({ UID: 'a' })).expect(201);
  await alice.delete(a).expect(204);
  await alice.put(b, event({ UID: 'a' })).expect(201);
  await alice.delete(b).expect(204);
  await alice.put(a, event({ UID: 'a' })).expect(201);
});

must(
  'RFC 4791 section 5.3.2.1',
  'a larger object than max-resource-size is refused with that condition',
  async ({ alice }) => {
    const path = `${alice.calendar}a.ics`;
    const most = TEST_LIMITS.calendarObject;
    const empty = event({ UID: 'a', DESCRIPTION: '' }).length;
    const padded = (octets: number): string => event({ UID: 'a', DESCRIPTION: 'x'.repeat(octets - empty) });
    await alice.put(path, padded(most + 1)).expectPrecondition('C:max-resource-size', 403);
    await alice.get(path).expect(404);
    await alice.put(path, padded(most)).expect(201);
  },
);

must(
  'RFC 4791 section 5.3.2.1',
  'more attendees than max-attendees-per-instance are refused with that condition',
  async ({ alice }) => {
    const attendees = (count: number) => Array.from({ length: count }, (_, i) => `mailto:a${i}@example.com`);
    const path = `${alice.calendar}a.ics`;
    await alice
      .put(path, event({ UID: 'a', ATTENDEE: attendees(TEST_LIMITS.attendees + 1) }))
      .expectPrecondition('C:max-attendees-per-instance', 403);
    await alice.get(path).expect(404);
    await alice.put(path, event({ UID: 'a', ATTENDEE: attendees(TEST_LIMITS.attendees) })).expect(201);
  },
);

must('RFC 4791 section 5.3.2.1', 'a refused change leaves the object as it was', async ({ alice }) => {
  const path = `${alice.calendar}a.ics`;
  const { etag } = await alice.put(path, event({ UID: 'a' })).expect(201);
  const before = await alice.sync(alice.calendar, '');
  for (const body of ['', todo({ UID: 'a' }), event({ UID: 'b' }), event({ UID: 'a', RRULE: 'FREQ=X' })]) {
    await alice.put(path, body).expect(403, 409);
  }
  await alice.get(path).expectHeader('ETag', etag);
  await alice.sync(alice.calendar, before.multistatus().syncToken ?? '').expectMembers([]);
});

should('RFC 4791 section 5.3.2', 'what RFC 5545 forbids but clients send is taken as it is', async ({ alice }) => {
  const bodies: readonly string[] = [
    event({ DTSTAMP: '20250101T100000', 'LAST-MODIFIED': '20250102T101112', CREATED: '20250101T100000' }),
    event({ DTSTAMP: undefined }),
    event({ DTEND: '20260702T090000Z' }),
    event({
      'DTSTART;TZID=Europe/Berlin': '20260702T100000',
      'DTEND;TZID=Europe/Berlin': '20260702T110000',
      DTEND: undefined,
    }),
    event({ 'DTSTART;TZID=Somewhere': '20260702T100000', DTEND: undefined }),
    event({ 'DTSTART;VALUE=DATE': '20260702', RRULE: 'FREQ=DAILY;UNTIL=20260710T000000Z', EXDATE: '20260704T000000' }),
    event({ SEQUENCE: 'first', STATUS: 'MAYBE', GEO: 'here', URL: 'not a url', PRIORITY: '' }),
  ];
  for (const [at, body] of bodies.entries()) {
    await alice.put(`${alice.calendar}${at}.ics`, body).expect(201);
    assert.equal((await alice.get(`${alice.calendar}${at}.ics`)).text, body);
  }
  await finds(
    alice,
    alice.calendar,
    comp('VEVENT'),
    bodies.map((_, at) => String(at)),
  );
});

must('RFC 4791 section 5.3.2', 'a calendar itself is not written by PUT', async ({ alice }) => {
  await alice.put(alice.calendar, event(), { 'Content-Type': 'text/calendar' }).expect(405);
  await alice.put(`${alice.calendars}a.ics`, event()).expect(403);
  await alice.put(`${alice.calendars}missing/a.ics`, event()).expect(409);
});

must('RFC 4791 section 9.6', 'calendar-data is no property of PROPFIND', async ({ alice }) => {
  const path = `${alice.calendar}a.ics`;
  await alice.put(path, event()).expect(201);
  await alice.propfind(path, '0', ['C:calendar-data']).expectProperties(path, { 'C:calendar-data': undefined });
  await alice
    .propfind(path, '0', `<D:propfind ${XMLNS}><D:allprop/></D:propfind>`)
    .expect(200, 207)
    .then(({ text }) => assert.ok(!text.includes('BEGIN:VCALENDAR')));
});
