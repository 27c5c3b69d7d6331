/**
 * Managed attachments in what clients store, in copies, and on their way out. RFC 8607 section 3.7, RFC 8607 section 3.10.
 */
import assert from 'node:assert/strict';
import { event, newUid } from '../../support/builders.ts';
import type { Client } from '../../support/client.ts';
import { declined, hostile, may, must, should } from '../../support/conformance.ts';
import { clark } from '../../support/names.ts';
import { TEST_LIMITS } from '../../support/service.ts';
import { add, attaches, attachOf, newEvent, post } from './attaching.ts';

/** An event with its ATTACH lines as they stand in an object. */
async function linesOf(client: Client, path: string): Promise<readonly string[]> {
  const { text } = await client.get(path).expect(200);
  return [...text.replaceAll('\r\n ', '').matchAll(/^(ATTACH[;:].*)\r$/gm)].map(([, line]) => line ?? '');
}

/** An event with content lines of one's own. */
function eventWith(lines: readonly string[], uid = newUid()): string {
  return event({ UID: uid }).replace('END:VEVENT', [...lines, 'END:VEVENT'].join('\r\n'));
}

must('RFC 8607 section 3.7', 'a PUT that keeps an ATTACH keeps it, also in another object', async ({ alice }) => {
  const path = await newEvent(alice);
  await add(alice, path);
  const { path: url } = await attachOf(alice, path);
  const { text } = await alice.get(path);
  await alice.put(path, text.replace('Meeting', 'Lunch')).expect(204);
  await alice.get(url).expect(200);
  const other = `${await alice.newCalendar('other')}b.ics`;
  const body = eventWith(await linesOf(alice, path));
  await alice.put(other, body).expect(201);
  await alice.get(other).expect(200).expectText(body);
  await alice.delete(path).expect(204);
  await alice.get(url).expect(200).expectText('the agenda');
  await alice.delete(`${alice.calendars}other/`).expect(204);
  await alice.get(url).expect(404);
});

must('RFC 8607 section 3.9', 'a PUT without the ATTACH removes it', async ({ alice }) => {
  const path = await newEvent(alice);
  await add(alice, path);
  const { path: url } = await attachOf(alice, path);
  const { text } = await alice.get(path);
  await alice.put(path, text.replaceAll(/^ATTACH.*\r\n(?: .*\r\n)*/gm, '')).expect(204);
  await alice.get(url).expect(404);
  await alice.put(path, text).expect(204);
  await alice.get(url).expect(200);
});

must(
  'RFC 8607 section 3.11',
  'valid-managed-id-parameter: a PUT refers to attachments that are there',
  async ({ alice, bob }) => {
    const path = await newEvent(alice);
    await add(alice, path);
    const lines = await linesOf(alice, path);
    await bob.put(`${bob.calendar}a.ics`, eventWith(lines)).expectPrecondition('C:valid-managed-id-parameter', 403);
    for (const line of [
      'ATTACH;MANAGED-ID=unknown:https://dav.example.com/a',
      'ATTACH;MANAGED-ID=:https://dav.example.com/a',
    ]) {
      await alice
        .put(`${alice.calendar}a.ics`, eventWith([line]))
        .expectPrecondition('C:valid-managed-id-parameter', 403);
    }
    const plain = eventWith([
      'ATTACH;FMTTYPE=text/plain:https://example.org/a',
      'ATTACH;ENCODING=BASE64;VALUE=BINARY:QUJD',
    ]);
    await alice.put(`${alice.calendar}a.ics`, plain).expect(201);
    await alice.get(`${alice.calendar}a.ics`).expectText(plain);
  },
);

must('RFC 8607 section 6.3', 'a PUT that adds attachments beyond the number is refused', async ({ alice }) => {
  const paths = [await newEvent(alice), await newEvent(alice)];
  for (let at = 0; at <= TEST_LIMITS.attachments; at += 1) await add(alice, paths[at % 2]!, `number ${at}`);
  const lines = [...(await linesOf(alice, paths[0]!)), ...(await linesOf(alice, paths[1]!))];
  await alice.put(`${alice.calendar}a.ics`, eventWith(lines)).expectPrecondition('C:max-attachments-per-resource', 403);
  await alice.put(`${alice.calendar}a.ics`, eventWith(lines.slice(1))).expect(201);
});

