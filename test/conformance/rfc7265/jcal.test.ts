/**
 * Calendar objects as jCal: asked for by GET and by reports, and sent. RFC 7265.
 */
import assert from 'node:assert/strict';
import { attributeOf } from '../../../src/formats/xml/element.ts';
import { calendarOf, component, event } from '../../support/builders.ts';
import { hostile, must, quirk } from '../../support/conformance.ts';
import { clark } from '../../support/names.ts';
import { TEST_LIMITS } from '../../support/service.ts';
import { comp, dataOf, multiget, query, range } from '../rfc4791/queries.ts';

const JCAL = 'application/calendar+json';
const ASKED = { Accept: JCAL };

/** An event in jCal. */
function jcalEvent(uid: string, summary: string): string {
  const properties = [
    ['uid', {}, 'text', uid],
    ['dtstamp', {}, 'date-time', '2026-07-01T08:00:00Z'],
    ['dtstart', { tzid: 'Europe/Berlin' }, 'date-time', '2026-07-02T10:00:00'],
    ['summary', {}, 'text', summary],
    ['categories', {}, 'text', 'one', 'two, three'],
    ['rrule', {}, 'recur', { freq: 'WEEKLY', count: 3, byday: ['MO', 'TH'] }],
  ];
  const head = [
    ['version', {}, 'text', '2.0'],
    ['prodid', {}, 'text', '-//Example Corp.//Tests//EN'],
  ];
  return JSON.stringify(['vcalendar', head, [['vevent', properties, []]]]);
}

must(
  'RFC 7265 section 3',
  'GET answers jCal to who likes that better, and the bytes to everybody else',
  async ({ alice }) => {
    const path = `${alice.calendar}a.ics`;
    const body = event({ UID: 'a', 'SUMMARY;LANGUAGE=en': 'Tom\\, Jerry' });
    await alice.put(path, body).expect(201);
    const answer = await alice.get(path, ASKED).expect(200).expectHeader('Content-Type', `${JCAL}; component=vevent`);
    const [name, head, components] = JSON.parse(answer.text);
    assert.equal(name, 'vcalendar');
    assert.deepEqual(head[0], ['version', {}, 'text', '2.0']);
    const properties = new Map(components[0][1].map((one: readonly unknown[]) => [one[0], one]));
    assert.deepEqual(properties.get('dtend'), ['dtend', {}, 'date-time', '2026-07-02T11:00:00Z']);
    assert.deepEqual(properties.get('summary'), ['summary', { language: 'en' }, 'text', 'Tom, Jerry']);
    for (const accept of [undefined, '*/*', 'text/calendar', `text/calendar, ${JCAL}`, `${JCAL};q=0.5, */*`]) {
      const plain = await alice
        .get(path, { Accept: accept })
        .expect(200)
        .expectHeader('Content-Type', /^text\/calendar;/);
      assert.equal(plain.text, body);
    }
  },
);

quirk('Q-9-14', 'what is asked for and not there is text/calendar, never 406', async ({ alice }) => {
  const path = `${alice.calendar}a.ics`;
  await alice.put(path, event()).expect(201);
  for (const accept of ['text/plain', 'application/calendar+cbor', 'text/calendar;q=0', 'nonsense']) {
    await alice
      .get(path, { Accept: accept })
      .expect(200)
      .expectHeader('Content-Type', /^text\/calendar;/);
  }
});

must('RFC 9110 section 12.5.5', 'whoever caches an object is told that it depends on Accept', async ({ alice }) => {
  const path = `${alice.calendar}a.ics`;
  await alice.put(path, event()).expect(201);
  for (const headers of [{}, ASKED])
    await alice
      .get(path, headers)
      .expect(200)
      .expectHeader('Vary', /^Accept\b/);
  const { etag } = await alice.get(path);
  await alice
    .get(path, { 'If-None-Match': etag })
    .expect(304)
    .expectHeader('Vary', /^Accept\b/);
});

