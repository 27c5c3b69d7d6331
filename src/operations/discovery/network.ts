/**
 * The way out: lookups, TLS handshakes and single HTTPS requests, as discovery needs them. Everything is bounded in
 * time, bodies in size, and failures are values with a reason for the operator. Discovery itself only knows the
 * `Network` interface, so tests script the answers. RFC 2782; RFC 6764 section 8.
 */
import { lookup, Resolver } from 'node:dns/promises';
import { request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import {
  checkServerIdentity,
  connect,
  type DetailedPeerCertificate,
  getCACertificates,
  type TLSSocket,
} from 'node:tls';
import { InvalidOption } from './domain-name.ts';
import type { ServiceRecord } from './service-records.ts';

/** What could not be done, in words such as `ECONNREFUSED: nothing listens there`. */
export interface Failure {
  readonly failure: string;
}

/** The answer to a lookup: no records means that the name or the type does not exist. */
export type Lookup<T> = { readonly records: readonly T[] } | Failure;

/** What a server showed in a handshake. */
export interface Certificate {
  /** The common name of the subject, or the whole subject if it has none. */
  readonly subject: string;
  /** The subject's alternative names: DNS names and IP addresses. */
  readonly names: readonly string[];
  readonly issuer: string;
  readonly validFrom: Date;
  readonly validTo: Date;
  /** Whether it is signed by its own key. */
  readonly selfSigned: boolean;
  /** Whether it is for the host that was asked for. RFC 6764 section 8. */
  readonly namesHost: boolean;
  /** Why the chain is not believed, as OpenSSL's code, or undefined if it leads to a believed authority. */
  readonly chainProblem: string | undefined;
}

/** One request. The body, if any, is XML text in UTF-8. */
export interface HttpRequest {
  readonly method: string;
  /** An `https:` URL. */
  readonly url: URL;
  /** The IP address to connect to. */
  readonly address: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  /** Go on although the certificate is not believed or names another host. */
  readonly allowUntrusted: boolean;
}

/** The answer: header names in lower case, the body at most 1 MiB. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Uint8Array;
}

/** What discovery asks of the network. No function rejects: what fails is a `Failure`. */
export interface Network {
  readonly resolveSrv: (name: string) => Promise<Lookup<ServiceRecord>>;
  /** Each record is its list of character-strings. */
  readonly resolveTxt: (name: string) => Promise<Lookup<readonly string[]>>;
  /** IPv4 and IPv6 addresses of a host; an IP address is its own answer. */
  readonly resolveAddresses: (host: string) => Promise<Lookup<string>>;
  /** A TLS handshake and nothing after it, so that a certificate is seen before anything is entrusted to its holder. */
  readonly handshake: (host: string, port: number, address: string) => Promise<Certificate | Failure>;
  readonly request: (request: HttpRequest) => Promise<HttpAnswer | Failure>;
}

/** How the real network is reached. */
export interface NetworkOptions {
  /** Asked for SRV, TXT and addresses instead of the system's resolver. */
  readonly resolver?: { readonly address: string; readonly port: number };
  /** Certificates in PEM that are believed beside the well-known authorities. */
  readonly ca?: string;
  /** Milliseconds for one DNS try; 3000 unless told. There are two tries. */
  readonly lookupTimeout?: number;
  /** Milliseconds for a handshake or a request from beginning to end; 15000 unless told. */
  readonly requestTimeout?: number;
}

/**
 * A resolver as written on the command line: `192.0.2.53`, `192.0.2.53:5353`, `2001:db8::53` or `[2001:db8::53]:5353`.
 * Throws `InvalidOption` for anything else.
 */
export function resolverAddress(text: string): { readonly address: string; readonly port: number } {
  const parts = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(text);
  const address = parts?.[1] ?? parts?.[2] ?? text;
  const port = Number(parts?.[3] ?? 53);
  if (isIP(address) === 0 || port < 1 || port > 65_535) {
    throw new InvalidOption(
      `${JSON.stringify(text)} is not the address of a resolver: write IP or IP:PORT, as 192.0.2.53:5353.`,
    );
  }
  return { address, port };
}

/** The most octets that are read of an answer's body. */
export const MOST_BODY = 1_048_576;

/** The real network. */
export function openNetwork(options: NetworkOptions = {}): Network {
  const resolver = new Resolver({ timeout: options.lookupTimeout ?? 3000, tries: 2 });
  const own = options.resolver;
  if (own !== undefined)
    resolver.setServers([`${isIP(own.address) === 6 ? `[${own.address}]` : own.address}:${own.port}`]);
  const ca = options.ca === undefined ? undefined : [...getCACertificates('default'), options.ca];
  const timeout = options.requestTimeout ?? 15_000;
  return {
    resolveSrv: (name) => lookedUp(resolver.resolveSrv(name), (record) => ({ ...record, target: record.name })),
    resolveTxt: (name) => lookedUp(resolver.resolveTxt(name), (strings) => strings),
    resolveAddresses: async (host) => {
      if (isIP(host) !== 0) return { records: [host] };
      // Without a resolver of the operator's choice the system is asked, as clients do: its hosts file counts.
      if (own === undefined) return lookedUp(lookup(host, { all: true }), (entry) => entry.address);
      const [four, six] = await Promise.all([
        lookedUp(resolver.resolve4(host), (address) => address),
        lookedUp(resolver.resolve6(host), (address) => address),
      ]);
      if ('failure' in four) return 'failure' in six || six.records.length === 0 ? four : six;
      return { records: [...four.records, ...('failure' in six ? [] : six.records)] };
    },
    handshake: (host, port, address) => shakeHands({ host, port, address, ca, timeout }),
    request: (request) => exchange(request, ca, timeout),
  };
}

async function lookedUp<T, U>(answer: Promise<readonly T[]>, each: (record: T) => U): Promise<Lookup<U>> {
  try {
    return { records: (await answer).map(each) };
  } catch (error) {
    const code = codeOf(error);
    return code === 'ENOTFOUND' || code === 'ENODATA' ? { records: [] } : { failure: reasonOf(error) };
  }
}

interface Handshake {
  readonly host: string;
  readonly port: number;
  readonly address: string;
  readonly ca: readonly string[] | undefined;
  readonly timeout: number;
}

function shakeHands({ host, port, address, ca, timeout }: Handshake): Promise<Certificate | Failure> {
  const { promise, resolve } = Promise.withResolvers<Certificate | Failure>();
  const servername = isIP(host) === 0 ? host : '';
  // Not believed yet only means that the handshake ends well and its certificate can be told; nothing is sent over it.
  const socket = connect({ host: address, port, servername, rejectUnauthorized: false, ...trusting(ca) });
  const clock = setTimeout(() => socket.destroy(timedOut()), timeout);
  socket.once('secureConnect', () => {
    resolve(certificateOf(socket, host));
    socket.end();
  });
  socket.once('error', (error) => resolve({ failure: reasonOf(error) }));
  socket.once('close', () => {
    clearTimeout(clock);
    resolve({ failure: 'the connection was closed during the TLS handshake' });
  });
  return promise;
}

function certificateOf(socket: TLSSocket, host: string): Certificate | Failure {
  const peer: DetailedPeerCertificate | undefined = socket.getPeerCertificate(true);
  if (peer?.raw === undefined) return { failure: 'the server showed no certificate' };
  const x509 = socket.getPeerX509Certificate();
  const problem = socket.authorized ? undefined : String(socket.authorizationError);
  return {
    subject: commonName(peer.subject.CN) ?? x509?.subject ?? '',
    names: (peer.subjectaltname ?? '')
      .split(', ')
      .filter((name) => name !== '')
      .map((name) => name.replace(/^(?:DNS|IP Address):/, '')),
    issuer: commonName(peer.issuer.O) ?? commonName(peer.issuer.CN) ?? x509?.issuer ?? '',
    validFrom: new Date(peer.valid_from),
    validTo: new Date(peer.valid_to),
    selfSigned: x509 !== undefined && x509.subject === x509.issuer && x509.verify(x509.publicKey),
    namesHost: checkServerIdentity(host, peer) === undefined,
    // Node reports a wrong name here too, if nothing else is wrong; that is what `namesHost` says.
    chainProblem: problem === 'ERR_TLS_CERT_ALTNAME_INVALID' ? undefined : problem,
  };
}

// A subject may hold several values of one kind.
function commonName(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(', ') : value;
}

function trusting(ca: readonly string[] | undefined): { readonly ca?: string[] } {
  return ca === undefined ? {} : { ca: [...ca] };
}

function exchange(
  asked: HttpRequest,
  ca: readonly string[] | undefined,
  timeout: number,
): Promise<HttpAnswer | Failure> {
  const { promise, resolve } = Promise.withResolvers<HttpAnswer | Failure>();
  const host = asked.url.hostname.replace(/^\[|\]$/g, '');
  const body = asked.body === undefined ? undefined : Buffer.from(asked.body, 'utf8');
  const outgoing = httpsRequest({
    host: asked.address,
    port: asked.url.port === '' ? 443 : Number(asked.url.port),
    servername: isIP(host) === 0 ? host : '',
    path: `${asked.url.pathname}${asked.url.search}`,
    method: asked.method,
    headers: {
      ...asked.headers,
      host: asked.url.host,
      ...(body === undefined ? {} : { 'content-length': body.length }),
    },
    checkServerIdentity: (_, certificate) => checkServerIdentity(host, certificate),
    rejectUnauthorized: !asked.allowUntrusted,
    agent: false,
    ...trusting(ca),
  });
  const clock = setTimeout(() => outgoing.destroy(timedOut()), timeout);
  outgoing.once('error', (error) => resolve({ failure: reasonOf(error) }));
  outgoing.once('close', () => {
    clearTimeout(clock);
    resolve({ failure: 'the connection was closed before the answer was complete' });
  });
  outgoing.once('response', (incoming) => {
    const parts: Buffer[] = [];
    let octets = 0;
    incoming.on('data', (part: Buffer) => {
      octets += part.length;
      if (octets <= MOST_BODY) parts.push(part);
      else outgoing.destroy(new Error('the answer is larger than 1 MiB'));
    });
    incoming.once('error', (error) => resolve({ failure: reasonOf(error) }));
    incoming.once('end', () => {
      const headers = new Map<string, string>();
      for (const [name, values] of Object.entries(incoming.headersDistinct))
        headers.set(name, values?.join(', ') ?? '');
      resolve({ status: incoming.statusCode ?? 0, headers, body: Buffer.concat(parts) });
    });
  });
  outgoing.end(body);
  return promise;
}

function timedOut(): Error {
  return Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT' });
}

const REASONS: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'the connection was refused'],
  ['ECONNRESET', 'the connection was broken off'],
  ['EHOSTUNREACH', 'there is no route to the host'],
  ['ENETUNREACH', 'there is no route to the network'],
  ['ETIMEDOUT', 'no answer in time'],
  ['ETIMEOUT', 'no answer in time'],
  ['ESERVFAIL', 'the DNS server reports a failure'],
  ['EREFUSED', 'the DNS server refuses to answer for this name'],
  ['EAI_AGAIN', 'the DNS server does not answer'],
]);

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

function reasonOf(error: unknown): string {
  const code = codeOf(error);
  const words = REASONS.get(code) ?? (error instanceof Error ? error.message : String(error));
  return code === '' ? words : `${code}: ${words}`;
}
