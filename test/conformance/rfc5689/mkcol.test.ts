/**
 * MKCOL with a body: a collection with its type and its properties at once, or nothing. RFC 5689, RFC 4918 section 9.3.
 */
import assert from 'node:assert/strict';
import { childrenOf, elementsOf } from '../../../src/formats/xml/element.ts';
import { must } from '../../support/conformance.ts';
import { XMLNS } from '../../support/names.ts';
import { TEST_LIMITS } from '../../support/service.ts';

must('RFC 5689 section 3', 'makes an address book with its properties', async ({ alice }) => {
  const path = `${alice.addressbooks}friends/`;
  await alice
    .mkcol(path, ['CR:addressbook'], { 'D:displayname': 'Friends', 'CR:addressbook-description': 'People I like' })
    .expect(201);
  await alice
    .propfind(path, '0', ['D:resourcetype', 'D:displayname', 'CR:addressbook-description'])
    .expectProperties(path, {
      'D:resourcetype': ['D:collection', 'CR:addressbook'],
      'D:displayname': 'Friends',
      'CR:addressbook-description': 'People I like',
    });
});

must('RFC 5689 section 3', 'makes a calendar with its properties', async ({ alice }) => {
  const path = `${alice.calendars}work/`;
  await alice.mkcol(path, ['C:calendar'], { 'D:displayname': 'Work' }).expect(201);
  await alice
    .propfind(path, '0', ['D:resourcetype', 'D:displayname'])
    .expectProperties(path, { 'D:resourcetype': ['D:collection', 'C:calendar'], 'D:displayname': 'Work' });
});

must(
  'RFC 5689 section 3',
  'one property that cannot be set makes nothing, and the answer says which',
  async ({ alice }) => {
    const path = `${alice.addressbooks}friends/`;
    const answer = await alice
      .mkcol(path, ['CR:addressbook'], { 'D:displayname': 'Friends', 'D:creationdate': 'never' })
      .expect(403);
    const root = answer.xml();
    assert.equal(root.name, '{DAV:}mkcol-response');
    const statuses = childrenOf(root, '{DAV:}propstat').map((propstat) =>
      elementsOf(propstat)
        .flatMap((one) => (one.name === '{DAV:}status' ? one.children : []))
        .join(''),
    );
    assert.ok(
      statuses.some((line) => line.includes(' 403 ')),
      statuses.join(),
    );
    assert.ok(
      statuses.some((line) => line.includes(' 424 ')),
      statuses.join(),
    );
    await alice.propfind(path, '0', ['D:resourcetype']).expect(404);
  },
);

must(
  'RFC 5689 section 3.3',
  'a type that cannot be made there is refused with valid-resourcetype',
  async ({ alice }) => {
    await alice.mkcol(`${alice.calendars}a/`, ['X:fridge']).expectPrecondition('D:valid-resourcetype', 403);
    await alice.mkcol(`${alice.calendars}a/`, ['CR:addressbook']).expectPrecondition('D:valid-resourcetype', 403);
    await alice.mkcol(`${alice.addressbooks}a/`, ['C:calendar']).expectPrecondition('D:valid-resourcetype', 403);
    await alice.propfind(`${alice.calendars}a/`, '0', ['D:resourcetype']).expect(404);
  },
);

must('RFC 4918 section 9.3.1', 'where something is already MKCOL answers 405', async ({ alice }) => {
  await alice.mkcol(alice.calendar, ['C:calendar']).expect(405);
});

must('RFC 4918 section 9.3.1', 'without the collection above it MKCOL answers 409', async ({ alice }) => {
  await alice.mkcol(`${alice.calendars}nothing/work/`, ['C:calendar']).expect(409);
});

must('RFC 4918 section 9.3.1', 'a body that is not understood is refused with 415', async ({ alice }) => {
  const path = `${alice.addressbooks}friends/`;
  await alice.request('MKCOL', path, { headers: { 'Content-Type': 'text/plain' }, body: 'please' }).expect(415);
  const other = {
    headers: { 'Content-Type': 'application/xml' },
    body: `<D:propfind ${XMLNS}><D:allprop/></D:propfind>`,
  };
  await alice.request('MKCOL', path, other).expect(400, 415);
  await alice.propfind(path, '0', ['D:resourcetype']).expect(404);
});

must(
  'behaviour: a home holds a bounded number of collections',
  'beyond it creation is refused and nothing is made',
  async ({ alice }) => {
    let refused = 0;
    for (let i = 0; i < TEST_LIMITS.collections + 1; i++) {
      const { status } = await alice.mkcol(`${alice.addressbooks}${i}/`, ['CR:addressbook']).expect(201, 403, 507);
      if (status !== 201) refused++;
    }
    assert.ok(refused > 0);
    const answer = await alice.propfind(alice.addressbooks, '1', ['D:resourcetype']).expect(207);
    assert.ok(answer.multistatus().responses.size - 1 <= TEST_LIMITS.collections);
  },
);
