/**
 * Hostile cases about what is sent: XML, calendar data, sizes.
 */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { card, event, newUid } from '../../support/builders.ts';
import { hostile } from '../../support/conformance.ts';
import { XMLNS } from '../../support/names.ts';
import { TEST_LIMITS } from '../../support/service.ts';

hostile('S7 a document type declaration is refused, and with it every entity', async ({ alice }) => {
  const declarations = [
    '<!DOCTYPE p [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
    '<!DOCTYPE p SYSTEM "http://example.com/evil.dtd">',
    '<!DOCTYPE p [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>',
  ];
  for (const declaration of declarations) {
    const body = `<?xml version="1.0"?>${declaration}<D:propfind ${XMLNS}><D:prop><D:displayname/></D:prop></D:propfind>`;
    await alice.propfind(alice.calendar, '0', body).expectPrecondition('D:no-external-entities', 403);
  }
});

hostile('S7 nesting, attributes and size of XML are bounded', async ({ alice }) => {
  const deep = `<D:propfind ${XMLNS}>${'<X:a>'.repeat(10_000)}${'</X:a>'.repeat(10_000)}</D:propfind>`;
  const wide = `<D:propfind ${XMLNS} ${Array.from({ length: 10_000 }, (_, i) => `a${i}=""`).join(' ')}><D:allprop/></D:propfind>`;
  for (const body of [deep, wide]) await alice.propfind(alice.calendar, '0', body).expect(400, 413);
  const large = `<D:propfind ${XMLNS}><!--${' '.repeat(TEST_LIMITS.xmlBody)}--><D:allprop/></D:propfind>`;
  await alice.propfind(alice.calendar, '0', large).expect(413);
});

hostile('S7 UTF-16 and a byte order mark are understood, other bytes refused', async ({ alice }) => {
  const body = `<D:propfind xmlns:D="DAV:"><D:prop><D:displayname/></D:prop></D:propfind>`;
  const send = (bytes: Uint8Array, type = 'application/xml') =>
    alice.request('PROPFIND', alice.calendar, { headers: { Depth: '0', 'Content-Type': type }, body: bytes });
  await send(Buffer.from(`\uFEFF${body}`)).expect(207);
  await send(Buffer.from(`\uFEFF${body}`, 'utf16le')).expect(207);
  await send(Buffer.from([0x3c, 0xff, 0xfe, 0x3e])).expect(400);
});

hostile('S7 a refusal says in XML only the condition, and the sentence beside it as a comment', async ({ alice }) => {
  const body = `<!DOCTYPE p [<!ENTITY x "-->">]><D:propfind ${XMLNS}/>`;
  const answer = await alice.propfind(alice.calendar, '0', body).expectPrecondition('D:no-external-entities');
  assert.match(answer.text, /<!-- .+ -->/);
});

hostile('S10 a query nests filters without end', async ({ alice }) => {
  const filter = `${'<C:comp-filter name="VCALENDAR">'.repeat(5_000)}${'</C:comp-filter>'.repeat(5_000)}`;
  const body = `<C:calendar-query ${XMLNS}><D:prop><D:getetag/></D:prop><C:filter>${filter}</C:filter></C:calendar-query>`;
  await alice.report(alice.calendar, body, '1').expect(400, 403, 413);
});

hostile('S10 a multiget names more than it may', async ({ alice }) => {
  const hrefs = Array.from(
    { length: TEST_LIMITS.hrefs + 1 },
    (_, i) => `<D:href>${alice.calendar}${i}.ics</D:href>`,
  ).join('');
  const body = `<C:calendar-multiget ${XMLNS}><D:prop><D:getetag/></D:prop>${hrefs}</C:calendar-multiget>`;
  await alice.report(alice.calendar, body).expect(403, 413, 507);
});

