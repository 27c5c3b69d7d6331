/**
 * MKCOL of plain collections, in the home for files. RFC 4918 section 9.3.
 */
import assert from 'node:assert/strict';
import { MOST_LEVELS } from '../../../src/dav/nesting.ts';
import { may, must } from '../../support/conformance.ts';
import { XMLNS } from '../../support/names.ts';
import { TEST_LIMITS } from '../../support/service.ts';

must('RFC 4918 section 9.3', 'makes an empty collection that is a member of the one above', async ({ alice }) => {
  const path = `${alice.files}docs/`;
  await alice.mkcol(path).expect(201);
  await alice.propfind(path, '1', ['D:resourcetype']).expectMembers([path]);
  await alice
    .propfind(alice.files, '1', ['D:resourcetype'])
    .expectProperties(path, { 'D:resourcetype': ['D:collection'] });
});

must('RFC 4918 section 9.3', 'the slash at the end may be left out', async ({ alice }) => {
  await alice.mkcol(`${alice.files}docs`).expect(201);
  await alice
    .propfind(`${alice.files}docs/`, '0')
    .expectProperties(`${alice.files}docs/`, { 'D:resourcetype': ['D:collection'] });
});

must('RFC 4918 section 9.3', 'collections lie within each other', async ({ alice }) => {
  await alice.mkcol(`${alice.files}a/`).expect(201);
  await alice.mkcol(`${alice.files}a/b/`).expect(201);
  await alice.mkcol(`${alice.files}a/b/c/`).expect(201);
  await alice
    .propfind(`${alice.files}a/b/`, '1', ['D:resourcetype'])
    .expectMembers([`${alice.files}a/b/`, `${alice.files}a/b/c/`]);
});

must(
  'RFC 4918 section 9.3.1',
  'over a collection, a file or a home it answers 405 and changes nothing',
  async ({ alice }) => {
    await alice.mkcol(`${alice.files}docs/`).expect(201);
    await alice.put(`${alice.files}docs/a.txt`, 'a').expect(201);
    await alice.put(`${alice.files}b.txt`, 'b').expect(201);
    for (const path of ['docs/', 'docs', 'b.txt', 'b.txt/', '']) await alice.mkcol(alice.files + path).expect(405);
    await alice.get(`${alice.files}docs/a.txt`).expectText('a');
    await alice.get(`${alice.files}b.txt`).expectText('b');
  },
);

must('RFC 4918 section 9.3.1', 'without the collection above it answers 409, below a file too', async ({ alice }) => {
  await alice.mkcol(`${alice.files}nothing/docs/`).expect(409);
  await alice.mkcol(`${alice.files}nothing/at/all/`).expect(409);
  await alice.put(`${alice.files}a.txt`, 'a').expect(201);
  await alice.mkcol(`${alice.files}a.txt/docs/`).expect(409);
  await alice.propfind(alice.files, '1', ['D:resourcetype']).expectMembers([alice.files, `${alice.files}a.txt`]);
});

must('RFC 4918 section 9.3.1', 'a body that is not understood is refused with 415', async ({ alice }) => {
  const path = `${alice.files}docs/`;
  const mkcol = `<D:mkcol ${XMLNS}/>`;
  for (const [type, body] of [
    ['text/plain', 'please'],
    ['xzy-foo/bar-512', 'abcde'],
    ['nonsense', mkcol],
    ['application/json', mkcol],
    ['application/xml', `<D:propfind ${XMLNS}><D:allprop/></D:propfind>`],
  ]) {
    await alice.request('MKCOL', path, { headers: { 'Content-Type': type }, body: body ?? '' }).expect(415);
  }
  await alice.propfind(path, '0', ['D:resourcetype']).expect(404);
  // Where there is no body, its type says nothing.
  await alice.request('MKCOL', path, { headers: { 'Content-Type': 'text/plain' } }).expect(201);
});

