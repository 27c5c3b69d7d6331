import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { element, type XmlAttribute, type XmlElement } from '../../../src/formats/xml/element.ts';
import { PREFIXES, type XmlName } from '../../../src/formats/xml/name.ts';
import { readXml } from '../../../src/formats/xml/read.ts';
import {
  closeDocument,
  emptyElement,
  escapeAttribute,
  escapeText,
  openDocument,
  serializeContent,
  tagOf,
  writeElement,
  writeInside,
} from '../../../src/formats/xml/write.ts';

const ROOT: XmlName = '{DAV:}multistatus';
const inDocument = (...pieces: string[]): string => openDocument(ROOT) + pieces.join('') + closeDocument(ROOT);

const namespaces = fc.constantFrom(
  '',
  ...PREFIXES.keys(),
  'urn:one',
  'urn:two&"<\'>',
  'http://www.w3.org/XML/1998/namespace',
);
const locals = fc.constantFrom('a', 'b', 'getetag', 'é', 'x1', '_-.1');
const names = fc.tuple(namespaces, locals).map(([namespace, local]): XmlName => `{${namespace}}${local}`);
/** Characters of XML 1.0. */
const texts = fc
  .string({
    unit: fc.oneof(
      fc.constantFrom('\r', '\n', '\t', '&', '<', '>', '"', "'", ']', ']]>'),
      fc.string({ unit: 'binary', maxLength: 1 }),
    ),
  })
  .map((text) => text.replace(/[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, ''));

/** Trees as a reader makes them: no two texts side by side, no empty ones, no attribute twice. */
const trees: fc.Arbitrary<XmlElement> = fc.letrec<{ tree: XmlElement }>((tie) => ({
  tree: fc
    .tuple(
      names,
      fc.uniqueArray(
        fc.tuple(names, texts).map(([name, value]) => ({ name, value })),
        { selector: ({ name }: XmlAttribute) => name, maxLength: 3 },
      ),
      fc.array(fc.oneof({ maxDepth: 4, depthSize: 'small' }, texts, tie('tree')), { maxLength: 4 }),
    )
    .map(([name, attributes, children]): XmlElement => ({ name, attributes, children: joined(children) })),
})).tree;

function joined(children: readonly (XmlElement | string)[]): readonly (XmlElement | string)[] {
  const result: (XmlElement | string)[] = [];
  for (const child of children) {
    const last = result.at(-1);
    if (child === '') continue;
    if (typeof child === 'string' && typeof last === 'string') result[result.length - 1] = last + child;
    else result.push(child);
  }
  return result;
}

describe('escaping', () => {
  test('leaves what needs no escaping alone', () => {
    assert.equal(escapeText('a "b" \'c\'\n\tä😀'), 'a "b" \'c\'\n\tä😀');
  });

  test('writes markup and carriage returns as references', () => {
    assert.equal(escapeText('a&b<c>d\r\n]]>'), 'a&amp;b&lt;c&gt;d&#13;\n]]&gt;');
    assert.equal(escapeAttribute('"a"\t\n\r<&>'), '&quot;a&quot;&#9;&#10;&#13;&lt;&amp;&gt;');
  });

  test('leaves out what XML 1.0 cannot carry', () => {
    assert.equal(escapeText('a\0b\x08\x0b\x1fc\ud800d\udc00e\ufffe\uffff😀'), 'abcde😀');
    assert.equal(escapeAttribute('\x01\ud83d"'), '&quot;');
  });

  test('whatever the text, it can be read', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.string({ unit: fc.nat(0xffff).map((c) => String.fromCharCode(c)) }),
        (a, b) => {
          readXml(`<a b="${escapeAttribute(a + b)}">${escapeText(a + b)}</a>`);
        },
      ),
    );
  });
});

describe('documents', () => {
  test('declare every known prefix on the root', () => {
    const document = inDocument(emptyElement('{DAV:}response'));
    assert.ok(document.startsWith('<?xml version="1.0" encoding="utf-8"?>\n<d:multistatus xmlns:d="DAV:" '));
    for (const [namespace, prefix] of PREFIXES) assert.ok(document.includes(` xmlns:${prefix}="${namespace}"`));
    assert.deepEqual(readXml(document), element(ROOT, element('{DAV:}response')));
  });

  test('name elements with the prefixes of the root', () => {
    assert.equal(tagOf('{DAV:}getetag'), 'd:getetag');
    assert.equal(tagOf('{urn:ietf:params:xml:ns:caldav}calendar-data'), 'cal:calendar-data');
    assert.equal(tagOf('{}plain'), 'plain');
    assert.throws(() => tagOf('{urn:one}a'), RangeError);
  });

  test('declare other namespaces where they are used', () => {
    assert.equal(emptyElement('{urn:a&b}c'), '<x1:c xmlns:x1="urn:a&amp;b"/>');
    const e: XmlElement = {
      name: '{DAV:}prop',
      attributes: [{ name: '{urn:two}t', value: '2' }],
      children: [element('{urn:one}a', element('{urn:two}b')), element('{}c')],
    };
    assert.equal(
      writeInside(e),
      '<d:prop xmlns:x1="urn:two" xmlns:x2="urn:one" x1:t="2"><x2:a><x1:b/></x2:a><c/></d:prop>',
    );
  });

  test('tags are right however many names clients make up', () => {
    for (let i = 0; i < 5000; i++) assert.equal(tagOf(`{DAV:}made-up-${i}`), `d:made-up-${i}`);
    assert.equal(tagOf('{DAV:}made-up-4999'), 'd:made-up-4999');
  });
});

describe('round trips', () => {
  test('an element by itself is read as it was', () => {
    fc.assert(fc.property(trees, (tree) => assert.deepEqual(readXml(writeElement(tree), { depth: 1000 }), tree)));
  });

  test('elements within a document are read as they were', () => {
    fc.assert(
      fc.property(trees, trees, names, (one, two, name) => {
        assert.deepEqual(
          readXml(inDocument(writeInside(one), writeInside(two), emptyElement(name))),
          element(ROOT, one, two, element(name)),
        );
      }),
    );
  });

  test('RFC 4918 section 4.3: the text of a dead property stands in any document', () => {
    fc.assert(
      fc.property(trees, (tree) => {
        const stored = serializeContent(tree);
        assert.deepEqual(readXml(stored), tree);
        assert.deepEqual(readXml(inDocument(stored)), element(ROOT, tree));
        assert.deepEqual(readXml(`<a xmlns:d="urn:other" xmlns:x1="urn:x">${stored}</a>`), element('{}a', tree));
      }),
    );
  });

  test('RFC 4918 section 4.3.1: a property with mixed content', () => {
    const author = readXml(
      '<x:author xmlns:x="https://example.com/ns" xmlns="http://www.w3.org/1999/xhtml" xml:lang="en">\n  <x:name>Jane Doe</x:name>\n' +
        '  <x:uri type="email" added="2005-11-26">mailto:jane.doe@example.com</x:uri>\n <x:notes>Jane has been <em>way</em> too long.</x:notes></x:author>',
    );
    assert.deepEqual(readXml(serializeContent(author)), author);
  });
});
