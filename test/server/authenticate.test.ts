/**
 * Logins: who gets in, what a login costs, and what wrong passwords lead to. Hashes are counted, not timed.
 */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { after, before, beforeEach, describe, test } from 'node:test';
import { parseOptions } from '@node-rs/argon2';
import { DavError } from '../../src/dav/errors.ts';
import { wholeRequest } from '../../src/dav/whole-request.ts';
import { ARGON2 } from '../../src/operations/passwords.ts';
import { type ClientRequest, NOBODYS_HASH, passwordAuthenticator } from '../../src/server/authenticate.ts';
import type { Account } from '../../src/store/records.ts';
import type { Store, WriteTransaction } from '../../src/store/store.ts';
import { openTestStore } from '../support/engine.ts';

const HERE = '192.0.2.1';
const ELSEWHERE = '198.51.100.1';
const RIGHT = 'right horse';

let store: Store;
let account: Account;
let now = 1_000_000;
let accounts = 0;
/** Each hash that was compared. */
let compared: string[] = [];

before(async () => {
  store = await openTestStore();
  await write(async (tx) => {
    const tenant = await tx.directory.addTenant('example');
    await tx.directory.addDomain('example.com', tenant.id);
    await tx.directory.addDomain('example.org', tenant.id);
  });
});
after(() => store.close());

function write<T>(work: (tx: WriteTransaction) => Promise<T>): Promise<T> {
  return store.write({ by: undefined, client: 'tests', at: now }, work);
}

beforeEach(async () => {
  compared = [];
  const local = `alice${++accounts}`;
  account = await write(async (tx) => {
    const [tenant] = await tx.directory.tenants();
    assert.ok(tenant);
    return tx.directory.addAccount({
      tenant: tenant.id,
      kind: 'individual',
      address: `${local}@example.com`,
      aliases: [`${local}.also@example.org`],
      displayName: 'Alice',
      passwordHash: `hash of ${RIGHT}`,
    });
  });
});

function authenticator(options: Partial<Parameters<typeof passwordAuthenticator>[0]> = {}) {
  return passwordAuthenticator({
    store,
    defaultDomain: 'example.com',
    clock: () => now,
    verify: async (hash, password) => {
      compared.push(hash);
      return hash === `hash of ${password}`;
    },
    ...options,
  });
}

function request(user: string, password: string, client = HERE): ClientRequest {
  return withHeader(`Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`, client);
}

function withHeader(
  authorization: string | undefined,
  client = HERE,
  origin = 'https://dav.example.com',
): ClientRequest {
  const headers = authorization === undefined ? {} : { authorization };
  return wholeRequest({ method: 'GET', target: '/', headers, origin, client });
}

describe('names', () => {
  test('an address in any case, an alias, and the local part in the default domain log in', async () => {
    const auth = authenticator();
    const local = account.address.slice(0, account.address.indexOf('@'));
    for (const user of [
      account.address,
      account.address.toUpperCase(),
      account.aliases[0] ?? '',
      local,
      local.toUpperCase(),
    ]) {
      const login = await auth.login(request(user, RIGHT));
      assert.equal(login.kind === 'user' && login.user.id, account.id, user);
    }
  });

  test('a local part of another domain, or without a default domain, is nobody', async () => {
    const alias = account.aliases[0] ?? '';
    const local = alias.slice(0, alias.indexOf('@'));
    assert.deepEqual(await authenticator().login(request(local, RIGHT)), { kind: 'refused' });
    const own = account.address.slice(0, account.address.indexOf('@'));
    assert.deepEqual(await authenticator({ defaultDomain: undefined }).login(request(own, RIGHT)), { kind: 'refused' });
  });

  test('names that no account can have are nobody, and cost what nobody costs', async () => {
    const auth = authenticator();
    for (const user of [
      '',
      '@',
      'a@',
      '@example.com',
      `${'a'.repeat(300)}@example.com`,
      'ä@@example.com',
      "' or 1=1 --",
    ])
      assert.deepEqual(await auth.login(request(user, RIGHT)), { kind: 'refused' }, user);
    assert.ok(compared.length > 0 && compared.every((hash) => hash === NOBODYS_HASH));
  });

  test('without credentials nobody is logged in; other schemes and broken ones are refused', async () => {
    const auth = authenticator();
    assert.deepEqual(await auth.login(withHeader(undefined)), { kind: 'anonymous' });
    for (const header of ['Bearer abc', 'Basic', 'Basic !!!', 'Basic YWJj', ''])
      assert.deepEqual(await auth.login(withHeader(header)), { kind: 'refused' }, header);
  });

  test('RFC 7617 section 4: no password is taken over plain HTTP', async () => {
    const auth = authenticator();
    const { authorization } = request(account.address, RIGHT).headers;
    for (const header of [authorization, undefined]) {
      await assert.rejects(
        auth.login(withHeader(header, HERE, 'http://dav.example.com')),
        (error) => error instanceof DavError && error.status === 403,
      );
    }
    assert.deepEqual(compared, []);
  });
});

