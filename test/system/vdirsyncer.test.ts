/**
 * Two devices with vdirsyncer, each with a folder of files, against Davit as `npm start` runs it: what one device creates, changes and
 * deletes in a calendar and an address book comes to the other, conflicts are settled, and all of it again after a restart and after a kill.
 * khal, todoman and khard read what arrived.
 */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { card, event, todo } from '../support/builders.ts';
import { skipWithout } from '../support/debian.ts';
import { type Household, household, type RunningDavit, startDavit } from '../support/program.ts';
import { type Device, khalConfig, khardConfig, todomanConfig, vdirsyncerDevice } from '../support/vdirsyncer.ts';

const ADDRESS = 'alice@example.com';

describe('two devices with vdirsyncer', { skip: skipWithout('vdirsyncer') }, () => {
  let home: Household;
  let service: RunningDavit;
  let phone: Device;
  let desktop: Device;

  before(async () => {
    home = await household('vdirsyncer', ADDRESS);
    service = await startDavit({ data: home.data });
    phone = device('phone');
    desktop = device('desktop');
  });
  after(async () => {
    await service?.stop();
    home?.remove();
  });

  function device(name: string): Device {
    const { origin, certificate } = service;
    return vdirsyncerDevice(join(home.folder, name), {
      origin,
      certificate,
      address: ADDRESS,
      password: home.password,
    });
  }

  test('the calendars and address books are found, and a new one of a device is made', async () => {
    mkdirSync(phone.file('calendars', 'garden'), { recursive: true });
    mkdirSync(phone.file('contacts', 'club'), { recursive: true });
    for (const one of [phone, desktop]) {
      const { code, said } = await one.vdirsyncer('discover');
      assert.equal(code, 0, said);
      assert.deepEqual(readdirSync(join(one.folder, 'calendars')).sort(), ['default', 'garden', 'tasks'], said);
      assert.deepEqual(readdirSync(join(one.folder, 'contacts')).sort(), ['club', 'default'], said);
    }
  });

  test('names and colours of calendars are synced', async () => {
    writeFileSync(phone.file('calendars/garden', 'displayname'), 'The garden');
    writeFileSync(phone.file('calendars/garden', 'color'), '#228b22');
    for (const one of [phone, desktop]) {
      const { code, said } = await one.vdirsyncer('metasync', '"a wins"');
      assert.equal(code, 0, said);
    }
    assert.equal(desktop.read('calendars/garden', 'displayname'), 'The garden');
    assert.equal(desktop.read('calendars/garden', 'color').toLowerCase(), '#228b22');
    assert.equal(desktop.read('calendars/tasks', 'displayname'), 'Tasks');
  });

  /** Creating, changing and deleting in both directions, and conflicts. */
  async function backAndForth(round: string): Promise<void> {
    const events = 'calendars/default';
    const people = 'contacts/default';
    const [lunch, walk, ada, bob] = [`lunch-${round}.ics`, `walk-${round}.ics`, `ada-${round}.vcf`, `bob-${round}.vcf`];
    const at = (UID: string, SUMMARY: string): string => event({ UID: `${UID}-${round}@example.com`, SUMMARY });
    const named = (UID: string, FN: string): string => card({ UID: `${UID}-${round}`, FN });
    const write = (device: Device, collection: string, name: string, text: string): void =>
      writeFileSync(device.file(collection, name), text);
    /** Both ways: what the first device has goes up, then comes down to the other, and back. */
    const syncAll = async (): Promise<void> => {
      for (const one of [phone, desktop, phone]) await one.sync();
    };

    // Something stays: a collection that is emptied makes vdirsyncer ask before it empties the other side too.
    write(phone, events, `kept-${round}.ics`, at('kept', 'Kept'));
    write(phone, people, `kept-${round}.vcf`, named('kept', 'Kept'));
    // Created on either.
    write(phone, events, lunch, at('lunch', 'Lunch'));
    write(phone, people, ada, named('ada', 'Ada'));
    write(desktop, events, walk, at('walk', 'A walk'));
    write(desktop, people, bob, named('bob', 'Bob'));
    await syncAll();
    const arrived = (device: Device, collection: string, uid: string): string => {
      const folder = device.file(collection, '');
      const file = readdirSync(folder).find((name) => readFileSync(join(folder, name), 'utf8').includes(`UID:${uid}`));
      assert.ok(file !== undefined, `${uid} came to ${folder}`);
      return file;
    };
    const theirs = {
      lunch: arrived(desktop, events, `lunch-${round}@`),
      ada: arrived(desktop, people, `ada-${round}`),
      walk: arrived(phone, events, `walk-${round}@`),
      bob: arrived(phone, people, `bob-${round}`),
    };
    assert.equal(desktop.read(events, theirs.lunch), at('lunch', 'Lunch'));
    assert.equal(desktop.read(people, theirs.ada), named('ada', 'Ada'));
    assert.equal(phone.read(events, theirs.walk), at('walk', 'A walk'));
    assert.equal(phone.read(people, theirs.bob), named('bob', 'Bob'));

    // Changed on the other.
    write(desktop, events, theirs.lunch, at('lunch', 'A long lunch'));
    write(desktop, people, theirs.ada, named('ada', 'Ada Lovelace'));
    write(phone, events, theirs.walk, at('walk', 'A short walk'));
    await syncAll();
    assert.equal(phone.read(events, lunch), at('lunch', 'A long lunch'));
    assert.equal(phone.read(people, ada), named('ada', 'Ada Lovelace'));
    assert.equal(desktop.read(events, walk), at('walk', 'A short walk'));

    // Changed on both: first nobody is right, and both keep what they have; then the service is.
    write(phone, events, lunch, at('lunch', 'Lunch with Ada'));
    write(desktop, events, theirs.lunch, at('lunch', 'Lunch with Bob'));
    await phone.sync();
    const refused = await desktop.vdirsyncer('sync');
    assert.equal(refused.code, 1, refused.said);
    assert.match(refused.said, /conflict/i);
    assert.equal(desktop.read(events, theirs.lunch), at('lunch', 'Lunch with Bob'));
    await desktop.sync('"b wins"');
    assert.equal(desktop.read(events, theirs.lunch), at('lunch', 'Lunch with Ada'));
    // And once more, with the device being right.
    write(phone, people, ada, named('ada', 'Ada King'));
    write(desktop, people, theirs.ada, named('ada', 'Ada Byron'));
    await phone.sync();
    await desktop.sync('"a wins"');
    await phone.sync();
    assert.equal(phone.read(people, ada), named('ada', 'Ada Byron'));

    // Deleted on either.
    rmSync(phone.file(events, lunch));
    rmSync(phone.file(people, theirs.bob));
    rmSync(desktop.file(events, walk));
    rmSync(desktop.file(people, theirs.ada));
    await syncAll();
    for (const file of [
      desktop.file(events, theirs.lunch),
      desktop.file(people, bob),
      phone.file(events, theirs.walk),
      phone.file(people, ada),
    ]) {
      assert.ok(!existsSync(file), `${file} is gone`);
    }
  }

  test('creating, changing, deleting, both ways, and conflicts', () => backAndForth('first'));

  test('the same after a restart', async () => {
    assert.equal(await service.stop(), 0);
    service = await startDavit({ data: home.data, port: service.port });
    await backAndForth('restarted');
  });

  test('the same after a kill', async () => {
    await service.kill();
    service = await startDavit({ data: home.data, port: service.port });
    await backAndForth('killed');
  });

  test('a third device gets everything at once', async () => {
    const tablet = device('tablet');
    assert.equal((await tablet.vdirsyncer('discover')).code, 0);
    await tablet.sync();
    const held = readdirSync(tablet.file('calendars/default', '')).map((name) =>
      tablet.read('calendars/default', name),
    );
    const uids = held.map((text) => /^UID:(.*)\r$/m.exec(text)?.[1]);
    assert.deepEqual(uids.sort(), ['kept-first@example.com', 'kept-killed@example.com', 'kept-restarted@example.com']);
  });

  describe('what arrived is read by', () => {
    before(async () => {
      const lines = { SUMMARY: 'Dentist', DTSTART: '20260702T100000Z', DTEND: '20260702T110000Z' };
      writeFileSync(phone.file('calendars/default', 'dentist.ics'), event(lines));
      writeFileSync(phone.file('calendars/tasks', 'milk.ics'), todo({ SUMMARY: 'Buy milk' }));
      writeFileSync(phone.file('contacts/default', 'grace.vcf'), card({ FN: 'Grace Hopper', N: 'Hopper;Grace;;;' }));
      await phone.sync();
      await desktop.sync();
    });

    test('khal', { skip: skipWithout('khal') }, async () => {
      const listed = await desktop.says('khal', khalConfig(desktop, 'default'), ['list', '2026-07-02', '1d']);
      assert.match(listed, /10:00-11:00 Dentist/);
    });

    test('todoman', { skip: skipWithout('todoman') }, async () => {
      assert.match(await desktop.says('todoman', todomanConfig(desktop, 'tasks'), ['list']), /Buy milk/);
    });

    test('khard', { skip: skipWithout('khard') }, async () => {
      assert.match(await desktop.says('khard', khardConfig(desktop, 'default'), ['list']), /Grace Hopper/);
    });
  });
});
