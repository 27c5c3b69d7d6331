/**
 * HTTP/1.1 and HTTP/2 on real sockets: requests as values, bodies within bounds, connections that share nothing.
 */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { once } from 'node:events';
import { after, before, describe, test } from 'node:test';
import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { DavError } from '../../src/dav/errors.ts';
import type { DavResponse } from '../../src/dav/method.ts';
import type { ClientRequest } from '../../src/server/authenticate.ts';
import { ask, gate, http2, type Loopback, loopback, raw } from './fixture.ts';

const LIMIT = 1000;
/** The requests as they came, latest last. */
const seen: ClientRequest[] = [];
let at: Loopback;

/** Says what came; `/body` reads the body first. */
async function echo(request: ClientRequest): Promise<DavResponse> {
  seen.push(request);
  const headers = { 'Content-Type': 'text/plain' };
  try {
    const body = request.target.startsWith('/body') ? Buffer.from(await request.body(LIMIT)).toString('latin1') : '';
    return { status: 200, headers, body: `${request.method} ${request.target} ${request.origin} ${body}.` };
  } catch (error) {
    if (!(error instanceof DavError)) throw error;
    return { status: error.status, headers: { ...headers, ...error.headers }, body: `${error.message}\n` };
  }
}

before(async () => {
  at = await loopback(echo, { bounds: { farewell: { octets: 100_000, milliseconds: 2_000 }, keepReading: 2000 } });
});
after(() => at.listening.close());

function head(method: string, target: string, ...lines: readonly string[]): string {
  return `${[`${method} ${target} HTTP/1.1`, 'Host: dav.example.com', ...lines].join('\r\n')}\r\n\r\n`;
}

describe('requests', () => {
  test('arrive with method, target as sent, headers in lower case, origin and client', async () => {
    const client = await raw(at);
    client.write(head('PROPFIND', '/a%40b/?x=%2F', 'DePTH: 1', 'X-Twice: a', 'X-Twice: b'));
    assert.match(await client.until(/\.$/), /^HTTP\/1\.1 200 OK\r\n/);
    const request = seen.at(-1);
    assert.equal(request?.method, 'PROPFIND');
    assert.equal(request?.target, '/a%40b/?x=%2F');
    assert.equal(request?.headers.depth, '1');
    assert.equal(request?.headers['x-twice'], 'a, b');
    assert.equal(request?.origin, 'http://dav.example.com');
    assert.equal(request?.client, '127.0.0.1');
    client.socket.destroy();
  });

  test('arrive over TLS with either version of HTTP', async () => {
    const old = await raw(at, 'tls');
    old.write(`${head('REPORT', '/body', 'Content-Length: 3')}abc`);
    assert.match(await old.until(/\.$/), /REPORT \/body https:\/\/dav\.example\.com abc\.$/);
    old.socket.destroy();
    const session = await http2(at);
    const reply = await ask(session, { ':method': 'REPORT', ':path': '/body', ':authority': 'cal.example.com' }, 'abc');
    assert.equal(reply.status, 200);
    assert.equal(reply.body.toString(), 'REPORT /body https://cal.example.com abc.');
    assert.equal(reply.headers['x-content-type-options'], 'nosniff');
    session.close();
  });

  test('RFC 9112 section 3.2: none or several Host headers, or one that names no host, are answered 400', async () => {
    for (const hosts of [
      '',
      'Host: a.example\r\nHost: b.example\r\n',
      'Host: a b\r\n',
      'Host: a/../b\r\n',
      'Host: \r\n',
    ]) {
      const client = await raw(at);
      client.write(`GET / HTTP/1.1\r\n${hosts}\r\n`);
      assert.match(await client.until(/\r\n\r\n/), /^HTTP\/1\.1 400 /, hosts);
      client.socket.destroy();
    }
  });

  test('RFC 9112 section 3.2.2: a whole URL as target is taken apart', async () => {
    const client = await raw(at);
    client.write(head('GET', 'http://cal.example.com:81/x?y'));
    assert.match(await client.until(/\.$/), /GET \/x\?y http:\/\/cal\.example\.com:81 \.$/);
    client.write(head('OPTIONS', '*'));
    assert.match(await client.until(/\.$/), /OPTIONS \/ http/);
    client.socket.destroy();
  });

  test('what is no HTTP, and a method that Node does not know, are answered 400', async () => {
    for (const text of ['nonsense\r\n\r\n', head('FLY', '/')]) {
      const client = await raw(at);
      client.write(text);
      assert.match(await client.rest(), /^HTTP\/1\.1 400 /);
    }
  });

  test('headers beyond their bound are answered 431', async () => {
    const client = await raw(at);
    client.write(head('GET', '/', `X-Long: ${'x'.repeat(40_000)}`));
    assert.match(await client.rest(), /^HTTP\/1\.1 431 /);
  });

  test('S3: the second request of a connection without credentials comes without any', async () => {
    const client = await raw(at);
    client.write(head('GET', '/1', 'Authorization: Basic YTpi'));
    await client.until(/\.$/);
    assert.equal(seen.at(-1)?.headers.authorization, 'Basic YTpi');
    client.write(head('GET', '/2'));
    await client.until(/\.$/);
    assert.equal(seen.at(-1)?.target, '/2');
    assert.equal(seen.at(-1)?.headers.authorization, undefined);
    client.socket.destroy();
    const session = await http2(at);
    await ask(session, { authorization: 'Basic YTpi' });
    assert.equal(seen.at(-1)?.headers.authorization, 'Basic YTpi');
    await ask(session, {});
    assert.equal(seen.at(-1)?.headers.authorization, undefined);
    session.close();
  });
});

