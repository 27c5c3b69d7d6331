/**
 * What the reports about principals share. RFC 3744 section 9.
 */
import { DavError } from '../../dav/errors.ts';
import type { DavRequest } from '../../dav/method.ts';

/** These reports know no other depth. RFC 3744 section 9.2. @throws DavError 400 */
export function requireDepthZero({ headers }: DavRequest): void {
  const { depth } = headers;
  if (depth !== undefined && depth.trim() !== '0') throw new DavError(400, `this report has Depth: 0, not ${depth}`);
}
