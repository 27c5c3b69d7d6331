/**
 * Bodies as they come and go on real sockets: no faster than they are read, and never more of them in memory than is under way.
 */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { after, before, describe, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { DavError } from '../../src/dav/errors.ts';
import type { DavResponse } from '../../src/dav/method.ts';
import type { ClientRequest } from '../../src/server/authenticate.ts';
import type { HttpBounds } from '../../src/server/http.ts';
import { ask, gate, http2, type Loopback, loopback, raw } from './fixture.ts';

const MB = 1024 * 1024;
const KINDS = ['plain', 'tls'] as const;

let handle: (request: ClientRequest) => Promise<DavResponse>;
let at: Loopback;
before(async () => {
  const bounds = { farewell: { octets: 100_000, milliseconds: 2_000 }, keepReading: 2000 };
  at = await loopback((request) => answered(() => handle(request)), { bounds });
});
after(() => at.listening.close());

/** Refusals as answers, as the service makes them. */
async function answered(work: () => Promise<DavResponse>): Promise<DavResponse> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof DavError)) throw error;
    return said(error.message, error.status);
  }
}

function said(text: string, status = 200): DavResponse {
  return { status, headers: { 'Content-Type': 'text/plain' }, body: `${text}.` };
}

function head(method: string, ...lines: readonly string[]): string {
  return `${[`${method} / HTTP/1.1`, 'Host: dav.example.com', ...lines].join('\r\n')}\r\n\r\n`;
}

/** Reads all, and says what it was. */
async function readAll(request: ClientRequest, limit: number): Promise<DavResponse> {
  const pieces: Uint8Array[] = [];
  for await (const piece of request.stream(limit)) pieces.push(piece);
  return said(Buffer.concat(pieces).toString('latin1'));
}

