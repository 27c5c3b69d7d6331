/**
 * The home for plain files: any octets under any name in folders, and nothing that a browser would run.
 */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { createHash, randomBytes } from 'node:crypto';
import { hrefsIn } from '../../support/answer.ts';
import { event } from '../../support/builders.ts';
import { hostile, must } from '../../support/conformance.ts';

const HOME = 'behaviour: a home for plain files';

must(HOME, 'every user has one, and finds it by walking down', async ({ alice, bob, team }) => {
  for (const one of [alice, bob]) {
    await one
      .propfind('/', '1', ['D:resourcetype'])
      .expectProperties('/files/', { 'D:resourcetype': ['D:collection'] });
    await one.propfind('/files/', '1', ['D:resourcetype']).expectMembers(['/files/', one.files]);
    await one
      .propfind(one.files, '1', ['D:resourcetype', 'D:owner'])
      .expectMembers([one.files])
      .expectProperties(one.files, {
        'D:resourcetype': ['D:collection'],
        'D:owner': (value) => assert.deepEqual(hrefsIn(value), [one.principal]),
      });
  }
  await alice.propfind(`/files/${team.address}/`, '0').expect(404);
});

must(HOME, 'any octets come back as they were sent, with the type that was said', async ({ alice }) => {
  for (const [name, type, octets] of [
    ['photo.jpg', 'image/jpeg', randomBytes(5000)],
    ['notes.txt', 'text/plain; charset=iso-8859-1', Buffer.from('caf\xe9', 'latin1')],
    ['broken.ics', 'text/calendar', Buffer.from('no calendar at all')],
    ['no-ending', 'application/x-tar', Buffer.from([0, 255, 13, 10, 0])],
    ['one', 'text/plain', Buffer.from('1')],
  ] as const) {
    const path = alice.files + name;
    const { etag } = await alice.put(path, octets, { 'Content-Type': type }).expect(201);
    const answer = await alice
      .get(path)
      .expect(200)
      .expectHeader('Content-Type', type)
      .expectHeader('Content-Length', String(octets.length))
      .expectHeader('ETag', etag);
    assert.ok(octets.equals(Buffer.from(answer.body)), name);
    await alice.head(path).expect(200).expectHeader('Content-Length', String(octets.length)).expectHeader('ETag', etag);
    await alice.propfind(path, '0', ['D:getcontenttype', 'D:getcontentlength', 'D:getetag']).expectProperties(path, {
      'D:getcontenttype': type,
      'D:getcontentlength': String(octets.length),
      'D:getetag': etag,
    });
  }
});

must(HOME, 'an empty file is one', async ({ alice }) => {
  const path = `${alice.files}empty`;
  const { etag } = await alice.put(path, '').expect(201);
  await alice.get(path).expect(200).expectText(/^$/).expectHeader('ETag', etag);
  await alice.propfind(path, '0', ['D:getcontentlength']).expectProperties(path, { 'D:getcontentlength': '0' });
  await alice.put(path, 'not any more').expect(204);
  await alice.get(path).expectText('not any more');
  await alice.put(path, '').expect(204).expectHeader('ETag', etag);
  assert.equal((await alice.get(path).expect(200)).body.length, 0);
});

must(HOME, 'files of many pieces come back whole and in parts', async ({ alice }) => {
  const path = `${alice.files}large.bin`;
  const octets = randomBytes(2_500_001);
  const { etag } = await alice.put(path, octets).expect(201);
  assert.equal(etag, `"${createHash('sha256').update(octets).digest('hex').slice(0, 32)}"`);
  const whole = await alice.get(path).expect(200).expectHeader('Content-Length', String(octets.length));
  assert.ok(octets.equals(Buffer.from(whole.body)));
  for (const [first, last] of [
    [0, 9],
    [262_140, 262_150],
    [100_000, 2_400_000],
    [2_500_000, 2_500_000],
  ] as const) {
    const part = await alice.get(path, { Range: `bytes=${first}-${last}` }).expect(206);
    assert.ok(octets.subarray(first, last + 1).equals(Buffer.from(part.body)), `${first}-${last}`);
  }
  // Small again, then as large as before with other octets.
  await alice.put(path, 'small').expect(204);
  await alice.get(path).expectText(/^small$/);
  const others = randomBytes(2_500_001);
  await alice.put(path, others).expect(204);
  assert.ok(others.equals(Buffer.from((await alice.get(path).expect(200)).body)));
});

