/**
 * Who is at the other end: the origin under which a client reached us and the address it has, with what trusted proxies say about both.
 * RFC 7239, RFC 9110 section 7.2.
 */
import { BlockList, isIP, isIPv4 } from 'node:net';
import { DavError } from '../dav/errors.ts';
import { type ForwardedElement, parseForwarded } from '../formats/http/headers.ts';

/** The peers whose word about others is believed. */
export interface TrustedProxies {
  has(address: string): boolean;
}

/** From addresses and networks: `192.0.2.1`, `2001:db8::/32`. @throws RangeError by the entry that is neither */
export function trustedProxies(entries: readonly string[]): TrustedProxies {
  if (entries.length === 0) return { has: () => false };
  const list = new BlockList();
  for (const entry of entries) {
    const [address = '', prefix, ...more] = entry.split('/');
    const version = isIP(address);
    const bits = prefix === undefined || !/^\d{1,3}$/.test(prefix) ? -1 : Number(prefix);
    const badPrefix = prefix !== undefined && (bits < 0 || bits > (version === 4 ? 32 : 128));
    if (version === 0 || more.length > 0 || badPrefix) throw new RangeError(`${entry} is no address and no network`);
    if (prefix === undefined) list.addAddress(address, version === 4 ? 'ipv4' : 'ipv6');
    else list.addSubnet(address, bits, version === 4 ? 'ipv4' : 'ipv6');
  }
  return { has: (address) => list.check(address, isIPv4(address) ? 'ipv4' : 'ipv6') };
}

/** An IPv4 address that came over an IPv6 socket, written as IPv4; no zone. */
export function plainAddress(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  const zone = address.indexOf('%');
  return zone < 0 ? address : address.slice(0, zone);
}

/** The network to which an address is counted: /24 of IPv4, /64 of IPv6; '' for what is no address. */
export function networkOf(address: string | undefined): string {
  if (address === undefined) return '';
  const plain = plainAddress(address);
  switch (isIP(plain)) {
    case 4:
      return `${plain.slice(0, plain.lastIndexOf('.'))}.0/24`;
    case 6:
      return `${firstGroups(plain)}::/64`;
    default:
      return '';
  }
}

/** The first four groups of an IPv6 address, each without leading zeros. */
function firstGroups(address: string): string {
  const [before = '', after] = address.toLowerCase().split('::');
  const left = before === '' ? [] : before.split(':');
  const right = after === undefined || after === '' ? [] : after.split(':');
  // An IPv4 tail stands for two groups.
  const written = left.length + right.length + (address.includes('.') ? 1 : 0);
  const zeros = after === undefined ? [] : Array.from({ length: 8 - written }, () => '0');
  const groups = [...left, ...zeros, ...right].slice(0, 4);
  return groups.map((group) => group.replace(/^0+(?=.)/, '')).join(':');
}

/** What the socket itself tells. */
export interface Transport {
  readonly secure: boolean;
  /** The Host header or `:authority`, as it came. */
  readonly host: string | undefined;
  readonly peer: string;
}

export interface Sender {
  /** `https://dav.example.com` */
  readonly origin: string;
  /** The address of the client. */
  readonly client: string;
}

type Headers = Readonly<Record<string, string | undefined>>;

/** `dav.example.com:8443`, `192.0.2.1`, `[2001:db8::1]:8443` */
const HOST = /^(?:[a-z0-9._~-]{1,253}|\[[0-9a-f:.]{2,45}\])(?::\d{1,5})?$/;

/**
 * Who sent a request, and by which name of ours.
 * @param publicHost replaces the host that the client named
 * @throws DavError 400 for a host that is none, and for proxy headers that contradict each other
 * @throws HeaderError for a Forwarded header that cannot be read
 */
export function senderOf(
  transport: Transport,
  headers: Headers,
  proxies: TrustedProxies,
  publicHost: string | undefined,
): Sender {
  let { secure, host } = transport;
  let client = plainAddress(transport.peer);
  const told = proxies.has(client) ? toldByProxies(headers, proxies) : undefined;
  if (told !== undefined) {
    if (told.proto !== undefined) secure = told.proto === 'https';
    if (told.host !== undefined) host = told.host;
    if (told.for !== undefined && isIP(told.for) !== 0) client = plainAddress(told.for);
  }
  if (publicHost !== undefined) host = publicHost;
  host = host?.toLowerCase();
  if (host === undefined || !HOST.test(host)) throw new DavError(400, 'the Host header names no host');
  return { origin: (secure ? 'https://' : 'http://') + host, client };
}

/**
 * The word of the outermost proxy that is trusted. A proxy that sets one sort of header passes on what the client wrote into the other,
 * so both are believed only where they agree.
 */
function toldByProxies(headers: Headers, proxies: TrustedProxies): ForwardedElement | undefined {
  const standard = headers.forwarded;
  const one = standard === undefined ? undefined : outermost(parseForwarded(standard), proxies);
  const other = outermost(olderElements(headers), proxies);
  if (one === undefined || other === undefined) return one ?? other;
  for (const key of ['for', 'proto', 'host'] as const) {
    if (one[key] !== undefined && other[key] !== undefined && one[key] !== other[key]) {
      throw new DavError(400, 'the headers Forwarded and X-Forwarded-* contradict each other');
    }
  }
  return { ...one, ...other };
}

/** Elements are read from our end: whoever a trusted proxy saw is believed to have that address, and nothing that it says. */
function outermost(elements: readonly ForwardedElement[], proxies: TrustedProxies): ForwardedElement | undefined {
  let last: ForwardedElement | undefined;
  for (const element of elements.toReversed()) {
    last = element;
    if (element.for === undefined || isIP(element.for) === 0 || !proxies.has(plainAddress(element.for))) break;
  }
  return last;
}

/** X-Forwarded-For, -Proto and -Host in the form of the standard header. */
function olderElements(headers: Headers): readonly ForwardedElement[] {
  const [clients, protos, hosts] = ['for', 'proto', 'host'].map((name) => listed(headers[`x-forwarded-${name}`]));
  const count = Math.max(clients?.length ?? 0, protos?.length || hosts?.length ? 1 : 0);
  return Array.from({ length: count }, (_, at) => {
    const client = clients?.[at];
    // One value for many proxies is the word of the nearest one.
    const proto = protos?.length === count ? protos[at] : protos?.at(-1);
    const host = hosts?.length === count ? hosts[at] : hosts?.at(-1);
    return {
      ...(client === undefined ? {} : { for: withoutPort(client) }),
      ...(proto === undefined ? {} : { proto: proto.toLowerCase() }),
      ...(host === undefined ? {} : { host }),
    };
  });
}

function listed(value: string | undefined): readonly string[] {
  return value === undefined ? [] : value.split(',').map((one) => one.trim());
}

function withoutPort(node: string): string {
  if (node.startsWith('[')) return node.slice(1, node.includes(']') ? node.indexOf(']') : undefined);
  const colon = node.indexOf(':');
  return colon >= 0 && colon === node.lastIndexOf(':') ? node.slice(0, colon) : node;
}
