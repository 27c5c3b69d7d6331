/**
 * Thousands of cards at once, as telephones and programs export them: of each it is told what became of it, and none is lost.
 */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { describe, test } from 'node:test';
import { readCard } from '../../src/formats/vcard/read.ts';
import { exportable, exportCollection } from '../../src/operations/export.ts';
import { importFiles } from '../../src/operations/import/import.ts';
import { card, file, JANE, lines, stored, told, withUsers } from './some-files.ts';

const CRLF = '\r\n';

/** Of version 2.1, in Latin-1, quoted-printable and base64, and without UID, as old telephones write them. */
function old(at: number): Buffer {
  const text = [
    'BEGIN:VCARD',
    'VERSION:2.1',
    `N;CHARSET=ISO-8859-1:M\u00fcller;${at}`,
    `FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:${at} M=C3=BCl=`,
    'ler',
    `TEL;HOME;VOICE:+49 ${at}`,
    'PHOTO;JPEG;ENCODING=BASE64:',
    ' /9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAgGBgcGBQgHBwcJ',
    '',
    'END:VCARD',
    '',
  ];
  return Buffer.from(text.join(CRLF), 'latin1');
}

/** One of many, and whether an address book takes it. */
function one(at: number): { readonly data: Buffer; readonly sound: boolean } {
  if (at % 100 === 7) return { data: Buffer.from(card(`u${at}`, 'no content line')), sound: false };
  if (at % 100 === 8) return { data: Buffer.from(card(`u${at}`).replace('3.0', '5.0')), sound: false };
  if (at % 10 === 1) return { data: old(at), sound: true };
  if (at % 10 === 2) return { data: Buffer.from(card('', `NOTE:${at}`).replaceAll(CRLF, '\n')), sound: true };
  if (at % 10 === 3)
    return { data: Buffer.from(card(`u${at}`, `TEL;PREF=1:${at}`).replace('3.0', '4.0')), sound: true };
  return { data: Buffer.from(card(`u${at}`, `item1.TEL:${at}`, 'item1.X-ABLabel:Boat')), sound: true };
}

describe('2,000 cards in one file', () => {
  test('as many are told as there are, those that are broken by their lines, and the others are stored', () =>
    withUsers(async (admin) => {
      const cards = Array.from({ length: 2_000 }, (_, at) => one(at));
      const whole = file('many.vcf', Buffer.concat(cards.map(({ data }) => data)));
      const items = await told(importFiles(admin, JANE, [whole], {}));
      const broken = cards.filter(({ sound }) => !sound).length;
      const count = (status: string): number => items.filter((item) => item.status === status).length;
      assert.deepEqual([items.length, count('added'), count('rejected')], [2_000, 2_000 - broken, broken]);

      let line = 1;
      const begin = cards.map(({ data, sound }) => {
        const at = line;
        line += data.toString('latin1').split('\n').length - 1;
        return { at, sound };
      });
      const rejected = items.filter(({ status }) => status === 'rejected');
      assert.deepEqual(
        rejected.map((item) => item.line),
        begin.filter(({ sound }) => !sound).map(({ at }) => at),
      );
      assert.match(lines(rejected)[0] ?? '', /^rejected many\.vcf:\d+ VCARD u7: Line \d+ .*"no content line"/);
      assert.match(lines(rejected)[1] ?? '', /^rejected many\.vcf:\d+ VCARD u8: .*version "5\.0"/);

      const kept = await stored(admin, 'addressbooks/default');
      assert.equal(kept.size, 2_000 - broken);

      // Again: nothing happens, even to those that had no UID.
      const again = await told(importFiles(admin, JANE, [whole], {}));
      assert.deepEqual(new Set(again.map(({ status }) => status)), new Set(['unchanged', 'rejected']));
    }));

  test('what an address book takes comes out of it as it went in', () =>
    withUsers(async (admin) => {
      const sound = Array.from({ length: 300 }, (_, at) => one(at)).filter((each) => each.sound);
      const whole = Buffer.concat(sound.map(({ data }) => data));
      await told(importFiles(admin, JANE, [file('many.vcf', whole)], {}));
      const [destination] = await exportable(admin, JANE, { sort: 'addressbook', name: 'default' });
      assert.ok(destination !== undefined);
      const found: string[] = [];
      for await (const piece of exportCollection(admin, destination)) {
        assert.ok(piece.kind === 'text');
        found.push(...(piece.text.match(/BEGIN:VCARD[\s\S]*?END:VCARD\r\n/g) ?? []));
      }
      assert.equal(found.length, sound.length);
      const out = new Set(found);
      for (const { data } of sound) {
        const text = data.toString();
        if (text.includes('UID:')) assert.ok(out.has(text), text);
      }
      const converted = found.map((text) => readCard(text)).filter(({ properties }) => properties.some(isPhoto));
      assert.equal(converted.length, sound.filter(({ data }) => data.includes('VERSION:2.1')).length);
      for (const { properties } of converted) {
        assert.match(properties.find(({ name }) => name === 'FN')?.value ?? '', /^\d+ Müller$/);
        assert.match(properties.find(({ name }) => name === 'N')?.value ?? '', /^Müller;\d+$/);
      }
    }));
});

function isPhoto({ name, value }: { readonly name: string; readonly value: string }): boolean {
  return name === 'PHOTO' && value.startsWith('/9j/4AAQ');
}

test('a card that is larger than an address book takes is told, and the others go in', () =>
  withUsers(async (admin) => {
    const photo = `PHOTO;ENCODING=b:${'QUJD'.repeat(1_100_000)}`;
    const whole = file('large.vcf', card('a') + card('b', photo) + card('c'));
    const items = await told(importFiles(admin, JANE, [whole], {}));
    assert.deepEqual(
      items.map(({ status, uid }) => `${status} ${uid}`),
      ['added a', 'rejected b', 'added c'],
    );
    assert.match(items[1]?.reason ?? '', /octets/);
  }));

test('a file that is cut off says which card is, and the ones before it go in', () =>
  withUsers(async (admin) => {
    const whole = file('cut.vcf', card('a') + card('b').slice(0, 40));
    const items = await told(importFiles(admin, JANE, [whole], {}));
    assert.deepEqual(
      items.map(({ status, line }) => `${status} ${line}`),
      ['added 1', 'rejected 7'],
    );
  }));
