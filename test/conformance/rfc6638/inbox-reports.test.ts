/**
 * Reports on the scheduling inbox: clients look for messages as they look for events. RFC 6638 section 2.3.
 */
import assert from 'node:assert/strict';
import { childrenOf, elementsOf, type XmlElement } from '../../../src/formats/xml/element.ts';
import { event } from '../../support/builders.ts';
import { must } from '../../support/conformance.ts';
import { clark } from '../../support/names.ts';
import { comp, freeBusyQuery, multiget, query, range } from '../rfc4791/queries.ts';

must(
  'RFC 6638 section 2.3',
  'the inbox lists calendar-query and calendar-multiget among its reports, and no free-busy-query',
  async ({ alice }) => {
    const inbox = `${alice.calendars}inbox/`;
    const lists = (value: XmlElement): void => {
      const reports = childrenOf(value, '{DAV:}supported-report')
        .flatMap((one) => childrenOf(one, '{DAV:}report'))
        .flatMap((one) => elementsOf(one).map(({ name }) => name));
      for (const name of ['C:calendar-query', 'C:calendar-multiget', 'D:sync-collection'])
        assert.ok(reports.includes(clark(name)), name);
      assert.ok(!reports.includes(clark('C:free-busy-query')));
    };
    await alice
      .propfind(inbox, '0', ['D:supported-report-set'])
      .expectProperties(inbox, { 'D:supported-report-set': lists });
  },
);

must('RFC 6638 section 2.3', 'queries and multigets of an empty inbox are answered', async ({ alice }) => {
  const inbox = `${alice.calendars}inbox/`;
  await alice.put(`${alice.calendar}a.ics`, event()).expect(201);
  await alice.report(inbox, query(comp('VEVENT')), '1').expectMembers([]);
  await alice.report(inbox, query(comp('VEVENT', range('20260101T000000Z', ''))), '1').expectMembers([]);
  const answer = await alice.report(inbox, multiget([`${inbox}a.ics`, `${alice.calendar}a.ics`])).expect(207);
  for (const { status } of answer.multistatus().responses.values()) assert.equal(status, 404);
  await alice
    .report(inbox, query(comp('VEVENT'), { prop: '<C:calendar-data content-type="text/x"/>' }), '1')
    .expectPrecondition('C:supported-calendar-data', 403);
});

must(
  'RFC 6638 section 2.3',
  'free-busy-query is refused on the inbox, and others see nothing of it',
  async ({ alice, bob }) => {
    const inbox = `${alice.calendars}inbox/`;
    const body = freeBusyQuery(range('20260101T000000Z', '20270101T000000Z'));
    await alice.report(inbox, body, '1').expectPrecondition('D:supported-report', 403);
    await bob.report(inbox, query(comp('VEVENT')), '1').expect(404);
  },
);
