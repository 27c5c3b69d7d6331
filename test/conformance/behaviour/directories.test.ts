/**
 * Directories in the eyes of their users: one more address book in everybody's home, which nobody writes, and which each takes off the list
 * or puts there again. What is only listed in a home lies elsewhere, and is listed for those alone who may read it there.
 */
import assert from 'node:assert/strict';
import { childrenOf, textOf } from '../../../src/formats/xml/element.ts';
import { standardFeatures } from '../../../src/server/features.ts';
import { card } from '../../support/builders.ts';
import type { Client } from '../../support/client.ts';
import { declined, hostile, may, must, should } from '../../support/conformance.ts';
import { pathKey } from '../../support/multistatus.ts';
import { clark } from '../../support/names.ts';
import { domainOf, type Offered } from '../../support/service.ts';
import type { World } from '../../support/world.ts';

const SHOWN = 'behaviour: a tenant’s directory is an address book in the home of each of its users';
const CHOICE = 'behaviour: each user decides whether to see a directory';
const TYPES = ['CR:addressbook', '{urn:x-davit}directory'];
const ADA = { uid: 'ada-1', name: 'Ada Lovelace', email: 'ada@example.com' };
const BEN = { uid: 'ben-1', name: 'Ben Nevis', email: 'ben@example.com' };

let numbers = 0;

/** A directory with Ada and Ben in it, of alice's and bob's tenant, and listed with both; it ends with the test. */
async function offered(
  { alice, bob, service }: World,
  body: (name: string, directory: Offered) => Promise<void>,
): Promise<void> {
  if (service.offer === undefined) return;
  await Promise.all([alice, bob].map((one) => one.propfind(one.addressbooks, '0', ['D:displayname']).expect(207)));
  numbers += 1;
  const name = `company-${numbers}`;
  const directory = await service.offer(domainOf('alice'), name);
  try {
    await directory.fill([ADA, BEN]);
    await directory.show(alice.address, bob.address);
    await body(name, directory);
  } finally {
    await directory.end();
  }
}

/** What an address book home lists. */
async function listed(client: Client, home = client.addressbooks): Promise<readonly string[]> {
  const answer = await client.propfind(home, '1', ['D:displayname']).expect(207);
  return [...answer.multistatus().responses.keys()].filter((path) => path !== home);
}

/** What a synchronisation tells of, and the next token. */
async function told(client: Client, path: string, token: string, level?: 'infinite') {
  const answer = await client.sync(path, token, level === undefined ? {} : { level }).expect(207);
  const { responses, syncToken } = answer.multistatus();
  return { responses, token: syncToken ?? '' };
}

const query = (text: string, limit = '') =>
  '<CR:addressbook-query xmlns:D="DAV:" xmlns:CR="urn:ietf:params:xml:ns:carddav"><D:prop><D:getetag/></D:prop>' +
  `<CR:filter><CR:prop-filter name="FN"><CR:text-match>${text}</CR:text-match></CR:prop-filter></CR:filter>${limit}` +
  '</CR:addressbook-query>';

must(SHOWN, 'it is listed with the address books of each user, and read as they are', (world) =>
  offered(world, async (name) => {
    for (const who of [world.alice, world.bob]) {
      const path = `${who.addressbooks}${name}/`;
      assert.deepEqual(await listed(who), [who.addressbook, path]);
      await who
        .propfind(path, '0', ['D:resourcetype', 'D:displayname', 'D:owner', 'D:current-user-privilege-set'])
        .expectProperties(path, {
          'D:resourcetype': ['D:collection', ...TYPES],
          'D:displayname': 'Company',
          'D:owner': '',
        });
      await who.propfind(path, '1', ['D:getetag']).expectMembers([path, `${path}ada-1.vcf`, `${path}ben-1.vcf`]);
      await who
        .get(`${path}ada-1.vcf`)
        .expect(200)
        .expectText(/FN:Ada Lovelace\r\nN:Lovelace;Ada;;;\r\n/);
      const multiget =
        '<CR:addressbook-multiget xmlns:D="DAV:" xmlns:CR="urn:ietf:params:xml:ns:carddav"><D:prop><CR:address-data/></D:prop>' +
        `<D:href>${path}ben-1.vcf</D:href><D:href>${path}none.vcf</D:href></CR:addressbook-multiget>`;
      const answer = (await who.report(path, multiget, '1').expect(207)).multistatus();
      assert.match(answer.value(`${path}ben-1.vcf`, clark('CR:address-data')), /Ben Nevis/);
      assert.equal(answer.at(`${path}none.vcf`).status, 404);
    }
  }),
);