hostile(
  'S8 rules with hardly any or with endless instances are stored or refused at once, and searches stay bounded',
  async ({ alice }) => {
    const rules = [
      'FREQ=SECONDLY;COUNT=1000000000',
      'FREQ=SECONDLY',
      'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30',
      'FREQ=YEARLY;BYHOUR=0,1,2,3,4,5,6,7,8,9,10,11;BYMINUTE=0,1,2,3,4,5,6,7,8,9;BYSECOND=0,1,2,3,4,5,6,7,8,9;BYSETPOS=-1;COUNT=1',
      'FREQ=MONTHLY;BYDAY=0TH',
      'FREQ=DAILY;INTERVAL=0',
    ];
    for (const [i, RRULE] of rules.entries()) {
      await alice.put(`${alice.calendar}${i}.ics`, event({ RRULE })).expect(201, 403);
    }
    const query =
      `<C:calendar-query ${XMLNS}><D:prop><D:getetag/></D:prop><C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">` +
      `<C:time-range start="20600101T000000Z" end="20600102T000000Z"/></C:comp-filter></C:comp-filter></C:filter></C:calendar-query>`;
    await alice.report(alice.calendar, query, '1').expect(207, 403, 507);
  },
);

hostile('D4 of two writers with the same ETag one wins', async ({ alice }) => {
  const path = `${alice.calendar}a.ics`;
  const object = event();
  const { etag } = await alice.put(path, object).expect(201);
  const writes = Array.from({ length: 8 }, (_, i) =>
    alice.put(path, object.replace('Meeting', `Version ${i}`), { 'If-Match': etag }),
  );
  const answers = await Promise.all(writes);
  assert.deepEqual(answers.map(({ status }) => status).sort(), [204, ...Array.from({ length: 7 }, () => 412)]);
  const winner = answers.findIndex(({ status }) => status === 204);
  const stored = await alice.get(path).expect(200);
  assert.ok(stored.text.includes(`Version ${winner}`));
  assert.equal(stored.etag, answers[winner]?.etag);
});

hostile('D4 of two that create one name one wins', async ({ alice }) => {
  const path = `${alice.calendar}a.ics`;
  const writes = Array.from({ length: 4 }, () => alice.put(path, event(), { 'If-None-Match': '*' }));
  const statuses = (await Promise.all(writes)).map(({ status }) => status).sort();
  assert.deepEqual(statuses, [201, 412, 412, 412]);
});

hostile(
  'D5 a second object with a UID is refused and the first named; in another calendar it is welcome',
  async ({ alice, bob }) => {
    const UID = newUid();
    const first = `${alice.calendar}a.ics`;
    await alice.put(first, event({ UID })).expect(201);
    const refused = await alice
      .put(`${alice.calendar}b.ics`, event({ UID }))
      .expectPrecondition('C:no-uid-conflict', 409);
    assert.ok(decodeURIComponent(refused.text).includes(first));
    await alice.get(`${alice.calendar}b.ics`).expect(404);
    await alice.put(first, event()).expectPrecondition('C:no-uid-conflict', 409);
    const other = await alice.newCalendar('other');
    await alice.put(`${other}a.ics`, event({ UID })).expect(201);
    await bob.put(`${bob.calendar}a.ics`, event({ UID })).expect(201);
    const contact = card({ UID });
    await alice.put(`${alice.addressbook}a.vcf`, contact).expect(201);
    await alice.put(`${alice.addressbook}b.vcf`, contact).expectPrecondition('CR:no-uid-conflict', 409);
  },
);

