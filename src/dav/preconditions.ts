/**
 * Preconditions that the kernel itself checks.
 */
import { element } from '../formats/xml/element.ts';
import { DAV } from '../formats/xml/name.ts';
import { precondition } from './errors.ts';
import type { Privilege } from './privilege.ts';

/** The user may see the resource, but lacks this privilege on it. RFC 3744 section 7.1.1. */
export const needPrivileges = precondition<readonly [href: string, privilege: Privilege]>(
  `{${DAV}}need-privileges`,
  403,
  'RFC 3744 section 7.1.1',
  (href, privilege) => [
    element(`{${DAV}}resource`, element(`{${DAV}}href`, href), element(`{${DAV}}privilege`, element(privilege))),
  ],
);

/** The account has not the room. RFC 4331 section 6. */
export const quotaNotExceeded = precondition(`{${DAV}}quota-not-exceeded`, 507, 'RFC 4331 section 6');

/** External entities, and with them every document type declaration. */
export const noExternalEntities = precondition(`{${DAV}}no-external-entities`, 403, 'RFC 4918 section 16');
