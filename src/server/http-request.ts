/**
 * A request from the network as a value: HTTP/1.1 and HTTP/2 alike. Bodies are read only when a method asks, bounded before and after
 * decompression. RFC 9110 section 8.4, RFC 9112 section 3.2.
 */
import { Buffer } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { Http2ServerRequest } from 'node:http2';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { gunzip, inflate, inflateRaw } from 'node:zlib';
import { DavError } from '../dav/errors.ts';
import type { Account } from '../store/records.ts';
import type { ClientRequest } from './authenticate.ts';
import { senderOf, type TrustedProxies } from './peer.ts';

/** A request of either version of HTTP. */
export type Incoming = IncomingMessage | Http2ServerRequest;

/** What is the same for all requests of a listener. */
export interface Arrival {
  readonly secure: boolean;
  readonly proxies: TrustedProxies;
  /** Host and port under which the service is known, whatever clients call it. */
  readonly publicHost: string | undefined;
  /** Milliseconds in which the body of an HTTP/2 request must have come. Node itself sees to those of HTTP/1.1. */
  readonly bodyTimeout: number;
}

/** What one exchange lends to its request. */
export interface Reader {
  /** Asks a client that waits for it to send the body. RFC 9110 section 10.1.1. */
  goOn(): void;
  identified(user: Account): void;
}

const NOTHING = new Uint8Array(0);

/** @throws DavError 400, HeaderError */
export function clientRequest(incoming: Incoming, arrival: Arrival, reader: Reader): ClientRequest {
  const headers = singleValued(incoming.headers) ? incoming.headers : withoutLists(incoming.headers);
  const isHttp2 = incoming instanceof Http2ServerRequest;
  const named = isHttp2 ? (incoming.authority ?? headers.host) : onlyHost(incoming.rawHeaders);
  const { target, authority } = originForm(incoming.url ?? '', incoming.method);
  const { secure, proxies, publicHost } = arrival;
  const peer = incoming.socket?.remoteAddress ?? '';
  const { origin, client } = senderOf({ secure, host: authority ?? named, peer }, headers, proxies, publicHost);
  let body: Promise<Uint8Array> | undefined;
  return {
    method: incoming.method ?? '',
    target,
    headers,
    origin,
    client,
    body(limit) {
      body ??= wholeBody(incoming, headers, limit, reader, isHttp2 ? arrival.bodyTimeout : undefined);
      return body;
    },
    identified: reader.identified,
  };
}

/** Node makes a list of set-cookie alone, which no client sends. */
function singleValued(headers: Incoming['headers']): headers is Readonly<Record<string, string | undefined>> {
  return headers['set-cookie'] === undefined;
}

function withoutLists(headers: Incoming['headers']): Readonly<Record<string, string | undefined>> {
  const single: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) if (typeof value === 'string') single[name] = value;
  return single;
}

/** The Host header. @throws DavError 400 when there are several: RFC 9112 section 3.2 */
function onlyHost(rawHeaders: readonly string[]): string | undefined {
  let host: string | undefined;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at];
    if (name?.length !== 4 || name.toLowerCase() !== 'host') continue;
    if (host !== undefined) throw new DavError(400, 'there are several Host headers');
    host = rawHeaders[at + 1];
  }
  return host;
}