must(HOME, 'files lie in folders within folders, beside each other', async ({ alice }) => {
  await alice.mkcol(`${alice.files}a/`).expect(201);
  await alice.mkcol(`${alice.files}a/b/`).expect(201);
  const paths = ['1.txt', 'a/1.txt', 'a/2.txt', 'a/b/1.txt'].map((name) => alice.files + name);
  for (const path of paths) await alice.put(path, path).expect(201);
  for (const path of paths) await alice.get(path).expectText(path);
  await alice
    .propfind(`${alice.files}a/`, '1', ['D:getetag'])
    .expectMembers(['a/', 'a/b/', 'a/1.txt', 'a/2.txt'].map((name) => alice.files + name));
  await alice
    .propfind(alice.files, 'infinity', ['D:getetag'])
    .expectMembers([alice.files, `${alice.files}a/`, `${alice.files}a/b/`, ...paths]);
  await alice.delete(`${alice.files}a/b/`).expect(204);
  await alice.get(`${alice.files}a/b/1.txt`).expect(404);
  await alice.get(`${alice.files}a/1.txt`).expect(200);
});

must('RFC 4918 section 9.7.1', 'without the collection above PUT answers 409', async ({ alice }) => {
  await alice.put(`${alice.files}nothing/a.txt`, 'a').expect(409);
  await alice.put(`${alice.files}a.txt`, 'a').expect(201);
  await alice.put(`${alice.files}a.txt/b.txt`, 'b').expect(409);
});

must('RFC 4918 section 9.7.2', 'PUT over a folder or a home answers 405', async ({ alice }) => {
  await alice.mkcol(`${alice.files}docs/`).expect(201);
  for (const path of ['docs/', 'docs', '']) await alice.put(alice.files + path, 'a').expect(405);
  await alice.propfind(alice.files, '1', ['D:getetag']).expectMembers([alice.files, `${alice.files}docs/`]);
});

must(HOME, 'a name never becomes a file and a folder, however many try at once', async ({ alice }) => {
  for (let round = 0; round < 5; round++) {
    const path = `${alice.files}both-${round}`;
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, i) => (i % 2 === 0 ? alice.put(path, 'a file') : alice.mkcol(path))),
    );
    const { responses } = (await alice.propfind(alice.files, '1', ['D:resourcetype'])).multistatus();
    const there = [...responses.keys()].filter((href) => href === path || href === `${path}/`);
    assert.equal(there.length, 1, there.join());
    const made = answers.filter(({ status }) => status === 201);
    assert.equal(made.length, 1, answers.map(({ status }) => status).join());
  }
});

must(HOME, 'a type that cannot be said again becomes application/octet-stream', async ({ alice }) => {
  const path = `${alice.files}a`;
  const general = 'application/octet-stream';
  for (const [sent, kept] of [
    ['text/html', 'text/html'],
    ['Text/HTML; Charset="utf-8"', 'Text/HTML; Charset="utf-8"'],
    [undefined, 'Text/HTML; Charset="utf-8"'],
    ['nonsense', general],
    ['', general],
    ['text/pläin', general],
    [`text/plain; a=${'x'.repeat(255)}`, general],
  ]) {
    await alice.put(path, 'a', { 'Content-Type': sent }).expect(201, 204);
    await alice.get(path).expectHeader('Content-Type', kept);
  }
  await alice.put(`${alice.files}b`, 'b', { 'Content-Type': undefined }).expect(201);
  await alice.get(`${alice.files}b`).expectHeader('Content-Type', general);
});

must('behaviour: files are never served as active content', 'whatever they say they are', async ({ alice }) => {
  for (const type of ['text/html', 'image/svg+xml', 'application/xhtml+xml', 'text/javascript', 'application/pdf']) {
    const path = `${alice.files}a.html`;
    await alice.put(path, '<script>alert(1)</script>', { 'Content-Type': type }).expect(201, 204);
    for (const exchange of [alice.get(path), alice.head(path)]) {
      await exchange
        .expect(200)
        .expectHeader('Content-Disposition', 'attachment; filename="a.html"')
        .expectHeader('X-Content-Type-Options', 'nosniff')
        .expectHeader('Content-Security-Policy', /(^|; ?)sandbox(;|$)/);
    }
  }
});

