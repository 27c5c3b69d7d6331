import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { catalogue } from '../../../src/dav/catalogue.ts';
import { PreconditionViolated } from '../../../src/dav/errors.ts';
import {
  addressDataProperty,
  cardReader,
  readAddressData,
  withConversions,
} from '../../../src/features/carddav/address-data.ts';
import { textOf } from '../../../src/formats/xml/element.ts';
import { readXml } from '../../../src/formats/xml/read.ts';
import { standardFeatures } from '../../../src/server/features.ts';
import type { ReadTransaction } from '../../../src/store/store.ts';
import { carddavElement, cardText, recordOf, storedCard } from './cards.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function asked(content: string, attributes = '') {
  return readAddressData(
    carddavElement('addressbook-query', `<d:prop><c:address-data ${attributes}>${content}</c:address-data></d:prop>`),
  );
}

/** What a client reads of an address-data element with that request. */
function given(data: string | Uint8Array, content = '', attributes = ''): string | undefined {
  const property = addressDataProperty(asked(content, attributes), cardReader());
  const read = property.get('{urn:ietf:params:xml:ns:carddav}address-data');
  const inside = read?.inside(storedCard(typeof data === 'string' ? bytes(data) : data));
  return inside === undefined ? undefined : textOf(readXml(`<a>${inside}</a>`));
}

const VIEW = { catalogue: catalogue(standardFeatures()) };
const STORED = cardText(
  'UID:ada',
  'FN:Ada <ada@example.com> & more',
  'item1.TEL;TYPE=HOME,VOICE:+44 1',
  'TEL;TYPE="a,b":+49 2',
  'item1.X-ABLABEL:Home',
  'x-shoe-size:38',
);

describe('readAddressData', () => {
  test('is nothing where no card is asked for', () => {
    assert.equal(readAddressData(carddavElement('addressbook-query', '<d:prop><d:getetag/></d:prop>')), undefined);
    assert.equal(readAddressData(carddavElement('addressbook-query', '')), undefined);
  });

  test('RFC 6352 section 10.4: takes 3.0, 4.0 and jCard, as an attribute or a parameter', () => {
    assert.equal(asked('')?.format, undefined);
    assert.equal(asked('', 'content-type="text/vcard"')?.format, undefined);
    assert.equal(asked('', 'content-type="text/vcard" version="3.0"')?.format, '3.0');
    assert.equal(asked('', 'version="4.0"')?.format, '4.0');
    assert.equal(asked('', 'content-type="Text/vCard; version=4.0"')?.format, '4.0');
    assert.equal(asked('', 'content-type="application/vcard+json"')?.format, 'jcard');
    assert.equal(asked('', 'content-type="application/vcard+json" version="4.0"')?.format, 'jcard');
  });

  test('RFC 6352 section 8.6: refuses media types and versions that it cannot give', () => {
    for (const attributes of [
      'content-type="application/vcard+json" version="3.0"',
      'content-type="application/vcard+xml"',
      'content-type="text/vcard" version="2.1"',
      'version=""',
      'content-type="?"',
    ]) {
      assert.throws(
        () => asked('', attributes),
        (error) =>
          error instanceof PreconditionViolated &&
          error.status === 403 &&
          error.condition.name === '{urn:ietf:params:xml:ns:carddav}supported-address-data',
        attributes,
      );
    }
  });

  test('a property without a name is refused', () => {
    assert.throws(() => asked('<c:prop/>'), { status: 400 });
  });
});

