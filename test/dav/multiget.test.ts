import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DEFAULT_LIMITS } from '../../src/dav/limits.ts';
import { parseHrefs } from '../../src/dav/multiget.ts';
import { element, type XmlElement } from '../../src/formats/xml/element.ts';

const href = (path: string) => element('{DAV:}href', path);
const body = (...paths: readonly string[]) => bodyOf(paths);
const bodyOf = (paths: readonly string[]): XmlElement => ({
  name: '{urn:ietf:params:xml:ns:caldav}calendar-multiget',
  attributes: [],
  children: [element('{DAV:}prop'), '\n', ...paths.map(href)],
});

describe('parseHrefs', () => {
  test('gives the hrefs in their order, without the blanks around them', () => {
    assert.deepEqual(parseHrefs(body('/b', '\n /a b ', '/b'), 3), ['/b', '/a b', '/b']);
    assert.deepEqual(parseHrefs(body(), 3), []);
  });

  test('refuses more than the limit', () => {
    assert.throws(() => parseHrefs(body('/a', '/b', '/c', '/d'), 3), {
      status: 413,
      message: /4 resources.*at most 3/,
    });
    const many = bodyOf(Array.from({ length: 100_000 }, (_, number) => `/${number}`));
    assert.throws(() => parseHrefs(many, DEFAULT_LIMITS.hrefs), { status: 413 });
  });
});