describe('streamed requests', () => {
  /** Reads slowly, and remembers how far the client was ahead at most. */
  function slowReader(made: () => number) {
    const seen = { octets: 0, lead: 0, sum: 0 };
    const read = async (request: ClientRequest): Promise<DavResponse> => {
      for await (const piece of request.stream(100 * MB)) {
        seen.octets += piece.length;
        seen.sum = (seen.sum + (piece[0] ?? 0) + (piece.at(-1) ?? 0)) % 65_536;
        seen.lead = Math.max(seen.lead, made() - seen.octets);
        // So the client has every chance to send more than is asked for.
        for (let i = 0; i < 5; i++) await turn();
      }
      return said(String(seen.octets));
    };
    return { seen, read };
  }

  test('RFC 9112 section 7: 64 MB come without being gathered, and a reader that is slow makes the client wait', async () => {
    let made = 0;
    async function* pieces(): AsyncGenerator<Uint8Array> {
      for (; made < 64 * MB; made += 64 * 1024) yield Buffer.alloc(64 * 1024, made >> 16);
    }
    const { seen, read } = slowReader(() => made);
    handle = read;
    const client = await raw(at);
    client.write(head('PUT', `Content-Length: ${64 * MB}`));
    await pipeline(Readable.from(pieces()), client.socket, { end: false });
    assert.match(await client.until(/\.$/), /\r\n\r\n67108864\.$/);
    // What the system keeps for sockets on both sides is counted too.
    assert.ok(seen.lead < 24 * MB, `${seen.lead} octets had been sent and not been read`);
    client.socket.destroy();
  });

  test('the same over HTTP/2, within the window of the stream', async () => {
    let made = 0;
    async function* pieces(): AsyncGenerator<Uint8Array> {
      for (; made < 16 * MB; made += 64 * 1024) yield Buffer.alloc(64 * 1024);
    }
    const { seen, read } = slowReader(() => made);
    handle = read;
    const session = await http2(at);
    const stream = session.request({ ':method': 'PUT', ':path': '/' }, { endStream: false });
    let text = '';
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    await Promise.all([pipeline(Readable.from(pieces()), stream), once(stream, 'close')]);
    assert.equal(text, `${16 * MB}.`);
    assert.ok(seen.lead < MB, `${seen.lead} octets had been sent and not been read`);
    session.close();
  });

  test('an empty body, with and without a coding, is no piece', async () => {
    handle = (request) => readAll(request, 10);
    const session = await http2(at);
    for (const headers of [{}, { 'content-encoding': 'gzip' }]) {
      const reply = await ask(session, { ':method': 'PUT', ...headers }, '');
      assert.equal(reply.body.toString(), '.');
    }
    session.close();
  });

  test('at the limit they are read, and the connection stays', async () => {
    handle = (request) => readAll(request, 1000);
    const client = await raw(at);
    client.write(head('PUT', 'Content-Length: 1000') + 'x'.repeat(1000));
    assert.match(await client.until(/\.$/), /x{1000}\.$/);
    client.write(`${head('PUT', 'Transfer-Encoding: chunked')}1f4\r\n${'y'.repeat(500)}\r\n`);
    client.write(`1f4\r\n${'z'.repeat(500)}\r\n0\r\n\r\n`);
    assert.match(await client.until(/\.$/), /y{500}z{500}\.$/);
    client.socket.destroy();
  });

  test('over the limit by their length they are refused before they are read, over it in chunks on the way', async () => {
    handle = (request) => readAll(request, 1000);
    const declared = await raw(at);
    declared.write(head('PUT', 'Content-Length: 1001'));
    assert.match(await declared.until(/\.$/), /^HTTP\/1\.1 413 /);
    declared.socket.destroy();
    const chunked = await raw(at);
    chunked.write(head('PUT', 'Transfer-Encoding: chunked'));
    for (let i = 0; i < 3; i++) chunked.write(`190\r\n${'x'.repeat(400)}\r\n`);
    const answer = await chunked.until(/\.$/);
    assert.match(answer, /^HTTP\/1\.1 413 /);
    assert.match(answer, /\r\nConnection: close\r\n/i);
    chunked.write('0\r\n\r\n');
    assert.equal(await chunked.rest(), '');
    const session = await http2(at);
    for (const headers of [{}, { 'content-length': '5000' }])
      assert.equal((await ask(session, { ':method': 'PUT', ...headers }, Buffer.alloc(5000))).status, 413);
    session.close();
  });

  test('RFC 9110 section 10.1.1: a client that expects 100 is told to go on when the first piece is asked for', async () => {
    handle = (request) => readAll(request, 1000);
    const wanted = await raw(at);
    wanted.write(head('PUT', 'Content-Length: 3', 'Expect: 100-continue'));
    await wanted.until(/^HTTP\/1\.1 100 Continue\r\n\r\n/);
    wanted.write('abc');
    assert.match(await wanted.until(/\.$/), /abc\.$/);
    wanted.socket.destroy();
    for (const [length, work] of [
      [1001, handle],
      [
        3,
        async (request: ClientRequest) => {
          request.stream(1000);
          return said('not read');
        },
      ],
    ] as const) {
      handle = work;
      const client = await raw(at);
      client.write(head('PUT', `Content-Length: ${length}`, 'Expect: 100-continue'));
      const answer = await client.until(/\.$/);
      client.socket.end();
      assert.doesNotMatch(answer + (await client.rest()), /100 Continue/);
    }
  });

  test('RFC 9110 section 8.4: gzip and deflate are undone on the way', async () => {
    const text = 'abc '.repeat(100_000);
    handle = (request) => readAll(request, text.length);
    const session = await http2(at);
    const put = (coding: string, body: Uint8Array) =>
      ask(session, { ':method': 'PUT', 'content-encoding': coding }, body);
    const noise = Buffer.from(Array.from({ length: 100_000 }, (_, i) => (i * i * 31 + (i >> 3)) % 251));
    for (const [coding, body] of [
      ['gzip', gzipSync(text)],
      ['X-GZIP', gzipSync(text)],
      ['deflate', deflateSync(text)],
      ['deflate', deflateRawSync(text)],
      ['identity', Buffer.from(text)],
      ['gzip', Buffer.concat([gzipSync(text.slice(0, 1000)), gzipSync(text.slice(1000))])],
      ['deflate', Buffer.concat([deflateSync(text), Buffer.alloc(100_000)])],
    ] as const)
      assert.equal((await put(coding, body)).body.toString(), `${text}.`, coding);
    const random = await put('gzip', gzipSync(noise, { level: 1 }));
    assert.deepEqual(random.body.subarray(0, -1), Buffer.from(noise.toString('latin1')));
    for (const body of [Buffer.from('no gzip'), gzipSync(text).subarray(0, -9), Buffer.from([31])])
      assert.equal((await put('gzip', body)).status, 400);
    assert.equal((await put('br', Buffer.from('x'))).status, 415);
    session.close();
  });

  test('what follows the end of a coding is passed over, and the connection stays', async () => {
    handle = (request) => readAll(request, 500_000);
    const body = Buffer.concat([deflateSync('abc'), Buffer.alloc(400_000)]);
    const client = await raw(at);
    for (let i = 0; i < 2; i++) {
      client.write(head('PUT', 'Content-Encoding: deflate', `Content-Length: ${body.length}`));
      client.write(body);
      assert.doesNotMatch(await client.until(/abc\.$/), /Connection: close/i);
    }
    client.socket.destroy();
  });

  test('little that becomes much is refused on the way, and never lies about', async () => {
    const bomb = gzipSync(Buffer.alloc(32 * MB));
    const session = await http2(at);
    let given = 0;
    handle = async (request) => {
      for await (const piece of request.stream(MB)) {
        given += piece.length;
        await turn();
      }
      return said('read');
    };
    const over2 = await ask(session, { ':method': 'PUT', 'content-encoding': 'gzip' }, bomb);
    assert.equal(over2.status, 413);
    assert.ok(given <= MB, `${given} octets were given out`);
    session.close();
    const client = await raw(at);
    client.write(head('PUT', 'Content-Encoding: gzip', `Content-Length: ${bomb.length}`));
    client.write(bomb);
    assert.match(await client.until(/\.$/), /^HTTP\/1\.1 413 /);
    client.socket.destroy();
  });

  test('who stops early gets the answer out, and the rest is not waited for', async () => {
    handle = async (request) => {
      for await (const piece of request.stream(100 * MB)) return said(`no more than ${piece.length > 0}`, 507);
      return said('nothing came');
    };
    for (const coding of ['identity', 'gzip']) {
      const body = coding === 'gzip' ? gzipSync(Buffer.alloc(MB)) : Buffer.alloc(5000);
      const client = await raw(at);
      client.write(head('PUT', `Content-Length: ${90 * MB}`, `Content-Encoding: ${coding}`));
      client.write(body);
      const answer = await client.until(/true\.$/);
      assert.match(answer, /^HTTP\/1\.1 507 /);
      assert.match(answer, /\r\nConnection: close\r\n/i);
      for (let i = 0; i < 20; i++) client.write(Buffer.alloc(10_000));
      assert.equal(await client.rest(), '');
      const session = await http2(at);
      const stream = session.request(
        { ':method': 'PUT', ':path': '/', 'content-encoding': coding },
        { endStream: false },
      );
      stream.write(body);
      let text = '';
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      await once(stream, 'close');
      assert.equal(text, 'no more than true.');
      assert.equal(stream.rstCode, 0);
      assert.equal((await ask(session, { ':method': 'PUT' }, 'next')).status, 507);
      session.close();
    }
  });

  test('who stops early although all has come ends the connection, and not the next request', async () => {
    handle = async (request) => {
      for await (const piece of request.stream(MB)) {
        for (let i = 0; i < 20; i++) await turn();
        return said(`stopped at ${piece.length > 0}`);
      }
      return said('nothing came');
    };
    const client = await raw(at);
    client.write(head('PUT', 'Content-Length: 1000') + 'x'.repeat(1000));
    const answer = await client.until(/true\.$/);
    assert.match(answer, /\r\nConnection: close\r\n/i);
    assert.equal(await client.rest(), '');
  });

  test('a connection that ends before the body is 400, also when the pieces are taken slowly', async () => {
    for (const kind of [...KINDS, 'http2'] as const) {
      const begun = gate();
      const gone = gate();
      const failed = gate();
      handle = async (request) => {
        try {
          for await (const piece of request.stream(MB)) {
            assert.ok(piece.length > 0);
            begun.open();
            await gone.opened;
          }
          assert.fail('half a body looked like a whole one');
        } catch (error) {
          assert.ok(error instanceof DavError, String(error));
          assert.equal(error.status, 400);
          failed.open();
        }
        return said('gone');
      };
      if (kind === 'http2') {
        const session = await http2(at);
        const stream = session.request({ ':method': 'PUT', ':path': '/' }, { endStream: false });
        stream.on('error', () => {});
        stream.write('half');
        await begun.opened;
        stream.close(8);
        await once(stream, 'close');
        // A round trip later the server knows.
        await new Promise<void>((resolve) => void session.ping(() => resolve()));
        gone.open();
        await failed.opened;
        session.close();
      } else {
        const client = await raw(at, kind);
        client.write(`${head('PUT', 'Content-Length: 100')}half`);
        await begun.opened;
        client.socket.destroy();
        await once(client.socket, 'close');
        gone.open();
        await failed.opened;
      }
    }
  });

  test('a body that was broken off before anybody read it is 400, whole and streamed', async () => {
    for (const how of ['body', 'stream'] as const) {
      const begun = gate();
      const gone = gate();
      const failed = gate();
      handle = async (request) => {
        begun.open();
        await gone.opened;
        const reading = how === 'body' ? request.body(MB) : readAll(request, MB);
        const error: unknown = await reading.then(
          () => 'it was read',
          (reason: unknown) => reason,
        );
        assert.ok(error instanceof DavError, String(error));
        assert.equal(error.status, 400);
        failed.open();
        return said('gone');
      };
      const session = await http2(at);
      const stream = session.request({ ':method': 'PUT', ':path': '/' }, { endStream: false });
      stream.on('error', () => {});
      stream.write('half');
      await begun.opened;
      stream.close(8);
      await once(stream, 'close');
      await new Promise<void>((resolve) => void session.ping(() => resolve()));
      gone.open();
      await failed.opened;
      session.close();
    }
  });

  test('a body is read once: whole or as it comes', async () => {
    handle = async (request) => {
      const refused: string[] = [];
      const attempt = async (read: () => unknown): Promise<void> => {
        try {
          await read();
        } catch (error) {
          refused.push(error instanceof Error ? error.message : '');
        }
      };
      if (request.headers.how === 'whole') await request.body(10);
      else request.stream(10);
      await attempt(() => request.stream(10));
      await attempt(() => request.body(10));
      return said(refused.join('; '));
    };
    const session = await http2(at);
    const put = async (how: string) => (await ask(session, { ':method': 'PUT', how }, 'x')).body.toString();
    assert.equal(await put('whole'), 'the body has been read.');
    assert.equal(await put('streamed'), 'the body has been read; the body has been read as a stream.');
    session.close();
  });
});

