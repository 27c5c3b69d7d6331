/**
 * The Content-Disposition header, written and read. RFC 8187 section 3.2, RFC 8607 section 4.2.
 */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import fc from 'fast-check';
import { attachment, fileNameIn } from '../../../src/formats/http/disposition.ts';

test('RFC 8187 section 3.2: a name that is not plain comes twice, and is read as it was', () => {
  assert.equal(attachment('a b.txt'), 'attachment; filename="a b.txt"');
  assert.equal(attachment('Menü.txt'), `attachment; filename="Men_.txt"; filename*=UTF-8''Men%C3%BC.txt`);
  for (const name of ['a b.txt', 'Menü.txt', "it's (1)*.txt", '100%.txt', 'a;b,c.txt', '日本語.pdf']) {
    assert.equal(fileNameIn(attachment(name)), name);
  }
});

test('RFC 8607 section 4.2: the name of a file is one, whatever a client sends', () => {
  const names = [
    ['attachment; filename=agenda.html', 'agenda.html'],
    ['attachment;filename="a \\"b\\".txt"; size=3', "a 'b'.txt"],
    ['attachment; FileName = "a;filename=b.txt"', 'a;filename=b.txt'],
    ['attachment; filename=a.txt; filename=b.txt', 'a.txt'],
    ['attachment; filename=my file.pdf', 'my file.pdf'],
    [`attachment; filename=a; filename*=iso-8859-1'en'%A3%20rates`, '£ rates'],
    [`attachment; filename=a.txt; filename*=utf-16''x`, 'a.txt'],
    [`attachment; filename="${Buffer.from('Übersicht.txt').toString('latin1')}"`, 'Übersicht.txt'],
    ['attachment; filename="\xdcbersicht.txt"', 'Übersicht.txt'],
    ['attachment; filename="/etc/passwd"', 'passwd'],
    ['attachment; filename="..\\..\\x.txt"', 'x.txt'],
    ['attachment; filename=" .profile. "', 'profile'],
    ['attachment; filename="a/"', undefined],
    ['attachment; filename=".."', undefined],
    ['attachment', undefined],
    ['', undefined],
    ['attachment; filename', undefined],
  ] as const;
  for (const [header, name] of names) assert.equal(fileNameIn(header), name, header);
});

test('RFC 8607 section 4.2: names are bounded, keep their ending, and steer nothing', () => {
  const long = fileNameIn(`attachment; filename*=UTF-8''${encodeURIComponent('😀'.repeat(500))}.jpeg`);
  assert.ok(long?.endsWith('.jpeg') === true && long.isWellFormed());
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
      for (const header of [
        text,
        `attachment; filename="${text}"`,
        `x; filename*=UTF-8''${encodeURIComponent(text.toWellFormed())}`,
      ]) {
        const name = fileNameIn(header);
        if (name === undefined) continue;
        assert.ok(name !== '' && Buffer.byteLength(name) <= 200 && !/[\p{Cc}/\\"\u202e\u2028]/u.test(name), name);
        assert.match(attachment(name), /^attachment; filename="[ -~]*"(?:; filename\*=UTF-8''[!-~]+)?$/);
      }
    }),
  );
});
