/**
 * Parts of calendar objects: named components and properties, expanded and limited recurrence. RFC 4791 section 9.6.
 */
import assert from 'node:assert/strict';
import { calendarOf, component, event } from '../../support/builders.ts';
import type { Client } from '../../support/client.ts';
import { must, quirk } from '../../support/conformance.ts';
import { clark } from '../../support/names.ts';
import {
  calendarWith,
  comp,
  componentsIn,
  dataOf,
  fixedZone,
  fixedZoneComponent,
  linesOf,
  multiget,
  query,
  range,
} from './queries.ts';

const ALARM = component('VALARM', { ACTION: 'DISPLAY', DESCRIPTION: 'Now', TRIGGER: '-PT15M' });

/** Stores one object and gives its path. */
async function stored(client: Client, body: string): Promise<string> {
  return `${await calendarWith(client, { a: body })}a.ics`;
}

must('RFC 4791 section 9.6', 'an empty calendar-data is the whole object', async ({ alice }) => {
  const body = event({ 'X-A;X-B=c': 'd' }, ALARM);
  const path = await stored(alice, body);
  assert.equal((await dataOf(alice, path, '')).replaceAll('\r\n', '\n'), body.replaceAll('\r\n', '\n'));
});

must('RFC 4791 section 9.6.1', 'the named components and properties come, and no others', async ({ alice }) => {
  const path = await stored(alice, event({ UID: 'a', SUMMARY: 'Dance', LOCATION: 'Hall', 'X-MOOD': 'good' }, ALARM));
  const data = await dataOf(
    alice,
    path,
    '<C:comp name="VCALENDAR"><C:prop name="VERSION"/><C:comp name="VEVENT"><C:prop name="SUMMARY"/><C:prop name="UID"/><C:prop name="X-MOOD"/></C:comp></C:comp>',
  );
  assert.deepEqual(componentsIn(data, 'VCALENDAR')[0]?.[0], 'VERSION:2.0');
  assert.deepEqual(
    componentsIn(data, 'VEVENT').map((lines) => lines.toSorted()),
    [['SUMMARY:Dance', 'UID:a', 'X-MOOD:good']],
  );
  assert.ok(!data.includes('VALARM') && !data.includes('PRODID'), data);
});

must('RFC 4791 section 9.6.2', 'allcomp and allprop mean all there are', async ({ alice }) => {
  const path = await stored(alice, event({ SUMMARY: 'Dance', LOCATION: 'Hall' }, ALARM));
  const properties = await dataOf(
    alice,
    path,
    '<C:comp name="VCALENDAR"><C:comp name="VEVENT"><C:allprop/></C:comp></C:comp>',
  );
  assert.deepEqual(linesOf(properties, 'VEVENT', 'LOCATION'), ['LOCATION:Hall']);
  assert.ok(!properties.includes('VALARM') && !properties.includes('PRODID'), properties);
  const components = await dataOf(alice, path, '<C:comp name="VCALENDAR"><C:prop name="PRODID"/><C:allcomp/></C:comp>');
  assert.ok(
    components.includes('PRODID') && components.includes('BEGIN:VALARM') && !components.includes('VERSION:'),
    components,
  );
  assert.deepEqual(linesOf(components, 'VEVENT', 'SUMMARY'), ['SUMMARY:Dance']);
});

must('RFC 4791 section 9.6.4', 'novalue leaves the value out, with its parameters kept', async ({ alice }) => {
  const path = await stored(alice, event({ 'SUMMARY;LANGUAGE=en': 'Dance', LOCATION: 'Hall' }));
  const data = await dataOf(
    alice,
    path,
    '<C:comp name="VCALENDAR"><C:comp name="VEVENT"><C:prop name="SUMMARY" novalue="yes"/><C:prop name="LOCATION" novalue="no"/></C:comp></C:comp>',
  );
  assert.match(data, /\r?\nSUMMARY(;LANGUAGE=en)?:\r?\n/);
  assert.deepEqual(linesOf(data, 'VEVENT', 'LOCATION'), ['LOCATION:Hall']);
});

