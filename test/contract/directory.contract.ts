/**
 * The storage contract, part: tenants, domains and their administrators, accounts, groups, delegates.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { AccountId, Delegation } from '../../src/store/records.ts';
import { accountId, tenantId } from '../../src/store/records.ts';
import { NameTaken } from '../../src/store/store.ts';
import type { NewPlace, World } from './world.ts';
import { AT, addAccount, bytes, inWorld } from './world.ts';

async function account({ write, tenant }: World, address: string, aliases: readonly string[] = []): Promise<AccountId> {
  return (await write((tx) => addAccount(tx, tenant, address, aliases))).id;
}

export function directoryContract(place: NewPlace): void {
  describe('directory', () => {
    test(
      'tenants and domains',
      inWorld(place, async ({ store, tenant, write }) => {
        const domain = { name: 'example.org', tenant };
        assert.deepEqual(await write((tx) => tx.directory.addDomain('example.org', tenant)), domain);
        assert.deepEqual(await store.read((tx) => tx.directory.domain('example.org')), domain);
        assert.equal(await store.read((tx) => tx.directory.domain('example.net')), undefined);
        await assert.rejects(
          write((tx) => tx.directory.addDomain('example.org', tenant)),
          NameTaken,
        );
        await assert.rejects(
          write((tx) => tx.directory.addTenant('example')),
          NameTaken,
        );
        const domains = await store.read((tx) => tx.directory.domains());
        assert.deepEqual(
          domains.map((each) => each.name),
          ['example.com', 'example.org'],
        );
        assert.deepEqual(await store.read((tx) => tx.directory.tenants()), [
          { id: tenant, name: 'example', directory: 'everyone' },
        ]);
        assert.equal(await write((tx) => tx.directory.removeDomain('example.org')), true);
        assert.equal(await write((tx) => tx.directory.removeDomain('example.org')), false);
      }),
    );

    test(
      'an account is found by number, address and alias',
      inWorld(place, async (here) => {
        const { store, tenant } = here;
        const id = await account(here, 'bob@example.com', ['robert@example.com', 'b@example.com', 'bob@example.com']);
        const bob = await store.read((tx) => tx.directory.account(id));
        assert.deepEqual(bob, {
          ...{ id, tenant, kind: 'individual', address: 'bob@example.com', displayName: 'bob@example.com' },
          ...{ aliases: ['robert@example.com', 'b@example.com'], disabled: false, passwordHash: undefined },
          ...{ credentialEpoch: 1, created: AT },
        });
        for (const address of ['bob@example.com', 'b@example.com', 'robert@example.com']) {
          assert.deepEqual(await store.read((tx) => tx.directory.accountByAddress(address)), bob);
        }
        assert.equal(await store.read((tx) => tx.directory.accountByAddress('x@example.com')), undefined);
        assert.deepEqual(await store.read((tx) => tx.directory.accounts([id, accountId(999)])), [bob]);
        assert.deepEqual(await store.read((tx) => tx.directory.accounts([])), []);
      }),
    );

    test(
      'the first address in use is named',
      inWorld(place, async (here) => {
        const bob = await account(here, 'bob@example.com', ['b@example.com']);
        const taken = (address: string) => (error: unknown) => error instanceof NameTaken && error.taken === address;
        await assert.rejects(account(here, 'ann@example.com'), taken('ann@example.com'));
        await assert.rejects(account(here, 'b@example.com'), taken('b@example.com'));
        await assert.rejects(
          account(here, 'new@example.com', ['n@example.com', 'bob@example.com']),
          taken('bob@example.com'),
        );
        const update = here.write((tx) => tx.directory.updateAccount(bob, { aliases: ['ann@example.com'] }));
        await assert.rejects(update, taken('ann@example.com'));
        const both = await Promise.allSettled([account(here, 'twin@example.com'), account(here, 'twin@example.com')]);
        assert.deepEqual(both.map((each) => each.status).sort(), ['fulfilled', 'rejected']);
      }),
    );

    test(
      'a changed password or state voids credentials, a changed name does not',
      inWorld(place, async (here) => {
        const { write } = here;
        const id = await account(here, 'bob@example.com', ['b@example.com']);
        const update = (
          change: Parameters<Parameters<Parameters<typeof write>[0]>[0]['directory']['updateAccount']>[1],
        ) => write((tx) => tx.directory.updateAccount(id, change));
        const named = await update({ displayName: 'Bob', aliases: ['b@example.com', 'bobby@example.com'] });
        assert.deepEqual(
          [named.displayName, named.aliases, named.credentialEpoch],
          ['Bob', ['b@example.com', 'bobby@example.com'], 1],
        );
        const password = await update({ passwordHash: '$argon2id$x' });
        assert.deepEqual([password.passwordHash, password.credentialEpoch], ['$argon2id$x', 2]);
        const disabled = await update({ disabled: true });
        assert.deepEqual([disabled.disabled, disabled.credentialEpoch], [true, 3]);
        const none = await update({ passwordHash: undefined });
        assert.deepEqual([none.passwordHash, none.credentialEpoch, none.displayName], [undefined, 4, 'Bob']);
        await assert.rejects(write((tx) => tx.directory.updateAccount(accountId(999), {})));
      }),
    );

    test(
      'accounts are listed in pages, of one domain or of all',
      inWorld(place, async (here) => {
        for (const address of ['c@example.org', 'b@example.com', 'd@example.com']) await account(here, address);
        const list = async (page: { domain?: string; after?: string; limit: number }) =>
          (await here.store.read((tx) => tx.directory.list(page))).map((each) => each.address);
        assert.deepEqual(await list({ limit: 9 }), [
          ...['ann@example.com', 'b@example.com', 'c@example.org', 'd@example.com'],
        ]);
        assert.deepEqual(await list({ after: 'ann@example.com', limit: 2 }), ['b@example.com', 'c@example.org']);
        assert.deepEqual(await list({ domain: 'example.com', after: 'b@example.com', limit: 9 }), ['d@example.com']);
      }),
    );

    test(
      'members of groups and groups of members',
      inWorld(place, async (here) => {
        const { store, write, account: ann } = here;
        const bob = await account(here, 'bob@example.com');
        const group = await account(here, 'team@example.com');
        const set = (members: readonly AccountId[]) => write((tx) => tx.directory.setMembers(group, members));
        await set([bob, ann, bob]);
        assert.deepEqual(await store.read((tx) => tx.directory.membersOf(group)), [ann, bob]);
        assert.deepEqual(await store.read((tx) => tx.directory.groupsOf([bob])), [{ group, member: bob }]);
        await set([ann]);
        assert.deepEqual(await store.read((tx) => tx.directory.groupsOf([bob])), []);
        const staff = await account(here, 'staff@example.com');
        await write((tx) => tx.directory.setMembers(staff, [bob, ann]));
        const [annInTeam, annInStaff, bobInStaff] = [
          { group, member: ann },
          { group: staff, member: ann },
          { group: staff, member: bob },
        ];
        await store.read(async ({ directory }) => {
          assert.deepEqual(await directory.membersOfAll([staff, group, bob]), [annInTeam, annInStaff, bobInStaff]);
          assert.deepEqual(await directory.groupsOf([bob, ann]), [annInTeam, annInStaff, bobInStaff]);
          assert.deepEqual(await directory.membersOfAll([]), []);
          assert.deepEqual(await directory.groupsOf([]), []);
        });
        await set([]);
        assert.deepEqual(await store.read((tx) => tx.directory.membersOf(group)), []);
      }),
    );

    test(
      'groups within groups, and in a circle',
      inWorld(place, async (here) => {
        const { store, write, account: ann } = here;
        const [inner, middle, outer, other] = [
          await account(here, 'inner@example.com'),
          await account(here, 'middle@example.com'),
          await account(here, 'outer@example.com'),
          await account(here, 'other@example.com'),
        ];
        const set = (group: AccountId, members: readonly AccountId[]) =>
          write((tx) => tx.directory.setMembers(group, members));
        const groups = (of: AccountId) =>
          store.read(async ({ directory }) => {
            const alone = await directory.allGroupsOf(of);
            const among = await directory.allGroupsOfAll([of, inner]);
            assert.deepEqual(
              among.filter(({ member }) => member === of).map(({ group }) => group),
              alone,
            );
            return alone;
          });
        await set(inner, [ann]);
        await set(middle, [inner]);
        await set(outer, [middle, inner, ann]);
        await set(other, [outer]);
        assert.deepEqual(await groups(ann), [inner, middle, outer, other]);
        assert.deepEqual(await groups(middle), [outer, other]);
        assert.deepEqual(await groups(other), []);
        await set(inner, [ann, other]);
        assert.deepEqual(await groups(ann), [inner, middle, outer, other]);
        assert.deepEqual(await groups(middle), [inner, outer, other]);
        await set(middle, []);
        await set(other, []);
        assert.deepEqual(await groups(ann), [inner, outer]);
      }),
    );

    test(
      "a tenant's policy",
      inWorld(place, async ({ store, tenant, write }) => {
        const policy = async () => (await store.read((tx) => tx.directory.tenant(tenant)))?.directory;
        assert.equal(await policy(), 'everyone');
        await write((tx) => tx.directory.setDirectoryPolicy(tenant, 'acquaintances'));
        assert.equal(await policy(), 'acquaintances');
        const other = await write((tx) => tx.directory.addTenant('other'));
        assert.deepEqual(await store.read((tx) => tx.directory.tenant(other.id)), other);
        assert.equal(other.directory, 'everyone');
        assert.equal(await store.read((tx) => tx.directory.tenant(tenantId(999))), undefined);
        await assert.rejects(write((tx) => tx.directory.setDirectoryPolicy(tenantId(999), 'everyone')));
      }),
    );

    test(
      'administrators of domains',
      inWorld(place, async (here) => {
        const { store, tenant, write, account: ann } = here;
        const bob = await account(here, 'bob@example.com');
        await write((tx) => tx.directory.addDomain('example.org', tenant));
        const set = (domain: string, administrators: readonly AccountId[]) =>
          write((tx) => tx.directory.setAdministrators(domain, administrators));
        const of = (domain: string) => store.read((tx) => tx.directory.administratorsOf(domain));
        const by = (...accounts: AccountId[]) => store.read((tx) => tx.directory.administeredBy(accounts));
        await set('example.org', [bob, ann, bob]);
        await set('example.com', [bob]);
        assert.deepEqual(await of('example.org'), [ann, bob]);
        assert.deepEqual(await of('example.net'), []);
        assert.deepEqual(await by(ann, bob), ['example.com', 'example.org']);
        assert.deepEqual(await by(ann), ['example.org']);
        assert.deepEqual(await by(), []);
        await set('example.org', [ann]);
        assert.deepEqual(await by(bob), ['example.com']);
        await write((tx) => tx.directory.removeAccount(bob));
        assert.deepEqual(await of('example.com'), []);
        await write((tx) => tx.directory.removeDomain('example.org'));
        await write((tx) => tx.directory.addDomain('example.org', tenant));
        assert.deepEqual(await of('example.org'), []);
      }),
    );

    test(
      'delegates',
      inWorld(place, async (here) => {
        const { store, write, account: ann } = here;
        const bob = await account(here, 'bob@example.com');
        const eve = await account(here, 'eve@example.com');
        const set = (delegator: AccountId, access: Delegation['access'], delegates: readonly AccountId[]) =>
          write((tx) => tx.directory.setDelegates(delegator, access, delegates));
        const delegation = (delegator: AccountId, delegate: AccountId, access: Delegation['access']) => ({
          ...{ delegator, delegate, access },
        });
        const of = (delegator: AccountId) => store.read((tx) => tx.directory.delegatesOf(delegator));
        const by = (...delegates: AccountId[]) => store.read((tx) => tx.directory.delegatorsOf(delegates));
        await set(ann, 'write', [eve, bob, eve]);
        await set(ann, 'read', [bob]);
        await set(bob, 'read', [eve]);
        assert.deepEqual(await of(ann), [
          ...[delegation(ann, bob, 'read'), delegation(ann, bob, 'write'), delegation(ann, eve, 'write')],
        ]);
        assert.deepEqual(await by(eve), [delegation(ann, eve, 'write'), delegation(bob, eve, 'read')]);
        assert.equal((await by(eve, bob)).length, 4);
        assert.deepEqual(await by(), []);
        await set(ann, 'write', [eve]);
        assert.deepEqual(await of(ann), [delegation(ann, bob, 'read'), delegation(ann, eve, 'write')]);
        await write((tx) => tx.directory.removeAccount(bob));
        assert.deepEqual(await of(ann), [delegation(ann, eve, 'write')]);
        assert.deepEqual(await by(eve), [delegation(ann, eve, 'write')]);
      }),
    );

    test(
      'accounts that lack a home, but groups, page by page',
      inWorld(place, async (here) => {
        const { store, tenant, write, account: ann } = here;
        const bob = await account(here, 'bob@example.com');
        await write((tx) =>
          tx.directory.addAccount({
            ...{ tenant, kind: 'group', address: 'team@example.com', aliases: [], displayName: 'Team' },
            passwordHash: undefined,
          }),
        );
        const lookedAt = (segments: readonly string[], page: { after?: AccountId; limit: number }) =>
          store.read((tx) => tx.directory.withoutHomes(segments, page));
        const lacking = async (...segments: string[]) => (await lookedAt(segments, { limit: 9 })).found;
        assert.deepEqual(await lacking('calendars'), [bob]);
        assert.deepEqual(await lacking('files'), [ann, bob]);
        assert.deepEqual(await lacking('calendars', 'files', 'files'), [ann, bob]);
        assert.deepEqual(await lacking(), []);
        // A member of that name is no home.
        assert.deepEqual(await lacking('default'), [ann, bob]);
        assert.deepEqual(await lookedAt(['calendars'], { limit: 1 }), { found: [], last: ann });
        assert.deepEqual(await lookedAt(['calendars'], { after: ann, limit: 1 }), { found: [bob], last: bob });
        const { last } = await lookedAt(['calendars'], { after: bob, limit: 9 });
        assert.ok(last !== undefined && last > bob);
        assert.deepEqual(await lookedAt(['calendars'], { after: last, limit: 9 }), { found: [], last: undefined });
      }),
    );

    test(
      'a removed account leaves nothing, and its number is not used again',
      inWorld(place, async (here) => {
        const { store, write, account: ann, calendar, put } = here;
        const group = await account(here, 'team@example.com');
        const last = await account(here, 'zoe@example.com');
        await write((tx) => tx.directory.setMembers(group, [ann, last]));
        await put('a', 'a', { texts: { SUMMARY: 'hello' } });
        await put('a', 'b');
        await write((tx) => tx.usage.setQuota(ann, 5_000_000));
        const content = await write(async (tx) => {
          const begun = await tx.contents.begin(ann);
          await tx.contents.append(ann, begun, 0, [bytes('piece')]);
          return begun;
        });
        assert.equal((await store.read((tx) => tx.contents.pieces(ann, content, 0, 9))).length, 1);
        await write((tx) => tx.directory.removeAccount(ann));
        assert.deepEqual(await store.read((tx) => tx.contents.pieces(ann, content, 0, 9)), []);
        assert.deepEqual(await store.read((tx) => tx.usage.of(ann)), { used: 0, quota: undefined });
        assert.equal(await store.read((tx) => tx.directory.account(ann)), undefined);
        assert.equal(await store.read((tx) => tx.directory.accountByAddress('ann@example.com')), undefined);
        assert.equal(await store.read((tx) => tx.collections.get(calendar)), undefined);
        assert.equal(await store.read((tx) => tx.objects.get(calendar, 'a')), undefined);
        assert.deepEqual(await store.read((tx) => tx.history.of(calendar, 'a', 9)), []);
        assert.deepEqual(await store.read((tx) => tx.directory.membersOf(group)), [last]);
        await write((tx) => tx.directory.removeAccount(last));
        assert.ok((await account(here, 'ann@example.com')) > last);
      }),
    );

    test(
      'of lists that are set at once one is left, as it was set',
      inWorld(place, async (here) => {
        const { store, write, account: ann } = here;
        const others = await Promise.all(
          ['b', 'c', 'd', 'e', 'f', 'g'].map((name) => account(here, `${name}@example.com`)),
        );
        for (let round = 0; round < 5; round += 1) {
          await Promise.all(others.map((other) => write((tx) => tx.directory.setDelegates(ann, 'write', [other]))));
          await Promise.all(others.map((other) => write((tx) => tx.directory.setMembers(ann, [other]))));
          await Promise.all(
            others.map((other) => write((tx) => tx.directory.setAdministrators('example.com', [other]))),
          );
          assert.equal((await store.read((tx) => tx.directory.delegatesOf(ann))).length, 1);
          assert.equal((await store.read((tx) => tx.directory.membersOf(ann))).length, 1);
          assert.equal((await store.read((tx) => tx.directory.administratorsOf('example.com'))).length, 1);
        }
      }),
    );
  });
}
