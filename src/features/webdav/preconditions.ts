/**
 * Preconditions of WebDAV's own methods.
 */
import { precondition } from '../../dav/errors.ts';
import { DAV } from '../../formats/xml/name.ts';

/** Infinity would answer more than the service gives at once. */
export const propfindFiniteDepth = precondition(`{${DAV}}propfind-finite-depth`, 403, 'RFC 4918 section 9.1');

/** The resource has no such report. */
export const supportedReport = precondition(`{${DAV}}supported-report`, 403, 'RFC 3253 section 3.6');
