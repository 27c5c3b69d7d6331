import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { progress } from '../../src/cli/progress.ts';
import type { Terminal } from '../../src/cli/terminal.ts';
import { calendar, card, event, todo } from '../operations/some-files.ts';
import { temporaryFolder } from '../support/engine.ts';
import { commandLine } from './a-terminal.ts';

const folder = temporaryFolder('cli-import');
after(() => rmSync(folder, { recursive: true }));

const { run, well, refused } = commandLine(folder);

const broken = calendar(event('a'), event('b', 'no colon'), todo('c'));
/** What the tests leave behind for one another. */
const read = (name: string): string => readFileSync(join(folder, name), 'utf8');

before(async () => {
  writeFileSync(join(folder, 'home.ics'), broken);
  mkdirSync(join(folder, 'contacts'));
  writeFileSync(join(folder, 'contacts', 'd.vcf'), card('d'));
  await well('domain add example.com');
  await well('user add ada@example.com --no-password');
});

describe('davit import', () => {
  test('--dry-run says what would be, and changes nothing', async () => {
    assert.equal(
      await well('import ada@example.com contacts --dry-run'),
      '1 object; nothing was changed, this was --dry-run:\n  1 added to /addressbooks/ada@example.com/default/\n',
    );
    await run('import ada@example.com home.ics --dry-run --rejects none.ics');
    assert.ok(!existsSync(join(folder, 'none.ics')));
  });

  test('tells what was rejected, how many went where, and fails then', async () => {
    const { code, out, error } = await run('import ada@example.com home.ics contacts --rejects rejected.ics');
    assert.deepEqual({ code, error }, { code: 1, error: '' });
    assert.equal(
      out,
      [
        'home.ics, line 9: VEVENT b: Line 13 has " " where a property name should end: "no colon".',
        '4 objects:',
        '  1 added to /addressbooks/ada@example.com/default/',
        '  1 added to /calendars/ada@example.com/default/',
        '  1 added to /calendars/ada@example.com/tasks/',
        '  1 rejected, as told above',
        'What was rejected is in rejected.ics.',
        '',
      ].join('\n'),
    );
    assert.match(read('rejected.ics'), /X-DAVIT-REJECTED:home\.ics\\, line 9/);
    await refused('import ada@example.com home.ics --rejects rejected.ics', /rejected\.ics exists already/);
  });

  test('what was rejected is mended and imported; again, nothing changes', async () => {
    writeFileSync(join(folder, 'mended.ics'), read('rejected.ics').replace('\r\nno colon', ''));
    assert.match(await well('import ada@example.com mended.ics'), /1 added to .*default/);
    assert.match(await well('import ada@example.com mended.ics'), /1 unchanged in .*default/);
  });

  test('another content is replaced or left', async () => {
    writeFileSync(join(folder, 'changed.ics'), calendar(event('a', 'SUMMARY:new')));
    const { code, out } = await run('import ada@example.com changed.ics');
    assert.equal(code, 1);
    assert.match(
      out,
      /1 object is there with another content: --replace takes what was imported, --skip what is there\./,
    );
    assert.match(await well('import ada@example.com changed.ics --skip'), /1 skipped in /);
    assert.match(await well('import ada@example.com changed.ics --replace'), /1 replaced in /);
  });

  test('--json has every object, and the counts', async () => {
    const { code, out } = await run('import ada@example.com home.ics --json');
    assert.equal(code, 1);
    const { objects, counts } = JSON.parse(out);
    assert.deepEqual(counts, { added: 0, replaced: 0, unchanged: 1, skipped: 0, rejected: 2 });
    assert.deepEqual(
      objects.map((one: { status: string; line: number; uid: string }) => [one.status, one.line, one.uid]).toSorted(),
      [
        ['rejected', 4, 'a'],
        ['rejected', 9, 'b'],
        ['unchanged', 15, 'c'],
      ],
    );
    writeFileSync(join(folder, 'empty.ics'), '');
    assert.deepEqual(JSON.parse(await well('import ada@example.com empty.ics --json')).objects, []);
    assert.equal(await well('import ada@example.com empty.ics'), 'There was nothing to import.\n');
  });

  test('flags that contradict one another are refused', async () => {
    await refused('import ada@example.com home.ics --create', /--create makes the one that --calendar/);
    await refused('import ada@example.com home.ics --replace --skip', /one of --replace and --skip/);
    await refused(
      'import ada@example.com home.ics --calendar a --addressbook b',
      /one of --calendar and --addressbook/,
    );
    await refused('import ada@example.com home.ics --calendar Work', /no calendar called Work.*--create makes it/);
    await refused('import ada@example.com none.ics', /none\.ics cannot be read/);
  });
});

