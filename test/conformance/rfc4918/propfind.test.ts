/**
 * PROPFIND and the properties that every resource has. RFC 4918 section 9.1, RFC 4918 section 15.
 */
import assert from 'node:assert/strict';
import { event } from '../../support/builders.ts';
import { may, must, should } from '../../support/conformance.ts';
import { clark, XMLNS } from '../../support/names.ts';
import { TEST_LIMITS } from '../../support/service.ts';

must('RFC 4918 section 9.1', 'Depth 0 answers the resource alone', async ({ alice }) => {
  await alice.put(`${alice.calendar}a.ics`, event()).expect(201);
  await alice.propfind(alice.calendar, '0', ['D:resourcetype']).expectMembers([alice.calendar]);
});

must('RFC 4918 section 9.1', 'Depth 1 answers the collection and its members, not their members', async ({ alice }) => {
  await alice.put(`${alice.calendar}a.ics`, event()).expect(201);
  await alice.propfind(alice.calendar, '1', ['D:getetag']).expectMembers([alice.calendar, `${alice.calendar}a.ics`]);
  const home = await alice.propfind(alice.calendars, '1', ['D:resourcetype']).expect(207);
  const hrefs = [...home.multistatus().responses.keys()];
  assert.ok(hrefs.includes(alice.calendar));
  assert.ok(!hrefs.includes(`${alice.calendar}a.ics`));
});

must(
  'behaviour: PROPFIND without Depth means 1',
  'without a Depth header the members are listed',
  async ({ alice }) => {
    await alice.put(`${alice.calendar}a.ics`, event()).expect(201);
    await alice
      .propfind(alice.calendar, undefined, ['D:getetag'])
      .expectMembers([alice.calendar, `${alice.calendar}a.ics`]);
  },
);

may('RFC 4918 section 9.1', 'Depth infinity answers the whole tree, objects included', async ({ alice }) => {
  await alice.put(`${alice.calendar}a.ics`, event()).expect(201);
  const answer = await alice.propfind(alice.calendars, 'infinity', ['D:resourcetype']).expect(207);
  const { responses } = answer.multistatus();
  for (const path of [alice.calendars, alice.calendar, `${alice.calendar}a.ics`]) assert.ok(responses.has(path), path);
});

must(
  'RFC 4918 section 9.1',
  'Depth infinity beyond the configured count is refused with propfind-finite-depth',
  async ({ alice }) => {
    const objects = Array.from({ length: TEST_LIMITS.infinityMembers }, (_, i) => `${alice.calendar}${i}.ics`);
    for (const path of objects) await alice.put(path, event()).expect(201);
    await alice.propfind(alice.calendars, 'infinity', ['D:getetag']).expectPrecondition('D:propfind-finite-depth', 403);
    await alice.propfind(alice.calendar, '1', ['D:getetag']).expectMembers([alice.calendar, ...objects]);
  },
);

must('RFC 4918 section 10.2', 'a Depth that is none of 0, 1, infinity is refused', async ({ alice }) => {
  await alice.propfind(alice.calendar, '2', ['D:getetag']).expect(400);
});

must(
  'RFC 4918 section 9.1',
  'properties that are there and those that are not come in separate propstats',
  async ({ alice }) => {
    await alice
      .propfind(alice.calendar, '0', ['D:displayname', 'X:nothing-of-the-kind'])
      .expectProperties(alice.calendar, {
        'D:displayname': 'Calendar',
        'X:nothing-of-the-kind': undefined,
      });
  },
);

must('RFC 4918 section 9.1', 'allprop answers the live properties of WebDAV and the dead ones', async ({ alice }) => {
  const path = `${alice.calendar}a.ics`;
  await alice.put(path, event()).expect(201);
  await alice.proppatch(path, { set: { 'X:mood': 'good' } }).expect(207);
  await alice.propfind(path, '0', `<D:propfind ${XMLNS}><D:allprop/></D:propfind>`).expectProperties(path, {
    'D:creationdate': true,
    'D:getcontentlength': true,
    'D:getcontenttype': true,
    'D:getetag': true,
    'D:getlastmodified': true,
    'D:resourcetype': [],
    'X:mood': 'good',
  });
});

