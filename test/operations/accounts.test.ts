import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  accountAt,
  addUser,
  changeAccount,
  checkFree,
  disable,
  enable,
  holdingsOf,
  listAccounts,
  PAGE,
  removeUser,
  setPassword,
} from '../../src/operations/accounts.ts';
import { addDomain, domainHoldings, listDomains, removeDomain } from '../../src/operations/domains.ts';
import { verifyPassword } from '../../src/operations/passwords.ts';
import { provision } from '../../src/operations/provision.ts';
import { NO_COLLECTION } from '../../src/store/records.ts';
import { refusal, type TestAdministration, withAdmin } from './an-administration.ts';

const JANE = 'jane@example.com';

/** The paths of everything an account has. */
function paths(admin: TestAdministration, address: string): Promise<readonly string[]> {
  return admin.store.read(async (tx) => {
    const account = await accountAt(tx, address);
    const found: string[] = [];
    for (const home of await tx.collections.in(account.id, NO_COLLECTION)) {
      for (const member of await tx.collections.in(account.id, home.id))
        found.push(`${home.name}/${member.name}: ${member.kind}`);
    }
    return found.sort();
  });
}

function withJane(body: (admin: TestAdministration) => Promise<void>): Promise<void> {
  return withAdmin(async (admin) => {
    await addDomain(admin, 'example.com');
    await addUser(admin, { address: JANE, name: 'Jane Doe', credential: { password: 'correct horse' } });
    await body(admin);
  });
}

describe('users', () => {
  test('a new user has what every feature provides, and a second provisioning adds nothing', () =>
    withJane(async (admin) => {
      const before = await paths(admin, JANE);
      const provided = admin.catalogue.provisions.map(({ segment, name, type }) => `${segment}/${name}: ${type.kind}`);
      assert.deepEqual(before, provided.sort());
      assert.ok(before.includes('calendars/default: calendar'));
      await admin.store.write(admin.origin(), async (tx) => provision(tx, await accountAt(tx, JANE), admin.catalogue));
      assert.deepEqual(await paths(admin, JANE), before);
    }));

  test('a user without a name is called by the local part, and one without a password cannot log in', () =>
    withJane(async (admin) => {
      const sam = await addUser(admin, { address: 'SAM@example.com' });
      assert.deepEqual([sam.address, sam.displayName, sam.passwordHash], ['sam@example.com', 'sam', undefined]);
    }));

  test('an address is taken once, be it primary or alias', () =>
    withJane(async (admin) => {
      await addUser(admin, { address: 'sam@example.com', aliases: ['Sammy@example.com', 'sam@example.com'] });
      for (const address of [JANE, 'sammy@example.com']) {
        await assert.rejects(addUser(admin, { address }), refusal(/is taken/));
        await assert.rejects(checkFree(admin, address), refusal(/is taken/));
      }
      await assert.rejects(
        addUser(admin, { address: 'new@example.com', aliases: [JANE] }),
        refusal(/jane@example.com is taken/),
      );
      await assert.rejects(holdingsOf(admin, 'new@example.com'), refusal(/There is no account/), 'nothing half made');
    }));

  test('the domain must be here, and that of an alias of the same tenant', () =>
    withJane(async (admin) => {
      await assert.rejects(addUser(admin, { address: 'a@example.org' }), refusal(/davit domain add example.org/));
      await addDomain(admin, 'example.org');
      const alias = { address: 'a@example.com', aliases: ['a@example.org'] };
      await assert.rejects(addUser(admin, alias), refusal(/another tenant/));
    }));

  test('a new password voids the former one, and so does disabling', () =>
    withJane(async (admin) => {
      const before = await admin.store.read((tx) => accountAt(tx, JANE));
      const changed = await setPassword(admin, JANE, 'battery staple');
      assert.ok(changed.credentialEpoch > before.credentialEpoch);
      assert.ok(await verifyPassword(changed.passwordHash ?? '', 'battery staple'));
      const disabled = await disable(admin, JANE);
      assert.ok(disabled.disabled && disabled.credentialEpoch > changed.credentialEpoch);
      assert.equal((await enable(admin, JANE)).disabled, false);
    }));

  test('what a change leaves out stays', () =>
    withJane(async (admin) => {
      const before = await admin.store.read((tx) => accountAt(tx, JANE));
      const after = await changeAccount(admin, JANE, { name: 'Jane Roe', aliases: ['j@example.com'] });
      assert.deepEqual(after, { ...before, displayName: 'Jane Roe', aliases: ['j@example.com'] });
    }));

  test('an alias names nobody who is to be changed or removed', () =>
    withJane(async (admin) => {
      await changeAccount(admin, JANE, { aliases: ['j@example.com'] });
      await assert.rejects(removeUser(admin, 'j@example.com'), refusal(/an alias of jane@example.com/));
    }));

  test('removing says what goes, and takes all of it', () =>
    withJane(async (admin) => {
      const collections = admin.catalogue.provisions.length;
      const held = await holdingsOf(admin, JANE);
      assert.deepEqual([held.collections, held.objects], [collections, 0]);
      assert.deepEqual(await removeUser(admin, JANE), held);
      await assert.rejects(holdingsOf(admin, JANE), refusal(/There is no account/));
      await addUser(admin, { address: JANE });
    }));

  test('a list comes in pages, in order, whole', () =>
    withAdmin(async (admin) => {
      await addDomain(admin, 'example.com');
      const [domain] = await admin.store.read((tx) => tx.directory.domains());
      const names = Array.from({ length: PAGE + 1 }, (_, i) => `u${String(i).padStart(5, '0')}@example.com`);
      await admin.store.write(admin.origin(), async (tx) => {
        for (const address of names) {
          const kind = 'individual';
          const account = {
            tenant: domain!.tenant,
            kind,
            address,
            aliases: [],
            displayName: 'u',
            passwordHash: undefined,
          } as const;
          await tx.directory.addAccount(account);
        }
      });
      const pages: string[][] = [];
      for await (const page of listAccounts(admin, { domain: 'Example.com' }))
        pages.push(page.map((one) => one.address));
      assert.deepEqual(
        pages.map((page) => page.length),
        [PAGE, 1],
      );
      assert.deepEqual(pages.flat(), names);
      await assert.rejects(listAccounts(admin, { domain: 'example.org' }).next(), refusal(/no domain example.org/));
    }));
});

