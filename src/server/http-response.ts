/**
 * A response as a value onto the network: whole answers with their length, long ones as they come and no faster than they are read, texts
 * compressed where that helps.
 * What fails on the way ends the stream, so that half an answer never looks like a whole one. RFC 9110 section 8.4, RFC 9110 section 12.5.3.
 */
import { Buffer } from 'node:buffer';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { constants, Http2ServerResponse } from 'node:http2';
import type { Writable } from 'node:stream';
import { createGzip, gzipSync } from 'node:zlib';
import type { DavResponse } from '../dav/method.ts';

/** A response of either version of HTTP. */
export type Outgoing = ServerResponse | Http2ServerResponse;

/** One answer on its way. */
export interface Sending {
  readonly outgoing: Outgoing;
  readonly method: string;
  /** The Accept-Encoding header. */
  readonly acceptEncoding: string | undefined;
  /** Whether the connection ends with this answer (HTTP/1.1 only). */
  readonly last: boolean;
  /** What to wait for between the answer and the end of the connection. */
  readonly beforeEnd?: (() => Promise<void>) | undefined;
}

/** Characters that are gathered before they are written; an answer that has fewer is sent whole. */
const GATHER = 32 * 1024;
/** An answer shorter than this is not worth compressing. */
const COMPRESS = 1024;
/** Compressing more than this at a time would keep the other requests waiting. */
const COMPRESS_AT_ONCE = 128 * 1024;
const LEVEL = 3;
/** Octets that are written at a time: a slow client takes so many within STALL. */
const WRITE = 64 * 1024;
/** Milliseconds in which a client must take what is written. */
const STALL = 120_000;

/** The client went away, or does not read. */
class Gone extends Error {
  override readonly name = 'Gone';
}

/**
 * Sends the answer and says how many octets of body were written. Throws what the body throws: if that was before anything was sent, another
 * answer can still be given; otherwise the stream has been broken off.
 */
export async function send(answer: DavResponse, sending: Sending): Promise<number> {
  const { body } = answer;
  if (body === undefined || typeof body === 'string' || body instanceof Uint8Array)
    return sendWhole(answer, body, sending);
  const rest = body[Symbol.asyncIterator]();
  if (sending.method === 'HEAD') {
    await rest.return?.();
    return sendWhole(answer, undefined, sending);
  }
  const { outgoing } = sending;
  try {
    const first = await gather(rest, outgoing);
    if (first.done) {
      checkLength(Buffer.byteLength(first.text), lengthOf(answer));
      return await sendWhole(answer, first.text, sending);
    }
    return await sendStream(answer, first, rest, sending);
  } catch (error) {
    if (outgoing.headersSent) breakOff(outgoing);
    await rest.return?.();
    if (error instanceof Gone) return 0;
    throw error;
  }
}

/** Ends what was begun so that the client sees that it is not whole. */
export function breakOff(outgoing: Outgoing): void {
  if (outgoing instanceof Http2ServerResponse) outgoing.stream.close(constants.NGHTTP2_INTERNAL_ERROR);
  else outgoing.destroy();
}

/** What a stream gives before it must be written: texts put together, then octets, if they came. */
interface Gathered {
  readonly done: boolean;
  readonly text: string;
  readonly octets?: Uint8Array;
}

async function gather(rest: AsyncIterator<string | Uint8Array>, outgoing: Outgoing): Promise<Gathered> {
  let text = '';
  while (text.length < GATHER) {
    const step = await rest.next();
    if (step.done === true) return { done: true, text };
    if (isGone(outgoing)) throw new Gone();
    if (typeof step.value !== 'string') return { done: false, text, octets: step.value };
    text += step.value;
  }
  return { done: false, text };
}

/** The Content-Length that the answer gives itself. */
function lengthOf({ headers }: DavResponse): number | undefined {
  const declared = headers['Content-Length'];
  return declared === undefined ? undefined : Number(declared);
}

/** What has another length than was said would be cut off, or taken for the next answer. @throws Error */
function checkLength(octets: number, declared: number | undefined): void {
  if (declared === undefined || octets === declared) return;
  throw new Error(`the answer has ${octets} octets or more, and not the ${declared} of its Content-Length`);
}

