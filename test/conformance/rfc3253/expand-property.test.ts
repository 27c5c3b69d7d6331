/**
 * REPORT itself, and expand-property. RFC 3253 section 3.6, RFC 3253 section 3.8.
 */
import assert from 'node:assert/strict';
import { childOf, elementsOf } from '../../../src/formats/xml/element.ts';
import { event } from '../../support/builders.ts';
import { hostile, must } from '../../support/conformance.ts';
import { type Multistatus, multistatusOf } from '../../support/multistatus.ts';
import { clark, XMLNS } from '../../support/names.ts';

must(
  'RFC 3253 section 3.8',
  'hrefs in properties are replaced by what was asked of the resources they name',
  async ({ alice }) => {
    const body =
      `<D:expand-property ${XMLNS}><D:property name="current-user-principal">` +
      `<D:property name="displayname"/><D:property name="nothing-of-the-kind" namespace="http://example.com/ns/"/></D:property></D:expand-property>`;
    const answer = await alice.report(alice.calendar, body, '0').expect(207);
    const principal = answer.multistatus().at(alice.calendar).properties.get(clark('D:current-user-principal'));
    assert.equal(principal?.status, 200);
    const inner = multistatusOf({ name: '{DAV:}multistatus', attributes: [], children: principal!.element.children });
    assert.equal(inner.value(alice.principal, clark('D:displayname')), 'alice');
    assert.equal(inner.at(alice.principal).properties.get(clark('X:nothing-of-the-kind'))?.status, 404);
  },
);

must('RFC 3253 section 3.8', 'expansion goes on inside what was expanded', async ({ alice, bob, team }) => {
  const body =
    `<D:expand-property ${XMLNS}><D:property name="group-membership"><D:property name="group-member-set">` +
    `<D:property name="displayname"/></D:property></D:property></D:expand-property>`;
  const answer = await alice.report(alice.principal, body, '0').expect(207);
  const inside = (multistatus: Multistatus, path: string, name: string): Multistatus => {
    const value = multistatus.at(path).properties.get(clark(name));
    assert.equal(value?.status, 200, name);
    return multistatusOf({ name: '{DAV:}multistatus', attributes: [], children: value!.element.children });
  };
  const groups = inside(answer.multistatus(), alice.principal, 'D:group-membership');
  const members = inside(groups, team.principal, 'D:group-member-set');
  assert.equal(members.value(alice.principal, clark('D:displayname')), 'alice');
  assert.ok(members.responses.has(bob.principal));
});

must(
  'RFC 3253 section 3.6',
  'a report that the resource does not have is refused with supported-report',
  async ({ alice }) => {
    await alice.report(alice.calendar, `<X:version-tree ${XMLNS}/>`, '0').expectPrecondition('D:supported-report', 403);
    await alice
      .report(alice.addressbook, `<C:calendar-multiget ${XMLNS}/>`, '1')
      .expectPrecondition('D:supported-report', 403);
  },
);

must('RFC 3253 section 3.6', 'REPORT without a body is refused with 400', async ({ alice }) => {
  await alice.request('REPORT', alice.calendar).expect(400);
});

must(
  'RFC 3253 section 3.1.5',
  'supported-report-set lists what works on each resource, and nothing else',
  async ({ alice }) => {
    await alice.put(`${alice.calendar}a.ics`, event()).expect(201);
    const wanted = [
      [
        alice.calendar,
        ['D:expand-property', 'D:sync-collection', 'C:calendar-query', 'C:calendar-multiget', 'C:free-busy-query'],
      ],
      [
        alice.addressbook,
        ['D:expand-property', 'D:sync-collection', 'CR:addressbook-query', 'CR:addressbook-multiget'],
      ],
      [alice.principal, ['D:expand-property']],
      [alice.calendars, ['D:expand-property', 'D:sync-collection']],
    ] as const;
    for (const [path, reports] of wanted) {
      await alice.propfind(path, '0', ['D:supported-report-set']).expectProperties(path, {
        'D:supported-report-set': (value) => {
          const listed = elementsOf(value).map((supported) => {
            const report = childOf(supported, clark('D:report'));
            return report === undefined ? '' : elementsOf(report)[0]?.name;
          });
          for (const report of reports) assert.ok(listed.includes(clark(report)), `${report} on ${path}`);
          assert.equal(new Set(listed).size, listed.length);
        },
      });
    }
  },
);

hostile('S1 a reference of one’s own reads nothing that may not be read', async ({ alice, bob }) => {
  const object = `${alice.calendar}secret.ics`;
  await alice.put(object, event()).expect(201);
  const value = `<D:href xmlns:D="DAV:">${alice.calendar}</D:href><D:href xmlns:D="DAV:">${object}</D:href>`;
  await bob.proppatch(bob.calendar, { set: { 'X:p': value } }).expect(207);
  const asked = ['displayname', 'sync-token', 'lockdiscovery', 'quota-used-bytes', 'getetag'];
  const inside = asked.map((name) => `<D:property name="${name}"/>`).join('');
  const body = `<D:expand-property ${XMLNS}><D:property name="p" namespace="http://example.com/ns/">${inside}</D:property></D:expand-property>`;
  for (const privilege of ['C:read-free-busy', 'D:write']) {
    await alice.acl(alice.calendar, [[bob.principal, privilege]]).expect(200);
    const answer = await bob.report(bob.calendar, body, '0').expect(207);
    assert.ok(!answer.text.includes('<d:displayname>'), answer.text);
    assert.ok(!answer.text.includes('data:,'), answer.text);
    assert.match(answer.text, /need-privileges/);
  }
});
