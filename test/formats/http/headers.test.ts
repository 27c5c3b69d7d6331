import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  HeaderError,
  httpDate,
  type IfCondition,
  type IfList,
  parseBasic,
  parseDepth,
  parseEntityTags,
  parseForwarded,
  parseHttpDate,
  parseIf,
  parseMediaType,
  parsePrefer,
} from '../../../src/formats/http/headers.ts';

const etag = (value: string, weak = false, not = false): IfCondition => ({ kind: 'etag', not, etag: { weak, value } });
const token = (value: string, not = false): IfCondition => ({ kind: 'token', not, token: value });

describe('Depth', () => {
  test('RFC 4918 section 10.2: 0, 1, infinity or nothing', () => {
    assert.equal(parseDepth('0'), 0);
    assert.equal(parseDepth(' 1 '), 1);
    assert.equal(parseDepth('Infinity'), 'infinity');
    assert.equal(parseDepth(undefined), undefined);
    for (const value of ['', '2', '1,noroot', '0, 0', 'infinite']) assert.throws(() => parseDepth(value), HeaderError);
  });
});

describe('If', () => {
  test('RFC 4918 section 10.4.6: untagged lists', () => {
    assert.deepEqual(
      parseIf(
        '(<urn:uuid:181d4fae-7d8c-11d0-a765-00a0c91e6bf2>\r\n ["I am an ETag"])\t(["I am another ETag"])'.replace(
          '\r\n',
          '',
        ),
      ),
      [
        { conditions: [token('urn:uuid:181d4fae-7d8c-11d0-a765-00a0c91e6bf2'), etag('"I am an ETag"')] },
        { conditions: [etag('"I am another ETag"')] },
      ],
    );
  });

  test('RFC 4918 section 10.4.7: Not, in any case and with or without a blank', () => {
    assert.deepEqual(parseIf('(Not <urn:a> <urn:b>)(not<DAV:no-lock>)(NOT[W/"x"])'), [
      { conditions: [token('urn:a', true), token('urn:b')] },
      { conditions: [token('DAV:no-lock', true)] },
      { conditions: [etag('"x"', true, true)] },
    ]);
  });

  test('RFC 4918 section 10.4.9: a resource tag is for all lists up to the next', () => {
    assert.deepEqual(parseIf('</a> (<urn:a> [W/"A"]) (["B"])<https://example.com/b>(["C"])'), [
      { resource: '/a', conditions: [token('urn:a'), etag('"A"', true)] },
      { resource: '/a', conditions: [etag('"B"')] },
      { resource: 'https://example.com/b', conditions: [etag('"C"')] },
    ]);
  });

  test('refuses what the grammar does not have', () => {
    for (const value of [
      '',
      ' ',
      '()',
      '(',
      '(<urn:a>',
      '(Not)',
      '(Not Not <urn:a>)',
      '(Not )',
      '<urn:a>',
      '</a></b>(<urn:a>)',
      '</a>(<urn:a>)</b>',
      '(<urn:a>)</b>(<urn:b>)',
      '(<urn:a>),(<urn:b>)',
      '([ "a"])',
      '(["a" ])',
      '(["a])',
      '([a])',
      '(<>)',
      '(<urn: a>)',
      '(urn:a)',
      '((<urn:a>))',
      '(<urn:a>) x',
    ]) {
      assert.throws(() => parseIf(value), HeaderError, value);
    }
  });

  test('reads whatever the grammar makes', () => {
    const blank = fc.constantFrom('', ' ', '\t ');
    const uri = fc.string({ unit: fc.constantFrom(...'abc:/%20-(["])'), minLength: 1, maxLength: 8 });
    const tag = fc.string({ unit: fc.constantFrom(...'abc ()<>[]\\é'), maxLength: 6 }).map((text) => `"${text}"`);
    const condition: fc.Arbitrary<[string, IfCondition]> = fc
      .tuple(fc.boolean(), fc.boolean(), fc.boolean(), uri, tag, blank, blank)
      .map(([not, isTag, weak, uri, tag, before, after]) => {
        const text = isTag ? `[${weak ? 'W/' : ''}${tag}]` : `<${uri}>`;
        return [`${before}${not ? `Not${before}` : ''}${text}${after}`, isTag ? etag(tag, weak, not) : token(uri, not)];
      });
    const list = fc.tuple(fc.array(condition, { minLength: 1, maxLength: 3 }), blank).map(([all, after]) => ({
      text: `(${all.map(([text]) => text).join('')})${after}`,
      conditions: all.map(([, one]) => one),
    }));
    const lists = fc.array(list, { minLength: 1, maxLength: 3 });
    const tagged = fc.array(fc.tuple(uri, lists), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(lists, (all) => {
        const expected: IfList[] = all.map(({ conditions }) => ({ conditions }));
        assert.deepEqual(parseIf(all.map(({ text }) => text).join('')), expected);
      }),
    );
    fc.assert(
      fc.property(tagged, blank, (all, before) => {
        const expected: IfList[] = all.flatMap(([resource, lists]) =>
          lists.map(({ conditions }) => ({ resource, conditions })),
        );
        const text = all.map(
          ([resource, lists]) => `${before}<${resource}>${before}${lists.map((one) => one.text).join('')}`,
        );
        assert.deepEqual(parseIf(text.join('')), expected);
      }),
    );
  });
});

