/**
 * The network: listeners for HTTP/1.1 and HTTP/2 over TLS, and for plain HTTP behind a proxy. Each request becomes a value, each answer
 * goes back; nothing is shared between the requests of a connection. RFC 9110, RFC 9112.
 */
import { createServer as createPlainServer, type Server as PlainServer } from 'node:http';
import { createSecureServer, Http2ServerResponse } from 'node:http2';
import type { AddressInfo, Server, Socket } from 'node:net';
import { DavError } from '../dav/errors.ts';
import type { DavResponse } from '../dav/method.ts';
import { HeaderError } from '../formats/http/headers.ts';
import { codeOf } from '../operations/reason.ts';
import type { Account } from '../store/records.ts';
import type { ClientRequest } from './authenticate.ts';
import {
  discard,
  endLate,
  type Incoming,
  isShort,
  isUnread,
  leaveUnread,
  type Pace,
  type Patience,
} from './http-body.ts';
import { type Arrival, clientRequest } from './http-request.ts';
import { breakOff, type Outgoing, send } from './http-response.ts';
import type { Log } from './log.ts';
import { trustedProxies } from './peer.ts';

export interface Place {
  /** An address, or `localhost` for both of its addresses. */
  readonly host: string;
  /** 0 takes any that is free. */
  readonly port: number;
}

/** Certificate chain and private key, PEM. */
export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

/** Times in milliseconds, sizes in octets. */
export interface HttpBounds extends Pace {
  readonly headers: number;
  /** For a body that is read whole, or not at all. */
  readonly request: number;
  readonly keepAlive: number;
  /** A connection on which nothing moves for so long is closed. */
  readonly silence: number;
  readonly headerSize: number;
  readonly streams: number;
  /** How much of an unread body is taken off the wire to keep a connection, and to end one politely. */
  readonly keepReading: number;
  readonly farewell: Patience;
  /** For requests under way when the service stops. */
  readonly stop: number;
}

/** What holds unless a test says otherwise. */
const HTTP_BOUNDS: HttpBounds = {
  headers: 15_000,
  request: 300_000,
  stall: 120_000,
  upload: 24 * 60 * 60_000,
  keepAlive: 65_000,
  silence: 300_000,
  headerSize: 32 * 1024,
  streams: 100,
  keepReading: 64 * 1024,
  farewell: { octets: 4 * 1024 * 1024, milliseconds: 3_000 },
  stop: 30_000,
};

export interface ListenOptions {
  handle(request: ClientRequest): Promise<DavResponse>;
  readonly log: Log;
  readonly tls?: (Place & KeyPair) | undefined;
  readonly plain?: Place | undefined;
  /** Addresses and networks of proxies whose headers are believed. */
  readonly trustedProxies?: readonly string[];
  /** `https://dav.example.com`: replaces the host that clients name. */
  readonly publicUrl?: string | undefined;
  readonly bounds?: Partial<HttpBounds>;
}

export interface Listening {
  /** `https://127.0.0.1:8443`, TLS first. */
  readonly addresses: readonly string[];
  /** Takes another certificate for new connections. @throws Error when TLS cannot use it */
  renew(pair: KeyPair): void;
  /** Takes no new connections, finishes the requests under way, closes what is idle; after a while closes all. */
  close(): Promise<void>;
}

/** Opens the listeners. @throws ListenError */
export async function listen(options: ListenOptions): Promise<Listening> {
  const bounds = { ...HTTP_BOUNDS, ...options.bounds };
  const proxies = trustedProxies(options.trustedProxies ?? []);
  const publicHost = options.publicUrl === undefined ? undefined : new URL(options.publicUrl).host;
  const state: State = { options, bounds, stopping: false, underWay: 0, onIdle: undefined };
  const arrival = { proxies, publicHost, bodyTimeout: bounds.request, pace: bounds };
  const open: Open[] = [];
  const renewals: ((pair: KeyPair) => void)[] = [];
  const { tls, plain } = options;
  try {
    if (tls !== undefined) {
      await openAll(open, 'https', tls, () => {
        const server = secureServer(tls, bounds, listenerOf({ ...arrival, secure: true }, state));
        renewals.push(({ cert, key }) => server.setSecureContext({ cert, key }));
        return server;
      });
    }
    if (plain !== undefined) {
      await openAll(open, 'http', plain, () => plainServer(bounds, listenerOf({ ...arrival, secure: false }, state)));
    }
  } catch (error) {
    for (const one of open) one.server.close();
    throw error;
  }
  return {
    addresses: open.map((one) => one.address),
    renew: (pair) => {
      for (const renewal of renewals) renewal(pair);
    },
    close: () => stop(open, state),
  };
}

