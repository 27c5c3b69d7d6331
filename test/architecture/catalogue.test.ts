/**
 * The catalogue refuses what features must not do, and the compiler refuses declarations that do not fit together.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { catalogue } from '../../src/dav/catalogue.ts';
import { precondition } from '../../src/dav/errors.ts';
import type { Feature } from '../../src/dav/feature.ts';
import type { Method } from '../../src/dav/method.ts';
import { defineProperty, text } from '../../src/dav/property.ts';
import type { Report } from '../../src/dav/report.ts';
import type { ResourceType } from '../../src/dav/resource.ts';
import type { Spec } from '../../src/dav/spec.ts';
import type { WriteRule } from '../../src/dav/write-rule.ts';
import { standardFeatures } from '../../src/server/features.ts';

const member: ResourceType<'object'> = {
  kind: 'leaf',
  shape: 'object',
  spec: 'behaviour: made for this test',
  label: 'leaf',
  elements: [],
};
const collection: ResourceType<'collection'> = {
  kind: 'tree',
  shape: 'collection',
  spec: 'behaviour: made for this test',
  label: 'tree',
  elements: ['{DAV:}collection'],
  members: member,
};
const spec: Spec = 'RFC 4918 section 15.2';
const displayName = defineProperty({
  name: '{DAV:}displayname',
  spec,
  on: [collection],
  inAllprop: true,
  read: (tree) => text(tree.collection.name),
});
const report: Report = {
  name: '{DAV:}expand-property',
  spec: 'RFC 3253 section 3.8',
  on: [collection],
  privilege: '{DAV:}read',
  run: async () => ({ status: 207, headers: {} }),
};
const method: Method = {
  name: 'GET',
  spec: 'RFC 9110 section 9.3.1',
  on: [collection],
  handle: async () => ({ status: 200, headers: {} }),
};
const rule: WriteRule = {
  into: collection,
  suffix: '',
  maxSize: () => 1,
  accept: async () => {
    throw new RangeError('nothing is written here');
  },
};
const condition = precondition('{DAV:}valid-resourcetype', 403, 'RFC 5689 section 3.3');

function feature(name: string, parts: Partial<Feature>): Feature {
  return { name, specs: [], ...parts };
}

describe('the catalogue', () => {
  const claims: readonly (readonly [what: string, parts: Partial<Feature>])[] = [
    ['a resource type', { resourceTypes: [collection] }],
    ['a property on one type', { properties: [displayName] }],
    ['a report on one type', { reports: [report] }],
    ['a method on one type, unless each says when', { methods: [method] }],
    ['a precondition', { preconditions: [condition] }],
    ['a write rule for one type', { writeRules: [rule] }],
    [
      'a privilege',
      {
        privileges: [
          { name: '{DAV:}all', spec: 'RFC 3744 section 3.11', within: undefined, description: 'Everything' },
        ],
      },
    ],
    ['a kept collection', { keeps: [{ type: collection, spec, onDelete: () => 'empty' }] }],
    [
      'a well-known path',
      { wellKnown: [{ path: '/.well-known/tree', spec, handle: () => ({ status: 302, headers: {} }) }] },
    ],
    ['a path beside the tree', { endpoints: [{ segment: 'beside', spec, methods: [method] }] }],
  ];
  for (const [what, parts] of claims) {
    test(`refuses two claims on ${what}`, () => {
      assert.doesNotThrow(() => catalogue([feature('one', parts)]));
      assert.throws(() => catalogue([feature('one', parts), feature('two', parts)]), RangeError);
    });
  }

  test('takes two methods of one name when they say when', () => {
    const only = feature('one', {
      methods: [{ ...method, name: 'POST', when: (request) => request.target.includes('?a') }],
    });
    const other = feature('two', {
      methods: [{ ...method, name: 'POST', when: (request) => request.target.includes('?b') }],
    });
    assert.deepEqual(catalogue([only, other]).allowed(collection), ['POST']);
  });

  test('computes the DAV header from the features, each word once', () => {
    const one = feature('one', { complianceTokens: ['1', '3'] });
    const two = feature('two', { complianceTokens: ['3', 'calendar-access'] });
    assert.equal(catalogue([one, two]).compliance, '1, 3, calendar-access');
  });

  test('takes what Davit consists of', () => {
    assert.ok(catalogue(standardFeatures()).features.length > 0);
  });

  test('every declared type of a property, report, rule or provision is itself declared', () => {
    const features = standardFeatures();
    const declared = new Set(features.flatMap((one) => (one.resourceTypes ?? []).map((type) => type.kind)));
    const used = features.flatMap((one) => [
      ...(one.properties ?? []).flatMap((property) => property.on),
      ...(one.reports ?? []).flatMap((declaration) => declaration.on),
      ...(one.writeRules ?? []).map((declaration) => declaration.into),
      ...(one.provisions ?? []).map((provision) => provision.type),
      ...(one.creatable ?? []).flatMap((creatable) => [creatable.type, ...creatable.within]),
    ]);
    const unknown = used.filter((type) => typeof type !== 'string' && !declared.has(type.kind));
    assert.deepEqual(unknown, []);
  });
});

describe('the compiler', () => {
  test('refuses wrong declarations', () => {
    const base = { name: '{DAV:}displayname', spec, inAllprop: true } as const;
    defineProperty({
      ...base,
      on: [collection],
      // @ts-expect-error a collection has no object
      read: (tree) => text(tree.object.etag),
    });
    defineProperty({
      ...base,
      on: [member],
      // @ts-expect-error a value is XML text, not a number
      read: (leaf) => leaf.object.size,
    });
    // @ts-expect-error a property that nothing reads
    defineProperty({ ...base, on: [collection] });
    // @ts-expect-error names are in Clark notation
    defineProperty({ ...base, name: 'displayname', on: [collection], read: () => '' });
    // @ts-expect-error a declaration says where it comes from
    defineProperty({ ...base, spec: 'somewhere', on: [collection], read: () => '' });

    const uidConflict = precondition<readonly [href: string]>(
      '{urn:ietf:params:xml:ns:caldav}no-uid-conflict',
      409,
      'RFC 4791 section 5.3.2.1',
      (href) => [href],
    );
    // @ts-expect-error the condition asks for the href that its element holds
    uidConflict('two objects have one UID');
    assert.equal(uidConflict('two objects have one UID', '/calendars/').status, 409);
  });
});
