/**
 * Principals and what one may do. RFC 3744, RFC 5397.
 */
import type { Feature } from '../../dav/feature.ts';
import { acl } from './acl-method.ts';
import { aclPrincipalPropSet } from './acl-principal-prop-set.ts';
import { preconditions } from './preconditions.ts';
import { principalMatch } from './principal-match.ts';
import { principalProperties } from './principal-properties.ts';
import { privileges } from './privileges.ts';
import { accessProperties } from './properties.ts';
import { groupPrincipal, principal, principalCollection } from './resource-types.ts';

export { membersNamed } from './named-principals.ts';
export { allowedPrincipal } from './preconditions.ts';
export { requireDepthZero } from './reports.ts';
export { groupPrincipal, isBelowPrincipal, principal, principalCollection } from './resource-types.ts';

export function accessControl(): Feature {
  return {
    name: 'access-control',
    specs: ['RFC 3744 section 1', 'RFC 5397 section 3'],
    complianceTokens: ['access-control'],
    resourceTypes: [principalCollection, principal, groupPrincipal],
    privileges,
    properties: [...principalProperties, ...accessProperties],
    reports: [aclPrincipalPropSet, principalMatch],
    methods: [acl],
    preconditions,
  };
}