/** A place on which nothing can listen. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
  readonly place: Place;
  constructor(place: Place, cause: unknown) {
    super(`cannot listen on ${place.host}, port ${place.port}`, { cause });
    this.place = place;
  }
}

// --- requests ------------------------------------------------------------------------------------------------------------------------

interface State {
  readonly options: ListenOptions;
  readonly bounds: HttpBounds;
  stopping: boolean;
  underWay: number;
  onIdle: (() => void) | undefined;
}

type Listener = (incoming: Incoming, outgoing: Outgoing, waits: boolean) => void;

function listenerOf(arrival: Arrival, state: State): Listener {
  return (incoming, outgoing, waits) => {
    state.underWay++;
    outgoing.once('close', () => {
      state.underWay--;
      if (state.underWay === 0) state.onIdle?.();
    });
    void exchange(incoming, outgoing, waits, arrival, state);
  };
}

/** One request and its answer. Never rejects. */
async function exchange(
  incoming: Incoming,
  outgoing: Outgoing,
  waits: boolean,
  arrival: Arrival,
  state: State,
): Promise<void> {
  const { log } = state.options;
  const started = log.access === undefined ? 0 : performance.now();
  let user: Account | undefined;
  const reading: Reading = { waiting: waits, begun: false };
  const reader = {
    goOn() {
      if (reading.waiting) outgoing.writeContinue();
      reading.waiting = false;
      reading.begun = true;
    },
    identified(account: Account) {
      user = account;
    },
  };
  let request: ClientRequest | undefined;
  let answer: DavResponse;
  let octets = 0;
  try {
    request = clientRequest(incoming, arrival, reader);
    answer = await state.options.handle(request);
  } catch (error) {
    answer = refusalOf(error, log);
  }
  try {
    octets = await sendAnswer(answer, incoming, outgoing, reading, state);
  } catch (error) {
    log.error(`${incoming.method} ${(incoming.url ?? '').slice(0, 1000)}: the answer broke off`, error);
    if (outgoing.headersSent) breakOff(outgoing);
    else {
      answer = refusalOf(error, undefined);
      octets = await sendAnswer(answer, incoming, outgoing, reading, state).catch(() => 0);
    }
  }
  log.access?.({
    method: incoming.method ?? '',
    path: pathOf(incoming.url ?? ''),
    status: answer.status,
    ms: performance.now() - started,
    octets,
    user: user?.address,
    client: request?.client,
    agent: incoming.headers['user-agent'],
  });
}

async function sendAnswer(
  answer: DavResponse,
  incoming: Incoming,
  outgoing: Outgoing,
  { waiting, begun }: Reading,
  state: State,
): Promise<number> {
  const { bounds } = state;
  const isOld = incoming.httpVersionMajor === 1;
  const unread = isUnread(incoming, begun);
  if (outgoing instanceof Http2ServerResponse && unread) leaveUnread(outgoing.stream);
  const isLeft = isOld && unread && (waiting || begun || !isShort(incoming, bounds.keepReading));
  if (isOld && unread && !isLeft) endLate(incoming, bounds.request);
  const acceptEncoding = headerOf(incoming, 'accept-encoding');
  return send(answer, {
    outgoing,
    method: incoming.method ?? '',
    acceptEncoding,
    last: isOld && (isLeft || state.stopping),
    beforeEnd: isLeft ? () => discard(incoming, bounds.farewell) : undefined,
  });
}

/** What has become of a body until the answer is there. */
interface Reading {
  /** The client waits to be told to send it. */
  waiting: boolean;
  /** Somebody has begun to read it: then Node does not see to the rest. */
  begun: boolean;
}

function headerOf(incoming: Incoming, name: string): string | undefined {
  const value = incoming.headers[name];
  return typeof value === 'string' ? value : undefined;
}

