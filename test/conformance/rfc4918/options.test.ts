/**
 * OPTIONS and the DAV header. RFC 4918 section 10.1, RFC 9110 section 9.3.7.
 */
import assert from 'node:assert/strict';
import { event } from '../../support/builders.ts';
import { must } from '../../support/conformance.ts';

/** Each word with the document that asks for it. */
const WORDS = [
  ['1', 'RFC 4918 section 18.1'],
  ['3', 'RFC 4918 section 18.3'],
  ['extended-mkcol', 'RFC 5689 section 3.1'],
  ['calendar-access', 'RFC 4791 section 5.1'],
  ['addressbook', 'RFC 6352 section 6.1'],
] as const;

for (const [word, spec] of WORDS) {
  must(
    spec,
    `the DAV header says ${word} on the root, the principal, homes, collections and objects`,
    async ({ alice }) => {
      const object = `${alice.calendar}a.ics`;
      await alice.put(object, event()).expect(201);
      for (const path of ['/', alice.principal, alice.calendars, alice.calendar, alice.addressbook, object]) {
        const { headers } = await alice.options(path).expect(200, 204);
        const words = (headers.dav ?? '').split(/,\s*/);
        assert.ok(words.includes(word), `${path}: ${words.join(', ')}`);
      }
    },
  );
}

must('RFC 4918 section 10.1', 'the DAV header promises no word whose feature is not there', async ({ alice }) => {
  const { headers } = await alice.options(alice.calendar).expect(200, 204);
  const words = (headers.dav ?? '').split(/,\s*/);
  for (const word of ['calendar-schedule', 'calendar-auto-schedule']) {
    assert.ok(!words.includes(word), word);
  }
  const lock = await alice.request('LOCK', alice.calendar);
  assert.equal(words.includes('2'), lock.status !== 405);
  const acl = await alice.request('ACL', alice.calendar);
  assert.equal(words.includes('access-control'), acl.status !== 405);
});

must(
  'RFC 9110 section 10.2.1',
  'Allow names what works: on a collection, on an object, on a name that is free',
  async ({ alice }) => {
    const allowed = async (path: string): Promise<readonly string[]> => {
      const { headers } = await alice.options(path).expect(200, 204);
      return (headers.allow ?? '').split(/,\s*/);
    };
    await alice.put(`${alice.calendar}a.ics`, event()).expect(201);
    const object = await allowed(`${alice.calendar}a.ics`);
    for (const method of ['GET', 'HEAD', 'PUT', 'DELETE', 'PROPFIND', 'PROPPATCH', 'OPTIONS'])
      assert.ok(object.includes(method), method);
    const collection = await allowed(alice.calendar);
    for (const method of ['GET', 'HEAD', 'DELETE', 'PROPFIND', 'PROPPATCH', 'REPORT', 'OPTIONS']) {
      assert.ok(collection.includes(method), method);
    }
    const free = await allowed(`${alice.calendar}free.ics`);
    assert.ok(free.includes('PUT'));
    assert.ok((await allowed(`${alice.calendars}free/`)).includes('MKCALENDAR'));
    assert.ok((await allowed(alice.calendars)).includes('MKCALENDAR'));
    for (const path of [alice.files, `${alice.files}free/`, alice.addressbooks, `${alice.addressbooks}free/`]) {
      const there = await allowed(path);
      assert.ok(there.includes('MKCOL') && !there.includes('MKCALENDAR'), `${path}: ${there.join()}`);
    }
  },
);
