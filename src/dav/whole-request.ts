/**
 * A request whose body is in memory already: for programs that call the service without a network, and for tests.
 */
import { DavError } from './errors.ts';
import type { DavRequest } from './method.ts';

/** The request with its two ways to read the body. */
export function wholeRequest<R extends Omit<DavRequest, 'body' | 'stream'>>(
  request: R,
  body: Uint8Array | string = '',
): R & DavRequest {
  const data = typeof body === 'string' ? new TextEncoder().encode(body) : body;
  const within = (limit: number): Uint8Array => {
    if (data.length > limit) throw new DavError(413, `the body has more than ${limit} octets`);
    return data;
  };
  return {
    ...request,
    body: async (limit) => within(limit),
    async *stream(limit) {
      yield within(limit);
    },
  };
}
