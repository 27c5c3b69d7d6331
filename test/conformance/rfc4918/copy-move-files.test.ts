/**
 * COPY and MOVE of files and folders in folders. RFC 4918 section 9.8, RFC 4918 section 9.9.
 */
import assert from 'node:assert/strict';
import { event } from '../../support/builders.ts';
import type { Client } from '../../support/client.ts';
import { must, should } from '../../support/conformance.ts';
import { TEST_LIMITS } from '../../support/service.ts';

/** Makes folders and files below the home; a file holds its own name. */
async function make(alice: Client, ...names: readonly string[]): Promise<void> {
  for (const name of names) {
    const path = alice.files + name;
    await (name.endsWith('/') ? alice.mkcol(path) : alice.put(path, name)).expect(201);
  }
}

/** The home has exactly these folders and files, whose bytes are those of the file named after the equals sign. */
async function holds(alice: Client, ...names: readonly string[]): Promise<void> {
  const paths = names.map((name) => alice.files + name.split('=')[0]);
  await alice.propfind(alice.files, 'infinity', ['D:getetag']).expectMembers([alice.files, ...paths]);
  for (const name of names) {
    const [path, text = path] = name.split('=');
    if (!name.endsWith('/')) assert.equal((await alice.get(alice.files + path).expect(200)).text, text);
  }
}

const at = (alice: Client, ...names: readonly string[]): string[] => names.map((name) => alice.files + name);

must('RFC 4918 section 9.8.3', 'COPY of a folder copies all that is in it', async ({ alice }) => {
  await make(alice, 'a/', 'a/1', 'a/b/', 'a/b/2', 'a/b/c/', 'a/b/c/3');
  await alice.proppatch(`${alice.files}a/b/`, { set: { 'X:mood': 'good' } }).expect(207);
  await alice.proppatch(`${alice.files}a/b/2`, { set: { 'X:mood': 'better' } }).expect(207);
  const [from = '', to = ''] = at(alice, 'a/', 'z/');
  await alice.copy(from, to).expect(201);
  const copies = ['z/', 'z/1=a/1', 'z/b/', 'z/b/2=a/b/2', 'z/b/c/', 'z/b/c/3=a/b/c/3'];
  await holds(alice, 'a/', 'a/1', 'a/b/', 'a/b/2', 'a/b/c/', 'a/b/c/3', ...copies);
  await alice.propfind(`${to}b/`, '0', ['X:mood']).expectProperties(`${to}b/`, { 'X:mood': 'good' });
  await alice.propfind(`${to}b/2`, '0', ['X:mood']).expectProperties(`${to}b/2`, { 'X:mood': 'better' });
  await alice.delete(from).expect(204);
  await holds(alice, ...copies);
});

must('RFC 4918 section 9.8.3', 'COPY with Depth 0 copies the folder and its properties alone', async ({ alice }) => {
  await make(alice, 'a/', 'a/1', 'a/b/');
  await alice.proppatch(`${alice.files}a/`, { set: { 'X:mood': 'good' } }).expect(207);
  const [from = '', to = ''] = at(alice, 'a/', 'z/');
  await alice.copy(from, to, { Depth: '0' }).expect(201);
  await holds(alice, 'a/', 'a/1', 'a/b/', 'z/');
  await alice.propfind(to, '0', ['X:mood']).expectProperties(to, { 'X:mood': 'good' });
  await alice.copy(from, `${alice.files}y/`, { Depth: '1' }).expect(400);
});

must('RFC 4918 section 9.9.2', 'MOVE of a folder takes all along, up and down', async ({ alice }) => {
  await make(alice, 'a/', 'a/1', 'a/b/', 'a/b/2', 'z/');
  const [a = '', b = '', z = ''] = at(alice, 'a/', 'a/b/', 'z/');
  await alice.move(b, `${alice.files}up/`).expect(201);
  await holds(alice, 'a/', 'a/1', 'up/', 'up/2=a/b/2', 'z/');
  await alice.move(a, `${z}down/`).expect(201);
  await alice.move(`${alice.files}up/`, `${z}down/b/`).expect(201);
  await holds(alice, 'z/', 'z/down/', 'z/down/1=a/1', 'z/down/b/', 'z/down/b/2=a/b/2');
  await alice.move(a, `${alice.files}x/`).expect(404);
});

