/**
 * Bodies on their way into large contents: what arrives is what was sent, in pieces of the right size, whatever the pieces it came in.
 */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { catalogue } from '../../src/dav/catalogue.ts';
import { abandonContent, receiveContent } from '../../src/dav/content.ts';
import { DavError } from '../../src/dav/errors.ts';
import { etagOf } from '../../src/dav/etag.ts';
import { DEFAULT_LIMITS } from '../../src/dav/limits.ts';
import type { Context, DavRequest } from '../../src/dav/method.ts';
import {
  type AccountId,
  type ContentId,
  NO_COLLECTION,
  type Origin,
  PIECE,
  type Quota,
  UNBOUNDED,
} from '../../src/store/records.ts';
import { QuotaExceeded, type Store } from '../../src/store/store.ts';
import { openTestStore } from '../support/engine.ts';

const LIMIT = 64 * PIECE;
const ORIGIN: Origin = { by: undefined, client: 'tests', at: 1_800_000_000 };
const opened = await openTestStore();
after(() => opened.close());
const account = await opened.write(ORIGIN, async (tx) => {
  const tenant = await tx.directory.addTenant('example');
  await tx.directory.addDomain('example.com', tenant.id);
  const names = { address: 'ann@example.com', aliases: [], displayName: 'Ann', passwordHash: undefined };
  return tx.directory.addAccount({ tenant: tenant.id, kind: 'individual', ...names });
});
const owner: AccountId = account.id;

/** A store that counts what is done with it. */
function counting(store: Store): Store & { writes: number } {
  const counted = {
    ...store,
    writes: 0,
    write<T>(...parameters: Parameters<typeof store.write<T>>): Promise<T> {
      counted.writes++;
      return store.write(...parameters);
    },
  };
  return counted;
}

function contextOn(store: Store): Context {
  return {
    catalogue: catalogue([]),
    store,
    limits: DEFAULT_LIMITS,
    epoch: store.epoch,
    located: { found: false, parent: undefined, name: '' },
    user: account,
    preferences: { depthNoroot: false },
    writes: ORIGIN,
    now: ORIGIN.at,
    newName: () => 'name',
    clock: () => ORIGIN.at,
  };
}

/** A PUT whose body comes in these slices; what is asked for after the last one is thrown. */
function putOf(slices: Iterable<Uint8Array>, headers: DavRequest['headers'] = {}, end?: DavError): DavRequest {
  return {
    method: 'PUT',
    target: '/files/ann@example.com/a.bin',
    headers,
    origin: 'https://dav.example.com',
    body: () => Promise.reject(new Error('the body is asked for as a whole')),
    async *stream(limit) {
      let size = 0;
      for (const slice of slices) {
        size += slice.length;
        if (size > limit) throw new DavError(413, 'too large');
        yield slice;
      }
      if (end !== undefined) throw end;
    },
  };
}

function slicesOf(data: Uint8Array, length: number): readonly Uint8Array[] {
  return Array.from({ length: Math.ceil(data.length / length) }, (_, i) => data.subarray(i * length, (i + 1) * length));
}

async function stored(content: ContentId): Promise<readonly Uint8Array[]> {
  return opened.read((tx) => tx.contents.pieces(owner, content, 0, 1000));
}

async function setQuota(octets: Quota): Promise<void> {
  await opened.write(ORIGIN, (tx) => tx.usage.setQuota(owner, octets));
}

test('any octets in any slices arrive as they were sent, in whole pieces, with the etag of the same bytes', async () => {
  const edges = fc.constantFrom(1, PIECE - 1, PIECE, PIECE + 1, 4 * PIECE - 1, 4 * PIECE, 4 * PIECE + 1, 9 * PIECE + 7);
  const slices = fc.constantFrom(1_000, 16 * 1024, 65_536, 65_537, PIECE, 3 * PIECE + 1, 20 * PIECE);
  await fc.assert(
    fc.asyncProperty(edges, slices, async (size, slice) => {
      const data = randomBytes(size);
      const came = await receiveContent(putOf(slicesOf(data, slice)), owner, LIMIT, contextOn(opened));
      assert.ok(came.id !== undefined);
      assert.deepEqual({ size: came.size, etag: came.etag }, { size, etag: etagOf(data) });
      const pieces = await stored(came.id);
      assert.ok(pieces.slice(0, -1).every((piece) => piece.length === PIECE));
      assert.ok(Buffer.concat(pieces).equals(data));
    }),
    { numRuns: 25 },
  );
});

test('slices of one octet arrive too', async () => {
  const data = randomBytes(50_000);
  const came = await receiveContent(putOf(slicesOf(data, 1)), owner, LIMIT, contextOn(opened));
  assert.ok(came.id !== undefined);
  assert.ok(Buffer.concat(await stored(came.id)).equals(data));
});

test('a buffer that the sender uses again afterwards changes nothing', async () => {
  const buffer = Buffer.alloc(100_000);
  function* overwritten(): Generator<Uint8Array> {
    for (let i = 0; i < 8; i++) yield buffer.fill(i);
  }
  const came = await receiveContent(putOf(overwritten()), owner, LIMIT, contextOn(opened));
  assert.ok(came.id !== undefined);
  const expected = Buffer.concat(Array.from({ length: 8 }, (_, i) => Buffer.alloc(100_000, i)));
  assert.ok(Buffer.concat(await stored(came.id)).equals(expected));
});

