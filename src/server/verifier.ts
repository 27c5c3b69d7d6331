/**
 * Verifies passwords a few at a time. A hash costs tens of milliseconds of a core and megabytes of memory by design, so what waits is
 * bounded, as a whole and per network: a flood from one place does not keep the others from logging in.
 */
import { DavError } from '../dav/errors.ts';

export type VerifyPassword = (passwordHash: string, password: string) => Promise<boolean>;

export interface VerifierBounds {
  /** Verifications at the same time. */
  readonly atOnce: number;
  /** Those that may wait. */
  readonly waiting: number;
  /** Those that may wait or run for one network. */
  readonly perNetwork: number;
}

export interface Verifier {
  /** @throws DavError 503 when too many wait already */
  verify(passwordHash: string, password: string, network: string): Promise<boolean>;
}

/** Bounds the verifications of `verifyPassword`. */
export function verifier(verifyPassword: VerifyPassword, bounds: VerifierBounds): Verifier {
  const waiting: (() => void)[] = [];
  const networks = new Map<string, number>();
  let running = 0;

  async function turn(): Promise<void> {
    if (running >= bounds.atOnce) await new Promise<void>((go) => waiting.push(go));
    else running++;
  }
  // Whoever ends hands its place to the next.
  function pass(): void {
    const next = waiting.shift();
    if (next === undefined) running--;
    else next();
  }

  return {
    async verify(passwordHash, password, network) {
      const mine = networks.get(network) ?? 0;
      if (mine >= bounds.perNetwork || waiting.length >= bounds.waiting) {
        throw new DavError(503, 'too many log in at this moment; try again', { 'Retry-After': '2' });
      }
      networks.set(network, mine + 1);
      await turn();
      try {
        return await verifyPassword(passwordHash, password);
      } finally {
        pass();
        const left = (networks.get(network) ?? 1) - 1;
        if (left > 0) networks.set(network, left);
        else networks.delete(network);
      }
    },
  };
}
