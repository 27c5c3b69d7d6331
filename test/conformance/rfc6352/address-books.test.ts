/**
 * Address books: what they say of themselves, how they are made and removed. RFC 6352 section 5.2, RFC 6352 section 6.2.
 */
import assert from 'node:assert/strict';
import { attributeOf, childrenOf, textOf, type XmlElement } from '../../../src/formats/xml/element.ts';
import { card } from '../../support/builders.ts';
import { must, quirk, should } from '../../support/conformance.ts';
import { clark } from '../../support/names.ts';

must('RFC 6352 section 5.2', 'an address book is a collection and an addressbook', async ({ alice }) => {
  await alice
    .propfind(alice.addressbook, '0', ['D:resourcetype', 'D:displayname'])
    .expectProperties(alice.addressbook, {
      'D:resourcetype': ['D:collection', 'CR:addressbook'],
      'D:displayname': 'Contacts',
    });
  await alice
    .propfind(alice.addressbooks, '0', ['D:resourcetype'])
    .expectProperties(alice.addressbooks, { 'D:resourcetype': ['D:collection'] });
});

must('RFC 6352 section 5.2', 'an address book holds no address book', async ({ alice }) => {
  await alice.mkcol(`${alice.addressbook}inner/`, ['CR:addressbook']).expectPrecondition('D:valid-resourcetype', 403);
});

must('RFC 6352 section 6.3.1', 'an address book is made by MKCOL with its properties', async ({ alice }) => {
  const path = `${alice.addressbooks}team/`;
  const set = { 'D:displayname': 'Team', 'CR:addressbook-description': 'Whom I work with' };
  await alice.mkcol(path, ['CR:addressbook'], set).expect(201);
  await alice
    .propfind(path, '0', ['D:resourcetype', ...Object.keys(set)])
    .expectProperties(path, { 'D:resourcetype': ['D:collection', 'CR:addressbook'], ...set });
});

should('RFC 6352 section 6.2.1', 'addressbook-description can be set, and stays out of allprop', async ({ alice }) => {
  const path = alice.addressbook;
  const description = 'Friends & <family> \u{1f98a}';
  await alice.proppatch(path, { set: { 'CR:addressbook-description': description } }).expect(207);
  await alice
    .propfind(path, '0', ['CR:addressbook-description'])
    .expectProperties(path, { 'CR:addressbook-description': description });
  assert.ok(!(await alice.propfind(path, '0')).text.includes('addressbook-description'));
  await alice.proppatch(path, { remove: ['CR:addressbook-description'] }).expect(207);
  await alice
    .propfind(path, '0', ['CR:addressbook-description'])
    .expectProperties(path, { 'CR:addressbook-description': 404 });
});

const PROTECTED = ['CR:supported-address-data', 'CR:max-resource-size', 'CR:supported-collation-set'];

must('RFC 6352 section 6.2.2', 'supported-address-data names vCard 3.0, 4.0 and jCard', async ({ alice }) => {
  const types = (value: XmlElement): void => {
    const listed = childrenOf(value, '{urn:ietf:params:xml:ns:carddav}address-data-type');
    assert.deepEqual(
      listed.map((type) => [attributeOf(type, 'content-type'), attributeOf(type, 'version')]),
      [
        ['text/vcard', '3.0'],
        ['text/vcard', '4.0'],
        ['application/vcard+json', '4.0'],
      ],
    );
  };
  await alice
    .propfind(alice.addressbook, '0', ['CR:supported-address-data'])
    .expectProperties(alice.addressbook, { 'CR:supported-address-data': types });
});

must('RFC 6352 section 6.2.3', 'max-resource-size is a number of octets', async ({ alice }) => {
  await alice
    .propfind(alice.addressbook, '0', ['CR:max-resource-size'])
    .expectProperties(alice.addressbook, { 'CR:max-resource-size': /^[1-9]\d+$/ });
});

must('RFC 6352 section 8.3.1', 'supported-collation-set stands on address books and on cards', async ({ alice }) => {
  const path = `${alice.addressbook}a.vcf`;
  await alice.put(path, card()).expect(201);
  const names = (value: XmlElement): void => {
    const listed = childrenOf(value, '{urn:ietf:params:xml:ns:carddav}supported-collation').map(textOf);
    assert.deepEqual(listed.toSorted(), ['i;ascii-casemap', 'i;octet', 'i;unicode-casemap']);
  };
  const answer = alice.propfind(alice.addressbook, '1', ['CR:supported-collation-set']);
  await answer.expectProperties(alice.addressbook, { 'CR:supported-collation-set': names });
  await answer.expectProperties(path, { 'CR:supported-collation-set': names });
});

must('RFC 6352 section 6.2.2', 'what the service says of an address book cannot be set', async ({ alice }) => {
  for (const name of PROTECTED) {
    await alice
      .proppatch(alice.addressbook, { set: { [name]: '1' } })
      .expectProperties(alice.addressbook, { [name]: 403 });
  }
});

should('RFC 6352 section 6.2.2', 'no property of address books is in allprop', async ({ alice }) => {
  const { properties } = (await alice.propfind(alice.addressbook, '0')).multistatus().at(alice.addressbook);
  for (const name of PROTECTED) assert.ok(!properties.has(clark(name)), name);
});

