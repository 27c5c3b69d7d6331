import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { accountAt, addUser, PAGE } from '../../src/operations/accounts.ts';
import { addDomain } from '../../src/operations/domains.ts';
import { breakLocks, type ListedLock, listLocks, locksOn, lockWithToken } from '../../src/operations/locks.ts';
import type { LockRecord } from '../../src/store/records.ts';
import { refusal, type TestAdministration, withAdmin } from './an-administration.ts';

const JANE = 'jane@example.com';
const SAM = 'sam@example.com';
const NAME = 'a 100% ü.ics';
const OWNER = '<D:owner xmlns:D="DAV:"><D:href>https://example.com/sam</D:href>on the\n laptop</D:owner>';

/** Jane's calendar with a lock of Sam's on an event, one of her own on the same, and one of hers on a whole calendar. */
function withLocks(body: (admin: TestAdministration) => Promise<void>): Promise<void> {
  return withAdmin(async (admin) => {
    await addDomain(admin, 'example.com');
    for (const address of [JANE, SAM]) await addUser(admin, { address });
    await lock(admin, JANE, {
      token: 'urn:uuid:1',
      holder: SAM,
      path: ['default', NAME],
      scope: 'shared',
      owner: OWNER,
    });
    await lock(admin, JANE, { token: 'urn:uuid:2', holder: JANE, path: ['default', NAME], scope: 'shared' });
    await lock(admin, JANE, { token: 'urn:uuid:3', holder: JANE, path: ['tasks'], depth: 'infinity' });
    await body(admin);
  });
}

interface Locked extends Partial<Pick<LockRecord, 'scope' | 'depth' | 'owner' | 'expires'>> {
  readonly token: string;
  readonly holder: string;
  /** Below the calendar home: a collection, and perhaps a name in it. */
  readonly path: readonly [collection: string, name?: string];
}

function lock(admin: TestAdministration, at: string, locked: Locked): Promise<void> {
  const { token, holder, path, scope = 'exclusive', depth = 0, owner = '', ...rest } = locked;
  return admin.store.write(admin.origin(), async (tx) => {
    const { id } = await accountAt(tx, at);
    const collection = (await tx.collections.along(id, ['calendars', path[0]])).at(-1);
    assert.ok(collection);
    const now = tx.origin.at;
    await tx.locks.add({
      account: id,
      token,
      collection: collection.id,
      name: path[1] ?? '',
      path: ['calendars', ...path.filter((segment) => segment !== undefined)],
      depth,
      scope,
      holder: (await accountAt(tx, holder)).id,
      owner,
      created: now,
      expires: rest.expires ?? now + 3600,
    });
  });
}

async function listed(admin: TestAdministration, address?: string): Promise<readonly ListedLock[]> {
  const all: ListedLock[] = [];
  for await (const page of listLocks(admin, address)) all.push(...page);
  return all;
}

async function tokens(locks: Promise<readonly ListedLock[]>): Promise<readonly string[]> {
  return (await locks).map(({ record }) => record.token).sort();
}

describe('locks', () => {
  test('are listed with their path in a URL, who holds them, and what the client says of itself as text', () =>
    withLocks(async (admin) => {
      const [first, , third] = (await listed(admin)).toSorted((a, b) => (a.record.token < b.record.token ? -1 : 1));
      assert.deepEqual(
        [first?.path, first?.holder, first?.owner],
        ['/calendars/jane@example.com/default/a%20100%25%20%C3%BC.ics', SAM, 'https://example.com/sam on the laptop'],
      );
      assert.deepEqual([third?.path, third?.owner], ['/calendars/jane@example.com/tasks/', '']);
    }));

  test('of one account are those on what it has, not those it holds', () =>
    withLocks(async (admin) => {
      assert.deepEqual(await tokens(listed(admin, JANE)), ['urn:uuid:1', 'urn:uuid:2', 'urn:uuid:3']);
      assert.deepEqual(await listed(admin, SAM), []);
      await assert.rejects(listed(admin, 'x@example.com'), refusal(/There is no account/));
    }));

  test('that have expired are none', () =>
    withLocks(async (admin) => {
      const { at } = admin.origin();
      await lock(admin, SAM, { token: 'urn:uuid:4', holder: SAM, path: ['default'], expires: at });
      assert.equal((await listed(admin)).length, 3);
      await assert.rejects(lockWithToken(admin, 'urn:uuid:4'), refusal(/no lock with the token/));
    }));

  test('are listed in pages, whole', () =>
    withLocks(async (admin) => {
      for (let n = 0; n < PAGE; n++) {
        await lock(admin, n % 2 === 0 ? SAM : JANE, {
          token: `urn:uuid:m${n}`,
          holder: SAM,
          path: ['default', `${n}.ics`],
        });
      }
      const all = await tokens(listed(admin));
      assert.deepEqual([all.length, new Set(all).size], [PAGE + 3, PAGE + 3]);
      assert.equal((await lockWithToken(admin, `urn:uuid:m${PAGE - 1}`)).record.name, `${PAGE - 1}.ics`);
    }));
});

describe('breaking locks', () => {
  for (const path of [
    `/calendars/${JANE}/default/${NAME}`,
    '/calendars/jane@example.com/default/a%20100%25%20%C3%BC.ics',
    '/calendars/JANE%40example.com/default/a%20100%25%20%C3%BC.ics/',
    'https://dav.example.com:8443/calendars/jane@example.com/default/a%20100%25%20ü.ics?x',
  ]) {
    test(`${path} names all locks on it and no other`, () =>
      withLocks(async (admin) => {
        assert.deepEqual(await tokens(locksOn(admin, path)), ['urn:uuid:1', 'urn:uuid:2']);
      }));
  }

  test('ends them, and says which were still there', () =>
    withLocks(async (admin) => {
      const locks = await locksOn(admin, `/calendars/${JANE}/default/${NAME}`);
      const one = await lockWithToken(admin, '<urn:uuid:1>');
      assert.deepEqual(await tokens(breakLocks(admin, [one])), ['urn:uuid:1']);
      assert.deepEqual(await tokens(breakLocks(admin, locks)), ['urn:uuid:2']);
      assert.deepEqual(await tokens(listed(admin)), ['urn:uuid:3']);
    }));

  test('of what is locked from above is refused with the path of that lock', () =>
    withLocks(async (admin) => {
      assert.deepEqual(await tokens(locksOn(admin, `/calendars/${JANE}/tasks`)), ['urn:uuid:3']);
      await assert.rejects(
        locksOn(admin, `/calendars/${JANE}/tasks/b.ics`),
        refusal(
          /^There is no lock on .*b\.ics itself: it is locked by the one on \/calendars\/jane@example\.com\/tasks\/\.$/,
        ),
      );
    }));

  test('of what is not locked, or is no path, is refused', () =>
    withLocks(async (admin) => {
      for (const path of [`/calendars/${JANE}/default/`, `/calendars/${SAM}/`, '/calendars/x@example.com/']) {
        await assert.rejects(locksOn(admin, path), refusal(/^There is no lock on \/calendars/), path);
      }
      for (const path of ['', '/', '/calendars', 'calendars/x', '/calendars//x']) {
        await assert.rejects(locksOn(admin, path), refusal(/is not the path of a resource/), path);
      }
    }));
});
