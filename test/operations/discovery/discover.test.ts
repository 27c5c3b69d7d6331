import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { InvalidOption } from '../../../src/operations/discovery/domain-name.ts';
import { answer, type FakeAnswer, type FakeRequest, multistatus } from './fake-service.ts';
import { srv, ZONE } from './scripted-network.ts';
import { ADDRESS, except, PASSWORD, right, stepAbout, told, verdicts } from './telling.ts';

describe('RFC 6764 section 6: a service that is published and answers as it should', () => {
  test('is found, each question told in order with its command', async () => {
    const { steps, verdict } = await told({ ...ZONE, service: right });
    assert.deepEqual(verdicts(steps, 'caldavs'), [
      'ok: SRV records of _caldavs._tcp.example.com',
      'ok: TXT record of _caldavs._tcp.example.com',
      'ok: addresses of dav.example.com',
      'ok: certificate of dav.example.com port 8443',
      'ok: /.well-known/caldav without a password',
      'ok: login at dav.example.com:8443',
      'ok: current-user-principal of /calendars',
      'ok: calendar-home-set of /principals/user/',
      'ok: DAV header of /principals/user/',
    ]);
    assert.deepEqual(verdicts(steps, 'caldav'), ['ok: SRV records of _caldav._tcp.example.com, without TLS']);
    assert.equal(stepAbout(steps, /^SRV records of _caldavs/).answer, '1 5 8443 dav.example.com.');
    assert.equal(stepAbout(steps, /^SRV records of _caldav\./).answer, '0 0 0 . (decidedly not available)');
    assert.equal(
      stepAbout(steps, /^calendar-home-set/).command,
      `curl -s -D - --user 'user@example.com' -X PROPFIND -H 'Depth: 0' -H 'Content-Type: application/xml; charset=utf-8' --data '<propfind xmlns="DAV:"><prop><calendar-home-set xmlns="urn:ietf:params:xml:ns:caldav"/></prop></propfind>' https://dav.example.com:8443/principals/user/`,
    );
    assert.deepEqual(verdict, {
      ok: true,
      summary:
        'Calendars found at https://dav.example.com:8443/calendars/user/; contacts found at https://dav.example.com:8443/addressbooks/user/.',
      mend: [],
      services: [
        {
          service: 'caldavs',
          state: 'found',
          context: 'https://dav.example.com:8443/calendars',
          principal: 'https://dav.example.com:8443/principals/user/',
          homes: ['https://dav.example.com:8443/calendars/user/'],
        },
        {
          service: 'carddavs',
          state: 'found',
          context: 'https://dav.example.com:8443/addressbooks',
          principal: 'https://dav.example.com:8443/principals/user/',
          homes: ['https://dav.example.com:8443/addressbooks/user/'],
        },
      ],
    });
  });

  test('the password is in no step and no verdict', async () => {
    const { steps, verdict } = await told({ ...ZONE, service: right });
    const basic = Buffer.from(`${ADDRESS}:${PASSWORD}`).toString('base64');
    const shown = JSON.stringify([steps, verdict]);
    assert.ok(!shown.includes(PASSWORD) && !shown.includes(basic));
  });

  test('without a password discovery ends well where it is asked for', async () => {
    const { verdict, network } = await told({ ...ZONE, service: right }, { password: undefined });
    assert.equal(verdict.ok, true);
    assert.deepEqual(
      verdict.services.map(({ state, context }) => [state, context]),
      [
        ['login', 'https://dav.example.com:8443/calendars'],
        ['login', 'https://dav.example.com:8443/addressbooks'],
      ],
    );
    assert.ok(network.requests.every(({ headers }) => headers.authorization === undefined));
  });

  test('the second service uses the login the first one found', async () => {
    const { network } = await told({ ...ZONE, service: right });
    const refused = network.requests.filter(
      (request) => request.method !== 'GET' && request.headers.authorization === undefined,
    );
    assert.equal(refused.length, 1);
  });
});