describe('address-data', () => {
  test('RFC 6352 section 10.4: without properties the card is given as it was stored', () => {
    assert.equal(given(STORED), STORED);
    assert.equal(given(STORED, '<c:allprop/>'), STORED);
    assert.equal(given(STORED, '<c:allprop/><c:prop name="FN"/>'), STORED);
    const bare = STORED.replaceAll('\r\n', '\n').replace('END', '\n\nEND');
    assert.equal(given(bare), bare);
  });

  test('is nothing where the bytes were not read', () => {
    const property = addressDataProperty(asked(''), cardReader());
    const read = property.get('{urn:ietf:params:xml:ns:carddav}address-data');
    assert.equal(read?.inside(recordOf(bytes(STORED))), undefined);
  });

  test('a byte order mark is no part of the text', () => {
    assert.equal(given(`\ufeff${STORED}`), STORED);
  });

  test('a character that a fold cuts in two is whole again', () => {
    const [before = '', after = ''] = cardText('UID:1', 'FN:Zo|ë').split('|');
    const [first = 0, second = 0] = bytes('ë');
    const cut = Uint8Array.of(...bytes(before), first, ...bytes('\r\n '), second, ...bytes(after.slice(1)));
    assert.equal(given(cut), cardText('UID:1', 'FN:Zoë'));
  });

  test('RFC 6352 section 10.4.2: gives the properties asked for, and VERSION always', () => {
    assert.equal(given(STORED, '<c:prop name="uid"/>'), cardText('UID:ada'));
    assert.equal(given(STORED, '<c:prop name="NICKNAME"/>'), cardText());
    assert.equal(
      given(STORED, '<c:prop name="X-SHOE-SIZE"/><c:prop name="FN"/>'),
      cardText('FN:Ada <ada@example.com> & more', 'X-SHOE-SIZE:38'),
    );
  });

  test('RFC 6352 section 10.4.2: a name without a group stands for all groups, one with a group for that only', () => {
    const both = ['item1.TEL;TYPE=HOME,VOICE:+44 1', 'TEL;TYPE="a,b":+49 2'];
    assert.equal(given(STORED, '<c:prop name="TEL"/>'), cardText(...both));
    assert.equal(given(STORED, '<c:prop name="ITEM1.tel"/>'), cardText('item1.TEL;TYPE=HOME,VOICE:+44 1'));
    assert.equal(given(STORED, '<c:prop name="item2.TEL"/>'), cardText());
  });

  test('RFC 6352 section 10.4.2: novalue leaves the value out and keeps the parameters', () => {
    assert.equal(
      given(STORED, '<c:prop name="TEL" novalue="yes"/><c:prop name="UID" novalue="no"/>'),
      cardText('UID:ada', 'item1.TEL;TYPE=HOME,VOICE:', 'TEL;TYPE="a,b":'),
    );
    const oneWhole = '<c:prop name="TEL" novalue="yes"/><c:prop name="item1.TEL"/>';
    assert.equal(given(STORED, oneWhole), cardText('item1.TEL;TYPE=HOME,VOICE:+44 1', 'TEL;TYPE="a,b":'));
    const twice = '<c:prop name="UID"/><c:prop name="UID" novalue="yes"/>';
    assert.equal(given(STORED, twice), cardText('UID:ada'));
    assert.equal(given(STORED, '<c:prop name="VERSION" novalue="yes"/>'), cardText());
  });

  test('what is no card has no part, and does not end the answer', () => {
    assert.equal(given('no card', '<c:prop name="FN"/>'), undefined);
    assert.equal(given(Uint8Array.of(0xff)), undefined);
  });

  test('RFC 6352 section 5.1.1: the version that is stored comes as it is, the other is converted', () => {
    const bare = STORED.replaceAll('\r\n', '\n');
    assert.equal(given(bare, '', 'version="3.0"'), bare);
    const four = given(cardText('UID:ada', 'TEL;type=HOME;type=pref:1'), '', 'version="4.0"');
    assert.equal(four, cardText('VERSION:4.0', 'UID:ada', 'TEL;TYPE=HOME;PREF=1:1'));
    assert.equal(
      given(cardText('VERSION:4.0', 'KIND:group'), '', 'version="3.0"'),
      cardText('X-ADDRESSBOOKSERVER-KIND:group'),
    );
  });

  test('RFC 6352 section 10.4.2: properties are named as they are in the version that is asked for', () => {
    const group = cardText('UID:ada', 'X-ADDRESSBOOKSERVER-KIND:group');
    assert.equal(given(group, '<c:prop name="KIND"/>', 'version="4.0"'), cardText('VERSION:4.0', 'KIND:group'));
    assert.equal(given(group, '<c:prop name="KIND"/>', 'version="3.0"'), cardText());
    const json = given(group, '<c:prop name="KIND"/>', 'content-type="application/vcard+json"');
    assert.deepEqual(JSON.parse(json ?? ''), [
      'vcard',
      [
        ['version', {}, 'text', '4.0'],
        ['kind', {}, 'text', 'group'],
      ],
    ]);
  });

  test('RFC 6352 section 8.7.2: what cannot be converted says so in a response of its own', async () => {
    const good = storedCard(bytes(cardText('UID:ada')));
    const bad = { ...storedCard(bytes('no card')), href: '/bad.vcf' };
    const reader = {
      respond: (resources: readonly { readonly href: string }[]) => Promise.resolve(`${resources.length}`),
    };
    const tx = {} as ReadTransaction;
    const asIs = withConversions(reader, asked(''), cardReader(), VIEW);
    assert.equal(await asIs.respond([good, bad], tx), '2');
    const text = await withConversions(reader, asked('', 'version="4.0"'), cardReader(), VIEW).respond(
      [good, bad, good],
      tx,
    );
    assert.match(text, /^2<d:response><d:href>\/bad\.vcf<\/d:href><d:status>HTTP\/1\.1 415 /);
    assert.match(text, /supported-address-data-conversion\/>/);
  });

  test('a request of very many properties costs what the card has', () => {
    const many = Array.from({ length: 30_000 }, (_, number) => `<c:prop name="X-${number}"/>`).join('');
    assert.equal(given(STORED, `${many}<c:prop name="UID"/>`), cardText('UID:ada'));
  });
});
