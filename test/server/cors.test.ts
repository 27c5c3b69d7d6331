/**
 * Pages of other origins.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DEFAULT_LIMITS } from '../../src/dav/limits.ts';
import type { DavResponse } from '../../src/dav/method.ts';
import { wholeRequest } from '../../src/dav/whole-request.ts';
import { withCors } from '../../src/server/cors.ts';
import { standardFeatures } from '../../src/server/features.ts';
import { SILENT } from '../../src/server/log.ts';
import { createService } from '../../src/server/service.ts';
import { KEYS } from '../../src/server/settings.ts';
import { openTestStore } from '../support/engine.ts';

const OURS = 'https://dav.example.com';
const APP = 'https://app.example.org';

type Headers = Readonly<Record<string, string>>;

/** What the handler answers, behind the rules for these origins. */
async function answer(
  {
    method = 'GET',
    headers = {},
    origins = [APP],
  }: { method?: string; headers?: Headers; origins?: readonly string[] },
  given: DavResponse = { status: 200, headers: {} },
): Promise<DavResponse & { readonly handled: boolean }> {
  let handled = false;
  const handle = withCors(
    async () => {
      handled = true;
      return given;
    },
    { origins, methods: ['GET', 'REPORT', 'PUT', 'GET'] },
  );
  return { ...(await handle(wholeRequest({ method, target: '/', headers, origin: OURS }))), handled };
}

describe('a page of an origin that the configuration names', () => {
  const origin = { origin: APP };

  test('asks first, and is told what it may send, without a login', async () => {
    const headers = {
      ...origin,
      'access-control-request-method': 'REPORT',
      'access-control-request-headers': 'authorization, depth,x-client',
    };
    const told = await answer({ method: 'OPTIONS', headers });
    assert.equal(told.handled, false);
    assert.equal(told.status, 204);
    assert.equal(told.headers['Access-Control-Allow-Origin'], APP);
    assert.equal(told.headers['Access-Control-Allow-Credentials'], 'true');
    assert.equal(told.headers['Access-Control-Allow-Methods'], 'GET, PUT, REPORT');
    assert.equal(told.headers['Access-Control-Allow-Headers'], 'authorization, depth,x-client');
    assert.match(told.headers.Vary ?? '', /\bOrigin\b/);
  });

  test('gets no header back that is none', async () => {
    for (const names of ['a: b', 'a\r\nX-Evil', '', 'ä', `${'a'.repeat(3000)}`]) {
      const headers = { ...origin, 'access-control-request-method': 'PUT', 'access-control-request-headers': names };
      const told = await answer({ method: 'OPTIONS', headers });
      assert.equal(told.headers['Access-Control-Allow-Headers'], undefined, names);
    }
  });

  test('an OPTIONS that asks for no leave is one of WebDAV', async () => {
    const told = await answer({ method: 'OPTIONS', headers: origin }, { status: 200, headers: { DAV: '1' } });
    assert.equal(told.handled, true);
    assert.equal(told.headers.DAV, '1');
    assert.equal(told.headers['Access-Control-Allow-Origin'], APP);
  });

  test('reads answers and refusals, with the headers that clients need', async () => {
    for (const status of [200, 207, 401, 404, 412, 500]) {
      const read = await answer({ method: 'PUT', headers: origin }, { status, headers: { Vary: 'Accept' } });
      assert.equal(read.handled, true);
      assert.equal(read.status, status);
      assert.equal(read.headers['Access-Control-Allow-Origin'], APP);
      assert.equal(read.headers.Vary, 'Accept, Origin');
      const exposed = read.headers['Access-Control-Expose-Headers']?.split(', ') ?? [];
      for (const name of ['ETag', 'DAV', 'Location', 'Link', 'Lock-Token']) assert.ok(exposed.includes(name), name);
    }
  });

  test('may send what changes something without asking first', async () => {
    assert.equal((await answer({ method: 'POST', headers: origin })).handled, true);
  });
});

