import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { element } from '../../../src/formats/xml/element.ts';
import { readXml, XmlError } from '../../../src/formats/xml/read.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function refused(data: Uint8Array | string, limits?: Parameters<typeof readXml>[1]): XmlError {
  try {
    readXml(data, limits);
  } catch (error) {
    assert.ok(error instanceof XmlError, String(error));
    return error;
  }
  assert.fail('it was read');
}

describe('readXml', () => {
  test('expands names and drops comments, processing instructions and declarations of namespaces', () => {
    const root = readXml(
      bytes(
        '<?xml version="1.0" encoding="utf-8"?><!-- a --><D:prop xmlns:D="DAV:"><?p i?><D:getetag/><x xmlns="urn:x" D:y="1" z="2"/></D:prop>',
      ),
    );
    assert.deepEqual(root, {
      name: '{DAV:}prop',
      attributes: [],
      children: [
        element('{DAV:}getetag'),
        {
          name: '{urn:x}x',
          attributes: [
            { name: '{DAV:}y', value: '1' },
            { name: '{}z', value: '2' },
          ],
          children: [],
        },
      ],
    });
  });

  test('RFC 4918 section 4.3: keeps xml:lang, mixed content and white space', () => {
    const root = readXml('<a xml:lang="de"> one <b/>\r\n two</a>');
    assert.deepEqual(root.attributes, [{ name: '{http://www.w3.org/XML/1998/namespace}lang', value: 'de' }]);
    assert.deepEqual(root.children, [' one ', element('{}b'), '\n two']);
  });

  test('joins text, CDATA sections and references into one text', () => {
    assert.deepEqual(readXml('<a>1<!-- -->&lt;<![CDATA[<2>&]]>&#x41;&#13;</a>').children, ['1<<2>&A\r']);
    assert.deepEqual(readXml('<a><![CDATA[]]></a>').children, []);
  });

  test('closes the scope of a namespace with its element', () => {
    const root = readXml('<a xmlns="urn:a"><b xmlns="urn:b"/><c xmlns=""/><d/></a>');
    assert.deepEqual(root.children, [element('{urn:b}b'), element('{}c'), element('{urn:a}d')]);
  });

  test('reads UTF-8 with a byte order mark and UTF-16 of either order', () => {
    const expected = element('{}a', 'ä😀');
    assert.deepEqual(readXml(bytes('\ufeff<a>ä😀</a>')), expected);
    const little = Buffer.from('\ufeff<?xml version="1.0" encoding="UTF-16"?><a>ä😀</a>', 'utf16le');
    assert.deepEqual(readXml(little), expected);
    assert.deepEqual(readXml(Buffer.from(little).swap16()), expected);
  });

  test('refuses declared encodings that the bytes are not in', () => {
    const document = (encoding: string) => `<?xml version="1.0" encoding="${encoding}"?><a/>`;
    assert.equal(refused(bytes(document('iso-8859-1'))).kind, 'malformed');
    assert.equal(refused(bytes(document('utf-16'))).kind, 'malformed');
    assert.equal(refused(Buffer.from(`\ufeff${document('utf-8')}`, 'utf16le')).kind, 'malformed');
    assert.deepEqual(readXml(document('iso-8859-1')), element('{}a'));
  });

  test('refuses bytes that are no UTF-8 and strings that are no Unicode', () => {
    assert.equal(refused(Buffer.from('<a>\xe4</a>', 'latin1')).kind, 'malformed');
    assert.equal(refused(Buffer.from('fffe3c0000d83e00', 'hex')).kind, 'malformed');
    assert.equal(refused('<a>\ud800</a>').kind, 'malformed');
  });

  test('refuses what is not well-formed and says where', () => {
    const error = refused('<a>\n <b></a>');
    assert.deepEqual([error.kind, error.line], ['malformed', 2]);
    assert.ok(error.column > 4 && error.column <= 10);
    assert.match(error.message, /^line 2, column \d+: /);
    for (const text of [
      '',
      ' ',
      'text',
      '<a>',
      '<a/><b/>',
      '<a/>b',
      '<a b/>',
      '<a b=1/>',
      '<a b="1" b="2"/>',
      '<a xmlns:p="urn:x" xmlns:q="urn:x" p:b="1" q:b="2"/>',
      '<p:a/>',
      '<a p:b="1"/>',
      '<a xmlns:p=""/>',
      '<a>&nbsp;</a>',
      '<a>&constructor;</a>',
      '<a>&__proto__;</a>',
      '<a>&#0;</a>',
      '<a>&#xd800;</a>',
      '<a>\u0001</a>',
      '<a>]]></a>',
      '<?xml version="1.1"?><a>&#1;</a>',
      '<a><!-- -- --></a>',
      '<xmlns:a/>',
    ]) {
      assert.equal(refused(text).kind, 'malformed', text);
    }
  });

  test('refuses namespace names that would not survive Clark notation', () => {
    assert.equal(refused('<a xmlns="urn:x}b c=&quot;"/>').kind, 'malformed');
    assert.equal(refused('<a xmlns:p="{}}" p:b=""/>').kind, 'malformed');
  });

  test('takes names that objects are born with', () => {
    const root = readXml('<__proto__ constructor="1" toString="2" __proto__="3"/>');
    assert.equal(root.name, '{}__proto__');
    assert.deepEqual(
      root.attributes.map(({ name, value }) => name + value),
      ['{}constructor1', '{}toString2', '{}__proto__3'],
    );
  });
});

