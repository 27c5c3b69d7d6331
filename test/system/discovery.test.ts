/**
 * Service discovery as an operator lives it: the zone that `davit dns` prints is served by a real name server (NSD), and Davit, as
 * `npm start` runs it, is discovered through it, over real DNS and TLS. Needs `nsd` and `host`; without them the tests are skipped, and fail
 * under `CI=true`.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { type DiscoverOptions, discover } from '../../src/operations/discovery/discover.ts';
import { type NetworkOptions, openNetwork } from '../../src/operations/discovery/network.ts';
import type { Step, Verdict } from '../../src/operations/discovery/steps.ts';
import { recordsFor } from '../../src/operations/discovery/zone.ts';
import { programNamed, skipWithout } from '../support/debian.ts';
import { freePort, type NameServer, startNameServer } from '../support/name-server.ts';
import {
  davit,
  type Household,
  household,
  PROGRAM,
  type RunningDavit,
  runProgram,
  startDavit,
} from '../support/program.ts';

const run = promisify(execFile);

/** The service that is discovered. */
interface DiscoveredService {
  readonly port: number;
  /** PEM of the certificate to believe, and its file. */
  readonly certificate: string;
  readonly certificateFile: string;
  readonly user: string;
  readonly password: string;
  /** What `davit dns` prints for the domain. */
  readonly zone: string;
  stop(): Promise<void>;
}

/** Davit on the loopback address, reached under the name of `host`, for one user of the domain. */
async function startService(host: string, domain: string): Promise<DiscoveredService> {
  const user = `user@${domain}`;
  const home: Household = await household('discovery', user);
  const port = await freePort();
  const env = { DAVIT_PUBLIC_URL: `https://${host}:${port}` };
  const zone = await davit(['dns', domain], { folder: home.folder, env });
  const service: RunningDavit = await startDavit({ data: home.data, port, env });
  return {
    port,
    certificate: readFileSync(service.certificate, 'utf8'),
    certificateFile: service.certificate,
    user,
    password: home.password,
    zone,
    async stop() {
      await service.stop();
      home.remove();
    },
  };
}

const host = programNamed('host');

describe('discovery through a real name server', { skip: skipWithout('nsd', 'host') }, () => {
  const domain = 'example.com';
  const target = `dav.${domain}`;
  let service: DiscoveredService;
  let names: NameServer;
  before(async () => {
    service = await startService(target, domain);
    names = await startNameServer(domain, service.zone);
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

  /** What `davit discover` says. */
  function told(...flags: readonly string[]): ReturnType<typeof runProgram> {
    const asked = ['discover', service.user, '--resolver', `127.0.0.1:${names.port}`, '--password-stdin', ...flags];
    return runProgram(process.execPath, [PROGRAM, ...asked], { input: `${service.password}\n` });
  }

  test('davit discover tells each step and ends well', async () => {
    const { code, out, said } = await told('--ca', service.certificateFile);
    assert.equal(code, 0, said);
    assert.match(out, /^ {9}\$ host -p \d+ -t SRV _caldavs\._tcp\.example\.com 127\.0\.0\.1$/m);
    assert.match(out, /^ok: /m);
    assert.doesNotMatch(out, /^failed/m);
    assert.ok(!said.includes(service.password));
  });

  test('davit discover fails, with what to mend, when the certificate is not believed', async () => {
    const { code, out, said } = await told();
    assert.equal(code, 1, said);
    assert.match(out, /^failed: .*\nTo mend:\n1\. /m);
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