must(SHOWN, 'nobody changes it or what is in it', (world) =>
  offered(world, async (name) => {
    const { alice } = world;
    const path = `${alice.addressbooks}${name}/`;
    const ada = `${path}ada-1.vcf`;
    await alice.put(`${path}new.vcf`, card({ UID: 'new' })).expectPrecondition('D:need-privileges', 403);
    await alice.put(ada, card({ UID: 'ada-1' })).expectPrecondition('D:need-privileges', 403);
    await alice.delete(ada).expectPrecondition('D:need-privileges', 403);
    await alice.proppatch(path, { set: { 'D:displayname': 'Mine' } }).expectPrecondition('D:need-privileges', 403);
    await alice.proppatch(ada, { set: { 'X:mine': 'yes' } }).expectPrecondition('D:need-privileges', 403);
    await alice.lock(path).expect(403);
    await alice.lock(ada).expect(403);
    await alice.acl(path, [['D:authenticated', 'D:all']]).expect(403);
    await alice.move(ada, `${alice.addressbook}ada.vcf`).expectPrecondition('D:need-privileges', 403);
    await alice.move(path, `${alice.addressbooks}mine/`).expect(403);
    await alice.copy(path, `${alice.addressbooks}mine/`).expect(403);
    await alice.copy(alice.addressbook, path).expect(403);
    await alice.move(await alice.newAddressbook('own'), path).expect(403);
    await alice.propfind(path, '1', ['D:getetag']).expectMembers([path, ada, `${path}ben-1.vcf`]);
  }),
);

may(SHOWN, 'a card of it can be copied into one’s own address book', (world) =>
  offered(world, async (name) => {
    const { alice } = world;
    await alice.copy(`${alice.addressbooks}${name}/ada-1.vcf`, `${alice.addressbook}ada.vcf`).expect(201);
    await alice.get(`${alice.addressbook}ada.vcf`).expectText(/Ada Lovelace/);
  }),
);

must('RFC 6578 section 3.2', 'a directory is synchronised like any other address book', (world) =>
  offered(world, async (name, directory) => {
    const { alice, bob } = world;
    const path = `${alice.addressbooks}${name}/`;
    const first = await told(alice, path, '');
    assert.deepEqual([...first.responses.keys()].sort(), [`${path}ada-1.vcf`, `${path}ben-1.vcf`]);
    await directory.fill([
      { ...ADA, name: 'Ada King' },
      { uid: 'eve-1', name: 'Eve Example' },
    ]);
    const second = await told(alice, path, first.token);
    const statuses = [...second.responses].map(([href, { status }]) => [href.slice(path.length), status]).sort();
    assert.deepEqual(statuses, [
      ['ada-1.vcf', undefined],
      ['ben-1.vcf', 404],
      ['eve-1.vcf', undefined],
    ]);
    // The same collection has one token, wherever it is listed.
    assert.equal((await told(bob, `${bob.addressbooks}${name}/`, second.token)).responses.size, 0);
    await directory.fill([
      { ...ADA, name: 'Ada King' },
      { uid: 'eve-1', name: 'Eve Example' },
    ]);
    assert.equal((await told(alice, path, second.token)).token, second.token);
  }),
);

must(
  'RFC 6578 section 3.3',
  'a home tells that a directory came or went, and at any depth that it is not followed',
  (world) =>
    offered(world, async (name, directory) => {
      const { alice } = world;
      const path = `${alice.addressbooks}${name}/`;
      const deep = await told(alice, alice.addressbooks, '', 'infinite');
      assert.equal(deep.responses.get(path)?.status, 403);
      assert.deepEqual(deep.responses.get(path)?.conditions, [clark('D:sync-traversal-supported')]);
      assert.equal(deep.responses.has(`${path}ada-1.vcf`), false);
      const shallow = await told(alice, alice.addressbooks, '');
      assert.equal(shallow.responses.get(path)?.status, undefined);
      assert.ok(shallow.responses.has(path));
      await directory.fill([ADA]);
      assert.equal((await told(alice, alice.addressbooks, shallow.token)).responses.size, 0);
      await alice.delete(path).expect(204);
      const gone = await told(alice, alice.addressbooks, shallow.token);
      assert.deepEqual(
        [...gone.responses].map(([href, { status }]) => [href, status]),
        [[path, 404]],
      );
      const goneDeep = await told(alice, alice.addressbooks, deep.token, 'infinite');
      assert.equal(goneDeep.responses.get(path)?.status, 404);
    }),
);

