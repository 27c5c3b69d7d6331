/**
 * The body of a request: whole, or as it comes, or thrown away; bounded before and after decompression, with a client that sends no faster
 * than it is read. RFC 9110 section 8.4.
 */
import { Buffer } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { constants, Http2ServerRequest, type ServerHttp2Stream } from 'node:http2';
import type { Readable, Transform } from 'node:stream';
import { promisify } from 'node:util';
import { createGunzip, createInflate, createInflateRaw, gunzip, inflate, inflateRaw } from 'node:zlib';
import { DavError } from '../dav/errors.ts';

/** A request of either version of HTTP. */
export type Incoming = IncomingMessage | Http2ServerRequest;

/** How slowly a streamed body may come, in milliseconds. */
export interface Pace {
  /** Between two pieces, while one is waited for. */
  readonly stall: number;
  /** From the first to the last. */
  readonly upload: number;
}

/** Whether octets of a body are still to come, or have come and were not asked for. `begun` says whether anybody has asked. */
export function isUnread(incoming: Incoming, begun: boolean): boolean {
  return !incoming.complete || (begun && !incoming.readableEnded);
}

// --- codings --------------------------------------------------------------------------------------------------------------------------

/** A content coding. RFC 9110 section 8.4.1. */
interface Coding {
  /** Takes at most that many octets out. */
  decode(data: Uint8Array, limit: number): Promise<Uint8Array>;
  /** A decoder for a body that begins with these octets. */
  decoder(first: Uint8Array): Transform;
}

const asyncGunzip = promisify(gunzip);
const asyncInflate = promisify(inflate);
const asyncInflateRaw = promisify(inflateRaw);
const DECODED = { chunkSize: 64 * 1024 };

const gzip: Coding = {
  decode: (data, limit) => asyncGunzip(data, { maxOutputLength: limit }),
  decoder: () => createGunzip(DECODED),
};
/** The zlib format by its name, and what some clients send instead. RFC 9110 section 8.4.1.2 */
const deflate: Coding = {
  decode: (data, limit) => (isZlib(data) ? asyncInflate : asyncInflateRaw)(data, { maxOutputLength: limit }),
  decoder: (first) => (isZlib(first) ? createInflate(DECODED) : createInflateRaw(DECODED)),
};

function isZlib(data: Uint8Array): boolean {
  return ((data[0] ?? 0) & 0x0f) === 8;
}

const CODINGS: ReadonlyMap<string, Coding | undefined> = new Map([
  ['', undefined],
  ['identity', undefined],
  ['gzip', gzip],
  ['x-gzip', gzip],
  ['deflate', deflate],
]);

const NOTHING = new Uint8Array(0);

type Headers = Readonly<Record<string, string | undefined>>;

/** What must be undone, before anything is read. @throws DavError 413, 415 */
function codingOf(headers: Headers, limit: number): Coding | undefined {
  const coding = (headers['content-encoding'] ?? '').trim().toLowerCase();
  if (!CODINGS.has(coding)) {
    throw new DavError(415, `Content-Encoding: ${coding.slice(0, 40)} is not understood; gzip and deflate are`, {
      'Accept-Encoding': 'gzip, deflate',
    });
  }
  const declared = headers['content-length'];
  if (declared !== undefined && Number(declared) > limit) throw tooLarge(limit);
  return CODINGS.get(coding);
}

// --- whole bodies ---------------------------------------------------------------------------------------------------------------------

/** @throws DavError 400, 408, 413, 415 */
export async function wholeBody(
  incoming: Incoming,
  headers: Headers,
  limit: number,
  goOn: () => void,
  timeout: number,
): Promise<Uint8Array> {
  const coding = codingOf(headers, limit);
  goOn();
  const data = await collect(incoming, limit, timeout);
  if (coding === undefined || data.length === 0) return data;
  try {
    return await coding.decode(data, limit);
  } catch (error) {
    if (error instanceof RangeError) throw tooLarge(limit);
    throw undecodable();
  }
}

function undecodable(): DavError {
  return new DavError(400, 'the body is not in the coding that Content-Encoding names');
}

function brokenOff(): DavError {
  return new DavError(400, 'the connection ended before the body did');
}

function tooSlow(): DavError {
  return new DavError(408, 'the body took too long');
}

function tooLarge(limit: number): DavError {
  return new DavError(413, `the body is larger than the ${limit} octets that are taken here`);
}

/** Reads to the end, or stops reading beyond the limit. */
function collect(incoming: Incoming, limit: number, timeout: number): Promise<Uint8Array> {
  const stream: Readable = incoming;
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const timer = setTimeout(onTimeout, timeout);
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
      refuse(brokenOff());
    }
    function onTimeout(): void {
      refuse(tooSlow());
    }
    if (isBroken(incoming)) {
      onBreak();
      return;
    }
    // An error on the way is followed by close; without a listener it would be thrown at the whole program.
    stream.on('data', onData).on('end', onEnd).on('close', onBreak).on('error', ignore);
  });
}

