/**
 * Synchronisation of a collection with everything below it. RFC 6578 section 3.3.
 */
import assert from 'node:assert/strict';
import { event } from '../../support/builders.ts';
import type { Client } from '../../support/client.ts';
import { must } from '../../support/conformance.ts';
import { clark } from '../../support/names.ts';
import { TEST_LIMITS } from '../../support/service.ts';

/** What one report said: paths of members that are there, of those that are gone, and the token. */
interface Said {
  readonly present: readonly string[];
  readonly gone: readonly string[];
  readonly token: string;
  readonly more: boolean;
}

async function sync(client: Client, path: string, token: string, limit?: number): Promise<Said> {
  const answer = await client.sync(path, token, { level: 'infinite', ...(limit === undefined ? {} : { limit }) });
  const { responses, syncToken } = answer.multistatus();
  const said = [...responses].filter(([member]) => member !== path);
  const present = said.flatMap(([member, { status }]) => (status === undefined ? [member] : []));
  const gone = said.flatMap(([member, { status }]) => (status === 404 ? [member] : []));
  assert.equal(present.length + gone.length, said.length);
  assert.ok(syncToken !== undefined && URL.canParse(syncToken));
  return { present: present.sort(), gone: gone.sort(), token: syncToken, more: responses.get(path)?.status === 507 };
}

must('RFC 6578 section 3.3', 'an empty token lists members at every depth', async ({ alice }) => {
  const { files } = alice;
  await alice.mkcol(`${files}a/`).expect(201);
  await alice.mkcol(`${files}a/b/`).expect(201);
  for (const path of ['1.txt', 'a/2.txt', 'a/b/3.txt']) await alice.put(files + path, path).expect(201);
  const { present, gone } = await sync(alice, files, '');
  assert.deepEqual(
    present,
    ['1.txt', 'a/', 'a/2.txt', 'a/b/', 'a/b/3.txt'].map((path) => files + path),
  );
  assert.deepEqual(gone, []);
});

must('RFC 6578 section 3.3', 'a home says what changed in its calendars, and in them only', async ({ alice }) => {
  await alice.put(`${alice.calendar}a.ics`, event()).expect(201);
  const first = await sync(alice, alice.calendars, '');
  assert.ok(first.present.includes(alice.calendar) && first.present.includes(`${alice.calendar}a.ics`));
  const nothing = await sync(alice, alice.calendars, first.token);
  assert.deepEqual([nothing.present, nothing.gone], [[], []]);
  await alice.put(`${alice.calendar}b.ics`, event()).expect(201);
  await alice.delete(`${alice.calendar}a.ics`).expect(204);
  const second = await sync(alice, alice.calendars, nothing.token);
  assert.deepEqual(second.present, [alice.calendar, `${alice.calendar}b.ics`]);
  assert.deepEqual(second.gone, [`${alice.calendar}a.ics`]);
});

must('RFC 6578 section 3.5.1', 'a change far below is reported', async ({ alice }) => {
  const deep = `${alice.files}a/b/c/`;
  for (const path of ['a/', 'a/b/', 'a/b/c/']) await alice.mkcol(alice.files + path).expect(201);
  const { token } = await sync(alice, alice.files, '');
  await alice.put(`${deep}new.txt`, 'new').expect(201);
  const { present } = await sync(alice, alice.files, token);
  assert.ok(present.includes(`${deep}new.txt`), present.join(' '));
});

must(
  'RFC 6578 section 3.5.2',
  'of a collection that is removed the members are not reported besides',
  async ({ alice }) => {
    const work = await alice.newCalendar('work');
    await alice.put(`${work}a.ics`, event()).expect(201);
    const { token } = await sync(alice, alice.calendars, '');
    await alice.delete(work).expect(204);
    assert.deepEqual((await sync(alice, alice.calendars, token)).gone, [work]);
  },
);

must(
  'RFC 6578 section 3.5.1',
  'a collection that is moved is gone from its old place, with all its members at the new one',
  async ({ alice }) => {
    const { files } = alice;
    for (const path of ['a/', 'a/b/', 'c/']) await alice.mkcol(files + path).expect(201);
    await alice.put(`${files}a/b/x.txt`, 'x').expect(201);
    const { token } = await sync(alice, files, '');
    await alice.request('MOVE', `${files}a/`, { headers: { Destination: `${files}c/a/` } }).expect(201);
    const { present, gone } = await sync(alice, files, token);
    assert.deepEqual(gone, [`${files}a/`]);
    assert.deepEqual(
      present,
      ['c/a/', 'c/a/b/', 'c/a/b/x.txt'].map((path) => files + path),
    );
  },
);

