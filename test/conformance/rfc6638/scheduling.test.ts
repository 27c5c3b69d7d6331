/**
 * Where scheduling will take place: inbox, outbox, and the calendar for invitations. RFC 6638 section 2, RFC 6638 section 9.
 */
import assert from 'node:assert/strict';
import type { XmlElement } from '../../../src/formats/xml/element.ts';
import { hrefsIn } from '../../support/answer.ts';
import { event } from '../../support/builders.ts';
import { must, quirk, should } from '../../support/conformance.ts';
import { clark } from '../../support/names.ts';

const are =
  (...paths: readonly string[]) =>
  (value: XmlElement): void =>
    assert.deepEqual(hrefsIn(value), paths);

must('RFC 6638 section 2.1', 'the outbox is a schedule-outbox, and the principal names it', async ({ alice }) => {
  const outbox = `${alice.calendars}outbox/`;
  await alice
    .propfind(outbox, '0', ['D:resourcetype'])
    .expectProperties(outbox, { 'D:resourcetype': ['D:collection', 'C:schedule-outbox'] });
  await alice
    .propfind(alice.principal, '0', ['C:schedule-outbox-URL'])
    .expectProperties(alice.principal, { 'C:schedule-outbox-URL': are(outbox) });
});

must('RFC 6638 section 2.2', 'the inbox is a schedule-inbox, and the principal names it', async ({ alice }) => {
  const inbox = `${alice.calendars}inbox/`;
  await alice
    .propfind(inbox, '0', ['D:resourcetype'])
    .expectProperties(inbox, { 'D:resourcetype': ['D:collection', 'C:schedule-inbox'] });
  await alice
    .propfind(alice.principal, '0', ['C:schedule-inbox-URL'])
    .expectProperties(alice.principal, { 'C:schedule-inbox-URL': are(inbox) });
});

must(
  'RFC 6638 section 2.2',
  'inbox and outbox stay, are not made, and take no objects from clients',
  async ({ alice }) => {
    for (const name of ['inbox', 'outbox']) {
      const path = `${alice.calendars}${name}/`;
      await alice.delete(path).expect(403);
      await alice.put(`${path}a.ics`, event()).expect(403);
      await alice.mkcalendar(path).expect(405);
      await alice.mkcol(`${alice.calendars}another-${name}/`, [`C:schedule-${name}`]).expect(403);
      await alice.propfind(path, '1', ['D:resourcetype']).expectMembers([path]);
    }
  },
);

must(
  'RFC 6638 section 2.4.1',
  'calendar-user-address-set holds every address and the principal',
  async ({ alice, team }) => {
    const [local, domain] = alice.address.split('@');
    const addresses = [`mailto:${alice.address}`, `mailto:${local}-also@${domain}`, alice.principal];
    await alice
      .propfind(alice.principal, '0', ['C:calendar-user-address-set'])
      .expectProperties(alice.principal, { 'C:calendar-user-address-set': are(...addresses) });
    await alice.propfind(team.principal, '0', ['C:calendar-user-address-set']).expectProperties(team.principal, {
      'C:calendar-user-address-set': are(`mailto:${team.address}`, team.principal),
    });
  },
);

should('RFC 6638 section 2.4.2', 'calendar-user-type tells people from groups', async ({ alice, team }) => {
  const name = 'C:calendar-user-type';
  await alice.propfind(alice.principal, '0', [name]).expectProperties(alice.principal, { [name]: 'INDIVIDUAL' });
  await alice.propfind(team.principal, '0', [name]).expectProperties(team.principal, { [name]: 'GROUP' });
});

must('RFC 6638 section 2.4', 'what is said of scheduling is protected and stays out of allprop', async ({ alice }) => {
  const all = await alice.propfind(alice.principal, '0').expect(207);
  for (const name of [
    'C:schedule-inbox-URL',
    'C:schedule-outbox-URL',
    'C:calendar-user-address-set',
    'C:calendar-user-type',
  ]) {
    assert.ok(!all.multistatus().at(alice.principal).properties.has(clark(name)), name);
    await alice.proppatch(alice.principal, { set: { [name]: 'x' } }).expectProperties(alice.principal, { [name]: 403 });
  }
});

must(
  'RFC 6638 section 9.1',
  'schedule-calendar-transp is opaque, until it is set to transparent',
  async ({ alice }) => {
    const name = 'C:schedule-calendar-transp';
    const choose = (choice: string) =>
      alice.proppatch(alice.calendar, { set: { [name]: `<C:${choice} xmlns:C="urn:ietf:params:xml:ns:caldav"/>` } });
    const is = (choice: string) =>
      alice.propfind(alice.calendar, '0', [name]).expectProperties(alice.calendar, { [name]: [`C:${choice}`] });
    await is('opaque');
    await choose('transparent').expectProperties(alice.calendar, { [name]: true });
    await is('transparent');
    await choose('opaque').expectProperties(alice.calendar, { [name]: true });
    await is('opaque');
    await choose('mauve').expectProperties(alice.calendar, { [name]: 409 });
    await is('opaque');
    await choose('transparent').expect(207);
    await alice.proppatch(alice.calendar, { remove: [name] }).expectProperties(alice.calendar, { [name]: true });
    await is('opaque');
  },
);

must('RFC 6638 section 9.2', 'the inbox names the calendar for invitations', async ({ alice }) => {
  const inbox = `${alice.calendars}inbox/`;
  const name = 'C:schedule-default-calendar-URL';
  await alice.propfind(inbox, '0', [name]).expectProperties(inbox, { [name]: are(alice.calendar) });
  const all = await alice.propfind(inbox, '0').expect(207);
  assert.ok(!all.multistatus().at(inbox).properties.has(clark(name)));
});

must('RFC 6638 section 4.3.1.1', 'that calendar stays: default-calendar-needed', async ({ alice }) => {
  const path = `${alice.calendar}a.ics`;
  await alice.put(path, event()).expect(201);
  await alice.delete(alice.calendar).expectPrecondition('C:default-calendar-needed', 403);
  await alice.get(path).expect(200);
  await alice
    .request('MOVE', alice.calendar, { headers: { Destination: `${alice.calendars}moved/` } })
    .expectPrecondition('C:default-calendar-needed', 403);
  const other = await alice.newCalendar('other');
  await alice
    .request('MOVE', other, { headers: { Destination: alice.calendar, Overwrite: 'T' } })
    .expectPrecondition('C:default-calendar-needed', 403);
  await alice.get(path).expect(200);
  await alice.delete(`${alice.calendars}tasks/`).expect(204);
  await alice.delete(other).expect(204);
});

quirk('Q-9-18', 'calendar-user-address-set begins with mailto and the address one logs in by', async ({ alice }) => {
  const first = (value: XmlElement): void => assert.equal(hrefsIn(value)[0], `mailto:${alice.address}`);
  await alice
    .propfind(alice.principal, '0', ['C:calendar-user-address-set'])
    .expectProperties(alice.principal, { 'C:calendar-user-address-set': first });
});

quirk('Q-A-13', 'scheduling is not promised before it works', async ({ alice }) => {
  const { headers } = await alice.options(alice.calendar).expect(200);
  assert.doesNotMatch(headers.dav ?? '', /calendar-auto-schedule/);
});