/** Path and query; the host too where a client sends the whole URL. RFC 9112 section 3.2.2 */
function originForm(url: string, method: string | undefined): { target: string; authority?: string } {
  if (url.startsWith('/')) return { target: url };
  if (url === '*' && method === 'OPTIONS') return { target: '/' };
  const absolute = /^https?:\/\/([^/?#]*)(.*)$/is.exec(url);
  if (absolute === null) return { target: url };
  const [, authority = '', rest = ''] = absolute;
  return { target: rest.startsWith('/') ? rest : `/${rest}`, authority };
}

/** Whether octets of a body are still to come, or have come and were not asked for. */
export function isUnread(incoming: Incoming): boolean {
  return !incoming.complete;
}

// --- bodies --------------------------------------------------------------------------------------------------------------------------

/** Each takes at most that many octets out. */
type Decode = (data: Uint8Array, limit: number) => Promise<Uint8Array>;

const asyncGunzip = promisify(gunzip);
const asyncInflate = promisify(inflate);
const asyncInflateRaw = promisify(inflateRaw);

const gzip: Decode = (data, limit) => asyncGunzip(data, { maxOutputLength: limit });
/** The zlib format by its name, and what some clients send instead. RFC 9110 section 8.4.1.2 */
const deflate: Decode = (data, limit) =>
  ((data[0] ?? 0) & 0x0f) === 8
    ? asyncInflate(data, { maxOutputLength: limit })
    : asyncInflateRaw(data, { maxOutputLength: limit });

const DECODERS: ReadonlyMap<string, Decode> = new Map([
  ['gzip', gzip],
  ['x-gzip', gzip],
  ['deflate', deflate],
]);

async function wholeBody(
  incoming: Incoming,
  headers: Readonly<Record<string, string | undefined>>,
  limit: number,
  reader: Reader,
  timeout: number | undefined,
): Promise<Uint8Array> {
  const coding = (headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  const decode = coding === 'identity' || coding === '' ? undefined : DECODERS.get(coding);
  if (decode === undefined && coding !== 'identity' && coding !== '') {
    throw new DavError(415, `Content-Encoding: ${coding.slice(0, 40)} is not understood; gzip and deflate are`, {
      'Accept-Encoding': 'gzip, deflate',
    });
  }
  const declared = headers['content-length'];
  if (declared !== undefined && Number(declared) > limit) throw tooLarge(limit);
  reader.goOn();
  const data = await collect(incoming, limit, timeout);
  if (decode === undefined || data.length === 0) return data;
  try {
    return await decode(data, limit);
  } catch (error) {
    if (error instanceof RangeError) throw tooLarge(limit);
    throw new DavError(400, `the body is not in the coding ${coding} that Content-Encoding names`);
  }
}

function tooLarge(limit: number): DavError {
  return new DavError(413, `the body is larger than the ${limit} octets that are taken here`);
}

/** Reads to the end, or stops reading beyond the limit. */
function collect(stream: Readable, limit: number, timeout: number | undefined): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const timer = timeout === undefined ? undefined : setTimeout(onTimeout, timeout);
    function leave(): void {
      clearTimeout(timer);
      stream.off('data', onData).off('end', onEnd).off('close', onBreak);
    }
    function refuse(error: DavError): void {
      leave();
      stream.pause();
      reject(error);
    }
    function onData(chunk: Buffer): void {
      size += chunk.length;
      if (size > limit) refuse(tooLarge(limit));
      else chunks.push(chunk);
    }
    function onEnd(): void {
      leave();
      resolve(
        chunks.length === 0 ? NOTHING : chunks.length === 1 ? (chunks[0] ?? NOTHING) : Buffer.concat(chunks, size),
      );
    }
    function onBreak(): void {
      refuse(new DavError(400, 'the connection ended before the body did'));
    }
    function onTimeout(): void {
      refuse(new DavError(408, 'the body took too long'));
    }
    if (stream.destroyed) {
      onBreak();
      return;
    }
    // An error on the way is followed by close; without a listener it would be thrown at the whole program.
    stream.on('data', onData).on('end', onEnd).on('close', onBreak).on('error', ignore);
  });
}

function ignore(): void {}

/** What becomes of an unread body: it is thrown away up to these bounds, so that the client reads the answer before the end comes. */
export interface Patience {
  /** Octets. */
  readonly octets: number;
  readonly milliseconds: number;
}

/** Resolves when nothing more comes, or when the patience is at its end. */
export function discard(incoming: Incoming, patience: Patience): Promise<void> {
  const stream: Readable = incoming;
  return new Promise((resolve) => {
    let size = 0;
    const timer = setTimeout(done, patience.milliseconds);
    function done(): void {
      clearTimeout(timer);
      stream.off('data', onData).off('end', done).off('close', done);
      resolve();
    }
    function onData(chunk: Buffer): void {
      size += chunk.length;
      if (size > patience.octets) done();
    }
    if (stream.destroyed || stream.readableEnded) {
      done();
      return;
    }
    stream.on('data', onData).on('end', done).on('close', done).on('error', ignore);
    stream.resume();
  });
}
