/**
 * calendar-multiget. RFC 4791 section 7.9.
 */
import assert from 'node:assert/strict';
import { event } from '../../support/builders.ts';
import { must, quirk } from '../../support/conformance.ts';
import { clark, XMLNS } from '../../support/names.ts';
import { TEST_LIMITS } from '../../support/service.ts';
import { calendarWith, comp, multiget, query } from './queries.ts';

must('RFC 4791 section 7.9', 'the objects that are named come with their data and ETags', async ({ alice }) => {
  const bodies = { a: event({ SUMMARY: 'Tom & <Jerry> ]]>' }), b: event(), c: event() };
  const path = await calendarWith(alice, bodies);
  const answer = await alice
    .report(path, multiget([`${path}c.ics`, `${path}a.ics`]))
    .expectMembers([`${path}a.ics`, `${path}c.ics`]);
  for (const name of ['a', 'c'] as const) {
    const { etag } = await alice.get(`${path}${name}.ics`);
    await alice
      .report(path, multiget([`${path}${name}.ics`]))
      .expectProperties(`${path}${name}.ics`, { 'D:getetag': etag, 'C:calendar-data': true });
    const data = answer.multistatus().value(`${path}${name}.ics`, clark('C:calendar-data'));
    assert.equal(data.replaceAll('\r\n', '\n'), bodies[name].replaceAll('\r\n', '\n'));
  }
});

must('RFC 4791 section 7.9', 'what is not there is 404 in its own response', async ({ alice }) => {
  const path = await calendarWith(alice, { a: event() });
  const answer = await alice
    .report(path, multiget([`${path}gone.ics`, `${path}a.ics`]))
    .expectMembers([`${path}a.ics`, `${path}gone.ics`]);
  const gone = answer.multistatus().at(`${path}gone.ics`);
  assert.equal(gone.status, 404);
  assert.equal(gone.properties.size, 0);
  assert.equal(answer.multistatus().at(`${path}a.ics`).status, undefined);
});

must(
  'RFC 4791 section 7.9',
  'what lies elsewhere is an error of its own, and never another’s data',
  async ({ alice, bob }) => {
    const path = await calendarWith(alice, { a: event() });
    const theirs = `${bob.calendar}secret.ics`;
    await bob.put(theirs, event({ SUMMARY: 'Secret' })).expect(201);
    await alice.put(`${alice.calendar}b.ics`, event()).expect(201);
    const elsewhere = [theirs, `${alice.calendar}b.ics`, path, '/', '/nowhere', 'mailto:a@example.com', ''];
    const answer = await alice.report(path, multiget([`${path}a.ics`, ...elsewhere])).expect(207);
    assert.ok(!answer.text.includes('Secret'));
    const { responses } = answer.multistatus();
    for (const href of elsewhere.slice(0, 5)) assert.equal(responses.get(href)?.status, 404, href);
    assert.equal(responses.get(`${path}a.ics`)?.properties.get(clark('C:calendar-data'))?.status, 200);
    await alice.report(bob.calendar, multiget([theirs])).expect(404);
  },
);

must('RFC 4791 section 7.9', 'hrefs match in whatever spelling', async ({ alice, service }) => {
  const path = await calendarWith(alice, { 'a%20(b)@%C3%BC': event() });
  const object = `${path}a%20(b)@%C3%BC.ics`;
  const spellings = [
    object,
    `${path}a%20%28b%29%40%c3%bc.ics`,
    `${path.replace('@', '%40')}a%20(b)%40%C3%BC.ics`,
    `${path}a (b)@ü.ics`,
    `${service.origin}${object}`,
    `\n  ${object}\n`,
    object.replace('@', '-also@'),
    object.replace(alice.address, alice.address.toUpperCase()),
  ];
  for (const href of spellings) {
    await alice.report(path, multiget([href])).expectProperties(object, { 'C:calendar-data': /BEGIN:VEVENT/ });
  }
  // An href stands in one response only: RFC 4918 section 14.7.
  await alice.report(path, multiget(spellings)).expectMembers([object]);
  const foreign = `https://elsewhere.example.org${object}`;
  const answer = await alice.report(path, multiget([foreign])).expect(207);
  assert.deepEqual(
    [...answer.multistatus().responses.values()].map(({ status }) => status),
    [404],
  );
});

