import assert from 'node:assert/strict';
import { test } from 'node:test';
import { catalogue } from '../../src/dav/catalogue.ts';
import { accountAt, addUser } from '../../src/operations/accounts.ts';
import { addDomain } from '../../src/operations/domains.ts';
import { addGroup } from '../../src/operations/groups.ts';
import { provisionMissing } from '../../src/operations/missing-homes.ts';
import { standardFeatures } from '../../src/server/features.ts';
import { NO_COLLECTION } from '../../src/store/records.ts';
import { type TestAdministration, withAdmin } from './an-administration.ts';

const USERS = ['ada@example.com', 'bob@example.com', 'eve@example.com'];

/** What the service offered before it had address books. */
const FORMERLY = catalogue(standardFeatures().filter(({ name }) => name !== 'carddav'));

/** Three users, and a group, from before there were address books. Ada has removed her list of tasks. */
function withOldUsers(body: (admin: TestAdministration) => Promise<void>): Promise<void> {
  return withAdmin(async (admin) => {
    const former = { ...admin, catalogue: FORMERLY };
    await addDomain(former, 'example.com');
    for (const address of USERS) await addUser(former, { address });
    await addGroup(former, { address: 'team@example.com' });
    await admin.store.write(admin.origin(), async (tx) => {
      const ada = await accountAt(tx, 'ada@example.com');
      const tasks = (await tx.collections.along(ada.id, ['calendars', 'tasks'])).at(-1);
      assert.equal(tasks?.name, 'tasks');
      await tx.collections.remove(tasks);
    });
    await body(admin);
  });
}

/** Paths of what an account has. */
function paths(admin: TestAdministration, address: string): Promise<readonly string[]> {
  return admin.store.read(async (tx) => {
    const { id } = await accountAt(tx, address);
    const found: string[] = [];
    for (const home of await tx.collections.in(id, NO_COLLECTION)) {
      found.push(home.name);
      for (const one of await tx.collections.in(id, home.id)) found.push(`${home.name}/${one.name}`);
    }
    return found.sort();
  });
}

test('accounts get the homes that they lack, with what lies in them from the start', () =>
  withOldUsers(async (admin) => {
    assert.ok(!(await paths(admin, 'bob@example.com')).includes('addressbooks'));
    assert.equal(await provisionMissing(admin), USERS.length);
    await addUser(admin, { address: 'new@example.com' });
    const whole = await paths(admin, 'new@example.com');
    assert.ok(whole.includes('addressbooks/default'));
    assert.deepEqual(await paths(admin, 'bob@example.com'), whole);
    assert.deepEqual(await paths(admin, 'team@example.com'), []);
  }));

test('what a user has removed does not come back', () =>
  withOldUsers(async (admin) => {
    await provisionMissing(admin);
    const has = await paths(admin, 'ada@example.com');
    assert.ok(has.includes('addressbooks/default') && !has.includes('calendars/tasks'));
  }));

test('a run that is stopped is ended by the next one, which then finds nothing more to do', () =>
  withOldUsers(async (admin) => {
    const asked: undefined[] = [];
    const stopped = (): boolean => asked.push(undefined) > 3;
    const first = await provisionMissing(admin, { batch: 2, stopped });
    assert.ok(first > 0 && first < USERS.length, String(first));
    assert.equal(await provisionMissing(admin, { batch: 2 }), USERS.length - first);
    assert.equal(await provisionMissing(admin, { batch: 2 }), 0);
  }));
