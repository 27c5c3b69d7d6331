/**
 * Listeners on loopback for tests of the network, and clients that see more than usual ones: raw sockets and HTTP/2 streams.
 */
import { Buffer } from 'node:buffer';
import { once } from 'node:events';
import { type ClientHttp2Session, connect as connectHttp2, type IncomingHttpHeaders } from 'node:http2';
import { connect as connectPlain, type Socket } from 'node:net';
import { after } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { generate } from 'selfsigned';
import type { DavResponse } from '../../src/dav/method.ts';
import type { ClientRequest } from '../../src/server/authenticate.ts';
import { type HttpBounds, type Listening, listen } from '../../src/server/http.ts';
import { type Access, type Log, SILENT } from '../../src/server/log.ts';

export type Handle = (request: ClientRequest) => Promise<DavResponse>;

export interface Loopback {
  readonly listening: Listening;
  readonly tlsPort: number;
  readonly plainPort: number;
  /** The lines of the access log. */
  readonly accesses: Access[];
  /** What was logged as an error. */
  readonly faults: unknown[];
  /** The certificate of the TLS listener. */
  readonly cert: string;
}

/** A certificate for loopback. */
export async function loopbackCertificate(): Promise<{ readonly cert: string; readonly key: string }> {
  const altNames = [
    { type: 2 as const, value: 'localhost' },
    { type: 7 as const, ip: '127.0.0.1' },
  ];
  const made = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [{ name: 'subjectAltName', altNames }],
  });
  return { cert: made.cert, key: made.private };
}

const pair = loopbackCertificate();

/** What a test that fails leaves open would keep its process from ending. */
const clients = new Set<{ destroy(): void }>();
const listeners = new Set<Listening>();
after(async () => {
  for (const client of clients) client.destroy();
  await Promise.all([...listeners].map((one) => one.close()));
});

export interface LoopbackOptions {
  readonly bounds?: Partial<HttpBounds>;
  readonly trustedProxies?: readonly string[];
  readonly publicUrl?: string;
}

/** Listens for both TLS and plain HTTP. */
export async function loopback(handle: Handle, options: LoopbackOptions = {}): Promise<Loopback> {
  const accesses: Access[] = [];
  const faults: unknown[] = [];
  const log: Log = { ...SILENT, access: (line) => accesses.push(line), error: (_message, error) => faults.push(error) };
  const place = { host: '127.0.0.1', port: 0 };
  const { cert, key } = await pair;
  const listening = await listen({ handle, log, tls: { ...place, cert, key }, plain: place, ...options });
  listeners.add(listening);
  const [tls = '', plain = ''] = listening.addresses;
  return {
    listening,
    tlsPort: Number(new URL(tls).port),
    plainPort: Number(new URL(plain).port),
    accesses,
    faults,
    cert,
  };
}

/** A connection whose octets the test writes and reads itself. */
export interface Raw {
  readonly socket: Socket;
  write(text: string | Uint8Array): void;
  /** Resolves once what came matches. Rejects when the connection ends before. */
  until(pattern: RegExp): Promise<string>;
  /** All that came until the other side closed. */
  rest(): Promise<string>;
}

export async function raw(at: Loopback, kind: 'plain' | 'tls' = 'plain'): Promise<Raw> {
  const socket =
    kind === 'plain'
      ? connectPlain(at.plainPort, '127.0.0.1')
      : connectTls({ port: at.tlsPort, host: '127.0.0.1', ca: at.cert, ALPNProtocols: ['http/1.1'] });
  clients.add(socket);
  let text = '';
  let ended = false;
  const waiting = new Set<() => void>();
  const wake = (): void => {
    for (const check of [...waiting]) check();
  };
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
    wake();
  });
  socket.on('error', () => {});
  socket.on('close', () => {
    ended = true;
    wake();
  });
  await once(socket, kind === 'plain' ? 'connect' : 'secureConnect');
  const settles = <T>(settle: () => { readonly value: T } | undefined): Promise<T> =>
    new Promise((resolve, reject) => {
      const check = (): void => {
        const settled = settle();
        if (settled === undefined && !ended) return;
        waiting.delete(check);
        if (settled === undefined) reject(new Error(`the connection ended after ${JSON.stringify(text)}`));
        else resolve(settled.value);
      };
      waiting.add(check);
      check();
    });
  return {
    socket,
    write: (octets) => void socket.write(octets),
    async until(pattern) {
      return settles(() => {
        const found = pattern.exec(text);
        if (found === null) return undefined;
        const value = text.slice(0, found.index + found[0].length);
        text = text.slice(value.length);
        return { value };
      });
    },
    rest: () => settles(() => (ended ? { value: text } : undefined)),
  };
}

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** An HTTP/2 connection. */
export async function http2(at: Loopback): Promise<ClientHttp2Session> {
  const session = connectHttp2(`https://127.0.0.1:${at.tlsPort}`, { ca: at.cert });
  clients.add(session);
  await once(session, 'connect');
  return session;
}

/** One request over HTTP/2. Rejects when the stream breaks off. */
export function ask(
  session: ClientHttp2Session,
  headers: Record<string, string>,
  body?: string | Uint8Array,
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const stream = session.request({ ':path': '/', ...headers }, { endStream: body === undefined });
    const chunks: Buffer[] = [];
    let answered: IncomingHttpHeaders = {};
    stream.on('response', (given) => {
      answered = given;
    });
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('error', reject);
    stream.on('end', () => {
      const status = Number(answered[':status']);
      if (stream.rstCode === 0) resolve({ status, headers: answered, body: Buffer.concat(chunks) });
    });
    stream.on('close', () => reject(new Error(`the stream was closed with ${stream.rstCode}`)));
    if (body !== undefined) stream.end(body);
  });
}

/** A promise with its ends in hand. */
export function gate(): { readonly opened: Promise<void>; open(): void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: resolve };
}
