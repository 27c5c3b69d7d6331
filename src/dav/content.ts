/**
 * A body on its way into a large content: cut into pieces and written a few at a time while it comes, so that its size costs no memory and
 * no transaction waits for the client. RFC 4918 section 9.7, RFC 4331 section 6.
 */
import { Buffer } from 'node:buffer';
import type { ByteRange } from '../formats/http/range.ts';
import { type AccountId, type ContentId, PIECE } from '../store/records.ts';
import type { Store } from '../store/store.ts';
import { QuotaExceeded } from '../store/store.ts';
import { DavError } from './errors.ts';
import { etagMaker } from './etag.ts';
import type { Context, DavRequest } from './method.ts';

/** Pieces that are written together; so many are in memory. */
const GATHERED = 4;

/** What came. */
export interface ReceivedContent {
  /** Nothing has it yet: unless an object does soon, it is pruned. Undefined for an empty body, for which there is no content. */
  readonly id: ContentId | undefined;
  /** In octets. */
  readonly size: number;
  /** As `etagOf` says of the same bytes. */
  readonly etag: string;
}

/**
 * Stores the body of a request as a content of the owner's. What breaks off is given up.
 * @throws DavError 413 beyond `limit` octets, and whatever else the stream throws
 * @throws QuotaExceeded as soon as it is sure that the account has not the room; whoever makes it an object's is asked again
 */
export async function receiveContent(
  request: DavRequest,
  owner: AccountId,
  limit: number,
  context: Context,
): Promise<ReceivedContent> {
  const room = await roomFor(request, owner, context);
  room.require(announced(request));
  const tag = etagMaker();
  let id: ContentId | undefined;
  let written = 0;
  let size = 0;
  let pieces: Uint8Array[] = [];
  const flush = async (): Promise<void> => {
    const [from, first, next] = [id, written, pieces];
    // Of its own time: what nobody has added to for a while is pruned, and an upload may take hours.
    id = await context.store.write({ ...context.writes, at: context.clock() }, async ({ contents }) => {
      const content = from ?? (await contents.begin(owner));
      await contents.append(owner, content, first, next);
      return content;
    });
    written += next.length;
    pieces = [];
  };
  try {
    for await (const piece of inPieces(request.stream(limit))) {
      tag.add(piece);
      size += piece.length;
      room.require(size);
      pieces.push(piece);
      if (pieces.length === GATHERED) await flush();
    }
    if (pieces.length > 0) await flush();
  } catch (error) {
    if (id !== undefined) await abandonContent(owner, id, context);
    throw error;
  }
  return { id, size, etag: tag.etag() };
}

/**
 * Gives up a content that no object will have: it goes the next time that contents are pruned, so that uploads in vain do not pile up
 * beside the quota. Never rejects.
 */
export async function abandonContent(owner: AccountId, id: ContentId, { store, writes }: Context): Promise<void> {
  // Nothing more was added to it, and that long ago. Where it is an object's after all, or gone, nothing happens.
  const longAgo = { ...writes, at: 0 };
  await store.write(longAgo, ({ contents }) => contents.append(owner, id, 0, [])).catch(() => {});
}

/** Octets that the client says it sends; what they are when decoded it does not say. */
function announced({ headers }: DavRequest): number {
  const coding = (headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  const length = Number(headers['content-length'] ?? 0);
  return coding === 'identity' && Number.isSafeInteger(length) ? length : 0;
}

/** How much the object may have, as things are when the body begins to come: what it replaces makes room. */
async function roomFor({ method }: DavRequest, owner: AccountId, { store, located }: Context) {
  const { used, quota } = await store.read((tx) => tx.usage.of(owner));
  const replaced =
    method === 'PUT' && located.found && located.resource.shape === 'object' ? located.resource.object.size : 0;
  return {
    /** @throws QuotaExceeded */
    require(size: number): void {
      // What shrinks may always be stored, however full the account is.
      if (quota !== undefined && size > replaced && used - replaced + size > quota) throw new QuotaExceeded(quota);
    },
  };
}

/** What a buffer begins with: most files are small. */
const SMALL = 16 * 1024;

/** The same octets in pieces of PIECE, but the last. Each is copied, since what comes may be slices of much larger buffers. */
async function* inPieces(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let piece = Buffer.allocUnsafeSlow(SMALL);
  let filled = 0;
  for await (const octets of stream) {
    for (let at = 0; at < octets.length; ) {
      if (filled === PIECE) {
        yield piece;
        piece = Buffer.allocUnsafeSlow(PIECE);
        filled = 0;
      } else if (filled === piece.length) piece = grown(piece);
      const count = Math.min(octets.length - at, piece.length - filled);
      piece.set(octets.subarray(at, at + count), filled);
      filled += count;
      at += count;
    }
  }
  if (filled > 0) yield piece.subarray(0, filled);
}

function grown(piece: Uint8Array): Buffer<ArrayBuffer> {
  const larger = Buffer.allocUnsafeSlow(Math.min(PIECE, 4 * piece.length));
  larger.set(piece);
  return larger;
}

// --- reading -------------------------------------------------------------------------------------------------------------------------

/** A content of an account, with what is said of it where its bytes are missing. */
interface StoredContent {
  readonly account: AccountId;
  readonly content: ContentId;
  /** In octets. */
  readonly size: number;
  readonly name: string;
}

/** Pieces that are read at once. */
const READ_AT_ONCE = 4;

/** A part of a content: a few pieces at a time, each time in a read of its own. @throws Error when the content has gone meanwhile */
export async function* octetsOf(
  { account, content, name }: StoredContent,
  { first, last }: ByteRange,
  store: Store,
): AsyncGenerator<Uint8Array> {
  const end = Math.floor(last / PIECE);
  for (let at = Math.floor(first / PIECE); at <= end; at += READ_AT_ONCE) {
    const from = at;
    const count = Math.min(READ_AT_ONCE, end - from + 1);
    const pieces = await store.read((tx) => tx.contents.pieces(account, content, from, count));
    for (let i = 0; i < count; i++) {
      const start = (from + i) * PIECE;
      const octets = pieces[i]?.subarray(Math.max(0, first - start), Math.min(PIECE, last + 1 - start));
      const wanted = Math.min(start + PIECE, last + 1) - Math.max(start, first);
      if (octets?.length !== wanted) throw new Error(`piece ${from + i} of the content of ${name} is missing or short`);
      yield octets;
    }
  }
}

/** Pieces that are copied together. */
const COPIED_AT_ONCE = 8;

/**
 * A copy for another account, made a few pieces at a time, each time in a transaction of its own.
 * @throws DavError 409 when the content has gone meanwhile
 */
export async function copyContent(
  { account, content, size, name }: StoredContent,
  to: AccountId,
  context: Context,
): Promise<ContentId> {
  const { store, writes } = context;
  const count = Math.ceil(size / PIECE);
  const id = await store.write(writes, (tx) => tx.contents.begin(to));
  try {
    for (let first = 0; first < count; first += COPIED_AT_ONCE) {
      const most = Math.min(COPIED_AT_ONCE, count - first);
      const pieces = await store.read((tx) => tx.contents.pieces(account, content, first, most));
      if (pieces.length < most) throw new DavError(409, `${name} was changed while it was copied; try again`);
      await store.write(writes, (tx) => tx.contents.append(to, id, first, pieces));
    }
  } catch (error) {
    await abandonContent(to, id, context);
    throw error;
  }
  return id;
}
