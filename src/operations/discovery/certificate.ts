/**
 * Judges the certificate a server shows as clients do, and says what to mend. RFC 6764 section 8: clients verify the
 * certificate before they entrust a password to the host a DNS record named. Authorities do not issue SRV-IDs, so the
 * DNS-ID of the target decides, as in the clients people use.
 */
import type { Certificate } from './network.ts';
import type { Step } from './steps.ts';
import { printable } from './wording.ts';

/** A certificate as part of a step. */
export interface CertificateJudgement extends Pick<Step, 'answer' | 'verdict'> {
  /** Whether a client would go on without asking its user. */
  readonly believed: boolean;
  readonly advice?: string;
}

const DAY = 86_400_000;
/** Days before the end at which a renewal is overdue: automatic ones happen earlier. */
const SOON = 14;

/** The judgement at `now` (milliseconds since 1970). With `allowUntrusted` what is wrong is a warning. */
export function judgeCertificate(
  certificate: Certificate,
  { host, now, allowUntrusted }: { readonly host: string; readonly now: number; readonly allowUntrusted: boolean },
): CertificateJudgement {
  const faults = faultsOf(certificate, host, now);
  const days = Math.floor((certificate.validTo.getTime() - now) / DAY);
  const answer = [
    `CN ${printable(certificate.subject, 80)}`,
    `for ${printable(certificate.names.join(', ') || 'no names', 160)}`,
    certificate.selfSigned ? 'self-signed' : `issued by ${printable(certificate.issuer, 80)}`,
    days >= 0 ? `${days} days left` : `expired ${-days} days ago`,
    ...(certificate.chainProblem === undefined ? [] : [certificate.chainProblem]),
  ].join('; ');
  if (faults.length > 0) {
    return { answer, verdict: allowUntrusted ? 'warning' : 'failed', believed: false, advice: faults.join(' ') };
  }
  const doubts: string[] = [];
  if (certificate.selfSigned) {
    doubts.push(
      `The certificate of ${host} is self-signed and believed here only because you named it: phones do not know it. Use one from a public authority.`,
    );
  }
  if (days < SOON)
    doubts.push(
      `The certificate of ${host} ends in ${days} days: renew it, and see why that did not happen by itself.`,
    );
  return doubts.length === 0
    ? { answer, verdict: 'ok', believed: true }
    : { answer, verdict: 'warning', believed: true, advice: doubts.join(' ') };
}

function faultsOf(certificate: Certificate, host: string, now: number): readonly string[] {
  const faults: string[] = [];
  const late = certificate.validTo.getTime() < now;
  const early = certificate.validFrom.getTime() > now;
  if (late) faults.push(`The certificate of ${host} has expired: renew it.`);
  if (early)
    faults.push(`The certificate of ${host} is not valid yet: check the clocks of the server and of this machine.`);
  if (!certificate.namesHost) {
    faults.push(`The certificate does not name ${host}: get one whose subject alternative names have it.`);
  }
  const problem = certificate.chainProblem;
  if (problem === undefined) return faults;
  if (certificate.selfSigned) {
    faults.push(
      `The certificate of ${host} is self-signed, which phones refuse: get one from a public authority, or give it with --ca FILE to go on here.`,
    );
  } else if (problem === 'SELF_SIGNED_CERT_IN_CHAIN') {
    faults.push(
      `The certificate of ${host} comes from an authority of your own: every device needs that one; give it with --ca FILE to go on here.`,
    );
  } else if (/^UNABLE_TO_/.test(problem)) {
    faults.push(
      `The certificate of ${host} leads to no known authority: serve the whole chain, with the intermediate certificates after your own, or give the authority with --ca FILE.`,
    );
  } else if (!(late && problem === 'CERT_HAS_EXPIRED') && !(early && problem === 'CERT_NOT_YET_VALID')) {
    faults.push(
      `The certificate of ${host} is not believed (${printable(problem, 60)}): replace it or a certificate of its chain.`,
    );
  }
  return faults;
}
