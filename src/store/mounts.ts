/**
 * The storage contract, part: collections of other accounts as they are listed in somebody's home, and what fills the directories that
 * tenants offer.
 */
import type { AccountId, CollectionKey, CollectionRecord, DirectorySource, TenantId } from './records.ts';

/** Collections of other accounts as they are listed in somebody's home. */
export interface MountReader {
  /** Mounts of a collection anywhere. */
  of(target: CollectionKey, limit: number): Promise<readonly CollectionRecord[]>;
  /** The mount of a collection among the members of another: the first, should there be several. */
  in(parent: CollectionKey, target: CollectionKey): Promise<CollectionRecord | undefined>;
  /**
   * Of so many accounts of a tenant, in order of number, those that have a home of that name, no mount of the collection and have not
   * declined it; and the last that was looked at, undefined when there are no more.
   */
  lacking(target: CollectionKey, among: LackingPage): Promise<Lacking>;
  /** What the account does not want to see. */
  declined(account: AccountId): Promise<readonly CollectionKey[]>;
}

export interface MountWriter {
  /** Remembers that the account does not want to see it. */
  decline(account: AccountId, target: CollectionKey): Promise<void>;
  /** It may see it again. */
  accept(account: AccountId, target: CollectionKey): Promise<void>;
  /** Nobody's wishes about a collection that went are remembered. */
  forget(target: CollectionKey): Promise<void>;
}

/** What fills the directories of tenants. */
export interface SourceReader {
  /** Of one tenant or all, in order of tenant and name. */
  list(tenant?: TenantId): Promise<readonly DirectorySource[]>;
}

export interface SourceWriter {
  /** @throws NameTaken */
  add(source: Pick<DirectorySource, 'tenant' | 'name' | 'collection' | 'kind' | 'settings'>): Promise<void>;
  /** From now on it is only being taken away. */
  end(tenant: TenantId, name: string): Promise<void>;
  remove(tenant: TenantId, name: string): Promise<void>;
  /** Takes the right to fill it until a second, unless another has it now. Whoever has it takes it again to keep it. */
  lease(source: Pick<DirectorySource, 'tenant' | 'name'>, lease: Lease): Promise<boolean>;
  /** Gives the right back, with what came of it: the fault, or '' for none; undefined where it was broken off, as if it had not begun. */
  release(source: Pick<DirectorySource, 'tenant' | 'name'>, holder: string, fault: string | undefined): Promise<void>;
}

export interface Lease {
  /** Who takes it: a word of its own for each program that runs. */
  readonly holder: string;
  /** Seconds. */
  readonly until: number;
}

/** Which accounts to look at: so many of a tenant, after the given one. */
export interface LackingPage {
  readonly tenant: TenantId;
  readonly segment: string;
  readonly after?: AccountId;
  readonly limit: number;
}

export interface Lacking {
  readonly accounts: readonly AccountId[];
  readonly next: AccountId | undefined;
}
