import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { judgeCertificate } from '../../../src/operations/discovery/certificate.ts';
import type { Certificate } from '../../../src/operations/discovery/network.ts';

const NOW = Date.UTC(2030, 0, 1);
const inDays = (days: number) => new Date(NOW + days * 86_400_000);
const GOOD: Certificate = {
  subject: 'dav.example.com',
  names: ['dav.example.com', 'example.com'],
  issuer: 'Example Authority',
  validFrom: inDays(-30),
  validTo: inDays(60),
  selfSigned: false,
  namesHost: true,
  chainProblem: undefined,
};
const judge = (change: Partial<Certificate>, allowUntrusted = false) =>
  judgeCertificate({ ...GOOD, ...change }, { host: 'dav.example.com', now: NOW, allowUntrusted });

describe('RFC 6764 section 8: the certificate of the target', () => {
  test('a good one is told with its names, issuer and days', () => {
    assert.deepEqual(judge({}), {
      answer: 'CN dav.example.com; for dav.example.com, example.com; issued by Example Authority; 60 days left',
      verdict: 'ok',
      believed: true,
    });
  });

  const faults: readonly (readonly [string, Partial<Certificate>, RegExp])[] = [
    ['names another host', { namesHost: false }, /does not name dav\.example\.com/],
    ['has expired', { validTo: inDays(-3), chainProblem: 'CERT_HAS_EXPIRED' }, /expired: renew it\.$/],
    ['is not valid yet', { validFrom: inDays(3), chainProblem: 'CERT_NOT_YET_VALID' }, /clocks of the server.*\.$/],
    ['is self-signed', { selfSigned: true, chainProblem: 'DEPTH_ZERO_SELF_SIGNED_CERT' }, /self-signed/],
    ['comes without its chain', { chainProblem: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' }, /whole chain/],
    ['comes from an own authority', { chainProblem: 'SELF_SIGNED_CERT_IN_CHAIN' }, /authority of your own/],
    ['is revoked', { chainProblem: 'CERT_REVOKED' }, /CERT_REVOKED/],
  ];
  for (const [what, change, advice] of faults) {
    test(`fails if it ${what}, and is a warning, still not believed, if that is allowed`, () => {
      const judged = judge(change);
      assert.equal(judged.verdict, 'failed');
      assert.equal(judged.believed, false);
      assert.match(judged.advice ?? '', advice);
      assert.deepEqual(judge(change, true), { ...judged, verdict: 'warning' });
    });
  }

  test('several faults are all told', () => {
    const { advice } = judge({ namesHost: false, selfSigned: true, chainProblem: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
    assert.match(advice ?? '', /does not name.*self-signed/);
  });

  test('one that ends within two weeks is a warning', () => {
    assert.equal(judge({ validTo: inDays(14) }).verdict, 'ok');
    assert.equal(judge({ validTo: inDays(13) }).verdict, 'warning');
    assert.equal(judge({ validTo: inDays(13) }).believed, true);
  });

  test('a self-signed one that the operator named is believed with a warning', () => {
    assert.partialDeepStrictEqual(judge({ selfSigned: true }), { verdict: 'warning', believed: true });
  });
});
