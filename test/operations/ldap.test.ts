/**
 * Servers that are none, or none any more: reading one of them comes to an end.
 */
import assert from 'node:assert/strict';
import { createServer, type Socket } from 'node:net';
import { test } from 'node:test';
import { SourceFailed } from '../../src/operations/directories/entry.ts';
import { ldapEntries } from '../../src/operations/directories/ldap.ts';

/** Reads from a server that does this with each connection. */
async function read(serve: (socket: Socket) => void): Promise<void> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    serve(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  const url = `ldap://127.0.0.1:${address.port}`;
  const settings = { url, base: 'dc=example,dc=org', scope: 'sub', filter: '(objectClass=person)' } as const;
  try {
    for await (const page of ldapEntries({ ...settings, plain: false, attributes: {} }, 50)) assert.fail(String(page));
  } finally {
    server.close();
  }
}

/** Yes to the first request: an ExtendedResponse with the result code success. RFC 4511. */
function agrees(request: Buffer): Buffer {
  return Buffer.from([0x30, 0x0c, 0x02, 0x01, request[4] ?? 0, 0x78, 0x07, 0x0a, 0x01, 0x00, 0x04, 0x00, 0x04, 0x00]);
}

test('a server that agrees to TLS and then says nothing has failed', async () => {
  await assert.rejects(
    read((socket) => socket.once('data', (request) => socket.write(agrees(request)))),
    SourceFailed,
  );
});

test('a server that goes away has failed', async () => {
  await assert.rejects(
    read((socket) => socket.destroy()),
    SourceFailed,
  );
});
