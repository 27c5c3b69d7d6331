/**
 * The comparison of what a document prints with what comes: what counts as equal, and above all what does not.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { assertPrinted } from './printed.ts';
import { blocksOf, shellCommands } from './shell-blocks.ts';

function differs(printed: string, came: string, complaint: RegExp): void {
  assert.throws(() => assertPrinted(printed, came), complaint);
}

describe('lines', () => {
  test('are compared one by one, without what differs by its kind', () => {
    assertPrinted('a\nb\n', 'a\r\nb\n\n');
    assertPrinted('tag "00000000000000000000000000000000"', 'tag "fcd049fff5c8336794221085e39af896"');
    assertPrinted('jane dawrd-b3nu3-pesut-f9z73', 'jane 4kxwf-jxqvy-j8edv-rxk6x');
    assertPrinted('Sun, 22 Nov 2026 16:56:28 GMT', 'Mon, 01 Feb 2027 01:02:03 GMT');
    differs('a\nb', 'a\nc', /the line "b" did not come/);
    differs('a\nb', 'a', /the line "b" did not come/);
    differs('a', 'a\nb', /"b" came, which is not printed/);
    differs('', 'a', /"a" came, which is not printed/);
    differs('on Sun, 22 Nov 2026 16:56:28 GMT', 'on Sunday', /did not come/);
    differs('tag "a.b"', 'tag "acb"', /did not come/);
  });

  test('are left out where … stands', () => {
    assertPrinted('a\n…\nd', 'a\nb\nc\nd');
    assertPrinted('…', '');
    assertPrinted('a\n…', 'a\nb');
    assertPrinted('in …/davit-data (…)', 'in /tmp/x/davit-data (y)');
    differs('a\n…\nd', 'a\nb\nc', /the line "d" did not come/);
    differs('a\n…\nb\nc', 'a\nb\nx\nc', /the line "c" did not come/);
    differs('in …/davit-data', 'in /tmp/x/other', /did not come/);
  });
});

describe('a header section', () => {
  const came = 'HTTP/2 207 \r\ndav: 1, 3\r\nEtag: "x"\r\n\r\nbody\n';
  test('has the status, and the fields that are printed', () => {
    assertPrinted('HTTP/1.1 207 Multi-Status\nETag: "x"\n…\n\nbody', came);
    differs('HTTP/2 200\n\nbody', came, /the status is HTTP\/2 207/);
    differs('HTTP/2 207\ndav: 1\n\nbody', came, /the header field dav is 1, 3/);
    differs('HTTP/2 207\nvary: Brief\n\nbody', came, /the header field vary is/);
    differs('HTTP/2 207\n\nother', came, /did not come/);
    differs('HTTP/2 207', 'body', /no header section came/);
  });
});

describe('a multistatus', () => {
  const property = (status: string, ...inside: readonly string[]): string =>
    `<d:propstat><d:prop>${inside.join('')}</d:prop><d:status>HTTP/1.1 ${status}</d:status></d:propstat>`;
  const response = (href: string, ...propstats: readonly string[]): string =>
    `<d:response><d:href>${href}</d:href>\n${propstats.join('\n')}\n</d:response>`;
  const multistatus = (...responses: readonly string[]): string =>
    `<d:multistatus xmlns:d="DAV:">\n${responses.join('\n')}\n</d:multistatus>`;
  const name = '<d:displayname>A</d:displayname>';
  const type = '<d:resourcetype><d:collection/><d:principal/></d:resourcetype>';
  const came = multistatus(
    response('/b%40c/', property('200 OK', type, name)),
    response('/d/', property('404 Not Found', '<d:displayname/>')),
  );

  test('is compared as a tree, whatever the order, the prefixes and the spelling of paths', () => {
    assertPrinted(came, came);
    assertPrinted(
      multistatus(
        response('/d/', property('404 Not Found', '<d:displayname/>')),
        response('/b@c/', property('200 OK', name, type)),
      )
        .replaceAll('d:', 'x:')
        .replaceAll('xmlns:d', 'xmlns:x'),
      came,
    );
  });

  test('may hold more than is printed only where … says so', () => {
    const part = multistatus(response('/b@c/', property('200 OK', name)));
    differs(part, came, /resourcetype came, which is not printed/);
    assertPrinted(part.replace('<d:response>', '…\n<d:response>'), came);
    assertPrinted(multistatus('…', response('/d/', '…')), came);
    differs(multistatus('…', response('/e/', '…')), came, /no response about \/e\/ came/);
  });

  test('has each property where it is printed, with its value', () => {
    const b = (...inside: readonly string[]): string => multistatus('…', response('/b@c/', ...inside));
    differs(b(property('404 Not Found', name)), came, /displayname came with status 200/);
    differs(b(property('200 OK', '<d:getetag/>')), came, /getetag did not come/);
    differs(b(property('200 OK', name.replace('A', 'B'))), came, /displayname has another value/);
    differs(b(property('200 OK', '<d:displayname/>')), came, /displayname has another value/);
    differs(b(property('200 OK', type.replace('principal', 'other'))), came, /resourcetype has another value/);
    differs(b(property('200 OK', '<d:resourcetype/>')), came, /resourcetype has another value/);
    differs(came, '', /no body came/);
  });
});

test('commands are cut out of a document with what they print', () => {
  const document = [
    '```sh',
    'a',
    'b',
    '```',
    '```toml',
    '$ = 1',
    '```',
    '```console',
    '$ c \\',
    '>   d',
    'out',
    '> out too',
    '$ e',
    '```',
  ].join('\n');
  assert.deepEqual(shellCommands(document), [
    { line: 2, command: 'a\nb', prints: undefined },
    { line: 9, command: 'c \\\n  d', prints: 'out\n> out too' },
    { line: 13, command: 'e', prints: '' },
  ]);
  assert.deepEqual(blocksOf(document, 'toml'), [{ line: 6, text: '$ = 1' }]);
});
