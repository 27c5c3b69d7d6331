/**
 * The service in this process: requests are values, and no port is opened.
 */
import { Buffer } from 'node:buffer';
import { type Catalogue, catalogue } from '../../src/dav/catalogue.ts';
import { DavError } from '../../src/dav/errors.ts';
import { DEFAULT_LIMITS } from '../../src/dav/limits.ts';
import type { Body, DavRequest } from '../../src/dav/method.ts';
import { hashPassword } from '../../src/operations/passwords.ts';
import { standardFeatures } from '../../src/server/features.ts';
import { createService } from '../../src/server/service.ts';
import type { Domain } from '../../src/store/records.ts';
import type { Store } from '../../src/store/store.ts';
import { addAccount, testDomains } from './accounts.ts';
import {
  domainOf,
  type Received,
  type Role,
  type Sent,
  type ServiceOptions,
  type ServiceUnderTest,
  TEST_LIMITS,
  TEST_PASSWORD,
} from './service.ts';

/** The same cheap hash for all accounts: what hashing costs is not what these tests are about. */
export const CHEAP_HASHING = { memoryCost: 8, timeCost: 1, parallelism: 1 } as const;

const ORIGIN = 'https://dav.example.com';

/** Numbers that keep accounts of several services on one store apart. */
let services = 0;

/** A service over an open store. Closing the service closes the store. */
export async function inProcess(store: Store, options: ServiceOptions): Promise<ServiceUnderTest> {
  const features = options.features ?? standardFeatures();
  const limits = { ...DEFAULT_LIMITS, ...TEST_LIMITS, ...options.limits };
  const faults: unknown[] = [];
  const service = createService({
    store,
    features,
    limits,
    realm: 'Davit',
    onFault: (error: unknown) => {
      faults.push(error);
    },
  });
  const prefix = services++ === 0 ? '' : `${services}-`;
  const declared: Catalogue = catalogue(features);
  const passwordHash = await hashPassword(TEST_PASSWORD, CHEAP_HASHING);
  const domains: Readonly<Record<Role, Domain>> = await testDomains(store);

  return {
    mode: 'process',
    origin: ORIGIN,
    async send(sent: Sent): Promise<Received> {
      const response = await service.handle(davRequest(sent));
      const fault = faults.shift();
      if (fault !== undefined) throw fault;
      const body = await bytesOf(response.body);
      const headers = Object.entries(response.headers).map(([name, value]) => [name.toLowerCase(), value] as const);
      return {
        status: response.status,
        headers: Object.fromEntries(headers),
        body: sent.method === 'HEAD' ? Buffer.alloc(0) : body,
      };
    },
    account(role, number) {
      const address = `${role}-${prefix}${number}@${domainOf(role)}`;
      const exists = addAccount(store, declared, { domain: domains[role], address, displayName: role, passwordHash });
      return { address, password: TEST_PASSWORD, exists };
    },
    close: () => store.close(),
  };
}

function davRequest({ method, target, headers, body = Buffer.alloc(0) }: Sent): DavRequest {
  const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const);
  return {
    method,
    target,
    headers: { host: new URL(ORIGIN).host, 'content-length': String(body.length), ...Object.fromEntries(lower) },
    origin: ORIGIN,
    async body(limit) {
      if (body.length > limit) throw new DavError(413, `the body has more than ${limit} octets`);
      return body;
    },
  };
}

async function bytesOf(body: Body | undefined): Promise<Uint8Array> {
  if (body === undefined) return Buffer.alloc(0);
  if (typeof body === 'string') return Buffer.from(body);
  if (body instanceof Uint8Array) return body;
  const chunks: string[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.from(chunks.join(''));
}