describe('entity tags', () => {
  test('RFC 9110 section 13.1.1: any, or a list', () => {
    assert.equal(parseEntityTags(' * '), '*');
    assert.deepEqual(parseEntityTags('"a"'), [{ weak: false, value: '"a"' }]);
    assert.deepEqual(parseEntityTags(' , "a,b" ,W/"c", ,""\t'), [
      { weak: false, value: '"a,b"' },
      { weak: true, value: '"c"' },
      { weak: false, value: '""' },
    ]);
  });

  test('refuses tags without quotes and lists without tags', () => {
    for (const value of ['', ' , ', 'a', '"a', '"a" "b"', '"a"b', 'w/"a"', 'W/ "a"', '*, "a"', '"a\u0001"']) {
      assert.throws(() => parseEntityTags(value), HeaderError, value);
    }
  });
});

describe('Prefer', () => {
  test('RFC 8144 section 2: return and depth-noroot', () => {
    assert.deepEqual(parsePrefer('return=minimal', undefined), { return: 'minimal', depthNoroot: false });
    assert.deepEqual(parsePrefer('depth-noroot, Return = "representation"', undefined), {
      return: 'representation',
      depthNoroot: true,
    });
    assert.deepEqual(parsePrefer(undefined, undefined), { depthNoroot: false });
  });

  test('Brief means return=minimal unless Prefer says otherwise', () => {
    assert.deepEqual(parsePrefer(undefined, 't'), { return: 'minimal', depthNoroot: false });
    assert.deepEqual(parsePrefer(undefined, 'f'), { depthNoroot: false });
    assert.deepEqual(parsePrefer('return=representation', 'T'), { return: 'representation', depthNoroot: false });
    assert.deepEqual(parsePrefer('wait=1', 'T'), { return: 'minimal', depthNoroot: false, wait: 1 });
  });

  test('RFC 7240 section 2: the first of two counts, the unknown and the malformed are ignored', () => {
    assert.deepEqual(parsePrefer('x="a, return=minimal"; y=",", return=representation; z, return=minimal', undefined), {
      return: 'representation',
      depthNoroot: false,
    });
    assert.deepEqual(parsePrefer('a b, =, return="minimal, wait=-1', undefined), { depthNoroot: false });
    assert.deepEqual(parsePrefer('wait=10, wait=20, return=huge', undefined), { depthNoroot: false, wait: 10 });
  });
});

describe('media types', () => {
  test('RFC 9110 section 8.3.1: type and parameter names in any case, values quoted or not', () => {
    const read = parseMediaType('Text/Calendar ; Charset="utf-8";component=VEVENT; x="a;\\"b\\"";charset=x;');
    assert.equal(read?.type, 'text/calendar');
    assert.deepEqual(
      [...(read?.parameters ?? [])],
      [
        ['charset', 'utf-8'],
        ['component', 'VEVENT'],
        ['x', 'a;"b"'],
      ],
    );
  });

  test('is undefined when there is no type, and passes over broken parameters', () => {
    for (const value of ['', 'text', 'text/', '/calendar', 'text/cal endar', 'text/calendar, text/plain']) {
      assert.equal(parseMediaType(value), undefined, value);
    }
    assert.deepEqual(parseMediaType('text/vcard; charset; =x; a b=c'), { type: 'text/vcard', parameters: new Map() });
  });
});

