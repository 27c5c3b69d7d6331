import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { DEFAULT_LIMITS } from '../../src/dav/limits.ts';
import {
  type ConfigSources,
  configurationDocument,
  isLoopback,
  isOpen,
  type LoadedConfig,
  loadConfig,
} from '../../src/server/config.ts';
import { environmentName, KEYS, SETTINGS } from '../../src/server/settings.ts';
import { refusal } from '../operations/an-administration.ts';
import { temporaryFolder } from '../support/engine.ts';

const folder = temporaryFolder('config');
after(() => rmSync(folder, { recursive: true }));
mkdirSync(join(folder, 'etc'));

function load(toml: string, more: Partial<ConfigSources> = {}): LoadedConfig {
  const file = join(folder, 'etc', 'test.toml');
  writeFileSync(file, toml);
  return loadConfig({ directory: folder, environment: {}, file, ...more });
}

describe('the configuration', () => {
  test('without anything is one for this machine alone, on SQLite in the working directory', () => {
    const { config, file } = loadConfig({ directory: folder, environment: {} });
    assert.equal(file, undefined);
    assert.deepEqual(config, {
      data: join(folder, 'davit-data'),
      host: '127.0.0.1',
      port: 8443,
      tls: undefined,
      http: undefined,
      trustedProxies: [],
      publicUrl: undefined,
      store: { engine: 'sqlite', file: join(folder, 'davit-data', 'davit.sqlite') },
      defaultDomain: undefined,
      realm: 'Davit',
      corsOrigins: [],
      files: true,
      limits: DEFAULT_LIMITS,
      quota: 10 * 1024 ** 3,
      retention: { tombstoneDays: 180, historyDays: 30 },
      directories: { everyMinutes: 60 },
      log: { level: 'info', format: 'text' },
      demo: 'auto',
    });
    assert.ok(!isOpen(config));
  });

  test('flags go over the environment, that over the file, that over the defaults; each value says whence it is', () => {
    const toml = 'host = "::1"\nport = 1\n\n[log]\nlevel = "warn"\n';
    const environment = { DAVIT_PORT: '2', DAVIT_LOG_LEVEL: 'error', DAVIT_REALM: '' };
    const { config, values, file } = load(toml, { environment, flags: { port: '3', host: undefined } });
    assert.deepEqual([config.host, config.port, config.log.level, config.realm], ['::1', 3, 'error', 'Davit']);
    const source = (key: string) => values.find((value) => value.key === key)?.source;
    assert.deepEqual(['host', 'port', 'log.level', 'realm'].map(source), [
      `file ${file}`,
      'flag --port',
      'environment DAVIT_LOG_LEVEL',
      'default',
    ]);
    assert.deepEqual(values.map((value) => value.key).sort(), SETTINGS.map((setting) => setting.key).sort());
  });

  test('paths in the file are relative to the file, others to the working directory', () => {
    const toml = 'data = "d"\n[tls]\ncertificate = "c.pem"\nkey = "/k.pem"\n';
    const { config } = load(toml);
    assert.equal(config.data, join(folder, 'etc', 'd'));
    assert.deepEqual(config.tls, { certificate: join(folder, 'etc', 'c.pem'), key: '/k.pem' });
    assert.equal(load(toml, { flags: { data: 'd' } }).config.data, join(folder, 'd'));
  });

  test('davit.toml in the working directory is read when no file is named; DAVIT_CONFIG names one', () => {
    const file = join(folder, 'davit.toml');
    writeFileSync(file, 'port = 5\n');
    try {
      assert.equal(loadConfig({ directory: folder, environment: {} }).config.port, 5);
      assert.equal(load('port = 6\n').config.port, 6);
      const named = { DAVIT_CONFIG: 'etc/test.toml' };
      assert.equal(loadConfig({ directory: folder, environment: named }).config.port, 6);
    } finally {
      rmSync(file);
    }
    assert.throws(
      () => loadConfig({ directory: folder, environment: {}, file: 'none.toml' }),
      refusal(/none\.toml cannot be read/),
    );
  });

  test('every limit can be set, and lands where it belongs', () => {
    const names = Object.keys(DEFAULT_LIMITS);
    const key = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    const toml = `[limits]\n${names.map((name, i) => `${key(name)} = ${5000 + i}`).join('\n')}\n`;
    assert.deepEqual(load(toml).config.limits, Object.fromEntries(names.map((name, i) => [name, 5000 + i])));
  });

  test('a PostgreSQL store takes its password from the URL or from a key of its own, and neither is ever shown', () => {
    const store = (toml: string, environment = {}) => {
      const { config, values } = load(toml, { environment });
      assert.ok(!JSON.stringify(values).includes('geheim'));
      return config.store;
    };
    const plain = 'postgres://davit@db.example.com/davit';
    assert.deepEqual(store(`store = "${plain}"\n`), { engine: 'postgres', connection: plain });
    assert.deepEqual(store('store = "postgres://davit:geheim@db.example.com/davit"\n'), {
      engine: 'postgres',
      connection: 'postgres://davit:geheim@db.example.com/davit',
    });
    assert.deepEqual(store(`store = "${plain}"\n`, { DAVIT_STORE_PASSWORD: 'geheim/@' }), {
      engine: 'postgres',
      connection: 'postgres://davit:geheim%2F%40@db.example.com/davit',
    });
    assert.deepEqual(store('store = "postgres:///davit?host=/run/postgresql&password=geheim"\n').engine, 'postgres');
  });

  test('plain HTTP is for a proxy, and TLS may then be off', () => {
    const { config } = load(
      '[http]\nenabled = true\ntrusted_proxies = ["192.0.2.1", "2001:db8::/32"]\n[tls]\nenabled = false\n',
    );
    assert.deepEqual(config.http, { host: '127.0.0.1', port: 8080 });
    assert.equal(config.tls, 'off');
    assert.deepEqual(config.trustedProxies, ['192.0.2.1', '2001:db8::/32']);
    const listed = load('', { environment: { DAVIT_HTTP_TRUSTED_PROXIES: '192.0.2.1, 10.0.0.0/8' } });
    assert.deepEqual(listed.config.trustedProxies, ['192.0.2.1', '10.0.0.0/8']);
  });

  test('plain files can be switched off, and a quota of 0 is none', () => {
    const { config } = load('[files]\nenabled = false\n[limits]\nquota = 0\n');
    assert.deepEqual([config.files, config.quota], [false, undefined]);
  });

  test('domains and URLs are made normal', () => {
    const { config } = load('default_domain = "Example.COM"\npublic_url = "https://DAV.example.com:443/"\n');
    assert.deepEqual([config.defaultDomain, config.publicUrl], ['example.com', 'https://dav.example.com']);
  });

  test('is open to the network as soon as one listener is', () => {
    assert.ok(isOpen(load('host = "0.0.0.0"\n').config));
    assert.ok(!isOpen(load('host = "127.0.0.53"\n').config));
    const http = '[http]\nenabled = true\nhost = "::"\ntrusted_proxies = ["192.0.2.1"]\n';
    assert.ok(isOpen(load(http).config));
    assert.ok(!isOpen(load(`host = "0.0.0.0"\n${http.replace('::', '::1')}[tls]\nenabled = false\n`).config));
    for (const host of ['localhost', '::1', '127.0.0.1']) assert.ok(isLoopback(host));
    for (const host of ['localhost.example.com', '1.127.0.0', '::', '127.example.com']) assert.ok(!isLoopback(host));
  });
});

