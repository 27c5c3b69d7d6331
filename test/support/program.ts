/**
 * The program as `npm start` runs it: a child process with a data folder, stopped politely or killed, and started again on the same port.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hashPassword } from '../../src/operations/passwords.ts';
import { temporaryFolder } from './engine.ts';
import { CHEAP_HASHING } from './service.ts';

/** What `npm start` runs. */
export const PROGRAM = join(import.meta.dirname, '..', '..', 'bin', 'davit.cjs');
/** Milliseconds that something may take to be said. */
const PATIENCE = 60_000;

/** What a program said, and how it ended. */
export interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
  /** Standard output and standard error, as they came. */
  readonly said: string;
}

/** How to run a program. */
export interface RunOptions {
  readonly folder?: string;
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a program to its end, whatever that is. */
export async function runProgram(
  command: string,
  parameters: readonly string[],
  { folder, input = '', env = {} }: RunOptions = {},
): Promise<Outcome> {
  const child = spawn(command, parameters, {
    // What Node's test runner tells its own files would make a test runner among these programs run nothing.
    env: { ...process.env, NODE_TEST_CONTEXT: undefined, ...env },
    ...(folder === undefined ? {} : { cwd: folder }),
  });
  let out = '';
  let err = '';
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
    said += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
    said += text;
  });
  // A program that ends without reading its input is not to be blamed for it here.
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  await once(child, 'close');
  return { code: child.exitCode, out, err, said };
}

/** Runs `davit` with these parameters and answers what it printed. @throws Error with all it said when it fails */
export async function davit(parameters: readonly string[], options: RunOptions = {}): Promise<string> {
  const { code, out, said } = await runProgram(process.execPath, [PROGRAM, ...parameters], options);
  if (code !== 0) throw new Error(`davit ${parameters.join(' ')} ended with ${code}:\n${said}`);
  return out;
}

/** Davit, listening. */
export interface RunningDavit {
  /** `https://127.0.0.1:40123` */
  readonly origin: string;
  readonly port: number;
  /** File of the certificate that it made for itself, PEM. */
  readonly certificate: string;
  /** All that it has said until now. */
  said(): string;
  /** Resolves once it has said that. @throws Error when it ends without */
  heard(pattern: RegExp): Promise<string>;
  /** Sends a signal and waits for nothing. */
  signal(name: NodeJS.Signals): void;
  /** SIGTERM; the exit code. */
  stop(): Promise<number | null>;
  /** SIGKILL */
  kill(): Promise<void>;
  /** The exit code once it has ended, null after a signal. */
  readonly ended: Promise<number | null>;
}

/** Starts it on the loopback address, on a port that is free unless one is given. */
export async function startDavit(options: {
  readonly data: string;
  readonly port?: number;
  readonly env?: Readonly<Record<string, string>>;
}): Promise<RunningDavit> {
  const { data, port = 0, env = {} } = options;
  const parameters = [PROGRAM, 'serve', '--data', data, '--host', '127.0.0.1', '--port', String(port)];
  const child = spawn(process.execPath, parameters, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  const speech = listenTo(child);
  const ended = once(child, 'exit').then(() => child.exitCode);
  const abandoned = (): boolean => child.kill('SIGKILL');
  process.once('exit', abandoned);
  void ended.then(() => process.off('exit', abandoned));
  const [, origin = ''] = await speech.heard(WELCOME);
  return {
    origin,
    port: Number(new URL(origin).port),
    certificate: join(data, 'certificate.pem'),
    said: speech.said,
    heard: async (pattern) => (await speech.heard(pattern))[0],
    signal: (name) => child.kill(name),
    async stop() {
      child.kill('SIGTERM');
      return ended;
    },
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
    ended,
  };
}

/** What it says when it listens; the URL. */
export const WELCOME = /Davit is running at (https:\/\/[^\s/]+:\d+)\//;

/** What a running program says. */
export interface Speech {
  said(): string;
  /** Resolves with the match. @throws Error when it ends without having said that, or does not say it for long */
  heard(pattern: RegExp): Promise<RegExpExecArray>;
}

/** Collects what a program says on both outputs. */
export function listenTo(child: ChildProcess): Speech {
  let said = '';
  const waiting = new Set<() => void>();
  let over = false;
  const hear = (text: string): void => {
    said += text;
    for (const look of waiting) look();
  };
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', hear);
  child.once('close', () => {
    over = true;
    for (const look of waiting) look();
  });
  return {
    said: () => said,
    heard: (pattern) =>
      new Promise((resolve, reject) => {
        const late = setTimeout(() => end(() => reject(new Error(`It does not say ${pattern}:\n${said}`))), PATIENCE);
        const end = (settle: () => void): void => {
          clearTimeout(late);
          waiting.delete(look);
          settle();
        };
        const look = (): void => {
          const match = pattern.exec(said);
          if (match !== null) end(() => resolve(match));
          else if (over) end(() => reject(new Error(`It ended without saying ${pattern}:\n${said}`)));
        };
        waiting.add(look);
        look();
      }),
  };
}

/** A folder that is gone when its user is done, with a data folder in it that has these users. */
export interface Household {
  readonly folder: string;
  readonly data: string;
  /** The password of all of them. */
  readonly password: string;
  remove(): void;
}

/** Makes the users, in the domains of their addresses, without starting anything that stays. */
export async function household(purpose: string, ...addresses: readonly string[]): Promise<Household> {
  const folder = temporaryFolder(purpose);
  const data = join(folder, 'data');
  const password = 'correct horse battery staple';
  const hash = await hashPassword(password, CHEAP_HASHING);
  const domains = new Set(addresses.map((address) => address.slice(address.indexOf('@') + 1)));
  const file = join(folder, 'accounts.toml');
  const toml = [
    ...[...domains].map((name) => `[[domain]]\nname = "${name}"\n`),
    ...addresses.map((address) => `[[user]]\naddress = "${address}"\npassword_hash = "${hash}"\n`),
  ];
  writeFileSync(file, toml.join('\n'));
  await davit(['apply', '--data', data, file]);
  return { folder, data, password, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