// --- whole answers -------------------------------------------------------------------------------------------------------------------

async function sendWhole(
  answer: DavResponse,
  body: string | Uint8Array | undefined,
  sending: Sending,
): Promise<number> {
  const { outgoing, method } = sending;
  const sink: Writable = outgoing;
  const headers = headersOf(answer, sending);
  let data = body;
  let size = data === undefined ? 0 : typeof data === 'string' ? Buffer.byteLength(data) : data.length;
  if (data !== undefined && size > COMPRESS && size <= COMPRESS_AT_ONCE && compresses(answer, sending)) {
    data = gzipSync(data, { level: LEVEL });
    size = data.length;
    headers['Content-Encoding'] = 'gzip';
  } else if (data !== undefined && size > COMPRESS_AT_ONCE && method !== 'HEAD' && compresses(answer, sending)) {
    return sendCompressed(answer, data, sending);
  }
  const { status } = answer;
  const mayHaveBody = status !== 204 && status !== 304;
  // HEAD may know the length without having the body, and of a stream it does not: RFC 9110 section 8.6.
  const isUnknown = data === undefined && (headers['Content-Length'] !== undefined || answer.body !== undefined);
  if (mayHaveBody && !isUnknown) headers['Content-Length'] = size;
  begin(outgoing, status, headers);
  const sent = mayHaveBody && method !== 'HEAD' ? data : undefined;
  if (sending.beforeEnd !== undefined) {
    if (sent !== undefined && size > 0) sink.write(sent);
    else if (!(outgoing instanceof Http2ServerResponse)) outgoing.flushHeaders();
    await sending.beforeEnd();
    outgoing.end();
    return sent === undefined ? 0 : size;
  }
  if (sent === undefined) outgoing.end();
  else sink.end(sent);
  if (size > GATHER && outgoing instanceof Http2ServerResponse) endStalled(outgoing);
  return sent === undefined ? 0 : size;
}

function begin(outgoing: Outgoing, status: number, headers: Record<string, string | number>): void {
  if (outgoing instanceof Http2ServerResponse) outgoing.writeHead(status, headers);
  else outgoing.writeHead(status, headers);
}

/** Streams of a session that is busy otherwise have no other bound. */
function endStalled(outgoing: Http2ServerResponse): void {
  const { stream } = outgoing;
  stream.setTimeout(STALL, () => stream.close(constants.NGHTTP2_CANCEL));
}

// --- streamed answers ----------------------------------------------------------------------------------------------------------------

/** A stream: texts compressed when that helps, octets and what has a length never. */
async function sendStream(
  answer: DavResponse,
  first: Gathered,
  rest: AsyncIterator<string | Uint8Array>,
  sending: Sending,
): Promise<number> {
  const declared = lengthOf(answer);
  const compressed = declared === undefined && first.octets === undefined && compresses(answer, sending);
  const writer = beginStream(answer, compressed, declared, sending);
  try {
    for (let step = first; ; step = await gather(rest, sending.outgoing)) {
      if (step.text !== '') await writer.write(Buffer.from(step.text));
      if (step.octets !== undefined) await writer.write(step.octets);
      if (step.done) return await writer.end();
    }
  } finally {
    writer.release();
  }
}

/** A whole answer that would take too long to compress at once. */
async function sendCompressed(answer: DavResponse, data: string | Uint8Array, sending: Sending): Promise<number> {
  const writer = beginStream(answer, true, undefined, sending);
  try {
    await writer.write(typeof data === 'string' ? Buffer.from(data) : data);
    return await writer.end();
  } catch (error) {
    if (!(error instanceof Gone)) throw error;
    breakOff(sending.outgoing);
    return 0;
  } finally {
    writer.release();
  }
}

interface Writer {
  /** Resolves when there is room for more. @throws Gone */
  write(octets: Uint8Array): Promise<void>;
  /** Says how many octets were written. @throws Gone */
  end(): Promise<number>;
  /** Whatever happened. */
  release(): void;
}

