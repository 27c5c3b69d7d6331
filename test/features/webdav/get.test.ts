/**
 * GET of objects whose bytes lie in pieces. RFC 9110 section 14.
 */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { after, before, test } from 'node:test';
import { type CollectionKey, PIECE, UNBOUNDED } from '../../../src/store/records.ts';
import type { Store } from '../../../src/store/store.ts';
import { type Client, client } from '../../support/client.ts';
import { openTestStore } from '../../support/engine.ts';
import { inProcess } from '../../support/in-process.ts';
import type { ServiceUnderTest } from '../../support/service.ts';

const SIZE = 6 * PIECE + 1000;
const OCTETS = Buffer.from(Uint32Array.from({ length: SIZE / 4 }, (_, i) => i * 2_654_435_761).buffer);
const ETAG = 'abc';
const ORIGIN = { by: undefined, client: 'tests', at: 1_800_000_000 };

let store: Store;
let service: ServiceUnderTest;
/** How many reads of pieces there were, and of how many pieces at most. */
const reads = { count: 0, most: 0 };
let alice: Client;
let key: CollectionKey;

before(async () => {
  const opened = await openTestStore();
  store = {
    ...opened,
    read: (work) =>
      opened.read((tx) =>
        work({
          ...tx,
          contents: {
            pieces(account, content, first, count) {
              reads.count++;
              reads.most = Math.max(reads.most, count);
              return tx.contents.pieces(account, content, first, count);
            },
          },
        }),
      ),
  };
  service = await inProcess(store, {});
  const { address, password, exists } = service.account('alice', 1);
  await exists;
  alice = client(service, { user: address, password }, () => Promise.resolve());
  key = await store.read(async (tx) => {
    const account = await tx.directory.accountByAddress(address);
    const along = await tx.collections.along(account?.id ?? assert.fail(), ['calendars', 'default']);
    return along[1] ?? assert.fail();
  });
});
after(() => service.close());

/** Stores an object of so many octets, or one that lacks some of them, under a name in alice's calendar, and gives its path. */
async function stored(name: string, size: number, there = size): Promise<string> {
  await store.write(ORIGIN, async (tx) => {
    const id = await tx.contents.begin(key.account);
    for (let at = 0; at < there; at += PIECE)
      await tx.contents.append(key.account, id, at / PIECE, [OCTETS.subarray(at, Math.min(there, at + PIECE))]);
    const content = { id, size };
    const index = { component: 'FILE', ...UNBOUNDED, texts: {} };
    await tx.objects.put(key, { name, uid: name, etag: ETAG, data: new Uint8Array(0), content, index });
  });
  reads.count = 0;
  reads.most = 0;
  return `${alice.calendar}${name}`;
}

test('RFC 9110 section 9.3.1: a large content comes whole, a few pieces at a time', async () => {
  const path = await stored('whole', SIZE);
  const answer = await alice.get(path).expect(200).expectHeader('Content-Length', String(SIZE));
  assert.ok(OCTETS.equals(answer.body));
  assert.deepEqual(reads, { count: 2, most: 4 });
});

test('RFC 9110 section 14.2: a range of a large content begins at the piece of its first octet', async () => {
  const path = await stored('ranges', SIZE);
  for (const [first, last, count] of [
    [0, 0, 1],
    [0, PIECE - 1, 1],
    [PIECE - 1, PIECE, 1],
    [PIECE, 2 * PIECE - 1, 1],
    [5 * PIECE + 7, SIZE - 1, 1],
    [SIZE - 1, SIZE - 1, 1],
    [PIECE + 1, 5 * PIECE, 2],
    [1, SIZE - 2, 2],
  ] as const) {
    reads.count = 0;
    const answer = await alice
      .get(path, { Range: `bytes=${first}-${last}` })
      .expect(206)
      .expectHeader('Content-Range', `bytes ${first}-${last}/${SIZE}`)
      .expectHeader('Content-Length', String(last - first + 1));
    assert.ok(OCTETS.subarray(first, last + 1).equals(answer.body), `${first} to ${last}`);
    assert.equal(reads.count, count);
  }
  await alice
    .get(path, { Range: `bytes=${SIZE}-` })
    .expect(416)
    .expectHeader('Content-Range', `bytes */${SIZE}`);
});

test('RFC 9110 section 9.3.2: HEAD of a large content says its length and reads none of it', async () => {
  const path = await stored('head', SIZE);
  await alice.head(path).expect(200).expectHeader('Content-Length', String(SIZE)).expectHeader('ETag', `"${ETAG}"`);
  await alice.get(path, { 'If-None-Match': `"${ETAG}"` }).expect(304);
  assert.equal(reads.count, 0);
});

test('contents of no piece, of exactly one, and of exactly as many as are read at once', async () => {
  for (const [size, count] of [
    [0, 0],
    [PIECE, 1],
    [4 * PIECE, 1],
    [5 * PIECE, 2],
  ] as const) {
    const path = await stored(`size-${size}`, size);
    const answer = await alice.get(path).expect(200).expectHeader('Content-Length', String(size));
    assert.ok(OCTETS.subarray(0, size).equals(answer.body));
    assert.equal(reads.count, count);
  }
});

test('a content that lacks octets breaks off', async () => {
  const path = await stored('short', 2 * PIECE, PIECE + 10);
  await assert.rejects(async () => alice.get(path), /missing or short/);
  await alice.get(path, { Range: `bytes=0-${PIECE - 1}` }).expect(206);
});

test('a browser runs nothing of an object', async () => {
  const path = await stored('safe', PIECE);
  await alice
    .get(path)
    .expect(200)
    .expectHeader('Content-Security-Policy', "default-src 'none'; sandbox")
    .expectHeader('X-Content-Type-Options', 'nosniff');
});
