import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { addUser, removeUser } from '../../src/operations/accounts.ts';
import { addAdministrator, removeAdministrator, setAdministrators } from '../../src/operations/administrators.ts';
import { addDomain, listDomains, removeDomain } from '../../src/operations/domains.ts';
import { addGroup } from '../../src/operations/groups.ts';
import { listTenants, setDirectoryPolicy } from '../../src/operations/tenants.ts';
import { refusal, type TestAdministration, withAdmin } from './an-administration.ts';

const JANE = 'jane@example.com';
const TEAM = 'team@example.com';

function withDomains(body: (admin: TestAdministration) => Promise<void>): Promise<void> {
  return withAdmin(async (admin) => {
    await addDomain(admin, 'example.com');
    await addDomain(admin, 'example.net', 'example.com');
    await addDomain(admin, 'example.org');
    await addUser(admin, { address: JANE });
    await addUser(admin, { address: 'eve@example.org' });
    await addGroup(admin, { address: TEAM });
    await body(admin);
  });
}

async function administrators(admin: TestAdministration): Promise<Readonly<Record<string, readonly string[]>>> {
  return Object.fromEntries((await listDomains(admin)).map((domain) => [domain.name, domain.administrators]));
}

describe('administrators of a domain', () => {
  test('are users and groups of the tenant whose domain it is', () =>
    withDomains(async (admin) => {
      assert.equal((await addAdministrator(admin, 'Example.net', JANE)).changed, true);
      assert.equal((await addAdministrator(admin, 'example.net', JANE)).changed, false);
      await addAdministrator(admin, 'example.net', TEAM);
      assert.deepEqual(await administrators(admin), {
        'example.com': [],
        'example.net': [JANE, TEAM],
        'example.org': [],
      });
      await assert.rejects(addAdministrator(admin, 'example.org', JANE), refusal(/another tenant than example\.org/));
      await assert.rejects(addAdministrator(admin, 'example.edu', JANE), refusal(/no domain example\.edu/));
      await assert.rejects(
        addAdministrator(admin, 'example.net', 'x@example.com'),
        refusal(/no account x@example\.com/),
      );
    }));

  test('stop being that when it is taken away, and when they are removed', () =>
    withDomains(async (admin) => {
      await setAdministrators(admin, 'example.com', [JANE, TEAM, JANE]);
      await removeAdministrator(admin, 'example.com', TEAM);
      await assert.rejects(removeAdministrator(admin, 'example.com', TEAM), refusal(/team@.* is no administrator of/));
      assert.deepEqual((await administrators(admin))['example.com'], [JANE]);
      await removeUser(admin, JANE);
      assert.deepEqual((await administrators(admin))['example.com'], []);
    }));

  test('do not come back with a domain of the same name', () =>
    withDomains(async (admin) => {
      await addAdministrator(admin, 'example.net', JANE);
      await removeDomain(admin, 'example.net');
      await addDomain(admin, 'example.net', 'example.com');
      assert.deepEqual((await administrators(admin))['example.net'], []);
    }));
});

describe('tenants', () => {
  test('are listed with their domains and whom their users can look up', () =>
    withDomains(async (admin) => {
      assert.equal(await setDirectoryPolicy(admin, 'example.com', 'acquaintances'), true);
      assert.equal(await setDirectoryPolicy(admin, 'example.com', 'acquaintances'), false);
      assert.deepEqual(await listTenants(admin), [
        { name: 'example.com', directory: 'acquaintances', domains: ['example.com', 'example.net'] },
        { name: 'example.org', directory: 'everyone', domains: ['example.org'] },
      ]);
      assert.equal(await setDirectoryPolicy(admin, 'example.com', 'everyone'), true);
      assert.equal((await listTenants(admin))[0]?.directory, 'everyone');
      await assert.rejects(
        setDirectoryPolicy(admin, 'exmple.com', 'everyone'),
        refusal(/^There is no tenant "exmple\.com"; did you mean example\.com\?$/),
      );
    }));
});
