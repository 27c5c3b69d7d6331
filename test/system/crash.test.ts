/**
 * Davit is killed at random moments while clients write to it, and stopped while a request is under way: what was answered with success is
 * there afterwards, whole, and the next start has nothing to repair.
 */
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { Agent as ConnectionAgent, request } from 'node:https';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import Database from 'better-sqlite3';
import { readXml } from '../../src/formats/xml/read.ts';
import { event } from '../support/builders.ts';
import { multistatusOf } from '../support/multistatus.ts';
import { type Household, household, type RunningDavit, startDavit } from '../support/program.ts';

const ADDRESS = 'alice@example.com';
const CALENDAR = `/calendars/${ADDRESS}/default/`;
/** Clients that write at once, each to objects of its own. */
const WRITERS = 4;

interface Reply {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
}

/** What an object may be: its text, or undefined where there is none. */
type Content = string | undefined;

/** What is known of an object: what the last answer made certain, and what a request without an answer may have made of it. */
interface Known {
  readonly certain: Content;
  readonly possible: Content | 'the same';
}

describe('a service that ends', () => {
  let home: Household;
  let service: RunningDavit;
  let agent: ConnectionAgent;

  before(async () => {
    home = await household('crash', ADDRESS);
    await start();
  });
  after(async () => {
    agent?.destroy();
    await service?.stop();
    home?.remove();
  });

  async function start(): Promise<void> {
    service = await startDavit({ data: home.data });
    agent?.destroy();
    agent = new ConnectionAgent({ keepAlive: true, ca: readFileSync(service.certificate) });
  }

  function open(method: string, path: string, headers: Readonly<Record<string, string>> = {}): ClientRequest {
    const auth = `${ADDRESS}:${home.password}`;
    return request(`${service.origin}${path}`, { agent, auth, method, headers });
  }

  function ask(
    method: string,
    path: string,
    body?: string,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Reply> {
    const asked = open(method, path, headers);
    const answered = reply(asked);
    asked.end(body);
    return answered;
  }

  /** Writes, changes and deletes until the service is gone; tells of each answer, and returns what is known of each object then. */
  async function write(round: string, writer: number, answered: () => void): Promise<Map<string, Known>> {
    const known = new Map<string, Known>();
    for (let count = 0; ; count++) {
      const path = `${CALENDAR}${round}-${writer}-${count % 7}.ics`;
      const certain = known.get(path)?.certain;
      const body =
        count % 5 === 4 && certain !== undefined
          ? undefined
          : event({
              UID: `${round}-${writer}-${count % 7}`,
              SUMMARY: `${count}`,
              DESCRIPTION: 'x'.repeat(randomInt(3000)),
            });
      known.set(path, { certain, possible: body });
      try {
        const { status, text } = await (body === undefined ? ask('DELETE', path) : ask('PUT', path, body));
        assert.ok(status === 201 || status === 204, `${status} ${text}`);
      } catch (error) {
        if (error instanceof assert.AssertionError) throw error;
        return known;
      }
      known.set(path, { certain: body, possible: 'the same' });
      answered();
    }
  }

  for (const round of ['first', 'second', 'third']) {
    test(`kill -9, the ${round} time: what was answered with success is there, and nothing is half written`, async () => {
      const moment = randomInt(5, 200);
      let answers = 0;
      const answered = (): void => {
        if (++answers === moment) setImmediate(() => service.signal('SIGKILL'));
      };
      const writers = Array.from({ length: WRITERS }, (_, writer) => write(round, writer, answered));
      const known = new Map((await Promise.all(writers)).flatMap((map) => [...map]));
      await service.ended;
      assert.ok(answers >= moment);

      await start();
      assert.doesNotMatch(service.said(), /warning|error|repair|recover/i);
      for (const [path, { certain, possible }] of known) {
        const { status, text } = await ask('GET', path);
        const found = status === 404 ? undefined : text;
        const allowed = possible === 'the same' ? [certain] : [certain, possible];
        assert.ok(
          allowed.includes(found),
          `killed after ${moment} answers: ${path} is\n${found}\ninstead of\n${certain}`,
        );
      }
      // Listing, syncing and reading say the same.
      const listed = await names(await ask('PROPFIND', CALENDAR, undefined, { Depth: '1' }));
      assert.deepEqual(await names(await ask('REPORT', CALENDAR, SYNC, { 'Content-Type': 'application/xml' })), listed);
      for (const [path, { certain, possible }] of known) {
        if (possible === 'the same') assert.equal(listed.includes(path), certain !== undefined, path);
      }
    });
  }

  test('the database is sound after all that', () => {
    const database = new Database(join(home.data, 'davit.sqlite'), { readonly: true });
    try {
      assert.equal(database.pragma('integrity_check', { simple: true }), 'ok');
      assert.deepEqual(database.pragma('foreign_key_check'), []);
    } finally {
      database.close();
    }
  });

  /** A PUT of which the service has read the head and waits for the body. */
  async function half(path: string): Promise<ClientRequest> {
    const asked = open('PUT', path, { Expect: '100-continue', 'Content-Type': 'text/calendar' });
    await new Promise<void>((resolve, reject) => {
      asked.once('continue', resolve).once('error', reject);
      asked.flushHeaders();
    });
    return asked;
  }

  test('SIGTERM: the request under way is finished, new ones are not taken, and then it ends', async () => {
    const path = `${CALENDAR}under-way.ics`;
    const body = event({ SUMMARY: 'Under way' });
    const asked = await half(path);
    const answered = reply(asked);
    asked.write(body.slice(0, 40));
    service.signal('SIGTERM');
    await service.heard(/stopping/);
    await assert.rejects(ask('GET', path), { code: 'ECONNREFUSED' });
    asked.end(body.slice(40));
    assert.equal((await answered).status, 201);
    assert.equal(await service.ended, 0);

    await start();
    assert.equal((await ask('GET', path)).text, body);
  });

  test('a second signal ends it at once', async () => {
    const asked = await half(`${CALENDAR}never.ics`);
    const brokenOff = assert.rejects(reply(asked), { code: 'ECONNRESET' });
    service.signal('SIGTERM');
    await service.heard(/stopping/);
    // Signals that come together count as one, so there is another until it heeds it.
    const again = setInterval(() => service.signal('SIGTERM'), 50);
    const code = await service.ended;
    clearInterval(again);
    assert.equal(code, 130);
    await brokenOff;

    await start();
    assert.equal((await ask('GET', `${CALENDAR}never.ics`)).status, 404);
  });
});

const SYNC =
  '<sync-collection xmlns="DAV:"><sync-token/><sync-level>1</sync-level><prop><getetag/></prop></sync-collection>';

/** The objects in a multistatus. */
async function names({ status, text }: Reply): Promise<readonly string[]> {
  assert.equal(status, 207, text);
  const { responses } = multistatusOf(readXml(Buffer.from(text)));
  return [...responses.keys()].filter((path) => path.endsWith('.ics')).sort();
}

function reply(asked: ClientRequest): Promise<Reply> {
  return new Promise((resolve, reject) => {
    asked.once('error', reject);
    asked.once('response', (incoming) => {
      let text = '';
      incoming.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      incoming.once('error', reject);
      incoming.once('aborted', () => reject(new Error('the answer broke off')));
      incoming.once('end', () => resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text }));
    });
  });
}
