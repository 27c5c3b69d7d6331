/**
 * Two devices with vdirsyncer on one collection of an account: what one of them changes comes to the other, and nothing else is touched.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { ADDRESS, type HardAccount, type Named } from './hard-account.ts';
import { type Device, uidOf, vdirsyncerDevice } from './vdirsyncer.ts';

export interface TwoDevices {
  readonly phone: Device;
  readonly desktop: Device;
  /**
   * Syncs both; then they have what the service has, and every object is as it was at first, byte for byte, but those of these UIDs, which
   * are others or gone.
   */
  changedOnly(...uids: readonly string[]): Promise<void>;
}

/** Which collection: its folder on the devices, its path at the service, and all that it holds. */
export interface Shared {
  readonly here: string;
  readonly there: string;
  readonly objects: readonly Named[];
}

/** Makes the devices and syncs them for the first time. */
export async function twoDevices(account: HardAccount, { here, there, objects }: Shared): Promise<TwoDevices> {
  const { origin, certificate } = account.service;
  const reach = { origin, certificate, address: ADDRESS, password: account.password };
  const [phone, desktop] = [
    vdirsyncerDevice(join(account.folder, 'phone'), reach),
    vdirsyncerDevice(join(account.folder, 'desktop'), reach),
  ];
  for (const device of [phone, desktop]) {
    await device.discover();
    await device.sync();
  }
  const original = byUid(objects.map(({ text }) => text));
  return {
    phone,
    desktop,
    async changedOnly(...uids) {
      // What the second has to say comes to the first.
      for (const device of [phone, desktop, phone]) await device.sync();
      const stored = byUid([...(await account.held(there)).values()]);
      assert.deepEqual(sorted(phone.held(here)), sorted(stored));
      assert.deepEqual(sorted(desktop.held(here)), sorted(stored));
      const others = (all: ReadonlyMap<string, string>) => sorted(all).filter(([uid]) => !uids.includes(uid));
      assert.deepEqual(others(stored), others(original));
      for (const uid of uids) assert.notEqual(stored.get(uid), original.get(uid), `${uid} is another`);
    },
  };
}

/** @throws AssertionError when two have the same */
function byUid(texts: readonly string[]): ReadonlyMap<string, string> {
  const all = new Map(texts.map((text) => [uidOf(text), text] as const));
  assert.equal(all.size, texts.length, 'each object has a UID of its own');
  return all;
}

function sorted(texts: ReadonlyMap<string, string>): readonly (readonly [string, string])[] {
  return [...texts].sort(([a], [b]) => (a < b ? -1 : 1));
}
