/**
 * Who holds what where: every sort of user against a home, a collection in it, and a collection in that.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  ALL,
  privilegesOn,
  privilegeTable,
  READING,
  relationOf,
  type Subject,
  WRITING,
} from '../../src/dav/privilege.ts';
import type { XmlName } from '../../src/formats/xml/name.ts';
import {
  type Account,
  accountId,
  type CollectionKey,
  collectionId,
  type Grant,
  tenantId,
} from '../../src/store/records.ts';

const table = privilegeTable([
  { name: '{DAV:}all', spec: 'RFC 3744 section 3.11', within: undefined, description: '' },
  { name: '{DAV:}read', spec: 'RFC 3744 section 3.1', within: '{DAV:}all', description: '' },
  { name: '{DAV:}read-acl', spec: 'RFC 3744 section 3.6', within: '{DAV:}all', description: '' },
  { name: '{DAV:}write', spec: 'RFC 3744 section 3.2', within: '{DAV:}all', description: '' },
  { name: '{DAV:}bind', spec: 'RFC 3744 section 3.9', within: '{DAV:}write', description: '' },
  { name: '{DAV:}unbind', spec: 'RFC 3744 section 3.10', within: '{DAV:}write', description: '' },
  { name: '{DAV:}write-acl', spec: 'RFC 3744 section 3.8', within: '{DAV:}all', description: '' },
  {
    name: '{DAV:}read-current-user-privilege-set',
    spec: 'RFC 3744 section 3.7',
    within: '{DAV:}all',
    description: '',
  },
]);

function account(number: number, tenant = 1): Account {
  return {
    id: accountId(number),
    tenant: tenantId(tenant),
    kind: 'individual',
    address: `user-${number}@example.com`,
    aliases: [],
    displayName: '',
    disabled: false,
    passwordHash: undefined,
    credentialEpoch: 0,
    created: 0,
  };
}

const OWNER = account(1);
const INNER = accountId(20);
const OUTER = accountId(21);
const READERS = accountId(22);

function key(id: number): CollectionKey {
  return { account: OWNER.id, id: collectionId(id) };
}
const HOME = key(1);
const FOLDER = key(2);
const NESTED = key(3);
const SIBLING = key(4);
const OTHER_HOME = key(5);
const IN_OTHER_HOME = key(6);

const WAYS = {
  home: { home: 'calendars', way: [HOME] },
  collection: { home: 'calendars', way: [HOME, FOLDER] },
  nested: { home: 'calendars', way: [HOME, FOLDER, NESTED] },
  sibling: { home: 'calendars', way: [HOME, SIBLING] },
  'another home': { home: 'addressbooks', way: [OTHER_HOME, IN_OTHER_HOME] },
} as const;

type Place = keyof typeof WAYS;
const PLACES: readonly Place[] = ['home', 'collection', 'nested', 'sibling', 'another home'];

const grant = (collection: CollectionKey, grantee: Grant['grantee'], ...privileges: readonly XmlName[]): Grant => ({
  collection,
  grantee,
  privileges,
});

const FACTS = {
  owner: OWNER,
  administrators: [accountId(2), accountId(23)],
  grants: [
    grant(FOLDER, OUTER, '{DAV:}read'),
    grant(NESTED, OUTER, '{DAV:}bind'),
    grant(FOLDER, accountId(5), '{DAV:}write'),
    grant(SIBLING, 'authenticated', '{DAV:}read'),
    grant(HOME, 'owner', '{DAV:}read'),
    grant(HOME, accountId(99), '{DAV:}all'),
  ],
  delegates: [
    { delegate: accountId(6), home: 'calendars', privileges: READING },
    { delegate: accountId(7), home: 'calendars', privileges: WRITING },
    { delegate: READERS, home: 'calendars', privileges: READING },
  ],
};

const NOTHING: readonly XmlName[] = [];
const EVERYWHERE = (privileges: readonly XmlName[]): Readonly<Record<Place, readonly XmlName[]>> => ({
  home: privileges,
  collection: privileges,
  nested: privileges,
  sibling: privileges,
  'another home': privileges,
});

interface Row {
  readonly who: string;
  readonly subject: Subject;
  /** What is granted, before its parts. */
  readonly holds: Readonly<Record<Place, readonly XmlName[]>>;
}

const subject = (user: Account, ...groups: readonly Account['id'][]): Subject => ({
  user,
  principals: new Set([user.id, ...groups]),
});
const OPEN: readonly XmlName[] = ['{DAV:}read'];

