/**
 * Verifies passwords a few at a time. A hash costs tens of milliseconds of a core and megabytes of memory by design, so what waits is
 * bounded, and networks take turns: a flood from one place does not keep the others from logging in.
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
  /** Who waits, by network; the networks take turns. */
  const queues = new Map<string, (() => void)[]>();
  const networks = new Map<string, number>();
  let running = 0;
  let waiting = 0;

  async function turn(network: string): Promise<void> {
    if (running < bounds.atOnce) {
      running++;
      return;
    }
    waiting++;
    const queue = queues.get(network) ?? [];
    queues.set(network, queue);
    await new Promise<void>((go) => queue.push(go));
    waiting--;
  }
  // Whoever ends hands its place to the next.
  function pass(): void {
    for (const [network, queue] of queues) {
      queues.delete(network);
      const next = queue.shift();
      if (queue.length > 0) queues.set(network, queue);
      if (next === undefined) continue;
      next();
      return;
    }
    running--;
  }

  return {
    async verify(passwordHash, password, network) {
      const mine = networks.get(network) ?? 0;
      if (mine >= bounds.perNetwork || waiting >= bounds.waiting) {
        throw new DavError(503, 'too many log in at this moment; try again', { 'Retry-After': '2' });
      }
      networks.set(network, mine + 1);
      await turn(network);
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
