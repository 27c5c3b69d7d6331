/**
 * What locks cover and whom they stop, as pure functions, and as rows with an end. RFC 4918 section 6, RFC 4918 section 7.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { conflictsWith, covers, isWithin, lockRoot, locksCovering } from '../../src/dav/locks.ts';
import { type Account, accountId, collectionId, type LockRecord, tenantId } from '../../src/store/records.ts';
import { event } from '../support/builders.ts';
import { lockToken } from '../support/client.ts';
import { openTestStore } from '../support/engine.ts';
import { inProcess } from '../support/in-process.ts';
import { withWorld } from '../support/world.ts';

const ALICE = accountId(1);

function lock(
  path: string,
  depth: LockRecord['depth'] = 'infinity',
  scope: LockRecord['scope'] = 'exclusive',
): LockRecord {
  return {
    account: ALICE,
    token: `urn:uuid:${path}-${depth}-${scope}`,
    collection: collectionId(1),
    name: '',
    path: path.split('/'),
    depth,
    scope,
    holder: ALICE,
    owner: '',
    created: 0,
    expires: 1,
  };
}

describe('coverage', () => {
  test('RFC 4918 section 6.1: a lock is of its root, and with Depth infinity of all below', () => {
    for (const [path, deep, flat] of [
      ['c/work', true, true],
      ['c/work/a', true, false],
      ['c/work/a/b', true, false],
      ['c', false, false],
      ['c/works', false, false],
      ['c/wor', false, false],
      ['d/work', false, false],
    ] as const) {
      assert.equal(covers(lock('c/work'), path.split('/')), deep, path);
      assert.equal(covers(lock('c/work', 0), path.split('/')), flat, path);
    }
  });

  test('segments are whole: a slash within one is none', () => {
    assert.equal(isWithin(['c', 'work', 'a'], ['c', 'work/a']), false);
    assert.equal(isWithin([], []), true);
    assert.equal(isWithin(['c'], []), true);
  });

  test('the root is printed as a URL', () => {
    const record = { ...lock('calendars/Büro/a b.ics'), name: 'a b.ics' };
    const account: Account = {
      id: ALICE,
      tenant: tenantId(1),
      kind: 'individual',
      address: 'alice@example.com',
      aliases: [],
      displayName: '',
      disabled: false,
      passwordHash: undefined,
      credentialEpoch: 0,
      created: 0,
    };
    assert.equal(lockRoot(record, account), '/calendars/alice@example.com/B%C3%BCro/a%20b.ics');
    assert.equal(lockRoot({ ...lock('calendars/x'), name: '' }, account), '/calendars/alice@example.com/x/');
    assert.equal(lockRoot(lock('calendars'), account), '/calendars/alice@example.com/');
  });
});

describe('conflicts', () => {
  test('RFC 4918 section 9.10.5: the table', () => {
    for (const [there, wanted, conflicts] of [
      ['shared', 'shared', 0],
      ['shared', 'exclusive', 1],
      ['exclusive', 'shared', 1],
      ['exclusive', 'exclusive', 1],
    ] as const) {
      const { here, below } = conflictsWith([lock('c/a', 0, there)], lock('c/a', 0, wanted));
      assert.equal(here.length, conflicts);
      assert.equal(below.length, 0);
    }
  });

  test('RFC 4918 section 7.4: what is below matters to Depth infinity alone', () => {
    const locks = [lock('c/a/1', 0), lock('c/b')];
    assert.deepEqual(conflictsWith(locks, lock('c/a')), { here: [], below: [locks[0]] });
    assert.deepEqual(conflictsWith(locks, lock('c/a', 0)), { here: [], below: [] });
    assert.deepEqual(conflictsWith(locks, lock('c')), { here: [], below: locks });
    assert.deepEqual(conflictsWith(locks, lock('c/b/2', 0)), { here: [locks[1]], below: [] });
  });

  const path = fc.array(fc.constantFrom('a', 'b'), { minLength: 1, maxLength: 3 });
  const someLock = fc.record({
    path,
    depth: fc.constantFrom<LockRecord['depth']>(0, 'infinity'),
    scope: fc.constantFrom<LockRecord['scope']>('exclusive', 'shared'),
  });
  /** Every path that there can be. */
  const ALL = [1, 2, 3].flatMap((length) =>
    Array.from({ length: 2 ** length }, (_, n) => Array.from({ length }, (_x, at) => ((n >> at) & 1 ? 'a' : 'b'))),
  );

  test('RFC 4918 section 6.1: locks granted one after another never leave a resource with two of which one is exclusive', () => {
    fc.assert(
      fc.property(fc.array(someLock, { maxLength: 12 }), (wanted) => {
        const granted: LockRecord[] = [];
        for (const one of wanted) {
          const { here, below } = conflictsWith(granted, one);
          if (here.length + below.length === 0) granted.push({ ...lock(one.path.join('/')), ...one });
          else {
            // Refused for a reason: some resource would have had two.
            const shared = (other: LockRecord): boolean =>
              (other.scope === 'exclusive' || one.scope === 'exclusive') &&
              ALL.some((at) => covers(other, at) && covers(one, at));
            assert.ok(granted.some(shared));
          }
        }
        for (const at of ALL) {
          const covering = locksCovering(granted, at);
          assert.ok(covering.length < 2 || covering.every(({ scope }) => scope === 'shared'));
        }
      }),
    );
  });
});

