/**
 * GET and HEAD of stored objects. RFC 9110 section 9.3.1.
 */
import { requirePrivilege } from '../../dav/dispatch.ts';
import { DavError } from '../../dav/errors.ts';
import type { Context, DavRequest, DavResponse, Method } from '../../dav/method.ts';
import type { ObjectResource } from '../../dav/resource.ts';
import { httpDate } from '../../formats/http/headers.ts';
import type { StoredObject } from '../../store/records.ts';
import { checkConditions } from './conditions.ts';

async function handle(request: DavRequest, context: Context): Promise<DavResponse> {
  const resource = context.located.found ? context.located.resource : undefined;
  if (resource?.shape !== 'object') throw new DavError(404, `there is nothing at ${request.target}`);
  requirePrivilege(resource, '{DAV:}read');
  const object = await context.store.read((tx) => tx.objects.read(resource.collection, resource.object.name));
  if (object === undefined) throw new DavError(404, `there is nothing at ${request.target}`);
  const headers = representationHeaders(resource, object);
  if (checkConditions(request.headers, object, request.method) === 'not-modified') return { status: 304, headers };
  return { status: 200, headers, body: object.data };
}

/** What GET says about a stored object besides its bytes. */
export function representationHeaders(resource: ObjectResource, object: StoredObject): Record<string, string> {
  return {
    'Content-Type': resource.type.contentType?.({ ...resource, object }) ?? 'application/octet-stream',
    ETag: `"${object.etag}"`,
    'Last-Modified': httpDate(object.modified),
    'Cache-Control': 'private, no-cache',
    'X-Content-Type-Options': 'nosniff',
  };
}

export const get: Method = { name: 'GET', spec: 'RFC 9110 section 9.3.1', on: ['object'], handle };

/** Answers as GET does; the body is dropped where the answer leaves. */
export const head: Method = { name: 'HEAD', spec: 'RFC 9110 section 9.3.2', on: ['object'], handle };
