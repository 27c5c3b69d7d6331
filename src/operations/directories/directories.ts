/**
 * Directories: read-only address books that a tenant offers to all its users. Adding, listing, filling and removing them, and who sees them
 * (decision 0020). They lie in an account of the tenant that nobody can log in to.
 */
import { READING } from '../../dav/privilege.ts';
import { addressbookHome, SEGMENT } from '../../features/carddav/index.ts';
import { DIRECTORY_NAME, directory } from '../../features/directories/index.ts';
import { DAV } from '../../formats/xml/name.ts';
import type { Account, CollectionRecord, DirectorySource, Tenant, TenantId } from '../../store/records.ts';
import { NO_COLLECTION } from '../../store/records.ts';
import { NameTaken, type ReadTransaction, type WriteTransaction } from '../../store/store.ts';
import { accountAt } from '../accounts.ts';
import { displayName } from '../addresses.ts';
import type { Administration } from '../administration.ts';
import { mountEverywhere, mountInto, unmountEverywhere } from '../directory-mounts.ts';
import { suggestion } from '../nearest.ts';
import { Refusal } from '../refusal.ts';
import { tenantNamed } from '../tenants.ts';
import { type FillReport, fillDirectory } from './fill.ts';
import { type LdapSettings, type SourceKind, writeSettings } from './settings.ts';

export interface NewDirectory {
  readonly name: string;
  /** What users read; its name where there is none. */
  readonly title?: string | undefined;
  /** Absent where there is only one. */
  readonly tenant?: string | undefined;
  readonly from: { readonly kind: 'principals' } | ({ readonly kind: 'ldap' } & LdapSettings);
}

/** Adds a directory, still empty. @throws Refusal */
export async function addDirectory(admin: Administration, given: NewDirectory): Promise<DirectorySource> {
  const { name, from } = given;
  if (!DIRECTORY_NAME.test(name) || name === 'default') {
    throw new Refusal(
      `${JSON.stringify(name)} cannot be the name of a directory: small letters, figures, dots and hyphens, at most 64.`,
    );
  }
  const title = displayName(given.title ?? '') || name;
  const { kind, ...settings } = from;
  return admin.store.write(admin.origin(), async (tx) => {
    const tenant = await tenantNamed(tx, given.tenant);
    const home = await homeOf(tenant, tx);
    try {
      const collection = await tx.collections.add(home.account, {
        ...{ parent: home.id, name, kind: directory.kind, properties: { [`{${DAV}}displayname`]: title } },
      });
      await tx.grants.set(collection, 'authenticated', READING);
      const key = { account: collection.account, id: collection.id };
      const text = 'url' in settings ? writeSettings(settings) : '{}';
      await tx.sources.add({ tenant: tenant.id, name, collection: key, kind, settings: text });
    } catch (error) {
      if (!(error instanceof NameTaken)) throw error;
      throw new Refusal(`The tenant ${tenant.name} has a directory ${name} already.`);
    }
    return sourceNamed(tx, tenant, name);
  });
}

/** The home of the account that holds a tenant's directories. It is made with the first of them, and has no bound. */
async function homeOf(tenant: Tenant, tx: WriteTransaction): Promise<CollectionRecord> {
  const known = await tx.directory.directoryOf(tenant.id);
  const found = known === undefined ? undefined : await tx.collections.child(known.id, NO_COLLECTION, SEGMENT);
  if (found !== undefined) return found;
  // No address has a colon, or nothing before the @: nobody can have this one.
  const address = `@directory:${tenant.id}`;
  const holder =
    known ??
    (await tx.directory.addAccount({
      ...{
        tenant: tenant.id,
        kind: 'directory',
        address,
        aliases: [],
        displayName: tenant.name,
        passwordHash: undefined,
      },
    }));
  await tx.usage.setQuota(holder.id, 'none');
  return tx.collections.add(holder.id, {
    ...{ parent: NO_COLLECTION, name: SEGMENT, kind: addressbookHome.kind, properties: {} },
  });
}

// --- finding and listing -------------------------------------------------------------------------------------------------------------

/** A directory as it is. */
export interface ListedDirectory {
  readonly tenant: string;
  readonly name: string;
  readonly title: string;
  readonly from: SourceKind;
  readonly entries: number;
  /** Seconds since 1970. */
  readonly filled: number | undefined;
  readonly tried: number | undefined;
  readonly fault: string;
}

/** Those of one tenant or of all. @throws Refusal */
export function listDirectories(admin: Administration, tenant?: string): Promise<readonly ListedDirectory[]> {
  return admin.store.read(async (tx) => {
    const only = tenant === undefined ? undefined : await tenantNamed(tx, tenant);
    const names = new Map((await tx.directory.tenants()).map((one) => [one.id, one.name]));
    const sources = (await tx.sources.list(only?.id)).filter(({ removed }) => !removed);
    return Promise.all(
      sources.map(async ({ tenant: of, name, collection, kind, filled, tried, fault }): Promise<ListedDirectory> => {
        const record = await tx.collections.get(collection);
        const title = record?.properties[`{${DAV}}displayname`] ?? name;
        const entries = await tx.collections.countObjects(collection);
        const from = kind === 'ldap' ? 'ldap' : 'principals';
        return { tenant: names.get(of) ?? '', name, title, from, entries, filled, tried, fault };
      }),
    );
  });
}

