import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ARGON2, checkHash, hashPassword, verifyPassword } from '../../src/operations/passwords.ts';
import { CHEAP_HASHING, refusal } from './an-administration.ts';

describe('passwords', () => {
  test('are hashed with argon2id, 19 MiB, two passes, one lane', async () => {
    const hash = await hashPassword('correct horse');
    assert.match(hash, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    assert.deepEqual(ARGON2, { memoryCost: 19456, timeCost: 2, parallelism: 1 });
    assert.ok(await verifyPassword(hash, 'correct horse'));
    assert.ok(!(await verifyPassword(hash, 'Correct horse')));
  });

  test('a hash is salted', async () => {
    const [a, b] = [
      await hashPassword('correct horse', CHEAP_HASHING),
      await hashPassword('correct horse', CHEAP_HASHING),
    ];
    assert.notEqual(a, b);
  });

  test('RFC 7617 section 2.1: the same characters fit however they are composed', async () => {
    const hash = await hashPassword('pa\u0308sswort!', CHEAP_HASHING);
    assert.ok(await verifyPassword(hash, 'p\u00e4sswort!'));
  });

  test('what is no password is refused', async () => {
    await assert.rejects(hashPassword('short'), refusal(/at least 8 characters/));
    await assert.rejects(hashPassword('line\nbreak'), refusal(/control characters/));
    await assert.rejects(hashPassword('x'.repeat(1025)), refusal(/1024 octets/));
  });

  test('an endless password is not hashed to be compared', async () => {
    const hash = await hashPassword('correct horse', CHEAP_HASHING);
    assert.ok(!(await verifyPassword(hash, 'x'.repeat(1_000_000))));
  });

  const bad = {
    'another algorithm': '$2b$10$abcdefghijklmnopqrstuuABCDEFGHIJKLMNOPQRSTUVWXYZ01234',
    argon2i: '$argon2i$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaA',
    'a broken string': '$argon2id$v=19$m=8',
    'four gigabytes': '$argon2id$v=19$m=4194304,t=1,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaA',
    'a thousand passes': '$argon2id$v=19$m=8,t=1000,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaA',
  };
  for (const [what, hash] of Object.entries(bad)) {
    test(`a hash of ${what} is refused, and fits nothing`, async () => {
      assert.throws(() => checkHash(hash), refusal(/PHC string of argon2id/));
      assert.ok(!(await verifyPassword(hash, 'correct horse')));
    });
  }
});
