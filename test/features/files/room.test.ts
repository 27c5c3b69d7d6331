/**
 * How much a home for files takes: the size of one file, and the quota of its owner. RFC 4331 section 6.
 */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { after, test } from 'node:test';
import type { Client } from '../../support/client.ts';
import { openTestStore } from '../../support/engine.ts';
import { inProcess } from '../../support/in-process.ts';
import { type World, withWorld } from '../../support/world.ts';

const LARGEST = 600_000;
const store = await openTestStore();
const service = await inProcess(store, { limits: { file: LARGEST } });
after(() => service.close());

function inWorld(title: string, body: (world: World) => Promise<void>): void {
  test(title, () => withWorld(service, body));
}

async function accountOf(client: Client) {
  await client.options(client.files).expect(200);
  const account = await store.read((tx) => tx.directory.accountByAddress(client.address));
  assert.ok(account !== undefined);
  return account.id;
}

async function setQuota(client: Client, octets: number): Promise<void> {
  const account = await accountOf(client);
  await store.write({ by: undefined, client: 'tests', at: 1_800_000_000 }, (tx) => tx.usage.setQuota(account, octets));
}

async function used(client: Client): Promise<number> {
  const account = await accountOf(client);
  return (await store.read((tx) => tx.usage.of(account))).used;
}

inWorld('a file may be as large as the limit, and no larger', async ({ alice }) => {
  await alice.put(`${alice.files}a`, Buffer.alloc(LARGEST)).expect(201);
  await alice.put(`${alice.files}b`, Buffer.alloc(LARGEST + 1)).expect(413);
  await alice.put(`${alice.files}a`, Buffer.alloc(LARGEST + 1)).expect(413);
  await alice.put(`${alice.files}c`, Buffer.alloc(LARGEST + 1), { 'Content-Length': undefined }).expect(413);
  await alice.propfind(alice.files, '1', ['D:getetag']).expectMembers([alice.files, `${alice.files}a`]);
  assert.equal(await used(alice), LARGEST);
});

inWorld(
  'RFC 4331 section 6: what does not fit is refused with quota-not-exceeded, and nothing changes',
  async ({ alice }) => {
    await setQuota(alice, 1000);
    const path = `${alice.files}a`;
    await alice.put(path, Buffer.alloc(900, 'a')).expect(201);
    await alice.put(`${alice.files}b`, Buffer.alloc(101)).expectPrecondition('D:quota-not-exceeded', 507);
    await alice
      .put(`${alice.files}b`, Buffer.alloc(101), { 'Content-Length': undefined })
      .expectPrecondition('D:quota-not-exceeded', 507);
    // What it replaces makes room for it.
    await alice.put(path, Buffer.alloc(1001)).expectPrecondition('D:quota-not-exceeded', 507);
    await alice.get(path).expectText('a'.repeat(900));
    await alice.put(path, Buffer.alloc(1000)).expect(204);
    await alice.put(path, 'small').expect(204);
    await alice.put(`${alice.files}b`, Buffer.alloc(995)).expect(201);
    assert.equal(await used(alice), 1000);
    await alice.delete(`${alice.files}b`).expect(204);
    assert.equal(await used(alice), 5);
  },
);

inWorld('with a quota smaller than what is there already, files may shrink', async ({ alice }) => {
  const path = `${alice.files}a`;
  await alice.put(path, Buffer.alloc(900)).expect(201);
  await setQuota(alice, 100);
  await alice.put(path, Buffer.alloc(901)).expectPrecondition('D:quota-not-exceeded', 507);
  await alice.put(path, Buffer.alloc(800)).expect(204);
  await alice.put(`${alice.files}b`, 'b').expectPrecondition('D:quota-not-exceeded', 507);
  assert.equal(await used(alice), 800);
});

inWorld('RFC 4331 section 6: many writers at once do not fill an account beyond its quota', async ({ alice }) => {
  await setQuota(alice, 10_000);
  const answers = await Promise.all(
    Array.from({ length: 30 }, (_, i) => alice.put(`${alice.files}${i}`, Buffer.alloc(1000, i))),
  );
  const stored = answers.filter(({ status }) => status === 201).length;
  assert.equal(stored, 10);
  assert.ok(answers.every(({ status }) => status === 201 || status === 507));
  assert.equal(await used(alice), 10_000);
});
