/**
 * Service discovery as an operator lives it: the zone that `davit dns` prints is served by a real name server (NSD), and
 * a service is discovered through it, over real DNS and TLS. Needs `nsd` and `host`; without them the tests are skipped,
 * and fail under `CI=true`.
 */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer as createHttpsServer } from 'node:https';
import { createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { generate } from 'selfsigned';
import { type DiscoverOptions, discover } from '../../src/operations/discovery/discover.ts';
import { type NetworkOptions, openNetwork } from '../../src/operations/discovery/network.ts';
import type { Step, Verdict } from '../../src/operations/discovery/steps.ts';
import { recordsFor, zoneFor } from '../../src/operations/discovery/zone.ts';
import { fakeService } from '../operations/discovery/fake-service.ts';
import { listening } from '../operations/discovery/listening.ts';

const run = promisify(execFile);

/** The service that is discovered. */
interface RunningService {
  readonly port: number;
  /** PEM of the certificate to believe. */
  readonly certificate: string;
  readonly user: string;
  readonly password: string;
  readonly stop: () => Promise<void>;
}

/** Starts the service on the loopback address, with a certificate for `host`, for one user of the domain. */
type StartService = (host: string, user: string) => Promise<RunningService>;

/** What is behind it here is a stand-in; whatever else is a `StartService` takes its place. */
const startService: StartService = async (host, user) => {
  const password = 'correct horse';
  const pems = await generate([{ name: 'commonName', value: host }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: host }] }],
  });
  const service = fakeService({ user, password });
  const server = createHttpsServer({ key: pems.private, cert: pems.cert }, (request, response) => {
    const { status, headers, body } = service({
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
    });
    request.resume().once('end', () => response.writeHead(status, headers).end(body));
  });
  const port = await listening(server);
  const stop = async (): Promise<void> => {
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  };
  return { port, certificate: pems.cert, user, password, stop };
};

/** A running name server. */
interface NameServer {
  readonly port: number;
  readonly stop: () => Promise<void>;
}

async function startNameServer(program: string, domain: string, zone: string): Promise<NameServer> {
  const directory = await mkdtemp(join(tmpdir(), 'davit-discovery-'));
  const port = await freePort();
  const authority = [
    `${domain}. 3600 IN SOA ns.${domain}. hostmaster.${domain}. 1 3600 600 86400 60`,
    `${domain}. 3600 IN NS ns.${domain}.`,
    `ns.${domain}. 3600 IN A 127.0.0.1`,
    `dav.${domain}. 3600 IN A 127.0.0.1`,
  ];
  await writeFile(join(directory, 'zone'), `${authority.join('\n')}\n${zone}`);
  const settings = [
    'server:',
    `  ip-address: 127.0.0.1@${port}`,
    '  username: ""',
    '  server-count: 1',
    '  verbosity: 1',
    `  zonesdir: "${directory}"`,
    `  xfrdir: "${directory}"`,
    '  database: ""',
    `  pidfile: "${directory}/pid"`,
    `  xfrdfile: "${directory}/xfrd"`,
    `  zonelistfile: "${directory}/zones"`,
    'remote-control:',
    '  control-enable: no',
    'zone:',
    `  name: "${domain}"`,
    '  zonefile: "zone"',
  ];
  await writeFile(join(directory, 'settings'), `${settings.join('\n')}\n`);
  const nsd = spawn(program, ['-d', '-c', join(directory, 'settings')], { stdio: ['ignore', 'ignore', 'pipe'] });
  const exited = once(nsd, 'exit');
  let log = '';
  const started = new Promise<boolean>((resolve) => {
    nsd.stderr.setEncoding('utf8').on('data', (part: string) => {
      log += part;
      if (log.includes('nsd started')) resolve(true);
    });
  });
  const stop = async (): Promise<void> => {
    nsd.kill('SIGTERM');
    await exited;
    await rm(directory, { recursive: true, force: true });
  };
  if (!(await Promise.race([started, exited.then(() => false)]))) {
    await rm(directory, { recursive: true, force: true });
    throw new Error(`NSD did not start:\n${log}`);
  }
  // It starts with a zone it could not read, too, and then refuses to answer for it.
  if (!log.includes(`zone ${domain} read with success`)) {
    await stop();
    throw new Error(`NSD did not read the zone:\n${log}`);
  }
  return { port, stop };
}

/** A port that is free for UDP and TCP. */
async function freePort(): Promise<number> {
  const tcp = createTcpServer();
  const port = await listening(tcp);
  const udp = createSocket('udp4');
  udp.bind(port, '127.0.0.1');
  await once(udp, 'listening');
  udp.close();
  tcp.close();
  await once(tcp, 'close');
  return port;
}

