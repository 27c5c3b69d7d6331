/**
 * Hostile cases about what clients get back: nothing that somebody wrote is more than text in it, and nothing grows without end.
 */
import assert from 'node:assert/strict';
import { card, event } from '../../support/builders.ts';
import { hostile } from '../../support/conformance.ts';
import { XMLNS } from '../../support/names.ts';

const expandProperty = (properties: string): string => `<D:expand-property ${XMLNS}>${properties}</D:expand-property>`;

hostile('S15 a refusal about a UID of hyphens is XML that can be read', async ({ alice }) => {
  for (const [at, UID] of ['a---b', '-->', '-----', 'x-', '--><evil/>'].entries()) {
    await alice.put(`${alice.calendar}${at}a.ics`, event({ UID })).expect(201);
    const answer = await alice
      .put(`${alice.calendar}${at}b.ics`, event({ UID }))
      .expectPrecondition('C:no-uid-conflict');
    assert.ok(!answer.text.includes('<evil'));
  }
});

hostile('S15 expand-property answers only names that an element can have', async ({ alice }) => {
  const names = ['x/&gt;&lt;evil', 'a b', '', '1', 'd:displayname', 'a"b', 'a&#215;'];
  for (const name of names) {
    await alice.report(alice.principal, expandProperty(`<D:property name="${name}"/>`), '0').expect(400);
    const inside = `<D:property name="owner"><D:property name="${name}"/></D:property>`;
    await alice.report(alice.principal, expandProperty(inside), '0').expect(400);
  }
  for (const namespace of ['http://www.w3.org/2000/xmlns/', 'a}b'])
    await alice
      .report(alice.principal, expandProperty(`<D:property name="a" namespace="${namespace}"/>`), '0')
      .expect(400);
  const fine = [
    '<D:property name="übung-1.2_a"/>',
    '<D:property name="a" namespace="urn:&lt;&quot;&amp;"/>',
    '<D:property name="a" namespace=""/>',
  ];
  for (const one of fine) {
    const answer = await alice.report(alice.principal, expandProperty(one), '0').expect(207);
    assert.equal(answer.multistatus().at(alice.principal).properties.size, 1);
  }
});

hostile('S9 expand-property asks for one property ten thousand times', async ({ alice }) => {
  await alice.proppatch(alice.calendar, { set: { 'X:big': 'x'.repeat(5_000) } }).expect(207);
  const one = '<D:property name="big" namespace="http://example.com/ns/"/>';
  const some = await alice.report(alice.calendar, expandProperty(one.repeat(500)), '0').expect(207);
  assert.ok(some.body.length < 20_000);
  await alice.report(alice.calendar, expandProperty(one.repeat(8_000)), '0').expect(403, 413);
});

const MARKUP = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='x",
  '&lt;b&gt;',
  'javascript:alert(1)',
  ']]>',
];

