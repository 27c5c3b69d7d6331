/**
 * Hashes a few at a time: what waits is bounded, and networks take turns.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DavError } from '../../src/dav/errors.ts';
import { verifier } from '../../src/server/verifier.ts';
import { gate } from './fixture.ts';

const isBusy = (error: unknown): boolean => error instanceof DavError && error.status === 503;

test('no more than so many run at once', async () => {
  let running = 0;
  let most = 0;
  const verify = async (): Promise<boolean> => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setImmediate(resolve));
    running--;
    return true;
  };
  const hashes = verifier(verify, { atOnce: 3, waiting: 100, perNetwork: 100 });
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, i) => hashes.verify('hash', 'x', `network ${i % 2}`)),
  );
  assert.ok(answers.every((fits) => fits));
  assert.equal(most, 3);
});

test('S18: what waits is bounded, for one network and for all, and there is room again afterwards', async () => {
  const go = gate();
  const verify = async (): Promise<boolean> => go.opened.then(() => false);
  const hashes = verifier(verify, { atOnce: 1, waiting: 3, perNetwork: 2 });
  const taken = ['a', 'a', 'b', 'c'].map((network) => hashes.verify('hash', 'x', network));
  await assert.rejects(hashes.verify('hash', 'x', 'a'), isBusy);
  await assert.rejects(hashes.verify('hash', 'x', 'd'), isBusy);
  go.open();
  assert.deepEqual(await Promise.all(taken), [false, false, false, false]);
  assert.equal(await hashes.verify('hash', 'x', 'a'), false);
});

test('a network with many logins does not keep the others waiting for all of them', async () => {
  const order: string[] = [];
  const verify = async (_hash: string, password: string): Promise<boolean> => {
    order.push(password);
    return true;
  };
  const hashes = verifier(verify, { atOnce: 1, waiting: 100, perNetwork: 100 });
  const flood = Array.from({ length: 5 }, (_, i) => hashes.verify('hash', `flood ${i}`, 'a'));
  const other = hashes.verify('hash', 'other', 'b');
  await Promise.all([...flood, other]);
  assert.deepEqual(order, ['flood 0', 'flood 1', 'other', 'flood 2', 'flood 3', 'flood 4']);
});

test('a verification that fails makes room for the next', async () => {
  const verify = async (hash: string): Promise<boolean> => {
    if (hash === 'broken') throw new Error('no hash');
    return true;
  };
  const hashes = verifier(verify, { atOnce: 1, waiting: 10, perNetwork: 10 });
  const broken = hashes.verify('broken', 'x', 'a');
  const next = hashes.verify('hash', 'x', 'a');
  await assert.rejects(broken, /no hash/);
  assert.equal(await next, true);
});