describe('Basic', () => {
  const basic = (pair: string | Buffer) => `Basic ${Buffer.from(pair).toString('base64')}`;

  test('RFC 7617 section 2: the user ends at the first colon, both are UTF-8', () => {
    assert.deepEqual(parseBasic(basic('user@example.com:pa:ss')), { user: 'user@example.com', password: 'pa:ss' });
    assert.deepEqual(parseBasic(basic('jürgen:пароль').replace('Basic', 'bASIC ')), {
      user: 'jürgen',
      password: 'пароль',
    });
    assert.deepEqual(parseBasic(basic(':').replace('=', '')), { user: '', password: '' });
  });

  test('is undefined for what is malformed or of another scheme', () => {
    for (const value of ['', 'Basic', 'Basic !', 'Bearer YTpi', 'Basic YTpi YTpi', 'Basic YTpiY', basic('nocolon')]) {
      assert.equal(parseBasic(value), undefined, value);
    }
    assert.equal(parseBasic(basic(Buffer.from('j\xfcrgen:x', 'latin1'))), undefined);
    assert.equal(parseBasic(basic('a\0:b')), undefined);
    assert.equal(parseBasic(basic('a:b\r\n')), undefined);
  });
});

describe('HTTP dates', () => {
  test('RFC 9110 section 5.6.7: one form is written, three are read', () => {
    assert.equal(httpDate(784111777), 'Sun, 06 Nov 1994 08:49:37 GMT');
    assert.equal(httpDate(784111777.9), 'Sun, 06 Nov 1994 08:49:37 GMT');
    assert.equal(parseHttpDate('Sun, 06 Nov 1994 08:49:37 GMT'), 784111777);
    assert.equal(parseHttpDate('Sunday, 06-Nov-94 08:49:37 GMT'), 784111777);
    assert.equal(parseHttpDate('Sun Nov  6 08:49:37 1994'), 784111777);
    assert.equal(parseHttpDate('Friday, 01-Jan-69 00:00:00 GMT'), Date.UTC(2069, 0, 1) / 1000);
    assert.equal(parseHttpDate('Sat, 31 Dec 2016 23:59:60 GMT'), Date.UTC(2016, 11, 31, 23, 59, 59) / 1000);
  });

  test('is undefined for what is no date', () => {
    for (const value of [
      '',
      '784111777',
      'Sun, 31 Feb 1994 08:49:37 GMT',
      'Sun, 06 Now 1994 08:49:37 GMT',
      'Sun, 06 Nov 1994 24:00:00 GMT',
      'Sun, 06 Nov 1994 08:60:00 GMT',
      'Sun, 06 Nov 1994 08:49:61 GMT',
      'Sun, 06 Nov 1994 08:49:37 CET',
      '1994-11-06T08:49:37Z',
      'Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT',
    ]) {
      assert.equal(parseHttpDate(value), undefined, value);
    }
  });

  test('what is written is read as it was', () => {
    fc.assert(
      fc.property(fc.integer({ min: -62135596800, max: 253402300799 }), (seconds) =>
        assert.equal(parseHttpDate(httpDate(seconds)), seconds),
      ),
    );
  });
});

describe('Forwarded', () => {
  test('reads elements in order, addresses without port and brackets', () => {
    assert.deepEqual(
      parseForwarded(
        'for=192.0.2.60:4711;Proto=HTTPS;host="dav.example.com:8443"; by=203.0.113.43, , For="[2001:db8::17]:4711",for=_hidden',
      ),
      [
        { for: '192.0.2.60', proto: 'https', host: 'dav.example.com:8443' },
        { for: '2001:db8::17' },
        { for: '_hidden' },
      ],
    );
    assert.deepEqual(parseForwarded('for=2001:db8::17, for=unknown'), [{ for: '2001:db8::17' }, { for: 'unknown' }]);
  });

  test('refuses what cannot be told apart', () => {
    for (const value of ['192.0.2.60', 'for', 'for=a;for=b', 'for="a, for=192.0.2.60', 'for=a b']) {
      assert.throws(() => parseForwarded(value), HeaderError, value);
    }
  });
});
