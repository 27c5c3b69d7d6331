/**
 * The table of settings: every key of the configuration, declared once.
 */
import { DEFAULT_LIMITS, type Limits } from '../dav/limits.ts';
import {
  database,
  domain,
  listeningHost,
  networks,
  oneOf,
  optionalPath,
  origin,
  origins,
  path,
  printable,
  type Setting,
  type SettingDescription,
  secret,
  truth,
  wholeNumber,
} from './setting.ts';

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

const MOST = 2 ** 31 - 1;

/** A pebibyte: more than any account or file will have. */
const MOST_OCTETS = 2 ** 50;

function limit(name: keyof Limits, meaning: string, from = 1, to = MOST): Setting<number> {
  const key = `limits.${name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`;
  return wholeNumber({ key, fallback: DEFAULT_LIMITS[name], meaning, from, to });
}

/** One for each limit. */
export const LIMITS: Readonly<Record<keyof Limits, Setting<number>>> = {
  calendarObject: limit('calendarObject', 'Octets that one event, to-do or journal entry may have.', 1024),
  addressObject: limit('addressObject', 'Octets that one card may have.', 1024),
  file: limit('file', 'Octets that one plain file may have.', 1024, MOST_OCTETS),
  attachment: limit('attachment', 'Octets that one attachment of an event may have.', 1024, MOST_OCTETS),
  attachments: limit('attachments', 'Attachments that one event, to-do or journal entry may have.'),
  xmlBody: limit('xmlBody', 'Octets that the XML body of a request may have.', 1024),
  infinityMembers: limit('infinityMembers', 'Resources that a PROPFIND with `Depth: infinity` may answer.'),
  page: limit('page', 'Rows that are read from the store at once. Nothing that clients see.'),
  instances: limit('instances', 'Instances of recurring events that one request may look at.'),
  attendees: limit('attendees', 'Attendees that one instance may have.'),
  hrefs: limit('hrefs', 'Resources that one multiget may ask for.'),
  properties: limit(
    'properties',
    'Octets that the stored properties of one calendar or address book may take together.',
    1024,
  ),
  objectProperties: limit(
    'objectProperties',
    'Octets that the stored properties of one event or card may take together.',
    1024,
  ),
  collections: limit(
    'collections',
    'Calendars that one user may have; as many address books, and as many folders, at whatever depth.',
  ),
  followed: limit(
    'followed',
    'Collections that one synchronisation of a home, or of a folder, follows when a client asks for all that lies below.',
  ),
  locks: limit('locks', 'Write locks that may hold at once on what one user has.'),
  lockTimeout: limit(
    'lockTimeout',
    'Seconds for which a write lock holds at most, unless the client that made it asks again in time.',
    60,
  ),
};

