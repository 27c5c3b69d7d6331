/**
 * The DNS records that let clients find the service from an e-mail address alone: what `davit dns` prints.
 * Both services are offered over TLS only; the two without TLS are published as decidedly not available, so that
 * no client falls back to plaintext. RFC 6764 section 3, RFC 6764 section 4, RFC 6764 section 7; RFC 2782.
 */
import { domainName, InvalidOption } from './domain-name.ts';

/** What the records are made from. */
export interface ZoneOptions {
  /** The domain of the users' addresses: the part after the `@`. Unicode or A-labels. */
  readonly domain: string;
  /** Host name of the service, with or without trailing dot. */
  readonly target: string;
  /** TCP port of the service, 1 to 65535. */
  readonly port: number;
  /** Context path of the calendars; `/calendars` unless told. */
  readonly calendarsPath?: string;
  /** Context path of the address books; `/addressbooks` unless told. */
  readonly addressbooksPath?: string;
  /** Time to live in seconds, 0 to 2147483647; 3600 unless told. */
  readonly ttl?: number;
}

/** One resource record of class IN. `name` and `target` are fully qualified and end in a dot. */
export type ZoneRecord =
  | {
      readonly name: string;
      readonly ttl: number;
      readonly type: 'SRV';
      readonly priority: number;
      readonly weight: number;
      readonly port: number;
      readonly target: string;
    }
  | { readonly name: string; readonly ttl: number; readonly type: 'TXT'; readonly text: string };

/** The records of both services as data, in the order `zoneFor` prints them. Errors as `zoneFor`. */
export function recordsFor(options: ZoneOptions): readonly ZoneRecord[] {
  const { secure, paths, plaintext } = groupsFor(options);
  return [...secure, ...paths, ...plaintext];
}

/**
 * Zone-file lines for a domain, ready to be pasted or included into its zone: fully qualified, no directives.
 * Throws `InvalidOption` for an invalid or unqualified name, and for a port, path or time to live that a record cannot
 * hold.
 */
export function zoneFor(options: ZoneOptions): string {
  const groups = groupsFor(options);
  const lines = [
    `; Calendars and contacts of ${groups.domain}, for clients that look for them by address (RFC 6764).`,
    '; Over TLS: priority, weight, port and host of the service.',
    ...groups.secure.map(zoneLine),
    '; The path at which each service begins.',
    ...groups.paths.map(zoneLine),
    '; Without TLS: decidedly not available, said by the target ".".',
    ...groups.plaintext.map(zoneLine),
  ];
  return `${lines.join('\n')}\n`;
}

interface Groups {
  readonly domain: string;
  readonly secure: readonly ZoneRecord[];
  readonly paths: readonly ZoneRecord[];
  readonly plaintext: readonly ZoneRecord[];
}

function groupsFor(options: ZoneOptions): Groups {
  const domain = qualified(options.domain, 'the domain of your addresses');
  const target = `${qualified(options.target, 'the whole host name of the service')}.`;
  const port = within('port', options.port, 1, 65_535);
  const ttl = within('time to live', options.ttl ?? 3600, 0, 2_147_483_647);
  const paths = [
    ['_caldavs', contextPath(options.calendarsPath ?? '/calendars')],
    ['_carddavs', contextPath(options.addressbooksPath ?? '/addressbooks')],
  ] as const;
  const nameOf = (service: string): string => {
    const name = `${service}._tcp.${domain}`;
    if (name.length > 253) throw new InvalidOption(`"${name}" is too long for a domain name: 253 characters.`);
    return `${name}.`;
  };
  return {
    domain,
    secure: ['_caldavs', '_carddavs'].map((service) => {
      return { name: nameOf(service), ttl, type: 'SRV', priority: 1, weight: 5, port, target };
    }),
    paths: paths.map(([service, path]) => ({ name: nameOf(service), ttl, type: 'TXT', text: `path=${path}` })),
    plaintext: ['_caldav', '_carddav'].map((service) => {
      return { name: nameOf(service), ttl, type: 'SRV', priority: 0, weight: 0, port: 0, target: '.' };
    }),
  };
}

// A name without a dot would be published as a top-level domain, since every name is printed fully qualified.
function qualified(text: string, wanted: string): string {
  const name = domainName(text);
  if (!name.includes('.')) throw new InvalidOption(`"${text}" is only one label: give ${wanted}.`);
  return name;
}

function within(what: string, value: number, low: number, high: number): number {
  if (!Number.isInteger(value) || value < low || value > high) {
    throw new InvalidOption(`The ${what} must be a whole number from ${low} to ${high}, not ${value}.`);
  }
  return value;
}

// A character-string holds 255 octets, five of which are `path=`.
function contextPath(path: string): string {
  if (!/^\/(?!\/)[!#-[\]-~]*$/.test(path) || path.length > 250) {
    throw new InvalidOption(
      `${JSON.stringify(path)} is not a path as in a URL: it begins with one "/" and is percent-encoded.`,
    );
  }
  return path;
}

function zoneLine(record: ZoneRecord): string {
  const start = `${record.name} ${record.ttl} IN ${record.type}`;
  if (record.type === 'TXT') return `${start} "${record.text}"`;
  return `${start} ${record.priority} ${record.weight} ${record.port} ${record.target}`;
}