describe('bodies that come too slowly', () => {
  /** A service with short patience, and what it says to a body of which only half comes. */
  async function said408(bounds: Partial<HttpBounds>, how: 'body' | 'stream') {
    const service = () =>
      loopback(
        (request) =>
          answered(async () => (how === 'body' ? said(String(await request.body(MB))) : readAll(request, MB))),
        { bounds: { farewell: { octets: 10_000, milliseconds: 200 }, ...bounds } },
      );
    for (const kind of KINDS) {
      const client = await raw(await service(), kind);
      client.write(`${head('PUT', 'Content-Length: 100')}half`);
      const answer = await client.rest();
      assert.match(answer, /^HTTP\/1\.1 408 [\s\S]*too long\.$/);
      assert.match(answer, /\r\nConnection: close\r\n/i);
    }
    const session = await http2(await service());
    const stream = session.request({ ':method': 'PUT', ':path': '/' }, { endStream: false });
    stream.write('half');
    const [headers] = await once(stream, 'response');
    assert.equal(headers[':status'], 408);
    session.destroy();
  }

  test('RFC 9110 section 15.5.9: a stream that stalls is 408', () => said408({ stall: 20 }, 'stream'));
  test('a stream that lasts too long is 408', () => said408({ upload: 40 }, 'stream'));
  test('a body that is read whole has its time for all of it', () => said408({ request: 20 }, 'body'));

  test('a body that nobody reads has its time too', { timeout: 20_000 }, async () => {
    const quick = await loopback(async () => said('not read'), { bounds: { request: 20 } });
    const client = await raw(quick);
    client.write(`${head('PUT', 'Content-Length: 100')}half`);
    assert.match(await client.rest(), /^HTTP\/1\.1 200 [\s\S]*not read\.$/);
    await quick.listening.close();
  });
});