function refusalOf(error: unknown, log: Log | undefined): DavResponse {
  const isTheirs = error instanceof DavError || error instanceof HeaderError;
  if (!isTheirs) log?.error('a request could not be answered', error);
  const status = error instanceof DavError ? error.status : isTheirs ? 400 : 500;
  const reason = isTheirs ? error.message : 'something went wrong here; the administrator can find it in the log';
  const headers = { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' };
  return { status, headers, body: `${reason}\n` };
}

/** Without the query, which may hold secrets. */
function pathOf(url: string): string {
  const mark = url.indexOf('?');
  return mark < 0 ? url : url.slice(0, mark);
}

// --- servers -------------------------------------------------------------------------------------------------------------------------

function secureServer(pair: KeyPair, bounds: HttpBounds, listener: Listener): ReturnType<typeof createSecureServer> {
  const http1 = http1Options(bounds);
  const server = createSecureServer({
    ...http1,
    http1Options: http1,
    allowHTTP1: true,
    cert: pair.cert,
    key: pair.key,
    handshakeTimeout: bounds.headers,
    maxSessionMemory: 10,
    settings: { maxConcurrentStreams: bounds.streams, maxHeaderListSize: bounds.headerSize },
  });
  server.setTimeout(bounds.silence);
  // Only the server of plain HTTP does it by itself: a long answer must not wait for the client's delayed acknowledgements.
  server.on('connection', (socket) => socket.setNoDelay(true));
  server.on('request', (incoming, outgoing) => listener(incoming, outgoing, false));
  server.on('checkContinue', (incoming, outgoing) => listener(incoming, outgoing, true));
  server.on('session', (session) => {
    let streams = 0;
    session.on('stream', (stream) => {
      streams++;
      stream.once('close', () => streams--);
    });
    // Node's own answer to silence, for sessions with requests, is to destroy them.
    session.setTimeout(bounds.keepAlive, () => {
      if (streams === 0) session.close();
      else session.setTimeout(bounds.silence);
    });
  });
  return server;
}

function plainServer(bounds: HttpBounds, listener: Listener): PlainServer {
  const server = createPlainServer(http1Options(bounds));
  server.setTimeout(bounds.silence);
  server.on('request', (incoming, outgoing) => listener(incoming, outgoing, false));
  server.on('checkContinue', (incoming, outgoing) => listener(incoming, outgoing, true));
  return server;
}

function http1Options(bounds: HttpBounds) {
  return {
    maxHeaderSize: bounds.headerSize,
    headersTimeout: bounds.headers,
    // Bodies have their own bounds, by how they are read, and an answer that says so: this one comes later.
    requestTimeout: bounds.upload + bounds.stall,
    keepAliveTimeout: bounds.keepAlive,
    connectionsCheckingInterval: Math.min(5_000, bounds.headers),
    // Several Host headers, or none, are looked at with the request.
    requireHostHeader: false,
  };
}

// --- opening and closing -------------------------------------------------------------------------------------------------------------

interface Open {
  readonly server: Server & { closeIdleConnections?(): void };
  readonly address: string;
  readonly sockets: ReadonlySet<Socket>;
}

/** Names of this machine itself have two addresses, one of which it may lack. */
async function openAll(
  open: Open[],
  scheme: 'http' | 'https',
  place: Place,
  make: () => Server & { closeIdleConnections?(): void },
): Promise<void> {
  if (place.host !== 'localhost') {
    open.push(await openOne(scheme, place, make()));
    return;
  }
  const first = await openOne(scheme, { ...place, host: '127.0.0.1' }, make());
  open.push(first);
  const port = Number(new URL(first.address).port || (scheme === 'https' ? 443 : 80));
  try {
    open.push(await openOne(scheme, { host: '::1', port }, make()));
  } catch (error) {
    const code = error instanceof ListenError ? codeOf(error.cause) : undefined;
    const isMissing = code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT';
    if (!isMissing && !(place.port === 0 && code === 'EADDRINUSE')) throw error;
  }
}

function openOne(scheme: string, place: Place, server: Server): Promise<Open> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => reject(new ListenError(place, error));
    server.once('error', fail);
    server.listen(place.port, place.host, () => {
      server.off('error', fail);
      const address = server.address();
      if (address === null || typeof address === 'string') return fail(new Error('a socket without an address'));
      resolve({ server, address: urlOf(scheme, address), sockets });
    });
  });
}

function urlOf(scheme: string, { address, family, port }: AddressInfo): string {
  return new URL(`${scheme}://${family === 'IPv6' ? `[${address}]` : address}:${port}`).origin;
}

async function stop(open: readonly Open[], state: State): Promise<void> {
  state.stopping = true;
  const closed = open.map(({ server }) => new Promise<void>((resolve) => server.close(() => resolve())));
  // A connection that had a request when the others were closed is idle once its answer is out.
  const sweep = (): void => {
    for (const { server } of open) server.closeIdleConnections?.();
  };
  state.onIdle = () => setImmediate(sweep);
  const late = setTimeout(() => {
    for (const { sockets } of open) for (const socket of sockets) socket.destroy();
  }, state.bounds.stop);
  await Promise.all(closed);
  clearTimeout(late);
}
