/**
 * Homes with directories in them: what the store is asked, as much for several as for one; and what is left where one went.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Client, client } from '../support/client.ts';
import { type CountingStore, countingStore } from '../support/counting.ts';
import { openTestStore } from '../support/engine.ts';
import { inProcess } from '../support/in-process.ts';
import type { ServiceUnderTest } from '../support/service.ts';

let store: CountingStore;
let service: ServiceUnderTest;
let alice: Client;

before(async () => {
  store = countingStore(await openTestStore());
  service = await inProcess(store, {});
  const { address, password, exists } = service.account('alice', 1);
  alice = client(service, { user: address, password }, () => exists);
});
after(() => service.close());

const costOf = (run: () => Promise<unknown>): Promise<number> => store.costOf(run);

test('a home with five directories asks the store as much as one with one, and one without asks less', async () => {
  const list = async (): Promise<number> => {
    const answer = await alice.propfind(alice.addressbooks, '1', ['D:displayname', 'D:current-user-privilege-set']);
    return answer.multistatus().responses.size;
  };
  const sync = () => alice.sync(alice.addressbooks, '').expect(207);
  const none = await costOf(list);
  const offer = async (name: string): Promise<void> => {
    const directory = await service.offer?.('example.com', name);
    await directory?.fill([{ uid: 'a', name: 'Ada' }]);
    await directory?.show(alice.address);
  };
  await offer('first');
  const [one, oneSynced] = [await costOf(list), await costOf(sync)];
  assert.ok(none < one);
  for (const name of ['second', 'third', 'fourth', 'fifth']) await offer(name);
  assert.equal(await list(), 1 + 1 + 5);
  assert.deepEqual([await costOf(list), await costOf(sync)], [one, oneSynced]);
});

test('a row that lists what is gone is not found, not listed, and keeps its name until it goes', async () => {
  const directory = await service.offer?.('example.com', 'gone');
  await directory?.show(alice.address);
  const path = `${alice.addressbooks}gone/`;
  await alice.propfind(path, '0', ['D:displayname']).expect(207);
  const before = (await alice.sync(alice.addressbooks, '').expect(207)).multistatus();
  assert.ok(before.responses.has(path));
  await store.write({ by: undefined, client: 'test', at: 0 }, async (tx) => {
    const source = (await tx.sources.list()).find(({ name }) => name === 'gone');
    if (source !== undefined) await tx.collections.remove(source.collection);
  });
  await alice.propfind(path, '0', ['D:displayname']).expect(404);
  await alice.get(`${path}a.vcf`).expect(404);
  await alice.delete(path).expect(404);
  const listed = (await alice.propfind(alice.addressbooks, '1', ['D:displayname']).expect(207)).multistatus();
  assert.equal(listed.responses.has(path), false);
  const after = (await alice.sync(alice.addressbooks, '', { level: 'infinite' }).expect(207)).multistatus();
  assert.equal(after.responses.has(path), false);
  await alice.mkcol(path, ['CR:addressbook']).expect(405);
  await alice.move(await alice.newAddressbook('own'), path).expect(409);
  await directory?.end();
  const gone = (await alice.sync(alice.addressbooks, before.syncToken ?? '').expect(207)).multistatus();
  assert.equal(gone.responses.get(path)?.status, 404);
  await alice.mkcol(path, ['CR:addressbook']).expect(201);
});
