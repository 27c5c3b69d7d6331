/**
 * Pages of other origins: which of them a browser lets ask here, and read the answers (the Fetch standard's CORS). None, unless the
 * configuration names them. What a page can send without asking first is refused when it would change something, since the browser adds the
 * login that it remembers. RFC 9110 section 9.3.7.
 */
import type { DavRequest, DavResponse } from '../dav/method.ts';

/** Answers a request. */
type Handler<R extends DavRequest> = (request: R) => Promise<DavResponse>;

export interface CorsOptions {
  /** Exactly as browsers send them: `https://app.example.com`. */
  readonly origins: readonly string[];
  /** What a page of theirs may use. */
  readonly methods: readonly string[];
}

/** Headers of answers that a page may read, besides those that it always may. */
const EXPOSED = [
  'Accept-Ranges',
  'Allow',
  'Cal-Managed-ID',
  'Content-Disposition',
  'Content-Location',
  'Content-Range',
  'DAV',
  'ETag',
  'Link',
  'Location',
  'Lock-Token',
  'Preference-Applied',
  'Retry-After',
  'Schedule-Tag',
  'Vary',
  'WWW-Authenticate',
].join(', ');

/** Seconds for which a browser remembers what it may do; more than two hours none of them takes. */
const REMEMBERED = 7200;

/** A list of header names, which come back as they are. */
const NAMES = /^[\w!#$%&'*+.^`|~-]+(?:[ \t]*,[ \t]*[\w!#$%&'*+.^`|~-]+)*$/;
const MOST_NAMES = 2000;

/** Puts the rules for pages of other origins around a handler. */
export function withCors<R extends DavRequest>(handle: Handler<R>, { origins, methods }: CorsOptions): Handler<R> {
  const allowed = new Set(origins);
  const allowedMethods = [...new Set(methods)].toSorted().join(', ');
  return async (request) => {
    const { origin } = request.headers;
    if (origin === undefined) return allowed.size === 0 ? handle(request) : varying(await handle(request));
    if (!allowed.has(origin)) {
      const isOwn = origin.toLowerCase() === request.origin.toLowerCase();
      if (!isOwn && request.method === 'POST') return refused(origin);
      return allowed.size === 0 ? handle(request) : varying(await handle(request));
    }
    if (request.method === 'OPTIONS' && request.headers['access-control-request-method'] !== undefined) {
      return preflight(origin, request, allowedMethods);
    }
    const answer = varying(await handle(request));
    const headers = { ...answer.headers, ...granted(origin), 'Access-Control-Expose-Headers': EXPOSED };
    return { ...answer, headers };
  };
}

/** Always the one origin, never `*`: with a login that would be anybody. */
function granted(origin: string): Readonly<Record<string, string>> {
  return { 'Access-Control-Allow-Origin': origin, 'Access-Control-Allow-Credentials': 'true' };
}

/** Whoever asks for leave is told at once, and without a login: a browser sends none with it. */
function preflight(origin: string, { headers }: DavRequest, methods: string): DavResponse {
  const asked = headers['access-control-request-headers']?.trim() ?? '';
  const names = asked.length <= MOST_NAMES && NAMES.test(asked) ? { 'Access-Control-Allow-Headers': asked } : {};
  return {
    status: 204,
    headers: {
      ...granted(origin),
      'Access-Control-Allow-Methods': methods,
      ...names,
      'Access-Control-Max-Age': String(REMEMBERED),
      Vary: 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers',
      'Cache-Control': 'no-cache',
    },
  };
}

/** An answer that another origin would get otherwise. */
function varying(answer: DavResponse): DavResponse {
  const { Vary: vary } = answer.headers;
  if (vary !== undefined && /(^|,)\s*(origin|\*)\s*(,|$)/i.test(vary)) return answer;
  return { ...answer, headers: { ...answer.headers, Vary: vary === undefined ? 'Origin' : `${vary}, Origin` } };
}

function refused(origin: string): DavResponse {
  return {
    status: 403,
    headers: { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store', Vary: 'Origin' },
    body: `pages of ${JSON.stringify(origin.slice(0, 200))} may not send anything here\n`,
  };
}
