/**
 * Preconditions of POST on a calendar object. RFC 8607 section 3.11.
 */
import { type AnyPrecondition, precondition } from '../../dav/errors.ts';
import { CALDAV } from '../../formats/xml/name.ts';

/** The attachment has more octets than one may have. */
export const maxAttachmentSize = precondition(`{${CALDAV}}max-attachment-size`, 403, 'RFC 8607 section 3.11');

/** The query does not say, in one word and once, what is to be done. */
export const validAction = precondition(`{${CALDAV}}valid-action`, 403, 'RFC 8607 section 3.11');

/** The query names instances that the object does not have, or where none are to be named. */
export const validRid = precondition(`{${CALDAV}}valid-rid`, 403, 'RFC 8607 section 3.11');

/** The query names no attachment of the instances that it is about, or one where none is to be named. */
export const validManagedId = precondition(`{${CALDAV}}valid-managed-id`, 403, 'RFC 8607 section 3.11');

/** All of the above, for the catalogue. */
export const preconditions: readonly AnyPrecondition[] = [maxAttachmentSize, validAction, validRid, validManagedId];
