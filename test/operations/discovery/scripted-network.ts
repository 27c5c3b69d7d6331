/**
 * A network for tests: lookups from tables, certificates and answers from functions. It notes every request.
 */
import type { Certificate, Failure, HttpRequest, Lookup, Network } from '../../../src/operations/discovery/network.ts';
import type { ServiceRecord } from '../../../src/operations/discovery/service-records.ts';
import type { FakeAnswer, FakeRequest } from './fake-service.ts';

export const NOW = Date.UTC(2030, 0, 1);

export const GOOD_CERTIFICATE: Certificate = {
  subject: 'dav.example.com',
  names: ['dav.example.com'],
  issuer: 'Example Authority',
  validFrom: new Date(NOW - 86_400_000),
  validTo: new Date(NOW + 60 * 86_400_000),
  selfSigned: false,
  namesHost: true,
  chainProblem: undefined,
};

export interface Script {
  readonly srv?: Readonly<Record<string, Lookup<ServiceRecord>>>;
  readonly txt?: Readonly<Record<string, Lookup<readonly string[]>>>;
  readonly addresses?: Readonly<Record<string, Lookup<string>>>;
  readonly handshake?: (host: string, port: number, address: string) => Partial<Certificate> | Failure | undefined;
  readonly service?: (request: FakeRequest, url: URL) => FakeAnswer | Failure;
}

export interface ScriptedNetwork extends Network {
  readonly requests: readonly HttpRequest[];
}

export function scriptedNetwork(script: Script): ScriptedNetwork {
  const requests: HttpRequest[] = [];
  return {
    requests,
    resolveSrv: async (name) => script.srv?.[name] ?? { records: [] },
    resolveTxt: async (name) => script.txt?.[name] ?? { records: [] },
    resolveAddresses: async (host) => script.addresses?.[host] ?? { records: ['192.0.2.1'] },
    handshake: async (host, port, address) => {
      const shown = script.handshake?.(host, port, address) ?? {};
      return 'failure' in shown ? shown : { ...GOOD_CERTIFICATE, ...shown };
    },
    request: async (request) => {
      requests.push(request);
      const { method, url, headers } = request;
      const given = script.service?.({ method, path: url.pathname, headers }, url) ?? { failure: 'ECONNREFUSED' };
      if ('failure' in given) return given;
      return { status: given.status, headers: new Map(Object.entries(given.headers)), body: Buffer.from(given.body) };
    },
  };
}

export const srv = (target: string, port = 8443, priority = 1, weight = 5): ServiceRecord => ({
  priority,
  weight,
  port,
  target,
});

/** The zone that `davit dns` prints for example.com, as lookups. */
export const ZONE = {
  srv: {
    '_caldavs._tcp.example.com': { records: [srv('dav.example.com')] },
    '_carddavs._tcp.example.com': { records: [srv('dav.example.com')] },
    '_caldav._tcp.example.com': { records: [srv('', 0, 0, 0)] },
    '_carddav._tcp.example.com': { records: [srv('', 0, 0, 0)] },
  },
  txt: {
    '_caldavs._tcp.example.com': { records: [['path=/calendars']] },
    '_carddavs._tcp.example.com': { records: [['path=/addressbooks']] },
  },
} as const satisfies Script;