must('RFC 4791 section 9.6', 'the ETag is that of the whole object, whatever part is asked for', async ({ alice }) => {
  const path = await stored(alice, event());
  const { etag } = await alice.get(path);
  const part = `<D:getetag/><C:calendar-data><C:comp name="VCALENDAR"><C:prop name="VERSION"/></C:comp></C:calendar-data>`;
  await alice
    .report(path.replace('a.ics', ''), multiget([path], part))
    .expectProperties(path, { 'D:getetag': etag, 'C:calendar-data': /VERSION:2\.0/ });
});

must('RFC 4791 section 9.6', 'calendar-data that makes no sense is refused with 400', async ({ alice }) => {
  const path = await stored(alice, event());
  const bad = [
    '<C:comp name="VEVENT"/>',
    '<C:comp/>',
    '<C:expand start="20260701T000000Z"/>',
    '<C:expand start="20260701T000000Z" end="20260701T000000Z"/>',
    '<C:expand start="20260701T000000" end="20260702T000000"/>',
    '<C:limit-recurrence-set end="20260702T000000Z"/>',
    '<C:expand start="20260701T000000Z" end="20260702T000000Z"/><C:limit-recurrence-set start="20260701T000000Z" end="20260702T000000Z"/>',
  ];
  for (const inside of bad) {
    await alice.report(path, multiget([path], `<C:calendar-data>${inside}</C:calendar-data>`)).expect(400);
  }
});

/** Daily at 9:00 in a zone five hours east of UTC, from 1 June 2026, with one instance moved and one left out. */
function series(): string {
  const at = { UID: 'series', DTSTAMP: '20260501T080000Z' };
  const zone = fixedZoneComponent('Example/East', '+0500');
  return calendarOf(
    zone,
    component(
      'VEVENT',
      {
        ...at,
        'DTSTART;TZID=Example/East': '20260601T090000',
        'DTEND;TZID=Example/East': '20260601T093000',
        RRULE: 'FREQ=DAILY;COUNT=10',
        'EXDATE;TZID=Example/East': '20260603T090000',
        'RDATE;TZID=Example/East': '20260606T200000',
        SUMMARY: 'Daily',
      },
      ALARM,
    ),
    component('VEVENT', {
      ...at,
      'RECURRENCE-ID;TZID=Example/East': '20260604T090000',
      'DTSTART;TZID=Example/East': '20260605T150000',
      'DTEND;TZID=Example/East': '20260605T160000',
      SUMMARY: 'Moved',
    }),
    component('VEVENT', {
      ...at,
      'RECURRENCE-ID;TZID=Example/East': '20260608T090000',
      'DTSTART;TZID=Example/East': '20260608T100000',
      'DTEND;TZID=Example/East': '20260608T103000',
      SUMMARY: 'Later',
    }),
  );
}

/** RECURRENCE-ID, DTSTART and DTEND of each instance, in their order. */
function instancesIn(data: string): readonly string[] {
  return componentsIn(data, 'VEVENT')
    .map((lines) =>
      ['RECURRENCE-ID', 'DTSTART', 'DTEND']
        .map((name) => lines.find((line) => line.startsWith(`${name}:`) || line.startsWith(`${name};`)) ?? `no ${name}`)
        .join(' '),
    )
    .toSorted();
}

