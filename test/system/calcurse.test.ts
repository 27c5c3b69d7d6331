/**
 * calcurse with calcurse-caldav on a calendar of hard recurrences: it shows them on the right days, what it makes arrives, a second sync
 * finds nothing to do, and nothing else is touched.
 */
import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { programNamed, skipWithout } from '../support/debian.ts';
import { ADDRESS, type HardAccount, hardAccount } from '../support/hard-account.ts';
import { HARD_OBJECTS, happening, type Limit, type WindowName } from '../support/hard-calendar.ts';
import { runProgram } from '../support/program.ts';

/** What calcurse cannot hold. */
const BEYOND: Readonly<Record<string, string>> = {
  'moved.ics': 'an override becomes an item of its own, which the next sync would give back as a new one',
  'this-and-future.ics': 'an override becomes an item of its own, which the next sync would give back as a new one',
  'diary.ics': 'there are no journals',
  'until-date.ics': 'an UNTIL that is a DATE is refused where DTSTART is none',
  'rdate.ics': 'RDATE is left out',
  'rdate-period.ics': 'RDATE is left out',
  'last-workday.ics': 'BYSETPOS is left out',
  'windows-name.ics': 'a zone that the system does not know is the own one',
  'lopsided.ics': 'a zone that the system does not know is the own one',
  'own-london.ics': 'a name of the zone database means that zone',
};

const LIMITS: readonly Limit[] = [
  ...Object.entries(BEYOND).map(([name, why]) => ({ name, why, shows: { spring: '', leap: '' } })),
  {
    name: 'exdate-zone.ics',
    why: 'instances that are left out do not count',
    shows: {
      spring:
        '20260323T170000Z 20260324T170000Z 20260326T170000Z 20260327T170000Z 20260328T170000Z 20260329T160000Z ' +
        '20260331T160000Z 20260401T160000Z 20260402T160000Z 20260403T160000Z',
    },
  },
  {
    name: 'endless.ics',
    why: 'it repeats at the same time of its own day, wherever that was said',
    shows: {
      spring:
        '20260323T120000Z 20260324T120000Z 20260325T120000Z 20260326T120000Z 20260327T120000Z 20260328T120000Z ' +
        '20260329T110000Z 20260330T110000Z 20260331T110000Z 20260401T110000Z 20260402T110000Z 20260403T110000Z ' +
        '20260404T110000Z 20260405T110000Z',
    },
  },
];

/** As `calcurse --from --to` takes them. */
const DAYS: { readonly [name in WindowName]: readonly [from: string, to: string] } = {
  spring: ['03/23/2026', '04/05/2026'],
  leap: ['02/28/2028', '03/01/2028'],
  far: ['01/01/2150', '01/03/2150'],
};
const NOTHING = [
  '0 items imported, 0 items removed locally.',
  '0 items exported, 0 items removed from the server.',
  '',
].join('\n');

/** A calcurse that syncs one calendar. */
interface Calcurse {
  /** The file with its appointments, a line for each. */
  readonly appointments: string;
  /** What calcurse-caldav says on standard output. @throws AssertionError unless it went well */
  sync(...parameters: readonly string[]): Promise<string>;
  /** What is on in a window: a start in its own time and a summary each, sorted. */
  shows(window: WindowName): Promise<readonly string[]>;
  todos(): Promise<readonly string[]>;
}

