import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { answer, fakeService, multistatus } from './fake-service.ts';
import { ZONE } from './scripted-network.ts';
import { except, PASSWORD, right, stepAbout, told } from './telling.ts';

describe('redirects', () => {
  for (const status of [301, 302, 303, 307, 308]) {
    test(`RFC 6764 section 5: ${status} is followed as PROPFIND`, async () => {
      const service = except(({ path }) =>
        path === '/.well-known/caldav' ? answer(status, { location: '/calendars' }) : undefined,
      );
      const { verdict, network } = await told({ srv: ZONE.srv, service });
      assert.equal(verdict.services[0]?.state, 'found');
      assert.deepEqual(network.requests.find(({ url }) => url.pathname === '/calendars')?.method, 'PROPFIND');
    });
  }

  test('five are followed, the sixth is not', async () => {
    const chain = (length: number) =>
      except(({ path }) => {
        const at = path === '/.well-known/caldav' ? 0 : Number(/^\/hop(\d)$/.exec(path)?.[1] ?? Number.NaN);
        if (Number.isNaN(at)) return undefined;
        return answer(301, { location: at + 1 < length ? `/hop${at + 1}` : '/calendars' });
      });
    const five = await told({ srv: ZONE.srv, service: chain(5) });
    assert.equal(five.verdict.services[0]?.state, 'found');
    const six = await told({ srv: ZONE.srv, service: chain(6) });
    assert.equal(six.verdict.services[0]?.state, 'failed');
    assert.match(six.verdict.mend.join('\n'), /clients follow 5 at most/);
  });

  test('one to plain http is never followed', async () => {
    const service = except(({ path }) =>
      path === '/calendars' ? answer(301, { location: 'http://dav.example.com/calendars/' }) : undefined,
    );
    const { verdict, network } = await told({ ...ZONE, service });
    assert.equal(verdict.services[0]?.state, 'failed');
    assert.match(verdict.mend.join('\n'), /https URL.*Behind a proxy/);
    assert.ok(network.requests.every(({ url }) => url.protocol === 'https:'));
  });

  test('one without a Location fails', async () => {
    const { verdict } = await told({
      ...ZONE,
      service: except(({ path }) => (path === '/calendars' ? answer(301) : undefined)),
    });
    assert.match(verdict.mend.join('\n'), /Location/);
  });

  test('to another host: its certificate is judged before the password goes there', async () => {
    const service = except(({ path }, url) =>
      path === '/calendars' && url.hostname === 'dav.example.com'
        ? answer(307, { location: 'https://other.example.org/calendars' })
        : undefined,
    );
    const { steps, verdict } = await told({ ...ZONE, service });
    const order = steps.map(({ what }) => what);
    assert.ok(order.indexOf('certificate of other.example.org port 443') < order.indexOf('login at other.example.org'));
    assert.equal(verdict.services[0]?.principal, 'https://other.example.org/principals/user/');
  });

  test('to another host with an untrusted certificate: nothing is sent, even if untrusted certificates are allowed', async () => {
    const service = except(({ path }, url) =>
      path === '/calendars' && url.hostname === 'dav.example.com'
        ? answer(307, { location: 'https://other.example.org/calendars' })
        : undefined,
    );
    const handshake = () => ({ namesHost: false });
    const { steps, verdict, network } = await told({ ...ZONE, service, handshake }, { allowUntrusted: true });
    assert.equal(stepAbout(steps, 'certificate of dav.example.com port 8443').verdict, 'warning');
    assert.equal(stepAbout(steps, 'certificate of other.example.org port 443').verdict, 'failed');
    assert.ok(network.requests.every(({ url }) => url.hostname === 'dav.example.com'));
    assert.equal(verdict.services[0]?.state, 'failed');
  });
});

describe('RFC 6764 section 8: the certificate', () => {
  test('if it is not believed, no request is made', async () => {
    const { verdict, network } = await told({ ...ZONE, service: right, handshake: () => ({ namesHost: false }) });
    assert.equal(network.requests.length, 0);
    assert.equal(verdict.ok, false);
    assert.match(verdict.mend.join('\n'), /does not name dav\.example\.com/);
  });

  test('if untrusted ones are allowed, discovery goes on with a warning', async () => {
    const script = { ...ZONE, service: right, handshake: () => ({ namesHost: false }) };
    const { verdict, network } = await told(script, { allowUntrusted: true });
    assert.equal(verdict.ok, true);
    assert.equal(verdict.mend.length, 1);
    assert.ok(network.requests.every(({ allowUntrusted }) => allowUntrusted));
  });
});

describe('RFC 6764 section 6, item 4: the user identifier', () => {
  test('is the address; the local part comes second and is a warning', async () => {
    const { steps, verdict } = await told({ ...ZONE, service: fakeService({ user: 'user', password: PASSWORD }) });
    const step = stepAbout(steps, /^login/);
    assert.deepEqual([step.verdict, step.answer], ['warning', '401, then 207 as user']);
    assert.equal(verdict.ok, true);
  });

  test('a wrong password is tried with each identifier once, for both services together', async () => {
    const { verdict, network } = await told({ ...ZONE, service: right }, { password: 'wrong' });
    assert.equal(network.requests.filter(({ headers }) => headers.authorization !== undefined).length, 2);
    assert.equal(verdict.ok, false);
    assert.match(verdict.mend.join('\n'), /user name or the password is not accepted/);
  });

  test('a service that does not offer Basic fails', async () => {
    const service = () => answer(401, { 'www-authenticate': 'Bearer realm="x"' });
    const { verdict, network } = await told({ ...ZONE, service });
    assert.match(verdict.mend.join('\n'), /Offer Basic/);
    assert.ok(network.requests.every(({ headers }) => headers.authorization === undefined));
  });

  test('RFC 6764 section 7: a service that does not ask for a password fails', async () => {
    const service = () => multistatus('/', '<current-user-principal><unauthenticated/></current-user-principal>');
    const { verdict } = await told({ ...ZONE, service });
    assert.equal(verdict.ok, false);
    assert.match(verdict.mend.join('\n'), /Ask for a password at \/calendars/);
  });
});