/** Every setting, typed. */
export const KEYS = {
  data: path({
    key: 'data',
    fallback: 'davit-data',
    meaning:
      'The folder for everything that Davit keeps: the SQLite database, the self-signed certificate, the passwords of the demo. It is made at the first start, readable for its owner alone.',
  }),
  host: listeningHost({
    key: 'host',
    fallback: '127.0.0.1',
    meaning:
      'The address on which HTTPS is served. `127.0.0.1` is this machine alone, `0.0.0.0` or `::` is every network that it is on.',
  }),
  port: wholeNumber({
    key: 'port',
    fallback: 8443,
    from: 0,
    to: 65_535,
    meaning: 'The port of HTTPS; 0 takes any that is free.',
  }),
  publicUrl: origin({
    key: 'public_url',
    meaning:
      'The URL at which clients reach the service, if that is not the host and port they name in their requests. Redirects and `davit dns` use it.',
  }),
  store: database({
    key: 'store',
    fallback: 'sqlite',
    meaning: 'Where calendars, contacts and accounts lie: `sqlite` is a file in the data folder.',
  }),
  storePassword: secret({
    key: 'store_password',
    meaning:
      'The password for the PostgreSQL database, if it does not stand in `store`. Best given by the environment.',
  }),
  defaultDomain: domain({
    key: 'default_domain',
    meaning: 'The domain whose users may log in with the part before the `@` alone.',
  }),
  realm: printable({
    key: 'realm',
    fallback: 'Davit',
    meaning: 'What clients show when they ask for a password.',
  }),
  demo: oneOf({
    key: 'demo',
    words: ['auto', 'never'],
    fallback: 'auto',
    meaning:
      'With `auto`, `davit serve` fills an empty data folder with the demo domain, as long as it listens on this machine alone.',
  }),
  tlsEnabled: truth({
    key: 'tls.enabled',
    fallback: true,
    meaning: 'Whether HTTPS is served. Only where a proxy speaks TLS with the clients may it be `false`.',
  }),
  certificate: optionalPath({
    key: 'tls.certificate',
    meaning:
      'PEM file with the certificate and its chain. Without one, Davit makes a self-signed one and keeps it in the data folder.',
  }),
  key: optionalPath({ key: 'tls.key', meaning: 'PEM file with the private key of the certificate.' }),
  httpEnabled: truth({
    key: 'http.enabled',
    fallback: false,
    meaning: 'Whether plain HTTP is served too: only for a proxy that speaks TLS with the clients.',
  }),
  httpHost: listeningHost({
    key: 'http.host',
    fallback: '127.0.0.1',
    meaning: 'The address on which plain HTTP is served.',
  }),
  httpPort: wholeNumber({ key: 'http.port', fallback: 8080, from: 0, to: 65_535, meaning: 'The port of plain HTTP.' }),
  trustedProxies: networks({
    key: 'http.trusted_proxies',
    meaning:
      'The proxies whose `Forwarded` and `X-Forwarded-*` headers are believed; nobody else’s are. Needed when plain HTTP is enabled.',
  }),
  corsOrigins: origins({
    key: 'cors.origins',
    meaning:
      'The origins of web clients whose pages may ask here from a browser, with the login of whoever uses them. Nobody else’s may.',
  }),
  filesEnabled: truth({
    key: 'files.enabled',
    fallback: true,
    meaning:
      'Whether every user has a home for plain files, `/files/USER@DOMAIN/`. With `false` it is not served; what lies in it stays.',
  }),
  ...LIMITS,
  quota: wholeNumber({
    key: 'limits.quota',
    fallback: 10 * 1024 ** 3,
    from: 0,
    to: MOST_OCTETS,
    meaning:
      'Octets that all events, cards and files of one user may have together; 0 sets no bound. `davit user quota` gives a user another bound.',
  }),
  tombstoneDays: wholeNumber({
    key: 'retention.tombstone_days',
    fallback: 180,
    from: 1,
    to: 36_500,
    meaning: 'Days for which removals are remembered. A device that was away for longer reads everything anew.',
  }),
  historyDays: wholeNumber({
    key: 'retention.history_days',
    fallback: 30,
    from: 0,
    to: 36_500,
    meaning: 'Days for which former versions of events and cards are kept.',
  }),
  directoryMinutes: wholeNumber({
    key: 'directories.every_minutes',
    fallback: 60,
    from: 1,
    to: 525_600,
    meaning: 'Minutes after which the directories of tenants are filled anew from what they are filled from.',
  }),
  logLevel: oneOf({
    key: 'log.level',
    words: LOG_LEVELS,
    fallback: 'info',
    meaning: 'What is logged: this and what is graver.',
  }),
  logFormat: oneOf({
    key: 'log.format',
    words: ['text', 'json'],
    fallback: 'text',
    meaning: 'Lines for people, or JSON for programs.',
  }),
};

/** Every key, in the order of the documentation. */
export const SETTINGS: readonly SettingDescription[] = Object.values(KEYS);

/** `http.port` is `DAVIT_HTTP_PORT`. */
export function environmentName(key: string): string {
  return `DAVIT_${key.toUpperCase().replaceAll('.', '_')}`;
}
