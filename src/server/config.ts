/**
 * The configuration: one TOML file, environment variables over it, flags over those. Every key is declared once, in `settings.ts`; reading,
 * checking, `davit config` and `docs/configuration.md` are computed from that table.
 */
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Limits } from '../dav/limits.ts';
import { editDistance, nearest, suggestion } from '../operations/nearest.ts';
import { Refusal } from '../operations/refusal.ts';
import { isTable, readTomlFile, type TomlFile, type TomlPath, type TomlTable } from '../operations/toml.ts';
import type { LogLevel } from './log.ts';
import type { StoreLocation } from './open-store.ts';
import type { ServeOptions } from './serve.ts';
import { COVERED, type Setting, type SettingDescription } from './setting.ts';
import { environmentName, KEYS, LIMITS, SETTINGS } from './settings.ts';

/** What is in force. Paths are absolute. */
export interface Config extends ServeOptions {
  readonly log: { readonly level: LogLevel; readonly format: 'text' | 'json' };
  readonly demo: 'auto' | 'never';
}

/** Where values may come from. */
export interface ConfigSources {
  /** The working directory. */
  readonly directory: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The file named on the command line. */
  readonly file?: string | undefined;
  /** Values from the command line by key: `data`, `host`, `port`. */
  readonly flags?: Readonly<Record<string, string | undefined>>;
}

/** One value in force. */
export interface ValueInForce {
  readonly key: string;
  /** As TOML, secrets covered; empty where nothing is set. */
  readonly value: string;
  /** `default`, `file …`, `environment …`, `flag …`. */
  readonly source: string;
}

export interface LoadedConfig {
  readonly config: Config;
  /** The file that was read. */
  readonly file: string | undefined;
  readonly values: readonly ValueInForce[];
}

/** The file that is read when none is named and it is there. */
const CONFIG_FILE = 'davit.toml';
const FILE_VARIABLE = 'DAVIT_CONFIG';
/** Variables that are no settings. */
const OTHER_VARIABLES = [FILE_VARIABLE, 'DAVIT_DEBUG'];

/**
 * Reads and checks the configuration. Relative paths in the file are relative to the file, others to the working directory.
 * @throws Refusal with a line for each thing that is wrong
 */
export function loadConfig(sources: ConfigSources): LoadedConfig {
  const named = sources.file ?? sources.environment[FILE_VARIABLE];
  const standard = resolve(sources.directory, CONFIG_FILE);
  const file =
    named !== undefined && named !== ''
      ? resolve(sources.directory, named)
      : existsSync(standard)
        ? standard
        : undefined;
  const toml = file === undefined ? undefined : readTomlFile(file);
  const problems: string[] = [];
  const values: ValueInForce[] = [];
  const raw = toml === undefined ? new Map<string, unknown>() : flatten(toml, problems);
  refuseUnknownVariables(sources.environment, problems);

  const read = <T>(setting: Setting<T>): T => {
    const given = givenValue(setting, sources, toml, raw);
    let value = setting.standard(sources.directory);
    try {
      if (given !== undefined) value = given.read();
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      problems.push(`${given?.where ?? ''}: ${setting.key} ${error.message}.`);
    }
    values.push({ key: setting.key, value: setting.show(value), source: given?.source ?? 'default' });
    return value;
  };
  const config = assemble(read, problems);
  if (problems.length > 0) throw new Refusal(problems.join('\n'));
  return { config, file, values };
}

interface GivenValue<T> {
  /** For complaints. */
  readonly where: string;
  /** For `davit config`. */
  readonly source: string;
  readonly read: () => T;
}

