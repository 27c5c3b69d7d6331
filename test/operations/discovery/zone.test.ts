import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { domainName, InvalidOption, liesWithin } from '../../../src/operations/discovery/domain-name.ts';
import { recordsFor, zoneFor } from '../../../src/operations/discovery/zone.ts';

const SERVICE = { domain: 'example.com', target: 'dav.example.com', port: 8443 };

describe('zoneFor', () => {
  test('RFC 6764 section 3: both services with TLS, their paths, and the two without TLS as not available', () => {
    assert.equal(
      zoneFor(SERVICE),
      `; Calendars and contacts of example.com, for clients that look for them by address (RFC 6764).
; Over TLS: priority, weight, port and host of the service.
_caldavs._tcp.example.com. 3600 IN SRV 1 5 8443 dav.example.com.
_carddavs._tcp.example.com. 3600 IN SRV 1 5 8443 dav.example.com.
; The path at which each service begins.
_caldavs._tcp.example.com. 3600 IN TXT "path=/calendars"
_carddavs._tcp.example.com. 3600 IN TXT "path=/addressbooks"
; Without TLS: decidedly not available, said by the target ".".
_caldav._tcp.example.com. 3600 IN SRV 0 0 0 .
_carddav._tcp.example.com. 3600 IN SRV 0 0 0 .
`,
    );
  });

  test('trailing dots and capitals make no difference', () => {
    assert.equal(zoneFor({ ...SERVICE, domain: 'Example.COM.', target: 'DAV.example.com.' }), zoneFor(SERVICE));
  });

  test('internationalised names are written as A-labels', () => {
    const zone = zoneFor({ domain: 'bücher.example', target: 'dav.bücher.example', port: 443 });
    assert.match(zone, /^_caldavs\._tcp\.xn--bcher-kva\.example\. 3600 IN SRV 1 5 443 dav\.xn--bcher-kva\.example\.$/m);
    assert.ok(!zone.includes('ü'));
  });

  test('path prefixes and the time to live are taken over', () => {
    const zone = zoneFor({ ...SERVICE, calendarsPath: '/dav/calendars', ttl: 60 });
    assert.match(zone, /^_caldavs\._tcp\.example\.com\. 60 IN TXT "path=\/dav\/calendars"$/m);
  });

  const refused: readonly (readonly [string, Partial<Parameters<typeof zoneFor>[0]>, RegExp])[] = [
    ['an IP address as target', { target: '192.0.2.1' }, /IP address/],
    ['a target of one label', { target: 'dav' }, /whole host name/],
    ['a domain of one label', { domain: 'example' }, /only one label/],
    ['an address instead of a domain', { domain: 'user@example.com' }, /may not contain "@"/],
    ['a line feed in the domain', { domain: 'example.com\nx' }, /may not contain "\\n"/],
    ['a wildcard', { domain: '*.example.com' }, /may not contain "\*"/],
    ['an empty label', { domain: 'a..example.com' }, /two dots/],
    ['a label that begins with a hyphen', { domain: '-a.example.com' }, /"-a"/],
    ['a label that is too long', { domain: `${'a'.repeat(64)}.example.com` }, /63 characters/],
    ['a numeric last label', { domain: 'example.1' }, /last part is a number/],
    ['a name that is too long with the service label', { domain: `${'a.'.repeat(124)}com` }, /too long/],
    ['port 0', { port: 0 }, /port/],
    ['port 65536', { port: 65_536 }, /port/],
    ['a fraction as time to live', { ttl: 1.5 }, /time to live/],
    ['a path with a quote', { calendarsPath: '/"' }, /path/],
    ['a path of another host', { calendarsPath: '//example.org' }, /path/],
    ['a path longer than a character-string', { calendarsPath: `/${'a'.repeat(250)}` }, /path/],
  ];
  for (const [what, change, message] of refused) {
    test(`refuses ${what}`, () => {
      assert.throws(
        () => zoneFor({ ...SERVICE, ...change }),
        (error: unknown) => error instanceof InvalidOption && message.test(error.message),
      );
    });
  }
});

test('recordsFor gives the same records as data, in the same order', () => {
  const records = recordsFor(SERVICE);
  assert.deepEqual(records[0], {
    name: '_caldavs._tcp.example.com.',
    ttl: 3600,
    type: 'SRV',
    priority: 1,
    weight: 5,
    port: 8443,
    target: 'dav.example.com.',
  });
  assert.deepEqual(records[3], {
    name: '_carddavs._tcp.example.com.',
    ttl: 3600,
    type: 'TXT',
    text: 'path=/addressbooks',
  });
  const names = zoneFor(SERVICE)
    .split('\n')
    .filter((line) => line.startsWith('_'))
    .map((line) => line.split(' ')[0]);
  assert.deepEqual(
    records.map(({ name }) => name),
    names,
  );
});

describe('domainName', () => {
  test('whatever it accepts is made of letters, digits, hyphens and dots, and is accepted again unchanged', () => {
    const text = fc.oneof(fc.domain(), fc.string({ unit: 'binary', maxLength: 20 }), fc.webUrl());
    fc.assert(
      fc.property(text, (given) => {
        let name: string;
        try {
          name = domainName(given);
        } catch (error) {
          assert.ok(error instanceof InvalidOption);
          return;
        }
        assert.match(name, /^[a-z0-9-]+(\.[a-z0-9-]+)*$/);
        assert.equal(domainName(name), name);
      }),
    );
  });

  test('accepts every host name', () => {
    fc.assert(fc.property(fc.domain(), (name) => domainName(name) === name.toLowerCase()));
  });
});

test('liesWithin compares whole labels', () => {
  assert.ok(liesWithin('dav.example.com', 'example.com'));
  assert.ok(liesWithin('example.com', 'example.com'));
  assert.ok(!liesWithin('badexample.com', 'example.com'));
});
