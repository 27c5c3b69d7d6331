/**
 * The certificate of the service: the one that is configured, or one that it makes itself and keeps in the data folder. RFC 9110 section 4.3.4.
 */
import { createPrivateKey, type KeyObject, randomUUID, X509Certificate } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import { codeOf, reasonOf } from '../operations/reason.ts';
import { StartError } from './start-error.ts';

/** What TLS needs, and what people want to know of it. */
export interface Certificate {
  /** The certificate and its chain, PEM. */
  readonly cert: string;
  /** PEM */
  readonly key: string;
  /** The file in which the certificate lies. */
  readonly file: string;
  readonly selfSigned: boolean;
  /** SHA-256, pairs of hexadecimal digits between colons. */
  readonly fingerprint: string;
  /** Seconds since 1970. */
  readonly expires: number;
}

/** Reads a configured certificate with its key. @throws StartError */
export async function loadCertificate(files: {
  readonly certificate: string;
  readonly key: string;
}): Promise<Certificate> {
  const cert = await readPem('certificate', files.certificate);
  const key = await readPem('private key', files.key);
  const parsed = certificateIn(cert);
  if (parsed === undefined) {
    throw new StartError(`${files.certificate} holds no certificate in PEM form (-----BEGIN CERTIFICATE-----).`);
  }
  let privateKey: KeyObject;
  try {
    privateKey = createPrivateKey(key);
  } catch (error) {
    const isEncrypted = key.includes('ENCRYPTED') || codeOf(error) === 'ERR_MISSING_PASSPHRASE';
    throw new StartError(
      isEncrypted
        ? `The private key in ${files.key} is encrypted: store it without a passphrase, readable for this user alone.`
        : `${files.key} holds no private key in PEM form (-----BEGIN PRIVATE KEY-----).`,
    );
  }
  if (!parsed.checkPrivateKey(privateKey)) {
    throw new StartError(
      `The private key in ${files.key} does not belong to the certificate in ${files.certificate}; the certificate of the service itself must come first in that file.`,
    );
  }
  return describe(cert, key, files.certificate, parsed, false);
}

async function readPem(what: string, file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new StartError(`The ${what} ${file} cannot be read: ${reasonOf(error)}.`);
  }
}

/** The first certificate of a PEM text. */
function certificateIn(pem: string): X509Certificate | undefined {
  if (!pem.includes('-----BEGIN CERTIFICATE-----')) return undefined;
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

function describe(cert: string, key: string, file: string, parsed: X509Certificate, selfSigned: boolean): Certificate {
  const expires = Math.floor(parsed.validToDate.getTime() / 1000);
  return { cert, key, file, selfSigned, fingerprint: parsed.fingerprint256, expires };
}

// --- self-signed ---------------------------------------------------------------------------------------------------------------------

const CERTIFICATE_FILE = 'certificate.pem';
const KEY_FILE = 'certificate-key.pem';
/** The most that clients by Apple accept. */
const DAYS = 825;
const ALWAYS = ['localhost', '127.0.0.1', '::1'];
const WILDCARDS = ['0.0.0.0', '::'];

/**
 * The self-signed certificate kept in the folder, made anew when there is none, when it has expired, or when it lacks one of the names.
 * @param names hosts and addresses under which the service is reached, besides this machine's own
 * @param now seconds since 1970
 * @throws StartError when the folder cannot be written
 */
export async function selfSignedCertificate(
  folder: string,
  names: readonly string[],
  now: number,
): Promise<Certificate> {
  const wanted = [...new Set([...ALWAYS, ...names.filter((name) => !WILDCARDS.includes(name))])];
  const kept = await keptCertificate(folder, wanted, now);
  if (kept !== undefined) return kept;
  const made = await generate([{ name: 'commonName', value: 'Davit' }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    notBeforeDate: new Date((now - 3600) * 1000),
    notAfterDate: new Date((now + DAYS * 86_400) * 1000),
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: wanted.map((name) => (isIP(name) === 0 ? { type: 2, value: name } : { type: 7, ip: name })),
      },
    ],
  });
  const file = join(folder, CERTIFICATE_FILE);
  try {
    await replace(join(folder, KEY_FILE), made.private);
    await replace(file, made.cert);
  } catch (error) {
    throw new StartError(`The certificate cannot be kept in ${folder}: ${reasonOf(error)}.`);
  }
  return describe(made.cert, made.private, file, new X509Certificate(made.cert), true);
}

/** What is kept, if it can still be used: whole, a pair, not expired, for all these names. */
async function keptCertificate(
  folder: string,
  names: readonly string[],
  now: number,
): Promise<Certificate | undefined> {
  const file = join(folder, CERTIFICATE_FILE);
  let cert: string;
  let key: string;
  try {
    [cert, key] = await Promise.all([readFile(file, 'utf8'), readFile(join(folder, KEY_FILE), 'utf8')]);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw new StartError(`The certificate kept in ${folder} cannot be read: ${reasonOf(error)}.`);
  }
  try {
    const parsed = new X509Certificate(cert);
    if (!parsed.checkPrivateKey(createPrivateKey(key)) || parsed.validToDate.getTime() <= now * 1000) return undefined;
    const covers = (name: string): boolean =>
      (isIP(name) === 0 ? parsed.checkHost(name) : parsed.checkIP(name)) !== undefined;
    return names.every(covers) ? describe(cert, key, file, parsed, true) : undefined;
  } catch {
    // Half of it, or something else: it is ours to make anew.
    return undefined;
  }
}

/** Whole or not at all. */
async function replace(file: string, text: string): Promise<void> {
  const beside = `${file}.${randomUUID()}`;
  await writeFile(beside, text, { mode: 0o600, flag: 'wx' });
  try {
    await rename(beside, file);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}