must(
  'RFC 4791 section 9.6.5',
  'expand gives every instance in the range, in UTC, without recurrence and without time zones',
  async ({ alice }) => {
    const path = await stored(alice, series());
    const data = await dataOf(alice, path, '<C:expand start="20260602T000000Z" end="20260607T000000Z"/>');
    assert.deepEqual(instancesIn(data), [
      'RECURRENCE-ID:20260602T040000Z DTSTART:20260602T040000Z DTEND:20260602T043000Z',
      'RECURRENCE-ID:20260604T040000Z DTSTART:20260605T100000Z DTEND:20260605T110000Z',
      'RECURRENCE-ID:20260605T040000Z DTSTART:20260605T040000Z DTEND:20260605T043000Z',
      'RECURRENCE-ID:20260606T040000Z DTSTART:20260606T040000Z DTEND:20260606T043000Z',
      'RECURRENCE-ID:20260606T150000Z DTSTART:20260606T150000Z DTEND:20260606T153000Z',
    ]);
    for (const name of ['RRULE', 'RDATE', 'EXDATE', 'TZID', 'VTIMEZONE']) assert.ok(!data.includes(name), name);
    assert.deepEqual(linesOf(data, 'VEVENT', 'SUMMARY').toSorted(), [
      'SUMMARY:Daily',
      'SUMMARY:Daily',
      'SUMMARY:Daily',
      'SUMMARY:Daily',
      'SUMMARY:Moved',
    ]);
    assert.equal(linesOf(data, 'VEVENT', 'UID').length, 5);
    assert.equal(componentsIn(data, 'VALARM').length, 4);
  },
);

quirk('Q-9-16', 'the first instance, expanded, carries its RECURRENCE-ID too', async ({ alice }) => {
  const path = await stored(alice, event({ RRULE: 'FREQ=WEEKLY' }));
  const data = await dataOf(alice, path, '<C:expand start="20260702T000000Z" end="20260703T000000Z"/>');
  assert.deepEqual(instancesIn(data), [
    'RECURRENCE-ID:20260702T100000Z DTSTART:20260702T100000Z DTEND:20260702T110000Z',
  ]);
});

must('RFC 4791 section 9.6.5', 'dates stay dates', async ({ alice }) => {
  const path = await stored(
    alice,
    event({ 'DTSTART;VALUE=DATE': '20260601', 'DTEND;VALUE=DATE': '20260603', RRULE: 'FREQ=WEEKLY' }),
  );
  const data = await dataOf(alice, path, '<C:expand start="20260609T000000Z" end="20260616T000000Z"/>');
  assert.deepEqual(instancesIn(data), [
    'RECURRENCE-ID;VALUE=DATE:20260608 DTSTART;VALUE=DATE:20260608 DTEND;VALUE=DATE:20260610',
    'RECURRENCE-ID;VALUE=DATE:20260615 DTSTART;VALUE=DATE:20260615 DTEND;VALUE=DATE:20260617',
  ]);
});

must('RFC 4791 section 9.6.5', 'what does not recur comes in UTC, without a RECURRENCE-ID', async ({ alice }) => {
  const lines = {
    'DTSTART;TZID=Example/East': '20260702T090000',
    DURATION: 'PT1H',
    UID: 'a',
    DTSTAMP: '20260701T080000Z',
  };
  const path = await stored(alice, calendarOf(fixedZoneComponent('Example/East', '+0500'), component('VEVENT', lines)));
  const data = await dataOf(alice, path, '<C:expand start="20260702T000000Z" end="20260703T000000Z"/>');
  assert.deepEqual(linesOf(data, 'VEVENT', 'DTSTART'), ['DTSTART:20260702T040000Z']);
  assert.deepEqual(linesOf(data, 'VEVENT', 'RECURRENCE-ID'), []);
  assert.ok(!data.includes('VTIMEZONE'));
});

must('RFC 4791 section 9.6.5', 'named properties narrow the expanded instances', async ({ alice }) => {
  const path = await stored(alice, series());
  const data = await dataOf(
    alice,
    path,
    '<C:comp name="VCALENDAR"><C:comp name="VEVENT"><C:prop name="SUMMARY"/><C:prop name="DTSTART"/></C:comp></C:comp>' +
      '<C:expand start="20260602T000000Z" end="20260603T000000Z"/>',
  );
  assert.deepEqual(linesOf(data, 'VEVENT', 'DTSTART'), ['DTSTART:20260602T040000Z']);
  assert.deepEqual(linesOf(data, 'VEVENT', 'SUMMARY'), ['SUMMARY:Daily']);
  assert.deepEqual(linesOf(data, 'VEVENT', 'DTSTAMP'), []);
  assert.ok(!data.includes('VALARM'));
});

