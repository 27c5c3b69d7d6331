/**
 * OPTIONS: what works here. Clients probe it before they log in, on the root and on principals and homes.
 * RFC 9110 section 9.3.7, RFC 4918 section 10.1.
 */
import { DavError } from '../../dav/errors.ts';
import type { Method } from '../../dav/method.ts';

export const options: Method = {
  name: 'OPTIONS',
  spec: 'RFC 9110 section 9.3.7',
  on: ['service', 'principal', 'collection', 'object', 'unmapped'],
  anonymous: () => true,
  async handle(request, { located, catalogue, user }) {
    if (!located.found && located.parent === undefined && user !== undefined) {
      throw new DavError(404, `there is nothing at ${request.target}`);
    }
    const allowed = catalogue.allowed(located.found ? located.resource.type : 'unmapped');
    return {
      status: 200,
      headers: {
        DAV: catalogue.compliance,
        Allow: allowed.join(', '),
        Vary: 'Brief,Prefer',
        'Cache-Control': 'no-cache',
      },
      body: '',
    };
  },
};