must('RFC 4918 section 9.1', 'allprop with include answers the named properties too', async ({ alice }) => {
  const body = `<D:propfind ${XMLNS}><D:allprop/><D:include><D:owner/></D:include></D:propfind>`;
  const plain = await alice.propfind(alice.calendar, '0', `<D:propfind ${XMLNS}><D:allprop/></D:propfind>`).expect(207);
  assert.ok(!plain.multistatus().at(alice.calendar).properties.has(clark('D:owner')));
  await alice.propfind(alice.calendar, '0', body).expectProperties(alice.calendar, {
    'D:displayname': 'Calendar',
    'D:owner': ['D:href'],
  });
});

must('RFC 4918 section 9.1', 'an empty body means allprop', async ({ alice }) => {
  const named = await alice.propfind(alice.calendar, '0', `<D:propfind ${XMLNS}><D:allprop/></D:propfind>`);
  const empty = await alice.propfind(alice.calendar, '0').expect(207);
  assert.deepEqual(
    [...empty.multistatus().at(alice.calendar).properties.keys()],
    [...named.multistatus().at(alice.calendar).properties.keys()],
  );
});

must('RFC 4918 section 9.1', 'propname answers names without values', async ({ alice }) => {
  const answer = await alice
    .propfind(alice.calendar, '0', `<D:propfind ${XMLNS}><D:propname/></D:propfind>`)
    .expect(207);
  const { properties } = answer.multistatus().at(alice.calendar);
  for (const name of [
    'D:displayname',
    'D:resourcetype',
    'D:current-user-principal',
    'C:supported-calendar-component-set',
  ]) {
    const property = properties.get(clark(name));
    assert.equal(property?.status, 200, name);
    assert.deepEqual(property?.element.children, [], `${name} has no value here`);
  }
});

must('RFC 4918 section 9.1', 'a resource that does not exist answers 404', async ({ alice }) => {
  await alice.propfind(`${alice.calendar}nothing.ics`, '0', ['D:getetag']).expect(404);
  await alice.propfind(`${alice.calendars}nothing/`, '1', ['D:getetag']).expect(404);
});

must('RFC 4918 section 8.2', 'a body that is not well-formed is refused with 400', async ({ alice }) => {
  await alice
    .propfind(alice.calendar, '0', '<D:propfind xmlns:D="DAV:"><D:prop>')
    .expect(400)
    .expectText(/line 1/);
});

must('RFC 4918 section 9.1', 'a body with another root element is refused with 400', async ({ alice }) => {
  await alice.propfind(alice.calendar, '0', '<D:lockinfo xmlns:D="DAV:"/>').expect(400);
});

must('RFC 4918 section 17', 'unknown elements in a request are ignored', async ({ alice }) => {
  const body = `<D:propfind ${XMLNS}><X:hint><D:prop><D:owner/></D:prop></X:hint><D:prop><D:displayname/></D:prop></D:propfind>`;
  const answer = await alice.propfind(alice.calendar, '0', body).expect(207);
  assert.deepEqual([...answer.multistatus().at(alice.calendar).properties.keys()], [clark('D:displayname')]);
});

must(
  'RFC 4918 section 8.3',
  'hrefs of collections end in a slash and can be fetched as they are printed',
  async ({ alice }) => {
    await alice.put(`${alice.calendar}ein%20Tag.ics`, event()).expect(201);
    for (const path of [alice.calendars, alice.calendar]) {
      const answer = await alice.propfind(path, '1', ['D:resourcetype']).expect(207);
      for (const { href, properties } of answer.multistatus().responses.values()) {
        const types = properties.get(clark('D:resourcetype'))?.element.children ?? [];
        assert.equal(href.endsWith('/'), types.length > 0, href);
        await alice.propfind(href, '0', ['D:resourcetype']).expect(207);
      }
    }
  },
);