function ignore(): void {}

/** A stream of HTTP/2 that broke off looks to its readers as if it had ended. */
function isBroken(incoming: Incoming): boolean {
  return incoming.destroyed || (incoming instanceof Http2ServerRequest && incoming.aborted);
}

// --- streamed bodies -----------------------------------------------------------------------------------------------------------------

/** Iterating throws DavError 400, 408, 413, 415. */
export async function* streamedBody(
  incoming: Incoming,
  headers: Headers,
  limit: number,
  goOn: () => void,
  pace: Pace,
): AsyncGenerator<Uint8Array> {
  const coding = codingOf(headers, limit);
  goOn();
  const sent = bounded(octets(incoming, pace), limit);
  yield* coding === undefined ? sent : bounded(decoded(sent, coding), limit);
}

async function* bounded(pieces: AsyncGenerator<Uint8Array>, limit: number): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const piece of pieces) {
    size += piece.length;
    if (size > limit) throw tooLarge(limit);
    yield piece;
  }
}

/** What Node has taken off the wire, and no more than its own buffer of it in advance. */
async function* octets(incoming: Incoming, pace: Pace): AsyncGenerator<Uint8Array> {
  const stream: Readable = incoming;
  const end = performance.now() + pace.upload;
  const change = waiting();
  let broke = isBroken(incoming);
  function onClose(): void {
    broke ||= !stream.readableEnded;
    change.came();
  }
  stream.on('readable', change.came).on('end', change.came).on('close', onClose).on('error', ignore);
  try {
    for (;;) {
      const piece: Buffer | null = broke ? null : stream.read();
      if (piece !== null) yield piece;
      else if (broke) throw brokenOff();
      else if (stream.readableEnded) return;
      else if (!(await change.next(Math.min(pace.stall, end - performance.now())))) throw tooSlow();
    }
  } finally {
    stream.off('readable', change.came).off('end', change.came).off('close', onClose);
  }
}

/** Takes in a piece when all that came of the last one has been taken out, so that little octets that become many never lie about. */
async function* decoded(sent: AsyncGenerator<Uint8Array>, coding: Coding): AsyncGenerator<Uint8Array> {
  const first = await sent.next();
  if (first.done === true) return;
  const decoder = coding.decoder(first.value);
  const change = waiting();
  let isHungry = false;
  let isFed = false;
  let failed = false;
  const feed = (piece: Uint8Array): void => {
    isHungry = false;
    decoder.write(piece, () => {
      isHungry = true;
      change.came();
    });
  };
  decoder.on('readable', change.came).on('end', change.came);
  decoder.on('error', () => {
    failed = true;
    change.came();
  });
  try {
    feed(first.value);
    for (;;) {
      const piece: Buffer | null = decoder.read();
      if (piece !== null) yield piece;
      else if (failed) throw undecodable();
      else if (decoder.readableEnded) break;
      else if (!isHungry || isFed) await change.next();
      else {
        const more = await sent.next();
        isFed = more.done === true;
        if (more.done === true) decoder.end();
        else feed(more.value);
      }
    }
    // What follows the end of the coding is passed over, as in a body that is read whole.
    for (let more = await sent.next(); more.done !== true; ) more = await sent.next();
  } finally {
    decoder.destroy();
    await sent.return(undefined);
  }
}

/** Waits for changes of a stream. Who looks at the stream and then waits in the same turn misses none. */
function waiting(): { came(): void; next(milliseconds?: number): Promise<boolean> } {
  let wake: ((inTime: boolean) => void) | undefined;
  return {
    came: () => wake?.(true),
    /** False when nothing came in time. */
    next: (milliseconds) =>
      new Promise((resolve) => {
        const timer = milliseconds === undefined ? undefined : setTimeout(() => wake?.(false), milliseconds);
        wake = (inTime) => {
          clearTimeout(timer);
          wake = undefined;
          resolve(inTime);
        };
      }),
  };
}

// --- unread bodies -------------------------------------------------------------------------------------------------------------------

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

/** Asks for no more of the body once the answer is out. Node does so only for bodies that nobody began to read. */
export function leaveUnread(stream: ServerHttp2Stream): void {
  stream.once('finish', () => setImmediate(() => stream.close(constants.NGHTTP2_NO_ERROR)));
}

/** Whether the rest of the body is known to be little: then Node reads over it, and the connection stays. */
export function isShort(incoming: Incoming, octets: number): boolean {
  const length = incoming.headers['content-length'];
  return length !== undefined && Number(length) <= octets;
}

/** Ends the connection when the rest of an unread body has not come in time. */
export function endLate(incoming: Incoming, milliseconds: number): void {
  const { socket } = incoming;
  const timer = setTimeout(() => socket.destroy(), milliseconds);
  const done = (): void => {
    clearTimeout(timer);
    incoming.off('close', done);
    socket.off('close', done);
  };
  // After the answer the end of the connection is no end of the request any more.
  incoming.once('close', done);
  socket.once('close', done);
}