describe('a wrong configuration', () => {
  const wrong: readonly (readonly [toml: string, complaint: RegExp])[] = [
    ['hots = "x"', /test\.toml, line 1: unknown key hots; did you mean host\?$/],
    ['[http]\nprot = 1', /line 2: unknown key http\.prot; did you mean http\.port\?/],
    ['certificate = "x"', /unknown key certificate; did you mean tls\.certificate\?/],
    ['[htpp]\nport = 1', /line 1: unknown section htpp; did you mean http\?/],
    ['tls = true', /tls is a section: write \[tls\]/],
    ['port = "8443"', /line 1: port must be a whole number from 0 to 65535\.$/],
    ['port = 65536', /port must be a whole number/],
    ['host = "127.0.0.1:80"', /host must be a host name or an IP address, without a port/],
    ['data = ""', /data must not be empty/],
    ['realm = "Gr\u00fc\u00dfe"', /realm must be printable ASCII/],
    ['default_domain = "exa mple"', /default_domain must be a domain name/],
    ['public_url = "http://dav.example.com"', /public_url must be an https URL/],
    ['public_url = "https://dav.example.com/dav"', /public_url must be an https URL without a path/],
    ['public_url = "https://user@dav.example.com"', /public_url must be an https URL/],
    ['store = "mysql://x"', /store must be sqlite or a URL/],
    ['demo = true', /demo must be one of auto, never/],
    ['[http]\ntrusted_proxies = ["10.0.0.0/33"]', /must be a list of IP addresses and networks/],
    ['[cors]\norigins = ["*"]', /must be a list of origins .*\* is none/],
    ['[http]\nenabled = true', /http\.enabled needs http\.trusted_proxies/],
    ['[tls]\nenabled = false', /tls\.enabled = false needs http\.enabled/],
    ['[tls]\nkey = "k.pem"', /tls\.certificate and tls\.key belong together/],
    ['port = ', /test\.toml, line 1: /],
  ];
  for (const [toml, complaint] of wrong) {
    test(`${JSON.stringify(toml)} is refused`, () => {
      assert.throws(() => load(`${toml}\n`), refusal(complaint));
    });
  }

  test('tells everything that is wrong at once', () => {
    assert.throws(
      () => load('hots = 1\nport = 0.5\n', { environment: { DAVIT_LOG_LEVEL: 'loud' }, flags: { host: 'a b' } }),
      (error: Error) => error.message.split('\n').length === 4,
    );
  });

  test('a variable that nearly names a setting is a slip; others are somebody else’s', () => {
    const with_ = (environment: Record<string, string>) => loadConfig({ directory: folder, environment });
    assert.throws(() => with_({ DAVIT_PROT: '1' }), refusal(/DAVIT_PROT: unknown .* did you mean DAVIT_PORT\?/));
    with_({ DAVIT_SERVICE_HOST: '1', DAVIT_TEST_ENGINE: 'sqlite', DAVIT_PORT_443_TCP_ADDR: 'x', DAVIT_DEBUG: '1' });
  });
});