should(
  'RFC 4918 section 5.2',
  'a collection asked for without its slash answers and says its name',
  async ({ alice }) => {
    const answer = await alice.propfind(alice.calendar.slice(0, -1), '0', ['D:resourcetype']).expect(207);
    assert.equal(decodeURIComponent(answer.headers['content-location'] ?? ''), alice.calendar);
  },
);

must(
  'RFC 4918 section 15.9',
  'resourcetype tells collections, and is there and empty on objects',
  async ({ alice }) => {
    await alice.put(`${alice.calendar}a.ics`, event()).expect(201);
    const home = await alice.propfind(alice.calendars, '0', ['D:resourcetype']);
    assert.ok(home.text.includes('collection'));
    await alice
      .propfind(alice.calendars, '0', ['D:resourcetype'])
      .expectProperties(alice.calendars, { 'D:resourcetype': ['D:collection'] });
    await alice
      .propfind(`${alice.calendar}a.ics`, '0', ['D:resourcetype'])
      .expectProperties(`${alice.calendar}a.ics`, { 'D:resourcetype': [] });
  },
);

must('RFC 4918 section 15.6', 'getetag is the ETag of GET, quoted and strong', async ({ alice }) => {
  const path = `${alice.calendar}a.ics`;
  await alice.put(path, event()).expect(201);
  const { etag } = await alice.get(path).expect(200);
  assert.match(etag, /^"[^"]+"$/);
  await alice.propfind(path, '0', ['D:getetag']).expectProperties(path, { 'D:getetag': etag });
});

must('RFC 4918 section 15.4', 'getcontentlength is the length of the body of GET', async ({ alice }) => {
  const path = `${alice.calendar}a.ics`;
  await alice.put(path, event({ SUMMARY: 'Füße' })).expect(201);
  const { body } = await alice.get(path).expect(200);
  await alice
    .propfind(path, '0', ['D:getcontentlength'])
    .expectProperties(path, { 'D:getcontentlength': String(body.length) });
});

must('RFC 4918 section 15.5', 'getcontenttype is the Content-Type of GET', async ({ alice }) => {
  const path = `${alice.calendar}a.ics`;
  await alice.put(path, event()).expect(201);
  const { headers } = await alice.get(path).expect(200);
  assert.match(headers['content-type'] ?? '', /^text\/calendar; ?charset=utf-8/);
  await alice
    .propfind(path, '0', ['D:getcontenttype'])
    .expectProperties(path, { 'D:getcontenttype': headers['content-type'] });
});

must('RFC 4918 section 15.7', 'getlastmodified is the Last-Modified of GET, an HTTP date', async ({ alice }) => {
  const path = `${alice.calendar}a.ics`;
  await alice.put(path, event()).expect(201);
  const { headers } = await alice.get(path).expect(200);
  assert.match(
    headers['last-modified'] ?? '',
    /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/,
  );
  await alice
    .propfind(path, '0', ['D:getlastmodified'])
    .expectProperties(path, { 'D:getlastmodified': headers['last-modified'] });
});

must(
  'RFC 4918 section 15.1',
  'creationdate is an Internet date and does not move when the object is replaced',
  async ({ alice }) => {
    const path = `${alice.calendar}a.ics`;
    const object = event();
    await alice.put(path, object).expect(201);
    const first = await alice.propfind(path, '0', ['D:creationdate']);
    const created = first.multistatus().value(path, clark('D:creationdate'));
    assert.match(created, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    await alice.put(path, object.replace('Meeting', 'Party')).expect(204);
    await alice.propfind(path, '0', ['D:creationdate']).expectProperties(path, { 'D:creationdate': created });
  },
);