describe('bodies', () => {
  test('at the limit are read whole, by length and in chunks', async () => {
    const client = await raw(at);
    client.write(head('PUT', '/body', `Content-Length: ${LIMIT}`) + 'x'.repeat(LIMIT));
    assert.match(await client.until(/\.$/), /^HTTP\/1\.1 200 [\s\S]*com x{1000}\.$/);
    client.write(`${head('PUT', '/body', 'Transfer-Encoding: chunked')}1f4\r\n${'y'.repeat(500)}\r\n`);
    client.write(`1f4\r\n${'z'.repeat(500)}\r\n0\r\n\r\n`);
    assert.match(await client.until(/\.$/), /^HTTP\/1\.1 200 [\s\S]*com y{500}z{500}\.$/);
    client.socket.destroy();
  });

  test('over the limit by their length are refused before they are read', async () => {
    const client = await raw(at);
    client.write(head('PUT', '/body', 'Content-Length: 999999999'));
    const answer = await client.until(/taken here\n/);
    assert.match(answer, /^HTTP\/1\.1 413 /);
    assert.match(answer, /\r\nConnection: close\r\n/i);
    client.socket.end();
    assert.equal(await client.rest(), '');
  });

  test('over the limit in chunks are refused on the way, and the client reads the whole answer', async () => {
    const client = await raw(at);
    client.write(head('PUT', '/body', 'Transfer-Encoding: chunked'));
    for (let i = 0; i < 20; i++) client.write(`400\r\n${'x'.repeat(1024)}\r\n`);
    assert.match(await client.until(/taken here\n/), /^HTTP\/1\.1 413 /);
    client.write('0\r\n\r\n');
    assert.equal(await client.rest(), '');
  });

  test('a client that goes on sending without end is cut off', async () => {
    const client = await raw(at);
    client.write(head('PUT', '/body', 'Content-Length: 999999999'));
    await client.until(/taken here\n/);
    for (let i = 0; i < 20; i++) client.write(Buffer.alloc(10_000));
    assert.equal(await client.rest(), '');
  });

  test('over HTTP/2 end their stream alone', async () => {
    const session = await http2(at);
    const large = Buffer.alloc(5000, 'x');
    const known = await ask(session, { ':method': 'PUT', ':path': '/body', 'content-length': '5000' }, large);
    assert.equal(known.status, 413);
    const unknown = await ask(session, { ':method': 'PUT', ':path': '/body' }, large);
    assert.equal(unknown.status, 413);
    assert.equal((await ask(session, {})).status, 200);
    session.close();
  });

  test('over the limit over HTTP/2 are not waited for', async () => {
    const session = await http2(at);
    const stream = session.request({ ':method': 'PUT', ':path': '/body' }, { endStream: false });
    stream.write(Buffer.alloc(5000));
    let text = '';
    stream.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    await once(stream, 'close');
    assert.match(text, /larger than/);
    assert.equal(stream.rstCode, 0);
    session.close();
  });

  test('that nobody reads do not disturb the next request', async () => {
    const client = await raw(at);
    client.write(head('PUT', '/unread', 'Content-Length: 1500') + 'x'.repeat(700));
    await client.until(/\.$/);
    client.write('x'.repeat(800) + head('GET', '/next'));
    assert.match(await client.until(/\.$/), /GET \/next/);
    client.socket.destroy();
  });

  test('RFC 9110 section 10.1.1: a client that expects 100 is told to go on only when the body is wanted', async () => {
    const wanted = await raw(at);
    wanted.write(head('PUT', '/body', 'Content-Length: 3', 'Expect: 100-continue'));
    await wanted.until(/^HTTP\/1\.1 100 Continue\r\n\r\n/);
    wanted.write('abc');
    assert.match(await wanted.until(/\.$/), /abc\.$/);
    wanted.socket.destroy();
    for (const lines of [
      ['/unread', 'Content-Length: 3'],
      ['/body', 'Content-Length: 99999'],
    ]) {
      const client = await raw(at);
      client.write(head('PUT', lines[0] ?? '', lines[1] ?? '', 'Expect: 100-continue'));
      const answer = await client.until(/(?:\.|here\n)$/);
      assert.match(answer, /^HTTP\/1\.1 (?:200|413) /);
      client.socket.end();
      assert.doesNotMatch(answer + (await client.rest()), /100 Continue/);
    }
  });

  test('RFC 9110 section 8.4: gzip and deflate are undone, within the limit', async () => {
    const session = await http2(at);
    const text = 'abc '.repeat(200);
    const put = (coding: string, body: Uint8Array) =>
      ask(session, { ':method': 'PUT', ':path': '/body', 'content-encoding': coding }, body);
    for (const [coding, body] of [
      ['gzip', gzipSync(text)],
      ['GZIP', gzipSync(text)],
      ['x-gzip', gzipSync(text)],
      ['deflate', deflateSync(text)],
      ['deflate', deflateRawSync(text)],
      ['identity', Buffer.from(text)],
    ] as const)
      assert.match((await put(coding, body)).body.toString(), new RegExp(`${text}\\.$`), coding);
    assert.equal((await put('gzip', gzipSync(Buffer.alloc(LIMIT)))).status, 200);
    assert.equal((await put('gzip', gzipSync(Buffer.alloc(LIMIT + 1)))).status, 413);
    assert.equal((await put('gzip', gzipSync(Buffer.alloc(500_000)))).status, 413);
    assert.equal((await put('gzip', Buffer.from('no gzip'))).status, 400);
    const unknown = await put('br', Buffer.from('x'));
    assert.equal(unknown.status, 415);
    assert.equal(unknown.headers['accept-encoding'], 'gzip, deflate');
    assert.equal((await put('gzip, gzip', gzipSync(gzipSync('x')))).status, 415);
    session.close();
  });
});