must('RFC 4918 section 9.3', 'a plain collection cannot be made where there are other sorts', async ({ alice }) => {
  for (const path of [alice.calendars, alice.calendar, alice.addressbooks, alice.addressbook]) {
    await alice.mkcol(`${path}docs/`).expectPrecondition('D:valid-resourcetype', 403);
    await alice.propfind(`${path}docs/`, '0', ['D:resourcetype']).expect(404);
  }
});

must('RFC 5689 section 3', 'a plain collection gets its properties with it, or is not made', async ({ alice }) => {
  const path = `${alice.files}docs/`;
  await alice.mkcol(path, [], { 'D:displayname': 'Papers', 'D:creationdate': 'never' }).expect(403);
  await alice.propfind(path, '0', ['D:resourcetype']).expect(404);
  await alice.mkcol(path, [], { 'D:displayname': 'Papers', 'X:mood': 'good' }).expect(201);
  await alice.propfind(path, '0', ['D:resourcetype', 'D:displayname', 'X:mood']).expectProperties(path, {
    'D:resourcetype': ['D:collection'],
    'D:displayname': 'Papers',
    'X:mood': 'good',
  });
});

must('RFC 5689 section 3.3', 'calendars and address books have no place among files', async ({ alice }) => {
  for (const type of ['C:calendar', 'CR:addressbook', 'X:fridge']) {
    await alice.mkcol(`${alice.files}a/`, [type]).expectPrecondition('D:valid-resourcetype', 403);
  }
  await alice.mkcalendar(`${alice.files}a/`).expect(403);
  await alice.propfind(alice.files, '1', ['D:resourcetype']).expectMembers([alice.files]);
});

must(
  'RFC 3744 section 3.9',
  'needs bind on the collection above; strangers learn nothing',
  async ({ alice, bob, carol }) => {
    await alice.mkcol(`${alice.files}docs/`).expect(201);
    for (const stranger of [bob, carol]) await stranger.mkcol(`${alice.files}docs/more/`).expect(403, 404, 409);
    await alice.propfind(`${alice.files}docs/`, '1', ['D:resourcetype']).expectMembers([`${alice.files}docs/`]);
  },
);

may('behaviour: collections nest to a bounded depth', 'beyond it 403, and all above it works', async ({ alice }) => {
  let path = alice.files;
  for (let level = 1; level <= MOST_LEVELS; level++) {
    path += 'd/';
    await alice.mkcol(path).expect(201);
  }
  await alice.mkcol(`${path}d/`).expect(403).expectText(/deep/);
  await alice.put(`${path}a.txt`, 'deep down').expect(201);
  await alice.get(`${path}a.txt`).expectText('deep down');
  const found = (await alice.propfind(alice.files, 'infinity', ['D:resourcetype'])).multistatus().responses;
  assert.equal(found.size, MOST_LEVELS + 2);
  await alice.delete(`${alice.files}d/`).expect(204);
  await alice.propfind(alice.files, '1', ['D:resourcetype']).expectMembers([alice.files]);
});

may('behaviour: a home holds a bounded number of collections', 'at whatever depth they lie', async ({ alice }) => {
  const folders = ['', '0/', '0/0/'].map((folder) => alice.files + folder);
  for (let i = 0; i < TEST_LIMITS.collections; i++) await alice.mkcol(`${folders[i % 3]}${i < 3 ? 0 : i}/`).expect(201);
  for (const folder of folders) {
    await alice.mkcol(`${folder}more/`).expect(507);
    await alice.propfind(`${folder}more/`, '0', ['D:resourcetype']).expect(404);
    await alice.put(`${folder}a.txt`, 'files are something else').expect(201);
  }
  await alice.mkcalendar(`${alice.calendars}more/`).expect(201);
  await alice.delete(folders[2] ?? '').expect(204);
  await alice.mkcol(`${alice.files}more/`).expect(201);
});
