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
import {
  type Household,
  household,
  type Outcome,
  type RunningDavit,
  runProgram,
  startDavit,
} from '../support/program.ts';

const ADDRESS = 'alice@example.com';

/** Who is right when both have changed the same: nobody, this device, or the service. */
type Resolution = 'null' | '"a wins"' | '"b wins"';

interface Device {
  readonly folder: string;
  /** The path of a file in `calendars/default`, `contacts/default`, … */
  file(collection: string, name: string): string;
  vdirsyncer(command: string, resolution?: Resolution): Promise<Outcome>;
  /** @throws AssertionError with all that vdirsyncer said unless it went well */
  sync(resolution?: Resolution): Promise<void>;
}

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
    const folder = join(home.folder, name);
    const config = join(folder, 'config');
    mkdirSync(folder);
    const vdirsyncer = (command: string, resolution: Resolution = 'null'): Promise<Outcome> => {
      writeFileSync(config, configuration(folder, resolution));
      // To "should it be created there?" the answer is yes, as often as it is asked.
      return runProgram('vdirsyncer', ['--config', config, command], { folder, input: 'y\n'.repeat(100) });
    };
    return {
      folder,
      file: (collection, file) => join(folder, collection, file),
      vdirsyncer,
      async sync(resolution) {
        const { code, said } = await vdirsyncer('sync', resolution);
        assert.equal(code, 0, said);
      },
    };
  }

  function configuration(folder: string, resolution: Resolution): string {
    const service_ = [
      `url = "${service.origin}/"`,
      `username = "${ADDRESS}"`,
      `password = "${home.password}"`,
      `verify = "${service.certificate}"`,
    ];
    const both = (kind: string, type: string, fileext: string, metadata: string): readonly string[] => [
      `[pair ${kind}]`,
      `a = "${kind}_here"`,
      `b = "${kind}_there"`,
      'collections = ["from a", "from b"]',
      `conflict_resolution = ${resolution}`,
      `metadata = ${metadata}`,
      `[storage ${kind}_here]`,
      'type = "filesystem"',
      `path = "${join(folder, kind)}"`,
      `fileext = "${fileext}"`,
      `[storage ${kind}_there]`,
      `type = "${type}"`,
      ...service_,
    ];
    return [
      '[general]',
      `status_path = "${join(folder, 'status')}"`,
      ...both('calendars', 'caldav', '.ics', '["displayname", "color"]'),
      ...both('contacts', 'carddav', '.vcf', '["displayname"]'),
      '',
    ].join('\n');
  }

  const read = (device: Device, collection: string, name: string): string =>
    readFileSync(device.file(collection, name), 'utf8');

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
    assert.equal(read(desktop, 'calendars/garden', 'displayname'), 'The garden');
    assert.equal(read(desktop, 'calendars/garden', 'color').toLowerCase(), '#228b22');
    assert.equal(read(desktop, 'calendars/tasks', 'displayname'), 'Tasks');
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
    assert.equal(read(desktop, events, theirs.lunch), at('lunch', 'Lunch'));
    assert.equal(read(desktop, people, theirs.ada), named('ada', 'Ada'));
    assert.equal(read(phone, events, theirs.walk), at('walk', 'A walk'));
    assert.equal(read(phone, people, theirs.bob), named('bob', 'Bob'));

    // Changed on the other.
    write(desktop, events, theirs.lunch, at('lunch', 'A long lunch'));
    write(desktop, people, theirs.ada, named('ada', 'Ada Lovelace'));
    write(phone, events, theirs.walk, at('walk', 'A short walk'));
    await syncAll();
    assert.equal(read(phone, events, lunch), at('lunch', 'A long lunch'));
    assert.equal(read(phone, people, ada), named('ada', 'Ada Lovelace'));
    assert.equal(read(desktop, events, walk), at('walk', 'A short walk'));

    // Changed on both: first nobody is right, and both keep what they have; then the service is.
    write(phone, events, lunch, at('lunch', 'Lunch with Ada'));
    write(desktop, events, theirs.lunch, at('lunch', 'Lunch with Bob'));
    await phone.sync();
    const refused = await desktop.vdirsyncer('sync');
    assert.equal(refused.code, 1, refused.said);
    assert.match(refused.said, /conflict/i);
    assert.equal(read(desktop, events, theirs.lunch), at('lunch', 'Lunch with Bob'));
    await desktop.sync('"b wins"');
    assert.equal(read(desktop, events, theirs.lunch), at('lunch', 'Lunch with Ada'));
    // And once more, with the device being right.
    write(phone, people, ada, named('ada', 'Ada King'));
    write(desktop, people, theirs.ada, named('ada', 'Ada Byron'));
    await phone.sync();
    await desktop.sync('"a wins"');
    await phone.sync();
    assert.equal(read(phone, people, ada), named('ada', 'Ada Byron'));

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
      read(tablet, 'calendars/default', name),
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

    async function says(program: string, config: string, ...parameters: readonly string[]): Promise<string> {
      // For todoman it must end like this, the others take any name.
      const file = join(desktop.folder, `${program}.py`);
      writeFileSync(file, config);
      const places = ['CONFIG', 'DATA', 'CACHE', 'STATE'].map((name) => [`XDG_${name}_HOME`, desktop.folder] as const);
      const env = { ...Object.fromEntries(places), HOME: desktop.folder, LC_ALL: 'C.UTF-8', TZ: 'UTC' };
      const { code, said } = await runProgram(program, ['-c', file, ...parameters], { folder: desktop.folder, env });
      assert.equal(code, 0, said);
      return said;
    }

    test('khal', { skip: skipWithout('khal') }, async () => {
      const config = [
        '[calendars]',
        '[[default]]',
        `path = ${desktop.file('calendars', 'default')}`,
        '[locale]',
        'timeformat = %H:%M',
        'dateformat = %Y-%m-%d',
        'longdateformat = %Y-%m-%d',
        'datetimeformat = %Y-%m-%d %H:%M',
        'longdatetimeformat = %Y-%m-%d %H:%M',
        'local_timezone = UTC',
        'default_timezone = UTC',
        '[sqlite]',
        `path = ${join(desktop.folder, 'khal.db')}`,
        '',
      ];
      assert.match(await says('khal', config.join('\n'), 'list', '2026-07-02', '1d'), /10:00-11:00 Dentist/);
    });

    test('todoman', { skip: skipWithout('todoman') }, async () => {
      const config = [
        `path = "${desktop.file('calendars', 'tasks')}"`,
        'date_format = "%Y-%m-%d"',
        `cache_path = "${join(desktop.folder, 'todoman.db')}"`,
        '',
      ];
      assert.match(await says('todoman', config.join('\n'), 'list'), /Buy milk/);
    });

    test('khard', { skip: skipWithout('khard') }, async () => {
      const config = ['[addressbooks]', '[[default]]', `path = ${desktop.file('contacts', 'default')}`, ''];
      assert.match(await says('khard', config.join('\n'), 'list'), /Grace Hopper/);
    });
  });
});
