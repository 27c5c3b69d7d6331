/**
 * Accounts of tests, made as an administrator's command makes them.
 */
import type { Catalogue } from '../../src/dav/catalogue.ts';
import { type Domain, NO_COLLECTION, type Origin } from '../../src/store/records.ts';
import type { Store } from '../../src/store/store.ts';
import { domainOf, type Role } from './service.ts';

/** Who makes accounts here. */
const ORIGIN: Origin = { by: undefined, client: 'tests', at: 1_780_000_000 };

/** The two domains of the tests, each with a tenant of its own; made when absent. */
export async function testDomains(store: Store): Promise<Readonly<Record<Role, Domain>>> {
  const domain = (name: string): Promise<Domain> =>
    store.write(ORIGIN, async (tx) => {
      const known = await tx.directory.domain(name);
      if (known !== undefined) return known;
      const tenant = await tx.directory.addTenant(name);
      return tx.directory.addDomain(name, tenant.id);
    });
  const [home, other] = [await domain(domainOf('alice')), await domain(domainOf('carol'))];
  return { alice: home, bob: home, carol: other };
}

/** An account with everything that features provide for a new one. */
export async function addAccount(
  store: Store,
  catalogue: Catalogue,
  account: {
    readonly domain: Domain;
    readonly address: string;
    readonly displayName: string;
    readonly passwordHash: string;
  },
): Promise<void> {
  const { domain, address, displayName, passwordHash } = account;
  await store.write(ORIGIN, async (tx) => {
    const { id } = await tx.directory.addAccount({
      tenant: domain.tenant,
      kind: 'individual',
      address,
      aliases: [],
      displayName,
      passwordHash,
    });
    for (const home of catalogue.homes.values()) {
      const { segment } = home;
      const parent = await tx.collections.add(id, {
        parent: NO_COLLECTION,
        name: segment,
        kind: home.home.kind,
        properties: {},
      });
      for (const { name, type, properties } of catalogue.provisions.filter((one) => one.segment === segment)) {
        await tx.collections.add(id, { parent: parent.id, name, kind: type.kind, properties });
      }
    }
  });
}