must(CHOICE, 'DELETE takes it off the own list, and no card from anybody', (world) =>
  offered(world, async (name) => {
    const { alice, bob } = world;
    const path = `${alice.addressbooks}${name}/`;
    await alice.delete(path).expect(204);
    assert.deepEqual(await listed(alice), [alice.addressbook]);
    await alice.propfind(path, '0', ['D:displayname']).expect(404);
    await alice.get(`${path}ada-1.vcf`).expect(404);
    await bob.get(`${bob.addressbooks}${name}/ada-1.vcf`).expect(200);
  }),
);

must(CHOICE, 'MKCOL with its resource type puts it on the list again, under its name and as it is', (world) =>
  offered(world, async (name) => {
    const { alice } = world;
    const path = `${alice.addressbooks}${name}/`;
    await alice.mkcol(path, TYPES).expect(405);
    await alice.mkcol(`${alice.addressbooks}again/`, TYPES).expect(403);
    await alice.delete(path).expect(204);
    await alice.mkcol(path, TYPES, { 'D:displayname': 'Mine' }).expect(403);
    await alice.mkcol(`${alice.calendars}${name}/`, TYPES).expectPrecondition('D:valid-resourcetype', 403);
    await alice.propfind(path, '0', ['D:displayname']).expect(404);
    await alice.mkcol(path, TYPES).expect(201);
    await alice.get(`${path}ada-1.vcf`).expect(200);
  }),
);

must('RFC 4918 section 7', 'a home that somebody else has locked lists what it lists', (world) =>
  offered(world, async (name) => {
    const { alice } = world;
    const path = `${alice.addressbooks}${name}/`;
    await alice.lock(alice.addressbooks, { depth: '0' }).expect(200);
    await alice.delete(path).expectPrecondition('D:lock-token-submitted', 423);
    await alice.get(`${path}ada-1.vcf`).expect(200);
  }),
);

must('RFC 4918 section 9.1', 'with Depth: infinity a home lists what is in a directory too, and counts it', (world) =>
  offered(world, async (name, directory) => {
    const { alice } = world;
    const path = `${alice.addressbooks}${name}/`;
    const answer = await alice.propfind(alice.addressbooks, 'infinity', ['D:getetag']).expect(207);
    assert.ok(answer.multistatus().responses.has(`${path}ben-1.vcf`));
    await directory.fill(Array.from({ length: 120 }, (_, at) => ({ uid: `u${at}`, name: `Person ${at}` })));
    await alice
      .propfind(alice.addressbooks, 'infinity', ['D:getetag'])
      .expectPrecondition('D:propfind-finite-depth', 403);
  }),
);

must('RFC 5842 section 3.1', 'it is the same resource wherever it is listed', (world) =>
  offered(world, async (name) => {
    const ids = [];
    for (const who of [world.alice, world.bob]) {
      const path = `${who.addressbooks}${name}/`;
      const answer = await who.propfind(path, '0', ['D:resource-id']).expect(207);
      ids.push(answer.multistatus().value(path, clark('D:resource-id')));
    }
    assert.equal(ids[0], ids[1]);
  }),
);

must(
  'draft-daboo-carddav-directory-gateway section 3',
  'the own principal names the directory while it is listed',
  (world) =>
    offered(world, async (name) => {
      const { alice, bob } = world;
      const path = `${alice.addressbooks}${name}/`;
      const gateway = ['CR:directory-gateway'];
      await alice.propfind(alice.principal, '0', gateway).expectProperties(alice.principal, {
        'CR:directory-gateway': (value) =>
          assert.equal(pathKey(childrenOf(value, clark('D:href')).map(textOf).join(' ')), path),
      });
      await alice
        .propfind(bob.principal, '0', gateway)
        .expectProperties(bob.principal, { 'CR:directory-gateway': 404 });
      await alice.proppatch(alice.principal, { set: { 'CR:directory-gateway': 'x' } }).expect(207);
      await alice.delete(path).expect(204);
      await alice
        .propfind(alice.principal, '0', gateway)
        .expectProperties(alice.principal, { 'CR:directory-gateway': 404 });
    }),
);

should(
  'draft-daboo-carddav-directory-gateway section 5',
  'a search in it is cut short at the client’s limit',
  (world) =>
    offered(world, async (name) => {
      const { alice } = world;
      const path = `${alice.addressbooks}${name}/`;
      const all = (await alice.report(path, query('n'), '1').expect(207)).multistatus();
      assert.deepEqual([...all.responses.keys()].sort(), [`${path}ben-1.vcf`]);
      const limit = '<CR:limit><CR:nresults>1</CR:nresults></CR:limit>';
      const cut = (await alice.report(path, query('e', limit), '1').expect(207)).multistatus();
      assert.equal(cut.responses.get(path)?.status, 507);
      assert.equal(cut.responses.size, 2);
    }),
);

