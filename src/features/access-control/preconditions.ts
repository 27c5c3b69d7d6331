/**
 * Preconditions of the ACL method. RFC 3744 section 8.1.1.
 */
import { type AnyPrecondition, precondition } from '../../dav/errors.ts';
import { DAV } from '../../formats/xml/name.ts';

const SPEC = 'RFC 3744 section 8.1.1';

/** Two ACEs of the request are about the same principal. */
export const noAceConflict = precondition(`{${DAV}}no-ace-conflict`, 403, SPEC);
/** A protected ACE would change. */
export const noProtectedAceConflict = precondition(`{${DAV}}no-protected-ace-conflict`, 403, SPEC);
/** An inherited ACE would change. */
export const noInheritedAceConflict = precondition(`{${DAV}}no-inherited-ace-conflict`, 403, SPEC);
/** There are more ACEs than a collection may have. */
export const limitedNumberOfAces = precondition(`{${DAV}}limited-number-of-aces`, 403, SPEC);
/** Privileges can be granted, not denied. */
export const grantOnly = precondition(`{${DAV}}grant-only`, 403, SPEC);
/** There are no ACEs about everybody but one. */
export const noInvert = precondition(`{${DAV}}no-invert`, 403, SPEC);
/** The privilege does not exist, or not on such a resource. */
export const notSupportedPrivilege = precondition(`{${DAV}}not-supported-privilege`, 403, SPEC);
/** The URL names no principal, or none that one may know. */
export const recognizedPrincipal = precondition(`{${DAV}}recognized-principal`, 403, SPEC);
/** There is such a principal, but nothing can be granted to it here. */
export const allowedPrincipal = precondition(`{${DAV}}allowed-principal`, 403, SPEC);

/** All of them. */
export const preconditions: readonly AnyPrecondition[] = [
  noAceConflict,
  noProtectedAceConflict,
  noInheritedAceConflict,
  limitedNumberOfAces,
  grantOnly,
  noInvert,
  notSupportedPrivilege,
  recognizedPrincipal,
  allowedPrincipal,
];
