import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import { accountAt, addUser, changeAccount, usageOf } from '../../src/operations/accounts.ts';
import { addDomain } from '../../src/operations/domains.ts';
import { addGroup } from '../../src/operations/groups.ts';
import { quotaOf } from '../../src/operations/quotas.ts';
import { UNBOUNDED } from '../../src/store/records.ts';
import { QuotaExceeded } from '../../src/store/store.ts';
import { refusal, type TestAdministration, withAdmin } from './an-administration.ts';

const JANE = 'jane@example.com';

function withJane(body: (admin: TestAdministration) => Promise<void>): Promise<void> {
  return withAdmin(async (admin) => {
    await addDomain(admin, 'example.com');
    await addUser(admin, { address: JANE });
    await body(admin);
  });
}

/** Stores so many octets under that name. */
function store(admin: TestAdministration, name: string, octets: number): Promise<unknown> {
  return admin.store.write(admin.origin(), async (tx) => {
    const { id } = await accountAt(tx, JANE);
    const collection = (await tx.collections.along(id, ['calendars', 'default'])).at(-1);
    assert.ok(collection);
    const index = { component: 'VEVENT', ...UNBOUNDED, texts: {} };
    const object = { name, uid: name, etag: name, data: Buffer.alloc(octets), index };
    return tx.objects.put(collection, object);
  });
}

test('a quota is a size, what everybody has, or none', () => {
  assert.deepEqual(['2G', 'default', 'none'].map(quotaOf), [2 * 1024 ** 3, 'default', 'none']);
  assert.throws(() => quotaOf('lots'), refusal(/"lots" is no quota: .* default, or none/));
});

test('an account holds no more than its own quota; what is there already stays', () =>
  withJane(async (admin) => {
    await store(admin, 'a', 800);
    assert.equal((await usageOf(admin, JANE)).used, 800);
    await changeAccount(admin, JANE, { quota: 1000 });
    await assert.rejects(store(admin, 'b', 201), QuotaExceeded);
    await store(admin, 'b', 200);
    await changeAccount(admin, JANE, { quota: 500 });
    const { used, quota } = await usageOf(admin, JANE);
    assert.deepEqual([used, quota], [1000, 500]);
    await assert.rejects(store(admin, 'c', 1), QuotaExceeded);
  }));

test('none is no bound, and default is what the service gives everybody', () =>
  withJane(async (admin) => {
    await changeAccount(admin, JANE, { quota: 10 });
    await changeAccount(admin, JANE, { quota: 'none' });
    assert.equal((await usageOf(admin, JANE)).quota, undefined);
    await store(admin, 'a', 1000);
    await changeAccount(admin, JANE, { quota: 'default' });
    assert.equal((await usageOf(admin, JANE)).quota, admin.quota);
  }));

test('a user may come with a quota; a group has none', () =>
  withJane(async (admin) => {
    await addUser(admin, { address: 'sam@example.com', quota: 5 });
    assert.equal((await usageOf(admin, 'sam@example.com')).quota, 5);
    await addGroup(admin, { address: 'team@example.com' });
    await assert.rejects(usageOf(admin, 'team@example.com'), refusal(/is a group: it holds nothing/));
  }));