test('an empty body has an etag and no content', async () => {
  const store = counting(opened);
  const came = await receiveContent(putOf([], { 'content-length': '0' }), owner, LIMIT, contextOn(store));
  assert.deepEqual(came, { id: undefined, size: 0, etag: etagOf(new Uint8Array(0)) });
  assert.equal(store.writes, 0);
});

test('each four pieces are one short write, and no more is asked for while they are written', async () => {
  const store = counting(opened);
  let ahead = 0;
  let most = 0;
  const watching: Store = {
    ...store,
    async write(origin, work) {
      ahead = 0;
      return store.write(origin, work);
    },
  };
  function* slices(): Generator<Uint8Array> {
    for (let i = 0; i < 9 * 4; i++) {
      ahead += PIECE / 4;
      most = Math.max(most, ahead);
      yield Buffer.alloc(PIECE / 4, i);
    }
  }
  const came = await receiveContent(putOf(slices()), owner, LIMIT, contextOn(watching));
  assert.equal(came.size, 9 * PIECE);
  assert.equal(store.writes, 3);
  assert.ok(most <= 5 * PIECE, `${most} octets were asked for between two writes`);
});

test('a body that breaks off is refused as the stream says, and one beyond the limit with 413', async () => {
  const slices = slicesOf(Buffer.alloc(5 * PIECE), PIECE);
  const broken = putOf(slices, {}, new DavError(400, 'the connection ended before the body did'));
  await assert.rejects(receiveContent(broken, owner, LIMIT, contextOn(opened)), { status: 400 });
  await assert.rejects(receiveContent(putOf(slices), owner, 2 * PIECE, contextOn(opened)), { status: 413 });
});

test('what breaks off goes with the next pruning, what came whole stays as long as it may', async () => {
  const prune = () =>
    opened.prune({ tombstones: 0, history: 0, locks: 0, attachments: 0, contents: ORIGIN.at - 3600 }, 1000);
  await prune();
  const slices = slicesOf(Buffer.alloc(9 * PIECE), PIECE);
  const broken = putOf(slices, {}, new DavError(400, 'the connection ended before the body did'));
  await assert.rejects(receiveContent(broken, owner, LIMIT, contextOn(opened)), { status: 400 });
  const kept = await receiveContent(putOf(slices), owner, LIMIT, contextOn(opened));
  assert.equal((await prune()).contents, 1 + 8, 'a row, and the pieces that were written');
  assert.ok(kept.id !== undefined);
  assert.equal((await stored(kept.id)).length, 9);
  await abandonContent(owner, kept.id, contextOn(opened));
  assert.equal((await prune()).contents, 1 + 9);
  // There is nothing more to be given up.
  await abandonContent(owner, kept.id, contextOn(opened));
});

test('RFC 4331 section 6: a declared length beyond the quota is refused before anything is read', async () => {
  await setQuota(1000);
  let asked = false;
  function* slices(): Generator<Uint8Array> {
    asked = true;
    yield Buffer.alloc(1001);
  }
  const store = counting(opened);
  const request = putOf(slices(), { 'content-length': '1001' });
  await assert.rejects(receiveContent(request, owner, LIMIT, contextOn(store)), QuotaExceeded);
  assert.equal(asked, false);
  const fits = await receiveContent(
    putOf([Buffer.alloc(1000)], { 'content-length': '1000' }),
    owner,
    LIMIT,
    contextOn(store),
  );
  assert.equal(fits.size, 1000);
  await setQuota('default');
});

test('RFC 4331 section 6: a body of unknown length is refused as soon as it is too much', async () => {
  await setQuota(2 * PIECE);
  let slices = 0;
  function* endless(): Generator<Uint8Array> {
    for (; slices < 60; slices++) yield Buffer.alloc(PIECE);
  }
  const store = counting(opened);
  await assert.rejects(receiveContent(putOf(endless()), owner, LIMIT, contextOn(store)), QuotaExceeded);
  assert.ok(slices <= 4, `${slices} slices were asked for`);
  assert.equal(store.writes, 0);
  await setQuota('default');
});

test('the length of a coded body says nothing about the quota', async () => {
  await setQuota(100);
  const coded = { 'content-length': '120', 'content-encoding': 'gzip' };
  const came = await receiveContent(putOf([Buffer.alloc(90)], coded), owner, LIMIT, contextOn(opened));
  assert.equal(came.size, 90);
  await setQuota('default');
});

test('a content that is an object’s cannot be given up', async () => {
  const data = randomBytes(1000);
  const { id, size, etag } = await receiveContent(putOf([data]), owner, LIMIT, contextOn(opened));
  assert.ok(id !== undefined);
  const content = { id, size };
  await opened.write(ORIGIN, async (tx) => {
    const home = await tx.collections.add(owner, {
      parent: NO_COLLECTION,
      name: 'files',
      kind: 'files-home',
      properties: {},
    });
    const index = { component: '', ...UNBOUNDED, texts: {} };
    await tx.objects.put(home, { name: 'a', uid: '', etag, data: new Uint8Array(0), content, index });
  });
  await abandonContent(owner, id, contextOn(opened));
  await opened.prune({ tombstones: 0, history: 0, locks: 0, attachments: 0, contents: ORIGIN.at + 3600 }, 1000);
  assert.ok(Buffer.concat(await stored(id)).equals(data));
});
