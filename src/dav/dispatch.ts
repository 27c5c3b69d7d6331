/**
 * One request from beginning to end: locate, find the method, run it, turn errors into responses.
 */
import { HeaderError, parsePrefer } from '../formats/http/headers.ts';
import { type SplitPath, splitPath } from '../formats/http/path.ts';
import type { XmlElement } from '../formats/xml/element.ts';
import { DAV } from '../formats/xml/name.ts';
import { closeDocument, escapeText, openDocument, writeInside } from '../formats/xml/write.ts';
import type { Account } from '../store/records.ts';
import { QuotaExceeded, type ReadTransaction, type Store } from '../store/store.ts';
import { allowedAt } from './allowed.ts';
import type { Catalogue } from './catalogue.ts';
import { DavError, MembersRefused, PreconditionViolated } from './errors.ts';
import type { Endpoint } from './feature.ts';
import type { Limits } from './limits.ts';
import { type Located, locate } from './locate.ts';
import type { Context, DavRequest, DavResponse, Method } from './method.ts';
import { membersResponse } from './multistatus.ts';
import { needPrivileges, quotaNotExceeded } from './preconditions.ts';
import type { Privilege } from './privilege.ts';
import { type CollectionResource, inWords, type Resource } from './resource.ts';

/** Who sent a request; the three answers that a login can have. */
export type Login =
  | { readonly kind: 'user'; readonly user: Account }
  | { readonly kind: 'anonymous' }
  /** Credentials came and are wrong. */
  | { readonly kind: 'refused' }
  /** Too many wrong ones came; seconds to wait. */
  | { readonly kind: 'throttled'; readonly seconds: number };

export interface Dispatcher {
  readonly catalogue: Catalogue;
  readonly store: Store;
  readonly limits: Limits;
  /** The WWW-Authenticate header of every 401: always the same, or clients ask for the password again. */
  readonly challenge: string;
  /** Seconds since 1970. */
  now(): number;
  newName(): string;
  /** Who it is, as far as that is known without effort; undefined when `login` must find out. */
  recall(request: DavRequest, tx: ReadTransaction): Promise<Login | undefined>;
  /** Who it is, by whatever that takes. */
  login(request: DavRequest): Promise<Login>;
  /** Told of faults that are ours. */
  onFault(error: unknown, request: DavRequest): void;
}

/** Answers a request. Never rejects. */
export async function dispatch(request: DavRequest, at: Dispatcher): Promise<DavResponse> {
  try {
    return await answer(request, at);
  } catch (error) {
    return refusal(error, request, at);
  }
}

async function answer(request: DavRequest, at: Dispatcher): Promise<DavResponse> {
  const { catalogue, store, limits } = at;
  const whole = catalogue.wellKnown.get(/^\/[^/?]*/.exec(request.target)?.[0] ?? '');
  if (whole?.below === true) return whole.handle(request);
  const path = splitPath(request.target);
  if (path === undefined) throw new DavError(400, `the path ${request.target.slice(0, 200)} cannot name anything here`);
  const known = catalogue.wellKnown.get(`/${path.segments.join('/')}`);
  if (known !== undefined) return known.handle(request);

  const { login, located } = await arrival(request, path, at);
  if (login.kind === 'refused') return challenge(at, 'these credentials are wrong, or not valid any more');
  if (login.kind === 'throttled') {
    throw new DavError(429, 'too many wrong passwords; wait and try again', { 'Retry-After': String(login.seconds) });
  }
  const user = userOf(login);
  const endpoint = catalogue.endpoints.get(path.segments[0] ?? '');
  const method = endpoint === undefined ? methodFor(located, request, catalogue) : methodOf(endpoint, request);
  if (user === undefined && method?.anonymous?.(located) !== true) return challenge(at, 'this needs a login');
  if (method === undefined) throw notAllowed(located, endpoint, request, catalogue);
  const now = at.now();
  const context: Context = {
    catalogue,
    store,
    limits,
    epoch: store.epoch,
    located,
    user,
    headers: request.headers,
    preferences: parsePrefer(request.headers.prefer, request.headers.brief),
    writes: { by: user?.id, client: (request.headers['user-agent'] ?? '').slice(0, 200), at: now },
    now,
    newName: at.newName,
    clock: at.now,
  };
  const response = await method.handle(request, context);
  return withContentLocation(response, located, request);
}

function userOf(login: Login): Account | undefined {
  return login.kind === 'user' ? login.user : undefined;
}

/** Who asks, and for what: one short read where the login is remembered, for that is nearly every request. */
async function arrival(
  request: DavRequest,
  path: SplitPath,
  at: Dispatcher,
): Promise<{ readonly login: Login; readonly located: Located }> {
  const { catalogue, store } = at;
  const bytes = request.method === 'GET';
  const find = (login: Login, tx: ReadTransaction): Promise<Located> =>
    locate(path, { user: userOf(login), catalogue }, tx, bytes);
  const known = await store.read(async (tx) => {
    const login = await at.recall(request, tx);
    return login === undefined ? undefined : { login, located: await find(login, tx) };
  });
  if (known !== undefined) return known;
  const login = await at.login(request);
  return { login, located: await store.read((tx) => find(login, tx)) };
}