const ROWS: readonly Row[] = [
  { who: 'the owner', subject: subject(OWNER), holds: EVERYWHERE(ALL) },
  { who: 'an administrator', subject: subject(account(2)), holds: EVERYWHERE(ALL) },
  { who: 'a member of a group of administrators', subject: subject(account(3), accountId(23)), holds: EVERYWHERE(ALL) },
  {
    who: 'an administrator from another tenant',
    subject: subject(account(2, 2)),
    holds: EVERYWHERE(ALL),
  },
  {
    who: 'a member of a nested group',
    subject: subject(account(4), INNER, OUTER),
    holds: {
      home: NOTHING,
      collection: ['{DAV:}read'],
      nested: ['{DAV:}read', '{DAV:}bind'],
      sibling: OPEN,
      'another home': NOTHING,
    },
  },
  {
    who: 'somebody who is granted writing, and not reading',
    subject: subject(account(5)),
    holds: {
      home: NOTHING,
      collection: ['{DAV:}write', '{DAV:}bind', '{DAV:}unbind'],
      nested: ['{DAV:}write', '{DAV:}bind', '{DAV:}unbind'],
      sibling: OPEN,
      'another home': NOTHING,
    },
  },
  {
    who: 'a delegate who reads',
    subject: subject(account(6)),
    holds: { ...EVERYWHERE(READING), 'another home': NOTHING },
  },
  {
    who: 'a delegate who writes',
    subject: subject(account(7)),
    holds: { ...EVERYWHERE(WRITING), 'another home': NOTHING },
  },
  {
    who: 'a delegate by a group',
    subject: subject(account(8), READERS),
    holds: { ...EVERYWHERE(READING), 'another home': NOTHING },
  },
  {
    // Whoever acts for a delegate is no principal of the delegate's: nothing about the delegate counts.
    who: 'the delegate of a delegate',
    subject: subject(account(9)),
    holds: { ...EVERYWHERE(NOTHING), sibling: OPEN },
  },
  {
    who: 'a stranger of the same tenant',
    subject: subject(account(10)),
    holds: { ...EVERYWHERE(NOTHING), sibling: OPEN },
  },
  { who: 'a stranger of another tenant', subject: subject(account(11, 2)), holds: EVERYWHERE(NOTHING) },
  {
    who: 'a grantee of another tenant',
    subject: subject(account(5, 2)),
    holds: { ...EVERYWHERE(NOTHING), collection: ['{DAV:}write'], nested: ['{DAV:}write'] },
  },
];

describe('RFC 3744 section 3: who holds what', () => {
  for (const { who, subject: asking, holds } of ROWS) {
    const relation = relationOf(asking, FACTS);
    for (const place of PLACES) {
      test(`${who}, on ${place === 'another home' ? place : `the ${place}`}`, () => {
        const { home, way } = WAYS[place];
        const held = privilegesOn(relation, home, way, table);
        assert.deepEqual([...held].toSorted(), [...table.closure(holds[place])].toSorted());
      });
    }
  }
});

describe('the table of privileges', () => {
  test('RFC 3744 section 3.12: an aggregate holds its parts, and a part not its aggregate', () => {
    assert.deepEqual([...table.closure(['{DAV:}write'])].toSorted(), ['{DAV:}bind', '{DAV:}unbind', '{DAV:}write']);
    assert.deepEqual([...table.closure(['{DAV:}bind'])], ['{DAV:}bind']);
    assert.equal(table.closure(ALL).size, table.declared.size);
  });

  test('reading holds nothing that writes, and writing nothing that reads', () => {
    const [reading, writing] = [table.closure(['{DAV:}read']), table.closure(['{DAV:}write'])];
    assert.ok(reading.isDisjointFrom(writing));
    assert.ok(!writing.has('{DAV:}read-acl') && !writing.has('{DAV:}read-current-user-privilege-set'));
  });

  test('equal sets are one object, and unknown names count for nothing', () => {
    assert.equal(table.closure(['{DAV:}write', '{DAV:}bind']), table.closure(['{DAV:}write', '{x}fly']));
    assert.equal(table.closure(['{x}fly']).size, 0);
  });

  test('a privilege is declared once', () => {
    const read = { name: '{DAV:}read', spec: 'RFC 3744 section 3.1', within: undefined, description: '' } as const;
    assert.throws(() => privilegeTable([read, read]), RangeError);
  });
});
