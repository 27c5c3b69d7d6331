/**
 * An OpenLDAP server of a test's own, on the loopback address, with a certificate of its own; and a way to it that can be cut.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { programNamed } from './debian.ts';
import { runProgram } from './program.ts';

const SUFFIX = 'dc=example,dc=org';
const ADMIN = `cn=admin,${SUFFIX}`;
const SECRET = 'an administrator';

/** A running server. */
export interface Slapd {
  /** Ports: in the clear with StartTLS, and over TLS. */
  readonly ldap: number;
  readonly ldaps: number;
  readonly suffix: string;
  /** File of the certificate of whoever signed its own, PEM. */
  readonly certificate: string;
  /** Does what an LDIF says. @throws Error when it cannot */
  change(ldif: string): Promise<void>;
  /** Ends it and starts it again with further lines of configuration. */
  restart(...lines: readonly string[]): Promise<void>;
  stop(): Promise<void>;
}

/** Starts one without entries in a folder of its own. */
export async function startSlapd(folder: string): Promise<Slapd> {
  mkdirSync(join(folder, 'db'), { recursive: true });
  const [ldap, ldaps] = [await freePort(), await freePort()];
  const certificate = await selfSigned(folder);
  let child = await start([]);

  async function start(lines: readonly string[]): Promise<ChildProcess> {
    const config = join(folder, 'slapd.conf');
    writeFileSync(config, configuration(folder, lines));
    const places = `ldap://127.0.0.1:${ldap} ldaps://127.0.0.1:${ldaps}`;
    const started = spawn(programNamed('slapd') ?? 'slapd', ['-d', '0', '-f', config, '-h', places], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    started.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    const ended = once(started, 'exit').then(() => {
      throw new Error(`slapd ended: ${said}`);
    });
    const abandoned = (): boolean => started.kill('SIGKILL');
    process.once('exit', abandoned);
    started.once('exit', () => process.off('exit', abandoned));
    await Promise.race([answers(ldap), ended]);
    ended.catch(() => {});
    return started;
  }

  async function stop(): Promise<void> {
    if (child.exitCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  }

  return {
    ...{ ldap, ldaps, suffix: SUFFIX, certificate, stop },
    async change(ldif) {
      const parameters = ['-x', '-H', `ldap://127.0.0.1:${ldap}`, '-D', ADMIN, '-w', SECRET];
      const { code, said } = await runProgram('ldapadd', parameters, { input: ldif });
      if (code !== 0) throw new Error(`ldapadd ended with ${code}: ${said}`);
    },
    async restart(...lines) {
      await stop();
      child = await start(lines);
    },
  };
}

/** What is in it is for whoever logs in. */
function configuration(folder: string, lines: readonly string[]): string {
  const schemas = ['core', 'cosine', 'inetorgperson'].map((name) => `include /etc/ldap/schema/${name}.schema`);
  return [
    ...schemas,
    'modulepath /usr/lib/ldap',
    'moduleload back_mdb',
    `pidfile ${folder}/slapd.pid`,
    `TLSCACertificateFile ${folder}/certificate.pem`,
    `TLSCertificateFile ${folder}/certificate.pem`,
    `TLSCertificateKeyFile ${folder}/key.pem`,
    'database mdb',
    `suffix "${SUFFIX}"`,
    `rootdn "${ADMIN}"`,
    `rootpw "${SECRET}"`,
    `directory ${folder}/db`,
    'access to attrs=userPassword by anonymous auth by * none',
    'access to * by users read by anonymous auth by * none',
    ...lines,
    '',
  ].join('\n');
}

async function selfSigned(folder: string): Promise<string> {
  const certificate = join(folder, 'certificate.pem');
  const { code, said } = await runProgram('openssl', [
    ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=127.0.0.1'],
    ...['-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', join(folder, 'key.pem'), '-out', certificate],
  ]);
  if (code !== 0) throw new Error(`openssl ended with ${code}: ${said}`);
  return certificate;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const port = portOf(server);
  server.close();
  await once(server, 'close');
  return port;
}

function portOf(server: Server): number {
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string') throw new Error('it does not listen');
  return address.port;
}

/** Resolves when somebody listens there. */
async function answers(port: number): Promise<void> {
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    const isThere = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'error').then(() => false),
    ]).catch(() => false);
    socket.destroy();
    if (isThere) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** A way to a port that lets all through, or cuts each connection after so many octets of answers. */
export interface Way {
  readonly port: number;
  /** Undefined lets all through. */
  cutAfter(octets: number | undefined): void;
  close(): Promise<void>;
}

/** Opens it. */
export async function wayTo(port: number): Promise<Way> {
  let most: number | undefined;
  const server = createServer((client) => {
    const beyond = connect(port, '127.0.0.1');
    const end = (): void => {
      client.destroy();
      beyond.destroy();
    };
    let octets = 0;
    client
      .on('error', end)
      .on('close', end)
      .on('data', (data) => beyond.write(data));
    beyond
      .on('error', end)
      .on('close', end)
      .on('data', (data) => {
        octets += data.length;
        if (most !== undefined && octets > most) end();
        else client.write(data);
      });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: portOf(server),
    cutAfter(given) {
      most = given;
    },
    async close() {
      server.close();
      await once(server, 'close');
    },
  };
}
