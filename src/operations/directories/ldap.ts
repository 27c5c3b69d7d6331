/**
 * Reads an LDAP directory: over TLS with the server's certificate verified, in pages, within bounds of time and size. What fails, or is not
 * answered as a whole, fails as a whole. RFC 4511, RFC 2696, RFC 4513.
 */
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import { type Entry as AnsweredEntry, Client } from 'ldapts';
import { reasonOf } from '../reason.ts';
import { type Entries, type Entry, SourceFailed } from './entry.ts';
import { attributesOf, entryOf, type LdapEntry } from './ldap-entry.ts';
import { isLoopback, type LdapSettings, mappingOf } from './settings.ts';

/** Milliseconds until a connection stands, and until a page has come. */
const CONNECTING = 10_000;
const ANSWERING = 60_000;
/** Entries of a page, and of a directory. */
const PAGE = 200;
const MOST_ENTRIES = 200_000;

/** Attributes that are octets, whatever they look like; as servers write them. */
const OCTETS = ['jpegPhoto', 'thumbnailPhoto', 'objectGUID'];

/** @throws SourceFailed when it cannot be read to its end */
export async function* ldapEntries(settings: LdapSettings, connecting = CONNECTING): Entries {
  let client: Client | undefined;
  try {
    client = new Client({
      url: settings.url,
      ...{ timeout: ANSWERING, connectTimeout: connecting },
      ...(settings.url.startsWith('ldaps:') ? { tlsOptions: tlsOf(settings) } : {}),
    });
    yield* pages(client, settings, connecting);
  } catch (error) {
    throw error instanceof SourceFailed ? error : new SourceFailed(whatFailed(error, settings));
  } finally {
    // It may be gone already: that is no failure any more.
    await client?.unbind().catch(() => undefined);
  }
}

/** Whom to trust; what a certificate says is always verified. */
function tlsOf({ certificates }: LdapSettings): ConnectionOptions {
  return { minVersion: 'TLSv1.2', ...(certificates === undefined ? {} : { ca: readFileSync(certificates) }) };
}

/** The client does not look at how long a handshake takes. @throws SourceFailed */
async function inTime(step: Promise<void>, milliseconds: number, host: string): Promise<void> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new SourceFailed(`${host} does not go on with TLS`)), milliseconds);
  try {
    await Promise.race([step, late]);
  } finally {
    clearTimeout(timer);
  }
}

async function* pages(client: Client, settings: LdapSettings, connecting: number): AsyncGenerator<readonly Entry[]> {
  const { url, bindDn, passwordFile, base, filter, scope } = settings;
  const { hostname, protocol } = new URL(url);
  if (protocol === 'ldap:' && !(settings.plain && isLoopback(hostname))) {
    const servername = isIP(hostname.replace(/^\[|\]$/g, '')) === 0 ? { servername: hostname } : {};
    await inTime(client.startTLS({ ...tlsOf(settings), host: hostname, ...servername }), connecting, hostname);
  }
  if (bindDn !== undefined) await client.bind(bindDn, passwordIn(passwordFile));
  const mapping = mappingOf(settings);
  const taken = new Set(attributesOf(mapping));
  // No size limit is asked for: a server that has one of its own says so instead of answering a part.
  const search = client.searchPaginated(base, {
    ...{ scope, filter, paged: { pageSize: PAGE }, attributes: [...taken], explicitBufferAttributes: OCTETS },
  });
  let count = 0;
  for await (const { searchEntries } of search) {
    // A client that connects anew does not log in anew, and sees what strangers may.
    if (bindDn !== undefined && !client.isBound) throw new SourceFailed('the connection was lost half way');
    count += searchEntries.length;
    if (count > MOST_ENTRIES)
      throw new SourceFailed(`it has more than ${MOST_ENTRIES} entries: choose a narrower filter`);
    yield searchEntries.map((entry) => entryOf(readEntry(entry), mapping));
  }
}

function readEntry({ dn, ...attributes }: AnsweredEntry): LdapEntry {
  const values = new Map<string, readonly (string | Uint8Array)[]>();
  for (const [written, given] of Object.entries(attributes)) {
    const name = written.toLowerCase().split(';')[0] ?? '';
    values.set(name, [...(values.get(name) ?? []), ...(Array.isArray(given) ? given : [given])]);
  }
  return { dn, values };
}

function passwordIn(file: string | undefined): string {
  const password = file === undefined ? '' : readFileSync(file, 'utf8').split('\n')[0]?.replace(/\r$/, '');
  // A bind without a password is none: RFC 4513.
  if (password === undefined || password === '') throw new SourceFailed('there is no password to log in with');
  return password;
}

function whatFailed(error: unknown, { url }: LdapSettings): string {
  const name = error instanceof Error ? error.constructor.name : '';
  const { host } = new URL(url);
  if (name === 'SizeLimitExceededError') return `${host} answers no more than a part: its size limit is exceeded`;
  if (name === 'TimeLimitExceededError') return `${host} answered a part only: its time limit is exceeded`;
  if (name === 'InvalidCredentialsError') return `${host} refuses the login`;
  if (name === 'NoSuchObjectError') return `${host} has nothing at that base`;
  return `${host}: ${reasonOf(error)}`;
}
