/**
 * What a test body gets: accounts of its own, made when first mentioned, so that no test sees what another did.
 */
import { type Client, client } from './client.ts';
import type { Role, ServiceUnderTest } from './service.ts';

/** alice and bob share a tenant and the domain example.com; carol belongs to another tenant, with the domain example.org. */
export interface World {
  readonly alice: Client;
  readonly bob: Client;
  readonly carol: Client;
  /** Sends no credentials. */
  readonly anonymous: Client;
  readonly service: ServiceUnderTest;
}

let numbers = 0;

/** Runs a body with a fresh world. */
export async function withWorld(service: ServiceUnderTest, body: (world: World) => Promise<void>): Promise<void> {
  const number = ++numbers;
  const made = new Map<Role, Client>();
  const pending: Promise<void>[] = [];
  // Whoever is mentioned exists before the next request goes out, also one that another user sends.
  const ready = async (): Promise<void> => {
    await Promise.all(pending);
  };
  const person = (role: Role): Client => {
    let one = made.get(role);
    if (one === undefined) {
      const making = service.account(role, number);
      const exists = making.exists;
      exists.catch(() => {});
      pending.push(exists);
      one = client(service, { user: making.address, password: making.password }, ready);
      made.set(role, one);
    }
    return one;
  };
  await body({
    get alice() {
      return person('alice');
    },
    get bob() {
      return person('bob');
    },
    get carol() {
      return person('carol');
    },
    anonymous: client(service, undefined, ready),
    service,
  });
}