must('RFC 4918 section 9.8.3', 'a folder can be copied into itself, and does not go on for ever', async ({ alice }) => {
  await make(alice, 'a/', 'a/1', 'a/b/', 'a/b/2');
  const [a = '', copy = ''] = at(alice, 'a/', 'a/b/copy/');
  await alice.copy(a, copy).expect(201);
  const copies = ['a/b/copy/', 'a/b/copy/1=a/1', 'a/b/copy/b/', 'a/b/copy/b/2=a/b/2'];
  await holds(alice, 'a/', 'a/1', 'a/b/', 'a/b/2', ...copies);
});

must(
  'RFC 4918 section 9.9.4',
  'nothing is moved into itself, and nothing takes the place of what holds it',
  async ({ alice }) => {
    await make(alice, 'a/', 'a/1', 'a/b/', 'a/b/2');
    const [a = '', b = '', file = ''] = at(alice, 'a/', 'a/b/', 'a/1');
    await alice.move(a, `${b}a/`).expect(403, 409);
    await alice.move(a, b).expect(403, 409);
    await alice.move(a, `${a}new/`).expect(403, 409);
    await alice.copy(a, b).expect(403, 409);
    for (const manner of ['COPY', 'MOVE'] as const) {
      for (const from of [b, file]) {
        await alice.request(manner, from, { headers: { Destination: a } }).expect(403, 409);
        await alice.request(manner, from, { headers: { Destination: alice.files } }).expect(403, 409);
      }
      await alice.request(manner, a, { headers: { Destination: a.slice(0, -1) } }).expect(403);
      await alice.request(manner, a, { headers: { Destination: `${alice.files}none/x/` } }).expect(409);
      await alice.request(manner, alice.files, { headers: { Destination: `${a}home/` } }).expect(403);
    }
    await holds(alice, 'a/', 'a/1', 'a/b/', 'a/b/2');
  },
);

for (const manner of ['COPY', 'MOVE'] as const) {
  must(
    'RFC 4918 section 9.8.4',
    `${manner}: a file takes the place of a folder, and a folder of a file`,
    async ({ alice }) => {
      await make(alice, 'folder/', 'folder/1', 'file', 'a/', 'a/2', 'b');
      const go = (from: string, to: string, Overwrite?: string) =>
        alice.request(manner, alice.files + from, { headers: { Destination: alice.files + to, Overwrite } });
      await go('b', 'folder/', 'F').expect(412);
      await go('a/', 'file', 'F').expect(412);
      await go('b', 'folder').expect(204);
      await go('a/', 'file').expect(204);
      const left = manner === 'COPY' ? ['a/', 'a/2', 'b'] : [];
      await holds(alice, 'folder=b', 'file/', 'file/2=a/2', ...left);
    },
  );

  must(
    'RFC 4918 section 9.8.4',
    `${manner}: a folder that is replaced keeps nothing of what it held`,
    async ({ alice }) => {
      await make(alice, 'a/', 'a/1', 'z/', 'z/old', 'z/older/');
      const go = (Overwrite: string) =>
        alice.request(manner, `${alice.files}a/`, { headers: { Destination: `${alice.files}z/`, Overwrite } });
      await go('F').expect(412);
      await go('T').expect(204);
      await holds(alice, 'z/', 'z/1=a/1', ...(manner === 'COPY' ? ['a/', 'a/1'] : []));
    },
  );

  must('RFC 4918 section 9.8.5', `${manner} into a calendar is asked of the calendar`, async ({ alice }) => {
    const body = event();
    const [text = '', ics = ''] = at(alice, 'a.txt', 'a.ics');
    await alice.put(text, 'no event').expect(201);
    await alice.put(ics, body).expect(201);
    const go = (from: string, to: string) => alice.request(manner, from, { headers: { Destination: to } });
    await go(text, `${alice.calendar}a.ics`).expectPrecondition('C:valid-calendar-data', 403);
    await go(ics, `${alice.calendar}a.ics`).expect(201);
    await alice.get(`${alice.calendar}a.ics`).expectText(body);
    await go(`${alice.calendar}a.ics`, `${alice.files}back.ics`).expect(201);
    await alice.get(`${alice.files}back.ics`).expectText(body);
    await go(`${alice.calendars}tasks/`, `${alice.files}tasks/`).expect(403);
    await alice.mkcol(`${alice.files}folder/`).expect(201);
    await go(`${alice.files}folder/`, `${alice.calendars}folder/`).expect(403);
    await go(text, `${alice.calendars}tasks/`).expect(403);
  });
}

