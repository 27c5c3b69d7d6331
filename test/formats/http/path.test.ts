import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { encodePath, encodeSegment, splitPath } from '../../../src/formats/http/path.ts';

describe('splitPath', () => {
  test('takes a path into decoded segments and its query', () => {
    assert.deepEqual(splitPath('/'), { segments: [], isCollection: true, query: '' });
    assert.deepEqual(splitPath('/calendars/user@example.com/work/'), {
      segments: ['calendars', 'user@example.com', 'work'],
      isCollection: true,
      query: '',
    });
    assert.deepEqual(splitPath('/a/b%20c.ics?x=%2F?y'), {
      segments: ['a', 'b c.ics'],
      isCollection: false,
      query: 'x=%2F?y',
    });
  });

  test('one resource has one path, however it is encoded', () => {
    assert.deepEqual(splitPath('/user%40example.com'), splitPath('/user@example.com'));
    assert.deepEqual(splitPath('/%c3%a4')?.segments, ['ä']);
    assert.deepEqual(splitPath('/%7euser;a=b')?.segments, ['~user;a=b']);
  });

  test('decodes once', () => {
    assert.deepEqual(splitPath('/%252e%252e')?.segments, ['%2e%2e']);
    assert.deepEqual(splitPath('/%252F')?.segments, ['%2F']);
  });

  test('keeps case and Unicode normal form apart', () => {
    assert.deepEqual(splitPath('/A/a')?.segments, ['A', 'a']);
    assert.deepEqual(splitPath('/%C3%A4/a%CC%88')?.segments, ['ä', 'a\u0308']);
  });

  test('refuses what could be read in two ways', () => {
    for (const target of [
      '',
      '*',
      'a',
      'https://example.com/a',
      '//example.com/a',
      '/a//b',
      '/a//',
      '/.',
      '/../a',
      '/a/..',
      '/%2e%2E/a',
      '/.%2e/',
      '/a/%2e',
      '/a%2Fb',
      '/a%2fb',
      '/%2f',
      '/a%00',
      '/a\0',
      '/a%0d%0aSet-Cookie:x',
      '/a%7f',
      '/a%c2%85',
      '/%',
      '/%4',
      '/%zz',
      '/%ff',
      '/%c0%ae%c0%ae',
      '/%ed%a0%80',
      '/ä',
      '/a#b',
      '/a\tb',
    ]) {
      assert.equal(splitPath(target), undefined, target);
    }
    assert.deepEqual(splitPath('/..a/.b/...')?.segments, ['..a', '.b', '...']);
  });

  test('bounds the length of segments in bytes and their number', () => {
    assert.equal(splitPath(`/${'a'.repeat(1000)}`)?.segments[0]?.length, 1000);
    assert.equal(splitPath(`/${'%C3%A4'.repeat(500)}`)?.segments[0]?.length, 500);
    assert.equal(splitPath(`/${'a'.repeat(1001)}`), undefined);
    assert.equal(splitPath(`/${'%C3%A4'.repeat(501)}`), undefined);
    assert.equal(splitPath(`/${'a'.repeat(100_000)}`), undefined);
    assert.equal(splitPath('/a'.repeat(32))?.segments.length, 32);
    assert.equal(splitPath('/a'.repeat(33)), undefined);
    assert.equal(splitPath('/a'.repeat(100_000)), undefined);
  });
});

describe('encodePath', () => {
  test('RFC 3986 section 3.3: leaves what may stand in a segment', () => {
    assert.equal(encodePath(['calendars', 'user@example.com'], true), '/calendars/user@example.com/');
    assert.equal(encodePath([], true), '/');
    assert.equal(encodeSegment("-._~!$&'()*+,;=:@"), "-._~!$&'()*+,;=:@");
    assert.equal(encodeSegment("ä @:%/?#[]-._~!$&'()*+,;="), "%C3%A4%20@:%25%2F%3F%23%5B%5D-._~!$&'()*+,;=");
    assert.equal(encodeSegment('a\ud800'), 'a%EF%BF%BD');
  });

  test('what is encoded is split as it was', () => {
    const segment = fc
      .string({ unit: 'binary', minLength: 1, maxLength: 20 })
      .filter((text) => !/[\0-\x1f\x7f-\x9f/]/.test(text) && text !== '.' && text !== '..');
    fc.assert(
      fc.property(fc.array(segment, { minLength: 1, maxLength: 6 }), fc.boolean(), (segments, isCollection) => {
        const path = encodePath(segments, isCollection);
        assert.match(path, /^[/A-Za-z0-9\-._~!$&'()*+,;=:@%]+$/);
        assert.deepEqual(splitPath(path), { segments, isCollection, query: '' });
      }),
    );
  });

  test('what is split is encoded in one way', () => {
    const raw = fc.string({
      unit: fc.constantFrom('/', 'a', '.', '%2e', '%41', '%C3%A4', '@', '%40', ' '),
      maxLength: 12,
    });
    fc.assert(
      fc.property(raw, (text) => {
        const split = splitPath(`/${text}`);
        if (split === undefined) return;
        const path = encodePath(split.segments, split.isCollection);
        assert.deepEqual(splitPath(path), split);
      }),
    );
  });
});