describe('RFC 6764 section 6, item 2: host and port', () => {
  test('without SRV records the domain itself is tried at port 443, beginning at the well-known URL', async () => {
    const { steps, verdict, network } = await told({ service: right });
    assert.equal(stepAbout(steps, /^SRV records of _caldavs/).verdict, 'warning');
    assert.equal(network.requests[0]?.url.href, 'https://example.com/.well-known/caldav');
    assert.equal(verdict.ok, true);
    assert.match(verdict.mend.join('\n'), /Publish SRV records for _caldavs\._tcp\.example\.com/);
  });

  test('a failing DNS server is told and not taken for an absent record', async () => {
    const failure = { failure: 'ESERVFAIL: the DNS server reports a failure' };
    const { steps } = await told({ srv: { '_caldavs._tcp.example.com': failure }, service: right });
    const step = stepAbout(steps, /^SRV records of _caldavs/);
    assert.deepEqual([step.verdict, step.answer], ['warning', failure.failure]);
    assert.match(step.advice ?? '', /Mend the DNS servers of example\.com/);
  });

  test('a target of "." ends it: nothing is asked of the domain', async () => {
    const script = { ...ZONE, srv: { ...ZONE.srv, '_carddavs._tcp.example.com': { records: [srv('', 0, 0, 0)] } } };
    const { steps, verdict } = await told({ ...script, service: right });
    assert.deepEqual(verdicts(steps, 'carddavs'), ['warning: SRV records of _carddavs._tcp.example.com']);
    assert.equal(verdict.services[1]?.state, 'unavailable');
    assert.equal(verdict.ok, true);
    assert.match(verdict.summary, /no contacts offered/);
  });

  test('if neither service is offered, nothing was found', async () => {
    const none = { records: [srv('.', 0, 0, 0)] };
    const script = { srv: { '_caldavs._tcp.example.com': none, '_carddavs._tcp.example.com': none } };
    const { verdict, network } = await told(script);
    assert.equal(verdict.ok, false);
    assert.equal(network.requests.length, 0);
  });

  test('targets are tried in their order until one answers', async () => {
    const records = [srv('two.example.com', 443, 20), srv('one.example.com', 443, 10)];
    const { steps, verdict } = await told({
      srv: { '_caldavs._tcp.example.com': { records } },
      handshake: (host) => (host === 'one.example.com' ? { failure: 'ECONNREFUSED' } : undefined),
      service: right,
    });
    assert.equal(stepAbout(steps, /^TLS with/).verdict, 'warning');
    assert.equal(verdict.services[0]?.context, 'https://two.example.com/calendars');
  });

  test('a target that is no host name is passed over', async () => {
    const records = [srv('192.0.2.7', 443, 1), srv('dav.example.com', 443, 2)];
    const { steps, verdict } = await told({ srv: { '_caldavs._tcp.example.com': { records } }, service: right });
    assert.equal(stepAbout(steps, /^SRV records of _caldavs/).verdict, 'warning');
    assert.equal(verdict.services[0]?.state, 'found');
  });

  test('RFC 6764 section 8: a target outside the domain is noted', async () => {
    const script = { srv: { '_caldavs._tcp.example.com': { records: [srv('dav.example.org')] } }, service: right };
    const step = stepAbout((await told(script)).steps, /^SRV records of _caldavs/);
    assert.equal(step.verdict, 'ok');
    assert.match(step.advice ?? '', /dav\.example\.org is outside example\.com/);
  });

  test('services offered without TLS are a warning and are not used', async () => {
    const script = {
      ...ZONE,
      srv: { ...ZONE.srv, '_caldav._tcp.example.com': { records: [srv('dav.example.com', 80)] } },
    };
    const { steps, verdict, network } = await told({ ...script, service: right });
    assert.deepEqual(verdicts(steps, 'caldav'), ['warning: SRV records of _caldav._tcp.example.com, without TLS']);
    assert.equal(verdict.ok, true);
    assert.ok(network.requests.every(({ url }) => url.protocol === 'https:'));
  });

  test('an address that does not answer beside one that does is a warning', async () => {
    const { steps, verdict } = await told({
      ...ZONE,
      addresses: { 'dav.example.com': { records: ['2001:db8::1', '192.0.2.1'] } },
      handshake: (_host, _port, address) => (address.includes(':') ? { failure: 'EHOSTUNREACH' } : undefined),
      service: right,
    });
    assert.equal(stepAbout(steps, 'TLS with 2001:db8::1 port 8443').verdict, 'warning');
    assert.equal(verdict.services[0]?.state, 'found');
  });

  test('a host that has no address, or does not answer, fails', async () => {
    const nowhere = await told({ ...ZONE, addresses: { 'dav.example.com': { records: [] } } });
    assert.equal(stepAbout(nowhere.steps, 'addresses of dav.example.com').verdict, 'failed');
    const silent = await told({ ...ZONE, handshake: () => ({ failure: 'ECONNREFUSED' }) });
    assert.equal(stepAbout(silent.steps, /^TLS with/).verdict, 'failed');
    assert.deepEqual([nowhere.verdict.ok, silent.verdict.ok], [false, false]);
  });
});