must(
  'RFC 8607 section 3.12.2',
  'who writes in the calendar of another uses nothing there but what is there, and what is his',
  async ({ alice, bob }) => {
    const shared = await alice.newCalendar('shared');
    await alice.acl(shared, [[bob.principal, 'D:read', 'D:write']]).expect(200);
    const secret = await newEvent(alice);
    await add(alice, secret, 'secret');
    const stolen = eventWith(await linesOf(alice, secret));
    await bob.put(`${shared}stolen.ics`, stolen).expectPrecondition('C:valid-managed-id-parameter', 403);
    const open = await newEvent(alice, {}, shared);
    await add(alice, open, 'open');
    const { text } = await bob.get(open);
    await bob.put(open, text.replace('Meeting', 'Lunch')).expect(204);
    const own = await newEvent(bob, {}, shared);
    await add(bob, own, 'of bob');
    await bob.put(`${shared}again.ics`, eventWith(await linesOf(bob, own))).expect(201);
    const second = await alice.newCalendar('second');
    await alice.acl(second, [[bob.principal, 'D:read', 'D:write']]).expect(200);
    await bob.copy(open, `${second}copy.ics`).expect(201);
    assert.equal((await attaches(bob, `${second}copy.ics`)).length, 1);
  },
);

must('RFC 8607 section 3.7', 'COPY and MOVE within an account share the attachment', async ({ alice }) => {
  const path = await newEvent(alice);
  const id = await add(alice, path);
  const { path: url } = await attachOf(alice, path);
  const other = await alice.newCalendar('other');
  await alice.copy(path, `${other}copy.ics`).expect(201);
  assert.equal((await attachOf(alice, `${other}copy.ics`)).id, id);
  await alice.delete(path).expect(204);
  await alice.get(url).expect(200);
  await alice.move(`${other}copy.ics`, path).expect(201);
  await alice.get(url).expect(200);
  await alice.move(other, `${alice.calendars}moved/`).expect(201);
  await alice.get(url).expect(200);
});

should('RFC 8607 section 3.12.2', 'a copy in another account has a copy of the attachment', async ({ alice, bob }) => {
  const large = 'x'.repeat(550_000);
  const path = await newEvent(alice);
  const id = await add(alice, path, large, { 'Content-Disposition': 'attachment; filename=big.txt' });
  await add(alice, path, '');
  const target = await bob.newCalendar('target');
  await bob.acl(target, [[alice.principal, 'D:read', 'D:write']]).expect(200);
  await alice.copy(path, `${target}copy.ics`).expect(201);
  const [copy, empty] = await attaches(bob, `${target}copy.ics`);
  assert.ok(copy !== undefined && empty !== undefined);
  assert.notEqual(copy.id, id);
  assert.deepEqual([copy.name, copy.size], ['big.txt', '550000']);
  assert.ok(decodeURIComponent(copy.path).startsWith(`/attachments/${bob.address}/`));
  const first = await bob.get(`${target}copy.ics`).expect(200);
  await alice.copy(path, `${target}copy.ics`).expect(204);
  await bob.get(`${target}copy.ics`).expect(200).expectHeader('ETag', first.etag);
  await alice.move(path, `${target}moved.ics`).expect(409);
  await alice.delete(`${target}copy.ics`).expect(204);
  await bob.get(copy.path).expect(404);
  await alice.move(path, `${target}moved.ics`).expect(201);
  await alice.get(path).expect(404);
  const moved = await attaches(bob, `${target}moved.ics`);
  assert.equal(moved.length, 2);
  await bob.get(moved[0]!.path).expect(200).expectText(large);
  await bob.get(moved[1]!.path).expect(200).expectText(/^$/);
  const whole = await alice.newCalendar('whole');
  await bob.acl(target, [[alice.principal, 'D:read', 'D:write']]).expect(200);
  await bob.acl(bob.calendars, [[alice.principal, 'D:read', 'D:write']]).expect(200);
  await add(alice, await newEvent(alice, {}, whole), 'in a tree');
  await alice.copy(whole, `${bob.calendars}tree/`).expect(201);
  await alice.delete(whole).expect(204);
  const members = (await bob.propfind(`${bob.calendars}tree/`, '1').expect(207)).multistatus();
  const object = [...members.responses.keys()].find((one) => one.endsWith('.ics'))!;
  await bob
    .get((await attachOf(bob, object)).path)
    .expect(200)
    .expectText('in a tree');
});

