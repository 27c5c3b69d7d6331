/**
 * The whole service as configured: it starts, answers, stops; what stands in its way is one sentence.
 */
import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { connect } from 'node:tls';
import { catalogue } from '../../src/dav/catalogue.ts';
import type { Feature } from '../../src/dav/feature.ts';
import { DEFAULT_LIMITS } from '../../src/dav/limits.ts';
import { addUser } from '../../src/operations/accounts.ts';
import { administration } from '../../src/operations/administration.ts';
import { addDomain } from '../../src/operations/domains.ts';
import { type Log, SILENT } from '../../src/server/log.ts';
import { openStore } from '../../src/server/open-store.ts';
import { type ServeOptions, type Serving, serve, untilStopped } from '../../src/server/serve.ts';
import { StartError } from '../../src/server/start-error.ts';
import { temporaryFolder } from '../support/engine.ts';
import { loopbackCertificate } from './fixture.ts';

let folder = '';
let count = 0;
before(() => {
  folder = temporaryFolder('serve');
});
after(() => rmSync(folder, { recursive: true, force: true }));

/** Nothing but a path that answers without a login. */
const here: Feature = {
  name: 'here',
  specs: ['behaviour: for tests'],
  wellKnown: [
    {
      path: '/.well-known/here',
      spec: 'behaviour: for tests',
      handle: (asked) => ({ status: 200, headers: { 'Content-Type': 'text/plain' }, body: asked.origin }),
    },
  ],
};
const parts = { features: [here] };

function options(over: Partial<ServeOptions> = {}): ServeOptions {
  const data = join(folder, `data-${count++}`);
  return {
    data,
    host: '127.0.0.1',
    port: 0,
    tls: undefined,
    http: undefined,
    trustedProxies: [],
    publicUrl: undefined,
    store: { engine: 'sqlite', file: join(data, 'davit.sqlite') },
    defaultDomain: undefined,
    realm: 'Davit',
    files: true,
    limits: DEFAULT_LIMITS,
    quota: undefined,
    retention: { tombstoneDays: 180, historyDays: 30 },
    ...over,
  };
}

function refusal(pattern: RegExp): (error: unknown) => boolean {
  return (error) => error instanceof StartError && pattern.test(error.message) && !error.message.includes('\n');
}

async function body(origin: string, path: string, ca: string): Promise<{ status: number; text: string }> {
  const outgoing = request(`${origin}${path}`, { ca, agent: false }).end();
  const [incoming] = await once(outgoing, 'response');
  let text = '';
  for await (const chunk of incoming) text += chunk;
  return { status: incoming.statusCode, text };
}

async function closing<T>(serving: Serving, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } finally {
    await serving.close();
  }
}

describe('a start', () => {
  test('makes the data folder, a certificate and a database, and answers over TLS', async () => {
    const given = options();
    const serving = await serve(given, SILENT, parts);
    await closing(serving, async () => {
      assert.equal(statSync(given.data).mode & 0o777, 0o700);
      const cert = serving.certificate?.cert ?? assert.fail();
      assert.match(serving.origin, /^https:\/\/127\.0\.0\.1:\d+$/);
      assert.deepEqual(serving.addresses, [serving.origin]);
      assert.deepEqual(await body(serving.origin, '/.well-known/here', cert), { status: 200, text: serving.origin });
      assert.equal((await body(serving.origin, '/nowhere/', cert)).status, 401);
    });
    const again = await serve(given, SILENT, parts);
    assert.equal(again.certificate?.fingerprint, serving.certificate?.fingerprint);
    await again.close();
  });

  test('gives accounts the homes that features bring, and says so once', async () => {
    const given = options();
    const store = await openStore(given.store);
    const before = administration(store, catalogue([here]), 'tests');
    await addDomain(before, 'example.com');
    await addUser(before, { address: 'ada@example.com' });
    await store.close();
    const told: string[] = [];
    let heard = (): void => {};
    const log: Log = {
      ...SILENT,
      info(line) {
        told.push(line);
        heard();
      },
    };
    const made = new Promise<void>((resolve) => {
      heard = () => told.some((line) => line.includes('homes')) && resolve();
    });
    const serving = await serve(given, log);
    await closing(serving, () => made);
    await (await serve(given, log)).close();
    assert.deepEqual(
      told.filter((line) => line.includes('homes')),
      ['1 account got the homes that a new feature brings'],
    );
  });

  test('on localhost listens on each of its addresses', async () => {
    const serving = await serve(options({ host: 'localhost' }), SILENT, parts);
    await closing(serving, async () => {
      assert.match(serving.origin, /^https:\/\/localhost:\d+$/);
      assert.match(serving.addresses[0] ?? '', /^https:\/\/127\.0\.0\.1:/);
      const cert = serving.certificate?.cert ?? assert.fail();
      assert.equal((await body(serving.origin, '/.well-known/here', cert)).text, serving.origin);
    });
  });

  test('without TLS is for a proxy alone, and says the public URL', async () => {
    const http = { host: '127.0.0.1', port: 0 };
    const over = { tls: 'off', http, trustedProxies: ['127.0.0.1'], publicUrl: 'https://dav.example.com' } as const;
    const serving = await serve(options(over), SILENT, parts);
    await closing(serving, async () => {
      assert.equal(serving.origin, 'https://dav.example.com');
      assert.match(serving.addresses.join(), /^http:\/\/127\.0\.0\.1:\d+$/);
      const ask = (headers: Record<string, string>): Promise<Response> =>
        fetch(`${serving.addresses[0]}/nowhere/`, { headers });
      const credentials = { authorization: 'Basic YTpi' };
      assert.equal((await ask({ ...credentials, 'x-forwarded-proto': 'https' })).status, 401);
      assert.equal((await ask({ ...credentials, 'x-forwarded-proto': 'http' })).status, 403);
      const clear = await ask(credentials);
      assert.equal(clear.status, 403);
      assert.match(await clear.text(), /plain HTTP/);
    });
    await assert.rejects(serve(options({ tls: 'off' }), SILENT, parts), refusal(/Nothing would listen/));
  });
});

