/**
 * What clients ask for when they look around, whether or not any document says what it means.
 */
import assert from 'node:assert/strict';
import { hrefsIn } from '../../support/answer.ts';
import { must, quirk } from '../../support/conformance.ts';
import { clark } from '../../support/names.ts';

quirk(
  'Q-A-1',
  'the service and its principals answer for whoever asks, where clients fall back to them',
  async ({ alice }) => {
    const wanted = ['D:current-user-principal', 'D:principal-URL', 'D:resourcetype'];
    const homes = ['C:calendar-home-set', 'CR:addressbook-home-set', 'D:principal-collection-set', 'D:resource-id'];
    for (const path of ['/', '/principals/']) {
      const { properties } = (await alice.propfind(path, '0', [...wanted, ...homes]).expect(207))
        .multistatus()
        .at(path);
      for (const name of [...wanted, ...homes])
        assert.equal(properties.get(clark(name))?.status, 200, `${name} of ${path}`);
      const principal = properties.get(clark('D:current-user-principal'));
      assert.deepEqual(principal && hrefsIn(principal.element), [alice.principal]);
    }
  },
);

/** What Apple's clients ask of each collection of a home, in one request. */
const OF_HOME = {
  there: [
    'D:current-user-privilege-set',
    'D:owner',
    'D:resource-id',
    'D:resourcetype',
    'D:supported-report-set',
    'D:sync-token',
    'D:quota-used-bytes',
    'CS:getctag',
  ],
  ofCalendar: [
    'D:add-member',
    'D:displayname',
    'ICAL:calendar-order',
    'C:schedule-calendar-transp',
    'C:supported-calendar-component-set',
  ],
  ofHome: ['C:managed-attachments-server-URL'],
  nowhere: [
    'CS:push-transports',
    'CS:pushkey',
    'CS:source',
    'CS:publish-url',
    'CS:pre-publish-url',
    'CS:subscribed-strip-alarms',
    'CS:subscribed-strip-attachments',
    'CS:subscribed-strip-todos',
    'ICAL:autoprovisioned',
    'ICAL:language-code',
    'ICAL:location-code',
    'ICAL:refreshrate',
    'C:calendar-alarm',
    'C:default-alarm-vevent-date',
    'C:default-alarm-vevent-datetime',
  ],
} as const;

must(
  'behaviour: the list of properties that Apple clients ask a home for',
  'a home and its calendars answer all of it, and what they have not with 404',
  async ({ alice }) => {
    const names = Object.values(OF_HOME).flat();
    const { at } = (await alice.propfind(alice.calendars, '1', names).expect(207)).multistatus();
    for (const path of [alice.calendars, alice.calendar]) {
      const { properties } = at(path);
      const status = (name: string): number | undefined => properties.get(clark(name))?.status;
      for (const name of OF_HOME.there) assert.equal(status(name), 200, `${name} of ${path}`);
      for (const name of OF_HOME.nowhere) assert.equal(status(name), 404, `${name} of ${path}`);
      const own = path === alice.calendar ? OF_HOME.ofCalendar : OF_HOME.ofHome;
      for (const name of own) assert.equal(status(name), 200, name);
    }
    // The same list goes into a synchronisation of the home.
    const synced = (await alice.sync(alice.calendars, '', { properties: names }).expect(207)).multistatus();
    assert.equal(synced.at(alice.calendar).properties.get(clark('D:resource-id'))?.status, 200);
  },
);

must(
  'behaviour: alarms that clients give to new events, kept with the home and with each calendar',
  'default alarms are kept as they were sent',
  async ({ alice }) => {
    const alarm = 'BEGIN:VALARM\r\nACTION:AUDIO\r\nTRIGGER:-PT15M\r\nEND:VALARM\r\n';
    for (const path of [alice.calendars, alice.calendar]) {
      for (const name of ['C:default-alarm-vevent-date', 'C:default-alarm-vevent-datetime']) {
        await alice.proppatch(path, { set: { [name]: alarm } }).expectProperties(path, { [name]: true });
        await alice.propfind(path, '0', [name]).expectProperties(path, { [name]: /ACTION:AUDIO/ });
        await alice.proppatch(path, { remove: [name] }).expectProperties(path, { [name]: true });
        await alice.propfind(path, '0', [name]).expectProperties(path, { [name]: undefined });
      }
    }
  },
);

must(
  'behaviour: what a subscribed calendar was read from, and how often',
  'source and refreshrate are kept as they were sent',
  async ({ alice }) => {
    const set = {
      'CS:source': '<D:href xmlns:D="DAV:">https://example.com/holidays.ics</D:href>',
      'ICAL:refreshrate': 'P1W',
    };
    await alice
      .proppatch(alice.calendar, { set })
      .expectProperties(alice.calendar, { 'CS:source': true, 'ICAL:refreshrate': true });
    await alice
      .propfind(alice.calendar, '0', ['CS:source', 'ICAL:refreshrate'])
      .expectProperties(alice.calendar, { 'CS:source': ['D:href'], 'ICAL:refreshrate': 'P1W' });
  },
);

must(
  'behaviour: the principal properties that Apple clients ask for',
  'a principal answers all of them; there is no dropbox',
  async ({ alice }) => {
    const there = [
      'C:calendar-home-set',
      'C:calendar-user-address-set',
      'D:current-user-principal',
      'D:displayname',
      'CS:email-address-set',
      'CS:notification-URL',
      'D:principal-collection-set',
      'D:principal-URL',
      'D:resource-id',
      'C:schedule-inbox-URL',
      'C:schedule-outbox-URL',
      'D:supported-report-set',
    ];
    const expected = Object.fromEntries(there.map((name) => [name, true]));
    await alice
      .propfind(alice.principal, '0', [...there, 'CS:dropbox-home-URL'])
      .expectProperties(alice.principal, { ...expected, 'CS:dropbox-home-URL': undefined });
  },
);

must('RFC 4918 section 15.6', 'nobody can give a collection an entity tag, or a length', async ({ alice }) => {
  for (const name of ['D:getetag', 'D:getcontentlength']) {
    const answer = (await alice.proppatch(alice.calendar, { set: { [name]: '1' } }).expect(207)).multistatus();
    assert.equal(answer.at(alice.calendar).properties.get(clark(name))?.status, 403);
    await alice.propfind(alice.calendar, '0', [name]).expectProperties(alice.calendar, { [name]: undefined });
  }
});