describe('hard recurrences with calcurse', {
  skip: skipWithout('calcurse', 'calcurse-caldav', '/usr/lib/python3/dist-packages/httplib2/__init__.py'),
}, () => {
  let account: HardAccount;
  let calendar: string;
  let original: ReadonlyMap<string, string>;
  let calcurse: Calcurse;

  before(async () => {
    account = await hardAccount('calcurse');
    const objects = HARD_OBJECTS.filter(({ name }) => BEYOND[name] === undefined);
    calendar = await account.newCalendar('simpler', objects);
    original = new Map(objects.map(({ name, text }) => [name, text] as const));
    calcurse = inFolder('calcurse', calendar);
  });
  after(() => account?.close());

  function inFolder(name: string, path: string): Calcurse {
    const folder = join(account.folder, name);
    const data = join(folder, 'data');
    const at = (file: string): string => join(folder, file);
    mkdirSync(data, { recursive: true });
    const { host } = new URL(account.service.origin);
    const general = ['[General]', `Hostname = ${host}`, `Path = ${path}`, 'AuthMethod = basic', 'DryRun = No'];
    writeFileSync(at('config'), [...general, '[Auth]', `Username = ${ADDRESS}`, ''].join('\n'));
    const env = {
      HOME: folder,
      // For what it says of items that it could not take.
      TMPDIR: folder,
      LC_ALL: 'C.UTF-8',
      TZ: 'Europe/Berlin',
      CALCURSE_CALDAV_PASSWORD: account.password,
      HTTPLIB2_CA_CERTS: account.service.certificate,
    };
    const run = async (command: string, parameters: readonly string[]): Promise<string> => {
      const { code, out, said } = await runProgram(command, parameters, { folder, env });
      assert.equal(code, 0, said);
      return out;
    };
    const query = (type: string, ...parameters: readonly string[]): Promise<string> =>
      run('calcurse', ['-D', data, '-Q', '--filter-type', type, ...parameters]);
    return {
      appointments: join(data, 'apts'),
      sync(...parameters) {
        const places = [
          '--config',
          at('config'),
          '--datadir',
          data,
          '--lockfile',
          at('lock'),
          '--syncdb',
          at('sync.db'),
        ];
        const command = [programNamed('calcurse-caldav') ?? '', ...places, '--hookdir', at('hooks'), ...parameters];
        // With Debian's Python, which has what it needs.
        return run('/usr/bin/python3', command);
      },
      async shows(window) {
        const [from, to] = DAYS[window];
        const timed = '%(start:%Y%m%dT%H%M%S) %m\\n';
        const formats = ['--format-apt', timed, '--format-recur-apt', timed, '--format-event', '%m\\n'];
        const said = await query(
          'cal',
          '--from',
          from,
          '--to',
          to,
          '--output-datefmt',
          '%Y%m%d',
          ...formats,
          '--format-recur-event',
          '%m\\n',
        );
        return said.split('\n\n').flatMap(instancesOfDay).sort();
      },
      async todos() {
        const said = await query('todo', '--format-todo', '%p %m\\n');
        return said.trim().split('\n').slice(1).sort();
      },
    };
  }

  /** The path of an object that is not among those from the start. */
  async function newObject(): Promise<readonly [name: string, text: string]> {
    const [made, ...more] = [...(await account.held(calendar))].filter(([name]) => !original.has(name));
    assert.ok(made !== undefined && more.length === 0, `one new object, and ${more.length} more`);
    return made;
  }

  test('a calendar that it cannot hold whole stays as it is', async () => {
    const before = await account.held(account.calendar);
    assert.equal(before.size, HARD_OBJECTS.length);
    const said = await inFolder('overstrained', account.calendar).sync('--init', 'keep-remote');
    assert.match(said, /^0 items exported, 0 items removed from the server\.$/m);
    assert.deepEqual(await account.held(account.calendar), before);
  });

  test('everything is taken in, and nothing is changed by it', async () => {
    assert.equal(await calcurse.sync('--init', 'keep-remote'), NOTHING.replace('0', String(original.size)));
    assert.deepEqual(await account.held(calendar), original);
  });

  for (const window of ['spring', 'leap', 'far'] as const) {
    test(`it shows what was reckoned by hand: ${window}`, async () => {
      assert.deepEqual(await calcurse.shows(window), happening('VEVENT', window, LIMITS).map(inBerlin).sort());
    });
  }

  test('it lists the to-dos, those without dates too', async () => {
    const todos = ['0 Learn the cello', '0 Stretch', '0 Water the plants', '1 Send the tax return'];
    assert.deepEqual(await calcurse.todos(), todos);
  });

  test('a second sync finds nothing to do', async () => {
    assert.equal(await calcurse.sync(), NOTHING);
    assert.deepEqual(await account.held(calendar), original);
  });

  test('an event that it makes arrives once, and goes as it came', async () => {
    const before = readFileSync(calcurse.appointments, 'utf8');
    appendFileSync(calcurse.appointments, '04/02/2026 @ 15:00 -> 04/02/2026 @ 16:30|Zahnärztin 🦷\n');
    assert.equal(await calcurse.sync(), NOTHING.replace('0 items exported', '1 items exported'));
    const [, text] = await newObject();
    assert.match(text, /^SUMMARY:Zahnärztin 🦷\r?$/m);
    assert.match(text, /^DTSTART(;TZID=[^:]*)?:20260402T150000\r?$/m);
    // Nothing is there twice after the next one.
    assert.equal(await calcurse.sync(), NOTHING);
    await newObject();
    const shown = (await calcurse.shows('spring')).filter((line) => line.includes('Zahnärztin'));
    assert.deepEqual(shown, ['20260402T150000 Zahnärztin 🦷']);

    writeFileSync(calcurse.appointments, before);
    assert.equal(await calcurse.sync(), NOTHING.replace('0 items removed from', '1 items removed from'));
    assert.deepEqual(await account.held(calendar), original);
  });

  test('what another changes and deletes comes to it', async () => {
    const rich = original.get('rich.ics') ?? '';
    const headers = { 'Content-Type': 'text/calendar' };
    const body = rich.replace('DTSTART:20260401T130000Z', 'DTSTART:20260401T123000Z');
    assert.equal((await account.send('PUT', `${calendar}rich.ics`, { body, headers })).status, 204);
    assert.equal((await account.send('DELETE', `${calendar}floating.ics`)).status, 204);
    const imported = NOTHING.replace('0 items imported, 0', '1 items imported, 1');
    assert.equal(await calcurse.sync(), imported);
    const shown = await calcurse.shows('spring');
    assert.deepEqual(
      shown.filter((line) => /Grüße|Breakfast/.test(line)),
      ['20260401T143000 Grüße 🎉 an alle'],
    );
    assert.equal(await calcurse.sync(), NOTHING);
    assert.equal(await (await account.send('GET', `${calendar}rich.ics`)).text(), body);
  });
});

/** What calcurse prints of a day: the day, then a line for each; those of the whole day have no time. */
function instancesOfDay(said: string): readonly string[] {
  const [head = '', ...lines] = said.trim().split('\n');
  const day = head.slice(0, -1);
  return lines.map((line) => (/^\d{8}T/.test(line) ? line : `${day} ${line}`));
}

/** An instance with its UTC as the time of Berlin: `20260326T140000 Circle`. */
function inBerlin(instance: string): string {
  return instance.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z/, (_, ...at) => {
    const [year, month, day, hour, minute, second] = at.map(Number);
    const instant = Date.UTC(year ?? 0, (month ?? 0) - 1, day, hour, minute, second);
    return BERLIN.format(instant).replace(/[-:]/g, '').replace(' ', 'T');
  });
}

const BERLIN = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Berlin', dateStyle: 'short', timeStyle: 'medium' });
