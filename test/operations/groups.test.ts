import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { accountAt, addUser, changeAccount, setPassword } from '../../src/operations/accounts.ts';
import { addDomain } from '../../src/operations/domains.ts';
import {
  addGroup,
  addMembers,
  groupWithMembers,
  listGroups,
  removeMembers,
  setMembers,
} from '../../src/operations/groups.ts';
import { NO_COLLECTION } from '../../src/store/records.ts';
import { refusal, type TestAdministration, withAdmin } from './an-administration.ts';

const JANE = 'jane@example.com';
const SAM = 'sam@example.com';
const TEAM = 'team@example.com';
const STAFF = 'staff@example.com';
const ALL = 'all@example.net';

/** Jane, Sam and three groups of one tenant, Eve of another. */
function withGroups(body: (admin: TestAdministration) => Promise<void>): Promise<void> {
  return withAdmin(async (admin) => {
    await addDomain(admin, 'example.com');
    await addDomain(admin, 'example.net', 'example.com');
    await addDomain(admin, 'example.org');
    for (const address of [JANE, SAM, 'eve@example.org']) await addUser(admin, { address });
    for (const address of [TEAM, STAFF, ALL]) await addGroup(admin, { address });
    await body(admin);
  });
}

async function membersOf(admin: TestAdministration, group: string): Promise<readonly string[]> {
  return (await groupWithMembers(admin, group)).members.map(({ address }) => address);
}

describe('groups', () => {
  test('have no homes, no password and no quota', () =>
    withGroups(async (admin) => {
      await admin.store.read(async (tx) => {
        const { id } = await accountAt(tx, TEAM);
        assert.deepEqual(await tx.collections.in(id, NO_COLLECTION), []);
      });
      await assert.rejects(setPassword(admin, TEAM, 'correct horse'), refusal(/is a group/));
      await assert.rejects(changeAccount(admin, TEAM, { quota: 1024 }), refusal(/is a group: it holds nothing/));
    }));

  test('members are added to those who are there, each once, by any of their addresses', () =>
    withGroups(async (admin) => {
      await changeAccount(admin, JANE, { aliases: ['j@example.com'] });
      const first = await addMembers(admin, TEAM, ['j@example.com', JANE]);
      assert.deepEqual([first.changed.map(({ address }) => address), first.already], [[JANE], []]);
      const second = await addMembers(admin, TEAM, [JANE, SAM]);
      assert.deepEqual(
        [second.changed, second.already].map((accounts) => accounts.map(({ address }) => address)),
        [[SAM], [JANE]],
      );
      assert.deepEqual(await membersOf(admin, TEAM), [JANE, SAM]);
    }));

  test('who is no member cannot leave, and then nobody does', () =>
    withGroups(async (admin) => {
      await setMembers(admin, TEAM, [JANE]);
      await assert.rejects(removeMembers(admin, TEAM, [JANE, SAM]), refusal(/^sam@example\.com is no member of team@/));
      assert.deepEqual(await membersOf(admin, TEAM), [JANE]);
      await removeMembers(admin, TEAM, [JANE]);
      assert.deepEqual(await membersOf(admin, TEAM), []);
    }));

  test('the members are those that were set, all of the tenant of the group', () =>
    withGroups(async (admin) => {
      await setMembers(admin, TEAM, [JANE, JANE, STAFF]);
      assert.deepEqual(await membersOf(admin, TEAM), [JANE, STAFF]);
      for (const change of [setMembers, addMembers]) {
        await assert.rejects(
          change(admin, TEAM, [SAM, 'eve@example.org']),
          refusal(/eve@.* another tenant than team@/),
        );
        await assert.rejects(change(admin, TEAM, ['x@example.com']), refusal(/There is no account x@example\.com/));
        await assert.rejects(change(admin, TEAM, [TEAM]), refusal(/member of itself/));
        await assert.rejects(change(admin, JANE, [SAM]), refusal(/jane@example\.com is no group/));
      }
      assert.deepEqual(await membersOf(admin, TEAM), [JANE, STAFF]);
    }));

  test('nest, but never within themselves; a refusal says the way', () =>
    withGroups(async (admin) => {
      await addMembers(admin, STAFF, [TEAM]);
      await addMembers(admin, ALL, [STAFF]);
      for (const change of [setMembers, addMembers]) {
        await assert.rejects(
          change(admin, TEAM, [STAFF]),
          refusal(
            /^staff@example\.com cannot be a member of team@example\.com: team@example\.com is in staff@example\.com\.$/,
          ),
        );
        await assert.rejects(
          change(admin, TEAM, [JANE, ALL]),
          refusal(/: team@example\.com is in staff@example\.com, which is in all@example\.net\.$/),
        );
      }
      assert.deepEqual(await membersOf(admin, TEAM), []);
      // Two ways into one group are no circle.
      await addMembers(admin, ALL, [TEAM]);
      assert.deepEqual(await membersOf(admin, ALL), [STAFF, TEAM]);
    }));

  test('are listed with the number of direct members, without users, by domain', () =>
    withGroups(async (admin) => {
      await addMembers(admin, TEAM, [JANE, SAM]);
      await addMembers(admin, ALL, [TEAM]);
      const listed = async (domain?: string) => {
        const all: string[] = [];
        for await (const page of listGroups(admin, domain === undefined ? {} : { domain })) {
          for (const { group, members } of page) all.push(`${group.address} ${members}`);
        }
        return all;
      };
      assert.deepEqual(await listed(), [`${ALL} 1`, `${STAFF} 0`, `${TEAM} 2`]);
      assert.deepEqual(await listed('example.net'), [`${ALL} 1`]);
      await assert.rejects(listed('example.edu'), refusal(/no domain example\.edu/));
    }));
});
