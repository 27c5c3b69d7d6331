/**
 * A client of one account, as tests use it.
 */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { type Answer, answerTo, type Exchange, exchange } from './answer.ts';
import { emptyXml, escaped, XMLNS, xmlOf } from './names.ts';
import type { Sent, ServiceUnderTest } from './service.ts';

/** Who sends. */
export interface Credentials {
  readonly user: string;
  readonly password: string;
}

/** A header that is undefined is not sent, also where the client would send one by itself. */
export type Headers = Readonly<Record<string, string | undefined>>;

/** What goes with a request. */
export interface RequestOptions {
  readonly headers?: Headers;
  readonly body?: string | Uint8Array;
}

/** Properties to set, by name: text, or XML inside the element when it begins with `<`; and names to remove. */
export interface PropertyChanges {
  readonly set?: Readonly<Record<string, string>>;
  readonly remove?: readonly string[];
}

/** What to ask of a sync-collection report. */
export interface SyncOptions {
  readonly properties?: readonly string[];
  readonly limit?: number;
  readonly level?: '1' | 'infinite';
  readonly headers?: Headers;
}

/** What to ask of LOCK. */
export interface LockOptions {
  readonly scope?: 'exclusive' | 'shared';
  readonly depth?: string | undefined;
  readonly timeout?: string | undefined;
  /** The content of DAV:owner. */
  readonly owner?: string;
  readonly headers?: Headers;
}

/** The token of a new lock. @throws AssertionError when there is none */
export function lockToken({ headers }: Answer): string {
  const token = /^<([^<>]+)>$/.exec(headers['lock-token'] ?? '')?.[1];
  assert.ok(token !== undefined, 'there is no Lock-Token');
  return token;
}

/** Paths of an account, and requests in its name. Paths of collections end in a slash. */
export interface Client {
  /** `alice-7@example.com` */
  readonly address: string;
  readonly password: string;
  readonly principal: string;
  readonly calendars: string;
  readonly addressbooks: string;
  /** The home of plain files. */
  readonly files: string;
  /** The calendar that every account has. */
  readonly calendar: string;
  /** The address book that every account has. */
  readonly addressbook: string;
  /** The same service under other credentials. */
  as(credentials: Credentials | undefined): Client;
  request(method: string, path: string, options?: RequestOptions): Exchange;
  options(path: string): Exchange;
  get(path: string, headers?: Headers): Exchange;
  head(path: string, headers?: Headers): Exchange;
  /** The media type follows the name's ending; a header says otherwise. */
  put(path: string, body: string | Uint8Array, headers?: Headers): Exchange;
  delete(path: string, headers?: Headers): Exchange;
  /** `what` is names of properties, or a whole body, or nothing for no body. */
  propfind(path: string, depth: string | undefined, what?: readonly string[] | string, headers?: Headers): Exchange;
  proppatch(path: string, changes: PropertyChanges | string, headers?: Headers): Exchange;
  report(path: string, body: string, depth?: string, headers?: Headers): Exchange;
  mkcalendar(path: string, set?: Readonly<Record<string, string>>, headers?: Headers): Exchange;
  /** Extended MKCOL with these resource types beside D:collection, or a plain one. */
  mkcol(path: string, types?: readonly string[], set?: Readonly<Record<string, string>>, headers?: Headers): Exchange;
  /** Depth is infinity where nothing else is said. */
  copy(from: string, to: string, headers?: Headers): Exchange;
  move(from: string, to: string, headers?: Headers): Exchange;
  /** Makes a lock, exclusive where nothing else is said. */
  lock(path: string, options?: LockOptions): Exchange;
  /** With the token as `lockToken` gives it. */
  unlock(path: string, token: string): Exchange;
  /** Replaces the ACL by these entries: a principal's href (or a name such as `D:authenticated`), and what it is granted. */
  acl(path: string, entries: readonly (readonly [principal: string, ...privileges: readonly string[]])[]): Exchange;
  /** sync-collection; an empty token asks for everything. */
  sync(path: string, token: string, options?: SyncOptions): Exchange;
  /** Makes a calendar and gives its path. @throws AssertionError */
  newCalendar(name: string, set?: Readonly<Record<string, string>>): Promise<string>;
  /** Makes an address book and gives its path. @throws AssertionError */
  newAddressbook(name: string, set?: Readonly<Record<string, string>>): Promise<string>;
}

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  ics: 'text/calendar; charset=utf-8',
  vcf: 'text/vcard; charset=utf-8',
};
const XML_TYPE = 'application/xml; charset=utf-8';

