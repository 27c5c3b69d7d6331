/**
 * The service that the tests talk to: one for each test process. `DAVIT_TEST_MODE` says how: `process` (the default) calls the service in
 * this process, without a port; `tls` starts Davit as `npm start` does and speaks HTTPS to it. `DAVIT_TEST_ENGINE` is `sqlite` (the
 * default) or `postgres`.
 */
import type { Feature } from '../../src/dav/feature.ts';
import type { Limits } from '../../src/dav/limits.ts';
import type { DirectoryPolicy } from '../../src/store/records.ts';

/** Who a test's accounts are. */
export type Role = 'alice' | 'bob' | 'carol';

/** A request as a client sends it. */
export interface Sent {
  readonly method: string;
  /** Path and query, as it goes over the wire. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | undefined;
}

/** A response as a client gets it; header names in lower case. */
export interface Received {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array;
}

/** An account that exists once `exists` resolves. */
export interface TestAccount {
  readonly address: string;
  readonly aliases: readonly string[];
  readonly password: string;
  readonly exists: Promise<void>;
}

/** A group that exists once `exists` resolves. */
export type TestGroup = Pick<TestAccount, 'address' | 'exists'>;

/** A running service. */
export interface ServiceUnderTest {
  readonly mode: 'process' | 'tls';
  /** `https://dav.example.com` */
  readonly origin: string;
  send(request: Sent): Promise<Received>;
  /** The account of that role for the test of that number. */
  account(role: Role, number: number): TestAccount;
  /** A group of these accounts, which are alice and bob of that number. */
  team(number: number, members: readonly TestAccount[]): TestGroup;
  /** Lets the account have so many octets; absent where a test cannot say so. */
  quota?(address: string, octets: number): Promise<void>;
  /** Puts these octets into the object as no client can; absent where a test cannot do so. */
  spoil?(
    address: string,
    path: readonly [segment: string, collection: string, name: string],
    data: string,
  ): Promise<void>;
  /** Lets so many seconds pass; absent where a test cannot do so. */
  later?(seconds: number): void;
  /** Forgets what was removed until now, in all accounts; absent where a test cannot do so. */
  prune?(): Promise<void>;
  /** Makes these accounts the administrators of a domain, and nobody else. Tests in one process share their domains. */
  administrators(domain: string, addresses: readonly string[]): Promise<void>;
  /** Adds an empty directory to a domain's tenant; absent where a test cannot do so. Tests in one process share their tenants. */
  offer?(domain: string, name: string): Promise<Offered>;
  /** Says whom the users of a domain's tenant can look up. */
  directory(domain: string, policy: DirectoryPolicy): Promise<void>;
  close(): Promise<void>;
}

/** A directory of a test. */
export interface Offered {
  /** Makes it hold these people, and nobody else. */
  fill(people: readonly { readonly uid: string; readonly name: string; readonly email?: string }[]): Promise<void>;
  /** Lists it in the homes of these accounts, and of nobody else: there may be many. */
  show(...addresses: readonly string[]): Promise<void>;
  end(): Promise<void>;
}

/** What a tool may ask of an in-process service. */
export interface ServiceOptions {
  readonly features?: readonly Feature[];
  readonly limits?: Partial<Limits>;
}

/** Limits so small that a test can meet them. What is not here is as Davit ships. */
export const TEST_LIMITS = {
  calendarObject: 200 * 1024,
  addressObject: 200 * 1024,
  attachment: 600 * 1024,
  attachments: 4,
  xmlBody: 512 * 1024,
  infinityMembers: 100,
  attendees: 50,
  properties: 8 * 1024,
  objectProperties: 4 * 1024,
  collections: 30,
  followed: 25,
  hrefs: 500,
} as const satisfies Partial<Limits>;

/** The domain in which an account of that role lies. */
export function domainOf(role: Role): string {
  return role === 'carol' ? 'example.org' : 'example.com';
}

/** What an account of that role is called: carol alone has two names. */
export function nameOf(role: Role): string {
  return role === 'carol' ? 'carol example' : role;
}

/** One password for all test accounts: nothing here is secret. */
export const TEST_PASSWORD = 'correct horse battery staple';

/** A hash that costs next to nothing: what hashing costs is not what these tests are about. */
export const CHEAP_HASHING = { memoryCost: 8, timeCost: 1, parallelism: 1 } as const;

let current: Promise<ServiceUnderTest> | undefined;

/** The service of this test process, started at the first call. */
export function currentService(): Promise<ServiceUnderTest> {
  current ??= start();
  return current;
}

/** Ends it, if it was started. */
export async function closeService(): Promise<void> {
  const ending = current;
  current = undefined;
  await (await ending)?.close();
}

async function start(): Promise<ServiceUnderTest> {
  const mode = process.env.DAVIT_TEST_MODE ?? 'process';
  if (mode === 'tls') return (await import('./over-tls.ts')).overTls();
  if (mode !== 'process') throw new RangeError(`DAVIT_TEST_MODE is process or tls, not ${mode}`);
  const { inProcess } = await import('./in-process.ts');
  const { openTestStore } = await import('./engine.ts');
  const store = await openTestStore();
  try {
    return await inProcess(store, {});
  } catch (error) {
    await store.close();
    throw error;
  }
}
