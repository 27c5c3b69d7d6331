/**
 * Address books are collections like others: access control, synchronisation and change tags hold for them. RFC 6352 section 6.1.
 */
import assert from 'node:assert/strict';
import { card } from '../../support/builders.ts';
import { must, quirk } from '../../support/conformance.ts';
import { clark, XMLNS } from '../../support/names.ts';
import { having, multiget, query } from './bodies.ts';

must(
  'RFC 6352 section 4',
  'who may read an address book has its reports, and changes nothing',
  async ({ alice, bob }) => {
    const path = `${alice.addressbook}a.vcf`;
    await alice.put(path, card({ UID: 'a', FN: 'Ada' })).expect(201);
    await alice.acl(alice.addressbook, [[bob.principal, 'D:read']]).expect(200);
    await bob.report(alice.addressbook, query(having('FN', 'ada')), '1').expectMembers([path]);
    await bob.report(alice.addressbook, multiget([path])).expectMembers([path]);
    await bob.sync(alice.addressbook, '').expectMembers([path]);
    await bob.put(path, card({ UID: 'a', FN: 'Eve' })).expect(403);
    await bob.put(`${alice.addressbook}b.vcf`, card({ UID: 'b' })).expect(403);
    await bob.delete(path).expect(403);
    await bob.delete(alice.addressbook).expect(403);
    await alice.get(path).expectText('FN:Ada');
  },
);

must('RFC 6352 section 4', 'who may write cards changes those of the owner', async ({ alice, bob }) => {
  const path = `${alice.addressbook}a.vcf`;
  await alice.put(path, card({ UID: 'a', FN: 'Ada' })).expect(201);
  await alice.acl(alice.addressbook, [[bob.principal, 'D:read', 'D:write']]).expect(200);
  await bob.put(path, card({ UID: 'a', FN: 'Ada L.' })).expect(204);
  await bob.put(`${alice.addressbook}b.vcf`, card({ UID: 'b' })).expect(201);
  await bob.delete(`${alice.addressbook}b.vcf`).expect(204);
  await alice.get(path).expectText('FN:Ada L.');
});

must('RFC 6352 section 3', 'expand-property leads from the principal to the address books', async ({ alice }) => {
  const body =
    `<D:expand-property ${XMLNS}><D:property name="addressbook-home-set" namespace="urn:ietf:params:xml:ns:carddav">` +
    '<D:property name="current-user-privilege-set"/><D:property name="resourcetype"/></D:property></D:expand-property>';
  const answer = await alice.report(alice.principal, body).expect(207);
  assert.match(answer.text, new RegExp(`<[^>]*href>${alice.addressbooks}<`));
  assert.match(answer.text, /:bind\/>/);
});

quirk('Q-9-9', 'the default address book that DELETE has emptied goes on as it was', async ({ alice }) => {
  const path = alice.addressbook;
  const [tag, token] = [clark('CS:getctag'), clark('D:sync-token')];
  const read = async () => (await alice.propfind(path, '0', ['CS:getctag', 'D:sync-token'])).multistatus();
  const cards = ['a', 'b'].map((name) => `${path}${name}.vcf`);
  for (const [at, one] of cards.entries()) await alice.put(one, card({ UID: `${at}` })).expect(201);
  await alice.proppatch(path, { set: { 'D:displayname': 'Everybody' } }).expect(207);
  const before = await read();
  await alice.delete(path).expect(204);
  const after = await read();
  assert.notEqual(after.value(path, tag), before.value(path, tag));
  const gone = (await alice.sync(path, before.value(path, token))).multistatus();
  assert.deepEqual(
    cards.map((one) => gone.at(one).status),
    [404, 404],
  );
  await alice.propfind(path, '0', ['D:displayname']).expectProperties(path, { 'D:displayname': 'Everybody' });
  // The same people can be put there again.
  await alice.put(cards[0] ?? '', card({ UID: '1' })).expect(201);
  await alice.sync(path, after.value(path, token)).expectMembers(cards.slice(0, 1));
});