describe('what a login costs', () => {
  test('a verified password needs no further hash for five minutes', async () => {
    const auth = authenticator();
    for (let i = 0; i < 5; i++) assert.equal((await auth.login(request(account.address, RIGHT))).kind, 'user');
    assert.equal(compared.length, 1);
    now += 300;
    assert.equal((await auth.login(request(account.address, RIGHT))).kind, 'user');
    assert.equal(compared.length, 2);
  });

  test('ten connections at once cost one hash', async () => {
    const auth = authenticator();
    const logins = await Promise.all(Array.from({ length: 10 }, () => auth.login(request(account.address, RIGHT))));
    assert.ok(logins.every((login) => login.kind === 'user'));
    assert.equal(compared.length, 1);
  });

  test('S18: an account that does not exist costs as many hashes as one that does', async () => {
    const auth = authenticator();
    const counts: number[] = [];
    for (const user of [account.address, 'nobody@example.com', 'nobody@example.net']) {
      compared = [];
      for (let i = 0; i < 30; i++) {
        await auth.login(request(user, `wrong ${i >> 1}`));
        now += i % 3;
      }
      counts.push(compared.length);
    }
    assert.ok((counts[0] ?? 0) > 5);
    assert.deepEqual(counts, [counts[0], counts[0], counts[0]]);
    assert.deepEqual(new Set(compared), new Set([NOBODYS_HASH]));
  });

  test('S18: the hash of nobody is as dear as the hash of a new password', () => {
    const { memoryCost, timeCost, parallelism } = parseOptions(NOBODYS_HASH);
    assert.deepEqual({ memoryCost, timeCost, parallelism }, ARGON2);
  });
});

describe('S2, S19: what changes at the account counts at once', () => {
  test('a changed password: the old one is refused, the new one fits', async () => {
    const auth = authenticator();
    assert.equal((await auth.login(request(account.address, RIGHT))).kind, 'user');
    assert.equal((await auth.login(request(account.address, 'new horse'))).kind, 'refused');
    await write((tx) => tx.directory.updateAccount(account.id, { passwordHash: 'hash of new horse' }));
    assert.equal((await auth.login(request(account.address, RIGHT))).kind, 'refused');
    assert.equal((await auth.login(request(account.address, 'new horse'))).kind, 'user');
  });

  test('a disabled account is refused, and gets in again once it is enabled', async () => {
    const auth = authenticator();
    assert.equal((await auth.login(request(account.address, RIGHT))).kind, 'user');
    await write((tx) => tx.directory.updateAccount(account.id, { disabled: true }));
    assert.equal((await auth.login(request(account.address, RIGHT))).kind, 'refused');
    await write((tx) => tx.directory.updateAccount(account.id, { disabled: false }));
    assert.equal((await auth.login(request(account.address, RIGHT))).kind, 'user');
  });

  test('a removed account is refused; another one of the same address starts anew', async () => {
    const auth = authenticator();
    assert.equal((await auth.login(request(account.address, RIGHT))).kind, 'user');
    await write((tx) => tx.directory.removeAccount(account.id));
    assert.equal((await auth.login(request(account.address, RIGHT))).kind, 'refused');
  });

  test('an account without a password lets nobody in', async () => {
    await write((tx) => tx.directory.updateAccount(account.id, { passwordHash: undefined }));
    const auth = authenticator({ verify: async () => true });
    assert.deepEqual(await auth.login(request(account.address, '')), { kind: 'refused' });
  });
});

describe('S18: guessing', () => {
  test('is slowed down per account and network, and tokens come back with time', async () => {
    const auth = authenticator({ rate: { burst: 3, secondsPerToken: 30 } });
    const guess = (password: string, client = HERE) => auth.login(request(account.address, password, client));
    for (const password of ['a', 'b', 'c']) assert.deepEqual(await guess(password), { kind: 'refused' });
    assert.deepEqual(await guess('d'), { kind: 'throttled', seconds: 30 });
    assert.deepEqual(await guess('e', '192.0.2.250'), { kind: 'throttled', seconds: 30 });
    assert.equal(compared.length, 3);
    now += 30;
    assert.deepEqual(await guess('f'), { kind: 'refused' });
    assert.equal((await guess('g')).kind, 'throttled');
  });

  test('does not lock out the owner in another network, nor others in the same', async () => {
    const auth = authenticator({ rate: { burst: 2, secondsPerToken: 30 } });
    for (let i = 0; i < 50; i++) await auth.login(request(account.address, `guess ${i}`));
    assert.equal((await auth.login(request(account.address, RIGHT))).kind, 'throttled');
    assert.equal((await auth.login(request(account.address, RIGHT, ELSEWHERE))).kind, 'user');
    assert.equal((await auth.login(request('bob@example.com', 'x'))).kind, 'refused');
  });

  test('many guesses at once are as many as one after the other', async () => {
    const auth = authenticator({ rate: { burst: 3, secondsPerToken: 30 } });
    await Promise.all(Array.from({ length: 40 }, (_, i) => auth.login(request(account.address, `guess ${i}`))));
    assert.equal(compared.length, 3);
  });

  test('a device that repeats one old password does not use up the tokens of the others in its house', async () => {
    const auth = authenticator({ rate: { burst: 2, secondsPerToken: 1_000_000 } });
    for (let i = 0; i < 20; i++) {
      assert.equal((await auth.login(request(account.address, 'old horse'))).kind, 'refused');
      now += 60;
    }
    assert.equal((await auth.login(request(account.address, RIGHT))).kind, 'user');
  });

  test('a right password takes no token, and a wrong one is refused without a hash for some seconds', async () => {
    const auth = authenticator({ rate: { burst: 1, secondsPerToken: 1_000_000 } });
    assert.equal((await auth.login(request(account.address, RIGHT))).kind, 'user');
    assert.equal((await auth.login(request(account.address, 'wrong'))).kind, 'refused');
    const before = compared.length;
    assert.equal((await auth.login(request(account.address, 'wrong'))).kind, 'refused');
    assert.equal(compared.length, before);
    now += 10;
    assert.equal((await auth.login(request(account.address, 'wrong'))).kind, 'refused');
    assert.equal(compared.length, before + 1);
  });
});
