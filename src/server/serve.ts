/**
 * Starts the service as configured, and stops it: store, certificate, listeners, jobs. What stands in the way of a start is one sentence.
 */
import type { Feature } from '../dav/feature.ts';
import type { Limits } from '../dav/limits.ts';
import { administration } from '../operations/administration.ts';
import { prepareDataFolder } from '../operations/data-folder.ts';
import { codeOf, reasonOf } from '../operations/reason.ts';
import { renewSomeTimes } from '../operations/renew-times.ts';
import type { Store } from '../store/store.ts';
import { type Certificate, loadCertificate, selfSignedCertificate } from './certificate.ts';
import { keepDirectories } from './directories.ts';
import { standardFeatures } from './features.ts';
import { bringHomes, type HomesUnderWay } from './homes.ts';
import { type HttpBounds, ListenError, type Listening, listen } from './http.ts';
import { startJobs } from './jobs.ts';
import type { Log } from './log.ts';
import { openStore, type StoreLocation } from './open-store.ts';
import type { Repeating } from './repeating.ts';
import { createService, type Service, type ServiceOptions } from './service.ts';
import { StartError } from './start-error.ts';

/** What the service is started with; a loaded configuration has all of it. */
export interface ServeOptions {
  readonly data: string;
  readonly host: string;
  readonly port: number;
  /** Files in PEM form; absent for a self-signed certificate, `off` where a proxy speaks TLS and `http` is given. */
  readonly tls: { readonly certificate: string; readonly key: string } | 'off' | undefined;
  /** Plain HTTP for a proxy. */
  readonly http: { readonly host: string; readonly port: number } | undefined;
  readonly trustedProxies: readonly string[];
  /** Without a slash at its end. */
  readonly publicUrl: string | undefined;
  readonly store: StoreLocation;
  readonly defaultDomain: string | undefined;
  readonly realm: string;
  /** Origins of web clients whose pages may ask here. */
  readonly corsOrigins?: readonly string[];
  /** Whether there are homes for plain files. */
  readonly files: boolean;
  readonly limits: Limits;
  /** Octets that one account may hold; undefined without a bound. */
  readonly quota: number | undefined;
  readonly retention: { readonly tombstoneDays: number; readonly historyDays: number };
  /** How often directories are filled; absent where they are not. */
  readonly directories?: { readonly everyMinutes: number };
}

/** Parts that tests replace. */
export interface ServeParts {
  readonly features?: readonly Feature[];
  /** Instead of the one at `store`; closed with the service. */
  readonly openedStore?: Store;
  readonly bounds?: Partial<HttpBounds>;
  /** Seconds since 1970. */
  readonly clock?: () => number;
}

export interface Serving {
  /** The URL at which people reach it. */
  readonly origin: string;
  /** What is listened on: `https://127.0.0.1:8443`. */
  readonly addresses: readonly string[];
  /** Absent without TLS. */
  readonly certificate: Certificate | undefined;
  readonly service: Service;
  /** Reads a configured certificate anew, for new connections. @throws StartError; then the former one stays */
  reload(): Promise<void>;
  /** Finishes the requests under way, then closes everything. */
  close(): Promise<void>;
}

/** Starts. @throws StartError, or the Refusal of the data folder */
export async function serve(options: ServeOptions, log: Log, parts: ServeParts = {}): Promise<Serving> {
  const clock = parts.clock ?? (() => Math.floor(Date.now() / 1000));
  if (options.tls === 'off' && options.http === undefined) {
    throw new StartError('Nothing would listen: TLS is off and plain HTTP is not enabled.');
  }
  prepareDataFolder(options.data);
  const certificate = await certificateOf(options, log, clock());
  const store = parts.openedStore ?? (await openStore(options.store, { quota: options.quota }));
  let listening: Listening | undefined;
  let jobs: Repeating | undefined;
  try {
    const features = parts.features ?? standardFeatures({ files: options.files });
    const service = serviceOf({ ...options, store, features, log, clock });
    listening = await listen({
      handle: service.handle,
      log,
      tls: certificate && { host: options.host, port: options.port, cert: certificate.cert, key: certificate.key },
      plain: options.http,
      trustedProxies: options.trustedProxies,
      publicUrl: options.publicUrl,
      ...(parts.bounds === undefined ? {} : { bounds: parts.bounds }),
    });
    const { limits, quota, retention } = options;
    const admin = administration(store, service.catalogue, 'davit serve', { limits, quota, now: clock });
    jobs = startJobs({ store, retention, log, clock, renew: () => renewSomeTimes(admin) });
    const homes = bringHomes(admin, log);
    const directories = options.directories && keepDirectories({ admin, log, clock, ...options.directories });
    return serving(options, log, { certificate, service, listening, jobs, homes, directories });
  } catch (error) {
    await jobs?.close();
    await listening?.close();
    await store.close();
    throw error instanceof ListenError ? new StartError(whyNotListening(error, options)) : error;
  }
}