must(
  'RFC 6578 section 3.2',
  'where another collection took the place of one, whose members the client still has, it begins anew',
  async ({ alice }) => {
    const work = await alice.newCalendar('work');
    await alice.put(`${work}a.ics`, event()).expect(201);
    const { token } = await sync(alice, alice.calendars, '');
    await alice.delete(work).expect(204);
    await alice.newCalendar('work');
    await alice.sync(alice.calendars, token, { level: 'infinite' }).expectPrecondition('D:valid-sync-token', 403);
  },
);

must(
  'RFC 6578 section 3.6',
  'pages lead through all of it, each member once, while others write below',
  async ({ alice }) => {
    const folders = ['a/', 'a/b/', 'c/'].map((path) => alice.files + path);
    for (const folder of folders) await alice.mkcol(folder).expect(201);
    const files = [alice.files, ...folders].flatMap((folder) => ['1', '2', '3'].map((name) => folder + name));
    for (const path of files) await alice.put(path, path).expect(201);
    const seen = new Set<string>();
    let page = await sync(alice, alice.files, '', 2);
    for (let round = 0; page.more; round++) {
      assert.ok(page.present.length <= 2);
      for (const path of page.present) seen.add(path);
      for (const path of page.gone) seen.delete(path);
      // Behind where the reader is, and ahead of it.
      if (round === 1) await alice.delete(`${alice.files}1`).expect(204);
      if (round === 2) await alice.delete(`${alice.files}c/2`).expect(204);
      if (round === 3) await alice.put(`${alice.files}4`, 'new').expect(201);
      page = await sync(alice, alice.files, page.token, 2);
    }
    for (const path of page.present) seen.add(path);
    for (const path of page.gone) seen.delete(path);
    const there = await alice.propfind(alice.files, 'infinity', ['D:getetag']).expect(207);
    const paths = [...there.multistatus().responses.keys()].filter((path) => path !== alice.files);
    assert.deepEqual([...seen].sort(), paths.sort());
  },
);

must(
  'RFC 6578 section 3.3',
  'tokens are good for both levels, but one of the collection alone says nothing of those below',
  async ({ alice }) => {
    const infinite = await sync(alice, alice.calendars, '');
    await alice.put(`${alice.calendar}a.ics`, event()).expect(201);
    // Level 1 in between loses nothing of what is known below.
    const one = (await alice.sync(alice.calendars, infinite.token).expectMembers([alice.calendar])).multistatus();
    const { present } = await sync(alice, alice.calendars, one.syncToken ?? '');
    assert.deepEqual(present, [`${alice.calendar}a.ics`]);
    const alone = (await alice.sync(alice.calendars, '').expect(207)).multistatus().syncToken ?? '';
    await alice.sync(alice.calendars, alone, { level: 'infinite' }).expectPrecondition('D:valid-sync-token', 403);
    // A calendar holds no collections, so that both levels are one.
    const { token } = await sync(alice, alice.calendar, '');
    assert.equal((await alice.sync(alice.calendar, token).expectMembers([])).multistatus().syncToken, token);
  },
);

must(
  'RFC 6578 section 3.3',
  'of more collections than are followed each is said to be synchronised at its own URL',
  async ({ alice }) => {
    await alice.mkcol(`${alice.files}a/`).expect(201);
    const { token } = await sync(alice, alice.files, '');
    for (let i = 0; i < TEST_LIMITS.followed; i++) await alice.mkcol(`${alice.files}a/${i}/`).expect(201);
    await alice.sync(alice.files, token, { level: 'infinite' }).expectPrecondition('D:valid-sync-token', 403);
    const answer = (await alice.sync(alice.files, '', { level: 'infinite' }).expect(207)).multistatus();
    const { status, conditions } = answer.at(`${alice.files}a/`);
    assert.equal(status, 403);
    assert.deepEqual(conditions, [clark('D:sync-traversal-supported')]);
    const again = await alice.sync(alice.files, answer.syncToken ?? '', { level: 'infinite' }).expectMembers([]);
    assert.ok(again.multistatus().syncToken !== undefined);
  },
);
