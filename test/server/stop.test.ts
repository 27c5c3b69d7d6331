/**
 * How the listeners end: what is under way is finished, what is idle is closed, what does not end is ended.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import type { DavResponse } from '../../src/dav/method.ts';
import { ask, gate, http2, loopback, raw } from './fixture.ts';

const GET = 'GET / HTTP/1.1\r\nHost: dav.example.com\r\n\r\n';
const done: DavResponse = { status: 200, headers: { 'Content-Type': 'text/plain' }, body: 'done' };

test('requests under way are finished, idle connections closed, new ones not taken', async () => {
  const begun = gate();
  const go = gate();
  let count = 0;
  const at = await loopback(async () => {
    if (++count === 4) begun.open();
    if (count > 2) await go.opened;
    return done;
  });
  const idle = await raw(at);
  idle.write(GET);
  await idle.until(/done$/);
  const idleSession = await http2(at);
  await ask(idleSession, {});

  const busy = await raw(at);
  busy.write(GET);
  const busySession = await http2(at);
  const reply = ask(busySession, {});
  await begun.opened;
  const idleSessionEnds = once(idleSession, 'close');
  let closed = false;
  const closing = at.listening.close().then(() => {
    closed = true;
  });
  assert.equal(await idle.rest(), '');
  await idleSessionEnds;
  await assert.rejects(raw(at));
  assert.equal(closed, false);
  go.open();
  const text = await busy.rest();
  assert.match(text, /^HTTP\/1\.1 200 /);
  assert.match(text, /\r\nConnection: close\r\n/i);
  assert.match(text, /done$/);
  assert.equal((await reply).body.toString(), 'done');
  await closing;
});

test('an answer that had begun before the stop is finished too', async () => {
  const begun = gate();
  const go = gate();
  async function* halves(): AsyncGenerator<string> {
    yield 'a'.repeat(100_000);
    begun.open();
    await go.opened;
    yield 'b'.repeat(100_000);
  }
  const at = await loopback(async () => ({ ...done, body: halves() }));
  const client = await raw(at);
  client.write(GET);
  await begun.opened;
  const closing = at.listening.close();
  go.open();
  assert.match(await client.rest(), /b\r\n0\r\n\r\n$/);
  await closing;
});

test('what does not end in time is cut off', async () => {
  const begun = gate();
  let count = 0;
  const never = new Promise<DavResponse>(() => {});
  const at = await loopback(
    () => {
      if (++count === 2) begun.open();
      return never;
    },
    { bounds: { stop: 20 } },
  );
  const client = await raw(at);
  client.write(GET);
  const session = await http2(at);
  session.on('error', () => {});
  const reply = ask(session, {});
  await begun.opened;
  await Promise.all([at.listening.close(), assert.rejects(reply), client.rest()]);
});
