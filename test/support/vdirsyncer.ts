/**
 * A device that syncs with vdirsyncer: a folder with `calendars/NAME/` and `contacts/NAME/`, a file for each object, and the programs that
 * work on such folders: khal, todoman, khard.
 */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Outcome, runProgram } from './program.ts';

/** Who is right when both have changed the same: nobody, this device, or the service. */
export type Resolution = 'null' | '"a wins"' | '"b wins"';

/** Where the service is, and who asks. */
export interface Reach {
  readonly origin: string;
  /** File of the certificate to believe. */
  readonly certificate: string;
  readonly address: string;
  readonly password: string;
}

export interface Device {
  readonly folder: string;
  /** The path of a file in `calendars/default`, `contacts/default`, … */
  file(collection: string, name: string): string;
  /** What that file holds. */
  read(collection: string, name: string): string;
  /** What all files of a collection hold, by the UID of the object. */
  held(collection: string): ReadonlyMap<string, string>;
  vdirsyncer(command: string, resolution?: Resolution): Promise<Outcome>;
  /** @throws AssertionError with all that vdirsyncer said unless it went well */
  discover(): Promise<void>;
  /** @throws AssertionError with all that vdirsyncer said unless it went well */
  sync(resolution?: Resolution): Promise<void>;
  /** Runs khal, todoman or khard with the lines of a configuration. @throws AssertionError with all it said when it fails */
  says(program: string, config: readonly string[], parameters: readonly string[], input?: string): Promise<string>;
}

/** Seconds that khal, todoman and khard may take for one thing. */
const PATIENCE = '120';

/** Makes the folder. */
export function vdirsyncerDevice(folder: string, reach: Reach): Device {
  mkdirSync(folder);
  const config = join(folder, 'config');
  const file: Device['file'] = (collection, name) => join(folder, collection, name);
  const read: Device['read'] = (collection, name) => readFileSync(file(collection, name), 'utf8');
  const vdirsyncer: Device['vdirsyncer'] = (command, resolution = 'null') => {
    writeFileSync(config, configuration(folder, reach, resolution));
    // To "should it be created there?" the answer is yes, as often as it is asked.
    return runProgram('vdirsyncer', ['--config', config, command], { folder, input: 'y\n'.repeat(100) });
  };
  return {
    folder,
    file,
    read,
    held(collection) {
      const names = readdirSync(file(collection, '')).filter((name) => /\.(ics|vcf)$/.test(name));
      const texts = names.map((name) => read(collection, name));
      const held = new Map(texts.map((text) => [uidOf(text), text] as const));
      assert.equal(held.size, names.length, 'each file has a UID of its own');
      return held;
    },
    vdirsyncer,
    async discover() {
      const { code, said } = await vdirsyncer('discover');
      assert.equal(code, 0, said);
    },
    async sync(resolution) {
      const { code, said } = await vdirsyncer('sync', resolution);
      assert.equal(code, 0, said);
    },
    async says(program, lines, parameters, input = '') {
      // For todoman it must end like this, the others take any name.
      const settings = join(folder, `${program}.py`);
      writeFileSync(settings, `${lines.join('\n')}\n`);
      const places = ['CONFIG', 'DATA', 'CACHE', 'STATE'].map((name) => [`XDG_${name}_HOME`, folder] as const);
      const env = { ...Object.fromEntries(places), HOME: folder, LC_ALL: 'C.UTF-8', TZ: 'UTC' };
      // Without an end of its own to a question that nobody answers, khard asks for ever.
      const command = [PATIENCE, program, '-c', settings, ...parameters];
      const { code, out, said } = await runProgram('timeout', command, { folder, env, input });
      assert.equal(code, 0, said);
      return out;
    },
  };
}

/** The UID in an object or a card. @throws AssertionError where there is none */
export function uidOf(text: string): string {
  const uid = /^UID:(.*?)\r?$/m.exec(text)?.[1];
  assert.ok(uid !== undefined, text);
  return uid;
}

/** For khal, which reads one calendar of a device and speaks UTC. */
export function khalConfig(device: Device, calendar: string): readonly string[] {
  return [
    '[calendars]',
    `[[${calendar}]]`,
    `path = ${device.file('calendars', calendar)}`,
    '[locale]',
    'timeformat = %H:%M',
    'dateformat = %Y-%m-%d',
    'longdateformat = %Y-%m-%d',
    'datetimeformat = %Y-%m-%d %H:%M',
    'longdatetimeformat = %Y-%m-%d %H:%M',
    'local_timezone = UTC',
    'default_timezone = UTC',
    '[sqlite]',
    `path = ${join(device.folder, 'khal.db')}`,
  ];
}

/** For todoman, which reads one list of a device. */
export function todomanConfig(device: Device, calendar: string): readonly string[] {
  return [
    `path = "${device.file('calendars', calendar)}"`,
    'date_format = "%Y-%m-%d"',
    'time_format = "%H:%M"',
    `cache_path = "${join(device.folder, 'todoman.db')}"`,
  ];
}

/** For khard, which reads one address book of a device. */
export function khardConfig(device: Device, addressBook: string): readonly string[] {
  return ['[addressbooks]', `[[${addressBook}]]`, `path = ${device.file('contacts', addressBook)}`];
}

function configuration(folder: string, reach: Reach, resolution: Resolution): string {
  const service = [
    `url = "${reach.origin}/"`,
    `username = "${reach.address}"`,
    `password = "${reach.password}"`,
    `verify = "${reach.certificate}"`,
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
    ...service,
  ];
  return [
    '[general]',
    `status_path = "${join(folder, 'status')}"`,
    ...both('calendars', 'caldav', '.ics', '["displayname", "color"]'),
    ...both('contacts', 'carddav', '.vcf', '["displayname"]'),
    '',
  ].join('\n');
}
