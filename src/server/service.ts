/**
 * The service without a network: a store, the features, and who may log in, joined into one function from request to response.
 */
import { randomUUID } from 'node:crypto';
import { type Catalogue, catalogue } from '../dav/catalogue.ts';
import { withDerivations } from '../dav/derive.ts';
import { type Dispatcher, dispatch, type Login } from '../dav/dispatch.ts';
import type { Feature } from '../dav/feature.ts';
import type { Limits } from '../dav/limits.ts';
import type { DavResponse } from '../dav/method.ts';
import type { Store } from '../store/store.ts';
import { type Authenticator, type ClientRequest, passwordAuthenticator } from './authenticate.ts';
import { withCors } from './cors.ts';
import type { Log } from './log.ts';

export interface ServiceOptions {
  readonly store: Store;
  readonly features: readonly Feature[];
  readonly limits: Limits;
  /** What clients show when they ask for a password: printable ASCII. */
  readonly realm: string;
  /** The domain of users who log in by their local part alone. */
  readonly defaultDomain?: string | undefined;
  /** Origins of web clients whose pages may ask here: `https://app.example.com`. */
  readonly corsOrigins?: readonly string[];
  /** Seconds since 1970. */
  readonly clock?: () => number;
  /** Fresh names for resources that the server names. */
  readonly newName?: () => string;
  readonly log: Log;
  /** Instead of passwords of the store's accounts. */
  readonly authenticator?: Authenticator;
}

export interface Service {
  readonly catalogue: Catalogue;
  readonly store: Store;
  /** Answers a request. Never rejects. */
  handle(request: ClientRequest): Promise<DavResponse>;
  /** Closes the store. */
  close(): Promise<void>;
}

/** Joins the parts. @throws RangeError when two features claim the same thing, or when the realm cannot stand in a header */
export function createService(options: ServiceOptions): Service {
  const { limits, log, defaultDomain } = options;
  const offered = catalogue(options.features);
  const store = withDerivations(options.store, offered.derivations, (error) =>
    log.error('what follows from what was written could not be filled in; the next write tries again', error),
  );
  const clock = options.clock ?? (() => Math.floor(Date.now() / 1000));
  const authenticator = options.authenticator ?? passwordAuthenticator({ store, defaultDomain, clock });
  const at: Dispatcher = {
    catalogue: offered,
    store,
    limits,
    challenge: authenticator.challenge ?? `Basic realm="${quotable(options.realm)}", charset="UTF-8"`,
    now: clock,
    newName: options.newName ?? randomUUID,
    recall: async (request, tx) => identified(request, await authenticator.recall(request, tx)),
    login: async (request) => identified(request, await authenticator.login(request)),
    onFault: (error, request) => log.error(`${request.method} ${request.target.slice(0, 1000)} failed`, error),
  };
  return {
    catalogue: at.catalogue,
    store,
    handle: withCors((request: ClientRequest) => dispatch(request, at), {
      origins: options.corsOrigins ?? [],
      methods: options.features.flatMap(({ methods = [] }) => methods.map(({ name }) => name)),
    }),
    close: () => store.close(),
  };
}

/** Tells the network whose request it is, for the log. */
function identified<L extends Login | undefined>(request: ClientRequest, login: L): L {
  if (login?.kind === 'user') request.identified?.(login.user);
  return login;
}

/** As it may stand in a quoted string. RFC 9110 section 5.6.4. */
function quotable(realm: string): string {
  if (!/^[ -~]*$/.test(realm)) throw new RangeError('the realm may hold printable ASCII characters only');
  return realm.replace(/["\\]/g, '\\$&');
}