hostile('D7 long UIDs, long names, emoji and large objects are stored whole or refused', async ({ alice }) => {
  const long = event({ UID: `u${'x'.repeat(3_999)}` });
  await alice.put(`${alice.calendar}long.ics`, long).expect(201);
  assert.equal((await alice.get(`${alice.calendar}long.ics`).expect(200)).text, long);
  const emoji = event({ SUMMARY: '👩‍👩‍👧‍👦 😀', LOCATION: '𝒵', DESCRIPTION: 'a\u200db' });
  await alice.put(`${alice.calendar}emoji.ics`, emoji).expect(201);
  assert.equal((await alice.get(`${alice.calendar}emoji.ics`).expect(200)).text, emoji);
  const large = event({ DESCRIPTION: 'x'.repeat(TEST_LIMITS.calendarObject) });
  await alice.put(`${alice.calendar}large.ics`, large).expectPrecondition('C:max-resource-size', 403);
  await alice.get(`${alice.calendar}large.ics`).expect(404);
  const photo = card({ NOTE: 'x'.repeat(TEST_LIMITS.addressObject) });
  await alice.put(`${alice.addressbook}large.vcf`, photo).expectPrecondition('CR:max-resource-size', 403);
  await alice.put(`${alice.calendar}huge.ics`, 'x'.repeat(2 * 1024 * 1024)).expect(403, 413);
});

hostile('D8 far years, zero length and whole days are stored as sent and found', async ({ alice }) => {
  const days = [
    ['1900', event({ DTSTART: '19000301T100000Z', DTEND: '19000301T110000Z' }), '19000301T000000Z', '19000302T000000Z'],
    ['2038', event({ DTSTART: '20380120T100000Z', DTEND: '20380120T110000Z' }), '20380120T000000Z', '20380121T000000Z'],
    ['2106', event({ DTSTART: '21060208T100000Z', DTEND: '21060208T110000Z' }), '21060208T000000Z', '21060209T000000Z'],
    ['9999', event({ 'DTSTART;VALUE=DATE': '99991230' }), '99991229T000000Z', '99991231T000000Z'],
    ['zero', event({ DTSTART: '20260801T100000Z', DTEND: undefined }), '20260801T100000Z', '20260801T100001Z'],
  ] as const;
  for (const [name, object] of days) await alice.put(`${alice.calendar}${name}.ics`, object).expect(201);
  for (const [name, object, start, end] of days) {
    const path = `${alice.calendar}${name}.ics`;
    assert.equal((await alice.get(path).expect(200)).text, object);
    const query =
      `<C:calendar-query ${XMLNS}><D:prop><D:getetag/></D:prop><C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">` +
      `<C:time-range start="${start}" end="${end}"/></C:comp-filter></C:comp-filter></C:filter></C:calendar-query>`;
    await alice.report(alice.calendar, query, '1').expectMembers([path]);
  }
});

hostile('D9 an endless daily event is found sixty years later, at its wall time', async ({ alice }) => {
  const path = `${alice.calendar}a.ics`;
  await alice.put(path, event({ RRULE: 'FREQ=DAILY' })).expect(201);
  const query = (start: string, end: string): string =>
    `<C:calendar-query ${XMLNS}><D:prop><D:getetag/></D:prop><C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">` +
    `<C:time-range start="${start}" end="${end}"/></C:comp-filter></C:comp-filter></C:filter></C:calendar-query>`;
  await alice.report(alice.calendar, query('20860702T103000Z', '20860702T104000Z'), '1').expectMembers([path]);
  await alice.report(alice.calendar, query('20860702T113000Z', '20860702T114000Z'), '1').expectMembers([]);
});

hostile('D15 a card with everything that real clients write comes back byte for byte', async ({ alice }) => {
  const path = `${alice.addressbook}a.vcf`;
  const object = card({
    'TEL;type=CELL;type=VOICE;type=pref': '+43 1 234',
    'item1.EMAIL;type=INTERNET': 'ada@example.com',
    'item1.X-ABLabel': '_$!<Other>!$_',
    'PHOTO;ENCODING=b;TYPE=JPEG': 'AAAA\r\n BBBB',
    'X-SOCIALPROFILE;type=twitter': 'https://example.com/ada',
    'ADR;TYPE=HOME': ';;Street 1;Vienna;;1010;Austria',
  });
  await alice.put(path, object).expect(201);
  assert.equal((await alice.get(path).expect(200)).text, object);
});