function beginStream(answer: DavResponse, compressed: boolean, declared: number | undefined, sending: Sending): Writer {
  const { outgoing } = sending;
  const headers = headersOf(answer, sending);
  if (compressed) headers['Content-Encoding'] = 'gzip';
  begin(outgoing, answer.status, headers);
  const socket: Writable = outgoing;
  let octets = 0;
  const count = (chunk: Uint8Array): boolean => {
    octets += chunk.length;
    if (declared !== undefined && octets > declared) checkLength(octets, declared);
    return socket.write(chunk);
  };
  const gzip = compressed ? createGzip({ level: LEVEL }) : undefined;
  gzip?.on('data', (chunk: Buffer) => {
    if (count(chunk)) return;
    gzip.pause();
    socket.once('drain', () => gzip.resume());
  });
  return {
    async write(piece) {
      for (let at = 0; at < piece.length; at += WRITE) {
        if (isGone(outgoing)) throw new Gone();
        const part = piece.length <= WRITE ? piece : piece.subarray(at, at + WRITE);
        const goesOn = gzip === undefined ? count(part) : gzip.write(part);
        if (!goesOn) await settled(gzip ?? socket, 'drain', outgoing);
      }
    },
    async end() {
      if (gzip !== undefined) {
        const ended = settled(gzip, 'end', outgoing);
        gzip.end();
        await ended;
      }
      checkLength(octets, declared);
      await sending.beforeEnd?.();
      outgoing.end();
      if (outgoing instanceof Http2ServerResponse) endStalled(outgoing);
      return octets;
    },
    release: () => void gzip?.destroy(),
  };
}

function isGone(outgoing: Outgoing): boolean {
  return outgoing instanceof Http2ServerResponse ? outgoing.stream.destroyed : outgoing.destroyed;
}

/** Waits for an event of the sink. @throws Gone when the client goes away before, or reads nothing for too long */
async function settled(sink: Writable, event: 'drain' | 'end', outgoing: Outgoing): Promise<void> {
  if (isGone(outgoing)) throw new Gone();
  const waits = new AbortController();
  const give = (): void => waits.abort();
  const timer = setTimeout(give, STALL);
  outgoing.once('close', give);
  try {
    await once(sink, event, { signal: waits.signal });
  } catch {
    throw new Gone();
  } finally {
    clearTimeout(timer);
    outgoing.off('close', give);
  }
}

// --- headers -------------------------------------------------------------------------------------------------------------------------

function headersOf(answer: DavResponse, sending: Sending): Record<string, string | number> {
  const headers: Record<string, string | number> = { ...answer.headers, 'X-Content-Type-Options': 'nosniff' };
  if (sending.last) headers.Connection = 'close';
  if (isCompressible(answer)) {
    const vary = answer.headers.Vary;
    headers.Vary = vary === undefined ? 'Accept-Encoding' : `${vary}, Accept-Encoding`;
  }
  return headers;
}

const COMPRESSIBLE = /^(?:application|text)\/xml\b|^text\/html\b/;

/** Answers about resources and pages. A resource itself has a strong ETag, which names one sequence of octets: RFC 9110 section 8.8.3.3. */
function isCompressible({ status, headers }: DavResponse): boolean {
  if (status === 204 || status === 304) return false;
  const type = headers['Content-Type'];
  return type !== undefined && COMPRESSIBLE.test(type) && !('ETag' in headers) && !('Content-Encoding' in headers);
}

function compresses(answer: DavResponse, { acceptEncoding }: Sending): boolean {
  return acceptEncoding !== undefined && isCompressible(answer) && takesGzip(acceptEncoding);
}

/** Whether gzip is named, and not with a weight of 0. RFC 9110 section 12.5.3 */
export function takesGzip(acceptEncoding: string): boolean {
  const weight = /(?:^|,)\s*(?:x-)?gzip\s*(?:;\s*q\s*=\s*([\d.]+)\s*)?(?:,|$)/i.exec(acceptEncoding);
  return weight !== null && Number(weight[1] ?? 1) > 0;
}
