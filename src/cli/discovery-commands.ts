/**
 * `davit dns DOMAIN` and `davit discover USER@DOMAIN`. RFC 6764.
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { discover as discoverService } from '../operations/discovery/discover.ts';
import { domainName } from '../operations/discovery/domain-name.ts';
import { openNetwork, resolverAddress } from '../operations/discovery/network.ts';
import { discoveryJson, stepText, verdictText } from '../operations/discovery/print.ts';
import type { Step } from '../operations/discovery/steps.ts';
import { recordsFor, type ZoneOptions, zoneFor } from '../operations/discovery/zone.ts';
import { reasonOf } from '../operations/reason.ts';
import { Refusal } from '../operations/refusal.ts';
import { type ConfigFlags, configFor } from './administer.ts';
import { passwordFromInput, type Terminal } from './terminal.ts';

export interface DnsFlags extends ConfigFlags {
  readonly ttl?: string;
  readonly json?: boolean;
}

/** Prints the records of a domain. The host is the one named, or of `public_url`, or else a name to be replaced. */
export async function dns(terminal: Terminal, domain: string, flags: DnsFlags): Promise<void> {
  const { host, port, ...others } = flags;
  const { config } = configFor(terminal, others);
  const url = config.publicUrl === undefined ? undefined : new URL(config.publicUrl);
  const target = host ?? url?.hostname;
  const publicPort = url === undefined ? config.port : Number(url.port || 443);
  const options: ZoneOptions = {
    domain,
    target: target ?? `dav.${domainName(domain)}`,
    port: port === undefined ? publicPort : numberOf('--port', port),
    ...(flags.ttl === undefined ? {} : { ttl: numberOf('--ttl', flags.ttl) }),
  };
  if (flags.json === true) {
    terminal.out(`${JSON.stringify(recordsFor(options), null, 2)}\n`);
    return;
  }
  const zone = zoneFor(options);
  if (target === undefined) {
    terminal.out(
      `; ${options.target} stands for the host of the service: give yours with --host, or set public_url.\n`,
    );
  }
  terminal.out(zone);
}

function numberOf(flag: string, text: string): number {
  if (!/^\d{1,10}$/.test(text)) throw new Refusal(`${flag} needs a whole number, not ${JSON.stringify(text)}.`);
  return Number(text);
}

export interface DiscoverFlags {
  readonly resolver?: string;
  readonly ca?: string;
  readonly insecure?: boolean;
  readonly passwordStdin?: boolean;
  readonly askPassword?: boolean;
  readonly json?: boolean;
}

/** Does what a client does, tells each step, and returns whether all is well. */
export async function discover(terminal: Terminal, address: string, flags: DiscoverFlags): Promise<boolean> {
  const resolver = flags.resolver === undefined ? undefined : resolverAddress(flags.resolver);
  const ca = flags.ca === undefined ? undefined : certificates(resolve(terminal.directory, flags.ca));
  const password = await discoverPassword(terminal, address, flags);
  const network = openNetwork({
    ...(resolver === undefined ? {} : { resolver }),
    ...(ca === undefined ? {} : { ca }),
  });
  const telling = discoverService(
    {
      address,
      password,
      allowUntrusted: flags.insecure === true,
      ...(resolver === undefined ? {} : { resolver }),
      ...(flags.ca === undefined ? {} : { caFile: flags.ca }),
    },
    network,
  );
  const steps: Step[] = [];
  for (;;) {
    const told = await telling.next();
    if (told.done === true) {
      const verdict = told.value;
      if (flags.json === true) terminal.out(`${JSON.stringify(discoveryJson(address, steps, verdict), null, 2)}\n`);
      else terminal.out(`\n${verdictText(verdict, terminal)}`);
      return verdict.ok;
    }
    steps.push(told.value);
    if (flags.json !== true) terminal.out(stepText(told.value, terminal));
  }
}

/** Without a password discovery goes as far as the service lets a stranger. */
async function discoverPassword(
  terminal: Terminal,
  address: string,
  flags: DiscoverFlags,
): Promise<string | undefined> {
  if (flags.passwordStdin === true) return passwordFromInput(terminal);
  if (flags.askPassword === false || !terminal.interactive) return undefined;
  const password = await terminal.askPassword(`Password of ${address} (empty to go without)`);
  return password === '' ? undefined : password;
}

function certificates(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Refusal(`The certificates ${file} cannot be read: ${reasonOf(error)}.`);
  }
}
