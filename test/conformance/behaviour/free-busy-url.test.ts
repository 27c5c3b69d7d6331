/**
 * `/freebusy/USER@DOMAIN/`: free-busy to be read without WebDAV, by whoever may see it.
 */
import assert from 'node:assert/strict';
import { calendarOf, component, event, newUid } from '../../support/builders.ts';
import type { Client } from '../../support/client.ts';
import { must } from '../../support/conformance.ts';
import { componentsIn, linesOf } from '../rfc4791/queries.ts';

const SPEC = 'behaviour: free-busy to be read by whoever may see it';
const JULY = 'start=20260702T000000Z&end=20260703T000000Z';

const urlOf = ({ address }: Client, query = JULY): string => `/freebusy/${address}/${query === '' ? '' : `?${query}`}`;

/** An hour of 2 July 2026. */
function at(hour: string): string {
  return event({ DTSTART: `20260702T${hour}0000Z`, DTEND: undefined, DURATION: 'PT1H', SUMMARY: 'Secret' });
}

async function busy(client: Client, url: string): Promise<readonly string[]> {
  const { text } = await client.get(url).expect(200);
  return linesOf(text, 'VFREEBUSY', 'FREEBUSY').map((line) => line.replace(/^FREEBUSY;FBTYPE=([A-Z-]+):/, '$1 '));
}

must(SPEC, 'the owner gets a published VFREEBUSY', async ({ alice }) => {
  await alice.put(`${alice.calendar}a.ics`, at('08')).expect(201);
  const { text } = await alice
    .get(urlOf(alice))
    .expect(200)
    .expectHeader('Content-Type', /^text\/calendar/)
    .expectHeader('Cache-Control', /private/);
  const [lines = [], ...others] = componentsIn(text, 'VFREEBUSY');
  assert.equal(others.length, 0);
  assert.match(text, /\r\nMETHOD:PUBLISH\r\n/);
  for (const line of [
    `ORGANIZER:mailto:${alice.address}`,
    'DTSTART:20260702T000000Z',
    'DTEND:20260703T000000Z',
    'FREEBUSY;FBTYPE=BUSY:20260702T080000Z/20260702T090000Z',
  ])
    assert.ok(lines.includes(line), text);
  assert.doesNotMatch(text, /Secret/);
  const { text: nothing } = await alice
    .head(urlOf(alice))
    .expect(200)
    .expectHeader('Content-Type', /^text\/calendar/);
  assert.equal(nothing, '');
});

must(
  SPEC,
  'others get what they may see, calendar by calendar, and else nothing is there',
  async ({ alice, bob, carol, anonymous }) => {
    const [work, home, quiet] = await Promise.all(['work', 'home', 'quiet'].map((name) => alice.newCalendar(name)));
    await alice.put(`${work}a.ics`, at('08')).expect(201);
    await alice.put(`${home}b.ics`, at('10')).expect(201);
    await alice.put(`${quiet}c.ics`, at('12')).expect(201);
    await alice
      .proppatch(quiet!, {
        set: { 'C:schedule-calendar-transp': '<C:transparent xmlns:C="urn:ietf:params:xml:ns:caldav"/>' },
      })
      .expect(207);
    for (const other of [bob, carol]) await other.get(urlOf(alice)).expect(404);
    await anonymous.get(urlOf(alice)).expect(401);
    await anonymous.get('/freebusy/nobody@example.com/').expect(401);

    await alice.acl(work!, [[bob.principal, 'D:bind']]).expect(200);
    await bob.get(urlOf(alice)).expect(404);
    await alice.acl(work!, [[bob.principal, 'C:read-free-busy']]).expect(200);
    assert.deepEqual(await busy(bob, urlOf(alice)), ['BUSY 20260702T080000Z/20260702T090000Z']);
    await alice.acl(home!, [['D:authenticated', 'D:read']]).expect(200);
    await alice.acl(quiet!, [[bob.principal, 'C:read-free-busy']]).expect(200);
    const both = ['BUSY 20260702T080000Z/20260702T090000Z', 'BUSY 20260702T100000Z/20260702T110000Z'];
    assert.deepEqual(await busy(bob, urlOf(alice)), both);
    assert.deepEqual(await busy(alice, urlOf(alice)), both);
    // Another tenant is not reached by what everybody of this one may see.
    await carol.get(urlOf(alice)).expect(404);
    await alice.acl(work!, []).expect(200);
    assert.deepEqual(await busy(bob, urlOf(alice)), both.slice(1));
  },
);

