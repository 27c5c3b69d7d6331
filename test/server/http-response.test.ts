/**
 * Answers on real sockets: lengths, streams and their ends, compression, clients that go away.
 */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { after, before, describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import type { DavResponse } from '../../src/dav/method.ts';
import { takesGzip } from '../../src/server/http-response.ts';
import { ask, gate, http2, type Loopback, loopback, raw } from './fixture.ts';

const XML = { 'Content-Type': 'application/xml; charset=utf-8', Vary: 'Brief, Prefer' };
const PIECE = '<response>é</response>\n';

let answer: () => DavResponse;
let at: Loopback;
before(async () => {
  at = await loopback(async () => answer());
});
after(() => at.listening.close());

async function* pieces(count: number, atEnd: () => void = () => {}): AsyncGenerator<string> {
  try {
    for (let i = 0; i < count; i++) yield PIECE;
  } finally {
    atEnd();
  }
}

function get(...lines: readonly string[]): string {
  return `${['GET / HTTP/1.1', 'Host: dav.example.com', ...lines].join('\r\n')}\r\n\r\n`;
}

/** The octets of chunks, put together; undefined when the last chunk is missing. */
function unchunked(text: string): string | undefined {
  let out = '';
  let rest = text;
  for (;;) {
    const size = /^([0-9a-f]+)\r\n/.exec(rest);
    if (size === null) return undefined;
    const length = Number.parseInt(size[1] ?? '', 16);
    if (length === 0) return out;
    const start = size[0].length;
    out += rest.slice(start, start + length);
    rest = rest.slice(start + length + 2);
  }
}

const utf8 = (latin1: string): string => Buffer.from(latin1, 'latin1').toString('utf8');

describe('whole answers', () => {
  test('a text, octets and a short stream come with their length', async () => {
    const client = await raw(at);
    for (const body of ['häuser', Buffer.from('häuser'), streamOf('häu', 'ser')]) {
      answer = () => ({ status: 200, headers: { 'Content-Type': 'text/calendar' }, body });
      client.write(get());
      const text = await client.until(/ser$/);
      assert.match(text, /\r\nContent-Length: 7\r\n/i);
      assert.match(text, /\r\nX-Content-Type-Options: nosniff\r\n/i);
      assert.doesNotMatch(text, /Transfer-Encoding/i);
    }
    client.socket.destroy();
  });

  test('RFC 9110 section 9.3.2: HEAD gets the headers alone, and a stream is not read for it', async () => {
    const client = await raw(at);
    let begun = false;
    async function* never(): AsyncGenerator<string> {
      begun = true;
      yield 'x';
    }
    const answers: readonly (readonly [DavResponse, RegExp | undefined])[] = [
      [{ status: 200, headers: {}, body: 'four' }, /\r\nContent-Length: 4\r\n/i],
      [{ status: 200, headers: { 'Content-Length': '77' } }, /\r\nContent-Length: 77\r\n/i],
      [{ status: 207, headers: XML, body: never() }, undefined],
    ];
    for (const [given, expected] of answers) {
      answer = () => given;
      client.write(get().replace('GET', 'HEAD'));
      const text = await client.until(/\r\n\r\n/);
      if (expected !== undefined) assert.match(text, expected);
    }
    answer = () => ({ status: 200, headers: {}, body: 'end' });
    client.write(get());
    assert.match(await client.until(/end$/), /^HTTP\/1\.1 200 /);
    assert.equal(begun, false);
    client.socket.destroy();
  });

  test('RFC 9110 section 8.6: 204 and 304 have no length, other answers without a body have 0', async () => {
    const client = await raw(at);
    for (const [status, length] of [
      [204, null],
      [304, null],
      [201, '0'],
    ] as const) {
      answer = () => ({ status, headers: { ETag: '"1"' } });
      client.write(get());
      const text = await client.until(/\r\n\r\n/);
      assert.equal(/Content-Length: (\d+)/i.exec(text)?.[1] ?? null, length, String(status));
    }
    client.socket.destroy();
  });
});

describe('streams', () => {
  test('a long one comes in chunks and whole, over both versions of HTTP', async () => {
    const count = 20_000;
    answer = () => ({ status: 207, headers: XML, body: pieces(count) });
    const client = await raw(at);
    client.write(get('Connection: close'));
    const text = await client.rest();
    const chunks = unchunked(text.slice(text.indexOf('\r\n\r\n') + 4));
    assert.equal(utf8(chunks ?? ''), PIECE.repeat(count));
    const session = await http2(at);
    assert.equal((await ask(session, {})).body.toString(), PIECE.repeat(count));
    session.close();
  });

  test('a reader that is slow makes the writer wait, and gets all', async () => {
    let made = 0;
    async function* many(): AsyncGenerator<string> {
      for (let i = 0; i < 400; i++) {
        made++;
        yield 'x'.repeat(64 * 1024);
      }
    }
    answer = () => ({ status: 207, headers: { 'Content-Type': 'text/calendar' }, body: many() });
    const session = await http2(at);
    const stream = session.request({ ':path': '/' });
    let octets = 0;
    let madeBeforeReading = 0;
    await new Promise<void>((resolve) => stream.once('response', () => resolve()));
    // A whole round trip of the connection later, the window of the stream is full.
    await new Promise<void>((resolve) => void session.ping(() => resolve()));
    madeBeforeReading = made;
    for await (const chunk of stream) octets += chunk.length;
    assert.equal(octets, 400 * 64 * 1024);
    assert.ok(madeBeforeReading < 100, `${madeBeforeReading} pieces were made for a reader that did not read`);
    session.close();
  });

  test('a fault before anything was sent is answered 500', async () => {
    at.faults.length = 0;
    answer = () => ({ status: 207, headers: XML, body: failing(10) });
    const client = await raw(at);
    client.write(get());
    const text = await client.until(/log\n/);
    assert.match(text, /^HTTP\/1\.1 500 /);
    assert.doesNotMatch(text, /disk/);
    assert.equal(at.faults.length, 1);
    client.socket.destroy();
  });

  test('a fault on the way never looks like the end, compressed or not', async () => {
    for (const coding of ['identity', 'gzip']) {
      at.faults.length = 0;
      answer = () => ({ status: 207, headers: XML, body: failing(20_000) });
      const client = await raw(at);
      client.write(get(`Accept-Encoding: ${coding}`));
      const text = await client.rest();
      assert.match(text, /^HTTP\/1\.1 207 /);
      assert.equal(unchunked(text.slice(text.indexOf('\r\n\r\n') + 4)), undefined);
      assert.equal(at.faults.length, 1);
      answer = () => ({ status: 207, headers: XML, body: failing(20_000) });
      const session = await http2(at);
      await assert.rejects(ask(session, { 'accept-encoding': coding }));
      session.close();
    }
  });

  test('a client that goes away ends the work, and that is no fault', async () => {
    for (const coding of ['identity', 'gzip']) {
      at.faults.length = 0;
      const ended = gate();
      answer = () => ({ status: 207, headers: XML, body: pieces(Number.POSITIVE_INFINITY, ended.open) });
      const client = await raw(at);
      client.write(get(`Accept-Encoding: ${coding}`));
      await client.until(/\r\n\r\n/);
      client.socket.destroy();
      await ended.opened;
      const endedToo = gate();
      answer = () => ({ status: 207, headers: XML, body: pieces(Number.POSITIVE_INFINITY, endedToo.open) });
      const session = await http2(at);
      const stream = session.request({ ':path': '/', 'accept-encoding': coding });
      stream.on('error', () => {});
      await new Promise<void>((resolve) => stream.once('response', () => resolve()));
      stream.close(8);
      await endedToo.opened;
      session.close();
      assert.deepEqual(at.faults, []);
    }
  });
});

describe('compression', () => {
  test('XML and pages are compressed when the client takes gzip, whole and streamed', async () => {
    const session = await http2(at);
    for (const type of ['application/xml; charset=utf-8', 'text/xml', 'text/html; charset=utf-8']) {
      for (const count of [100, 10_000, 100_000]) {
        for (const body of [pieces(count), PIECE.repeat(count)]) {
          answer = () => ({ status: 207, headers: { 'Content-Type': type, Vary: 'Prefer' }, body });
          const { headers, body: received } = await ask(session, { 'accept-encoding': 'gzip, deflate, br' });
          assert.equal(headers['content-encoding'], 'gzip');
          assert.equal(headers.vary, 'Prefer, Accept-Encoding');
          assert.equal(gunzipSync(received).toString(), PIECE.repeat(count));
        }
      }
    }
    session.close();
  });

  test('what is short, what is a resource with an ETag, and other types stay as they are', async () => {
    const session = await http2(at);
    const long = 'x'.repeat(5000);
    const untouched: readonly DavResponse[] = [
      { status: 207, headers: XML, body: 'short' },
      { status: 200, headers: { ...XML, ETag: '"1"' }, body: long },
      { status: 200, headers: { 'Content-Type': 'text/calendar' }, body: long },
      { status: 200, headers: { ...XML, 'Content-Encoding': 'br' }, body: long },
    ];
    for (const given of untouched) {
      answer = () => given;
      const reply = await ask(session, { 'accept-encoding': 'gzip' });
      assert.equal(reply.headers['content-encoding'], given.headers['Content-Encoding']);
      assert.equal(reply.body.toString(), given.body);
    }
    session.close();
  });

  test('without the wish for it nothing is compressed, and Vary says that it could be', async () => {
    const session = await http2(at);
    answer = () => ({ status: 207, headers: XML, body: PIECE.repeat(100) });
    for (const wish of [undefined, 'identity', 'gzip;q=0']) {
      const reply = await ask(session, wish === undefined ? {} : { 'accept-encoding': wish });
      assert.equal(reply.headers['content-encoding'], undefined);
      assert.equal(reply.headers.vary, 'Brief, Prefer, Accept-Encoding');
      assert.equal(reply.body.toString(), PIECE.repeat(100));
    }
    session.close();
  });

  test('RFC 9110 section 12.5.3: what Accept-Encoding says of gzip', () => {
    for (const wish of ['gzip', 'br, gzip', 'GZIP', 'x-gzip', 'gzip;q=0.5', 'br;q=1.0, gzip ; q=0.001, *;q=0'])
      assert.equal(takesGzip(wish), true, wish);
    for (const wish of ['', 'br', 'gzip;q=0', 'gzip;q=0.000, br', 'notgzip', 'gzipped', 'identity'])
      assert.equal(takesGzip(wish), false, wish);
  });
});

async function* streamOf(...parts: readonly string[]): AsyncGenerator<string> {
  yield* parts;
}

async function* failing(after: number): AsyncGenerator<string> {
  yield* pieces(after);
  throw new Error('disk on fire');
}
