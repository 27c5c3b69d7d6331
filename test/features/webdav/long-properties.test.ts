/**
 * Folders with long properties: what is made among them, or counted, does not read them, and lists read a few at a time.
 * RFC 4918 section 4.
 */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Store } from '../../../src/store/store.ts';
import type { Client } from '../../support/client.ts';
import { openTestStore } from '../../support/engine.ts';
import { inProcess } from '../../support/in-process.ts';
import { XMLNS } from '../../support/names.ts';
import { withWorld } from '../../support/world.ts';

const FOLDERS = 120;
const LENGTH = 4_000;
/** Folders that may be read at once. */
const AT_ONCE = 50;

/** Characters of properties that transactions have read: the most of one, and all together. */
let most = 0;
let all = 0;

function propertiesIn(value: unknown): number {
  if (Array.isArray(value)) return value.reduce((sum: number, one: unknown) => sum + propertiesIn(one), 0);
  if (typeof value !== 'object' || value === null) return 0;
  if ('member' in value) return propertiesIn(value.member);
  return 'kind' in value && 'properties' in value ? JSON.stringify(value.properties).length : 0;
}

/** The same object; what its functions answer, and those of the objects in it, is looked at. */
function watched<T extends object>(target: T, see: (answer: unknown) => void): T {
  return new Proxy(target, {
    get(of, name) {
      const value: unknown = Reflect.get(of, name);
      if (typeof value === 'object' && value !== null) return watched(value, see);
      if (typeof value !== 'function') return value;
      return async (...parameters: unknown[]): Promise<unknown> => {
        const answer: unknown = await Reflect.apply(value, of, parameters);
        see(answer);
        return answer;
      };
    },
  });
}

function watching<T extends object>(tx: T): T {
  let own = 0;
  return watched(tx, (answer) => {
    const length = propertiesIn(answer);
    own += length;
    all += length;
    most = Math.max(most, own);
  });
}

const store = await openTestStore();
const seen: Store = {
  ...store,
  read: (work) => store.read((tx) => work(watching(tx))),
  write: (origin, work) => store.write(origin, (tx) => work(watching(tx))),
};
const service = await inProcess(seen, {
  limits: { collections: 2 * FOLDERS, followed: 2 * FOLDERS, infinityMembers: 1_000 },
});
after(() => service.close());

async function costOf(run: () => Promise<unknown>): Promise<{ readonly most: number; readonly all: number }> {
  most = 0;
  all = 0;
  await run();
  return { most, all };
}

/** Folders in one, with a long property each. */
async function fill(client: Client): Promise<void> {
  await client.mkcol(`${client.files}a/`).expect(201);
  await store.write({ by: undefined, client: 'tests', at: 1_800_000_000 }, async (tx) => {
    const account = await tx.directory.accountByAddress(client.address);
    const [, folder] = account === undefined ? [] : await tx.collections.along(account.id, ['files', 'a']);
    assert.ok(account !== undefined && folder !== undefined);
    const { kind, id } = folder;
    const long = `<x:long xmlns:x="http://example.com/x">${'x'.repeat(LENGTH)}</x:long>`;
    const properties = { '{http://example.com/x}long': long } as const;
    for (let i = 0; i < FOLDERS; i++) {
      await tx.collections.add(account.id, { parent: id, name: `${i}`, kind, properties });
    }
  });
}

const PRINCIPAL_MATCH =
  `<D:principal-match ${XMLNS}><D:principal-property><D:owner/></D:principal-property>` +
  '<D:prop><D:getetag/></D:prop></D:principal-match>';

test('what is made among them does not read them', () =>
  withWorld(service, async ({ alice }) => {
    await fill(alice);
    const folder = `${alice.files}a/`;
    const { all: read } = await costOf(() => alice.mkcol(`${folder}more/`).expect(201));
    assert.ok(read < LENGTH, `${read}`);
  }));

test('lists read a few at a time, each once', () =>
  withWorld(service, async ({ alice }) => {
    await fill(alice);
    const folder = `${alice.files}a/`;
    const page = AT_ONCE * (LENGTH + 200);
    for (const [what, run] of [
      ['Depth: 1', () => alice.propfind(folder, '1', ['D:displayname']).expect(207)],
      ['Depth: infinity', () => alice.propfind(alice.files, 'infinity', ['D:displayname']).expect(207)],
      ['one level', () => alice.sync(folder, '').expect(207)],
      ['all levels', () => alice.sync(alice.files, '', { level: 'infinite' }).expect(207)],
      ['principal-match', () => alice.report(alice.files, PRINCIPAL_MATCH).expect(207)],
    ] as const) {
      let members = 0;
      const cost = await costOf(async () => {
        members = (await run()).multistatus().responses.size;
      });
      assert.ok(members >= FOLDERS, `${what}: ${members} members`);
      assert.ok(cost.most < page, `${what}: ${cost.most} in one transaction`);
      assert.ok(cost.all < (FOLDERS + 1) * (LENGTH + 200), `${what}: ${cost.all} altogether`);
    }
    const { all: counted } = await costOf(() => alice.propfind(alice.files, '0', ['D:quota-used-bytes']).expect(207));
    assert.ok(counted < LENGTH, `${counted}`);
  }));
