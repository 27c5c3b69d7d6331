/**
 * A real name server (NSD) on the loopback address that serves a zone, so that what `davit dns` prints is read as operators' servers read it.
 */
import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { programNamed } from './debian.ts';

/** A running name server on 127.0.0.1. */
export interface NameServer {
  readonly port: number;
  stop(): Promise<void>;
}

/**
 * Serves `zone` as (a part of) the zone of the domain; `dav.` of the domain is 127.0.0.1. Needs `nsd`.
 * @throws Error when the zone cannot be read
 */
export async function startNameServer(domain: string, zone: string): Promise<NameServer> {
  const folder = await mkdtemp(join(tmpdir(), 'davit-names-'));
  const port = await freePort();
  const authority = [
    `${domain}. 3600 IN SOA ns.${domain}. hostmaster.${domain}. 1 3600 600 86400 60`,
    `${domain}. 3600 IN NS ns.${domain}.`,
    `ns.${domain}. 3600 IN A 127.0.0.1`,
    `dav.${domain}. 3600 IN A 127.0.0.1`,
  ];
  await writeFile(join(folder, 'zone'), `${authority.join('\n')}\n${zone}`);
  const settings = [
    'server:',
    `  ip-address: 127.0.0.1@${port}`,
    '  username: ""',
    '  server-count: 1',
    '  verbosity: 1',
    `  zonesdir: "${folder}"`,
    `  xfrdir: "${folder}"`,
    '  database: ""',
    `  pidfile: "${folder}/pid"`,
    `  xfrdfile: "${folder}/xfrd"`,
    `  zonelistfile: "${folder}/zones"`,
    'remote-control:',
    '  control-enable: no',
    'zone:',
    `  name: "${domain}"`,
    '  zonefile: "zone"',
  ];
  await writeFile(join(folder, 'settings'), `${settings.join('\n')}\n`);
  const program = programNamed('nsd') ?? 'nsd';
  const nsd = spawn(program, ['-d', '-c', join(folder, 'settings')], { stdio: ['ignore', 'ignore', 'pipe'] });
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
    await rm(folder, { recursive: true, force: true });
  };
  if (!(await Promise.race([started, exited.then(() => false)]))) {
    await rm(folder, { recursive: true, force: true });
    throw new Error(`NSD did not start:\n${log}`);
  }
  // It starts with a zone it could not read, too, and then refuses to answer for it.
  if (!log.includes(`zone ${domain} read with success`)) {
    await stop();
    throw new Error(`NSD did not read the zone:\n${log}`);
  }
  return { port, stop };
}

/** A port of the loopback address that is free for TCP and UDP. */
export async function freePort(): Promise<number> {
  const tcp = createServer();
  await new Promise<void>((resolve) => tcp.listen(0, '127.0.0.1', resolve));
  const address = tcp.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const udp = createSocket('udp4');
  udp.bind(port, '127.0.0.1');
  await once(udp, 'listening');
  udp.close();
  tcp.close();
  await once(tcp, 'close');
  return port;
}
