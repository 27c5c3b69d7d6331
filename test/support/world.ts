/**
 * What a test body gets: accounts of its own, made when first mentioned, so that no test sees what another did.
 */
import { type Client, client } from './client.ts';
import type { Role, ServiceUnderTest, TestAccount, TestGroup } from './service.ts';

/** alice and bob share a tenant and the domain example.com; carol belongs to another tenant, with the domain example.org. */
export interface World {
  readonly alice: Client;
  readonly bob: Client;
  readonly carol: Client;
  /** Sends no credentials. */
  readonly anonymous: Client;
  /** A group with alice and bob as its members. */
  readonly team: { readonly address: string; readonly principal: string };
  /** One more account of that role: of the same tenant and domain, and nobody else's. */
  another(role: Role): TestAccount;
  readonly service: ServiceUnderTest;
}

let numbers = 0;

/** Runs a body with a fresh world. */
export async function withWorld(service: ServiceUnderTest, body: (world: World) => Promise<void>): Promise<void> {
  const number = ++numbers;
  const accounts = new Map<Role, TestAccount>();
  let team: TestGroup | undefined;
  const pending: Promise<void>[] = [];
  // Whoever is mentioned exists before the next request goes out, also one that another user sends.
  const ready = async (): Promise<void> => {
    await Promise.all(pending);
  };
  const mention = (exists: Promise<void>): void => {
    exists.catch(() => {});
    pending.push(exists);
  };
  const account = (role: Role): TestAccount => {
    let one = accounts.get(role);
    if (one === undefined) {
      one = service.account(role, number);
      accounts.set(role, one);
      mention(one.exists);
    }
    return one;
  };
  const person = (role: Role): Client => {
    const { address, password } = account(role);
    return client(service, { user: address, password }, ready);
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
    get team() {
      if (team === undefined) {
        team = service.team(number, [account('alice'), account('bob')]);
        mention(team.exists);
      }
      return { address: team.address, principal: `/principals/${team.address}/` };
    },
    anonymous: client(service, undefined, ready),
    another(role) {
      const one = service.account(role, ++numbers);
      mention(one.exists);
      return one;
    },
    service,
  });
}
