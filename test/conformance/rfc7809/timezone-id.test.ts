/**
 * The time zone of a calendar by its name. RFC 7809 section 3.1.5, RFC 7809 section 3.1.6, RFC 7809 section 5.2.
 */
import assert from 'node:assert/strict';
import { event } from '../../support/builders.ts';
import { must, quirk, should } from '../../support/conformance.ts';
import { clark } from '../../support/names.ts';
import { comp, finds, fixedZone, query, range } from '../rfc4791/queries.ts';

const ID = 'C:calendar-timezone-id';
const ZONE = 'C:calendar-timezone';
/** The evening of 2 July 2026 in New York, and the small hours before it in Tashkent. */
const EVENING = comp('VEVENT', range('20260703T010000Z', '20260703T020000Z'));
const BEFORE = comp('VEVENT', range('20260701T200000Z', '20260701T210000Z'));

should(
  'RFC 7809 section 5.2',
  'calendar-timezone-id can be set, read and removed, and stays out of allprop',
  async ({ alice }) => {
    const path = alice.calendar;
    await alice.propfind(path, '0', [ID]).expectProperties(path, { [ID]: undefined });
    await alice.proppatch(path, { set: { [ID]: 'America/New_York' } }).expectProperties(path, { [ID]: true });
    await alice.propfind(path, '0', [ID]).expectProperties(path, { [ID]: 'America/New_York' });
    const all = await alice.propfind(path, '0').expect(207);
    assert.ok(!all.multistatus().at(path).properties.has(clark(ID)));
    await alice.proppatch(path, { remove: [ID] }).expectProperties(path, { [ID]: true });
    await alice.propfind(path, '0', [ID, ZONE]).expectProperties(path, { [ID]: undefined, [ZONE]: undefined });
  },
);

must('RFC 7809 section 3.1.5', 'a name that no zone has is refused with valid-timezone', async ({ alice }) => {
  for (const id of ['Mars/Olympus_Mons', '', 'BEGIN:VCALENDAR']) {
    const answer = await alice
      .proppatch(alice.calendar, { set: { [ID]: id } })
      .expectProperties(alice.calendar, { [ID]: 403 });
    const refused = answer.multistatus().at(alice.calendar).properties.get(clark(ID));
    assert.deepEqual(refused?.conditions, [clark('C:valid-timezone')]);
  }
  await alice.mkcalendar(`${alice.calendars}mars/`, { [ID]: 'Mars/Olympus_Mons' }).expect(207);
  await alice.propfind(`${alice.calendars}mars/`, '0').expect(404);
});

must('RFC 7809 section 3.1.5', 'who sets the name sets calendar-timezone too', async ({ alice }) => {
  const path = alice.calendar;
  await alice.proppatch(path, { set: { [ZONE]: fixedZone('Example/East', '+0500') } }).expect(207);
  await alice.proppatch(path, { set: { [ID]: 'America/New_York' } }).expect(207);
  await alice.propfind(path, '0', [ID, ZONE]).expectProperties(path, {
    [ID]: 'America/New_York',
    [ZONE]: /^BEGIN:VCALENDAR[\s\S]*BEGIN:VTIMEZONE[\s\S]*TZID:America\/New_York[\s\S]*END:VCALENDAR\s*$/,
  });
});

must('RFC 7809 section 3.1.5', 'who sets calendar-timezone sets the name too', async ({ alice }) => {
  const path = alice.calendar;
  await alice.proppatch(path, { set: { [ID]: 'America/New_York' } }).expect(207);
  await alice.proppatch(path, { set: { [ZONE]: fixedZone('Example/East', '+0500') } }).expect(207);
  await alice.propfind(path, '0', [ID, ZONE]).expectProperties(path, {
    [ID]: 'Example/East',
    [ZONE]: /TZID:Example\/East/,
  });
  await alice.proppatch(path, { remove: [ZONE] }).expect(207);
  await alice.propfind(path, '0', [ID, ZONE]).expectProperties(path, { [ID]: undefined, [ZONE]: undefined });
});

must('RFC 7809 section 3.1.5', 'days lie in the zone that was set last, by name or in full', async ({ alice }) => {
  const path = alice.calendar;
  await alice.put(`${path}day.ics`, event({ 'DTSTART;VALUE=DATE': '20260702' })).expect(201);
  await finds(alice, path, EVENING, []);
  await alice.proppatch(path, { set: { [ID]: 'America/New_York' } }).expect(207);
  await finds(alice, path, EVENING, ['day']);
  // As clients that indent their XML send it.
  await alice.proppatch(path, { set: { [ZONE]: `\n  ${fixedZone('Example/East', '+0500')}\n` } }).expect(207);
  await finds(alice, path, EVENING, []);
  await finds(alice, path, BEFORE, ['day']);
  await alice.proppatch(path, { set: { [ID]: 'America/New_York' } }).expect(207);
  await finds(alice, path, EVENING, ['day']);
  await alice.proppatch(path, { remove: [ID] }).expect(207);
  await finds(alice, path, EVENING, []);
});

must(
  'RFC 7809 section 3.1.6',
  'a query may name its zone; an unknown one is refused with valid-timezone',
  async ({ alice }) => {
    const path = alice.calendar;
    await alice.put(`${path}day.ics`, event({ 'DTSTART;VALUE=DATE': '20260702' })).expect(201);
    const inZone = (id: string) => ({ after: `<C:timezone-id>${id}</C:timezone-id>` });
    await finds(alice, path, EVENING, [], inZone('Asia/Tashkent'));
    await finds(alice, path, BEFORE, ['day'], inZone('Asia/Tashkent'));
    await finds(alice, path, EVENING, ['day'], inZone('America/New_York'));
    await alice
      .report(path, query(EVENING, inZone('Mars/Olympus_Mons')), '1')
      .expectPrecondition('C:valid-timezone', 403);
  },
);

quirk('Q-9-13', 'calendar-timezone-id is taken in MKCALENDAR, beside calendar-timezone', async ({ alice }) => {
  const path = `${alice.calendars}zoned/`;
  await alice.mkcalendar(path, { [ZONE]: fixedZone('Asia/Tashkent', '+0500'), [ID]: 'Asia/Tashkent' }).expect(201);
  await alice
    .propfind(path, '0', [ID, ZONE])
    .expectProperties(path, { [ID]: 'Asia/Tashkent', [ZONE]: /TZID:Asia\/Tashkent/ });
});
