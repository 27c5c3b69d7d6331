/**
 * Kinds of settings: how a value is written in TOML, in an environment variable or a flag, and what it may be. A kind refuses with a
 * RangeError whose message continues the name of the key: `port must be a whole number …`.
 */
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { domainName } from '../operations/discovery/domain-name.ts';

/** What can be told of a declared key whatever it holds. */
export interface SettingDescription {
  /** With its section: `http.port`. */
  readonly key: string;
  /** What may be written, for people. */
  readonly type: string;
  readonly meaning: string;
  /** The default as TOML; empty where there is none. */
  readonly shownDefault: string;
}

/** One declared key. `T` is what the configuration holds. */
export interface Setting<T> extends SettingDescription {
  /** The default as declared. */
  readonly fallback: T;
  /** The default in force: a relative path made absolute. */
  standard(folder: string): T;
  /** From a parsed TOML value, or a text; `folder` is what relative paths are relative to. @throws RangeError */
  fromToml(value: unknown, folder: string): T;
  fromText(text: string, folder: string): T;
  /** As TOML, with secrets covered. */
  show(value: T): string;
}

type Described<T> = Pick<Setting<T>, 'key' | 'meaning' | 'fallback'>;

function declared<T>(setting: Omit<Setting<T>, 'shownDefault' | 'standard'>): Setting<T> {
  return {
    ...setting,
    standard: () => setting.fallback,
    shownDefault: setting.fallback === undefined ? '' : setting.show(setting.fallback),
  };
}

/** A whole number within bounds. */
export function wholeNumber(is: Described<number> & { readonly from: number; readonly to: number }): Setting<number> {
  const type = `whole number from ${is.from} to ${is.to}`;
  const check = (value: unknown): number => {
    if (typeof value === 'number' && Number.isInteger(value) && value >= is.from && value <= is.to) return value;
    throw new RangeError(`must be a ${type}`);
  };
  return declared({
    ...is,
    type,
    fromToml: check,
    fromText: (text) => check(/^\d{1,16}$/.test(text) ? Number(text) : undefined),
    show: String,
  });
}

/** `true` or `false`. */
export function truth(is: Described<boolean>): Setting<boolean> {
  const check = (value: unknown): boolean => {
    if (typeof value === 'boolean') return value;
    throw new RangeError('must be true or false');
  };
  return declared({
    ...is,
    type: '`true` or `false`',
    fromToml: check,
    fromText: (text) => check(text === 'true' ? true : text === 'false' ? false : undefined),
    show: String,
  });
}

/** One of a few words. */
export function oneOf<const W extends string>(is: Described<W> & { readonly words: readonly W[] }): Setting<W> {
  const check = (value: unknown): W => {
    const word = is.words.find((one) => one === value);
    if (word === undefined) throw new RangeError(`must be one of ${is.words.join(', ')}`);
    return word;
  };
  const type = is.words.map((word) => `\`${word}\``).join(', ');
  return declared({ ...is, type, fromToml: check, fromText: check, show: (value) => JSON.stringify(value) });
}

/** Text of one kind or another; `read` checks and may rewrite it. */
function textual<T extends string | undefined>(
  is: Described<T> & {
    readonly type: string;
    readonly read: (text: string, folder: string) => T;
    readonly cover?: (text: string) => string;
  },
): Setting<T> {
  const check = (value: unknown, folder: string): T => {
    if (typeof value !== 'string') throw new RangeError('must be a text in quotes');
    return is.read(value, folder);
  };
  return declared({
    ...is,
    fromToml: check,
    fromText: check,
    show: (value) => (value === undefined ? '' : JSON.stringify(is.cover === undefined ? value : is.cover(value))),
  });
}

/** Printable ASCII, not empty: what may stand in a header. */
export function printable(is: Described<string>): Setting<string> {
  return textual({
    ...is,
    type: 'text in ASCII',
    read(given) {
      if (/^[ -~]+$/.test(given)) return given;
      throw new RangeError('must be printable ASCII characters');
    },
  });
}

/** A path of a file or folder, made absolute. */
export function path(is: Described<string>): Setting<string> {
  const setting = textual({ ...is, type: 'path', read: absolute });
  return { ...setting, standard: (folder) => resolve(folder, is.fallback) };
}

/** A path that need not be given. */
export function optionalPath(is: Omit<Described<undefined>, 'fallback'>): Setting<string | undefined> {
  return textual<string | undefined>({ ...is, fallback: undefined, type: 'path', read: absolute });
}

function absolute(given: string, folder: string): string {
  return resolve(folder, line(given));
}

/** Something that is not shown to anybody. */
export function secret(is: Omit<Described<undefined>, 'fallback'>): Setting<string | undefined> {
  return textual<string | undefined>({
    ...is,
    fallback: undefined,
    type: 'text',
    read: line,
    cover: () => COVERED,
  });
}