hostile('S15 a name cannot break out of Content-Disposition', async ({ alice }) => {
  for (const name of [
    'a"; filename="evil.exe',
    "it's; attachment",
    'back\\slash"',
    'percent%41%22.txt',
    '100%',
    'Grüße aus Köln.txt',
    '東京.pdf',
    '😀',
    "*'utf-8''x",
    '\u202egpj.exe',
    'a,b=c; d',
    '...',
    'a b',
  ]) {
    const path = alice.files + encodeURIComponent(name);
    await alice.put(path, 'x').expect(201);
    const { headers } = await alice.get(path).expect(200);
    const found =
      /^attachment; filename="([^"\\%;\0-\x1f\x7f-\uffff]+)"(?:; filename\*=UTF-8''([A-Za-z0-9!#$&+.^_`|~%-]+))?$/.exec(
        headers['content-disposition'] ?? '',
      );
    assert.ok(found !== null, headers['content-disposition']);
    // Whoever reads the second gets the name itself; whoever reads only the first gets something like it.
    assert.equal(found[2] === undefined ? found[1] : decodeURIComponent(found[2]), name);
    assert.equal(found[1]?.length, [...name].length);
  }
  for (const control of ['%0d%0aSet-Cookie:%20a=b', 'a%00', '%7f', '%c2%85']) {
    await alice.put(alice.files + control, 'x').expect(400);
  }
});

must(HOME, 'a replaced file keeps its dead properties and the time at which it was made', async ({ alice }) => {
  const path = `${alice.files}a.txt`;
  await alice.put(path, 'a').expect(201);
  await alice.proppatch(path, { set: { 'X:mood': 'good' } }).expectProperties(path, { 'X:mood': true });
  const before = (await alice.propfind(path, '0', ['D:creationdate'])).multistatus().value(path, '{DAV:}creationdate');
  await alice.put(path, 'b', { 'Content-Type': 'image/png' }).expect(204);
  await alice.propfind(path, '0', ['X:mood', 'D:creationdate', 'D:getcontenttype']).expectProperties(path, {
    'X:mood': 'good',
    'D:creationdate': before,
    'D:getcontenttype': 'image/png',
  });
});

must(HOME, 'two files with the same octets, or the same calendar object, are two files', async ({ alice }) => {
  const body = event({ UID: 'same' });
  for (const name of ['a.ics', 'b.ics']) await alice.put(alice.files + name, body).expect(201);
  await alice.delete(`${alice.files}a.ics`).expect(204);
  await alice.get(`${alice.files}b.ics`).expectText(body);
});

must(HOME, 'nobody else sees what lies in it', async ({ alice, bob, carol, anonymous }) => {
  const path = `${alice.files}a.txt`;
  await alice.put(path, 'mine').expect(201);
  for (const stranger of [bob, carol]) {
    await stranger.get(path).expect(404);
    await stranger.propfind(alice.files, '1').expect(404);
    await stranger.put(path, 'yours').expect(403, 404, 409);
    await stranger.delete(path).expect(404);
  }
  await anonymous.get(path).expect(401);
  await alice.get(path).expectText('mine');
});

must(HOME, 'a browser is shown what lies in a folder', async ({ alice }) => {
  await alice.mkcol(`${alice.files}docs/`).expect(201);
  await alice.mkcol(`${alice.files}docs/more/`).expect(201);
  await alice.put(`${alice.files}docs/${encodeURIComponent('<b>&"x')}.txt`, 'x').expect(201);
  const home = await alice
    .get(alice.files)
    .expect(200)
    .expectHeader('Content-Type', /^text\/html/);
  assert.ok(home.text.includes(`href="${alice.files}docs/"`), home.text);
  const docs = await alice.get(`${alice.files}docs/`).expect(200);
  assert.ok(docs.text.includes(`href="${alice.files}docs/more/"`), docs.text);
  assert.ok(docs.text.includes('&lt;b>&amp;"x.txt') || docs.text.includes('&lt;b&gt;&amp;"x.txt'), docs.text);
  assert.ok(docs.text.includes('%3Cb%3E&amp;%22x.txt'), docs.text);
  assert.ok(!docs.text.includes('<b>'), docs.text);
});