describe('the table of settings', () => {
  test('names no key, and no variable, twice', () => {
    const keys = SETTINGS.map((setting) => setting.key);
    assert.equal(new Set(keys).size, keys.length);
    assert.equal(new Set(keys.map(environmentName)).size, keys.length);
  });

  test('every default, written into a file as it is shown, is what it was', () => {
    for (const setting of Object.values(KEYS)) {
      if (setting.shownDefault === '') continue;
      const [section, key] = setting.key.includes('.') ? setting.key.split('.') : [undefined, setting.key];
      const toml = `${section === undefined ? '' : `[${section}]\n`}${key} = ${setting.shownDefault}\n`;
      const shown = load(toml).values.find((value) => value.key === setting.key)?.value;
      const expected =
        setting.key === 'data' ? JSON.stringify(join(folder, 'etc', 'davit-data')) : setting.shownDefault;
      assert.equal(shown, expected, setting.key);
    }
  });

  test('the document has a heading, a meaning, a default and a variable for every key', () => {
    const document = configurationDocument();
    for (const { key, meaning } of SETTINGS) {
      const section = document.split(`\n### \`${key}\`\n`)[1]?.split('\n#')[0] ?? '';
      assert.ok(section.includes(meaning), key);
      assert.ok(section.includes(`\`${environmentName(key)}\``), key);
      assert.match(section, /\n- Default: ./);
    }
    assert.equal(document.match(/^### /gm)?.length, SETTINGS.length);
  });
});
