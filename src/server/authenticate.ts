/**
 * Who sent a request: the port, and the implementation for user names and passwords. Nothing is remembered of a connection: each request
 * stands on its own credentials. RFC 7617.
 */
import { hash, randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import type { Login } from '../dav/dispatch.ts';
import { DavError } from '../dav/errors.ts';
import type { DavRequest } from '../dav/method.ts';
import { parseBasic } from '../formats/http/headers.ts';
import { normalAddress } from '../operations/addresses.ts';
import { verifyPassword } from '../operations/passwords.ts';
import { Refusal } from '../operations/refusal.ts';
import type { Account, AccountId } from '../store/records.ts';
import type { ReadTransaction, Store } from '../store/store.ts';
import { boundedMap } from './bounded-map.ts';
import { networkOf } from './peer.ts';
import { type ThrottleRate, throttle } from './throttle.ts';
import { type VerifierBounds, type VerifyPassword, verifier } from './verifier.ts';

/** A request with what the network knows of it. */
export interface ClientRequest extends DavRequest {
  /** The address of the client; absent in process. */
  readonly client?: string;
  /** Told whose request it is, for the log. */
  identified?(user: Account): void;
}

export interface Authenticator {
  /** The WWW-Authenticate header of a 401, where it is not that of HTTP Basic: `Bearer realm="Davit"`. RFC 9110 section 11.6.1. */
  readonly challenge?: string;
  /** Who it is, where that needs no more than a look at the account; undefined when `login` must find out. @throws DavError 403 */
  recall(request: ClientRequest, tx: ReadTransaction): Promise<Login | undefined>;
  /** @throws DavError 403 over a connection that others can read, 503 when too many log in at once */
  login(request: ClientRequest): Promise<Login>;
}

export interface PasswordOptions {
  readonly store: Pick<Store, 'read'>;
  /** The domain of users who log in by their local part alone. */
  readonly defaultDomain?: string | undefined;
  /** Seconds since 1970. */
  readonly clock: () => number;
  /** Whether a password fits a PHC string. */
  readonly verify?: VerifyPassword;
  readonly bounds?: VerifierBounds;
  /** For wrong passwords to one account from one network. */
  readonly rate?: ThrottleRate;
}

/** Seconds for which a verified password needs no further hash. */
const VERIFIED = 300;
/** Seconds for which a wrong one is refused without a hash. */
const REFUSED = 10;
const REMEMBERED = 20_000;
const RATE: ThrottleRate = { burst: 10, secondsPerToken: 30 };

/** A hash like any other account's, of a password that nobody has: who does not exist costs what everybody costs. */
export const NOBODYS_HASH =
  '$argon2id$v=19$m=19456,t=2,p=1$PCjv1cuDZ9tPlQUeLii3Og$pC6xbopHLG2v3Rd5LZTXYCDbxh7K+2ZYZ/1KuS59Bsc';

/** What became of a user name with a password. */
interface Outcome {
  readonly fits: boolean;
  /** The account that was looked at, and its credentials' number then. */
  readonly account: AccountId | undefined;
  readonly epoch: number;
  /** The second in which it was found out. */
  readonly at: number;
}

/**
 * HTTP Basic over TLS: the user is an address, an alias, or the local part in the default domain, in any case.
 * Every request reads the account, so that a change of password or state counts at once; only the hash is spared.
 */
export function passwordAuthenticator(options: PasswordOptions): Authenticator {
  const { store, clock } = options;
  const cores = availableParallelism();
  const bounds = options.bounds ?? { atOnce: cores, waiting: 4096, perNetwork: 256 };
  const hashes = verifier(options.verify ?? verifyPassword, bounds);
  const guesses = throttle(options.rate ?? RATE);
  const secret = randomBytes(32).toString('base64');
  // Apart, so that a flood of wrong passwords does not push out the right ones.
  const fitting = boundedMap<Outcome>(REMEMBERED);
  const wrong = boundedMap<Outcome>(REMEMBERED);
  const underWay = new Map<string, Promise<Outcome | number>>();

  /** Verifies; a number is the seconds to wait before the next guess. */
  async function verifyAnew(
    key: string,
    account: Account | undefined,
    address: string,
    password: string,
    network: string,
  ): Promise<Outcome | number> {
    // A password that was tried before tells nothing new, right or wrong: only new ones are guesses. So a forgotten device that repeats
    // an old password does not lock out the others in its house.
    const guess = `${address} ${network}`;
    const isNew = fitting.get(key) === undefined && wrong.get(key) === undefined;
    if (isNew) {
      const wait = guesses.take(guess, clock());
      if (wait > 0) return wait;
    }
    let matches: boolean;
    try {
      matches = await hashes.verify(account?.passwordHash ?? NOBODYS_HASH, password, network);
    } catch (error) {
      if (isNew) guesses.giveBack(guess);
      throw error;
    }
    const fits = matches && account?.passwordHash !== undefined && !account.disabled;
    const outcome = { fits, account: account?.id, epoch: account?.credentialEpoch ?? 0, at: clock() };
    if (fits && isNew) guesses.giveBack(guess);
    (fits ? wrong : fitting).delete(key);
    (fits ? fitting : wrong).set(key, outcome);
    return outcome;
  }

  function remembered(key: string, account: Account | undefined): Outcome | undefined {
    const outcome = fitting.get(key) ?? wrong.get(key);
    if (outcome === undefined) return undefined;
    if (!isAbout(outcome, account)) {
      fitting.delete(key);
      wrong.delete(key);
      return undefined;
    }
    return clock() - outcome.at < (outcome.fits ? VERIFIED : REFUSED) ? outcome : undefined;
  }

  /** The keyed hash under which a password is remembered: never the password. */
  const keyOf = ({ address, password }: Credentials): string =>
    hash('sha256', `${secret}${address}\0${password}`, 'base64');

  return {
    async recall(request, tx) {
      const credentials = credentialsOf(request, options.defaultDomain);
      if ('kind' in credentials) return credentials;
      const account = await tx.directory.accountByAddress(credentials.address);
      const known = remembered(keyOf(credentials), account);
      return known === undefined ? undefined : outcomeFor(known, account);
    },
    async login(request) {
      const credentials = credentialsOf(request, options.defaultDomain);
      if ('kind' in credentials) return credentials;
      const { address, password } = credentials;
      const account = await store.read((tx) => tx.directory.accountByAddress(address));
      const key = keyOf(credentials);
      const known = remembered(key, account);
      if (known !== undefined) return outcomeFor(known, account);

      // A client that opens ten connections at once costs one hash. Another number is another password.
      const network = networkOf(request.client);
      const flight = `${key} ${account?.id} ${account?.credentialEpoch} ${network}`;
      let verified = underWay.get(flight);
      if (verified === undefined) {
        verified = verifyAnew(key, account, address, password, network).finally(() => underWay.delete(flight));
        underWay.set(flight, verified);
      }
      const outcome = await verified;
      return typeof outcome === 'number' ? { kind: 'throttled', seconds: outcome } : outcomeFor(outcome, account);
    },
  };
}

interface Credentials {
  readonly address: string;
  readonly password: string;
}

/** What the request brings; a login where that settles it. @throws DavError 403 over a connection that others can read */
function credentialsOf(request: ClientRequest, defaultDomain: string | undefined): Credentials | Login {
  const { authorization } = request.headers;
  if (!request.origin.startsWith('https:')) throw inTheClear(authorization !== undefined);
  if (authorization === undefined) return ANONYMOUS;
  const basic = parseBasic(authorization);
  return basic === undefined ? WRONG : { address: addressOf(basic.user, defaultDomain), password: basic.password };
}

function outcomeFor(outcome: Outcome, account: Account | undefined): Login {
  return outcome.fits && account !== undefined ? { kind: 'user', user: account } : WRONG;
}

const ANONYMOUS: Login = { kind: 'anonymous' };
const WRONG: Login = { kind: 'refused' };

function isAbout(outcome: Outcome, account: Account | undefined): boolean {
  if (account === undefined) return outcome.account === undefined;
  return (
    outcome.account === account.id && outcome.epoch === account.credentialEpoch && !(outcome.fits && account.disabled)
  );
}

/** The address that a user name stands for; one that no account has where it stands for none. */
function addressOf(user: string, defaultDomain: string | undefined): string {
  const full = user.includes('@') || defaultDomain === undefined ? user : `${user}@${defaultDomain}`;
  if (/^[!-~]{1,254}$/.test(full)) return full.toLowerCase();
  try {
    return normalAddress(full);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return '';
  }
}

function inTheClear(passwordCame: boolean): DavError {
  const sent = passwordCame ? ' The password in this request could be read on its way: change it.' : '';
  return new DavError(
    403,
    `This request came over plain HTTP: use https. If a proxy speaks TLS for this service, let it send Forwarded or X-Forwarded-Proto, and name it in trusted_proxies.${sent}`,
  );
}
