/**
 * A request from the network as a value: HTTP/1.1 and HTTP/2 alike. Its body is read only when a method asks.
 * RFC 9112 section 3.2.
 */
import { Http2ServerRequest } from 'node:http2';
import { DavError } from '../dav/errors.ts';
import type { Account } from '../store/records.ts';
import type { ClientRequest } from './authenticate.ts';
import { type Incoming, type Pace, streamedBody, wholeBody } from './http-body.ts';
import { senderOf, type TrustedProxies } from './peer.ts';

/** What is the same for all requests of a listener. */
export interface Arrival {
  readonly secure: boolean;
  readonly proxies: TrustedProxies;
  /** Host and port under which the service is known, whatever clients call it. */
  readonly publicHost: string | undefined;
  /** Milliseconds in which a body that is read whole must have come. */
  readonly bodyTimeout: number;
  readonly pace: Pace;
}

/** What one exchange lends to its request. */
export interface Reader {
  /** Asks a client that waits for it to send the body. RFC 9110 section 10.1.1. */
  goOn(): void;
  identified(user: Account): void;
}

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
  let streamed = false;
  return {
    method: incoming.method ?? '',
    target,
    headers,
    origin,
    client,
    body(limit) {
      if (streamed) throw new Error('the body has been read as a stream');
      body ??= wholeBody(incoming, headers, limit, reader.goOn, arrival.bodyTimeout);
      return body;
    },
    stream(limit) {
      if (streamed || body !== undefined) throw new Error('the body has been read');
      streamed = true;
      return streamedBody(incoming, headers, limit, reader.goOn, arrival.pace);
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