must('RFC 6352 section 7.1.1', 'the principal names the address book home', async ({ alice }) => {
  const home = (value: XmlElement): void => {
    assert.deepEqual(childrenOf(value, '{DAV:}href').map(textOf), [alice.addressbooks]);
  };
  await alice
    .propfind(alice.principal, '0', ['CR:addressbook-home-set'])
    .expectProperties(alice.principal, { 'CR:addressbook-home-set': home });
  await alice
    .propfind('/', '0', ['CR:addressbook-home-set'])
    .expectProperties('/', { 'CR:addressbook-home-set': home });
  await alice
    .propfind('/addressbooks/', '0', ['CR:addressbook-home-set'])
    .expectProperties('/addressbooks/', { 'CR:addressbook-home-set': home });
});

must('RFC 6352 section 6.1', 'the DAV header of an address book says addressbook', async ({ alice }) => {
  await alice
    .options(alice.addressbook)
    .expect(200)
    .expectHeader('DAV', /(^|, *)addressbook(,|$)/);
});

must('RFC 6352 section 8.1', 'address books and cards have the reports of address books', async ({ alice }) => {
  const path = `${alice.addressbook}a.vcf`;
  await alice.put(path, card()).expect(201);
  const has = (value: XmlElement): void => {
    const reports = childrenOf(value, '{DAV:}supported-report')
      .flatMap((one) => childrenOf(one, '{DAV:}report'))
      .flatMap((one) => one.children.flatMap((child) => (typeof child === 'string' ? [] : [child.name])));
    for (const name of ['addressbook-query', 'addressbook-multiget'] as const) {
      assert.ok(reports.includes(`{urn:ietf:params:xml:ns:carddav}${name}`), `${name} in ${reports.join()}`);
    }
    assert.ok(reports.includes('{DAV:}expand-property'), reports.join());
  };
  const answer = alice.propfind(alice.addressbook, '1', ['D:supported-report-set']);
  await answer.expectProperties(alice.addressbook, { 'D:supported-report-set': has });
  await answer.expectProperties(path, { 'D:supported-report-set': has });
});

quirk('Q-9-9', 'DELETE empties the default address book, which stays', async ({ alice }) => {
  await alice.put(`${alice.addressbook}a.vcf`, card()).expect(201);
  await alice.delete(alice.addressbook).expect(204);
  await alice.propfind(alice.addressbook, '1', ['D:resourcetype']).expectMembers([alice.addressbook]);
  const other = await alice.newAddressbook('default-2');
  await alice.put(`${other}a.vcf`, card()).expect(201);
  await alice.delete(other).expect(204);
  await alice.propfind(other, '0', ['D:resourcetype']).expect(404);
});

quirk('Q-A-5', 'the default address book is listed first', async ({ alice }) => {
  await alice.newAddressbook('aaa');
  const { responses } = await alice
    .propfind(alice.addressbooks, '1', ['D:resourcetype'])
    .then((answer) => answer.multistatus());
  assert.deepEqual([...responses.keys()], [alice.addressbooks, alice.addressbook, `${alice.addressbooks}aaa/`]);
});

must('RFC 6352 section 6.3.2.1', 'an address book goes nowhere but into the home', async ({ alice }) => {
  const from = await alice.newAddressbook('from');
  for (const to of [`${alice.addressbook}inner/`, `${alice.calendars}from/`]) {
    await alice.copy(from, to).expectPrecondition('CR:addressbook-collection-location-ok', 403);
    await alice.move(from, to).expectPrecondition('CR:addressbook-collection-location-ok', 403);
  }
  await alice.copy(from, `${alice.addressbooks}to/`).expect(201);
});

must('RFC 6352 section 5.2', 'an address book holds plain collections no more than other things', async ({ alice }) => {
  await alice.mkcol(`${alice.addressbook}inner/`).expect(403, 405);
  await alice.mkcalendar(`${alice.addressbook}inner/`).expect(403);
  await alice.propfind(alice.addressbook, '1', ['D:resourcetype']).expectMembers([alice.addressbook]);
});

should(
  'RFC 6352 section 7.1.2',
  'principal-address is the card that its user has named, for that user',
  async ({ alice, bob }) => {
    const name = 'CR:principal-address';
    await alice.propfind(alice.principal, '0', [name]).expectProperties(alice.principal, { [name]: undefined });
    const path = `${alice.addressbook}me.vcf`;
    await alice.put(path, card()).expect(201);
    const set = { 'CS:me-card': `<D:href xmlns:D="DAV:">${path}</D:href>` };
    await alice.proppatch(alice.addressbooks, { set }).expect(207);
    const href = (value: XmlElement): void => {
      assert.deepEqual(childrenOf(value, '{DAV:}href').map(textOf), [path]);
    };
    await alice.propfind(alice.principal, '0', [name]).expectProperties(alice.principal, { [name]: href });
    await alice.proppatch(alice.principal, { set: { [name]: '' } }).expectProperties(alice.principal, { [name]: 403 });
    assert.ok(!(await alice.propfind(alice.principal, '0')).text.includes('principal-address'));
    await bob.propfind(alice.principal, '0', [name]).expectProperties(alice.principal, { [name]: undefined });
  },
);

quirk('Q-A-16', 'CS:me-card of the home can be set and read', async ({ alice }) => {
  const path = `${alice.addressbook}me.vcf`;
  await alice.put(path, card()).expect(201);
  await alice
    .proppatch(alice.addressbooks, { set: { 'CS:me-card': `<D:href xmlns:D="DAV:">${path}</D:href>` } })
    .expect(207);
  const href = (value: XmlElement): void => {
    assert.deepEqual(childrenOf(value, '{DAV:}href').map(textOf), [path]);
  };
  await alice
    .propfind(alice.addressbooks, '0', ['CS:me-card'])
    .expectProperties(alice.addressbooks, { 'CS:me-card': href });
});
