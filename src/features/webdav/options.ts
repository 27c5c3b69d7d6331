/**
 * OPTIONS: what works here. Clients probe it before they log in, on the root and on principals and homes.
 * RFC 9110 section 9.3.7, RFC 4918 section 10.1.
 */

import { allowedAt } from '../../dav/allowed.ts';
import { DavError } from '../../dav/errors.ts';
import type { DavRequest, DavResponse, Method } from '../../dav/method.ts';

export const options: Method = {
  name: 'OPTIONS',
  spec: 'RFC 9110 section 9.3.7',
  on: ['service', 'principal', 'collection', 'object', 'unmapped'],
  anonymous: () => true,
  async handle(request, { located, catalogue, user }) {
    if (isPreflight(request)) return PREFLIGHT;
    if (!located.found && located.parent === undefined && user !== undefined) {
      throw new DavError(404, `there is nothing at ${request.target}`);
    }
    return {
      status: 200,
      headers: {
        DAV: catalogue.compliance,
        Allow: allowedAt(located, catalogue).join(', '),
        Vary: 'Brief,Prefer',
        'Cache-Control': 'no-cache',
      },
      body: '',
    };
  },
};

/** A browser asks whether a page of another origin may send something. It may not: nothing says that it may. */
function isPreflight({ headers }: DavRequest): boolean {
  return headers.origin !== undefined && headers['access-control-request-method'] !== undefined;
}

const PREFLIGHT: DavResponse = {
  status: 204,
  headers: {
    Vary: 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers',
    'Cache-Control': 'no-cache',
  },
};