declined(
  'draft-daboo-carddav-directory-gateway section 5',
  'a directory refuses to be listed or synchronised as a whole',
  'most clients know no gateway: to them it is one more address book, which they keep',
);

declined(
  'draft-daboo-carddav-directory-gateway section 5',
  'several sources of a tenant are searched at one URL',
  'each is an address book of its own in every client; the gateway is the first that the user sees',
);

must(SHOWN, 'once it is no more offered, nobody finds it, and homes say so', (world) =>
  offered(world, async (name, directory) => {
    const { alice } = world;
    const path = `${alice.addressbooks}${name}/`;
    const before = await told(alice, alice.addressbooks, '');
    await directory.end();
    await alice.propfind(path, '0', ['D:displayname']).expect(404);
    assert.equal((await told(alice, alice.addressbooks, before.token)).responses.get(path)?.status, 404);
    await alice.mkcol(path, TYPES).expect(403);
    await alice.newAddressbook(name);
  }),
);

must(SHOWN, 'another tenant’s users find it nowhere', (world) =>
  offered(world, async (name) => {
    const { alice, carol } = world;
    assert.deepEqual(await listed(carol), [carol.addressbook]);
    await carol.mkcol(`${carol.addressbooks}${name}/`, TYPES).expect(403);
    await carol.get(`${carol.addressbooks}${name}/ada-1.vcf`).expect(404);
    await carol.get(`${alice.addressbooks}${name}/ada-1.vcf`).expect(404);
    await carol.propfind(`${alice.addressbooks}${name}/`, '0', ['D:displayname']).expect(404);
  }),
);

must(SHOWN, 'a home shows it to those alone who may read the home', (world) =>
  offered(world, async (name) => {
    const { alice, bob } = world;
    const path = `${alice.addressbooks}${name}/`;
    await bob.propfind(path, '0', ['D:displayname']).expect(404);
    const own = await alice.newAddressbook('shared');
    await alice.acl(own, [[bob.principal, 'D:read']]).expect(200);
    await bob.propfind(path, '0', ['D:displayname']).expect(404);
    await bob.get(`${path}ada-1.vcf`).expect(404);
    await bob.delete(path).expect(404);
    await alice.acl(alice.addressbooks, [[bob.principal, 'D:read']]).expect(200);
    await bob.propfind(path, '0', ['D:displayname']).expect(207);
    await bob.delete(path).expectPrecondition('D:need-privileges', 403);
    await alice.get(`${path}ada-1.vcf`).expect(200);
  }),
);

hostile('S1 whoever holds a directory can be neither found, searched, nor made to hold or give anything', (world) =>
  offered(world, async (name) => {
    const { alice, service } = world;
    const tenants = Array.from({ length: 3 }, (_, at) => at + 1);
    for (const number of tenants) {
      const holder = encodeURIComponent(`@directory:${number}`);
      await alice.propfind(`/principals/${holder}/`, '0', ['D:displayname']).expect(404);
      await alice.propfind(`/addressbooks/${holder}/`, '0', ['D:displayname']).expect(404);
      await alice.propfind(`/addressbooks/${holder}/${name}/`, '0', ['D:displayname']).expect(404);
      await alice.get(`/addressbooks/${holder}/${name}/ada-1.vcf`).expect(404);
      await alice.acl(alice.addressbook, [[`/principals/${holder}/`, 'D:read']]).expect(403);
      const login = alice.as({ user: `@directory:${number}`, password: '' });
      await login.propfind('/', '0', ['D:displayname']).expect(401);
    }
    const names = standardFeatures().flatMap(({ properties = [] }) => properties.map((one) => one.name));
    const path = `${alice.addressbooks}${name}/`;
    const whole = await alice.propfind(path, '1', [...new Set(names)]).expect(207);
    assert.doesNotMatch(whole.text, /directory(?::|%3A)\d/i);
    const search =
      '<D:principal-property-search xmlns:D="DAV:"><D:property-search><D:prop><D:displayname/></D:prop>' +
      '<D:match>e</D:match></D:property-search><D:prop><D:displayname/></D:prop></D:principal-property-search>';
    const answer = await alice.report('/principals/', search, '0').expect(207);
    for (const path of answer.multistatus().responses.keys()) assert.doesNotMatch(path, /directory:/);
    assert.ok(service.offer);
  }),
);
