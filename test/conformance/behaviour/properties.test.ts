/**
 * Properties that no specification asks for, and clients do.
 */
import assert from 'node:assert/strict';
import { attributeOf, childrenOf, textOf, type XmlElement } from '../../../src/formats/xml/element.ts';
import { hrefsIn } from '../../support/answer.ts';
import { event } from '../../support/builders.ts';
import { must } from '../../support/conformance.ts';
import { clark } from '../../support/names.ts';

const SERVICE = ['/', '/principals/', '/calendars/', '/addressbooks/'];

const are =
  (...paths: readonly string[]) =>
  (value: XmlElement): void =>
    assert.deepEqual(hrefsIn(value), paths);

must(
  'behaviour: clients that start at the service ask it for the principal',
  'principal-URL at the service is that of whoever asks',
  async ({ alice, bob }) => {
    for (const path of SERVICE) {
      for (const one of [alice, bob]) {
        await one
          .propfind(path, '0', ['D:principal-URL'])
          .expectProperties(path, { 'D:principal-URL': are(one.principal) });
      }
    }
  },
);

must(
  'behaviour: clients that start at the service ask it for the home',
  'the homes at the service are those of whoever asks',
  async ({ alice, bob }) => {
    for (const path of SERVICE) {
      for (const one of [alice, bob]) {
        await one.propfind(path, '0', ['C:calendar-home-set', 'CR:addressbook-home-set']).expectProperties(path, {
          'C:calendar-home-set': are(one.calendars),
          'CR:addressbook-home-set': are(one.addressbooks),
        });
      }
    }
  },
);

must(
  'behaviour: the addresses of a principal, as Apple clients ask for them',
  'email-address-set holds all addresses',
  async ({ alice, team }) => {
    const [local, domain] = alice.address.split('@');
    const addresses =
      (...expected: readonly string[]) =>
      (value: XmlElement): void =>
        assert.deepEqual(childrenOf(value, clark('CS:email-address')).map(textOf), expected);
    await alice.propfind(alice.principal, '0', ['CS:email-address-set']).expectProperties(alice.principal, {
      'CS:email-address-set': addresses(alice.address, `${local}-also@${domain}`),
    });
    await alice
      .propfind(team.principal, '0', ['CS:email-address-set'])
      .expectProperties(team.principal, { 'CS:email-address-set': addresses(team.address) });
  },
);

must(
  'behaviour: a count of changes that some clients show',
  'the count grows with every change, and is in allprop',
  async ({ alice }) => {
    const count = async (path: string): Promise<number> => {
      const answer = await alice.propfind(path, '0').expectProperties(path, { 'S:sync-token': /^\d+$/ });
      return Number(answer.multistatus().value(path, clark('S:sync-token')));
    };
    const before = await count(alice.calendar);
    await alice.put(`${alice.calendar}a.ics`, event()).expect(201);
    const after = await count(alice.calendar);
    assert.ok(after > before);
    await alice.delete(`${alice.calendar}a.ics`).expect(204);
    assert.ok((await count(alice.calendar)) > after);
    await count(alice.calendars);
    await count(alice.addressbook);
  },
);

must(
  'behaviour: which component sets a client may create calendars with',
  'the home offers calendars for events, for tasks and for notes',
  async ({ alice }) => {
    const sets = (value: XmlElement): void => {
      const listed = childrenOf(value, clark('C:supported-calendar-component-set'));
      assert.deepEqual(
        listed.map((set) => childrenOf(set, clark('C:comp')).map((comp) => attributeOf(comp, 'name'))),
        [['VEVENT'], ['VTODO'], ['VJOURNAL']],
      );
    };
    await alice
      .propfind(alice.calendars, '0', ['C:supported-calendar-component-sets'])
      .expectProperties(alice.calendars, { 'C:supported-calendar-component-sets': sets });
    for (const [at, name] of ['VEVENT', 'VTODO', 'VJOURNAL'].entries()) {
      const set = `<C:comp xmlns:C="urn:ietf:params:xml:ns:caldav" name="${name}"/>`;
      await alice.newCalendar(`c${at}`, { 'C:supported-calendar-component-set': set });
    }
  },
);

must(
  'behaviour: the place of a calendar in a list, as Apple clients keep it',
  'calendar-order is 0 until it is set',
  async ({ alice }) => {
    const name = 'ICAL:calendar-order';
    await alice.propfind(alice.calendar, '0').expectProperties(alice.calendar, { [name]: '0' });
    await alice.proppatch(alice.calendar, { set: { [name]: '7' } }).expectProperties(alice.calendar, { [name]: true });
    await alice.propfind(alice.calendar, '0', [name]).expectProperties(alice.calendar, { [name]: '7' });
    await alice.proppatch(alice.calendar, { remove: [name] }).expectProperties(alice.calendar, { [name]: true });
    await alice.propfind(alice.calendar, '0', [name]).expectProperties(alice.calendar, { [name]: '0' });
  },
);

must(
  'behaviour: the colour of a calendar, as Apple clients keep it',
  'calendar-color is kept as it was sent, with its attributes',
  async ({ alice }) => {
    const set =
      '<ICAL:calendar-color xmlns:ICAL="http://apple.com/ns/ical/" symbolic-color="custom">#FF2968FF</ICAL:calendar-color>';
    await alice
      .proppatch(
        alice.calendar,
        `<D:propertyupdate xmlns:D="DAV:"><D:set><D:prop>${set}</D:prop></D:set></D:propertyupdate>`,
      )
      .expect(207);
    const color = (value: XmlElement): void => {
      assert.equal(textOf(value), '#FF2968FF');
      assert.equal(attributeOf(value, 'symbolic-color'), 'custom');
    };
    await alice
      .propfind(alice.calendars, '1', ['ICAL:calendar-color'])
      .expectProperties(alice.calendar, { 'ICAL:calendar-color': color });
  },
);
