/**
 * Calendar objects as xCal: asked for by GET, by reports and by exports, and sent. What holds of jCal beside it (entity tags, ranges, HEAD)
 * is in the tests of RFC 7265. RFC 6321.
 */
import assert from 'node:assert/strict';
import { attributeOf } from '../../../src/formats/xml/element.ts';
import { readXml } from '../../../src/formats/xml/read.ts';
import { calendarOf, component, event } from '../../support/builders.ts';
import { hostile, must } from '../../support/conformance.ts';
import { clark } from '../../support/names.ts';
import { TEST_LIMITS } from '../../support/service.ts';
import { comp, dataOf, query, range } from '../rfc4791/queries.ts';

const XCAL = 'application/calendar+xml';
const ASKED = { Accept: XCAL };
const SENT = { 'Content-Type': `${XCAL}; charset=utf-8` };
const OPEN = '<?xml version="1.0" encoding="utf-8"?>\n<icalendar xmlns="urn:ietf:params:xml:ns:icalendar-2.0">';
const HEAD =
  '<properties><version><text>2.0</text></version><prodid><text>-//Example Corp.//Tests//EN</text></prodid></properties>';

/** A calendar with components. */
function document(components: string, head = HEAD): string {
  return `${OPEN}<vcalendar>${head}<components>${components}</components></vcalendar></icalendar>`;
}

/** An event in xCal. */
function xcalEvent(uid: string, summary: string, more = ''): string {
  const properties =
    `<uid><text>${uid}</text></uid><dtstamp><date-time>2026-07-01T08:00:00Z</date-time></dtstamp>` +
    '<dtstart><parameters><tzid><text>Europe/Berlin</text></tzid></parameters><date-time>2026-07-02T10:00:00</date-time></dtstart>' +
    `<summary><text>${summary}</text></summary><categories><text>one</text><text>two, three</text></categories>` +
    `<rrule><recur><freq>WEEKLY</freq><count>3</count><byday>MO</byday><byday>TH</byday></recur></rrule>${more}`;
  return document(`<vevent><properties>${properties}</properties></vevent>`);
}

must(
  'RFC 6321 section 3',
  'GET answers xCal to who likes that better, with a tag of its own that guards a change',
  async ({ alice }) => {
    const path = `${alice.calendar}a.ics`;
    const body = event({ UID: 'a', 'SUMMARY;LANGUAGE=en': 'Tom\\, <Jerry>' });
    await alice.put(path, body).expect(201);
    const answer = await alice
      .get(path, ASKED)
      .expect(200)
      .expectHeader('Content-Type', `${XCAL}; component=vevent`)
      .expectHeader('Vary', /^Accept\b/)
      .expectText(
        '<summary><parameters><language><text>en</text></language></parameters><text>Tom, &lt;Jerry&gt;</text></summary>',
      )
      .expectText('<dtend><date-time>2026-07-02T11:00:00Z</date-time></dtend>');
    const plain = await alice
      .get(path)
      .expect(200)
      .expectHeader('Content-Type', /^text\/calendar;/);
    assert.equal(plain.text, body);
    const json = await alice.get(path, { Accept: `application/calendar+json, ${XCAL};q=0.5` });
    assert.equal(new Set([answer.etag, plain.etag, json.etag]).size, 3);
    await alice.get(path, { ...ASKED, 'If-None-Match': answer.etag }).expect(304);
    await alice.put(path, body.replace('Tom', 'Tim'), { 'If-Match': answer.etag }).expect(204);
    await alice.put(path, body, { 'If-Match': answer.etag }).expect(412);
  },
);