must(SPEC, 'what the owner says of being available is in it', async ({ alice, bob }) => {
  const value = calendarOf(
    component('VAVAILABILITY', { UID: newUid(), DTSTAMP: '20260601T000000Z', DTEND: '20260702T060000Z' }),
  );
  await alice.proppatch(`${alice.calendars}inbox/`, { set: { 'C:calendar-availability': value } }).expect(207);
  await bob.get(urlOf(alice)).expect(404);
  await alice.acl(alice.calendar, [[bob.principal, 'C:read-free-busy']]).expect(200);
  assert.deepEqual(await busy(bob, urlOf(alice)), ['BUSY-UNAVAILABLE 20260702T000000Z/20260702T060000Z']);
});

must(SPEC, 'the range is said as days, times or a period, or it is the next six weeks', async ({ alice }) => {
  const range = async (query: string): Promise<string> => {
    const { text } = await alice.get(urlOf(alice, query)).expect(200);
    const [start, end] = ['DTSTART', 'DTEND'].map((name) => linesOf(text, 'VFREEBUSY', name)[0]?.split(':')[1]);
    return `${start}/${end}`;
  };
  assert.equal(await range('start=20260702&end=20260704'), '20260702T000000Z/20260704T000000Z');
  assert.equal(await range('start=2026-07-02&period=P2D'), '20260702T000000Z/20260704T000000Z');
  assert.equal(
    await range('start=2026-07-02T12:00:00+02:00&end=2026-07-02T12:00:00%2B01:00'),
    '20260702T100000Z/20260702T110000Z',
  );
  assert.equal(await range('start=20260702T100000Z&period=PT90M'), '20260702T100000Z/20260702T113000Z');
  assert.equal(await range('start=20260702'), '20260702T000000Z/20260813T000000Z');
  assert.match(await range(''), /^\d{8}T000000Z\/\d{8}T000000Z$/);
  for (const query of [
    'start=yesterday',
    'start=20260702T100000',
    'start=20260702&start=20260703',
    'start=20260702&end=20260702',
    'start=20260702&period=-P1D',
    'start=20260702&period=long',
    'start=20260702&end=20260703&period=P1D',
  ])
    await alice.get(urlOf(alice, query)).expect(400);
});

must(
  SPEC,
  'it is found with and without a slash, nothing lies below it, and it can only be read',
  async ({ alice }) => {
    await alice.get(`/freebusy/${alice.address}`).expect(200);
    await alice.get(`/freebusy/${encodeURIComponent(alice.address.toUpperCase())}/`).expect(200);
    await alice.get(`/freebusy/${alice.address}/more`).expect(404);
    await alice.get('/freebusy/').expect(404);
    await alice.get('/freebusy/nobody@example.com/').expect(404);
    for (const method of ['PUT', 'DELETE', 'PROPFIND', 'MKCOL', 'REPORT'])
      await alice.request(method, urlOf(alice)).expect(405).expectHeader('Allow', 'GET, HEAD');
  },
);

must(SPEC, 'more busy periods than the service counts are refused with 507', async ({ alice }) => {
  const often = { DTSTART: '20260702T000000Z', DTEND: undefined, DURATION: 'PT1M', RRULE: 'FREQ=MINUTELY;INTERVAL=2' };
  await alice.put(`${alice.calendar}a.ics`, event(often)).expect(201);
  await alice.get(urlOf(alice, 'start=20260702&period=P3650D')).expect(507);
  assert.equal((await busy(alice, urlOf(alice, 'start=20260702&period=PT1H'))).length, 30);
});
