import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type Collation, collation } from '../../src/formats/collation.ts';

function named(name: string): Collation {
  const found = collation(name);
  assert.ok(found);
  assert.equal(found.name, name);
  return found;
}

const octet = named('i;octet');
const ascii = named('i;ascii-casemap');
const unicode = named('i;unicode-casemap');

describe('collations', () => {
  test('RFC 4791 section 7.5.1: wildcards and unknown names are no collation', () => {
    for (const name of ['', '*', 'i;*', 'default', 'i;basic', 'I;OCTET', 'constructor'])
      assert.equal(collation(name), undefined);
  });

  test('RFC 4790 section 9.3: i;octet compares exactly', () => {
    assert.ok(octet.matches('Straße', 'raß', 'contains'));
    assert.ok(!octet.matches('Straße', 'RAß', 'contains'));
    assert.ok(!octet.matches('ä', 'a\u0308', 'equals'));
  });

  test('RFC 4790 section 9.2.1: i;ascii-casemap maps a to z and nothing else', () => {
    assert.equal(ascii.fold('az[`{AZ'), 'AZ[`{AZ');
    assert.equal(ascii.fold('äaſßıi'), 'äAſßıI');
    assert.ok(!ascii.matches('ÄRGER', 'ärger', 'equals'));
    assert.ok(ascii.matches('ärger', 'äRGER', 'equals'));
  });

  test('RFC 5051 section 2: i;unicode-casemap titlecases and decomposes', () => {
    assert.equal(unicode.fold('\u01c4'), 'Dz\u030c');
    assert.equal(unicode.fold('\u01c5\u01c6'), 'Dz\u030cDz\u030c');
    assert.equal(unicode.fold('\u01c7\u01c9\u01cc\u01f1'), 'LjLjNjDz');
    assert.equal(unicode.fold('Ärger'), 'A\u0308RGER');
    assert.equal(unicode.fold('ä'), unicode.fold('A\u0308'));
    assert.equal(unicode.fold('ｅ\u00a0²'), 'E 2');
    assert.equal(unicode.fold('한'), '\u1112\u1161\u11ab');
    assert.equal(unicode.fold('𐐨'), '𐐀');
  });

  test('RFC 5051 section 2: a letter without a titlecase of its own stays as it is', () => {
    assert.equal(unicode.fold('straße'), 'STRAßE');
    assert.ok(!unicode.matches('straße', 'STRASSE', 'equals'));
    assert.equal(unicode.fold('ﬁ'), 'fi');
    assert.equal(unicode.fold('ŉ'), 'ʼn');
    assert.equal(unicode.fold('აჿ'), 'აჿ');
  });

  test('RFC 5051 section 2: letters that share a titlecase are one', () => {
    assert.equal(unicode.fold('ſ'), 'S');
    assert.equal(unicode.fold('ıi'), 'II');
    assert.equal(unicode.fold('İ'), 'I\u0307');
    assert.ok(!unicode.matches('İ', 'i', 'equals'));
    assert.ok(unicode.matches('İ', 'i', 'starts-with'));
    assert.equal(unicode.fold('ςσ'), 'ΣΣ');
    assert.equal(unicode.fold('\u2126\u212a\u212b'), 'ΩKA\u030a');
  });

  test('RFC 5051 section 2: Greek iota subscripts stay beside their letter', () => {
    assert.equal(unicode.fold('ᾳ'), 'Α\u0345');
    assert.equal(unicode.fold('ᾼ'), 'Α\u0345');
    assert.equal(unicode.fold('ᾀᾗᾯ'), unicode.fold('ᾈᾟᾯ'));
    assert.equal(unicode.fold('ᾲ'), 'α\u0300\u0345');
  });

  test('RFC 6352 section 10.5.4: the four ways to match', () => {
    for (const one of [octet, ascii, unicode]) {
      assert.ok(one.matches('jane doe', 'ne d', 'contains'));
      assert.ok(!one.matches('jane doe', 'ned', 'contains'));
      assert.ok(one.matches('jane doe', 'jane', 'starts-with'));
      assert.ok(!one.matches('jane doe', 'doe', 'starts-with'));
      assert.ok(one.matches('jane doe', 'doe', 'ends-with'));
      assert.ok(!one.matches('jane doe', 'jane', 'ends-with'));
      assert.ok(one.matches('jane doe', 'jane doe', 'equals'));
      assert.ok(!one.matches('jane doe', 'jane', 'equals'));
      assert.ok(one.matches('jane', '', 'contains'));
    }
    assert.ok(ascii.matches('Jane', 'jANE', 'equals'));
    assert.ok(unicode.matches('Jürgen', 'JÜR', 'starts-with'));
  });

  test('the short way for ASCII folds as the long way does', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii' }), (text) => {
        for (const one of [octet, ascii, unicode]) assert.equal(`${one.fold(text)}ß`, one.fold(`${text}ß`));
      }),
    );
  });
});
