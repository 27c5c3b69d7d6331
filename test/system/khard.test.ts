/**
 * Two devices with vdirsyncer and khard on an address book with cards as other programs write them: every card arrives byte for byte and
 * is read; one that khard makes or edits on one device comes to the other with its photo and groups, and no other card is touched.
 */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { corpus } from '../formats/vcard/cards.ts';
import { skipWithout } from '../support/debian.ts';
import { type HardAccount, hardAccount } from '../support/hard-account.ts';
import { type TwoDevices, twoDevices } from '../support/two-devices.ts';
import { type Device, khardConfig, uidOf } from '../support/vdirsyncer.ts';

const BOOK = 'contacts/default';
/** What khard does not read: it passes it over, and everything else stays as it is. */
const UNREADABLE: Readonly<Record<string, string>> = {
  'google-takeout.vcf': 'a photo that is no whole base64',
  'outlook-export.vcf': 'a picture that is no whole base64',
};
const ADA = '6F0DCC6B-9B8E-4B0A-AD4A-000000000001';

describe('cards with vdirsyncer and khard', { skip: skipWithout('vdirsyncer', 'khard') }, () => {
  // Those of the versions that are stored as they come.
  const cards = corpus().filter(({ text }) => /^VERSION:[34]\.0\r$/m.test(text) && /^UID:/m.test(text));
  const readable = cards.filter(({ name }) => UNREADABLE[name] === undefined);
  let account: HardAccount;
  let devices: TwoDevices;
  let phone: Device;
  let desktop: Device;

  before(async () => {
    account = await hardAccount('khard');
    await account.store(account.addressBook, cards);
    devices = await twoDevices(account, { here: BOOK, there: account.addressBook, objects: cards });
    ({ phone, desktop } = devices);
  });
  after(() => account?.close());

  function khard(device: Device, parameters: readonly string[], input?: string): Promise<string> {
    return device.says('khard', khardConfig(device, 'default'), ['--skip-unparsable', ...parameters], input);
  }

  /** The lines of a card, unfolded. */
  function linesOf(device: Device, uid: string): readonly string[] {
    const text = device.held(BOOK).get(uid);
    assert.ok(text !== undefined, `the device has ${uid}`);
    return text.replace(/\r\n[ \t]/g, '').split('\r\n');
  }

  test('every card arrives byte for byte', () => devices.changedOnly());

  /** What it says for programs: the first two columns of each line. */
  async function said(...parameters: readonly string[]): Promise<readonly (readonly string[])[]> {
    const out = await khard(phone, parameters);
    const lines = out
      .trim()
      .split('\n')
      .filter((line) => line.includes('\t'));
    return lines.map((line) => line.split('\t').slice(0, 2)).sort();
  }

  test('it lists every card that it can read', async () => {
    const listed = (await said('list', '--parsable')).map(([uid]) => uid);
    assert.deepEqual(listed, readable.map(({ text }) => uidOf(text)).sort());
  });

  test('it reads those in groups, and under the labels of their groups', async () => {
    const ada = 'Ada King Lovelace';
    assert.deepEqual(await said('phone', '--parsable', `uid:${ADA}`), [
      ['+44 20 7946 0001', ada],
      ['+44 20 7946 0002', ada],
      ['+44 20 7946 0003', ada],
      ['+44 20 7946 0004', ada],
    ]);
    assert.match(await khard(phone, ['show', `uid:${ADA}`]), /^ {4}Boat 🛥: \+44 20 7946 0004$/m);
    assert.deepEqual(await said('email', '--parsable', 'uid:8d5d7d30-0000-4000-8000-000000000005'), [
      ['grace@example.com', 'Grace Brewster Hopper'],
      ['hopper@example.org', 'Grace Brewster Hopper'],
    ]);
    assert.match(await khard(phone, ['show', 'uid:6F0DCC6B-9B8E-4B0A-AD4A-000000000003']), /Analysts/);
  });

  test('a card that it makes on one device is there on the other, and goes as it came', async () => {
    const template =
      'First name: Wisława\nLast name: Szymborska\nEmail:\n    home: wislawa@example.com\nNote: Möwen 🕊\n';
    await khard(desktop, ['new', '-a', 'default', '--vcard-version', '4.0'], template);
    await desktop.sync();
    await phone.sync();
    const [uid = ''] = [...phone.held(BOOK)].find(([, text]) => text.includes('Wisława')) ?? [];
    await devices.changedOnly(uid);
    assert.match(await khard(phone, ['show', `uid:${uid}`]), /Möwen 🕊/);
    await khard(phone, ['remove', '--force', `uid:${uid}`]);
    await devices.changedOnly();
    assert.equal(desktop.held(BOOK).size, cards.length);
  });

  test('a card that it edits on one device is edited on the other, with its photo and its labels', async () => {
    const before = linesOf(desktop, ADA);
    const photo = before.find((line) => line.startsWith('PHOTO'));
    assert.ok(photo !== undefined);
    const template = await khard(phone, ['show', '--format', 'yaml', `uid:${ADA}`]);
    const file = phone.file('.', 'ada.yaml');
    writeFileSync(file, template.replace(/^Nickname:.*$/m, 'Nickname: Zählerin 🧮'));
    await khard(phone, ['edit', '-i', file, `uid:${ADA}`], 'y\n');
    await devices.changedOnly(ADA);
    const after = linesOf(desktop, ADA);
    assert.ok(after.includes('NICKNAME:Zählerin 🧮'), after.join('\n'));
    assert.ok(after.includes(photo), 'the photo');
    const shown = await khard(desktop, ['show', `uid:${ADA}`]);
    assert.match(shown, /Boat 🛥: \+44 20 7946 0004/);
    assert.match(shown, /Engine room, INTERNET: ada@engine\.example\.org/);
    assert.ok(after.includes('item8.X-ABRELATEDNAMES:Charles Babbage'), after.join('\n'));
  });
});