// --- serving -------------------------------------------------------------------------------------------------------------------------

must(
  'RFC 8607 section 3.10',
  'GET and HEAD serve the attachment, whole and in part, with its validators',
  async ({ alice }) => {
    const path = await newEvent(alice);
    const bytes = Array.from({ length: 60_000 }, (_, at) => `${at},`).join('');
    await add(alice, path, bytes, { 'Content-Type': 'text/csv' });
    const { path: url } = await attachOf(alice, path);
    const whole = await alice.get(url).expect(200).expectHeader('Accept-Ranges', 'bytes').expectText(bytes);
    assert.equal(whole.headers['content-length'], String(bytes.length));
    await alice
      .head(url)
      .expect(200)
      .expectHeader('Content-Length', String(bytes.length))
      .expectHeader('ETag', whole.etag);
    await alice
      .get(url, { Range: 'bytes=262140-262150' })
      .expect(206)
      .expectHeader('Content-Range', `bytes 262140-262150/${bytes.length}`)
      .expectText(bytes.slice(262_140, 262_151));
    await alice.get(url, { Range: 'bytes=999999-' }).expect(416);
    await alice.get(url, { Range: 'bytes=0-1', 'If-Range': '"other"' }).expect(200);
    await alice.get(url, { 'If-None-Match': whole.etag }).expect(304);
    await alice.get(url, { 'If-Match': '"other"' }).expect(412);
  },
);

must('RFC 8607 section 3.8', 'nothing but GET and HEAD works on the URL of an attachment', async ({ alice }) => {
  const path = await newEvent(alice);
  await add(alice, path);
  const { path: url } = await attachOf(alice, path);
  for (const method of ['PUT', 'DELETE', 'POST', 'PROPPATCH', 'PROPFIND', 'MOVE', 'MKCOL', 'LOCK']) {
    await alice.request(method, url, { body: 'x' }).expect(405).expectHeader('Allow', 'GET, HEAD');
  }
  await alice.get(url).expect(200).expectText('the agenda');
});

should(
  'RFC 8607 section 3.12.2',
  'only who may read an object that uses it reads an attachment',
  async ({ alice, bob, carol, anonymous, team }) => {
    const shared = await alice.newCalendar('shared');
    const [secret, open] = [await newEvent(alice), await newEvent(alice, {}, shared)];
    await add(alice, secret, 'secret');
    await add(alice, open, 'open');
    const [hidden, shown] = [(await attachOf(alice, secret)).path, (await attachOf(alice, open)).path];
    await anonymous.get(shown).expect(401);
    for (const user of [bob, carol]) for (const url of [hidden, shown]) await user.get(url).expect(404);
    await alice.acl(shared, [[team.principal, 'D:read']]).expect(200);
    await bob.get(shown).expect(200).expectText('open');
    await bob.get(hidden).expect(404);
    await carol.get(shown).expect(404);
    await alice.acl(shared, [[bob.principal, 'C:read-free-busy']]).expect(200);
    await bob.get(shown).expect(404);
    await alice.acl(shared, [['D:authenticated', 'D:read']]).expect(200);
    await bob.get(shown).expect(200);
    await carol.get(shown).expect(404);
    await bob.get(shown.replace(alice.address, bob.address)).expect(404);
  },
);

hostile('S6 an attachment is never shown as a page of this service', async ({ alice }) => {
  const path = await newEvent(alice);
  const page = '<script>alert(document.domain)</script>';
  for (const type of ['text/html', 'image/svg+xml', 'application/xhtml+xml', 'text/javascript', 'no type']) {
    const id = await add(alice, path, page, {
      'Content-Type': type,
      'Content-Disposition': 'inline; filename="a.html"',
    });
    const answer = await alice
      .get((await attachOf(alice, path)).path)
      .expect(200)
      .expectText(page);
    assert.match(answer.headers['content-disposition'] ?? '', /^attachment;/);
    assert.equal(answer.headers['x-content-type-options'], 'nosniff');
    assert.match(answer.headers['content-security-policy'] ?? '', /^default-src 'none'; sandbox$/);
    assert.equal(answer.headers['content-type'], type === 'no type' ? 'application/octet-stream' : type);
    await post(alice, path, `remove&managed-id=${id}`).expect(204);
  }
});