hostile('S6 markup in the names of calendars and objects is text on pages', async ({ alice }) => {
  for (const [at, name] of MARKUP.entries()) {
    const calendar = await alice.newCalendar(`c${at}`, { 'D:displayname': ` ${name}` });
    await alice
      .put(`${calendar}${encodeURIComponent(name.replaceAll('/', ''))}.ics`, event({ SUMMARY: name }))
      .expect(201);
    for (const path of [calendar, alice.calendars]) {
      const page = await alice
        .get(path)
        .expect(200)
        .expectHeader('Content-Security-Policy', /default-src 'none'/);
      assert.ok(!/<script|<img|<b>/.test(page.text), page.text);
      assert.ok(!/<[^>]*(?:onerror|onmouseover)=[^>]*>/.test(page.text.replaceAll(/"[^"]*"/g, '""')), page.text);
      assert.ok(!/href="(?!\/)/.test(page.text));
    }
  }
});

hostile('S6 what is stored is never answered as anything a browser runs', async ({ alice }) => {
  const html = '<html><script>alert(1)</script></html>';
  await alice
    .put(`${alice.calendar}a.html`, event({ DESCRIPTION: html }), { 'Content-Type': 'text/calendar;component="<x>"' })
    .expect(201);
  await alice.put(`${alice.addressbook}a.svg`, card({ NOTE: html }), { 'Content-Type': 'text/vcard' }).expect(201);
  for (const [path, type] of [
    [`${alice.calendar}a.html`, /^text\/calendar; charset=utf-8(; component=[a-z]+)?$/],
    [`${alice.addressbook}a.svg`, /^text\/vcard; charset=utf-8$/],
  ] as const) {
    await alice
      .get(path)
      .expect(200)
      .expectHeader('Content-Type', type)
      .expectHeader('X-Content-Type-Options', 'nosniff');
  }
  for (const type of ['text/html', 'image/svg+xml', 'application/xhtml+xml'])
    await alice.put(`${alice.calendar}b.ics`, event(), { 'Content-Type': type }).expect(403, 415);
});

hostile('S15 line ends in names and display names make no header', async ({ alice }) => {
  for (const name of ['a%0D%0AX-Evil:%201', 'a%0AX-Evil:%201', 'a%00b', 'a%C2%85b']) {
    await alice.mkcalendar(`${alice.calendars}${name}/`).expect(400);
    await alice.put(`${alice.calendar}${name}.ics`, event()).expect(400);
    await alice.request('COPY', alice.calendar, { headers: { Destination: `${alice.calendars}${name}/` } }).expect(400);
  }
  const calendar = await alice.newCalendar('a', { 'D:displayname': 'a\r\nX-Evil: 1' });
  for (const answer of [await alice.get(calendar), await alice.propfind(calendar.slice(0, -1), '0')])
    for (const [name, value] of Object.entries(answer.headers))
      assert.ok(name !== 'x-evil' && !/[\r\n]/.test(value ?? ''));
});

hostile('S10 a query with as many conditions as may be looks at each value once', async ({ alice }) => {
  const many = Array.from({ length: 6_000 }, () => 'é,é,é');
  await alice.put(`${alice.calendar}a.ics`, event({ SUMMARY: 'İ'.repeat(40_000), 'X-A': many })).expect(201);
  const condition = (name: string, type: string, text: string, negate: string): string =>
    `<C:prop-filter name="${name}"><C:text-match match-type="${type}" negate-condition="${negate}" collation="i;unicode-casemap">${text}</C:text-match></C:prop-filter>`;
  const query = (conditions: string): string =>
    `<C:calendar-query ${XMLNS}><D:prop><D:getetag/></D:prop><C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">${conditions}</C:comp-filter></C:comp-filter></C:filter></C:calendar-query>`;
  const found = (conditions: string) => alice.report(alice.calendar, query(conditions), '1').expect(207);
  const all =
    condition('SUMMARY', 'contains', 'zz', 'yes').repeat(45) + condition('X-A', 'equals', 'zz', 'yes').repeat(45);
  assert.equal((await found(all)).multistatus().responses.size, 1);
  assert.equal((await found(condition('X-A', 'equals', 'zz', 'no'))).multistatus().responses.size, 0);
});

hostile('S10 a request asks for so many properties and no more', async ({ alice }) => {
  const many = Array.from({ length: 1001 }, (_, at) => `<X:p${at}/>`).join('');
  const long = `<p xmlns="${'x'.repeat(65 * 1024)}"/>`;
  for (const names of [many, long]) {
    const prop = `<D:prop>${names}</D:prop>`;
    const include = `<D:allprop/><D:include>${names}</D:include>`;
    for (const inside of [prop, include])
      await alice
        .request('PROPFIND', alice.calendar, { body: `<D:propfind ${XMLNS}>${inside}</D:propfind>` })
        .expect(413);
  }
});

hostile('S10 the properties of one object are fewer than those of a calendar', async ({ alice }) => {
  const path = `${alice.calendar}a.ics`;
  await alice.put(path, event()).expect(201);
  const set = (size: number) => `<D:set><D:prop><X:note>${'x'.repeat(size)}</X:note></D:prop></D:set>`;
  const update = (size: number) => `<D:propertyupdate ${XMLNS}>${set(size)}</D:propertyupdate>`;
  const status = async (where: string, size: number) => {
    const answer = await alice.request('PROPPATCH', where, { body: update(size) }).expect(207);
    return answer.multistatus().at(where).properties.get('{http://example.com/ns/}note')?.status;
  };
  assert.equal(await status(alice.calendar, 6_000), 200);
  assert.equal(await status(path, 6_000), 507);
  assert.equal(await status(path, 1_000), 200);
});
