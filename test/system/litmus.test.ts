/**
 * The WebDAV test suite litmus against a home for files of Davit as `npm start` runs it: every test of every suite passes, none is skipped,
 * and nothing is warned of.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { skipWithout } from '../support/debian.ts';
import { type Household, household, type RunningDavit, runProgram, startDavit } from '../support/program.ts';

const ADDRESS = 'alice@example.com';

describe('litmus', { skip: skipWithout('litmus') }, () => {
  let home: Household;
  let service: RunningDavit;
  let relay: Server;

  before(async () => {
    home = await household('litmus', ADDRESS);
    service = await startDavit({
      data: home.data,
      env: { DAVIT_HTTP_ENABLED: 'true', DAVIT_HTTP_PORT: '0', DAVIT_HTTP_TRUSTED_PROXIES: '127.0.0.1' },
    });
    const [, port = ''] = /http:\/\/127\.0\.0\.1:(\d+)/.exec(await service.heard(/http:\/\/127\.0\.0\.1:\d+/)) ?? [];
    relay = relayTo(Number(port), credentialsOf(ADDRESS, home.password));
    await once(relay.listen(0, '127.0.0.1'), 'listening');
  });
  after(async () => {
    relay?.close();
    await service?.stop();
    home?.remove();
  });

  async function passes(suite: string, origin: string): Promise<void> {
    const url = `${origin}/files/${ADDRESS}/`;
    const { code, said } = await runProgram('litmus', [url, ADDRESS, home.password], {
      folder: home.folder,
      env: { TESTS: suite },
    });
    // On one line it says what it is about to do, and then, over it, what came of it.
    const told = said.replace(/^.*\r(?!\n)/gm, '');
    assert.equal(code, 0, told);
    assert.match(told, /, 0 failed\. 100\.0%/, told);
    assert.doesNotMatch(told, /WARNING|SKIPPED|FAIL/, told);
  }

  for (const suite of ['basic', 'copymove', 'props', 'locks']) {
    // It takes any certificate.
    test(suite, () => passes(suite, service.origin));
  }

  // Over TLS it would be skipped.
  test('http', () => passes('http', `http://127.0.0.1:${portOf(relay)}`));
});

function portOf(server: Server): number {
  const address: AddressInfo | string | null = server.address();
  return typeof address === 'object' ? (address?.port ?? 0) : 0;
}

function credentialsOf(user: string, password: string): string {
  return `Authorization: Basic ${Buffer.from(`${user}:${password}`).toString('base64')}\r\n`;
}

/** What a proxy that speaks TLS would say in every request; and the credentials, which litmus leaves out where it writes the request itself. */
function relayTo(port: number, credentials: string): Server {
  return createServer((client) => {
    const upstream = connect(port, '127.0.0.1');
    upstream.pipe(client);
    client.on('data', (octets) => {
      const text = octets.toString('latin1');
      const added = `X-Forwarded-Proto: https\r\n${/^Authorization:/im.test(text) ? '' : credentials}`;
      upstream.write(
        text.replace(/^[A-Z]+ \S+ HTTP\/1\.1\r\n/, (line) => line + added),
        'latin1',
      );
    });
    client.on('end', () => upstream.end());
    client.on('error', () => upstream.destroy());
    upstream.on('error', () => client.destroy());
  });
}