interface Started {
  readonly certificate: Certificate | undefined;
  readonly service: Service;
  readonly listening: Listening;
  readonly jobs: Repeating;
  readonly homes: HomesUnderWay;
  readonly directories: Repeating | undefined;
}

function serving(options: ServeOptions, log: Log, started: Started): Serving {
  const { certificate, service, listening, jobs, homes, directories } = started;
  const { tls, publicUrl } = options;
  let closed: Promise<void> | undefined;
  return {
    origin: publicUrl ?? namedOrigin(listening.addresses[0] ?? '', certificate === undefined ? options.http : options),
    addresses: listening.addresses,
    certificate,
    service,
    async reload() {
      if (tls === undefined || tls === 'off') return;
      const renewed = await loadCertificate(tls);
      listening.renew(renewed);
      log.info(`the certificate has been read again; it expires on ${dateOf(renewed.expires)}`);
    },
    close() {
      closed ??= (async () => {
        await listening.close();
        await Promise.all([jobs.close(), homes.close(), directories?.close()]);
        await service.close();
      })();
      return closed;
    },
  };
}

function serviceOf(options: ServiceOptions): Service {
  try {
    return createService(options);
  } catch (error) {
    throw error instanceof RangeError
      ? new StartError(`The service cannot be put together: ${reasonOf(error)}.`)
      : error;
  }
}

async function certificateOf(options: ServeOptions, log: Log, now: number): Promise<Certificate | undefined> {
  const { tls, data, host, publicUrl } = options;
  if (tls === 'off') return undefined;
  if (tls !== undefined) {
    const certificate = await loadCertificate(tls);
    if (certificate.expires <= now)
      log.warn(`the certificate ${tls.certificate} expired on ${dateOf(certificate.expires)}`);
    return certificate;
  }
  const publicHost = publicUrl === undefined ? undefined : new URL(publicUrl).hostname.replace(/^\[|\]$/g, '');
  return selfSignedCertificate(data, publicHost === undefined ? [host] : [host, publicHost], now);
}

/** The address with the host as configured, which people can read; every network is reached from here by this machine's own name. */
function namedOrigin(address: string, place: { readonly host: string } | undefined): string {
  if (place === undefined) return address;
  const host = place.host === '0.0.0.0' || place.host === '::' ? 'localhost' : place.host;
  const url = new URL(address);
  url.hostname = host.includes(':') ? `[${host}]` : host;
  return url.origin;
}

function whyNotListening({ place, cause }: ListenError, options: ServeOptions): string {
  const isPlain = options.http?.port === place.port && options.http.host === place.host && options.port !== place.port;
  const flag = isPlain ? 'set http.port' : 'use --port NUMBER';
  const elsewhere = isPlain ? 'set http.host' : 'use --host ADDRESS';
  switch (codeOf(cause)) {
    case 'EADDRINUSE':
      return `Port ${place.port} on ${place.host} is in use by another program: stop that, or ${flag} to choose another port.`;
    case 'EACCES':
      return `Port ${place.port} may not be opened by this user: ${flag} to choose one above 1023, or permit it.`;
    case 'EADDRNOTAVAIL':
      return `This machine has no address ${place.host}: ${elsewhere} to choose another.`;
    case 'ENOTFOUND':
      return `There is no host ${place.host}: ${elsewhere} to choose another.`;
    default:
      return `Port ${place.port} on ${place.host} cannot be opened: ${reasonOf(cause)}.`;
  }
}

function dateOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 10);
}

// --- signals -------------------------------------------------------------------------------------------------------------------------

/** What of the running program this needs; `process` has it. */
export interface Signals {
  on(signal: NodeJS.Signals, listener: () => void): unknown;
  off(signal: NodeJS.Signals, listener: () => void): unknown;
  exit(code: number): void;
}

/**
 * Runs until a signal: the first SIGTERM or SIGINT closes and lets requests under way finish, the second ends at once. SIGHUP reads the
 * certificate anew. Resolves when everything is closed.
 */
export function untilStopped(
  running: Pick<Serving, 'close' | 'reload'>,
  log: Log,
  signals: Signals = process,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let stopping = false;
    const stop = (): void => {
      if (stopping) {
        signals.exit(130);
        return;
      }
      stopping = true;
      log.info('stopping: requests under way are finished; once more to end at once');
      running.close().then(() => {
        signals.off('SIGTERM', stop);
        signals.off('SIGINT', stop);
        signals.off('SIGHUP', reload);
        resolve();
      }, reject);
    };
    const reload = (): void => {
      running.reload().catch((error) => log.error(`the certificate stays as it was: ${reasonOf(error)}`));
    };
    signals.on('SIGTERM', stop);
    signals.on('SIGINT', stop);
    signals.on('SIGHUP', reload);
  });
}
