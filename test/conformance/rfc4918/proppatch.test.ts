/**
 * PROPPATCH and dead properties. RFC 4918 section 9.2, RFC 4918 section 4.3.
 */
import assert from 'node:assert/strict';
import { textOf } from '../../../src/formats/xml/element.ts';
import { event } from '../../support/builders.ts';
import { must } from '../../support/conformance.ts';
import { clark, XMLNS } from '../../support/names.ts';
import { TEST_LIMITS } from '../../support/service.ts';

must('RFC 4918 section 9.2', 'what is set is answered, and stays', async ({ alice }) => {
  await alice
    .proppatch(alice.calendar, { set: { 'D:displayname': 'Work', 'X:mood': 'good' } })
    .expectProperties(alice.calendar, { 'D:displayname': true, 'X:mood': true });
  await alice
    .propfind(alice.calendar, '0', ['D:displayname', 'X:mood'])
    .expectProperties(alice.calendar, { 'D:displayname': 'Work', 'X:mood': 'good' });
});

must('RFC 4918 section 15.2', 'displayname can be set on a calendar and on an address book', async ({ alice }) => {
  for (const path of [alice.calendar, alice.addressbook]) {
    await alice.proppatch(path, { set: { 'D:displayname': 'Mine' } }).expect(207);
    await alice.propfind(path, '0', ['D:displayname']).expectProperties(path, { 'D:displayname': 'Mine' });
  }
});

must('RFC 4918 section 9.2', 'what is removed is gone; removing what is not there succeeds', async ({ alice }) => {
  await alice.proppatch(alice.calendar, { set: { 'X:mood': 'good' } }).expect(207);
  await alice
    .proppatch(alice.calendar, { remove: ['X:mood', 'X:never-there'] })
    .expectProperties(alice.calendar, { 'X:mood': true, 'X:never-there': true });
  await alice.propfind(alice.calendar, '0', ['X:mood']).expectProperties(alice.calendar, { 'X:mood': undefined });
});

must('RFC 4918 section 9.2', 'instructions are carried out in document order', async ({ alice }) => {
  const body =
    `<D:propertyupdate ${XMLNS}><D:set><D:prop><X:mood>one</X:mood></D:prop></D:set>` +
    `<D:remove><D:prop><X:mood/></D:prop></D:remove><D:set><D:prop><X:mood>two</X:mood></D:prop></D:set></D:propertyupdate>`;
  await alice.proppatch(alice.calendar, body).expect(207);
  await alice.propfind(alice.calendar, '0', ['X:mood']).expectProperties(alice.calendar, { 'X:mood': 'two' });
});

must(
  'RFC 4918 section 9.2.1',
  'one failure undoes all: the failing property says why, the others 424',
  async ({ alice }) => {
    const answer = await alice
      .proppatch(alice.calendar, { set: { 'X:mood': 'good', 'D:creationdate': 'never' } })
      .expect(207);
    const { properties } = answer.multistatus().at(alice.calendar);
    const failed = properties.get(clark('D:creationdate'));
    assert.equal(failed?.status, 403);
    assert.equal(properties.get(clark('X:mood'))?.status, 424);
    await alice.propfind(alice.calendar, '0', ['X:mood']).expectProperties(alice.calendar, { 'X:mood': undefined });
  },
);

must(
  'RFC 4918 section 16',
  'setting a protected property is refused with cannot-modify-protected-property',
  async ({ alice }) => {
    for (const name of ['D:resourcetype', 'D:creationdate', 'D:current-user-privilege-set']) {
      const answer = await alice.proppatch(alice.calendar, { set: { [name]: 'x' } }).expect(207);
      const property = answer.multistatus().at(alice.calendar).properties.get(clark(name));
      assert.equal(property?.status, 403, name);
      assert.deepEqual(property?.conditions, [clark('D:cannot-modify-protected-property')], name);
    }
  },
);

must(
  'RFC 4918 section 4.3',
  'a dead property keeps its mixed content, attributes, namespaces and xml:lang',
  async ({ alice }) => {
    const value =
      '<p xmlns="http://example.org/a" b:kind="k" xmlns:b="http://example.org/b">one <b:em>two</b:em> &amp; three</p>';
    const body = `<D:propertyupdate ${XMLNS}><D:set><D:prop xml:lang="de"><X:note>${value}</X:note></D:prop></D:set></D:propertyupdate>`;
    await alice.proppatch(alice.calendar, body).expect(207);
    const answer = await alice.propfind(alice.calendar, '0', ['X:note']).expect(207);
    const note = answer.multistatus().at(alice.calendar).properties.get(clark('X:note'))?.element;
    assert.ok(note !== undefined);
    assert.equal(note.attributes.find(({ name }) => name.endsWith('}lang'))?.value, 'de');
    const [paragraph] = note.children.filter((child) => typeof child !== 'string');
    assert.equal(paragraph?.name, '{http://example.org/a}p');
    assert.deepEqual(paragraph?.attributes.find(({ name }) => name === '{http://example.org/b}kind')?.value, 'k');
    assert.equal(textOf(paragraph!), 'one  & three');
    assert.equal(
      paragraph?.children.some((child) => typeof child !== 'string' && child.name === '{http://example.org/b}em'),
      true,
    );
  },
);

must(
  'RFC 4918 section 4.3',
  'objects hold dead properties too, and keep them when they are replaced',
  async ({ alice }) => {
    const path = `${alice.calendar}a.ics`;
    const object = event();
    await alice.put(path, object).expect(201);
    await alice.proppatch(path, { set: { 'X:mood': 'good' } }).expect(207);
    await alice.put(path, object.replace('Meeting', 'Party')).expect(204);
    await alice.propfind(path, '0', ['X:mood']).expectProperties(path, { 'X:mood': 'good' });
  },
);

must('RFC 4918 section 9.2', 'a body that is no propertyupdate is refused with 400', async ({ alice }) => {
  await alice.proppatch(alice.calendar, `<D:propfind ${XMLNS}><D:allprop/></D:propfind>`).expect(400);
  await alice.request('PROPPATCH', alice.calendar).expect(400);
});

must('RFC 4918 section 9.2', 'a resource that does not exist answers 404', async ({ alice }) => {
  await alice.proppatch(`${alice.calendars}nothing/`, { set: { 'X:mood': 'good' } }).expect(404);
});

must(
  'RFC 4918 section 9.2',
  'more properties than there is room for are refused with 507, and nothing is stored',
  async ({ alice }) => {
    const answer = await alice
      .proppatch(alice.calendar, { set: { 'X:much': 'x'.repeat(TEST_LIMITS.properties + 1) } })
      .expect(207);
    assert.equal(answer.multistatus().at(alice.calendar).properties.get(clark('X:much'))?.status, 507);
    await alice.propfind(alice.calendar, '0', ['X:much']).expectProperties(alice.calendar, { 'X:much': undefined });
  },
);

must(
  'RFC 8144 section 2.2',
  'with return=minimal a success has no body, a failure is told in full',
  async ({ alice }) => {
    const minimal = { Prefer: 'return=minimal' };
    const done = await alice.proppatch(alice.calendar, { set: { 'X:mood': 'good' } }, minimal).expect(200, 204);
    assert.equal(done.text, '');
    await alice.propfind(alice.calendar, '0', ['X:mood']).expectProperties(alice.calendar, { 'X:mood': 'good' });
    await alice
      .proppatch(alice.calendar, { set: { 'D:creationdate': 'never' } }, minimal)
      .expectProperties(alice.calendar, { 'D:creationdate': 403 });
  },
);
