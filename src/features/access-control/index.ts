/**
 * Principals and what one may do. RFC 3744, RFC 5397.
 */
import type { Feature } from '../../dav/feature.ts';
import { properties } from './properties.ts';
import { groupPrincipal, principal, principalCollection } from './resource-types.ts';

export { groupPrincipal, principal, principalCollection } from './resource-types.ts';

export function accessControl(): Feature {
  return {
    name: 'access-control',
    specs: ['RFC 3744 section 1', 'RFC 5397 section 3'],
    resourceTypes: [principalCollection, principal, groupPrincipal],
    properties,
  };
}