/** The directory of that name. @throws Refusal */
export function findDirectory(
  admin: Administration,
  name: string,
  tenant: string | undefined,
): Promise<DirectorySource> {
  return admin.store.read(async (tx) => sourceNamed(tx, await tenantNamed(tx, tenant), name));
}

async function sourceNamed(tx: ReadTransaction, tenant: Tenant, name: string): Promise<DirectorySource> {
  const present = await presentSources(tx, tenant.id);
  const found = present.find((one) => one.name === name);
  if (found !== undefined) return found;
  const near =
    suggestion(
      name,
      present.map((one) => one.name),
    ) || '. davit directory list shows all.';
  throw new Refusal(`The tenant ${tenant.name} has no directory ${JSON.stringify(name)}${near}`);
}

async function presentSources(tx: ReadTransaction, tenant: TenantId): Promise<readonly DirectorySource[]> {
  return (await tx.sources.list(tenant)).filter(({ removed }) => !removed);
}

// --- filling, showing, removing ------------------------------------------------------------------------------------------------------

/** Fills it now and shows it to whoever lacks it. Undefined when another program is filling it. */
export async function syncDirectory(admin: Administration, source: DirectorySource): Promise<FillReport | undefined> {
  const report = await fillDirectory(admin, source);
  await mountEverywhere(admin, source);
  return report;
}

/**
 * Removes it: at once nobody can read it any more, then it goes from everybody's list. What a run leaves undone, `finishRemovals` does.
 * @throws Refusal
 */
export async function removeDirectory(admin: Administration, source: DirectorySource): Promise<void> {
  await admin.store.write(admin.origin(), async (tx) => {
    await tx.sources.end(source.tenant, source.name);
    if ((await tx.collections.get(source.collection)) !== undefined) await tx.collections.remove(source.collection);
  });
  await finishRemoval(admin, source);
}

async function finishRemoval(
  admin: Administration,
  source: DirectorySource,
  stopped: () => boolean = () => false,
): Promise<void> {
  await unmountEverywhere(admin, source, { stopped });
  if (stopped()) return;
  await admin.store.write(admin.origin(), async (tx) => {
    await tx.mounts.forget(source.collection);
    await tx.sources.remove(source.tenant, source.name);
  });
}

/** Goes on with removals that were broken off. */
export async function finishRemovals(admin: Administration, stopped: () => boolean): Promise<void> {
  const sources = await admin.store.read((tx) => tx.sources.list());
  for (const source of sources) if (source.removed && !stopped()) await finishRemoval(admin, source, stopped);
}

// --- who sees it ---------------------------------------------------------------------------------------------------------------------

/** A directory in somebody's eyes. */
export interface SeenDirectory {
  readonly name: string;
  /** The name of the address book under which it is listed; undefined where the user does not want to see it. */
  readonly shownAs: string | undefined;
}

/** The directories of a user's tenant, and which of them the user sees. @throws Refusal */
export function directoriesOf(admin: Administration, address: string): Promise<readonly SeenDirectory[]> {
  return admin.store.read(async (tx) => {
    const account = await accountAt(tx, address);
    const home = await addressbookHomeOf(account, tx);
    const seen: SeenDirectory[] = [];
    for (const { name, collection } of await presentSources(tx, account.tenant)) {
      const mount = home && (await tx.mounts.in(home, collection));
      seen.push({ name, shownAs: mount?.name });
    }
    return seen;
  });
}

/** Where a user sees directories. @throws Refusal */
async function addressbookHomeOf(account: Account, tx: ReadTransaction): Promise<CollectionRecord | undefined> {
  if (account.kind === 'group') throw new Refusal(`${account.address} is a group: it has no address books.`);
  return tx.collections.child(account.id, NO_COLLECTION, SEGMENT);
}

/** Shows a directory to a user, or hides it. False where it was so before. @throws Refusal */
export function showDirectory(
  admin: Administration,
  { address, name, shown }: { readonly address: string; readonly name: string; readonly shown: boolean },
): Promise<boolean> {
  return admin.store.write(admin.origin(), async (tx) => {
    const account = await accountAt(tx, address);
    const home = await addressbookHomeOf(account, tx);
    const tenant = (await tx.directory.tenant(account.tenant)) ?? {
      id: account.tenant,
      name: '',
      directory: 'everyone',
    };
    const source = await sourceNamed(tx, tenant, name);
    const { collection } = source;
    const mount = home && (await tx.mounts.in(home, collection));
    if (shown) {
      if (mount !== undefined) return false;
      await tx.mounts.accept(account.id, source.collection);
      return mountInto(account.id, source, tx);
    }
    const declined = await tx.mounts.declined(account.id);
    if (mount !== undefined) await tx.collections.remove(mount);
    else if (declined.some((one) => one.account === collection.account && one.id === collection.id)) return false;
    await tx.mounts.decline(account.id, source.collection);
    return true;
  });
}
