/**
 * What PUT, COPY and MOVE into a calendar are refused for, and the limits that a calendar tells. RFC 4791 section 5.3.2.1.
 */
import assert from 'node:assert/strict';
import { childrenOf, elementsOf, textOf } from '../../../src/formats/xml/element.ts';
import { calendarOf, component, event, todo } from '../../support/builders.ts';
import type { Client } from '../../support/client.ts';
import { declined, must } from '../../support/conformance.ts';
import { pathKey } from '../../support/multistatus.ts';
import { clark } from '../../support/names.ts';
import { TEST_LIMITS } from '../../support/service.ts';

const STAMPED = { DTSTAMP: '20260701T080000Z', DTSTART: '20260702T100000Z' };

/** What is refused, by the condition that says so. Each is a whole file. */
const REFUSED: readonly (readonly [condition: string, title: string, body: string])[] = [
  ['C:valid-calendar-data', 'no iCalendar', 'Dear diary'],
  ['C:valid-calendar-data', 'cut off', event({ UID: 'a' }).slice(0, -20)],
  ['C:valid-calendar-data', 'no bytes', ''],
  [
    'C:valid-calendar-object-resource',
    'two UIDs',
    calendarOf(component('VEVENT', { ...STAMPED, UID: 'a' }), component('VEVENT', { ...STAMPED, UID: 'b' })),
  ],
  ['C:valid-calendar-object-resource', 'no component', calendarOf()],
  [
    'C:valid-calendar-object-resource',
    'a message',
    event({ UID: 'a' }).replace('VERSION:2.0', 'VERSION:2.0\r\nMETHOD:REQUEST'),
  ],
  ['C:supported-calendar-component', 'a task among events', todo({ UID: 'a' })],
  ['C:max-resource-size', 'too many octets', event({ UID: 'a', DESCRIPTION: 'x'.repeat(TEST_LIMITS.calendarObject) })],
  [
    'C:max-attendees-per-instance',
    'too many attendees',
    event({
      UID: 'a',
      ATTENDEE: Array.from({ length: TEST_LIMITS.attendees + 1 }, (_, i) => `mailto:a${i}@example.com`),
    }),
  ],
];

for (const [condition, title, body] of REFUSED) {
  must('RFC 4791 section 5.3.2.1', `${condition} of PUT, COPY and MOVE: ${title}`, async ({ alice }) => {
    const to = `${alice.calendar}a.ics`;
    const from = `${alice.files}a.ics`;
    await alice.put(to, body).expectPrecondition(condition, 403);
    await alice.put(from, body).expect(201);
    await alice.copy(from, to).expectPrecondition(condition, 403);
    await alice.move(from, to).expectPrecondition(condition, 403);
    await alice.get(to).expect(404);
    await alice.get(from).expect(200);
    await alice.put(to, event({ UID: 'kept' })).expect(201);
    const { etag } = await alice.get(to);
    await alice.put(to, body).expectPrecondition(condition, 403);
    await alice.copy(from, to).expectPrecondition(condition, 403);
    await alice.move(from, to).expectPrecondition(condition, 403);
    await alice.get(to).expect(200).expectHeader('ETag', etag);
  });
}

must('RFC 4791 section 5.3.2.1', 'C:no-uid-conflict of PUT, COPY and MOVE names who has the UID', async ({ alice }) => {
  const [holder, to, from] = [`${alice.calendar}holder%20(1).ics`, `${alice.calendar}b.ics`, `${alice.files}b.ics`];
  await alice.put(holder, event({ UID: 'same' })).expect(201);
  const body = event({ UID: 'same', SUMMARY: 'Other' });
  await alice.put(from, body).expect(201);
  for (const send of [() => alice.put(to, body), () => alice.copy(from, to), () => alice.move(from, to)]) {
    const answer = await send().expectPrecondition('C:no-uid-conflict', 409);
    const hrefs = elementsOf(answer.xml()).flatMap((one) => childrenOf(one, '{DAV:}href').map(textOf));
    assert.deepEqual(hrefs.map(pathKey), [pathKey(holder)]);
    await alice.get(hrefs[0]!).expect(200);
  }
});

must('RFC 4791 section 5.3.2.1', 'a file that is an event becomes one by COPY and by MOVE', async ({ alice }) => {
  const body = event({ UID: 'a' });
  await alice.put(`${alice.files}a.ics`, body).expect(201);
  await alice.copy(`${alice.files}a.ics`, `${alice.calendar}a.ics`).expect(201);
  assert.equal(
    (
      await alice
        .get(`${alice.calendar}a.ics`)
        .expect(200)
        .expectHeader('Content-Type', /^text\/calendar/)
    ).text,
    body,
  );
  await alice.delete(`${alice.calendar}a.ics`).expect(204);
  await alice.move(`${alice.files}a.ics`, `${alice.calendar}b.ics`).expect(201);
  assert.equal((await alice.get(`${alice.calendar}b.ics`).expect(200)).text, body);
});

