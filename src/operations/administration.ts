/**
 * What every administrative act is given. The command line and, later, an API of administration call the same functions with it; each
 * function does its whole act in one transaction per account and returns what changed.
 */
import type { Catalogue } from '../dav/catalogue.ts';
import { withDerivations } from '../dav/derive.ts';
import { DEFAULT_LIMITS, type Limits } from '../dav/limits.ts';
import type { Origin } from '../store/records.ts';
import type { Store } from '../store/store.ts';
import { ARGON2, type HashParameters } from './passwords.ts';

export interface Administration {
  readonly store: Store;
  readonly catalogue: Catalogue;
  readonly limits: Limits;
  /** Octets that an account may hold that has no bound of its own; undefined without a bound. */
  readonly quota: number | undefined;
  readonly hashing: HashParameters;
  /** Who acts, and now. */
  origin(): Origin;
}

/** An administrator's command: `davit user add`. */
export function administration(
  store: Store,
  catalogue: Catalogue,
  command: string,
  with_: Partial<Pick<Administration, 'limits' | 'quota' | 'hashing'>> & { readonly now?: () => number } = {},
): Administration {
  const now = with_.now ?? (() => Math.floor(Date.now() / 1000));
  return {
    store: withDerivations(store, catalogue.derivations),
    catalogue,
    limits: with_.limits ?? DEFAULT_LIMITS,
    quota: with_.quota,
    hashing: with_.hashing ?? ARGON2,
    origin: () => ({ by: undefined, client: command, at: now() }),
  };
}
