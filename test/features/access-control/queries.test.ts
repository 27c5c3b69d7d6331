/**
 * What the store is asked: for a page of access control lists as much as for one, and for those whom one may not know as much as for
 * nobody.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Store } from '../../../src/store/store.ts';
import { event } from '../../support/builders.ts';
import { type Client, client } from '../../support/client.ts';
import { openTestStore } from '../../support/engine.ts';
import { inProcess } from '../../support/in-process.ts';
import { XMLNS } from '../../support/names.ts';
import type { Role, ServiceUnderTest } from '../../support/service.ts';

let asked = 0;

/** Counts what functions of the object, and of the objects in it, are called. */
function counted<T extends object>(target: T): T {
  return new Proxy(target, {
    get(of, name) {
      const value: unknown = Reflect.get(of, name);
      if (typeof value === 'object' && value !== null) return counted(value);
      if (typeof value !== 'function') return value;
      return async (...parameters: unknown[]): Promise<unknown> => {
        asked++;
        const answer: unknown = await Reflect.apply(value, of, parameters);
        // Each collection of a path but two is looked for by itself.
        if (name === 'along' && Array.isArray(answer)) asked += answer.length;
        return answer;
      };
    },
  });
}

let service: ServiceUnderTest;
let alice: Client;
let carol: Client;

function person(role: Role): Client {
  const { address, password, exists } = service.account(role, 1);
  return client(service, { user: address, password }, () => exists);
}

before(async () => {
  const store = await openTestStore();
  const counting: Store = { ...store, read: (work) => store.read((tx) => work(counted(tx))) };
  service = await inProcess(counting, {});
  alice = person('alice');
  carol = person('carol');
});
after(() => service.close());

/** How often the store was asked while it ran; the first time warms up what is kept. */
async function costOf(run: () => Promise<unknown>): Promise<number> {
  await run();
  asked = 0;
  await run();
  return asked;
}

describe('access control lists', () => {
  test('of a hundred objects ask the store as much as those of two', async () => {
    const lists = async (): Promise<unknown> => {
      const answer = await alice.propfind(alice.calendar, '1', ['D:acl']).expect(207);
      return answer;
    };
    await alice.acl(alice.calendar, [['D:authenticated', 'D:read']]).expect(200);
    for (const name of ['a', 'b']) await alice.put(`${alice.calendar}${name}.ics`, event()).expect(201);
    const few = await costOf(lists);
    for (let i = 0; i < 98; i++) await alice.put(`${alice.calendar}${i}.ics`, event()).expect(201);
    assert.equal(await costOf(lists), few);
  });
});

describe('S4 a search', () => {
  const searchFor = (text: string): string =>
    `<D:principal-property-search ${XMLNS}><D:property-search><D:prop><CS:email-address-set/></D:prop>` +
    `<D:match>${text}</D:match></D:property-search><D:prop><D:displayname/></D:prop></D:principal-property-search>`;
  const search = (by: Client, text: string) => () => by.report('/principals/', searchFor(text)).expectMembers([]);

  test('for somebody of another tenant asks the store as one for nobody does', async () => {
    await alice.options('/').expect(200);
    assert.equal(
      await costOf(search(carol, alice.address)),
      await costOf(search(carol, 'nobody-of-that-name@example.com')),
    );
  });

  test('for somebody hidden by the policy asks the store as one for nobody does', async () => {
    const hidden = service.account('carol', 2);
    await hidden.exists;
    await service.directory('example.org', 'acquaintances');
    try {
      assert.equal(
        await costOf(search(carol, hidden.address)),
        await costOf(search(carol, 'nobody-of-that-name@example.org')),
      );
    } finally {
      await service.directory('example.org', 'everyone');
    }
  });
});

describe('S1 S4 a path', () => {
  const nobody = 'nobody-of-that-name@example.com';
  const pathsOf = (address: string): readonly string[] => [
    `/calendars/${address}/`,
    `/calendars/${address}/default/`,
    `/calendars/${address}/default/a.ics`,
    `/files/${address}/a/b/c.txt`,
    `/principals/${address}/`,
    `/principals/${address}/calendar-proxy-read/`,
  ];
  const askedFor = async (by: Client, address: string): Promise<readonly number[]> => {
    const costs: number[] = [];
    for (const path of pathsOf(address)) {
      costs.push(await costOf(() => by.propfind(path, '0', ['D:displayname']).expect(404)));
    }
    return costs;
  };

  test('of another tenant asks the store as one of nobody does', async () => {
    await alice.options('/').expect(200);
    await alice.put(`${alice.files}a.txt`, 'a').expect(201);
    assert.deepEqual(await askedFor(carol, alice.address), await askedFor(carol, nobody));
  });

  test('of somebody hidden by the policy asks the store as one of nobody does', async () => {
    const hidden = service.account('carol', 3);
    await hidden.exists;
    await service.directory('example.org', 'acquaintances');
    try {
      assert.deepEqual(await askedFor(carol, hidden.address), await askedFor(carol, 'nobody-of-that-name@example.org'));
    } finally {
      await service.directory('example.org', 'everyone');
    }
  });
});
