/**
 * Token buckets for wrong passwords: per account and network, so that whoever guesses is slowed down and the owner elsewhere is not.
 */
import { boundedMap } from './bounded-map.ts';

/** How many guesses at once, and how many seconds bring the next one. */
export interface ThrottleRate {
  readonly burst: number;
  readonly secondsPerToken: number;
}

export interface Throttle {
  /** Takes a token; 0 when there was one, otherwise the seconds until there is. */
  take(key: string, now: number): number;
  /** Gives a token back: what it was taken for was no wrong guess. */
  giveBack(key: string): void;
}

interface Bucket {
  tokens: number;
  /** When tokens were last counted, in seconds. */
  at: number;
}

/** Buckets for the `most` keys used last. */
export function throttle(rate: ThrottleRate, most = 50_000): Throttle {
  const buckets = boundedMap<Bucket>(most);
  return {
    take(key, now) {
      let bucket = buckets.get(key);
      if (bucket === undefined) {
        bucket = { tokens: rate.burst, at: now };
        buckets.set(key, bucket);
      }
      const gained = Math.max(0, now - bucket.at) / rate.secondsPerToken;
      bucket.tokens = Math.min(rate.burst, bucket.tokens + gained);
      bucket.at = now;
      if (bucket.tokens < 1) return Math.max(1, Math.ceil((1 - bucket.tokens) * rate.secondsPerToken));
      bucket.tokens--;
      return 0;
    },
    giveBack(key) {
      const bucket = buckets.get(key);
      if (bucket !== undefined) bucket.tokens = Math.min(rate.burst, bucket.tokens + 1);
    },
  };
}
