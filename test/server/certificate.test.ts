/**
 * Certificates: what is wrong with a configured one in one sentence, and the one that the service makes itself.
 */
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { generate } from 'selfsigned';
import { loadCertificate, selfSignedCertificate } from '../../src/server/certificate.ts';
import { StartError } from '../../src/server/start-error.ts';
import { temporaryFolder } from '../support/engine.ts';

const NOW = Math.floor(Date.now() / 1000);
let folder = '';
let count = 0;
let pair = { cert: '', key: '' };

before(async () => {
  folder = temporaryFolder('certificate');
  const made = await generate([{ name: 'commonName', value: 'dav.example.com' }], {
    keyType: 'ec',
    algorithm: 'sha256',
  });
  pair = { cert: made.cert, key: made.private };
});
after(() => rmSync(folder, { recursive: true, force: true }));

function file(text: string): string {
  const path = join(folder, `${count++}.pem`);
  writeFileSync(path, text);
  return path;
}

/** A folder of its own. */
function place(): string {
  const path = join(folder, `data-${count++}`);
  mkdirSync(path);
  return path;
}

function refusal(pattern: RegExp): (error: unknown) => boolean {
  return (error) => error instanceof StartError && pattern.test(error.message) && !error.message.includes('\n');
}

describe('configured', () => {
  test('certificate and key are taken as they stand in their files', async () => {
    const certificate = file(pair.cert);
    const loaded = await loadCertificate({ certificate, key: file(pair.key) });
    assert.equal(loaded.cert, pair.cert);
    assert.equal(loaded.key, pair.key);
    assert.equal(loaded.selfSigned, false);
    assert.equal(loaded.fingerprint, new X509Certificate(pair.cert).fingerprint256);
  });

  test('a missing or unreadable file is named', async () => {
    const good = { certificate: file(pair.cert), key: file(pair.key) };
    const missing = join(folder, 'missing.pem');
    await assert.rejects(loadCertificate({ ...good, certificate: missing }), refusal(/missing\.pem cannot be read/));
    await assert.rejects(
      loadCertificate({ ...good, key: missing }),
      refusal(/private key .*missing\.pem cannot be read/),
    );
    await assert.rejects(loadCertificate({ ...good, key: folder }), refusal(/cannot be read: it is a folder/));
  });

  test('what is no PEM, or the other file, is refused', async () => {
    const good = { certificate: file(pair.cert), key: file(pair.key) };
    const certificates = ['', 'nonsense', pair.key, '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'];
    for (const text of certificates)
      await assert.rejects(loadCertificate({ ...good, certificate: file(text) }), refusal(/holds no certificate/));
    for (const text of ['', 'nonsense', pair.cert])
      await assert.rejects(loadCertificate({ ...good, key: file(text) }), refusal(/holds no private key/));
  });

  test('a key of another certificate, and an encrypted key, are refused', async () => {
    const other = await generate([], { keyType: 'ec', algorithm: 'sha256' });
    const certificate = file(pair.cert);
    await assert.rejects(loadCertificate({ certificate, key: file(other.private) }), refusal(/does not belong/));
    const secret = await generate([], { keyType: 'ec', algorithm: 'sha256', passphrase: 'secret' });
    await assert.rejects(loadCertificate({ certificate, key: file(secret.private) }), refusal(/is encrypted/));
  });
});

describe('self-signed', () => {
  test('it names this machine and the hosts that are asked for, and is kept for its owner alone', async () => {
    const data = place();
    const made = await selfSignedCertificate(data, ['dav.example.com', '192.0.2.1', '0.0.0.0'], NOW);
    const parsed = new X509Certificate(made.cert);
    for (const name of ['localhost', 'dav.example.com']) assert.equal(parsed.checkHost(name), name);
    for (const address of ['127.0.0.1', '::1', '192.0.2.1']) assert.ok(parsed.checkIP(address), address);
    assert.equal(parsed.checkHost('other.example.com'), undefined);
    assert.equal(parsed.ca, false);
    for (const name of ['certificate.pem', 'certificate-key.pem'])
      assert.equal(statSync(join(data, name)).mode & 0o777, 0o600);
    assert.equal(readFileSync(made.file, 'utf8'), made.cert);
  });

  test('the second start takes the one that is kept', async () => {
    const data = place();
    const made = await selfSignedCertificate(data, ['127.0.0.1'], NOW);
    assert.deepEqual(await selfSignedCertificate(data, ['127.0.0.1'], NOW + 86_400), made);
  });

  test('it is made anew when it has expired, lacks a name, or is broken', async () => {
    const data = place();
    let last = await selfSignedCertificate(data, [], NOW);
    const differs = async (names: readonly string[], at: number): Promise<void> => {
      const next = await selfSignedCertificate(data, names, at);
      assert.notEqual(next.fingerprint, last.fingerprint);
      assert.ok(next.expires > at);
      last = next;
    };
    await differs([], last.expires);
    await differs(['dav.example.com'], NOW);
    writeFileSync(last.file, 'half a fi');
    await differs(['dav.example.com'], NOW);
    rmSync(last.file);
    await differs(['dav.example.com'], NOW);
  });

  test('a folder that cannot be written is named', async () => {
    await assert.rejects(
      selfSignedCertificate(join(folder, 'nowhere'), [], NOW),
      refusal(/cannot be kept in .*nowhere/),
    );
    const data = place();
    mkdirSync(join(data, 'certificate.pem'));
    await assert.rejects(selfSignedCertificate(data, [], NOW), refusal(/it is a folder/));
    assert.deepEqual(readdirSync(data).sort(), ['certificate-key.pem', 'certificate.pem']);
  });
});