test('a body that breaks off rejects, and the connection is gone', async () => {
  const failed = gate();
  const own = await loopback(async (request) => {
    await request.body(LIMIT).catch((error: unknown) => {
      assert.ok(error instanceof DavError && error.status === 400);
      failed.open();
    });
    return { status: 204, headers: {} };
  });
  for (const kind of ['plain', 'tls'] as const) {
    const client = await raw(own, kind);
    client.write(`${head('PUT', '/', 'Content-Length: 100')}half`);
    client.socket.destroy();
  }
  await failed.opened;
  await own.listening.close();
  assert.deepEqual(own.faults, []);
});

test('a body that stops coming over HTTP/2 is given up', async () => {
  const given = gate();
  const quick = await loopback(
    async (request) => {
      const error: unknown = await request.body(LIMIT).catch((reason: unknown) => reason);
      assert.ok(error instanceof DavError && error.status === 408);
      given.open();
      return { status: error.status, headers: {} };
    },
    { bounds: { request: 20, headers: 20 } },
  );
  const session = await http2(quick);
  const stream = session.request({ ':method': 'PUT', ':path': '/' }, { endStream: false });
  stream.on('error', () => {});
  stream.write('half');
  await given.opened;
  session.destroy();
  await quick.listening.close();
});

describe('proxies', () => {
  test('are believed when they are trusted, and others are not', async () => {
    const trusting = await loopback(echo, { trustedProxies: ['127.0.0.0/8'] });
    for (const [server, origin, client] of [
      [trusting, 'https://cal.example.org', '203.0.113.9'],
      [at, 'http://dav.example.com', '127.0.0.1'],
    ] as const) {
      const connection = await raw(server);
      connection.write(head('GET', '/', 'Forwarded: for=203.0.113.9;proto=https;host=cal.example.org'));
      await connection.until(/\.$/);
      assert.equal(seen.at(-1)?.origin, origin);
      assert.equal(seen.at(-1)?.client, client);
      connection.socket.destroy();
    }
    const broken = await raw(trusting);
    broken.write(head('GET', '/', 'Forwarded: nonsense'));
    assert.match(await broken.until(/\r\n\r\n/), /^HTTP\/1\.1 400 /);
    broken.socket.destroy();
    await trusting.listening.close();
  });

  test('the public URL stands instead of the host that clients name', async () => {
    const named = await loopback(echo, { publicUrl: 'https://dav.example.org' });
    const client = await raw(named, 'tls');
    client.write(head('GET', '/'));
    await client.until(/\.$/);
    assert.equal(seen.at(-1)?.origin, 'https://dav.example.org');
    client.socket.destroy();
    await named.listening.close();
  });
});

test('each request is one line of the log, without query and credentials', async () => {
  const own = await loopback(async (request) => {
    assert.ok(request.identified);
    return { status: 207, headers: { 'Content-Type': 'text/plain' }, body: 'four' };
  });
  const client = await raw(own);
  client.write(head('PROPFIND', '/a/?secret=1', 'User-Agent: Phone/1.0', 'Authorization: Basic c2VjcmV0'));
  await client.until(/four$/);
  client.socket.destroy();
  await own.listening.close();
  assert.equal(own.accesses.length, 1);
  const { ms, ...line } = own.accesses[0] ?? assert.fail();
  assert.equal(typeof ms, 'number');
  assert.deepEqual(line, {
    method: 'PROPFIND',
    path: '/a/',
    status: 207,
    octets: 4,
    user: undefined,
    client: '127.0.0.1',
    agent: 'Phone/1.0',
  });
});
