/**
 * Clearing away what is older than the settings say.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startJobs } from '../../src/server/jobs.ts';
import { SILENT } from '../../src/server/log.ts';
import type { Pruned } from '../../src/store/store.ts';

const DAY = 86_400;
const NOW = 1000 * DAY;
const NONE: Pruned = { tombstones: 0, history: 0, locks: 0, attachments: 0, contents: 0 };
const base = { retention: { tombstoneDays: 180, historyDays: 30 }, clock: () => NOW, batch: 10 };

test('batches follow one another until less than a whole one went, with the times that the settings say', async () => {
  const left = { tombstones: 25, history: 7, locks: 0, attachments: 3, contents: 31 };
  const calls: unknown[] = [];
  const prune = async (before: unknown, limit: number) => {
    calls.push([before, limit]);
    const gone = {
      ...{ tombstones: Math.min(limit, left.tombstones), history: Math.min(limit, left.history) },
      ...{ locks: Math.min(limit, left.locks), contents: Math.min(limit, left.contents) },
      attachments: Math.min(limit, left.attachments),
    };
    left.tombstones -= gone.tombstones;
    left.history -= gone.history;
    left.attachments -= gone.attachments;
    left.contents -= gone.contents;
    return gone;
  };
  const jobs = startJobs({ ...base, store: { prune }, log: SILENT });
  await jobs.run();
  await jobs.close();
  assert.deepEqual(left, NONE);
  const before = {
    tombstones: 820 * DAY,
    history: 970 * DAY,
    locks: NOW - 3600,
    attachments: NOW - DAY,
    contents: NOW - 900,
  };
  assert.deepEqual(calls, Array(4).fill([before, 10]));
});

test('it runs at its times, and not after it was closed', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let calls = 0;
  const prune = async () => {
    calls++;
    return NONE;
  };
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const jobs = startJobs({ ...base, store: { prune }, log: SILENT, first: 1000, every: 5000 });
  t.mock.timers.tick(999);
  assert.equal(calls, 0);
  t.mock.timers.tick(1);
  assert.equal(calls, 1);
  await settle();
  t.mock.timers.tick(5000);
  assert.equal(calls, 2);
  await settle();
  await jobs.close();
  t.mock.timers.tick(50_000);
  assert.equal(calls, 2);
});

test('a failure is logged, and the next time it is tried again', async () => {
  const said: string[] = [];
  let fails = true;
  const prune = async () => {
    if (fails) throw new Error('disk full');
    return NONE;
  };
  const log = { ...SILENT, error: (message: string) => said.push(message) };
  const jobs = startJobs({ ...base, store: { prune }, log });
  await jobs.run();
  assert.equal(said.length, 1);
  fails = false;
  await jobs.run();
  assert.equal(said.length, 1);
  await jobs.close();
});

test('closing waits for the batch under way and begins no other', async () => {
  let finish = (): void => {};
  let calls = 0;
  const prune = () => {
    calls++;
    return new Promise<Pruned>((resolve) => {
      finish = () => resolve({ ...NONE, tombstones: 10, history: 10 });
    });
  };
  const jobs = startJobs({ ...base, store: { prune }, log: SILENT });
  const run = jobs.run();
  let closed = false;
  const closing = jobs.close().then(() => {
    closed = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(closed, false);
  finish();
  await Promise.all([run, closing]);
  assert.equal(calls, 1);
});

test('after an update the index is made anew, a few rows at a time, until none are left', async () => {
  const said: string[] = [];
  const log = { ...SILENT, info: (message: string) => said.push(message) };
  let left = 3;
  const jobs = startJobs({ ...base, store: { prune: async () => NONE }, log, renew: async () => left-- > 0 });
  await jobs.run();
  assert.equal(left, -1);
  assert.equal(said.length, 1);
  await jobs.run();
  await jobs.close();
  assert.equal(said.length, 1, 'where nothing was to be done, nothing is said');
});

test('a failure to make the index anew is logged, and closing ends it before its end', async () => {
  const said: string[] = [];
  const log = { ...SILENT, error: (message: string) => said.push(message) };
  let calls = 0;
  const renew = async () => {
    calls++;
    if (calls === 1) throw new Error('disk full');
    if (calls === 4) void jobs.close();
    return true;
  };
  const jobs = startJobs({ ...base, store: { prune: async () => NONE }, log, renew });
  await jobs.run();
  assert.equal(said.length, 1);
  await jobs.run();
  assert.equal(calls, 4);
});
