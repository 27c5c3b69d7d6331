/**
 * What clients of all kinds need. Numbers are those of our list of client behaviour.
 */
import assert from 'node:assert/strict';
import { elementsOf } from '../../../src/formats/xml/element.ts';
import { card, event, newUid } from '../../support/builders.ts';
import { quirk } from '../../support/conformance.ts';
import { clark, XMLNS } from '../../support/names.ts';

quirk('Q-0-1', 'multiget, query, sync and PROPFIND all carry getetag', async ({ alice }) => {
  const path = `${alice.calendar}a.ics`;
  const { etag } = await alice.put(path, event()).expect(201);
  const prop = '<D:prop><D:getetag/></D:prop>';
  const query = `<C:calendar-query ${XMLNS}>${prop}<C:filter><C:comp-filter name="VCALENDAR"/></C:filter></C:calendar-query>`;
  const multiget = `<C:calendar-multiget ${XMLNS}>${prop}<D:href>${path}</D:href></C:calendar-multiget>`;
  await alice.propfind(alice.calendar, '1', ['D:getetag']).expectProperties(path, { 'D:getetag': etag });
  await alice.report(alice.calendar, query, '1').expectProperties(path, { 'D:getetag': etag });
  await alice.report(alice.calendar, multiget, '1').expectProperties(path, { 'D:getetag': etag });
  await alice.sync(alice.calendar, '').expectProperties(path, { 'D:getetag': etag });
});

quirk('Q-0-2', 'the ETag of GET and of PROPFIND is the one that If-Match takes', async ({ alice }) => {
  const path = `${alice.calendar}a.ics`;
  const object = event();
  await alice.put(path, object).expect(201);
  const { etag } = await alice.get(path).expect(200);
  const answer = await alice.propfind(path, '0', ['D:getetag']).expect(207);
  const seen = answer.multistatus().value(path, clark('D:getetag'));
  await alice.put(path, object.replace('Meeting', 'Party'), { 'If-Match': etag }).expect(204);
  await alice.put(path, object, { 'If-Match': seen }).expect(412);
});

quirk('Q-0-3', 'an ETag stays while the content stays', async ({ alice }) => {
  const path = `${alice.calendar}a.ics`;
  const { etag } = await alice.put(path, event()).expect(201);
  await alice.proppatch(path, { set: { 'X:mood': 'good' } }).expect(207);
  await alice.put(`${alice.calendar}b.ics`, event()).expect(201);
  await alice.get(path).expectHeader('ETag', etag);
});

quirk('Q-0-4', 'ETags are quoted in XML too', async ({ alice }) => {
  const path = `${alice.calendar}a.ics`;
  await alice.put(path, event()).expect(201);
  await alice.propfind(path, '0', ['D:getetag']).expectProperties(path, { 'D:getetag': /^"[^"]+"$/ });
});

quirk('Q-0-5', 'the propstat of what is there comes before the one of what is not', async ({ alice }) => {
  const answer = await alice.propfind(alice.calendar, '0', ['X:nothing-of-the-kind', 'D:displayname']).expect(207);
  const response = elementsOf(answer.xml())[0];
  const statuses = elementsOf(response!)
    .filter((one) => one.name === clark('D:propstat'))
    .map((propstat) =>
      elementsOf(propstat)
        .find((one) => one.name === clark('D:status'))
        ?.children.join(''),
    );
  assert.deepEqual(statuses, ['HTTP/1.1 200 OK', 'HTTP/1.1 404 Not Found']);
});

quirk('Q-0-6', 'a search without results is an empty multistatus', async ({ alice }) => {
  const query = `<C:calendar-query ${XMLNS}><D:prop><D:getetag/></D:prop><C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT"/></C:comp-filter></C:filter></C:calendar-query>`;
  await alice.report(alice.calendar, query, '1').expectMembers([]);
  const search = `<CR:addressbook-query ${XMLNS}><D:prop><D:getetag/></D:prop><CR:filter/></CR:addressbook-query>`;
  await alice.report(alice.addressbook, search, '1').expectMembers([]);
});

quirk('Q-0-7', 'every collection in a home says what one may do, parts and aggregates', async ({ alice }) => {
  const answer = await alice.propfind(alice.calendars, '1', ['D:current-user-privilege-set']).expect(207);
  const { responses } = answer.multistatus();
  assert.ok(responses.size > 1);
  for (const [path, { properties }] of responses) {
    const value = properties.get(clark('D:current-user-privilege-set'));
    assert.equal(value?.status, 200, path);
    const text = JSON.stringify(value?.element);
    for (const name of ['read', 'write', 'write-content', 'write-properties', 'bind', 'unbind']) {
      assert.ok(text.includes(`"{DAV:}${name}"`), `${name} on ${path}`);
    }
  }
});

quirk('Q-0-8', 'every calendar says which components it takes', async ({ alice }) => {
  const made = await alice.newCalendar('work');
  for (const path of [alice.calendar, made, `${alice.calendars}tasks/`]) {
    await alice.propfind(path, '0', ['C:supported-calendar-component-set']).expectProperties(path, {
      'C:supported-calendar-component-set': (value) => assert.ok(elementsOf(value).length > 0),
    });
  }
});

quirk(
  'Q-0-10',
  'the UID of a deleted object is free again, and the next sync says 404 for what went',
  async ({ alice }) => {
    const UID = newUid();
    const first = await alice.sync(alice.calendar, '').expect(207);
    await alice.put(`${alice.calendar}a.ics`, event({ UID })).expect(201);
    await alice.delete(`${alice.calendar}a.ics`).expect(204);
    await alice.put(`${alice.calendar}b.ics`, event({ UID })).expect(201);
    const answer = await alice.sync(alice.calendar, first.multistatus().syncToken ?? '').expect(207);
    assert.equal(answer.multistatus().at(`${alice.calendar}a.ics`).status, 404);
    assert.equal(answer.multistatus().at(`${alice.calendar}b.ics`).status, undefined);
  },
);

quirk('Q-0-12', 'a missing slash is answered, not redirected', async ({ alice }) => {
  for (const path of [alice.calendars, alice.calendar, alice.principal, '/calendars/']) {
    await alice.propfind(path.slice(0, -1), '0', ['D:resourcetype']).expect(207);
  }
});

quirk('Q-0-14', 'the home and the calendars in it are kept apart', async ({ alice }) => {
  await alice.propfind(alice.calendars, '0', ['D:resourcetype']).expectProperties(alice.calendars, {
    'D:resourcetype': ['D:collection'],
  });
  await alice.propfind(alice.addressbooks, '0', ['D:resourcetype']).expectProperties(alice.addressbooks, {
    'D:resourcetype': ['D:collection'],
  });
  await alice.put(`${alice.addressbooks}a.vcf`, card()).expect(403, 405, 409);
});