/** A client. `ready` resolves when the accounts of the test exist. */
export function client(
  service: ServiceUnderTest,
  credentials: Credentials | undefined,
  ready: () => Promise<void>,
): Client {
  const user = credentials?.user ?? 'nobody@example.com';
  const request = (method: string, path: string, { headers = {}, body }: RequestOptions = {}): Exchange => {
    const sent: Sent = {
      method,
      target: path,
      headers: withCredentials(headers, credentials),
      body: typeof body === 'string' ? Buffer.from(body) : body,
    };
    const promised = ready().then(async () => answerTo(sent, await service.send(sent)));
    return exchange(sent, promised);
  };
  const xml = (method: string, path: string, body: string | undefined, headers: Headers): Exchange =>
    request(
      method,
      path,
      body === undefined ? { headers } : { headers: { 'Content-Type': XML_TYPE, ...headers }, body },
    );
  const calendars = `/calendars/${user}/`;
  const addressbooks = `/addressbooks/${user}/`;
  const self: Client = {
    address: user,
    password: credentials?.password ?? '',
    principal: `/principals/${user}/`,
    calendars,
    addressbooks,
    files: `/files/${user}/`,
    calendar: `${calendars}default/`,
    addressbook: `${addressbooks}default/`,
    as: (other) => client(service, other, ready),
    request,
    options: (path) => request('OPTIONS', path),
    get: (path, headers) => request('GET', path, { headers: headers ?? {} }),
    head: (path, headers) => request('HEAD', path, { headers: headers ?? {} }),
    put(path, body, headers) {
      const type = MEDIA_TYPES[path.split('.').at(-1) ?? ''];
      return request('PUT', path, { headers: { 'Content-Type': type, ...headers }, body });
    },
    delete: (path, headers) => request('DELETE', path, { headers: headers ?? {} }),
    propfind(path, depth, what, headers) {
      const body = what === undefined || typeof what === 'string' ? what : propfindBody(what);
      return xml('PROPFIND', path, body, { Depth: depth, ...headers });
    },
    proppatch: (path, changes, headers) =>
      xml('PROPPATCH', path, typeof changes === 'string' ? changes : propertyUpdate(changes), headers ?? {}),
    report: (path, body, depth, headers) => xml('REPORT', path, body, { Depth: depth, ...headers }),
    mkcalendar(path, set, headers) {
      const body =
        set === undefined
          ? undefined
          : `<C:mkcalendar ${XMLNS}><D:set><D:prop>${values(set)}</D:prop></D:set></C:mkcalendar>`;
      return xml('MKCALENDAR', path, body, headers ?? {});
    },
    mkcol(path, types, set, headers) {
      return xml('MKCOL', path, types === undefined ? undefined : mkcolBody(types, set ?? {}), headers ?? {});
    },
    copy: (from, to, headers) => request('COPY', from, { headers: { Destination: to, ...headers } }),
    move: (from, to, headers) => request('MOVE', from, { headers: { Destination: to, ...headers } }),
    lock(path, { scope = 'exclusive', depth, timeout, owner = 'tests', headers } = {}) {
      const type = `<D:lockscope><D:${scope}/></D:lockscope><D:locktype><D:write/></D:locktype>`;
      const body = `<D:lockinfo ${XMLNS}>${type}<D:owner>${owner}</D:owner></D:lockinfo>`;
      return xml('LOCK', path, body, { Depth: depth, Timeout: timeout, ...headers });
    },
    unlock: (path, token) => request('UNLOCK', path, { headers: { 'Lock-Token': `<${token}>` } }),
    acl: (path, entries) => xml('ACL', path, aclBody(entries), {}),
    sync: (path, token, options = {}) =>
      xml('REPORT', path, syncBody(token, options), { Depth: '0', ...options.headers }),
    async newCalendar(name, set) {
      await self.mkcalendar(`${calendars}${name}/`, set).expect(201);
      return `${calendars}${name}/`;
    },
    async newAddressbook(name, set) {
      await self.mkcol(`${addressbooks}${name}/`, ['CR:addressbook'], set).expect(201);
      return `${addressbooks}${name}/`;
    },
  };
  return self;
}

function withCredentials(headers: Headers, credentials: Credentials | undefined): Readonly<Record<string, string>> {
  const all: Record<string, string> = {};
  if (credentials !== undefined) {
    all.Authorization = `Basic ${Buffer.from(`${credentials.user}:${credentials.password}`).toString('base64')}`;
  }
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) all[name] = value;
    else delete all[name];
  }
  return all;
}

/** A propfind body that asks for these properties. */
export function propfindBody(names: readonly string[]): string {
  return `<D:propfind ${XMLNS}><D:prop>${names.map(emptyXml).join('')}</D:prop></D:propfind>`;
}

function values(set: Readonly<Record<string, string>>): string {
  return Object.entries(set)
    .map(([name, value]) => xmlOf(name, value.startsWith('<') ? value : escaped(value)))
    .join('');
}

function propertyUpdate({ set = {}, remove = [] }: PropertyChanges): string {
  const setting = Object.keys(set).length === 0 ? '' : `<D:set><D:prop>${values(set)}</D:prop></D:set>`;
  const removing = remove.length === 0 ? '' : `<D:remove><D:prop>${remove.map(emptyXml).join('')}</D:prop></D:remove>`;
  return `<D:propertyupdate ${XMLNS}>${setting}${removing}</D:propertyupdate>`;
}

function mkcolBody(types: readonly string[], set: Readonly<Record<string, string>>): string {
  const type = `<D:resourcetype><D:collection/>${types.map(emptyXml).join('')}</D:resourcetype>`;
  return `<D:mkcol ${XMLNS}><D:set><D:prop>${type}${values(set)}</D:prop></D:set></D:mkcol>`;
}

function aclBody(entries: readonly (readonly [principal: string, ...privileges: readonly string[]])[]): string {
  const ace = ([principal, ...privileges]: (typeof entries)[number]): string => {
    const who = principal.startsWith('/') ? `<D:href>${escaped(principal)}</D:href>` : emptyXml(principal);
    const held = privileges.map((name) => `<D:privilege>${emptyXml(name)}</D:privilege>`).join('');
    return `<D:ace><D:principal>${who}</D:principal><D:grant>${held}</D:grant></D:ace>`;
  };
  return `<D:acl ${XMLNS}>${entries.map(ace).join('')}</D:acl>`;
}

function syncBody(token: string, { properties = ['D:getetag'], limit, level = '1' }: SyncOptions): string {
  const bound = limit === undefined ? '' : `<D:limit><D:nresults>${limit}</D:nresults></D:limit>`;
  const prop = `<D:prop>${properties.map(emptyXml).join('')}</D:prop>`;
  return `<D:sync-collection ${XMLNS}><D:sync-token>${escaped(token)}</D:sync-token><D:sync-level>${level}</D:sync-level>${bound}${prop}</D:sync-collection>`;
}
