/**
 * Lets a server of a test listen on the loopback address.
 */
import type { AddressInfo, Server } from 'node:net';

/** The port it was given. */
export function listening(server: Server): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  server.once('error', reject);
  server.listen(0, '127.0.0.1', () => {
    const bound: AddressInfo | string | null = server.address();
    resolve(typeof bound === 'object' && bound !== null ? bound.port : 0);
  });
  return promise;
}
