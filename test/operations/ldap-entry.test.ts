/**
 * Entries of LDAP directories as cards, whatever stands in them.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { propertiesOf, propertyOf } from '../../src/formats/icalendar/component.ts';
import { unescapeText } from '../../src/formats/icalendar/values.ts';
import { splitFields } from '../../src/formats/vcard/card.ts';
import { readCard } from '../../src/formats/vcard/read.ts';
import { cardFaults } from '../../src/formats/vcard/rules.ts';
import {
  entryOf,
  FIELDS,
  LARGEST_PHOTO,
  type LdapEntry,
  type Mapping,
  STANDARD,
} from '../../src/operations/directories/ldap-entry.ts';
import { attributesFrom, checkUrl, mappingOf } from '../../src/operations/directories/settings.ts';
import { refusal } from './an-administration.ts';

type Values = Readonly<Record<string, string | Uint8Array | readonly (string | Uint8Array)[]>>;

function entry(values: Values, dn = 'uid=ada,dc=example,dc=org'): LdapEntry {
  const lists = Object.entries(values).map(([name, given]): [string, readonly (string | Uint8Array)[]] => [
    name,
    typeof given === 'string' || given instanceof Uint8Array ? [given] : given,
  ]);
  return { dn, values: new Map(lists) };
}

/** The card of an entry, read again. */
function cardOf(values: Values, mapping: Mapping = STANDARD) {
  const made = entryOf(entry(values), mapping);
  assert.equal(made.kind, 'card');
  if (made.kind !== 'card') throw new Error('unreachable');
  const card = readCard(made.data);
  const value = (name: string) => propertyOf(card, name)?.value;
  return { ...made, card, value, values: (name: string) => propertiesOf(card, name).map((one) => one.value) };
}

