/**
 * The service in this process: requests are values, and no port is opened.
 */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { Readable } from 'node:stream';
import { catalogue } from '../../src/dav/catalogue.ts';
import { DavError } from '../../src/dav/errors.ts';
import { etagOf } from '../../src/dav/etag.ts';
import { DEFAULT_LIMITS } from '../../src/dav/limits.ts';
import type { DavRequest, DavResponse } from '../../src/dav/method.ts';
import { addUser } from '../../src/operations/accounts.ts';
import { administration } from '../../src/operations/administration.ts';
import { setAdministrators } from '../../src/operations/administrators.ts';
import { cardOf } from '../../src/operations/directories/card.ts';
import { addDirectory, removeDirectory, showDirectory } from '../../src/operations/directories/directories.ts';
import type { Entry } from '../../src/operations/directories/entry.ts';
import { fillDirectory } from '../../src/operations/directories/fill.ts';
import { addDomain, listDomains } from '../../src/operations/domains.ts';
import { addGroup, setMembers } from '../../src/operations/groups.ts';
import { hashPassword } from '../../src/operations/passwords.ts';
import { setDirectoryPolicy } from '../../src/operations/tenants.ts';
import { standardFeatures } from '../../src/server/features.ts';
import { type Log, SILENT } from '../../src/server/log.ts';
import { createService } from '../../src/server/service.ts';
import { UNBOUNDED } from '../../src/store/records.ts';
import type { Store } from '../../src/store/store.ts';
import {
  CHEAP_HASHING,
  domainOf,
  nameOf,
  type Received,
  type Sent,
  type ServiceOptions,
  type ServiceUnderTest,
  TEST_LIMITS,
  TEST_PASSWORD,
} from './service.ts';

const ORIGIN = 'https://dav.example.com';

/** Numbers that keep accounts of several services on one store apart. */
let services = 0;

/** A service over an open store. Closing the service closes the store. */
export async function inProcess(store: Store, options: ServiceOptions): Promise<ServiceUnderTest> {
  const features = options.features ?? standardFeatures();
  const limits = { ...DEFAULT_LIMITS, ...TEST_LIMITS, ...options.limits };
  const faults: unknown[] = [];
  const log: Log = { ...SILENT, error: (_message, error) => faults.push(error) };
  const defaultDomain = domainOf('alice');
  let shift = 0;
  const clock = (): number => Math.floor(Date.now() / 1000) + shift;
  const service = createService({ store, features, limits, realm: 'Davit', defaultDomain, log, clock });
  const admin = administration(store, catalogue(features), 'tests', { limits });
  const domains = new Set((await listDomains(admin)).map(({ name }) => name));
  for (const name of [defaultDomain, domainOf('carol')]) if (!domains.has(name)) await addDomain(admin, name);
  const hash = await hashPassword(TEST_PASSWORD, CHEAP_HASHING);
  const prefix = services++ === 0 ? '' : `${services}-`;

  return {
    mode: 'process',
    origin: ORIGIN,
    async send(sent: Sent): Promise<Received> {
      const response = await service.handle(davRequest(sent));
      const body = sent.method === 'HEAD' ? Buffer.alloc(0) : await bytesOf(response);
      // A fault of ours is an answer 500 to a client; to a test it is the fault.
      const fault = faults.shift();
      if (fault !== undefined) throw fault;
      const headers = Object.entries(response.headers).map(([name, value]) => [name.toLowerCase(), value] as const);
      return {
        status: response.status,
        headers: Object.fromEntries(headers),
        body,
      };
    },
    account(role, number) {
      const local = `${role}-${prefix}${number}`;
      const address = `${local}@${domainOf(role)}`;
      const aliases = [`${local}-also@${domainOf(role)}`];
      const exists = addUser(admin, { address, aliases, name: nameOf(role), credential: { hash } });
      return { address, aliases, password: TEST_PASSWORD, exists: exists.then(() => {}) };
    },
    team(number, members) {
      const address = `team-${prefix}${number}@${domainOf('alice')}`;
      const add = async (): Promise<void> => {
        await addGroup(admin, { address, name: 'team' });
        await Promise.all(members.map(({ exists }) => exists));
        await setMembers(
          admin,
          address,
          members.map((member) => member.address),
        );
      };
      return { address, exists: add() };
    },
    async quota(address, octets) {
      await store.write({ by: undefined, client: 'tests', at: 0 }, async (tx) => {
        const account = await tx.directory.accountByAddress(address);
        if (account !== undefined) await tx.usage.setQuota(account.id, octets);
      });
    },
    async spoil(address, [segment, name, object], data) {
      const origin = { by: undefined, client: 'tests', at: clock() };
      await store.write(origin, async (tx) => {
        const account = await tx.directory.accountByAddress(address);
        const collection = account && (await tx.collections.along(account.id, [segment, name]))[1];
        const record = collection && (await tx.objects.get(collection, object));
        if (collection === undefined || record === undefined) throw new RangeError(`there is no ${object}`);
        const { uid, component } = record;
        const index = { ...UNBOUNDED, component, texts: {} };
        await tx.objects.put(collection, {
          name: object,
          uid,
          etag: etagOf(Buffer.from(data)),
          data: Buffer.from(data),
          index,
        });
      });
    },
    later(seconds) {
      shift += seconds;
    },
    async prune() {
      await store.prune({ tombstones: 2 ** 40, history: 0, locks: 0, attachments: 0, contents: 0 }, 100_000);
    },
    administrators: (domain, addresses) => setAdministrators(admin, domain, addresses),
    async offer(domain, name) {
      const { tenant } = (await listDomains(admin)).find((one) => one.name === domain) ?? {};
      const source = await addDirectory(admin, { name, title: 'Company', tenant, from: { kind: 'principals' } });
      return {
        async fill(people) {
          const entries = people.map(({ uid, name: called, email }): Entry => {
            const data = cardOf({ uid, name: called, emails: email === undefined ? [] : [email] });
            return { kind: 'card', uid, label: called, data };
          });
          const report = await fillDirectory(admin, source, { entries: Readable.from([entries]) });
          assert.equal(report?.fault, undefined);
        },
        async show(...addresses) {
          for (const address of addresses) await showDirectory(admin, { address, name, shown: true });
        },
        end: () => removeDirectory(admin, source),
      };
    },
    async directory(domain, policy) {
      await setDirectoryPolicy(admin, domain, policy);
    },
    close: () => service.close(),
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
      if (body.length > limit) throw tooLarge(limit);
      return body;
    },
    async *stream(limit) {
      for (let at = 0; at < body.length; at += PIECE) {
        if (at + PIECE > limit && body.length > limit) throw tooLarge(limit);
        yield body.subarray(at, at + PIECE);
      }
    },
  };
}

/** Octets in which a streamed body comes: no divisor of anything. */
const PIECE = 10_007;

function tooLarge(limit: number): DavError {
  return new DavError(413, `the body has more than ${limit} octets`);
}

/** @throws AssertionError when they are not as many as the answer says */
async function bytesOf({ body, headers }: DavResponse): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  if (typeof body === 'string' || body instanceof Uint8Array) chunks.push(Buffer.from(body));
  else for await (const chunk of body ?? []) chunks.push(Buffer.from(chunk));
  const bytes = Buffer.concat(chunks);
  const declared = headers['Content-Length'];
  if (declared !== undefined) assert.equal(bytes.length, Number(declared), 'octets of the body');
  return bytes;
}
