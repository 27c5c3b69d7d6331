/**
 * Parts of objects. RFC 9110 section 14, RFC 9110 section 13.1.5.
 */
import assert from 'node:assert/strict';
import { event } from '../../support/builders.ts';
import type { Client } from '../../support/client.ts';
import { declined, may, must, should } from '../../support/conformance.ts';

/** Stores an event with letters of more than one octet. */
async function stored(alice: Client): Promise<{ path: string; octets: Buffer; etag: string }> {
  const path = `${alice.calendar}a.ics`;
  const object = event({ SUMMARY: 'Käsekuchen für José' });
  const { etag } = await alice.put(path, object).expect(201);
  return { path, octets: Buffer.from(object), etag };
}

must(
  'RFC 9110 section 15.3.7.1',
  'a range is answered 206 with its octets, and says which they are',
  async ({ alice }) => {
    const { path, octets, etag } = await stored(alice);
    const size = octets.length;
    for (const [range, first, last] of [
      ['bytes=0-99', 0, 99],
      ['bytes=100-199', 100, 199],
      ['bytes=100-', 100, size - 1],
      ['bytes=-10', size - 10, size - 1],
      ['bytes=0-0', 0, 0],
      [`bytes=0-${size * 2}`, 0, size - 1],
      [`bytes=-${size * 2}`, 0, size - 1],
    ] as const) {
      const answer = await alice
        .get(path, { Range: range })
        .expect(206)
        .expectHeader('Content-Range', `bytes ${first}-${last}/${size}`)
        .expectHeader('Content-Length', String(last - first + 1))
        .expectHeader('ETag', etag)
        .expectHeader('Cache-Control', /private/);
      assert.deepEqual(Buffer.from(answer.body), octets.subarray(first, last + 1), range);
    }
  },
);

must('RFC 9110 section 15.3.7.3', 'parts of the same ETag put together are the object', async ({ alice }) => {
  const { path, octets, etag } = await stored(alice);
  const parts: Uint8Array[] = [];
  for (let at = 0; at < octets.length; at += 64) {
    const answer = await alice.get(path, { Range: `bytes=${at}-${at + 63}`, 'If-Match': etag }).expect(206);
    parts.push(answer.body);
  }
  assert.deepEqual(Buffer.concat(parts), octets);
});

should('RFC 9110 section 15.5.17', 'a range behind the end is answered 416 with the size', async ({ alice }) => {
  const { path, octets } = await stored(alice);
  for (const range of [`bytes=${octets.length}-`, `bytes=${'9'.repeat(300)}-`, 'bytes=-0']) {
    await alice.get(path, { Range: range }).expect(416).expectHeader('Content-Range', `bytes */${octets.length}`);
  }
});

must('RFC 9110 section 14.2', 'a range of another unit is ignored', async ({ alice }) => {
  const { path, octets } = await stored(alice);
  const answer = await alice.get(path, { Range: 'lines=0-4' }).expect(200).expectHeader('Content-Range', undefined);
  assert.deepEqual(Buffer.from(answer.body), octets);
});

may('RFC 9110 section 14.2', 'a malformed range is ignored', async ({ alice }) => {
  const { path, octets } = await stored(alice);
  for (const range of ['bytes', 'bytes=', 'bytes=5-4', 'bytes=a-b', '0-4']) {
    const answer = await alice.get(path, { Range: range }).expect(200).expectHeader('Content-Range', undefined);
    assert.deepEqual(Buffer.from(answer.body), octets);
  }
});

must('RFC 9110 section 14.2', 'ranges are for GET alone', async ({ alice }) => {
  const { path } = await stored(alice);
  await alice.head(path, { Range: 'bytes=0-9' }).expect(200).expectHeader('Content-Range', undefined);
  await alice.delete(path, { Range: 'bytes=0-9' }).expect(204);
});

should('RFC 9110 section 14.3', 'GET and HEAD say that ranges are served', async ({ alice }) => {
  const { path } = await stored(alice);
  await alice.get(path).expect(200).expectHeader('Accept-Ranges', 'bytes');
  await alice.head(path).expect(200).expectHeader('Accept-Ranges', 'bytes');
});

declined(
  'RFC 9110 section 15.3.7.2',
  'several ranges in one answer',
  'no client of calendars, contacts or files asks for them, and they are a means of attack; such a request gets the whole object',
);

may('RFC 9110 section 14.2', 'several ranges are answered with the whole', async ({ alice }) => {
  const { path, octets } = await stored(alice);
  const answer = await alice.get(path, { Range: 'bytes=0-4,10-14' }).expect(200);
  assert.deepEqual(Buffer.from(answer.body), octets);
});

must(
  'RFC 9110 section 13.1.5',
  'with If-Range a part is served of what has not changed, else the whole',
  async ({ alice }) => {
    const { path, octets, etag } = await stored(alice);
    const { headers } = await alice.get(path).expect(200);
    for (const validator of [etag, headers['last-modified']]) {
      await alice.get(path, { Range: 'bytes=0-9', 'If-Range': validator }).expect(206);
    }
    for (const validator of ['"other"', `W/${etag}`, 'Sun, 06 Nov 1994 08:49:37 GMT', 'nonsense']) {
      const answer = await alice
        .get(path, { Range: 'bytes=0-9', 'If-Range': validator })
        .expect(200)
        .expectHeader('Content-Range', undefined);
      assert.deepEqual(Buffer.from(answer.body), octets);
    }
  },
);

must('RFC 9110 section 13.1.5', 'If-Range without Range is ignored', async ({ alice }) => {
  const { path } = await stored(alice);
  await alice.get(path, { 'If-Range': '"other"' }).expect(200);
});

must('RFC 9110 section 13.2.2', 'conditions come before If-Range, and If-Range before the range', async ({ alice }) => {
  const { path, etag } = await stored(alice);
  const range = { Range: 'bytes=0-9' };
  const beyond = { Range: 'bytes=999999-' };
  await alice.get(path, { ...range, 'If-Match': '"other"', 'If-Range': etag }).expect(412);
  await alice.get(path, { ...range, 'If-None-Match': etag, 'If-Range': etag }).expect(304);
  await alice.get(path, { ...beyond, 'If-None-Match': etag }).expect(304);
  await alice.get(path, { ...beyond, 'If-Match': '"other"' }).expect(412);
  await alice.get(path, { ...beyond, 'If-Range': '"other"' }).expect(200);
  await alice.get(path, { ...beyond, 'If-Range': etag }).expect(416);
  await alice.get(path, { ...range, 'If-Match': etag, 'If-None-Match': '"other"', 'If-Range': etag }).expect(206);
});

must(
  'RFC 9110 section 14.2',
  'a range of what is not there, or not for the user, is refused as the whole is',
  async ({ alice, bob }) => {
    const { path } = await stored(alice);
    await alice.get(`${alice.calendar}nothing.ics`, { Range: 'bytes=0-9' }).expect(404);
    await bob.get(path, { Range: 'bytes=0-9' }).expect(404);
  },
);