must(
  'RFC 6321 section 4',
  'PUT of xCal stores iCalendar, and what is stored comes back as it was sent',
  async ({ alice }) => {
    const path = `${alice.calendar}a.ics`;
    await alice.put(path, xcalEvent('a', 'Dance'), SENT).expect(201).expectHeader('ETag', undefined);
    const stored = await alice
      .get(path)
      .expect(200)
      .expectHeader('Content-Type', /^text\/calendar;/);
    assert.match(stored.text, /\r\nDTSTART;TZID=Europe\/Berlin:20260702T100000\r\n/);
    assert.match(stored.text, /\r\nCATEGORIES:one,two\\, three\r\n/);
    assert.match(stored.text, /\r\nRRULE:FREQ=WEEKLY;COUNT=3;BYDAY=MO,TH\r\n/);
    const { etag, text } = await alice.get(path, ASKED);
    assert.equal(text, xcalEvent('a', 'Dance'));
    await alice.put(path, xcalEvent('a', 'Ball'), { ...SENT, 'If-Match': etag }).expect(204);
    const added = await alice
      .request('POST', `${alice.calendar}?action=add-member`, { headers: SENT, body: xcalEvent('b', 'New') })
      .expect(201);
    await alice.get(new URL(added.headers.location!).pathname).expectText('SUMMARY:New');
  },
);

must('RFC 6321 section 4.2', 'elements of other namespaces are kept in an XML property', async ({ alice }) => {
  const path = `${alice.calendar}a.ics`;
  const kml = '<x1:kml xmlns:x1="http://www.opengis.net/kml/2.2"><x1:name>Here, there</x1:name></x1:kml>';
  await alice.put(path, xcalEvent('a', 'Dance', kml), SENT).expect(201);
  const { text } = await alice.get(path);
  assert.ok(text.replaceAll('\r\n ', '').includes(`\r\nXML:${kml.replace(',', '\\,')}\r\n`), text);
  await alice.get(path, ASKED).expectText(kml);
});

must('RFC 4791 section 5.3.2.1', 'what comes as xCal meets the preconditions of everything else', async ({ alice }) => {
  const put = (name: string, body: string) => alice.put(`${alice.calendar}${name}.ics`, body, SENT);
  await put('a', xcalEvent('a', 'Dance')).expect(201);
  await put('b', xcalEvent('a', 'Dance')).expectPrecondition('C:no-uid-conflict', 409);
  await put('c', event()).expectPrecondition('C:valid-calendar-data', 403);
  await put('c', document('')).expectPrecondition('C:valid-calendar-object-resource', 403);
  await put('c', xcalEvent('c', 'a').replaceAll('vevent>', 'vtodo>')).expectPrecondition(
    'C:supported-calendar-component',
    403,
  );
  await put('c', xcalEvent('c', 'x'.repeat(TEST_LIMITS.calendarObject))).expectPrecondition('C:max-resource-size', 403);
  await alice
    .put(`${alice.calendar}c.ics`, xcalEvent('c', 'a'), { 'Content-Type': 'application/calendar+cbor' })
    .expectPrecondition('C:supported-calendar-data', 403);
  await alice.get(`${alice.calendar}c.ics`).expect(404);
});

must('RFC 4791 section 9.6', 'a report gives xCal where its content-type asks for that', async ({ alice }) => {
  const path = `${alice.calendar}a.ics`;
  const sent = xcalEvent('a', 'Tom &amp; &lt;Jerry&gt;');
  await alice.put(path, sent, SENT).expect(201);
  const attributes = `content-type="${XCAL}" version="2.0"`;
  assert.equal(await dataOf(alice, path, '', attributes), sent);

  const part = '<C:comp name="VCALENDAR"><C:comp name="VEVENT"><C:prop name="SUMMARY"/></C:comp></C:comp>';
  assert.equal(
    await dataOf(alice, path, part, attributes),
    document('<vevent><properties><summary><text>Tom &amp; &lt;Jerry&gt;</text></summary></properties></vevent>', ''),
  );

  const body = query(comp('VEVENT', range('20260702T000000Z', '20260703T000000Z')), {
    prop: `<C:calendar-data ${attributes}><C:expand start="20260702T000000Z" end="20260703T000000Z"/></C:calendar-data>`,
  });
  const answer = await alice.report(alice.calendar, body, '1').expectMembers([path]);
  const element = answer.multistatus().at(path).properties.get(clark('C:calendar-data'))!.element;
  assert.equal(attributeOf(element, 'content-type'), XCAL);
  const instance = answer.multistatus().value(path, clark('C:calendar-data'));
  assert.match(instance, /<dtstart><date-time>2026-07-02T08:00:00Z<\/date-time><\/dtstart>/);
});