describe('an entry of an LDAP directory', () => {
  test('has its names, addresses and numbers in the card', () => {
    const { value, values, card } = cardOf({
      ...{ cn: 'Ada King', displayname: 'Ada Lovelace', sn: 'Lovelace', givenname: 'Ada', title: 'Countess; analyst' },
      ...{ mail: ['ada@example.org', 'a.l@example.org'], telephonenumber: ['+44 1', '+44 2'], homephone: '+44 3' },
      ...{
        mobile: '+44 4',
        facsimiletelephonenumber: '+44 5',
        pager: '6',
        o: 'Engines, Inc.',
        ou: ['Analysis', 'Notes'],
      },
      ...{ street: '12 St James’s Sq$London', l: 'London', st: 'England', postalcode: 'SW1', co: 'UK' },
      ...{ labeleduri: 'https://example.org/ada her page', description: 'not for everybody', nickname: 'no' },
    });
    assert.deepEqual([value('FN'), value('N')], ['Ada Lovelace', 'Lovelace;Ada;;;']);
    assert.deepEqual(values('EMAIL'), ['ada@example.org', 'a.l@example.org']);
    assert.deepEqual(values('TEL'), ['+44 1', '+44 2', '+44 4', '+44 3', '+44 5', '6']);
    assert.equal(value('ORG'), 'Engines\\, Inc.;Analysis;Notes');
    assert.equal(value('TITLE'), 'Countess\\; analyst');
    assert.equal(value('ADR'), ';;12 St James’s Sq\\nLondon;London;England;SW1;UK');
    assert.equal(value('URL'), 'https://example.org/ada');
    assert.deepEqual([value('NOTE'), value('NICKNAME')], [undefined, undefined]);
    assert.deepEqual(cardFaults(card), []);
  });

  test('with hardly anything has what there is', () => {
    assert.deepEqual([cardOf({ sn: 'King', givenname: 'Ada' }).value('FN')], ['Ada King']);
    assert.deepEqual([cardOf({ cn: 'Ada King' }).value('N')], ['King;Ada;;;']);
    assert.deepEqual([cardOf({ cn: 'King, Ada' }).value('N')], ['King;Ada;;;']);
    assert.deepEqual([cardOf({ cn: 'Ada' }).value('N')], [';Ada;;;']);
    assert.equal(cardOf({ mail: 'ada@example.org' }).value('FN'), 'ada@example.org');
    assert.equal(cardOf({ cn: 'Ada', o: ' ', l: '' }).card.properties.length, 4);
  });

  test('that has no name and no address is named as unreadable', () => {
    assert.deepEqual(entryOf(entry({ sn: ' ', uidnumber: '7', entryuuid: 'a1' }), STANDARD), {
      ...{ kind: 'unreadable', uid: 'a1', label: 'uid=ada,dc=example,dc=org' },
      reason: 'it has neither a name nor an address',
    });
  });

  test('is known by its own number wherever it stands, and by its name where it has none', () => {
    const uidOf = (values: Values, dn?: string) => {
      const made = entryOf(entry({ cn: 'Ada', ...values }, dn), STANDARD);
      return made.kind === 'card' ? made.uid : '';
    };
    const octets = Uint8Array.from({ length: 16 }, (_, at) => at);
    assert.equal(uidOf({ entryuuid: 'ABCD-1', objectguid: octets }), 'abcd-1');
    assert.equal(uidOf({ entryuuid: 'x' }, 'cn=a'), uidOf({ entryuuid: 'x' }, 'cn=b'));
    assert.equal(uidOf({ objectguid: octets }), '00010203-0405-0607-0809-0a0b0c0d0e0f');
    assert.equal(uidOf({ nsuniqueid: '1f-2' }), '1f-2');
    assert.equal(uidOf({}, 'cn=a,dc=b'), uidOf({}, 'CN=A,DC=B'));
    assert.notEqual(uidOf({}, 'cn=a'), uidOf({}, 'cn=b'));
  });

  test('has its photo when that is an image and not too large', () => {
    const image = (size: number) => Uint8Array.from({ length: size }, (_, at) => [0xff, 0xd8, 0xff][at] ?? 7);
    const { value, card } = cardOf({ cn: 'Ada', jpegphoto: [image(LARGEST_PHOTO + 1), image(200)] });
    assert.equal(value('PHOTO'), Buffer.from(image(200)).toString('base64'));
    assert.deepEqual(
      propertyOf(card, 'PHOTO')?.parameters.map(({ name, values }) => [name, ...values]),
      [
        ['ENCODING', 'b'],
        ['TYPE', 'JPEG'],
      ],
    );
    assert.equal(cardOf({ cn: 'Ada', jpegphoto: Buffer.from('<script>alert(1)</script>') }).value('PHOTO'), undefined);
    assert.equal(cardOf({ cn: 'Ada', jpegphoto: '/9j/text' }).value('PHOTO'), undefined);
    assert.equal(cardOf({ cn: 'Ada', jpegphoto: image(LARGEST_PHOTO + 1) }).value('PHOTO'), undefined);
  });

  test('takes fields from the attributes that an administrator names', () => {
    const mapping = mappingOf({
      attributes: attributesFrom(['note=description', 'mobile=carLicense, mobile', 'photo=']),
    });
    const { value, values } = cardOf(
      {
        cn: 'Ada',
        description: ['one\r\ntwo', 'three'],
        carlicense: 'C1',
        mobile: 'M1',
        jpegphoto: Buffer.of(0xff, 0xd8, 0xff),
      },
      mapping,
    );
    assert.equal(value('NOTE'), 'one\\ntwo\\nthree');
    assert.deepEqual(values('TEL'), ['C1', 'M1']);
    assert.equal(value('PHOTO'), undefined);
    assert.throws(() => attributesFrom(['telephone=x']), refusal(/"telephone" is no field of a card: name, /));
    assert.throws(() => attributesFrom(['note=a)(b']), refusal(/is no name of an attribute/));
  });

  test('becomes a valid card whatever its values are, each in a property of its own', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.constantFrom(
        '\r\nEND:VCARD\r\nBEGIN:VCARD',
        'a\nEMAIL:b',
        '\\',
        ';,:"',
        '\0',
        '\u2028X',
        '\ud800',
        'x'.repeat(3000),
      ),
    );
    const attributes = Object.values(STANDARD).flat();
    const values = fc.dictionary(
      fc.constantFrom(...attributes),
      fc.array(fc.oneof(text, fc.uint8Array({ maxLength: 40 })), { maxLength: 30 }),
    );
    fc.assert(
      fc.property(values, text, (given, name) => {
        const made = entryOf(entry({ ...given, cn: [name, 'Ada'] }, name), STANDARD);
        if (made.kind !== 'card') throw new Error('it has a name');
        const card = readCard(made.data);
        assert.deepEqual(cardFaults(card), []);
        assert.equal(card.components.length, 0);
        const names = new Set('VERSION UID FN N NICKNAME EMAIL TEL ORG TITLE ADR URL NOTE PHOTO'.split(' '));
        for (const property of card.properties) {
          assert.ok(names.has(property.name), property.name);
          assert.equal(property.group, undefined);
          assert.doesNotMatch(unescapeText(property.value), /[\0-\x09\x0b-\x1f\x7f]/);
        }
        for (const single of ['VERSION', 'UID', 'FN', 'N']) assert.equal(propertiesOf(card, single).length, 1);
        assert.equal(splitFields(propertyOf(card, 'N')?.value ?? '').length, 5);
        assert.ok(card.properties.length < 200);
      }),
      { numRuns: 100 },
    );
  });

  test('every field has its attributes', () => {
    assert.deepEqual(Object.keys(STANDARD).sort(), [...FIELDS].sort());
  });
});

test('a URL is one of LDAP, without a login, and without TLS one of this machine', () => {
  assert.equal(checkUrl('LDAPS://LDAP.example.com/', false), 'ldaps://ldap.example.com');
  assert.equal(checkUrl('ldap://127.0.0.1:389', true), 'ldap://127.0.0.1:389');
  assert.equal(checkUrl('ldap://[::1]', true), 'ldap://[::1]');
  for (const wrong of [
    'https://example.com',
    'ldaps://',
    'ldaps://example.com/dc=x',
    'ldaps://u:p@example.com',
    'ldap',
  ]) {
    assert.throws(() => checkUrl(wrong, false), refusal(/./));
  }
  assert.throws(() => checkUrl('ldap://127.0.0.1.example.com', true), refusal(/this machine itself/));
});
