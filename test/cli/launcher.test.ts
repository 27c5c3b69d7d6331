import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { temporaryFolder } from '../support/engine.ts';

const LAUNCHER = join(import.meta.dirname, '..', '..', 'bin', 'davit.cjs');
const folder = temporaryFolder('launcher');
after(() => rmSync(folder, { recursive: true }));

/** Makes a Node.js of today say that it is an old one. */
const OLD = join(folder, 'old.cjs');
writeFileSync(OLD, "Object.defineProperty(process, 'versions', { value: { node: '12.0.0' } });\n");

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program of Node.js to its end. */
async function ended(...args: readonly string[]): Promise<Ended> {
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { cwd: folder });
    return { code: 0, stdout, stderr };
  } catch (error) {
    assert.ok(error instanceof Error && 'code' in error && 'stdout' in error && 'stderr' in error);
    return { code: Number(error.code), stdout: String(error.stdout), stderr: String(error.stderr) };
  }
}

function hasBundledNode(): boolean {
  try {
    const { platform, arch } = process;
    const binary = platform === 'win32' ? `node-win-${arch}/bin/node.exe` : `node-${platform}-${arch}/bin/node`;
    return existsSync(createRequire(LAUNCHER).resolve(binary));
  } catch {
    return false;
  }
}
const withoutBundled = hasBundledNode() ? false : 'npm has brought no Node.js for this machine';

describe('the launcher', () => {
  test('runs the program, and its exit code comes back', async () => {
    const version = await ended(LAUNCHER, '--version');
    assert.deepEqual([version.code, version.stderr], [0, '']);
    assert.match(version.stdout, /^\d+\.\d+\.\d+\n$/);
    assert.equal((await ended(LAUNCHER, 'nonsense')).code, 2);
    const refused = await ended(LAUNCHER, 'user', 'list', '--data', join(folder, 'none'));
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /^davit: [^\n]+\n$/);
  });

  test('under an old Node.js, runs the program with the one that came along', { skip: withoutBundled }, async () => {
    const version = await ended('--require', OLD, LAUNCHER, '--version');
    assert.deepEqual([version.code, version.stderr], [0, '']);
    assert.match(version.stdout, /^\d+\.\d+\.\d+\n$/);
    assert.equal((await ended('--require', OLD, LAUNCHER, 'nonsense')).code, 2);
  });

  test('under an old Node.js and without another, says so in one line', async () => {
    mkdirSync(join(folder, 'bare', 'bin'), { recursive: true });
    const bare = join(folder, 'bare', 'bin', 'davit.cjs');
    copyFileSync(LAUNCHER, bare);
    const { code, stderr, stdout } = await ended('--require', OLD, bare, '--version');
    assert.deepEqual([code, stdout], [1, '']);
    assert.match(stderr, /^davit: Node\.js 24 or newer is needed[^\n]+\n$/);
  });
});

/** Starts `davit serve` and waits for its last line. */
async function serving(data: string, ...node: readonly string[]): Promise<{ child: ChildProcess; said: string }> {
  const child = spawn(process.execPath, [...node, LAUNCHER, 'serve', '--data', data, '--port', '0'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  await new Promise<void>((resolve, reject) => {
    const hear = (text: Buffer): void => {
      said += text.toString();
      if (said.includes('Stop: Ctrl-C')) resolve();
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    child.once('exit', (code) => reject(new Error(`ended with ${code}: ${said}`)));
  });
  return { child, said };
}

function statusOf(url: string, login: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { auth: login, rejectUnauthorized: false, agent: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    });
    asked.on('error', reject);
    asked.end();
  });
}

describe('davit serve', () => {
  test('begins with a demo whose logins work, keeps it, and ends well with SIGTERM', async () => {
    const data = join(folder, 'first');
    const first = await serving(data);
    assert.equal(statSync(data).mode & 0o777, 0o700);
    const birthday = /https:\/\/\S+\.ics/.exec(first.said)?.[0] ?? '';
    const login = /--user (\S+)/.exec(first.said)?.[1] ?? '';
    assert.equal(await statusOf(birthday, login), 200);
    assert.equal(await statusOf(birthday, `${login}x`), 401);
    first.child.kill('SIGTERM');
    assert.deepEqual(await once(first.child, 'exit'), [0, null]);

    const second = await serving(data);
    assert.ok(second.said.includes(login.replace(':', '  ')), 'the same logins');
    second.child.kill('SIGINT');
    assert.deepEqual(await once(second.child, 'exit'), [0, null]);
  });

  test('under an old Node.js, signals reach the program', { skip: withoutBundled }, async () => {
    const { child } = await serving(join(folder, 'old'), '--require', OLD);
    child.kill('SIGTERM');
    assert.deepEqual(await once(child, 'exit'), [0, null]);
  });

  test('under an old Node.js, the program does not outlive a launcher that was killed', {
    skip: withoutBundled,
  }, async () => {
    const { child } = await serving(join(folder, 'old'), '--require', OLD);
    // The program holds the other end of this stream until it ends.
    const closed = once(child, 'close');
    child.kill('SIGKILL');
    assert.deepEqual(await closed, [null, 'SIGKILL']);
  });

  test('a port in use and an unreadable certificate are one line each, without a stack', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const address = taken.address();
    assert.ok(typeof address === 'object' && address !== null);
    const inUse = await ended(LAUNCHER, 'serve', '--data', join(folder, 'first'), '--port', String(address.port));
    taken.close();
    assert.equal(inUse.code, 1);
    assert.match(inUse.stderr, /^davit: Port \d+ on 127\.0\.0\.1 is in use[^\n]+\n$/);

    const config = join(folder, 'tls.toml');
    writeFileSync(config, '[tls]\ncertificate = "none.pem"\nkey = "none.pem"\n');
    const unreadable = await ended(LAUNCHER, 'serve', '--data', join(folder, 'first'), '--config', config);
    assert.equal(unreadable.code, 1);
    assert.match(unreadable.stderr, /^davit: The certificate [^\n]*none\.pem cannot be read[^\n]+\n$/);
  });

  test('a file in place of the data folder, and one in place of the database, are one line each', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    const noFolder = await ended(LAUNCHER, 'serve', '--data', file, '--port', '0');
    assert.equal(noFolder.code, 1);
    assert.match(noFolder.stderr, /^davit: The data folder [^\n]+\n$/);
    const data = join(folder, 'damaged');
    mkdirSync(data);
    writeFileSync(join(data, 'davit.sqlite'), 'x'.repeat(8192));
    const damaged = await ended(LAUNCHER, 'serve', '--data', data, '--port', '0');
    assert.equal(damaged.code, 1);
    assert.match(damaged.stderr, /^davit: The database [^\n]+ no SQLite database\.\n$/);
  });
});
