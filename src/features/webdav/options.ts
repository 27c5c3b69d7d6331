/**
 * OPTIONS: what works here. Clients probe it before they log in, on the root and on principals and homes.
 * RFC 9110 section 9.3.7, RFC 4918 section 10.1.
 */

import type { Catalogue } from '../../dav/catalogue.ts';
import { DavError } from '../../dav/errors.ts';
import type { Method } from '../../dav/method.ts';
import type { ResourceType } from '../../dav/resource.ts';

export const options: Method = {
  name: 'OPTIONS',
  spec: 'RFC 9110 section 9.3.7',
  on: ['service', 'principal', 'collection', 'object', 'unmapped'],
  anonymous: () => true,
  async handle(request, { located, catalogue, user }) {
    if (!located.found && located.parent === undefined && user !== undefined) {
      throw new DavError(404, `there is nothing at ${request.target}`);
    }
    const allowed = located.found ? allowedOn(located.resource.type, catalogue) : catalogue.allowed('unmapped');
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

/** Clients look at a home to learn whether calendars can be made in it, as in the example of RFC 4791 section 5.1.1. */
function allowedOn(type: ResourceType, catalogue: Catalogue): readonly string[] {
  const allowed = catalogue.allowed(type);
  const isHome = catalogue.creatable.some(({ within }) => within.some((home) => home.kind === type.kind));
  return isHome ? [...allowed, ...catalogue.allowed('unmapped').filter((name) => name.startsWith('MK'))] : allowed;
}