must('RFC 4791 section 7.9', 'Depth says nothing', async ({ alice }) => {
  const path = await calendarWith(alice, { a: event() });
  for (const depth of [undefined, '0', '1', 'infinity']) {
    await alice.report(path, multiget([`${path}a.ics`]), depth).expectMembers([`${path}a.ics`]);
  }
});

must('RFC 4791 section 7.9', 'on an object it answers that object', async ({ alice }) => {
  const path = await calendarWith(alice, { a: event(), b: event() });
  await alice
    .report(`${path}a.ics`, multiget([`${path}a.ics`]))
    .expectProperties(`${path}a.ics`, { 'C:calendar-data': /BEGIN:VEVENT/ });
});

must('RFC 4791 section 7.9', 'other properties come too, and those that are not there as 404', async ({ alice }) => {
  const path = await calendarWith(alice, { a: event() });
  const wanted = '<D:getetag/><D:getcontenttype/><D:owner/><X:mood/>';
  await alice.report(path, multiget([`${path}a.ics`], wanted)).expectProperties(`${path}a.ics`, {
    'D:getetag': /^"/,
    'D:getcontenttype': /^text\/calendar/,
    'D:owner': ['D:href'],
    'X:mood': undefined,
  });
  const names = `<C:calendar-multiget ${XMLNS}><D:propname/><D:href>${path}a.ics</D:href></C:calendar-multiget>`;
  await alice.report(path, names).expectProperties(`${path}a.ics`, { 'D:getetag': '' });
  const all = `<C:calendar-multiget ${XMLNS}><D:allprop/><D:href>${path}a.ics</D:href></C:calendar-multiget>`;
  await alice.report(path, all).expectProperties(`${path}a.ics`, { 'D:getetag': /^"/ });
});

must('RFC 4791 section 7.9', 'as many hrefs as the service allows are answered at once', async ({ alice }) => {
  const path = await calendarWith(alice, { a: event(), b: event() });
  const hrefs = Array.from({ length: TEST_LIMITS.hrefs - 2 }, (_, i) => `${path}${i}.ics`);
  const all = [`${path}a.ics`, ...hrefs, `${path}b.ics`];
  const answer = await alice.report(path, multiget(all)).expectMembers(all);
  const { responses } = answer.multistatus();
  assert.equal([...responses.values()].filter(({ status }) => status === 404).length, hrefs.length);
  await alice.report(path, multiget([...all, `${path}c.ics`])).expect(413);
});

must(
  'RFC 4791 section 7.9',
  'calendar data of another type are refused with supported-calendar-data',
  async ({ alice }) => {
    const path = await calendarWith(alice, { a: event() });
    for (const attributes of ['content-type="application/calendar+cbor"', 'version="3.0"']) {
      const wanted = `<C:calendar-data ${attributes}/>`;
      await alice.report(path, multiget([`${path}a.ics`], wanted)).expectPrecondition('C:supported-calendar-data', 403);
      await alice
        .report(path, query(comp('VEVENT'), { prop: wanted }), '1')
        .expectPrecondition('C:supported-calendar-data', 403);
    }
    const wanted = '<C:calendar-data content-type="text/calendar" version="2.0"/>';
    await alice
      .report(path, multiget([`${path}a.ics`], wanted))
      .expectProperties(`${path}a.ics`, { 'C:calendar-data': true });
  },
);

quirk(
  'Q-9-12',
  'the ETag is the same in the answers of PUT, GET, PROPFIND, sync, query and multiget',
  async ({ alice }) => {
    const path = `${alice.calendar}a.ics`;
    const { etag } = await alice.put(path, event()).expect(201).expectHeader('ETag', /^"/);
    const properties = { 'D:getetag': etag };
    await alice.get(path).expectHeader('ETag', etag);
    await alice.propfind(alice.calendar, '1', ['D:getetag']).expectProperties(path, properties);
    await alice.sync(alice.calendar, '').expectProperties(path, properties);
    await alice.report(alice.calendar, query(comp('VEVENT')), '1').expectProperties(path, properties);
    await alice.report(alice.calendar, multiget([path])).expectProperties(path, properties);
  },
);