/** The path of a program; name servers live outside the search path of ordinary users. */
function programNamed(name: string): string | undefined {
  const directories = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  return directories
    .map((directory) => join(directory, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

const nsd = programNamed('nsd');
const host = programNamed('host');
const skip =
  nsd !== undefined && host !== undefined
    ? false
    : `${nsd === undefined ? 'nsd' : 'host'} is not installed: apt-get install nsd bind9-host`;

test('the programs this needs are installed', { skip: process.env.CI === 'true' ? false : skip }, () => {
  assert.equal(skip, false);
});

describe('discovery through a real name server', { skip }, () => {
  const domain = 'example.com';
  const target = `dav.${domain}`;
  let service: RunningService;
  let names: NameServer;
  before(async () => {
    service = await startService(target, `user@${domain}`);
    names = await startNameServer(nsd ?? 'nsd', domain, zoneFor({ domain, target, port: service.port }));
  });
  after(async () => {
    await names?.stop();
    await service?.stop();
  });

  async function discovered(
    options: Partial<DiscoverOptions & NetworkOptions> = {},
  ): Promise<{ steps: Step[]; verdict: Verdict }> {
    const resolver = { address: '127.0.0.1', port: names.port };
    const network = openNetwork({ resolver, ca: service.certificate, ...options });
    const telling = discover({ address: service.user, password: service.password, resolver, ...options }, network);
    const steps: Step[] = [];
    for (let next = await telling.next(); ; next = await telling.next()) {
      if (next.done === true) return { steps, verdict: next.value };
      steps.push(next.value);
    }
  }

  test('the printed zone is served record for record', async () => {
    const network = openNetwork({ resolver: { address: '127.0.0.1', port: names.port } });
    for (const record of recordsFor({ domain, target, port: service.port })) {
      const name = record.name.slice(0, -1);
      if (record.type === 'TXT') {
        assert.deepEqual(await network.resolveTxt(name), { records: [[record.text]] });
      } else {
        const { priority, weight, port } = record;
        const served = { records: [{ priority, weight, port, target: record.target.slice(0, -1) }] };
        assert.partialDeepStrictEqual(await network.resolveSrv(name), served);
      }
    }
  });

  test('the host command says what an operator expects', async () => {
    const asked = async (type: string, name: string): Promise<string> => {
      const { stdout } = await run(host ?? 'host', [
        '-p',
        String(names.port),
        '-t',
        type,
        `${name}.${domain}`,
        '127.0.0.1',
      ]);
      return stdout.trim().split('\n').at(-1) ?? '';
    };
    assert.equal(
      await asked('SRV', '_caldavs._tcp'),
      `_caldavs._tcp.${domain} has SRV record 1 5 ${service.port} ${target}.`,
    );
    assert.equal(
      await asked('SRV', '_carddavs._tcp'),
      `_carddavs._tcp.${domain} has SRV record 1 5 ${service.port} ${target}.`,
    );
    assert.equal(await asked('SRV', '_caldav._tcp'), `_caldav._tcp.${domain} has SRV record 0 0 0 .`);
    assert.equal(await asked('SRV', '_carddav._tcp'), `_carddav._tcp.${domain} has SRV record 0 0 0 .`);
    assert.equal(await asked('TXT', '_caldavs._tcp'), `_caldavs._tcp.${domain} descriptive text "path=/calendars"`);
    assert.equal(
      await asked('TXT', '_carddavs._tcp'),
      `_carddavs._tcp.${domain} descriptive text "path=/addressbooks"`,
    );
  });

  test('RFC 6764 section 6: both services are found from the address alone', async () => {
    const { steps, verdict } = await discovered();
    assert.deepEqual(
      steps.filter(({ verdict: judged }) => judged === 'failed'),
      [],
    );
    assert.equal(verdict.ok, true);
    const origin = `https://${target}:${service.port}`;
    assert.partialDeepStrictEqual(verdict.services, [
      { service: 'caldavs', state: 'found', context: `${origin}/calendars` },
      { service: 'carddavs', state: 'found', context: `${origin}/addressbooks` },
    ]);
    // All that is wrong with it is that its certificate is its own.
    assert.equal(verdict.mend.length, 1);
    assert.match(verdict.mend[0] ?? '', /self-signed/);
  });

  test('the commands of the DNS steps can be pasted into a shell and give the answer told', async () => {
    const { steps } = await discovered();
    const lookups = steps.filter(({ command }) => command.startsWith('host '));
    assert.ok(lookups.length >= 8);
    for (const { command, answer } of lookups) {
      const { stdout } = await run('/bin/sh', ['-c', command]);
      assert.ok(stdout.includes(answer.replace(' (decidedly not available)', '')), `${command}: ${answer}`);
    }
  });

  test('a certificate that is not believed ends it before anything is sent', async () => {
    const resolver = { address: '127.0.0.1', port: names.port };
    const steps: Step[] = [];
    const options = { address: service.user, password: service.password, resolver };
    for await (const step of discover(options, openNetwork({ resolver }))) steps.push(step);
    assert.equal(steps.filter(({ what, verdict }) => what.startsWith('certificate') && verdict === 'failed').length, 2);
    assert.ok(steps.every(({ what }) => !what.startsWith('login')));
  });

  test('a domain the name server does not know is told as such', async () => {
    const { steps, verdict } = await discovered({ address: 'user@example.org' });
    assert.match(steps[0]?.answer ?? '', /^EREFUSED/);
    assert.equal(verdict.ok, false);
  });
});
