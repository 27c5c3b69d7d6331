/**
 * Davit as `npm start` runs it: a child process with a data folder of its own, spoken to over TLS.
 */
import { Buffer } from 'node:buffer';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { hashPassword } from '../../src/operations/passwords.ts';
import { temporaryFolder } from './engine.ts';
import {
  CHEAP_HASHING,
  domainOf,
  nameOf,
  type Received,
  type Role,
  type Sent,
  type ServiceUnderTest,
  TEST_LIMITS,
  TEST_PASSWORD,
} from './service.ts';

const PROGRAM = join(import.meta.dirname, '..', '..', 'bin', 'davit.cjs');
const ROLES: readonly Role[] = ['alice', 'bob', 'carol'];
/** Accounts of each role that one `davit apply` makes: starting the program costs more than an account. */
const BATCH = 200;
/** How long Davit may take to answer its first request, in milliseconds. */
const START = 30_000;

/** Starts the service. */
export async function overTls(): Promise<ServiceUnderTest> {
  const folder = temporaryFolder('tls');
  const data = join(folder, 'data');
  const passwordHash = await hashPassword(TEST_PASSWORD, CHEAP_HASHING);
  const batches = new Map<number, Promise<void>>();
  const batch = (number: number): Promise<void> => {
    let made = batches.get(number);
    if (made === undefined) {
      const file = join(folder, `accounts-${number}.toml`);
      writeFileSync(file, accountsFile(number * BATCH, passwordHash));
      made = davit('apply', '--data', data, file);
      batches.set(number, made);
    }
    return made;
  };
  const declare = async (declaration: string): Promise<void> => {
    const file = join(folder, 'declaration.toml');
    writeFileSync(file, declaration);
    await davit('apply', '--data', data, file);
  };
  await batch(0);
  const child = spawn(process.execPath, [PROGRAM, 'serve', '--data', data, '--host', '127.0.0.1', '--port', '0'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, DAVIT_DEFAULT_DOMAIN: domainOf('alice'), ...limitsInEnvironment() },
  });
  const origin = await listening(child);
  // The certificate is the one that Davit has just made for itself.
  const agent = new Agent({ keepAlive: true, maxSockets: 4, rejectUnauthorized: false });
  return {
    mode: 'tls',
    origin,
    send: (sent) => overSocket(new URL(origin), agent, sent),
    account: (role, number) => ({
      address: addressOf(role, number),
      aliases: [addressOf(role, number, '-also')],
      password: TEST_PASSWORD,
      exists: batch(Math.floor(number / BATCH)),
    }),
    team: (number) => ({ address: teamOf(number), exists: batch(Math.floor(number / BATCH)) }),
    administrators(domain, addresses) {
      const list = addresses.map((address) => `"${address}"`).join(', ');
      return declare(`[[domain]]\nname = "${domain}"\nadministrators = [${list}]\n`);
    },
    directory: (domain, policy) => declare(`[[tenant]]\nname = "${domain}"\ndirectory = "${policy}"\n`),
    async close() {
      agent.destroy();
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function addressOf(role: Role, number: number, suffix = ''): string {
  return `${role}-${number}${suffix}@${domainOf(role)}`;
}

function teamOf(number: number): string {
  return `team-${number}@${domainOf('alice')}`;
}

/** What `davit apply` reads: the domains, and a batch of accounts and groups from a number on. */
function accountsFile(from: number, passwordHash: string): string {
  const domains = [...new Set(ROLES.map(domainOf))].map((name) => `[[domain]]\nname = "${name}"\n`);
  const numbers = Array.from({ length: BATCH }, (_, i) => from + i);
  const users = ROLES.flatMap((role) =>
    numbers.map(
      (number) =>
        `[[user]]\naddress = "${addressOf(role, number)}"\naliases = ["${addressOf(role, number, '-also')}"]\n` +
        `name = "${nameOf(role)}"\npassword_hash = "${passwordHash}"\n`,
    ),
  );
  const groups = numbers.map(
    (number) =>
      `[[group]]\naddress = "${teamOf(number)}"\nname = "team"\n` +
      `members = ["${addressOf('alice', number)}", "${addressOf('bob', number)}"]\n`,
  );
  return [...domains, ...users, ...groups].join('\n');
}

/** `DAVIT_LIMITS_XML_BODY=524288` and so on. */
function limitsInEnvironment(): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(TEST_LIMITS).map(([name, value]) => {
      const words = name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
      return [`DAVIT_LIMITS_${words}`, String(value)] as const;
    }),
  );
}

async function davit(...parameters: readonly string[]): Promise<void> {
  await promisify(execFile)(process.execPath, [PROGRAM, ...parameters]);
}

/** Resolves with the base URL that the program prints. */
function listening(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    const late = setTimeout(() => reject(new Error(`Davit does not say where it listens:\n${said}`)), START);
    const hear = (chunk: Buffer): void => {
      said += chunk.toString();
      const url = /https:\/\/[^\s/"]+:\d+/.exec(said)?.[0];
      if (url === undefined) return;
      clearTimeout(late);
      resolve(url);
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    child.once('exit', (code) => {
      clearTimeout(late);
      reject(new Error(`Davit ended with ${code}:\n${said}`));
    });
  });
}

function overSocket(origin: URL, agent: Agent, sent: Sent): Promise<Received> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        agent,
        hostname: origin.hostname,
        port: origin.port,
        method: sent.method,
        path: sent.target,
        headers: { ...sent.headers, ...(sent.body === undefined ? {} : { 'Content-Length': sent.body.length }) },
      },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('error', reject);
        incoming.on('end', () => {
          const headers = Object.entries(incoming.headers).map(
            ([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value] as const,
          );
          resolve({
            status: incoming.statusCode ?? 0,
            headers: Object.fromEntries(headers),
            body: Buffer.concat(chunks),
          });
        });
      },
    );
    outgoing.on('error', reject);
    outgoing.end(sent.body);
  });
}
