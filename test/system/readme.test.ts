/**
 * The README, run: an empty clone is installed and started as it says, its shell blocks are cut out and run with the real `curl`, `xmllint`
 * and `host`, and what it prints is compared with what comes (`test/support/printed.ts` says how). Two things are put in the place of what a
 * reader has: the port 8443 may be taken, so it is another one; and `host` asks a name server that serves what `davit dns` printed.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import Database from 'better-sqlite3';
import { skipWithout } from '../support/debian.ts';
import { freePort, type NameServer, startNameServer } from '../support/name-server.ts';
import { assertPrinted } from '../support/printed.ts';
import { davit, listenTo, runProgram, type Speech, WELCOME } from '../support/program.ts';
import { blocksOf, type Ran, runCommands, shellCommands } from '../support/shell-blocks.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');
const FRESH = process.env.CI === 'true';

const [lines, ...others] = shellCommands(README);
const start = others.find(({ command }) => command === 'npm start');
const walk = others.filter((one) => one !== start);

describe('the README', { skip: skipWithout('git', 'curl', 'xmllint', 'host', 'nsd', 'openssl', 'sqlite3') }, () => {
  // On the disk: with all that is installed into it, memory would not do.
  const clone = mkdtempSync(join(tmpdir(), 'davit-readme-'));
  // npm and Node.js as the reader has them, whatever runs this test, and quiet about what is this machine's own affair.
  const env: Record<string, string> = {
    PATH: (process.env.PATH ?? '')
      .split(delimiter)
      .filter((folder) => !folder.includes('node_modules'))
      .join(delimiter),
    npm_config_loglevel: 'error',
    npm_config_update_notifier: 'false',
  };
  let port: number;
  let service: ChildProcess;
  let speech: Speech;
  let names: NameServer;
  let ran: readonly Ran[];

  /** The document with the port at which the service really is. */
  const here = (text: string): string => text.replaceAll('8443', String(port));

  before(async () => {
    copyTree(clone);
    if (FRESH) {
      const { code, said } = await runProgram('npm', ['install', '--no-audit', '--no-fund'], { folder: clone, env });
      assert.equal(code, 0, said);
    } else symlinkSync(join(ROOT, 'node_modules'), join(clone, 'node_modules'));
    port = await freePort();
    env.DAVIT_PORT = String(port);
    // A group of its own, as a terminal gives to what is started in it, so that a signal reaches npm and what it runs.
    service = spawn('npm', ['start'], {
      cwd: clone,
      env: { ...process.env, ...env },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    speech = listenTo(service);
    await speech.heard(WELCOME);
    await speech.heard(/^Stop: /m);
    const zone = await davit(['dns', 'example.com', '--host', 'dav.example.com', '--port', String(port)], {
      folder: clone,
    });
    names = await startNameServer('example.com', zone);
    ran = await runCommands(
      walk.map((one) => ({ ...one, command: here(one.command) })),
      { folder: clone, env, preamble: `host() { command host -p ${names.port} "$@" 127.0.0.1 | sed '1,/^$/d'; }` },
    );
  });
  after(async () => {
    await names?.stop();
    if (service?.pid !== undefined && service.exitCode === null && service.signalCode === null)
      process.kill(-service.pid, 'SIGKILL');
    rmSync(clone, { recursive: true, force: true });
  });

  test('begins with the two lines', () => {
    assert.equal(lines?.command, 'npm install && npm start\nnpm install && npm test');
    assert.ok(lines.line < 10);
  });

  test('npm start prints what it says', () => {
    // What comes after the last line that is printed is the log.
    const [welcome = ''] = /^.*?\nStop: [^\n]*/s.exec(speech.said()) ?? [];
    assertPrinted(here(start?.prints ?? 'nothing'), welcome);
  });

  for (const [at, { line, command, prints }] of walk.entries()) {
    test(`line ${line}: ${command.split('\n')[0]}`, () => {
      const { status, printed } = ran[at] ?? { status: -1, printed: '' };
      assert.equal(status, 0, printed);
      if (prints !== undefined) assertPrinted(here(prints), printed);
    });
  }

  test('the backup is whole', () => {
    const backup = new Database(join(clone, 'davit-backup.sqlite'), { readonly: true });
    try {
      assert.equal(backup.pragma('integrity_check', { simple: true }), 'ok');
    } finally {
      backup.close();
    }
  });

  test('the configurations are such as Davit takes', async () => {
    const configurations = blocksOf(README, 'toml');
    assert.ok(configurations.length > 0);
    for (const { text } of configurations) {
      const file = join(clone, 'configuration.toml');
      writeFileSync(file, text);
      await davit(['config', '--config', file], { folder: clone });
    }
  });

  test('Ctrl-C stops it', async () => {
    const ended = once(service, 'close');
    process.kill(-(service.pid ?? 0), 'SIGINT');
    await ended;
    assert.match(speech.said(), /stopping/);
    const { code } = await runProgram('curl', ['-sk', `https://127.0.0.1:${port}/`]);
    assert.equal(code, 7, 'nothing listens any more');
  });

  test('npm test runs', async () => {
    // A part of the tests: all of them have been run where this one is.
    const { code, said } = await runProgram('npm', ['test', '--', 'test/formats/http'], { folder: clone, env });
    assert.equal(code, 0, said);
    assert.match(said, /^[1-9]\d* passed, 0 failed/m);
  });

  test('what it links to is there', () => {
    const links = [...README.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)].map(([, target]) => target ?? '');
    const missing = links.filter((target) => !/^https?:/.test(target) && !existsSync(join(ROOT, target)));
    assert.deepEqual(missing, []);
    const headings = [...README.matchAll(/^#+ (.*)$/gm)].map(([, title]) => anchorOf(title ?? ''));
    const anchors = [...README.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor]) => anchor ?? '');
    assert.deepEqual(
      anchors.filter((anchor) => !headings.includes(anchor)),
      [],
    );
  });
});

/** What a clone of the work tree would have: the files that git knows or would take. */
function copyTree(to: string): void {
  const list = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  for (const path of new Set(list.split('\0'))) {
    if (path === '' || !existsSync(join(ROOT, path))) continue;
    mkdirSync(dirname(join(to, path)), { recursive: true });
    cpSync(join(ROOT, path), join(to, path));
  }
}

function anchorOf(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^\p{L}\p{N} -]/gu, '')
    .replaceAll(' ', '-');
}