describe('what stands in the way of a start is one sentence', () => {
  test('a port in use', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    await assert.rejects(serve(options({ port }), SILENT, parts), refusal(new RegExp(`^Port ${port} .*--port NUMBER`)));
    await assert.rejects(
      serve(options({ http: { host: '127.0.0.1', port } }), SILENT, parts),
      refusal(new RegExp(`^Port ${port} .*http\\.port`)),
    );
    other.close();
  });

  test('an address that this machine does not have', async () => {
    await assert.rejects(serve(options({ host: '192.0.2.1' }), SILENT, parts), refusal(/no address 192\.0\.2\.1/));
  });

  test('a certificate that is missing', async () => {
    const tls = { certificate: join(folder, 'none.pem'), key: join(folder, 'none.pem') };
    await assert.rejects(serve(options({ tls }), SILENT, parts), refusal(/none\.pem cannot be read/));
  });

  test('a realm that cannot stand in a header, a feature declared twice', async () => {
    await assert.rejects(serve(options({ realm: 'a\nb' }), SILENT, parts), refusal(/realm/));
    await assert.rejects(serve(options(), SILENT, { features: [here, here] }), refusal(/declared twice/));
  });

  test('a database that is none', async () => {
    const file = join(folder, 'text.sqlite');
    writeFileSync(file, 'This is a letter to my aunt, and no database.'.repeat(100));
    await assert.rejects(
      openStore({ engine: 'sqlite', file }),
      refusal(/text\.sqlite cannot be opened: .*no SQLite database/),
    );
    mkdirSync(join(folder, 'a-folder'));
    await assert.rejects(openStore({ engine: 'sqlite', file: join(folder, 'a-folder') }), refusal(/cannot be opened/));
  });

  test('a PostgreSQL that does not answer, named without its password', async () => {
    const connection = 'postgres://davit:secret@127.0.0.1:1/cal';
    await assert.rejects(
      openStore({ engine: 'postgres', connection }, { patience: 0 }),
      (error) =>
        refusal(/database cal on 127\.0\.0\.1:1 .*nothing answers/)(error) && !String(error).includes('secret'),
    );
  });
});

test('a renewed certificate is taken for new connections, a broken one leaves the former', async () => {
  const tls = { certificate: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
  const put = ({ cert, key }: { cert: string; key: string }): void => {
    writeFileSync(tls.certificate, cert);
    writeFileSync(tls.key, key);
  };
  put(await loopbackCertificate());
  const serving = await serve(options({ tls }), SILENT, parts);
  await closing(serving, async () => {
    const shown = async (): Promise<string> => {
      const socket = connect({
        port: Number(new URL(serving.origin).port),
        host: '127.0.0.1',
        rejectUnauthorized: false,
      });
      await once(socket, 'secureConnect');
      const fingerprint = socket.getPeerCertificate().fingerprint256;
      socket.destroy();
      return fingerprint;
    };
    const first = await shown();
    assert.equal(first, serving.certificate?.fingerprint);
    writeFileSync(tls.certificate, 'half');
    await assert.rejects(serving.reload(), StartError);
    assert.equal(await shown(), first);
    put(await loopbackCertificate());
    await serving.reload();
    assert.notEqual(await shown(), first);
  });
});

describe('signals', () => {
  test('the first one closes, the second one ends at once, a hangup reads the certificate again', async () => {
    const exits: number[] = [];
    const signals = Object.assign(new EventEmitter(), { exit: (code: number) => void exits.push(code) });
    let closes = 0;
    let reloads = 0;
    const closed = Promise.withResolvers<void>();
    const close = (): Promise<void> => {
      closes++;
      return closed.promise;
    };
    const reload = async (): Promise<void> => {
      if (++reloads === 2) throw new StartError('broken');
    };
    const stopped = untilStopped({ close, reload }, SILENT, signals);
    signals.emit('SIGHUP');
    signals.emit('SIGHUP');
    signals.emit('SIGTERM');
    assert.deepEqual([closes, reloads, exits.length], [1, 2, 0]);
    signals.emit('SIGINT');
    assert.deepEqual([closes, exits], [1, [130]]);
    closed.resolve();
    await stopped;
    assert.equal(signals.listenerCount('SIGTERM'), 0);
  });
});
