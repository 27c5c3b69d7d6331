/**
 * What `davit apply` works with: changes, the steps that make them, and what is known while they are planned.
 */
import type { Account } from '../../store/records.ts';
import type { Administration } from '../administration.ts';
import type { Declaration } from './declaration.ts';

/** One thing that differs. */
export interface Change {
  readonly action: 'add' | 'change' | 'remove';
  readonly kind: 'tenant' | 'domain' | 'user' | 'group';
  readonly name: string;
  /** What of it changes, or what goes with it: `password`, `3 collections with 12 objects`. */
  readonly details: readonly string[];
}

/** A way to make a change. Steps of one stage do not depend on one another. */
export interface Step {
  /** Undefined for a step that only makes way for another one. */
  readonly change: Change | undefined;
  readonly stage: number;
  run(): Promise<unknown>;
}

/** What comes first. */
export const STAGES = {
  domains: 0,
  tenants: 1,
  accounts: 2,
  /** Groups are taken out of one another, so that no circle stands in the way of the next stage. */
  loosened: 3,
  members: 4,
  administrators: 5,
  removedAccounts: 6,
  removedDomains: 7,
} as const;

/** What is known while a file is compared with what is there. */
export interface Facts {
  readonly admin: Administration;
  readonly declaration: Declaration;
  /** Names of tenants by domain, as they will be. */
  readonly tenants: ReadonlyMap<string, string>;
  /** Who has these addresses now. */
  readonly present: ReadonlyMap<string, Account>;
  /** What is to be done; the planning adds to it. */
  readonly steps: Step[];
  /** What cannot be done, a line each. */
  readonly problems: string[];
}

/** Whether both have the same elements, whatever the order. */
export function sameSet<T>(a: readonly T[], b: readonly T[]): boolean {
  const [one, other] = [new Set(a), new Set(b)];
  return one.size === other.size && one.isSubsetOf(other);
}