describe('streamed answers', () => {
  const OCTETS = { 'Content-Type': 'application/octet-stream', ETag: '"1"' };

  const THREE = `${'x'.repeat(899_999)}.`;

  /** The last octet is a full stop. */
  async function* blocks(count: number, size: number, made: () => void = () => {}): AsyncGenerator<Uint8Array> {
    for (let i = 0; i < count; i++) {
      made();
      const block = Buffer.alloc(size, 'x');
      if (i === count - 1) block.write('.', size - 1);
      yield block;
    }
  }

  test('RFC 9112 section 6.3: with a length they come without chunks, and the connection stays', async () => {
    const client = await raw(at);
    handle = async () => ({
      status: 200,
      headers: { ...OCTETS, 'Content-Length': '900000' },
      body: blocks(3, 300_000),
    });
    for (let i = 0; i < 2; i++) {
      client.write(head('GET'));
      const headers = await client.until(/\r\n\r\n/);
      assert.match(headers, /\r\nContent-Length: 900000\r\n/i);
      assert.doesNotMatch(headers, /Transfer-Encoding|Connection: close/i);
      const body = await client.until(/\.$/);
      assert.equal(body.length, 900_000);
      assert.equal(body, THREE);
    }
    client.socket.destroy();
    const session = await http2(at);
    const reply = await ask(session, {});
    assert.equal(reply.headers['content-length'], '900000');
    assert.equal(reply.body.toString(), THREE);
    session.close();
  });

  test('octets, and what has a length, are never compressed, whatever their type', async () => {
    const session = await http2(at);
    const type = { 'Content-Type': 'application/xml' };
    async function* text(): AsyncGenerator<string> {
      for (let i = 0; i < 5; i++) yield 'x'.repeat(40_000);
    }
    for (const answer of [
      { status: 200, headers: type, body: blocks(2, 100_000) },
      { status: 200, headers: { ...type, 'Content-Length': '200000' }, body: text() },
    ]) {
      handle = async () => answer;
      const reply = await ask(session, { 'accept-encoding': 'gzip' });
      assert.equal(reply.headers['content-encoding'], undefined);
      assert.equal(reply.body.length, 200_000);
    }
    session.close();
  });

  test('texts and octets in turn come in order', async () => {
    async function* mixed(): AsyncGenerator<string | Uint8Array> {
      yield 'é1';
      yield 'é2';
      yield Buffer.from('é3');
      yield new Uint8Array(0);
      yield 'é4';
    }
    handle = async () => ({ status: 200, headers: OCTETS, body: mixed() });
    const session = await http2(at);
    assert.equal((await ask(session, {})).body.toString(), 'é1é2é3é4');
    session.close();
  });

  test('a reader that is slow keeps the pieces from being made', async () => {
    let made = 0;
    const count = 128;
    handle = async () => ({
      status: 200,
      headers: { ...OCTETS, 'Content-Length': String(count * 256 * 1024) },
      body: blocks(count, 256 * 1024, () => made++),
    });
    const session = await http2(at);
    const stream = session.request({ ':path': '/' });
    let octets = 0;
    let lead = 0;
    for await (const chunk of stream) {
      octets += chunk.length;
      lead = Math.max(lead, made - octets / (256 * 1024));
      await turn();
    }
    assert.equal(octets, count * 256 * 1024);
    assert.ok(lead < 8, `${lead} pieces had been made and not been read`);
    session.close();
    made = 0;
    const client = await raw(at);
    client.socket.pause();
    client.write(head('GET'));
    // Another connection is served for long while this one reads nothing.
    const other = await raw(at);
    const streamed = handle;
    handle = async () => said('served');
    for (let i = 0; i < 50; i++) {
      other.write(head('GET'));
      await other.until(/served\.$/);
    }
    handle = streamed;
    assert.ok(made > 0 && made < count / 2, `${made} pieces of ${count} were made for a reader that did not read`);
    other.socket.destroy();
    client.socket.destroy();
  });

  test('RFC 9110 section 9.3.2: HEAD gets the length, and nothing is made for it', async () => {
    let made = 0;
    handle = async () => ({
      status: 200,
      headers: { ...OCTETS, 'Content-Length': '300' },
      body: blocks(3, 100, () => made++),
    });
    const client = await raw(at);
    for (let i = 0; i < 2; i++) {
      client.write(head('HEAD'));
      assert.match(await client.until(/\r\n\r\n/), /\r\nContent-Length: 300\r\n/i);
    }
    assert.equal(made, 0);
    client.socket.destroy();
  });

  test('RFC 9112 section 8: an answer that is shorter or longer than its length never looks whole', async () => {
    for (const length of ['899999', '900001']) {
      handle = async () => ({
        status: 200,
        headers: { ...OCTETS, 'Content-Length': length },
        body: blocks(3, 300_000),
      });
      at.faults.length = 0;
      const client = await raw(at);
      client.write(head('GET'));
      const text = await client.rest();
      assert.ok(text.length - text.indexOf('\r\n\r\n') - 4 < Number(length), length);
      const session = await http2(at);
      await assert.rejects(ask(session, {}));
      session.close();
      assert.equal(at.faults.length, 2);
    }
    async function* nothing(): AsyncGenerator<Uint8Array> {}
    handle = async () => ({ status: 200, headers: { ...OCTETS, 'Content-Length': '5' }, body: nothing() });
    const client = await raw(at);
    client.write(head('GET'));
    assert.match(await client.until(/log\n/), /^HTTP\/1\.1 500 /);
    client.socket.destroy();
    at.faults.length = 0;
  });

  test('a streamed answer to a body that nobody reads is read whole before the connection ends', async () => {
    handle = async () => ({
      status: 200,
      headers: { ...OCTETS, 'Content-Length': '900000' },
      body: blocks(3, 300_000),
    });
    const client = await raw(at);
    client.write(head('PUT', `Content-Length: ${50 * MB}`));
    for (let i = 0; i < 5; i++) client.write(Buffer.alloc(10_000));
    const text = await client.until(/\.$/);
    assert.match(text, /\r\nConnection: close\r\n/i);
    const other = await raw(at);
    other.write(head('HEAD'));
    await other.until(/\r\n\r\n/);
    other.socket.destroy();
    assert.equal(client.socket.readableEnded || client.socket.destroyed, false);
    client.socket.end();
    assert.equal(await client.rest(), '');
  });
});