describe('rows', () => {
  test('RFC 4918 section 6.6: a lock that has expired stops nobody, and cannot be refreshed', async () => {
    const store = await openTestStore();
    const service = await inProcess(store, {});
    try {
      await withWorld(service, async ({ alice }) => {
        const path = `${alice.calendar}a.ics`;
        await alice.put(path, event({ UID: 'same' })).expect(201);
        const token = lockToken(await alice.lock(path).expect(200));
        await alice.put(path, event({ UID: 'same' })).expect(423);
        await store.write({ by: undefined, client: 'tests', at: 1 }, async (tx) => {
          const account = await tx.directory.accountByAddress(alice.address);
          assert.ok(account !== undefined);
          assert.ok(await tx.locks.refresh(account.id, token, 1));
        });
        await alice.propfind(path, '0', ['D:lockdiscovery']).expectProperties(path, { 'D:lockdiscovery': [] });
        await alice.request('LOCK', path, { headers: { If: `(<${token}>)` } }).expect(412);
        await alice.unlock(path, token).expect(409);
        await alice.put(path, event({ UID: 'same' })).expect(204);
        await alice.lock(path).expect(200);
      });
    } finally {
      await service.close();
    }
  });

  test('an account has only so many locks, until one ends', async () => {
    const service = await inProcess(await openTestStore(), { limits: { locks: 3 } });
    try {
      await withWorld(service, async ({ alice }) => {
        const places = ['1', '2', '3', '4'].map((name) => `${alice.calendar}${name}.ics`);
        const [first = '', ...others] = places;
        const token = lockToken(await alice.lock(first).expect(201));
        for (const place of others) await alice.lock(place).expect(place.endsWith('4.ics') ? 507 : 201);
        await alice.unlock(first, token).expect(204);
        await alice.lock(first).expect(201);
      });
    } finally {
      await service.close();
    }
  });

  test('guests leave the owner locks enough: each has a tenth of them, all have half', async () => {
    const service = await inProcess(await openTestStore(), { limits: { locks: 20 } });
    try {
      await withWorld(service, async ({ alice, bob, another }) => {
        const guests = [bob];
        for (let i = 0; i < 5; i += 1) {
          const { address, password, exists } = another('bob');
          await exists;
          guests.push(bob.as({ user: address, password }));
        }
        await alice.acl(alice.files, [['D:authenticated', 'D:read', 'D:write']]).expect(200);
        for (const [at, guest] of guests.entries()) {
          const granted = at < 5 ? 2 : 0;
          for (let i = 0; i < 3; i += 1) await guest.lock(`${alice.files}${at}-${i}`).expect(i < granted ? 201 : 507);
        }
        for (let i = 0; i < 11; i += 1) await alice.lock(`${alice.files}own-${i}`).expect(i < 10 ? 201 : 507);
      });
    } finally {
      await service.close();
    }
  });
});
