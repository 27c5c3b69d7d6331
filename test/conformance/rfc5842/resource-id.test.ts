/**
 * Whether two URLs name the same resource. RFC 5842 section 3.1.
 */
import assert from 'node:assert/strict';
import { hrefsIn } from '../../support/answer.ts';
import { event } from '../../support/builders.ts';
import type { Client } from '../../support/client.ts';
import { declined, must } from '../../support/conformance.ts';
import { clark } from '../../support/names.ts';

async function idOf(client: Client, path: string): Promise<string> {
  const answer = (await client.propfind(path, '0', ['D:resource-id']).expect(207)).multistatus().at(path);
  const value = answer.properties.get(clark('D:resource-id'));
  assert.equal(value?.status, 200, path);
  return hrefsIn(value.element).join(' ');
}

must(
  'RFC 5842 section 3.1',
  'principals, homes, collections and the service have a URI that no other has',
  async ({ alice, bob }) => {
    const paths = [
      '/',
      '/principals/',
      '/calendars/',
      alice.principal,
      bob.principal,
      alice.calendars,
      alice.calendar,
      alice.addressbook,
      alice.files,
    ];
    const owner = (path: string): Client => (path === bob.principal ? bob : alice);
    const ids = await Promise.all(paths.map((path) => idOf(owner(path), path)));
    for (const id of ids)
      assert.match(id, /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    assert.equal(new Set(ids).size, ids.length);
  },
);

must('RFC 5842 section 3.1', 'a collection keeps it when it changes and when it is moved', async ({ alice }) => {
  const [a, b] = [`${alice.files}a/`, `${alice.files}b/`];
  await alice.mkcol(a).expect(201);
  const id = await idOf(alice, a);
  await alice.put(`${a}x.txt`, 'x').expect(201);
  await alice.proppatch(a, { set: { 'D:displayname': 'A' } }).expect(207);
  assert.equal(await idOf(alice, a), id);
  await alice.request('MOVE', a, { headers: { Destination: b } }).expect(201);
  assert.equal(await idOf(alice, b), id);
});

must('RFC 5842 section 3.1', 'a copy, and what is made anew under an old name, have another', async ({ alice }) => {
  const [a, b] = [`${alice.files}a/`, `${alice.files}b/`];
  await alice.mkcol(a).expect(201);
  const id = await idOf(alice, a);
  await alice.request('COPY', a, { headers: { Destination: b } }).expect(201);
  assert.notEqual(await idOf(alice, b), id);
  await alice.delete(a).expect(204);
  await alice.mkcol(a).expect(201);
  assert.notEqual(await idOf(alice, a), id);
});

must('RFC 5842 section 3.1', 'it is protected', async ({ alice }) => {
  const set = { 'D:resource-id': '<D:href xmlns:D="DAV:">urn:uuid:1</D:href>' };
  const answer = (await alice.proppatch(alice.calendar, { set }).expect(207)).multistatus();
  assert.equal(answer.at(alice.calendar).properties.get(clark('D:resource-id'))?.status, 403);
});

must(
  'RFC 4918 section 9.9',
  'objects have none: what MOVE makes is another object, with the same UID',
  async ({ alice }) => {
    const path = `${alice.calendar}a.ics`;
    await alice.put(path, event()).expect(201);
    await alice.propfind(path, '0', ['D:resource-id']).expectProperties(path, { 'D:resource-id': undefined });
  },
);

declined('RFC 5842 section 4', 'BIND, UNBIND and REBIND', 'a resource has one URL; the DAV header does not name bind');
