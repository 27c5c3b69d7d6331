/**
 * What the reports about principals share. RFC 3744 section 9.
 */
import { type Horizon, holdsPrincipal } from '../../dav/acquaintance.ts';
import { DavError } from '../../dav/errors.ts';
import { principalHref } from '../../dav/locate.ts';
import type { DavRequest, View } from '../../dav/method.ts';
import { ALL, READING } from '../../dav/privilege.ts';
import type { PrincipalResource } from '../../dav/resource.ts';
import type { Account } from '../../store/records.ts';
import { groupPrincipal, principal } from './resource-types.ts';

/** These reports know no other depth. RFC 3744 section 9.2. @throws DavError 400 */
export function requireDepthZero({ headers }: DavRequest): void {
  const { depth } = headers;
  if (depth !== undefined && depth.trim() !== '0') throw new DavError(400, `this report has Depth: 0, not ${depth}`);
}

/** The principal of an account that the user may know of. */
export function principalResource(account: Account, horizon: Horizon, { catalogue }: View): PrincipalResource {
  return {
    shape: 'principal',
    type: account.kind === 'group' ? groupPrincipal : principal,
    href: principalHref(account),
    privileges: catalogue.privileges.closure(holdsPrincipal(horizon, account) ? ALL : READING),
    owner: account,
  };
}
