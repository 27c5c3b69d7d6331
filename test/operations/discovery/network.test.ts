import assert from 'node:assert/strict';
import { createServer } from 'node:https';
import { connect as connectTcp, createServer as createTcpServer } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { generate } from 'selfsigned';
import { InvalidOption } from '../../../src/operations/discovery/domain-name.ts';
import { MOST_BODY, openNetwork, resolverAddress } from '../../../src/operations/discovery/network.ts';
import { listening } from './listening.ts';

const certificate = await generate([{ name: 'commonName', value: 'dav.example.com' }], {
  keyType: 'ec',
  algorithm: 'sha256',
  extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'dav.example.com' }] }],
});
const seen: { url: string | undefined; host: string | undefined; body: string }[] = [];
const server = createServer({ key: certificate.private, cert: certificate.cert }, (request, response) => {
  let body = '';
  request.setEncoding('utf8').on('data', (part: string) => {
    body += part;
  });
  request.on('end', () => {
    seen.push({ url: request.url, host: request.headers.host, body });
    if (request.url === '/silent') return;
    if (request.url === '/large') response.end(Buffer.alloc(MOST_BODY + 1));
    else if (request.url === '/cut')
      response.writeHead(200, { 'content-length': '10' }).write('12345', () => response.destroy());
    else response.writeHead(207, { DAV: ['1, 3', 'calendar-access'] }).end('answer');
  });
});
const address = '127.0.0.1';
let port = 0;
before(async () => {
  port = await listening(server);
});
after(() => {
  server.closeAllConnections();
  server.close();
});

const believing = openNetwork({ ca: certificate.cert, requestTimeout: 5000 });
const asking = (path: string, host = 'dav.example.com') => ({
  method: 'PROPFIND',
  url: new URL(`https://${host}:${port}${path}`),
  address,
  headers: { depth: '0' },
  allowUntrusted: false,
});

describe('a handshake', () => {
  test('tells the certificate without believing it', async () => {
    const shown = await openNetwork().handshake('dav.example.com', port, address);
    assert.partialDeepStrictEqual(shown, {
      subject: 'dav.example.com',
      names: ['dav.example.com'],
      selfSigned: true,
      namesHost: true,
      chainProblem: 'DEPTH_ZERO_SELF_SIGNED_CERT',
    });
  });

  test('with the certificate given as authority, only the name counts', async () => {
    const right = await believing.handshake('dav.example.com', port, address);
    assert.partialDeepStrictEqual(right, { namesHost: true, chainProblem: undefined });
    const wrong = await believing.handshake('other.example.com', port, address);
    assert.partialDeepStrictEqual(wrong, { namesHost: false, chainProblem: undefined });
  });

  test('with a server that does not speak TLS, or says nothing, fails', async () => {
    const plain = createTcpServer((socket) => socket.on('error', () => {}).end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    const silent = createTcpServer((socket) => socket.on('error', () => {}));
    const impatient = openNetwork({ requestTimeout: 50 });
    const answers = [
      await impatient.handshake('dav.example.com', await listening(plain), address),
      await impatient.handshake('dav.example.com', await listening(silent), address),
    ];
    plain.close();
    silent.close();
    assert.ok(answers.every((answer) => 'failure' in answer));
    assert.deepEqual(answers[1], { failure: 'ETIMEDOUT: no answer in time' });
  });
});

describe('a request', () => {
  test('goes to the address, for the host of the URL, and brings the whole answer back', async () => {
    const answer = await believing.request({ ...asking('/calendars?x=1'), body: '<ü/>' });
    assert.ok(!('failure' in answer));
    assert.equal(answer.status, 207);
    assert.equal(answer.headers.get('dav'), '1, 3, calendar-access');
    assert.equal(Buffer.from(answer.body).toString(), 'answer');
    assert.deepEqual(seen.at(-1), { url: '/calendars?x=1', host: `dav.example.com:${port}`, body: '<ü/>' });
  });

  test('is not made if the certificate is not believed or names another host, unless that is allowed', async () => {
    const before = seen.length;
    const untrusted = await openNetwork().request(asking('/untrusted'));
    const misnamed = await believing.request(asking('/misnamed', 'other.example.com'));
    assert.ok('failure' in untrusted && untrusted.failure.startsWith('DEPTH_ZERO_SELF_SIGNED_CERT'));
    assert.ok('failure' in misnamed && misnamed.failure.startsWith('ERR_TLS_CERT_ALTNAME_INVALID'));
    assert.equal(seen.length, before);
    const allowed = await openNetwork().request({ ...asking('/allowed', 'other.example.com'), allowUntrusted: true });
    assert.partialDeepStrictEqual(allowed, { status: 207 });
  });

  test('whose answer is larger than 1 MiB, is cut short or never comes is a failure', async () => {
    assert.deepEqual(await believing.request(asking('/large')), { failure: 'the answer is larger than 1 MiB' });
    assert.ok('failure' in (await believing.request(asking('/cut'))));
    const impatient = openNetwork({ ca: certificate.cert, requestTimeout: 200 });
    assert.deepEqual(await impatient.request(asking('/silent')), { failure: 'ETIMEDOUT: no answer in time' });
  });

  test('to a port where nothing listens is a failure', async () => {
    const gone = createTcpServer();
    const free = await listening(gone);
    gone.close();
    await new Promise((resolve) => connectTcp(free, address).once('error', resolve));
    const answer = await believing.request({ ...asking('/'), url: new URL(`https://dav.example.com:${free}/`) });
    assert.deepEqual(answer, { failure: 'ECONNREFUSED: the connection was refused' });
  });
});

test('an IP address is its own address', async () => {
  assert.deepEqual(await openNetwork().resolveAddresses('2001:db8::1'), { records: ['2001:db8::1'] });
});

test('resolvers are written as an IP address, with a port if it is not 53', () => {
  assert.deepEqual(resolverAddress('192.0.2.53'), { address: '192.0.2.53', port: 53 });
  assert.deepEqual(resolverAddress('192.0.2.53:5353'), { address: '192.0.2.53', port: 5353 });
  assert.deepEqual(resolverAddress('2001:db8::53'), { address: '2001:db8::53', port: 53 });
  assert.deepEqual(resolverAddress('[2001:db8::53]:5353'), { address: '2001:db8::53', port: 5353 });
  for (const text of [
    '',
    'ns.example.com',
    '192.0.2.53:',
    '192.0.2.53:0',
    '192.0.2.53:65536',
    '[192.0.2.53',
    '192.0.2.53:53:53',
  ]) {
    assert.throws(() => resolverAddress(text), InvalidOption);
  }
});