describe('RFC 6764 section 6, item 3: the path to begin at', () => {
  test('without a path in the TXT record it is the well-known URL, whose redirect is followed', async () => {
    const { steps, verdict } = await told({ srv: ZONE.srv, service: right });
    assert.deepEqual(verdicts(steps, 'caldavs').slice(4), [
      'ok: /.well-known/caldav without a password',
      'ok: current-user-principal of /.well-known/caldav',
      'ok: login at dav.example.com:8443',
      'ok: current-user-principal of /calendars',
      'ok: calendar-home-set of /principals/user/',
      'ok: DAV header of /principals/user/',
    ]);
    assert.equal(verdict.ok, true);
  });

  test('if the path of the TXT record gives an error, the well-known URL is tried', async () => {
    const txt = { '_caldavs._tcp.example.com': { records: [['path=/old']] } };
    const { steps, verdict } = await told({ ...ZONE, txt, service: right });
    const step = stepAbout(steps, 'current-user-principal of /old');
    assert.equal(step.verdict, 'warning');
    assert.equal(step.advice, 'Correct the path in the TXT record: /old answers 404.');
    assert.equal(verdict.services[0]?.state, 'found');
  });

  test('if there is nothing at the well-known URL either, "/" is tried', async () => {
    const service = except(({ path }) => (path.startsWith('/.well-known/') ? answer(404) : undefined));
    const { steps, verdict } = await told({ srv: ZONE.srv, service });
    assert.equal(stepAbout(steps, /^\/\.well-known\/caldav without/).verdict, 'warning');
    assert.equal(stepAbout(steps, 'current-user-principal of /').verdict, 'ok');
    assert.equal(verdict.services[0]?.state, 'found');
  });

  test('if "/" is no service, discovery has failed', async () => {
    const { steps, verdict } = await told({ ...ZONE, service: () => answer(404) });
    assert.equal(stepAbout(steps, 'current-user-principal of /').verdict, 'failed');
    assert.equal(verdict.ok, false);
  });

  test('a path that would name another host is not used', async () => {
    const txt = { '_caldavs._tcp.example.com': { records: [['path=//example.org/x']] } };
    const { steps, network } = await told({ ...ZONE, txt, service: right });
    assert.equal(stepAbout(steps, /^TXT record of _caldavs/).verdict, 'warning');
    assert.ok(network.requests.every(({ url }) => url.hostname === 'dav.example.com'));
  });

  test('RFC 6764 section 5: a service at the well-known URL itself is a warning', async () => {
    const service = except(({ path, method }) =>
      path === '/.well-known/caldav' && method === 'GET' ? answer(200) : undefined,
    );
    const { steps } = await told({ ...ZONE, service });
    assert.equal(stepAbout(steps, /^\/\.well-known\/caldav without/).verdict, 'warning');
  });
});

describe('the principal', () => {
  const about: readonly (readonly [string, (request: FakeRequest) => FakeAnswer | undefined, RegExp])[] = [
    ['answers with an error of the service', () => answer(502), /Mend the error at \/principals\/user\//],
    ['may not be read', () => answer(403), /Allow the user to read/],
    ['has no home', () => multistatus('/principals/user/', '<displayname/>'), /the home of the user/],
    ['answers with a web page', () => answer(207, {}, '<html></html>'), /the home of the user/],
    [
      'has no compliance class',
      ({ method }) => (method === 'OPTIONS' ? answer(200, { dav: '1, 2, calendar-access-not' }) : undefined),
      /"calendar-access" in the DAV header/,
    ],
  ];
  for (const [what, change, mend] of about) {
    test(`that ${what} fails, with advice`, async () => {
      const service = except((request) => (request.path === '/principals/user/' ? change(request) : undefined));
      const { verdict } = await told({ ...ZONE, service });
      assert.equal(verdict.ok, false);
      assert.equal(verdict.services[0]?.state, 'failed');
      assert.match(verdict.mend.join('\n'), mend);
    });
  }

  test('at a plain http URL is not asked', async () => {
    const principal = '<current-user-principal><href>http://dav.example.com/p/</href></current-user-principal>';
    const service = except(({ path, headers }) =>
      path === '/calendars' && headers.authorization ? multistatus(path, principal) : undefined,
    );
    const { verdict, network } = await told({ ...ZONE, service });
    assert.equal(verdict.services[0]?.state, 'failed');
    assert.ok(network.requests.every(({ url }) => url.protocol === 'https:'));
  });
});

test('a connection that breaks off is told with the reason', async () => {
  const service = (): { failure: string } => ({ failure: 'ECONNRESET: the connection was broken off' });
  const { steps, verdict } = await told({ ...ZONE, service });
  assert.equal(stepAbout(steps, /^current-user-principal/).answer, 'ECONNRESET: the connection was broken off');
  assert.equal(verdict.ok, false);
});

test('what servers answer cannot steer the terminal', async () => {
  const service = () => answer(401, { 'www-authenticate': 'Basic \u001b]0;x\u0007', location: '\u001b[2J' });
  const { steps } = await told({
    ...ZONE,
    txt: { '_caldavs._tcp.example.com': { records: [['\u001b[2J']] } },
    service,
  });
  assert.ok(steps.every((step) => Object.values(step).every((text) => !/\p{Cc}/u.test(text))));
});

test('RFC 6764 section 6: a mailto address and an internationalised domain are understood', async () => {
  const { steps, network } = await told({ service: right }, { address: 'mailto:user@bücher.example' });
  assert.equal(steps[0]?.command, 'host -t SRV _caldavs._tcp.xn--bcher-kva.example');
  assert.equal(network.requests[0]?.url.hostname, 'xn--bcher-kva.example');
});

test('what is not an address is refused before anything is asked', async () => {
  for (const address of [
    'example.com',
    '@example.com',
    'user@',
    'us er@example.com',
    'user@exa mple.com',
    'user@192.0.2.1',
  ]) {
    await assert.rejects(told({}, { address }), InvalidOption);
  }
});