/** What stands for a secret wherever one would be printed. */
export const COVERED = '********';

/** The host name or IP address on which to listen. */
export function listeningHost(is: Described<string>): Setting<string> {
  return textual({
    ...is,
    type: 'host name or IP address',
    read(given) {
      if (isIP(given) !== 0 || /^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/.test(given)) return given;
      throw new RangeError('must be a host name or an IP address, without a port');
    },
  });
}

/** A mail domain, made lower case with A-labels. */
export function domain(is: Omit<Described<undefined>, 'fallback'>): Setting<string | undefined> {
  return textual<string | undefined>({
    ...is,
    fallback: undefined,
    type: 'domain',
    read(given) {
      try {
        return domainName(given);
      } catch {
        throw new RangeError('must be a domain name such as example.com');
      }
    },
  });
}

/** The URL at which clients reach the service: scheme and authority, without a slash at the end. */
export function origin(is: Omit<Described<undefined>, 'fallback'>): Setting<string | undefined> {
  return textual<string | undefined>({
    ...is,
    fallback: undefined,
    type: 'URL',
    read(given) {
      const url = URL.parse(given);
      const bare = url !== null && url.username === '' && url.password === '' && url.search === '' && url.hash === '';
      if (bare && url.protocol === 'https:' && url.pathname === '/') return url.origin;
      throw new RangeError('must be an https URL without a path, such as https://dav.example.com');
    },
  });
}

/** `sqlite`, or the URL of a PostgreSQL database. */
export function database(is: Described<string>): Setting<string> {
  return textual({
    ...is,
    type: '`sqlite` or a `postgres://` URL',
    read(given) {
      if (given === 'sqlite') return given;
      const url = URL.parse(given);
      if (url !== null && /^postgres(ql)?:$/.test(url.protocol)) return given;
      throw new RangeError('must be sqlite or a URL such as postgres://davit@db.example.com/davit');
    },
    cover: withoutPassword,
  });
}

/** The URL with its password covered, whether in front of the host or among the parameters. */
function withoutPassword(store: string): string {
  const url = URL.parse(store);
  if (url === null) return store;
  if (url.password !== '') url.password = COVERED;
  if (url.searchParams.has('password')) url.searchParams.set('password', COVERED);
  return url.href;
}

/** IP addresses and networks: `192.0.2.1`, `2001:db8::/32`. In a text they are separated by commas. */
export function networks(is: Omit<Described<readonly string[]>, 'fallback'>): Setting<readonly string[]> {
  const check = (values: readonly unknown[]): readonly string[] =>
    values.map((value) => {
      if (typeof value === 'string' && isNetwork(value)) return value;
      throw new RangeError('must be a list of IP addresses and networks such as ["192.0.2.1", "2001:db8::/32"]');
    });
  return declared({
    ...is,
    fallback: [],
    type: 'list of IP addresses and networks',
    fromToml: (value) => check(Array.isArray(value) ? value : [undefined]),
    fromText: (given) => check(given.split(',').flatMap((part) => part.trim() || [])),
    show: (value) => `[${value.map((one) => JSON.stringify(one)).join(', ')}]`,
  });
}

/** Origins of web pages: `https://app.example.com`, and plain HTTP of this machine alone. In a text they are separated by commas. */
export function origins(is: Omit<Described<readonly string[]>, 'fallback'>): Setting<readonly string[]> {
  const check = (values: readonly unknown[]): readonly string[] =>
    values.map((value) => {
      const found = typeof value === 'string' ? originOf(value) : undefined;
      if (found !== undefined) return found;
      throw new RangeError('must be a list of origins such as ["https://app.example.com"]; * is none');
    });
  return declared({
    ...is,
    fallback: [],
    type: 'list of origins',
    fromToml: (value) => check(Array.isArray(value) ? value : [undefined]),
    fromText: (given) => check(given.split(',').flatMap((part) => part.trim() || [])),
    show: (value) => `[${value.map((one) => JSON.stringify(one)).join(', ')}]`,
  });
}

/** As browsers write it; undefined for what has a path, a wildcard, or a scheme that anybody on the way can read. */
function originOf(value: string): string | undefined {
  const url = URL.parse(value);
  if (url === null || url.href !== `${url.origin}/` || url.host.includes('*') || !isSecure(url)) return undefined;
  return url.origin;
}

function isSecure({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || (protocol === 'http:' && /^(localhost|127\.0\.0\.1|\[::1\])$/.test(hostname));
}

function isNetwork(value: string): boolean {
  const [address = '', prefix, ...more] = value.split('/');
  const version = isIP(address);
  if (version === 0 || more.length > 0 || address.includes('%')) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (version === 4 ? 32 : 128));
}

function line(given: string): string {
  if (given === '') throw new RangeError('must not be empty');
  if (/\p{Cc}/u.test(given)) throw new RangeError('must not hold control characters');
  return given;
}