must(
  'RFC 4791 section 5.3.2.1',
  'C:calendar-collection-location-ok: a calendar is not put where none can lie',
  async ({ alice }) => {
    const from = await alice.newCalendar('from');
    const elsewhere = [
      `${alice.calendar}inner/`,
      `${alice.addressbooks}from/`,
      `${alice.files}from/`,
      `${alice.calendars}inbox/from/`,
    ];
    for (const to of elsewhere) {
      await alice.copy(from, to).expectPrecondition('C:calendar-collection-location-ok', 403);
      await alice.move(from, to).expectPrecondition('C:calendar-collection-location-ok', 403);
      await alice.propfind(to, '0').expect(404);
    }
    await alice.propfind(from, '0').expect(207);
  },
);

must(
  'RFC 4791 section 5.3.1',
  'MKCALENDAR where one may read but not write is refused with need-privileges',
  async ({ alice, bob }) => {
    await alice.acl(alice.calendars, [[bob.principal, 'D:read']]).expect(200);
    await bob.mkcalendar(`${alice.calendars}theirs/`).expectPrecondition('D:need-privileges', 403);
    await alice.propfind(`${alice.calendars}theirs/`, '0').expect(404);
  },
);

/** One property of a calendar, as text. */
async function propertyText(client: Client, name: string): Promise<string> {
  const answer = await client.propfind(client.calendar, '0', [name]).expect(207);
  return answer.multistatus().value(client.calendar, clark(name));
}

must(
  'RFC 4791 section 5.2.6',
  'min-date-time is before every date that iCalendar can say, and taken',
  async ({ alice }) => {
    assert.equal(await propertyText(alice, 'C:min-date-time'), '00010101T000000Z');
    const body = event({ UID: 'old', DTSTART: '00010101T000000Z', DTEND: '00010101T010000Z' });
    await alice.put(`${alice.calendar}old.ics`, body).expect(201);
  },
);

must(
  'RFC 4791 section 5.2.7',
  'max-date-time is after every date that iCalendar can say, and taken',
  async ({ alice }) => {
    assert.equal(await propertyText(alice, 'C:max-date-time'), '99991231T235959Z');
    const body = event({ UID: 'late', DTSTART: '99991231T225959Z', DTEND: '99991231T235959Z' });
    await alice.put(`${alice.calendar}late.ics`, body).expect(201);
  },
);

declined(
  'RFC 4791 section 5.2.8',
  'max-instances is not there',
  'A rule is never refused for the number of its instances, and without the property clients may count on that; what one request looks at is bounded instead.',
);

must('RFC 4791 section 5.2.8', 'what has no limit names none: a series without end is taken', async ({ alice }) => {
  await alice
    .propfind(alice.calendar, '0', ['C:max-instances'])
    .expectProperties(alice.calendar, { 'C:max-instances': undefined });
  await alice.put(`${alice.calendar}a.ics`, event({ RRULE: 'FREQ=MINUTELY' })).expect(201);
});

must('RFC 4791 section 5.2.9', 'max-attendees-per-instance is what is taken, for each instance', async ({ alice }) => {
  const most = Number(await propertyText(alice, 'C:max-attendees-per-instance'));
  assert.equal(most, TEST_LIMITS.attendees);
  const attendees = (count: number) => Array.from({ length: count }, (_, i) => `mailto:a${i}@example.com`);
  const series = (count: number) =>
    calendarOf(
      component('VEVENT', { ...STAMPED, UID: 'a', RRULE: 'FREQ=DAILY', ATTENDEE: attendees(most) }),
      component('VEVENT', { ...STAMPED, UID: 'a', 'RECURRENCE-ID': '20260703T100000Z', ATTENDEE: attendees(count) }),
    );
  await alice.put(`${alice.calendar}a.ics`, series(most + 1)).expectPrecondition('C:max-attendees-per-instance', 403);
  await alice.put(`${alice.calendar}a.ics`, series(most)).expect(201);
});

const ALARMS = ['vevent-datetime', 'vevent-date', 'vtodo-datetime', 'vtodo-date'].map(
  (one) => `C:default-alarm-${one}`,
);

must(
  'behaviour: default alarms, as Apple clients keep them',
  'they are kept on calendars and on the home, as they were sent',
  async ({ alice }) => {
    const alarm = component('VALARM', {
      UID: 'alarm',
      ACTION: 'AUDIO',
      TRIGGER: '-PT15M',
      'ATTACH;VALUE=URI': 'Basso',
    });
    for (const path of [alice.calendar, alice.calendars]) {
      for (const name of ALARMS) {
        await alice.propfind(path, '0', [name]).expectProperties(path, { [name]: undefined });
        await alice.proppatch(path, { set: { [name]: alarm } }).expectProperties(path, { [name]: true });
        await alice.propfind(path, '0', [name]).expectProperties(path, {
          [name]: (value) => assert.equal(textOf(value).replace(/\r?\n/g, '\r\n'), alarm),
        });
        // An empty one says that there is to be none.
        await alice.proppatch(path, { set: { [name]: '' } }).expectProperties(path, { [name]: true });
        await alice.propfind(path, '0', [name]).expectProperties(path, { [name]: '' });
      }
    }
    const made = await alice.newCalendar('alarmed', { 'C:default-alarm-vevent-datetime': alarm });
    await alice
      .propfind(made, '0', ALARMS.slice(0, 1))
      .expectProperties(made, { 'C:default-alarm-vevent-datetime': true });
  },
);