must('RFC 9110 section 8.8.3', 'jCal has an ETag of its own, and either guards a change', async ({ alice }) => {
  const path = `${alice.calendar}a.ics`;
  const body = event({ UID: 'a' });
  await alice.put(path, body).expect(201);
  const { etag: plain } = await alice.get(path);
  const { etag: other } = await alice.get(path, ASKED);
  assert.notEqual(other, plain);
  assert.match(other, /^"/);
  await alice
    .get(path, { ...ASKED, 'If-None-Match': other })
    .expect(304)
    .expectHeader('ETag', other);
  await alice.get(path, { ...ASKED, 'If-None-Match': plain }).expect(200);
  await alice.get(path, { 'If-None-Match': other }).expect(200);

  await alice.put(path, body.replace('Meeting', 'First'), { 'If-Match': other }).expect(204);
  await alice.put(path, body, { 'If-Match': other }).expect(412);
  const { etag: second } = await alice.get(path);
  await alice.put(path, body, { 'If-Match': second }).expect(204);
  const { etag: third } = await alice.get(path, ASKED);
  await alice.put(path, body, { 'If-None-Match': third }).expect(412);
  await alice.request('DELETE', path, { headers: { If: `([${second}])` } }).expect(412);
  await alice.request('DELETE', path, { headers: { If: `([${third}])` } }).expect(204);
});

must('RFC 9110 section 9.3.2', 'HEAD answers as GET does, with jCal too', async ({ alice }) => {
  const path = `${alice.calendar}a.ics`;
  await alice.put(path, event()).expect(201);
  const got = await alice.get(path, ASKED);
  const head = await alice.head(path, ASKED).expect(200);
  assert.equal(head.text, '');
  assert.equal(head.etag, got.etag);
  assert.equal(head.headers['content-type'], got.headers['content-type']);
});

must('RFC 9110 section 14.2', 'jCal comes as a whole, whatever range is asked for', async ({ alice }) => {
  const path = `${alice.calendar}a.ics`;
  await alice.put(path, event()).expect(201);
  const answer = await alice
    .get(path, { ...ASKED, Range: 'bytes=0-3' })
    .expect(200)
    .expectHeader('Accept-Ranges', undefined);
  assert.equal(JSON.parse(answer.text)[0], 'vcalendar');
});

must(
  'RFC 7265 section 4',
  'PUT of jCal stores iCalendar, and gives no ETag for what was not sent',
  async ({ alice }) => {
    const path = `${alice.calendar}a.ics`;
    await alice
      .put(path, jcalEvent('a', 'Dance'), { 'Content-Type': JCAL })
      .expect(201)
      .expectHeader('ETag', undefined);
    const stored = await alice
      .get(path)
      .expect(200)
      .expectHeader('Content-Type', /^text\/calendar;/);
    assert.match(stored.text, /\r\nDTSTART;TZID=Europe\/Berlin:20260702T100000\r\n/);
    assert.match(stored.text, /\r\nCATEGORIES:one,two\\, three\r\n/);
    assert.match(stored.text, /\r\nRRULE:FREQ=WEEKLY;COUNT=3;BYDAY=MO,TH\r\n/);
    const { etag, text } = await alice.get(path, ASKED);
    assert.deepEqual(JSON.parse(text), JSON.parse(jcalEvent('a', 'Dance')));
    await alice
      .put(path, jcalEvent('a', 'Ball'), { 'Content-Type': JCAL, 'If-Match': etag })
      .expect(204)
      .expectHeader('ETag', undefined);
    await alice.get(path).expectText('SUMMARY:Ball');
    const given = await alice
      .put(path, jcalEvent('a', 'Tea'), { 'Content-Type': JCAL, Prefer: 'return=representation' })
      .expect(200)
      .expectText('SUMMARY:Tea');
    assert.equal(given.etag, (await alice.get(path)).etag);
    const added = await alice
      .request('POST', `${alice.calendar}?action=add-member`, {
        headers: { 'Content-Type': JCAL },
        body: jcalEvent('b', 'New'),
      })
      .expect(201)
      .expectHeader('ETag', undefined);
    await alice.get(new URL(added.headers.location!).pathname).expectText('SUMMARY:New');
  },
);

must('RFC 4791 section 5.3.2.1', 'what comes as jCal meets the preconditions of everything else', async ({ alice }) => {
  const put = (name: string, body: string) => alice.put(`${alice.calendar}${name}.ics`, body, { 'Content-Type': JCAL });
  await put('a', jcalEvent('a', 'Dance')).expect(201);
  await put('b', jcalEvent('a', 'Dance')).expectPrecondition('C:no-uid-conflict', 409);
  await put('c', event()).expectPrecondition('C:valid-calendar-data', 403);
  await put('c', '["vcalendar",[],[]]').expectPrecondition('C:valid-calendar-object-resource', 403);
  await put('c', jcalEvent('c', 'a').replace('"vevent"', '"vtodo"')).expectPrecondition(
    'C:supported-calendar-component',
    403,
  );
  await put('c', jcalEvent('c', 'x'.repeat(TEST_LIMITS.calendarObject))).expectPrecondition('C:max-resource-size', 403);
  await alice.get(`${alice.calendar}c.ics`).expect(404);
});

must('RFC 4791 section 9.6', 'a report gives jCal where its content-type asks for that', async ({ alice }) => {
  const path = `${alice.calendar}a.ics`;
  await alice.put(path, jcalEvent('a', 'Tom & <Jerry>'), { 'Content-Type': JCAL }).expect(201);
  const attributes = `content-type="${JCAL}" version="2.0"`;
  assert.deepEqual(JSON.parse(await dataOf(alice, path, '', attributes)), JSON.parse(jcalEvent('a', 'Tom & <Jerry>')));

  const part = await dataOf(
    alice,
    path,
    '<C:comp name="VCALENDAR"><C:comp name="VEVENT"><C:prop name="SUMMARY"/></C:comp></C:comp>',
    attributes,
  );
  assert.deepEqual(JSON.parse(part), ['vcalendar', [], [['vevent', [['summary', {}, 'text', 'Tom & <Jerry>']], []]]]);

  const body = query(comp('VEVENT', range('20260702T000000Z', '20260703T000000Z')), {
    prop: `<C:calendar-data ${attributes}><C:expand start="20260702T000000Z" end="20260703T000000Z"/></C:calendar-data>`,
  });
  const answer = await alice.report(alice.calendar, body, '1').expectMembers([path]);
  const element = answer.multistatus().at(path).properties.get(clark('C:calendar-data'))!.element;
  assert.equal(attributeOf(element, 'content-type'), JCAL);
  const [, , [instance]] = JSON.parse(answer.multistatus().value(path, clark('C:calendar-data')));
  assert.deepEqual(
    instance[1].find(([name]: readonly string[]) => name === 'dtstart'),
    ['dtstart', {}, 'date-time', '2026-07-02T08:00:00Z'],
  );
});

must(
  'RFC 4791 section 7.8',
  'calendar data in a format that is not there is refused with supported-calendar-data',
  async ({ alice }) => {
    const path = `${alice.calendar}a.ics`;
    await alice.put(path, event()).expect(201);
    for (const attributes of [
      'content-type="text/vcard"',
      'content-type="application/calendar+cbor"',
      `content-type="${JCAL}" version="1.0"`,
      'version="1.0"',
    ]) {
      const wanted = `<C:calendar-data ${attributes}/>`;
      await alice.report(alice.calendar, multiget([path], wanted)).expectPrecondition('C:supported-calendar-data', 403);
      await alice
        .report(alice.calendar, query('', { prop: wanted }), '1')
        .expectPrecondition('C:supported-calendar-data', 403);
    }
  },
);

hostile('S15 texts and parameters in jCal make no lines of their own', async ({ alice }) => {
  const evil = 'a\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:evil';
  const path = `${alice.calendar}a.ics`;
  await alice.put(path, jcalEvent('a', evil), { 'Content-Type': JCAL }).expect(201);
  const { text } = await alice.get(path).expect(200);
  assert.equal(text.match(/\r\nBEGIN:VEVENT\r\n/g)?.length, 1);
  assert.doesNotMatch(text, /^UID:evil/m);
  for (const name of ['x:evil', 'x\r\nUID', 'begin', '']) {
    const body = JSON.stringify(['vcalendar', [], [['vevent', [[name, {}, 'text', 'a']], []]]]);
    await alice.put(path, body, { 'Content-Type': JCAL }).expectPrecondition('C:valid-calendar-data', 403);
  }
  const deep = `${'["x",[],['.repeat(5_000)}`;
  await alice.put(path, deep, { 'Content-Type': JCAL }).expectPrecondition('C:valid-calendar-data', 403);
});

must(
  'RFC 7265 section 3.7',
  'components and properties that nobody knows are in jCal as they are',
  async ({ alice }) => {
    const path = `${alice.calendar}a.ics`;
    const body = calendarOf(
      component(
        'VEVENT',
        { UID: 'a', DTSTAMP: '20260701T080000Z', DTSTART: '20260702T100000Z', 'X-Mood;X-Scale=ten': 'a\\,b;c' },
        component('X-PART', { 'X-A': '1' }),
      ),
    );
    await alice.put(path, body).expect(201);
    const [, , [made]] = JSON.parse((await alice.get(path, ASKED)).text);
    assert.deepEqual(made[1].at(-1), ['x-mood', { 'x-scale': 'ten' }, 'unknown', 'a\\,b;c']);
    assert.deepEqual(made[2], [['x-part', [['x-a', {}, 'unknown', '1']], []]]);
  },
);