describe('davit export', () => {
  test('prints one collection, or writes it into a file', async () => {
    const out = await well('export ada@example.com --addressbook Contacts');
    assert.equal(out, card('d'));
    assert.equal(
      await well('export ada@example.com --addressbook default --output cards.vcf'),
      '1 object exported into cards.vcf.\n',
    );
    assert.equal(read('cards.vcf'), out);
  });

  test('writes everything into a folder, with an index', async () => {
    const out = await well('export ada@example.com --all');
    assert.match(
      out,
      /^FILE +FROM +OBJECTS +SIZE\nCalendar\.ics +\/calendars\/ada@example\.com\/default\/ +2 +\d+ octets\n/,
    );
    assert.match(out, /\n4 objects exported into ada@example\.com\.\n$/);
    assert.deepEqual(readdirSync(join(folder, 'ada@example.com')).toSorted(), [
      'Calendar.ics',
      'Contacts.vcf',
      'Tasks.ics',
      'index.json',
    ]);
    const [first] = JSON.parse(read('ada@example.com/index.json'));
    assert.deepEqual(
      [first.file, first.path, first.objects],
      ['Calendar.ics', '/calendars/ada@example.com/default/', 2],
    );
    assert.match(
      await well('import ada@example.com ada@example.com'),
      /2 unchanged in \/calendars\/ada@example\.com\/default\//,
    );
  });

  test('replaces nothing unless --force says so', async () => {
    await refused('export ada@example.com --all', /is not empty.*--force/);
    writeFileSync(join(folder, 'cards.vcf'), 'mine');
    await refused('export ada@example.com --addressbook default --output cards.vcf', /exists already.*--force/);
    assert.equal(read('cards.vcf'), 'mine');
    await well('export ada@example.com --addressbook default --output cards.vcf --force');
    assert.equal(read('cards.vcf'), card('d'));
    await well('export ada@example.com --all --force');
    assert.ok(readdirSync(folder, { recursive: true }).every((name) => !String(name).endsWith('.part')));
  });

  test('wants to know what', async () => {
    await refused('export ada@example.com', /Say what to export/);
    await refused('export ada@example.com --all --calendar default', /Say what to export/);
    await refused('export ada@example.com --calendar Homw', /no calendar called Homw/);
    await refused(
      'export ada@example.com --calendar default --output no/such/folder',
      /cannot be written: there is no such/,
    );
  });
});

describe('davit verify', () => {
  test('says that all is well, or what is not', async () => {
    assert.equal(await well('verify'), '4 objects: all is well.\n');
    assert.deepEqual(JSON.parse(await well('verify ada@example.com --json')), { faults: [], objects: 4 });
    const { DatabaseSync } = await import('node:sqlite');
    const database = new DatabaseSync(join(folder, 'davit-data', 'davit.sqlite'));
    database.exec("update object set etag = 'other' where name = 'd.vcf'");
    database.close();
    const { code, out } = await run('verify');
    assert.equal(code, 1);
    assert.equal(
      out,
      '/addressbooks/ada@example.com/default/d.vcf: its entity tag is not that of its bytes: clients keep what they had\n4 objects: 1 fault.\n',
    );
    const json = await run('verify --json');
    assert.deepEqual([json.code, JSON.parse(json.out).faults.length], [1, 1]);
  });
});

describe('progress', () => {
  const said = (interactive: boolean, times: readonly number[]): readonly string[] => {
    const all: string[] = [];
    const clock = times.values();
    const terminal: Terminal = {
      ...{ environment: {}, directory: '', interactive, colour: false, flushed: async () => {}, input: async () => '' },
      ...{ askPassword: async () => undefined, confirm: async () => false, out: () => {} },
      error: (text) => void all.push(text),
    };
    const done = progress(terminal, 'object', () => clock.next().value ?? 0);
    for (let at = 2; at < times.length; at++) done.add(1000);
    const end = done.end();
    return [...all, end];
  };

  test('is a line that changes on a terminal', () => {
    assert.deepEqual(said(true, [0, 100, 500, 2000]), [
      '\r\x1b[2K2000 objects, 4000 a second',
      '\r\x1b[2K',
      '2000 objects in 2 seconds',
    ]);
  });

  test('is a line now and then elsewhere', () => {
    assert.deepEqual(said(false, [0, 9000, 11_000, 12_000, 12_500]), [
      '2000 objects, 182 a second\n',
      '3000 objects in 13 seconds',
    ]);
  });
});