function methodFor(located: Located, request: DavRequest, catalogue: Catalogue): Method | undefined {
  if (located.found) return catalogue.method(located.resource.type, request);
  return catalogue.method('unmapped', request);
}

function methodOf({ methods }: Endpoint, request: DavRequest): Method | undefined {
  return methods.find(({ name, when }) => name === request.method && (when?.(request) ?? true));
}

function notAllowed(
  located: Located,
  endpoint: Endpoint | undefined,
  request: DavRequest,
  catalogue: Catalogue,
): DavError {
  if (endpoint !== undefined) {
    const names = [...new Set(endpoint.methods.map(({ name }) => name))].join(', ');
    return new DavError(405, `${request.method} does not work below /${endpoint.segment}/; what works is ${names}`, {
      Allow: names,
    });
  }
  if (!located.found) return new DavError(404, `there is nothing at ${request.target}`);
  const { type, href } = located.resource;
  const allowed = allowedAt(located, catalogue).join(', ');
  return new DavError(405, `${request.method} does not work on ${href}, ${inWords(type)}; what works is ${allowed}`, {
    Allow: allowed,
  });
}

/** A collection asked for without its slash answers, and says its name. RFC 4918 section 5.2. */
function withContentLocation(response: DavResponse, located: Located, request: DavRequest): DavResponse {
  if (!located.found || response.status >= 300 || !located.resource.href.endsWith('/')) return response;
  const end = request.target.indexOf('?');
  const path = end < 0 ? request.target : request.target.slice(0, end);
  if (path.endsWith('/')) return response;
  return { ...response, headers: { ...response.headers, 'Content-Location': located.resource.href } };
}

// --- what methods share ------------------------------------------------------------------------------------------------------------------

/** The resource of the request. @throws DavError 404 */
export function mapped(context: Context, request: DavRequest): Resource {
  if (context.located.found) return context.located.resource;
  throw new DavError(404, `there is nothing at ${request.target}`);
}

/** @throws PreconditionViolated DAV:need-privileges; 404 to whom the resource should not be known */
export function requirePrivilege(resource: Resource, privilege: Privilege): void {
  const { privileges } = resource;
  if (privileges.has(privilege)) return;
  if (privileges.size === 0) throw new DavError(404, `there is nothing at ${resource.href}`);
  throw needPrivileges(`this needs the privilege ${privilege} on ${resource.href}`, resource.href, privilege);
}

/** The same for the collection in which a resource lies that one may know. @throws PreconditionViolated DAV:need-privileges */
export function requireOnParent(parent: CollectionResource | undefined, privilege: Privilege): void {
  if (parent === undefined || parent.privileges.has(privilege)) return;
  throw needPrivileges(`this needs the privilege ${privilege} on ${parent.href}`, parent.href, privilege);
}

// --- refusals ----------------------------------------------------------------------------------------------------------------------------

function challenge(at: Dispatcher, reason: string): DavResponse {
  return {
    status: 401,
    headers: {
      'WWW-Authenticate': at.challenge,
      'Content-Type': 'text/plain; charset=utf-8',
      'Cache-Control': 'private, no-store',
    },
    body: `${reason}\n`,
  };
}

/** The response for whatever was thrown. */
function refusal(thrown: unknown, request: DavRequest, at: Pick<Dispatcher, 'catalogue' | 'onFault'>): DavResponse {
  const error = thrown instanceof QuotaExceeded ? noRoom(thrown) : thrown;
  if (error instanceof PreconditionViolated && at.catalogue.declares(error.condition.name)) {
    return {
      status: error.status,
      headers: { 'Content-Type': 'application/xml; charset=utf-8', 'Cache-Control': 'no-store', ...error.headers },
      body: errorBody(error.condition, error.message),
    };
  }
  if (error instanceof MembersRefused) return membersResponse(error.members, at.catalogue);
  if (error instanceof DavError) return plain(error.status, error.message, error.headers);
  if (error instanceof HeaderError) return plain(400, error.message, {});
  at.onFault(error, request);
  return plain(500, 'something went wrong here; the administrator can find it in the log', {});
}

function noRoom({ quota }: QuotaExceeded): PreconditionViolated {
  return quotaNotExceeded(`there is no room for it: this account may hold ${quota} octets; remove something first`);
}

function plain(status: number, reason: string, headers: Readonly<Record<string, string>>): DavResponse {
  const body = `${reason}\n`;
  return {
    status,
    headers: { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store', ...headers },
    body,
  };
}

/** DAV:error holds the condition alone, as strict clients expect; the sentence for people stands in a comment beside it. */
function errorBody(condition: XmlElement, reason: string): string {
  const comment = escapeText(reason).replace(/-(?=-|$)/g, '- ');
  return `${openDocument(`{${DAV}}error`)}${writeInside(condition)}<!-- ${comment} -->${closeDocument(`{${DAV}}error`)}\n`;
}
