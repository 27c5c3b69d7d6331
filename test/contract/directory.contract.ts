/**
 * The storage contract, part: tenants, domains, accounts, groups, grants.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { AccountId } from '../../src/store/records.ts';
import { accountId } from '../../src/store/records.ts';
import { NameTaken } from '../../src/store/store.ts';
import type { NewPlace, World } from './world.ts';
import { AT, addAccount, inWorld } from './world.ts';

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
        assert.deepEqual(await store.read((tx) => tx.directory.tenants()), [{ id: tenant, name: 'example' }]);
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
        assert.deepEqual(await store.read((tx) => tx.directory.groupsOf(bob)), [group]);
        await set([ann]);
        assert.deepEqual(await store.read((tx) => tx.directory.groupsOf(bob)), []);
        await set([]);
        assert.deepEqual(await store.read((tx) => tx.directory.membersOf(group)), []);
      }),
    );

    test(
      'grants are set, changed, taken back, and shown on the collection',
      inWorld(place, async (here) => {
        const { store, write, account: ann, calendar, record } = here;
        const bob = await account(here, 'bob@example.com');
        const eve = await account(here, 'eve@example.com');
        await write((tx) => tx.grants.set(calendar, bob, 'read'));
        await write((tx) => tx.grants.set(calendar, bob, 'read-write'));
        await write((tx) => tx.grants.set(calendar, eve, 'read'));
        const bobs = { collection: calendar, grantee: bob, access: 'read-write' } as const;
        const eves = { collection: calendar, grantee: eve, access: 'read' } as const;
        assert.deepEqual(await store.read((tx) => tx.grants.on(calendar)), [bobs, eves]);
        assert.deepEqual(await store.read((tx) => tx.grants.between(ann, [bob, accountId(77)])), [bobs]);
        assert.deepEqual(await store.read((tx) => tx.grants.between(bob, [ann])), []);
        assert.equal((await record(calendar)).shared, true);
        await write((tx) => tx.grants.set(calendar, eve, 'none'));
        assert.equal((await record(calendar)).shared, true);
        await write((tx) => tx.directory.removeAccount(bob));
        assert.deepEqual(await store.read((tx) => tx.grants.on(calendar)), []);
        assert.equal((await record(calendar)).shared, false);
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
        await write((tx) => tx.directory.removeAccount(ann));
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
  });
}