describe('domains', () => {
  test('have a tenant of their own unless told otherwise', () =>
    withAdmin(async (admin) => {
      await addDomain(admin, 'Bücher.example');
      await addDomain(admin, 'example.com', 'Example Corp.');
      await addDomain(admin, 'example.net', 'Example Corp.');
      assert.deepEqual(await listDomains(admin), [
        { name: 'example.com', tenant: 'Example Corp.', administrators: [] },
        { name: 'example.net', tenant: 'Example Corp.', administrators: [] },
        { name: 'xn--bcher-kva.example', tenant: 'xn--bcher-kva.example', administrators: [] },
      ]);
      await assert.rejects(addDomain(admin, 'EXAMPLE.com'), refusal(/is here already/));
      await assert.rejects(addDomain(admin, 'a.example', 'line\nbreak'), refusal(/cannot name a tenant/));
    }));

  test('are not removed while somebody is in them, unless told to', () =>
    withJane(async (admin) => {
      await addDomain(admin, 'example.net', 'example.com');
      await addUser(admin, { address: 'sam@example.net', aliases: ['sam@example.com', 'other@example.net'] });
      const held = await domainHoldings(admin, 'example.com');
      assert.deepEqual([held.accounts, held.aliases, held.collections], [1, 1, admin.catalogue.provisions.length]);
      await assert.rejects(removeDomain(admin, 'example.com'), refusal(/1 accounts, and 1 aliases/));
      await removeDomain(admin, 'example.com', { withAccounts: true });
      const sam = await admin.store.read((tx) => accountAt(tx, 'sam@example.net'));
      assert.deepEqual(sam.aliases, ['other@example.net']);
      assert.deepEqual(await listDomains(admin), [{ name: 'example.net', tenant: 'example.com', administrators: [] }]);
      await assert.rejects(removeDomain(admin, 'example.com'), refusal(/no domain example.com/));
    }));
});