function givenValue<T>(
  setting: Setting<T>,
  sources: ConfigSources,
  toml: TomlFile | undefined,
  raw: ReadonlyMap<string, unknown>,
): GivenValue<T> | undefined {
  const { directory, environment, flags = {} } = sources;
  const flag = flags[setting.key];
  if (flag !== undefined) {
    const name = `--${setting.key}`;
    return { where: name, source: `flag ${name}`, read: () => setting.fromText(flag, directory) };
  }
  const name = environmentName(setting.key);
  const variable = environment[name];
  if (variable !== undefined && variable !== '') {
    return { where: name, source: `environment ${name}`, read: () => setting.fromText(variable, directory) };
  }
  if (toml === undefined || !raw.has(setting.key)) return undefined;
  const where = toml.where(setting.key.split('.'));
  return { where, source: `file ${toml.file}`, read: () => setting.fromToml(raw.get(setting.key), dirname(toml.file)) };
}

/** Values by dotted key; unknown keys become problems. */
function flatten(toml: TomlFile, problems: string[]): Map<string, unknown> {
  const known = SETTINGS.map((setting) => setting.key);
  const sections = new Set(known.flatMap((key) => (key.includes('.') ? key.slice(0, key.indexOf('.')) : [])));
  const values = new Map<string, unknown>();
  const visit = (table: TomlTable, above: TomlPath): void => {
    for (const [name, value] of Object.entries(table)) {
      const at = [...above, name];
      const key = at.join('.');
      if (known.includes(key)) values.set(key, value);
      else if (sections.has(key) && isTable(value)) visit(value, at);
      else if (sections.has(key))
        problems.push(`${toml.where(at)}: ${key} is a section: write [${key}] and its keys below.`);
      else {
        const names = isTable(value) ? [...sections] : known;
        problems.push(
          `${toml.where(at)}: unknown ${isTable(value) ? 'section' : 'key'} ${key}${suggestion(key, names)}`,
        );
      }
    }
  };
  visit(toml.table, []);
  return values;
}

/** Letters by which a slip in a name differs from the name at most. */
const SLIP = 2;

/** A variable that nearly has the name of a setting is a slip; others that happen to begin with DAVIT_ are somebody else's. */
function refuseUnknownVariables(environment: ConfigSources['environment'], problems: string[]): void {
  const known = SETTINGS.map((setting) => environmentName(setting.key));
  for (const name of Object.keys(environment)) {
    if (!name.startsWith('DAVIT_') || known.includes(name) || OTHER_VARIABLES.includes(name)) continue;
    const near = nearest(name, known);
    if (near !== undefined && editDistance(name, near) <= SLIP) {
      problems.push(`${name}: unknown environment variable; did you mean ${near}?`);
    }
  }
}

function assemble(read: <T>(setting: Setting<T>) => T, problems: string[]): Config {
  const data = read(KEYS.data);
  const [host, port, publicUrl] = [read(KEYS.host), read(KEYS.port), read(KEYS.publicUrl)];
  const [store, storePassword] = [read(KEYS.store), read(KEYS.storePassword)];
  const [defaultDomain, realm, demo] = [read(KEYS.defaultDomain), read(KEYS.realm), read(KEYS.demo)];
  const tlsEnabled = read(KEYS.tlsEnabled);
  const [certificate, key] = [read(KEYS.certificate), read(KEYS.key)];
  const http = { enabled: read(KEYS.httpEnabled), host: read(KEYS.httpHost), port: read(KEYS.httpPort) };
  const trustedProxies = read(KEYS.trustedProxies);
  const corsOrigins = read(KEYS.corsOrigins);
  const filesEnabled = read(KEYS.filesEnabled);
  const limits: Limits = {
    calendarObject: read(LIMITS.calendarObject),
    addressObject: read(LIMITS.addressObject),
    file: read(LIMITS.file),
    attachment: read(LIMITS.attachment),
    attachments: read(LIMITS.attachments),
    xmlBody: read(LIMITS.xmlBody),
    infinityMembers: read(LIMITS.infinityMembers),
    page: read(LIMITS.page),
    instances: read(LIMITS.instances),
    attendees: read(LIMITS.attendees),
    hrefs: read(LIMITS.hrefs),
    properties: read(LIMITS.properties),
    objectProperties: read(LIMITS.objectProperties),
    collections: read(LIMITS.collections),
    followed: read(LIMITS.followed),
    locks: read(LIMITS.locks),
    lockTimeout: read(LIMITS.lockTimeout),
  };
  const quota = read(KEYS.quota);
  const retention = { tombstoneDays: read(KEYS.tombstoneDays), historyDays: read(KEYS.historyDays) };
  const directories = { everyMinutes: read(KEYS.directoryMinutes) };
  const log = { level: read(KEYS.logLevel), format: read(KEYS.logFormat) };

  if ((certificate === undefined) !== (key === undefined)) {
    problems.push('tls.certificate and tls.key belong together: set both, or neither for a self-signed certificate.');
  }
  if (http.enabled && trustedProxies.length === 0) {
    problems.push(
      'http.enabled needs http.trusted_proxies: plain HTTP is only for a proxy, so say which address it has.',
    );
  }
  if (!tlsEnabled && !http.enabled) {
    problems.push('tls.enabled = false needs http.enabled = true: otherwise nothing would be served.');
  }
  const files = certificate === undefined || key === undefined ? undefined : { certificate, key };
  return {
    data,
    host,
    port,
    tls: tlsEnabled ? files : 'off',
    http: http.enabled ? { host: http.host, port: http.port } : undefined,
    trustedProxies,
    publicUrl,
    store: storeLocation(store, storePassword, data),
    defaultDomain,
    realm,
    corsOrigins,
    files: filesEnabled,
    limits,
    quota: quota === 0 ? undefined : quota,
    retention,
    directories,
    log,
    demo,
  };
}

