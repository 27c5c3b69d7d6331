/**
 * Privileges as a client sees them. RFC 3744 section 5.3, RFC 3744 section 5.5, RFC 3744 section 7.1.1.
 */
import assert from 'node:assert/strict';
import { elementsOf, type XmlElement } from '../../../src/formats/xml/element.ts';
import type { XmlName } from '../../../src/formats/xml/name.ts';
import { event } from '../../support/builders.ts';
import { must } from '../../support/conformance.ts';
import { clark } from '../../support/names.ts';

function privilegesIn(value: XmlElement): readonly XmlName[] {
  return elementsOf(value).flatMap((privilege) => elementsOf(privilege).map((one) => one.name));
}

must(
  'RFC 3744 section 5.5',
  'an owner holds aggregates and their parts, on the collection and on its objects',
  async ({ alice }) => {
    const object = `${alice.calendar}a.ics`;
    await alice.put(object, event()).expect(201);
    for (const path of [alice.calendars, alice.calendar, alice.addressbook, object]) {
      await alice.propfind(path, '0', ['D:current-user-privilege-set']).expectProperties(path, {
        'D:current-user-privilege-set': (value) => {
          const held = privilegesIn(value);
          for (const name of ['D:read', 'D:write', 'D:write-properties', 'D:write-content', 'D:bind', 'D:unbind']) {
            assert.ok(held.includes(clark(name)), `${name} on ${path}`);
          }
        },
      });
    }
  },
);

must('RFC 4791 section 6.1.1', 'who may read may read free-busy', async ({ alice }) => {
  await alice.propfind(alice.calendar, '0', ['D:current-user-privilege-set']).expectProperties(alice.calendar, {
    'D:current-user-privilege-set': (value) => assert.ok(privilegesIn(value).includes(clark('C:read-free-busy'))),
  });
});

must(
  'RFC 3744 section 5.3',
  'supported-privilege-set is a tree with descriptions that contains every privilege held',
  async ({ alice }) => {
    const answer = await alice
      .propfind(alice.calendar, '0', ['D:supported-privilege-set', 'D:current-user-privilege-set'])
      .expect(207);
    const { properties } = answer.multistatus().at(alice.calendar);
    const tree = properties.get(clark('D:supported-privilege-set'))?.element;
    assert.ok(tree !== undefined);
    const named: XmlName[] = [];
    const walk = (supported: XmlElement): void => {
      const parts = elementsOf(supported);
      const privilege = parts.find((one) => one.name === clark('D:privilege'));
      const description = parts.find((one) => one.name === clark('D:description'));
      assert.ok(privilege !== undefined && description !== undefined);
      assert.ok(description.attributes.some(({ name }) => name.endsWith('}lang')));
      named.push(...elementsOf(privilege).map((one) => one.name));
      for (const part of parts) if (part.name === clark('D:supported-privilege')) walk(part);
    };
    for (const one of elementsOf(tree)) walk(one);
    assert.equal(new Set(named).size, named.length, 'each privilege stands once');
    const held = properties.get(clark('D:current-user-privilege-set'))?.element;
    for (const name of privilegesIn(held!)) assert.ok(named.includes(name), name);
  },
);

must(
  'RFC 3744 section 7.1.1',
  'who may see a resource but not change it is told which privilege is missing',
  async ({ alice }) => {
    const answer = await alice
      .proppatch('/', { set: { 'D:displayname': 'Mine' } })
      .expectPrecondition('D:need-privileges', 403);
    const [condition] = elementsOf(answer.xml());
    const [resource] = elementsOf(condition!);
    assert.equal(resource?.name, clark('D:resource'));
    assert.deepEqual(
      elementsOf(resource!).map((one) => one.name),
      [clark('D:href'), clark('D:privilege')],
    );
  },
);
