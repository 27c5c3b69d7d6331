/**
 * GET and HEAD of stored objects. RFC 9110 section 9.3.1.
 */
import { requirePrivilege } from '../../dav/dispatch.ts';
import { DavError } from '../../dav/errors.ts';
import type { Context, DavRequest, DavResponse, Method } from '../../dav/method.ts';
import type { ObjectResource } from '../../dav/resource.ts';
import { httpDate } from '../../formats/http/headers.ts';
import { checkConditions } from './conditions.ts';

async function handle(request: DavRequest, context: Context): Promise<DavResponse> {
  const resource = context.located.found ? context.located.resource : undefined;
  if (resource?.shape !== 'object') throw new DavError(404, `there is nothing at ${request.target}`);
  requirePrivilege(resource, '{DAV:}read');
  const { object } = resource;
  const headers = representationHeaders(resource);
  if (checkConditions(request, object) === 'not-modified') return { status: 304, headers };
  // GET has been located with its bytes; HEAD needs none.
  if ('data' in object) return { status: 200, headers, body: object.data };
  return { status: 200, headers: { ...headers, 'Content-Length': String(object.size) } };
}

/** What GET says about a stored object besides its bytes. */
function representationHeaders(resource: ObjectResource): Record<string, string> {
  return {
    'Content-Type': resource.type.contentType?.(resource) ?? 'application/octet-stream',
    ETag: `"${resource.object.etag}"`,
    'Last-Modified': httpDate(resource.object.modified),
    'Cache-Control': 'private, no-cache',
    'X-Content-Type-Options': 'nosniff',
  };
}

/** RFC 9110 section 9.3.1. */
export const get: Method = { name: 'GET', spec: 'RFC 9110 section 9.3.1', on: ['object'], handle };

/** Answers as GET does; the body is dropped where the answer leaves. */
export const head: Method = { name: 'HEAD', spec: 'RFC 9110 section 9.3.2', on: ['object'], handle };