must('RFC 4791 section 9.6.5', 'dates of the range are judged in the zone of the request', async ({ alice }) => {
  const path = await calendarWith(alice, { a: event({ 'DTSTART;VALUE=DATE': '20260601', RRULE: 'FREQ=WEEKLY' }) });
  const data = async (zone: string) => {
    const body = query(comp('VEVENT', range('20260608T200000Z', '20260609T030000Z')), {
      prop: '<C:calendar-data><C:expand start="20260608T200000Z" end="20260609T030000Z"/></C:calendar-data>',
      after: `<C:timezone>${fixedZone('Example/Zone', zone)}</C:timezone>`,
    });
    const answer = await alice.report(path, body, '1').expectMembers([`${path}a.ics`]);
    return instancesIn(answer.multistatus().value(`${path}a.ics`, clark('C:calendar-data')));
  };
  const first = 'RECURRENCE-ID;VALUE=DATE:20260608 DTSTART;VALUE=DATE:20260608 no DTEND';
  assert.deepEqual(await data('-0500'), [first]);
  assert.deepEqual(await data('+0000'), [first]);
});

must(
  'RFC 4791 section 9.6.6',
  'limit-recurrence-set leaves out the overrides that do not matter',
  async ({ alice }) => {
    const path = await stored(alice, series());
    const overrides = async (start: string, end: string) => {
      const data = await dataOf(alice, path, `<C:limit-recurrence-set start="${start}" end="${end}"/>`);
      assert.ok(data.includes('RRULE:FREQ=DAILY;COUNT=10') && data.includes('BEGIN:VTIMEZONE'), data);
      return linesOf(data, 'VEVENT', 'RECURRENCE-ID')
        .map((line) => line.slice(-15))
        .toSorted();
    };
    assert.deepEqual(await overrides('20260601T000000Z', '20260610T000000Z'), ['20260604T090000', '20260608T090000']);
    assert.deepEqual(await overrides('20260601T000000Z', '20260602T000000Z'), []);
    // Where it is now, and where it was planned.
    assert.deepEqual(await overrides('20260605T103000Z', '20260605T104500Z'), ['20260604T090000']);
    assert.deepEqual(await overrides('20260604T041000Z', '20260604T042000Z'), ['20260604T090000']);
  },
);

must('RFC 4791 section 9.6.7', 'limit-freebusy-set leaves out the periods outside', async ({ alice }) => {
  const path = await stored(
    alice,
    calendarOf(
      component('VFREEBUSY', {
        UID: 'busy',
        DTSTAMP: '20260701T080000Z',
        FREEBUSY: ['20260702T100000Z/20260702T110000Z,20260704T100000Z/PT1H', '20260706T100000Z/PT1H'],
      }),
    ),
  );
  const data = await dataOf(alice, path, '<C:limit-freebusy-set start="20260704T000000Z" end="20260705T000000Z"/>');
  assert.deepEqual(linesOf(data, 'VFREEBUSY', 'FREEBUSY'), ['FREEBUSY:20260704T100000Z/PT1H']);
});

must('RFC 4791 section 7.8', 'more instances than the service expands are refused', async ({ alice }) => {
  const path = await stored(alice, event({ DTSTART: '20260702T000000Z', DURATION: 'PT1M', RRULE: 'FREQ=MINUTELY' }));
  const expand = '<C:calendar-data><C:expand start="20260702T000000Z" end="20360702T000000Z"/></C:calendar-data>';
  await alice
    .report(path.replace('a.ics', ''), multiget([path], expand))
    .expectPrecondition('D:number-of-matches-within-limits', 507);
});
