/**
 * What a report does when there is too much: it is refused, or it says where it ends. RFC 4791 section 7.8.
 */
import assert from 'node:assert/strict';
import { elementsOf } from '../../../src/formats/xml/element.ts';
import { event } from '../../support/builders.ts';
import type { Client } from '../../support/client.ts';
import { hostile, must } from '../../support/conformance.ts';
import { clark, XMLNS } from '../../support/names.ts';
import { TEST_LIMITS } from '../../support/service.ts';
import { calendarWith, comp, freeBusyQuery, multiget, prop, query, range, text } from './queries.ts';

const FAR = { start: '20260702T000000Z', end: '21260702T000000Z' };
const EXPAND = `<D:getetag/><C:calendar-data><C:expand start="${FAR.start}" end="${FAR.end}"/></C:calendar-data>`;

/** Names that come before `z`, so many that they fill more than the first piece of an answer. */
async function many(client: Client, path: string): Promise<readonly string[]> {
  const paths = Array.from({ length: 60 }, (_, i) => `${path}a${i}.ics`);
  await Promise.all(paths.map((one) => client.put(one, event()).expect(201)));
  return paths;
}

must(
  'RFC 4791 section 7.8',
  'an answer that has begun says in a response of its own that there is more',
  async ({ alice }) => {
    const path = await alice.newCalendar('long');
    const paths = await many(alice, path);
    await alice.put(`${path}z.ics`, event({ RRULE: 'FREQ=HOURLY', DURATION: 'PT1M' })).expect(201);
    for (const body of [query(comp('VEVENT'), { prop: EXPAND }), multiget([...paths, `${path}z.ics`], EXPAND)]) {
      const { responses } = (await alice.report(path, body, '1').expect(207)).multistatus();
      const end = responses.get(path);
      assert.equal(end?.status, 507);
      assert.deepEqual(end?.conditions, [clark('D:number-of-matches-within-limits')]);
      assert.ok(responses.size > 1 && responses.size <= paths.length + 1, String(responses.size));
      for (const [href, { properties }] of responses) {
        if (href !== path) assert.equal(properties.get(clark('C:calendar-data'))?.status, 200);
      }
    }
  },
);

must('RFC 4791 section 7.8', 'what is too much from the start is refused as a whole', async ({ alice }) => {
  const path = await calendarWith(alice, { a: event({ RRULE: 'FREQ=HOURLY', DURATION: 'PT1M' }) });
  for (const body of [query(comp('VEVENT'), { prop: EXPAND }), multiget([`${path}a.ics`], EXPAND)]) {
    await alice.report(path, body, '1').expectPrecondition('D:number-of-matches-within-limits', 507);
  }
});

hostile('S9 a hundred years of long events are expanded, or summed up, within bounds', async ({ alice }) => {
  const long = { DESCRIPTION: 'x'.repeat(1_000), DURATION: 'PT1M' };
  const path = await calendarWith(alice, {
    daily: event({ ...long, RRULE: 'FREQ=DAILY' }),
    hourly: event({ ...long, RRULE: 'FREQ=HOURLY' }),
    secondly: event({ ...long, RRULE: 'FREQ=SECONDLY' }),
  });
  const expand = query(comp('VEVENT', range(FAR.start, FAR.end)), { prop: EXPAND });
  const sum = freeBusyQuery(range(FAR.start, FAR.end));
  const answers = await Promise.all(
    Array.from({ length: 10 }, (_, i) => alice.report(path, i % 2 === 0 ? expand : sum, '1')),
  );
  for (const { status, body } of answers) {
    assert.equal(status, 507);
    assert.ok(body.length < 2_000);
  }
  // Whether they take place at all is another question, and has an answer.
  const found = query(comp('VEVENT', range('21260701T000000Z', FAR.end)));
  await alice
    .report(path, found, '1')
    .expectMembers(['daily', 'hourly', 'secondly'].map((name) => `${path}${name}.ics`));
});

hostile('S10 filters that nest ten thousand deep, or stand side by side, are refused', async ({ alice }) => {
  const path = await calendarWith(alice, { a: event() });
  const deep = (name: string) =>
    `${`<C:comp-filter name="${name}">`.repeat(10_000)}${'</C:comp-filter>'.repeat(10_000)}`;
  await alice.report(path, query(deep('VEVENT')), '1').expect(400, 403, 413);
  await alice.report(path, query(deep('X-ANY')), '1').expect(400, 403, 413);
  const wide = comp('VEVENT', prop('SUMMARY', text('a')).repeat(4_000));
  await alice.report(path, query(wide), '1').expectPrecondition('C:valid-filter', 403);
  const endless = comp('VEVENT', prop('SUMMARY', text('a'.repeat(100_000))));
  await alice.report(path, query(endless), '1').expectPrecondition('C:valid-filter', 403);
});

hostile('S10 texts that make matching slow elsewhere are found as they are', async ({ alice }) => {
  const path = await calendarWith(alice, {
    a: event({ SUMMARY: 'a'.repeat(50_000) }),
    b: event({ SUMMARY: `${'a'.repeat(50_000)}b` }),
  });
  const wanted = `${'a'.repeat(1_000)}b`;
  for (const collation of ['i;octet', 'i;ascii-casemap', 'i;unicode-casemap']) {
    const filter = comp('VEVENT', prop('SUMMARY', text(wanted, `collation="${collation}"`)));
    await alice.report(path, query(filter), '1').expectMembers([`${path}b.ics`]);
  }
  for (const pattern of ['(a+)+$', '.*', '%', '_', '[a]']) {
    await alice.report(path, query(comp('VEVENT', prop('SUMMARY', text(pattern)))), '1').expectMembers([]);
  }
});

hostile(
  'S10 a multiget of a hundred thousand hrefs is refused, one of many foreign ones answers 404 to each',
  async ({ alice, bob }) => {
    await bob.put(`${bob.calendar}secret.ics`, event({ SUMMARY: 'Secret' })).expect(201);
    const short = Array.from({ length: 100_000 }, (_, i) => `<D:href>/${i.toString(36)}</D:href>`).join('');
    await alice.report(alice.calendar, `<C:calendar-multiget ${XMLNS}>${short}</C:calendar-multiget>`).expect(413);
    const foreign = Array.from({ length: TEST_LIMITS.hrefs - 1 }, (_, i) => `${bob.calendar}${i}.ics`);
    const answer = await alice.report(alice.calendar, multiget([...foreign, `${bob.calendar}secret.ics`])).expect(207);
    const { responses } = answer.multistatus();
    assert.equal(responses.size, TEST_LIMITS.hrefs);
    for (const { status } of responses.values()) assert.equal(status, 404);
    assert.ok(!answer.text.includes('Secret'));
    assert.equal(elementsOf(answer.xml()).length, TEST_LIMITS.hrefs);
  },
);
