/**
 * The two well-known paths from which clients find the service. RFC 6764 section 5.
 */

import { DavError } from '../../dav/errors.ts';
import type { Feature, WellKnown } from '../../dav/feature.ts';
import type { DavRequest, DavResponse } from '../../dav/method.ts';

/**
 * 302 for GET and HEAD, as people and the reference expect; 308 for everything else, because a client may turn a redirected PROPFIND into
 * a GET on 302 (decision 0004).
 */
function redirect(path: string, segment: string): WellKnown {
  return {
    path,
    spec: 'RFC 6764 section 5',
    handle(request: DavRequest): DavResponse {
      if (!ALLOWED.includes(request.method)) {
        throw new DavError(405, `${request.method} does not work on ${path}`, { Allow: ALLOWED.join(', ') });
      }
      const location = `${request.origin}/${segment}`;
      const status = request.method === 'GET' || request.method === 'HEAD' ? 302 : 308;
      return {
        status,
        headers: {
          Location: location,
          'Content-Type': 'text/plain; charset=utf-8',
          'Cache-Control': 'private, max-age=3600',
          'X-Content-Type-Options': 'nosniff',
        },
        body: `${location}\n`,
      };
    },
  };
}

const ALLOWED = ['GET', 'HEAD', 'OPTIONS', 'PROPFIND', 'REPORT', 'POST'];

export function discovery(): Feature {
  return {
    name: 'discovery',
    specs: ['RFC 6764 section 5'],
    wellKnown: [redirect('/.well-known/caldav', 'calendars'), redirect('/.well-known/carddav', 'addressbooks')],
  };
}