describe('S21 everybody else', () => {
  const strangers = [
    'https://evil.example',
    'null',
    'http://app.example.org',
    `${APP}:8443`,
    `${APP}.evil.example`,
    'HTTPS://APP.EXAMPLE.ORG',
  ];

  test('is granted nothing', async () => {
    for (const origin of strangers) {
      for (const method of ['OPTIONS', 'GET', 'PUT']) {
        const headers = { origin, 'access-control-request-method': 'PUT' };
        const told = await answer({ method, headers });
        const granted = Object.keys(told.headers).filter((name) => name.startsWith('Access-Control'));
        assert.deepEqual(granted, [], origin);
        assert.match(told.headers.Vary ?? '', /\bOrigin\b/);
      }
    }
  });

  test('is refused what a browser sends without asking first, with the login that it remembers', async () => {
    for (const origins of [[], [APP]]) {
      for (const origin of strangers) {
        const told = await answer({ method: 'POST', headers: { origin, 'content-type': 'text/plain' }, origins });
        assert.equal(told.handled, false);
        assert.equal(told.status, 403);
      }
    }
  });

  test('that is no page of another origin is not concerned', async () => {
    for (const headers of [{}, { origin: OURS }, { origin: OURS.toUpperCase() }]) {
      const told = await answer({ method: 'POST', headers });
      assert.equal(told.handled, true);
      assert.equal(told.headers['Access-Control-Allow-Origin'], undefined);
      assert.equal(told.headers.Vary, 'Origin');
    }
    assert.deepEqual((await answer({ headers: {}, origins: [] })).headers, {});
  });
});

test('S21 no wildcard, and nothing that is no origin, can be configured', () => {
  const { fromToml, fromText } = KEYS.corsOrigins;
  for (const value of [
    '*',
    'null',
    '',
    'https://*.example.com',
    'https://',
    'app.example.com',
    'http://app.example.com',
    'https://u@app.example.com',
    'https://app.example.com/path',
    'https://app.example.com?',
    'file:///',
    'javascript:alert(1)',
  ]) {
    assert.throws(() => fromToml([value], '/'), /must be a list of origins/, value);
  }
  assert.throws(() => fromToml('https://app.example.com', '/'), RangeError);
  assert.throws(() => fromText('https://app.example.com, *', '/'), RangeError);
  assert.deepEqual(fromToml(['https://App.example.com', 'https://a.example.com:8443/', 'http://localhost:5173'], '/'), [
    'https://app.example.com',
    'https://a.example.com:8443',
    'http://localhost:5173',
  ]);
  assert.deepEqual(fromText('https://a.example.com, https://b.example.com', '/'), [
    'https://a.example.com',
    'https://b.example.com',
  ]);
  assert.deepEqual(fromText('', '/'), []);
});

test('the service as a whole answers a preflight with every method that it has, and refusals can be read', async () => {
  const service = createService({
    store: await openTestStore(),
    features: standardFeatures(),
    limits: DEFAULT_LIMITS,
    realm: 'Davit',
    corsOrigins: [APP],
    log: SILENT,
  });
  try {
    const send = (method: string, headers: Headers) =>
      service.handle(wholeRequest({ method, target: '/calendars/a@example.com/', headers, origin: OURS }));
    const told = await send('OPTIONS', { origin: APP, 'access-control-request-method': 'PROPFIND' });
    assert.equal(told.status, 204);
    const methods = told.headers['Access-Control-Allow-Methods']?.split(', ') ?? [];
    for (const method of ['GET', 'PUT', 'DELETE', 'PROPFIND', 'REPORT', 'MKCALENDAR', 'LOCK', 'ACL']) {
      assert.ok(methods.includes(method), method);
    }
    const refused = await send('PROPFIND', { origin: APP });
    assert.equal(refused.status, 401);
    assert.equal(refused.headers['Access-Control-Allow-Origin'], APP);
  } finally {
    await service.close();
  }
});
