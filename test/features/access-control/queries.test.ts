/**
 * What the store is asked: for a page of access control lists as much as for one, and for those whom one may not know as much as for
 * nobody.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { event } from '../../support/builders.ts';
import { type Client, client } from '../../support/client.ts';
import { type CountingStore, countingStore } from '../../support/counting.ts';
import { openTestStore } from '../../support/engine.ts';
import { inProcess } from '../../support/in-process.ts';
import { XMLNS } from '../../support/names.ts';
import type { Role, ServiceUnderTest } from '../../support/service.ts';

let store: CountingStore;
let service: ServiceUnderTest;
let alice: Client;
let carol: Client;

function person(role: Role): Client {
  const { address, password, exists } = service.account(role, 1);
  return client(service, { user: address, password }, () => exists);
}

before(async () => {
  store = countingStore(await openTestStore());
  service = await inProcess(store, {});
  alice = person('alice');
  carol = person('carol');
});
after(() => service.close());

const costOf = (run: () => Promise<unknown>): Promise<number> => store.costOf(run);

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

describe('the collection of principals', () => {
  test('asks the store of somebody in several groups as of somebody in one', async () => {
    const account = service.account('alice', 2);
    const member = client(service, { user: account.address, password: account.password }, () => account.exists);
    const properties = ['D:displayname', 'D:acl', 'D:group-membership', 'D:group-member-set'];
    const list = async (): Promise<number> => {
      const answer = await member.propfind('/principals/', '1', properties).expect(207);
      return answer.multistatus().responses.size;
    };
    await service.team(1, [account]).exists;
    const one = await costOf(list);
    for (let number = 2; number <= 6; number++) await service.team(number, [account]).exists;
    assert.equal(await costOf(list), one);
    assert.equal(await list(), 1 + 1 + 6);
  });
});

function searchFor(text: string, properties = '<D:displayname/>'): string {
  return (
    `<D:principal-property-search ${XMLNS}><D:property-search><D:prop><CS:email-address-set/></D:prop>` +
    `<D:match>${text}</D:match></D:property-search><D:prop>${properties}</D:prop></D:principal-property-search>`
  );
}

describe('a search by an administrator', () => {
  test('for groups and delegations asks the store as much about several as about one', async () => {
    await alice.options('/').expect(200);
    for (const number of [31, 311, 312, 313]) await service.account('bob', number).exists;
    await service.administrators('example.com', [alice.address]);
    try {
      const properties = '<D:group-membership/><CS:calendar-proxy-read-for/><CS:calendar-proxy-write-for/>';
      const about = (text: string) => async (): Promise<number> => {
        const answer = await alice.report('/principals/', searchFor(text, properties)).expect(207);
        return answer.multistatus().responses.size;
      };
      assert.deepEqual([await about('bob-312')(), await about('bob-31')()], [1, 4]);
      assert.equal(await costOf(about('bob-31')), await costOf(about('bob-312')));
    } finally {
      await service.administrators('example.com', []);
    }
  });
});

describe('S4 a search', () => {
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