describe('readXml against hostile documents', () => {
  test('RFC 4918 section 20.6: refuses document type declarations, whatever they hold', () => {
    const lol = ['<!ENTITY l0 "lol">'];
    for (let i = 1; i < 10; i++) lol.push(`<!ENTITY l${i} "${`&l${i - 1};`.repeat(10)}">`);
    for (const doctype of [
      '<!DOCTYPE a>',
      '<!DOCTYPE a SYSTEM "http://example.com/a.dtd">',
      '<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]>',
      `<!DOCTYPE a [${lol.join('')}]>`,
      `<!DOCTYPE a [<!ENTITY e "${'x'.repeat(100_000)}">]>`,
    ]) {
      assert.equal(refused(`${doctype}<a>&l9;</a>`).kind, 'forbidden');
    }
  });

  test('refuses 100,000 elements within each other, and allows 64', () => {
    assert.equal(refused('<a>'.repeat(100_000)).kind, 'too-large');
    assert.equal(refused(`${'<a>'.repeat(65)}${'</a>'.repeat(65)}`).kind, 'too-large');
    assert.equal(readXml(`${'<a>'.repeat(64)}${'</a>'.repeat(64)}`).name, '{}a');
  });

  test('refuses a million attributes, and a hundred thousand of the same namespace', () => {
    let attributes = '';
    for (let i = 0; i < 1_000_000; i++) attributes += ` a${i}=""`;
    assert.equal(refused(`<a${attributes}/>`).kind, 'too-large');
    assert.equal(refused(`<a${' xmlns:x="urn:x"'.repeat(100_000)}/>`).kind, 'too-large');
    assert.equal(refused('<a xmlns:x="urn:x" xmlns:x="urn:x"/>').kind, 'malformed');
    assert.equal(refused('<a xmlns:x="urn:x" x:b="" x:b=""/>').kind, 'malformed');
  });

  test('refuses more nodes than its limit, of whatever sort', () => {
    assert.equal(refused(`<a>${'<b/>'.repeat(100_000)}</a>`).kind, 'too-large');
    assert.equal(refused('<a>1<b/>2<b c=""/></a>', { nodes: 5 }).kind, 'too-large');
    assert.equal(readXml('<a>1<b/>2<b c=""/></a>', { nodes: 6 }).children.length, 4);
  });

  test('reads a report on 10,000 members', () => {
    const hrefs = Array.from({ length: 10_000 }, (_, i) => `\n  <href>/calendars/user@example.com/${i}.ics</href>`);
    assert.equal(readXml(`<m xmlns="DAV:">${hrefs.join('')}</m>`).children.length, 20_000);
  });

  test('reads a long text of many pieces', () => {
    const text = readXml(`<a>${'&amp;<!-- -->\r\n<![CDATA[]]]>'.repeat(20_000)}</a>`).children;
    assert.deepEqual(text, ['&\n]'.repeat(20_000)]);
  });
});
