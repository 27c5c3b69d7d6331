/**
 * The DNS half of discovery: from the domain of an address to hosts, ports and the path to begin at.
 * RFC 6764 section 6, items 2 and 3; RFC 2782.
 */
import { domainName, InvalidOption, liesWithin } from './domain-name.ts';
import type { Lookup, Network } from './network.ts';
import {
  decidedlyUnavailable,
  inContactOrder,
  isRoot,
  pathKey,
  recordText,
  type ServiceRecord,
} from './service-records.ts';
import type { ServiceKind, Step, Telling } from './steps.ts';
import { type CommandContext, hostCommand, printable } from './wording.ts';

/** Where a service may be. */
export interface Places {
  /** In the order in which they are tried; at least one. */
  readonly hosts: readonly { readonly host: string; readonly port: number }[];
  /** The context path from the TXT record; undefined means the well-known one. */
  readonly path: string | undefined;
  /** False if the DNS said nothing and the domain itself is tried. */
  readonly published: boolean;
}

/** What locating needs. */
export interface LocateOptions {
  readonly kind: ServiceKind;
  /** As `domainName` returns it. */
  readonly domain: string;
  readonly network: Network;
  readonly context: CommandContext;
  readonly random: () => number;
}

/** The places of one service, or `unavailable` if the domain says that there is none. */
export async function* locate(options: LocateOptions): Telling<Places | 'unavailable'> {
  const { kind, domain, network, context } = options;
  const name = `_${kind.service}._tcp.${domain}`;
  const found = await network.resolveSrv(name);
  const command = hostCommand(context, name, 'SRV');
  const judged = judgeServiceRecords(options, found);
  yield { service: kind.service, what: `SRV records of ${name}`, command, ...judged.tell };
  yield* plaintextOffered(options);
  if (judged.unavailable) return 'unavailable';
  if (judged.hosts.length === 0) return { hosts: [{ host: domain, port: 443 }], path: undefined, published: false };
  return { hosts: judged.hosts, path: yield* contextPath(options, name), published: true };
}

interface JudgedRecords {
  readonly tell: Pick<Step, 'answer' | 'verdict' | 'advice'>;
  readonly hosts: Places['hosts'];
  readonly unavailable: boolean;
}

function judgeServiceRecords({ kind, domain, random }: LocateOptions, found: Lookup<ServiceRecord>): JudgedRecords {
  const nothing = { hosts: [], unavailable: false };
  const name = `_${kind.service}._tcp.${domain}`;
  if ('failure' in found) {
    const advice = `Mend the DNS servers of ${domain}: the SRV records of ${name} could not be read. ${domain} itself is tried instead.`;
    return { ...nothing, tell: { answer: printable(found.failure), verdict: 'warning', advice } };
  }
  if (found.records.length === 0) {
    const advice = `Publish SRV records for ${name} ("davit dns ${domain}" prints them). ${domain} itself at port 443 is tried instead, as many clients do.`;
    return { ...nothing, tell: { answer: 'no such record', verdict: 'warning', advice } };
  }
  const ordered = inContactOrder(found.records, random);
  const answer = answerOf(ordered);
  if (decidedlyUnavailable(ordered)) {
    const advice = `${domain} says that it has no ${kind.contents}. If it should, replace the SRV record of ${name} ("davit dns ${domain}" prints it).`;
    return {
      hosts: [],
      unavailable: true,
      tell: { answer: `${answer} (decidedly not available)`, verdict: 'warning', advice },
    };
  }
  const hosts = ordered.flatMap((record) => usable(record) ?? []);
  if (hosts.length < ordered.length) {
    const advice = `Remove the SRV records of ${name} whose target is no host name or whose port is 0.`;
    return { hosts, unavailable: false, tell: { answer, verdict: hosts.length === 0 ? 'failed' : 'warning', advice } };
  }
  const foreign = hosts.find(({ host }) => !liesWithin(host, domain));
  if (foreign === undefined) return { hosts, unavailable: false, tell: { answer, verdict: 'ok' } };
  // RFC 6764 section 8
  const advice = `${foreign.host} is outside ${domain}: some clients ask their user whether to believe it.`;
  return { hosts, unavailable: false, tell: { answer, verdict: 'ok', advice } };
}

function usable(record: ServiceRecord): { readonly host: string; readonly port: number } | undefined {
  if (isRoot(record.target) || record.port < 1 || record.port > 65_535) return undefined;
  try {
    return { host: domainName(record.target), port: record.port };
  } catch (error) {
    if (error instanceof InvalidOption) return undefined;
    throw error;
  }
}

// RFC 6764 section 8: no service information of the labels without TLS is used; that they are offered is told.
async function* plaintextOffered({ kind, domain, network, context }: LocateOptions): Telling<void> {
  const name = `_${kind.plaintext}._tcp.${domain}`;
  const found = await network.resolveSrv(name);
  const told = {
    service: kind.plaintext,
    what: `SRV records of ${name}, without TLS`,
    command: hostCommand(context, name, 'SRV'),
  };
  if ('failure' in found) {
    const advice = `Mend the DNS servers of ${domain}: the SRV records of ${name} could not be read.`;
    yield { ...told, answer: printable(found.failure), verdict: 'warning', advice };
  } else if (found.records.length === 0) {
    const advice = `A record "0 0 0 ." would say decidedly that there is none without TLS.`;
    yield { ...told, answer: 'no such record', verdict: 'ok', advice };
  } else if (decidedlyUnavailable(found.records)) {
    yield { ...told, answer: `${answerOf(found.records)} (decidedly not available)`, verdict: 'ok' };
  } else {
    const advice = `Replace the SRV records of ${name} by "0 0 0 .": they invite clients to send passwords without TLS.`;
    yield { ...told, answer: answerOf(found.records), verdict: 'warning', advice };
  }
}

async function* contextPath({ kind, network, context }: LocateOptions, name: string): Telling<string | undefined> {
  const found = await network.resolveTxt(name);
  const told = { service: kind.service, what: `TXT record of ${name}`, command: hostCommand(context, name, 'TXT') };
  if ('failure' in found) {
    const advice = `Mend the DNS servers: the TXT record of ${name} could not be read. ${kind.wellKnown} is tried instead.`;
    yield { ...told, answer: printable(found.failure), verdict: 'warning', advice };
    return undefined;
  }
  const path = pathKey(found.records);
  const answer = printable(
    found.records
      .flat()
      .map((text) => `"${text}"`)
      .join(' ') || 'no such record',
  );
  if (path === undefined) {
    yield { ...told, answer, verdict: 'ok', advice: `Without a path clients begin at ${kind.wellKnown}.` };
    return undefined;
  }
  if (!/^\/(?!\/)[!-~]*$/.test(path)) {
    const advice = `The path in the TXT record of ${name} must begin with one "/" and be percent-encoded. ${kind.wellKnown} is tried instead.`;
    yield { ...told, answer, verdict: 'warning', advice };
    return undefined;
  }
  yield { ...told, answer, verdict: 'ok' };
  return path;
}

function answerOf(records: readonly ServiceRecord[]): string {
  return printable(records.map(recordText).join(', '));
}
