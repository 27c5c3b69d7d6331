/**
 * Who sent a request: proxies believed or not, hosts, networks.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DavError } from '../../src/dav/errors.ts';
import { networkOf, plainAddress, senderOf, trustedProxies } from '../../src/server/peer.ts';

const PROXY = '192.0.2.10';
const proxies = trustedProxies([PROXY, '10.0.0.0/8', '2001:db8:1::/48']);
const from = (peer: string, secure = false) => ({ secure, host: 'dav.example.com', peer });

describe('proxies', () => {
  test('a header from somebody who is no trusted proxy is not believed', () => {
    const headers = { forwarded: 'for=203.0.113.9;proto=https;host=evil.example.org', 'x-forwarded-proto': 'https' };
    const sender = senderOf(from('198.51.100.1'), headers, proxies, undefined);
    assert.deepEqual(sender, { origin: 'http://dav.example.com', client: '198.51.100.1' });
  });

  test('RFC 7239: a trusted proxy tells address, scheme and host', () => {
    const headers = { forwarded: 'for="[2001:db8::7]:4711";proto=https;host=cal.example.org' };
    const sender = senderOf(from(PROXY), headers, proxies, undefined);
    assert.deepEqual(sender, { origin: 'https://cal.example.org', client: '2001:db8::7' });
  });

  test('X-Forwarded-* of a trusted proxy that came over an IPv6 socket are believed', () => {
    const headers = {
      'x-forwarded-for': '203.0.113.9',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'Cal.example.org',
    };
    const sender = senderOf(from(`::ffff:${PROXY}`), headers, proxies, undefined);
    assert.deepEqual(sender, { origin: 'https://cal.example.org', client: '203.0.113.9' });
  });

  test('what a client puts before the word of the proxy is not believed', () => {
    const forged = { 'x-forwarded-for': '1.2.3.4, 203.0.113.9', 'x-forwarded-proto': 'https, http' };
    assert.deepEqual(senderOf(from(PROXY), forged, proxies, undefined), {
      origin: 'http://dav.example.com',
      client: '203.0.113.9',
    });
    const standard = { forwarded: 'for=1.2.3.4;proto=https, for=203.0.113.9;proto=http' };
    assert.deepEqual(senderOf(from(PROXY), standard, proxies, undefined), {
      origin: 'http://dav.example.com',
      client: '203.0.113.9',
    });
  });

  test('a chain of trusted proxies leads to the first address that is not one of them', () => {
    const headers = { forwarded: 'for=203.0.113.9;proto=https;host=a.example.com, for=10.1.1.1;proto=http;host=inner' };
    const sender = senderOf(from(PROXY), headers, proxies, undefined);
    assert.deepEqual(sender, { origin: 'https://a.example.com', client: '203.0.113.9' });
  });

  test('two sorts of headers that contradict each other are refused, since a client wrote one of them', () => {
    const headers = {
      forwarded: 'for=1.2.3.4;proto=https',
      'x-forwarded-for': '203.0.113.9',
      'x-forwarded-proto': 'http',
    };
    assert.throws(() => senderOf(from(PROXY), headers, proxies, undefined), DavError);
    const agreeing = { forwarded: 'for=203.0.113.9;proto=https', 'x-forwarded-for': '203.0.113.9' };
    assert.equal(senderOf(from(PROXY), agreeing, proxies, undefined).origin, 'https://dav.example.com');
  });

  test('an address that a proxy hides leaves the address of the proxy', () => {
    const headers = { forwarded: 'for=_hidden;proto=https' };
    assert.deepEqual(senderOf(from(PROXY), headers, proxies, undefined), {
      origin: 'https://dav.example.com',
      client: PROXY,
    });
  });

  test('an entry that is neither address nor network is named', () => {
    for (const entry of ['proxy.example.com', '192.0.2.1/33', '192.0.2.1/', '192.0.2.1/8/8', '::1/129'])
      assert.throws(() => trustedProxies([entry]), new RangeError(`${entry} is no address and no network`));
  });
});

describe('hosts', () => {
  test('RFC 9110 section 7.2: what is no host is refused', () => {
    for (const host of [undefined, '', 'a b', 'a/b', 'a@b', 'a\\b', 'a:b', 'a:123456', '[::1', 'a,b', 'ä', 'a"b']) {
      const transport = { secure: true, host, peer: '198.51.100.1' };
      assert.throws(
        () => senderOf(transport, {}, proxies, undefined),
        (error) => error instanceof DavError && error.status === 400,
        String(host),
      );
    }
  });

  test('names, addresses and ports make the origin', () => {
    for (const host of ['dav.example.com', 'dav.example.com:8443', '192.0.2.1', '[2001:db8::1]:8443', 'localhost'])
      assert.equal(senderOf({ secure: true, host, peer: '::1' }, {}, proxies, undefined).origin, `https://${host}`);
  });

  test('the public host replaces what the client named, and never the scheme', () => {
    assert.equal(senderOf(from('::1', true), {}, proxies, 'dav.example.org').origin, 'https://dav.example.org');
    assert.equal(senderOf(from('::1', false), {}, proxies, 'dav.example.org').origin, 'http://dav.example.org');
  });
});

test('networks: /24 of IPv4, /64 of IPv6 in every spelling', () => {
  assert.equal(networkOf('192.0.2.77'), '192.0.2.0/24');
  assert.equal(networkOf('::ffff:192.0.2.77'), '192.0.2.0/24');
  assert.equal(networkOf('2001:db8:1:2:3:4:5:6'), '2001:db8:1:2::/64');
  assert.equal(networkOf('2001:0DB8:0001:0002::9'), '2001:db8:1:2::/64');
  assert.equal(networkOf('2001:db8::9'), '2001:db8:0:0::/64');
  assert.equal(networkOf('::1'), '0:0:0:0::/64');
  assert.equal(networkOf('fe80::1%eth0'), 'fe80:0:0:0::/64');
  assert.equal(networkOf('64:ff9b::192.0.2.1'), '64:ff9b:0:0::/64');
  assert.equal(networkOf('nonsense'), '');
  assert.equal(networkOf(undefined), '');
  assert.equal(plainAddress('fe80::1%eth0'), 'fe80::1');
});
