import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { describe, test } from 'node:test';
import { ContentError } from '../../../src/formats/icalendar/content-line.ts';
import { scanFile } from '../../../src/formats/icalendar/scan.ts';
import { cardFrom21, isCard21 } from '../../../src/formats/vcard/card-21.ts';
import { readCard } from '../../../src/formats/vcard/read.ts';
import { splitCards } from '../../../src/formats/vcard/split.ts';
import { writeCards } from '../../../src/formats/vcard/write.ts';

const text21 = (...lines: readonly string[]) => ['BEGIN:VCARD', 'VERSION:2.1', ...lines, 'END:VCARD', ''].join('\r\n');

/** The lines of version 3.0 that lines of 2.1 become. */
function linesOf(...lines: readonly string[]): readonly string[] {
  return linesIn(Buffer.from(text21(...lines)));
}

function linesIn(data: Uint8Array): readonly string[] {
  const text = writeCards([cardFrom21(data)]);
  readCard(text);
  const [begin, version, ...rest] = text.replaceAll('\r\n ', '').split('\r\n');
  assert.deepEqual([begin, version], ['BEGIN:VCARD', 'VERSION:3.0']);
  return rest.slice(0, -2);
}

describe('a card of version 2.1', () => {
  test('RFC 2426 section 5: types without TYPE get it', () => {
    assert.deepEqual(
      linesOf('TEL;HOME;VOICE:+1', 'EMAIL;INTERNET;PREF:a@example.com', 'URL;WORK:https://example.com'),
      [
        'TEL;TYPE=HOME;TYPE=VOICE:+1',
        'EMAIL;TYPE=INTERNET;TYPE=PREF:a@example.com',
        'URL;TYPE=WORK:https://example.com',
      ],
    );
  });

  test('quoted-printable is read over several lines, in its charset', () => {
    assert.deepEqual(
      linesOf(
        'N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Stra=C3=9F=',
        'e;Zo=C3=AB;;;',
        'NOTE;ENCODING=QUOTED-PRINTABLE:first=0D=0Asecond, with=',
        '=20more; and =3D',
        'FN;CHARSET=ISO-8859-1;QUOTED-PRINTABLE:Zo=EB',
        'ADR;HOME;CHARSET=WINDOWS-1252;ENCODING=QUOTED-PRINTABLE:;;=80 St;;;;',
        'LABEL;HOME;ENCODING=QUOTED-PRINTABLE:1 St=0ATown=',
      ),
      [
        'N:Straße;Zoë;;;',
        'NOTE:first\\nsecond\\, with more\\; and =',
        'FN:Zoë',
        'ADR;TYPE=HOME:;;€ St;;;;',
        'LABEL;TYPE=HOME:1 St\\nTown',
      ],
    );
  });

  test('eight-bit text is read in the charset that it names, or in the one that it is', () => {
    const latin = Buffer.from(text21('FN;CHARSET=ISO-8859-1:Zoë', 'NOTE:Zoë'), 'latin1');
    assert.deepEqual(linesIn(latin), ['FN:Zoë', 'NOTE:Zoë']);
    assert.deepEqual(linesOf('FN;CHARSET=none-such:Zoë', 'NOTE:Zoë'), ['FN:Zoë', 'NOTE:Zoë']);
    const japanese = Buffer.concat([
      Buffer.from('BEGIN:VCARD\r\nVERSION:2.1\r\nFN;CHARSET=SHIFT_JIS:'),
      Buffer.from([0x93, 0xfa, 0x96, 0x7b]),
      Buffer.from('\r\nEND:VCARD\r\n'),
    ]);
    assert.deepEqual(linesIn(japanese), ['FN:日本']);
  });

  test('base64 goes to an empty line, or to the next property', () => {
    const photo = ['PHOTO;JPEG;ENCODING=BASE64:', ' /9j/4AAQ', ' SkZJRg=='];
    assert.deepEqual(linesOf(...photo, '', 'FN:x'), ['PHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQSkZJRg==', 'FN:x']);
    assert.deepEqual(linesOf(...photo, 'FN:x'), ['PHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQSkZJRg==', 'FN:x']);
    assert.deepEqual(linesOf('PHOTO;TYPE=JPEG;BASE64:/9j/', '4AAQ', '', 'FN:x'), [
      'PHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQ',
      'FN:x',
    ]);
    assert.deepEqual(linesOf('PHOTO;VALUE=URL:https://example.com/a.jpg'), [
      'PHOTO;VALUE=uri:https://example.com/a.jpg',
    ]);
  });

  test('a comma is nothing special, but in lists', () => {
    assert.deepEqual(linesOf('N:Doe\\;Roe, Jr.;Jane', 'CATEGORIES:a,b', 'FN:a, b', 'NOTE:C:\\dir; x'), [
      'N:Doe\\;Roe\\, Jr.;Jane',
      'CATEGORIES:a,b',
      'FN:a\\, b',
      'NOTE:C:\\\\dir\\; x',
    ]);
  });

  test('folded lines, groups and properties that nobody knows stay', () => {
    assert.deepEqual(linesOf('NOTE:long', '  line', 'item1.TEL;CELL:1', 'item1.X-ABLABEL:Boat', 'X-SHOE;LEFT:38'), [
      'NOTE:long line',
      'item1.TEL;TYPE=CELL:1',
      'item1.X-ABLABEL:Boat',
      'X-SHOE;TYPE=LEFT:38',
    ]);
  });

  test('the card of an agent is text', () => {
    const [agent, name] = linesOf('AGENT:', 'BEGIN:VCARD', 'VERSION:2.1', 'N:Roe;Jim', 'END:VCARD', 'FN:x');
    assert.equal(agent, 'AGENT:BEGIN:VCARD\\nVERSION:3.0\\nN:Roe\\;Jim\\nEND:VCARD\\n');
    assert.equal(name, 'FN:x');
  });

  test('what is no card is refused', () => {
    const agents = 'AGENT:\r\nBEGIN:VCARD\r\n'.repeat(50);
    for (const text of [
      '',
      'FN:x',
      'BEGIN:VCARD\r\nFN:x\r\n',
      `${text21()}FN:x\r\n`,
      text21('no colon'),
      text21(agents),
    ]) {
      assert.throws(() => cardFrom21(Buffer.from(text)), ContentError, text);
    }
  });

  test('is told from others by its version', () => {
    assert.equal(isCard21(Buffer.from(text21())), true);
    assert.equal(isCard21(Buffer.from(text21().replaceAll('\r\n', '\n'))), true);
    assert.equal(isCard21(Buffer.from('BEGIN:VCARD\r\nVERSION:3.0\r\nNOTE:VERSION:2.1\r\nEND:VCARD\r\n')), false);
  });
});

test('a file of cards of all versions is taken apart', () => {
  const old = text21('N;ENCODING=QUOTED-PRINTABLE:Zo=C3=', '=AB;;;;', 'TEL;HOME:1');
  const named = text21('UID:b', 'FN:b');
  const modern = 'BEGIN:VCARD\r\nVERSION:4.0\r\nUID:c\r\nFN:c\r\nEND:VCARD\r\n';
  const parts = [...splitCards(scanFile(Buffer.from(old + named + modern)), () => 'new')];
  assert.deepEqual(
    parts.map((part) => (part.ok ? [part.uid, Buffer.from(part.data).toString()] : part.reason)),
    [
      ['new', 'BEGIN:VCARD\r\nVERSION:3.0\r\nN:Zoë;;;;\r\nTEL;TYPE=HOME:1\r\nUID:new\r\nEND:VCARD\r\n'],
      ['b', 'BEGIN:VCARD\r\nVERSION:3.0\r\nUID:b\r\nFN:b\r\nEND:VCARD\r\n'],
      ['c', modern],
    ],
  );
  const [broken] = [...splitCards(scanFile(Buffer.from(text21('no colon'))), () => 'new')];
  assert.equal(broken?.ok, false);
});