hostile('S15 names of attachments break no line, no header and no path', async ({ alice }) => {
  const path = await newEvent(alice);
  const names = [
    ['filename="a\\"b;c:d,e.txt"', "a'b;c:d,e.txt"],
    ["filename*=UTF-8''a%0D%0AATTENDEE:x%0D%0A.txt", 'aATTENDEE:x.txt'],
    ["filename=plain.txt; filename*=UTF-8''Men%C3%BC.txt", 'Menü.txt'],
    ['filename="../../etc/passwd"', 'passwd'],
    ['filename="C:\\\\temp\\\\x.exe"', 'x.exe'],
    ["filename*=UTF-8''%E2%80%AEtxt.exe", 'txt.exe'],
    ['filename=".."', undefined],
    ['filename=', undefined],
    ['filename="never closed', undefined],
    // As most clients write it: the octets of UTF-8, each a character of the header.
    [`filename="${Buffer.from('é'.repeat(300)).toString('latin1')}.txt"`, undefined],
    ['filename="^n^\'.txt"', "^n^'.txt"],
  ] as const;
  for (const [given, name] of names) {
    const id = await add(alice, path, 'x', { 'Content-Disposition': `attachment; ${given}` });
    const attach = await attachOf(alice, path);
    if (given.length > 300) {
      assert.ok(Buffer.byteLength(attach.name ?? '') <= 200);
      assert.match(attach.name ?? '', /^é+\.txt$/);
    } else assert.equal(attach.name, name);
    assert.match(attach.url, /^https:[!-~]+$/);
    const answer = await alice.get(attach.path).expect(200);
    assert.match(answer.headers['content-disposition'] ?? '', /^[ -~]+$/);
    await post(alice, path, `remove&managed-id=${id}`).expect(204);
  }
});

hostile('S15 a media type says nothing but itself', async ({ alice }) => {
  const path = await newEvent(alice);
  await add(alice, path, 'x', { 'Content-Type': 'text/plain;x="a;b:c,d"' });
  assert.equal((await attachOf(alice, path)).type, 'text/plain');
  await add(alice, path, 'y', { 'Content-Type': 'text/"plain;FILENAME=x:y' });
  assert.equal((await attaches(alice, path))[1]?.type, 'application/octet-stream');
});

// --- properties ----------------------------------------------------------------------------------------------------------------------

may(
  'RFC 8607 section 6.1',
  'managed-attachments-server-URL of a home is empty: attachments are where the home is',
  async ({ alice }) => {
    const name = 'C:managed-attachments-server-URL';
    await alice.propfind(alice.calendars, '0', [name]).expectProperties(alice.calendars, { [name]: [] });
    await alice.propfind(alice.calendar, '0', [name]).expectProperties(alice.calendar, { [name]: undefined });
    const refused = await alice.proppatch(alice.calendars, { set: { [name]: '' } });
    assert.equal(refused.multistatus().at(alice.calendars).properties.get(clark(name))?.status, 403);
  },
);

must(
  'RFC 8607 section 6.2',
  'calendars say how large an attachment may be, and how many there may be; allprop does not',
  async ({ alice }) => {
    const expected = {
      'C:max-attachment-size': String(TEST_LIMITS.attachment),
      'C:max-attachments-per-resource': String(TEST_LIMITS.attachments),
    };
    const names = Object.keys(expected);
    await alice.propfind(alice.calendar, '0', names).expectProperties(alice.calendar, expected);
    const all = (await alice.propfind(alice.calendar, '0').expect(207)).multistatus().at(alice.calendar);
    for (const name of names) assert.ok(!all.properties.has(clark(name)));
    for (const name of names) {
      const refused = await alice.proppatch(alice.calendar, { set: { [name]: '1' } });
      assert.equal(refused.multistatus().at(alice.calendar).properties.get(clark(name))?.status, 403);
    }
  },
);

// --- what is left out ----------------------------------------------------------------------------------------------------------------

declined(
  'RFC 8607 section 3.7',
  'replacing wrong SIZE parameters in a PUT',
  'an object is stored byte for byte as it was sent; the SIZE that Davit writes itself is right',
);
declined(
  'RFC 8607 section 3.12.5',
  '410 for what was cleared away',
  'only what no object refers to is cleared away, and who asks for that learns nothing more than for what never was',
);
declined(
  'RFC 8607 section 3.12.4',
  'interim responses 102 while a large attachment is stored',
  'it is stored while it comes, so that the answer follows its last octet at once',
);
