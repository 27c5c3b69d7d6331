/**
 * GET and HEAD of stored objects, whole or in part. RFC 9110 section 9.3.1, RFC 9110 section 14.
 */

import { readingConditions } from '../../dav/conditions.ts';
import { octetsOf } from '../../dav/content.ts';
import { requirePrivilege } from '../../dav/dispatch.ts';
import { DavError } from '../../dav/errors.ts';
import { formTag } from '../../dav/etag.ts';
import type { Body, Context, DavRequest, DavResponse, Method } from '../../dav/method.ts';
import type { ObjectResource, OtherForm } from '../../dav/resource.ts';
import { preferredType } from '../../formats/http/accept.ts';
import { httpDate } from '../../formats/http/headers.ts';
import { type ByteRange, contentRange, ifRangeHolds, parseRange, unsatisfiedRange } from '../../formats/http/range.ts';
import type { ObjectRecord, StoredObject } from '../../store/records.ts';
import type { Store } from '../../store/store.ts';

async function handle(request: DavRequest, context: Context): Promise<DavResponse> {
  const resource = context.located.found ? context.located.resource : undefined;
  if (resource?.shape !== 'object') throw new DavError(404, `there is nothing at ${request.target}`);
  requirePrivilege(resource, '{DAV:}read');
  const form = await adaptedForm(askedForm(request, resource), request, resource, context);
  if (form !== undefined) return inForm(form, resource, request, context);
  const { object } = resource;
  const headers = representationHeaders(resource);
  if ((await readingConditions(request, object, context)) === 'not-modified') return { status: 304, headers };
  // GET has been located with its bytes; HEAD needs none, and has no ranges: RFC 9110 section 14.2.
  if (!('data' in object)) return { status: 200, headers: { ...headers, 'Content-Length': String(object.size) } };
  const range = rangeOf(request, object);
  if (range === undefined) return whole(object, headers, context.store);
  const partial = {
    ...headers,
    'Content-Range': contentRange(range, object.size),
    'Content-Length': String(range.last - range.first + 1),
  };
  return { status: 206, headers: partial, body: part(object, range, context.store) };
}

/** The form that the client likes better than what is stored. What it does not take at all is answered as it is stored: never 406. */
function askedForm({ headers }: DavRequest, { type: { forms } }: ObjectResource): OtherForm | undefined {
  if (forms === undefined || headers.accept === undefined) return undefined;
  const types = [forms.stored, ...forms.others.map(({ mediaType }) => mediaType)];
  const preferred = preferredType(headers.accept, types);
  return forms.others.find(({ mediaType }) => mediaType === preferred);
}

/** The same, adapted to what the client says of its content by a header of its own. */
async function adaptedForm(
  asked: OtherForm | undefined,
  request: DavRequest,
  resource: ObjectResource,
  context: Context,
): Promise<OtherForm | undefined> {
  const adapted = resource.type.forms?.adapted;
  const value = adapted && request.headers[adapted.header.toLowerCase()];
  if (adapted === undefined || value === undefined) return asked;
  return adapted.form(value, asked, await withBytes(request, resource, context));
}

/** The object with its bytes, which HEAD has not been located with. @throws DavError 404 */
async function withBytes(
  { target }: DavRequest,
  { object }: ObjectResource,
  { store }: Context,
): Promise<StoredObject> {
  const { collection, name } = object;
  const whole = 'data' in object ? object : await store.read((tx) => tx.objects.read(collection, name));
  if (whole === undefined) throw new DavError(404, `there is nothing at ${target} any more`);
  return whole;
}

/** The object in another form: a representation of its own, with an entity tag of its own, and without ranges. */
async function inForm(
  form: OtherForm,
  resource: ObjectResource,
  request: DavRequest,
  context: Context,
): Promise<DavResponse> {
  const { object } = resource;
  const etag = formTag(object.etag, form.name);
  const { 'Accept-Ranges': _, ...stored } = representationHeaders(resource);
  const headers = { ...stored, 'Content-Type': form.contentType(resource), ETag: `"${etag}"` };
  if ((await readingConditions(request, { ...object, etag }, context)) === 'not-modified')
    return { status: 304, headers };
  return { status: 200, headers, body: form.make(await withBytes(request, resource, context)) };
}

/** The part that is asked for; undefined for the whole. @throws DavError 416 */
function rangeOf({ headers }: DavRequest, { etag, modified, size, name }: ObjectRecord): ByteRange | undefined {
  if (headers.range === undefined || !ifRangeHolds(headers['if-range'], { etag: `"${etag}"`, modified })) {
    return undefined;
  }
  const range = parseRange(headers.range, size);
  if (range !== 'unsatisfiable') return range;
  throw new DavError(416, `${name} has ${size} octets; the range begins behind them`, {
    'Content-Range': unsatisfiedRange(size),
  });
}

function whole(object: StoredObject, headers: Readonly<Record<string, string>>, store: Store): DavResponse {
  if (object.content === undefined) return { status: 200, headers, body: object.data };
  return {
    status: 200,
    headers: { ...headers, 'Content-Length': String(object.size) },
    body: part(object, { first: 0, last: object.size - 1 }, store),
  };
}

function part(object: StoredObject, range: ByteRange, store: Store): Body {
  if (object.content === undefined) return object.data.subarray(range.first, range.last + 1);
  const { content, size, name } = object;
  return octetsOf({ account: object.collection.account, content, size, name }, range, store);
}

/** What GET says about a stored object besides its bytes. A browser that shows one runs nothing of it. */
function representationHeaders(resource: ObjectResource): Record<string, string> {
  const { type, object } = resource;
  return {
    'Content-Type': type.contentType?.(resource) ?? 'application/octet-stream',
    ETag: `"${object.etag}"`,
    'Last-Modified': httpDate(object.modified),
    'Accept-Ranges': 'bytes',
    'Cache-Control': 'private, no-cache',
    'Content-Security-Policy': "default-src 'none'; sandbox",
    'X-Content-Type-Options': 'nosniff',
    ...varyOf(type),
    ...type.headers?.(resource),
  };
}

function varyOf({ forms }: ObjectResource['type']): Readonly<Record<string, string>> {
  if (forms === undefined) return {};
  const { header = 'Accept' } = forms.adapted ?? {};
  return { Vary: header === 'Accept' ? header : `Accept, ${header}` };
}

/** RFC 9110 section 9.3.1. */
export const get: Method = { name: 'GET', spec: 'RFC 9110 section 9.3.1', on: ['object'], handle };

/** Answers as GET does; the body is dropped where the answer leaves. */
export const head: Method = { name: 'HEAD', spec: 'RFC 9110 section 9.3.2', on: ['object'], handle };