must('RFC 4918 section 9.9', 'MOVE of a file keeps its bytes, tag, type and properties', async ({ alice }) => {
  const [from = '', to = ''] = at(alice, 'a.bin', 'b.bin');
  const body = Buffer.alloc(700_000, 'large');
  const { etag } = await alice.put(from, body, { 'Content-Type': 'image/png' }).expect(201);
  await alice.proppatch(from, { set: { 'X:mood': 'good' } }).expect(207);
  await alice.move(from, to).expect(201);
  const moved = await alice.get(to).expect(200).expectHeader('ETag', etag).expectHeader('Content-Type', 'image/png');
  assert.ok(body.equals(moved.body));
  await alice.propfind(to, '0', ['X:mood']).expectProperties(to, { 'X:mood': 'good' });
  await alice.copy(to, from).expect(201);
  await alice.delete(to).expect(204);
  assert.ok(body.equals((await alice.get(from).expect(200)).body));
});

must(
  'RFC 4918 section 9.8.5',
  'a home that is full takes no folder more, at whatever depth: 507',
  async ({ alice }) => {
    await make(alice, 'a/', 'a/b/', 'folder/');
    for (let i = 4; i < TEST_LIMITS.collections; i++) await make(alice, `folder/${i}/`);
    const [a = '', folder = ''] = at(alice, 'a/', 'folder/');
    // There is room for one, but not for what lies in it besides.
    await alice.copy(a, `${folder}more/`).expect(507);
    await alice.copy(a, `${folder}more/`, { Depth: '0' }).expect(201);
    await alice.copy(`${a}b/`, `${folder}another/`).expect(507);
    // Nothing more is there when it is moved, or comes in the place of another.
    await alice.move(a, `${folder}moved/`).expect(201);
    await alice.copy(`${folder}4/`, `${folder}5/`).expect(204);
  },
);

must('RFC 4918 section 9.8.5', 'what would lie too deep stays where it is', async ({ alice }) => {
  let [deep = '', a = ''] = at(alice, '', 'a/');
  await make(alice, 'a/', 'a/b/');
  let answer = await alice.mkcol(`${deep}0/`).expect(201);
  for (let i = 1; answer.status === 201; i++) {
    deep += `${i - 1}/`;
    answer = await alice.mkcol(`${deep}${i}/`).expect(201, 403);
  }
  await alice.copy(a, `${deep}a/`).expect(403);
  await alice.move(a, `${deep}a/`).expect(403);
  await alice.propfind(`${a}b/`, '0').expect(207);
});

should(
  'RFC 4918 section 9.9.1',
  'what is moved was created when it was, what is copied is new',
  async ({ alice, service }) => {
    const [path, other] = [`${alice.files}a.txt`, `${alice.files}b.txt`];
    await alice.put(path, 'a').expect(201);
    const created = async (at: string): Promise<string | undefined> =>
      (await alice.propfind(at, '0', ['D:creationdate'])).multistatus().value(at, '{DAV:}creationdate');
    const first = await created(path);
    if (service.later === undefined) {
      console.log('skipped: the clock cannot be set in this mode');
      return;
    }
    service.later(60);
    await alice.copy(path, other).expect(201);
    assert.notEqual(await created(other), first);
    await alice.move(path, `${alice.files}c.txt`).expect(201);
    assert.equal(await created(`${alice.files}c.txt`), first);
  },
);