function storeLocation(store: string, password: string | undefined, data: string): StoreLocation {
  if (store === 'sqlite') return { engine: 'sqlite', file: join(data, 'davit.sqlite') };
  const url = URL.parse(store);
  if (url === null || password === undefined) return { engine: 'postgres', connection: store };
  // A URL of a socket names no host, and then has no room for a password.
  if (url.host === '') url.searchParams.set('password', password);
  else url.password = password;
  return { engine: 'postgres', connection: url.href };
}

/** Whether a listener on that host is reached from this machine alone. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

/** Whether the service, as configured, can be reached from other machines. */
export function isOpen(config: Config): boolean {
  const { host, http, tls } = config;
  return (tls !== 'off' && !isLoopback(host)) || (http !== undefined && !isLoopback(http.host));
}

/** The text of `docs/configuration.md`. */
export function configurationDocument(): string {
  const sections = new Map<string, SettingDescription[]>();
  for (const setting of SETTINGS) {
    const section = setting.key.includes('.') ? setting.key.slice(0, setting.key.indexOf('.')) : '';
    sections.set(section, [...(sections.get(section) ?? []), setting]);
  }
  let out = INTRODUCTION;
  for (const [section, settings] of sections) {
    out += section === '' ? '\n## At the top of the file\n' : `\n## \`[${section}]\`\n`;
    for (const setting of settings) {
      const shown = setting.shownDefault === '' ? 'none' : `\`${setting.shownDefault}\``;
      out += `\n### \`${setting.key}\`\n\n${setting.meaning}\n\n`;
      out += `- Value: ${setting.type}\n- Default: ${shown}\n- Environment: \`${environmentName(setting.key)}\`\n`;
    }
  }
  return out;
}

const INTRODUCTION = `# Configuration

This page is generated from the table of settings in \`src/server/settings.ts\`.

Davit runs without any configuration. What you want different stands in one TOML file: the one named by \`--config FILE\` or by
\`${FILE_VARIABLE}\`, otherwise \`${CONFIG_FILE}\` in the working directory if it is there. Environment variables go over the file, the flags
\`--data\`, \`--host\` and \`--port\` go over both. An empty variable counts as not set. Relative paths in the file are relative to the
file; elsewhere, to the working directory.

A key that Davit does not know is refused with the nearest one that it knows. \`davit config\` prints what is in force and where each value
comes from; secrets are shown as \`${COVERED}\`.

\`\`\`toml
host = "0.0.0.0"
public_url = "https://dav.example.com"
default_domain = "example.com"

[tls]
certificate = "/etc/davit/certificate.pem"
key = "/etc/davit/key.pem"
\`\`\`
`;