must('RFC 7809 section 3.1.3', 'time zones are in xCal or not as the client asks', async ({ alice }) => {
  const path = `${alice.calendar}a.ics`;
  await alice.put(path, xcalEvent('a', 'Dance'), SENT).expect(201);
  const whole = await alice.get(path, { ...ASKED, 'CalDAV-Timezones': 'T' }).expectText('<vtimezone>');
  const plain = await alice.get(path, { ...ASKED, 'CalDAV-Timezones': 'F' });
  assert.doesNotMatch(plain.text, /<vtimezone>/);
  assert.notEqual(whole.etag, plain.etag);
});

must(
  'RFC 6321 section 3.2',
  'an export of a whole calendar comes as xCal for who likes that better',
  async ({ alice }) => {
    const path = await alice.newCalendar('xml', { 'D:displayname': 'Work & <Play>' });
    for (const name of ['a', 'b']) await alice.put(`${path}${name}.ics`, xcalEvent(name, 'Dance'), SENT).expect(201);
    const { text } = await alice
      .get(`${path}?export`, ASKED)
      .expect(200)
      .expectHeader('Content-Type', XCAL)
      .expectHeader('Content-Disposition', /\.xml"/)
      .expectText('<x-wr-calname><unknown>Work &amp; &lt;Play&gt;</unknown></x-wr-calname>');
    assert.equal(readXml(text).name, '{urn:ietf:params:xml:ns:icalendar-2.0}icalendar');
    assert.equal(text.match(/<vevent>/g)?.length, 2);
    assert.equal(text.match(/<vtimezone>/g)?.length, 1);
    const empty = await alice.newCalendar('nothing');
    readXml((await alice.get(`${empty}?export`, ASKED).expect(200)).text);
  },
);

must('RFC 6321 section 5', 'components and properties that nobody knows are in xCal as they are', async ({ alice }) => {
  const path = `${alice.calendar}a.ics`;
  const properties = {
    UID: 'a',
    DTSTAMP: '20260701T080000Z',
    DTSTART: '20260702T100000Z',
    'X-Mood;X-Scale=ten': 'a\\,b;c',
  };
  await alice.put(path, calendarOf(component('VEVENT', properties, component('X-PART', { 'X-A': '1' })))).expect(201);
  await alice
    .get(path, ASKED)
    .expectText(
      '<x-mood><parameters><x-scale><unknown>ten</unknown></x-scale></parameters><unknown>a\\,b;c</unknown></x-mood>',
    )
    .expectText('<components><x-part><properties><x-a><unknown>1</unknown></x-a></properties></x-part></components>');
});

hostile(
  'S15 texts, parameters and entities in xCal make no lines of their own and are not opened',
  async ({ alice }) => {
    const path = `${alice.calendar}a.ics`;
    await alice.put(path, xcalEvent('a', 'a&#13;\nEND:VEVENT&#13;\nBEGIN:VEVENT&#13;\nUID:evil'), SENT).expect(201);
    const { text } = await alice.get(path).expect(200);
    assert.equal(text.match(/\r\nBEGIN:VEVENT\r\n/g)?.length, 1);
    assert.doesNotMatch(text, /^UID:evil/m);
    const bomb = `<!DOCTYPE icalendar [<!ENTITY a "${'x'.repeat(100)}">]>`;
    for (const body of [
      xcalEvent('a', '&a;').replace('?>\n', `?>\n${bomb}`),
      xcalEvent('a', 'b', '<begin><text>VALARM</text></begin>'),
      `${OPEN}<vcalendar>${'<components><x>'.repeat(5_000)}`,
    ])
      await alice.put(path, body, SENT).expectPrecondition('C:valid-calendar-data', 403);
  },
);
